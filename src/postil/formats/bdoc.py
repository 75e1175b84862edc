"""GateNLP's documents: JSON (bdocjs) both ways, YAML (bdocym) on reading."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from postil.corpus import Document
from postil.errors import MissingExtra, UnreadableFile
from postil.exchange.drafts import Draft
from postil.exchange.features import METADATA
from postil.exchange.format import Format
from postil.exchange.incoming import Incoming
from postil.exchange.outgoing import Outgoing
from postil.exchange.safe_json import read_json, whole
from postil.exchange.sources import File
from postil.formats._gate import KEEPS, SETS, Annotation, annotations_of, draft_sets, numbered_sets
from postil.manifest import Metadata

_MANUAL = """\
A directory with <id>.bdocjs for each document:

{"text": "Then Rajnath Singh spoke.\\n", "features": {"title": "…"}, "offset_type": "p", "name": "news/1",
 "annotation_sets": {"gold": {"name": "gold", "next_annid": 2, "annotations": [
   {"type": "PERSON", "start": 5, "end": 18, "id": 1, "features": {"layer": "entity", "wikidata": "Q1393441"}}]}}}

Offsets count code points ("p", or nothing said) or, in files of Java, UTF-16 code units ("j"). An annotation set is an
annotator (the default set is nobody's), or a layer of one annotator with --sets layers. The type is the label, features are
attributes with the types that they have; layer, confidence and note are features of these names. Features of the document
are its metadata. Tokens and Sentences become layers with --tokens. Also read: YAML (.bdocym), and both packed with gzip.

Not kept: discontinuous spans, relations, document labels, notes, ids."""

_SUFFIXES = (".bdocjs", ".bdocjson", ".gate_sj", ".bdocym", ".bdocyaml", ".bdoc")
_PACKED = (".bdocmp",)
_UNITS = {"p": "code point", "j": "utf-16"}
_MANY_VALUES = 100_000  # or as many as the file has characters
_DEEPEST = 100


def _read(incoming: Incoming) -> Iterator[Draft]:
    for file in incoming.source.files(*_SUFFIXES, *_PACKED):
        with incoming.noting_unreadable():
            if file.path.lower().removesuffix(".gz").endswith(_PACKED):
                raise UnreadableFile(file.shown, "packed by msgpack: load it with gatenlp, and save it as .bdocjs")
            is_yaml = file.path.lower().removesuffix(".gz").endswith((".bdocym", ".bdocyaml", ".yaml", ".yml"))
            yield _draft(_read_yaml(file) if is_yaml else read_json(file), file, incoming)


def _draft(value: Any, file: File, incoming: Incoming) -> Draft:
    if not isinstance(value, dict) or not isinstance(value.get("text"), str):
        raise UnreadableFile(file.shown, 'no document of GateNLP: an object with a "text" is wanted')
    unit = _UNITS.get(str(value.get("offset_type") or "p"))
    if unit is None:
        raise UnreadableFile(file.shown, f'offset_type is "p" or "j", not {value["offset_type"]!r}')
    known = ("text", "features", "offset_type", "name", "annotation_sets", "document_type", "repr_version", "gatenlp_type")
    for key in value:
        if key not in known:
            incoming.losses.add("keys of a document that GateNLP does not have", file.shown, key)
    sets = {
        str(name): [_annotation(one, str(name), number, file) for number, one in enumerate(_annotations(inner, file), 1)]
        for name, inner in _object(value.get("annotation_sets") or {}, file).items()
    }
    drafts = draft_sets(sets, incoming, file.shown, {})
    return Draft(file.name, value["text"], drafts, _object(value.get("features") or {}, file), unit, file.shown)  # type: ignore[arg-type]


def _annotations(value: Any, file: File) -> list[Any]:
    found = _object(value, file).get("annotations") or []
    if not isinstance(found, list):
        raise UnreadableFile(file.shown, "the annotations of a set are a list")
    return found


def _annotation(value: Any, name: str, number: int, file: File) -> Annotation:
    value = _object(value, file)
    start, end, type_ = whole(value.get("start")), whole(value.get("end")), value.get("type")
    id = str(whole(value.get("id", f"{name}a{number}")))
    if type(start) is not int or type(end) is not int:
        raise UnreadableFile(file.shown, f"the annotation {id} of the set {name!r} has no start and end that are whole numbers")
    return Annotation(id, str(type_ or "annotation"), start, end, _object(value.get("features") or {}, file))


def _object(value: Any, file: File) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise UnreadableFile(file.shown, f"an object is wanted, not {value!r:.60}")
    return value


def _read_yaml(file: File) -> Any:
    """A YAML file of plain values: nothing in it can make an object or run."""
    try:
        import yaml
    except ImportError as error:
        raise MissingExtra("reading .bdocym", "PyYAML", "hf") from error

    class Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
        """A safe loader that merges nothing: merging mappings of merged mappings has no end."""

        def flatten_mapping(self, node: Any) -> None:
            if any(key.tag == "tag:yaml.org,2002:merge" for key, _ in node.value):
                raise yaml.constructor.ConstructorError(None, None, "a merge key (<<)", node.start_mark)

    text = file.text()
    try:
        value = yaml.load(text, Loader)  # noqa: S506 - a safe loader
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or str(error)
        place = (mark.line + 1, mark.column + 1) if mark else (0, 0)
        raise UnreadableFile(file.shown, f"not YAML of plain values: {problem}", *place) from error
    except (RecursionError, ValueError) as error:
        raise UnreadableFile(file.shown, f"not YAML of plain values: {error}") from error
    return _Plain(file.shown, max(_MANY_VALUES, len(text))).value(value)


class _Plain:
    """Makes JSON's values of YAML's, so ``many`` of them at most: names of values may repeat them without end."""

    def __init__(self, shown: str, many: int) -> None:
        self.shown, self.left = shown, many

    def value(self, value: Any, depth: int = 0) -> Any:
        """The same value in JSON's types; others as text."""
        self.left -= 1
        if self.left < 0 or depth > _DEEPEST:
            raise UnreadableFile(self.shown, "values that repeat each other without end")
        if isinstance(value, dict):
            return {str(name): self.value(one, depth + 1) for name, one in value.items()}
        if isinstance(value, list | tuple | set):
            return [self.value(one, depth + 1) for one in value]
        return value if value is None or isinstance(value, str | int | float) else str(value)


def _write(documents: Iterable[Document], outgoing: Outgoing) -> None:
    blank = msgspec.to_builtins(Metadata())
    for document in documents:
        metadata = msgspec.to_builtins(document.metadata)
        sets = {
            name: {
                "name": name,
                "annotations": [
                    {"type": one.type, "start": one.start, "end": one.end, "id": int(one.id), "features": one.features}
                    for one in annotations_of(annotations)
                ],
                "next_annid": max((int(one.id) for one in annotations.spans), default=0) + 1,
            }
            for name, annotations in numbered_sets(document, outgoing.scheme)
        }
        value = {
            "annotation_sets": sets,
            "text": document.text,
            "features": {name: one for name, one in metadata.items() if one != blank[name]},
            "offset_type": "p",
            "name": document.id,
        }
        outgoing.target.write(f"{document.id}.bdocjs", msgspec.json.encode(value) + b"\n")


FORMAT = Format(
    "bdoc",
    "GateNLP bdoc (JSON, YAML)",
    _MANUAL,
    KEEPS | {METADATA},
    _read,
    _write,
    read_options=(SETS,),
    signs=(r'"annotation_sets"\s*:|^annotation_sets:',),
)
