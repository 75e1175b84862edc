"""Some of the histories of ``tests/benchmarks/merge_histories.py``, which lives thousands."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "benchmarks"))
from merge_histories import lived

del sys.path[0]


def test_no_annotation_is_lost_or_ends_on_another_line() -> None:
    counts: Counter[str] = Counter()
    for seed in range(250):
        found, said = lived(seed)
        counts += found
        assert said == [], f"history {seed}"

    assert counts["placed"] > 3000
    assert counts["conflicts"] > 10
    assert counts["open"] > 10
