"""How fast every format is written and read, and whether memory grows with the corpus.

    python tests/benchmarks/exchange_speed.py [DOCUMENTS] [FORMAT…]

A generated corpus (some 100 annotations a document) is exported, and what came of it is read and verified, each in a process of
its own: once with a quarter of the documents, once with all. Prints seconds, annotations a second, and by how much the peak of
memory grew from the one to the other; exits with 1 where it grew by more than a few documents' worth. Nothing of `postil check`
is in the times.
"""

from __future__ import annotations

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
from postil.exchange.incoming import Incoming
from postil.exchange.intake import Intake, Rules
from postil.exchange.losses import Losses
from postil.exchange.sources import Source
from postil.exchange.target import Target
from postil.formats import all_formats, format_named

MOST_GROWTH = 5.0  # MB: names of documents, and the strings of a DocBin


class Measured(NamedTuple):
    """Seconds, megabytes at most, and annotations."""

    seconds: float
    megabytes: float
    annotations: int


def _options(options: tuple[Option, ...]) -> dict[str, object]:
    return {one.name: () if one.multiple else False if one.is_flag else one.default for one in options}


def export(name: str, root: Path, destination: Path) -> int:
    """Write the corpus in this format; returns how many annotations it has."""
    format_, corpus = format_named(name), Corpus.open(root)
    assert format_
    assert format_.write
    target = Target(destination, format_.writes)
    choices = Choices(_options(format_.write_options), is_lossy=True)
    write_documents(format_, corpus, Described(corpus.scheme, corpus.manifest, ("gold",)), target, choices, Losses())
    target.finish(replace=True)
    return sum(path.read_bytes().count(b"\n") - 1 for path in (root / "annotations/gold").rglob("*.jsonl"))


def bring_in(name: str, source: Path, _destination: Path) -> int:
    """Read and verify what was written; returns how many annotations came back."""
    format_ = format_named(name)
    assert format_
    assert format_.read
    incoming = Incoming(Source(source), _options(format_.read_options))
    intake = Intake(Rules(), "s/1", incoming.declared)
    count = 0
    for draft in format_.read(incoming):
        document = intake.admit(draft)
        count += sum(len(one.annotations) for one in document.sets.values()) if document else 0
    assert not intake.errors, intake.errors[0]
    return count


WORK = {"written": export, "read": bring_in}


def _run(what: str, name: str, source: Path, destination: Path, answer: Connection) -> None:
    begun = time.perf_counter()
    count = WORK[what](name, source, destination)
    seconds = time.perf_counter() - begun
    answer.send(Measured(seconds, _peak(), count))


def _peak() -> float:
    """The most memory that this process has had, in MB.

    Linux counts into what getrusage says also what the process that started this one had: its own is in /proc.
    """
    with contextlib.suppress(OSError), Path("/proc/self/status").open(encoding="ascii") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measured(what: str, name: str, source: Path, destination: Path) -> Measured:
    """One piece of work in a process of its own, so that its peak of memory is its own."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe(duplex=False)
    process = context.Process(target=_run, args=(what, name, source, destination, there))
    process.start()
    there.close()
    try:
        found: Measured = here.recv()
    finally:
        process.join()
    return found


def main() -> int:
    """Measure; returns the exit status."""
    documents = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    both = [name for name, format_ in all_formats().items() if format_.read and format_.write]
    failed = False
    with tempfile.TemporaryDirectory() as directory:
        work = Path(directory)
        sizes = (max(documents // 4, 1), documents)
        for size in sizes:
            generate(work / f"corpus{size}", size)
        print(f"{documents:,} documents; memory: growth from {sizes[0]:,} to {documents:,} documents, MB")
        for name in sys.argv[2:] or both:
            for what in WORK:
                found = []
                for size in sizes:
                    exported = work / f"{name}{size}"
                    source = work / f"corpus{size}" if what == "written" else exported
                    found.append(measured(what, name, source, exported))
                growth = found[1].megabytes - found[0].megabytes
                failed |= growth > MOST_GROWTH
                speed = found[1].annotations / found[1].seconds
                print(
                    f"{name:<16} {what:<8} {found[1].seconds:7.2f} s {speed:>10,.0f} annotations/s {growth:+8.1f} MB", flush=True
                )
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
