from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from postil import Corpus
from postil.cli import main
from postil.errors import PostilError
from postil.exchange.proposal import Observed
from postil.exchange.scheme_text import added, scheme_toml, widened, with_keys
from postil.scheme import Attribute, LabelDefinition, Layer, Role, Scheme
from postil.storage.toml_file import parse_toml


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    status = main([str(argument) for argument in arguments])
    out, err = capsys.readouterr()
    return status, out, err


def _document(id: str, text: str, *spans: tuple[str, int, int, str], **more: Any) -> dict[str, Any]:
    records = [
        {"id": name, "layer": "entity", "label": label, "start": start, "end": end, "text": text[start:end]}
        for name, start, end, label in spans
    ]
    return {"id": id, "text": text, "sets": [{"annotator": "a1", "spans": records, **more}]}


def _source(path: Path, *documents: dict[str, Any]) -> Path:
    path.write_text("".join(f"{json.dumps(one, ensure_ascii=False)}\n" for one in documents), encoding="utf-8", newline="")
    return path


ADA = _document("news/ada", "Ada met Bob.\n", ("e1", 0, 3, "PERSON"), ("e2", 8, 11, "PERSON"))
PARIS = _document("paris", "Paris is old.\n", ("e1", 0, 5, "CITY"))


def test_a_directory_that_is_no_corpus_becomes_a_clean_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = _source(tmp_path / "x.jsonl", ADA, PARIS)
    root = tmp_path / "corpus"
    root.mkdir()

    status, out, err = run(capsys, "-C", root, "import", "jsonl", source)

    assert (status, err) == (0, "")
    assert "imported 2 documents, 3 annotations by a1" in out
    assert "entity (spans: CITY and PERSON)" in out
    assert run(capsys, "-C", root, "check")[0] == 0
    corpus = Corpus.open(root)
    assert corpus.document_ids == ["news/ada", "paris"]
    assert [span.text for span in corpus["news/ada"].sets["a1"].spans] == ["Ada", "Bob"]
    assert corpus["news/ada"].sets["a1"].header.method == "imported"
    assert list(corpus.scheme.layers["entity"].labels) == ["CITY", "PERSON"]
    assert not list(root.glob(".postil"))


def test_importing_twice_changes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = _source(tmp_path / "x.jsonl", ADA)
    run(capsys, "-C", tmp_path, "import", "jsonl", source)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}

    assert run(capsys, "-C", tmp_path, "import", "jsonl", source)[0] == 0
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


def test_a_set_that_is_there_and_a_text_that_differs_stop_everything(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(capsys, "-C", tmp_path, "import", "jsonl", _source(tmp_path / "x.jsonl", ADA))
    changed = _document("news/ada", "Ada met Bob.\n", ("e1", 0, 3, "PERSON"))
    other = _document("news/ADA", "Ada met Bob.\n")
    edited = _document("paris", "Paris\n")
    set_path = tmp_path / "annotations/a1/news/ada.jsonl"
    before = set_path.read_bytes()

    status, _, err = run(capsys, "-C", tmp_path, "import", "jsonl", _source(tmp_path / "y.jsonl", changed, edited))
    assert status == 1
    assert "annotations/a1/news/ada.jsonl: is there already and differs: --replace" in err
    assert "nothing was imported" in err
    assert not (tmp_path / "corpus/paris.txt").exists()
    assert set_path.read_bytes() == before
    assert "equal but for case" in run(capsys, "-C", tmp_path, "import", "jsonl", _source(tmp_path / "z.jsonl", other))[2]

    assert run(capsys, "-C", tmp_path, "import", "jsonl", tmp_path / "y.jsonl", "--replace")[0] == 0
    assert len(Corpus.open(tmp_path)["news/ada"].sets["a1"].spans) == 1
    longer = _source(tmp_path / "w.jsonl", _document("paris", "Paris is not.\n"))
    assert "another text: import it elsewhere with --into" in run(capsys, "-C", tmp_path, "import", "jsonl", longer)[2]
    assert run(capsys, "-C", tmp_path, "import", "jsonl", longer, "--into", "more")[0] == 0
    assert "more/paris" in Corpus.open(tmp_path)


def test_what_the_scheme_has_not_is_named_and_added_only_when_asked(
    small_corpus: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = _source(small_corpus.parent / "x.jsonl", PARIS)
    scheme = small_corpus / "annotations/scheme.toml"
    before = scheme.read_text(encoding="utf-8")

    status, _, err = run(capsys, "-C", small_corpus, "import", "jsonl", source)
    assert status == 1
    assert err.startswith("label CITY of layer entity\npostil: the scheme has none of these: nothing was imported.")
    assert scheme.read_text(encoding="utf-8") == before

    scheme.write_text(f"# ours\n{before}", encoding="utf-8", newline="")
    assert run(capsys, "-C", small_corpus, "import", "jsonl", source, "--scheme", "write")[0] == 0
    after = scheme.read_text(encoding="utf-8")
    assert after.startswith("# ours\n")
    assert "CITY" in Corpus.open(small_corpus).scheme.layers["entity"].labels
    assert set(tomllib.loads(before)["layers"]["entity"]["labels"]) < set(tomllib.loads(after)["layers"]["entity"]["labels"])
    assert run(capsys, "-C", small_corpus, "check")[0] == 0


def test_a_table_of_names_renames_and_leaves_out(small_corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    document = _document("x", "Ada in Paris in 1840.\n", ("e1", 0, 3, "PER"), ("e2", 7, 12, "GPE"), ("e3", 16, 20, "DATE"))
    document["sets"][0]["relations"] = [{"id": "r1", "layer": "tie", "label": "in", "args": {"a": "e1", "b": "e3"}}]
    for span in document["sets"][0]["spans"]:
        span["layer"] = "ner.NE"
    source = _source(small_corpus.parent / "x.jsonl", document)
    table = small_corpus.parent / "map.toml"
    table.write_text(
        '[layers]\n"ner.NE" = "entity"\n[labels.entity]\nPER = "PERSON"\nDATE = ""\n[annotators]\na1 = "ada"\n', encoding="utf-8"
    )

    status, out, _ = run(capsys, "-C", small_corpus, "import", "jsonl", source, "--scheme", table)

    assert status == 0
    assert "1 × annotations that the table leaves out" in out
    assert "1 × relations one of whose ends was lost" in out
    found = Corpus.open(small_corpus)["x"].sets["ada"]
    assert [(span.layer, span.label) for span in found.spans] == [("entity", "PERSON"), ("entity", "GPE")]
    assert found.relations == ()


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ('[annotators]\na1 = "../x"\n', "map.toml:2:"),
        ("[layerss]\n", "map.toml:1:"),
        ("[layers]\nx = 1\n", "map.toml:2:"),
        ("[", "map.toml:1:"),
        (None, "there is no such file"),
    ],
)
def test_a_table_that_is_none_is_refused(
    small_corpus: Path, capsys: pytest.CaptureFixture[str], table: str | None, message: str
) -> None:
    path = small_corpus.parent / "map.toml"
    if table is not None:
        path.write_text(table, encoding="utf-8")
    source = _source(small_corpus.parent / "x.jsonl", PARIS)

    status, _, err = run(capsys, "-C", small_corpus, "import", "jsonl", source, "--scheme", path)

    assert status == 2
    assert message in err


def test_a_dry_run_says_the_same_and_writes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = _source(tmp_path / "x.jsonl", ADA, PARIS)
    root = tmp_path / "c"
    root.mkdir()

    status, out, _ = run(capsys, "-C", root, "import", "jsonl", source, "--dry-run")

    assert status == 0
    assert out.startswith("would import 2 documents, 3 annotations by a1\n")
    assert list(root.iterdir()) == []


def test_disagreeing_offsets_stop_the_import_with_all_of_them(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bad = _document("bad", "Ada met Bob.\n", ("e1", 0, 3, "X"))
    bad["sets"][0]["spans"][0]["text"] = "Bob"
    source = _source(tmp_path / "x.jsonl", ADA, bad)

    status, _, err = run(capsys, "-C", tmp_path, "import", "jsonl", source)
    assert status == 1
    assert f"{source}:2: e1: is said to cover “Bob”, but at 0-3 there is “Ada”" in err
    assert not (tmp_path / "corpus").exists()

    status, out, _ = run(capsys, "-C", tmp_path, "import", "jsonl", source, "--realign")
    assert status == 0
    assert "1 × spans moved to the only place where their text is" in out
    assert Corpus.open(tmp_path)["bad"].sets["a1"].spans[0].start == 8


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--as", "a/b"), "one part of a path"), (("--as", "../x"), "--as"), (("--into", "../x"), "--into"),
        (("--id", "a b"), "--id"),
        (("--offsets", "miles"), "Invalid value for '--offsets'"), (("--scheme", "a", "--scheme", "b"), "give one FILE"),
    ],
)  # fmt: skip
def test_wrong_options_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], message: str
) -> None:
    status, _, err = run(capsys, "-C", tmp_path, "import", "jsonl", _source(tmp_path / "x.jsonl", ADA), *arguments)

    assert status == 2
    assert message in err


def test_a_source_without_documents_and_an_unknown_format_are_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "there is no document in it" in run(capsys, "-C", tmp_path, "import", "jsonl", _source(tmp_path / "x.jsonl"))[2]
    assert run(capsys, "-C", tmp_path, "import", "nothing", tmp_path)[0] == 2
    assert run(capsys, "-C", tmp_path, "import", "jsonl", tmp_path / "gone")[0] == 2


def test_killed_in_the_middle_nothing_is_there_or_the_same_import_goes_on(tmp_path: Path) -> None:
    documents = [_document(f"d{number}", "Ada met Bob.\n" * 20, ("e1", 0, 3, "PERSON")) for number in range(300)]
    source = _source(tmp_path / "x.jsonl", *documents)
    root = tmp_path / "c"
    command = [sys.executable, "-m", "postil", "-C", str(root), "import", "jsonl", str(source)]
    for delay in (0.15, 0.3, 0.4, 0.5):
        shutil.rmtree(root, ignore_errors=True)
        root.mkdir()
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(delay)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        for path in root.rglob("*.jsonl"):
            if not path.is_relative_to(root / ".postil"):
                assert path.read_bytes().endswith(b"\n")
        assert subprocess.run(command, capture_output=True, check=False).returncode == 0
        assert not (root / ".postil/imports").exists()
        assert len(Corpus.open(root)) == 300
        assert all(len(document.sets["a1"].spans) == 1 for document in Corpus.open(root))


# --- the proposal --------------------------------------------------------------------------------------------------------------


def _observed(root: Path) -> Observed:
    observed = Observed()
    for document in Corpus.open(root):
        observed.add(document)
    return observed


def test_the_scheme_found_in_the_article_fits_it(repository: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    layers = with_keys(_observed(repository).layers({}))
    own = Corpus.open(repository).scheme

    assert {name: layer.kind for name, layer in layers.items()} == {name: layer.kind for name, layer in own.layers.items()}
    assert layers["structure"].overlap == "none"
    assert layers["entity"].overlap == "nested"
    assert layers["argument"].roles["from"].layers == ("statement",)
    assert set(layers["statement"].attributes) <= set(own.layers["statement"].attributes)
    assert list(_observed(repository).missing(own)) == []
    keys = [definition.key for definition in layers["entity"].labels.values()]
    assert len(set(keys)) == len(keys)

    for name in ("corpus", "annotations"):
        shutil.copytree(repository / name, tmp_path / name)
    scheme = scheme_toml(Scheme("opinion-journalism", 1, layers=layers))
    (tmp_path / "annotations/scheme.toml").write_text(scheme, encoding="utf-8")
    status, out, _ = run(capsys, "-C", tmp_path, "check", "--ignore", "COR")
    assert (status, out.count("nothing found")) == (0, 1), out


def test_annotations_of_one_place_that_an_attribute_tells_apart_are_no_duplicates(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    span = {"layer": "entity", "label": "PERSON", "start": 0, "end": 3, "text": "Ada"}
    spans = [{**span, "id": f"e{number}", "attributes": {"who": who}} for number, who in enumerate(["Q1", "Q2", "Q2"])]
    relation = {"layer": "argument", "label": "is", "args": {"from": "e0", "to": "e1"}}
    relations = [{**relation, "id": f"r{number}", "attributes": {"n": number}} for number in range(2)]
    document = {"id": "ada", "text": "Ada\n", "sets": [{"annotator": "a1", "spans": spans, "relations": relations}]}
    root = tmp_path / "corpus"
    root.mkdir()
    status, out, _ = run(capsys, "-C", root, "import", "jsonl", _source(tmp_path / "x.jsonl", document))
    assert (status, "1 × annotations that say the same as another in all\n      ada (a1) e2: as e1" in out) == (0, True)
    layers = Corpus.open(root).scheme.layers
    assert (layers["entity"].distinguishing, layers["argument"].distinguishing) == (["who"], ["n"])
    _, out, _ = run(capsys, "-C", root, "check", "--select", "SPN008,REL007", "--format", "concise")
    assert [line.split(":")[1] for line in out.splitlines() if "SPN008" in line or "REL007" in line] == []


def test_values_make_the_type_of_an_attribute(tmp_path: Path) -> None:
    text = "a b c d e f g h\n"
    values: dict[str, list[Any]] = {
        "sure": [True, False], "count": [1, 2], "weight": [1, 0.5], "polarity": ["pos", "neg", "pos", "neg"],
        "free": ["x", "y", "z"],
        "parent": ["e0", "e0"], "many": [["a"], ["b", "a"]], "mixed": [True, "x"],
    }  # fmt: skip
    document = _document("d", text, *((f"e{number}", 2 * number, 2 * number + 1, "X" if number else "Y") for number in range(8)))
    for name, given in values.items():
        for span, value in zip(document["sets"][0]["spans"][1:], given, strict=False):
            span.setdefault("attributes", {})[name] = value
    assert main(["-C", str(tmp_path), "import", "jsonl", str(_source(tmp_path / "x.jsonl", document))]) == 0

    found = Corpus.open(tmp_path).scheme.layers["entity"].attributes

    assert {name: attribute.type for name, attribute in found.items()} == {
        "sure": "boolean", "count": "integer", "weight": "number", "polarity": "enum", "free": "string", "parent": "reference",
        "many": "string", "mixed": "string",
    }  # fmt: skip
    assert found["polarity"].values == ("neg", "pos")
    assert found["many"].multiple
    assert found["sure"].only_on == ("X",)


def test_what_is_declared_is_believed_and_widened_by_what_is_seen(repository: Path) -> None:
    declared = {
        "entity": Layer(
            "span", "Names.", overlap="none",
            labels={"PERSON": LabelDefinition("A human.", key="h"), "UNSEEN": LabelDefinition()},
            attributes={"wikidata": Attribute("link"), "certain": Attribute("enum", values=("yes",))},
        )
    }  # fmt: skip

    layer = _observed(repository).layers(declared)["entity"]

    assert layer.description == "Names."
    assert layer.overlap == "nested"
    assert layer.labels["PERSON"] == LabelDefinition("A human.", key="h")
    assert {"UNSEEN", "GPE"} <= set(layer.labels)
    assert layer.attributes["certain"].values == ("yes",)


def test_roles_and_types_that_were_declared_are_widened_by_what_is_seen(tmp_path: Path) -> None:
    document = _document("d", "Ada met Bob.\n", ("e1", 0, 3, "CITY"), ("e2", 8, 11, "CITY"))
    document["sets"][0]["spans"][0]["attributes"] = {"sure": "high"}
    document["sets"][0]["relations"] = [
        {"id": "r1", "layer": "tie", "label": "in", "args": {"from": "e1", "to": "e2"}},
        {"id": "r2", "layer": "tie", "label": "in", "args": {"from": "e1"}},
    ]
    assert main(["-C", str(tmp_path), "import", "jsonl", str(_source(tmp_path / "x.jsonl", document))]) == 0
    country = Role(layers=("entity",), labels=("COUNTRY",))
    declared = {
        "entity": Layer("span", labels={"COUNTRY": LabelDefinition()}, attributes={"sure": Attribute("boolean")}),
        "tie": Layer("relation", labels={"in": LabelDefinition(roles={"from": country, "to": country, "via": Role()})}),
    }

    found = _observed(tmp_path).layers(declared)

    both = ("COUNTRY", "CITY")
    roles = found["tie"].labels["in"].roles
    assert (roles["from"].labels, roles["from"].required) == (both, True)
    assert (roles["to"].labels, roles["to"].layers, roles["to"].required) == (both, ("entity",), False)
    assert not roles["via"].required
    assert found["entity"].attributes["sure"].type == "string"


def test_where_there_is_no_document_it_says_what_there_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = tmp_path / "x.jsonl"
    source.write_text('{"image": "a.png"}\n', encoding="utf-8")

    status, _, err = run(capsys, "-C", tmp_path, "import", "doccano", source)

    assert status == 2
    assert f"could be read from: 1 × records without a text ({source}:1)" in err


def test_adding_to_a_scheme_leaves_every_line_that_is_there() -> None:
    text = '# top\nname = "s"\nversion = 1\n\n[layers.entity] # names\nkind = "span"\n\n'
    text += '[layers.entity.labels.PERSON]\nkey = "p" # one\n'
    more = {
        "entity": Layer("span", labels={"PERSON": LabelDefinition(key="z"), "a b": LabelDefinition()}),
        "tie": Layer("relation", labels={"x": LabelDefinition()}),
    }

    after = added(text, more)

    assert all(line in after for line in text.split("\n"))
    scheme = parse_toml(Scheme, "x", after.encode()).value
    assert scheme is not None
    assert list(scheme.layers["entity"].labels) == ["PERSON", "a b"]
    assert scheme.layers["entity"].labels["PERSON"].key == "p"
    assert scheme.layers["tie"].kind == "relation"


@pytest.mark.parametrize(
    "table",
    [
        '[layers.entity]\nkind = "span"\nlabels.PERSON = {}\n[layers.entity.attributes.a]\ntype = "string"\n',
        '[layers.entity]\nkind = "span"\n[layers.entity.labels]\nPERSON = {}\n',
        '[layers]\nentity.kind = "span"\nentity.labels.PERSON = {}\n',
        'layers.entity = { kind = "span", labels = { PERSON = {} } }\n',
    ],
)
def test_whatever_way_a_scheme_is_written_it_is_added_to_or_left_alone(table: str) -> None:
    text = f'name = "s"\nversion = 1\n{table}'
    more = {"entity": Layer("span", labels={"CITY": LabelDefinition(key="c")})}
    if "layers.entity = {" in table:
        with pytest.raises(PostilError, match="add it by hand"):
            added(text, more)
        return
    after = added(text, more)
    labels = tomllib.loads(after)["layers"]["entity"]["labels"]
    assert labels == {"PERSON": {}, "CITY": {"key": "c"}}
    assert all(line in after for line in text.split("\n"))


def test_a_layer_of_two_kinds_is_no_layer(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    document = _document("d", "Ada met Bob.\n", ("e1", 0, 3, "X"), relations=[
        {"id": "r1", "layer": "entity", "label": "x", "args": {"from": "e1", "to": "e1"}},
    ])  # fmt: skip

    status, _, err = run(capsys, "-C", tmp_path, "import", "jsonl", _source(tmp_path / "x.jsonl", document))

    assert status == 1
    assert "the layer entity has spans and relations" in err


def test_a_layer_that_the_scheme_has_for_another_kind_is_never_added_to(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tied = _document("x", "Ada met Bob.\n", ("e1", 0, 3, "PERSON"), ("e2", 8, 11, "PERSON"))
    tied["sets"][0]["relations"] = [{"id": "r1", "layer": "tie", "label": "met", "args": {"from": "e1", "to": "e2"}}]
    run(capsys, "-C", tmp_path, "import", "jsonl", _source(tmp_path / "x.jsonl", tied))
    before = {path: path.read_bytes() for path in tmp_path.rglob("*.toml")}
    clash = _document("y", "Paris.\n", ("e1", 0, 5, "CITY"))
    clash["sets"][0]["spans"][0]["layer"] = "tie"
    source = _source(tmp_path / "y.jsonl", clash)

    for more in ((), ("--scheme", "write")):
        status, out, err = run(capsys, "-C", tmp_path, "import", "jsonl", source, *more)
        assert (status, out) == (1, "")
        assert err.startswith(
            "layer tie for spans: the scheme has it for relations. --layer NAME or --scheme FILE puts them into"
        )
        assert err.endswith("postil: 1 error: nothing was imported\n")
        assert {path: path.read_bytes() for path in tmp_path.rglob("*.toml")} == before


def test_what_is_written_to_the_scheme_is_said_once_and_before_it_is_done(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = _source(tmp_path / "x.jsonl", ADA)
    out = run(capsys, "-C", tmp_path, "import", "jsonl", source, "--dry-run")[1]
    assert "  would make a corpus here: there is none\n  would write annotations/scheme.toml: entity (spans: PERSON)\n" in out
    out = run(capsys, "-C", tmp_path, "import", "jsonl", source)[1]
    assert out.count("scheme.toml") == 1
    assert "  wrote annotations/scheme.toml: entity (spans: PERSON)\n" in out

    more = ("-C", tmp_path, "import", "jsonl", _source(tmp_path / "y.jsonl", PARIS), "--scheme", "write")
    out = run(capsys, *more, "--dry-run")[1]
    assert "  would add to annotations/scheme.toml: label CITY of layer entity\n" in out
    assert "  added to annotations/scheme.toml: label CITY of layer entity\n" in run(capsys, *more)[1]
    assert "scheme.toml" not in run(capsys, *more)[1]


def test_an_id_is_of_one_document_and_a_directory_may_end_in_a_slash(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = _source(tmp_path / "x.jsonl", ADA, PARIS)
    status, _, err = run(capsys, "-C", tmp_path, "import", "jsonl", source, "--id", "x")
    assert (status, err.splitlines()[0]) == (1, "--id x: there are 2 documents: --into DIR begins all their ids")
    assert not (tmp_path / "corpus").exists()

    assert run(capsys, "-C", tmp_path, "import", "jsonl", source, "--into", "old/")[0] == 0
    assert Corpus.open(tmp_path).document_ids == ["old/news/ada", "old/paris"]


def test_names_of_the_table_that_nothing_has_are_said(small_corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    document = _document("x", "Ada in Paris.\n", ("e1", 0, 3, "PER"), ("e2", 7, 12, "GPE"))
    document["sets"][0]["relations"] = [{"id": "r1", "layer": "tie", "label": "in", "args": {"a": "e1", "b": "e2"}}]
    source = _source(small_corpus.parent / "x.jsonl", document)
    table = small_corpus.parent / "map.toml"
    table.write_text(
        '[layers]\ntie = ""\nentitty = "entity"\n[labels.entity]\nPER = "PERSON"\nORG = ""\n[labels.spam]\nGPE = "x"\n'
        '[roles.tie]\nc = "d"\n[annotators]\na1 = "ada"\na2 = "bob"\n',
        encoding="utf-8",
    )

    status, out, _ = run(capsys, "-C", small_corpus, "import", "jsonl", source, "--scheme", table)

    assert status == 0
    said = out.partition("in the table, but not in the source:\n")[2].partition("not brought along:")[0]
    assert said.split("\n")[:-1] == [
        "  [annotators] a2", "  [labels.entity] ORG", "  [labels.spam] GPE", "  [layers] entitty", "  [roles.tie] c",
    ]  # fmt: skip


def test_a_table_may_call_annotators_as_the_source_does(small_corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    document = _document("x", "Ada in Paris.\n", ("e1", 0, 3, "PERSON"))
    document["sets"][0]["annotator"] = "ann@example.org"
    source = _source(small_corpus.parent / "x.jsonl", document)
    table = small_corpus.parent / "map.toml"
    table.write_text('[annotators]\n"ann@example.org" = "ada"\n', encoding="utf-8")

    status, out, _ = run(capsys, "-C", small_corpus, "import", "jsonl", source, "--scheme", table)

    assert status == 0
    assert "in the table, but not in the source" not in out
    assert list(Corpus.open(small_corpus)["x"].sets) == ["ada"]


NARROW = """\
name = "s" # ours
version = 1

[layers.entity]
kind = "span"
overlap = "none" # for now
unit = "word"
labels.PERSON = { key = "p" }

[layers.entity.attributes.sure]
type = "enum"
values = ["yes", "no"]
required = true

[layers.tie]
kind = "relation"
roles.from = { layers = ["entity"] }
roles.to = { layers = ["entity"], labels = ["PERSON"] }
labels.met = {}
"""


def _narrow_corpus(root: Path, scheme: str = NARROW) -> Path:
    (root / "corpus").mkdir(parents=True)
    (root / "annotations").mkdir()
    (root / "corpus/corpus.toml").write_text('format = 1\nname = "s"\n', encoding="utf-8")
    (root / "annotations/scheme.toml").write_text(scheme, encoding="utf-8", newline="")
    return root


def _wide_source(path: Path) -> Path:
    document = _document(
        "x", "Ada Lovelace met Bob.\n", ("e1", 0, 12, "PERSON"), ("e2", 4, 12, "PERSON"), ("e3", 17, 20, "PERSON")
    )
    for span, sure in zip(document["sets"][0]["spans"], ("yes", "perhaps", ""), strict=True):
        span["attributes"] = {"sure": sure} if sure else {}
    document["sets"][0]["relations"] = [
        {"id": "r1", "layer": "tie", "label": "met", "args": {"from": "e1", "to": ["e3"]}},
        {"id": "r2", "layer": "tie", "label": "met", "args": {"from": "r1", "to": "e3"}},
    ]
    return _source(path, document)


def test_what_check_will_find_is_said_before_anything_is_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root, source = _narrow_corpus(tmp_path / "c"), _wide_source(tmp_path / "x.jsonl")
    command = ("-C", root, "import", "jsonl", source)

    status, out, _ = run(capsys, *command, "--dry-run")

    assert status == 0
    assert not (root / "corpus/x.txt").exists()
    found = {code: int(number) for number, code in re.findall(r"(?m)^ +(\d+) × ([A-Z]{3}\d{3}) ", out)}
    assert run(capsys, *command)[1].startswith(out.replace("would import", "imported").rstrip("\n"))
    checked = json.loads(run(capsys, "-C", root, "check", "--format", "json")[1])
    codes = Counter(one["code"] for one in checked["findings"] if one["severity"] != "info")
    assert found == {code: number for code, number in codes.items() if not code.startswith("COR")}
    assert {"SPN009", "LAB005"} <= set(found)
    assert "entity.overlap: nested, not none" in out
    assert "entity.attributes.sure.values: also perhaps" in out
    assert "annotations/a1/x.jsonl:" in out


def test_a_scheme_that_is_too_narrow_is_widened_when_asked_and_every_other_line_stays(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root, source = _narrow_corpus(tmp_path / "c"), _wide_source(tmp_path / "x.jsonl")

    status, out, _ = run(capsys, "-C", root, "import", "jsonl", source, "--scheme", "write")

    assert status == 0
    text = (root / "annotations/scheme.toml").read_text(encoding="utf-8")
    layers = Corpus.open(root).scheme.layers
    assert layers["entity"].overlap == "nested"
    assert layers["entity"].attributes["sure"].values == ("yes", "no", "perhaps")
    assert layers["tie"].labels["met"].roles["from"].layers == ("entity", "tie")
    assert layers["tie"].labels["met"].roles["to"].multiple
    assert {'name = "s" # ours', 'overlap = "nested" # for now', 'unit = "word"', "required = true"} <= set(text.split("\n"))
    checked = json.loads(run(capsys, "-C", root, "check", "--format", "json")[1])
    codes = {one["code"]: one["message"] for one in checked["findings"] if one["severity"] == "error"}
    assert len(codes) == 1  # that an answer is missing is for people to mend
    assert "sure" in next(iter(codes.values()))
    assert f"1 × {next(iter(codes))}" in out


def test_comments_between_the_values_of_a_list_that_grows_stay() -> None:
    text = """\
name = "s"
version = 1

[layers.e]
kind = "span"

[layers.e.attributes.x]
type = "enum"
values = [
  "a", # the first
  # the second
  "b",
]
"""
    before = {"e": Layer("span", attributes={"x": Attribute("enum", values=("a", "b"))})}
    after = {"e": Layer("span", attributes={"x": Attribute("enum", values=("a", "b", "c", "d"))})}
    assert widened(text, before, after) == text.replace('  "b",\n', '  "b",\n  "c",\n  "d",\n')


def test_what_would_become_wider_is_said_where_something_is_missing_too(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = _narrow_corpus(tmp_path / "c")
    document = _document("x", "Ada Lovelace.\n", ("e1", 0, 12, "PERSON"), ("e2", 4, 12, "NAME"))

    status, _, err = run(capsys, "-C", root, "import", "jsonl", _source(tmp_path / "x.jsonl", document))

    assert status == 1
    assert err.startswith("label NAME of layer entity\n")
    assert err.endswith("--scheme write would change it:\n  entity.overlap: nested, not none\n")


def test_a_scheme_that_cannot_be_widened_as_it_is_written_is_left_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for number, scheme in enumerate(_as_others_write(NARROW)):
        root = _narrow_corpus(tmp_path / f"c{number}", scheme)
        assert run(capsys, "-C", root, "check", "--format", "json")[0] == 0, scheme
        status, _, err = run(capsys, "-C", root, "import", "jsonl", _wide_source(tmp_path / "x.jsonl"), "--scheme", "write")
        after = (root / "annotations/scheme.toml").read_text(encoding="utf-8")
        if status == 0:
            assert Corpus.open(root).scheme.layers["entity"].overlap == "nested", scheme
        else:
            assert "by hand" in err
            assert after == scheme


def _as_others_write(scheme: str) -> list[str]:
    """The same scheme with other ways of TOML to say it."""
    head, _, rest = scheme.partition("[layers.entity]\n")
    entity, _, tail = rest.partition("\n\n")
    dotted = "\n".join(f"entity.{line}" for line in entity.split("\n"))
    inline = entity.replace(" # for now", "").replace("\n", ", ")
    return [
        f"{head}[layers]\n{dotted}\n\n{tail}",
        f"{head}layers.entity = {{ {inline} }}\n",
        f'{head}[layers."entity"]\n{entity}\n',
    ]


def test_a_scheme_with_constraints_can_be_written(repository: Path) -> None:
    own = Corpus.open(repository).scheme
    written = parse_toml(Scheme, "x", scheme_toml(own).encode())
    assert written.faults == ()
    assert written.value == own


def test_importing_the_same_again_says_that_it_is_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = _source(tmp_path / "x.jsonl", ADA)
    root = tmp_path / "c"
    root.mkdir()
    run(capsys, "-C", root, "import", "jsonl", source)
    for more in ((), ("--dry-run",)):
        out = run(capsys, "-C", root, "import", "jsonl", source, *more)[1]
        assert out.startswith("1 document, 2 annotations by a1: all there already, just as it is\n")


@pytest.mark.parametrize(
    ("sources", "message"),
    [
        (("-",), "Standard input is not read"), (("*.jsonl",), "Patterns are not looked for: give the directory"),
        (("a.jsonl", "b.jsonl"), "Give the directory that holds a.jsonl and the others"), ((), "Missing argument 'SRC"),
        (("nowhere",), "there is no such file or directory\n"),
    ],
)  # fmt: skip
def test_a_source_that_is_none_is_said_with_what_to_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], sources: tuple[str, ...], message: str
) -> None:
    status, _, err = run(capsys, "-C", tmp_path, "import", "jsonl", *sources)
    assert status == 2
    assert message in err
    assert list(tmp_path.iterdir()) == []


def test_disagreeing_offsets_come_with_what_can_be_done(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    document = _document("x", "Ada met Bob.\n", ("e1", 0, 3, "PERSON"))
    document["sets"][0]["spans"][0]["text"] = "Bob"
    err = run(capsys, "-C", tmp_path, "import", "jsonl", _source(tmp_path / "x.jsonl", document))[2]
    assert err.splitlines()[1].startswith("--realign looks for spans by the texts")


def test_labels_that_mean_harm_or_are_many_are_shown_safely(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = " ".join("abcdefghijklmnop")
    spans = [(f"e{n}", 2 * n, 2 * n + 1, f"L{n:02}") for n in range(15)]
    document = _document("x", text, *spans, ("e15", 30, 31, "\x1b[2J\nboo"))
    document["sets"][0]["spans"][0]["layer"] = "other"
    out = run(capsys, "-C", tmp_path, "import", "jsonl", _source(tmp_path / "x.jsonl", document))[1]
    assert "\x1b" not in out
    assert "\n    other (spans: L00)\n" in out
    assert "L08 and 6 more)\n" in out


def test_a_scheme_without_layers_says_why(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = run(capsys, "-C", tmp_path, "import", "jsonl", _source(tmp_path / "x.jsonl", _document("x", "Ada.\n")))[1]
    assert "wrote annotations/scheme.toml: no layer, as there is no annotation\n" in out


def test_other_metadata_of_a_document_that_is_there_is_counted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first = _source(tmp_path / "x.jsonl", {**ADA, "metadata": {"title": "A", "mood": "x"}})
    run(capsys, "-C", tmp_path, "import", "jsonl", first)
    before = (tmp_path / "corpus/news/ada.toml").read_bytes()
    other = {**ADA, "metadata": {"title": "B", "mood": "x"}}

    out = run(capsys, "-C", tmp_path, "import", "jsonl", _source(tmp_path / "y.jsonl", other), "--as", "bob")[1]

    assert "  1 × metadata of documents that are there already: they keep theirs\n      news/ada: title\n" in out
    assert (tmp_path / "corpus/news/ada.toml").read_bytes() == before
    assert "metadata of documents" not in run(capsys, "-C", tmp_path, "import", "jsonl", first)[1]

    (tmp_path / "corpus/news/ada.toml").unlink()  # a text without metadata is given them
    assert run(capsys, "-C", tmp_path, "import", "jsonl", first)[0] == 0
    assert (tmp_path / "corpus/news/ada.toml").read_bytes() == before


def test_one_value_is_a_list_where_another_record_has_several_and_importing_again_changes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = tmp_path / "source"
    source.mkdir()
    (source / "a.txt").write_text("Maria met Ben.\n")
    (source / "a.ann").write_text(
        "T1\tPER 0 5\tMaria\nN1\tRef T1 W:1\t\nT2\tPER 10 13\tBen\nN2\tRef T2 W:2\t\nN3\tRef T2 X:3\t\n"
    )
    root = tmp_path / "corpus"
    root.mkdir()
    assert run(capsys, "-C", root, "import", "brat", source)[0] == 0
    assert '"Ref":["W:1"]' in (root / "annotations/imported/a.jsonl").read_text()
    assert run(capsys, "-C", root, "check")[0] == 0
    before = (root / "annotations/imported/a.jsonl").read_bytes()
    assert run(capsys, "-C", root, "import", "brat", source)[0] == 0
    assert (root / "annotations/imported/a.jsonl").read_bytes() == before


@pytest.mark.parametrize(("name", "said"), [("imported", "--set imported\n"), ("gold", "")])
def test_it_is_said_what_an_export_has_to_be_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, said: str
) -> None:
    (tmp_path / "x.txt").write_text("Ada met Bob.\n", encoding="utf-8")
    (tmp_path / "x.ann").write_text("T1\tPER 0 3\tAda\n", encoding="utf-8")
    _, out, _ = run(capsys, "-C", tmp_path, "import", "brat", "x.ann", "--as", name)
    assert out.partition("Next: postil check\n")[2] == (said and f"To export: postil export FORMAT DESTINATION {said}")


def _brat(directory: Path, *names: str) -> Path:
    for name in names:
        path = directory / f"{name}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"Ada met {name}.\n", encoding="utf-8")
        path.with_name(f"{path.stem}.ann").write_text("T1\tPER 0 3\tAda\n", encoding="utf-8")
    return directory


def test_names_that_no_file_can_have_are_changed_always_alike_and_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = tmp_path / "c"
    root.mkdir()
    _, out, _ = run(capsys, "-C", root, "import", "brat", _brat(tmp_path / "one", "दिल्ली", "Größe", "a+b", "plain"))

    assert "3 × names of documents that cannot be file names here, changed" in out
    assert "twice" not in out
    corpus = Corpus.open(root)
    named = {corpus[id].metadata.extra.get("source_name"): id for id in corpus.document_ids}
    assert named == {"दिल्ली": "document-42103812", "Größe": "Grosse", "a+b": "a-b", None: "plain"}

    # a later part of the source: what is there is found, what is new takes nobody's name
    _, out, err = run(capsys, "-C", root, "import", "brat", _brat(tmp_path / "two", "北京", "दिल्ली", "Größe", "a b"))
    assert (err, "imported 4 documents" in out) == ("", True)
    corpus = Corpus.open(root)
    assert len(corpus) == 6
    again = {corpus[id].metadata.extra.get("source_name"): id for id in corpus.document_ids}
    assert again.items() >= named.items()
    assert again["a b"].startswith("a-b-")

    _, out, _ = run(capsys, "-C", root, "import", "brat", tmp_path / "two")
    assert "all there already" in out


def test_names_that_differ_in_case_only_are_told_apart_whatever_comes_with_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = tmp_path / "c"
    root.mkdir()
    source = _source(tmp_path / "x.jsonl", {"id": "One", "text": "1"}, {"id": "one", "text": "2"}, {"id": "One", "text": "3"})
    _, out, _ = run(capsys, "-C", root, "import", "jsonl", source)
    assert "1 × names of documents that differ from another's only in case, changed\n      one: now one-7692c3ad" in out
    assert "1 × names of documents that were there twice\n      One: now One-2" in out

    later = _source(tmp_path / "y.jsonl", {"id": "one", "text": "2"})
    _, out, _ = run(capsys, "-C", root, "import", "jsonl", later)
    assert "all there already" in out
    assert len(Corpus.open(root)) == 3


def test_another_text_of_a_document_is_an_error_that_names_the_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = tmp_path / "c"
    root.mkdir()
    source = _brat(tmp_path / "one", "Größe")
    run(capsys, "-C", root, "import", "brat", source)
    (source / "Größe.txt").write_text("Ada met nobody.\n", encoding="utf-8")

    status, _, err = run(capsys, "-C", root, "import", "brat", source)

    assert status == 1
    assert "Größe.ann: Grosse: there is a document of this name with another text" in err


def test_what_a_corpus_has_no_place_for_is_counted_and_what_is_left_can_leave_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    span = {"layer": "entity", "label": "PERSON", "start": 0, "end": 3, "text": "Ada"}
    spans = [{**span, "id": "e1"}, {**span, "id": "e2"}, {**span, "id": "e3", "start": 4, "end": 4, "text": ""}]
    spans.append({**span, "id": "e4", "start": 4, "end": 7, "text": "met"})
    tie = {"layer": "argument", "label": "is"}
    ends = [("e1", "e4"), ("e2", "e4"), ("e1", "e3")]
    relations = [{**tie, "id": f"r{at}", "args": dict(zip(("from", "to"), pair, strict=True))} for at, pair in enumerate(ends)]
    notes = [{"id": "n1", "about": "e2", "text": "sure?"}]
    sets = [{"annotator": "a1", "spans": spans, "relations": relations, "notes": notes}]
    source = _source(tmp_path / "x.jsonl", {"id": "ada", "text": "Ada met\n", "sets": sets})
    root = tmp_path / "corpus"
    root.mkdir()

    status, out, _ = run(capsys, "-C", root, "import", "jsonl", source)

    assert status == 0
    assert "1 × spans of no characters\n      ada (a1) e3 at 4 “PERSON”" in out
    assert "1 × relations one of whose ends was lost\n      ada (a1) r2" in out
    assert "2 × annotations that say the same as another in all" in out
    (one,) = Corpus.open(root)["ada"].sets.values()
    assert [record.id for record in one.records] == ["e1", "e4", "r0", "n1"]
    assert one.notes[0].about == "e1"
    assert run(capsys, "-C", root, "export", "jsonl", tmp_path / "y.jsonl", "--set", "a1")[0] == 0


def _table(directory: Path, **tables: str) -> Path:
    directory.mkdir()
    (directory / "one.txt").write_text("Anna met Ben.\nThey spoke.\n", encoding="utf-8")
    for name, rows in tables.items():
        (directory / f"{name}.csv").write_text(f"document,start,end,label,text\n{rows}", encoding="utf-8")
    return directory


def test_a_fault_is_in_the_file_that_has_it_and_no_id_is_named_that_none_has(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = _table(tmp_path / "s", a="one,0,4,PER,Anna\n", b="one,9,12,PER,Ben\none,9,13,PER,Ben\n")
    (tmp_path / "c").mkdir()
    status, _, err = run(capsys, "-C", tmp_path / "c", "import", "csv", source)
    assert (status, "s/b.csv:3: is said to cover “Ben”, but at 9-13 there is “Ben.”" in err) == (1, True)
    assert "a.csv" not in err

    parts = tmp_path / "parts"
    parts.mkdir()
    (parts / "d.txt").write_text("Anna met Ben.\n", encoding="utf-8")
    (parts / "d.a1").write_text("T1\tPER 0 4\tAnna\n", encoding="utf-8")
    (parts / "d.a2").write_text("T2\tMet 5 8\tsaw\n", encoding="utf-8")
    _, _, err = run(capsys, "-C", tmp_path / "c", "import", "brat", parts)
    assert "parts/d.a2:1: T2: is said to cover “saw”" in err
    assert "d.a1" not in err


def test_spans_whose_places_nothing_proves_are_counted_and_doubted_where_they_cut_words(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = _table(tmp_path / "s", a="one,1,4,PER,\none,10,12,PER,\none,15,18,,\n")
    (tmp_path / "c").mkdir()
    command = ("-C", tmp_path / "c", "import", "csv", source)

    status, out, _ = run(capsys, *command)
    assert status == 0
    assert "3 spans could not be verified: the source does not repeat their text" in out
    assert "3 of these begin or end inside a word or with a blank (" in out
    assert "s/a.csv:2: “nna”): are they where they should be? If not, import it with --base 1, --inclusive or both" in out
    assert "1 × spans without a label, now called span" in out

    status, out, _ = run(capsys, *command, "--base", "1", "--inclusive", "--replace")
    assert (status, "3 spans could not be verified" in out, "inside a word" in out) == (0, True, False)
    spans = Corpus.open(tmp_path / "c")["one"].sets["imported"].spans
    assert [span.text for span in spans] == ["Anna", "Ben", "They"]


def test_where_texts_are_repeated_or_made_of_the_spans_nothing_is_left_to_verify(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "c").mkdir()
    source = _table(tmp_path / "s", a="one,0,4,PER,Anna\n")
    assert "could not be verified" not in run(capsys, "-C", tmp_path / "c", "import", "csv", source, "--dry-run")[1]
    (tmp_path / "x.conll").write_text("Anna B-PER\nspoke O\n\n", encoding="utf-8")
    _, out, _ = run(capsys, "-C", tmp_path / "c", "import", "conll", tmp_path / "x.conll", "--dry-run")
    assert "1 annotation" in out
    assert "could not be verified" not in out
    (tmp_path / "x.json").write_text(
        '{"text":"Ada met Bob.","denotations":[{"span":{"begin":1,"end":4},"obj":"P"}]}', encoding="utf-8"
    )
    _, out, _ = run(capsys, "-C", tmp_path / "c", "import", "pubannotation", tmp_path / "x.json", "--dry-run")
    assert "1 span could not be verified: the source does not repeat their text" in out
    assert "If not, import it with --offsets UNIT, and --replace" in out
