"""A CAS (UIMA's common analysis structure): types, feature structures, and views that index them.

A reference from one structure to another is the structure itself, an array is a list. Offsets are the file's.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

TOP, ANNOTATION_BASE, ANNOTATION, DOCUMENT = (
    "uima.cas.TOP", "uima.cas.AnnotationBase", "uima.tcas.Annotation", "uima.tcas.DocumentAnnotation",
)  # fmt: skip
STRING, BOOLEAN, LONG, DOUBLE = "uima.cas.String", "uima.cas.Boolean", "uima.cas.Long", "uima.cas.Double"
FS_ARRAY, STRING_ARRAY, BOOLEAN_ARRAY, LONG_ARRAY, DOUBLE_ARRAY = (
    "uima.cas.FSArray", "uima.cas.StringArray", "uima.cas.BooleanArray", "uima.cas.LongArray", "uima.cas.DoubleArray",
)  # fmt: skip
SOFA, INITIAL_VIEW = "uima.cas.Sofa", "_InitialView"

INTEGERS = frozenset(f"uima.cas.{name}" for name in ("Byte", "Short", "Integer", "Long"))
FLOATS = frozenset(("uima.cas.Float", "uima.cas.Double"))
PRIMITIVES = INTEGERS | FLOATS | {STRING, BOOLEAN}
ELEMENTS: dict[str, str] = {
    **{f"uima.cas.{name}Array": f"uima.cas.{name}" for name in
       ("String", "Boolean", "Byte", "Short", "Integer", "Long", "Float", "Double")},
    FS_ARRAY: TOP,
}  # fmt: skip
"""What each type of array is an array of."""

LISTS: dict[str, str] = {f"uima.cas.{name}List": f"uima.cas.{name}" for name in ("String", "Integer", "Float")} | {
    "uima.cas.FSList": TOP
}
"""What each type of linked list is a list of."""

_DEEPEST = 200  # types one above the other


class Feature(msgspec.Struct, frozen=True):
    """A feature of a type. ``element``: the type of what an array holds. ``is_shared``: an array is a structure of its own."""

    name: str
    range: str
    element: str = ""
    is_shared: bool = False


class Type(msgspec.Struct):
    """A type with the features that it has beyond its supertype's."""

    name: str
    supertype: str = TOP
    features: dict[str, Feature] = {}
    description: str = ""

    @property
    def short_name(self) -> str:
        """The name without its package."""
        return self.name.rpartition(".")[2]


class TypeSystem:
    """Types by name. A type that is not there is none that anybody described, and may be anything."""

    def __init__(self) -> None:
        self.types: dict[str, Type] = {}

    def add(self, type_: Type) -> None:
        """Add a type; what is said of one twice is put together."""
        known = self.types.get(type_.name)
        if known is None:
            self.types[type_.name] = type_
        else:
            known.features.update(type_.features)

    def lineage(self, name: str) -> Iterator[str]:
        """The name of a type and of those above it, the nearest first."""
        for _ in range(_DEEPEST):
            yield name
            type_ = self.types.get(name)
            above = type_.supertype if type_ else _BUILTIN_SUPERTYPES.get(name, "")
            if not above or above == name:
                return
            name = above

    def is_a(self, name: str, ancestor: str) -> bool:
        """Whether a type is another, or below it."""
        return name == ancestor or ancestor in self.lineage(name)

    def features(self, name: str) -> dict[str, Feature]:
        """All features of a type, its own and those of the types above it; those that every annotation has come first."""
        found: dict[str, Feature] = {}
        for one in reversed(list(self.lineage(name))):
            type_ = self.types.get(one)
            found.update(type_.features if type_ else _BUILTIN_FEATURES.get(one, {}))
        return found


_BUILTIN_SUPERTYPES = {
    SOFA: TOP, ANNOTATION_BASE: TOP, ANNOTATION: ANNOTATION_BASE, DOCUMENT: ANNOTATION,
}  # fmt: skip
_BUILTIN_FEATURES: dict[str, dict[str, Feature]] = {
    ANNOTATION_BASE: {"sofa": Feature("sofa", SOFA)},
    ANNOTATION: {"begin": Feature("begin", "uima.cas.Integer"), "end": Feature("end", "uima.cas.Integer")},
    DOCUMENT: {"language": Feature("language", STRING)},
    SOFA: {
        "sofaNum": Feature("sofaNum", "uima.cas.Integer"), "sofaID": Feature("sofaID", STRING),
        "mimeType": Feature("mimeType", STRING), "sofaArray": Feature("sofaArray", TOP),
        "sofaString": Feature("sofaString", STRING), "sofaURI": Feature("sofaURI", STRING),
    },
}  # fmt: skip


class FS(msgspec.Struct, eq=False):
    """A feature structure. ``values``: those of its features that have one. ``text``: what the file says that it covers."""

    type: str
    values: dict[str, Any]
    id: int = 0
    line: int = 0
    text: str = ""

    @property
    def begin(self) -> int:
        """Where an annotation begins."""
        return int(self.values["begin"])

    @property
    def end(self) -> int:
        """Where an annotation ends."""
        return int(self.values["end"])

    @property
    def is_placed(self) -> bool:
        """Whether it has a begin and an end."""
        return type(self.values.get("begin")) is int and type(self.values.get("end")) is int


class View(msgspec.Struct):
    """A text (or whatever else) and the structures that are indexed with it."""

    name: str
    sofa: FS
    members: list[FS] = []


class Cas(msgspec.Struct):
    """Types, all feature structures in the order of the file, and the views by name."""

    types: TypeSystem
    structures: list[FS] = []
    views: dict[str, View] = {}

    def is_annotation(self, fs: FS) -> bool:
        """Whether a structure is an annotation of a text."""
        if fs.type in self.types.types or fs.type in _BUILTIN_SUPERTYPES:
            return self.types.is_a(fs.type, ANNOTATION) and fs.is_placed
        return fs.is_placed
