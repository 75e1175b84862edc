"""How fast `postil check` is, as a multiple of what decoding the same files takes (msgspec, typed, one process).

    python tests/benchmarks/check_speed.py [DOCUMENTS]

Prints medians of several runs in one go, so that the ratios hold on a noisy machine.
"""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
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


def main() -> None:
    """Generate, measure, print."""
    documents = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    with tempfile.TemporaryDirectory() as directory:
        root = Path(directory)
        generate(root, documents)
        count = decode(root)
        check = [sys.executable, "-m", "postil", "-C", str(root), "check"]
        floors, checks = [], []
        for _ in range(RUNS):
            floors.append(seconds(lambda: decode(root)))
            checks.append(seconds(lambda: subprocess.run(check, check=True, capture_output=True)))
        floor, whole = statistics.median(floors), statistics.median(checks)
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
        print(f"{documents:,} documents, {count:,} annotations")
        print(f"decoding alone     {floor:6.2f} s")
        print(f"postil check       {whole:6.2f} s   {whole / floor:4.1f} x decoding, peak {peak} MB")


if __name__ == "__main__":
    main()
