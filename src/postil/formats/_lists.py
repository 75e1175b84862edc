"""Values of attributes: lists, for formats that say an attribute once for each value, and tables, which no attribute can be."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
from msgspec.structs import replace

from postil.exchange.features import Feature, without_values


def _plain(record: Any) -> Any:
    attributes = {}
    for name, value in record.attributes.items():
        kept = list({(type(one), str(one)): one for one in value}.values()) if isinstance(value, list | tuple) else value
        if kept != []:
            attributes[name] = kept[0] if isinstance(kept, list) and len(kept) == 1 else kept
    return replace(record, attributes=attributes)


_TITLE = "lists of one value, and values twice in a list"

PLAIN_LISTS = Feature("plain lists", _TITLE, without_values(_TITLE, _plain, stops=False), stops=False)
"""A limit: an attribute with one value is no list, and none has a value twice."""


def flat(name: str, value: Any) -> Iterator[tuple[str, Any]]:
    """An attribute as one or several that a scheme can describe: a table as ``name.key`` for each key, nothing as none."""
    if isinstance(value, dict):
        for key, one in value.items():
            yield from flat(f"{name}.{key}", one)
    elif isinstance(value, list):
        yield (
            name,
            [msgspec.json.encode(one).decode() if isinstance(one, dict | list) else one for one in value if one is not None],
        )
    elif value is not None:
        yield name, value
