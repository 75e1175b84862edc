"""What ``postil split`` costs: seconds and megabytes, for a generated corpus with near copies in it.

    python tests/benchmarks/split_speed.py [DOCUMENTS]

Every twentieth document is a copy of another one with some words changed: all of these pairs are to be found, and nothing else.
"""

from __future__ import annotations

import hashlib
import random
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from postil.model import AnnotationSet, Header, Label
from postil.storage.set_file import encode_set

WORDS = 450
METADATA = '[rights]\nholder = "nobody"\nlicence = "CC0-1.0"\nredistribute = true\n'
MANIFEST = 'format = 1\nname = "divided"\n[splits.shares]\ntrain = 8\nvalidation = 1\ntest = 1\n[defaults]\nlanguage = "en"\n'

SCHEME = (
    'name = "topics"\nversion = 1\n[layers.topic]\nkind = "label"\nmultiple = true\nlabels = { A = {}, B = {}, C = {}, D = {} }\n'
)


def prose(chance: random.Random) -> list[str]:
    """Words as common as those of a language are: the r-th one in r."""
    return [f"w{int(20_000 ** chance.random())}" for _ in range(WORDS)]


def generate(root: Path, documents: int) -> int:
    """Write a corpus; returns how many of its documents are near copies of another."""
    (root / "corpus").mkdir()
    (root / "annotations/gold").mkdir(parents=True)
    (root / "corpus/corpus.toml").write_text(MANIFEST)
    (root / "annotations/scheme.toml").write_text(SCHEME)
    chance = random.Random(7)
    words: list[str] = []
    for number in range(documents):
        if number % 20 == 19:
            words[::25] = [f"{word}x" for word in words[::25]]
        else:
            words = prose(chance)
        name, text = f"d{number:06}", f"{' '.join(words)}\n"
        (root / f"corpus/{name}.txt").write_text(text)
        header = Header(name, "gold", "topics/1", hashlib.sha256(text.encode()).hexdigest(), "complete", "manual")
        labels = tuple(Label(f"l{one}", "topic", one) for one in sorted(chance.sample("AAAABBCD", 2)))
        (root / f"annotations/gold/{name}.jsonl").write_bytes(encode_set(AnnotationSet(header, labels=labels)))
        (root / f"corpus/{name}.toml").write_text(METADATA)
    return documents // 20


def main(documents: int = 10_000) -> None:
    """Generate, divide twice, and print what it took."""
    with tempfile.TemporaryDirectory() as directory:
        copies = generate(Path(directory), documents)
        for options in ((), ("--check",), ("--anew", "--stratify", "100")):
            start = time.perf_counter()
            done = subprocess.run(
                [sys.executable, "-m", "postil", "-C", directory, "split", *options], capture_output=True, text=True, check=True
            )
            seconds = time.perf_counter() - start
            megabytes = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
            kept = next(line for line in done.stdout.splitlines() if line.startswith("kept together"))
            print(f"split {' '.join(options)}: {documents:,} documents in {seconds:.1f} s, {megabytes:.0f} MB")
            print(f"  {copies:,} are copies; {kept}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
