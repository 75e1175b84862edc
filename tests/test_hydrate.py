"""Detached datasets: nothing of a text goes out, and with the text everything comes back."""

from __future__ import annotations

import json
import shutil
import signal
import tempfile
import unicodedata
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from conftest import ROOT, write_example
from ended import left_over, run_ended
from postil import Corpus
from postil.cli import main
from postil.formats.hf.detaching.quotations import (
    elided,
    file_without_quotations,
    places_in,
    runs,
    unescaped,
    with_quotations,
    without_quotations,
)  # fmt: skip
from postil.formats.hf.detaching.spellings import level
from postil.rules.examples import Example, label, relation, span
from standin_hub import Hub, Repository

pa = pytest.importorskip("pyarrow", reason="the extra hf is not installed")
pq = pytest.importorskip("pyarrow.parquet", reason="the extra hf is not installed")
pytest.importorskip("spacy", reason="the extra spacy is not installed")
pytestmark = pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning")  # of the client, without Xet
LENGTH = 12
TEXT = (
    "Quixotic Zephyr Jabberwock 😀 vexed Żółw-Gęślą. ⟦Blorptang⟧ grumbled\\snarled.\n"
    'He said "Flimsywhit Borogove" and\tMome-Raths\noutgrabe ⟦1:20⟧ frumiously, the slithy toves.\n'
)
QUOTE = "Zephyr Jabberwock 😀 vexed"
OTHER = "Vorpal Snickersnack galumphing beamish boyhood calloh callay.\n"
RIGHTS = '[rights]\nholder = "Us"\nlicence = "CC0-1.0"\nredistribute = false\n'


def corpus_files(root: Path) -> dict[str, bytes]:
    tops = [root / name for name in ("corpus", "annotations", "adjudication")]
    return {path.relative_to(root).as_posix(): path.read_bytes() for top in tops for path in top.rglob("*") if path.is_file()}


def unlisted(target: Path) -> None:
    """Take away what lists the files of an export, so that it may be changed."""
    for name in ("postil-export.json", "SHA256SUMS"):
        (target / name).unlink()


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with a corpus that quotes its texts wherever something can be said, and its detached export."""
    directory = tmp_path_factory.mktemp("made")
    scheme = Example().scheme
    assert scheme
    records = (
        span("s1", "OPINION", 0, 46, attributes={"polarity": "positive"}, ignore={"LAB009": f"as in {QUOTE}"}),
        span(
            "e1",
            "PERSON",
            9,
            26,
            note=f"is it “{QUOTE}”, or ⟦0:8⟧?",
            attributes={"called": "Flimsywhit Borogove"},
        ),
        span("e2", "PERSON", 48, 57, fragments=[(48, 52), (54, 57)]),
        span("s2", "FACT", 77, 167),
        relation("r1", "supports", {"from": "s2", "to": "s1"}, note='said "Flimsywhit Borogove" and\tMome-Raths\noutgrabe'),
        label("g1", "op-ed", note=QUOTE),
        {"type": "note", "id": "n1", "about": "s1", "text": f"{QUOTE}!", "seen": [QUOTE, {QUOTE: ["grumbled\\snarled"]}]},
    )
    scheme = scheme.replace('overlap = "nested"', 'overlap = "free"', 1).replace(', labels = ["OPINION"]', "")
    described = f'description = "such as {QUOTE}", example = "{QUOTE}"'
    scheme = scheme.replace('description = "a human being"', described)
    scheme = f'# such as {QUOTE}\n{scheme}\n[layers.entity.attributes.called]\ntype = "string"\ndescription = "as in {QUOTE}"\n'
    root = write_example(directory / "quoting", Example(text=TEXT, records=records, scheme=scheme))
    metadata = f"title = '{TEXT[:25]}'\nauthors = ['Flimsywhit Borogove']\nnote = '''\ngrumbled\\snarled'''\n"
    (root / "corpus/example.toml").write_text(
        f"# {QUOTE}\n{metadata}{RIGHTS}statement = '{QUOTE} is ours'\n[extra]\nof = [{{a = '{QUOTE}'}}]\n"
    )
    manifest = root / "corpus/corpus.toml"
    said = f"description = 'On {QUOTE}.'\n[data_statement]\nsources = 'Vorpal Snickersnack, of course'\n"
    said += "[check]\nignore = ['LAB', 'SPN']\n"
    manifest.write_text(f"{manifest.read_text()}{said}")
    (root / "annotations/GUIDELINES.md").write_text(f"# How\nMark ⟦Blorptang⟧ in ⟦{QUOTE}⟧, and Snickersnack galumphing\n")
    (root / "corpus/more").mkdir()
    (root / "corpus/more/other.txt").write_text(OTHER)
    (root / "corpus/more/other.toml").write_text(f'url = "https://example.org/other"\n{RIGHTS}')
    there = Corpus.open(root)
    path = root / "annotations/gold/example.jsonl"
    header, *lines = path.read_text().splitlines()
    (root / "annotations/a1").mkdir()
    shutil.copy(path, root / "annotations/a1/example.jsonl")
    odd = [lines[0].replace('"id":"s1",', '  "id": "s1",\t'), *lines[1:]]
    (root / "annotations/a1/example.jsonl").write_text("\n".join([header.replace('"gold"', '"a1"'), *odd, ""]))
    (root / "annotations/gold/more").mkdir()
    other = header.replace('"example"', '"more/other"').replace(there["example"].text_sha256, there["more/other"].text_sha256)
    (root / "annotations/gold/more/other.jsonl").write_text(f"{other}\n")
    exported(root, directory / "detached", "--detached")
    return directory


@pytest.fixture
def quoting(made: Path, tmp_path: Path) -> Path:
    """The corpus."""
    return shutil.copytree(made / "quoting", tmp_path / "quoting")


def exported(root: Path, target: Path, *options: str) -> Path:
    sets = [
        word for one in sorted(path.name for path in (root / "annotations").iterdir() if path.is_dir()) for word in ("--set", one)
    ]
    assert main(["-C", str(root), "export", "hf", str(target), *sets, *options]) == 0
    return target


@pytest.fixture
def detached(made: Path, tmp_path: Path) -> Path:
    """Its detached export."""
    return shutil.copytree(made / "detached", tmp_path / "detached")


@pytest.fixture
def hydrate(detached: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """Put texts back into the dataset, and give the exit status and what was said."""

    def run(texts: Path, source: str = str(detached)) -> tuple[int, str, str]:
        status = main(["hydrate", source, "--texts", str(texts), "--into", str(tmp_path / "back")])
        out, err = capsys.readouterr()
        return status, out, err

    return run


def strings(value: Any) -> Iterator[str]:
    """Every string in a value, and whatever JSON text in it says."""
    if isinstance(value, str):
        yield value
        for line in value.splitlines() if value[:1] in "{[" else ():
            try:
                yield from strings(json.loads(line))
            except ValueError:
                continue
    elif isinstance(value, dict):
        for key, one in value.items():
            yield from strings(key)
            yield from strings(one)
    elif isinstance(value, list):
        for one in value:
            yield from strings(one)


def all_strings(dataset: Path) -> Iterator[tuple[str, str]]:
    for path in sorted(dataset.rglob("*")):
        if path.suffix == ".parquet":
            yield from ((path.name, said) for row in pq.read_table(path).to_pylist() for said in strings(row))
            metadata = pq.read_metadata(path)
            yield from ((path.name, said.decode()) for said in metadata.metadata.values())
            yield path.name, json.dumps(metadata.to_dict(), default=str, ensure_ascii=False)  # the least and the greatest values
        elif path.is_file():
            yield path.name, path.read_text(encoding="utf-8", errors="replace")
            if path.suffix == ".json":
                yield from ((path.name, said) for said in strings(json.loads(path.read_bytes())))


def test_no_twelve_characters_of_a_text_go_out(quoting: Path, detached: Path, tmp_path: Path) -> None:
    of_texts = {run for text in (TEXT, OTHER) for run in runs(text, LENGTH)}
    whole = exported(quoting, tmp_path / "whole")

    def leaks(dataset: Path) -> set[str]:
        return {where for where, said in all_strings(dataset) if any(run in of_texts for run in runs(said, LENGTH))}

    assert leaks(whole) >= {
        "README.md",
        "GUIDELINES.md",
        "scheme.toml",
        "corpus.toml",
        "LICENSE.md",
        "train-00000-of-00001.parquet",
    }
    assert leaks(detached) == set()


def test_what_the_manifest_says_for_the_card_quotes_nothing_either(quoting: Path, tmp_path: Path) -> None:
    """Whose a text is, and its genre, are named all the same."""
    quote = "Flimsywhit Borogove"
    manifest, metadata = quoting / "corpus/corpus.toml", quoting / "corpus/example.toml"
    told = f"title = 'Of {quote}'\ncitation = 'see {quote}'\nannotation_process = 'as {quote} did'\ndescription"
    asked = f"extra_gated_prompt = '{quote}?'\n[huggingface.extra_gated_fields]\n'About {quote}' = ['{quote}', 'b']\n"
    hub = f"[huggingface]\npretty_name = 'On {quote}'\ntags = ['{quote}', 'frumious']\n{asked}"
    manifest.write_text(f"{manifest.read_text().replace('description', told, 1)}{hub}")
    metadata.write_text(metadata.read_text().replace("title", f"group = '{quote}'\ntitle", 1))
    citation = f"cff-version: 1.2.0\nmessage: Cite it\ntitle: 'On {quote}'\ntype: dataset\nauthors:\n  - name: Us\n"
    (quoting / "CITATION.cff").write_text(citation)
    target = exported(quoting, tmp_path / "out", "--detached")

    of_texts = {run for text in (TEXT, OTHER) for run in runs(text, LENGTH)}
    assert {where for where, said in all_strings(target) if any(run in of_texts for run in runs(said, LENGTH))} == set()
    assert "frumious" in (target / "README.md").read_text()
    (texts := tmp_path / "texts").mkdir()
    for path in quoting.rglob("*.txt"):
        shutil.copy(path, texts)
    assert main(["hydrate", str(target), "--texts", str(texts), "--into", str(tmp_path / "whole")]) == 0
    assert corpus_files(tmp_path / "whole") == corpus_files(quoting)


def test_of_our_own_article_nothing_goes_out(tmp_path: Path) -> None:
    """But for whose it is, and what our own prose has in common with it by chance."""
    assert main(["-C", str(ROOT), "export", "hf", str(tmp_path / "hf"), "--detached", "--no-agreement"]) == 0
    of_text = set(runs(Corpus.open(ROOT)["news/india-japan-2-plus-2"].text, LENGTH))
    ours = ("README.md", "LICENSE.md", "croissant.json", "6-topic.svg")

    assert {
        (where, run)
        for where, said in all_strings(tmp_path / "hf")
        for run in runs(said, LENGTH)
        if run in of_text and where not in ours
    } == set()


def test_what_a_detached_dataset_has(detached: Path) -> None:
    (example, _, other) = sorted(pq.read_table(detached / "documents").to_pylist(), key=lambda row: (row["id"], row["annotator"]))
    spans = pq.read_table(detached / "spans").to_pylist()

    assert sorted(path.name for path in detached.iterdir() if path.is_dir()) == [
        "annotations", "documents", "figures", "relations", "sentences", "spans",
    ]  # fmt: skip
    assert (example["text"], example["text_length"], other["text_length"]) == (None, len(TEXT), len(OTHER))
    assert other["url"] == "https://example.org/other"
    assert [(row["start"], row["end"], row["text"], row["before"]) for row in spans if row["id"] == "e1"] == [
        (9, 26, None, None)
    ] * 2
    assert example["title"] == "⟦0:25⟧"
    (card,) = [said for where, said in all_strings(detached) if where == "README.md"]
    assert "**No text is in this dataset.**" in card
    assert "postil hydrate path/to/this" in card
    assert "do not publish" not in card
    assert "\nlicense: other\n" in card  # of the annotations, which this corpus does not state


@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize("config", ["documents", "spans", "relations"])
def test_load_dataset_opens_a_detached_dataset(
    config: str, detached: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    datasets = pytest.importorskip("datasets", reason="the extra hf is not installed")
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)

    loaded = datasets.load_dataset(str(detached), config, split="train", cache_dir=str(tmp_path / "cache"))

    assert set(loaded["text" if config != "relations" else "head_text"]) == {None}
    assert loaded.features["text" if config != "relations" else "head_text"].dtype == "string"


def test_what_is_little_but_text_cannot_be_detached(quoting: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["-C", str(quoting), "export", "hf", str(tmp_path / "x"), "--detached", "--config", "tokens"]) == 2
    assert "nothing of tokens would be left" in capsys.readouterr().err


def test_the_corpus_comes_back_byte_for_byte(quoting: Path, hydrate: Callable[..., tuple[int, str, str]], tmp_path: Path) -> None:
    status, out, _ = hydrate(quoting)

    assert status == 0
    assert "imported 2 documents" in out
    assert corpus_files(tmp_path / "back") == corpus_files(quoting)


def test_what_a_corpus_had_not_it_does_not_get(quoting: Path, tmp_path: Path) -> None:
    (quoting / "annotations/GUIDELINES.md").unlink()
    detached = exported(quoting, tmp_path / "detached", "--detached")

    assert main(["hydrate", str(detached), "--texts", str(quoting), "--into", str(tmp_path / "back")]) == 0
    assert corpus_files(tmp_path / "back") == corpus_files(quoting)


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        ("spans", [1], "is no detached dataset"), ("spans", "x", "is no detached dataset"),
        ("text_length", "x", "not as an export has it"), ("text_length", 1 << 62, ""),
    ],
)  # fmt: skip
def test_columns_of_other_types_are_not_believed(
    column: str, value: Any, said: str, detached: Path, quoting: Path, hydrate: Callable[..., tuple[int, str, str]]
) -> None:
    (shard,) = (detached / "documents").iterdir()
    table = pq.read_table(shard)
    pq.write_table(table.set_column(table.column_names.index(column), column, pa.array([value] * table.num_rows)), shard)
    unlisted(detached)

    status, _, err = hydrate(quoting)

    assert (status, said in err) == (2 if said else 0, True)


@pytest.mark.parametrize(
    ("change", "said"),
    [({"id": None}, "not as an export has it"), ({"id": "../../x"}, "no such document"), ({"text_sha256": None}, "not as an")],
)
def test_a_detached_dataset_that_was_changed_is_not_believed(
    change: dict[str, Any], said: str, detached: Path, quoting: Path, tmp_path: Path, hydrate: Callable[..., tuple[int, str, str]]
) -> None:
    (shard,) = (detached / "documents").iterdir()
    table = pq.read_table(shard)
    pq.write_table(pa.Table.from_pylist([{**row, **change} for row in table.to_pylist()], schema=table.schema), shard)
    unlisted(detached)

    status, _, err = hydrate(quoting)

    assert status in (1, 2)
    assert said in err
    assert not corpus_files(tmp_path / "back")


def test_our_own_corpus_comes_back_byte_for_byte(tmp_path: Path) -> None:
    sets = ["--set", "gold", "--set", "a1", "--set", "a2"]
    assert main(["-C", str(ROOT), "export", "hf", str(tmp_path / "hf"), "--detached", "--no-agreement", *sets]) == 0
    assert main(["hydrate", str(tmp_path / "hf"), "--texts", str(ROOT / "corpus"), "--into", str(tmp_path / "back")]) == 0
    assert corpus_files(tmp_path / "back") == corpus_files(ROOT)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda text: text.replace("\n", "\r\n").encode(), "changed line ends to \\n (3 CR LF, 0 CR)"),
        (lambda text: b"\xef\xbb\xbf" + text.encode(), "removed the byte-order mark (UTF-8)"),
        (lambda text: unicodedata.normalize("NFD", text).encode(), "composed characters (NFC)"),
        (lambda text: text.encode("utf-16"), "decoded from utf-16"),
        (lambda text: text.removesuffix("\n").encode(), "added a newline at the end"),
    ],
)
def test_a_copy_may_differ_in_what_the_corpus_would_change(
    change: Callable[[str], bytes], said: str, quoting: Path, hydrate: Callable[..., tuple[int, str, str]], tmp_path: Path
) -> None:
    texts = tmp_path / "texts"
    (texts / "deep").mkdir(parents=True)
    (texts / "deep/somewhere.dat").write_bytes(change(TEXT))
    (texts / "other.html").write_text(OTHER)

    status, out, _ = hydrate(texts)

    assert status == 0
    assert f"example: {texts / 'deep/somewhere.dat'}: " in out
    assert said in out
    assert corpus_files(tmp_path / "back") == corpus_files(quoting)


def test_texts_may_be_in_a_zip_among_other_files(
    quoting: Path, hydrate: Callable[..., tuple[int, str, str]], tmp_path: Path
) -> None:
    with zipfile.ZipFile(tmp_path / "texts.zip", "w") as archive:
        for name, data in {
            "a": b"\xff\xfe\x00",
            "b": b"",
            "c": bytes(200_000),
            "x/y": TEXT.encode(),
            "z": OTHER.encode(),
        }.items():
            archive.writestr(name, data)

    assert hydrate(tmp_path / "texts.zip")[0] == 0
    assert corpus_files(tmp_path / "back") == corpus_files(quoting)


def test_texts_that_are_missing_are_listed_and_nothing_is_written(
    hydrate: Callable[..., tuple[int, str, str]], tmp_path: Path
) -> None:
    texts = tmp_path / "texts"
    texts.mkdir()
    (texts / "Other.txt").write_text(OTHER.replace("beamish", "beamless"))
    (texts / "nothing.txt").write_text("nothing\n")

    status, out, err = hydrate(texts)

    assert (status, out) == (1, "")
    assert err.splitlines()[0].startswith(f"example: {len(TEXT)} characters, sha256 ")
    assert err.splitlines()[1].endswith(", https://example.org/other")
    assert f"{texts / 'Other.txt'} has its name, and is another text: {len(OTHER) + 1} characters, not {len(OTHER)}" in err
    assert err.endswith("postil: not all texts are there: nothing was written\n")
    assert not (tmp_path / "back").exists()


def test_a_detached_dataset_is_hydrated_and_any_other_imported(
    detached: Path,
    quoting: Path,
    tmp_path: Path,
    hydrate: Callable[..., tuple[int, str, str]],
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "new").mkdir()
    assert main(["-C", str(tmp_path / "new"), "import", "hf", str(detached)]) == 2
    assert "the dataset is detached, without its texts: postil hydrate puts back yours" in capsys.readouterr().err
    whole = exported(quoting, tmp_path / "whole", "--config", "documents")
    status, _, err = hydrate(quoting, str(whole))
    assert status == 2
    assert "is no detached dataset" in err
    assert not (tmp_path / "back").exists()


@pytest.mark.parametrize("wrong", ["⟦0:9999 example⟧", "⟦5:5 example⟧", "⟦0:12 nowhere⟧", "⟦0:12⟧"])
def test_a_reference_to_no_place_is_an_error(
    wrong: str, detached: Path, quoting: Path, hydrate: Callable[..., tuple[int, str, str]], tmp_path: Path
) -> None:
    guidelines = detached / "GUIDELINES.md"
    guidelines.write_text(f"{guidelines.read_text()}{wrong}\n")
    unlisted(detached)

    status, _, err = hydrate(quoting)

    assert status == 2
    assert err.startswith(f"postil: {guidelines}: ")
    assert "is outside the text" in err or "there is no such document in the dataset" in err
    assert not corpus_files(tmp_path / "back")


def russian(root: Path) -> Path:
    """A corpus of a text without an ASCII letter, whose set was written with every other character as an escape."""
    text = "Съешь ещё этих мягких французских булок 😀, да выпей чаю.\n"
    example = Example(text=text, records=(span("e1", "PERSON", 0, 14),), metadata=RIGHTS)
    path = write_example(root, example) / "annotations/gold/example.jsonl"
    path.write_text("".join(f"{json.dumps(json.loads(line))}\n" for line in path.read_text().splitlines()))
    return root


def escaped(said: str) -> str:
    return "".join(f"\\u{ord(one):04x}" for one in said)


@pytest.mark.parametrize(
    ("path", "added"),
    [
        ("annotations/gold/example.jsonl", ""),
        ("corpus/example.toml", f'title = "{escaped("Съешь ещё этих мягких")}"\n'),
        ("corpus/example.toml", f'title = "{escaped("мягких французских ").upper().replace("U", "u")}булок"\n'),
        ("corpus/example.toml", 'title = "французских булок \\U0001f600, да \\U00000432ыпей"\n'),
        ("corpus/corpus.toml", f'description = "{escaped("Съешь ещё этих")}"\n'),
        ("annotations/scheme.toml", 'description = """Съешь ещё \\\n  этих мягких"""\n'),
        ("annotations/GUIDELINES.md", "> ещё этих\n> мягких фран\nцузских\n\tбулок\n"),
    ],
)
def test_what_quotes_a_text_with_escapes_or_over_lines_comes_back(path: str, added: str, tmp_path: Path) -> None:
    root = russian(tmp_path / "russian")
    file = root / path
    file.write_text(f"{added}{file.read_text() if file.exists() else ''}")
    detached = exported(root, tmp_path / "hf", "--detached")

    made = detached / "GUIDELINES.md" if path.endswith(".md") else detached / path.rpartition("/")[2]
    said = (
        unescaped(made.read_text()) if made.exists() else str(pq.read_table(next((detached / "documents").iterdir())).to_pylist())
    )
    for words in ("ещё", "этих", "мягких", "булок"):
        assert words not in said
        assert escaped(words) not in said.lower()
    assert main(["hydrate", str(detached), "--texts", str(root), "--into", str(tmp_path / "back")]) == 0
    assert corpus_files(tmp_path / "back") == corpus_files(root)


def test_what_quotes_a_text_in_a_way_that_no_reference_spells_does_not_go_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = russian(tmp_path / "odd")
    text = "ҽҫҭһҽҫҭһҽҫҭһҽҫҭһ.\n"
    odd = "".join(f"\\u04{f'{ord(one) & 255:02x}'[0].upper()}{f'{ord(one) & 255:02x}'[1]}" for one in text[:16])
    example = Example(text=text, metadata=f'title = "{odd}"\n{RIGHTS}')
    shutil.rmtree(root)
    write_example(root, example)
    command = ["-C", str(root), "export", "hf", str(tmp_path / "hf"), "--detached", "--no-agreement", "--all-documents"]

    assert main(command) == 1
    said = capsys.readouterr().err
    assert "example: metadata quotes the text ('ҽҫҭһ" in said
    assert "escapes that no reference can stand for" in said
    assert not (tmp_path / "hf").exists()


@given(
    text=st.text('ab\\n\n\t é😀"⟦', min_size=8, max_size=30),
    ways=st.lists(st.sampled_from(["plain", "json", "upper", "wrapped", "other"]), min_size=1, max_size=4),
)
@settings(max_examples=60, deadline=None)
def test_a_file_is_made_whole_however_it_spells_what_it_quotes(text: str, ways: list[str]) -> None:
    spelt = {
        "plain": text,
        "json": json.dumps(text),
        "upper": json.dumps(text).upper().replace("\\U", "\\u"),
        "wrapped": text.replace(" ", "\n> "),
        "other": "⟦0:4⟧ \\",
    }
    said = "".join(spelt[way] for way in ways)
    made = file_without_quotations(said, places_in(level(text), 4), lambda _: text, 4)
    assert with_quotations(made, lambda _: text) == said


@pytest.mark.parametrize("code", ["1u", "3.", "2.[1n", "x", "[1z]1.", "99999999999.", "2.{1n}1"])
def test_a_spelling_of_another_text_is_none(code: str) -> None:
    with pytest.raises(ValueError, match="how they are spelt"):
        with_quotations(f"⟦0:2|{code}⟧", lambda _: "ab")


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        (r"\u0041\U0001f600\x41", "A😀A"), (r"\ud83d\ude00", "😀"), (r"a\n\t\"\\u0041", 'a\n\t"\\u0041'), ("a \\\n  b", "a b"),
        (r"\ud83d", "\ufffd"), (r"C:\q", r"C:\q"), (r"\UFFFFFFFF", "\U0010ffff"), ("plain", "plain"),
    ],
)  # fmt: skip
def test_escapes_are_read_as_json_and_toml_read_them(said: str, meant: str) -> None:
    assert unescaped(said) == meant


def test_words_that_many_documents_have_are_no_quotation(tmp_path: Path) -> None:
    root = write_example(
        tmp_path / "common", Example(text="Rare Words Here. And this is what everybody says.\n", metadata=RIGHTS)
    )
    header = '{{"type":"set","document":"{}","annotator":"gold","scheme":"news/1","text_sha256":"{}",'
    header += '"status":"complete","method":"manual"}}\n'
    for number in range(4):
        (root / f"corpus/d{number}.txt").write_text(f"Text {number} of d{number} too: this is what everybody says.\n")
        (root / f"corpus/d{number}.toml").write_text(RIGHTS)
        digest = Corpus.open(root)[f"d{number}"].text_sha256
        (root / f"annotations/gold/d{number}.jsonl").write_text(header.format(f"d{number}", digest))
    (root / "annotations/GUIDELINES.md").write_text("this is what everybody says of Rare Words Here\n")
    assert main(["-C", str(root), "export", "hf", str(tmp_path / "hf"), "--detached", "--no-agreement"]) == 0

    assert (tmp_path / "hf/GUIDELINES.md").read_text() == "this is what everybody says of ⟦0:15 example⟧\n"


WORDS = st.lists(st.sampled_from("ab ⟦⟧1:é"), max_size=60).map("".join)


@settings(max_examples=60)
@given(WORDS, WORDS, WORDS)
def test_quotations_are_taken_out_and_put_back(text: str, before: str, after: str) -> None:
    said = before + text[3:30] + after
    places = places_in(text)

    made = without_quotations(said, places)

    assert with_quotations(made, lambda _: text) == said
    left = elided(said, places)
    assert not [run for piece in left.split("[…]") for run in runs(piece) if run in places]
    assert (left == said) == ("[…]" not in left)


def test_words_are_left_out_whole() -> None:
    places = places_in("the quick brown fox")

    assert elided("He saw bathe quick brown foxes, twice.", places) == "He saw […], twice."
    assert elided("“ quick brown fox”", places) == "“[…]”"


def pushed(hub: Hub, dataset: Path, name: str = "me/demo") -> Repository:
    from standin_hub import Entry

    made = hub.repositories[name] = Repository()
    files = {path.relative_to(dataset).as_posix(): path.read_bytes() for path in dataset.rglob("*") if path.is_file()}
    made.commit("main", {path: Entry(data, path.endswith(".parquet")) for path, data in files.items()}, "export")
    return made


def test_a_dataset_on_the_hub_is_hydrated(hub: Hub, detached: Path, quoting: Path, tmp_path: Path, hydrate: Any) -> None:
    pushed(hub, detached)

    assert hydrate(quoting, "me/demo")[0] == 0
    assert corpus_files(tmp_path / "back") == corpus_files(quoting)


def imported(root: Path, *options: str) -> int:
    root.mkdir(exist_ok=True)
    return main(["-C", str(root), "import", "hf", *options])


@pytest.mark.parametrize(
    "path", ["documents/../../../../evil.parquet", "/etc/evil.parquet", "documents\\..\\..\\evil.parquet", "C:/x"]
)
def test_a_listing_that_leads_out_is_refused(path: str, hub: Hub, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    hub.repositories["me/demo"] = made = Repository()
    made.edit(path, b"PAR1")

    assert imported(tmp_path / "back", "me/demo") == 2
    assert "which leads out of it: nothing was downloaded" in capsys.readouterr().err
    assert not [line for line in hub.requests if "/resolve/" in line]


def test_an_export_on_the_hub_is_imported_byte_for_byte(hub: Hub, quoting: Path, tmp_path: Path) -> None:
    made = pushed(hub, exported(quoting, tmp_path / "whole"))
    head = made.branches["main"]
    made.edit("documents/train-00000-of-00001.parquet", b"broken")

    assert imported(tmp_path / "back", "me/demo", "--revision", head) == 0
    assert corpus_files(tmp_path / "back") == corpus_files(quoting)
    got = {line.rpartition("/")[2] for line in hub.requests if line.startswith("GET") and "/resolve/" in line}
    assert got == {"README.md", "train-00000-of-00001.parquet", "corpus.toml", "scheme.toml", "GUIDELINES.md"} | {
        "postil-export.json", "SHA256SUMS",
    }  # fmt: skip
    assert not [line for line in hub.requests if "/resolve/" in line and "/spans/" in line]


def test_an_ordinary_dataset_on_the_hub_is_imported_and_only_what_is_needed_is_fetched(hub: Hub, tmp_path: Path) -> None:
    dataset = tmp_path / "dataset"
    for config in ("one", "two"):
        (dataset / config).mkdir(parents=True)
        table = pa.table({"tokens": [["Tokyo", "grew"]], "ner_tags": [["B-GPE", "O"]]})
        pq.write_table(table, dataset / config / "train[1].parquet")
    (dataset / "README.md").write_text(
        "---\nconfigs:\n- config_name: one\n  data_files: one/*\n- config_name: two\n  data_files: two/*\n---\n"
    )
    (dataset / "large.bin").write_bytes(b"0")
    pushed(hub, dataset)

    assert imported(tmp_path / "back", "me/demo") == 2
    assert imported(tmp_path / "back", "me/demo", "--config", "one") == 0
    got = {
        line.partition("/resolve/")[2].partition("/")[2]
        for line in hub.requests
        if line.startswith("GET") and "/resolve/" in line
    }
    assert got == {"README.md", "one/train[1].parquet"}


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="there, nobody can tell whether a process has ended")
def test_what_a_download_leaves_that_is_ended_the_next_takes_away_and_the_corpus_is_whole(
    hub: Hub, detached: Path, quoting: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    temporary, back = tmp_path / "temporary", tmp_path / "back"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    pushed(hub, detached)
    argv = ("hydrate", "me/demo", "--texts", quoting / "corpus", "--into", back)
    around = {"TMPDIR": temporary, "HF_HUB_DISABLE_XET": 1, "HF_HUB_OFFLINE": 0}
    for number, left in ((signal.SIGTERM, 0), (signal.SIGKILL, 1)):
        run_ended(*argv, number=number, at=r"os\.mkdir .*/imports-", **around)
        assert len(left_over(temporary)) == left
        assert corpus_files(back) == {}

    assert main([*map(str, argv)]) == 0
    assert left_over(temporary) == []
    assert not (back / ".postil/imports").exists()
    assert corpus_files(back) == corpus_files(quoting)


def test_a_directory_of_that_name_comes_first(hub: Hub, quoting: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    exported(quoting, tmp_path / "back/me/demo", "--config", "documents")
    monkeypatch.chdir(tmp_path)

    assert imported(tmp_path / "back", "me/demo") == 0
    assert hub.requests == []


@pytest.mark.parametrize(
    ("source", "revision", "said"),
    [
        ("me/none", "main", "there is no me/none here, and the Hub has no dataset me/none, or you may not see it"),
        ("other/hidden", "main", "the Hub has no dataset other/hidden, or you may not see it"),
        ("me/gated", "main", "me/gated is gated: ask for access on its page"),
        ("me/empty", "v9", "me/empty has no such branch, tag or commit"),
        ("me/empty", "main", "there is no table in it"),
        ("nowhere/to/be", "main", "there is no such file or directory"),
    ],
)
def test_what_cannot_be_got_from_the_hub_is_one_line(
    source: str, revision: str, said: str, hub: Hub, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    hub.repositories |= {"other/hidden": Repository(private=True), "me/empty": Repository(), "me/gated": Repository(gated=True)}
    hub.repositories["me/gated"].edit("README.md", b"---\n---\n")

    assert imported(tmp_path / "back", source, "--revision", revision) == 2
    err = capsys.readouterr().err
    assert said in err
    assert err.count("\n") == 1


def test_offline_it_is_said(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)

    assert imported(tmp_path / "back", "me/demo") == 2
    assert (
        capsys.readouterr().err
        == "postil: there is no me/demo here, and HF_HUB_OFFLINE is set, so that the Hub cannot be reached: unset it\n"
    )


def test_a_dataset_of_the_hub_that_only_a_script_loads(hub: Hub, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "dataset").mkdir()
    (tmp_path / "dataset/demo.py").write_text("raise AssertionError\n")
    pushed(hub, tmp_path / "dataset")
    capsys.readouterr()

    assert imported(tmp_path / "back", "me/demo") == 2
    assert "only a script, demo.py, could load this dataset" in capsys.readouterr().err


def test_a_saved_dataset_of_the_hub(hub: Hub, tmp_path: Path) -> None:
    datasets = pytest.importorskip("datasets", reason="the extra hf is not installed")
    data = datasets.Dataset.from_list([{"id": "a", "tokens": ["Tokyo", "grew"], "ner_tags": ["B-GPE", "O"]}])
    datasets.DatasetDict(test=data).save_to_disk(str(tmp_path / "dataset"))
    pushed(hub, tmp_path / "dataset")

    assert imported(tmp_path / "back", "me/demo") == 0
    assert [one.text for one in Corpus.open(tmp_path / "back")["a"].sets["imported"].spans] == ["Tokyo"]
    assert '"split":"test"' in (tmp_path / "back/corpus/splits.jsonl").read_text()
