"""From a document of a collection to a draft."""

from __future__ import annotations

from collections.abc import Iterator

from postil.exchange.drafts import Draft, DraftSet
from postil.exchange.incoming import Incoming
from postil.formats._bioc.collection import PASSAGE_LAYER, SENTENCE_LAYER, Part, Tie
from postil.formats._bioc.counting import Placed, understood
from postil.formats._bioc.infons import said_by
from postil.formats._bioc.layout import Layout
from postil.model import Label, Relation, Span, apart, fragments_of
from postil.text import Unit

_ANNOTATOR = "annotator"
_NAMES: dict[Unit, str] = {"utf-8": "UTF-8 bytes", "utf-16": "UTF-16 code units"}


def draft(document: Part, id: str, shown: str, incoming: Incoming) -> Draft:
    """A document of the corpus."""
    layout, placed, base = understood(document)
    where = f"{shown}: {id}"
    if layout.unit != "code point":
        incoming.repaired.add(f"documents whose offsets count {_NAMES[layout.unit]}", where)
    if base != "document":
        incoming.repaired.add("documents whose offsets count from the passage or the sentence", where)
    if layout.has_overlap:
        incoming.repaired.add("documents whose passages overlap, put one after the other", where)
    if layout.has_closed_gap:
        incoming.repaired.add("documents with gaps between passages, closed", where)
    made = DraftSet(file=shown)
    ids = _Ids(made, incoming, where)
    for one in placed:
        _take_annotation(one, made, ids, incoming)
    _take_parts(layout, made, ids, incoming, where)
    for scope, tie in _ties(document):
        _take_relation(scope, tie, made, ids, incoming)
    sets = _of_annotators(made, incoming, where) if incoming.options.get("by-annotator") else [made]
    return Draft(id, layout.text, sets, dict(document.infons), "code point", shown)


class _Ids:
    """Gives ids that nothing else has; what refers to one finds that of its own part first."""

    def __init__(self, made: DraftSet, incoming: Incoming, where: str) -> None:
        self._made, self._incoming, self._where = made, incoming, where
        self._by_part: dict[tuple[int, str], str] = {}
        self._anywhere: dict[str, str] = {}
        self._copies: dict[str, int] = {}
        self._taken: set[str] = set()

    def take(self, part: Part | None, said: str, line: int, kind: str) -> str:
        """The id for something that says that its own is ``said``, or says none."""
        fresh = wanted = said or kind
        while fresh in self._taken:
            self._copies[wanted] = self._copies.get(wanted, 1) + 1
            fresh = f"{wanted}-{self._copies[wanted]}"
        if said and fresh != said:
            self._incoming.repaired.add("ids that were there twice", f"{self._where}: {said} is now {fresh}")
        self._taken.add(fresh)
        self._by_part.setdefault((id(part), said), fresh)
        self._anywhere.setdefault(said, fresh)
        if line:
            self._made.lines[fresh] = line
        return fresh

    def find(self, part: Part | None, said: str) -> str:
        """The id of what is called so."""
        return self._by_part.get((id(part), said)) or self._anywhere.get(said, said)


def _take_annotation(one: Placed, made: DraftSet, ids: _Ids, incoming: Incoming) -> None:
    annotation = one.annotation
    part = one.piece.part if one.piece else None
    said = said_by(annotation.infons)
    id = ids.take(part, annotation.id, annotation.line, "a")
    if not annotation.locations:
        made.labels.append(Label(id, said.layer or incoming.label_layer, said.label or "label", *said.rest))
        if annotation.text:
            made.labels[-1].attributes.setdefault("text", annotation.text)
        return
    layer, label = said.layer or incoming.span_layer, said.label or "annotation"
    if one.extents is None:
        offset, length = annotation.locations[0]
        made.spans.append(Span(id, layer, label, offset, offset + length, annotation.text, (), *said.rest))
        return
    extents = apart(one.extents)
    text = "" if one.fits else annotation.text
    made.spans.append(Span(id, layer, label, extents[0][0], extents[-1][1], text, fragments_of(extents), *said.rest))


def _take_parts(layout: Layout, made: DraftSet, ids: _Ids, incoming: Incoming, where: str) -> None:
    """What passages and sentences say of themselves."""
    for piece in layout.pieces:
        is_sentence = piece.passage is not None
        if not piece.text or (not is_sentence and not piece.part.infons):
            continue
        if is_sentence and not incoming.with_tokens:
            incoming.losses.add("sentences, which --tokens keeps", where, piece.text, stops=False)
            continue
        layer = SENTENCE_LAYER if is_sentence else PASSAGE_LAYER
        own = {key: value for key, value in piece.part.infons.items() if is_sentence or key != "id"}
        said = said_by(own)
        id = ids.take(None, "" if is_sentence else str(piece.part.infons.get("id", "")), 0, layer)
        made.spans.append(
            Span(id, layer, said.label or layer, piece.start, piece.start + len(piece.text), piece.text, (), *said.rest)
        )


def _ties(document: Part) -> Iterator[tuple[Part | None, Tie]]:
    yield from ((None, tie) for tie in document.relations)
    for passage in document.parts:
        for part in (passage, *passage.parts):
            yield from ((part, tie) for tie in part.relations)


def _take_relation(part: Part | None, tie: Tie, made: DraftSet, ids: _Ids, incoming: Incoming) -> None:
    said = said_by(tie.infons)
    id = ids.take(part, tie.id, tie.line, "r")
    if not tie.nodes:
        made.labels.append(Label(id, said.layer or incoming.label_layer, said.label or "relation", *said.rest))
        return
    nodes = tie.nodes
    if not any(role for _, role in nodes):
        roles = ("from", "to") if len(nodes) == 2 else ("member",) * len(nodes)
        nodes = [(refid, role) for (refid, _), role in zip(nodes, roles, strict=True)]
    args: dict[str, list[str]] = {}
    for refid, role in nodes:
        args.setdefault(role or "node", []).append(ids.find(part, refid))
    grouped: dict[str, str | tuple[str, ...]] = {
        role: tuple(found) if len(found) > 1 else found[0] for role, found in args.items()
    }
    made.relations.append(Relation(id, said.layer or incoming.relation_layer, said.label or "relation", grouped, *said.rest))


def _of_annotators(made: DraftSet, incoming: Incoming, where: str) -> list[DraftSet]:
    """A set for each annotator that an infon names. A relation is by whom its ends are, where it does not say itself."""
    records: list[Span | Label] = [*made.spans, *made.labels]
    owners = {record.id: str(record.attributes.pop(_ANNOTATOR, "")) for record in records}
    found: dict[str, DraftSet] = {}

    def of(annotator: str) -> DraftSet:
        return found.setdefault(annotator, DraftSet(annotator, file=made.file, lines=made.lines))

    for span in made.spans:
        of(owners[span.id]).spans.append(span)
    for label in made.labels:
        of(owners[label.id]).labels.append(label)
    for relation in made.relations:
        ends = {owners.get(end, "") for _, end in relation.arguments()}
        owner = owners[relation.id] = str(relation.attributes.pop(_ANNOTATOR, min(ends, default="")))
        if ends <= {owner}:
            of(owner).relations.append(relation)
        else:
            incoming.losses.add("relations of what several annotators made", f"{where}: {relation.id}", relation.label)
    return list(found.values())
