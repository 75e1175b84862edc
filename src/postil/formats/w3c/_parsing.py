"""Annotations as their files say them, in one form whatever the form of the JSON, and refused where they are none."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from postil.errors import UnreadableFile
from postil.exchange.safe_json import read_json, read_json_lines
from postil.exchange.sources import File
from postil.formats.w3c._hypothesis import as_annotation as hypothesis_annotation, rows_of
from postil.formats.w3c._recogito import as_annotation as recogito_annotation, is_native
from postil.formats.w3c._vocabulary import CONTEXT

GROUPS = ("List", "Composite", "Independents", "Choice")
_NONE = 'no Web Annotation: an object of the type "Annotation", a page or a collection is wanted'
_OWN = {"id", "type", "@context", "motivation", "creator", "body", "bodyValue", "target"}


class Target(msgspec.Struct):
    """What an annotation is about, or one of several things. ``source``: an IRI; empty where the file does not say.

    ``selectors``: alternatives for one segment of it. ``role``: what the annotation says of it; ``group``: the number of the
    list that it stands in, from one.
    """

    source: str
    selectors: list[Any] = []
    role: str = ""
    group: int = 0


class Parsed(msgspec.Struct):
    """An annotation. ``bodies``: strings (IRIs) and objects; ``rest``: its properties beyond those of the model's core."""

    iri: str
    creator: str
    motivations: tuple[str, ...]
    bodies: list[Any]
    targets: list[Target]
    rest: dict[str, Any]
    file: str


def annotations_of(file: File) -> Iterator[Parsed]:
    """Every annotation of a file. Raises :class:`~postil.errors.UnreadableFile` for what is no Web Annotation."""
    if _has_lines(file):
        values: Iterator[Any] = (value for _, value in read_json_lines(file))
    else:
        values = iter([read_json(file)])
    for value in values:
        for item in _items(file.shown, value):
            yield _parsed(file.shown, item)


def _has_lines(file: File) -> bool:
    return file.path.lower().removesuffix(".gz").endswith((".jsonl", ".ndjson"))


def _items(shown: str, value: Any, depth: int = 0) -> Iterator[dict[str, Any]]:
    """The annotations of a list, a graph, a page, a collection; or what is one itself."""
    if depth > 4:
        raise UnreadableFile(shown, "pages inside pages: an AnnotationCollection holds pages, and a page annotations")
    if isinstance(value, list):
        for one in value:
            yield from _items(shown, one, depth + 1)
        return
    if isinstance(value, dict):
        yield from _items_of(shown, value, depth)
    else:
        raise UnreadableFile(shown, _NONE)


def _items_of(shown: str, value: dict[str, Any], depth: int) -> Iterator[dict[str, Any]]:
    """The annotations of an object."""
    types = _types(value)
    rows = None if types else rows_of(value)
    if rows is not None:
        yield from map(hypothesis_annotation, rows)
        return
    if not types and is_native(value):
        yield recogito_annotation(value)
        return
    if not types and "@graph" not in value:
        raise UnreadableFile(shown, _NONE)
    if "Annotation" in types:
        yield value
    elif "@graph" in value:
        yield from _items(shown, value["@graph"], depth + 1)
    elif "AnnotationPage" in types:
        yield from _items(shown, as_list(value.get("items")), depth + 1)
    elif types & {"AnnotationCollection", "OrderedCollection", "BasicContainer"}:
        pages = [page for page in as_list(value.get("first")) + as_list(value.get("items")) if not isinstance(page, str)]
        yield from _items(shown, pages, depth + 1)
    elif depth == 0:
        raise UnreadableFile(shown, f"no Web Annotation, but of the type {', '.join(sorted(types))}")


def has_remote_pages(file: File) -> bool:
    """Whether a collection names pages by their addresses, from which nothing is fetched."""
    value = None if _has_lines(file) else read_json(file)
    return isinstance(value, dict) and isinstance(value.get("first", value.get("next")), str)


def as_list(value: Any) -> list[Any]:
    """A property's values: one, several, or none."""
    return value if isinstance(value, list) else [] if value is None else [value]


def _types(value: dict[str, Any]) -> set[str]:
    found = as_list(value.get("type", value.get("@type")))
    return {plain(one) for one in found if isinstance(one, str)}


def plain(term: str) -> str:
    """A word of the model without its prefix or namespace: ``oa:tagging`` is ``tagging``."""
    return term.rpartition("#")[2].rpartition(":")[2] if term.startswith(("oa:", "as:", "http://www.w3.org/")) else term


def _parsed(shown: str, value: dict[str, Any]) -> Parsed:
    iri = value.get("id", value.get("@id", ""))
    if not isinstance(iri, str):
        raise UnreadableFile(shown, f"the id of an annotation is one IRI, not {_shown(iri)}")
    where = f"annotation {iri}" if iri else "an annotation without id"
    context = as_list(value.get("@context"))
    if context and CONTEXT not in context and not any("anno.jsonld" in one for one in context if isinstance(one, str)):
        raise UnreadableFile(shown, f"{where}: its @context is not {CONTEXT}")
    targets = list(_targets(shown, where, value.get("target")))
    if not targets:
        raise UnreadableFile(shown, f"{where}: it has no target")
    motivations = tuple(plain(one) for one in as_list(value.get("motivation")) if isinstance(one, str))
    rest = {name: one for name, one in value.items() if name not in _OWN and not name.startswith("@")}
    return Parsed(iri, _agent(value.get("creator")), motivations, list(_bodies(shown, where, value)), targets, rest, shown)


def _shown(value: Any) -> str:
    return msgspec.json.encode(value).decode()[:80]


def _agent(value: Any) -> str:
    """The name of the first creator."""
    for one in as_list(value):
        if isinstance(one, str):
            return one
        if isinstance(one, dict):
            names = (one.get(key) for key in ("nickname", "name", "email", "id", "@id"))
            return next((name for name in names if isinstance(name, str) and name), "")
    return ""


def _bodies(shown: str, where: str, value: dict[str, Any]) -> Iterator[Any]:
    if "bodyValue" in value:
        if "body" in value or not isinstance(value["bodyValue"], str):
            raise UnreadableFile(shown, f"{where}: bodyValue is one string, and there is no body beside it")
        yield {"type": "TextualBody", "value": value["bodyValue"], "format": "text/plain"}
    for body in as_list(value.get("body")):
        if not isinstance(body, str | dict):
            raise UnreadableFile(shown, f"{where}: a body is an IRI or an object, not {_shown(body)}")
        if isinstance(body, dict) and "TextualBody" in _types(body) and not isinstance(body.get("value"), str | int | float):
            raise UnreadableFile(shown, f"{where}: a TextualBody has no value")
        yield body


def _targets(shown: str, where: str, value: Any) -> Iterator[Target]:
    group = 0
    for one in as_list(value):
        if isinstance(one, dict) and "items" in one and _types(one) & set(GROUPS):
            group += 1
            for item in as_list(one["items"]):
                target = _target(shown, where, item)
                yield msgspec.structs.replace(target, role=_string(one.get("label")) or target.role, group=group)
        else:
            yield _target(shown, where, one)


def _target(shown: str, where: str, value: Any) -> Target:
    if isinstance(value, str):
        return _of_iri(value)
    if not isinstance(value, dict):
        raise UnreadableFile(shown, f"{where}: a target is an IRI or an object, not {_shown(value)}")
    source = value.get("source")
    if isinstance(source, dict):
        source = source.get("id", source.get("@id"))
    if source is None and "selector" not in value:
        return _of_iri(_string(value.get("id", value.get("@id"))))
    selectors = as_list(value.get("selector"))
    target = _of_iri(_string(source))
    return Target(target.source, selectors or target.selectors, _string(value.get("label")))


def _of_iri(iri: str) -> Target:
    """A resource; or, where the IRI ends in ``#char=…``, the segment of a text that RFC 5147 means by it."""
    source, _, fragment = iri.rpartition("#")
    if source and fragment.startswith("char="):
        return Target(source, [{"type": "FragmentSelector", "value": fragment}])
    return Target(iri)


def _string(value: Any) -> str:
    return value if isinstance(value, str) else ""
