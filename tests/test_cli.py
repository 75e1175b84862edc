"""The commands as a person types them."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from conftest import ROOT
from postil.cli import main, postil

DOC = "news/india-japan-2-plus-2"


def run(capsys: pytest.CaptureFixture[str], *argv: str | Path) -> tuple[int, str, str]:
    status = main([str(word) for word in argv])
    out, err = capsys.readouterr()
    return status, out, err


def plant(root: Path, old: str, new: str, path: str = "annotations/gold/example.jsonl") -> Path:
    """Change a file of a corpus."""
    file = root / path
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8", newline="")
    return file


def test_every_command_explains_itself(capsys: pytest.CaptureFixture[str]) -> None:
    names = postil.list_commands(None)  # type: ignore[arg-type]

    assert names == [
        "add",
        "adjudicate",
        "agree",
        "annotate",
        "check",
        "diff",
        "export",
        "fmt",
        "formats",
        "hydrate",
        "import",
        "init",
        "install-git",
        "merge-file",
        "push",
        "realign",
        "resolve",
        "rule",
        "show",
        "split",
        "stats",
        "suggest",
    ]
    for name in names:
        status, out, _ = run(capsys, name, "--help")
        assert status == 0
        assert "Usage: postil" in out


def test_help_lists_every_command_by_task(capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = run(capsys, "--help")

    assert re.findall(r"^(\w[\w ]+):$", out, re.MULTILINE) == [
        "Options",
        "Make a corpus",
        "Look at it",
        "Validate it",
        "Edit it",
        "Share it",
    ]
    for name in postil.list_commands(None):  # type: ignore[arg-type]
        assert re.search(rf"^  {name} ", out, re.MULTILINE)


def test_check_is_silent_about_what_is_right(small_corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "-C", small_corpus, "check") == (0, "Checked 1 document, 1 set, 2 annotations: nothing found.\n", "")


def test_check_shows_the_passage_and_fails(small_corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plant(small_corpus, '"start":28,"end":33', '"start":27,"end":32')

    status, out, _ = run(capsys, "check", "-C", small_corpus)

    assert status == 1
    assert out == (
        "annotations/gold/example.jsonl:3:77: SPN003 text-differs (error)\n"
        "  covers “ Toky”, but its text is “Tokyo”\n"
        "  in corpus/example.txt:1:28\n"
        "  | Rajnath Singh met Hamada in Tokyo.\n"
        "  |                            ^^^^^\n"
        "  help: the text stands at 28 to 33\n"
        "  fix: move it to where its text stands (--unsafe-fixes)\n"
        "\n"
        "Checked 1 document, 1 set, 2 annotations: 1 error.\n"
    )


def test_concise_and_github_and_json_say_the_same(small_corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plant(small_corpus, '"label":"GPE"', '"label":"G,P:E%"')
    message = "layer entity has no label “G,P:E%”; did you mean GPE?"

    _, concise, _ = run(capsys, "-C", small_corpus, "check", "--format", "concise")
    _, github, _ = run(capsys, "-C", small_corpus, "check", "--format", "github")
    _, as_json, _ = run(capsys, "-C", small_corpus, "check", "--format", "json")

    assert concise == f"annotations/gold/example.jsonl:3:43: LAB003 {message}\n"
    assert github == (
        "::error title=LAB003 unknown-label,file=annotations/gold/example.jsonl,line=3,col=43::"
        f"{message.replace('%', '%25')}%0Acorpus/example.txt:1:29\n"
    )
    (finding,) = json.loads(as_json)["findings"]
    assert (finding["code"], finding["subject"], finding["message"]) == ("LAB003", "e2", message)
    assert finding["text_place"]["line"] == 1


def test_statistics_and_output(small_corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plant(small_corpus, '"label":"GPE"', '"label":"GPEX"')

    status, out, _ = run(capsys, "-C", small_corpus, "check", "--statistics")
    assert (status, out) == (1, "      1  LAB003  unknown-label  (error)\n")
    status, out, _ = run(capsys, "-C", small_corpus, "check", "--format", "concise", "--output", "report.txt")
    assert (status, out) == (1, "")
    assert (small_corpus / "report.txt").read_text(encoding="utf-8").startswith("annotations/gold/example.jsonl:3:43: LAB003 ")
    assert run(capsys, "-C", small_corpus, "check", "--output", "no/such/file")[0] == 2


@pytest.mark.parametrize(
    ("options", "codes"),
    [
        ([], {"LAB003", "SPN004"}),
        (["--select", "LAB"], {"LAB003"}),
        (["--select", "LAB,SPN004"], {"LAB003", "SPN004"}),
        (["--ignore", "LAB003"], {"SPN004"}),
        (["--select", "ALL", "--ignore", "SPN"], {"LAB003"}),
        (["--select", "SPN004", "--ignore", "SPN"], {"SPN004"}),
        (["--ignore", "LAB", "--ignore", "SPN"], set()),
    ],
)
def test_select_and_ignore(options: list[str], codes: set[str], small_corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plant(small_corpus, '"label":"GPE"', '"label":"GPEX"')
    plant(small_corpus, '"end":13,"text":"Rajnath Singh"', '"end":14,"text":"Rajnath Singh "')

    status, out, _ = run(capsys, "-C", small_corpus, "check", "--format", "concise", *options)

    assert set(re.findall(r" ([A-Z]{3}\d{3}) ", out)) == codes
    assert status == bool(codes)


def test_an_ignore_with_a_reason_silences_one_annotation(small_corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plant(small_corpus, '"end":13,"text":"Rajnath Singh"', '"end":14,"text":"Rajnath Singh ","ignore":{"SPN004":"on purpose"}')

    assert run(capsys, "-C", small_corpus, "check", "--strict")[0] == 0


def test_warnings_fail_only_when_strict(small_corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plant(small_corpus, '"text":"Tokyo"', '"text": "Tokyo"')

    assert run(capsys, "-C", small_corpus, "check")[0] == 0
    assert run(capsys, "-C", small_corpus, "check", "--strict")[0] == 1
    assert run(capsys, "-C", small_corpus, "check", "--strict", "--exit-zero")[0] == 0


def test_the_manifest_selects_and_ignores_by_path(small_corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plant(small_corpus, '"label":"GPE"', '"label":"GPEX"')
    manifest = small_corpus / "corpus/corpus.toml"
    before = manifest.read_text()

    manifest.write_text(f'{before}[check]\nignore = ["LAB003"]\n')
    assert run(capsys, "-C", small_corpus, "check")[0] == 0
    manifest.write_text(f'{before}[check.per-path-ignores]\n"annotations/gold/*" = ["LAB"]\n')
    assert run(capsys, "-C", small_corpus, "check")[0] == 0
    manifest.write_text(f'{before}[check.per-path-ignores]\n"annotations/a1/*" = ["LAB"]\n')
    assert run(capsys, "-C", small_corpus, "check")[0] == 1


def test_paths_choose_what_is_checked(small_corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plant(small_corpus, '"label":"GPE"', '"label":"GPEX"')
    (small_corpus / "corpus/other.txt").write_bytes(b"Other.\n")

    for path, codes in (
        ("corpus", {"DOC001", "LAB003"}),
        ("annotations/gold/example.jsonl", {"LAB003"}),
        ("annotations", {"LAB003"}),
        (".", {"DOC001", "LAB003"}),
        ("corpus/example.txt", {"LAB003"}),
        ("corpus/other.txt", {"DOC001"}),
    ):
        _, out, _ = run(capsys, "-C", small_corpus, "check", "--format", "concise", path)
        assert set(re.findall(r" ([A-Z]{3}\d{3}) ", out)) == codes


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (["check", "nowhere.txt"], "there is no nowhere.txt"),
        (["check", "/etc/passwd"], "not in the corpus"),
        (["check", "../.."], "not in the corpus"),
        (["check", "--select", "XYZ"], "there is no rule XYZ"),
        (["check", "--format", "yaml"], "'yaml' is not one of"),
        (["check", "-C", "nowhere"], "no such directory"),
        (["rule", "SPN999"], "there is no rule SPN999"),
        (["fmt", "nowhere.jsonl"], "there is no nowhere.jsonl"),
        (["show", "nowhere"], "there is no document nowhere"),
        (["show", "../../etc/passwd"], "there is no document"),
        (["show", "--set", "a9"], "no set by a9"),
        (["show", "--layer", "x"], "there is no layer x"),
        (["show", "--html", "no/such/dir/x.html"], "no such directory"),
        (["formats", "nothing"], "there is no format nothing"),
        (["export", "nothing", "x"], "there is no format nothing: postil export --help lists all"),
        (["add"], "Missing argument"),
        (["add", "nowhere.txt"], "no such file"),
        (["nonsense"], "No such command"),
    ],
)
def test_what_cannot_run_exits_with_2_and_one_message(
    argv: list[str], said: str, small_corpus: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, out, err = run(capsys, "-C", small_corpus, *argv)

    assert (status, out) == (2, "")
    assert said in err
    assert "Traceback" not in err


def test_outside_a_corpus_nothing_runs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, _, err = run(capsys, "-C", tmp_path, "check")

    assert status == 2
    assert "postil init" in err


def test_a_corpus_of_a_later_format_is_not_touched(small_corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plant(small_corpus, "format = 1", "format = 2", "corpus/corpus.toml")

    status, _, err = run(capsys, "-C", small_corpus, "check")

    assert (status, err) == (2, "postil: corpus/corpus.toml:1: this corpus has format 2; this postil reads format 1\n")


def test_rule_explains_lists_and_feeds_programs(capsys: pytest.CaptureFixture[str]) -> None:
    _, page, _ = run(capsys, "rule", "SPN001")
    _, by_name, _ = run(capsys, "rule", "out-of-bounds")
    _, family, _ = run(capsys, "rule", "spn")
    _, as_json, _ = run(capsys, "rule", "--format", "json")

    assert page == by_name
    assert page.startswith("SPN001 out-of-bounds (error; spans)\n\nA span must lie inside its text.\n")
    assert '"start":28,"end":99' in page
    assert len(family.strip().split("\n")) == 11
    assert {entry["code"] for entry in json.loads(as_json)} >= {"SPN001", "TXT001", "REL008"}


def test_fmt_is_idempotent_and_loses_nothing(small_corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = small_corpus / "annotations/gold/example.jsonl"
    header, first, second = file.read_text().strip().split("\n")
    file.write_text("\n".join([header.replace(",", " , "), second.replace('"id"', '"zzz":1,"id"'), "", first, ""]))

    assert run(capsys, "-C", small_corpus, "fmt", "--check")[0] == 1
    assert run(capsys, "-C", small_corpus, "fmt")[:2] == (
        0,
        f"formatted {file.relative_to(small_corpus)}\n1 of 1 set formatted.\n",
    )
    once = file.read_bytes()
    assert run(capsys, "-C", small_corpus, "fmt")[:2] == (0, "0 of 1 set formatted.\n")

    assert file.read_bytes() == once
    assert once.decode() == f'{header}\n{first}\n{second[:-1]},"zzz":1}}\n'
    assert run(capsys, "-C", small_corpus, "fmt", "--check")[0] == 0


def test_fmt_leaves_a_file_that_it_cannot_read(small_corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = plant(small_corpus, '{"type":"span","id":"e2"', '{"type":"span",,"id":"e2"')
    before = file.read_bytes()

    status, _, err = run(capsys, "-C", small_corpus, "fmt")

    assert status == 1
    assert "annotations/gold/example.jsonl:3:16: left as it is: not JSON" in err
    assert file.read_bytes() == before


def test_from_nothing_to_a_checked_corpus(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = tmp_path / "letter.txt"
    source.write_bytes(b"\xef\xbb\xbfDear Zoe\xcc\x88,\r\ncome to Tokyo.\rYours")

    assert run(capsys, "-C", tmp_path, "init", "c")[0] == 0
    assert run(capsys, "-C", tmp_path / "c", "check", "--strict")[0] == 0
    status, out, err = run(
        capsys, "-C", tmp_path / "c", "add", "../letter.txt", "--into", "post", "--title", 'A "letter"', "--author", "A",
        "--author", "B", "--language", "en", "--published", "1901",
        "--rights-holder", "A", "--licence", "CC0-1.0", "--redistribute",
    )  # fmt: skip

    assert (status, err) == (0, "")
    assert out.split("\n") == [
        "added post/letter: 31 characters",
        "  removed the byte-order mark (UTF-8)",
        "  changed line ends to \\n (1 CR LF, 1 CR)",
        "  composed characters (NFC): 31 code points became 30",
        "  added a newline at the end",
        "",
    ]
    assert (tmp_path / "c/corpus/post/letter.txt").read_bytes().decode() == "Dear Zoë,\ncome to Tokyo.\nYours\n"
    assert run(capsys, "-C", tmp_path / "c", "check", "--strict")[:2] == (
        0,
        "Checked 1 document, 0 sets, 0 annotations: nothing found.\n",
    )


def test_init_keeps_what_is_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / ".gitattributes").write_text("mine\n")

    _, out, _ = run(capsys, "init", tmp_path)

    assert "kept    .gitattributes" in out
    assert (tmp_path / ".gitattributes").read_text() == "mine\n"


@pytest.mark.parametrize(
    "name", ["../../x", "/etc/x", "a/../b", "aux", "a b", "ümlaut", ".hidden", "x.", "a//b", "", "x" * 500, "a\\b", "con.x"]
)
def test_add_refuses_an_id_that_is_no_portable_path(name: str, small_corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = small_corpus.parent / "text.txt"
    source.write_text("Text.\n")
    before = sorted(small_corpus.parent.rglob("*"))

    status, _, err = run(capsys, "-C", small_corpus, "add", source, "--id", name)

    assert status == 2
    assert "cannot be a document id" in err
    assert sorted(small_corpus.parent.rglob("*")) == before


def test_add_never_overwrites(small_corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = small_corpus.parent / "text.txt"
    source.write_text("Another text.\n")
    before = (small_corpus / "corpus/example.txt").read_bytes()

    for name in ("example", "EXAMPLE"):
        status, _, err = run(capsys, "-C", small_corpus, "add", source, "--id", name)
        assert status == 2
        assert "nothing was overwritten" in err
    assert (small_corpus / "corpus/example.txt").read_bytes() == before


def test_add_guesses_no_encoding(small_corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = small_corpus.parent / "text.txt"
    source.write_bytes("Ein Wort:\nDüsseldorf\n".encode("latin-1"))

    status, _, err = run(capsys, "-C", small_corpus, "add", source)
    assert status == 2
    assert "text.txt:2:2: not UTF-8: byte 0xfc" in err
    assert run(capsys, "-C", small_corpus, "add", source, "--encoding", "latin-1")[0] == 0
    assert (small_corpus / "corpus/text.txt").read_bytes().decode() == "Ein Wort:\nDüsseldorf\n"
    assert run(capsys, "-C", small_corpus, "add", source, "--encoding", "klingon", "--id", "x")[0] == 2


def test_show_brackets_every_span(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = run(capsys, "-C", ROOT, "show", DOC, "--layer", "entity", "--width", "200")

    assert status == 0
    assert "[[India|GPE]-[Japan|GPE] 2+2 Meet|EVENT]: Security, [Indo-Pacific|LOC], Defence" in out
    assert out.count("|GPE]") == 41


def test_show_numbers_spans_that_brackets_cannot_tell_apart(small_corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plant(
        small_corpus,
        '"start":28,"end":33,"text":"Tokyo"',
        '"start":8,"end":24,"text":"Singh Hamada","fragments":[[8,13],[18,24]]',
    )

    _, out, _ = run(capsys, "-C", small_corpus, "show", "example")

    assert "[1:Rajnath [2:Singh|GPE2]|PERSON1] met [2:Hamada|GPE2] in Tokyo." in out


def test_stats_count(capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = run(capsys, "-C", ROOT, "stats", "--format", "json")
    counted = json.loads(out)

    assert counted["documents"] == 1
    assert counted["sets"]["gold"]["labels"]["entity"]["PERSON"] == 8
    assert set(counted["sets"]) == {"a1", "a2", "gold"}


def test_a_closed_pipe_is_no_error() -> None:
    command = f"{sys.executable} -m postil -C {ROOT} show {DOC} | head -1; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)

    assert done.stderr == ""
    assert done.stdout.startswith(DOC)
    assert done.stdout.endswith("\n0\n")


def test_output_survives_a_terminal_that_knows_no_unicode(small_corpus: Path) -> None:
    environment = {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    command = [sys.executable, "-m", "postil", "-C", str(small_corpus), "show"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)

    assert (done.returncode, done.stderr) == (0, "")
    assert "[Rajnath Singh|PERSON]" in done.stdout


@pytest.mark.parametrize("name", ["corpus", "Corpus", "CORPUS"])
def test_the_manifest_is_no_document(name: str, small_corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = small_corpus.parent / "text.txt"
    source.write_text("Text.\n")
    manifest = (small_corpus / "corpus/corpus.toml").read_bytes()

    status, _, err = run(capsys, "-C", small_corpus, "add", source, "--id", name)

    assert status == 2
    assert "the manifest" in err
    assert (small_corpus / "corpus/corpus.toml").read_bytes() == manifest


def test_two_files_that_one_system_would_take_for_one(small_corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("a/New.txt", "b/new.txt"):
        path = small_corpus.parent / name
        path.parent.mkdir()
        path.write_text("Text.\n")
    files = [small_corpus.parent / name for name in ("a/New.txt", "b/new.txt")]

    assert run(capsys, "-C", small_corpus, "add", *files)[0] == 2
    assert not (small_corpus / "corpus/New.txt").exists()


@pytest.mark.parametrize(
    ("content", "options"),
    [
        (b"", []),
        (b" \n", []),
        (b"\\ud800", ["--encoding", "unicode_escape"]),
        (b"a", ["--encoding", "undefined"]),
        (b"+2AA-", ["--encoding", "utf-7"]),
        (b"Text.", ["--published", "yesterday"]),
        (b"Text.", ["--language", "english please"]),
        (b"Text.", ["--title", "a\udcff"]),
    ],
)
def test_add_keeps_nothing_that_check_would_refuse(
    content: bytes, options: list[str], small_corpus: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = small_corpus.parent / "text.txt"
    source.write_bytes(content)
    before = sorted(small_corpus.rglob("*"))

    assert run(capsys, "-C", small_corpus, "add", source, *options)[0] == 2
    assert sorted(small_corpus.rglob("*")) == before


def test_offsets_counted_in_utf16_are_recognised(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from conftest import write_example
    from postil.rules.examples import Example, span

    example = Example(text="😀 in Tokyo.\n", records=(span("e1", "GPE", 6, 11, text="Tokyo"),))
    _, out, _ = run(capsys, "-C", write_example(tmp_path, example), "check")

    assert "help: the offsets count UTF-16 code units; in code points they are 5 to 10" in out


def test_show_drops_no_word_and_no_span(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from conftest import write_example
    from postil.rules.examples import Example, span

    text = "\u0301 first  word\n  indented Tokyo\n"
    records = (
        span("e1", "GPE", 25, 30),
        span("e2", "GPE", 25, 99, text="x"),
        span("e3", "GPE", 9, 3, text="y"),
    )
    root = write_example(tmp_path, Example(text=text, records=records))
    _, out, _ = run(capsys, "-C", root, "show", "--details")

    assert "1 │ \u0301 first  word\n2 │   indented [Tokyo|GPE]\n" in out
    assert "cannot be placed: GPE “x” at 25 to 99 (e2)" in out
    assert "cannot be placed: GPE “y” at 9 to 3 (e3)" in out
    assert run(capsys, "-C", root, "show", "--html", "-")[1].count("Cannot be placed") == 1


def test_the_page_hides_the_layer_that_its_box_names(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from conftest import write_example
    from postil.rules.examples import Example, span

    root = write_example(tmp_path, Example(records=(span("s1", "FACT", 0, 33, note="sure?"),)))
    _, html, _ = run(capsys, "-C", root, "show", "--html", "-")

    assert 'id="layer0" checked> <b>statement</b>' in html
    assert 'class="layer0"' in html
    assert "sure?" in html


def test_an_export_without_its_libraries_says_what_to_install(
    small_corpus: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)

    status, _, err = run(capsys, "-C", small_corpus, "export", "hf", small_corpus / "out")

    assert (status, err) == (2, "postil: export hf needs pyarrow: pip install 'postil[hf]'\n")
