"""The citation file of an export, against the rules of the Citation File Format 1.2.0."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st

from conftest import ROOT, write_example
from postil.cli import main
from postil.manifest import Author, Manifest
from postil.rules.examples import Example, span

pytest.importorskip("yaml", reason="the extra hf is not installed")
pytest.importorskip("pyarrow", reason="the extra hf is not installed")
from postil.formats.hf.citation import citation, faults

SOUND = """cff-version: 1.2.0
message: Please cite it.
title: Letters
type: dataset
authors:
  - family-names: Lovelace
    given-names: Ada
    orcid: https://orcid.org/0000-0001-2345-6789
    affiliation: none
  - name: The developers
    website: https://example.org
date-released: 2026-11-24
doi: 10.5281/zenodo.1003150
license: [CC-BY-4.0, MIT]
keywords: [letters]
version: 1.2
url: https://example.org/letters
preferred-citation: { type: article, title: On letters, authors: [{ name: us }] }
"""


def test_what_is_sound_is_not_faulted() -> None:
    assert not list(faults(SOUND.encode()))
    assert not list(faults((ROOT / "CITATION.cff").read_bytes()))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("cff-version: 1.2.0\n", "", "cff-version is missing"),
        ("cff-version: 1.2.0", "cff-version: 1.1.0", "cff-version: '1.1.0' is not 1.2.0"),
        ("title: Letters", "title: ''", "title: '' is not text"),
        ("title: Letters", "title: 12", "title: 12 is not text"),
        ("type: dataset", "type: corpus", "type: 'corpus' is not software or dataset"),
        ("2026-11-24", "2026-11", "date-released: '2026-11' is not a day"),
        ("10.5281/", "https://doi.org/10.5281/", "doi: "),
        ("https://orcid.org/0000", "0000", "authors: orcid: "),
        ("affiliation: none", "department: none", "authors: a person has no department"),
        ("name: The developers", "family-names: The, name: developers", "it is not YAML"),
        ("website: https://example.org", "affiliation: x", "authors: who has a name has no affiliation"),
        ("keywords: [letters]", "keywords: letters", "keywords: it is not a list"),
        ("keywords: [letters]", "keywords: [a, a]", "keywords: something stands in it twice"),
        ("[CC-BY-4.0, MIT]", "CC-BY-4.0 OR MIT", "license: 'CC-BY-4.0 OR MIT' is not one id"),
        ("url: https", "url: //https", "url: "),
        ("version: 1.2\n", "version: true\n", "version: True is neither"),
        ("message", "note", "there is no key note"),
        (SOUND, "- a list", "it is not a mapping"),
        (SOUND, "a: [", "it is not YAML"),
    ],
)
def test_each_fault_is_found(old: str, new: str, said: str) -> None:
    assert old in SOUND
    found = list(faults(SOUND.replace(old, new, 1).encode()))

    assert any(fault.startswith(said) for fault in found), found


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.text(min_size=1), st.sampled_from(["", "0000-0001-2345-6789"])), min_size=1, max_size=3, unique=True),
    st.text(min_size=1),
    st.text(),
    st.sampled_from(["", "CC0-1.0", "CC0-1.0 OR MIT", "LicenseRef-own"]),
    st.sampled_from(["", datetime.date(2026, 11, 24), "2026-11-24"]),
)
def test_what_is_made_of_a_manifest_is_sound(
    authors: list[tuple[str, str]], title: str, description: str, licence: str, released: str | datetime.date
) -> None:
    manifest = Manifest(
        1, "c", description=description, licence=licence, released=released, authors=tuple(Author(*one) for one in authors)
    )

    assert not list(faults(citation(manifest, title)))


@pytest.mark.parametrize("text", ["title: no\n", "\udcff"])
def test_a_bad_file_of_the_corpus_stops_an_export(text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("spacy", reason="the extra spacy is not installed")
    root = write_example(tmp_path / "corpus", Example(records=(span("e1", "PERSON", 0, 13),)))
    (root / "CITATION.cff").write_bytes(text.encode("utf-8", "surrogateescape"))

    assert main(["-C", str(root), "export", "hf", str(tmp_path / "out"), "--config", "spans"]) == 1
    assert "CITATION.cff is not as the Citation File Format 1.2.0 has it" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


AUTHORS = '[[authors]]\nname = "Ann B. & Sons"\norcid = "0000-0001-2345-6789"\n'


def test_the_card_shows_how_to_cite_and_a_program_is_not_the_dataset(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = write_example(tmp_path / "c", Example())
    command = ["-C", str(root), "export", "hf", str(tmp_path / "hf"), "--config", "documents"]
    program = SOUND.replace("type: dataset", "type: software")
    (root / "CITATION.cff").write_text(program, encoding="utf-8")
    assert main(command) == 0
    assert "no CITATION.cff: the manifest names no authors" in capsys.readouterr().out
    assert not (tmp_path / "hf/CITATION.cff").exists()
    assert "CITATION.cff" not in (tmp_path / "hf/README.md").read_text()

    (root / "CITATION.cff").write_text(SOUND, encoding="utf-8")
    assert main(command) == 0
    assert (tmp_path / "hf/CITATION.cff").read_text(encoding="utf-8") == SOUND
    assert "author = {Lovelace, Ada and {The developers}}," in (tmp_path / "hf/README.md").read_text()
    (root / "CITATION.cff").write_text(program, encoding="utf-8")

    manifest = root / "corpus/corpus.toml"
    manifest.write_text(f"{manifest.read_text()}\n{AUTHORS}")
    assert main(command) == 0
    made = (tmp_path / "hf/CITATION.cff").read_text()
    assert "type: dataset" in made
    assert "Ann B. & Sons" in made
    card = (tmp_path / "hf/README.md").read_text()
    assert "author = {{Ann B. \\& Sons}}," in card
    assert "`postil-export.json`, `CITATION.cff`" in card.replace(", `not-held.csv`", "")
