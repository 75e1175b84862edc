"""`check --fix`: what it makes of a corpus, what it leaves alone, and that it loses nothing."""

from __future__ import annotations

import hashlib
import json
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unicodedata
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from conftest import write_example
from postil.checking import Checker
from postil.checking.fixing import Fixer
from postil.checking.selection import Selection
from postil.cli import main
from postil.findings import Severity
from postil.rules.examples import METADATA, SCHEME, Example, label, relation, set_file, span
from postil.storage.directory import CorpusDirectory

SET = "annotations/gold/example.jsonl"
TEXT = "corpus/example.txt"
SENTENCE = "Rajnath Singh met Hamada in Tokyo.\n"
Files = dict[str, bytes]


def files_of(root: Path) -> Files:
    found = (path for path in root.rglob("*") if path.is_file() and ".postil-cache" not in path.parts)
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in found}


def records_of(root: Path, path: str = SET) -> dict[str, dict[str, Any]]:
    lines = [json.loads(line) for line in (root / path).read_bytes().splitlines()]
    return {line.get("id", ""): line for line in lines}


def fix(root: Path, *options: str) -> int:
    return main(["-C", str(root), "check", "--fix", "--no-cache", *options])


def text_of(root: Path) -> str:
    return (root / TEXT).read_bytes().decode()


def is_right(root: Path, *sets: str) -> bool:
    """Whether each set is about the text as it is, and each span covers what it says."""
    text = text_of(root)
    digest = hashlib.sha256(text.encode()).hexdigest()
    for path in sets or (SET,):
        header, *others = records_of(root, path).values()
        spans = [one for one in others if one["type"] == "span"]
        extents = [one.get("fragments") or [(one["start"], one["end"])] for one in spans]
        covered = [" ".join(text[start:end] for start, end in each) for each in extents]
        if header["text_sha256"] != digest or covered != [one["text"] for one in spans]:
            return False
    return True


# --- each fix by example ---------------------------------------------------------------------------------------------

_OPINIONS = (span("s1", "OPINION", 0, 34, attributes={"polarity": "positive"}), span("s2", "FACT", 0, 24))

CASES: dict[str, tuple[bool, str, Example, dict[str, dict[str, Any] | None]]] = {
    "an ignore": (
        True, "ANN014,SPN004,SPN005",
        Example(records=(span("e1", "PERSON", 0, 13, ignore={"SPN005": "once", "SPN004": "once"}),)), {"e1": {"ignore": None}},
    ),
    "an ignore of no rule": (
        True, "ANN014", Example(records=(span("e1", "PERSON", 0, 13, ignore={"XYZ": "once"}),)), {"e1": {"ignore": None}},
    ),
    "a blank edge": (
        True, "SPN004", Example(records=(span("e1", "PERSON", 0, 14),)), {"e1": {"end": 13, "text": "Rajnath Singh"}},
    ),
    "blank edges of fragments": (
        True, "SPN004", Example(records=(span("e1", "PERSON", 7, 25, fragments=[(7, 14), (17, 25)]),)),
        {"e1": {"start": 8, "end": 24, "fragments": [[8, 13], [18, 24]], "text": "Singh Hamada"}},
    ),
    "a fragment that is a blank": (
        False, "SPN004", Example(records=(span("e1", "PERSON", 8, 18, fragments=[(8, 13), (17, 18)]),)),
        {"e1": {"start": 8, "end": 13, "fragments": None, "text": "Singh"}},
    ),
    "a cut word": (
        False, "SPN005", Example(records=(span("e1", "PERSON", 2, 11),)),
        {"e1": {"start": 0, "end": 13, "text": "Rajnath Singh"}},
    ),
    "a cut character": (
        False, "SPN006", Example(text="Die 🇮🇳🇯🇵 Gespräche.\n", records=(span("s1", "FACT", 0, 5),)),
        {"s1": {"end": 6, "text": "Die 🇮🇳"}},
    ),
    "fragments that touch": (
        True, "SPN007",
        Example(records=(span("e1", "PERSON", 0, 24, fragments=[(0, 8), (8, 13), (18, 24)], text="Rajnath Singh met Hamada"),)),
        {"e1": {"fragments": [[0, 13], [18, 24]], "text": "Rajnath Singh Hamada"}},
    ),
    "one fragment": (
        True, "SPN007", Example(records=(span("e1", "PERSON", 0, 13, fragments=[(0, 13)]),)), {"e1": {"fragments": None}},
    ),
    "another spelling": (
        True, "SPN003", Example(text="Zoë met Hamada.\n", records=(span("e1", "PERSON", 0, 3, text="Zoe\u0308"),)),
        {"e1": {"text": "Zoë"}},
    ),
    "offsets in UTF-16": (
        True, "SPN003", Example(text="😀 in Tokyo.\n", records=(span("e1", "GPE", 6, 11, text="Tokyo"),)),
        {"e1": {"start": 5, "end": 10}},
    ),
    "a text that stands elsewhere": (
        False, "SPN003", Example(records=(span("e1", "GPE", 26, 31, text="Tokyo"),)), {"e1": {"start": 28, "end": 33}},
    ),
    "a mistyped label": (False, "LAB003", Example(records=(span("e1", "PERSN", 0, 13),)), {"e1": {"label": "PERSON"}}),
    "a mistyped label of the document": (False, "LAB003", Example(records=(label("g1", "oped"),)), {"g1": {"label": "op-ed"}}),
    "a mistyped layer": (
        False, "LAB001", Example(records=(span("e1", "PERSON", 0, 13, layer="entities"),)), {"e1": {"layer": "entity"}},
    ),
    "the hash of another text": (False, "ANN008", Example(header={"text_sha256": "0" * 64}), {}),
    "a relation twice": (
        True, "REL007",
        Example(records=(
            *_OPINIONS,
            relation("r1", "restates", {"from": "s2", "to": "s1"}),
            relation("r2", "restates", {"from": "s1", "to": "s2"}),
            {"type": "note", "id": "n1", "about": "r2", "text": "?"},
        )),
        {"r2": None, "n1": {"about": "r1"}},
    ),
    "a span twice": (
        True, "SPN008",
        Example(
            scheme=SCHEME.replace('type = "reference"', 'type = "reference"\nmultiple = true'),
            records=(
                span("e1", "PERSON", 0, 13), span("e2", "PERSON", 0, 13),
                span("s1", "FACT", 0, 34, attributes={"holder": ["e1", "e2", "AUTHOR"]}),
                span("s2", "FACT", 0, 24, attributes={"holder": ["e2"], "source": "e2"}),
                span("s3", "FACT", 0, 17),
                relation("r1", "supports", {"from": "s3", "to": ["s1", "s3"]}),
                {"type": "note", "id": "n1", "about": "e2", "text": "sure?"},
            ),
        ),
        {
            "e2": None, "n1": {"about": "e1"},
            "s1": {"attributes": {"holder": ["e1", "AUTHOR"]}}, "s2": {"attributes": {"holder": ["e1"], "source": "e2"}},
        },
    ),
    "a span twice that relations name": (
        True, "SPN008",
        Example(records=(*_OPINIONS, span("s3", "FACT", 0, 24), relation("r1", "restates", {"from": ["s3", "s2"], "to": "s1"}))),
        {"s3": None, "r1": {"args": {"from": ["s2"], "to": "s1"}}},
    ),
}  # fmt: skip


@pytest.mark.parametrize(("is_safe", "code", "example", "changes"), CASES.values(), ids=CASES)
def test_a_fix_makes_this_change_and_no_other(
    is_safe: bool, code: str, example: Example, changes: dict[str, dict[str, Any] | None], tmp_path: Path
) -> None:
    root = write_example(tmp_path, example)
    untouched = files_of(root)
    expected = records_of(root)
    for id, change in changes.items():
        if change is None:
            del expected[id]
            continue
        expected[id] |= change
        expected[id] = {key: value for key, value in expected[id].items() if value is not None}
    if code == "ANN008":
        expected[""]["text_sha256"] = hashlib.sha256(example.text_bytes()).hexdigest()

    if not is_safe:
        fix(root, "--select", code)
        assert files_of(root) == untouched
    fix(root, "--select", code, *(() if is_safe else ("--unsafe-fixes",)))
    assert records_of(root) == expected
    assert files_of(root) == untouched | {SET: (root / SET).read_bytes()}
    assert main(["-C", str(root), "check", "--select", code, "--no-cache"]) == 0


def test_fix_writes_a_set_in_canonical_form(small_corpus: Path) -> None:
    canonical = (small_corpus / SET).read_bytes()
    header, first, second = canonical.decode().splitlines()
    (small_corpus / SET).write_text(f"{header}\r\n\n{second.replace(',', ', ')}\n{first}", newline="")

    assert fix(small_corpus) == 0
    assert (small_corpus / SET).read_bytes() == canonical


KEPT = {
    "another confidence": (span("e1", "PERSON", 0, 13), span("e2", "PERSON", 0, 13, confidence=0.5)),
    "another note": (span("e1", "PERSON", 0, 13), span("e2", "PERSON", 0, 13, note="mine")),
    "an attribute": (span("e1", "PERSON", 0, 13), span("e2", "PERSON", 0, 13, attributes={"sure": True})),
    "1 for true": (span("e1", "PERSON", 0, 13, attributes={"sure": True}), span("e2", "PERSON", 0, 13, attributes={"sure": 1})),
    "an unknown key": (span("e1", "PERSON", 0, 13), span("e2", "PERSON", 0, 13, zz=1)),
    "an ignore": (span("e1", "PERSON", 0, 13), span("e2", "PERSON", 0, 13, ignore={"COR002": "so"})),
    "another text": (span("e1", "PERSON", 0, 13), span("e2", "PERSON", 0, 13, text="Hamada")),
    "an id twice": (span("e1", "PERSON", 0, 13), span("e2", "PERSON", 0, 13), span("e2", "GPE", 28, 33)),
    "an edge of its own relation": (
        *_OPINIONS, span("s3", "FACT", 0, 24), relation("r1", "restates", {"from": "s3", "to": "s2"})
    ),
}  # fmt: skip


@pytest.mark.parametrize("records", KEPT.values(), ids=KEPT)
def test_a_duplicate_that_says_more_is_left_for_a_person(records: tuple[dict[str, Any], ...], tmp_path: Path) -> None:
    root = write_example(tmp_path, Example(records=records))
    before = files_of(root)

    fix(root, "--select", "SPN008,REL")
    assert files_of(root) == before


def test_no_duplicate_goes_while_a_line_that_may_name_it_cannot_be_read(tmp_path: Path) -> None:
    root = write_example(tmp_path, Example(records=(span("e1", "PERSON", 0, 13), span("e2", "PERSON", 0, 13))))
    with (root / SET).open("a") as file:
        file.write('{"type":"note","id":"n1","about":"e2","text":"half a li\n')
    before = files_of(root)

    fix(root, "--select", "SPN008")
    assert files_of(root) == before


def test_a_line_with_a_key_twice_is_not_written_anew(tmp_path: Path) -> None:
    root = write_example(tmp_path, Example(records=(span("e1", "PERSON", 0, 14, note="one"), span("e2", "GPE", 27, 33))))
    (root / SET).write_text((root / SET).read_text().replace('"note":"one"', '"note":"one","note":"two"'))
    before = (root / SET).read_text().splitlines()

    fix(root)
    after = (root / SET).read_text().splitlines()
    assert after[:2] == before[:2]
    assert '"start":28' in after[2]


def test_a_fix_of_one_rule_leaves_no_error_of_another(tmp_path: Path) -> None:
    records = (span("e1", "PERSON", 0, 13), span("e2", "PERSON", 0, 14, note="with a blank"))
    root = write_example(tmp_path, Example(records=records))
    before = files_of(root)

    fix(root, "--select", "SPN004")
    assert files_of(root) == before


def test_fragments_of_one_word_do_not_become_the_word_twice(tmp_path: Path) -> None:
    root = write_example(tmp_path, Example(records=(span("e1", "PERSON", 0, 6, fragments=[(0, 2), (4, 6)]),)))
    before = files_of(root)

    fix(root, "--select", "SPN005", "--unsafe-fixes")
    assert files_of(root) == before


def test_a_text_that_stands_twice_is_nowhere_for_certain(tmp_path: Path) -> None:
    root = write_example(tmp_path, Example(text="aaa b.\n", records=(span("e1", "GPE", 3, 5, text="aa"),)))
    before = files_of(root)

    fix(root, "--select", "SPN003", "--unsafe-fixes")
    assert files_of(root) == before


# --- fixes of the text -----------------------------------------------------------------------------------------------

TEXTS = {
    "CR LF": "Rajnath Singh\r\nmet Hamada\r\nin Tokyo.\r\n",
    "CR": "Rajnath Singh\rmet Hamada\rin Tokyo.\r",
    "both": "Rajnath Singh\r\nmet Hamada\rin Tokyo.\r\n",
    "a mark": f"\ufeff{SENTENCE}",
    "not NFC before": f"e\u0301 a\u0308 \u1100\u1161 {SENTENCE}",
    "not NFC inside": SENTENCE.replace("a", "a\u0308"),
    "not NFC after": f"{SENTENCE}e\u0301\n",
    "singletons": "\u212b \u2126 Rajnath Singh met Hamada in To\u212akyo.\n",
    "astral": f"😀 e\u0301 👩\u200d👩\u200d👧\r\n{SENTENCE}",
    "no newline": SENTENCE.rstrip(),
    "all": "\ufeffRa\u0308jnath Singh\r\nmet Hamada\r\nin Tokyo.",
}


def words(text: str) -> Iterator[tuple[int, int]]:
    at = 0
    for word in text.replace("\ufeff", " ").split():
        at = text.index(word, at)
        yield at, at + len(word)
        at += len(word)


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_a_mended_text_carries_spans_of_every_set_along(text: str, tmp_path: Path) -> None:
    edges = list(words(text))
    spans = [span(f"w{number}", "FACT", *edge) for number, edge in enumerate(edges)]
    long = span("x1", "FACT", edges[0][0], edges[-1][1])
    parts = span("y1", "FACT", edges[0][0], edges[-1][1], fragments=[edges[0], edges[1], edges[-1]])
    root = write_example(tmp_path, Example(text=text, records=(*spans, long, parts)))
    more = Example(text=text, records=(*spans[::2], label("g1", "op-ed")), header={"annotator": "a1"})
    (root / "annotations/a1").mkdir()
    (root / "annotations/a1/example.jsonl").write_bytes(more.set_bytes())
    before = records_of(root)

    fix(root, "--select", "TXT,ANN008,SPN003")
    mended = unicodedata.normalize("NFC", text.lstrip("\ufeff").replace("\r\n", "\n").replace("\r", "\n")).rstrip("\n") + "\n"
    assert text_of(root).rstrip("\n") + "\n" == mended
    assert is_right(root, SET, "annotations/a1/example.jsonl")
    after = records_of(root)
    for one in spans:
        assert after[one["id"]]["text"] == unicodedata.normalize("NFC", before[one["id"]]["text"])
    assert len(after["y1"]["fragments"]) == 3
    assert main(["-C", str(root), "check", "--select", "TXT002,TXT003,TXT004,TXT007,ANN008,SPN003"]) == 0


def test_what_does_nothing_is_removed_when_a_person_asks_for_it(tmp_path: Path) -> None:
    text = "Raj\u200bnath Singh\u00ad met Hamada in Tokyo.\n"
    root = write_example(tmp_path, Example(text=text, records=(span("e1", "PERSON", 0, 15), span("e2", "PERSON", 20, 26))))
    before = files_of(root)

    fix(root, "--select", "TXT006")
    assert files_of(root) == before
    fix(root, "--select", "TXT006", "--unsafe-fixes")
    assert text_of(root) == SENTENCE
    assert is_right(root)


def test_the_header_of_a_set_follows_its_document_that_was_renamed(small_corpus: Path) -> None:
    for path in (TEXT, "corpus/example.toml", SET):
        (small_corpus / path).rename(small_corpus / path.replace("example", "renamed"))
    path = SET.replace("example", "renamed")
    before = (small_corpus / path).read_bytes()

    assert fix(small_corpus) == 0
    assert (small_corpus / path).read_bytes() == before.replace(b'"document":"example"', b'"document":"renamed"')

    for stale in (before.replace(b'"text_sha256":"', b'"text_sha256":"0'), before.replace(b'"Tokyo"', b'"Kyoto"')):
        (small_corpus / path).write_bytes(stale)
        assert fix(small_corpus, "--select", "ANN007") == 1
        assert (small_corpus / path).read_bytes() == stale


REFUSED: dict[str, Example] = {
    "an edge inside a composed character": Example(text="Cafe\u0301 in Tokyo.\n", records=(span("e1", "GPE", 0, 4),)),
    "a start inside a composed character": Example(text="Cafe\u0301 in Tokyo.\n", records=(span("e1", "GPE", 4, 7),)),
    "an edge inside, of a fragment": Example(
        text="Cafe\u0301 in Tokyo.\n", records=(span("e1", "GPE", 0, 14, fragments=[(0, 4), (9, 14)]),)
    ),
    "a span of the mark alone": Example(text="\ufeffTokyo.\n", records=(span("e1", "GPE", 0, 1),)),
    "a span out of the text": Example(text="Tokyo.", records=(span("e1", "GPE", 0, 99),)),
    "an inverted span": Example(text="Tokyo.", records=(span("e1", "GPE", 5, 2),)),
    "a stale set": Example(text="Tokyo.", header={"text_sha256": "0" * 64}),
    "a line that cannot be read": Example(text="Tokyo.", lines=(*Example(text="Tokyo.").set_bytes().decode().splitlines(), "{")),
    "no header": Example(text="Tokyo.", lines=()),
}


@pytest.mark.parametrize("example", REFUSED.values(), ids=REFUSED)
def test_a_text_is_let_be_where_a_set_cannot_be_carried_along_for_certain(example: Example, tmp_path: Path) -> None:
    root = write_example(tmp_path, example)
    before = files_of(root)

    fix(root, "--select", "TXT")
    assert files_of(root) == before


def test_one_set_that_cannot_be_carried_keeps_all_as_they_are(tmp_path: Path) -> None:
    root = write_example(tmp_path, Example(text=SENTENCE.rstrip(), records=(span("e1", "PERSON", 0, 13),)))
    (root / "annotations/a1").mkdir()
    (root / "annotations/a1/example.jsonl").write_text(set_file("a1"))  # about the text with its newline: it is there already
    (root / "annotations/a2").mkdir()
    (root / "annotations/a2/example.jsonl").write_text(set_file("a2", text_sha256="0" * 64))
    before = files_of(root)

    fix(root, "--select", "TXT")
    assert files_of(root) == before
    (root / "annotations/a2/example.jsonl").unlink()
    fix(root, "--select", "TXT")
    assert text_of(root) == SENTENCE
    assert is_right(root, SET, "annotations/a1/example.jsonl")


def test_a_span_that_says_two_things_still_says_both(tmp_path: Path) -> None:
    fragments = [(14, 18), (0, 7)]
    root = write_example(
        tmp_path, Example(text=f"\r\n{SENTENCE}", records=(span("e1", "PERSON", 4, 20, fragments=fragments, text="x"),))
    )

    fix(root, "--select", "TXT003")
    found = records_of(root)["e1"]
    assert (found["start"], found["end"], found["fragments"], found["text"]) == (3, 19, [[13, 17], [0, 6]], "x")


def test_lines_that_no_fix_is_about_stay_as_they_are(tmp_path: Path) -> None:
    root = write_example(
        tmp_path, Example(text=SENTENCE.rstrip(), records=(span("e1", "PERSON", 0, 13), span("e2", "GPE", 27, 33)))
    )
    header, first, second = (root / SET).read_text().splitlines()
    (root / SET).write_text(f"{header}\n\n{first.replace(',', ' , ')}\n  {second}\n")  # as no tool writes it
    before = (root / SET).read_text().splitlines()

    fix(root, "--select", "TXT007")
    assert (root / SET).read_text().splitlines()[1:] == before[1:]
    fix(root, "--select", "SPN004")
    after = (root / SET).read_text().splitlines()
    assert after[1:3] == before[1:3]
    assert '"start":28' in after[3]


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_mending_that_was_broken_off_anywhere_is_finished_rightly(text: str, tmp_path: Path) -> None:
    edges = list(words(text))
    spans = [span(f"w{number}", "FACT", *edge) for number, edge in enumerate(edges)]
    root = write_example(
        tmp_path / "start", Example(text=text, records=(*spans, span("x1", "FACT", edges[0][0], edges[1][1] + 1)))
    )
    (root / "annotations/a1").mkdir()
    (root / "annotations/a1/example.jsonl").write_bytes(
        Example(text=text, records=tuple(spans[::2]), header={"annotator": "a1"}).set_bytes()
    )
    directory = CorpusDirectory(root)
    checker = Checker(directory.project.manifest.check)
    steps = Fixer(directory, checker, takes_unsafe=False).mend("example", Selection.everything(directory).shows).steps
    writes = [(path, data) for step in steps for path, data in step.items()]
    finished = shutil.copytree(root, tmp_path / "finished")
    fix(finished)
    assert writes

    for number in range(len(writes)):
        broken = shutil.copytree(root, tmp_path / f"broken-{number}")
        for path, data in writes[:number]:
            (broken / path).write_bytes(data)
        fix(broken)
        assert files_of(broken) == files_of(finished), f"after {number} of {len(writes)}"


def test_a_mending_that_is_killed_leaves_whole_files_and_is_finished_by_the_next(tmp_path: Path) -> None:
    """kill -9 at some moments while many documents are mended: every file is the old one or a mended one."""
    example = Example(
        text="\ufeffZoe\u0308 met Hamada\r\nin Tokyo.", records=(span("e1", "PERSON", 0, 6), span("e2", "GPE", 21, 26))
    )
    start = write_example(tmp_path / "start", Example(has_set=False, text=None, metadata=None))
    (start / "annotations/gold").mkdir(parents=True)
    for number in range(40):
        name = f"d{number:02}"
        (start / f"corpus/{name}.txt").write_bytes(example.text_bytes())
        (start / f"corpus/{name}.toml").write_text(METADATA)
        (start / f"annotations/gold/{name}.jsonl").write_bytes(example.set_bytes().replace(b'"example"', f'"{name}"'.encode()))
    finished = shutil.copytree(start, tmp_path / "finished")
    assert fix(finished) == 0
    old, new = files_of(start), files_of(finished)
    texts = {old["corpus/d00.txt"], new["corpus/d00.txt"]} | {
        b"Zoe\xcc\x88 met Hamada\r\nin Tokyo.", b"Zoe\xcc\x88 met Hamada\nin Tokyo.", "Zoë met Hamada\nin Tokyo.".encode()
    }  # fmt: skip
    partly = 0
    for attempt in range(6):
        root = shutil.copytree(start, tmp_path / f"killed-{attempt}")
        child = subprocess.Popen([sys.executable, "-m", "postil", "-C", str(root), "check", "--fix"], stdout=subprocess.DEVNULL)
        deadline = time.monotonic() + 20
        while (root / "corpus/d00.txt").read_bytes() == old["corpus/d00.txt"] and time.monotonic() < deadline:
            time.sleep(0.001)
        time.sleep(0.007 * attempt)
        child.send_signal(signal.SIGKILL)
        child.wait()
        found = {path: data for path, data in files_of(root).items() if not path.endswith(".tmp")}
        partly += found not in (old, new)
        assert found.keys() == old.keys()
        assert {data for path, data in found.items() if path.endswith(".txt")} <= texts
        assert fix(root) == 0
        assert {path: data for path, data in files_of(root).items() if not path.endswith(".tmp")} == new
    assert partly, "no kill came in the middle"


# --- properties ------------------------------------------------------------------------------------------------------

PIECES = [
    "Rajnath Singh",
    "Zoe\u0308",
    "é",
    "Tokyo",
    " ",
    " ",
    "  ",
    "\n",
    "\r\n",
    "\r",
    ". He",
    "\n\n",
    "😀",
    "🇮🇳",
    "\u200b",
    "क्षि",
    "ab",
]
NAMES = ["e1", "e2", "e3", "s1", "s2", "r1", "r2", "g1", "n1", "e 1"]
spelled = st.sampled_from([(",", ":"), (", ", ": ")])


@st.composite
def corpora(draw: st.DrawFn) -> Files:
    """A document with one or two sets that hold faults of all kinds: odd spans, duplicates, blanks at edges, ignores."""
    text = (
        draw(st.sampled_from(["", "", "\ufeff"])) + "".join(draw(st.lists(st.sampled_from(PIECES), min_size=1, max_size=8))) + "x"
    )
    text += draw(st.sampled_from(["\n", "\n", "", "\r\n"]))
    files = {TEXT: text.encode()}
    for annotator in draw(st.sampled_from([["gold"], ["gold"], ["gold", "a1"]])):
        found: list[dict[str, Any]] = []
        for _ in range(draw(st.integers(0, 6))):
            again = draw(st.integers(0, 4)) == 0
            found.append({**draw(st.sampled_from(found)), "id": draw(ids)} if again and found else draw(records(text)))
        header = json.loads(Example(text=text, header={"annotator": annotator}).set_bytes())
        if draw(st.integers(0, 7)) == 0:
            header["text_sha256"] = "0" * 64
        lines = [json.dumps(one, ensure_ascii=False, separators=draw(spelled)) for one in (header, *found)]
        if draw(st.integers(0, 9)) == 0:
            lines.append(draw(st.sampled_from(["{", "", '{"type":"note","id":"n9","text":"a","text":"b"}', "<<<<<<< x"])))
        files[f"annotations/{annotator}/example.jsonl"] = "\n".join([*lines, ""]).encode()
    return files


ids = st.sampled_from(NAMES)


@st.composite
def records(draw: st.DrawFn, text: str) -> dict[str, Any]:
    kind = draw(st.sampled_from(["span"] * 5 + ["relation", "label", "note"]))
    record: dict[str, Any] = {"type": kind, "id": draw(ids)}
    if kind == "note":
        return {**record, "about": draw(ids), "text": "t"}
    record["layer"] = draw(st.sampled_from(["entity", "entity", "statement", "statment", "argument", "genre"]))
    record["label"] = draw(st.sampled_from(["PERSON", "GPE", "FACT", "OPINION", "PERSN", "supports", "restates", "op-ed"]))
    if kind == "span":
        record |= draw(extents(text))
    if kind == "relation":
        record["args"] = draw(st.dictionaries(st.sampled_from(["from", "to"]), ids | st.lists(ids, max_size=3), max_size=2))
    optional = {
        "attributes": st.fixed_dictionaries({}, optional={"holder": ids, "sure": st.sampled_from([1, True])}),
        "note": st.just("why"),
        "ignore": st.dictionaries(
            st.sampled_from(["SPN004", "SPN005", "LAB003", "XX"]), st.sampled_from(["", "why"]), min_size=1
        ),
        "zz": st.just(1),
    }
    return record | {key: draw(value) for key, value in optional.items() if draw(st.integers(0, 5)) == 0}


@st.composite
def extents(draw: st.DrawFn, text: str) -> dict[str, Any]:
    offsets = st.integers(0, len(text)) if draw(st.integers(0, 9)) else st.integers(-1, len(text) + 2)
    start, end = sorted([draw(offsets), draw(offsets)], reverse=draw(st.integers(0, 19)) == 0)
    found: dict[str, Any] = {"start": start, "end": end, "text": text[max(start, 0) : max(end, 0)]}
    if draw(st.integers(0, 4)) == 0:
        edges = draw(st.lists(offsets, min_size=4, max_size=4))
        edges = sorted(edges) if draw(st.integers(0, 3)) else edges
        found |= {"start": edges[0], "end": edges[3], "fragments": [edges[:2], edges[2:]]}
        found["text"] = f"{text[max(edges[0], 0) : max(edges[1], 0)]} {text[max(edges[2], 0) : max(edges[3], 0)]}"
    if draw(st.integers(0, 6)) == 0:
        found["text"] = draw(st.sampled_from(["Tokyo", unicodedata.normalize("NFC", found["text"]), "", "Zoë"]))
    return found


@contextmanager
def written(files: Files) -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as directory:
        root = write_example(Path(directory), Example(has_set=False, text=None))
        for path, data in files.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_bytes(data)
        yield root


def errors(root: Path) -> Counter[tuple[str, str, str]]:
    directory = CorpusDirectory(root)
    result = Checker(directory.project.manifest.check).check_bundle(directory.bundle("example"))
    return Counter((one.code, one.place.path, one.subject) for one in result.findings if one.severity is Severity.ERROR)


def said(data: bytes) -> list[dict[str, Any]]:
    """The records of a set that can be read."""
    found = []
    for line in data.split(b"\n"):
        try:
            found.append(json.loads(line))
        except ValueError:
            continue
    return [one for one in found if isinstance(one, dict)]


def exactly(record: dict[str, Any]) -> str:
    """What a record says, but for its id."""
    return json.dumps({key: value for key, value in record.items() if key != "id"}, sort_keys=True)


PROPERTY = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
unsafe = st.sampled_from([(), ("--unsafe-fixes",)])


@PROPERTY
@given(corpora(), unsafe)
def test_fix_does_no_harm_ends_and_loses_nothing(files: Files, options: tuple[str, ...]) -> None:
    with written(files) as root:
        before, harm = files_of(root), errors(root)
        assert fix(root, *options) in (0, 1)
        after = files_of(root)
        assert errors(root) <= harm
        assert fix(root, *options) in (0, 1)
        assert files_of(root) == after, "a second run changed something"
    for path in files.keys() - {TEXT}:
        old, new = said(before[path]), said(after[path])
        left, had = Counter(one.get("id") for one in new), Counter(one.get("id") for one in old)
        assert left <= had
        kinds = Counter((one["type"], one.get("layer"), one.get("label")) for one in old if one.get("id") in left)
        if not options:
            assert Counter((one["type"], one.get("layer"), one.get("label")) for one in new) <= kinds
        for id in had - left:
            gone = next(one for one in old if one.get("id") == id)
            assert gone["type"] in ("span", "relation")
            assert any(one["type"] == gone["type"] and one.get("id") != id for one in new), (
                f"{id} went, and nothing says the same"
            )


@PROPERTY
@given(
    corpora(), st.sampled_from(["SPN004", "SPN003", "SPN007", "SPN008", "REL007", "ANN014", "TXT003", "TXT007", "LAB003"]), unsafe
)
def test_a_fix_touches_its_own_lines_only(files: Files, code: str, options: tuple[str, ...]) -> None:
    with written(files) as root:
        before, harm = files_of(root), errors(root)
        assert fix(root, "--select", code, *options) in (0, 1)
        after = files_of(root)
        assert errors(root) <= harm
    for path in files.keys() - {TEXT}:
        old = before[path].split(b"\n")
        new = after[path].split(b"\n")
        assert len(new) <= len(old)
        left = iter(old)
        for line in new:
            if line in old:
                assert line in left, "lines changed places"
            else:
                mended = json.loads(line)
                assert any(json.loads(one) != mended and _is_of(one, mended) for one in old), "written anew and says the same"


def _is_of(line: bytes, record: dict[str, Any]) -> bool:
    try:
        other = json.loads(line)
    except ValueError:
        return False
    return (other["type"], other.get("id")) == (record["type"], record.get("id"))


@PROPERTY
@given(corpora(), unsafe)
def test_diff_changes_nothing_and_speaks_when_fix_would_change_something(files: Files, options: tuple[str, ...]) -> None:
    with written(files) as root:
        before = files_of(root)
        status = main(["-C", str(root), "check", "--diff", "--no-cache", *options])
        assert files_of(root) == before
        fix(root, *options)
        assert status == (files_of(root) != before)


def test_diff_shows_what_fix_makes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = write_example(tmp_path, Example(records=(span("e1", "PERSON", 0, 14),)))
    capsys.readouterr()

    assert main(["-C", str(root), "check", "--diff"]) == 1
    shown = capsys.readouterr().out.splitlines()
    old = (root / SET).read_text().splitlines()
    fix(root)
    new = (root / SET).read_text().splitlines()
    assert shown == [f"--- a/{SET}", f"+++ b/{SET}", "@@ -1,2 +1,2 @@", f" {old[0]}", f"-{old[1]}", f"+{new[1]}"]
