from __future__ import annotations

import gzip
import json
import warnings
from pathlib import Path
from typing import Any

import pytest
from round_trip import read, written

from postil import Corpus
from postil.errors import UnreadableFile
from postil.exchange.proposal import Observed
from postil.exchange.scheme_text import scheme_toml
from postil.formats.bdoc import FORMAT
from postil.scheme import Scheme

TEXT = "😀 said.\n"


def bdoc(*annotations: Any, **more: Any) -> dict[str, Any]:
    return {"text": TEXT, "features": {}, "annotation_sets": {"": {"name": "", "annotations": list(annotations)}}, **more}


def ann(start: int, end: int, **more: Any) -> dict[str, Any]:
    return {"type": "X", "start": start, "end": end, "id": 0, "features": {}, **more}


def ninefold(one: str, other: str) -> str:
    return f"{other}: &{other} [{','.join([f'*{one}'] * 9)}]\n"


@pytest.mark.parametrize(("unit", "start", "end"), [("p", 2, 6), ("j", 3, 7), (None, 2, 6)])
def test_the_offset_type_is_honoured(unit: str | None, start: int, end: int, tmp_path: Path) -> None:
    value = bdoc(ann(start, end, features={"n": 1}), **({"offset_type": unit} if unit else {}))
    (tmp_path / "a.bdocjs").write_text(json.dumps(value))
    (document,), intake, _ = read(FORMAT, tmp_path)
    assert intake.errors == []
    (span,) = document.sets["imported"].spans
    assert (span.id, span.label, span.text, span.attributes) == ("0", "X", "said", {"n": 1})


def test_features_that_no_scheme_describes_are_words_and_what_tells_twins_apart_is_found(tmp_path: Path) -> None:
    odd = {"none": None, "map": {"a": 1}, "mix": [1, "a", None], "numbers": [1, 2.5], "many": ["a"]}
    one, other, again = ({"majorType": kind} for kind in ("city", "person", "person"))
    value = bdoc(
        ann(0, 1, features=odd), ann(2, 6, id=1, features=one), ann(2, 6, id=2, features=other), ann(2, 6, id=3, features=again)
    )
    (tmp_path / "a.bdocjs").write_text(json.dumps(value))
    (document,), intake, incoming = read(FORMAT, tmp_path)
    first, *_ = document.sets["imported"].spans
    assert first.attributes == {"map": '{"a":1}', "mix": ["1", "a", "null"], "numbers": [1, 2.5], "many": ["a"]}
    assert {loss.kind: loss.count for loss in intake.repaired} == {
        "attributes without a value, left out": 1, "attribute values that no scheme describes, kept in words": 2,
    }  # fmt: skip
    observed = Observed()
    observed.add(document)
    layer = observed.layers(incoming.declared)["span"]
    assert layer.distinguishing == ["majorType"]
    assert "distinguishes = true" in scheme_toml(Scheme("s", 1, layers={"span": layer}))


def test_yaml_and_gzip(tmp_path: Path) -> None:
    yaml = "text: 'Bo said'\nfeatures: {d: 2020-01-01, k: {1: &x [a], 2: *x}}\nannotation_sets:\n  ? ''\n  : annotations: []\n"
    (tmp_path / "a.bdocym.gz").write_bytes(gzip.compress(yaml.encode()))
    (document,), _, _ = read(FORMAT, tmp_path)
    assert document.metadata.extra == {"d": "2020-01-01", "k": {"1": ["a"], "2": ["a"]}}


def test_numbers_that_json_does_not_have_or_that_not_every_program_holds_are_words(tmp_path: Path) -> None:
    features = f"{{nan: .nan, list: [-.inf, 1], large: {2**53}, small: {1 - 2**53}, half: 0.5}}"
    annotation = f"{{type: P, start: 0, end: 2, id: 0, features: {features}}}"
    (tmp_path / "a.bdocym").write_text(f"text: Bo said\nannotation_sets: {{'': {{annotations: [{annotation}]}}}}\n")
    (document,), intake, _ = read(FORMAT, tmp_path)
    (span,) = document.sets["imported"].spans
    assert span.attributes == {"nan": "nan", "list": ["-inf", "1"], "large": str(2**53), "small": 1 - 2**53, "half": 0.5}
    assert next(loss.count for loss in intake.repaired if "kept in words" in loss.kind) == 3


def test_msgpack_is_refused_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "a.bdocmp").write_bytes(b"\xa3sm2\xa1p")
    with pytest.raises(UnreadableFile, match=r"save it as \.bdocjs"):
        read(FORMAT, tmp_path)


@pytest.mark.parametrize(
    "value",
    [
        "!!python/object/apply:os.system ['true']", "a: [", "text: !x y", "text: \x01", "[" * 5000,
        "a: &a {b: 1}\nc: {<<: *a}\ntext: x",
        "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(map(ninefold, "abcdefgh", "bcdefghi")) + "text: x",
        "text: &t [*t]",
    ],
)  # fmt: skip
def test_hostile_yaml_is_refused(value: str, tmp_path: Path) -> None:
    (tmp_path / "a.bdocym").write_text(value)
    with pytest.raises(UnreadableFile, match=r"a\.bdocym"):
        read(FORMAT, tmp_path)


@pytest.mark.parametrize(
    "value",
    [
        "{", "3", "{}", '{"text": 3}', '"\\ud800"', "[" * 100_000, json.dumps(bdoc())[:30], json.dumps(bdoc(offset_type="x")),
        json.dumps(bdoc(3)), json.dumps(bdoc(ann("a", 3))), json.dumps(bdoc(annotation_sets=[1])),  # type: ignore[arg-type]
        json.dumps(bdoc(annotation_sets={"": {"annotations": 3}})),
    ],
)  # fmt: skip
def test_what_is_no_document_is_refused(value: str, tmp_path: Path) -> None:
    (tmp_path / "a.bdocjs").write_text(value)
    with pytest.raises(UnreadableFile, match=r"a\.bdocjs"):
        read(FORMAT, tmp_path)


def test_offsets_outside_the_text_are_errors(tmp_path: Path) -> None:
    (tmp_path / "a.bdocjs").write_text(json.dumps(bdoc(ann(0, 99))))
    assert "outside the text" in read(FORMAT, tmp_path)[1].errors[0]


def test_gatenlp_reads_what_is_written(repository: Path, tmp_path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        gatenlp = pytest.importorskip("gatenlp")
        path, _ = written(FORMAT, Corpus.open(repository), Corpus.open(repository).scheme, tmp_path / "out")
        for one in Corpus.open(repository):
            peer = gatenlp.Document.load(str(path / f"{one.id}.bdocjs"))
            assert peer.text == one.text
            assert peer.features["title"] == one.metadata.title
            for name, said in one.sets.items():
                kept = [span for span in said.spans if not span.fragments]
                found = sorted((one.start, one.end, one.type, one.features["layer"]) for one in peer.annset(name))
                assert found == sorted((span.start, span.end, span.label, span.layer) for span in kept)


def test_samples(samples: Path) -> None:
    found = {}
    for path in sorted((samples / "gate").rglob("*.*")):
        (document,), intake, _ = read(FORMAT, path)
        assert intake.errors == []
        found[path.name] = sum(len(one.spans) for one in document.sets.values())
    assert found == {"test-doc1.gate_sj": 0, "testdoc.bdocjson": 1, "ann-relations.bdocjs": 12, "testdoc1.bdocym.gz": 0}
