"""Bringing together what several streams say of one thing, or one stream in several places, without holding all of it.

An export of a tool has a file for each annotator, or a table for each kind of record: a document is whole when each has said
its part.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterator, Sequence
from typing import TypeVar

Key = TypeVar("Key", bound=Hashable)
Item = TypeVar("Item")
Stream = Callable[[], Iterator[tuple[Key, Item]]]


def joined(streams: Sequence[Stream[Key, Item]]) -> Iterator[tuple[Key, list[list[Item]]]]:
    """Each key, in the order in which they first come up, with its items of each stream.

    Streams are run through twice: first to count. Where all have one order, only one key's items are ever held; where they
    have not, those that come too early.
    """
    missing: dict[Key, Counter[int]] = {}
    for number, stream in enumerate(streams):
        for key, _ in stream():
            missing.setdefault(key, Counter())[number] += 1
    running = [stream() for stream in streams]
    early: defaultdict[Key, list[list[Item]]] = defaultdict(lambda: [[] for _ in streams])
    for key in list(missing):
        for number, pulled in enumerate(running):
            while missing[key][number]:
                other, item = next(pulled)
                early[other][number].append(item)
                missing[other][number] -= 1
        yield key, early.pop(key)
        del missing[key]
