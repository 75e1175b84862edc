"""Sessions ended by force at random moments: what is on the disk must be whole, and no action lost but the one in flight.

python tests/benchmarks/annotate_kills.py [KILLS]
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from annotating.corpora import ARTICLE, copy_of_our_corpus
from annotating.kills import kill_once

if __name__ == "__main__":
    number = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    with tempfile.TemporaryDirectory() as directory:
        corpus = copy_of_our_corpus(Path(directory))
        actions = [kill_once(corpus, ARTICLE, seed) for seed in range(number)]
    print(f"{number} kills in sessions of {sum(actions):,} actions ({actions.count(0)} before the first): nothing lost")
