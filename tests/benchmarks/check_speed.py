"""How fast `postil check` is, as a multiple of what decoding the same files takes (msgspec, typed, one process).

    python tests/benchmarks/check_speed.py [DOCUMENTS]

Prints medians of several runs in one go, so that the ratios hold on a noisy machine: one process and two, the rules of documents
and all, the cache empty, full, and full with something changed.
"""

from __future__ import annotations

import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import msgspec
from generate import generate

from postil.model import Header, Label, Note, Relation, Span

RUNS = 3


def decode(root: Path) -> int:
    """The floor: read every text, decode every set."""
    decoder = msgspec.json.Decoder(Header | Span | Relation | Label | Note)
    count = 0
    for entry in os.scandir(root / "annotations/gold"):
        with open(entry.path, "rb", buffering=0) as file:  # noqa: PTH123
            data = file.readall()
        with open(root / "corpus" / f"{entry.name[:-6]}.txt", "rb", buffering=0) as file:  # noqa: PTH123
            file.readall().decode()
        count += len(decoder.decode_lines(data)) - 1
    return count


def seconds(work: Callable[[], object]) -> float:
    """Wall-clock seconds that ``work`` takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


RUNS_OF_CHECK = {
    "document rules, one process": ["--jobs", "1", "--no-cache", "--ignore", "COR"],
    "all rules, one process": ["--jobs", "1", "--no-cache"],
    "all rules, two processes": ["--jobs", "2", "--no-cache"],
    "all rules, one process, writing the cache": ["--jobs", "1"],
    "nothing changed, from the cache": ["--jobs", "1"],
    "one set changed, from the cache": ["--jobs", "1"],
    "all touched, nothing changed, from the cache": ["--jobs", "1"],
}


def main() -> None:
    """Generate, measure, print."""
    documents = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    with tempfile.TemporaryDirectory() as directory:
        root = Path(directory)
        generate(root, documents)
        count = decode(root)
        compiled = os.environ | {"PYTHONDONTWRITEBYTECODE": ""}  # as a package is that was installed
        floors: list[float] = []
        taken: dict[str, list[float]] = {name: [] for name in RUNS_OF_CHECK}
        for _ in range(RUNS):
            floors.append(seconds(lambda: decode(root)))
            shutil.rmtree(root / ".postil-cache", ignore_errors=True)
            for name, options in RUNS_OF_CHECK.items():
                prepare(root, name)
                check = [sys.executable, "-m", "postil", "-C", str(root), "check", *options]
                taken[name].append(seconds(partial(subprocess.run, check, check=True, capture_output=True, env=compiled)))
        floor = statistics.median(floors)
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
        print(f"{documents:,} documents, {count:,} annotations; medians of {RUNS} runs; peak of any process {peak} MB")
        print(f"{'decoding alone':46}{floor:7.2f} s")
        for name, times in taken.items():
            whole = statistics.median(times)
            print(f"{name:46}{whole:7.2f} s  {whole / floor:5.2f} x decoding")
        one, two = (statistics.median(taken[f"all rules, {number}"]) for number in ("one process", "two processes"))
        print(f"two processes are {one / two:.2f} times as fast as one")


def prepare(root: Path, name: str) -> None:
    """Change what the run is about, and let the clock of the file system move on."""
    if name.startswith("one set"):
        path = root / "annotations/gold/d00000.jsonl"
        path.write_bytes(path.read_bytes().replace(b'"method":"manual"', b'"method":"imported"'))
    if name.startswith("all touched"):
        for path in root.glob("*/**/*.*"):
            path.touch()
    time.sleep(0.1)


if __name__ == "__main__":
    main()
