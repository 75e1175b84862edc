"""New ids that an action can mint and stay a pure function: drawn from a seed and from what the record is about."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator
from itertools import count

from postil.model import new_id


def fresh_id(seed: str, layer: str, about: str, taken: Collection[str]) -> str:
    """An id for a new record: another one for another seed, and for the same record made anew the same."""
    digits = _digits(f"{seed}\0{layer}\0{about}")
    return new_id(layer, taken, lambda alphabet: alphabet[next(digits) % len(alphabet)])


def _digits(about: str) -> Iterator[int]:
    for number in count():
        yield from hashlib.blake2b(f"{number}\0{about}".encode("utf-8", "surrogatepass")).digest()
