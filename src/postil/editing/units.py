"""The lines and sentences of two texts, and which of them are whole and the same: those that either text has exactly once.

They are paired before anything else. Words that two lines share would else be paired across them where the lines changed places.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from postil.editing.anchors import Run
from postil.editing.pairing import NONE, Pairing
from postil.editing.tokens import Tokens

STOPS = frozenset(".!?…。！？।؟")
_ENDS = STOPS | {";"}
_SHORTEST_SENTENCE = 4  # tokens


def lines(tokens: Tokens) -> list[range]:
    """The tokens of each line."""
    return _ranges([token for token in range(len(tokens)) if tokens.begins_line(token)], len(tokens))


def sentences(tokens: Tokens) -> list[range]:
    """The tokens of each sentence or clause: what ends with a line, a stop or a semicolon."""
    starts = []
    has_ended = True
    for token, word in enumerate(tokens.words):
        is_attached = tokens.is_attached(token) and word not in _ENDS
        if tokens.begins_line(token) or (has_ended and (not is_attached or tokens.words[token - 1] == "。")):
            starts.append(token)
            has_ended = False
        has_ended = word in _ENDS or (has_ended and not tokens.is_word(token))
    return _ranges(starts, len(tokens))


def _ranges(starts: Sequence[int], end: int) -> list[range]:
    return [range(start, stop) for start, stop in zip(starts, [*starts[1:], end], strict=True)] if starts else []


class Twins:
    """The sentences of the old text, which of them (``is_twin``) either text has more than once, and what became of each."""

    def __init__(self, pairing: Pairing) -> None:
        old, new = pairing.old, pairing.new
        self._pairs = pairing.pairs
        self.units, self._new_units = sentences(old), sentences(new)
        self._unit_of = [number for number, unit in enumerate(self.units) for _ in unit]
        self._new_unit_of = [number for number, unit in enumerate(self._new_units) for _ in unit]
        once_old, once_new = _once(old, self.units), _once(new, self._new_units)
        keys = (tuple(old.keys[unit.start : unit.stop]) for unit in self.units)
        self.is_twin = [once_old[key] is None or (key in once_new and once_new[key] is None) for key in keys]

    def of_old(self, start: int, end: int) -> range:
        """The sentences that the old tokens ``start`` to ``end`` are in."""
        return range(self._unit_of[start], self._unit_of[end - 1] + 1)

    def is_whole(self, number: int) -> bool:
        """Whether a sentence is one of the new text, unchanged."""
        unit = self.units[number]
        first = self._pairs[unit.start]
        if first == NONE or self._pairs[unit.start : unit.stop] != list(range(first, first + len(unit))):
            return False
        return self._new_units[self._new_unit_of[first]] == range(first, first + len(unit))

    def is_between(self, number: int) -> bool:
        """Whether a sentence stands between the same two in both texts, which neither text has more than once."""
        sides = number - 1, number + 1
        if number == 0 or sides[1] == len(self.units) or any(self.is_twin[side] or not self.is_whole(side) for side in sides):
            return False
        before, after = (self._new_unit_of[self._pairs[self.units[side].start]] for side in sides)
        return after == before + 2


def same_units(old: Tokens, new: Tokens) -> list[Run]:
    """The lines, then the sentences, that either text has once. A sentence may be part of such a line."""
    found = list(_same_once(old, lines(old), new, lines(new)))
    in_lines = {token for run in found for token in range(run.old, run.old + run.size)}
    within = _same_once(old, sentences(old), new, sentences(new))
    return [*found, *(run for run in within if run.size >= _SHORTEST_SENTENCE and run.old not in in_lines)]


def _same_once(old: Tokens, old_units: Sequence[range], new: Tokens, new_units: Sequence[range]) -> Iterator[Run]:
    others = _once(new, new_units)
    for key, unit in _once(old, old_units).items():
        other = others.get(key)
        if unit is not None and other is not None:
            yield Run(unit.start, other.start, len(unit))


def _once(tokens: Tokens, units: Sequence[range]) -> dict[tuple[int, ...], range | None]:
    found: dict[tuple[int, ...], range | None] = {}
    for unit in units:
        key = tuple(tokens.keys[unit.start : unit.stop])
        found[key] = None if key in found else unit
    return found
