"""That WebAnno TSV, XMI and CAS JSON say the same where the samples have one thing in two forms."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from msgspec.structs import replace
from round_trip import written
from uima_files import Imported, imported

from postil import Corpus
from postil.formats import all_formats

# Why the XMI of some pairs in INCEpTION's suite says something else. In most, types were renamed after it was written.
RENAMED = {"NamedEntity": "Span", "intValue": "integerValue"}
DIFFERENT = {
    "testAnnotationWithLeadingWhitespace": "the span in the XMI begins with a blank, which WebAnno cuts off when it writes TSV",
}


def _said(found: Imported, *, renamed: bool = False) -> tuple[str, list[str]]:
    (document,) = found.documents
    records = found.content
    if renamed:
        for old, new in RENAMED.items():
            records = [re.sub(rf"'{old}'", f"'{new}'", record) for record in records]
    return " ".join(document.text.split()), sorted(records)


def test_webanno_tsv_says_what_its_xmi_says(samples: Path) -> None:
    passed, failed = [], []
    for directory in sorted(samples.glob("webanno-tsv/inception-tsv3-suite/*/")):
        tsv = imported("webanno-tsv", directory / "reference.tsv")
        assert tsv.errors == []
        if not (directory / "reference.xmi").exists():
            assert directory.name == "sampleSlotAnnotation1"
            continue
        xmi = imported("cas-xmi", directory / "reference.xmi")
        same = _said(tsv) == _said(xmi) or _said(tsv, renamed=True) == _said(xmi, renamed=True)
        (passed if same else failed).append(directory.name)

    assert failed == list(DIFFERENT)
    assert len(passed) == 39


def test_cas_json_says_what_its_xmi_says(samples: Path) -> None:
    passed, failed, alone = [], [], []
    for path in sorted(samples.glob("cas-json/**/data.json")):
        as_json = imported("cas-json", path)
        assert as_json.errors == []
        if not (path.parent / "debug.xmi").exists():
            alone.append(path.parent.name)
            continue
        xmi = imported("cas-xmi", path.parent / "debug.xmi")
        same = [_said(one) if one.documents else None for one in (as_json, xmi)]
        (passed if same[0] == same[1] else failed).append(path.parent.name)

    assert failed == ["casWithTextAndAnnotations"]  # its XMI is that of casWithoutTextButWithAnnotations
    assert len(passed) == 4
    assert alone == ["casExtendingDocumentAnnotation"]


@pytest.mark.parametrize("name", ["debug.xmi"])
def test_the_cas_of_a_tsv_says_what_the_tsv_says(name: str, samples: Path) -> None:
    """The same annotations as in the suite's testSimpleSlotFeature, with a type system."""
    directory = samples / "cas-json/dkpro+dkpro-cassis/fs_as_array/one-way/tsv3-testSimpleSlotFeature"
    tsv = samples / "webanno-tsv/inception-tsv3-suite/testSimpleSlotFeature/reference.tsv"

    assert _said(imported("cas-xmi", directory / name)) == _said(imported("webanno-tsv", tsv))


@pytest.mark.parametrize(("name", "suffix"), [("cas-xmi", "xmi"), ("cas-json", "json"), ("webanno-tsv", "tsv")])
def test_files_called_after_their_documents(name: str, suffix: str, repository: Path, tmp_path: Path) -> None:
    corpus = Corpus.open(repository)
    (document,) = corpus
    alone = replace(document, sets={"gold": document.sets["gold"]})
    one, _ = written(all_formats()[name], [alone], corpus.scheme, tmp_path / "one", flat=True)
    several, _ = written(all_formats()[name], [document], corpus.scheme, tmp_path / "several", flat=True)

    assert (one / f"{document.id}.{suffix}").exists()
    assert (several / f"{document.id}.a1.{suffix}").exists()
    assert len(imported(name, one).only.spans) == len(alone.sets["gold"].spans)
