"""Commands that are killed at any moment leave whole files, and nothing of what they said was done is lost."""

from __future__ import annotations

import io
import os
import random
import shutil
import signal
import sys
import time
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from msgspec.structs import replace

from conftest import write_example
from histories import TEXT, beginning, branch
from postil.cli import main
from postil.model import AnnotationSet
from postil.rules.examples import Example
from postil.storage.decisions_file import parse_decisions
from postil.storage.set_file import encode_set, parse_set

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="kills copies of this very process")

Files = dict[str, bytes]
EVENTS = ("open", "os.rename", "os.chmod", "os.mkdir", "os.remove", "subprocess.Popen")


class Ran(NamedTuple):
    """What a command said before it ended or was killed, how many events it came to, and how long it took."""

    said: str
    events: int
    seconds: float


def run(scratch: Path, *argv: str, keys: str = "", kill_at: float | None = None) -> Ran:
    """Run a command in a copy of this process. ``kill_at``: the event (a whole number) or the second at which it is killed."""
    output, start = scratch / "output", time.perf_counter()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # threads of others do not matter: the copy runs one command
        child = os.fork()
    if not child:
        try:
            _run(output, argv, keys, kill_at if isinstance(kill_at, int) else 0)
        finally:
            os._exit(70)
    if isinstance(kill_at, float):
        time.sleep(kill_at)
        os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    said, _, events = output.read_text(encoding="utf-8").partition("events: ")
    return Ran(said, int(events or 0), time.perf_counter() - start)


def _run(output: Path, argv: tuple[str, ...], keys: str, kill_at: int) -> None:
    events = 0

    def count(event: str, _arguments: object) -> None:
        nonlocal events
        events += event in EVENTS
        if kill_at and events == kill_at:
            os.kill(os.getpid(), signal.SIGKILL)

    sys.stdin = io.StringIO(keys)
    with output.open("w", encoding="utf-8") as file:
        sys.stdout = sys.stderr = file
        sys.addaudithook(count)
        main(list(argv))
        file.write(f"events: {events}")
    os._exit(0)


def moments(whole: Ran, count: int) -> Iterator[float]:
    """Random moments of a run: at its events more often than between them."""
    chance = random.Random(3)
    for _ in range(count):
        yield chance.randrange(1, whole.events) if chance.random() < 0.7 else chance.uniform(0, whole.seconds)


def files_of(root: Path) -> Files:
    """Every file but what was left half written under a name that nobody reads."""
    paths = (path for path in root.rglob("*") if path.is_file() and not path.name.startswith(".postil-"))
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in paths}


def write(root: Path, annotations: AnnotationSet, document: str, annotator: str) -> None:
    header = replace(annotations.header, document=document, annotator=annotator, status="complete", scheme="news/1")
    path = root / f"annotations/{annotator}/{document}.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(encode_set(replace(annotations, header=header, notes=())))


def test_realign_leaves_each_set_as_it_was_or_as_it_will_be(tmp_path: Path) -> None:
    root = write_example(tmp_path / "corpus", Example(text=TEXT, has_set=False))  # where the old text is found
    for document in ("d1", "d2", "d3"):
        (root / f"corpus/{document}.txt").write_text(f"Words before. {TEXT}", encoding="utf-8", newline="")
        for annotator in ("a1", "a2"):
            write(root, beginning(random.Random(f"{document}{annotator}"), 20), document, annotator)
    before = files_of(root)
    whole = run(tmp_path, "-C", str(root), "realign")
    after = files_of(root)
    assert sum(before[path] != after[path] for path in after) == 6

    for moment in moments(whole, 12):
        for path, data in before.items():
            (root / path).write_bytes(data)
        run(tmp_path, "-C", str(root), "realign", kill_at=moment)
        now = files_of(root)
        assert now.keys() == after.keys()
        assert all(data in (before[path], after[path]) for path, data in now.items())
        main(["-C", str(root), "realign"])
        assert files_of(root) == after


def test_merge_file_leaves_ours_or_what_was_merged(tmp_path: Path) -> None:
    chance = random.Random(5)
    base = beginning(chance)
    sides = {"base": base, "ours": branch(chance, base, "x", 5), "theirs": branch(chance, base, "y", 5)}
    paths = {name: tmp_path / name for name in sides}
    for name, side in sides.items():
        paths[name].write_bytes(encode_set(side))
    argv = ("merge-file", *map(str, paths.values()))
    before = paths["ours"].read_bytes()
    whole = run(tmp_path, *argv)
    after = paths["ours"].read_bytes()
    assert after != before

    for moment in moments(whole, 8):
        paths["ours"].write_bytes(before)
        run(tmp_path, *argv, kill_at=moment)
        assert paths["ours"].read_bytes() in (before, after)


def test_adjudicate_never_loses_a_decision_that_it_said_was_made(tmp_path: Path) -> None:
    chance = random.Random(8)
    root = write_example(tmp_path / "corpus", Example(text=TEXT, has_set=False))
    base = replace(beginning(chance, 12), relations=())
    write(root, base, "example", "a1")
    write(root, replace(branch(chance, base, "x", 12), relations=()), "example", "a2")
    argv = ("-C", str(root), "adjudicate", "a1", "a2", "--into", "gold", "--as", "me")
    decisions, gold = root / "adjudication/gold/example.jsonl", root / "annotations/gold/example.jsonl"
    copy = shutil.copytree(root, tmp_path / "copy")
    whole = run(tmp_path, "-C", str(copy), *argv[2:], keys="b" * 40)
    asked = whole.said.count("  → all of them\n")
    assert asked > 8
    counts = set()

    for moment in moments(whole, 12):
        for name in ("adjudication", "annotations/gold"):
            shutil.rmtree(root / name, ignore_errors=True)
        ran = run(tmp_path, *argv, keys="b" * 40, kill_at=moment)
        acknowledged = ran.said.count("  → all of them\n")
        kept = parse_decisions("p", decisions.read_bytes()).decisions if decisions.exists() else []
        assert acknowledged <= len(kept) <= acknowledged + 1
        counts.add(acknowledged)
        assert not gold.exists() or not parse_set("p", "gold", gold.read_bytes()).faults
        again = run(tmp_path, *argv, keys="b" * 40)
        assert again.said.count("  → all of them\n") == asked - len(kept)
        assert gold.read_bytes() == (tmp_path / "copy/annotations/gold/example.jsonl").read_bytes()
    assert any(0 < count < asked for count in counts)
