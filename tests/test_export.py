from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from conftest import write_example
from postil import Corpus
from postil.cli import main
from postil.exchange.export import words_of
from postil.exchange.features import to_take_out
from postil.formats import all_formats
from postil.rules.examples import Example, relation, set_file, span


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    status = main([str(argument) for argument in arguments])
    out, err = capsys.readouterr()
    return status, out, err


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """A corpus with a span in another, a span that cuts a token, and a relation of that."""
    records = (
        span("e1", "PERSON", 0, 13),
        span("e2", "PERSON", 8, 13),
        span("s1", "OPINION", 0, 34, attributes={"polarity": "positive"}),
        span("s2", "FACT", 19, 24),
        relation("r1", "supports", {"from": "s2", "to": "s1"}),
    )
    return write_example(tmp_path / "corpus", Example(records=records, files={"annotations/a2/example.jsonl": set_file("a2")}))


def test_a_refusal_names_what_would_go_and_how_to_agree_and_leaves_nothing(
    corpus: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, out, err = run(capsys, "-C", corpus, "export", "conll", tmp_path / "out")

    assert (status, out) == (1, "")
    assert err.startswith(
        "postil: Column files with tags (CoNLL-2003 and the like) cannot hold all of this corpus. It would lose:\n"
        "1 × relations: --without relations\n"
        "    example (gold) r1 “supports”\n"
        "1 × spans with an edge inside a token: --without cut-tokens\n"
        "    example (gold) s2 “amada”\n"
        "1 × nested spans: --without nested\n"
        "    example (gold) e2 “Singh”\n"
    )
    besides = err.partition("Besides, which stops no export:\n")[2]
    assert "status, method and sources of sets" in besides
    assert "--without" not in besides.splitlines()[0]
    assert err.endswith("--lossy exports the rest; each --without agrees to one kind of loss\n")
    assert not list(tmp_path.glob("*out*"))


def test_the_words_of_a_refusal_are_all_it_takes_and_say_what_went(
    corpus: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    destination = tmp_path / "out"
    for name, format_ in all_formats().items():
        if not format_.write or not to_take_out(format_.keeps, format_.limits):
            continue
        _, _, err = run(capsys, "-C", corpus, "export", name, destination / name, "--set", "gold", "--set", "a2")
        agreed = [part for words in re.findall(r"(?:--without [a-z0-9-]+ ?)+(?=$)", err, re.MULTILINE) for part in words.split()]
        command = ("-C", corpus, "export", name, destination / name, "--set", "gold", "--set", "a2")

        status, out, err = run(capsys, *command, *agreed)

        assert (status, err) == (0, ""), name
        assert run(capsys, *command, "--lossy") == (0, out, ""), name


def test_what_goes_with_what_was_agreed_to_needs_no_word_of_its_own(
    corpus: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, _, err = run(capsys, "-C", corpus, "export", "spacy", tmp_path / "x.spacy")
    assert status == 1
    assert "1 × relations one of whose ends was lost: --without cut-tokens\n" in err

    status, out, _ = run(capsys, "-C", corpus, "export", "spacy", tmp_path / "x.spacy", "--without", "cut-tokens")
    assert status == 0
    assert f"wrote {tmp_path / 'x.spacy'}: 1 document, 3 annotations of 5\n" in out
    assert "not kept:\n1 × spans with an edge inside a token\n" in out
    assert "1 × relations one of whose ends was lost\n" in out

    status, _, err = run(capsys, "-C", corpus, "export", "conll", tmp_path / "c", "--without", "cut-tokens")
    assert status == 1
    assert "1 × nested spans: --without nested\n" in err
    assert "edge inside a token\n" in err.partition("Besides")[2]


def test_a_whole_corpus_is_counted_without_more_ado(corpus: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "-C", corpus, "export", "jsonl", tmp_path / "x.jsonl") == (
        0,
        f"wrote {tmp_path / 'x.jsonl'}: 1 document, 5 annotations\n",
        "",
    )


def test_every_word_is_one_that_a_shell_takes_and_means_one_thing() -> None:
    for name, format_ in all_formats().items():
        asked = [feature for feature in to_take_out(format_.keeps, format_.limits) if feature.stops]
        words = words_of(asked)
        assert list(words.values()) == asked, name
        assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", word) for word in words), name


def test_help_and_the_manual_say_the_words(capsys: pytest.CaptureFixture[str]) -> None:
    help_ = " ".join(run(capsys, "export", "pubtator", "--help")[1].split())
    manual = run(capsys, "formats", "pubtator")[1]

    assert "--without KIND" in help_
    assert re.search(r"several times: annotators, .*, characters, characters-2, lines, values, labels\.", help_)
    assert "  relations (--without relations)\n" in manual
    assert "  line ends after the first line (--without lines)\n" in manual
    assert "  ids, made anew when read\n" in manual
    assert run(capsys, "formats", "jsonl")[1].endswith("loses:  nothing\n")


@pytest.mark.parametrize(
    ("policy", "kept"), [("longest", "Rajnath Singh"), ("outermost", "Rajnath Singh"), ("innermost", "Singh")]
)
def test_overlap_says_which_span_stays(
    corpus: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], policy: str, kept: str
) -> None:
    arguments = ("-C", corpus, "export", "conll", tmp_path / "out", "--lossy", "--overlap", policy)
    assert run(capsys, *arguments)[0] == 0
    back = tmp_path / "back"
    back.mkdir()
    assert run(capsys, "-C", back, "import", "conll", tmp_path / "out")[0] == 0

    (found,) = (document.sets["imported"] for document in Corpus.open(back))
    assert [span.text for span in found.spans if span.label == "PERSON"] == [kept]


def test_every_format_takes_the_same_options_and_shows_those_that_have_an_effect(
    corpus: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ("--lossy", "--without", "nested", "--without", "relations", "--overlap", "innermost", "--replace", "--set", "gold")
    for name, format_ in all_formats().items():
        if format_.write:
            assert run(capsys, "-C", corpus, "export", name, tmp_path / name, *options)[0] == 0, name
    assert run(capsys, "-C", corpus, "export", "hf", tmp_path / "hf", *options, "--no-agreement", "--config", "spans")[0] == 0

    status, _, err = run(capsys, "-C", corpus, "export", "jsonl", tmp_path / "x", "--without", "nesting")
    assert status == 2
    assert "'nesting' is nothing that any format goes without" in err
    assert "--overlap" not in run(capsys, "export", "jsonl", "--help")[1]
    assert "--overlap" in run(capsys, "export", "conll", "--help")[1]


def test_what_is_there_and_differs_is_overwritten_only_when_asked(
    corpus: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "x.jsonl"
    command = ("-C", corpus, "export", "jsonl", path)
    assert run(capsys, *command)[0] == 0
    first = path.read_bytes()
    assert run(capsys, *command)[0] == 0  # the same bytes are no conflict
    path.write_text("mine\n", encoding="utf-8")

    status, out, err = run(capsys, *command)
    assert (status, out) == (1, "")
    assert err == f"postil: {path} is there already and differs: nothing was written. --replace overwrites it\n"
    assert path.read_text(encoding="utf-8") == "mine\n"

    assert run(capsys, *command, "--replace")[0] == 0
    assert path.read_bytes() == first


def test_a_directory_keeps_what_is_none_of_the_export_s(corpus: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out/README").write_text("mine\n", encoding="utf-8")

    assert run(capsys, "-C", corpus, "export", "csv", tmp_path / "out")[0] == 0

    assert (tmp_path / "out/README").read_text(encoding="utf-8") == "mine\n"
    assert (tmp_path / "out/spans.csv").is_file()


@pytest.mark.parametrize(
    ("name", "destination", "status", "said"),
    [
        ("jsonl", "a-directory", 1, "there is a directory in its place"),
        ("csv", "a-file", 1, "there is a file in its place"),
        ("jsonl", "corpus/annotations/x.jsonl", 1, "inside annotations/, which belongs to the corpus"),
        ("csv", "corpus/corpus", 1, "inside corpus/, which belongs to the corpus"),
        ("csv", "corpus/adjudication/x", 1, "inside adjudication/, which belongs to the corpus"),
        ("csv", "corpus", 1, "is the corpus itself, whose files an export must not lie among: choose another place"),
        ("hf", "corpus/.", 1, "is the corpus itself"),
        ("jsonl", "a-file/x.jsonl", 2, "a-file"),
    ],
)
def test_a_destination_that_cannot_be(
    corpus: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, destination: str, status: int, said: str
) -> None:
    (tmp_path / "a-directory").mkdir()
    (tmp_path / "a-file").write_text("mine\n", encoding="utf-8")
    before = sorted(tmp_path.rglob("*"))

    found, out, err = run(capsys, "-C", corpus, "export", name, tmp_path / destination, "--replace")

    assert (found, out) == (status, "")
    assert said in err
    assert [path for path in sorted(tmp_path.rglob("*")) if ".postil-cache" not in path.parts] == before


def test_errors_of_the_corpus_and_sets_that_nobody_has_stop_an_export(
    corpus: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, _, err = run(capsys, "-C", corpus, "export", "jsonl", tmp_path / "x", "--set", "nobody")
    assert (status, "choose with --set among a2, gold" in err) == (2, True)
    for name in ("jsonl", "hf"):
        status, _, err = run(capsys, "-C", corpus, "export", name, tmp_path / "x", "--set", "gold", "--set", "nobody")
        assert (status, "no document has a set by nobody: choose with --set among a2, gold" in err) == (2, True)
        assert not (tmp_path / "x").exists()

    (corpus / "corpus/example.txt").write_text("Something else.\n", encoding="utf-8")
    status, _, err = run(capsys, "-C", corpus, "export", "jsonl", tmp_path / "y")
    assert status == 1
    assert "Mend what postil check finds, then export" in err
    assert not (tmp_path / "y").exists()


@pytest.mark.parametrize(
    ("command", "name", "said"),
    [
        ("export", "inception", "inception can be read (postil import inception) but not written: postil export --help"),
        ("export", "spaci", "there is no format spaci: perhaps spacy"),
        ("import", "Brat", "perhaps brat"),
    ],
)
def test_a_format_that_cannot_be_had_says_what_can(
    corpus: Path, capsys: pytest.CaptureFixture[str], command: str, name: str, said: str
) -> None:
    status, out, err = run(capsys, "-C", corpus, command, name, "x")

    assert (status, out) == (2, "")
    assert said in err


def test_the_file_is_what_the_corpus_has(corpus: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(capsys, "-C", corpus, "export", "jsonl", tmp_path / "x.jsonl")

    (line,) = (tmp_path / "x.jsonl").read_text(encoding="utf-8").splitlines()

    assert json.loads(line)["text"] == "Rajnath Singh met Hamada in Tokyo.\n"


def _with_more(corpus: Path, records: tuple[Any, ...] = (), *texts: str) -> Path:
    """The corpus with documents that have a text only, and with one that has these records too."""
    for name in (*texts, *(["bad"] if records else [])):
        text = (corpus / "corpus/example.txt").read_bytes()
        path = corpus / f"corpus/{name}.txt"
        path.parent.mkdir(exist_ok=True)
        path.with_suffix(".toml").touch()
        path.write_bytes(text if name == "bad" else f"Nobody has read {name} yet.\n".encode())
    if records:
        (corpus / "annotations/gold/bad.jsonl").write_text(set_file("gold", *records).replace('"example"', '"bad"'))
    return corpus


@pytest.mark.parametrize("name", [name for name, one in all_formats().items() if one.write and one.read])
def test_texts_that_nobody_has_annotated_can_go_out(
    corpus: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    _with_more(corpus, (), "bare", "news/other")
    shutil.rmtree(corpus / "annotations/gold")
    shutil.rmtree(corpus / "annotations/a2")

    status, _, err = run(capsys, "-C", corpus, "export", name, tmp_path / "x")
    assert (status, "there are no sets at all; --all-documents exports 3 texts without annotations" in err) == (2, True)

    status, out, err = run(capsys, "-C", corpus, "export", name, tmp_path / "x", "--all-documents", "--lossy")
    assert (status, err) == (0, "")
    assert "3 documents, 0 annotations" in out
    assert "3 documents without a set by gold: only the text" in out

    (tmp_path / "back").mkdir()
    status, out, _ = run(capsys, "-C", tmp_path / "back", "import", name, tmp_path / "x")
    assert (status, "imported 3 documents, 0 annotations" in out) == (0, True)


def test_a_set_of_some_documents_goes_out_with_all_texts_when_asked(
    corpus: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _with_more(corpus, (), "bare")

    _, out, _ = run(capsys, "-C", corpus, "export", "brat", tmp_path / "some", "--lossy")
    assert "bare has no set by gold\n--all-documents writes the text of every document\n" in out

    _, out, _ = run(capsys, "-C", corpus, "export", "brat", tmp_path / "all", "--lossy", "--all-documents")
    assert "2 documents, 5 annotations" in out
    assert (tmp_path / "all/bare.ann").read_bytes() == b""
    assert (tmp_path / "all/bare.txt").is_file()


def test_documents_with_errors_are_counted_by_rule_and_left_out_when_asked(
    corpus: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    same = span("e1", "PERSON", 0, 13)
    _with_more(corpus, (same, span("e2", "PERSON", 0, 13), span("e3", "PERSON", 0, 13), span("e4", "PERSON", 7, 7)))

    status, _, err = run(capsys, "-C", corpus, "export", "jsonl", tmp_path / "x", "--lossy")
    assert status == 1
    assert "1 of 2 documents has errors:" in err
    assert "1 × SPN002 empty-or-inverted (error)" in err
    assert "2 × SPN008 duplicate-span (error)" in err
    assert "annotations/gold/bad.jsonl:" in err
    assert "Mend what postil check finds, then export; or --skip-invalid leaves it out." in err
    assert not (tmp_path / "x").exists()

    status, out, _ = run(capsys, "-C", corpus, "export", "jsonl", tmp_path / "x", "--skip-invalid")
    assert status == 0
    assert "wrote" in out
    assert ": 1 document, 5 annotations" in out
    assert "left out, as there are errors: bad" in out
    assert "2 × SPN008" in out

    shutil.rmtree(corpus / "annotations/a2")
    (corpus / "annotations/gold/example.jsonl").unlink()
    status, _, err = run(capsys, "-C", corpus, "export", "jsonl", tmp_path / "y", "--skip-invalid")
    assert (status, "1 of 2 documents has errors" in err) == (1, True)


def test_only_ids_that_come_back_as_others_are_said_to_be_made_anew(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = ("T1\tPER 0 3\tAda", "T2\tMet 4 7\tmet", "E1\tMet:T2 Who:T1", "R1\tof Arg1:T2 Arg2:T1", "#1\tNote T1\tsure?")
    (tmp_path / "d.txt").write_text("Ada met Bob.\n", encoding="utf-8")
    (tmp_path / "d.ann").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    (tmp_path / "map.toml").write_text('[roles.event]\nWho = "agent"\n', encoding="utf-8")
    _, out, _ = run(capsys, "-C", corpus, "import", "brat", tmp_path / "d.ann", "--scheme", tmp_path / "map.toml", "--as", "gold")
    assert "not in the source" not in out
    assert Corpus.open(corpus)["d"].sets["gold"].relations[0].args == {"trigger": "T2", "agent": "T1"}

    status, out, _ = run(capsys, "-C", corpus, "export", "brat", tmp_path / "x")
    assert (status, "ids, made anew" in out) == (0, False)
    assert re.findall(r"^(?:[TER#]\d)", (tmp_path / "x/d.ann").read_text(encoding="utf-8"), re.MULTILINE) == [
        "T1", "T2", "E1", "R1", "#1",
    ]  # fmt: skip

    path = corpus / "annotations/gold/d.jsonl"
    path.write_text(path.read_text(encoding="utf-8").replace('"T1"', '"ada"'), encoding="utf-8")
    _, out, _ = run(capsys, "-C", corpus, "export", "brat", tmp_path / "y")
    assert "1 × ids, made anew when read\n    d (gold) “ada”" in out
