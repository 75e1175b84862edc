"""How long `postil export hf` takes, and how much of it is writing, against a bare ``pyarrow.parquet.write_table``.

    python tests/benchmarks/hf_speed.py [DOCUMENTS] [CONFIG…]

With 10,000 documents (the default) the generated corpus has a million annotations. It is exported in a process of its own. The
tables that came of it are then written again: by ``write_table`` as it is, and with the settings of the export (zstd, page index,
content-defined chunks); in batches, as the export does; and from rows in Python, as the export has them. Prints seconds, ratios,
and the export's peak of memory; exits with 1 where batches take more than 1.5 times as long as ``write_table`` with the same
settings.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from generate import generate

from postil.formats.hf.write import _BATCH, SETTINGS, _File

MOST = 1.5


def timed(work: Callable[[], object]) -> float:
    """Seconds that it takes."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def bare(table: pa.Table, path: Path) -> float:
    """Seconds to write the table as ``write_table`` does when nothing is said."""
    return timed(lambda: pq.write_table(table, path))


def with_settings(table: pa.Table, path: Path) -> float:
    """Seconds to write the table with the settings of the export."""
    return timed(lambda: pq.write_table(table, path, **SETTINGS))


def in_batches(table: pa.Table, path: Path) -> float:
    """Seconds to write its batches as the export does."""
    batches = table.combine_chunks().to_batches(max_chunksize=_BATCH)

    def write() -> None:
        file = _File(path, table.schema)
        for batch in batches:
            file.write(batch)
        file.close()

    return timed(write)


def from_rows(table: pa.Table, path: Path) -> float:
    """Seconds to make columns of its rows and write them, as the export does; the rows are not in the time."""
    file, seconds = _File(path, table.schema), 0.0
    for batch in table.to_batches(max_chunksize=_BATCH):
        rows = batch.to_pylist()
        begun = time.perf_counter()
        for row in rows:
            file.add(row)
        seconds += time.perf_counter() - begun
    return seconds + timed(file.close)


def main() -> int:
    """Generate, export, write again, print; returns the exit status."""
    documents = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    configs = [word for name in sys.argv[2:] for word in ("--config", name)]
    with tempfile.TemporaryDirectory() as directory:
        root, export = Path(directory) / "corpus", Path(directory) / "export"
        generate(root, documents)
        command = [sys.executable, "-m", "postil", "-C", str(root), "export", "hf", str(export), *configs]
        whole = timed(lambda: subprocess.run(command, check=True, capture_output=True))
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        ways = {"bare": bare, "same settings": with_settings, "in batches": in_batches, "from rows": from_rows}
        totals = dict.fromkeys(ways, 0.0)
        print(f"{'config':<12} {'rows':>10}" + "".join(f"{way:>15}" for way in ways))
        for shard in sorted(export.glob("*/*.parquet")):
            table = pq.read_table(shard)
            found = {way: write(table, Path(directory) / "again.parquet") for way, write in ways.items()}
            totals = {way: totals[way] + seconds for way, seconds in found.items()}
            print(f"{shard.parent.name:<12} {table.num_rows:>10,}" + "".join(f"{seconds:>13.2f} s" for seconds in found.values()))
    ratio = totals["in batches"] / totals["same settings"]
    print(f"in batches: {ratio:.2f} x write_table with the same settings, {totals['in batches'] / totals['bare']:.2f} x bare")
    print(f"from rows: {totals['from rows'] / totals['bare']:.2f} x bare")
    print(f"the whole command: {whole:.1f} s, {whole / totals['bare']:.1f} x bare; peak of memory {peak:,.0f} MB")
    return int(ratio > MOST)


if __name__ == "__main__":
    sys.exit(main())
