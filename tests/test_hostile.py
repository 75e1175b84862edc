"""What an enemy, or a bad disk, puts into a corpus: a finding or a clear error, never a traceback, a hang, a file elsewhere."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from conftest import write_example
from postil.cli import main
from postil.model import AnnotationSet
from postil.rules.examples import SCHEME, Example, relation, span
from postil.storage.directory import CorpusDirectory
from postil.storage.safe_files import write_atomically

SET = "annotations/gold/example.jsonl"
COMMANDS = (["check"], ["fmt"], ["stats"], ["show", "example"], ["show", "example", "--html", "page.html"], ["rule"], ["formats"])


def files_of(root: Path) -> dict[Path, bytes]:
    found = (path for path in root.rglob("*") if path.is_file() and not path.is_symlink())
    return {path: path.read_bytes() for path in found if ".postil-cache" not in path.parts}


def check(root: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    status = main(["-C", str(root), "check", "--format", "concise"])
    return status, capsys.readouterr().out


CASES = {
    "binary text": ("corpus/example.txt", bytes(range(256)) * 100, "TXT001"),
    "nul bytes": ("corpus/example.txt", b"\0" * 1000 + b"\n", "TXT005"),
    "utf-16 text": ("corpus/example.txt", "Tokyo\n".encode("utf-16"), "TXT001"),
    "binary set": (SET, bytes(range(256)) * 100, "ANN001"),
    "empty set": (SET, b"", "ANN006"),
    "surrogate": (SET, b'{"type":"note","id":"n","text":"\\udc80"}\n', "ANN001"),
    "nan": (SET, b'{"type":"span","id":"e","layer":"entity","label":"GPE","start":NaN,"end":1,"text":"R"}\n', "ANN001"),
    "deep": (SET, b'{"type":"span","attributes":' + b'{"a":' * 10_000 + b"1" + b"}" * 10_001 + b"\n", "ANN001"),
    "long number": (SET, b'{"type":"note","id":"n","text":' + b"9" * 100_000 + b"}\n", "ANN001"),
    "many lines": (SET, b"x\n" * 20_000, "ANN001"),
    "a html page": (SET, b"<!doctype html><script>alert(1)</script>\n", "ANN001"),
    "deep metadata": ("corpus/example.toml", b"a = " + b"[" * 20_000 + b"]" * 20_000, "DOC004"),
    "binary metadata": ("corpus/example.toml", bytes(range(256)), "DOC004"),
    "binary scheme": ("annotations/scheme.toml", bytes(range(256)), "SCH001"),
    "empty scheme": ("annotations/scheme.toml", b"", "SCH002"),
    "scheme of nothing": ("annotations/scheme.toml", b"name = 1\nversion = []\nlayers = 3\nconstraints = {}\n", "SCH002"),
    "deep scheme": ("annotations/scheme.toml", b"a = " + b"{ b = " * 20_000 + b"1" + b" }" * 20_000, "SCH001"),
    "binary manifest": ("corpus/corpus.toml", bytes(range(256)), "SCH001"),
    "empty manifest": ("corpus/corpus.toml", b"", "SCH002"),
}


@pytest.mark.parametrize(("path", "data", "code"), CASES.values(), ids=CASES)
def test_a_broken_file_is_a_finding_and_every_command_stands_it(
    path: str, data: bytes, code: str, small_corpus: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (small_corpus / path).write_bytes(data)
    before = files_of(small_corpus)

    status, out = check(small_corpus, capsys)
    assert status == 1
    assert f" {code} " in out
    for command in COMMANDS:
        assert main(["-C", str(small_corpus), *command]) in (0, 1, 2)
    (small_corpus / "page.html").unlink(missing_ok=True)
    assert files_of(small_corpus) == before


@pytest.mark.parametrize("offset", ["-1", "1e30", "1" + "0" * 30, "9007199254740993", "true", '"5"', "null", "0.5", "-0.0"])
def test_no_offset_is_too_strange(offset: str, small_corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = small_corpus / SET
    file.write_text(file.read_text().replace('"end":33', f'"end":{offset}'))

    status, out = check(small_corpus, capsys)

    assert status == 1
    assert f"{SET}:3:" in out
    assert "Rajnath" not in out


def test_a_document_id_leads_nowhere(small_corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = small_corpus / SET
    file.write_text(file.read_text().replace('"document":"example"', '"document":"../../../../tmp/x"'))
    outside = sorted(small_corpus.parent.iterdir())

    assert "ANN007" in check(small_corpus, capsys)[1]
    assert main(["-C", str(small_corpus), "fmt"]) == 0
    assert sorted(small_corpus.parent.iterdir()) == outside


def test_links_out_of_the_corpus_are_not_followed(small_corpus: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    secret = tmp_path / "secret"
    secret.mkdir()
    (secret / "s.txt").write_text("secret\n")
    (secret / "s.jsonl").write_text("secret\n")
    (small_corpus / "corpus/leak.txt").symlink_to(secret / "s.txt")
    (small_corpus / "corpus/all").symlink_to(secret)
    (small_corpus / "corpus/round").symlink_to(small_corpus / "corpus")
    (small_corpus / "corpus/gone.txt").symlink_to(tmp_path / "nothing")
    (small_corpus / "annotations/gold/s.jsonl").symlink_to(secret / "s.jsonl")
    before = files_of(secret)

    status, out = check(small_corpus, capsys)

    assert status == 1
    assert out.count("DOC009") == 4
    assert "secret\n" not in out
    assert main(["-C", str(small_corpus), "fmt"]) == 0
    assert files_of(secret) == before


def test_a_link_inside_the_corpus_is_a_file_like_any_other(small_corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for suffix in ("txt", "toml"):
        (small_corpus / f"corpus/copy.{suffix}").symlink_to(f"example.{suffix}")

    assert check(small_corpus, capsys) == (0, "corpus/example.txt: COR003 the same text as copy\n")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_named_pipe_is_not_waited_for(small_corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    os.mkfifo(small_corpus / "corpus/pipe.txt")

    assert "DOC010" in check(small_corpus, capsys)[1]


def test_writing_through_a_link_out_is_refused(small_corpus: Path, tmp_path: Path) -> None:
    from postil.errors import UnsafePath

    victim = tmp_path / "victim"
    victim.write_text("mine")
    (small_corpus / "corpus/x.txt").symlink_to(victim)
    (small_corpus / "annotations/a1").symlink_to(tmp_path)

    for path in ("corpus/x.txt", "annotations/a1/example.jsonl", "corpus/../../y.txt"):
        with pytest.raises(UnsafePath):
            write_atomically(small_corpus, small_corpus / path, b"theirs")
    assert victim.read_text() == "mine"
    assert not (tmp_path / "y.txt").exists()


def test_a_text_of_a_gigabyte_is_a_finding(small_corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for path in ("corpus/example.txt", SET, "corpus/example.toml"):
        with (small_corpus / path).open("wb") as file:
            file.truncate(2**30)  # one line, and no block of it on the disk

    status, out = check(small_corpus, capsys)

    assert status == 1
    assert {line.split(" ")[1] for line in out.splitlines()} == {"TXT009", "ANN001", "DOC004"}


def test_one_line_of_many_megabytes_is_read(small_corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (small_corpus / SET).write_bytes(b'{"type":"note","id":"n","text":"' + b"x" * 20_000_000)

    status, out = check(small_corpus, capsys)

    assert status == 1
    assert len(out) < 1000


def test_no_pattern_of_a_scheme_makes_a_check_hang(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    values = {"source": "a" * 100_000 + "!"}
    scheme = SCHEME.replace("[a-z]+:[0-9]+", "(a|a)*(a+)+(a*)*$")
    example = Example(records=(span("s1", "FACT", 0, 33, attributes=values),), scheme=scheme)

    status, out = check(write_example(tmp_path, example), capsys)

    assert status == 1
    assert "LAB007" in out


@pytest.mark.parametrize(
    "script", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "';alert(1)//", "</title><script>"]
)
def test_nothing_of_a_corpus_runs_in_its_page(script: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    quoted = script.replace("\\", "\\\\").replace('"', '\\"')
    example = Example(
        text=f"{script} in Tokyo.\n",
        records=(
            span("e1", script, 0, len(script), attributes={script: script}, note=script),
            span('"><script>', "GPE", len(script) + 4, len(script) + 9),
            {"type": "relation", "id": script, "layer": "argument", "label": script, "args": {script: "e1"}},
            {"type": "label", "id": "g1", "layer": script, "label": script},
        ),
        metadata=f'title = "{quoted}"\nlanguage = "{quoted}"\nauthors = ["{quoted}"]\n',
        scheme=SCHEME.replace('key = "g"', f'key = "g", colour = "{quoted}"'),
    )
    root = write_example(tmp_path, example)

    assert main(["-C", str(root), "show", "--html", "page.html"]) == 0
    page = (root / "page.html").read_text(encoding="utf-8")

    assert "<script" not in page
    assert "<img" not in page
    assert "default-src 'none'" in page
    assert page.count("<title>") == 1


def test_no_terminal_is_driven_by_a_corpus(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bell = "\x1b]0;owned\x07\x1b[2J\u202e"
    example = Example(
        text=f"{bell} Tokyo.\n", records=(span("e1", f"X{bell}", 0, len(bell)),), metadata='title = "a"\nnote = "x"\n'
    )
    root = write_example(tmp_path, example)

    for command in (["check"], ["check", "--format", "concise"], ["check", "--format", "github"], ["show"], ["stats"]):
        main(["-C", str(root), *command])
        out = "".join(capsys.readouterr())
        assert "X\\u001b" in out or command[-1] == "concise"
        assert "\x1b]" not in out
        assert "\x07" not in out
        assert "\u202e" not in out


def test_a_save_that_is_killed_leaves_the_old_file_or_the_new(small_corpus: Path) -> None:
    """kill -9 at random moments while a set is written over and over: the file is always whole."""
    directory = CorpusDirectory(small_corpus)
    old = directory.bundle("example").set_files[0].annotation_set()
    assert old is not None
    program = f"""
from postil import Corpus
from msgspec.structs import replace
corpus = Corpus.open({str(small_corpus)!r})
gold = corpus["example"].sets["gold"]
print("ready", flush=True)
while True:
    for size in (1, 20000):
        corpus.write(replace(gold, spans=tuple(replace(gold.spans[0], id=f"e{{n}}") for n in range(size))), replace=True)
"""
    seen = set()
    for attempt in range(25):
        child = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE)
        assert child.stdout
        child.stdout.readline()
        time.sleep(0.002 * attempt)
        child.send_signal(signal.SIGKILL)
        child.wait()
        child.stdout.close()
        found = CorpusDirectory(small_corpus).bundle("example").set_files[0]
        assert found.faults == ()
        annotations = found.annotation_set()
        assert isinstance(annotations, AnnotationSet)
        seen.add(len(annotations.spans))
        for left in (small_corpus / "annotations/gold").glob(".postil-*"):
            left.unlink()
        assert main(["-C", str(small_corpus), "check", "--select", "ANN"]) in (0, 1)
        directory.write_set(old)
    assert seen <= {2, 1, 20000}
    assert seen & {1, 20000}, "no kill came late enough to meet a save"


def test_leftovers_of_a_killed_save_are_no_part_of_the_corpus(small_corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (small_corpus / "annotations/gold/.postil-abc.tmp").write_text("half")

    assert check(small_corpus, capsys) == (0, "")


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="permissions bind only ordinary users of a POSIX system")
def test_a_file_that_may_not_be_read_is_named(small_corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (small_corpus / SET).chmod(0)

    assert main(["-C", str(small_corpus), "check"]) == 2
    assert SET in capsys.readouterr().err


def test_scheme_and_guidelines_are_not_read_through_links_out(
    small_corpus: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    secret = tmp_path / "secret.toml"
    secret.write_text("password = hunter2\n")
    (small_corpus / "annotations/scheme.toml").unlink()
    (small_corpus / "annotations/scheme.toml").symlink_to(secret)

    status = main(["-C", str(small_corpus), "check"])
    out = capsys.readouterr().out
    assert status == 1
    assert "SCH001" in out
    assert "hunter2" not in out
    assert CorpusDirectory(small_corpus).read("annotations/scheme.toml") is None


@pytest.mark.parametrize("directory", ["corpus", "annotations"])
def test_a_directory_that_is_a_link_out_is_no_corpus(directory: str, small_corpus: Path, tmp_path: Path) -> None:
    (small_corpus / directory).rename(tmp_path / "elsewhere")
    (small_corpus / directory).symlink_to(tmp_path / "elsewhere")

    assert main(["-C", str(small_corpus), "check"]) == 2


def test_a_later_format_is_recognised_whatever_else_is_missing(small_corpus: Path) -> None:
    (small_corpus / "corpus/corpus.toml").write_text("format = 2\n")

    assert main(["-C", str(small_corpus), "check"]) == 2


@pytest.mark.skipif(os.name != "posix", reason="other systems have no such file names")
@pytest.mark.parametrize("name", [b"b\n::error title=x::y\n.txt", b"\xff.txt", b"\x1b[2J.txt"])
def test_no_name_of_a_file_drives_a_terminal_or_breaks_a_report(
    name: bytes, small_corpus: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (small_corpus / os.fsdecode(os.fsencode(small_corpus / "corpus") + b"/" + name)).write_text("Text.\n")

    for format_ in ("text", "concise", "json", "jsonl", "github", "gitlab", "sarif", "junit", "rdjson"):
        assert main(["-C", str(small_corpus), "check", "--format", format_]) == 1
        out = capsys.readouterr().out
        assert "\x1b" not in out
        assert "\n::error title=x" not in out
        out.encode()
    assert main(["-C", str(small_corpus), "check", "--format", "junit", "--output", "report.xml"]) == 1


def test_an_ignore_silences_its_own_record_only(small_corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = small_corpus / SET
    header, first, second = file.read_text().strip().split("\n")
    silenced = first[:-1] + ',"ignore":{"ANN010":"on purpose","LAB003":"on purpose"}}'
    file.write_text("\n".join([header, silenced, second.replace('"e2"', '"e1"').replace('"GPE"', '"GEP"'), ""]))

    out = check(small_corpus, capsys)[1]
    assert "ANN010" in out
    assert "LAB003" in out


# Each of these took minutes or hours once. They are not timed: a suite that hangs says so.


def test_many_findings_of_one_document(tmp_path: Path) -> None:
    text = "word " * 20_000 + "\n"
    records = tuple(span(f"e{number}", "PERSON", number * 5 + 1, number * 5 + 5, text="word") for number in range(20_000))

    assert main(["-C", str(write_example(tmp_path, Example(text=text, records=records))), "check", "--format", "concise"]) == 1


@pytest.mark.parametrize("overlap", ["none", "nested", "free"])
def test_many_spans_in_and_across_each_other(overlap: str, tmp_path: Path) -> None:
    text = "a " * 4_000 + "\n"
    nested = (span(f"n{number}", "FACT", 2 * number, 7_999 - 2 * number) for number in range(1_500))
    crossing = (span(f"c{number}", "PERSON", 2 * number, 2 * number + 3_999) for number in range(200))
    scheme = SCHEME.replace('overlap = "nested"', f'overlap = "{overlap}"')
    example = Example(text=text, records=(*nested, *crossing), scheme=scheme)
    root = write_example(tmp_path, example)

    assert main(["-C", str(root), "check", "--format", "concise"]) == 1
    assert main(["-C", str(root), "show", "--html", str(tmp_path / "page.html")]) == 0
    assert (tmp_path / "page.html").stat().st_size < 50_000_000


def test_a_long_chain_of_relations(tmp_path: Path) -> None:
    text = "a " * 6_000 + "\n"
    opinion = {"polarity": "positive"}
    records = [span(f"s{number}", "OPINION", 2 * number, 2 * number + 1, attributes=opinion) for number in range(6_000)]
    records += [relation(f"r{number:04}", "supports", {"from": f"s{number}", "to": f"s{number + 1}"}) for number in range(5_999)]
    root = write_example(tmp_path, Example(text=text, records=tuple(records)))

    assert main(["-C", str(root), "check", "--select", "REL,SPN"]) == 0


def test_many_relations_to_nothing(tmp_path: Path) -> None:
    args = {"from": [f"x{number}" for number in range(8_000)], "to": "y"}
    root = write_example(tmp_path, Example(records=(relation("r1", "restates", args),)))

    assert main(["-C", str(root), "check"]) == 1


@pytest.mark.parametrize(
    "text",
    [
        "ab\u200e " * 20_000,
        "e\u0301 \n" * 20_000,
        "한" * 40_000,
        "कि" * 20_000,
        "🇮🇳" * 5_000,
        "One two. " * 40_000,
        "x" * 200_000,
    ],
    ids=["direction marks", "not NFC", "Korean", "Hindi", "flags", "sentences", "one word"],
)
def test_long_texts_of_every_kind(text: str, tmp_path: Path) -> None:
    edges = range(0, 8_000, 8)
    records = tuple(span(f"s{start}", "FACT", start, start + 3) for start in edges)

    assert main(["-C", str(write_example(tmp_path, Example(text=f"{text}\n", records=records))), "check"]) in (0, 1)


def test_a_large_scheme_full_of_faults(tmp_path: Path) -> None:
    constraints = '[[constraints]]\nkind = "no-crossing"\nlayers = ["x", "y"]\n' * 2_000

    assert main(["-C", str(write_example(tmp_path, Example(scheme=SCHEME + constraints))), "check"]) == 1


def test_an_object_with_twenty_thousand_keys(small_corpus: Path) -> None:
    keys = ",".join(f'"k{number % 19_999}":1' for number in range(20_000))
    (small_corpus / SET).write_text(f"{{{keys}}}\n")

    assert main(["-C", str(small_corpus), "check"]) == 1
