"""How fast the best alignment and gamma are, against pygamma-agreement, and that no alignment is worse than the peer's.

    python tests/benchmarks/gamma_speed.py [--peer PYTHON] [--seconds LIMIT]

PYTHON is an interpreter that has pygamma-agreement. The peer works in a process of its own; the time in which it imports and
compiles does not count, and where one case takes it longer than LIMIT (170 seconds), it is stopped. Both have 30 samples, drawn
by moving the units of real annotators around the text.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any, NamedTuple

Units = list[tuple[int, int, str]]

SAMPLES = 30
RUNS = 3
SINGLE = 1e-5  # the peer counts in single precision


class Case(NamedTuple):
    """Annotators who each marked about so many units, which nest; ``alpha``: the weight of places; gamma, or one alignment."""

    annotators: int
    units: int
    alpha: int
    is_gamma: bool = False

    @property
    def length(self) -> int:
        """Code points of the text."""
        return self.units * 36

    def __str__(self) -> str:
        return f"{'gamma' if self.is_gamma else 'alignment'}, {self.annotators} x {self.units:,} units, alpha {self.alpha}"


CASES = [
    *(Case(annotators, units, alpha) for annotators, units in ((2, 2_000), (3, 500), (4, 83)) for alpha in (1, 3)),
    *(Case(annotators, units, 1, is_gamma=True) for annotators, units in ((2, 300), (3, 60), (4, 20))),
]
OURS_ALONE = [Case(2, 40, 1, is_gamma=True), Case(2, 20_000, 1), Case(3, 87, 1, is_gamma=True), Case(4, 83, 3, is_gamma=True)]


def noisy(case: Case, seed: int = 1) -> dict[str, Units]:
    """What each annotator marked of the same words, phrases and passages: edges off by some, labels mistaken, units missed."""
    draw = random.Random(seed)
    labels = "abcdefgh"
    meant = []
    for _ in range(case.units):
        size = draw.choice([5, 8, 12, 60, 120, 180])
        start = draw.randrange(case.length - size)
        meant.append((start, start + size, draw.choice(labels)))
    return {f"a{who}": _said(draw, case, meant, labels) for who in range(case.annotators)}


def _said(draw: random.Random, case: Case, meant: Units, labels: str) -> Units:
    found = set()
    for start, end, label in meant:
        if draw.random() < 0.1:
            continue
        first = max(0, start + draw.randint(-3, 3))
        last = min(case.length, max(first + 1, end + draw.randint(-3, 3)))
        found.add((first, last, label if draw.random() < 0.85 else draw.choice(labels)))
    for _ in range(case.units // 20):
        start = draw.randrange(case.length - 10)
        found.add((start, start + draw.randint(3, 9), draw.choice(labels)))
    return sorted(found)


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """Wall-clock seconds that ``work`` takes, and what it returns."""
    start = time.perf_counter()
    found = work()
    return time.perf_counter() - start, found


def ours(case: Case) -> tuple[float, float, float | None]:
    """Median seconds, the disorder, and gamma where it is asked for."""
    from postil.measures import Continuum, Unit
    from postil.measures._units import Weights
    from postil.measures.alignment import align
    from postil.measures.disorder import Chance
    from postil.measures.gamma import gamma

    units = {who: tuple(Unit(*unit) for unit in found) for who, found in noisy(case).items()}
    continuum, weights = Continuum(case.length, units), Weights(case.alpha, 1)
    exactly_so_many = Chance(precision=1e9)
    align(Continuum(case.length, {who: found[:10] for who, found in units.items()}), weights)
    if case.is_gamma:
        runs = [timed(lambda: gamma(continuum, weights, exactly_so_many)) for _ in range(RUNS)]
        return statistics.median(seconds for seconds, _ in runs), runs[0][1].observed, runs[0][1].value
    runs = [timed(lambda: align(continuum, weights).disorder) for _ in range(RUNS)]
    return statistics.median(seconds for seconds, _ in runs), runs[0][1], None


def as_peer(case: Case) -> tuple[float, float, float | None]:
    """The same by pygamma-agreement, once, in the interpreter that has it."""
    import numpy as np
    import pygamma_agreement as peer
    from pyannote.core import Segment

    def continuum(units: dict[str, Units]) -> Any:
        found = peer.Continuum()
        for who, marked in units.items():
            for start, end, label in marked:
                found.add(who, Segment(start, end), label)
        return found

    np.random.seed(1)  # noqa: NPY002 - what the peer draws from
    whole, distance = continuum(noisy(case)), peer.CombinedCategoricalDissimilarity(alpha=case.alpha, beta=1)
    warm = continuum(noisy(case._replace(units=6)))
    warm.compute_gamma(distance, SAMPLES, sampler=peer.ShuffleContinuumSampler())
    if not case.is_gamma:
        seconds, alignment = timed(lambda: whole.get_best_alignment(distance).disorder)
        return seconds, float(alignment), None
    seconds, found = timed(lambda: whole.compute_gamma(distance, SAMPLES, sampler=peer.ShuffleContinuumSampler()))
    return seconds, float(found.best_alignment.disorder), float(found.gamma)


def peers(python: str, case: Case, limit: float) -> tuple[float, float, float | None] | None:
    """What the peer finds, ``None`` where it takes too long or fails."""
    command = [python, __file__, "--case", json.dumps(case)]
    try:
        done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=limit + 40)
    except subprocess.TimeoutExpired:
        return None
    except subprocess.CalledProcessError as error:
        print(f"  the peer failed: {error.stderr.strip().splitlines()[-1]}")
        return None
    found: tuple[float, float, float | None] = json.loads(done.stdout.splitlines()[-1])
    return found


def compare(python: str | None, case: Case, limit: float) -> bool:
    """Print a line about one case; whether our disorder is the peer's, or lower."""
    seconds, disorder, gamma = ours(case)
    print(
        f"{case!s:38} {seconds:8.4f} s  disorder {disorder:.6f}" + ("" if gamma is None else f"  gamma {gamma:.4f}"), flush=True
    )
    if not python:
        return True
    theirs = peers(python, case, limit)
    if theirs is None:
        print(f"{'':38} more than {limit:.0f} s for the peer: {limit / seconds:,.0f} times as long or more", flush=True)
        return True
    is_good = disorder <= theirs[1] * (1 + SINGLE)
    verdict = "WORSE" if not is_good else "lower" if disorder < theirs[1] * (1 - SINGLE) else "equal"
    print(f"{'':38} {theirs[0]:8.4f} s  disorder {theirs[1]:.6f}{_gamma(theirs[2])}", end="")
    print(f"  for the peer: {theirs[0] / seconds:,.0f} times as long; ours is {verdict}", flush=True)
    return is_good


def _gamma(value: float | None) -> str:
    return "" if value is None else f"  gamma {value:.4f}"


def main() -> int:
    """Measure, print; 1 where an alignment of ours is worse than the peer's."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peer", metavar="PYTHON")
    parser.add_argument("--seconds", metavar="LIMIT", type=float, default=170)
    parser.add_argument("--case", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.case:
        print(json.dumps(as_peer(Case(*json.loads(options.case)))))
        return 0
    are_good = [compare(options.peer, case, options.seconds) for case in CASES]
    are_good.extend(compare(None, case, options.seconds) for case in OURS_ALONE)
    return 0 if all(are_good) else 1


if __name__ == "__main__":
    sys.exit(main())
