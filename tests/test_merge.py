"""Two people's work on one set, put together: nothing is lost, and what they disagree on is said."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st
from msgspec.structs import replace

from histories import TEXT, add, beginning, branch
from postil import AnnotationSet, Relation, merge, realign
from postil.cli import main
from postil.editing.pending import as_plain, is_pending
from postil.editing.realign import sha256_of
from postil.model import Record
from postil.storage.set_file import encode_set, parse_set
from test_realign import OLD, annotated, git, span

seeds = st.integers(0, 2**32)
steps = st.integers(0, 6)


def records(annotations: AnnotationSet) -> dict[str, Record]:
    return {record.id: record for record in annotations.records}


def three(seed: int, *counts: int) -> list[AnnotationSet]:
    chance = random.Random(seed)
    base = beginning(chance).canonical()
    return [base, *(branch(chance, base, name, count) for name, count in zip("xyz", counts, strict=False))]


@given(seeds, steps)
@settings(max_examples=100)
def test_one_side_alone_is_the_result(seed: int, count: int) -> None:
    base, side = three(seed, count)

    for result in (merge(base, side, base), merge(base, base, side), merge(base, side, side), merge(None, side, side)):
        assert result.annotations == side
        assert not result.conflicts


@given(seeds, steps, steps)
@settings(max_examples=200)
def test_the_sides_may_change_places(seed: int, one: int, other: int) -> None:
    base, ours, theirs = three(seed, one, other)
    here, there = merge(base, ours, theirs), merge(base, theirs, ours)

    assert [conflict.id for conflict in here.conflicts] == [conflict.id for conflict in there.conflicts]
    assert records(here.annotations).keys() == records(there.annotations).keys()
    if not here.conflicts:
        assert encode_set(here.annotations) == encode_set(there.annotations)


@given(seeds, steps, steps)
@settings(max_examples=200)
def test_nothing_of_either_side_is_missing(seed: int, one: int, other: int) -> None:
    base, ours, theirs = three(seed, one, other)
    result = merge(base, ours, theirs)
    merged = records(result.annotations)
    contested = {conflict.id: conflict for conflict in result.conflicts}
    before = records(base)
    for side in (ours, theirs):
        for id, record in records(side).items():
            if id in contested:
                assert record in (contested[id].ours, contested[id].theirs)
            elif id in before and record != before[id]:
                assert all(
                    changes_of(before[id], merged[id]).get(key) == value for key, value in changes_of(before[id], record).items()
                )
            elif id not in before:
                versions = [*merged.values(), *(conflict.ours for conflict in result.conflicts)]
                versions += [conflict.theirs for conflict in result.conflicts]
                assert id in merged or any(as_plain(twin) | {"id": id} == as_plain(record) for twin in versions if twin)
    for id in before.keys() & records(ours).keys() & records(theirs).keys():
        assert id in merged


def changes_of(before: Record, after: Record) -> dict[str, Any]:
    one, other = flat(as_plain(before)), flat(as_plain(after))
    return {key: other.get(key) for key in {*one, *other} if json.dumps(one.get(key)) != json.dumps(other.get(key))}


def flat(values: dict[str, Any]) -> dict[str, Any]:
    return {
        k: v
        for key, value in values.items()
        for k, v in ([(f"{key}.{k}", v) for k, v in value.items()] if isinstance(value, dict) else [(key, value)])
    }


@given(seeds, st.tuples(st.integers(0, 3), st.integers(0, 3), st.integers(0, 3)))
@settings(max_examples=200)
def test_three_sides_merge_in_any_order(seed: int, counts: tuple[int, int, int]) -> None:
    base, x, y, z = three(seed, *counts)
    xy, yz = merge(base, x, y), merge(base, y, z)
    if xy.conflicts or yz.conflicts:
        return
    left, right = merge(base, xy.annotations, z), merge(base, x, yz.annotations)
    if not left.conflicts and not right.conflicts:
        assert encode_set(left.annotations) == encode_set(right.annotations)


@given(seeds, steps, steps)
@settings(max_examples=100)
def test_the_result_is_a_set_that_every_tool_reads(seed: int, one: int, other: int) -> None:
    result = merge(*three(seed, one, other))
    read = parse_set("p", "a", encode_set(result.annotations))

    assert not read.faults
    assert read.annotation_set() == result.annotations
    assert sum(is_pending(note, "merge") for note in result.annotations.notes) == len(result.conflicts)


def test_different_things_about_one_annotation_combine() -> None:
    base = annotated(OLD, replace(span(OLD, "Hamada"), attributes={"a": 1, "b": 1}))
    ours = annotated(OLD, replace(span(OLD, "Hamada"), label="Y", attributes={"a": 2, "b": 1}))
    theirs = annotated(OLD, replace(span(OLD, "Yasukazu Hamada"), attributes={"a": 1, "c": 3}))

    result = merge(base, ours, theirs)

    assert not result.conflicts
    assert result.annotations.spans == (replace(span(OLD, "Yasukazu Hamada"), label="Y", attributes={"a": 2, "c": 3}),)


def test_the_same_addition_made_twice_is_one_and_relations_follow() -> None:
    base = annotated(OLD, span(OLD, "Tokyo"))
    sides = [
        replace(
            base, spans=(*base.spans, span(OLD, "Hamada", id)), relations=(Relation(f"r{id}", "l", label, {"a": id, "b": "e1"}),)
        )
        for id, label in (("e9", "near"), ("e5", "far"))
    ]

    merged = merge(base, *sides).annotations

    assert [one.id for one in merged.spans] == ["e5", "e1"]
    assert [(one.label, one.args["a"]) for one in merged.relations] == [("far", "e5"), ("near", "e5")]


def test_a_conflict_keeps_both_versions_and_check_finds_it(small_corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = small_corpus / "annotations/gold/example.jsonl"
    base = path.read_text(encoding="utf-8")
    files = [small_corpus / name for name in ("base", "ours", "theirs")]
    for file, label in zip(files, ("GPE", "PERSON", "ORG"), strict=True):
        file.write_text(base.replace('"label":"GPE"', f'"label":"{label}"'), encoding="utf-8", newline="")

    status = main(["merge-file", *map(str, files), "--path", "annotations/gold/example.jsonl"])

    assert status == 1
    assert capsys.readouterr().err == "annotations/gold/example.jsonl: 1 conflict to decide, listed by postil check: e2\n"
    path.write_bytes(files[1].read_bytes())
    note = json.loads(path.read_text(encoding="utf-8").splitlines()[-1])
    assert (note["id"], note["about"]) == ("merge.e2", "e2")
    assert {side: note["decide"][side]["label"] for side in ("base", "ours", "theirs")} == {
        "base": "GPE",
        "ours": "PERSON",
        "theirs": "ORG",
    }
    for command in (["check"], ["fmt", "--check"], ["show"], ["stats"], ["diff", "gold", "gold"], ["realign"]):
        assert main(["-C", str(small_corpus), *command]) == int(command == ["check"])
    assert "ANN015" in capsys.readouterr().out


def test_taken_out_here_and_changed_there_is_a_conflict() -> None:
    base = annotated(OLD, span(OLD, "Tokyo"))
    gone, changed = annotated(OLD), annotated(OLD, replace(span(OLD, "Tokyo"), label="Y"))

    for ours, theirs in ((gone, changed), (changed, gone)):
        result = merge(base, ours, theirs)
        assert [conflict.contested for conflict in result.conflicts] == [("taken out",)]
        assert result.annotations.spans == changed.spans


def test_taken_out_here_and_named_there_is_a_conflict() -> None:
    base = annotated(OLD, span(OLD, "Tokyo"), span(OLD, "Hamada", "e2"))
    gone = annotated(OLD, span(OLD, "Hamada", "e2"))
    named = replace(base, relations=(Relation("r1", "l", "R", {"a": "e1", "b": "e2"}),))

    result = merge(base, gone, named)

    assert [conflict.id for conflict in result.conflicts] == ["e1"]
    assert {one.id for one in result.annotations.spans} == {"e1", "e2"}


def test_the_text_was_changed_on_one_side() -> None:
    new = f"Then {OLD}"
    base = annotated(OLD, span(OLD, "Tokyo"), span(OLD, "Hamada", "e2"))
    ours = annotated(OLD, replace(span(OLD, "Tokyo"), label="Y"), span(OLD, "Hamada", "e2"), span(OLD, "sea", "e3"))
    theirs = realign(OLD, new, base).annotations
    texts = {sha256_of(OLD): OLD, sha256_of(new): new}

    for result in (merge(base, ours, theirs, texts=texts), merge(base, theirs, ours, texts=texts)):
        assert not result.conflicts
        assert result.annotations.header.text_sha256 == sha256_of(new)
        assert {(one.id, one.label, one.text) for one in result.annotations.spans} == {
            ("e1", "Y", "Tokyo"),
            ("e2", "X", "Hamada"),
            ("e3", "X", "sea"),
        }
        assert all(one.covered(new) == one.text for one in result.annotations.spans)


def test_where_the_other_text_is_not_found_ours_stays_whole_and_theirs_is_to_decide() -> None:
    new = f"Then {OLD}"
    base = annotated(OLD, span(OLD, "Tokyo"), span(OLD, "Hamada", "e2"))
    ours = replace(base, spans=(*base.spans, span(OLD, "sea", "e3")))
    carried = realign(OLD, new, base).annotations
    theirs = replace(carried, spans=(replace(carried.spans[0], label="Y"), *carried.spans[1:], span(new, "ships", "e4")))

    result = merge(base, ours, theirs)

    assert records(result.annotations).items() >= records(ours).items()
    assert result.annotations.header == ours.header
    changed = next(one for one in theirs.spans if one.label == "Y")
    notes = {note.id: note for note in result.annotations.notes}
    assert set(notes) == {"merge.", f"merge.{changed.id}", "merge.e4"}
    assert notes["merge.e4"].decide["theirs"] == as_plain(span(new, "ships", "e4"))
    assert notes["merge.e4"].decide["texts"]["theirs"] == sha256_of(new)
    assert "label: “X” → “Y”" in notes[f"merge.{changed.id}"].text


def test_headers_are_merged() -> None:
    base = annotated(OLD)
    ours = replace(base, header=replace(base.header, sources=("a1",), status="in-progress"))
    theirs = replace(base, header=replace(base.header, sources=("a2",), scheme="s/2"))

    header = merge(base, ours, theirs).annotations.header

    assert (header.status, header.scheme, header.sources) == ("in-progress", "s/2", ("a1", "a2"))
    result = merge(base, replace(base, header=replace(base.header, scheme="s/3")), theirs)
    assert [conflict.contested for conflict in result.conflicts] == [("scheme",)]


# --- the command, and git ----------------------------------------------------------------------------------------------------


def test_what_is_no_set_is_merged_line_by_line(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    base = encode_set(annotated(OLD, span(OLD, "Tokyo")))
    files = [tmp_path / name for name in ("base", "ours", "theirs")]
    for file, data in zip(files, (base, base + b"{ours\n", base + b"{theirs\n"), strict=True):
        file.write_bytes(data)

    assert main(["merge-file", *map(str, files)]) == 1
    merged = files[1].read_bytes()
    assert b"{ours\n" in merged
    assert b"{theirs\n" in merged
    assert "cannot be merged by annotation" in capfd.readouterr().err
    assert main(["merge-file", str(files[0]), str(files[1]), str(tmp_path / "missing")]) == 2


class Repository:
    """A corpus of one set in a git repository that merges with our driver."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.path = root / "annotations/a/d.jsonl"
        for path, content in (
            ("corpus/corpus.toml", 'format = 1\nname = "x"\n'),
            ("corpus/d.txt", TEXT),
            ("annotations/scheme.toml", 'name = "s"\nversion = 1\n'),
        ):
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(content, encoding="utf-8", newline="")
        self.git("init", "-q", "-b", "main")
        for key, value in (("user.name", "a"), ("user.email", "a@example.org"), ("commit.gpgsign", "false")):
            self.git("config", key, value)
        assert main(["-C", str(root), "install-git"]) == 0

    def git(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        return subprocess.run(["git", "-C", str(self.root), *arguments], check=check, capture_output=True, text=True)

    def read(self) -> AnnotationSet:
        annotations = parse_set("p", "a", self.path.read_bytes()).annotation_set()
        assert annotations is not None
        return annotations

    def commit(self, annotations: AnnotationSet, message: str = "change") -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.write_bytes(encode_set(annotations))
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", message)


@pytest.fixture
def repo(tmp_path: Path) -> Repository:
    return Repository(tmp_path)


def test_git_merges_three_branches_with_the_driver(repo: Repository, capsys: pytest.CaptureFixture[str]) -> None:
    chance = random.Random(3)
    base = beginning(chance).canonical()
    repo.commit(base)
    sides = {}
    for name in "xyz":
        repo.git("checkout", "-q", "-b", name, "main")
        sides[name] = base
        for _ in range(4):
            sides[name] = add(chance, sides[name], name)
            repo.commit(sides[name])
    repo.git("checkout", "-q", "main")
    for name in "xyz":
        repo.git("merge", "-q", "--no-edit", "--no-ff", name)

    expected = merge(base, merge(base, sides["x"], sides["y"]).annotations, sides["z"])
    assert repo.read() == expected.annotations
    assert len(repo.read().spans) == len(base.spans) + 12
    assert b"<<<<<<<" not in repo.path.read_bytes()


def test_git_stops_at_a_conflict_and_the_file_is_whole(repo: Repository, capsys: pytest.CaptureFixture[str]) -> None:
    base = beginning(random.Random(4)).canonical()
    repo.commit(base)
    for name, label in (("x", "HERE"), ("y", "THERE")):
        repo.git("checkout", "-q", "-b", name, "main")
        first, *others = base.spans
        repo.commit(replace(base, spans=(replace(first, label=label), *others)))

    done = repo.git("merge", "--no-edit", "x", check=False)

    assert done.returncode == 1
    assert "1 conflict to decide" in done.stderr + done.stdout
    merged = repo.read()
    assert merged.spans[0].label == "THERE"
    assert [note.about for note in merged.notes if note.decide] == [base.spans[0].id]
    assert main(["-C", str(repo.root), "check", "--select", "ANN"]) == 1


def test_git_merges_where_one_branch_edited_the_text(repo: Repository, capsys: pytest.CaptureFixture[str]) -> None:
    base = beginning(random.Random(5)).canonical()
    repo.commit(base)
    repo.git("checkout", "-q", "-b", "edited")
    (repo.root / "corpus/d.txt").write_text(f"Some words before. {TEXT}", encoding="utf-8", newline="")
    assert main(["-C", str(repo.root), "realign"]) == 0
    repo.commit(repo.read())
    repo.git("checkout", "-q", "main")
    added = add(random.Random(6), base, "m")
    repo.commit(added)

    repo.git("merge", "-q", "--no-edit", "edited")

    text = (repo.root / "corpus/d.txt").read_text(encoding="utf-8")
    merged = repo.read()
    assert {one.id for one in merged.spans} == {one.id for one in added.spans}
    assert all(one.covered(text) == one.text for one in merged.spans)
    assert main(["-C", str(repo.root), "check", "--select", "ANN,SPN001,SPN003"]) == 0


def test_a_rebase_over_thirty_commits_loses_nothing(repo: Repository) -> None:
    chance = random.Random(18)  # no two additions at the same place: that would be a conflict
    base = beginning(chance).canonical()
    repo.commit(base)
    before = records(base)
    expected = dict(before)
    for name, commits in (("x", 15), ("y", 15)):
        repo.git("checkout", "-q", "-b", name, "main")
        annotations = base
        for number in range(commits):
            annotations = add(chance, annotations, name)
            if number % 3 == 0:  # and each looks through their half of what was there
                own = base.spans[:4] if name == "x" else base.spans[4:]
                changed = {one.id: replace(one, note=f"{name}{number}") for one in own}
                annotations = replace(annotations, spans=tuple(changed.get(one.id, one) for one in annotations.spans))
            repo.commit(annotations)
        expected |= {record.id: record for record in annotations.records if record != before.get(record.id)}

    repo.git("rebase", "-q", "x")

    assert int(repo.git("rev-list", "--count", "main..HEAD").stdout) == 30
    assert records(repo.read()) == expected
    assert len(expected) == len(base.records) + 30


def test_install_git_is_written_once_and_needs_a_repository(small_corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["-C", str(small_corpus), "install-git"]) == 2
    assert "is in no git repository: git init, then postil install-git" in capsys.readouterr().err
    git(small_corpus, "init", "-q")
    (small_corpus / ".gitattributes").write_text("*.png binary\nannotations/**/*.jsonl text eol=lf\n", encoding="utf-8")

    assert main(["-C", str(small_corpus), "install-git"]) == 0
    assert main(["-C", str(small_corpus), "install-git"]) == 0

    assert (small_corpus / ".gitattributes").read_text(encoding="utf-8") == (
        "*.png binary\nannotations/**/*.jsonl text eol=lf merge=postil diff=postil\n"
        "adjudication/**/*.jsonl text eol=lf merge=union\n"
        "corpus/splits.jsonl text eol=lf merge=union\n"
    )
    driver = git(small_corpus, "config", "merge.postil.driver")
    assert driver.startswith(f"{sys.executable} -P -m postil merge-file %O %A %B --path %P")


def in_two_ways(repo: Repository) -> bytes:
    """Branches x and y, each with another label of the same span; on y. Returns the set as y has it."""
    base = beginning(random.Random(4)).canonical()
    repo.commit(base)
    for name, label in (("x", "HERE"), ("y", "THERE")):
        repo.git("checkout", "-q", "-b", name, "main")
        first, *others = base.spans
        repo.commit(replace(base, spans=(replace(first, label=label), *others)))
    return repo.path.read_bytes()


def test_when_postil_is_gone_no_side_is_lost_and_the_merge_is_made_again(
    repo: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("merge.postil.driver", "diff.postil.command", "diff.postil.textconv"):
        repo.git("config", name, repo.git("config", name).stdout.strip().replace("-m postil", "-m postil_is_gone"))
    before = in_two_ways(repo)
    theirs = repo.git("show", "x:annotations/a/d.jsonl").stdout.encode()

    done = repo.git("merge", "--no-edit", "x", check=False)

    assert done.returncode
    assert "postil install-git" in done.stderr
    if repo.path.read_bytes() != before:  # git took it for a conflict
        assert repo.path.read_bytes() == b"<<<<<<< ours\n" + before + b"=======\n" + theirs + b">>>>>>> theirs\n"
        assert main(["-C", str(repo.root), "check", "--select", "ANN001"]) == 1
        driver = repo.git("config", "merge.postil.driver").stdout.strip().replace("_is_gone", "")
        repo.git("config", "merge.postil.driver", driver)
        repo.git("checkout", "-m", "--", "annotations/a/d.jsonl")
        assert repo.read().spans[0].label == "THERE"
        assert [note.decide["theirs"]["label"] for note in repo.read().notes if note.decide] == ["HERE"]
    repo.git("checkout", "-q", "-f", "main")
    repo.path.write_text(repo.path.read_text(encoding="utf-8").replace("entity", "ENTITY"), encoding="utf-8", newline="")
    assert "ENTITY" in repo.git("diff").stdout
    assert "ENTITY" in repo.git("diff", "--no-ext-diff").stdout


def test_markers_of_a_clone_without_the_driver_are_merged_anew(repo: Repository, capsys: pytest.CaptureFixture[str]) -> None:
    repo.git("config", "--remove-section", "merge.postil")
    in_two_ways(repo)
    assert repo.git("merge", "--no-edit", "x", check=False).returncode == 1
    assert b"<<<<<<< " in repo.path.read_bytes()

    assert main(["-C", str(repo.root), "install-git"]) == 0
    repo.git("checkout", "-m", "--", "annotations/a/d.jsonl")

    assert [note.about for note in repo.read().notes if note.decide] == [repo.read().spans[0].id]


def test_a_fork_that_edited_the_text_is_merged_from_what_was_fetched(repo: Repository, tmp_path_factory: Any) -> None:
    text = "the cat saw the dog and the bird\n"
    (repo.root / "corpus/d.txt").write_text(text, encoding="utf-8")
    repo.commit(annotated(text, span(text, "bird")))
    fork = Repository.__new__(Repository)
    fork.root = tmp_path_factory.mktemp("fork") / "r"
    subprocess.run(["git", "clone", "-q", str(repo.root), str(fork.root)], check=True)
    fork.path = fork.root / "annotations/a/d.jsonl"
    for key, value in (("user.name", "b"), ("user.email", "b@example.org")):
        fork.git("config", key, value)
    (fork.root / "corpus/d.txt").write_text(text.replace("the cat saw ", "", 1), encoding="utf-8")
    assert main(["-C", str(fork.root), "realign"]) == 0
    fork.commit(fork.read())
    third = text.rindex("the")
    repo.commit(annotated(text, span(text, "bird"), replace(span(text, "the", "e2"), start=third, end=third + 3)))

    repo.git("fetch", "-q", str(fork.root), "main")
    done = repo.git("merge", "--no-edit", "FETCH_HEAD", check=False)

    now = (repo.root / "corpus/d.txt").read_text(encoding="utf-8")
    assert done.returncode == 0, done.stdout + done.stderr
    assert {one.id: (one.start, now[one.start : one.end]) for one in repo.read().spans} == {
        "e1": (now.index("bird"), "bird"),
        "e2": (now.rindex("the"), "the"),
    }


def test_what_is_added_to_words_that_ours_edited_is_left_open_and_git_stops(repo: Repository) -> None:
    repo.commit(annotated(TEXT))
    repo.git("checkout", "-q", "-b", "theirs")
    repo.commit(annotated(TEXT, span(TEXT, "word7")))
    repo.git("checkout", "-q", "main")
    (repo.root / "corpus/d.txt").write_text(TEXT.replace("word7 ", "wort7 "), encoding="utf-8")
    assert main(["-C", str(repo.root), "realign"]) == 0
    repo.commit(repo.read())

    done = repo.git("merge", "--no-edit", "theirs", check=False)

    assert done.returncode == 1
    assert "1 uncertain place to decide, listed by postil check: e1" in done.stdout + done.stderr
    assert [note.id for note in repo.read().notes] == ["realign.e1"]
