"""An annotation store as its files say it: everything included, every reference to data followed."""

from __future__ import annotations

import hashlib
import posixpath
from collections.abc import Iterator
from typing import Any

import msgspec

from postil.errors import UnreadableFile
from postil.exchange.incoming import Incoming
from postil.exchange.safe_json import read_json
from postil.exchange.sources import File
from postil.formats.stam._vocabulary import VALIDATION_SET

_DEEPEST = 50


class Datum(msgspec.Struct):
    """What an annotation says: a key of a data set, and its value."""

    set: str
    key: str
    value: Any


class Resource(msgspec.Struct):
    """A text. ``name``: what its document is called."""

    name: str
    text: str
    file: str


class Parsed(msgspec.Struct):
    """An annotation: its selector as it is, and its data."""

    id: str
    target: dict[str, Any]
    data: list[Datum]
    file: str

    def value(self, set_id: str, key: str) -> Any:
        """The first value of a key; ``None`` where there is none."""
        return next((datum.value for datum in self.data if (datum.set, datum.key) == (set_id, key)), None)


class Store:
    """A store with all that it includes, each file of it read once."""

    def __init__(self, file: File, incoming: Incoming) -> None:
        self._incoming, self.source, self.losses = incoming, incoming.source, incoming.losses
        self.resources: dict[str, Resource] = {}
        self.annotations: dict[str, Parsed] = {}
        self._data: dict[str, dict[str, Datum]] = {}
        self._waiting: list[tuple[Any, str]] = []
        self._seen: set[str] = set()
        self._add_store(file, read_json(file))
        for value, shown in self._waiting:
            self._add_annotation(value, shown)

    def _add_store(self, file: File, value: Any) -> None:
        if not is_store(value):
            raise UnreadableFile(file.shown, 'no STAM: an object with "@type": "AnnotationStore" is wanted')
        if file.path in self._seen:
            raise UnreadableFile(file.shown, "includes itself")
        self._seen.add(file.path)
        for path in as_list(value.get("@include")):
            included = self._included(path, file)
            self._add_store(included, read_json(included))
        for key in value:
            if key not in ("@type", "@id", "@include", "resources", "annotationsets", "annotations"):
                self.losses.add("keys of a store that STAM does not have", file.shown, key)
        for one in as_list(value.get("resources")):
            self._add_resource(one, file)
        for one, at in self._each(value.get("annotationsets"), file):
            self._add_set(_object(one, at.shown), at.shown)
        for one, at in self._each(value.get("annotations"), file):
            self._waiting.append((one, at.shown))

    def _each(self, values: Any, file: File) -> Iterator[tuple[Any, File]]:
        """The values of a list, and those of the files that it includes, with the file that each is in."""
        for one in as_list(values):
            if isinstance(one, dict) and "@include" in one:
                included = self._included(one["@include"], file)
                for value in as_list(read_json(included)):
                    yield ({**one, **value} if isinstance(value, dict) else value), included
            else:
                yield one, file

    def _included(self, path: Any, file: File) -> File:
        """A file that another includes: beside it, and nowhere outside the directory that is read."""
        joined = posixpath.normpath(posixpath.join(posixpath.dirname(file.path), path)) if isinstance(path, str) else ""
        found = None
        if isinstance(path, str) and "\0" not in path and not joined.startswith(("/", "..")) and "://" not in path:
            found = self.source.get(joined)
        if found is None:
            raise UnreadableFile(file.shown, f"includes {path!r}, which is no file of what is read: put it there")
        return found

    def _add_resource(self, value: Any, file: File) -> None:
        if isinstance(value, str):
            value = {"@include": value}
        value = _object(value, file.shown)
        path = value.get("@include", value.get("@file"))
        id = value.get("@id")
        if path is not None:
            included = self._included(path, file)
            if included.path.endswith(".json"):
                self._add_resource({"@id": id or path, **_object(read_json(included), included.shown)}, included)
            else:
                text = self._incoming.text_of(included)
                self._keep_resource(str(id or path), Resource(included.name, text, file.shown))
        elif isinstance(value.get("text"), str):
            name = str(id or posixpath.basename(file.name))
            self._keep_resource(name, Resource(name.removesuffix(".txt"), value["text"], file.shown))
        else:
            raise UnreadableFile(file.shown, f"the resource {id or ''} has neither a text nor a file to include")

    def _keep_resource(self, id: str, resource: Resource) -> None:
        if id in self.resources and self.resources[id].text != resource.text:
            raise UnreadableFile(resource.file, f"two resources are both {id}")
        self.resources[id] = resource

    def _add_set(self, value: dict[str, Any], shown: str) -> None:
        set_id = str(value.get("@id", ""))
        for one in as_list(value.get("data")):
            self._inline(_object(one, shown), set_id, shown)

    def _inline(self, value: dict[str, Any], set_id: str, shown: str) -> Datum:
        key = value.get("key")
        key = key.get("@id") if isinstance(key, dict) else key
        if not isinstance(key, str):
            raise UnreadableFile(shown, f"the data {value.get('@id', '')} of the set {set_id} have no key")
        datum = Datum(set_id, key, _plain(value.get("value"), shown))
        if isinstance(value.get("@id"), str):
            self._data.setdefault(set_id, {})[value["@id"]] = datum
        return datum

    def _add_annotation(self, value: Any, shown: str) -> None:
        value = _object(value, shown)
        id = value.get("@id")
        if not isinstance(id, str):
            id = f"a{len(self.annotations) + 1}"
        if id in self.annotations:
            raise UnreadableFile(shown, f"two annotations are both {id}")
        target = value.get("target")
        if not isinstance(target, dict):
            raise UnreadableFile(shown, f"the annotation {id} has no target")
        data = [self._datum(one, id, shown) for one in as_list(value.get("data"))]
        self.annotations[id] = Parsed(id, target, data, shown)

    def _datum(self, value: Any, annotation: str, shown: str) -> Datum:
        set_id = ""
        if isinstance(value, dict):
            set_id = str(value.get("set", value.get("_part_of_set", value.get("annotationset", ""))))
            if "key" in value:
                return self._inline(value, set_id, shown)
            value = value.get("@id")
        sets = [self._data.get(set_id, {})] if set_id else list(self._data.values())
        found = next((known[value] for known in sets if isinstance(value, str) and value in known), None)
        if found is None:
            raise UnreadableFile(
                shown, f"the annotation {annotation} refers to data {value!r} of {set_id!r}, which are not there"
            )
        return found


def is_store(value: Any) -> bool:
    """Whether a JSON value is an annotation store."""
    return isinstance(value, dict) and value.get("@type") == "AnnotationStore"


def as_list(value: Any) -> list[Any]:
    """One, several or none."""
    return value if isinstance(value, list) else [] if value is None else [value]


def verify_checksum(parsed: Parsed, extents: list[str]) -> None:
    """Raises :class:`~postil.errors.UnreadableFile` where an annotation's checksum is not that of the text that it selects."""
    wanted = parsed.value(VALIDATION_SET, "checksum")
    delimiter = parsed.value(VALIDATION_SET, "delimiter")
    text = (delimiter if isinstance(delimiter, str) else "").join(extents)
    if isinstance(wanted, str) and wanted.lower() != hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest():
        raise UnreadableFile(parsed.file, f"the annotation {parsed.id} has the checksum of another text than {text[:60]!r}")


def _object(value: Any, shown: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise UnreadableFile(shown, f"an object is wanted, not {msgspec.json.encode(value).decode()[:60]}")
    return value


def _plain(value: Any, shown: str, depth: int = 0) -> Any:
    """A value without its type, which JSON knows."""
    if depth > _DEEPEST:
        raise UnreadableFile(shown, "values inside values, deeper than any annotation needs")
    if not isinstance(value, dict):
        return value
    kind, inner = value.get("@type"), value.get("value")
    if kind in ("List", "Set") and isinstance(inner, list):
        return [_plain(one, shown, depth + 1) for one in inner]
    if kind == "Map" and isinstance(inner, dict):
        return {name: _plain(one, shown, depth + 1) for name, one in inner.items()}
    if kind == "Float" and isinstance(inner, int):
        return float(inner)
    return None if kind == "Null" else inner
