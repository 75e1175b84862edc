"""doccano: JSON Lines with spans, relations and categories, a file for each annotator."""

from __future__ import annotations

import contextlib
import hashlib
import re
from collections.abc import Callable, Hashable, Iterable, Iterator
from functools import partial
from itertools import islice
from pathlib import PurePosixPath
from typing import Any

import msgspec

from postil.corpus import Document
from postil.errors import UnreadableFile
from postil.exchange.drafts import Draft, DraftSet
from postil.exchange.features import (
    ANNOTATORS,
    CROSSING,
    CUT,
    DOCUMENT_IDS,
    DOCUMENT_LABELS,
    DOCUMENT_NOTES,
    METADATA,
    NESTED,
    OVER_SENTENCES,
    RELATIONS,
    STACKED,
    TEXT,
)
from postil.exchange.format import Format, Option
from postil.exchange.incoming import Incoming
from postil.exchange.joined import joined
from postil.exchange.outgoing import Outgoing
from postil.exchange.safe_json import converted, numbered, read_json, read_json_records, whole
from postil.exchange.sources import File
from postil.formats._flat import DOCUMENT_ID, flat, is_name
from postil.formats._json_values import listed, pretty
from postil.formats._tables import Table
from postil.model import AnnotationSet, Label, Note, Relation, Span
from postil.scheme import LabelDefinition, Layer, LayerKind
from postil.text import Unit, Units

_MANUAL = """\
doccano's export: a zip or a directory with a file of JSON Lines for each annotator, who is called like the file.

{"id":1,"text":"Anna met Ben.","entities":[{"id":1,"label":"PER","start_offset":0,"end_offset":4},…],
 "relations":[{"id":1,"from_id":1,"to_id":2,"type":"met"}],"cats":["news"],"Comments":["…"],"document_id":"news/1"}

Read: that; "label" or "labels" with [start, end, label], or with categories of the document; "annotations" of the oldest version
(what their label numbers mean is read from label_config.json beside the file); CSV with the columns text and label (several
categories joined by #); fastText (__label__x text). Other tables and texts are refused, and counted where they lie beside
records. --text-key and --label-key name other keys or columns. Every other key is metadata, comments are notes on the
document. doccano skips records without a text, and so does this, but it counts them.

What offsets count is not written in the file: doccano's server means code points, its browser counts UTF-16 units, or grapheme
clusters if the project says so. The texts that only postil's own export repeats decide; else the way of counting under which no
span begins or ends in a blank or inside a word; else say --offsets.

Written: a file for each annotator, and label_config.json and its like for the settings of the project. Allow overlapping spans
there: doccano drops them silently where the project does not. --browser writes offsets as the browser counts them, for texts with
emoji that people will look at in doccano. doccano has no layers, attributes, remarks or discontinuous spans."""

_KEYS = ("id", "entities", "relations", "cats", "annotations", "Comments", "comments", "meta", DOCUMENT_ID)
_LOOKED_AT = 100  # lines of a text that may be fastText's
_FAST_TEXT = re.compile(r"__label__(\S+) ?")
_COLOURS = ("#4e79a7", "#f28e2b", "#e15759", "#76b7b2", "#59a14f", "#edc948", "#b07aa1", "#ff9da7", "#9c755f", "#bab0ac")
_CONFIGS: dict[LayerKind, str] = {
    "span": "label_config.json",
    "label": "category_config.json",
    "relation": "relation_config.json",
}

Records = Iterator[tuple[int, dict[str, Any]]]


class _Entity(msgspec.Struct):
    """A span, or with ``user`` and without offsets a category."""

    label: str | int = ""
    start_offset: int | None = None
    end_offset: int | None = None
    id: int | str | None = None
    text: str = ""
    user: int | str | None = None
    others: dict[str, Any] = {}


class _Tie(msgspec.Struct):
    """A relation."""

    from_id: int | str
    to_id: int | str
    type: str | int | None = None
    id: int | str | None = None


# --- reading -------------------------------------------------------------------------------------------------------------------


def _read(incoming: Incoming) -> Iterator[Draft]:
    files = [file for file in incoming.source.files(".jsonl", ".json", ".ndjson", ".csv", ".txt") if _has_records(file, incoming)]
    names = _label_names(incoming)
    text_key = incoming.options["text-key"]
    for _, parts in joined([partial(_keyed, incoming, file, is_only=len(files) == 1) for file in files]):
        said = [(file, *one) for file, found in zip(files, parts, strict=True) for one in found]
        file, number, line, first = said[0]
        if not isinstance(first.get(text_key), str) or not first[text_key]:
            incoming.losses.add(f"records without a {text_key}", f"{file.shown}:{line}")
            continue
        with incoming.noting_unreadable():
            sets: dict[str, DraftSet] = {}
            for part_file, _, part_line, record in said:
                annotator = _annotator(incoming, part_file, files)
                for one in _Reading(incoming, f"{part_file.shown}:{part_line}", names).sets(record, annotator):
                    _put(sets, one, incoming)
            yield _draft(file, (number, line), first, list(sets.values()), incoming)


def _has_records(file: File, incoming: Incoming) -> bool:
    """Whether a file has records that can be read. One that is not of doccano is an error only where it is the only one."""
    if file.path.endswith("_config.json"):
        return False
    with incoming.noting_unreadable():
        return _is_of_doccano(file, incoming)
    return False


def _is_of_doccano(file: File, incoming: Incoming) -> bool:
    """Whether a file is not of another kind."""
    why_not = _why_not(file, incoming)
    if why_not and not incoming.source.is_directory:
        raise UnreadableFile(file.shown, f"not of doccano: {why_not}", 1, 1)
    if why_not:
        incoming.losses.add("files that are not of doccano", f"{file.shown}: {why_not}", stops=False)
    return not why_not


def _why_not(file: File, incoming: Incoming) -> str:
    """Why a table, or a text, has no records: any file could be taken for one."""
    suffix, text_key = _suffix(file), incoming.options["text-key"]
    if suffix == ".csv":
        columns = Table(file, incoming.source.encoding).columns
        is_there = text_key in columns or (text_key == "text" and "data" in columns)
        return "" if is_there else f"there is no column {text_key} (--text-key names another)"
    if suffix == ".txt":
        lines = islice(file.lines(incoming.source.encoding), _LOOKED_AT)
        return "" if any(line.startswith("__label__") for _, line in lines) else "no line begins with __label__, as fastText's do"
    return ""


def _suffix(file: File) -> str:
    return PurePosixPath(file.path.removesuffix(".gz")).suffix.lower()


def _keyed(incoming: Incoming, file: File, *, is_only: bool) -> Iterator[tuple[Hashable, tuple[int, int, dict[str, Any]]]]:
    """Each record with what it has in common with those of other annotators."""
    with incoming.noting_unreadable():
        for number, line, record in numbered(_records(file, incoming)):
            id, text = record.get("id"), record.get(incoming.options["text-key"])
            is_shared = is_name(id) and isinstance(text, str) and not is_only
            digest = hashlib.blake2b(text.encode(), digest_size=16).digest() if isinstance(text, str) else b""
            yield (str(id), digest) if is_shared else (file.path, number), (number, line, record)


def _annotator(incoming: Incoming, file: File, files: list[File]) -> str:
    """Whose file it is: its name says so where it comes from an export."""
    name = PurePosixPath(file.name).name
    return name if incoming.source.is_directory and (name != "all" or len(files) > 1) else ""


def _put(sets: dict[str, DraftSet], one: DraftSet, incoming: Incoming) -> None:
    """Add a set; a second one by the same annotator gets another name."""
    name, number = one.annotator, 2
    while one.annotator in sets:
        one.annotator, number = f"{name or 'annotator'}-{number}", number + 1
    if one.annotator != name:
        incoming.repaired.add("records that an annotator has twice, each as a set of its own", f"{one.file}: {one.annotator}")
    sets[one.annotator] = one


def _draft(file: File, at: tuple[int, int], record: dict[str, Any], sets: list[DraftSet], incoming: Incoming) -> Draft:
    number, line = at
    name = record.get(DOCUMENT_ID)
    if not is_name(name):
        name = f"document-{record['id']}" if is_name(record.get("id")) else f"{file.name}-{number}"
    text_key, label_key = incoming.options["text-key"], incoming.options["label-key"]
    own = (*_KEYS, text_key, *([label_key] if label_key else ("label", "labels")))
    metadata = {key: value for key, value in record.items() if key not in own}
    meta = record.get("meta")
    metadata |= meta if isinstance(meta, dict) else {"meta": meta} if meta else {}
    spans = [span for one in sets for span in one.spans]
    unit: Unit | None = "code point" if spans and all(span.text for span in spans) else None
    return Draft(str(name), record[text_key], sets, metadata, unit, f"{file.shown}:{line}")


def _records(file: File, incoming: Incoming) -> Records:
    suffix = _suffix(file)
    if suffix == ".csv":
        for line, row in _of_table(Table(file, incoming.source.encoding), incoming.options["label-key"] or "label"):
            yield line, _with_text(row, incoming.options["text-key"])
    elif suffix == ".txt":
        yield from _of_fast_text(file, incoming)
    else:
        for line, record in read_json_records(file):
            if not isinstance(record, dict):
                raise UnreadableFile(file.shown, "not a record of doccano: an object is wanted", line, 1)
            yield line, _with_text({**record, "id": whole(record.get("id"))}, incoming.options["text-key"])


def _with_text(record: dict[str, Any], text_key: str) -> dict[str, Any]:
    """The record with its text where it is wanted: some versions of doccano call it data."""
    if text_key == "text" and "text" not in record and isinstance(record.get("data"), str):
        return {text_key: record["data"], **{key: value for key, value in record.items() if key != "data"}}
    return record


def _of_table(table: Table, label_key: str) -> Records:
    for line, row in table.rows():
        if row.get(label_key, "").startswith(("[{", "{")):
            raise UnreadableFile(
                table.file.shown, f"the {label_key} is JSON, as in the CSV of Label Studio, not of doccano", line, 1
            )
        labels = [one for one in row.get(label_key, "").split("#") if one]
        yield line, {**row, label_key: labels}


def _of_fast_text(file: File, incoming: Incoming) -> Records:
    for line, text in file.lines(incoming.source.encoding):
        labels, at = [], 0
        while found := _FAST_TEXT.match(text, at):
            labels.append(found[1])
            at = found.end()
        if text.strip():
            yield line, {incoming.options["text-key"]: text[at:], incoming.options["label-key"] or "label": labels}


def _label_names(incoming: Incoming) -> dict[str, str]:
    """What the numbers of labels mean, as a label configuration beside the records says; its labels become the scheme."""
    names: dict[str, str] = {}
    layers: dict[LayerKind, str] = {
        "span": incoming.span_layer, "label": incoming.label_layer, "relation": incoming.relation_layer,
    }  # fmt: skip
    for kind, name in _CONFIGS.items():
        for file in filter(None, [incoming.source.get(name)] if not incoming.source.is_directory else _named(incoming, name)):
            labels: dict[str, LabelDefinition] = {}
            for one in listed(read_json(file)):
                text = one.get("text") if isinstance(one, dict) else None
                if not isinstance(text, str):
                    raise UnreadableFile(
                        file.shown, 'not a configuration of labels: a list of objects with "text" is wanted', 1, 1
                    )
                if is_name(one.get("id")):
                    names[str(one["id"])] = text
                colour = one.get("backgroundColor") or one.get("background_color")
                labels[text] = LabelDefinition(colour=colour if isinstance(colour, str) else "")
            incoming.declared[layers[kind]] = Layer(kind, labels=labels, multiple=kind == "label")
    return names


def _named(incoming: Incoming, name: str) -> list[File]:
    return [file for path, file in incoming.source.all_files.items() if PurePosixPath(path).name == name]


class _Reading:
    """Reads one record."""

    def __init__(self, incoming: Incoming, place: str, names: dict[str, str]) -> None:
        self.incoming, self.place, self.names = incoming, place, names

    def sets(self, record: dict[str, Any], annotator: str) -> list[DraftSet]:
        """What it says, by annotator: the oldest version has those of several in one record."""
        entities, categories = self._said(record)
        by_whom: dict[str, list[_Entity]] = {}
        for one in entities:
            by_whom.setdefault(annotator if one.user is None else f"user-{one.user}", []).append(one)
        if categories or not by_whom:
            by_whom.setdefault(annotator, [])
        return [self._set(who, own, categories if who == annotator else [], record) for who, own in by_whom.items()]

    def _said(self, record: dict[str, Any]) -> tuple[list[_Entity], list[str]]:
        """The entities and the categories, from wherever this version has them."""
        entities: list[_Entity] = []
        categories: list[str] = []
        label_key = self.incoming.options["label-key"]
        for key in ("annotations", "entities", "cats", *([label_key] if label_key else ("label", "labels"))):
            for one in listed(record.get(key)):
                if isinstance(whole(one), str | int):
                    categories.append(self._name(whole(one)))
                else:
                    entities.append(self._entity(one))
        return entities, categories

    def _entity(self, value: Any) -> _Entity:
        if isinstance(value, list):
            value = dict(zip(("start_offset", "end_offset", "label"), value, strict=False))
        if isinstance(value, dict) and "start" in value and "start_offset" not in value:
            others = {key: one for key, one in value.items() if key not in ("start", "end")}
            value = {**others, "start_offset": value["start"], "end_offset": value.get("end")}
        try:
            entity = converted(value, _Entity)
        except msgspec.ValidationError as error:
            raise UnreadableFile(self.place, f"not an annotation of doccano: {error}") from error
        entity.others = {key: one for key, one in value.items() if key not in _Entity.__struct_fields__}
        return entity

    def _name(self, label: str | int) -> str:
        name = self.names.get(str(label), str(label))
        if isinstance(label, int) and str(label) not in self.names:
            self.incoming.repaired.add(
                "labels that are only numbers: label_config.json has their names", f"{self.place}: {label}"
            )
        return name

    def _set(self, annotator: str, entities: list[_Entity], categories: list[str], record: dict[str, Any]) -> DraftSet:
        made = DraftSet(annotator, spans=[], relations=[], labels=[], notes=[], file=self.place)
        for number, one in enumerate(entities):
            if one.start_offset is None or one.end_offset is None:
                categories = [*categories, self._name(one.label) if one.label != "" else one.text]
                continue
            id = f"e{number if one.id is None else one.id}"
            place = (one.start_offset, one.end_offset, one.text)
            made.spans.append(Span(id, self.incoming.span_layer, self._name(one.label), *place, attributes=one.others))
        made.labels += [
            Label(f"d{number}", self.incoming.label_layer, name) for number, name in enumerate(dict.fromkeys(categories), 1)
        ]
        comments = [*listed(record.get("Comments")), *listed(record.get("comments"))]
        made.notes += [Note(f"n{number}", "", self._comment(one)) for number, one in enumerate(comments, 1)]
        for number, tie in enumerate(listed(record.get("relations"))):
            self._relate(made, tie, number)
        return made

    def _comment(self, value: Any) -> str:
        text = value.get("text") if isinstance(value, dict) else value
        return text if isinstance(text, str) else str(value)

    def _relate(self, made: DraftSet, value: Any, number: int) -> None:
        try:
            tie = converted(value, _Tie)
        except msgspec.ValidationError as error:
            raise UnreadableFile(self.place, f"not a relation of doccano: {error}") from error
        args: dict[str, Any] = {"from": f"e{tie.from_id}", "to": f"e{tie.to_id}"}
        label = self.incoming.relation_layer if tie.type in (None, "") else self._name(tie.type)
        id = f"r{number if tie.id is None else tie.id}"
        made.relations.append(Relation(id, self.incoming.relation_layer, label, args))


# --- writing -------------------------------------------------------------------------------------------------------------------


def _write(documents: Iterable[Document], outgoing: Outgoing) -> None:
    is_for_browser = outgoing.options["browser"]
    with contextlib.ExitStack() as open_files:
        files: dict[str, Any] = {}
        for number, document in enumerate(documents, 1):
            units = Units(document.text, "utf-16") if is_for_browser else None
            for annotator, annotations in document.sets.items():
                if annotator not in files:
                    files[annotator] = open_files.enter_context(outgoing.target.open(f"{annotator}.jsonl"))
                record = {
                    "id": number, "text": document.text, **_written(annotations, units), DOCUMENT_ID: document.id,
                    **flat(document.metadata, (*_KEYS, "text", "label", "labels")),
                }  # fmt: skip
                files[annotator].write(msgspec.json.encode(record) + b"\n")
    for kind, name in _CONFIGS.items():
        if labels := {
            label: one for layer in outgoing.scheme.layers_of_kind(kind).values() for label, one in layer.labels.items()
        }:
            outgoing.target.write(name, pretty(_looks(labels)))
    outgoing.say.append("import label_config.json and its like as labels of the project, and allow overlapping spans there")


def _written(annotations: AnnotationSet, units: Units | None) -> dict[str, Any]:
    """What a set says. The text of a span, which doccano does not heed, proves the offsets; not where the browser counts."""
    numbers = {span.id: number for number, span in enumerate(annotations.spans, 1)}
    convert: Callable[[int], int] = units.from_code_points if units else int
    entities = [
        {
            "id": numbers[span.id], "label": span.label, "start_offset": convert(span.start), "end_offset": convert(span.end),
            **({} if units else {"text": span.text}),
        }
        for span in annotations.spans
    ]  # fmt: skip
    relations = [
        {"id": number, "from_id": numbers[str(one.args["from"])], "to_id": numbers[str(one.args["to"])], "type": one.label}
        for number, one in enumerate(annotations.relations, 1)
    ]
    return {
        "entities": entities,
        "relations": relations,
        "cats": [label.label for label in annotations.labels],
        "Comments": [note.text for note in annotations.notes],
    }


def _looks(labels: dict[str, LabelDefinition]) -> list[dict[str, Any]]:
    """Labels as doccano imports them: each with a key of its own and a colour."""
    taken: set[str] = set()
    looks = []
    for number, (label, definition) in enumerate(labels.items()):
        key = definition.key if definition.key.isascii() and definition.key.isalnum() and definition.key not in taken else None
        taken.add(key or "")
        colour = definition.colour or _COLOURS[number % len(_COLOURS)]
        looks.append({"text": label, "suffixKey": key, "backgroundColor": colour, "textColor": "#ffffff"})
    return looks


FORMAT = Format(
    "doccano", "doccano", _MANUAL,
    frozenset((
        ANNOTATORS, CROSSING, CUT, DOCUMENT_IDS, DOCUMENT_LABELS, DOCUMENT_NOTES, METADATA, NESTED, OVER_SENTENCES, RELATIONS,
        STACKED, TEXT,
    )),
    _read, _write,
    read_options=(
        Option("text-key", "The key, or column, of the text.", "KEY", default="text"),
        Option("label-key", "The key, or column, of labels, where it is neither label nor labels.", "KEY"),
    ),
    write_options=(Option("browser", "Count offsets as doccano's browser does: in UTF-16 code units.", is_flag=True),),
    signs=(
        r'"start_offset"\s*:',
        r'\{\s*(?:"id"\s*:\s*\d+\s*,\s*)?"(?:text|data)"\s*:\s*"[^"]*"\s*,\s*"(?:labels?|entities)"\s*:\s*\[\s*(?:"|\[\s*\d)',
        r"\A__label__|\A[^\n]*\btext,label\b",
    ),
)  # fmt: skip
