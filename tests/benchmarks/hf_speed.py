"""What `postil export hf` costs, against a bare ``pyarrow.parquet.write_table`` of the same tables.

    python tests/benchmarks/hf_speed.py [DOCUMENTS]

With 10,000 documents (the default) the generated corpus has a million annotations. All times are of the processor, so that what
else runs on the machine does not matter. Each table is measured by itself:

    bare      ``write_table`` with its defaults
    same      ``write_table`` with the settings of the export (page index, chunks by content, places as differences)
    batches   from Arrow batches that are ready, by the export's writer
    columns   from columns of Python values that are ready, which become Arrow
    model     from documents in memory: columns are made, become Arrow and are written

To find sentences and tokens is in none of these; it is measured by itself. Then the whole command runs in a process of its own:
with the tables alone, and with the files for trainers; that is where the corpus is read, checked, described, and read back.
Prints ratios to both ``write_table``, and each command's peak of memory; exits with 1 where batches take more than 1.5 times as
long as a bare one.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from generate import generate

from postil import Corpus, Document
from postil.formats.hf.config import Config, Context, all_configs
from postil.formats.hf.dividing import Dividing
from postil.formats.hf.parquet.columns import Growing
from postil.formats.hf.parquet.write import ShardWriter, settings

MOST = 1.5
AT_ONCE = 100  # documents whose columns are Python's
WAYS = ("bare", "same", "batches", "columns", "model")


def timed(work: Callable[[], object]) -> float:
    """Seconds of the processor that it takes."""
    begun = time.process_time()
    work()
    return time.process_time() - begun


class Measuring:
    """One config, written from documents as the export does, with each step timed."""

    def __init__(self, config: Config, context: Context, directory: Path) -> None:
        self.config, self.context = config, context
        self.columns = config.columns(context)
        self.growing = Growing(self.columns)
        self.writer = ShardWriter(directory / config.name, "train", self.columns)
        self.making = self.becoming = self.writing = 0.0

    def add(self, document: Document) -> None:
        """Make the columns of a document."""
        begun = time.process_time()
        for one in document.sets.values():
            self.growing.add(self.config.block(self.context, document, one))
        self.making += time.process_time() - begun

    def flush(self) -> None:
        """Write the columns so far."""
        begun = time.process_time()
        batch = self.growing.taken()
        self.becoming += time.process_time() - begun
        self.writing += timed(lambda: self.writer.write(batch))

    def finished(self, directory: Path) -> tuple[int, dict[str, float]]:
        """The rows, and the seconds of each way."""
        self.flush()
        paths: list[tuple[Path, int]] = []
        self.writing += timed(lambda: paths.extend(self.writer.close()))
        table = pa.concat_tables([pq.read_table(path) for path, _ in paths])
        again = directory / "again.parquet"
        bare = timed(lambda: pq.write_table(table, again))
        same = timed(lambda: pq.write_table(table, again, **settings(self.columns)))
        columns = self.becoming + self.writing
        return table.num_rows, dict(zip(WAYS, (bare, same, self.writing, columns, columns + self.making), strict=True))


def tables(root: Path, directory: Path) -> dict[str, float]:
    """Measure every table, print it, and return the seconds of each way."""
    corpus = Corpus.open(root)
    context = Context(corpus, Dividing(corpus, ()), directory / "not-held.csv")
    measured = [Measuring(config, context, directory) for config in all_configs().values()]
    tokens = 0.0
    for number, document in enumerate(corpus, 1):
        tokens += timed(lambda document=document: context.tokens_of(document))
        for one in measured:
            one.add(document)
            if number % AT_ONCE == 0:
                one.flush()
    context.close()
    totals: Counter[str] = Counter()
    print(f"{'config':<12} {'rows':>10}" + "".join(f"{way:>15}" for way in WAYS))
    for one in measured:
        rows, found = one.finished(directory)
        totals.update(found)
        print(f"{one.config.name:<12} {rows:>10,}" + "".join(f"{seconds:>13.2f} s" for seconds in found.values()))
    print(f"{'all':<23}" + "".join(f"{totals[way]:>13.2f} s" for way in WAYS))
    print(f"sentences and tokens: {tokens:.1f} s")
    return totals


def command(root: Path, export: Path, *options: str) -> tuple[float, float]:
    """Seconds of the processor that the whole command takes, and its peak of memory in MB."""
    argv = [sys.executable, "-m", "postil", "-C", str(root), "export", "hf", str(export), *options]
    process = subprocess.Popen(argv, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"the export failed: {process.returncode}")
    return used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def main() -> int:
    """Generate, measure, print; returns the exit status."""
    documents = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    with tempfile.TemporaryDirectory() as name:
        root, directory = Path(name) / "corpus", Path(name) / "tables"
        directory.mkdir()
        generate(root, documents)
        only = [word for config in all_configs() for word in ("--config", config)]
        # first, while this process is small: a child's peak is never below what its parent had
        commands = {"tables alone": command(root, Path(name) / "export", *only)}
        commands["with files for trainers"] = command(root, Path(name) / "export")
        totals = tables(root, directory)
        for way in WAYS[1:]:
            print(f"{way}: {_ratios(totals[way], totals)}")
        for what, (seconds, peak) in commands.items():
            print(f"the whole command, {what}: {seconds:.1f} s, {_ratios(seconds, totals)}; peak {peak:,.0f} MB")
    return int(totals["batches"] > MOST * totals["bare"])


def _ratios(seconds: float, totals: dict[str, float]) -> str:
    return f"{seconds / totals['bare']:.2f} x bare, {seconds / totals['same']:.2f} x same"


if __name__ == "__main__":
    sys.exit(main())
