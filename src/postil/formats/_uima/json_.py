"""UIMA CAS JSON 0.4, as Java's and Python's libraries write it (which is not quite as its specification says).

``%FEATURE_STRUCTURES`` is a list or an object by id. A key ``@name`` refers, ``#name`` is a number that JSON has no word for, and
``^name`` is an offset. Offsets count UTF-16 code units, with or without the ``^``.
"""

from __future__ import annotations

import base64
import binascii
import math
from typing import Any

import msgspec

from postil.errors import UnreadableFile
from postil.exchange.losses import Losses
from postil.formats._uima.cas import (
    ELEMENTS,
    FS,
    FS_ARRAY,
    SOFA,
    STRING,
    TOP,
    Cas,
    Feature,
    Type,
    TypeSystem,
    View,
)  # fmt: skip

_TYPES, _STRUCTURES, _VIEWS = "%TYPES", "%FEATURE_STRUCTURES", "%VIEWS"
_NUMBERS = {
    "NaN": math.nan, "Infinity": math.inf, "Inf": math.inf, "-Infinity": -math.inf, "-Inf": -math.inf,
}  # fmt: skip
_ARRAY_OF = {element: array for array, element in ELEMENTS.items()}


def parse_cas(shown: str, value: Any, losses: Losses) -> Cas:
    """The CAS that a JSON value is."""
    if not isinstance(value, dict) or not value.keys() & {_STRUCTURES, _VIEWS, _TYPES}:
        if isinstance(value, dict) and value.keys() & {"_context", "_views", "_referenced_fss"}:
            message = "UIMA's old JSON, which was only ever written: export it as UIMA CAS JSON 0.4 or UIMA CAS XMI"
        else:
            message = f"no UIMA CAS JSON: an object with {_STRUCTURES} and {_VIEWS} is wanted"
        raise UnreadableFile(shown, message)
    return _Reader(shown, losses).cas(value)


class _Reader:
    """Reads one CAS."""

    def __init__(self, shown: str, losses: Losses) -> None:
        self.shown, self.losses = shown, losses
        self.by_id: dict[int, FS] = {}
        self.raw: dict[int, dict[str, Any]] = {}
        self.arrays: dict[int, list[Any]] = {}

    def cas(self, value: dict[str, Any]) -> Cas:
        """The CAS of a whole file."""
        types = TypeSystem()
        for name, described in self._object(value.get(_TYPES, {}), _TYPES).items():
            types.add(self._type(name, self._object(described, name)))
        for id_, raw in self._structures(value.get(_STRUCTURES, [])):
            type_ = raw.get("%TYPE")
            if not isinstance(type_, str) or id_ in self.by_id:
                raise self._wrong(f"the structure {id_} " + ("is there twice" if id_ in self.by_id else "has no %TYPE"))
            self.by_id[id_], self.raw[id_] = FS(type_, {}, id_), raw
            if "%ELEMENTS" in raw or _is_array(type_):
                self.arrays[id_] = []
        for id_, raw in self.raw.items():
            self._fill(self.by_id[id_], raw)
        read = Cas(types, [fs for id_, fs in self.by_id.items() if fs.type != SOFA and id_ not in self.arrays])
        for name, view in self._object(value.get(_VIEWS, {}), _VIEWS).items():
            read.views[name] = self._view(name, self._object(view, name))
        return read

    def _wrong(self, message: str) -> UnreadableFile:
        return UnreadableFile(self.shown, message)

    def _object(self, value: Any, where: str) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise self._wrong(f"{where} should be an object")
        return value

    def _structures(self, value: Any) -> list[tuple[int, dict[str, Any]]]:
        if isinstance(value, dict):
            pairs = [(id_, self._object(one, f"the structure {id_}")) for id_, one in value.items()]
        elif isinstance(value, list):
            objects = [self._object(one, "every structure") for one in value]
            pairs = [(one.get("%ID"), one) for one in objects]
        else:
            raise self._wrong(f"{_STRUCTURES} should be a list or an object")
        found = []
        for id_, one in pairs:
            try:
                found.append((int(id_), one))
            except (TypeError, ValueError) as error:
                raise self._wrong(f"a {one.get('%TYPE')} with the id {id_!r}, which is no number") from error
        return found

    def _type(self, name: str, described: dict[str, Any]) -> Type:
        features = {}
        for key, feature in described.items():
            if not key.startswith("%") and isinstance(feature, dict):
                range_ = str(feature.get("%RANGE", STRING))
                element = str(feature.get("%ELEMENT_TYPE", ""))
                if range_.endswith("[]"):
                    element = range_.removesuffix("[]")
                    range_ = _ARRAY_OF.get(element, FS_ARRAY)
                features[key] = Feature(key, range_, element)
        return Type(name, str(described.get("%SUPER_TYPE", TOP)), features)

    def _view(self, name: str, view: dict[str, Any]) -> View:
        id_ = view.get("%SOFA") or 0
        if not isinstance(id_, int):
            raise self._wrong(f"the %SOFA of {name} should be an id")
        sofa = self.by_id.get(id_)
        members = view.get("%MEMBERS", [])
        if not isinstance(members, list):
            raise self._wrong(f"the %MEMBERS of {name} should be a list")
        found = [self._referred(id_) for id_ in members]
        return View(name, sofa or FS(SOFA, {"sofaID": name}), [fs for fs in found if isinstance(fs, FS)])

    def _fill(self, fs: FS, raw: dict[str, Any]) -> None:
        for key, value in raw.items():
            if key == "%ELEMENTS":
                self.arrays[fs.id] += self._elements(fs.type, value)  # the list that references have already
            elif key.startswith("@"):
                fs.values[key[1:]] = self._referred(value)
            elif key.startswith("#"):
                fs.values[key[1:]] = _NUMBERS.get(str(value))
            elif not key.startswith("%"):
                fs.values[key.removeprefix("^")] = value

    def _elements(self, type_: str, value: Any) -> list[Any]:
        if type_ == "uima.cas.ByteArray" and isinstance(value, str):
            try:
                return list(base64.b64decode(value, validate=True))
            except (binascii.Error, ValueError) as error:
                raise self._wrong("a ByteArray that is not Base64") from error
        if not isinstance(value, list):
            raise self._wrong("the %ELEMENTS of an array should be a list")
        if type_ in ELEMENTS and type_ != FS_ARRAY:
            return [_NUMBERS.get(one, one) if isinstance(one, str) and "String" not in type_ else one for one in value]
        return [self._referred(id_) for id_ in value]

    def _referred(self, id_: Any) -> Any:
        """The structure with an id, an array as the list of its elements."""
        if id_ in (0, None):
            return None
        fs = self.by_id.get(id_) if isinstance(id_, int) else None
        if fs is None:
            self.losses.add("references to what is not there", f"{self.shown}: {id_}")
            return None
        return self.arrays.get(fs.id, fs)


def _is_array(type_: str) -> bool:
    return type_ in ELEMENTS or type_.endswith("[]")


# --- writing -------------------------------------------------------------------------------------------------------------------


def cas_json(cas: Cas) -> bytes:
    """A CAS as JSON."""
    structures = [_structure(view.sofa, {}) for view in cas.views.values()]
    arrays: dict[int, dict[str, Any]] = {}
    next_id = len(cas.structures) + len(structures) + 1
    for fs in cas.structures:
        ids = {}
        for name, value in fs.values.items():
            if isinstance(value, list):
                ids[name] = next_id
                arrays[next_id] = _array(next_id, value)
                next_id += 1
        structures.append(_structure(fs, ids))
    whole = {
        _TYPES: {name: _type(type_) for name, type_ in sorted(cas.types.types.items())},
        _STRUCTURES: [*structures, *arrays.values()],
        _VIEWS: {view.name: {"%SOFA": view.sofa.id, "%MEMBERS": [fs.id for fs in view.members]} for view in cas.views.values()},
    }
    return msgspec.json.format(msgspec.json.encode(whole), indent=1) + b"\n"


def _type(type_: Type) -> dict[str, Any]:
    features = {
        name: {
            "%NAME": name,
            "%RANGE": f"{element}[]" if (element := feature.element or ELEMENTS.get(feature.range)) else feature.range,
        }
        for name, feature in sorted(type_.features.items())
    }
    return {"%NAME": type_.name, "%SUPER_TYPE": type_.supertype, **features}


def _structure(fs: FS, arrays: dict[str, int]) -> dict[str, Any]:
    found: dict[str, Any] = {"%ID": fs.id, "%TYPE": fs.type}
    for name, value in fs.values.items():
        if name in arrays:
            found[f"@{name}"] = arrays[name]
        elif isinstance(value, FS):
            found[f"@{name}"] = value.id
        else:
            found[name] = value
    return found


def _array(id_: int, values: list[Any]) -> dict[str, Any]:
    if isinstance(values[0], FS):
        return {"%ID": id_, "%TYPE": FS_ARRAY, "%ELEMENTS": [fs.id for fs in values]}
    kinds = {str: "String", bool: "Boolean", int: "Long", float: "Double"}
    return {"%ID": id_, "%TYPE": f"uima.cas.{kinds[type(values[0])]}Array", "%ELEMENTS": values}
