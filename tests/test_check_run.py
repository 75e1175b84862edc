"""One run of `check`: the same answer from any number of processes, from memory, and about any part of a corpus."""

from __future__ import annotations

import gc
import json
import multiprocessing
import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import postil
import postil.checking.examining
import postil.checking.run
import postil.processes
import postil.storage.directory
from benchmarks import generate
from conftest import write_example
from postil.checking.checker import Checker
from postil.cli import main
from postil.registry import names
from postil.rules.examples import METADATA, Example, set_file, span
from postil.storage.directory import CorpusDirectory

DOCUMENTS = 200
CACHE = ".postil-cache"
POSTIL = [sys.executable, "-m", "postil"]
posix_only = pytest.mark.skipif(os.name != "posix", reason="other systems have other signals")


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Some 200 documents, and faults in many of them."""
    root = tmp_path_factory.mktemp("planted")
    sizes = {"PARAGRAPHS": 2, "WORDS_EACH": 25, "ENTITIES": 6, "CLAIMS": 4, "RELATIONS": 2}
    with pytest.MonkeyPatch.context() as patch:
        for name, value in sizes.items():
            patch.setattr(generate, name, value)
        generate.generate(root, DOCUMENTS)
    chance = random.Random(3)
    faults: list[Callable[[str], str]] = [
        lambda line: line.replace('"label":"', '"label":"X', 1),
        lambda line: line.replace('"start":', '"start":1', 1),
        lambda line: line.replace('"text":"', '"text":"x', 1),
        lambda line: line[:-3],
        lambda line: line.replace(",", ", "),
    ]
    for number in chance.sample(range(DOCUMENTS), 120):
        file = root / f"annotations/gold/d{number:05}.jsonl"
        lines = file.read_text(encoding="utf-8").splitlines()
        at = chance.randrange(1, len(lines))
        lines[at] = chance.choice(faults)(lines[at])
        file.write_text("\n".join([*lines, ""]), encoding="utf-8")
    (root / "corpus/d00003.txt").write_bytes((root / "corpus/d00002.txt").read_bytes())
    (root / "corpus/d00004.toml").unlink()
    (root / "corpus/stray.doc").write_text("x")
    return root


@pytest.fixture
def ten(tmp_path: Path) -> Path:
    """Ten documents, of which the odd ones have a span with a blank at its edge. Files are old enough to be remembered."""
    root = write_example(tmp_path / "corpus", Example(has_set=False, text=None, metadata=None))
    (root / "annotations/gold").mkdir()
    for number in range(10):
        text = f"Rajnath Singh met Hamada in Tokyo for the {number}. time.\n"
        example = Example(text=text, records=(span("e1", "PERSON", 0, 13 + number % 2),), header={"document": f"d{number}"})
        (root / f"corpus/d{number}.txt").write_text(text)
        (root / f"corpus/d{number}.toml").write_text(METADATA)
        (root / f"annotations/gold/d{number}.jsonl").write_bytes(example.set_bytes())
    return root


def settle() -> None:
    """Wait until a file that was touched last is trusted to be touched no more in the same tick."""
    time.sleep(0.06)


def run(root: Path, capsys: pytest.CaptureFixture[str], *options: str) -> tuple[int, str]:
    status = main(["-C", str(root), "check", "--format", "concise", *options])
    out, err = capsys.readouterr()
    assert err == ""
    return status, out


class Looks:
    """Counts the documents that are looked at."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.documents: list[str] = []
        original = Checker.check_bundles

        def counted(checker: Checker, bundles: Any) -> Any:
            self.documents += [bundle.document for bundle in bundles]
            return original(checker, bundles)

        patch.setattr(Checker, "check_bundles", counted)

    def taken(self) -> list[str]:
        found, self.documents = self.documents, []
        return found


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> Looks:
    return Looks(monkeypatch)


# --- processes -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("format_", names("postil.reports"))
def test_any_number_of_processes_says_the_same(
    format_: str, planted: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = shutil.copytree(planted, tmp_path / "corpus")
    options = ["--format", format_]
    status, expected = run(root, capsys, *options, "--jobs", "1", "--no-cache")
    assert status == 1
    assert len(expected) > 1000

    settle()
    for jobs in ("1", "2", "3"):
        assert run(root, capsys, *options, "--jobs", jobs, "--no-cache") == (1, expected)
        shutil.rmtree(root / CACHE, ignore_errors=True)
        assert run(root, capsys, *options, "--jobs", jobs) == (1, expected)
        assert run(root, capsys, *options, "--jobs", jobs) == (1, expected)


@pytest.mark.parametrize(
    ("documents", "size"), [(1, 2**20), (2, 2**20), (7, 2**20), (64, 2**20), (65, 2**20), (12, 1), (500, 2**30)]
)
def test_as_many_documents_as_are_looked_at_together_say_the_same(
    documents: int, size: int, planted: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = run(planted, capsys, "--jobs", "1", "--no-cache")
    monkeypatch.setattr(postil.checking.examining, "_BATCH", documents)
    monkeypatch.setattr(postil.checking.examining, "_BATCH_BYTES", size)

    for jobs in ("1", "2"):
        assert run(planted, capsys, "--jobs", jobs, "--no-cache") == expected


def test_what_is_read_at_once_and_what_is_not_says_the_same(
    planted: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = run(planted, capsys, "--jobs", "1", "--no-cache")
    monkeypatch.setattr(postil.storage.directory, "_AT_ONCE", 100)

    assert run(planted, capsys, "--jobs", "1", "--no-cache") == expected


def test_the_garbage_collector_is_left_as_it_was(ten: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = gc.get_threshold()
    run(ten, capsys)

    assert gc.get_threshold() == before


def test_processes_that_start_from_nothing_say_the_same(
    planted: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = run(planted, capsys, "--jobs", "1", "--no-cache")
    monkeypatch.setattr(postil.processes, "_context", lambda: multiprocessing.get_context("spawn"))
    root = shutil.copytree(planted, tmp_path / "corpus")

    assert run(root, capsys, "--jobs", "2") == expected
    (root / "corpus/d00000.txt").write_text("Another text.\n")
    assert run(root, capsys, "--jobs", "2") == run(root, capsys, "--no-cache", "--jobs", "1")


def test_a_file_that_goes_while_others_work_stops_the_check_with_a_message(
    ten: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    inventory = CorpusDirectory(ten).inventory
    (ten / "corpus/d3.txt").unlink()
    monkeypatch.setattr(CorpusDirectory, "inventory", inventory)

    assert main(["-C", str(ten), "check", "--jobs", "2"]) == 2
    assert capsys.readouterr().err.startswith("postil: corpus/d3.txt cannot be read")


# --- memory ----------------------------------------------------------------------------------------------------------


def test_a_second_run_looks_at_nothing_and_says_the_same(ten: Path, capsys: pytest.CaptureFixture[str], looks: Looks) -> None:
    settle()
    first = run(ten, capsys)
    assert first[1].count("SPN004") == 5
    assert len(looks.taken()) == 10

    assert run(ten, capsys) == first
    assert run(ten, capsys, str(ten / "corpus/d1.txt"))[1].count("\n") == 1
    assert looks.taken() == []


def _edit(path: str, old: str, new: str) -> Callable[[Path], object]:
    def edit(root: Path) -> None:
        file = root / path
        said = file.read_text()
        assert old in said
        file.write_text(said.replace(old, new))

    return edit


def _add_set(root: Path) -> None:
    (root / "annotations/a1").mkdir()
    (root / "annotations/a1/d2.jsonl").write_text(set_file("a1", span("e1", "PERSON", 0, 99, text="x"), document="d2"))


def _turn_back(root: Path) -> None:
    """Another text of the same size, and the time of its last change as it was."""
    file = root / "corpus/d4.txt"
    before = file.stat()
    file.write_text(file.read_text().replace("Tokyo", "Kyoto"))
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert (file.stat().st_size, file.stat().st_mtime_ns) == (before.st_size, before.st_mtime_ns)


EVERYTHING = [f"d{number}" for number in range(10)]
CHANGES: dict[str, tuple[Callable[[Path], object], list[str]]] = {
    "a text": (_edit("corpus/d4.txt", "Tokyo", "Osaka"), ["d4"]),
    "a set": (_edit("annotations/gold/d4.jsonl", "PERSON", "PERSN"), ["d4"]),
    "metadata": (_edit("corpus/d4.toml", "language", "langauge"), ["d4"]),
    "the scheme": (_edit("annotations/scheme.toml", "labels.PERSON", "labels.HUMAN"), EVERYTHING),
    "the manifest": (_edit("corpus/corpus.toml", 'name = "example"', 'name = "x"\n[check]\nignore = ["SPN004"]'), EVERYTHING),
    "a set more": (_add_set, ["d2"]),
    "a set less": (lambda root: (root / "annotations/gold/d4.jsonl").unlink(), ["d4"]),
    "a text less": (lambda root: (root / "corpus/d4.txt").unlink(), ["d4"]),
    "a document more": (lambda root: (root / "corpus/d5x.txt").write_text("A text.\n"), ["d5x"]),
    "a document less": (lambda root: [path.unlink() for path in root.rglob("d4.*")], []),
    "another document's name": (lambda root: [p.rename(p.with_stem("d9x")) for p in root.rglob("d4.*")], ["d9x"]),
    "a stray file": (lambda root: (root / "corpus/x.doc").write_text("x"), []),
    "a time": (lambda root: (root / "corpus/d4.txt").touch(), []),
    "a text, and its size and time as they were": (_turn_back, ["d4"]),
}


@pytest.mark.parametrize(("change", "expected"), CHANGES.values(), ids=CHANGES)
def test_what_changed_is_looked_at_again_and_nothing_else(
    change: Callable[[Path], object], expected: list[str], ten: Path, capsys: pytest.CaptureFixture[str], looks: Looks
) -> None:
    settle()
    run(ten, capsys)
    looks.taken()
    change(ten)

    now = run(ten, capsys)
    assert looks.taken() == expected
    assert now == run(ten, capsys, "--no-cache")
    looks.taken()
    assert run(ten, capsys) == now
    assert looks.taken() == []


def test_other_rules_and_another_version_have_memories_of_their_own(
    ten: Path, capsys: pytest.CaptureFixture[str], looks: Looks, monkeypatch: pytest.MonkeyPatch
) -> None:
    settle()
    everything = run(ten, capsys)
    looks.taken()
    assert run(ten, capsys, "--select", "ANN") == (0, "")
    assert looks.taken() == EVERYTHING
    assert run(ten, capsys) == everything
    assert looks.taken() == []
    monkeypatch.setattr(postil, "__version__", "99.0")
    assert run(ten, capsys) == everything
    assert looks.taken() == EVERYTHING


def test_a_check_of_a_part_forgets_nothing_of_the_rest(ten: Path, capsys: pytest.CaptureFixture[str], looks: Looks) -> None:
    settle()
    run(ten, capsys, "--select", "SPN,ANN")
    _edit("corpus/d4.txt", "Tokyo", "Osaka")(ten)
    looks.taken()

    run(ten, capsys, "--select", "SPN,ANN", str(ten / "corpus/d4.txt"))
    assert looks.taken() == ["d4"]
    settle()
    assert run(ten, capsys, "--select", "SPN,ANN")[1].count("\n") == 6
    assert looks.taken() == []


def caches(root: Path) -> list[Path]:
    found = [path for path in (root / CACHE).iterdir() if path.suffix in (".run", ".documents")]
    assert len(found) == 2
    return found


def spoiled(file: Path) -> Iterator[Callable[[], object]]:
    data = file.read_bytes()
    for size in range(0, len(data), 10):
        yield lambda size=size: file.write_bytes(data[:size])  # type: ignore[misc]
    chance = random.Random(1)
    for size in (0, 7, 15, 16, 100, 5000):
        yield lambda size=size: file.write_bytes(data[: size % 17] + chance.randbytes(size))  # type: ignore[misc]
    for at in range(0, len(data), 53):
        yield lambda at=at: file.write_bytes(data[:at] + bytes([data[at] ^ 0x41]) + data[at + 1 :])  # type: ignore[misc]


@pytest.mark.parametrize("kind", [".run", ".documents"])
def test_a_damaged_memory_is_none(kind: str, ten: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for path in [path for number in range(3, 10) for path in ten.rglob(f"d{number}.*")]:
        path.unlink()  # three are enough
    settle()
    options = ["--select", "SPN004,SCH"]
    expected = run(ten, capsys, *options)
    file = next(path for path in caches(ten) if path.suffix == kind)
    other = next(path for path in caches(ten) if path.suffix != kind)
    whole = other.read_bytes()
    for spoil in spoiled(file):
        spoil()
        if kind == ".documents":
            other.unlink()
        assert run(ten, capsys, *options) == expected
        other.write_bytes(whole)
    assert list((ten / CACHE).glob("*.tmp")) == []


def test_a_memory_that_is_no_file_is_none(ten: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settle()
    expected = run(ten, capsys)
    for path in caches(ten):
        path.unlink()
        path.mkdir()
        (path / "x").write_text("x")
    for _ in range(2):
        assert run(ten, capsys) == expected
    assert list((ten / CACHE).glob("*.tmp")) == []
    shutil.rmtree(ten / CACHE)
    (ten / CACHE).write_text("a file")
    assert run(ten, capsys) == expected


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="permissions bind only ordinary users of a POSIX system")
@pytest.mark.parametrize("place", ["cache", "file", "root"])
def test_where_nothing_may_be_read_or_written_nothing_is_remembered(
    place: str, ten: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settle()
    expected = run(ten, capsys)
    touched = {"cache": [ten / CACHE], "file": caches(ten), "root": [ten]}[place]
    if place == "root":
        shutil.rmtree(ten / CACHE)
    for path in touched:
        path.chmod(0o500 if path == ten else 0)
    try:
        assert run(ten, capsys) == expected
    finally:
        for path in touched:
            path.chmod(0o700)


def test_two_processes_at_once_are_both_right(planted: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = shutil.copytree(planted, tmp_path / "corpus")
    expected = run(root, capsys, "--no-cache")[1]
    command = [*POSTIL, "-C", str(root), "check", "--format", "concise"]
    for _ in range(2):
        children = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(3)]
        for child in children:
            out, err = child.communicate(timeout=60)
            assert (out.decode(), err, child.returncode) == (expected, b"", 1)
    assert run(root, capsys)[1] == expected
    assert list((root / CACHE).glob("*.tmp")) == []
    assert len(caches(root)) == 2


def test_without_a_cache_nothing_is_written(ten: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = sorted(ten.rglob("*"))
    run(ten, capsys, "--no-cache")
    assert sorted(ten.rglob("*")) == before


def test_an_accident_in_the_middle_leaves_the_old_memory(
    ten: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    settle()
    expected = run(ten, capsys)
    before = {path: path.read_bytes() for path in (ten / CACHE).iterdir()}
    _edit("corpus/d4.txt", "Tokyo", "Osaka")(ten)

    def broken(_checker: Checker, _bundles: object) -> None:
        raise MemoryError

    with monkeypatch.context() as patch:
        patch.setattr(Checker, "check_bundles", broken)
        with pytest.raises(MemoryError):
            main(["-C", str(ten), "check"])
    assert {path: path.read_bytes() for path in (ten / CACHE).iterdir()} == before
    _edit("corpus/d4.txt", "Osaka", "Tokyo")(ten)
    assert run(ten, capsys) == expected


# --- what is looked at -----------------------------------------------------------------------------------------------


def shown(root: Path, capsys: pytest.CaptureFixture[str], *options: str) -> set[str]:
    """The files that have findings."""
    return {line.split(":")[0] for line in run(root, capsys, *options)[1].splitlines()}


@pytest.fixture
def pair(tmp_path: Path) -> Path:
    """Two documents, each with a text without its newline and two sets with a fault."""
    root = write_example(tmp_path / "pair", Example(has_set=False, text=None, metadata=None))
    for document in ("one", "two"):
        text = f"Rajnath Singh met Hamada in Tokyo, {document}."
        (root / f"corpus/{document}.txt").write_text(text)
        (root / f"corpus/{document}.toml").write_text(METADATA)
        for annotator in ("gold", "a1"):
            header = {"document": document, "annotator": annotator}
            (root / f"annotations/{annotator}").mkdir(exist_ok=True)
            file = root / f"annotations/{annotator}/{document}.jsonl"
            file.write_bytes(Example(text=text, records=(span("e1", "PERSON", 0, 14),), header=header).set_bytes())
    return root


ONE = {"corpus/one.txt", "annotations/gold/one.jsonl", "annotations/a1/one.jsonl"}


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("corpus/one.txt", ONE),
        ("corpus/one.toml", ONE),
        ("annotations/gold/one.jsonl", {"annotations/gold/one.jsonl"}),
        ("annotations/gold", {"annotations/gold/one.jsonl", "annotations/gold/two.jsonl"}),
        ("corpus", ONE | {path.replace("one", "two") for path in ONE}),
        ("annotations/scheme.toml", ONE | {path.replace("one", "two") for path in ONE}),
    ],
)
def test_a_text_stands_for_its_document_and_a_set_for_itself(
    path: str, expected: set[str], pair: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert shown(pair, capsys, str(pair / path)) == expected
    assert shown(pair, capsys, "--no-cache", str(pair / path)) == expected


@posix_only
def test_a_file_whose_name_cannot_be_printed_can_be_named(small_corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("a\x1bb.txt", os.fsdecode(b"\xff.txt")):
        (small_corpus / f"corpus/{name}").write_text("Text.")
        assert "TXT007" in run(small_corpus, capsys, str(small_corpus / f"corpus/{name}"))[1]


@pytest.mark.parametrize("separator", ["\n", "\0", "\r\n"])
def test_listed_paths_may_be_gone_or_no_part_of_the_corpus(
    separator: str, pair: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    listed = ["corpus/one.txt", "corpus/vanished.txt", "README.md", "../elsewhere.txt", "/etc/passwd", ""]

    class Input:
        class buffer:  # noqa: N801
            @staticmethod
            def read() -> bytes:
                return separator.join(listed).encode()

    monkeypatch.setattr(sys, "stdin", Input)
    assert shown(pair, capsys, "-") == ONE
    listed[:] = ["README.md", ""]
    assert run(pair, capsys, "-") == (0, "")
    listed[:] = []
    assert run(pair, capsys, "-") == (0, "")
    (pair / "corpus/one.txt").unlink()
    listed[:] = ["corpus/one.txt", ""]
    assert "DOC" in run(pair, capsys, "-")[1]


def git(root: Path, *arguments: str) -> None:
    identity = ["-c", "user.name=n", "-c", "user.email=e@example.org", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", "-C", str(root), *identity, *arguments], check=True, capture_output=True)


@pytest.fixture(params=["", "data/corpus"], ids=["at the root", "in a subdirectory"])
def branch(request: pytest.FixtureRequest, pair: Path, tmp_path: Path) -> Path:
    """The pair, committed on main; a branch is checked out."""
    repository = tmp_path / "repository"
    root = repository / request.param
    shutil.copytree(pair, root)
    (repository / "corpus-notes").mkdir()
    git(repository, "init", "-q", "-b", "main")
    (repository / ".gitignore").write_text(f"{CACHE}\n")
    git(repository, "add", "-A")
    git(repository, "commit", "-q", "-m", "one")
    git(repository, "checkout", "-q", "-b", "work")
    return root


def _committed(root: Path) -> None:
    _edit("corpus/one.txt", "Tokyo", "Osaka")(root)
    git(root, "commit", "-q", "-a", "-m", "two")


def _staged(root: Path) -> None:
    _edit("corpus/one.txt", "Tokyo", "Osaka")(root)
    git(root, "add", "-A")


def _untracked(root: Path) -> None:
    (root / "corpus/new ü.txt").write_text("New.")


def _renamed(root: Path) -> None:
    for path in ("corpus/one.txt", "corpus/one.toml"):
        git(root, "mv", path, path.replace("one", "uno"))


TOUCHED: dict[str, tuple[Callable[[Path], object], set[str]]] = {
    "nothing": (lambda _: None, set()),
    "committed": (_committed, ONE),
    "staged": (_staged, ONE),
    "edited": (_edit("corpus/one.txt", "Tokyo", "Osaka"), ONE),
    "a set edited": (_edit("annotations/a1/one.jsonl", "PERSON", "PERSN"), {"annotations/a1/one.jsonl"}),
    "untracked": (_untracked, {"corpus/new ü.txt"}),
    "a text gone": (lambda root: (root / "corpus/one.txt").unlink(), {"corpus/one.toml"}),
    "a document gone": (
        lambda root: [(root / f"corpus/one.{suffix}").unlink() for suffix in ("txt", "toml")], ONE - {"corpus/one.txt"},
    ),
    "renamed": (_renamed, (ONE | {"corpus/uno.txt"}) - {"corpus/one.txt"}),
    "the scheme": (
        _edit("annotations/scheme.toml", "a human being", "somebody"), ONE | {path.replace("one", "two") for path in ONE},
    ),
    "a file beside": (lambda root: (root / "notes.md").write_text("x"), set()),
}  # fmt: skip


@pytest.mark.parametrize(("touch", "expected"), TOUCHED.values(), ids=TOUCHED)
def test_what_a_branch_touched_is_looked_at(
    touch: Callable[[Path], object], expected: set[str], branch: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    touch(branch)

    assert shown(branch, capsys, "--changed-since", "main") == expected


@pytest.mark.parametrize("revision", ["nothing-like-it", "-x", "--output=x", ""])
def test_a_revision_that_git_does_not_know_is_named(revision: str, branch: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["-C", str(branch), "check", f"--changed-since={revision}"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("postil: ")
    assert err.count("\n") == 1


def test_without_a_repository_nothing_is_known_to_have_changed(
    pair: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(pair.parent))
    assert main(["-C", str(pair), "check", "--changed-since", "main"]) == 2
    assert capsys.readouterr().err.count("\n") == 1
    monkeypatch.setenv("PATH", "")
    assert main(["-C", str(pair), "check", "--changed-since", "main"]) == 2
    assert "git is not installed" in capsys.readouterr().err


def test_a_rule_about_all_documents_sees_those_that_were_not_named(
    small_corpus: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for suffix in ("txt", "toml"):
        (small_corpus / f"corpus/EXAMPLE.{suffix}").write_bytes((small_corpus / f"corpus/example.{suffix}").read_bytes())
    if len(list((small_corpus / "corpus").glob("*.txt"))) < 2:
        pytest.skip("this system takes both names for one")

    for name in ("example", "EXAMPLE"):
        assert "DOC007" in run(small_corpus, capsys, str(small_corpus / f"corpus/{name}.txt"))[1]
    (small_corpus / "corpus/other.txt").write_text("Other.\n")
    assert "DOC007" not in run(small_corpus, capsys, str(small_corpus / "corpus/other.txt"))[1]


# --- ends ------------------------------------------------------------------------------------------------------------


def test_exit_statuses(ten: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(ten, capsys)[0] == 1
    assert run(ten, capsys, "--exit-zero")[0] == 0
    assert run(ten, capsys, "--select", "ANN")[0] == 0
    assert main(["-C", str(ten), "check", str(ten / "nothing")]) == 2
    assert main(["-C", str(ten), "check", "--select", "XYZ"]) == 2
    assert main(["-C", str(ten), "check", "--fix", "--watch"]) == 2


def test_no_progress_where_there_is_no_terminal(
    ten: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("postil.cli._progress._WAIT", -1)
    monkeypatch.setattr("postil.cli._progress._STEP", 0)
    monkeypatch.setattr(postil.checking.run, "_CHUNK", 1)
    main(["-C", str(ten), "check", "--no-cache"])
    assert capsys.readouterr().err == ""
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    main(["-C", str(ten), "check", "--no-cache"])
    assert "10 of 10" in capsys.readouterr().err


@pytest.fixture(scope="module")
def long(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A corpus whose check takes some seconds."""
    root = tmp_path_factory.mktemp("long")
    generate.generate(root, 60)
    text = "word " * 30_000 + "\n"
    records = tuple(span(f"e{number}", "PERSON", number * 5 + 1, number * 5 + 5, text="word") for number in range(20_000))
    for number in range(60):
        example = Example(text=text, records=records if number < 1 else (), header={"document": f"d{number:05}"})
        if number < 1:
            slow = example.set_bytes()
        (root / f"corpus/d{number:05}.txt").write_text(text)
        (root / f"annotations/gold/d{number:05}.jsonl").write_bytes(slow.replace(b'"d00000"', f'"d{number:05}"'.encode()))
    return root


def children_of(pid: int) -> list[int]:
    found = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True, check=False)
    return [int(line) for line in found.stdout.split()]


def is_running(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except OSError:
        return False
    return state != "Z"


@posix_only
@pytest.mark.skipif(not shutil.which("pgrep") or not Path("/proc").is_dir(), reason="processes are counted as Linux does")
@pytest.mark.parametrize("options", [["--jobs", "1"], ["--jobs", "2"], ["--jobs", "2", "--watch"]])
@pytest.mark.parametrize("wait", [0.0, 0.3])
def test_ctrl_c_ends_a_check_at_once(options: list[str], wait: float, long: Path) -> None:
    (long / "corpus/corpus.toml").touch()
    command = [*POSTIL, "-C", str(long), "check", "--no-cache", *options]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True)
    deadline = time.monotonic() + 10
    while "2" in options and not children_of(child.pid) and time.monotonic() < deadline:
        time.sleep(0.002)
    time.sleep(wait if "2" in options else wait + 0.8)
    workers = children_of(child.pid)
    assert child.poll() is None, "it was too fast"
    start = time.monotonic()
    os.killpg(child.pid, signal.SIGINT)  # as a terminal does: to all of them
    _, err = child.communicate(timeout=20)

    assert time.monotonic() - start < 5
    assert child.returncode == (0 if "--watch" in options else 130)
    assert b"Traceback" not in err
    assert b"interrupted" in err or "--watch" in options
    time.sleep(0.1)
    assert [pid for pid in workers if is_running(pid)] == []


class Watched:
    """A process whose output is read as it comes."""

    def __init__(self, root: Path) -> None:
        environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
        command = [*POSTIL, "-C", str(root), "check", "--watch", "--format", "concise"]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environment, text=True)
        self.said = ""
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            self.said += line

    def says(self, what: str, times: int = 1) -> bool:
        deadline = time.monotonic() + 15
        while self.said.count(what) < times and time.monotonic() < deadline:
            time.sleep(0.02)
        return self.said.count(what) >= times


@posix_only
def test_watch_reports_again_and_stands_a_manifest_saved_by_halves(small_corpus: Path) -> None:
    watched = Watched(small_corpus)
    try:
        assert watched.says("Watching")
        assert "LAB003" not in watched.said
        _edit("annotations/gold/example.jsonl", "PERSON", "PERSN")(small_corpus)
        assert watched.says("LAB003"), watched.said
        assert watched.says("Watching", 2)
        manifest = (small_corpus / "corpus/corpus.toml").read_bytes()
        (small_corpus / "corpus/corpus.toml").write_bytes(manifest[:12])
        assert watched.says("SCH00"), watched.said
        (small_corpus / "corpus/corpus.toml").write_bytes(b"format = 9\n")
        assert watched.says("format 9"), watched.said
        (small_corpus / "corpus/corpus.toml").write_bytes(manifest)
        assert watched.says("LAB003", 3), watched.said
        watched.process.send_signal(signal.SIGINT)
        assert watched.process.wait(10) == 0
        assert "Traceback" not in watched.said
    finally:
        watched.process.kill()
        watched.process.wait()
        assert watched.process.stdout
        watched.process.stdout.close()


def test_every_line_of_jsonl_is_one_finding(ten: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = run(ten, capsys, "--format", "jsonl")[1].splitlines()
    assert [json.loads(line)["code"] for line in lines].count("SPN004") == 5
