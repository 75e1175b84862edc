"""Where a stretch of the old text stands in the new one, and how sure that is."""

from __future__ import annotations

import enum

import msgspec

from postil.editing.alignment import Alignment
from postil.editing.edges import is_written_onto
from postil.editing.occurrences import Extent, Occurrences
from postil.editing.pairing import NONE
from postil.editing.tokens import Tokens, is_respelling

_SIMILAR = 0.6  # of the characters: what is less alike than that is not the same words any more
_LONGEST = 20_000  # characters of a passage whose letters are compared one by one
_CANDIDATES = 5
_FAR = 200  # characters that may have been put into the middle of a span


class Fate(enum.StrEnum):
    """What became of an annotation when its text was edited, from the best to the worst.

    ``exact``: nothing. ``moved``: the same characters stand somewhere else. ``respelt``: the same words in another spelling or
    with other blanks. ``edited``: its own text was changed. ``split``: its text stands in several places. ``ambiguous``: it
    could be one of several. ``orphan``: its text is gone.
    """

    EXACT = "exact"
    MOVED = "moved"
    RESPELT = "respelt"
    EDITED = "edited"
    SPLIT = "split"
    AMBIGUOUS = "ambiguous"
    ORPHAN = "orphan"

    @property
    def is_certain(self) -> bool:
        """Whether there is no doubt of the place."""
        return self in (Fate.EXACT, Fate.MOVED, Fate.RESPELT)

    @property
    def rank(self) -> int:
        """Zero for the best."""
        return list(Fate).index(self)


class Place(msgspec.Struct, frozen=True):
    """The fate of a stretch of text, and where it may be: one place where that is certain, else the candidates, best first."""

    fate: Fate
    extents: tuple[Extent, ...] = ()


class Places:
    """Finds places by an alignment of two texts."""

    def __init__(self, alignment: Alignment) -> None:
        self._alignment = alignment
        self._old, self._new = alignment.old, alignment.new
        certain = {alignment.pairs[token] for token, is_certain in enumerate(alignment.certain) if is_certain}
        self._occurrences = Occurrences(alignment.new, lambda token: token not in certain)
        self._carryings: dict[tuple[int, int, int, int], _Carrying] = {}

    def place(self, start: int, end: int) -> Place:
        """What became of ``start`` to ``end`` of the old text."""
        tokens = self._old.within(start, end)
        if not 0 <= start < end <= len(self._old.text) or not tokens:
            return Place(Fate.ORPHAN)
        certain = self._certain(start, end, tokens)
        if certain:
            return certain
        return self._changed(start, end, tokens) or self._by_quote(start, end, tokens)

    def _certain(self, start: int, end: int, tokens: range) -> Place | None:
        """The place, where every word and every blank of the stretch is certainly the same."""
        alignment = self._alignment
        first, last = tokens[0], tokens[-1]
        pairs = alignment.pairs[first : last + 1]
        shift = pairs[0] - first
        if pairs[0] == NONE or pairs != list(range(pairs[0], pairs[0] + len(pairs))):
            return None
        if not all(alignment.certain[first : last + 1]):
            return None
        new_start = self._edge(start, first, shift, is_start=True)
        new_end = self._edge(end, last, shift, is_start=False)
        if new_start is None or new_end is None:
            return None
        old, new = self._old.text[start:end], self._new.text[new_start:new_end]
        if is_written_onto(self._old, (start, end), self._new, (new_start, new_end)):
            return Place(Fate.EDITED, ((new_start, new_end),))
        if old == new:
            return Place(Fate.EXACT if start == new_start else Fate.MOVED, ((new_start, new_end),))
        return Place(Fate.RESPELT, ((new_start, new_end),)) if is_respelling(old, new) else None

    def _edge(self, offset: int, token: int, shift: int, *, is_start: bool) -> int | None:
        """Where an edge is that stands in or beside a token whose pair is ``shift`` tokens on."""
        old, new, pair = self._old, self._new, token + shift
        if is_start and offset == old.starts[token]:
            return new.starts[pair]
        if not is_start and offset == old.ends[token]:
            return new.ends[pair]
        if old.starts[token] <= offset <= old.ends[token]:
            return new.starts[pair] + offset - old.starts[token] if old.words[token] == new.words[pair] else None
        return self._edge_in_blanks(offset, token, shift, is_start=is_start)

    def _edge_in_blanks(self, offset: int, token: int, shift: int, *, is_start: bool) -> int | None:
        """An edge in the blanks before a first token or after a last one: certain where those blanks are the same."""
        old, new, pairs = self._old, self._new, self._alignment.pairs
        left = token - 1 if is_start else token
        before = old.text[old.ends[left] if left >= 0 else 0 : old.starts[left + 1] if left + 1 < len(old) else len(old.text)]
        other = left + shift
        if not -1 <= other < len(new):
            return None
        after = new.text[new.ends[other] if other >= 0 else 0 : new.starts[other + 1] if other + 1 < len(new) else len(new.text)]
        are_sides_paired = (left < 0 or pairs[left] == other) and (left + 1 >= len(old) or pairs[left + 1] == other + 1)
        if before != after or not are_sides_paired:
            return None
        return (new.ends[other] if other >= 0 else 0) + offset - (old.ends[left] if left >= 0 else 0)

    def _changed(self, start: int, end: int, tokens: range) -> Place | None:
        """What is left of a stretch that was changed itself: the passage between the words that stand around it."""
        alignment = self._alignment
        kept = [token for token in tokens if alignment.pairs[token] != NONE and alignment.certain[token]]
        pieces = self._pieces(kept)
        if len(pieces) > 1:
            return Place(Fate.SPLIT, tuple(pieces))
        passage = self._passage(tokens, kept)
        same = self._same_in(passage[1], start, end) if passage else ()
        if passage and len(same) == 1 and self._is_all_of(passage, tokens):
            if is_written_onto(self._old, (start, end), self._new, same[0]):
                return Place(Fate.EDITED, same)
            return Place(Fate.EXACT if same[0][0] == start else Fate.MOVED, same)
        if same:
            return Place(Fate.AMBIGUOUS, same)
        edges = self._edges_in(*passage, start, end) if passage else None
        if edges is None and pieces:
            edges = pieces[0]  # it was moved as well: what is left of it stands between other words
        if edges is None or edges[0] >= edges[1]:
            return None
        cuts_words = start != self._old.starts[tokens[0]] or end != self._old.ends[tokens[-1]]
        return self._judged(self._old.text[start:end], edges, cuts_words=cuts_words)

    def _judged(self, old: str, extent: Extent, *, cuts_words: bool) -> Place | None:
        covered = self._new.within(*extent)
        if not cuts_words and covered:
            extent = self._new.starts[covered[0]], self._new.ends[covered[-1]]
        new = self._new.text[extent[0] : extent[1]]
        if not new.strip() or _similarity(old, new) < _SIMILAR:
            return None
        return Place(Fate.EDITED, (extent,))

    def _pieces(self, kept: list[int]) -> list[Extent]:
        """The places of certain words, as few extents as they are in order and near each other."""
        pieces: list[list[int]] = []
        before = NONE
        for token in kept:
            pair = self._alignment.pairs[token]
            is_near = before != NONE and before < pair and self._new.starts[pair] - self._new.ends[before] <= _FAR
            if pieces and is_near:
                pieces[-1][1] = self._new.ends[pair]
            else:
                pieces.append([self._new.starts[pair], self._new.ends[pair]])
            before = pair
        return [(start, end) for start, end in pieces]

    def _passage(self, tokens: range, kept: list[int]) -> tuple[Extent, Extent] | None:
        """The tokens of both texts from the last certain pair before a stretch to the first after it, both left out."""
        alignment = self._alignment
        left = alignment.last_certain[tokens[0] - 1] if tokens[0] else NONE
        right = alignment.next_certain[tokens[-1] + 1] if tokens[-1] + 1 < len(self._old) else len(self._old)
        new_left = alignment.pairs[left] if left >= 0 else NONE
        new_right = alignment.pairs[right] if right < len(self._old) else len(self._new)
        if new_left >= new_right or any(not new_left < alignment.pairs[token] < new_right for token in kept):
            return None
        return (left + 1, right), (new_left + 1, new_right)

    def _same_in(self, passage: Extent, start: int, end: int) -> tuple[Extent, ...]:
        """Where the very same words stand in a passage of new tokens that took the place of theirs."""
        if passage[0] >= passage[1]:
            return ()
        quote, (first, last) = self._old.text[start:end], (self._new.starts[passage[0]], self._new.ends[passage[1] - 1])
        found = self._occurrences.within(quote, first, last)
        return tuple(sorted(found, key=lambda extent: abs(extent[0] - start))[:_CANDIDATES])

    def _is_all_of(self, passage: tuple[Extent, Extent], tokens: range) -> bool:
        """Whether these are all the tokens between unchanged text, and their words are all the words that stand there now."""
        (old, old_end), (new, new_end) = passage
        if (old, old_end) != (tokens.start, tokens.stop) or not 0 < old < old_end < len(self._old):
            return False
        old_words = [self._old.keys[token] for token in range(old, old_end) if self._old.is_word(token)]
        return bool(old_words) and old_words == [
            self._new.keys[token] for token in range(new, new_end) if self._new.is_word(token)
        ]

    def _edges_in(self, old_passage: Extent, new_passage: Extent, start: int, end: int) -> Extent | None:
        """The edges, carried by the letters that two passages have in common; those at an end of a passage stay at that end."""
        if old_passage[0] >= old_passage[1] or new_passage[0] >= new_passage[1]:
            return None
        old_start, old_end = self._old.starts[old_passage[0]], self._old.ends[old_passage[1] - 1]
        new_start, new_end = self._new.starts[new_passage[0]], self._new.ends[new_passage[1] - 1]
        if max(old_end - old_start, new_end - new_start) > _LONGEST or not old_start <= start < end <= old_end:
            return None
        bounds = (old_start, old_end, new_start, new_end)
        carrying = self._carryings.get(bounds)
        if carrying is None:
            carrying = _Carrying(self._old.text[old_start:old_end], self._new.text[new_start:new_end])
            self._carryings[bounds] = carrying
        edges = (carrying.edge(start - old_start, is_start=True), carrying.edge(end - old_start, is_start=False))
        return new_start + edges[0], new_start + edges[1]

    def _by_quote(self, start: int, end: int, tokens: range) -> Place:
        """Where the very same words stand, though nothing says that they are those: not where others certainly stand."""
        quote = self._old.text[start:end]
        found = self._occurrences.near(quote, start, is_free=True)
        if not found and any(self._alignment.certain[token] for token in tokens):
            found = self._occurrences.near(quote, start)
        return Place(Fate.AMBIGUOUS, found) if found else Place(Fate.ORPHAN)


def _words(tokens: Tokens, which: range) -> list[int]:
    return [tokens.keys[token] for token in which if tokens.is_word(token)]


def _similarity(old: str, new: str) -> float:
    from rapidfuzz.distance import Indel

    return Indel.normalized_similarity(old, new) if max(len(old), len(new)) <= _LONGEST else 1.0


class _Carrying:
    """Offsets of one passage carried to another by the letters that they have in common."""

    def __init__(self, old: str, new: str) -> None:
        from rapidfuzz.distance import Indel

        self._codes = [
            (code.src_start, code.src_end, code.dest_start, code.dest_end, code.tag == "equal")
            for code in Indel.opcodes(old, new)
        ]
        self._sizes = len(old), len(new)

    def edge(self, offset: int, *, is_start: bool) -> int:
        """Where an edge is: a start before what was put in at it, where it is the first thing of all, an end after it."""
        old_size, new_size = self._sizes
        if offset in (0, old_size):
            return 0 if offset == 0 else new_size
        for old_start, old_end, new_start, new_end, is_equal in self._codes:
            inside = old_start <= offset < old_end if is_start else old_start < offset <= old_end
            if inside:
                if is_equal:
                    return new_start + offset - old_start
                return new_start if is_start else new_end
        return new_size
