"""Nothing is lost, and nobody's work is overwritten."""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from annotating.corpora import ARTICLE, copy_of_our_corpus, do, hostile_corpus, spans_of
from annotating.kills import kill_once
from annotating.random_actions import random_line
from conftest import write_example
from postil import Corpus
from postil.annotating import Session
from postil.annotating.journal import Journal
from postil.cli import main
from postil.errors import ActionRefused, PostilError, SessionClosed, SetInUse, UnsafePath
from postil.model import AnnotationSet
from postil.rules.examples import Example
from postil.storage.holder import Holder, _started
from postil.storage.set_file import encode_set, parse_set

SET = "annotations/gold/example.jsonl"


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    return hostile_corpus(tmp_path / "corpus")


def path_of(corpus: Corpus) -> Path:
    return corpus.directory.root / SET


def on_disk(corpus: Corpus) -> AnnotationSet:
    found = parse_set(SET, "gold", path_of(corpus).read_bytes()).annotation_set()
    assert found
    return found


def changed_on_disk(corpus: Corpus, old: str, new: str) -> None:
    text = path_of(corpus).read_text(encoding="utf-8")
    assert old in text
    path_of(corpus).write_text(text.replace(old, new), encoding="utf-8")


def test_every_action_is_on_the_disk_when_it_is_done(corpus: Corpus) -> None:
    with Session.open(corpus, "example", "gold") as session:
        before = path_of(corpus).read_bytes()
        do(session, "find paper\nlabel p")
        assert path_of(corpus).read_bytes() == encode_set(session.state.marks.annotations) != before
        do(session, "undo")
        assert path_of(corpus).read_bytes() == before


def test_looking_writes_nothing(corpus: Corpus) -> None:
    with Session.open(corpus, "example", "somebody") as session:
        do(session, "next word\nnext sentence\ngrow")
        assert session.findings == []
    assert not (corpus.directory.root / "annotations/somebody").exists()
    assert not Journal(corpus.directory.root, "somebody", "example").path.exists()


def test_undoing_goes_on_after_a_restart(corpus: Corpus) -> None:
    before = path_of(corpus).read_bytes()
    with Session.open(corpus, "example", "gold", suggestions="model") as session:
        do(session, "find paper\nlabel p\nnext ghost\nreject\nfind asks\nlabel g\nundo")
        place, rejected = session.state.place, session.state.rejected
    with Session.open(Corpus.open(corpus.directory.root), "example", "gold", suggestions="model") as session:
        assert (session.state.place, session.state.rejected) == (place, rejected)
        assert rejected
        assert do(session, "redo").startswith("done again: GPE “asks”")
        last = path_of(corpus).read_bytes()
    with Session.open(Corpus.open(corpus.directory.root), "example", "gold") as session:
        while session.history.done:
            session.do("undo")
        assert path_of(corpus).read_bytes() == before
        assert not session.state.rejected
    with Session.open(Corpus.open(corpus.directory.root), "example", "gold") as session:
        while session.history.undone:
            session.do("redo")
        assert path_of(corpus).read_bytes() == last
        with pytest.raises(ActionRefused, match="nothing to do again"):
            session.do("redo")


def test_the_journal_is_ignored_by_git(corpus: Corpus) -> None:
    with Session.open(corpus, "example", "gold") as session:
        do(session, "find paper\nlabel p")
    assert (corpus.directory.root / ".postil/.gitignore").read_text() == "*\n"


# --- locks -----------------------------------------------------------------------------------------------------------


def test_two_sessions_cannot_have_one_set(corpus: Corpus) -> None:
    with Session.open(corpus, "example", "gold"):
        with pytest.raises(SetInUse, match=rf"{SET} is being annotated since .* by process {os.getpid()} on "):
            Session.open(corpus, "example", "gold")
        Session.open(corpus, "example", "another").close()
    Session.open(corpus, "example", "gold").close()


def lock_of(corpus: Corpus, **changes: object) -> Path:
    path = Journal(corpus.directory.root, "gold", "example").lock_path
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(msgspec.json.encode(msgspec.structs.replace(Holder.this_process(), **changes)))
    return path


def test_a_lock_that_is_left_over_is_recognised(corpus: Corpus) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    path = lock_of(corpus, pid=ended.pid)
    Session.open(corpus, "example", "gold").close()
    assert not path.exists()
    path.write_bytes(b"")
    Session.open(corpus, "example", "gold").close()
    assert list(path.parent.iterdir()) == []


@pytest.mark.skipif(sys.platform != "linux", reason="the system says that a process has ended before anybody asked how")
def test_a_process_that_was_killed_and_not_asked_after_holds_nothing(corpus: Corpus) -> None:
    killed = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    started = _started(killed.pid)
    path = lock_of(corpus, pid=killed.pid, started=started)
    with pytest.raises(SetInUse):
        Session.open(corpus, "example", "gold")
    killed.kill()
    os.waitid(os.P_PID, killed.pid, os.WEXITED | os.WNOWAIT)  # it has ended, and is still in the table of processes
    Session.open(corpus, "example", "gold").close()
    assert not path.exists()
    killed.communicate()


@pytest.mark.skipif(sys.platform != "linux", reason="the system says when a process was started")
def test_a_number_that_another_process_has_now_is_no_lock(corpus: Corpus) -> None:
    lock_of(corpus, started="1")
    Session.open(corpus, "example", "gold").close()


def test_nobody_knows_of_a_process_on_another_machine(corpus: Corpus) -> None:
    path = lock_of(corpus, host="elsewhere", pid=1)
    with pytest.raises(SetInUse, match=r"on elsewhere: end that session first\. If there is none, delete"):
        Session.open(corpus, "example", "gold")
    assert path.exists()


def test_a_session_whose_lock_was_taken_writes_nothing(corpus: Corpus) -> None:
    session = Session.open(corpus, "example", "gold")
    before = path_of(corpus).read_bytes()
    lock_of(corpus, host="elsewhere")
    with pytest.raises(SetInUse, match="nothing was written"):
        do(session, "find paper\nlabel p")
    session.close()
    assert path_of(corpus).read_bytes() == before


# --- changes on the disk ---------------------------------------------------------------------------------------------


def test_what_changed_on_the_disk_is_merged(corpus: Corpus) -> None:
    with Session.open(corpus, "example", "gold") as session:
        changed_on_disk(corpus, '"polarity":"positive"', '"polarity":"negative"')
        do(session, "find paper\nlabel p")
        assert session.conflicts == ()
        by_id = session.state.marks.by_id
        assert by_id["s1"].attributes["polarity"] == "negative"  # type: ignore[union-attr]
        assert ("PERSON", "paper") in spans_of(session)
        assert on_disk(corpus) == session.state.marks.annotations
        said = "changed on the disk: 1 change: ~ statement OPINION “Rajnath Singh met Hamada in Tokyo.” (s1)"
        assert session.history.done[-1].said == said
        assert do(session, "undo") == f"undone: {said}"


def test_a_change_is_seen_when_it_is_looked_for(corpus: Corpus) -> None:
    with Session.open(corpus, "example", "gold") as session:
        assert not session.refresh()
        changed_on_disk(corpus, '"text":"?"', '"text":"!"')
        assert session.refresh()
        assert session.state.marks.annotations.notes[0].text == "!"
        assert not session.refresh()


def test_what_both_changed_differently_is_kept_and_said(corpus: Corpus) -> None:
    with Session.open(corpus, "example", "gold") as session:
        changed_on_disk(corpus, '"polarity":"positive"', '"polarity":"negative"')
        do(session, "go s1\nset polarity")
        (conflict,) = session.conflicts
        assert (conflict.id, conflict.contested) == ("s1", ("attributes.polarity",))
        assert "ANN015" in {finding.code for finding in session.findings}
        assert any("negative" in note.text for note in session.state.marks.annotations.notes)


def test_a_file_that_cannot_be_read_is_not_overwritten(corpus: Corpus) -> None:
    with Session.open(corpus, "example", "gold") as session:
        path_of(corpus).write_text("<<<<<<< ours\n")
        with pytest.raises(PostilError, match="lines that cannot be read"):
            do(session, "find paper\nlabel p")
        assert ("PERSON", "paper") not in spans_of(session)
    assert path_of(corpus).read_text() == "<<<<<<< ours\n"
    with pytest.raises(PostilError, match="lines that cannot be read"):
        Session.open(corpus, "example", "gold")


def test_a_file_that_was_taken_away_is_not_put_back(corpus: Corpus) -> None:
    """It may be another branch, that has no such set: its journal is kept beside the new one."""
    with Session.open(corpus, "example", "gold") as session:
        do(session, "find paper\nlabel p")
        path_of(corpus).unlink()
        with pytest.raises(PostilError, match="was taken away meanwhile: nothing was written"):
            do(session, "find asks\nlabel g")
        assert ("GPE", "asks") not in spans_of(session)
    with Session.open(Corpus.open(corpus.directory.root), "example", "gold") as session:
        assert session.state.marks.spans == ()
        assert not session.history.done
        assert not path_of(corpus).exists()
        do(session, "layer entity\nfind asks\nlabel g")
    assert journal_of(corpus).exists()
    assert len(list(journal_of(corpus).parent.iterdir())) == 2


def test_a_file_system_without_links(corpus: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    def link(*_: object) -> None:
        raise OSError(95, "not supported")

    monkeypatch.setattr(os, "link", link)
    with Session.open(corpus, "example", "gold"), pytest.raises(SetInUse):
        Session.open(corpus, "example", "gold")


def test_what_cannot_be_written_is_said_before_anything_is_done(corpus: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether nobody may, or the file system is read-only: the superuser is stopped by nothing but the latter."""
    root = corpus.directory.root
    for name in ("annotations/gold", ".postil", ""):
        closed = root / name
        with monkeypatch.context() as read_only:
            read_only.setattr(os, "access", lambda path, _, closed=closed: closed not in (Path(path), *Path(path).parents))
            with pytest.raises(PostilError, match=r"cannot be written to: get the right to write there"):
                Session.open(corpus, "example", "gold")
        (root / ".postil").mkdir(exist_ok=True)
    Session.open(corpus, "example", "gold").close()


@pytest.mark.skipif(not hasattr(os, "getuid") or os.getuid() == 0, reason="the superuser may write everywhere")
def test_a_corpus_without_the_right_to_write(corpus: Corpus) -> None:
    directory = path_of(corpus).parent
    directory.chmod(0o500)
    try:
        with pytest.raises(PostilError, match="cannot be written to"):
            Session.open(corpus, "example", "gold")
    finally:
        directory.chmod(0o700)


def test_a_full_disk_loses_nothing(corpus: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    with Session.open(corpus, "example", "gold") as session:
        do(session, "find paper\nlabel p")
        before, lines = path_of(corpus).read_bytes(), journal_of(corpus).read_bytes()

        def write(handle: int, data: bytes) -> int:
            if len(data) < 20:
                raise OSError(28, "No space left on device")
            return real(handle, data[: len(data) // 2])

        real = os.write
        monkeypatch.setattr(os, "write", write)
        with pytest.raises(OSError, match="No space left"):
            do(session, "find asks\nlabel g")
        monkeypatch.undo()
        assert (path_of(corpus).read_bytes(), journal_of(corpus).read_bytes()) == (before, lines)
        do(session, "find asks\nlabel g")
        assert ("GPE", "asks") in spans_of(session)
    Session.open(Corpus.open(corpus.directory.root), "example", "gold").close()


def test_a_change_between_two_sessions_is_a_step(corpus: Corpus) -> None:
    with Session.open(corpus, "example", "gold") as session:
        do(session, "find paper\nlabel p")
    changed_on_disk(corpus, '"text":"?"', '"text":"!"')
    with Session.open(Corpus.open(corpus.directory.root), "example", "gold") as session:
        assert [step.said for step in session.history.done] == [
            "PERSON “paper”",
            "changed on the disk: 1 change: ~ note about a1 “!” (n1)",
        ]
        do(session, "undo\nundo")
        assert ("PERSON", "paper") not in spans_of(session)


def test_a_text_that_was_edited_meanwhile(corpus: Corpus) -> None:
    root = corpus.directory.root
    with Session.open(corpus, "example", "gold") as session:
        do(session, "find paper\nlabel p")
    text = root / "corpus/example.txt"
    text.write_text(f"Now. {text.read_text(encoding='utf-8')}", encoding="utf-8")
    with pytest.raises(PostilError, match="realign"):
        Session.open(Corpus.open(root), "example", "gold")


# --- ends by force ---------------------------------------------------------------------------------------------------


def journal_of(corpus: Corpus) -> Path:
    return Journal(corpus.directory.root, "gold", "example").path


def test_a_step_that_only_the_journal_has_is_taken_from_it(corpus: Corpus) -> None:
    with Session.open(corpus, "example", "gold") as session:
        do(session, "find paper\nlabel p")
        before, lines = path_of(corpus).read_bytes(), journal_of(corpus).read_bytes()
        do(session, "find asks\nlabel g")
        last = path_of(corpus).read_bytes()
        step = journal_of(corpus).read_bytes()[len(lines) :].split(b"\n")[0]
    for left, expected in ((lines + step + b"\n", last), (lines + step, before), (lines + step[:9], before)):
        journal_of(corpus).write_bytes(left)
        path_of(corpus).write_bytes(before)
        with Session.open(Corpus.open(corpus.directory.root), "example", "gold") as session:
            assert encode_set(session.state.marks.annotations) == path_of(corpus).read_bytes() == expected
        do_and_undo(corpus)


def do_and_undo(corpus: Corpus) -> None:
    with Session.open(Corpus.open(corpus.directory.root), "example", "gold") as session:
        do(session, "find Why\nlabel p\nundo")
        while session.history.done:
            session.do("undo")
        assert len(session.state.marks.spans) == 4


def test_a_step_not_saved_and_a_change_on_the_disk(corpus: Corpus) -> None:
    with Session.open(corpus, "example", "gold") as session:
        do(session, "find paper\nlabel p")
        before, lines = path_of(corpus).read_bytes(), journal_of(corpus).read_bytes()
        do(session, "find asks\nlabel g")
        step = journal_of(corpus).read_bytes()[len(lines) :].split(b"\n")[0]
    journal_of(corpus).write_bytes(lines + step + b"\n")
    path_of(corpus).write_bytes(before)
    changed_on_disk(corpus, '"text":"?"', '"text":"!"')
    with Session.open(Corpus.open(corpus.directory.root), "example", "gold") as session:
        assert ("GPE", "asks") in spans_of(session)
        assert session.state.marks.annotations.notes[0].text == "!"
        assert on_disk(corpus) == session.state.marks.annotations


def git(corpus: Corpus, *words: str) -> None:
    who = ("-c", "user.name=x", "-c", "user.email=x@example.org")
    subprocess.run(["git", "-C", str(corpus.directory.root), *who, *words], check=True, capture_output=True)


def edit_text(corpus: Corpus) -> None:
    """A text with something new at its beginning, the old one in git, and the sets carried to it."""
    git(corpus, "init", "-q")
    git(corpus, "add", "corpus")
    git(corpus, "commit", "-qm", "text")
    text = corpus.directory.root / "corpus/example.txt"
    text.write_text(f"Now. {text.read_text(encoding='utf-8')}", encoding="utf-8")
    assert main(["-C", str(corpus.directory.root), "realign"]) == 0


def with_a_step_not_saved_and_an_edited_text(corpus: Corpus) -> None:
    """The last session ended between journal and set; then the text was edited, and the set carried to it."""
    with Session.open(corpus, "example", "gold") as session:
        do(session, "find asks\nlabel g")
        before, lines = path_of(corpus).read_bytes(), journal_of(corpus).read_bytes()
        do(session, "find paper\nlabel p")
        step = journal_of(corpus).read_bytes()[len(lines) :].split(b"\n")[0]
    journal_of(corpus).write_bytes(lines + step + b"\n")
    path_of(corpus).write_bytes(before)
    edit_text(corpus)


def test_a_step_not_saved_before_the_text_was_edited(corpus: Corpus) -> None:
    with_a_step_not_saved_and_an_edited_text(corpus)
    with Session.open(Corpus.open(corpus.directory.root), "example", "gold") as session:
        assert ("PERSON", "paper") in spans_of(session)
        assert ("GPE", "asks") in spans_of(session)
        assert [one.code for one in session.findings] == ["SPN004"], "as before"
        assert on_disk(corpus) == session.state.marks.annotations
        assert do(session, "undo").startswith("undone: what had not been saved carried to the edited text")
        assert ("PERSON", "paper") not in spans_of(session)


def test_a_step_not_saved_whose_text_is_nowhere(corpus: Corpus) -> None:
    """Its quotation says where it may be: that is for a person to decide."""
    with_a_step_not_saved_and_an_edited_text(corpus)
    shutil.rmtree(corpus.directory.root / ".git")
    with Session.open(Corpus.open(corpus.directory.root), "example", "gold") as session:
        assert ("PERSON", "paper") in spans_of(session)
        assert "ANN015" in {one.code for one in session.findings}


def test_a_step_not_saved_and_a_set_about_a_text_that_is_nowhere(corpus: Corpus) -> None:
    with_a_step_not_saved_and_an_edited_text(corpus)
    shutil.rmtree(corpus.directory.root / ".git")
    (corpus.directory.root / "corpus/example.txt").write_text("Another.\n")
    lines = journal_of(corpus).read_bytes()
    with pytest.raises(PostilError, match="are only in the journal"):
        Session.open(Corpus.open(corpus.directory.root), "example", "gold")
    assert journal_of(corpus).read_bytes() == lines


def test_an_edited_text_begins_another_journal(corpus: Corpus) -> None:
    with Session.open(corpus, "example", "gold") as session:
        do(session, "find asks\nlabel g")
    edit_text(corpus)
    with Session.open(Corpus.open(corpus.directory.root), "example", "gold") as session:
        assert ("GPE", "asks") in spans_of(session)
        assert not session.history.done
        do(session, "find paper\nlabel p")
        assert len(session.history.done) == 1
    kept = [path.read_bytes() for path in journal_of(corpus).parent.iterdir()]
    assert sorted(data.count(b'"do"') for data in kept) == [1, 1], "the one before is set aside"


def test_a_journal_that_is_none_is_said_and_kept(corpus: Corpus) -> None:
    with Session.open(corpus, "example", "gold") as session:
        do(session, "find paper\nlabel p")
    journal_of(corpus).write_bytes(b"no journal\n")
    with pytest.raises(PostilError, match="Move it away"):
        Session.open(corpus, "example", "gold")
    assert journal_of(corpus).read_bytes() == b"no journal\n"


def test_sessions_killed_at_random_moments_lose_nothing(tmp_path: Path) -> None:
    corpus = copy_of_our_corpus(tmp_path)
    assert sum(kill_once(corpus, ARTICLE, seed) for seed in range(8)) > 8


# --- names -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["", "..", "../x", "a/b", "/etc", "a b", "con", ".hidden", "x" * 500, "a\x1b[31m", "a\udcff"])
def test_a_hostile_annotator(name: str, corpus: Corpus) -> None:
    before = sorted(corpus.directory.root.parent.rglob("*"))
    with pytest.raises(UnsafePath, match="cannot be an annotator"):
        Session.open(corpus, "example", name)
    assert sorted(corpus.directory.root.parent.rglob("*")) == before


@pytest.mark.parametrize("document", ["", "..", "../example", "exampel", "corpus", "\x1b[31m"])
def test_no_such_document(document: str, corpus: Corpus) -> None:
    with pytest.raises(PostilError, match="has no document"):
        Session.open(corpus, document, "me")


def test_a_link_out_of_the_corpus_is_not_written_through(corpus: Corpus, tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (corpus.directory.root / ".postil").symlink_to(tmp_path / "outside")
    with pytest.raises(UnsafePath, match="leads out"):
        Session.open(corpus, "example", "me")
    assert list((tmp_path / "outside").iterdir()) == []


# --- at random -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(8))
def test_random_actions_over_restarts(seed: int, corpus: Corpus) -> None:
    """What is undone in one session and done again in another comes to the same bytes, whoever wrote the file meanwhile."""
    chance = random.Random(seed)
    beginning = path_of(corpus).read_bytes()
    for number in range(4):
        with Session.open(Corpus.open(corpus.directory.root), "example", "gold", suggestions="model") as session:
            for _ in range(15):
                with contextlib.suppress(ActionRefused):
                    session.do(*random_line(session.history, chance))
            assert path_of(corpus).read_bytes() == encode_set(session.state.marks.annotations)
        if number == 2 and b'"note"' in path_of(corpus).read_bytes():
            path_of(corpus).write_bytes(b"".join(path_of(corpus).read_bytes().splitlines(keepends=True)[:-1]))
    with Session.open(Corpus.open(corpus.directory.root), "example", "gold") as session:
        while session.history.undone:
            session.do("redo")
        last = path_of(corpus).read_bytes()
    with Session.open(Corpus.open(corpus.directory.root), "example", "gold") as session:
        while session.history.done:
            session.do("undo")
        assert path_of(corpus).read_bytes() == beginning
    with Session.open(Corpus.open(corpus.directory.root), "example", "gold") as session:
        while session.history.undone:
            session.do("redo")
        assert path_of(corpus).read_bytes() == last


def test_a_text_of_marks_without_end(tmp_path: Path) -> None:
    """A character of a hundred thousand code points is one character, and going over it takes no time."""
    text = f"a{chr(0x301) * 100_000} b\n"
    with Session.open(Corpus.open(write_example(tmp_path, Example(text=text))), "example", "me") as session:
        do(session, "layer entity\nto 50000\nnext character\nprevious character\nselect 0 99999\nlabel p")
        assert session.state.place.anchor == 0


def test_a_closed_session_says_that_it_is_closed(corpus: Corpus) -> None:
    session = Session.open(corpus, "example", "gold")
    session.close()
    before = path_of(corpus).read_bytes()
    for action in (("delete",), ("to", "3"), ("undo",)):
        with pytest.raises(SessionClosed, match="this session is closed: open example again"):
            session.do(*action)
    with pytest.raises(SessionClosed):
        session.adopt(session.history)
    session.close()
    assert path_of(corpus).read_bytes() == before
