"""postil annotate without a terminal: scripts, and the list of documents."""

from __future__ import annotations

import hashlib
import io
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from annotating.corpora import ARTICLE, copy_of_our_corpus, hostile_corpus
from conftest import ROOT, write_example
from postil import Corpus
from postil.annotating import Session, read_script, worklist
from postil.annotating.script import manual
from postil.annotating.worklist import counts, next_document
from postil.cli import main
from postil.errors import PostilError, UnreadableFile
from postil.rules.examples import Example, set_file

SCRIPT = """\
# who is in the text
layer entity
find "Rajnath Singh"
label p                 # PERSON
mentions
take

layer statement
select 208 514
label FACT
set certainty probable
"""


def annotate(capsys: pytest.CaptureFixture[str], corpus: Corpus, *words: str | Path) -> tuple[int, str, str]:
    status = main(["-C", str(corpus.directory.root), "annotate", *map(str, words)])
    return status, *capsys.readouterr()


def written(path: Path, script: str) -> Path:
    file = path / "script.txt"
    file.write_text(script, encoding="utf-8")
    return file


def test_a_script_says_what_it_changed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    corpus = copy_of_our_corpus(tmp_path / "corpus")
    file = written(tmp_path, SCRIPT)

    status, out, err = annotate(capsys, corpus, ARTICLE, "--as", "me", "--script", file)
    assert (status, err) == (0, "")
    assert out.splitlines() == [
        f"{file}:4: PERSON “Rajnath Singh”",
        f"{file}:5: 1 unlabelled mention of “Rajnath Singh”",
        f"{file}:6: 1 mention labelled PERSON",
        f"{file}:10: FACT “India and Japan hav…ter Yasukazu Hamada”",
        f'{file}:11: FACT “India and Japan hav…ter Yasukazu Hamada”: certainty "probable"',
        f"annotations/me/{ARTICLE}.jsonl: 3 added; 3 spans",
    ]
    assert main(["-C", str(corpus.directory.root), "check", "--strict"]) == 0


def test_the_same_script_gives_the_same_bytes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = []
    for name in ("one", "other"):
        corpus = copy_of_our_corpus(tmp_path / name)
        annotate(capsys, corpus, ARTICLE, "--as", "me", "--script", written(tmp_path, SCRIPT))
        files.append((tmp_path / name / f"annotations/me/{ARTICLE}.jsonl").read_bytes())
    assert files[0] == files[1]


@pytest.mark.parametrize(
    ("script", "message"),
    [
        ("layer entity\nlable p\n", ":2:1: there is no action “lable”: did you mean label?"),
        ("layer entity\n\n# so\nlabel\n", ":4:1: 0 words after label: it is label LABEL"),
        ("undo it\n", ":1:1: undo takes no words"),
        ('find "Rajnath\n', ":1:1: a quotation mark or a backslash has no end"),
        ("layer entity\nfind Tokyo\nlabel p\nlabel x\n", ":4:1: entity has no label or key “x”"),
        ("undo\n", ":1:1: there is nothing to undo. Nothing was done"),
        ("find \u202e\x1b[31m\n", "it stands nowhere"),
    ],
)
def test_a_fault_has_its_line_and_nothing_is_done(
    script: str, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    corpus = hostile_corpus(tmp_path / "corpus")

    status, out, err = annotate(capsys, corpus, "example", "--as", "me", "--script", written(tmp_path, script))
    assert (status, out) == (2, "")
    assert message in err
    assert "\x1b" not in err
    assert not (corpus.directory.root / "annotations/me").exists()


def test_a_script_from_standard_input(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    corpus = hostile_corpus(tmp_path)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"layer statement\nfind paper\nlabel OPINION\n")))

    status, out, err = annotate(capsys, corpus, "example", "--as", "me", "--script", "-")
    assert status == 1
    assert out.startswith("-:3: OPINION “paper”\n")
    assert err.endswith(": LAB005 OPINION must have the attribute polarity\n")


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    corpus = hostile_corpus(tmp_path / "corpus")
    file = tmp_path / "script.txt"
    file.write_bytes(b"layer entity\n\xff\n")
    assert main(["-C", str(corpus.directory.root), "annotate", "example", "--as", "me", "--script", str(file)]) == 2


def test_read_script_keeps_words_together() -> None:
    (line,) = read_script("s", "find 'the author’s' \"own\"  # words\n")
    assert (line.number, line.name, line.words) == (1, "find", ("the author’s", "own"))
    with pytest.raises(UnreadableFile, match="s:2:1"):
        read_script("s", "\nfind author's\n")


def test_help_lists_every_action(capsys: pytest.CaptureFixture[str]) -> None:
    main(["annotate", "--help"])
    out = capsys.readouterr().out
    for usage, _ in manual():
        assert usage in out


def test_without_a_terminal_library_it_is_said_what_to_install(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "textual", None)

    status, _, err = annotate(capsys, hostile_corpus(tmp_path), "example", "--as", "me")
    assert (status, err) == (2, "postil: postil annotate in a terminal needs Textual: pip install 'postil[tui]'\n")


def test_the_session_in_the_readme(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    copy_of_our_corpus(tmp_path)
    (block,) = re.findall(r"```python\n([^`]*postil\.annotating[^`]*)```", (ROOT / "README.md").read_text(encoding="utf-8"))
    monkeypatch.chdir(tmp_path)

    exec(block, {})
    assert capsys.readouterr().out == "GPE “Tokyo” []\n"


def test_annotating_needs_nothing_heavy() -> None:
    program = "import sys, postil.annotating as one; one.all_actions(); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert set(done.stdout.split()).isdisjoint(["textual", "spacy", "rich", "numpy", "tomlkit", "datasets"])


# --- the list of documents -------------------------------------------------------------------------------------------


@pytest.fixture
def four(tmp_path: Path) -> Corpus:
    """Four documents: one complete, one begun, one whose set is no set, one not begun."""
    begun = hashlib.sha256(b"a\n").hexdigest()
    files = {
        "annotations/me/example.jsonl": set_file("me", status="complete"),
        "annotations/me/example-2.jsonl": set_file("me", document="example-2", status="in-progress", text_sha256=begun),
        "annotations/me/example-3.jsonl": "no set\n",
    }
    return Corpus.open(write_example(tmp_path, Example(others=("a\n", "b\n", "c\n"), files=files)))


def test_how_far_each_document_is(four: Corpus, capsys: pytest.CaptureFixture[str]) -> None:
    entries = worklist(four, "me")

    assert {entry.document: entry.progress for entry in entries} == {
        "example": "complete", "example-2": "in progress", "example-3": "unreadable", "example-4": "not begun",
    }  # fmt: skip
    assert counts(entries) == {"not begun": 1, "in progress": 1, "complete": 1, "unreadable": 1}
    assert [entry.document for entry in worklist(four, "me", progress=["complete", "not begun"], matching="-4")] == ["example-4"]
    assert {entry.progress for entry in worklist(four, "another")} == {"not begun"}
    assert annotate(capsys, four, "--as", "me", "--list", "--status", "complete") == (
        0, "complete          0  example\n0 not begun, 0 in progress, 1 complete\n", "",
    )  # fmt: skip


def test_the_list_sees_what_a_session_wrote(four: Corpus) -> None:
    with Session.open(four, "example-4", "me") as session:
        session.do("layer", "genre")
        session.do("label", "report")
    assert [(entry.document, entry.records) for entry in worklist(four, "me", progress=["in progress"])] == [
        ("example-2", 0), ("example-4", 1),
    ]  # fmt: skip


def test_the_next_document(four: Corpus) -> None:
    entries = worklist(four, "me")

    assert next_document(entries) == "example-2"
    assert next_document(entries, "example-2") == "example-4"
    assert next_document(entries, "example-4") == "example-2"
    with Session.open(four, "example-4", "me") as session:
        session.do("complete")
    assert next_document(worklist(Corpus.open(four.directory.root), "me"), "example-2") == ""


def test_a_text_that_was_edited_since(four: Corpus, capsys: pytest.CaptureFixture[str]) -> None:
    """It is neither complete nor in progress, is counted as what it is, and comes when nothing else is left to do."""
    root = four.directory.root
    git = ["git", "-C", root, "-c", "user.name=x", "-c", "user.email=x@example.org"]
    for words in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "x"]):
        subprocess.run([*git, *words], check=True, capture_output=True)
    for document in ("example", "example-2"):
        path = root / f"corpus/{document}.txt"
        path.write_text(f"Now. {path.read_text(encoding='utf-8')}", encoding="utf-8")
    entries = worklist(four, "me")
    assert [entry.progress for entry in entries] == ["text changed", "text changed", "unreadable", "not begun"]
    assert counts(entries)["text changed"] == 2
    assert next_document(entries) == "example-4"
    assert next_document(entries, "example-4") == "example"
    assert next_document(entries, "example") == "example-4"
    status, out, _ = annotate(capsys, four, "--as", "me", "--list", "--status", "text changed")
    assert (status, out.splitlines()[-1]) == (0, "0 not begun, 0 in progress, 0 complete, 2 text changed")
    assert main(["-C", str(root), "realign", "example", "example-2"]) == 0
    assert [entry.progress for entry in worklist(four, "me")][:2] == ["complete", "in progress"]


def test_a_script_from_a_pipe(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As ``--script <(…)`` gives one."""
    corpus = hostile_corpus(tmp_path)
    reader, writer = os.pipe()
    os.write(writer, b"layer entity\nfind Hamada\nlabel p\n")
    os.close(writer)
    try:
        assert annotate(capsys, corpus, "example", "--as", "me", "--script", f"/dev/fd/{reader}")[0] == 0
    finally:
        os.close(reader)


def test_a_script_that_cannot_be_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    corpus = hostile_corpus(tmp_path)
    for name, message in (("nowhere", "there is no such file"), (".", "cannot be read: Is a directory")):
        status, _, err = annotate(capsys, corpus, "example", "--as", "me", "--script", name)
        assert (status, message in err) == (2, True)


@pytest.mark.parametrize("line", [b"{\n", b'{"type":"note","id":"n1","text":"?"}\n' * 2, b'{"type":"span"}\n'])
def test_what_cannot_be_opened_is_listed_as_unreadable(four: Corpus, line: bytes) -> None:
    path = four.directory.root / four.directory.set_path("me", "example-2")
    path.write_bytes(path.read_bytes() + line)
    assert next(entry.progress for entry in worklist(four, "me") if entry.document == "example-2") == "unreadable"
    with pytest.raises(PostilError):
        Session.open(four, "example-2", "me")
