"""Exported projects of INCEpTION and WebAnno: who annotated what, how far they are, and which layers there are."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any

import msgspec
from msgspec.structs import replace

from postil.errors import PostilError, UnreadableFile
from postil.exchange.drafts import Draft
from postil.exchange.features import (
    DISCONTINUITY,
    DOCUMENT_NOTES,
    EVERYTHING,
    IDS,
    IGNORES,
    NOTES,
    ON_RELATIONS,
    UNKNOWN,
)  # fmt: skip
from postil.exchange.format import Format
from postil.exchange.incoming import Incoming
from postil.exchange.safe_json import read_json
from postil.exchange.sources import File
from postil.formats._uima import declaring, names
from postil.formats._uima.parsing import LABEL, json_parser, xmi_parser
from postil.formats._uima.source import INITIAL, Parsed, Parser, Place, drafts, places_among
from postil.formats.webanno_tsv.reading import tsv_parser
from postil.scheme import Attribute, AttributeType, LayerKind

_MANUAL = """\
Reading only: the zip that "Export project" gives, or its directory.

exportedproject.json                   layers, tag sets, documents, and how far each annotator is
annotation/<document>/<annotator>.zip  the annotations, as XMI with its type system; or .json (CAS JSON), or .tsv (WebAnno TSV 3)
curation/<document>/CURATION_USER.zip  what was decided
source/<document>                      the document as it was uploaded

Each annotator's annotations are a set; what was curated is the set gold, made from theirs. A document that an annotator has
finished is a complete set, any other is in progress; one that they were told to ignore is left out. Layers come with their
descriptions, tag sets and attributes. What becomes what is as in cas-xmi.

The annotations in annotation_ser/ are objects of a Java program, which nothing else can read. An export has them in a readable
form only where a secondary format was chosen: export the project again, with "UIMA CAS XMI" or "UIMA CAS JSON" as its format.

To write for INCEpTION, use cas-xmi, cas-json or webanno-tsv."""

_READABLE = (".xmi", ".json", ".tsv")
_KINDS: dict[str, LayerKind] = {"span": "span", "relation": "relation", "chain": "relation", "document-metadata": "label"}
_TYPES: dict[str, AttributeType] = {
    "uima.cas.Boolean": "boolean", "uima.cas.Integer": "integer", "uima.cas.Long": "integer",
    "uima.cas.Float": "number", "uima.cas.Double": "number",
}  # fmt: skip
_SUFFIX = re.compile(r"\.(txt|html?|pdf|xml|xmi|tsv|json|conllu?|docx?|rtf|md)$", re.IGNORECASE)


class _Project(msgspec.Struct):
    """What an export says of itself. ``root``: the directory that it is in."""

    root: str
    described: dict[str, Any]
    files: dict[str, File]

    def listed(self, name: str) -> list[dict[str, Any]]:
        """The objects in one of its lists."""
        return _objects(self.described, name)


def _read(incoming: Incoming) -> Iterator[Draft]:
    project = _project(incoming)
    for layer in project.listed("layers"):
        _declare(incoming, layer)
    states = {(_text(one, "name"), _text(one, "user")): _state(one) for one in project.listed("annotation_documents")}
    folders = {path: file for path, file in project.files.items() if path.split("/")[0] in ("annotation", "curation")}
    found = places_among(folders, _READABLE)
    _miss(incoming, project, found)
    kept = {
        document: where
        for document, everywhere in found.items()
        if (where := list(_in_their_states(incoming, document, _best(everywhere), states)))
    }
    for draft in drafts(incoming, kept, _parser(incoming)):
        yield replace(draft, name=_SUFFIX.sub("", draft.name))
    yield from _untouched(incoming, project, found)


def _project(incoming: Incoming) -> _Project:
    files = incoming.source.all_files
    described = [path for path in files if re.fullmatch(r"exportedproject.*\.json", PurePosixPath(path).name)]
    if not described:
        raise PostilError(f"{incoming.source.path}: no project of INCEpTION or WebAnno: there is no exportedproject.json in it")
    path = min(described, key=lambda one: (one.count("/"), one))
    value = read_json(files[path])
    if not isinstance(value, dict):
        raise UnreadableFile(files[path].shown, "no description of a project: an object is wanted", 1, 1)
    root = path.removesuffix(PurePosixPath(path).name)
    return _Project(root, value, {path.removeprefix(root): file for path, file in files.items() if path.startswith(root)})


def _objects(value: dict[str, Any], name: str) -> list[dict[str, Any]]:
    found = value.get(name)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _text(value: dict[str, Any], name: str) -> str:
    found = value.get(name)
    return found if isinstance(found, str) else ""


def _state(value: dict[str, Any]) -> str:
    return re.sub("[^A-Z]", "", _text(value, "state").upper())


# --- annotations ---------------------------------------------------------------------------------------------------------------


def _parser(incoming: Incoming) -> Parser:
    parsers = dict(zip(_READABLE, (xmi_parser(incoming), json_parser(incoming), tsv_parser(incoming)), strict=True))

    def parse(place: Place) -> Parsed:
        return parsers[PurePosixPath(place.path.removesuffix(".gz").lower()).suffix](place)

    return parse


def _best(where: list[Place]) -> Iterator[Place]:
    """One file for each annotator, the one that says most."""
    order = {suffix: number for number, suffix in enumerate(_READABLE)}
    best: dict[str, Place] = {}
    for place in sorted(where, key=lambda one: order.get(PurePosixPath(one.path.lower()).suffix, 0)):
        best.setdefault(place.annotator, place)
    yield from (best[name] for name in sorted(best))


def _in_their_states(
    incoming: Incoming, document: str, where: Iterator[Place], states: dict[tuple[str, str], str]
) -> Iterator[Place]:
    """Each place with how far its annotator is, without what they were told to ignore."""
    for place in where:
        state = states.get((document, place.annotator), "")
        if state == "IGNORE":
            incoming.losses.add("documents that an annotator was told to ignore", place.shown, stops=False)
            continue
        place.status = "in-progress" if state in ("NEW", "INPROGRESS") else "complete"
        yield place


def _miss(incoming: Incoming, project: _Project, found: dict[str, list[Place]]) -> None:
    """Say what is only there for Java. Raises :class:`~postil.errors.UnreadableFile` where everything is."""
    sealed: dict[tuple[str, str], str] = {}
    for path, file in project.files.items():
        folder, _, rest = path.partition("/")
        document, _, name = rest.rpartition("/")
        if folder in ("annotation_ser", "curation_ser") and document:
            sealed[document, PurePosixPath(name).stem] = file.shown
    for document, where in found.items():
        for place in where:
            sealed.pop((document, place.annotator), None)
    by_people = [shown for (_, annotator), shown in sealed.items() if annotator != INITIAL]
    if by_people and not found:
        raise UnreadableFile(
            by_people[0],
            "annotations are there only as Java objects (.ser): export the project again with a secondary format, "
            "UIMA CAS XMI or UIMA CAS JSON",
        )
    for (_, annotator), shown in sealed.items():
        incoming.losses.add("annotations that are there only as Java objects (.ser)", shown, stops=annotator != INITIAL)


def _untouched(incoming: Incoming, project: _Project, found: dict[str, list[Place]]) -> Iterator[Draft]:
    """The documents that nobody annotated: their texts, where they are plain."""
    for path, file in project.files.items():
        folder, _, name = path.partition("/")
        if folder != "source" or name in found:
            continue
        if name.lower().endswith(".txt"):
            yield Draft(_SUFFIX.sub("", name), incoming.text_of(file), file=file.shown)
        else:
            incoming.losses.add("documents that nobody annotated, and that are no plain text", file.shown)


# --- layers --------------------------------------------------------------------------------------------------------------------


def _declare(incoming: Incoming, layer: dict[str, Any]) -> None:
    """Declare a layer with its labels and attributes; those that are switched off have none."""
    kind, type_ = _KINDS.get(_text(layer, "type")), _text(layer, "name")
    if kind is None or not type_ or type_ in (names.TOKEN, names.SENTENCE) or layer.get("enabled") is False:
        return
    if _text(layer, "type") == "chain":
        _declare(incoming, {**layer, "name": f"{type_}Link", "type": "span"})
        layer, type_ = {"description": layer.get("description")}, f"{type_}Chain"
    name = names.layer_of(type_)
    declaring.labels(incoming, name, kind, {})
    incoming.declared[name] = replace(incoming.declared[name], description=_text(layer, "description"))
    features = [one for one in _objects(layer, "features") if _text(one, "name")]
    strings = [_text(one, "name") for one in features if _text(one, "type") == "uima.cas.String"]
    label = names.label_feature_among(strings) or (strings[0] if len(strings) == 1 else "")
    for feature in features:
        if _text(feature, "name") == label:
            declaring.labels(incoming, name, kind, _tags(feature))
        elif not _text(feature, "link_type_name"):
            _declare_attribute(incoming, name, feature)


def _tags(feature: dict[str, Any]) -> dict[str, str]:
    """The tags of a feature with their descriptions."""
    tag_set = feature.get("tag_set")
    tags = _objects(tag_set, "tags") if isinstance(tag_set, dict) else []
    return {_text(tag, "name"): _text(tag, "description") for tag in tags if _text(tag, "name")}


def _declare_attribute(incoming: Incoming, layer: str, feature: dict[str, Any]) -> None:
    tags = tuple(_tags(feature))
    tag_set = feature.get("tag_set")
    is_closed = bool(tags) and isinstance(tag_set, dict) and not tag_set.get("create_tag")
    type_ = "enum" if is_closed else _TYPES.get(_text(feature, "type"), "string")
    attribute = Attribute(type_, _text(feature, "description"), tags if is_closed else ())
    known = incoming.declared[layer]
    incoming.declared[layer] = replace(known, attributes={**known.attributes, _text(feature, "name"): attribute})


FORMAT = Format(
    "inception", "INCEpTION project", _MANUAL,
    EVERYTHING - {DISCONTINUITY, DOCUMENT_NOTES, IDS, IGNORES, NOTES, ON_RELATIONS, UNKNOWN}, _read, read_options=(LABEL,),
    signs=(r'"source_documents"\s*:',),
)  # fmt: skip
