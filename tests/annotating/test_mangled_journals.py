"""A journal that was edited by hand, or broken off: the session opens, or says what to do; the set is never the poorer for it."""

from __future__ import annotations

import contextlib
import itertools
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from annotating.corpora import do, hostile_corpus
from postil import Corpus
from postil.annotating import Session
from postil.annotating.journal import Journal
from postil.cli import main
from postil.errors import ActionRefused, PostilError
from postil.model import AnnotationSet
from postil.storage.set_file import has_unreadable_lines, parse_set

SET = "annotations/gold/example.jsonl"
SCRIPT = """\
find paper
label p
find asks
label g
undo
redo
find Hamada
label p
in-progress
next ghost
reject
find Singh
undo
complete
"""


@pytest.fixture(scope="module")
def annotated(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, bytes, bytes]:
    """A corpus with a session behind it: where it is, its journal, its set."""
    corpus = hostile_corpus(tmp_path_factory.mktemp("mangled") / "corpus")
    with Session.open(corpus, "example", "gold", suggestions="model") as session:
        for line in SCRIPT.splitlines():
            with contextlib.suppress(ActionRefused):
                do(session, line)
    root = corpus.directory.root
    return root, Journal(root, "gold", "example").path.read_bytes(), (root / SET).read_bytes()


def _set_of(root: Path) -> AnnotationSet:
    file = parse_set(SET, "gold", (root / SET).read_bytes())
    found = file.annotation_set()
    assert found is not None
    assert not has_unreadable_lines(file)
    return found


def _try(annotated: tuple[Path, bytes, bytes], journal: bytes) -> str:
    """Open with this journal, undo all and do all again; returns what was said where it could not be opened."""
    root, _, annotations = annotated
    path = Journal(root, "gold", "example").path
    shutil.rmtree(path.parent)
    path.parent.mkdir()
    path.write_bytes(journal)
    (root / SET).write_bytes(annotations)
    before = _set_of(root)
    try:
        session = Session.open(Corpus.open(root), "example", "gold")
    except PostilError as error:
        assert (root / SET).read_bytes() == annotations
        assert not path.with_name("example.lock").exists()
        return str(error)
    with session:
        if (
            b"undo" not in journal[: journal.rfind(b"\n") + 1].rpartition(b'"saved"')[2]
        ):  # which takes out what is not saved as taken out yet
            assert session.state.marks.by_id.keys() >= {record.id for record in before.records}
        for action in ("undo", "redo"):
            with contextlib.suppress(ActionRefused):
                for _ in range(30):
                    session.do(action)
                    assert session.findings is not None
        with contextlib.suppress(ActionRefused):
            do(session, "layer entity\nfind Why\nlabel g")
    assert _set_of(root).records
    return ""


def _in_line(change: Callable[[bytes, int], bytes]) -> Callable[[list[bytes], int, int], list[bytes]]:
    return lambda lines, at, other: [*lines[:at], change(lines[at], other), *lines[at + 1 :]]


def _swapped(lines: list[bytes], at: int, other: int) -> list[bytes]:
    found = list(lines)
    found[at], found[other] = lines[other], lines[at]
    return found


def _with_a_sign(line: bytes, number: int) -> bytes:
    at = number * 37 % max(len(line), 1)
    return line[:at] + b"7" + line[at + 1 :]


_BACK, _AGAIN = b'{"type":"back","way":"undo"}', b'{"type":"back","way":"redo"}'
_MANGLES: dict[str, Callable[[list[bytes], int, int], list[bytes]]] = {
    "a line is gone": lambda lines, at, _: lines[:at] + lines[at + 1 :],
    "a line is there twice": lambda lines, at, _: lines[:at] + lines[at : at + 1] + lines[at:],
    "two lines are swapped": _swapped,
    "the end is gone": lambda lines, at, _: lines[:at],
    "it is broken off in a line": lambda lines, at, other: [*lines[:at], lines[at][: other + 1]],
    "an offset is another": _in_line(lambda line, other: line.replace(b"1", b"%d" % (other * 777))),
    "an id is another": _in_line(lambda line, _: line.replace(b'"id":"', b'"id":"x')),
    "a sign is another": _in_line(_with_a_sign),
    "the document is another": lambda lines, *_: [line.replace(b"example", b"exempla") for line in lines],
    "more is undone than was done": lambda lines, at, _: [*lines[:at], *[_BACK] * 9, *lines[at:]],
    "what was not undone is done again": lambda lines, at, _: [*lines[:at], _AGAIN, *lines[at:]],
}


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from(sorted(_MANGLES)), st.integers(0, 40), st.integers(0, 40)), min_size=1, max_size=3))
def test_it_opens_or_says_what_to_do(annotated: tuple[Path, bytes, bytes], mangles: list[tuple[str, int, int]]) -> None:
    lines = annotated[1].split(b"\n")[:-1]
    for name, at, other in mangles:
        if lines:
            lines = _MANGLES[name](lines, at % len(lines), other % len(lines))
    said = _try(annotated, b"".join(line + b"\n" for line in lines))
    assert not said or ("Move it away" in said and "example.journal:" in said) or "is about another" in said, said


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("more is undone than was done", "it undoes what was not done"),
        ("the document is another", "it is about exempla by gold"),
        ("it is broken off in a line", "it cannot be read"),
        ("a line is gone", "the header was another one"),
    ],
)
def test_the_line_is_said(name: str, why: str, annotated: tuple[Path, bytes, bytes]) -> None:
    lines = annotated[1].split(b"\n")[:-1]
    said = [_try(annotated, b"".join(line + b"\n" for line in _MANGLES[name](lines, at, 5))) for at in range(1, len(lines))]
    assert any(f"this journal does not fit together: {why}" in one or why in one for one in said)


def test_as_it_is_it_opens_at_every_length(annotated: tuple[Path, bytes, bytes]) -> None:
    """Broken off anywhere, between lines or in one, it is taken for what it tells."""
    whole = annotated[1]
    ends = {0, len(whole), *itertools.accumulate(len(line) + 1 for line in whole.split(b"\n")[:-1])}
    for end in sorted(ends | {end - 3 for end in ends if end > 3}):
        assert _try(annotated, whole[:end]) == ""


def test_the_command_says_it_in_one_line(annotated: tuple[Path, bytes, bytes], capsys: pytest.CaptureFixture[str]) -> None:
    root, journal, _ = annotated
    _try(annotated, b"".join(journal.splitlines(keepends=True)[:1]) + b"{}\n")
    (root / "script").write_text("next word\n", encoding="utf-8")
    assert main(["-C", str(root), "annotate", "example", "--as", "gold", "--script", "script"]) == 2
    assert "example.journal:2:0: this journal does not fit together: it cannot be read" in capsys.readouterr().err
