"""What lies beside the Parquet: the card, figures, definitions of labels, rights, citation, scheme and guidelines."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import yaml

from postil.formats.hf import croissant
from postil.formats.hf.about import About
from postil.formats.hf.card import card
from postil.formats.hf.card.sections import rights
from postil.formats.hf.figures import figures
from postil.formats.hf.layout import CORPUS_FILES

CITATION, LABELS = "CITATION.cff", "labels.json"


def companions(about: About, root: Path) -> Iterator[tuple[str, bytes]]:
    """The path and the bytes of each file, for the Parquet under ``root``."""
    yield "README.md", card(about).encode()
    yield "LICENSE.md", ("# Licence and rights\n\n" + "\n\n".join(filter(None, rights(about))) + "\n").encode()
    yield LABELS, labels(about)
    yield croissant.NAME, croissant.croissant(about, root)
    for path, svg in figures(about.scheme, about.facts.labels):
        yield path, svg.encode()
    directory = about.written.corpus.directory
    for name, path in CORPUS_FILES.items():
        if (data := directory.read(path)) is not None:
            yield name, data
    if cited := directory.read(CITATION) or citation(about):
        yield CITATION, cited


def labels(about: About) -> bytes:
    """The definitions of the scheme, and which number stands for which label in which column."""
    scheme = about.scheme
    said = {
        "scheme": scheme.id,
        "title": scheme.title,
        "layers": msgspec.to_builtins(scheme.layers),
        "class_labels": {files.config.name: dict(croissant.class_columns(files.columns)) for files in about.written.files},
    }
    return msgspec.json.format(msgspec.json.encode(said)) + b"\n"


def citation(about: About) -> bytes:
    """A citation file (CFF 1.2.0) of what the manifest says; empty where it names no authors, whom the format demands."""
    manifest = about.manifest
    if not manifest.authors:
        return b""
    said: dict[str, Any] = {
        "cff-version": "1.2.0",
        "message": "If you use this dataset, please cite it.",
        "type": "dataset",
        "title": about.title,
        "version": manifest.version,
        "authors": [
            {"name": author.name, **({"orcid": author.orcid_url} if author.orcid else {})} for author in manifest.authors
        ],
    }
    if manifest.url:
        said["url"] = manifest.url
    if manifest.released:
        said["date-released"] = str(manifest.released)
    if manifest.description.strip():
        said["abstract"] = " ".join(manifest.description.split())
    if manifest.licence and " " not in manifest.licence and not manifest.licence.startswith("LicenseRef"):
        said["license"] = manifest.licence
    text: str = yaml.safe_dump(said, sort_keys=False, allow_unicode=True, width=120)
    return text.encode()
