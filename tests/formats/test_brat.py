"""brat's standoff: what its lines and its configuration become, what real files have beyond its manual, and hostile ones."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st
from msgspec.structs import replace
from round_trip import assert_round_trip, read as read_format, written

from postil.corpus import Document
from postil.errors import PostilError, UnreadableFile
from postil.exchange.incoming import Incoming
from postil.exchange.intake import Intake
from postil.exchange.mapping import NameMap, mapped_layers
from postil.exchange.proposal import Observed
from postil.formats.brat import FORMAT
from postil.manifest import Metadata
from postil.model import AnnotationSet, Header, Label, Note, Relation, Span
from postil.scheme import Attribute, LabelDefinition, Layer, Role, Scheme

TEXT = "Maria moved to Rome and Oslo.\n"

Files = Callable[[dict[str, str | bytes]], Path]


@pytest.fixture
def files(tmp_path: Path) -> Files:
    def write(contents: dict[str, str | bytes]) -> Path:
        root = tmp_path / "brat"
        for name, content in contents.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_bytes(content.encode() if isinstance(content, str) else content)
        return root

    return write


def read(path: Path, **options: Any) -> tuple[AnnotationSet, Intake, Incoming]:
    """The only document of a source, without errors."""
    (document,), intake, incoming = read_format(FORMAT, path, **options)
    assert intake.errors == []
    (annotations,) = document.sets.values()
    return annotations, intake, incoming


def kinds(losses: Any) -> set[str]:
    return {loss.kind for loss in losses}


def test_every_kind_of_line(files: Files) -> None:
    root = files({
        "d.txt": TEXT,
        "d.ann": (
            "T1\tPerson 0 5\tMaria\n"
            "T2\tMove 6 11\tmoved\n"
            "T3\tPlace 15 19\tRome\n"
            "T4\tPlace 24 28\tOslo\n"
            "T5\tPlace 15 19;24 28\tRome Oslo\n"
            "E1\tMove:T2 Who:T1 To:T3 To2:T4\n"
            "R1\tVisits Arg1:T1 Arg2:T3\t\n"
            "*\tEquiv T3 T4 T5\n"
            "A1\tNegation E1\n"
            "A2\tCertainty E1 quite low\n"
            "M1\tSpeculation T1\n"
            "A3\tSource R1 text\n"
            "N1\tReference T3 Wikidata:Q220\tRome, Italy\n"
            "#1\tAnnotatorNotes T1\tnot sure\n"
            "#2\tAnnotatorNotes T1\tstill not\n"
            "#3\tLemma T2\t move\n"
        ),
    })  # fmt: skip
    found, intake, incoming = read(root)
    spans = {span.id: span for span in found.spans}
    assert spans["T1"] == Span("T1", "span", "Person", 0, 5, "Maria", attributes={"Speculation": True}, note="not sure")
    assert (spans["T2"].layer, spans["T2"].label, spans["T2"].attributes) == ("trigger", "Move", {"Lemma": "move"})
    assert spans["T3"].attributes == {"Reference": "Wikidata:Q220", "Reference_text": "Rome, Italy"}
    assert spans["T5"].fragments == ((15, 19), (24, 28))
    relations = {relation.id: relation for relation in found.relations}
    assert relations["E1"] == Relation(
        "E1", "event", "Move", {"trigger": "T2", "Who": "T1", "To": ("T3", "T4")}, {"Negation": True, "Certainty": "quite low"}
    )
    assert relations["R1"] == Relation("R1", "relation", "Visits", {"from": "T1", "to": "T3"}, {"Source": "text"})
    assert relations["equiv1"] == Relation("equiv1", "relation", "Equiv", {"member": ("T3", "T4", "T5")})
    assert found.notes == (Note("n2", "T1", "still not"),)
    assert not intake.repaired
    assert not incoming.losses


def test_what_it_writes_is_what_it_read(files: Files, tmp_path: Path) -> None:
    lines = (
        "T1\tPerson 0 5\tMaria\nT2\tMove 6 11\tmoved\nT3\tPlace 15 19;24 28\tRome Oslo\n"
        "E1\tMove:T2 Who:T1 To:T3\nR1\tVisits Arg1:T1 Arg2:T3\n"
        "N1\tReference T1 Wikidata:Q1\tMaria\nA1\tSure T3\nA2\tNegation E1\n#1\tAnnotatorNotes T1\tnot sure\n"
    )
    root = files({"sub/d.txt": TEXT, "sub/d.ann": lines})
    documents, _, _ = read_format(FORMAT, root)
    path, losses = written(FORMAT, documents, Scheme("s", 1), tmp_path / "out")
    assert (path / "sub/d.ann").read_text() == lines
    assert (path / "sub/d.txt").read_text() == TEXT
    assert not losses.stopping
    configuration = (path / "annotation.conf").read_text()
    assert configuration == (
        "# Annotator: imported\n\n[entities]\nPerson\nPlace\n\n[relations]\nVisits\tArg1:<ANY>, Arg2:<ANY>\n\n"
        "[events]\nMove\tWho?:<ANY>, To?:<ANY>\n\n[attributes]\nSure\tArg:Place\nNegation\tArg:Move\n"
    )


# --- what real files have ------------------------------------------------------------------------------------------------------


def test_a_note_may_have_its_annotation_in_a_column_of_its_own(files: Files) -> None:
    root = files({"d.txt": TEXT, "d.ann": "T1\tPerson 0 5\tMaria\n#1\tAnnotatorNotes\tT1\tnot sure\n"})
    found, _, incoming = read(root)
    assert [(span.id, span.note) for span in found.spans] == [("T1", "not sure")]
    assert found.notes == ()
    assert kinds(incoming.repaired) == {"notes whose annotation has a column of its own"}


def test_order_is_free(files: Files) -> None:
    root = files(
        {"d.txt": TEXT, "d.ann": "A1\tNegation E1\nR1\tX Arg1:T1 Arg2:E1\nE1\tMove:T2\nT2\tMove 6 11\tmoved\nT1\tP 0 5\tMaria\n"}
    )
    found, _, _ = read(root)
    assert [relation.args for relation in found.relations] == [{"trigger": "T2"}, {"from": "T1", "to": "E1"}]
    assert found.relations[0].attributes == {"Negation": True}


def test_a_surface_that_goes_on_in_the_next_line(files: Files) -> None:
    root = files(
        {
            "d.txt": "He said\n“no”.\nYes.\n",
            "d.ann": "T1\tQ 3 12\tsaid\n“no”\nT2\tQ 14 17\tYes\n#1\tAnnotatorNotes T2\tone\ntwo\n",
        }
    )
    found, intake, _ = read(root)
    assert [span.text for span in found.spans] == ["said\n“no”", "Yes"]
    assert found.spans[1].note == "one\ntwo"
    assert kinds(intake.repaired) == set()


def test_a_line_that_is_nothing_is_no_continuation(files: Files) -> None:
    lines = ["T1\tPerson 0 5\tMaria", "not a line", "X1\tWhat T1", "T2\tPlace x y\tRome", "R1\tX", "R2\tX Arg1:T1", ""]
    root = files({"d.txt": TEXT, "d.ann": "\n".join(lines)})
    (document,), intake, incoming = read_format(FORMAT, root)
    assert len(document.sets["imported"].spans) == 1
    assert not incoming.losses
    assert [error.replace(str(root), "") for error in intake.errors] == [
        "/d.ann:2: no annotation: an id and a tab are wanted first: “not a line”",
        "/d.ann:3: brat has no line that begins with “X”: “X1⇥What T1”",
        "/d.ann:4: not a span, like T1 Person 0 5 Maria: “T2⇥Place x y⇥Rome”",
        "/d.ann:5: not a relation, like R1 Family Arg1:T1 Arg2:T5: “R1⇥X”",
        "/d.ann:6: not a relation, like R1 Family Arg1:T1 Arg2:T5: “R2⇥X Arg1:T1”",
    ]


def test_fragments_out_of_order_and_touching(files: Files) -> None:
    root = files(
        {"d.txt": TEXT, "d.ann": "T1\tPlace 24 28;15 19\tOslo Rome\nT2\tX 0 3;3 5;6 11\tMar ia moved\nT3\tX 0 3;3 5\tMar ia\n"}
    )
    found, _, incoming = read(root)
    spans = {span.id: span for span in found.spans}
    assert (spans["T1"].fragments, spans["T1"].text) == (((15, 19), (24, 28)), "Rome Oslo")
    assert (spans["T2"].fragments, spans["T2"].text) == (((0, 5), (6, 11)), "Maria moved")
    assert (spans["T3"].fragments, spans["T3"].start, spans["T3"].end) == ((), 0, 5)
    assert {loss.kind: loss.count for loss in incoming.repaired} == {
        "fragments out of order": 1,
        "fragments that touch, put together": 2,
    }


def test_a_span_that_brat_cut_at_line_ends(files: Files) -> None:
    root = files(
        {"d.txt": "one two\n  three\nfour\n", "d.ann": "T1\tX 4 7;10 15;16 20\ttwo three four\nT2\tX 0 3;4 7\tone two\n"}
    )
    found, intake, _ = read(root)
    assert [(span.start, span.end, span.fragments) for span in found.spans] == [(0, 7, ((0, 3), (4, 7))), (4, 20, ())]
    assert kinds(intake.repaired) == {"spans cut at the ends of lines, put together"}
    apart, _, _ = read(root, **{"keep-line-fragments": True})
    assert apart.spans[1].fragments == ((4, 7), (10, 15), (16, 20))


def test_ids_that_are_there_twice(files: Files) -> None:
    root = files({
        "d.txt": TEXT,
        "d.ann": "T1\tP 0 5\tMaria\nT1\tP 0 5\tMaria\nT1\tQ 15 19\tRome\nR1\tX Arg1:T1 Arg2:T1\nR1\tY Arg1:T1 Arg2:T1\n"
        "#1\tAnnotatorNotes T1\ta\n#1\tNote T1\tb\n#1\tNote T1\tc\n",
    })  # fmt: skip
    found, _, incoming = read(root)
    assert [(span.id, span.label) for span in found.spans] == [("T1", "P"), ("T1-2", "Q")]
    assert [relation.id for relation in found.relations] == ["R1", "R1-2"]
    assert [note.text for note in found.notes] == ["b", "c"]
    assert {loss.kind: loss.count for loss in incoming.repaired} == {
        "lines that are there twice": 1,
        "ids that were there twice": 3,
    }


def test_ids_of_several_letters_and_with_tails(files: Files) -> None:
    root = files({"d.txt": TEXT, "d.ann": "Tent12\tP 0 5\tMaria\nT3-a\tP 15 19\tRome\nRel1\tX Arg1:Tent12 Arg2:T3-a\n"})
    found, _, _ = read(root)
    assert found.relations[0].args == {"from": "Tent12", "to": "T3-a"}


def test_blanks_in_types_and_values(files: Files) -> None:
    root = files({"d.txt": TEXT, "d.ann": "T12\ttest label 0 0 5\tMaria\nA1\tvalue T12 This is a named entity.\nA2\tflag T12 \n"})
    found, _, incoming = read(root)
    assert found.spans[0].label == "test label 0"
    assert found.spans[0].attributes == {"value": "This is a named entity.", "flag": True}
    assert kinds(incoming.repaired) == {"types with a blank in them"}


def test_several_values_and_several_normalisations(files: Files, tmp_path: Path) -> None:
    lines = (
        "T1\tP 0 5\tMaria\nN1\tReference T1 A:1\tone\nN2\tReference T1 B:2\ttwo\nA1\tTopic T1 x\nA2\tTopic T1 y\nA3\tTopic T1 y\n"
    )
    documents, _, incoming = read_format(FORMAT, files({"d.txt": TEXT, "d.ann": lines}))
    span = documents[0].sets["imported"].spans[0]
    assert span.attributes == {"Reference": ["A:1", "B:2"], "Reference_text": ["one", "two"], "Topic": ["x", "y"]}
    assert kinds(incoming.repaired) == {"attributes that are there twice"}
    path, _ = written(FORMAT, documents, Scheme("s", 1), tmp_path / "out")
    assert (path / "d.ann").read_text() == lines.removesuffix("A3\tTopic T1 y\n")


def test_the_normalisations_of_a_shared_task(files: Files) -> None:
    root = files({"d.txt": TEXT, "d.ann": "T1\tP 0 5\tMaria\nN1\tOnto Annotation:T1 Referent:OBT:000061\n"})
    assert read(root)[0].spans[0].attributes == {"Onto": "OBT:000061"}


def test_notes_on_attributes_and_on_nothing(files: Files) -> None:
    root = files(
        {
            "d.txt": TEXT,
            "d.ann": "T1\tP 0 5\tMaria\nA1\tX T1\n#1\tAnnotatorNotes A1\twhy\n#2\tAnnotatorNotes T9\tgone\nA2\tX T8\n",
        }
    )
    found, _, incoming = read(root)
    assert found.notes == (Note("n1", "T1", "why"), Note("n2", "", "gone"))
    assert len(list(incoming.repaired)) == 2
    assert kinds(incoming.losses) == {"attributes of what is not there"}


def test_events_without_a_trigger_and_relations_without_roles(files: Files) -> None:
    root = files(
        {"d.txt": TEXT, "d.ann": "T1\tP 0 5\tMaria\nT2\tP 15 19\tRome\nE1\tLoc Bacterium:T1 Place:T2\nR1\tCoref T1 T2\n"}
    )
    found, _, _ = read(root)
    assert [(one.layer, one.args) for one in found.relations] == [
        ("event", {"Bacterium": "T1", "Place": "T2"}),
        ("relation", {"from": "T1", "to": "T2"}),
    ]


def test_numbered_roles(files: Files) -> None:
    configuration = "[entities]\nP\n[events]\nMerge\tOrg1:P, Org2:P, Theme*:P, Site?:P\n"
    lines = "T1\tP 0 5\tMaria\nT2\tMerge 6 11\tmoved\nE1\tMerge:T2 Org1:T1 Org2:T1 Theme:T1 Theme2:T2 Site2:T1\n"
    found, _, incoming = read(files({"annotation.conf": configuration, "d.txt": TEXT, "d.ann": lines}))
    assert found.relations[0].args == {"trigger": "T2", "Org1": "T1", "Org2": "T1", "Theme": ("T1", "T2"), "Site": "T1"}
    assert kinds(incoming.repaired) == {"numbers of roles that may pair them (Site2 with Theme2)"}


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_byte_order_marks_and_line_ends(files: Files, ends: str) -> None:
    text = f"Zoë went{ends}to Rome{ends}"
    at = text.index("Rome")
    root = files({"d.txt": f"\ufeff{text}", "d.ann": f"\ufeffT1\tP 0 3\tZoë{ends}T2\tP {at} {at + 4}\tRome{ends}"})
    found, _, _ = read(root)
    assert [(span.start, span.text) for span in found.spans] == [(0, "Zoë"), (12, "Rome")]


def test_a_byte_order_mark_before_emoji(files: Files) -> None:
    """In code points one of the spans would fit, if the mark were counted."""
    found, _, _ = read(files({"d.txt": "\ufeffHi 😀 Bob and 😀 Ann\n", "d.ann": "T1\tP 6 9\tBob\nT2\tP 17 20\tAnn\n"}))
    assert [(span.start, span.text) for span in found.spans] == [(5, "Bob"), (15, "Ann")]


def test_a_byte_order_mark_that_was_counted(files: Files) -> None:
    found, _, _ = read(files({"d.txt": f"\ufeff{TEXT}", "d.ann": "T1\tP 1 6\tMaria\n"}))
    assert (found.spans[0].start, found.spans[0].end) == (0, 5)


@pytest.mark.parametrize(
    ("start", "end", "says"),
    [(3, 7, ""), (4, 8, "UTF-16 code units"), (6, 10, "UTF-8 bytes")],
)
def test_what_offsets_count_is_found_out(files: Files, start: int, end: int, says: str) -> None:
    found, intake, _ = read(files({"d.txt": "😀: Rome\n", "d.ann": f"T1\tPlace {start} {end}\tRome\n"}))
    assert (found.spans[0].start, found.spans[0].end) == (3, 7)
    assert says in " ".join(kinds(intake.repaired))


def test_line_ends_that_count_as_one(files: Files) -> None:
    found, intake, _ = read(files({"d.txt": "one\r\ntwo Rome\r\n", "d.ann": "T1\tPlace 8 12\tRome\n"}))
    assert (found.spans[0].start, found.spans[0].end) == (8, 12)
    assert any("CR LF as one" in kind for kind in kinds(intake.repaired))


def test_a_surface_that_is_not_there_is_an_error_with_its_line(files: Files) -> None:
    root = files({"d.txt": TEXT, "d.ann": "T1\tP 0 5\tMaria\nT2\tPlace 15 19\tOslo\n"})
    _, intake, _ = read_format(FORMAT, root)
    assert intake.errors == [f"{root}/d.ann:2: T2: is said to cover “Oslo”, but at 15-19 there is “Rome”"]


def test_a_blank_more_in_a_surface_is_no_error(files: Files) -> None:
    found, _, _ = read(
        files({"d.txt": TEXT, "d.ann": "T1\tP 0 5\tMaria\t\nT2\tP 15 28\tRome  and Oslo \nT3\tP 0 5\nT4\tP 6 6\t\n"})
    )
    assert [span.text for span in found.spans] == ["Maria", "Maria", "", "Rome and Oslo"]


def test_a_zip_from_a_mac(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "c.zip", "w") as archive:
        archive.writestr("c/d.txt", TEXT)
        archive.writestr("c/d.ann", "T1\tP 0 5\tMaria\n")
        archive.writestr("__MACOSX/c/._d.ann", b"\x00\x05\x16\x07")
        archive.writestr("c/._d.txt", b"\x00\x05\x16\x07")
    found, _, incoming = read(tmp_path / "c.zip")
    assert len(found.spans) == 1
    assert not incoming.losses


@pytest.mark.parametrize("name", ["d.txt", "d.ann"])
def test_one_pair(files: Files, name: str) -> None:
    root = files({"d.txt": TEXT, "d.ann": "T1\tP 0 5\tMaria\n", "annotation.conf": "[entities]\nP\n", "e.txt": TEXT, "e.ann": ""})
    found, _, incoming = read(root / name)
    assert found.document == "d"
    assert list(incoming.declared["span"].labels) == ["P"]


def test_what_has_no_partner(files: Files) -> None:
    root = files({"d.txt": TEXT, "d.ann": "", "README.txt": "x\n", "e.ann": "T1\tP 0 5\tMaria\n"})
    documents, _, incoming = read_format(FORMAT, root)
    assert [document.id for document in documents] == ["d"]
    assert {loss.kind: loss.stops for loss in incoming.losses} == {
        "annotations without a text": True,
        "texts without annotations": False,
    }
    with pytest.raises(PostilError, match=r"no \.ann with a \.txt"):
        read_format(FORMAT, root / "e.ann")


def test_the_parts_of_a_shared_task(files: Files) -> None:
    root = files({"d.txt": TEXT, "d.a1": "T1\tP 0 5\tMaria\n", "d.a2": "T2\tMove 6 11\tmoved\nE1\tMove:T2 Theme:T1\n"})
    found, _, _ = read(root)
    assert found.relations[0].args == {"trigger": "T2", "Theme": "T1"}
    (root / "d.ann").write_text("T1\tPerson 0 5\tMaria\n")
    found, _, incoming = read(root)
    assert len(found.spans) == 1
    assert {loss.kind: loss.count for loss in incoming.losses} == {"parts of annotations beside an .ann, which is the whole": 2}


def test_directories_of_annotators(files: Files) -> None:
    root = files({
        "x/a/d.txt": TEXT, "x/a/d.ann": "T1\tP 0 5\tMaria\n", "x/b/d.txt": TEXT, "x/b/d.ann": "T1\tQ 0 5\tMaria\n",
        "x/b/e.txt": TEXT, "x/b/e.ann": "",
    })  # fmt: skip
    found = {one.id: {name: len(each.spans) for name, each in one.sets.items()} for one in read_format(FORMAT, root)[0]}
    assert found == {"x/a/d": {"imported": 1}, "x/b/d": {"imported": 1}, "x/b/e": {"imported": 0}}
    documents, _, _ = read_format(FORMAT, root, annotators="innermost")
    found = {one.id: {name: len(each.spans) for name, each in one.sets.items()} for one in documents}
    assert found == {"x/d": {"a": 1, "b": 1}, "x/e": {"b": 0}}
    (root / "x/b/d.txt").write_text("Other.\n")
    with pytest.raises(PostilError, match=r"x/b/d\.txt: not the text of .*x/a/d\.txt"):
        read_format(FORMAT, root, annotators="innermost")


def test_several_annotators_have_a_directory_each(tmp_path: Path) -> None:
    one = document(Span("T1", "one", "A", 0, 5, "Maria"))
    both = Document("d", TEXT, Metadata(), {"a1": one.sets["gold"], "gold": one.sets["gold"]}, "")
    path, losses = written(FORMAT, [both], scheme(), tmp_path / "out")
    assert not losses.stopping
    assert sorted(file.relative_to(path).as_posix() for file in path.rglob("*.*")) == [
        "a1/d.ann", "a1/d.txt", "annotation.conf", "gold/d.ann", "gold/d.txt", "kb_shortcuts.conf", "visual.conf",
    ]  # fmt: skip
    (back,), _, _ = read_format(FORMAT, path)
    assert (back.id, list(back.sets)) == ("d", ["a1", "gold"])


# --- configuration -------------------------------------------------------------------------------------------------------------

CONFIGURATION = """\
# a comment
[entities]
!Thing
\tPerson|Human
\tPlace
\t\tCity
------
Time

[relations]
<PLACES>=Place|City
Visits\tArg1:Person, Arg2:<PLACES>
Visits\tArg1:Person, Arg2:Time
Equiv\tArg1:Place, Arg2:Place, <REL-TYPE>:symmetric-transitive
Meets\tArg1:Person, Arg2:Person, <REL-TYPE>:symmetric
<OVERLAP>\tArg1:Person, Arg2:Place, <OVL-TYPE>:contain
ENTITY-NESTING\tArg1:<ANY>, Arg2:<ANY>

[events]
!Change
  Move  Who:Person, To*:<PLACES>, From?:<PLACES>, With+:<ENTITY>, Cause{2}:<EVENT>, Time?:<ANY>

[attributes]
Negation\tArg:<EVENT>
Certainty\tArg:Move|Person, Value:high|low
"""


def test_values_of_attributes_in_an_old_configuration(files: Files) -> None:
    root = files({
        "annotation.conf": "[entities]\nPerson\n[attributes]\nSure\tArg:Person, High:↑, Low:↓, <GLYPH-POS>:left, <DEFAULT>:Low\n",
        "d.txt": TEXT, "d.ann": "T1\tPerson 0 5\tMaria\nA1\tSure T1 High\n",
    })  # fmt: skip

    _, _, incoming = read(root)

    assert incoming.declared["span"].attributes == {"Sure": Attribute("enum", values=("High", "Low"))}


def test_a_relation_that_is_only_transitive_has_two_ends(files: Files) -> None:
    ends = "Arg1:P, Arg2:P, <REL-TYPE>"
    conf = f"[entities]\nP\n[relations]\nSame {ends}:symmetric-transitive\nBefore {ends}:transitive\n"
    _, _, incoming = read(files({"annotation.conf": conf, "d.txt": TEXT, "d.ann": ""}))

    roles = {name: set(label.roles) for name, label in incoming.declared["relation"].labels.items()}

    assert roles == {"Same": {"member"}, "Before": {"from", "to"}}


def test_the_configuration_becomes_the_scheme(files: Files) -> None:
    root = files({
        "annotation.conf": CONFIGURATION,
        "visual.conf": "[labels]\nPerson | Human being | Hum\nTime | Time\n[drawing]\nPerson\tfgColor:black, bgColor:#7fa2ff\n"
        "Visits\tcolor:#00ff00, dashArray:3-3\nPlace\tbgColor:darken\nSPAN_DEFAULT\tbgColor:#ffffff\n",
        "kb_shortcuts.conf": "# keys\nP\tPerson\nM Move\n",
        "sub/d.txt": TEXT, "sub/d.ann": "T1\tMove 6 11\tmoved\nT2\tCity 15 19\tRome\nE1\tMove:T1 To:T2\nA1\tNegation E1\n",
    })  # fmt: skip
    found, _, incoming = read(root)
    declared = incoming.declared
    assert list(declared) == ["span", "event", "trigger", "relation"]
    assert list(declared["span"].labels) == ["Person", "Place", "City", "Time"]
    assert declared["span"].labels["Person"] == LabelDefinition("Human being", "P", "#7fa2ff")
    assert declared["span"].labels["Place"].colour == ""
    assert list(declared["trigger"].labels) == ["Move"]
    assert declared["event"].labels["Move"].roles == {
        "trigger": Role(layers=("trigger",)),
        "Who": Role(layers=("span",), labels=("Person",)),
        "To": Role(layers=("span",), labels=("Place", "City"), required=False, multiple=True),
        "From": Role(layers=("span",), labels=("Place", "City"), required=False),
        "With": Role(layers=("span",), multiple=True),
        "Cause": Role(layers=("event",), multiple=True),
        "Time": Role(required=False),
    }
    relations = declared["relation"].labels
    assert relations["Visits"].roles == {
        "from": Role(layers=("span",), labels=("Person",)),
        "to": Role(layers=("span",), labels=("Place", "City", "Time")),
    }
    assert relations["Visits"].colour == "#00ff00"
    assert relations["Equiv"].roles == {"member": Role(layers=("span",), labels=("Place",), multiple=True)}
    assert relations["Meets"].symmetric
    assert declared["event"].attributes == {
        "Negation": Attribute("boolean"),
        "Certainty": Attribute("enum", values=("high", "low")),
    }
    assert declared["span"].attributes == {"Certainty": Attribute("enum", values=("high", "low"), only_on=("Person",))}
    assert found.relations[0].args == {"trigger": "T1", "To": ("T2",)}
    assert not incoming.losses.stopping
    assert kinds(incoming.losses) == {
        "rules of annotation.conf on overlap",
        "places of types in the hierarchy of annotation.conf",
    }


def test_the_scheme_that_is_proposed_is_the_one_that_was_declared(files: Files) -> None:
    lines = "T1\tMove 6 11\tmoved\nT2\tCity 15 19\tRome\nE1\tMove:T1 To:T2\nA1\tCertainty E1 low\n"
    root = files({"annotation.conf": CONFIGURATION, "d.txt": TEXT, "d.ann": lines})
    documents, _, incoming = read_format(FORMAT, root)
    observed = Observed()
    for one in documents:
        observed.add(one)
    proposed = observed.layers(mapped_layers(incoming.declared, NameMap()))
    assert list(proposed["span"].labels) == ["Person", "Place", "City", "Time"]
    unfilled = {"Who", "With", "Cause"}  # and yet declared as required
    declared = incoming.declared["event"].labels["Move"].roles
    expected = {name: replace(role, required=role.required and name not in unfilled) for name, role in declared.items()}
    assert proposed["event"].labels["Move"].roles == expected
    assert proposed["event"].attributes["Certainty"] == Attribute("enum", values=("high", "low"))


def test_a_configuration_in_an_old_encoding(files: Files) -> None:
    root = files({"annotation.conf": b"[entities]\n# gr\xf6\xdfer\nP\n", "d.txt": TEXT, "d.ann": ""})
    _, _, incoming = read(root)
    assert list(incoming.declared["span"].labels) == ["P"]
    assert kinds(incoming.repaired) == {"configurations in another encoding, taken for Latin-1"}


def test_the_nearest_configuration_counts(files: Files) -> None:
    root = files({
        "annotation.conf": "[entities]\nP\n", "a/annotation.conf": "[events]\nP\n", "d.txt": TEXT, "d.ann": "T1\tP 0 5\tMaria\n",
        "a/d.txt": TEXT, "a/d.ann": "T1\tP 0 5\tMaria\n", "b/c/d.txt": TEXT, "b/c/d.ann": "T1\tP 0 5\tMaria\n",
    })  # fmt: skip
    documents, _, _ = read_format(FORMAT, root)
    assert {one.id: one.sets["imported"].spans[0].layer for one in documents} == {"d": "span", "a/d": "trigger", "b/c/d": "span"}


def test_outermost_types_as_layers(files: Files) -> None:
    root = files({"annotation.conf": CONFIGURATION, "d.txt": TEXT, "d.ann": "T1\tCity 15 19\tRome\nT2\tTime 0 5\tMaria\n"})
    found, _, incoming = read(root, layers="roots")
    assert {(span.layer, span.label) for span in found.spans} == {("Thing", "City"), ("span", "Time")}
    assert set(incoming.declared) == {"Thing", "span", "Change", "relation"}


def scheme() -> Scheme:
    labels = {"A": LabelDefinition(colour="#112233", key="a"), "B": LabelDefinition(), "two-A": LabelDefinition()}
    flag = {
        "sure": Attribute("boolean"),
        "level": Attribute("enum", values=("high", "low"), only_on=("A",)),
        "free": Attribute("string"),
    }
    roles = {"from": Role(layers=("one",)), "to": Role(labels=("B",))}
    event = {"trigger": Role(), "arg": Role(required=False, multiple=True)}
    return Scheme("s", 1, layers={
        "one": Layer("span", labels=labels, attributes=flag),
        "two": Layer("span", labels={"A": LabelDefinition(), "C": LabelDefinition()}),
        "trigger": Layer("span", labels={"Go": LabelDefinition()}),
        "link": Layer("relation", labels={"A": LabelDefinition(symmetric=True)}, roles=roles),
        "happening": Layer("relation", labels={"Go": LabelDefinition(), "C": LabelDefinition()}, roles=event),
        "same": Layer("relation", labels={"A": LabelDefinition()}, roles={"member": Role(layers=("two",), multiple=True)}),
    })  # fmt: skip


def document(*spans: Span, relations: tuple[Relation, ...] = (), labels: tuple[Label, ...] = (), text: str = TEXT) -> Document:
    annotations = AnnotationSet(Header("d", "gold", "s/1", "", "complete", "manual"), spans, relations, labels)
    return Document("d", text, Metadata(), {"gold": annotations}, "")


def test_layers_that_share_labels(tmp_path: Path) -> None:
    spans = (
        Span("T1", "one", "A", 0, 5, "Maria", attributes={"sure": False}), Span("x", "two", "A", 0, 5, "Maria"),
        Span("T7", "trigger", "Go", 6, 11, "moved"), Span("y", "one", "two-A", 6, 11, "moved"),
        Span("z", "two", "C", 6, 11, "moved"),
    )  # fmt: skip
    relations = (
        Relation("a", "happening", "Go", {"trigger": "T7", "arg": ("x",)}), Relation("b", "happening", "C", {"trigger": "z"}),
        Relation("c", "link", "A", {"from": "T1", "to": "y"}), Relation("d", "same", "A", {"member": ("x", "z")}),
    )  # fmt: skip
    path, losses = written(FORMAT, [document(*spans, relations=relations)], scheme(), tmp_path / "out")
    assert not losses.stopping
    assert (path / "d.ann").read_text() == (
        "T1\tone-A 0 5\tMaria\nT2\ttwo-A 0 5\tMaria\nT3\tone-two-A 6 11\tmoved\nT4\ttwo-C 6 11\tmoved\nT7\tGo 6 11\tmoved\n"
        "E1\tGo:T7 arg:T2\nE2\thappening-C:T4\nR1\tlink-A Arg1:T1 Arg2:T3\n*\tsame-A T2 T4\nA1\tsure T1 false\n"
    )
    assert (path / "annotation.conf").read_text() == (
        "# Annotator: gold\n# Each !type at the margin is a layer; the types below it are its labels.\n\n"
        "[entities]\n!one\n\tone-A\n\tB\n\tone-two-A\n!two\n\ttwo-A\n\ttwo-C\n\n"
        "[relations]\n!link\n\tlink-A\tArg1:one-A|B|one-two-A, Arg2:B, <REL-TYPE>:symmetric\n"
        "!same\n\tsame-A\tArg1:two-A|two-C, Arg2:two-A|two-C, <REL-TYPE>:symmetric-transitive\n\n"
        "[events]\n!happening\n\tGo\targ*:<ANY>\n\thappening-C\targ*:<ANY>\n\n"
        "[attributes]\nlevel\tArg:one-A, Value:high|low\n"
        "# free of one-A, B, one-two-A: any string, which brat shows but cannot offer\n"
        "sure\tArg:one-A|B|one-two-A\n"
    )
    assert "one-A | A\n" in (path / "visual.conf").read_text()
    assert "one-A\tbgColor:#112233\n" in (path / "visual.conf").read_text()
    assert (path / "kb_shortcuts.conf").read_text() == "a\tone-A\n"
    back, _, incoming = read(path)
    assert {(span.id, span.layer, span.label) for span in back.spans} == {
        ("T1", "one", "A"), ("T2", "two", "A"), ("T7", "trigger", "Go"), ("T3", "one", "two-A"), ("T4", "two", "C"),
    }  # fmt: skip
    assert {(one.layer, one.label) for one in back.relations} == {
        ("happening", "Go"),
        ("happening", "C"),
        ("link", "A"),
        ("same", "A"),
    }
    assert back.spans[0].attributes == {"sure": False}
    assert {name: (layer.kind, list(layer.labels)) for name, layer in incoming.declared.items()} == {
        name: (layer.kind, list(layer.labels)) for name, layer in scheme().layers.items()
    }


def test_spans_over_lines_are_cut_as_brat_does(tmp_path: Path) -> None:
    text = "one\n  two three\n"
    spans = (Span("T1", "one", "A", 0, 9, text[:9]), Span("T2", "one", "A", 3, 9, text[3:9]))
    path, losses = written(FORMAT, [document(*spans, text=text)], scheme(), tmp_path / "out")
    assert (path / "d.ann").read_text() == "T1\tone-A 0 3;6 9\tone two\nT2\tone-A 3 9\t   two\n"
    assert not losses.stopping
    back, _, _ = read(path)
    assert [(span.start, span.end, span.fragments) for span in back.spans] == [(0, 9, ()), (3, 9, ())]


def test_what_has_no_line_is_refused(tmp_path: Path) -> None:
    spans = (Span("a", "one", "A", 0, 5, "Maria", confidence=0.5, attributes={"x": 1, "y": "ta\tb", "z": " "}),)
    relations = (
        Relation("r", "link", "A", {"from": "a", "to": "a"}), Relation("s", "link", "A", {"from": "r", "to": "a"}),
        Relation("t", "link", "A", {"x": "a", "y": "a", "z": "a"}),
        Relation("u", "same", "A", {"member": ("a",)}, {"why": "so"}),
    )  # fmt: skip
    labels = (Label("l", "genre", "op-ed"),)
    path, losses = written(FORMAT, [document(*spans, relations=relations, labels=labels)], scheme(), tmp_path / "out")
    assert {loss.kind: loss.count for loss in losses.stopping} == {
        "document labels": 1, "confidences": 1, "tabs and line ends in values and notes": 1, "numbers as such": 1,
        "blanks around values, and empty values": 1, "relations that brat has no line for": 2,
        "what is said about equivalences": 1,
    }  # fmt: skip
    assert (path / "d.ann").read_text() == (
        "T1\tone-A 0 5\tMaria\nR1\tlink-A Arg1:T1 Arg2:T1\n*\tsame-A T1\nA1\tx T1 1\nA2\ty T1 ta b\n"
    )


LABELS = {name: LabelDefinition() for name in ("Go", "P", "trigger-P", "x-y", "Equiv")}
EVENT_ROLES = {"trigger": Role(), "Org": Role(multiple=True), "Org1": Role(), "Org2": Role(multiple=True), "a.b": Role()}
TIE_ROLES = {"from": Role(), "to": Role()}


def eventful(names: tuple[str, str, str, str]) -> Scheme:
    """A scheme whose layers of spans, events, relations and equivalences share their labels."""
    spans, events, ties, classes = names
    flags = {"sure": Attribute("boolean"), "who": Attribute("reference")}
    return Scheme("s", 1, layers={
        spans: Layer("span", labels=LABELS, attributes=flags), "trigger": Layer("span", labels=LABELS, attributes=flags),
        events: Layer("relation", labels=LABELS, attributes=flags, roles=EVENT_ROLES),
        ties: Layer("relation", labels=LABELS, attributes=flags, roles=TIE_ROLES),
        classes: Layer("relation", labels=LABELS, roles={"member": Role(multiple=True)}),
    })  # fmt: skip


@st.composite
def with_events(draw: st.DrawFn, scheme: Scheme) -> Document:
    text = "one two\nthree\n\n four five\n"
    spans_layer, _, events, ties, classes = scheme.layers
    labels = st.sampled_from(draw(st.sampled_from([list(LABELS), ["Go", "P"], ["Go"]])))
    attributes = st.dictionaries(st.just("sure"), st.booleans())
    spans = []
    for number in range(draw(st.integers(1, 5))):
        edges = sorted(draw(st.sets(st.integers(0, len(text)), min_size=2, max_size=2)))
        layer = draw(st.sampled_from([spans_layer, "trigger"]))
        id = draw(st.sampled_from(["T", "x"])) + str(draw(st.integers(1, 3)) * 10 + number)
        said = draw(attributes) | ({"who": spans[0].id} if spans and draw(st.booleans()) else {})
        spans.append(Span(id, layer, draw(labels), *edges, text[slice(*edges)], (), said))
    ends = [span.id for span in spans]
    relations = []
    for number in range(draw(st.integers(0, 4))):
        end = st.sampled_from(ends)
        several = st.lists(end, min_size=1, max_size=3).map(tuple)
        kind = draw(st.sampled_from([events, ties, classes]))
        if kind == events:
            roles = draw(st.sets(st.sampled_from(["Org", "Org1", "Org2", "a.b"])))
            filled = {role: draw(several) if EVENT_ROLES[role].multiple else draw(end) for role in sorted(roles)}
            args: dict[str, Any] = {"trigger": draw(st.sampled_from([span.id for span in spans])), **filled}
        else:
            args = {"from": draw(end), "to": draw(end)} if kind == ties else {"member": draw(several)}
        id = draw(st.sampled_from(["E", "R", "r"])) + str(number + 1)
        said = draw(attributes) if kind != classes else {}
        relations.append(Relation(id, kind, draw(labels), args, said))
        if kind == events:
            ends.append(id)
    header = Header("d", "gold", "s/1", "", "complete", "manual")
    return Document("d", text, Metadata(), {"gold": AnnotationSet(header, tuple(spans), tuple(relations)).canonical()}, "")


@pytest.mark.parametrize("names", [("span", "event", "relation", "same"), ("x", "y", "z", "trigger-x")])
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_events_come_back(names: tuple[str, str, str, str], data: st.DataObject) -> None:
    assert_round_trip(FORMAT, [data.draw(with_events(eventful(names)))], eventful(names))


# --- hostile files -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "annotations",
    [
        "T1\tP 0 5", "T1\tP 0\tMaria", "T1\tP 5 0\t", "T1\tP -3 2\tx", "T1\tP 0 999\tMaria", "T1\t\t", "\t\t\t", "T", "E1\t",
        "E1\t:", "E1\tX:T9 a:b:c", "R1\t", "R1\tX Arg1 Arg2 Arg3", "*\t", "*\tEquiv", "A1\t", "A1\tx", "N1\tx", "#1\t",
        "#1\tA B C\tx",
        "#\tx", "T1\tP 0 5;;\tx", "T1\tP 99999999999999999999 5\tx", "T1\t<script> 0 5\tMaria",
        "R1\tX Arg1:R1 Arg2:R1", "E1\tX:E1 a:E1",
    ],
)  # fmt: skip
def test_no_line_is_a_crash(files: Files, annotations: str) -> None:
    root = files({"d.txt": TEXT, "d.ann": annotations})
    documents, _, _ = read_format(FORMAT, root)
    assert [document.text for document in documents] == [TEXT]


@pytest.mark.parametrize(("name", "data"), [("d.txt", b"M\xff"), ("d.ann", b"T1\tP 0 5\tM\xffria")])
def test_what_is_not_utf_8_is_an_error_with_its_line(files: Files, name: str, data: bytes) -> None:
    root = files({"d.txt": TEXT, "d.ann": "", name: data})
    with pytest.raises(UnreadableFile, match=rf"{name}:1:\d+: not UTF-8"):
        read_format(FORMAT, root)


def test_macros_that_grow_are_refused(files: Files) -> None:
    macros = "".join(f"<{chr(ord('z') - number)}>={('<' + chr(ord('z') - number - 1) + '>') * 10}\n" for number in range(20))
    root = files({"annotation.conf": f"[entities]\n{macros}P\tArg:<z>\n", "d.txt": TEXT, "d.ann": ""})
    with pytest.raises(UnreadableFile, match=r"annotation\.conf:22:1: macros that grow"):
        read_format(FORMAT, root)


def test_configurations_that_are_odd(files: Files) -> None:
    odd = "before\n[entities\n[entities]\n!\n|\n\t\t\tdeep\n  X Arg\n[relations]\nR\nS Arg1:X\n"
    odd += "[events]\nE :::,,,\n[other]\nx\n[attributes]\nA\n"
    root = files(
        {"annotation.conf": odd, "visual.conf": "[drawing]\nX\n", "kb_shortcuts.conf": "X\n", "d.txt": TEXT, "d.ann": ""}
    )
    _, _, incoming = read(root)
    assert list(incoming.declared["span"].labels) == ["deep", "X"]


def test_time_is_linear(files: Files) -> None:
    many = "".join(f"T{number}\tP 0 5;6 11\tMaria moved\n" for number in range(20_000))
    twice = "T1\tP " + ";".join("0 5" for _ in range(20_000)) + "\tx\n"
    again = many.replace("P", "Q") + "#1\tNote T1\tx\n" * 20_000
    found, _, _ = read(files({"d.txt": TEXT, "d.ann": many + again + "more\n" * 20_000}))
    assert len(found.spans) == 40_000
    assert len(found.notes) == 20_000
    read_format(FORMAT, files({"d.txt": TEXT, "d.ann": twice}))


# --- samples and peers ---------------------------------------------------------------------------------------------------------


def test_the_samples(samples: Path) -> None:
    root = samples / "brat"
    documents, intake, incoming = read_format(FORMAT, root)
    assert intake.errors == []
    assert sorted(document.id.rpartition("/")[2] for document in documents) == ["document0a", "document0b"]
    assert [len(document.sets["imported"].spans) for document in documents] == [5, 5]
    assert {loss.kind: loss.count for loss in incoming.losses} == {"annotations without a text": 5}  # a part of the suite's files


def test_bioc_reads_what_is_written(tmp_path: Path) -> None:
    bioc = pytest.importorskip("bioc.brat")
    spans = (
        Span("T1", "one", "A", 0, 5, "Maria"),
        Span("T2", "one", "B", 15, 28, "", ((15, 19), (24, 28)), {"free": "two words"}, None, "a note"),
    )
    relations = (
        Relation("R1", "link", "A", {"from": "T1", "to": "T2"}),
        Relation("E1", "happening", "Go", {"trigger": "T1", "arg": ("T2", "T1")}),
    )
    path, _ = written(FORMAT, [document(*spans, relations=relations)], scheme(), tmp_path / "out")
    with (path / "d.txt").open(encoding="utf-8") as text, (path / "d.ann").open(encoding="utf-8") as annotations:
        found = bioc.load(text, annotations)
    assert [(entity.id, entity.type, entity.text) for entity in found.entities] == [
        ("T1", "one-A", "Maria"),
        ("T2", "B", "Rome Oslo"),
    ]
    assert sorted((one.begin, one.end) for one in found.entities[1].locations) == [(15, 19), (24, 28)]
    assert dict(found.events[0].arguments) == {"arg": "T2", "arg2": "T1"}
    assert dict(found.relations[0].arguments) == {"Arg1": "T1", "Arg2": "T2"}
    assert [note.text for note in found.notes] == ["a note"]


def test_brat_peek_reads_what_is_written(tmp_path: Path) -> None:
    peek = pytest.importorskip("peek")
    path, _ = written(
        FORMAT,
        [document(Span("T1", "one", "A", 0, 5, "Maria"), Span("T2", "one", "B", 15, 19, "Rome"))],
        scheme(),
        tmp_path / "out",
    )
    corpus = peek.AnnCorpus(str(path))
    assert dict(corpus.count["entities"]) == {"one-A": 1, "B": 1}
