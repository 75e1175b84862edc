"""How long `postil agree` takes on a corpus with a million annotations by two annotators, and how much memory.

    python tests/benchmarks/agree_speed.py [DOCUMENTS]

With 5,000 documents there are a million annotations. A tenth as many documents is measured too: memory should hardly differ.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import msgspec
from generate import generate

from postil.model import AnnotationSet, Span
from postil.storage.set_file import encode_set, parse_set

LABELS = {"entity": ("PERSON", "ORG", "GPE"), "claim": ("FACT", "CLAIM")}


def by_two(root: Path, documents: int, seed: int = 3) -> int:
    """Write a corpus of two annotators, who mostly say what was meant, and return how many annotations they made."""
    generate(root, documents)
    chance = random.Random(seed)
    count = 0
    for path in sorted((root / "annotations/gold").glob("*.jsonl")):
        meant = parse_set(f"annotations/gold/{path.name}", "gold", path.read_bytes()).annotation_set()
        assert meant
        text = (root / f"corpus/{path.stem}.txt").read_text(encoding="utf-8")
        for annotator in ("a1", "a2"):
            said = _as_said(chance, meant, annotator, text)
            count += len(said.annotations)
            (root / f"annotations/{annotator}").mkdir(exist_ok=True)
            (root / f"annotations/{annotator}/{path.name}").write_bytes(encode_set(said))
        path.unlink()
    return count


def _as_said(chance: random.Random, meant: AnnotationSet, annotator: str, text: str) -> AnnotationSet:
    spans = [_heard(chance, span, text) for span in meant.spans]
    return AnnotationSet(msgspec.structs.replace(meant.header, annotator=annotator), tuple(spans), meant.relations).canonical()


def _heard(chance: random.Random, span: Span, text: str) -> Span:
    """The same span; one of ten has another label, and one of ten ends a little sooner."""
    roll = chance.random()
    if roll < 0.1:
        return msgspec.structs.replace(span, label=chance.choice(LABELS[span.layer]))
    if roll < 0.2 and span.end - span.start > 3:
        end = span.end - chance.randint(1, 2)
        return msgspec.structs.replace(span, end=end, text=text[span.start : end])
    return span


def measured(root: Path, *options: str) -> tuple[float, float, int]:
    """Wall-clock and processor seconds of a run, and the peak of its largest process in MB."""
    command = [sys.executable, "-m", "postil", "-C", str(root), "agree", "--format=csv", *options]
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    assert status == 0
    return time.perf_counter() - start, used.ru_utime + used.ru_stime, used.ru_maxrss // 1024


def main() -> None:
    """Generate, measure, print."""
    documents = int(sys.argv[1]) if len(sys.argv) > 1 else 5_000
    measures = "--measure=f1,alpha,gamma"
    for number in (documents // 10, documents):
        with tempfile.TemporaryDirectory() as directory:
            root = Path(directory)
            count = by_two(root, number)
            for what, options in (
                ("F1, alpha, gamma", (measures,)),
                ("F1, alpha, gamma, one process", (measures, "--jobs=1")),
                ("what is measured by default", ()),
                ("the same by label", ("--by=label",)),
            ):
                wall, processor, peak = measured(root, *options)
                print(f"{number:,} documents, {count:,} annotations: {what:32}{wall:7.1f} s{processor:8.1f} s CPU{peak:6} MB")


if __name__ == "__main__":
    main()
