"""What became of a text: for each word of its old version, the one word of the new version that it is, if that is certain.

Lines, sentences and long passages that either text has once are found first, wherever they stand: those in the same order in both
are the frame, the others were moved. Then what stands between is filled in, what says too little is dropped, and what was moved
is completed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import accumulate, pairwise

from postil.editing.anchors import Run, anchors, in_order
from postil.editing.doubts import Doubts
from postil.editing.filling import fill
from postil.editing.pairing import NONE, Pairing
from postil.editing.tokens import Tokens
from postil.editing.units import same_units

_PASSAGE = 4  # tokens: the shortest passage that is looked for everywhere


class Alignment(Pairing):
    """The pairs between two texts. ``certain``: for each old token whether its pair is beyond doubt.

    ``last_certain`` and ``next_certain``: for each old token the last one that is certain up to it, or ``NONE``, and the first
    from it on, or the number of tokens.
    """

    def __init__(self, old: str, new: str) -> None:
        super().__init__(old, new)
        runs = sorted(_apart([*same_units(self.old, self.new), *anchors(self.old.keys, self.new.keys, _PASSAGE)]))
        frame = in_order(runs)
        kept = set(frame)
        for run in runs:
            for step in range(run.size):
                self.pair(run.old + step, run.new + step, moved=run not in kept)
        for one, other in pairwise([Run(0, 0, 0), *frame, Run(len(self.old), len(self.new), 0)]):
            fill(self, *self._between(one, other))
        doubts = Doubts(self)
        doubts.drop_weak()
        self._complete_moved(runs, kept)
        self._pair_lines()
        self.certain = doubts.certain()
        self.last_certain = list(accumulate((token if sure else NONE for token, sure in enumerate(self.certain)), max))
        backward = (token if sure else len(self.old) for token, sure in reversed(list(enumerate(self.certain))))
        self.next_certain = list(accumulate(backward, min))[::-1]

    def _between(self, one: Run, other: Run) -> tuple[list[int], list[int]]:
        """The free tokens of both texts between two runs."""
        return self.free(one.old + one.size, other.old), self.free_new(one.new + one.size, other.new)

    def _complete_moved(self, runs: Sequence[Run], kept: set[Run]) -> None:
        """Pair what stands between and beside the runs that were moved."""
        rank = {run: number for number, run in enumerate(sorted(runs, key=lambda run: run.new))}
        for one, other in pairwise(runs):
            if one not in kept and other not in kept and rank[other] == rank[one] + 1:
                fill(self, *self._between(one, other), moved=True)
        for run in runs:
            if run not in kept:
                self._extend(run.old, run.new, -1)
                self._extend(run.old + run.size - 1, run.new + run.size - 1, 1)

    def _extend(self, old: int, new: int, side: int) -> None:
        """Pair what stands beside the edge of a run that was moved, as far as its line goes in either text."""
        first = _beside(self.old, old, side, lambda token: self.pairs[token] == NONE)
        fill(self, first, _beside(self.new, new, side, lambda token: not self.taken[token]), moved=True)

    def _pair_lines(self) -> None:
        """Pair short lines, which have no long passage, where either text has such a line once, and it was moved as a whole."""
        lines = self.new.lines()
        for key, one in self.old.lines().items():
            other = lines.get(key)
            if one is None or other is None:
                continue
            if len(self.free(one.start, one.stop)) == len(one) == len(self.free_new(other.start, other.stop)):
                for token, pair in zip(one, other, strict=True):
                    self.pair(token, pair, moved=True)


def _apart(runs: Iterable[Run]) -> Iterator[Run]:
    """The runs without what they have of an earlier one, in either text."""
    old: set[int] = set()
    new: set[int] = set()
    for run in runs:
        start = None
        for step in range(run.size + 1):
            is_free = step < run.size and run.old + step not in old and run.new + step not in new
            if is_free and start is None:
                start = step
            elif not is_free and start is not None:
                yield Run(run.old + start, run.new + start, step - start)
                start = None
        old.update(range(run.old, run.old + run.size))
        new.update(range(run.new, run.new + run.size))


def _beside(tokens: Tokens, token: int, side: int, is_free: Callable[[int], bool]) -> list[int]:
    """The free tokens between ``token`` and the end of its line, or the next that is not free."""
    found = []
    each = token + side
    while 0 <= each < len(tokens) and tokens.line_of[each] == tokens.line_of[token] and is_free(each):
        found.append(each)
        each += side
    return found[::side]
