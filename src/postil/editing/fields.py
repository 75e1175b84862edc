"""Merging what two sides made of one record or header, field by field."""

from __future__ import annotations

from typing import Any, NamedTuple, TypeVar

import msgspec

from postil.model import Header, Record

Kind = TypeVar("Kind", bound=msgspec.Struct)

_TOGETHER = (("start", "end", "fragments", "text"), ("layer", "label"))
_BY_KEY = ("attributes", "args", "ignore", "unknown", "decide")


class Merged(NamedTuple):
    """A value as both sides together have it, and the fields that both changed in different ways: there it is as ours has it."""

    value: Any
    contested: tuple[str, ...]


def merge_fields(base: Record, ours: Record, theirs: Record) -> Merged:
    """One record that both sides changed. All three are of one type and have one id."""
    changes: dict[str, Any] = {}
    contested: list[str] = []
    for group in _groups(ours):
        values = [tuple(getattr(each, field) for field in group) for each in (base, ours, theirs)]
        if len(group) == 1 and group[0] in _BY_KEY:
            merged = _merge_keys(group[0], *(value[0] for value in values))
            changes[group[0]] = merged.value
            contested += merged.contested
            continue
        chosen = _three_way(*values)
        if chosen is None:
            contested.append("edges" if "start" in group else group[-1])
            chosen = values[1]
        changes.update(zip(group, chosen, strict=True))
    return Merged(msgspec.structs.replace(ours, **changes), tuple(contested))


def _groups(record: Record) -> list[tuple[str, ...]]:
    fields = [field for field in record.__struct_fields__ if field != "id"]
    together = [tuple(field for field in group if field in fields) for group in _TOGETHER]
    grouped = {field for group in together for field in group}
    return [*filter(None, together), *((field,) for field in fields if field not in grouped)]


def _merge_keys(field: str, base: dict[str, Any], ours: dict[str, Any], theirs: dict[str, Any]) -> Merged:
    """An object, key by key: those of the base in their order, then the new ones."""
    found = {}
    contested = []
    for key in (*base, *sorted({*ours, *theirs} - base.keys())):
        values = [(each[key],) if key in each else () for each in (base, ours, theirs)]
        chosen = _three_way(*values)
        if chosen is None:
            contested.append(f"{field}.{key}")
            chosen = values[1] or values[2]
        if chosen:
            found[key] = chosen[0]
    return Merged(found, tuple(contested))


def _three_way(base: tuple[Any, ...], ours: tuple[Any, ...], theirs: tuple[Any, ...]) -> tuple[Any, ...] | None:
    """What two sides made of a value; ``None`` where each made something else of it."""
    if are_same(ours, theirs) or are_same(base, theirs):
        return ours
    return theirs if are_same(base, ours) else None


def are_same(one: Any, other: Any) -> bool:
    """Whether two values are written alike: ``1`` is not ``true``, nor ``1.0``."""
    return bool(one == other) and msgspec.json.encode(one) == msgspec.json.encode(other)


def merge_headers(base: Header | None, ours: Header, theirs: Header) -> Merged:
    """The header. Of two new states the less finished one counts; sources of both sides are kept; the text is ours."""
    changes: dict[str, Any] = {}
    contested = []
    for field in ("document", "annotator", "scheme", "method"):
        chosen = _three_way(*((getattr(each, field),) if each else () for each in (base, ours, theirs)))
        if chosen is None:
            contested.append(field)
        else:
            changes[field] = chosen[0]
    if ours.status != theirs.status:
        changes["status"] = ours.status if base and base.status == theirs.status else theirs.status
        changes["status"] = changes["status"] if base else "in-progress"
    gone = set(base.sources) - (set(ours.sources) & set(theirs.sources)) if base else set()
    known = base.sources if base else ()
    new = sorted({*ours.sources, *theirs.sources} - set(known)) if ours.sources != theirs.sources else ours.sources
    changes["sources"] = tuple(source for source in dict.fromkeys((*known, *new)) if source not in gone)
    unknown = _merge_keys("unknown", base.unknown if base else {}, ours.unknown, theirs.unknown)
    changes["unknown"] = unknown.value
    return Merged(msgspec.structs.replace(ours, **changes), (*contested, *unknown.contested))
