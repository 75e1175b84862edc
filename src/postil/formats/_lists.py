"""Lists of values, for formats that say an attribute once for each of its values."""

from __future__ import annotations

from typing import Any

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
