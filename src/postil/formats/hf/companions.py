"""What lies beside the Parquet: the card, figures, definitions of labels, rights, citation, scheme and guidelines."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from postil.formats.hf import croissant
from postil.formats.hf.about import About
from postil.formats.hf.card import card
from postil.formats.hf.card.sections import rights
from postil.formats.hf.citation import NAME as CITATION
from postil.formats.hf.figures import figures
from postil.formats.hf.layout import CORPUS_FILES, LABELS, LICENCE
from postil.storage.splits_file import SPLITS, lines_of


def companions(about: About) -> Iterator[tuple[str, bytes]]:
    """The path and the bytes of each file."""
    yield "README.md", card(about).encode()
    yield LICENCE, ("# Licence and rights\n\n" + "\n\n".join(filter(None, rights(about))) + "\n").encode()
    yield LABELS, labels(about)
    yield croissant.NAME, croissant.croissant(about)
    for path, svg in figures(about.scheme, about.facts.labels):
        yield path, svg.encode()
    for name, path in CORPUS_FILES.items():
        if (data := about.file(path)) is not None:
            yield name, lines_of(data, {*about.written.dividing.names}) if path == SPLITS else data
    if about.citation_file:
        yield CITATION, about.citation_file


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
