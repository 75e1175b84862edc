"""Records of Prodigy as documents: what several say of one text comes together."""

from __future__ import annotations

import hashlib
from collections.abc import Hashable, Iterator
from functools import partial
from typing import Any

import msgspec

from postil.errors import UnreadableFile
from postil.exchange.drafts import Draft, DraftSet
from postil.exchange.incoming import Incoming
from postil.exchange.joined import joined
from postil.exchange.safe_json import converted, numbered, read_json_records
from postil.exchange.sources import File
from postil.exchange.tokens import TOKEN_LAYER
from postil.formats._flat import DOCUMENT_ID, is_name
from postil.formats._fresh_ids import FreshIds
from postil.formats._json_values import listed
from postil.formats._scores import confidence_or_attribute
from postil.model import Label, Relation, Span
from postil.scheme import LabelDefinition, Layer

_MANUAL_VIEWS = ("ner_manual", "spans_manual", "relations", "dep", "coref")
_SPAN_KEYS = frozenset((
    "start", "end", "label", "text", "token_start", "token_end", "id", "layer", "attributes", "note", "score", "answer", "source",
    "rank", "input_hash", "_input_hash", "_task_hash",
))  # fmt: skip
_RELATION_KEYS = frozenset((
    "head", "child", "label", "head_span", "child_span", "id", "layer", "attributes", "note", "score", "color", "answer",
))  # fmt: skip
_RECORD_KEYS = frozenset((
    "text", "tokens", "spans", "relations", "meta", "answer", "accept", "options", "label", "cats", "html", "config", "priority",
    "score", "rank", "version", "sents", "style",
))  # fmt: skip
_TOKEN_KEYS = frozenset(("text", "start", "end", "id", "ws", "disabled", "style"))


class _Piece(msgspec.Struct):
    """A token, a span, or the span at an end of a relation."""

    start: int | None = None
    end: int | None = None
    label: str | int | None = None
    text: str | None = None
    token_start: int | None = None
    token_end: int | None = None
    id: str | int | None = None
    layer: str | None = None
    attributes: dict[str, Any] = {}
    note: str = ""
    score: float | None = None
    answer: str | None = None


class _Tie(msgspec.Struct):
    """A relation."""

    head: int | None = None
    child: int | None = None
    label: str | None = None
    head_span: _Piece | None = None
    child_span: _Piece | None = None
    id: str | None = None
    layer: str | None = None
    attributes: dict[str, Any] = {}
    note: str = ""
    score: float | None = None


class _Option(msgspec.Struct):
    """Something to choose."""

    id: str | int | float
    text: str | None = None
    layer: str | None = None
    record: dict[str, Any] = {}


class _Record(msgspec.Struct):
    """A record, as far as it says something of a text."""

    text: str
    tokens: list[_Piece] | None = None
    spans: list[_Piece] | None = None
    relations: list[_Tie] | None = None
    answer: str | None = None
    accept: list[str | int | float] | None = None
    options: list[_Option] | None = None
    label: str | None = None
    cats: dict[str, float | bool | None] | None = None
    view: str | None = msgspec.field(default=None, name="_view_id")
    annotator: str | int | None = msgspec.field(default=None, name="_annotator_id")
    session: str | int | None = msgspec.field(default=None, name="_session_id")


def read(incoming: Incoming) -> Iterator[Draft]:
    files = incoming.source.files(".jsonl", ".json", ".ndjson")
    for _, (said,) in joined([partial(_keyed, incoming, files)]):
        file, line, number, raw = said[0]
        if not isinstance(raw.get("text"), str):
            incoming.losses.add("records without a text", f"{file.shown}:{line}")
            continue
        with incoming.noting_unreadable():
            sets = _Sets(incoming)
            for part_file, part_line, _, part in said:
                sets.add(part, part_file, part_line)
            meta = raw.get("meta")
            metadata = dict(meta) if isinstance(meta, dict) else {"meta": meta} if meta else {}
            metadata |= {key: value for key, value in raw.items() if key not in _RECORD_KEYS and not key.startswith("_")}
            name = metadata.pop(DOCUMENT_ID, None)
            name = str(name) if is_name(name) else f"{file.name}-{number}"
            yield Draft(name, raw["text"], list(sets.made()), metadata, "code point", f"{file.shown}:{line}")


def _keyed(incoming: Incoming, files: list[File]) -> Iterator[tuple[Hashable, tuple[File, int, int, dict[str, Any]]]]:
    """Each record, with its line and its number, and with what it has in common with others about the same text."""
    for file in files:
        with incoming.noting_unreadable():
            read = ((line, one) for line, value in read_json_records(file) for one in _records(value, file, line))
            for number, line, record in numbered(read):
                text, meta = record.get("text"), record.get("meta")
                if isinstance(text, str):
                    id = meta.get(DOCUMENT_ID) if isinstance(meta, dict) else None
                    yield (hashlib.blake2b(text.encode(), digest_size=16).digest(), str(id)), (file, line, number, record)
                else:
                    yield (file.path, number), (file, line, number, record)


def _records(value: Any, file: File, line: int) -> Iterator[dict[str, Any]]:
    """A value of a file as records: one, one pair of spaCy's old training data, or several such under ``annotations``."""
    if isinstance(value, dict) and isinstance(value.get("annotations"), list) and "text" not in value:
        for pair in value["annotations"]:
            if pair is not None:
                yield _of_pair(pair, file, line)
    elif isinstance(value, list):
        yield _of_pair(value, file, line)
    elif isinstance(value, dict):
        yield _of_training(value, file, line) if _is_training(value) else value
    else:
        raise UnreadableFile(file.shown, 'not a record of Prodigy: an object with "text" is wanted', line, 1)


def _is_training(record: dict[str, Any]) -> bool:
    """Whether a record is a pair of training data that somebody made an object of."""
    return "text" in record and "spans" not in record and isinstance(record.get("entities"), list)


def _of_training(record: dict[str, Any], file: File, line: int) -> dict[str, Any]:
    spans = [_of_triple(one, None, file, line) for one in record["entities"]]
    return {**{key: value for key, value in record.items() if key != "entities"}, "spans": spans}


def _of_pair(pair: Any, file: File, line: int) -> dict[str, Any]:
    match pair:
        case [str(text), dict(said)]:
            layers = said.get("spans")
            groups = {None: said.get("entities"), **(layers if isinstance(layers, dict) else {})}
            others = {key: value for key, value in said.items() if key not in ("entities", "spans", "cats")}
            spans = [_of_triple(one, layer, file, line) for layer, several in groups.items() for one in listed(several)]
            return {"text": text, "spans": spans, "cats": said.get("cats"), **({"meta": others} if others else {})}
    raise UnreadableFile(file.shown, 'not training data: pairs like ["text", {"entities": [[0, 4, "PER"]]}] are wanted', line, 1)


def _of_triple(triple: Any, layer: str | None, file: File, line: int) -> dict[str, Any]:
    match triple:
        case [int(start), int(end), str(label), *_]:
            return {"start": start, "end": end, "label": label, "layer": layer}
        case dict():
            return triple
    raise UnreadableFile(file.shown, f"not a span: {triple!r} is no [start, end, label]"[:200], line, 1)


class _Said(msgspec.Struct, frozen=True):
    """A record, with what the file has of it and where."""

    record: _Record
    raw: dict[str, Any]
    place: str

    @property
    def is_manual(self) -> bool:
        """Whether everything in the text was annotated at once."""
        return self.record.view in _MANUAL_VIEWS or (self.record.view is None and len(self.record.spans or ()) > 1)

    @property
    def content(self) -> Any:
        """What it says."""
        return [self.raw.get(key) for key in ("spans", "relations", "accept", "label", "cats", "answer")]


class _Sets:
    """What several records say of one text, by annotator.

    Suggestions are answered one by one: they make one set. What was annotated as a whole a second time is a set of its own.
    """

    def __init__(self, incoming: Incoming) -> None:
        self.incoming = incoming
        self._groups: dict[str, list[list[_Said]]] = {}
        self._contents: set[tuple[str, bytes]] = set()
        self._manual: set[str] = set()

    def add(self, raw: dict[str, Any], file: File, line: int) -> None:
        """Take a record in."""
        try:
            record = converted(raw, _Record)
        except msgspec.ValidationError as error:
            raise UnreadableFile(file.shown, f"not a record of Prodigy: {error}", line, 1) from error
        said = _Said(record, raw, f"{file.shown}:{line}")
        if record.answer == "ignore":
            self.incoming.losses.add("records that were skipped", said.place, record.text)
            return
        who = record.annotator if record.annotator is not None else record.session
        name = "" if who is None else str(who)
        groups = self._groups.setdefault(name, [])
        content = (name, msgspec.json.encode(said.content))
        if content in self._contents:
            self.incoming.repaired.add("records that are there twice", said.place)
            return
        self._contents.add(content)
        if groups and not (said.is_manual and name in self._manual):
            groups[0].append(said)
        else:
            groups.append([said])
        if said.is_manual:
            self._manual.add(name)

    def made(self) -> Iterator[DraftSet]:
        """The sets; none of who only rejected."""
        for annotator, groups in self._groups.items():
            for number, group in enumerate(groups, 1):
                name = annotator if number == 1 else f"{annotator or 'annotator'}-{number}"
                if number > 1:
                    kind = "texts that an annotator did twice, each time as a set of its own"
                    self.incoming.repaired.add(kind, f"{group[0].place}: {name}")
                reading = _Reading(self.incoming, name, group[0].place)
                for said in group:
                    reading.add(said)
                if reading.is_said:
                    yield reading.made


class _Reading:
    """Makes a set of records."""

    def __init__(self, incoming: Incoming, annotator: str, place: str) -> None:
        self.incoming = incoming
        self.is_said = False
        self.made = DraftSet(annotator, spans=[], relations=[], labels=[], file=place)
        self._ids = FreshIds()
        self._has_tokens = False
        self._places: dict[tuple[int, int], list[Span]] = {}
        self._extents: set[tuple[Any, ...]] = set()

    def add(self, said: _Said) -> None:
        """Add what a record says."""
        record, raw = said.record, said.raw
        is_rejected = record.answer == "reject"
        self.is_said = self.is_said or not is_rejected
        tokens = record.tokens or []
        if tokens and self.incoming.with_tokens and not self._has_tokens:
            self._has_tokens = True
            for one, other in zip(tokens, raw["tokens"], strict=True):
                self._put(self._token(one, other, said))
        elif tokens and not self.incoming.with_tokens:
            self.incoming.losses.add("tokens, which --tokens keeps", said.place, stops=False)
        for piece, other in zip(record.spans or [], raw.get("spans") or [], strict=True):
            self._span(piece, other, said, is_rejected=is_rejected or piece.answer == "reject")
        if is_rejected:
            if record.label and not record.spans:
                self.incoming.losses.add("categories that were rejected", said.place, record.label)
            elif not record.spans:
                self.incoming.losses.add("records that were rejected", said.place, record.text)
            return
        for tie, other in zip(record.relations or [], raw.get("relations") or [], strict=True):
            self._relation(tie, other, said)
        self._choices(said)

    def _token(self, piece: _Piece, raw: dict[str, Any], said: _Said) -> Span:
        start, end = _extent(piece, said)
        attributes = {key: value for key, value in raw.items() if key not in _TOKEN_KEYS}
        return Span(self._ids.take(None, "t"), TOKEN_LAYER, "token", start, end, piece.text or "", attributes=attributes)

    def _span(self, piece: _Piece, raw: dict[str, Any], said: _Said, *, is_rejected: bool) -> None:
        tokens = said.record.tokens or []
        if piece.start is None and piece.token_start is not None and piece.token_end is not None:
            first, last = _at(tokens, piece.token_start, said), _at(tokens, piece.token_end, said)
            piece.start, piece.end = first.start, last.end
        start, end = _extent(piece, said)
        label = next((str(one) for one in (piece.label, said.record.label) if one not in (None, "")), "span")
        if is_rejected and not self.incoming.options["rejected"]:
            self.incoming.losses.add("spans that were rejected", said.place, said.record.text[start:end])
            return
        key = (start, end, label, piece.layer, piece.id)
        if piece.id is None and key in self._extents:
            return
        self._extents.add(key)
        self.is_said = True
        attributes = {name: value for name, value in raw.items() if name not in _SPAN_KEYS} | piece.attributes
        if attributes.get("type") == "span":  # what the relations view writes into each
            del attributes["type"]
        attributes |= {"answer": "reject"} if is_rejected else {}
        layer = piece.layer or self.incoming.span_layer
        confidence, score = confidence_or_attribute(piece.score)
        more: dict[str, Any] = {"attributes": attributes | score, "confidence": confidence, "note": piece.note}
        self._put(Span(self._ids.take(piece.id, "e"), layer, label, start, end, piece.text or "", **more))

    def _put(self, span: Span) -> None:
        self.made.spans.append(span)
        self._places.setdefault((span.start, span.end), []).append(span)

    def _relation(self, tie: _Tie, raw: dict[str, Any], said: _Said) -> None:
        args: dict[str, Any] = {
            "from": self._end(tie.head_span, tie.head, said),
            "to": self._end(tie.child_span, tie.child, said),
        }
        attributes = {name: value for name, value in raw.items() if name not in _RELATION_KEYS} | tie.attributes
        layer = tie.layer or self.incoming.relation_layer
        id = self._ids.take(tie.id, "r")
        confidence, score = confidence_or_attribute(tie.score)
        self.made.relations.append(Relation(id, layer, tie.label or layer, args, attributes | score, confidence, tie.note))

    def _end(self, piece: _Piece | None, index: int | None, said: _Said) -> str:
        """The span that a relation leads to; where there is only a token, one is made of it."""
        tokens = said.record.tokens or []
        if piece is None or piece.start is None:
            if index is None:
                raise UnreadableFile(said.place, "a relation says neither a token nor a span for one of its ends")
            token = _at(tokens, index, said)
            holders = [one for one in said.record.spans or () if one.token_end == index or one.end == token.end]
            piece = holders[0] if holders else token
        start, end = _extent(piece, said)
        spans = self._places.get((start, end), [])
        exact = [one for one in spans if one.id == piece.id] or [one for one in spans if one.label == piece.label] or spans
        if exact:
            return exact[0].id
        self.incoming.repaired.add("ends of relations that are only tokens, as spans of layer token", said.place)
        made = Span(self._ids.take(None, "t"), TOKEN_LAYER, "token", start, end, piece.text or "")
        self._put(made)
        return made.id

    def _choices(self, said: _Said) -> None:
        """Labels of the document: what was chosen, the category that was accepted, categories with their scores."""
        record = said.record
        options = {str(one.id): one for one in record.options or ()}
        if options and not any(one.layer for one in options.values()):
            labels = {name: LabelDefinition(one.text or "") for name, one in options.items()}
            known = self.incoming.declared.get(self.incoming.label_layer)
            labels = {**(known.labels if known else {}), **labels}
            self.incoming.declared[self.incoming.label_layer] = Layer("label", labels=labels, multiple=True)
        for chosen in record.accept or ():
            option = options.get(str(chosen), _Option(chosen))
            layer = option.layer or self.incoming.label_layer
            self._label(layer, option.text if option.layer and option.text else str(chosen), option.record)
        if record.label and not record.spans:
            self._label(self.incoming.label_layer, record.label, {})
        for name, score in (record.cats or {}).items():
            if score:
                self._label(self.incoming.label_layer, name, {"score": score} if score < 1 else {})

    def _label(self, layer: str, label: str, more: dict[str, Any]) -> None:
        if any((one.layer, one.label) == (layer, label) for one in self.made.labels):
            return
        id, attributes, score, note = (more.get(name) for name in ("id", "attributes", "score", "note"))
        fresh = self._ids.take(id if isinstance(id, str) else None, "d")
        attributes = attributes if isinstance(attributes, dict) else {}
        confidence = score if isinstance(score, float | int) else None
        self.made.labels.append(Label(fresh, layer, label, attributes, confidence, note if isinstance(note, str) else ""))


def _extent(piece: _Piece, said: _Said) -> tuple[int, int]:
    if piece.start is None or piece.end is None:
        raise UnreadableFile(said.place, "a span or token has no start and end")
    return piece.start, piece.end


def _at(tokens: list[_Piece], index: int, said: _Said) -> _Piece:
    if not 0 <= index < len(tokens):
        raise UnreadableFile(said.place, f"token {index} is meant, and there are {len(tokens)}")
    return tokens[index]
