"""Where the text of a span is that does not stand where the span says."""

from __future__ import annotations

from postil.model import Span
from postil.rules.fixes import Fix
from postil.rules.set_view import SetView
from postil.rules.span._moving import moving_fix

_NEAR = 2000  # code points to either side that are searched


def finding_fix(view: SetView, span: Span) -> tuple[str, Fix | None]:
    """What to say of where its text stands, and the fix that moves the span there; empty where that is not known."""
    place = _as_utf16(view, span)
    if place:
        fix = moving_fix(view, span, "count code points", [place], is_safe=True)
        return f"the offsets count UTF-16 code units; in code points they are {place[0]} to {place[1]}", fix
    place = _where(view.text or "", span.text, span.start)
    if place:
        title = "move it to where its text stands"
        fix = None if span.fragments else moving_fix(view, span, title, [place], is_safe=False)
        return f"the text stands at {place[0]} to {place[1]}", fix
    return "", None


def _as_utf16(view: SetView, span_: Span) -> tuple[int, int] | None:
    """Where a span is whose offsets fit when they are taken for UTF-16 code units, as browsers and Java count."""
    units, text = view.document.utf16, view.text or ""
    try:
        start, end = units.to_code_points(span_.start), units.to_code_points(span_.end)
    except ValueError:
        return None
    is_moved = (start, end) != (span_.start, span_.end) and not span_.fragments
    return (start, end) if is_moved and text[start:end] == span_.text else None


def _where(text: str, wanted: str, start: int) -> tuple[int, int] | None:
    """Where the text is that a span says it covers: the only place nearby."""
    start = min(max(start, 0), len(text))
    window = text[max(0, start - _NEAR) : start + _NEAR + len(wanted)]
    if not wanted or window.count(wanted) != 1:
        return None
    found = max(0, start - _NEAR) + window.index(wanted)
    return found, found + len(wanted)
