"""The manifest with other splits, everything else as its author wrote it."""

from __future__ import annotations

import tomllib
from typing import Any

from postil.errors import PostilError
from postil.manifest import Splits
from postil.storage.directory import MANIFEST


def with_splits(source: str, splits: Splits) -> bytes:
    """The manifest's bytes with this salt and these shares. What could not be read back is refused."""
    import tomlkit

    document = tomlkit.parse(source if source.endswith("\n") else f"{source}\n")
    if "splits" not in document:
        document["splits"] = tomlkit.table()
    table: Any = document["splits"]
    if table.get("salt", "") != splits.salt:
        table["salt"] = splits.salt
    shares = table.get("shares", {})
    if dict(shares) != splits.shares:
        table["shares"] = _updated(shares or tomlkit.table(), splits.shares)
    written = tomlkit.dumps(document)
    said = tomllib.loads(written).get("splits", {})
    if (said.get("salt", ""), said.get("shares", {})) != (splits.salt, splits.shares):
        raise PostilError(f"the splits could not be written into {MANIFEST}: write salt and shares under [splits] by hand")
    return written.encode()


def _updated(table: Any, shares: dict[str, float]) -> Any:
    for name in [name for name in table if name not in shares]:
        del table[name]
    for name, share in shares.items():
        table[name] = int(share) if share == int(share) else share
    return table
