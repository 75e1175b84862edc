"""Hugging Face ``datasets``: Parquet that every version opens, with explicit features, a card, and nothing dropped uncounted."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from postil.corpus import Corpus
from postil.errors import MissingExtra, PostilError
from postil.exchange.drafts import Draft
from postil.exchange.features import EVERYTHING
from postil.exchange.format import Format, Option, Report
from postil.exchange.incoming import Incoming
from postil.formats._annotation_tables.reading import OPTIONS

if TYPE_CHECKING:
    from postil.exchange.sound import Wanted

_SIZE = re.compile(r"(\d+) ?(?:([KMGT])(i)?)?B?", re.IGNORECASE)
_MANUAL = """\
A directory that load_dataset(DIR, CONFIG) opens offline, with datasets 2.14 and later. Configs:

documents   one row for each document and annotator: the text and every annotation, lossless (the default)
spans       one row for each span: label, offsets, text, context, attributes
relations   one row for each relation: label, arguments, head and tail
sentences   one row for each sentence: label of the main layer, labels of all layers
tokens      one row for each sentence: tokens and an IOB2 column for each layer (of layers that may overlap, for each
            label too, as long as these are no more than 100 in all)
annotations one row for each item and annotator: what each says of what any of them marked
messages    one row for each document and layer: definitions, text and answer, to tune a model on;
            a relation is said with the texts of its ends

An export takes the place of an earlier one that nobody changed, and says what that had and this one has not; --replace has it
take the place of one with changed files as well. Files that no export wrote are never touched.

Documents are where postil split has frozen them, else where [splits] of the manifest puts them, and with --split where
that does; without any there is one split, train. An empty split is never written, and what splits share is said.

With --all-documents, a text without such a set is a row of documents whose annotator is null, and in no other config: nobody
has said that there is nothing in it.

Whatever a config cannot hold (a span that cuts a token, a span inside another in one IOB2 column) is counted and named;
it is in documents and spans all the same.

A sentence is labelled (the column label of sentences, spaCy's textcat) by the first layer of spans with within = "sentence", or
by --sentence-layer; where there is neither, it has no label, and that is said.

Files have at most --shard-size of columns each (SPLIT-00000-of-00003.parquet), so that memory is that of a part of one.

For trainers that read no Parquet, in trainers/, from the sets of the first annotator: gliner (JSON), spacy (a DocBin for each
split, a Doc for each sentence, and a config.cfg that spacy train takes as it is: ner for a layer without overlap, a spancat
for each other layer whose suggester proposes the lengths that there are, textcat_multilabel for the labels of sentences), and
conll (a column file for each layer). --config picks among these too; writing them, and reading them back, takes longer than all
configs together.

Beside them: a dataset card that is a data statement, with agreement and figures; croissant.json; labels.json; the
scheme and guidelines; LICENSE.md and CITATION.cff; SHA256SUMS. The card states what the manifest does, under
[data_statement] and, for its metadata, [huggingface] too, and names what is not stated.

--detached leaves the texts out. Offsets, labels, attributes and metadata go out, with the hash of each text; where a string
quotes its text (12 characters or more), it says the place instead; tokens, messages and trainers/ are not written. postil
hydrate puts the texts back from a user's own copies, byte for byte. Without --detached, the export says which texts may not
be passed on (redistribute under [rights]); postil push refuses those.

Read from documents, a corpus comes back byte for byte into a directory that is none yet: texts, metadata, the exported sets
and what was decided for them, scheme, guidelines, manifest, frozen splits.

SRC may be the name of a dataset on the Hub, OWNER/NAME, of which what is needed is downloaded. A directory here that is called
so comes first.

The rows of other configs are no corpus; only tokens are read by themselves, as those of any dataset.

Any other directory of Parquet, Arrow (what save_to_disk writes, or a cache), JSON Lines, CSV or TSV, also packed with gzip, is
read by its columns: tokens with tags (IOB2, IOB1, BIOES, … or bare labels), a text with lists of structs (or structs of lists)
that have start, end and label, BigBIO's knowledge bases, SQuAD's answers, what Argilla wrote. Names of classes come from --names,
else from the card, else from Parquet or Arrow. A class column, or one called label or labels, is document labels; other columns,
and the split, are metadata. Offsets count from zero, with ends after the last character, unless the texts of all spans
of a document show together that they count otherwise, or --base, --inclusive or --offsets say so. Scripts are not run."""


def _read(incoming: Incoming) -> Iterator[Draft]:
    _require("import hf")
    from postil.formats.hf.reading.read import read

    return read(incoming)


def _write(
    corpus: Corpus,
    destination: Path,
    wanted: Wanted,
    options: dict[str, Any],
    replace: bool,
) -> Report:
    _require("export hf")
    from postil.formats.hf.export import Choices, export
    from postil.formats.hf.hub.client import REPOSITORY

    if options["repo"] and not REPOSITORY.fullmatch(options["repo"]):
        raise PostilError(f"--repo {options['repo']}: give the name of a dataset on the Hub, such as me/letters")
    choices = Choices(
        options["config"],
        options["split"],
        _bytes(options["shard-size"]),
        options["repo"],
        no_agreement=options["no-agreement"],
        sentence_layer=options["sentence-layer"] or "",
        detached=options["detached"],
        replace=replace,
    )
    return export(corpus, destination, wanted, choices)


def _bytes(size: str) -> int:
    """A number of bytes: ``500MB``, ``2 GiB``, ``1000000``."""
    found = _SIZE.fullmatch(size)
    if not found or not int(found[1]):
        raise PostilError(f"--shard-size {size}: give a number of bytes above 0 such as 500MB, 2GB or 64MiB")
    power: int = (1024 if found[3] else 1000) ** " kmgt".index((found[2] or " ").lower())
    return int(found[1]) * power


def _fetch(source: str, options: dict[str, Any]) -> AbstractContextManager[Path] | None:
    from postil.formats.hf.hub.client import REPOSITORY

    if not REPOSITORY.fullmatch(source):
        return None
    _require("import hf")
    from postil.formats.hf.hub.download import downloaded

    return downloaded(source, options)


def _require(purpose: str) -> None:
    try:
        import pyarrow as pa  # noqa: F401
        import yaml  # noqa: F401
    except ImportError as error:
        raise MissingExtra(purpose, error.name or "pyarrow", "hf") from error


FORMAT = Format(
    "hf",
    "Hugging Face datasets",
    _MANUAL,
    EVERYTHING,
    _read,
    write_corpus=_write,
    fetch=_fetch,
    reads_any_table=True,
    read_options=(
        Option("config", "Read this config, not the default one.", "CONFIG"),
        Option("revision", "Of a repository on the Hub: this branch, tag or commit.", "REV"),
        Option("text-key", "The column that holds the text.", "COLUMN"),
        Option(
            "names",
            "What the numbers in a column, or in COLUMN.FIELD, stand for: ner_tags=O,B-PER,I-PER.",
            "COLUMN=NAMES",
            multiple=True,
        ),
        *OPTIONS,
    ),
    write_options=(
        Option(
            "config",
            "Write this config only, and beside it gliner, spacy, conll where they are named; may be given several times.",
            "CONFIG",
            multiple=True,
        ),
        Option(
            "detached",
            "Leave the texts out: offsets, labels and hashes go out; postil hydrate puts the texts back.",
            is_flag=True,
        ),
        Option("no-agreement", "Leave agreement out of the card: it takes as long as all else together.", is_flag=True),
        Option("repo", "Where on the Hub it will be, for croissant.json: readers that are given an address need it.", "NAME"),
        Option("sentence-layer", 'The layer that labels a sentence, not the first with within = "sentence".', "LAYER"),
        Option("shard-size", "Begin a new file when one has so much, counted before compression.", "SIZE", default="500MB"),
        Option(
            "split", "The one split, or the share of each: --split train=0.8 --split test=0.2.", "NAME[=SHARE]", multiple=True
        ),
    ),
    signs=(r"\APAR1",),
)
