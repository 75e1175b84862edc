"""How fast every format is written and read, and whether time and memory grow as they should with what there is.

    python tests/benchmarks/exchange_speed.py [--shape SHAPE] [--import] [COUNT] [FORMAT…]

A generated corpus is exported, and what came of it is read and verified, each in a process of its own: once with a quarter of
what there is, once with all. A shape is ``corpus`` (COUNT documents of some 100 annotations), ``one`` (a single document of
COUNT annotations) or ``small`` (COUNT documents of 4 annotations). ``--import`` brings all of it into a new corpus, as
``postil import`` does, instead of only reading it.

Prints seconds of CPU, annotations a second, how much longer all of it took than a quarter, the peak of memory, and by how much
that grew. Exits with 1 where time grew by more than half as much again as what there is; where memory grew with the documents
by more than what is said of each in few words; or where that of one document grew by more than the document did.
"""

from __future__ import annotations

import argparse
import contextlib
import multiprocessing
import resource
import sys
import tempfile
import time
from multiprocessing.connection import Connection
from pathlib import Path
from typing import NamedTuple

from generate import generate

from postil import Corpus
from postil.exchange.export import Choices, Described, write_documents
from postil.exchange.format import Option
from postil.exchange.import_ import Wishes, import_source
from postil.exchange.incoming import Incoming
from postil.exchange.intake import Intake, Rules
from postil.exchange.losses import Losses
from postil.exchange.sources import Source
from postil.exchange.target import target_at
from postil.formats import all_formats, format_named

QUARTERS = 4
MOST_SLOWER = QUARTERS * 1.5
SURE = 0.5  # seconds: a ratio to less than this is chance
MOST_GROWTH = 5.0  # MB: the strings of a DocBin
MOST_GROWTH_EACH = 0.005  # MB a document: its names, and the paths of its files here and there


class Measured(NamedTuple):
    """Seconds of CPU, megabytes at most, megabytes before any work, and annotations."""

    seconds: float
    megabytes: float
    idle: float
    annotations: int


class Shape(NamedTuple):
    """How many documents, and how many times 100 annotations each has."""

    documents: int
    size: float


SHAPES = {
    "corpus": lambda count: Shape(count, 1),
    "one": lambda count: Shape(1, count / 100),
    "small": lambda count: Shape(count, 0.04),
}
COUNTS = {"corpus": 500, "one": 50_000, "small": 20_000}


def _options(options: tuple[Option, ...]) -> dict[str, object]:
    return {one.name: () if one.multiple else False if one.is_flag else one.default for one in options}


def export(name: str, root: Path, destination: Path) -> int:
    """Write the corpus in this format; returns how many annotations it has."""
    format_, corpus = format_named(name), Corpus.open(root)
    assert format_
    assert format_.write
    choices = Choices(_options(format_.write_options), is_lossy=True)
    with target_at(destination, format_.writes) as target:
        write_documents(format_, corpus, Described(corpus.scheme, corpus.manifest, ("gold",)), target, choices, Losses())
        target.finish(replace=True)
    return sum(path.read_bytes().count(b"\n") - 1 for path in (root / "annotations/gold").rglob("*.jsonl"))


def bring_in(name: str, source: Path, _destination: Path) -> int:
    """Read and verify what was written; returns how many annotations came back."""
    format_ = format_named(name)
    assert format_
    reader = format_.read
    assert reader
    incoming = Incoming(Source(source), _options(format_.read_options))
    intake = Intake(Rules(), "s/1", incoming.declared)
    count = 0
    for draft in reader(incoming):
        document = intake.admit(draft)
        count += sum(len(one.annotations) for one in document.sets.values()) if document else 0
    for _, document in intake.settled(lambda: reader(incoming.again())):
        count += sum(len(one.annotations) for one in document.sets.values())
    assert not intake.errors, intake.errors[0]
    return count


def import_(name: str, source: Path, destination: Path) -> int:
    """Make a corpus of what was written; returns how many annotations it has."""
    format_ = format_named(name)
    assert format_
    wishes = Wishes(options=_options(format_.read_options), writes_scheme=True)
    done = import_source(format_, Source(source), destination, wishes)
    assert done.is_done, (done.errors or done.unknown)[0]
    return done.annotations


WORK = {"written": export, "read": bring_in, "imported": import_}


def _run(what: str, name: str, source: Path, destination: Path, answer: Connection) -> None:
    idle = _peak()
    begun = time.process_time()
    count = WORK[what](name, source, destination)
    answer.send(Measured(time.process_time() - begun, _peak(), idle, count))


def _peak() -> float:
    """The most memory that this process has had, in MB.

    Linux counts into what getrusage says also what the process that started this one had: its own is in /proc.
    """
    with contextlib.suppress(OSError), Path("/proc/self/status").open(encoding="ascii") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measured(what: str, name: str, source: Path, destination: Path) -> Measured | None:
    """One piece of work in a process of its own, so that its peak of memory is its own. ``None`` where it failed."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe(duplex=False)
    process = context.Process(target=_run, args=(what, name, source, destination, there))
    process.start()
    there.close()
    found: Measured | None = None
    try:
        with contextlib.suppress(EOFError):
            found = here.recv()
    finally:
        process.join()
    return found


def faults(few: Measured, many: Measured, more: int) -> list[str]:
    """What grew faster than it should. ``more``: how many more documents there were; none where there was one of more spans."""
    found = []
    if few.seconds > SURE and many.seconds / few.seconds > MOST_SLOWER:
        found.append("time")
    grown = many.megabytes - few.megabytes
    most = MOST_GROWTH + MOST_GROWTH_EACH * more if more else MOST_GROWTH + MOST_SLOWER * (few.megabytes - few.idle)
    return [*found, "memory"] if grown > most else found


def line(few: Measured, many: Measured) -> str:
    """What was measured of all, and beside a quarter."""
    speed = many.annotations / max(many.seconds, 0.001)
    slower = many.seconds / max(few.seconds, 0.001)
    return (
        f"{many.seconds:7.2f} s {speed:>9,.0f} annotations/s {slower:5.1f} times a quarter's"
        f"{many.megabytes:8.0f} MB {many.megabytes - few.megabytes:+8.1f} MB"
    )


def main() -> int:
    """Measure; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--shape", choices=list(SHAPES), default="corpus")
    parser.add_argument("--import", dest="imports", action="store_true")
    parser.add_argument("count", nargs="?", type=int)
    parser.add_argument("formats", nargs="*")
    asked = parser.parse_args()
    count = asked.count or COUNTS[asked.shape]
    both = [name for name, format_ in all_formats().items() if format_.read and format_.write]
    failed = False
    with tempfile.TemporaryDirectory() as directory:
        work = Path(directory)
        few, many = (SHAPES[asked.shape](one) for one in (max(count // QUARTERS, 1), count))
        corpora = (work / "few", work / "many")
        for root, shape in zip(corpora, (few, many), strict=True):
            generate(root, shape.documents, size=shape.size)
        whole, quarter = (f"{one.documents:,} × {100 * one.size:,.0f}" for one in (many, few))
        print(f"some {whole} annotations; a quarter: {quarter}")
        for name in asked.formats or both:
            for what in ("written", "imported" if asked.imports else "read"):
                exported = [root.with_name(f"{name}-{root.name}") for root in corpora]
                found = []
                for root, made in zip(corpora, exported, strict=True):
                    places = (root, made) if what == "written" else (made, made.with_suffix(".corpus"))
                    found.append(measured(what, name, *places))
                if found[0] is None or found[1] is None:
                    print(f"{name:<16} {what:<8} failed", flush=True)
                    failed = True
                    continue
                wrong = faults(found[0], found[1], many.documents - few.documents)
                failed |= bool(wrong)
                print(f"{name:<16} {what:<8} {line(found[0], found[1])} {' and '.join(wrong)}", flush=True)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
