"""What documents are called whose format gives them no name: like their file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain, islice
from typing import TypeVar

from postil.exchange.sources import File

Item = TypeVar("Item")


def called(file: File, items: Iterable[Item]) -> Iterator[tuple[str, Item]]:
    """Each document of a file with a name: the file's own, and a number where it has several."""
    coming = iter(items)
    first = list(islice(coming, 2))
    is_only = len(first) == 1
    for number, item in enumerate(chain(first, coming), 1):
        yield file.name if is_only else f"{file.name}-{number}", item
