"""A document's metadata as keys beside others, as formats with free keys have it."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import msgspec

from postil.manifest import Metadata

DOCUMENT_ID = "document_id"
"""The key that holds a document's id, where a format has none of its own that would survive."""


def flat(metadata: Metadata, taken: Collection[str]) -> dict[str, Any]:
    """What is known of a document, by key. Keys of its own that would be ``taken``, or not read again, are in ``extra``."""
    values = msgspec.to_builtins(metadata)
    blank = msgspec.to_builtins(Metadata())
    extra = values.pop("extra")
    said = {name: value for name, value in values.items() if value != blank[name]}
    free = {name: one for name, one in extra.items() if name not in (*blank, *taken) and one not in (None, "", [], {})}
    apart = {name: one for name, one in extra.items() if name not in free}
    return {**said, **free, **({"extra": apart} if apart else {})}


def is_name(value: Any) -> bool:
    """Whether a value can be what a document is called."""
    return isinstance(value, str | int) and not isinstance(value, bool) and 0 < len(str(value)) <= 200 and "\n" not in str(value)
