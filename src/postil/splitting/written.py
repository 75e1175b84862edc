"""The manifest with other splits, everything else as its author wrote it."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, Any

from postil.errors import PostilError
from postil.manifest import Splits
from postil.storage.directory import MANIFEST

if TYPE_CHECKING:
    from tomlkit import TOMLDocument

_BY_HAND = f"the splits cannot be written into {MANIFEST}: write salt and shares under [splits] by hand"


def with_splits(source: str, splits: Splits) -> bytes:
    """The manifest's bytes with this salt and these shares. What could not be read back is refused."""
    import tomlkit

    try:
        written = tomlkit.dumps(_changed(tomlkit.parse(source if source.endswith("\n") else f"{source}\n"), splits))
        said = tomllib.loads(written).get("splits", {})
    except (tomlkit.exceptions.TOMLKitError, ValueError) as error:
        raise PostilError(f"{_BY_HAND} ({error})") from error
    if (said.get("salt", ""), list(said.get("shares", {}).items())) != (splits.salt, list(splits.shares.items())):
        raise PostilError(_BY_HAND)
    return written.encode()


def _changed(document: TOMLDocument, splits: Splits) -> TOMLDocument:
    import tomlkit

    if "splits" not in document:
        document["splits"] = tomlkit.table()
    table: Any = document["splits"]
    if table.get("salt", "") != splits.salt:
        table["salt"] = splits.salt
    shares = table.get("shares", {})
    if list(shares.items()) != list(splits.shares.items()):
        table["shares"] = _updated(shares or tomlkit.table(), splits.shares)
    return document


def _updated(table: Any, shares: dict[str, float]) -> Any:
    kept = [name for name in table if name in shares]
    is_in_order = kept == list(shares)[: len(kept)]
    for name in [name for name in table if not (is_in_order and name in shares)]:
        del table[name]
    for name, share in shares.items():
        table[name] = int(share) if share == int(share) else share
    return table
