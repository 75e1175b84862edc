"""Sessions ended by force at every step of what they write: the next one has all that was done before, or the last action too."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from annotating.corpora import HOSTILE, do, hostile_corpus
from postil import Corpus
from postil.annotating import History, Session
from postil.cli import main
from postil.errors import ActionRefused
from postil.storage.set_file import encode_set

if not hasattr(os, "fork"):
    pytest.skip("ends copies of this very process", allow_module_level=True)

SET = "annotations/gold/example.jsonl"

Files = dict[str, bytes]

_STEPS = {"open", "write", "os.rename", "os.link", "os.mkdir", "os.remove", "os.truncate"}

_LABELLED = "layer entity; find paper; label p"
ACTIONS = """\
go e1; relabel g
undo
redo
layer entity; find paper; label p
go e1; delete
go s2; note why
next ghost; reject
next ghost; accept
in-progress
""".splitlines()
IN_TURN = (
    ("go e1; relabel g", "undo", "redo"),
    ("", _LABELLED, f"to {HOSTILE.index('paper')}; delete"),
    ("next ghost; accept", "undo", "next ghost; reject"),
)


class Told(NamedTuple):
    """What a session has: its set, what was rejected, how much can be undone and done again."""

    set: bytes
    rejected: frozenset[str]
    done: int
    undone: int


def told(history: History) -> Told:
    return Told(encode_set(history.state.marks.annotations), history.state.rejected, len(history.done), len(history.undone))


def kept(root: Path) -> Files:
    """The files that a session writes."""
    places = (root / "annotations/gold", root / ".postil/sessions")
    return {str(path.relative_to(root)): path.read_bytes() for place in places for path in place.rglob("*") if path.is_file()}


def restore(root: Path, files: Files) -> None:
    for name in kept(root).keys() - files.keys():
        (root / name).unlink()
    for name, data in files.items():
        (root / name).write_bytes(data)


def opened(corpus: Corpus) -> Session:
    return Session.open(corpus, "example", "gold", suggestions="model", seed="test")


def killed(what: Callable[[], object], step: int) -> bool:
    """Do it in a copy of this process, which is killed at this step; returns whether it was, and not done before."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # threads of others do not matter to what is done here
        child = os.fork()
    if not child:
        steps, status = 0, 1

        def count(event: str, arguments: Any) -> None:
            nonlocal steps
            if event in _STEPS and (event != "open" or arguments[2] & (os.O_WRONLY | os.O_RDWR)):
                steps += 1
                if steps == step:
                    os.kill(os.getpid(), signal.SIGKILL)

        write = os.write

        def half(handle: int, data: bytes) -> int:
            written = write(handle, data[: len(data) // 2])
            count("write", ())
            return written + write(handle, data[written:])

        try:
            os.write = half  # type: ignore[assignment]
            sys.addaudithook(count)
            what()
            status = 0
        finally:
            os._exit(status)
    status = os.waitpid(child, 0)[1]
    assert not os.WIFEXITED(status) or os.WEXITSTATUS(status) == 0
    return os.WIFSIGNALED(status)


def act(session: Session, actions: str) -> None:
    """Do these actions, as far as none is refused."""
    with contextlib.suppress(ActionRefused):
        do(session, actions.replace("; ", "\n"))


def halves(corpus: Corpus, files: Files, actions: str) -> Iterator[Files]:
    """What there may be on the disk when a session that begins with these files and does these actions is killed; each once."""
    root, seen, step = corpus.directory.root, set[str](), 1

    def session() -> None:
        with opened(corpus) as there:
            act(there, actions)

    restore(root, files)
    while killed(session, step):
        found = kept(root)
        lasting = str([(name, data) for name, data in found.items() if name.endswith(("jsonl", "journal"))])
        if lasting not in seen:
            seen.add(lasting)
            yield found
        restore(root, files)
        step += 1
    assert step > 5


def after(corpus: Corpus, files: Files, actions: str = "") -> Told:
    """What the next session has, which does these actions or only looks."""
    restore(corpus.directory.root, files)
    with opened(corpus) as session:
        act(session, actions)
        found = told(session.history)
        assert found.set == (corpus.directory.root / SET).read_bytes()
    return found


def test_whoever_is_killed_at_any_step_loses_the_last_action_at_most(tmp_path: Path) -> None:
    corpus = hostile_corpus(tmp_path)
    for actions in ACTIONS:
        files = kept(tmp_path)
        before, whole = after(corpus, files), after(corpus, files, actions)
        assert before != whole
        left = [after(corpus, half) for half in halves(corpus, files, actions)]
        assert {*left} == {before, whole}, actions
        assert len(left) >= 3
        after(corpus, files, actions)


@pytest.mark.parametrize(("before", "actions", "then"), IN_TURN)
def test_so_does_who_is_killed_after_one_who_was(before: str, actions: str, then: str, tmp_path: Path) -> None:
    corpus = hostile_corpus(tmp_path)
    after(corpus, kept(tmp_path), before)
    for half in list(halves(corpus, kept(tmp_path), actions)):
        allowed = {after(corpus, half), after(corpus, half, then)}
        assert {after(corpus, one) for one in halves(corpus, half, then)} == allowed


def test_so_does_who_is_killed_when_the_text_was_edited(tmp_path: Path) -> None:
    """What was rejected, and what the one before could not save, is carried to the text as it is now."""
    corpus = hostile_corpus(tmp_path)
    for words in (
        ["init", "-q"],
        ["add", "corpus"],
        ["-c", "user.name=x", "-c", "user.email=x@example.org", "commit", "-qm", "x"],
    ):
        subprocess.run(["git", "-C", tmp_path, *words], check=True)
    before = after(corpus, kept(tmp_path), "go ghost:m1; reject")
    files = kept(tmp_path)
    half = next(one for one in halves(corpus, files, _LABELLED) if one[SET] == files[SET] and after(corpus, one) != before)
    restore(tmp_path, half)
    (tmp_path / "corpus/example.txt").write_text(f"Now. {HOSTILE}", encoding="utf-8")
    assert main(["-C", str(tmp_path), "realign"]) == 0
    corpus, files = Corpus.open(tmp_path), kept(tmp_path)
    whole = after(corpus, files)
    assert b'"paper"' in whole.set
    assert len(whole.rejected) == whole.done == 1
    assert {after(corpus, one) for one in halves(corpus, files, "")} == {whole}
