"""The difference between two sets for people: in a terminal, and as a page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Any

import msgspec

from postil.editing.diff import Change, Difference
from postil.model import AnnotationSet, Label, Note, Record, Relation, Span
from postil.text import counted, few, printable, quote, quote_difference

_SIGNS = {"added": "+", "removed": "-", "changed": "~"}
_QUIET = ("offsets", "id")
_CONTEXT = 30
_MARKS = ("\ue001", "\ue002")  # of a private use: what is printed shows them as escapes wherever else they stand


class Sides(msgspec.Struct, frozen=True):
    """Two sets that were compared, and the text of each, where it is known."""

    title: str
    first: AnnotationSet
    second: AnnotationSet
    difference: Difference
    first_text: str | None = None
    second_text: str | None = None


def lines(sides: Sides, marks: tuple[str, str] = ("[", "]")) -> Iterator[tuple[str, str]]:
    """Each line, with what it is about: ``title``, ``added``, ``removed``, ``changed`` or ``context``.

    ``marks``: what stands around a span in its sentence.
    """
    yield "title", printable(sides.title)
    for line in _of_header(sides.difference):
        yield "changed", line
    for change in sides.difference.shown:
        yield change.kind, _of_record(change)
        for line in _details(change, sides, marks):
            yield "context", f"    {line}"
    carried = sum(change.aspects == ("offsets",) for change in sides.difference.changes)
    if carried:
        yield "context", f"  {carried:,} carried along to the edited text"


def summary(difference: Difference) -> str:
    """``2 added, 1 removed, 3 label, 1 edges``; ``nothing`` for no difference."""
    said = [f"{count:,} {what}" for what, count in difference.counts.items()]
    said += [f"header: {', '.join(difference.header)}"] if difference.header else []
    return ", ".join(said) or "nothing"


def in_short(difference: Difference, most: int) -> str:
    """How many changes there are, and which: the first of them; ``nothing`` for no difference."""
    said = [*_of_header(difference), *map(_of_record, difference.shown)]
    return f"{counted(len(said), 'change')}: {'; '.join(few(said, most))}" if said else "nothing"


def _of_header(difference: Difference) -> list[str]:
    pairs = difference.header.items()
    return [f"~ {field.replace('_', ' ')}: {_value(before)} → {_value(after)}" for field, (before, after) in pairs]


def _of_record(change: Change) -> str:
    return f"{_SIGNS[change.kind]} {described(change.record)}"


def described(record: Record) -> str:
    """An annotation in a few words."""
    if isinstance(record, Note):
        about = f" about {printable(record.about)}" if record.about else ""
        return f"note{about} {quote(record.text, 90)} ({printable(record.id)})"
    said = f"{printable(record.layer)} {printable(record.label)}"
    if isinstance(record, Span):
        said += f" {quote(record.text, 90)}"
    return f"{said} ({printable(record.id)})"


def _details(change: Change, sides: Sides, marks: tuple[str, str]) -> Iterator[str]:
    record = change.record
    if isinstance(record, Span):
        context = _context(record, sides.second_text if change.after else sides.first_text, marks)
        if context:
            yield context
    if change.kind != "changed":
        if isinstance(record, Relation):
            yield from _arguments(record, sides, is_first=change.after is None)
        attributes = getattr(record, "attributes", {})
        if attributes:
            yield printable("; ".join(f"{name}: {_value(value)}" for name, value in attributes.items()))
        return
    for aspect in change.aspects:
        if aspect not in _QUIET:
            yield from _aspect(aspect, change, sides)


def _aspect(aspect: str, change: Change, sides: Sides) -> Iterator[str]:
    before, after = change.before, change.after
    if aspect == "edges" and isinstance(before, Span) and isinstance(after, Span):
        if before.fragments or after.fragments:
            yield f"fragments: {_fragments(before)} → {_fragments(after)}"
            return
        was, now = quote_difference(before.text, after.text)
        where = f"{before.start} to {before.end} → {after.start} to {after.end}"
        yield f"edges: {was} → {now} ({where})" if before.text != after.text else f"edges: {where}"
    elif aspect == "args" and isinstance(before, Relation) and isinstance(after, Relation):
        for role in dict.fromkeys((*before.args, *after.args)):
            names = sides.difference.names
            ids = [names.get(id, id) for each, id in before.arguments() if each == role]
            if ids != [id for each, id in after.arguments() if each == role]:
                was, now = _targets(before, role, sides.first), _targets(after, role, sides.second)
                yield printable(f"{role}: {was} → {now}")
    elif aspect in ("attributes", "ignore", "unknown", "decide"):
        one, other = getattr(before, aspect), getattr(after, aspect)
        for name in dict.fromkeys((*one, *other)):
            if one.get(name) != other.get(name) or (name in one) != (name in other):
                yield printable(f"{name}: {_value(one.get(name))} → {_value(other.get(name))}")
    else:
        yield printable(f"{aspect}: {_value(getattr(before, aspect))} → {_value(getattr(after, aspect))}")


def _fragments(span: Span) -> str:
    """The pieces of a span, with where each stands."""
    places = ", ".join(f"{start} to {end}" for start, end in span.extents)
    return f"{quote(span.text, 90)} ({places})"


def _arguments(relation: Relation, sides: Sides, *, is_first: bool) -> Iterator[str]:
    for role in relation.args:
        yield printable(f"{role}: {_targets(relation, role, sides.first if is_first else sides.second)}")


def _targets(relation: Relation, role: str, annotations: AnnotationSet) -> str:
    by_id = {record.id: record for record in annotations.annotations}
    ids = [id for each, id in relation.arguments() if each == role]
    return ", ".join(_named(id, by_id) for id in ids) or "nothing"


def _named(id: str, by_id: Mapping[str, Record]) -> str:
    target = by_id.get(id)
    if isinstance(target, Span):
        return f"{target.label} {quote(target.text, 40)}"
    return f"{target.label} ({id})" if isinstance(target, Relation | Label) else id


def _context(span: Span, text: str | None, marks: tuple[str, str]) -> str:
    """The span in its sentence; empty where the text is not the one that it is about."""
    if text is None or not 0 <= span.start < span.end <= len(text) or span.fragments or text[span.start : span.end] != span.text:
        return ""
    before = text[max(span.start - _CONTEXT, 0) : span.start].rpartition("\n")[2]
    after = text[span.end : span.end + _CONTEXT].partition("\n")[0]
    left, right = ("…" if span.start > _CONTEXT else ""), ("…" if len(text) > span.end + _CONTEXT else "")
    middle = span.text if len(span.text) <= 60 else f"{span.text[:28]} … {span.text[-28:]}"
    first, second, third = (printable(part.replace("\n", " ")) for part in (left + before, middle, after + right))
    return f"{first}{marks[0]}{second}{marks[1]}{third}"


def _value(value: Any) -> str:
    if value is None or value == "":
        return "nothing"
    if isinstance(value, str):
        return value if value.isalnum() and len(value) <= 40 and not _looks_like_another(value) else quote(value, 40)
    return printable(msgspec.json.encode(value).decode())


def _looks_like_another(word: str) -> bool:
    """Whether a word could be taken for a value that is none: a number, a truth, nothing."""
    return word in ("true", "false", "null", "nothing") or word.isnumeric()


# --- a page --------------------------------------------------------------------------------------------------------------

_STYLE = """
:root { color-scheme: light dark; --paper: #fff; --ink: #1a1a1a; --faint: #6b6b6b; --mark: #fff1b8; }
:root { --add: #0a7d33; --cut: #b3261e; --turn: #8a5a00; }
@media (prefers-color-scheme: dark) {
  :root { --paper: #16181d; --ink: #e6e6e6; --faint: #9a9a9a; --mark: #4d4214; }
  :root { --add: #5fd38d; --cut: #ff8a80; --turn: #f0c36d; }
}
body { background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; max-width: 52rem; margin: 2rem auto; }
body { padding: 0 1rem; overflow-wrap: anywhere; }
h1 { font-size: 1.3rem; margin: 0; } h2 { font-size: 1rem; margin: 2rem 0 .3rem; }
p { margin: 0; white-space: pre-wrap; padding-left: 1.2rem; text-indent: -1.2rem; }
p.context { padding-left: 3.2rem; } p.changed, p.added, p.removed { margin-top: .5rem; }
mark { background: var(--mark); color: inherit; border-radius: 2px; padding: 0 1px; }
.added { color: var(--add); } .removed { color: var(--cut); } .changed { color: var(--turn); }
.context, .totals { color: var(--faint); }
"""


def page(all_sides: Sequence[Sides], title: str) -> str:
    """All differences as one HTML file: no script, nothing fetched."""
    parts = [
        "<!doctype html>",
        '<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">',
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">",
        f"<title>{escape(printable(title))}</title><style>{_STYLE}</style></head><body><h1>{escape(printable(title))}</h1>",
        f'<p class="totals">{escape(totals(all_sides))}</p>',
    ]
    for sides in all_sides:
        for kind, line in lines(sides, marks=_MARKS):
            if kind == "title":
                parts.append(f'<h2 dir="auto">{escape(line)}</h2><p class="totals">{escape(summary(sides.difference))}</p>')
            else:
                said = escape(line.strip()).replace(_MARKS[0], "<mark>").replace(_MARKS[1], "</mark>")
                parts.append(f'<p class="{kind}" dir="auto">{said}</p>')
    return "\n".join([*parts, "</body></html>"]) + "\n"


def totals(all_sides: Sequence[Sides]) -> str:
    """How much is different in all."""
    shown = sum(len(sides.difference.shown) for sides in all_sides)
    return f"{counted(len(all_sides), 'set')} changed, {counted(shown, 'annotation')}." if all_sides else "No difference."
