"""How fast brat's standoff is read with every span verified, beside the loader of the library ``bioc``, which verifies nothing.

``python tests/benchmarks/brat_speed.py [SPANS]``: both read the same generated directory, by turns, each in a process of its
own; the medians of five runs and the highest memory of each are printed. ``bioc`` comes from the package index.
"""

from __future__ import annotations

import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

RUNS = 5
SPANS_PER_DOCUMENT = 250
WORDS = (
    "the",
    "minister",
    "said",
    "Zoë",
    "met",
    "😀",
    "Rajnath",
    "Singh",
    "in",
    "Tokyo",
    ",",
    "where",
    "“both”",
    "agreed",
    "naïve",
)


def generate(directory: Path, spans: int) -> None:
    """Write documents with ``spans`` spans together, some discontinuous, with relations, attributes and notes."""
    chance = random.Random(1)
    for number in range(spans // SPANS_PER_DOCUMENT):
        words = [chance.choice(WORDS) for _ in range(1500)]
        text = " ".join(words) + "\n"
        starts = [0]
        for word in words:
            starts.append(starts[-1] + len(word) + 1)
        lines = []
        for id in range(1, SPANS_PER_DOCUMENT + 1):
            first = chance.randrange(1490)
            start, end = starts[first], starts[first + chance.randrange(1, 4)] - 1
            if id % 25:
                lines.append(f"T{id}\tType{id % 7} {start} {end}\t{text[start:end]}")
            else:
                later = (starts[first + 5], starts[first + 6] - 1)
                lines.append(
                    f"T{id}\tType{id % 7} {start} {end};{later[0]} {later[1]}\t{text[start:end]} {text[later[0] : later[1]]}"
                )
        for id in range(1, SPANS_PER_DOCUMENT // 5):
            lines.append(f"R{id}\tMeets Arg1:T{id} Arg2:T{id + 1}")
            lines.append(f"A{id}\tCertainty T{id} high")
        lines.append("#1\tAnnotatorNotes T1\tnot sure")
        (directory / f"d{number}.txt").write_text(text, encoding="utf-8")
        (directory / f"d{number}.ann").write_text("\n".join(lines) + "\n", encoding="utf-8")


def read_with_postil(directory: Path) -> int:
    """Read and take in every document; the number of spans."""
    from postil.exchange.incoming import Incoming
    from postil.exchange.intake import Intake, Rules
    from postil.exchange.sources import Source
    from postil.formats.brat import FORMAT

    assert FORMAT.read
    incoming = Incoming(Source(directory))
    intake = Intake(Rules(), "s/1", incoming.declared)
    spans = 0
    for draft in FORMAT.read(incoming):
        document = intake.admit(draft)
        assert document
        spans += sum(len(annotations.spans) for annotations in document.sets.values())
    assert not intake.errors
    return spans


def read_with_bioc(directory: Path) -> int:
    """Read every document, as the library's ``scandir`` does, without its progress bar; the number of spans."""
    from bioc import brat

    spans = 0
    for path in sorted(directory.glob("*.txt")):
        with path.open(encoding="utf-8") as text, path.with_suffix(".ann").open(encoding="utf-8") as annotations:
            spans += len(brat.load(text, annotations, path.stem).entities)
    return spans


READERS = {"postil": read_with_postil, "bioc": read_with_bioc}


def measure(name: str, directory: Path) -> None:
    """In a process of its own: print seconds, megabytes and spans."""
    READERS[name](directory)  # imports, and the disk's cache
    start = time.process_time()
    spans = READERS[name](directory)
    seconds = time.process_time() - start
    print(seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, spans)


def main(spans: int) -> None:
    with tempfile.TemporaryDirectory() as directory:
        generate(Path(directory), spans)
        runs: dict[str, list[tuple[float, float]]] = {name: [] for name in READERS}
        for _ in range(RUNS):
            for name, measured in runs.items():
                command = [sys.executable, __file__, "--measure", name, directory]
                seconds, memory, found = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
                assert int(found) == spans, f"{name} found {found} spans"
                measured.append((float(seconds), float(memory)))
    medians = {name: statistics.median(seconds for seconds, _ in measured) for name, measured in runs.items()}
    for name, measured in runs.items():
        memory = max(megabytes for _, megabytes in measured)
        print(f"{name:>7}: {medians[name]:.3f} s of CPU for {spans:,} spans, {memory:.0f} MB at most")
    print(f"postil takes {medians['postil'] / medians['bioc']:.2f} of the time that bioc takes")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--measure"]:
        measure(sys.argv[2], Path(sys.argv[3]))
    else:
        main(int(sys.argv[1]) if sys.argv[1:] else 50_000)
