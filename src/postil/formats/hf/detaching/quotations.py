"""References in the place of quotations: a string without what it quotes of a text, from which it can be made whole again.

``⟦308:321⟧`` stands for what the document's own text has from 308 to 321, ``⟦308:321 news/a⟧`` for that of another document, and
``⟦⟦`` for the character itself. No run of :data:`SHORTEST` characters of the text is left in between. ``⟦308:321|3.10u⟧``
is spelt as :mod:`~postil.formats.hf.detaching.spellings` says.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator, Mapping
from itertools import groupby

from postil.exchange.sources import LARGEST_FILE
from postil.formats.hf.detaching.spellings import Read, level, meant, read, shortened, spelling, spelt, unread

SHORTEST = 12
"""Characters that a string must have in common with a text, in a row, to quote it."""

_REFERENCE = re.compile(r"⟦(?:⟦|(\d+):(\d+)(?:\|([^ ⟧]+))?(?: ([^⟧]*))?⟧)")
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|x([0-9a-fA-F]{2})|([btnfr\"\\/])|\s*\n\s*)")
_ESCAPED = dict(zip('btnfr"\\/', '\b\t\n\f\r"\\/', strict=True))
_FIRST_WORD, _LAST_WORD = re.compile(r"^\w+"), re.compile(r"\w+$")
ELISION = "[…]"

Place = tuple[str, int]
"""A document (empty: the one that the string is about) and an offset in its text."""

Places = Mapping[str, Place]
"""Where each run of characters stands, all of them of one length."""


def runs(text: str, length: int = SHORTEST) -> Iterator[str]:
    """Every run of so many characters, in order."""
    return (text[at : at + length] for at in range(len(text) - length + 1))


def places_in(text: str, length: int = SHORTEST) -> dict[str, Place]:
    """Where each run of a text first stands in it."""
    return {text[at : at + length]: ("", at) for at in range(len(text) - length, -1, -1)}  # the first overwrites those after it


def without_quotations(said: str, places: Places, length: int = SHORTEST) -> str:
    """``said`` with references for what it quotes."""
    made = []
    for piece, place in _pieces(said, places, length):
        made.append(_reference(place, len(piece)) if place else _doubled(piece))
    return "".join(made)


def file_without_quotations(said: str, places: Places, text_of: Callable[[str], str], length: int = SHORTEST) -> str:
    """A file with references for what it quotes, also with escapes or over several lines.

    ``places``: those in texts made :func:`~postil.formats.hf.detaching.spellings.level`; ``text_of``: a text as it is.
    """

    def without(found: Read) -> str:
        return "".join(_spelt_pieces(found, places, text_of, length))

    made = without(read(said))
    pieces, after = [], 0
    for reference in _REFERENCE.finditer(made):
        pieces += [without(unread(made[after : reference.start()])), reference[0]]  # a backslash may be one of the text
        after = reference.end()
    return "".join([*pieces, without(unread(made[after:]))])


def _spelt_pieces(found: Read, places: Places, text_of: Callable[[str], str], length: int) -> Iterator[str]:
    after = at = 0  # atoms that were given, characters that were passed
    for piece, place in _pieces(found.meant, places, length):
        first, at = at, at + len(piece)
        # an edge that is the end of a line stays: it may end a comment, or a record
        inside = [one for one in range(first, at) if "\n" not in found.atoms[found.at[one]]]
        if place and inside:
            start, stop = found.at[inside[0]], found.at[inside[-1]] + 1
            yield from map(_doubled, found.atoms[after:start])
            document, offset = place[0], place[1] + inside[0] - first
            text = text_of(document)[offset : offset + inside[-1] + 1 - inside[0]]
            yield from _references(found.atoms[start:stop], (document, offset), text)
            after = stop
    yield from map(_doubled, found.atoms[after:])


def _references(atoms: list[str], place: Place, text: str) -> Iterator[str]:
    """References that are spelt as these atoms, and between them the atoms that no code spells."""
    document, at = place
    for is_spelt, group in groupby(zip(atoms, spelling(atoms, text), strict=True), lambda pair: bool(pair[1])):
        pairs = list(group)
        length = sum(bool(meant(atom)) for atom, _ in pairs)
        if is_spelt and length:
            yield _reference((document, at), length, shortened([code for _, code in pairs]))
        else:
            yield from (_doubled(atom) for atom, _ in pairs)
        at += length


def _reference(place: Place, length: int, code: str = "") -> str:
    document, start = place
    return f"⟦{start}:{start + length}{f'|{code}' if code else ''}{f' {document}' if document else ''}⟧"


def _doubled(said: str) -> str:
    return said.replace("⟦", "⟦⟦")


def unescaped(said: str) -> str:
    """A file of JSON or TOML with its strings as whoever parses it has them: no escape in it hides what it quotes."""

    def meant(escape: re.Match[str]) -> str:
        if code := escape[1] or escape[2] or escape[3]:
            return chr(min(int(code, 16), sys.maxunicode))
        return _ESCAPED.get(escape[4], "")  # a line that a backslash ends goes on

    if "\\" not in said:
        return said
    return _ESCAPE.sub(meant, said).encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def elided(said: str, places: Places) -> str:
    """``said`` as a person reads it, without what it quotes and the words that this begins or ends in: not to be made whole.

    ``places``: those in texts made :func:`~postil.formats.hf.detaching.spellings.level`, so that it may have other ends of lines.
    """
    made = last = ""
    at = 0
    for seen, place in _pieces(level(said), places, SHORTEST):
        piece, at = said[at : at + len(seen)], at + len(seen)
        if place:
            made = (_LAST_WORD.sub("", made) if piece[0].isalnum() else made) + ELISION
            last = piece[-1]
        else:
            made += _FIRST_WORD.sub("", piece) if last.isalnum() else piece
            last = ""
    return made


def with_quotations(said: str, text_of: Callable[[str], str]) -> str:
    """``said`` made whole; ``text_of`` a document (empty: the own one).

    Raises :class:`ValueError` for a place outside a text, and where it would become larger than anything that is meant.
    """
    size = 0

    def quoted(reference: re.Match[str]) -> str:
        if reference[1] is None:
            return "⟦"
        text, start, end = text_of(reference[4] or ""), int(reference[1]), int(reference[2])
        nonlocal size
        size += end - start
        if size > LARGEST_FILE:
            raise ValueError(f"what it quotes has more than {LARGEST_FILE:,} characters")
        if not start < end <= len(text):
            raise ValueError(f"{reference[0]} is outside the text, which has {len(text):,} characters")
        return spelt(text[start:end], reference[3]) if reference[3] else text[start:end]

    return _REFERENCE.sub(quoted, said) if "⟦" in said else said


def _pieces(said: str, places: Places, length: int) -> Iterator[tuple[str, Place | None]]:
    """The string piece by piece, each with the place that it is quoted from, if it is."""
    at = plain = 0
    while at + length <= len(said):
        place = places.get(said[at : at + length])
        if place is None:
            at += 1
            continue
        if plain < at:
            yield said[plain:at], None
        end = at + length
        while end < len(said) and places.get(said[end - length + 1 : end + 1]) == (place[0], place[1] + end - length + 1 - at):
            end += 1
        yield said[at:end], place
        at = plain = end
    if plain < len(said):
        yield said[plain:], None
