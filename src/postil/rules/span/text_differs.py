from __future__ import annotations

from collections.abc import Iterator

from postil.model import Span
from postil.rules import Example, Problem, set_rule
from postil.rules.examples import span
from postil.rules.set_view import SetView, is_well_formed
from postil.text import quote

_NEAR = 2000  # code points to either side that are searched for the text, to say where it went


@set_rule(
    "SPN003",
    Example(records=(span("e1", "GPE", 28, 33, text="Tokyo"),)),
    Example(records=(span("e1", "GPE", 27, 32, text="Tokyo"),), finds=("e1",)),
    Example(
        text="😀 in Tokyo.\n",
        records=(span("e1", "GPE", 6, 11, text="Tokyo"),),
        finds=("e1",),
        note="offsets that were counted in UTF-16",
    ),
    Example(records=(span("e1", "PERSON", 8, 24, fragments=[(8, 13), (18, 24)], text="Singh Hamada"),)),
)
def check(view: SetView) -> Iterator[Problem]:
    """A span must cover the text that it says it covers.

    ``text`` repeats the covered text so that this can be seen: the text was edited after it was annotated, or the
    offsets were counted in another unit. Fragments are joined by one space.

    Find out which of the two is right. If the text moved, the message says where it stands now.
    """
    text = view.text
    if text is None or view.are_sound:
        return
    for span_ in view.spans:
        if not (0 <= span_.start < span_.end <= len(text) and is_well_formed(span_)):
            continue
        covered = span_.covered(text)
        if covered != span_.text:
            message = f"covers {quote(covered)}, but its text is {quote(span_.text)}"
            yield view.problem(span_, message, "text", help=_as_utf16(view, span_) or _where(text, span_.text, span_.start))


def _as_utf16(view: SetView, span_: Span) -> str:
    """What to say of offsets that fit when they are taken for UTF-16 code units, as browsers and Java count."""
    units, text = view.document.utf16, view.text or ""
    try:
        start, end = units.to_code_points(span_.start), units.to_code_points(span_.end)
    except ValueError:
        return ""
    if (start, end) == (span_.start, span_.end) or span_.fragments or text[start:end] != span_.text:
        return ""
    return f"the offsets count UTF-16 code units; in code points they are {start} to {end}"


def _where(text: str, wanted: str, start: int) -> str:
    window = text[max(0, start - _NEAR) : start + _NEAR + len(wanted)]
    if not wanted or window.count(wanted) != 1:
        return ""
    found = max(0, start - _NEAR) + window.index(wanted)
    return f"the text stands at {found} to {found + len(wanted)}"
