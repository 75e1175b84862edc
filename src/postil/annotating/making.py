"""Making and replacing records, and saying what they are: what several actions do."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import msgspec

from postil.annotating.choosing import defaults
from postil.annotating.minting import fresh_id
from postil.annotating.overlapping import forbidding
from postil.annotating.state import Mark, State
from postil.errors import ActionRefused
from postil.model import Label, Note, Record, Relation, Span
from postil.segmentation import Extent
from postil.text import printable, quote

_NONE: Mapping[str, Record] = {}


def described(record: Record, known: Mapping[str, Record] = _NONE) -> str:
    """A record in a few words: ``PERSON “Rajnath Singh”``, ``FACT “spoke” supports OPINION “fine”``, ``note “why”``.

    ``known``: records by their ids, to say what a relation ties; what is not among them is said by its id: ``supports s1 → s2``.
    """
    match record:
        case Span():
            return f"{printable(record.label)} {quote(record.text, 40)}"
        case Relation():
            ends = [known.get(id, id) for _, id in record.arguments()]
            if not any(isinstance(end, Record) for end in ends):
                return printable(f"{record.label} {' → '.join(id for _, id in record.arguments())}".rstrip())
            first, *others = (printable(end) if isinstance(end, str) else described(end) for end in ends)
            return f"{first} {printable(record.label)} {', '.join(others)}".rstrip()
        case Label():
            return printable(record.label)
        case Note():
            return f"note {quote(record.text, 40)}"


def span_over(
    state: State,
    layer: str,
    label: str,
    extents: Sequence[Extent],
    attributes: Mapping[str, Any] | None = None,
    *,
    beside: dict[str, Record] | None = None,
) -> Span:
    """A new span, with the attributes that it has from the start. The same span twice in one layer is refused.

    ``beside``: others that are new too, by the ids that they have.
    """
    known = defaults(state.scheme.layers[layer], label, attributes)
    id = fresh_id(state.seed, layer, f"{label}\0{tuple(extents)}", ChainMap(beside or {}, state.marks.by_id))
    span = Span(id, layer, label, 0, 0, "", attributes=known).at(extents, state.text)
    refuse_place(state, span)
    return span


def refuse_place(state: State, span: Span) -> None:
    """Raise where another span has the same place, layer and label, or the scheme allows none beside it there."""
    refuse_twin(state, span)
    other = forbidding(state, span)
    if other:
        overlap = state.scheme.layers[span.layer].overlap
        raise ActionRefused(f"{described(span)} would overlap {described(other)}: {span.layer} is {overlap} in the scheme")


def refuse_twin(state: State, span: Span) -> None:
    """Raise where another span has the same place, layer and label."""
    if (span.layer, span.extents) not in state.marks.places:
        return
    for other in state.marks.spans:
        if other.start > span.start:
            return
        if (other.extents, other.layer, other.label) == (span.extents, span.layer, span.label) and other.id != span.id:
            raise ActionRefused(f"{described(span)} is there already")


def put_span(state: State, span: Span, said: str) -> State:
    """The state with a new span in it, which is selected and looked at, and would be repeated."""
    mark = Mark(span.layer, span.label, span.attributes, _sought(state, span) or span.text)
    return state.looking_at(span, marks=state.marks.with_records([span]), last=mark, said=said)


def _sought(state: State, span: Span) -> str:
    return state.sought if state.sought and _alike(span.text, state.sought) else ""


def _alike(text: str, sought: str) -> bool:
    return " ".join(text.casefold().split()) == " ".join(sought.casefold().split())


def put_record(state: State, record: Record, said: str) -> State:
    """The state with a record in it, new or in the place of the one with its id, which is looked at."""
    place = msgspec.structs.replace(state.place, focus=record.id)
    recent = record.id if isinstance(record, Span) else state.recent
    return state.with_(marks=state.marks.with_records([record]), place=place, recent=recent, said=said)


def relabelled(state: State, record: Span | Relation | Label, label: str) -> tuple[Any, Collection[str]]:
    """An annotation with another label, and the names of the attributes that this label cannot have."""
    layer = state.scheme.layers.get(record.layer)
    if layer is None:
        raise ActionRefused(f"the scheme has no layer {quote(record.layer)}")
    kept = defaults(layer, label, record.attributes)
    lost = [name for name in record.attributes if name not in kept]
    return msgspec.structs.replace(record, label=label, attributes=kept), lost
