from __future__ import annotations

from pathlib import Path

import pytest
from round_trip import read

from postil.corpus import Document
from postil.errors import UnreadableFile
from postil.exchange.intake import Intake
from postil.formats import format_named

pytest.importorskip("rdflib")

PREFIXES = """@prefix nif: <http://persistence.uni-leipzig.org/nlp2rdf/ontologies/nif-core#> .
@prefix itsrdf: <http://www.w3.org/2005/11/its/rdf#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""

TWO = (
    PREFIXES
    + """
<http://x.org/d1#char=0,15> a nif:Context ; nif:isString "\U0001f600 Ada met Bob." .
<http://x.org/d1#char=2,5> a nif:Phrase, nif:RFC5147String ; nif:referenceContext <http://x.org/d1#char=0,15> ;
  nif:beginIndex "2"^^xsd:nonNegativeInteger ; nif:endIndex "5"^^xsd:int ; nif:anchorOf "Ada" ;
  itsrdf:taClassRef <http://dbpedia.org/ontology/Person> ; itsrdf:taIdentRef <http://dbpedia.org/resource/Ada> ;
  itsrdf:taConfidence "0.5"^^xsd:double ; nif:lemma "ada" ; nif:nextWord <http://x.org/d1#char=6,9> .
<http://x.org/d1#char=6,9> a nif:Word ; nif:referenceContext <http://x.org/d1#char=0,15> ; nif:beginIndex 6 ; nif:endIndex 9 .
<http://x.org/d1#char=10,13> a nif:Phrase ; nif:referenceContext <http://x.org/d1#char=0,15> ; nif:anchorOf "Bob" .
<http://x.org/d2#char=0,3> a nif:Context ; nif:isString "Bob" .
"""
)


def _read(path: Path, text: str, **more: bool) -> tuple[list[Document], Intake, dict[str, int]]:
    path.write_text(text, encoding="utf-8")
    format_ = format_named("nif")
    assert format_
    documents, intake, incoming = read(format_, path, **more)
    return documents, intake, {loss.kind: loss.count for loss in incoming.losses}


def test_contexts_are_documents_and_strings_spans(tmp_path: Path) -> None:
    documents, intake, lost = _read(tmp_path / "x.ttl", TWO)

    assert intake.errors == []
    assert [document.id for document in documents] == ["x.org/d1", "x.org/d2"]
    assert documents[0].metadata.url == "http://x.org/d1"
    (span,) = documents[0].sets["imported"].spans
    assert (span.label, span.text, span.confidence) == ("Person", "Ada", 0.5)
    assert span.attributes == {"identity": "http://dbpedia.org/resource/Ada", "lemma": "ada"}
    assert lost == {"ties to other nodes (nextWord)": 1, "tokens, which --tokens keeps": 1, "strings without offsets": 1}


def test_an_anchor_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    _, intake, _ = _read(tmp_path / "x.ttl", TWO.replace('nif:anchorOf "Ada"', 'nif:anchorOf "Eve"'))

    assert len(intake.errors) == 1
    assert "is said to cover “Eve”, but at 2-5 there is “Ada”" in intake.errors[0]


@pytest.mark.parametrize(
    ("name", "text"), [("x.ttl", "@prefix a: <x> . a:b"), ("x.ttl", "<a> <b> "), ("x.nt", "no triples at all"), ("x.ttl", "[[[[")]
)
def test_what_is_no_rdf_is_refused(tmp_path: Path, name: str, text: str) -> None:
    with pytest.raises(UnreadableFile, match=name):
        _read(tmp_path / name, text)


def test_bytes_of_another_encoding_are_named(tmp_path: Path) -> None:
    format_ = format_named("nif")
    assert format_
    (tmp_path / "x.ttl").write_bytes(b"\xff\xfe")
    with pytest.raises(UnreadableFile, match=r"x\.ttl:1:1: not UTF-8"):
        read(format_, tmp_path / "x.ttl")


def test_rdf_in_xml_is_read_safely_and_json_refused(tmp_path: Path) -> None:
    rdf = (
        '<?xml version="1.0"?>{}<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
        'xmlns:nif="http://persistence.uni-leipzig.org/nlp2rdf/ontologies/nif-core#">'
        '<nif:Context rdf:about="http://x.org/d#char=0,4"><nif:isString>{}Bob.</nif:isString></nif:Context>'
        '<nif:Phrase rdf:about="http://x.org/d#char=0,3"><nif:referenceContext rdf:resource="http://x.org/d#char=0,4"/>'
        "<nif:beginIndex>0</nif:beginIndex><nif:endIndex>3</nif:endIndex><nif:anchorOf>Bob</nif:anchorOf></nif:Phrase></rdf:RDF>"
    )
    for name in ("x.rdf", "x.txt"):
        (document,), intake, lost = _read(tmp_path / name, rdf.format("", ""))
        assert (intake.errors, lost) == ([], {})
        assert [(span.label, span.text) for span in document.sets["imported"].spans] == [("Phrase", "Bob")]
    with pytest.raises(UnreadableFile, match="declares an entity"):
        _read(tmp_path / "y.rdf", rdf.format('<!DOCTYPE a [<!ENTITY e "x">]>', "&e;"))
    for json in ('{"@context": "http://x.org/"}', '[\n {"@id": "x"}]'):
        with pytest.raises(UnreadableFile, match="JSON-LD"):
            _read(tmp_path / "y.jsonld", json)
