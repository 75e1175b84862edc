"""Exported projects of INCEpTION and WebAnno."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from uima_files import imported, save, types_text, xmi_text

from postil.errors import PostilError, UnreadableFile
from postil.scheme import Attribute

ANN = xmi_text('<custom:Name xmi:id="2" sofa="1" begin="0" end="3" value="PER" n="7"/>', members="2")
BOB = xmi_text('<custom:Name xmi:id="2" sofa="1" begin="8" end="11" value="LOC"/>', members="2")
TYPES = types_text(("webanno.custom.Name", "uima.tcas.Annotation", {"value": ("uima.cas.String",), "n": ("uima.cas.Integer",)}))
TSV = "#FORMAT=WebAnno TSV 3.3\n#T_SP=webanno.custom.Name|value\n\n\n#Text=Ann met Bob.\n1-1\t0-3\tAnn\tPER\t\n"

LAYERS = [
    {
        "name": "webanno.custom.Name", "type": "span", "uiName": "Name", "description": "Who is named.",
        "features": [
            {"name": "value", "type": "uima.cas.String", "tag_set": {"name": "T", "create_tag": True, "tags": [
                {"name": "PER", "description": "A person."}, {"name": "LOC"}]}},
            {"name": "n", "type": "uima.cas.Integer", "description": "How often."},
            {"name": "sure", "type": "uima.cas.String", "tag_set": {"tags": [{"name": "yes"}, {"name": "no"}]}},
            {"name": "links", "type": "webanno.custom.Name", "link_type_name": "webanno.custom.NameLinksLink"},
        ],
    },
    {"name": "webanno.custom.Rel", "type": "relation", "features": []},
    {"name": "webanno.custom.Coref", "type": "chain"},
    {"name": "de.tudarmstadt.ukp.dkpro.core.api.segmentation.type.Token", "type": "span"},
    {"name": "webanno.custom.Off", "type": "span", "enabled": False},
]  # fmt: skip


def _zip(files: dict[str, str | bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for path, data in files.items():
            archive.writestr(path, data)
    return buffer.getvalue()


def project(tmp_path: Path, files: dict[str, str | bytes], **described: Any) -> Path:
    """A project as a zip."""
    whole = {"exportedproject123.json": json.dumps({"name": "p", "layers": LAYERS, **described}), "log/x.log": "", **files}
    return save(tmp_path, "project.zip", _zip(whole))


def states(**by_user: str) -> list[dict[str, str]]:
    return [{"name": "doc.txt", "user": user, "state": state} for user, state in by_user.items()]


def test_annotators_are_sets_with_their_state(tmp_path: Path) -> None:
    path = project(
        tmp_path,
        {
            "source/doc.txt": "Ann met Bob.", "source/alone.txt": "Nobody was here.", "source/page.pdf": b"%PDF",
            "annotation/doc.txt/ann.zip": _zip({"doc.xmi": ANN, "TypeSystem.xml": TYPES}),
            "annotation/doc.txt/bob.tsv": TSV,
            "annotation/doc.txt/pat.xmi": BOB,
            "annotation/doc.txt/INITIAL_CAS.xmi": xmi_text(""),
            "curation/doc.txt/CURATION_USER.xmi": BOB,
            "annotation_ser/doc.txt/ann.ser": b"\xac\xed",
            "annotation_ser/doc.txt/INITIAL_CAS.ser": b"\xac\xed",
        },
        annotation_documents=states(ann="FINISHED", bob="INPROGRESS", pat="IGNORE"),
    )  # fmt: skip
    found = imported("inception", path)
    by_id = {document.id: document for document in found.documents}

    assert list(by_id) == ["doc", "alone"]
    sets = by_id["doc"].sets
    assert {name: one.header.status for name, one in sets.items()} == {
        "ann": "complete",
        "bob": "in-progress",
        "gold": "complete",
    }
    assert (sets["gold"].header.method, sets["gold"].header.sources) == ("adjudicated", ("ann", "bob"))
    assert sets["ann"].spans[0].attributes == {"n": 7}
    assert [span.text for span in sets["gold"].spans] == ["Bob"]
    assert by_id["alone"].sets == {}
    assert {kind: count for kind, count in found.lost.items() if "--tokens" not in kind} == {
        "documents that an annotator was told to ignore": 1,
        "documents as they were before anybody annotated them": 1,
        "documents that nobody annotated, and that are no plain text": 1,
    }


def test_layers_are_declared(tmp_path: Path) -> None:
    declared = imported("inception", project(tmp_path, {"annotation/doc.txt/ann.xmi": ANN})).incoming.declared

    assert {name: layer.kind for name, layer in declared.items()} == {
        "Name": "span", "Rel": "relation", "CorefLink": "span", "CorefChain": "relation",
    }  # fmt: skip
    name = declared["Name"]
    assert name.description == "Who is named."
    assert {label: one.description for label, one in name.labels.items()} == {"PER": "A person.", "LOC": ""}
    assert name.attributes["sure"] == Attribute("enum", values=("yes", "no"))
    assert name.attributes["n"].type == "string"  # since the file came without a type system


def test_only_java_objects_are_refused_with_what_to_do(tmp_path: Path) -> None:
    path = project(tmp_path, {"annotation_ser/doc.txt/ann.ser": b"\xac\xed", "annotation/doc.txt/ann.txt": "Ann met Bob."})
    with pytest.raises(UnreadableFile, match=r"export the project again with a secondary format"):
        imported("inception", path)


def test_some_java_objects_are_counted(tmp_path: Path) -> None:
    path = project(
        tmp_path, {"annotation/doc.txt/ann.xmi": ANN, "annotation_ser/doc.txt/ann.ser": b"", "annotation_ser/b.txt/ann.ser": b""}
    )
    found = imported("inception", path)

    assert found.lost["annotations that are there only as Java objects (.ser)"] == 1


def test_an_unpacked_project_in_a_directory(tmp_path: Path) -> None:
    save(tmp_path, "p/exportedproject.json", json.dumps({"layers": "odd", "annotation_documents": [7, {}]}))
    save(tmp_path, "p/annotation/a b.html/ann.xmi", ANN)
    save(tmp_path, "p/annotation/a b.html/ann.tsv", TSV)
    (document,) = imported("inception", tmp_path).documents

    assert (document.id, list(document.sets)) == ("a-b", ["ann"])


def test_an_initial_state_is_all_there_may_be(tmp_path: Path) -> None:
    (document,) = imported("inception", project(tmp_path, {"annotation/doc.txt/INITIAL_CAS.xmi": ANN})).documents

    assert list(document.sets) == ["imported"]


@pytest.mark.parametrize("data", ["[]", "{", "7"])
def test_a_broken_description_is_refused(data: str, tmp_path: Path) -> None:
    save(tmp_path, "exportedproject.json", data)
    with pytest.raises(UnreadableFile):
        imported("inception", tmp_path)


def test_what_is_no_project_is_refused(tmp_path: Path) -> None:
    save(tmp_path, "doc.xmi", ANN)
    with pytest.raises(PostilError, match=r"there is no exportedproject\.json"):
        imported("inception", tmp_path)


def test_a_zip_slip_is_refused(tmp_path: Path) -> None:
    path = save(tmp_path, "project.zip", _zip({"exportedproject.json": "{}", "../annotation/doc/ann.xmi": ANN}))
    with pytest.raises(UnreadableFile, match="leads out of the archive"):
        imported("inception", path)
