"""What selectors select: stretches of texts, annotations, whole resources."""

from __future__ import annotations

from typing import Any

import msgspec

from postil.exchange.safe_json import whole
from postil.formats.stam._store import Store, as_list

_DEEPEST = 100
_MOST_EXTENTS = 100_000
_NO_RESOURCE = "annotations on resources that are not here"
_CIRCLE = "annotations that are about themselves, or too many times removed from a text"
_GROUPS = ("MultiSelector", "CompositeSelector", "DirectionalSelector", "DirectedSelector")

Extent = tuple[int, int]


class Selected(msgspec.Struct):
    """What one simple selector selects: ``extents`` of the text ``resource``, ``annotation`` as such, or all of ``resource``.

    ``text``: what the selector itself says that it covers. ``why_not``: why it is nothing of a document.
    """

    resource: str = ""
    extents: list[Extent] = []
    annotation: str = ""
    text: str = ""
    why_not: str = ""


class Selectors:
    """Follows the selectors of a store."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._covered: dict[str, Selected] = {}

    def parts(self, target: dict[str, Any]) -> tuple[str, list[Selected]]:
        """The kind of a selector, and what it selects, in order. One inside another counts as its parts."""
        kind = target.get("@type")
        if kind in _GROUPS:
            return str(kind), [part for one in as_list(target.get("selectors")) for part in self._inner(one, 0)]
        return str(kind), [self._simple(target, 0)]

    def _inner(self, target: Any, depth: int) -> list[Selected]:
        if not isinstance(target, dict) or depth > _DEEPEST:
            return [Selected(why_not="selectors that are none")]
        if target.get("@type") in _GROUPS:
            return [part for one in as_list(target.get("selectors")) for part in self._inner(one, depth + 1)]
        return [self._simple(target, depth)]

    def _simple(self, target: dict[str, Any], depth: int) -> Selected:
        kind = target.get("@type")
        offset = target.get("offset", target.get("offsets"))
        if kind == "TextSelector":
            return self._text(target, offset)
        if kind == "AnnotationSelector":
            return self._annotation(target.get("annotation"), offset, depth)
        if kind == "ResourceSelector":
            resource = _reference(target.get("resource"))
            return (
                Selected(resource) if resource in self._store.resources else Selected(why_not="annotations on resources not here")
            )
        if kind in ("DataSetSelector", "DataKeySelector", "AnnotationDataSelector"):
            return Selected(why_not="annotations on data sets, keys or data")
        return Selected(why_not=f"annotations with a selector that is not known ({kind})")

    def _text(self, target: dict[str, Any], offset: Any) -> Selected:
        resource = _reference(target.get("resource"))
        if not resource and len(self._store.resources) == 1:
            resource = next(iter(self._store.resources))
        if resource not in self._store.resources:
            return Selected(why_not=_NO_RESOURCE)
        extent = _extent(offset, len(self._store.resources[resource].text))
        if extent is None:
            return Selected(why_not="annotations without a readable offset")
        text = target.get("text")
        return Selected(resource, [extent], text=text if isinstance(text, str) else "")

    def _annotation(self, reference: Any, offset: Any, depth: int) -> Selected:
        id = _reference(reference)
        if id not in self._store.annotations:
            return Selected(why_not="annotations on annotations that are not here")
        if offset is None:
            return Selected(annotation=id)
        outer = self.covered(id, depth + 1)
        if outer.why_not:
            return outer
        extent = _extent(offset, sum(end - start for start, end in outer.extents))
        extents = _within(outer.extents, extent) if extent else []
        if not extents:
            return Selected(why_not="annotations with an offset outside the annotation that it is relative to")
        return Selected(outer.resource, extents, id)

    def covered(self, id: str, depth: int = 0) -> Selected:
        """The text under an annotation, followed through those that it is about."""
        if depth > _DEEPEST:
            return Selected(why_not=_CIRCLE)
        if id not in self._covered:
            self._covered[id] = Selected(why_not=_CIRCLE)  # until it is known
            self._covered[id] = self._found(self._store.annotations[id].target, depth)
        return self._covered[id]

    def _found(self, target: dict[str, Any], depth: int) -> Selected:
        found = self._inner(target, depth)
        for number, one in enumerate(found):
            if one.annotation and not one.extents:
                found[number] = self.covered(one.annotation, depth + 1)
        failed = next((one for one in found if one.why_not or not one.extents), None)
        if failed or not found or len({one.resource for one in found}) > 1:
            return Selected(why_not=(failed.why_not if failed else "") or "annotations relative to what has no one text")
        if sum(len(one.extents) for one in found) > _MOST_EXTENTS:
            return Selected(why_not="annotations on more stretches of text than any has")
        return Selected(found[0].resource, [extent for one in found for extent in one.extents])


def _reference(value: Any) -> str:
    """The id that a reference is, or that what stands in its place has."""
    if isinstance(value, dict):
        value = value.get("@id")
    return value if isinstance(value, str) else ""


def _extent(offset: Any, length: int) -> Extent | None:
    """The stretch that an offset means in something of this length; it may lead out of it."""
    if not isinstance(offset, dict):
        return None
    begin, end = _cursor(offset.get("begin"), length), _cursor(offset.get("end"), length)
    return None if begin is None or end is None else (begin, end)


def _cursor(value: Any, length: int) -> int | None:
    if not isinstance(value, dict):
        return None
    kind, number = str(value.get("@type")).removesuffix("Cursor"), whole(value.get("value"))
    if not isinstance(number, int) or isinstance(number, bool):
        return None
    if kind == "EndAligned":
        return length + number if number <= 0 else None
    return number if kind == "BeginAligned" and number >= 0 else None


def _within(extents: list[Extent], inner: Extent) -> list[Extent]:
    """The stretch ``inner`` of what the extents cover together, as extents of the text; nothing where it leads out."""
    found = []
    at = 0
    for start, end in extents:
        first, last = max(inner[0] - at, 0), min(inner[1] - at, end - start)
        if first < last:
            found.append((start + first, start + last))
        at += end - start
    return found if 0 <= inner[0] < inner[1] <= at else []
