"""Tags of tokens (``B-PER``, ``I-PER``, ``O``): the schemes that there are, chunks to tags and tags to chunks.

A scheme differs from another in which tags begin and end a chunk. All can be read by one rule, which is that of the CoNLL
scorer; the scheme decides only what is wrong in a file.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property

import msgspec

SCHEMES = ("IOB2", "IOB1", "IOE1", "IOE2", "BIOES", "BILOU")
"""The schemes that can be written."""

MISSING = frozenset({"", "_", "-"})
"""What stands in a cell about which nothing is said; as a tag it is outside of every chunk."""

_TAG = re.compile(r"([BIESULMW])(?:[-_](.+))?|(.+)-([BIESULMW])", re.DOTALL)  # B-PER, B_PER, B, and in some files PER-B
_BEGINNING, _ENDING = frozenset("BSUW"), frozenset("ESULW")
_STRICT = {"IOB2": frozenset("BI"), "BIOES": frozenset("BIES"), "BILOU": frozenset("BILU"), "BMES": frozenset("BMESW")}
_LETTERS = "BIESULMW"
_MOST_LABELS = 200  # a column with more words than that is not one of labels
_MOST_PAIRS = 20_000  # tags have a few for each label
_EDGES = {  # of a chunk in each scheme: first, inside, last, alone
    "IOB2": "BIIB", "IOB1": "IIII", "IOE1": "IIII", "IOE2": "IIEE", "BIOES": "BIES", "BILOU": "BILU",
}  # fmt: skip


class Chunk(msgspec.Struct, frozen=True):
    """Tokens ``first`` up to ``after`` of a sentence under one label. ``is_wrong``: its first tag cannot begin one."""

    first: int
    after: int
    label: str
    is_wrong: bool = False


class Tag(msgspec.Struct, frozen=True):
    """A tag: what it does (a letter, ``""`` outside), and the label, which may be missing."""

    does: str
    label: str


OUTSIDE = Tag("", "")


def tag_of(cell: str) -> Tag | None:
    """The tag that a cell is; ``None`` where it is no tag of any scheme."""
    if cell == "O" or cell in MISSING:
        return OUTSIDE
    found = _TAG.fullmatch(cell)
    return Tag(found[1] or found[4], found[2] or found[3] or "") if found else None


class TagCounts:
    """What the cells of a column show: whether they are tags, and of which scheme.

    Only which cell follows which is counted, and what that means is looked at in the end. A column with more such pairs than
    any tags have is one of words, and is not counted on.
    """

    def __init__(self) -> None:
        self._pairs: Counter[tuple[str, str]] = Counter()
        self._before = "O"
        self._is_of_words = False

    def add(self, cell: str) -> None:
        """Count the cell of the next token."""
        if not self._is_of_words:
            self._pairs[self._before, cell] += 1
            self._before = cell
            self._is_of_words = len(self._pairs) > _MOST_PAIRS

    def end_sentence(self) -> None:
        """Forget the token before."""
        self._before = "O"

    @cached_property
    def cells(self) -> Counter[str]:
        """How often each cell is there."""
        found: Counter[str] = Counter()
        for (_, cell), count in self._pairs.items():
            found[cell] += count
        return found

    @cached_property
    def letters(self) -> Counter[str]:
        """How often each letter of a tag is there; ``O``; ``_`` for nothing; and ``""`` for what is no tag."""
        found: Counter[str] = Counter()
        for cell, count in self.cells.items():
            tag = tag_of(cell)
            found["" if tag is None else tag.does or ("O" if cell == "O" else "_")] += count
        return found

    @property
    def labels(self) -> set[str]:
        """The labels of its tags."""
        return {tag.label for cell in self.cells if (tag := tag_of(cell)) and tag.label}

    @property
    def are_missing(self) -> bool:
        """Whether nothing is said in any cell."""
        return not self._is_of_words and set(self.letters) == {"_"}

    @property
    def are_tags(self) -> bool:
        """Whether this is a column of tags: next to every cell is one, and not all are missing."""
        tags = self.letters.total() - self.letters[""]
        return not self._is_of_words and self.letters[""] * 50 <= tags and tags > self.letters["_"]

    @property
    def are_labels(self) -> bool:
        """Whether this is a column of bare labels and ``O``, mostly the latter."""
        words = [cell for cell in self.cells if tag_of(cell) is None]
        is_mostly_outside = self.letters["O"] * 2 > self.letters[""] > 0
        return not self._is_of_words and self.are_bare and is_mostly_outside and len(words) <= _MOST_LABELS

    @property
    def are_bare(self) -> bool:
        """Whether there are cells that are no tags, and none that is a tag with a letter."""
        return self.letters[""] > 0 and not any(self.letters[letter] for letter in _LETTERS)

    @property
    def scheme(self) -> str:
        """The scheme that these tags are in."""
        if self.are_labels:
            return "IO"
        seen = {letter for letter in _LETTERS if self.letters[letter]}
        if seen & set("MW"):
            return "BMES"
        if seen & set("LU"):
            return "BILOU"
        if "S" in seen or seen >= {"B", "E"}:
            return "BIOES"
        if "E" in seen:
            return "IOE2"
        return "IOB1" if self._begun_by("I") > self._begun_by("B") else "IOB2"

    def _begun_by(self, letter: str) -> int:
        """How many chunks a tag with this letter begins that do not follow one of their kind."""
        found = 0
        for (before, cell), count in self._pairs.items():
            tag, last = tag_of(cell), tag_of(before) or OUTSIDE
            if tag and tag.does == letter and not (last.does and last.label == tag.label):
                found += count
        return found


def tags_of(cells: Iterable[str], scheme: str) -> list[Tag]:
    """The tags that cells are in this scheme; what is none is outside."""
    if scheme == "IO":
        return [OUTSIDE if cell == "O" or cell in MISSING else Tag("I", cell) for cell in cells]
    return [tag_of(cell) or OUTSIDE for cell in cells]


def chunks(tags: Sequence[Tag], scheme: str) -> Iterator[Chunk]:
    """The chunks of a sentence."""
    strict = _STRICT.get(scheme)
    first, label, is_wrong = -1, "", False
    for at, tag in enumerate((*tags, OUTSIDE)):
        is_beginning = bool(tag.does) and (first < 0 or tag.does in _BEGINNING or tag.label != label)
        if first >= 0 and (is_beginning or not tag.does):
            yield Chunk(first, at, label, is_wrong)
            first = -1
        if is_beginning:
            first, label = at, tag.label
            is_wrong = strict is not None and tag.does not in _BEGINNING
        if tag.does in _ENDING:
            yield Chunk(first, at + 1, label, is_wrong)
            first = -1


def tagged(found: Iterable[Chunk], length: int, scheme: str) -> list[str]:
    """The tags of a sentence of so many tokens with these chunks, which are apart and in order."""
    tags = ["O"] * length
    begin, inside, end, alone = tuple(_EDGES[scheme])
    before: Chunk | None = None
    for chunk in found:
        letters = [inside] * (chunk.after - chunk.first)
        letters[0], letters[-1] = (begin, end) if len(letters) > 1 else (alone, alone)
        if before and before.after == chunk.first and before.label == chunk.label:
            if scheme == "IOB1":
                letters[0] = "B"
            elif scheme == "IOE1":
                tags[before.after - 1] = f"E-{before.label}"
        tags[chunk.first : chunk.after] = [f"{letter}-{chunk.label}" for letter in letters]
        before = chunk
    return tags
