"""UIMA CAS XMI: read with and without a type system, in zips and directories, hostile or not; written for dkpro-cassis."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from formats_documents import SCHEME, documents
from hypothesis import HealthCheck, given, settings
from round_trip import assert_same, written
from uima_files import Imported, imported, save, types_text, xmi_text

from postil import Corpus
from postil.corpus import Document
from postil.errors import PostilError, UnreadableFile
from postil.exchange.features import Reducing, reduced
from postil.exchange.losses import Losses
from postil.exchange.tokens import Tokens
from postil.formats import all_formats
from postil.formats._uima.limits import LAYER_NAMES
from postil.manifest import Metadata
from postil.model import AnnotationSet, Header, Label, Note, Relation, Span
from postil.scheme import Attribute, Layer, Scheme

ANNOTATION, STRING = "uima.tcas.Annotation", "uima.cas.String"
ANN = '<custom:Name xmi:id="2" sofa="1" begin="0" end="3" value="PER"/>'
BOB = '<custom:Name xmi:id="3" sofa="1" begin="8" end="11" value="PER"/>'


def read(tmp_path: Path, text: str, types: str = "", **more: object) -> Imported:
    if types:
        save(tmp_path, "TypeSystem.xml", types)
    return imported("cas-xmi", save(tmp_path, "doc.xmi", text), **more)  # type: ignore[arg-type]


# --- what becomes what ---------------------------------------------------------------------------------------------------------


def test_a_span_has_its_value_as_its_label_and_the_rest_as_attributes(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        xmi_text('<custom:Name xmi:id="2" sofa="1" begin="0" end="3" value="PER" identifier="Q1" confidence="0.5" note="?"/>',
                 members="2"),
    )  # fmt: skip

    (span,) = found.only.spans
    assert (span.layer, span.label, span.text) == ("Name", "PER", "Ann")
    assert (span.attributes, span.confidence, span.note) == ({"identifier": "Q1"}, 0.5, "?")


def test_values_have_the_types_that_the_type_system_gives(tmp_path: Path) -> None:
    types = types_text(
        ("webanno.custom.Name", ANNOTATION, {
            "value": (STRING,), "n": ("uima.cas.Integer",), "f": ("uima.cas.Float",), "b": ("uima.cas.Boolean",),
            "ints": ("uima.cas.IntegerArray",), "many": ("uima.cas.StringArray",), "l": ("uima.cas.StringList",),
            "inf": ("uima.cas.Double",), "one": ("my.OneOf",),
        }),
        ("my.OneOf", STRING, {}),
    )  # fmt: skip
    found = read(
        tmp_path,
        xmi_text(
            '<custom:Name xmi:id="2" sofa="1" begin="0" end="3" value="12" n="12" f="1.5" b="true" ints="1 2" inf="-Infinity"'
            ' one="3">'
            "<many>a</many><many></many><l>x</l></custom:Name>", members="2",
        ), types,
    )  # fmt: skip

    (span,) = found.only.spans
    assert span.label == "12"
    assert span.attributes == {
        "n": 12, "f": 1.5, "b": True, "ints": [1, 2], "inf": "-inf", "one": "3", "many": ["a", ""], "l": ["x"],
    }  # fmt: skip
    declared = found.incoming.declared["Name"].attributes
    assert (declared["n"].type, declared["many"].multiple) == ("integer", True)


def test_without_a_type_system_values_are_strings_and_known_references_are_followed(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        xmi_text(
            f'{ANN}{BOB}<custom:Rel xmi:id="4" sofa="1" begin="8" end="11" Governor="2" Dependent="3" n="12" label="knows"/>',
            members="2 3 4",
        ),
    )

    assert found.relations == [("Rel", "knows", {"from": "Ann", "to": "Bob"})]
    assert found.only.relations[0].attributes == {"n": "12"}


def test_offsets_count_utf_16(tmp_path: Path) -> None:
    found = read(tmp_path, xmi_text('<custom:Name xmi:id="2" sofa="1" begin="3" end="5"/>', "😀 👻", members="2"))

    assert found.spans == [("Name", "Name", "👻")]


def test_line_ends_and_tabs_of_the_text_are_references(tmp_path: Path) -> None:
    text = "Ann&#13;&#10;met&#9;Bob&#13;&#10;end"
    found = read(tmp_path, xmi_text('<custom:Name xmi:id="2" sofa="1" begin="9" end="12"/>', text, members="2"))

    assert found.documents[0].text == "Ann\nmet\tBob\nend\n"
    assert found.spans == [("Name", "Name", "Bob")]


def test_slots_are_a_relation_and_unfilled_ones_words(tmp_path: Path) -> None:
    host = '<custom:Event xmi:id="6" sofa="1" begin="4" end="7" value="meeting" args="4 5"/>'
    links = '<custom:L xmi:id="4" role="who" target="2"/><custom:L xmi:id="5" role="host" target="3"/>'
    found = read(tmp_path, xmi_text(ANN + BOB + links + host, members="2 3 6"))

    assert found.relations == [("Event.args", "args", {"host": "met", "who": "Ann", "host_": "Bob"})]
    found = read(tmp_path, xmi_text('<custom:L xmi:id="4" role="who"/>'
                                    '<custom:Event xmi:id="6" sofa="1" begin="4" end="7" args="4"/>', members="6"),
                 types_text(("webanno.custom.Event", ANNOTATION, {"args": ("uima.cas.FSArray", "webanno.custom.L")}),
                            ("webanno.custom.L", "uima.cas.TOP", {"role": (STRING,), "target": (ANNOTATION,)})))  # fmt: skip
    assert found.only.spans[0].attributes == {"args": "who"}
    assert found.incoming.declared["Event"].attributes["args"] == Attribute("reference", values=("who",))


def test_a_link_of_its_own_features_loses_them_out_loud(tmp_path: Path) -> None:
    links = '<custom:L xmi:id="4" role="who" target="2" sure="yes"/>'
    found = read(
        tmp_path, xmi_text(ANN + links + '<custom:Event xmi:id="6" sofa="1" begin="4" end="7" args="4"/>', members="2 6")
    )

    assert found.lost == {"features of links": 1}


def test_a_chain_is_a_relation_of_its_links_even_where_it_bites_its_tail(tmp_path: Path) -> None:
    links = (
        '<custom:CorefLink xmi:id="4" sofa="1" begin="0" end="3" referenceType="nam" next="5" referenceRelation="same"/>'
        '<custom:CorefLink xmi:id="5" sofa="1" begin="8" end="11" next="4"/><custom:CorefChain xmi:id="6" sofa="1" first="4"/>'
    )
    found = read(tmp_path, xmi_text(links, members="4 5 6"))

    assert found.relations == [("CorefChain", "CorefChain", {"member": ["Ann", "Bob"]})]
    assert found.only.spans[0].attributes == {"referenceRelation": "same"}


def test_structures_that_are_not_indexed_are_kept_where_something_refers_to_them(tmp_path: Path) -> None:
    found = read(tmp_path, xmi_text(f'{ANN}{BOB}<custom:Rel xmi:id="4" sofa="1" begin="8" end="11" Governor="2" Dependent="3"/>',
                                    members="4"))  # fmt: skip

    assert len(found.only.spans) == 2
    assert found.relations == [("Rel", "Rel", {"from": "Ann", "to": "Bob"})]


def test_arrays_and_lists_of_their_own_are_followed(tmp_path: Path) -> None:
    types = types_text(("webanno.custom.Name", ANNOTATION, {
        "words": ("uima.cas.StringArray", "", "true"), "list": ("uima.cas.FSList", "", "true"), "see": (ANNOTATION,),
        "bytes": ("uima.cas.ByteArray",),
    }))  # fmt: skip
    structures = (
        '<custom:Name xmi:id="2" sofa="1" begin="0" end="3" words="4" list="5" see="3" bytes="00FF"/>' + BOB
        + '<cas:StringArray xmi:id="4"><elements>a</elements><elements>b</elements></cas:StringArray>'
        '<cas:NonEmptyFSList xmi:id="5" head="3" tail="6"/><cas:EmptyFSList xmi:id="6"/>'
    )  # fmt: skip
    found = read(tmp_path, xmi_text(structures, members="2 3"), types)

    assert found.only.spans[0].attributes == {"words": ["a", "b"], "list": ["3"], "see": "3", "bytes": [0, 255]}
    assert found.incoming.declared["Name"].attributes["list"] == Attribute("reference", multiple=True)


def test_inheritance_gives_features_and_makes_annotations(tmp_path: Path) -> None:
    types = types_text(("my.Base", ANNOTATION, {"n": ("uima.cas.Integer",)}), ("my.Below", "my.Base", {}))
    text = xmi_text('<my:Below xmlns:my="http:///my.ecore" xmi:id="2" sofa="1" begin="0" end="3" n="7"/>', members="2")

    assert read(tmp_path, text, types).only.spans[0].attributes == {"n": 7}


def test_types_in_a_circle_end(tmp_path: Path) -> None:
    types = types_text(("my.A", "my.B", {}), ("my.B", "my.A", {}))
    text = xmi_text('<my:A xmlns:my="http:///my.ecore" xmi:id="2" sofa="1" begin="0" end="3"/>', members="2")

    assert read(tmp_path, text, types).errors == []


def test_types_without_a_namespace_and_document_labels(tmp_path: Path) -> None:
    found = read(tmp_path, xmi_text('<x:Genre xmi:id="2" sofa="1" value="op-ed" sure="yes"/>', members="2"))

    assert [(one.layer, one.label, one.attributes) for one in found.only.labels] == [("Genre", "op-ed", {"sure": "yes"})]


def test_tokens_come_when_they_are_wanted(tmp_path: Path) -> None:
    structures = (
        '<segmentation:Sentence xmi:id="2" sofa="1" begin="0" end="12"/>'
        '<segmentation:Token xmi:id="3" sofa="1" begin="0" end="3" pos="5"/>'
        '<segmentation:Token xmi:id="4" sofa="1" begin="4" end="7" pos="6" order="0"/>'
        '<pos:POS_NOUN xmi:id="5" sofa="1" begin="0" end="3" PosValue="NN" coarseValue="NOUN"/>'
        '<pos:POS xmi:id="6" sofa="1" begin="4" end="7" PosValue="VB"/>'
        '<dependency:Dependency xmi:id="7" sofa="1" begin="0" end="3" Governor="4" Dependent="3" DependencyType="nsubj"/>'
    )
    plain = read(tmp_path, xmi_text(structures, members="2 3 4 5 6 7"))
    assert plain.spans == [("POS", "NN", "Ann"), ("POS", "VB", "met")]
    assert plain.relations == [("Dependency", "nsubj", {"from": "met", "to": "Ann"})]
    assert plain.lost == {"sentences, which --tokens keeps": 1, "tokens, which --tokens keeps": 2}
    assert not any(loss.stops for loss in plain.incoming.losses)

    whole = read(tmp_path, xmi_text(structures, members="2 3 4 5 6 7"), with_tokens=True)
    assert whole.spans == [("sentence", "sentence", "Ann met Bob."), ("token", "token", "Ann"), ("token", "token", "met")]
    assert whole.only.spans[1].attributes == {"pos": "NN", "pos.coarseValue": "NOUN"}
    assert whole.relations == plain.relations


def test_relations_between_tokens_wait_for_tokens(tmp_path: Path) -> None:
    structures = (
        '<segmentation:Token xmi:id="3" sofa="1" begin="0" end="3"/><segmentation:Token xmi:id="4" sofa="1" begin="4" end="7"/>'
        '<custom:Rel xmi:id="7" sofa="1" begin="0" end="3" Governor="4" Dependent="3"/>'
    )
    found = read(tmp_path, xmi_text(structures, members="3 4 7"))

    assert found.only.relations == ()
    assert found.lost["relations between tokens, which --tokens keeps"] == 1


def test_every_view_with_a_text_is_a_document(tmp_path: Path) -> None:
    sofas = (
        '<cas:Sofa xmi:id="1" sofaNum="1" sofaID="_InitialView" sofaString="Ann met Bob."/>'
        '<cas:Sofa xmi:id="8" sofaNum="2" sofaID="german" sofaString="Ann traf Bob."/>'
        '<cas:Sofa xmi:id="9" sofaNum="3" sofaID="audio" sofaURI="file:///x.wav"/>'
        '<cas:View sofa="8" members="5"/>'
    )
    found = read(tmp_path, xmi_text(ANN + '<custom:Name xmi:id="5" sofa="8" begin="9" end="12"/>', sofa=sofas, members="2"))

    assert [document.id for document in found.documents] == ["doc", "doc-german"]
    assert [document.sets["imported"].spans[0].text for document in found.documents] == ["Ann", "Bob"]
    assert found.lost == {"views without a text": 1}


def test_metadata_has_a_place(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        xmi_text('<meta:DocumentMetaData xmi:id="2" sofa="1" begin="0" end="12" documentTitle="A title" documentId="d" '
                 'language="de" documentUri="file:/x" isLastSegment="false"/>', members="2"),
    )  # fmt: skip
    metadata = found.documents[0].metadata

    assert (metadata.title, metadata.language, metadata.extra) == ("A title", "de", {"documentUri": "file:/x"})


def test_tag_sets_are_labels_of_their_layer(tmp_path: Path) -> None:
    tags = '<meta:TagDescription xmi:id="4" name="PER"/><meta:TagDescription xmi:id="5" name="LOC"/>'
    described = '<meta:TagsetDescription xmi:id="6" sofa="1" begin="0" end="0" layer="webanno.custom.Name" tags="4 5"/>'
    types = types_text(("de.tudarmstadt.ukp.dkpro.core.api.metadata.type.TagsetDescription", ANNOTATION,
                        {"layer": (STRING,), "tags": ("uima.cas.FSArray",)}))  # fmt: skip
    found = read(tmp_path, xmi_text(ANN + tags + described, members="2 6"), types)

    assert list(found.incoming.declared["Name"].labels) == ["PER", "LOC"]


def test_a_reference_to_nothing_is_counted(tmp_path: Path) -> None:
    found = read(tmp_path, xmi_text(ANN + '<custom:Rel xmi:id="4" sofa="1" begin="8" end="11" Governor="2" Dependent="99"/>',
                                    members="2 4 77"))  # fmt: skip

    assert found.only.relations == ()
    assert found.lost == {"references to what is not there": 1, "relations without both ends": 1}


def test_xml_1_1_may_have_control_characters(tmp_path: Path) -> None:
    text = xmi_text('<custom:Name xmi:id="2" sofa="1" begin="4" end="5" value="&#x2;"/>', "Ann&#1;X", members="2", version="1.1")
    found = read(tmp_path, text)

    assert found.documents[0].text == "Ann\x01X\n"
    assert found.only.spans[0].label == "\x02"


# --- files ---------------------------------------------------------------------------------------------------------------------


def _zip(**files: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in files.items():
            archive.writestr(name.replace("__", "."), text)
    return buffer.getvalue()


TYPED = types_text(("webanno.custom.Name", ANNOTATION, {"value": (STRING,), "n": ("uima.cas.Integer",)}))
NUMBERED = xmi_text('<custom:Name xmi:id="2" sofa="1" begin="0" end="3" value="PER" n="7"/>', members="2")


@pytest.mark.parametrize("name", ["TypeSystem.xml", "typesystem.xml", "doc-typesystem.xml", "Doc.TypeSystem.xml"])
def test_the_type_system_is_found_beside_the_file(name: str, tmp_path: Path) -> None:
    save(tmp_path, name, TYPED)
    save(tmp_path, "doc.xmi", NUMBERED)

    assert imported("cas-xmi", tmp_path).only.spans[0].attributes == {"n": 7}


def test_the_type_system_is_found_above_in_a_zip_and_by_option(tmp_path: Path) -> None:
    save(tmp_path, "a/TypeSystem.xml", TYPED)
    save(tmp_path, "a/b/c/doc.xmi", NUMBERED)
    assert imported("cas-xmi", tmp_path / "a").only.spans[0].attributes == {"n": 7}
    assert imported("cas-xmi", tmp_path / "a/b").only.spans[0].attributes == {"n": "7"}
    given = {"type-system": str(tmp_path / "a/TypeSystem.xml")}
    assert imported("cas-xmi", tmp_path / "a/b", **given).only.spans[0].attributes == {"n": 7}

    archive = save(tmp_path, "x.zip", _zip(doc__xmi=NUMBERED, TypeSystem__xml=TYPED))
    assert imported("cas-xmi", archive).only.spans[0].attributes == {"n": 7}


def test_annotators_of_inceptions_layout_are_sets_of_one_document(tmp_path: Path) -> None:
    save(tmp_path, "annotation/news/doc.txt/ann.xmi", xmi_text(ANN, members="2"))
    save(tmp_path, "annotation/news/doc.txt/bob.zip", _zip(whatever__xmi=NUMBERED, TypeSystem__xml=TYPED))
    save(tmp_path, "annotation/news/doc.txt/INITIAL_CAS.xmi", xmi_text(""))
    save(tmp_path, "curation/news/doc.txt/CURATION_USER.xmi", xmi_text(BOB, members="3"))
    found = imported("cas-xmi", tmp_path)

    (document,) = found.documents
    assert document.id == "news/doc.txt"
    assert {name: [span.text for span in one.spans] for name, one in document.sets.items()} == {
        "ann": ["Ann"], "bob": ["Ann"], "gold": ["Bob"],
    }  # fmt: skip
    assert document.sets["bob"].spans[0].attributes == {"n": 7}
    header = document.sets["gold"].header
    assert (header.method, header.sources) == ("adjudicated", ("ann", "bob"))
    assert found.lost == {"documents as they were before anybody annotated them": 1}


def test_annotators_must_speak_of_the_same_text(tmp_path: Path) -> None:
    save(tmp_path, "annotation/doc/ann.xmi", xmi_text(ANN, members="2"))
    save(tmp_path, "annotation/doc/bob.xmi", xmi_text(ANN, "Ann met Pat.", members="2"))
    with pytest.raises(UnreadableFile, match="the text is not that of"):
        imported("cas-xmi", tmp_path)
    save(tmp_path, "annotation/doc/bob.xmi", xmi_text(ANN, "Ann&#10;met Bob.", members="2"))
    repaired = {loss.kind: loss.count for loss in imported("cas-xmi", tmp_path).incoming.repaired}
    assert repaired == {
        "texts that differ from another annotator's in blanks": 1,
        "files without their type system: references are found by name, values are words": 2,
    }


def test_a_directory_without_xmi_says_so(tmp_path: Path) -> None:
    save(tmp_path, "a.txt", "x")
    with pytest.raises(PostilError, match="there is no file ending in"):
        imported("cas-xmi", tmp_path)


# --- hostile files -------------------------------------------------------------------------------------------------------------

BOMB = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><x>&b;</x>'
OUTSIDE = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>'


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (BOMB, "declares an entity"),
        (OUTSIDE, "declares an entity"),
        ("<a>" * 1000, "deep"),
        (xmi_text(ANN, members="2")[:-40], "not well-formed"),
        ("<html/>", "no XMI: the outermost element is html"),
        ("", "not well-formed"),
        (xmi_text('<custom:Name xmi:id="x" sofa="1" begin="0" end="3"/>'), "no number"),
        (xmi_text(ANN + ANN), "two structures have the xmi:id 2"),
        (xmi_text(ANN).encode("utf-16-le"), "not well-formed"),
        (b"\xff\xfe\x00", "not well-formed"),
    ],
)
def test_what_is_no_xmi_is_refused_with_its_place(data: str | bytes, message: str, tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match=message) as caught:
        imported("cas-xmi", save(tmp_path, "doc.xmi", data))
    assert caught.value.line


@pytest.mark.parametrize("data", [BOMB, "<x/>", "no xml"])
def test_what_is_no_type_system_is_refused(data: str, tmp_path: Path) -> None:
    save(tmp_path, "TypeSystem.xml", data)
    with pytest.raises(UnreadableFile):
        imported("cas-xmi", save(tmp_path, "doc.xmi", NUMBERED))


def test_a_value_that_is_not_of_its_type_is_refused(tmp_path: Path) -> None:
    save(tmp_path, "TypeSystem.xml", TYPED)
    with pytest.raises(UnreadableFile, match="'seven' is no Integer"):
        imported("cas-xmi", save(tmp_path, "doc.xmi", NUMBERED.replace('n="7"', 'n="seven"')))


def test_offsets_out_of_the_text_are_errors_with_a_line(tmp_path: Path) -> None:
    found = read(tmp_path, xmi_text('<custom:Name xmi:id="2" sofa="1" begin="0" end="99"/>', members="2"))

    assert "doc.xmi:4: 2: the offsets of “Name”, 0-99, are outside the text, which is from 0 to 12" in found.errors[0]


def test_half_of_a_character_is_no_offset(tmp_path: Path) -> None:
    text = xmi_text('<custom:Name xmi:id="2" sofa="1" begin="1" end="4"/>', "😀 x", members="2")
    assert "inside a character" in read(tmp_path, text).errors[0]


def test_code_points_are_recognised_where_utf_16_cannot_be(tmp_path: Path) -> None:
    text = xmi_text('<custom:Name xmi:id="2" sofa="1" begin="1" end="3"/>', "😀 x", members="2")
    found = imported("cas-xmi", save(tmp_path, "doc.xmi", text))

    assert found.spans == [("Name", "Name", " x")]


@pytest.mark.parametrize("path", ["../evil.xmi", "/evil.xmi", "a/../../evil.xmi"])
def test_a_zip_in_a_zip_leads_nowhere(path: str, tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(path, NUMBERED)
    save(tmp_path, "annotation/doc/bob.zip", buffer.getvalue())
    with pytest.raises(UnreadableFile, match="leads out of the archive"):
        imported("cas-xmi", tmp_path)
    save(tmp_path, "annotation/doc/bob.zip", b"PK\x03\x04 no zip")
    with pytest.raises(UnreadableFile, match="no zip"):
        imported("cas-xmi", tmp_path)


def test_script_in_a_label_stays_a_label(tmp_path: Path) -> None:
    found = read(tmp_path, xmi_text('<custom:Name xmi:id="2" sofa="1" begin="0" end="3" value="&lt;script&gt;"/>', members="2"))
    document = found.documents[0]
    path, _ = written(all_formats()["cas-xmi"], [document], SCHEME, tmp_path / "out")

    assert b"<script>" not in (path / "annotation/doc/imported.xmi").read_bytes()


# --- writing -------------------------------------------------------------------------------------------------------------------


def _document(text: str, annotations: AnnotationSet, metadata: Metadata | None = None) -> Document:
    return Document("d", text, metadata or Metadata(), {"gold": annotations}, "0" * 64)


def _set(**records: object) -> AnnotationSet:
    return AnnotationSet(Header("d", "gold", "s/1", "0" * 64, "complete", "imported"), **records)  # type: ignore[arg-type]


def test_a_span_is_written_as_inception_has_it(tmp_path: Path) -> None:
    annotations = _set(
        spans=(Span("a", "entity", "PER", 2, 5, "Ann", attributes={"value": "x"}), Span("b", "entity", "PER", 10, 13, "Bob")),
        relations=(Relation("r", "argument", "knows", {"from": "a", "to": "b"}),),
    )
    path, _ = written(all_formats()["cas-xmi"], [_document("😀 Ann met\nBob\n", annotations)], SCHEME, tmp_path / "out")
    text = (path / "annotation/d/gold.xmi").read_text(encoding="utf-8")

    assert '<custom:entity xmi:id="3" sofa="1" begin="3" end="6" label="PER" value="x"/>' in text
    assert '<custom:argument xmi:id="5" sofa="1" begin="11" end="14" value="knows" Governor="3" Dependent="4"/>' in text
    assert 'sofaString="😀 Ann met&#10;Bob&#10;"' in text
    assert "<name>webanno.custom.entity</name>" in (path / "TypeSystem.xml").read_text(encoding="utf-8")


def test_a_chain_comes_back_as_a_chain(tmp_path: Path) -> None:
    annotations = _set(
        spans=(Span("a", "CorefLink", "nam", 0, 3, "Ann", attributes={"referenceRelation": "same"}),
               Span("b", "CorefLink", "CorefLink", 8, 11, "Bob")),
        relations=(Relation("r", "CorefChain", "CorefChain", {"member": ("a", "b")}),),
    )  # fmt: skip
    document = _document("Ann met Bob\n", annotations)
    path, _ = written(all_formats()["cas-xmi"], [document], SCHEME, tmp_path / "out")

    assert 'referenceType="nam" referenceRelation="same" next=' in (path / "annotation/d/gold.xmi").read_text(
        encoding="utf-8"
    ).replace('referenceRelation="same" referenceType="nam"', 'referenceType="nam" referenceRelation="same"')
    assert_same(all_formats()["cas-xmi"], imported("cas-xmi", path).documents, [document], SCHEME)


def test_references_of_a_renamed_layer_follow(tmp_path: Path) -> None:
    scheme = Scheme("s", 1, layers={"my layer": Layer("span", attributes={"see-also": Attribute("reference")})})
    annotations = _set(
        spans=(Span("a", "my layer", "X", 0, 3, "Ann", attributes={"see-also": "b"}), Span("b", "my layer", "Y", 8, 11, "Bob"))
    )
    path, losses = written(all_formats()["cas-xmi"], [_document("Ann met Bob\n", annotations)], scheme, tmp_path / "out")
    found = imported("cas-xmi", path)
    ids = {span.label: span.id for span in found.only.spans}

    assert {loss.kind for loss in losses} >= {
        "names of layers that no type can have",
        "names of attributes that no feature can have",
    }
    assert found.only.spans[0].attributes == {"see_also": ids["Y"]}
    assert found.incoming.declared["my_layer"].attributes["see_also"].type == "reference"


def test_names_that_become_one_stay_apart() -> None:
    annotations = _set(labels=(Label("a", "x y", "l"), Label("b", "x_y", "l"), Label("c", "x-y", "l"), Label("d", "1", "l")))
    done = reduced(_document("x\n", annotations), [LAYER_NAMES], Reducing(SCHEME, Losses(), Tokens()))

    layers = [label.layer for label in done.sets["gold"].labels]
    assert len(set(layers)) == 4
    assert layers[3] == "x1"


def test_notes_and_metadata_come_back(tmp_path: Path) -> None:
    annotations = _set(labels=(Label("a", "genre", "op-ed"),), notes=(Note("n", "a", "sure?"), Note("m", "", "all of it")))
    metadata = Metadata(title="d", authors=("A", "B"), extra={"a.b": "x", "n:json": [1, {"k": None}]})
    document = _document("x\n", annotations, metadata)
    path, _ = written(all_formats()["cas-xmi"], [document], SCHEME, tmp_path / "out")
    (back,) = imported("cas-xmi", path).documents

    assert back.metadata.title == "d"
    assert back.metadata.authors == ("A", "B")
    assert back.metadata.extra["a.b"] == "x"
    assert {note.text: bool(note.about) for note in back.sets["gold"].notes} == {"sure?": True, "all of it": False}


# --- others reading it ---------------------------------------------------------------------------------------------------------


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(given_documents=documents())
def test_cassis_reads_it(given_documents: list[Document], tmp_path_factory: pytest.TempPathFactory) -> None:
    cassis = pytest.importorskip("cassis")
    path, _ = written(all_formats()["cas-xmi"], given_documents, SCHEME, tmp_path_factory.mktemp("x") / "out")
    with (path / "TypeSystem.xml").open("rb") as file:
        types = cassis.load_typesystem(file)
    for document in imported("cas-xmi", path).documents:
        for annotator, ours in document.sets.items():
            with (path / f"annotation/{document.id}/{annotator}.xmi").open("rb") as file:
                cas = cassis.load_cas_from_xmi(file, typesystem=types)
            assert cas.sofa_string == document.text
            layers = {f"webanno.custom.{span.layer}" for span in ours.spans}
            covered = sorted(fs.get_covered_text() for fs in cas.select_all_annotations() if fs.type.name in layers)
            assert covered == sorted(document.text[span.start : span.end] for span in ours.spans)


def test_cassis_writes_what_this_reads(tmp_path: Path, repository: Path) -> None:
    cassis = pytest.importorskip("cassis")
    corpus = Corpus.open(repository)
    path, _ = written(all_formats()["cas-xmi"], corpus, corpus.scheme, tmp_path / "out")
    before = imported("cas-xmi", path).documents
    with (path / "TypeSystem.xml").open("rb") as file:
        types = cassis.load_typesystem(file)
    for xmi in path.rglob("*.xmi"):
        with xmi.open("rb") as file:
            cas = cassis.load_cas_from_xmi(file, typesystem=types)
        cas.to_xmi(str(xmi))
    assert_same(all_formats()["cas-xmi"], imported("cas-xmi", path).documents, before, corpus.scheme)


# --- samples -------------------------------------------------------------------------------------------------------------------

SPANS = {
    "cas_with_empty_array_reference.xmi": 0,
    "cas_with_inheritance.xmi": 5,
    "cas_with_multiple_references_allowed_string_array.xmi": 1,
    "cas_with_nonindexed_fs.xmi": 0,
    "cas_with_references.xmi": 3,
    "small_cas.xmi": 13,
}


def test_the_samples_are_read(samples: Path) -> None:
    found = sorted(samples.glob("cas-xmi/**/*.xmi"))
    read_now = {path.name: imported("cas-xmi", path) for path in found}

    assert len(read_now) == 7
    assert all(one.errors == [] for one in read_now.values())
    assert {name: len(one.only.spans) for name, one in read_now.items() if one.documents} == SPANS
    without = [name for name, one in read_now.items() if not one.documents]
    assert without == ["cas_with_list_features.xmi"]  # it has no text
    assert "views without a text" in read_now[without[0]].lost


def test_structures_of_several_features_are_lists_of_each(tmp_path: Path) -> None:
    types = types_text(
        ("webanno.custom.Name", ANNOTATION, {"concepts": ("uima.cas.FSArray", "my.Concept"), "one": ("my.Concept",)}),
        ("my.Concept", "uima.cas.TOP", {"cui": (STRING,), "code": ("uima.cas.Integer",), "deep": ("my.Concept",)}),
    )
    concept = '<my:Concept xmlns:my="http:///my.ecore" xmi:id='
    concepts = f'{concept}"4" cui="C1" code="7"/>{concept}"5" cui="C2" deep="4"/>'
    name = '<custom:Name xmi:id="2" sofa="1" begin="0" end="3" concepts="4 5" one="4"/>'
    found = read(tmp_path, xmi_text(name + concepts, members="2"), types)

    assert found.only.spans[0].attributes == {
        "concepts.cui": ["C1", "C2"], "concepts.code": ["7", ""], "one.cui": "C1", "one.code": 7,
    }  # fmt: skip
    assert found.lost == {"structures inside features": 1}


def test_the_only_string_is_the_label_where_the_type_is_described(tmp_path: Path) -> None:
    types = types_text(("webanno.custom.Mood", ANNOTATION, {"sentiment": (STRING,), "n": ("uima.cas.Integer",)}))
    text = xmi_text('<custom:Mood xmi:id="2" sofa="1" begin="0" end="3" sentiment="good"/>', members="2")

    assert read(tmp_path, text, types).spans == [("Mood", "good", "Ann")]


def test_a_null_label_leaves_the_other_features_alone(tmp_path: Path) -> None:
    types = types_text(("webanno.custom.Name", ANNOTATION, {"value": (STRING,), "category": (STRING,)}))
    text = xmi_text('<custom:Name xmi:id="2" sofa="1" begin="0" end="3" category="c"/>', members="2")
    (span,) = read(tmp_path, text, types).only.spans

    assert (span.label, span.attributes) == ("Name", {"category": "c"})


def test_tokens_of_the_corpus_are_dkpros(tmp_path: Path) -> None:
    spans = (
        Span("t", "token", "token", 0, 3, "Ann", attributes={"pos": "NN", "odd": "x"}),
        Span("s", "sentence", "sentence", 0, 3, "Ann"),
    )
    path, _ = written(all_formats()["cas-xmi"], [_document("Ann\n", _set(spans=spans))], SCHEME, tmp_path / "out")

    assert "PosValue" in (path / "annotation/d/gold.xmi").read_text(encoding="utf-8")
    assert imported("cas-xmi", path).spans == [("POS", "NN", "Ann")]
    found = imported("cas-xmi", path, with_tokens=True)
    assert {span.layer: span.attributes for span in found.only.spans} == {"token": {"pos": "NN", "odd": "x"}, "sentence": {}}


def test_xmi_in_files_called_xml(tmp_path: Path) -> None:
    save(tmp_path, "a/doc.xml", NUMBERED)
    save(tmp_path, "a/TypeSystem.xml", TYPED)

    assert imported("cas-xmi", tmp_path).documents[0].id == "a/doc"


def test_characters_that_xml_forbids_are_counted_wherever_they_are(tmp_path: Path) -> None:
    annotations = _set(spans=(Span("a", "entity", "P\x01", 0, 1, "\x02", attributes={"a": "\uffff"}, note="\x1f"),))
    document = _document("\x02 x\n", annotations, Metadata(title="T\x03", extra={"k": ["\x04"]}))
    path, losses = written(all_formats()["cas-xmi"], [document], SCHEME, tmp_path / "out")
    (back,) = imported("cas-xmi", path).documents

    assert {loss.kind: loss.count for loss in losses if loss.stops} == {
        "characters that XML cannot hold": 2, "characters in metadata that XML cannot hold": 1,
    }  # fmt: skip
    assert (back.text, back.metadata.title, back.metadata.extra) == ("\ufffd x\n", "T\ufffd", {"k": ["\ufffd"]})


def test_odd_metadata_fields_are_kept_or_counted(tmp_path: Path) -> None:
    def field(id_: int, key: str, value: str) -> str:
        return f'<meta:MetaDataStringField xmi:id="{id_}" sofa="1" begin="0" end="1" key="{key}" value="{value}"/>'

    fields = [("rights", "x"), ("rights.holder", "A"), ("set.status", "odd"), ("set.method", "model"), ("a:json", "{"), ("", "y")]
    structures = "".join(field(number, *pair) for number, pair in enumerate(fields, 2))
    found = read(tmp_path, xmi_text(structures, members="2 3 4 5 6 7"))

    metadata = found.documents[0].metadata
    assert (metadata.extra, metadata.rights.holder) == ({"rights": "x"}, "A")
    assert (found.only.header.status, found.only.header.method) == ("complete", "model")
    assert found.lost == {"metadata that is no JSON": 1}
