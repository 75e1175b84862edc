"""What ``postil split`` did, for people and for programs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from postil.splitting.division import Division, is_folds
from postil.splitting.leaks import in_short
from postil.text import counted, printable, quote

_SHOWN = 10  # of documents that were joined, and of leaks


def as_text(division: Division, said: str) -> str:
    """The report for people; ``said`` is its first line."""
    return "\n".join(map(printable, [said, *_table(division), *_joined(division), *_leaking(division)]))


def _table(division: Division) -> Iterator[str]:
    salt = f"salt {quote(division.splits.salt)}" + (f", the best of {division.tries:,}" if division.tries else "")
    by = "dealt out evenly" if is_folds(division.splits) else "by the hash of each group"
    by = by if len(division.groups) > 1 else "not to be divided"
    largest = max(len(group.documents) for group in division.groups)
    groups = f"{counted(len(division.groups), 'group')} (the largest has {largest:,})"
    yield f"{counted(len(division.found), 'document')} in {groups}, {by}; {salt}"
    rows = [("", "documents", "share", "wanted", "groups", "labels are off by")]
    for split, one in division.balance.items():
        off = ", ".join(f"{layer} {'-' if value is None else f'{value:.1%}'}" for layer, value in one.distances.items())
        rows.append((split, f"{one.documents:,}", f"{one.share:.1%}", f"{one.wanted:.1%}", f"{one.groups:,}", off))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for first, *numbers, last in rows:
        cells = (cell.rjust(width) for cell, width in zip(numbers, widths[1:-1], strict=True))
        yield f"  {first:<{widths[0]}}  {'  '.join(cells)}  {last}".rstrip()
    if division.remark:
        yield division.remark


def _joined(division: Division) -> Iterator[str]:
    if division.links:
        yield f"kept together, {counted(len(division.links), 'time')}:"
        lines = [f"  {one.one} and {one.other}: {one.detail or one.kind}" for one in division.links]
        yield from _few(lines)


def _leaking(division: Division) -> Iterator[str]:
    yield f"across splits: {in_short(division.leaks)}"
    yield from _few([f"  {leak}" for leak in division.leaks])


def _few(lines: Sequence[str]) -> list[str]:
    return [*lines[:_SHOWN], *([f"  and {len(lines) - _SHOWN:,} more: --format json lists all"] if len(lines) > _SHOWN else [])]


def as_json(division: Division, *, is_changed: bool) -> str:
    """The report for programs."""
    said = {
        "changed": is_changed,
        "salt": division.splits.salt,
        "tries": division.tries,
        "documents": len(division.found),
        "groups": len(division.groups),
        "splits": {split: msgspec.to_builtins(one) for split, one in division.balance.items()},
        "placed": division.placed,
        "gone": division.gone,
        "together": [msgspec.to_builtins(link) for link in division.links],
        "leaks": [msgspec.to_builtins(leak) for leak in division.leaks],
        "remark": division.remark,
    }
    return msgspec.json.format(msgspec.json.encode(said)).decode()
