"""Merging what two sides made of one record or header, field by field."""

from __future__ import annotations

from typing import Any, NamedTuple

import msgspec

from postil.model import Header, Label, Note, Record, Relation, Span

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


def beginning_of(ours: Record, theirs: Record) -> Record | None:
    """What two additions under one id would both have come from, so that what only one of them says is kept.

    ``None`` where they are not about the same thing: spans in other places, relations or labels that say something else.
    """
    same = {
        Span: ("layer", "extents", "text"),
        Relation: ("layer", "label", "args"),
        Label: ("layer", "label"),
        Note: ("about", "text"),
    }
    if type(ours) is not type(theirs):
        return None
    if not all(are_same(getattr(ours, field), getattr(theirs, field)) for field in same[type(ours)]):
        return None
    fresh: dict[str, Any] = {"unknown": {}}
    if not isinstance(ours, Note):
        fresh |= {"attributes": {}, "confidence": None, "note": "", "ignore": {}}
        if ours.label != getattr(theirs, "label", ""):
            fresh["label"] = ""
    elif not are_same(ours.decide, getattr(theirs, "decide", {})):
        return None
    return msgspec.structs.replace(ours, **fresh)


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
        if chosen is None and field == "args":
            chosen = _merge_members(*(value[0] if value else () for value in values))
        if chosen is None:
            contested.append(f"{field}.{key}")
            chosen = values[1] or values[2]
        if chosen:
            found[key] = chosen[0]
    return Merged(found, tuple(contested))


def _merge_members(*fillers: str | tuple[str, ...]) -> tuple[tuple[str, ...]] | None:
    """The ids that fill a role: without what either side took out, and with what either added. ``None`` where order counts."""
    base, ours, theirs = ((each,) if isinstance(each, str) else each for each in fillers)
    if isinstance(fillers[1], str) and isinstance(fillers[2], str):
        return None  # one filler, and each side has another one
    kept = [id for id in base if id in ours and id in theirs]
    for side in (ours, theirs):
        if len(set(side)) != len(side) or [id for id in side if id in base] != [id for id in base if id in side]:
            return None
    return ((*kept, *sorted({*ours, *theirs} - set(base))),)


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
    chosen = _three_way(base.sources if base else (), ours.sources, theirs.sources)
    changes["sources"] = _merge_sources(base.sources if base else (), ours.sources, theirs.sources) if chosen is None else chosen
    unknown = _merge_keys("unknown", base.unknown if base else {}, ours.unknown, theirs.unknown)
    changes["unknown"] = unknown.value
    return Merged(msgspec.structs.replace(ours, **changes), (*contested, *unknown.contested))


def _merge_sources(base: tuple[str, ...], ours: tuple[str, ...], theirs: tuple[str, ...]) -> tuple[str, ...]:
    kept = [source for source in base if source in ours and source in theirs]
    return (*kept, *sorted({*ours, *theirs} - set(base)))
