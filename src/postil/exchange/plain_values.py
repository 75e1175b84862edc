"""Attribute values as a scheme can describe them: words, numbers, true or false, or lists of one kind of these.

Other tools hold more in an annotation: nothing, tables, lists of lists, lists of different things, numbers that JSON does not
have or that not every program can hold.
"""

from __future__ import annotations

import math
from typing import Any

import msgspec
from msgspec.structs import replace

from postil.exchange.drafts import DraftSet
from postil.exchange.losses import Losses
from postil.model import Annotation
from postil.scheme import LARGEST_INTEGER

_KINDS = {str: "words", bool: "truth", int: "number", float: "number"}


def with_plain_values(draft_set: DraftSet, repaired: Losses) -> DraftSet:
    """The set with only such values; what had to change is counted."""
    spans, relations, labels = (
        group
        if all(_are_plain(record.attributes) for record in group)
        else [_plain(record, draft_set, repaired) for record in group]
        for group in (draft_set.spans, draft_set.relations, draft_set.labels)
    )
    return replace(draft_set, spans=spans, relations=relations, labels=labels)


def _are_plain(attributes: dict[str, Any]) -> bool:
    return all(type(value) is str or _is_plain(value) for value in attributes.values())


def _is_plain(value: Any) -> bool:
    if isinstance(value, list | tuple):
        kinds = {_kind(one) for one in value}
        return len(kinds) < 2 and "" not in kinds
    return bool(_kind(value))


def _kind(value: Any) -> str:
    """The kind of a single value; empty for what is none."""
    kind = _KINDS.get(type(value), "")
    return kind if kind != "number" or _is_exact(value) else ""


def _is_exact(number: float) -> bool:
    return math.isfinite(number) if isinstance(number, float) else abs(number) <= LARGEST_INTEGER


def _plain(record: Annotation, draft_set: DraftSet, repaired: Losses) -> Annotation:
    attributes: dict[str, Any] = {}
    for name, value in record.attributes.items():
        if value is None:
            repaired.add("attributes without a value, left out", draft_set.place(record.id), name)
        elif _is_plain(value):
            attributes[name] = value
        else:
            try:
                attributes[name] = [_words(one) for one in value] if isinstance(value, list | tuple) else _words(value)
                kind = "attribute values that no scheme describes, kept in words"
            except RecursionError:
                kind = "attribute values inside values without end, left out"
            repaired.add(kind, draft_set.place(record.id), name)
    return replace(record, attributes=attributes)


def _words(value: Any) -> str:
    if isinstance(value, str):
        return value
    return str(value) if _KINDS.get(type(value)) == "number" and not _is_exact(value) else msgspec.json.encode(value).decode()
