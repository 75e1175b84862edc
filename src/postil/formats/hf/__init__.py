"""Hugging Face ``datasets``: Parquet that every version opens, with explicit features, a card, and nothing dropped uncounted."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from postil.corpus import Corpus
from postil.errors import MissingExtra
from postil.exchange.features import EVERYTHING
from postil.exchange.format import Format, Option, Report

_MANUAL = """\
A directory that load_dataset(DIR, CONFIG) opens offline, with datasets 2.14 and later. Configs:

documents   one row for each document and annotator: the text and every annotation, lossless (the default)
spans       one row for each span: label, offsets, text, context, attributes
relations   one row for each relation: label, arguments, head and tail
sentences   one row for each sentence: label of the main layer, labels of all layers
tokens      one row for each sentence: tokens and an IOB2 column for each layer

Documents are divided by [splits] of the manifest, or by --split; without either there is one split, train. An empty
split is never written. Whatever a config cannot hold (a span that cuts a token, a span inside another in one IOB2
column) is counted and named; it is in documents and spans all the same.

Beside them: a dataset card that is a data statement, with agreement and figures; croissant.json; labels.json; the
scheme and guidelines; LICENSE.md and CITATION.cff; SHA256SUMS. The card states what the manifest does, under
[data_statement] too, and of the rest that it is not stated."""


def _write(corpus: Corpus, destination: Path, annotators: tuple[str, ...], options: dict[str, Any]) -> Report:
    try:
        import pyarrow as pa  # noqa: F401
        import yaml  # noqa: F401
    except ImportError as error:
        raise MissingExtra("export hf", error.name or "pyarrow", "hf") from error
    from postil.formats.hf.export import export

    return export(corpus, destination, annotators, options["config"], options["split"], no_agreement=options["no-agreement"])


FORMAT = Format(
    "hf",
    "Hugging Face datasets",
    _MANUAL,
    EVERYTHING,
    write_corpus=_write,
    write_options=(
        Option("config", "Write this config only; may be given several times.", "CONFIG", multiple=True),
        Option("no-agreement", "Leave agreement out of the card: it takes as long as all else together.", is_flag=True),
        Option(
            "split", "The one split, or the share of each: --split train=0.8 --split test=0.2.", "NAME[=SHARE]", multiple=True
        ),
    ),
    extra="hf",
)
