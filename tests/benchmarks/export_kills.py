"""Exports over an earlier one, ended by force: what is there must be one of them, whole, and the next must leave nothing hidden.

python tests/benchmarks/export_kills.py [KILLS]

Two of three are ended at a random moment; every third at a random step of putting in place, which is too short to be hit.
"""

from __future__ import annotations

import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from ended import files_in, left_over, run_ended
from postil.formats.hf.checksums import digests, read_checksums

ROOT = Path(__file__).parents[2]
STEPS = ("open .*plan.json", "os.rename .*/out .*/old", "os.rename .*/new .*/out", "os.rmdir .*postil-export")
OWN = {"SHA256SUMS", "postil-export.json"}  # of which the list of checksums says nothing


def command(corpus: Path, destination: Path) -> tuple[object, ...]:
    return (
        "-C",
        corpus,
        "export",
        "hf",
        destination,
        "--replace",
        "--no-agreement",
        "--config",
        "documents",
        "--config",
        "spans",
    )


def end_once(argv: tuple[object, ...], seconds: float, chance: random.Random, step: str) -> None:
    """Begin an export and end it by force."""
    if step:
        run_ended(*argv, number=signal.SIGKILL, at=step)
        return
    begun = [sys.executable, "-m", "postil", *map(str, argv)]
    with subprocess.Popen(begun, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as child:
        time.sleep(chance.uniform(0, seconds))
        child.kill()


def exported(corpus: Path, destination: Path) -> tuple[dict[str, bytes], str]:
    """Export to the end; returns what is there then, which its checksums must fit, and what was said."""
    status, said = run_ended(*command(corpus, destination))
    assert status == 0, said
    listed = {name: value for name, value in digests(destination).items() if name not in OWN}
    assert read_checksums(destination) == listed
    assert left_over(destination.parent) == []
    return files_in(destination), said


def sweep(work: Path, kills: int) -> Counter[str]:
    """Kill so many exports; returns what was found after them."""
    corpora = [work / "one", work / "two"]
    for corpus in corpora:
        for name in ("corpus", "annotations", "adjudication"):
            shutil.copytree(ROOT / name, corpus / name)
    shutil.rmtree(corpora[1] / "annotations/a2")
    manifest = corpora[1] / "corpus/corpus.toml"
    manifest.write_text(manifest.read_text(encoding="utf-8").replace("version = ", 'version = "9.9" # ', 1), encoding="utf-8")
    destination = work / "x/out"
    began = time.perf_counter()
    wholes = [exported(corpus, destination)[0] for corpus in corpora]
    seconds = (time.perf_counter() - began) / len(corpora)
    assert wholes[0] != wholes[1]
    chance, found, here = random.Random(9), Counter[str](), 1
    for number in range(kills):
        step = chance.choice(STEPS) if number % 3 == 2 else ""
        end_once(command(corpora[1 - here], destination), seconds, chance, step)
        there = files_in(destination)
        assert there in ({}, *wholes), "neither the old nor the new"
        what = "new" if there == wholes[1 - here] else "old" if there else "moved aside"
        found[what] += 1
        found["with something hidden"] += bool(left_over(destination.parent))
        here = chance.choice((0, 1))
        now, said = exported(corpora[here], destination)
        assert now == wholes[here]
        assert ("put back out" in said) == (what == "moved aside")
    return found


if __name__ == "__main__":
    number = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    with tempfile.TemporaryDirectory() as directory:
        counts = sweep(Path(directory), number)
    said = ", ".join(f"{count} {what}" for what, count in sorted(counts.items()))
    print(f"{number} kills: {said}; after the next export it was whole each time, by its checksums, and nothing was hidden")
