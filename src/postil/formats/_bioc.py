"""BioC: collections of documents made of passages, whatever they are written in; what both syntaxes share.

Offsets count from the beginning of the document, through passages and sentences that begin where they say. Files differ in
what they count (the DTD says bytes, nearly all mean characters), and some count from the beginning of the passage: the texts
that annotations repeat decide.
"""

from __future__ import annotations

import codecs
import math
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from typing import Any, Literal

import msgspec
from msgspec.structs import replace

from postil.corpus import Document
from postil.exchange.drafts import Draft, DraftSet
from postil.exchange.features import (
    ATTRIBUTES,
    CONFIDENCE,
    CROSSING,
    CUT,
    DISCONTINUITY,
    DOCUMENT_IDS,
    DOCUMENT_LABELS,
    IDS,
    LABEL_ATTRIBUTES,
    LAYERS,
    N_ARY,
    NESTED,
    ON_RELATIONS,
    OVER_SENTENCES,
    RELATION_ATTRIBUTES,
    RELATIONS,
    REMARKS,
    ROLE_NAMES,
    STACKED,
    TEXT,
    Feature,
    Reducing,
    in_each_set,
    lose,
    taken_out,
)
from postil.exchange.format import Option
from postil.exchange.incoming import Incoming
from postil.exchange.offsets import apart
from postil.exchange.sources import File
from postil.formats._lists import flat
from postil.model import AnnotationSet, Label, Relation, Span
from postil.text import Unit, Units

KEEPS = frozenset(
    {
        ATTRIBUTES, CONFIDENCE, CROSSING, CUT, DISCONTINUITY, DOCUMENT_IDS, DOCUMENT_LABELS, IDS, LABEL_ATTRIBUTES, LAYERS,
        NESTED, N_ARY, ON_RELATIONS, OVER_SENTENCES, RELATIONS, RELATION_ATTRIBUTES, REMARKS, ROLE_NAMES, STACKED, TEXT,
    }
)  # fmt: skip

MANUAL = """\
READING. An annotation is a span of the layer "span", its infon "type" the label; other infons are attributes ("confidence"
from 0 to 1, "note" and "layer" are what they say). Relations have the roles of their nodes; two nodes without roles are "from"
and "to". An annotation without a location, and a relation without nodes, is a label of the document. Passages are put together
at their offsets; one with infons is a span of the layer "passage" too. Whether offsets count characters or bytes, from the
document, the passage or the sentence, is found out by the texts that annotations repeat. With --by-annotator the infon
"annotator" (TeamTat, ezTag) makes sets of several annotators.

WRITING. One passage for each document, or those that are spans of the layer "passage" where nothing but line ends lies between
them; offsets in characters. A layer other than "span", "relation" or "label" is an infon "layer". An attribute called like one
of these infons has a dot before its name. A discontinuous annotation has several locations, and the text from the first to the
last. Labels of the document are relations without nodes."""

PASSAGE_LAYER, SENTENCE_LAYER = "passage", "sentence"

BY_ANNOTATOR = Option("by-annotator", 'the infon "annotator" of an annotation says whose set it belongs to', is_flag=True)

_ANNOTATOR = "annotator"
_KEYS = ("type", "layer", "confidence", "note")  # infons that are no attributes
_PLAIN_LAYERS: dict[type, str] = {Span: "span", Relation: "relation", Label: "label"}
_LONGEST_GAP = 10_000
_NAMES: dict[Unit, str] = {"utf-8": "UTF-8 bytes", "utf-16": "UTF-16 code units"}

Base = Literal["document", "passage", "own"]
"""Where offsets count from: the document, the passage, or whatever holds the annotation."""


class Annotation(msgspec.Struct):
    """An annotation, as its file says. ``text``: what it is said to cover."""

    id: str
    infons: dict[str, Any]
    locations: list[tuple[int, int]]  # offset and length
    text: str = ""
    line: int = 0


class Tie(msgspec.Struct):
    """A relation. ``nodes``: ids and roles."""

    id: str
    infons: dict[str, Any]
    nodes: list[tuple[str, str]]
    line: int = 0


class Part(msgspec.Struct):
    """A passage or a sentence; a document too, which has no text of its own."""

    offset: int = 0
    text: str = ""
    infons: dict[str, Any] = {}
    parts: list[Part] = []
    annotations: list[Annotation] = []
    relations: list[Tie] = []


class Piece(msgspec.Struct):
    """A part in the text that was put together: it is at ``start``, and says that it begins at ``offset``."""

    part: Part
    start: int
    offset: int
    units: Units
    text: str
    passage: Piece | None = None

    def place(self, offset: int, unit_length: int, base: Base) -> tuple[int, int] | None:
        """The extent of a location in code points of the whole text; ``None`` where it is not in this part."""
        from_ = self.passage if base == "passage" and self.passage else self
        at = offset - from_.offset if base == "document" else offset
        try:
            start, end = from_.units.to_code_points(at), from_.units.to_code_points(at + unit_length)
        except ValueError:
            return None
        return from_.start + start, from_.start + end


class _Layout:
    """A document's text, put together with passages where they say that they begin, counted in a unit."""

    def __init__(self, document: Part, unit: Unit) -> None:
        self.unit = unit
        self.pieces: list[Piece] = []
        self.has_closed_gap = self.has_overlap = False
        self._texts: list[str] = []
        self._length = 0  # in code points
        self._reached: int | None = None  # in the unit, as the file counts
        for passage in document.parts:
            self._passage(passage)
        self.text = "".join(self._texts)
        self.tops = [piece for piece in self.pieces if piece.passage is None]
        self._offsets = [piece.offset for piece in self.tops]

    def _passage(self, passage: Part) -> None:
        if passage.text or not passage.parts:
            whole = self._put(passage, "\n")
            reached = 0
            for sentence in passage.parts:
                reached = self._within(whole, sentence, reached)
            return
        before = len(self._texts)
        sentences = [self._put(part, " " if number else "\n") for number, part in enumerate(passage.parts)]
        text = "".join(self._texts[before + 1 :])  # without the gap before it
        whole = Piece(passage, sentences[0].start, sentences[0].offset, Units(text, self.unit), text)
        self.pieces.append(whole)
        for one in sentences:
            one.passage = whole

    def _put(self, part: Part, gap: str) -> Piece:
        """Add the text of a part where it says that it begins, or right after what is there where it cannot begin there."""
        between = part.offset - self._reached if self._reached is not None else 0
        if between > _LONGEST_GAP:
            self.has_closed_gap, between = True, 2
        elif between < 0:
            self.has_overlap, between = True, 1
        self._texts += [gap * between, part.text]
        self._length += between
        units = Units(part.text, self.unit)
        piece = Piece(part, self._length, part.offset, units, part.text)
        self._length += len(part.text)
        self._reached = part.offset + units.from_code_points(len(part.text))
        self.pieces.append(piece)
        return piece

    def _within(self, passage: Piece, sentence: Part, reached: int) -> int:
        """A sentence of a passage that has a text itself: where it says, or where its text is next. Gives where it ends there."""
        text = sentence.text
        place = passage.place(sentence.offset, 0, "document")
        found = passage.text.find(text, reached, reached + len(text) + _LONGEST_GAP)
        at = place[0] - passage.start if place else found if found >= 0 else reached
        self.pieces.append(Piece(sentence, passage.start + at, sentence.offset, Units(text, self.unit), text, passage))
        return at + len(text)

    def place(self, piece: Piece | None, annotation: Annotation, base: Base) -> list[tuple[int, int]] | None:
        """The extents of an annotation, sorted; ``None`` where one is outside the text."""
        extents = []
        for offset, length in annotation.locations:
            place = piece.place(offset, length, base) if piece else None
            if place is None and base == "document":
                number = bisect_right(self._offsets, offset) - 1
                place = self.tops[max(number, 0)].place(offset, length, base) if self.tops else None
                place = place or self._across(offset, length)
            if place is None:
                return None
            extents.append(place)
        return sorted(extents)

    def _across(self, offset: int, length: int) -> tuple[int, int] | None:
        """A location that is longer than the part that it begins in, or in a gap."""
        start, end = self._edge(offset), self._edge(offset + length)
        return None if start is None or end is None or start > end else (start, end)

    def _edge(self, offset: int) -> int | None:
        number = bisect_right(self._offsets, offset) - 1
        if number < 0:
            return None
        before = self.tops[number]
        if place := before.place(offset, 0, "document"):
            return place[0]
        into_gap = offset - before.offset - before.units.from_code_points(len(before.text))
        after = self.tops[number + 1].start if number + 1 < len(self.tops) else len(self.text)
        at = before.start + len(before.text) + into_gap
        return at if into_gap > 0 and at <= after else None


class _Placed(msgspec.Struct):
    """An annotation with its extents, ``None`` where it is outside the text."""

    annotation: Annotation
    piece: Piece | None
    extents: list[tuple[int, int]] | None
    covered: str = ""
    fits: bool = True


def first_character(file: File) -> bytes:
    """The first character of a file that is no blank: whether it is XML or JSON."""
    return next(file.chunks(200), b"").removeprefix(codecs.BOM_UTF8).lstrip()[:1]


def draft(document: Part, id: str, shown: str, incoming: Incoming) -> Draft:
    """A document of the corpus."""
    layout, placed, base = _understood(document)
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


def _understood(document: Part) -> tuple[_Layout, list[_Placed], Base]:
    """The way of counting under which most annotations cover what they say; the usual one where several do."""
    units: list[Unit] = ["code point"]
    if not all(text.isascii() for text in _texts(document)):
        units += ["utf-8", "utf-16"]
    tried: list[tuple[int, _Layout, list[_Placed], Base]] = []
    bases: tuple[Base, ...] = ("document", "own", "passage")
    for base in bases:
        for unit in units:
            layout = _Layout(document, unit)
            placed = list(_placed(document, layout, base))
            wrong = sum(not one.fits for one in placed)
            if not wrong:
                return layout, placed, base
            tried.append((wrong, layout, placed, base))
    return min(tried, key=lambda one: one[0])[1:]


def _texts(part: Part) -> Iterator[str]:
    yield part.text
    for one in part.parts:
        yield from _texts(one)


def _placed(document: Part, layout: _Layout, base: Base) -> Iterator[_Placed]:
    holders: list[tuple[Part, Piece | None]] = [(document, None), *((piece.part, piece) for piece in layout.pieces)]
    for part, piece in holders:
        for annotation in part.annotations:
            extents = layout.place(piece, annotation, base)
            if extents is None:
                yield _Placed(annotation, piece, None, fits=False)
                continue
            covered = " ".join(layout.text[start:end] for start, end in extents)
            whole = layout.text[extents[0][0] : extents[-1][1]] if extents else ""
            said = annotation.text
            fits = not said or said in (covered, whole) or _squeezed(said) in (_squeezed(covered), _squeezed(whole))
            yield _Placed(annotation, piece, extents, covered, fits)


def _squeezed(text: str) -> str:
    return "".join(text.split())


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


def _take_annotation(one: _Placed, made: DraftSet, ids: _Ids, incoming: Incoming) -> None:
    annotation = one.annotation
    part = one.piece.part if one.piece else None
    said = _said(annotation.infons)
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
    fragments = tuple(extents) if len(extents) > 1 else ()
    text = "" if one.fits else annotation.text
    made.spans.append(Span(id, layer, label, extents[0][0], extents[-1][1], text, fragments, *said.rest))


class _Said(msgspec.Struct):
    """What infons say. ``rest``: attributes, confidence and remark."""

    label: str
    layer: str
    rest: tuple[dict[str, Any], float | None, str]


def _said(infons: dict[str, Any]) -> _Said:
    attributes: dict[str, Any] = {}
    words = {key: value for key, value in infons.items() if key in _KEYS and isinstance(value, str)}
    confidence = _confidence(infons.get("confidence"))
    for key, value in infons.items():
        is_taken = key in words if key != "confidence" else confidence is not None
        if not is_taken:
            attributes.update(flat(key.removeprefix("."), value))
    return _Said(words.get("type", ""), words.get("layer", ""), (attributes, confidence, words.get("note", "")))


def _confidence(said: Any) -> float | None:
    try:
        number = float(said)
    except (TypeError, ValueError):
        return None
    return number if math.isfinite(number) and 0 <= number <= 1 and not isinstance(said, bool) else None


def _take_parts(layout: _Layout, made: DraftSet, ids: _Ids, incoming: Incoming, where: str) -> None:
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
        said = _said(own)
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
    said = _said(tie.infons)
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


# --- writing -------------------------------------------------------------------------------------------------------------------


def _plain_roles(annotations: AnnotationSet, _document: Document, reducing: Reducing) -> AnnotationSet:
    """With one filler as such and not as a list of one, and without relations of nothing."""
    relations = []
    doomed = []
    for relation in annotations.relations:
        args = {
            role: value if isinstance(value, str) or len(value) > 1 else value[0]
            for role, value in relation.args.items()
            if value
        }
        if not args:
            doomed.append(relation.id)
        if args != relation.args:
            lose(reducing, ROLES.title, annotations, relation, stops=not args)
        relations.append(replace(relation, args=args))
    return taken_out(replace(annotations, relations=tuple(relations)), doomed, reducing)


ROLES = Feature("bioc:roles", "lists of one filler of a role, and relations of nothing", in_each_set(_plain_roles), stops=False)


def infons(record: Span | Relation | Label) -> dict[str, Any]:
    """What a record says, as infons."""
    said: dict[str, Any] = {"type": record.label}
    if record.layer != _PLAIN_LAYERS[type(record)]:
        said["layer"] = record.layer
    if record.confidence is not None:
        said["confidence"] = record.confidence
    if record.note:
        said["note"] = record.note
    for name, value in record.attributes.items():
        said[f".{name}" if name in _KEYS or name.startswith(".") else name] = value
    return said


class Passage(msgspec.Struct):
    """What is written as a passage. ``spans``: the annotations that lie in it."""

    start: int
    text: str
    infons: dict[str, Any] = {}
    spans: list[Span] = []


def arranged(document: Document) -> tuple[list[Passage], list[Span]]:
    """The passages of a document, and the spans that lie in none of them.

    Spans of the layer "passage" are passages where nothing but line ends lies between them. Else the text is one.
    """
    annotations = next(iter(document.sets.values()), None)
    spans = annotations.spans if annotations else ()
    own = _passages(spans, document.text)
    if not own:
        return [Passage(0, document.text, {}, list(spans))], []
    as_read = [PASSAGE_LAYER, *(f"{PASSAGE_LAYER}-{number}" for number in range(2, len(own) + 1))]
    are_as_read = [span.id for span in own] == as_read
    made = []
    for span in own:
        said = infons(span)
        del said["layer"]
        made.append(Passage(span.start, span.text, said if are_as_read else {**said, "id": span.id}))
    starts = [passage.start for passage in made]
    loose: list[Span] = []
    for span in spans:
        if span.layer == PASSAGE_LAYER:
            continue
        passage = made[bisect_right(starts, span.start) - 1]
        (passage.spans if span.end <= passage.start + len(passage.text) else loose).append(span)
    return made, loose


def _passages(spans: Iterable[Span], text: str) -> list[Span]:
    """The spans of the layer "passage", where they can be passages; none where one of them cannot."""
    own = [span for span in spans if span.layer == PASSAGE_LAYER]
    edges = [0, *(edge for span in own for edge in (span.start, span.end)), len(text)]
    gaps = [text[start:end] for start, end in zip(edges[::2], edges[1::2], strict=True)]
    can_be = (
        bool(own)
        and edges == sorted(edges)
        and not gaps[0]
        and gaps[-1] in ("", "\n")
        and not any(gap.strip("\n") or len(gap) > _LONGEST_GAP for gap in gaps)
        and all(span.start < span.end and not span.fragments and "id" not in span.attributes for span in own)
        and max(span.end for span in spans) <= own[-1].end
    )
    return own if can_be else []


def ties(document: Document) -> Iterable[Relation | Label]:
    """What is written as relations: relations, and labels of the document as relations of nothing."""
    annotations = next(iter(document.sets.values()), None)
    return (*annotations.relations, *annotations.labels) if annotations else ()


def nodes(record: Relation | Label) -> list[tuple[str, str]]:
    """The ids and roles of a relation; none of a label."""
    return [(id, role) for role, id in record.arguments()] if isinstance(record, Relation) else []


def covered_text(span: Span, text: str) -> str:
    """What an annotation repeats: the text from its first character to its last, gaps and all."""
    return text[span.start : span.end]
