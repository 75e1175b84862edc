"""Writing column files."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from itertools import islice
from typing import Any, BinaryIO

from msgspec.structs import replace

from postil.corpus import Document
from postil.exchange.annotator_names import portable
from postil.exchange.features import DOCUMENT_IDS, LAYERS, Feature, Lane, Reducing, without_values
from postil.exchange.outgoing import Outgoing
from postil.exchange.tokens import SENTENCE_LAYER, TOKEN_LAYER, Tokenised, token_range
from postil.formats._rows import plain_tokens, without_rows
from postil.formats._tags import Chunk, tagged
from postil.formats.conll.layout import DOCUMENT_START
from postil.model import Span
from postil.scheme import Scheme

Column = tuple[str, str]
"""What a column holds: a layer and a label; an empty one stands for all."""

_UNFIT = re.compile(r"[\t\n\r]")
_UNFIT_BETWEEN_BLANKS = re.compile(r"[ \t\n\r]")


def lane_of(options: dict[str, Any]) -> Lane:
    """Which spans share a column."""
    lanes: dict[str, Lane] = {"layer": "layer", "label": "label", "one": "rows"}
    return lanes[options["columns"]]


class Names:
    """The names of layers and labels as they are written: what cannot stand in a cell is ``_``, and no two become one."""

    def __init__(self, scheme: Scheme, options: dict[str, Any]) -> None:
        self._known: dict[tuple[str, ...], str] = {}
        self._taken: set[tuple[str, ...]] = set()
        self._unfit = _UNFIT_BETWEEN_BLANKS if options["separator"] == "blank" else _UNFIT
        for name, layer in scheme.layers_of_kind("span").items():
            self.layer(name)
            for label in layer.labels:
                self.label(name, label)

    def layer(self, name: str) -> str:
        """The name of a layer."""
        return self._apart((name,), re.sub(r"\s", "_", name))

    def label(self, layer: str, label: str) -> str:
        """The name of a label of a layer."""
        return self._apart((layer, label), self._unfit.sub("_", label))

    def _apart(self, key: tuple[str, ...], name: str) -> str:
        if key not in self._known:
            number, fresh = 2, name
            while (*key[:-1], fresh) in self._taken:
                fresh, number = f"{name}_{number}", number + 1
            self._taken.add((*key[:-1], fresh))
            self._known[key] = fresh
        return self._known[key]


def _with_plain_names(document: Document, reducing: Reducing) -> Document:
    names = Names(reducing.scheme, reducing.options)

    def change(record: Any) -> Any:
        label = names.label(record.layer, record.label)
        return replace(record, layer=names.layer(record.layer), label=label)

    return without_values(PLAIN_NAMES.title, change)(document, reducing)


def _with_named_columns(document: Document, reducing: Reducing) -> Document:
    if len(columns_of(reducing.scheme, reducing.options)) == 1:
        return LAYERS.without(document, reducing)
    if reducing.options["header"] == "none":
        reducing.losses.add(COLUMN_NAMES.title, document.id, stops=False)
    return document


def _without_bounds_that_say_ids(document: Document, reducing: Reducing) -> Document:
    return DOCUMENT_IDS.without(document, reducing) if reducing.options["documents"] == "docstart" else document


def _with_plain_tokens(document: Document, reducing: Reducing) -> Document:
    return _PLAIN_TOKENS[reducing.options["separator"]].without(document, reducing)


_PLAIN_TOKENS = {
    "tab": plain_tokens(r"[\t\n\r]", "tokens with a TAB or a line end in them", " ", first=DOCUMENT_START),
    "blank": plain_tokens(r"[ \t\n\r]", "tokens with a blank in them", "_", first=DOCUMENT_START),
}
ROWS = Feature("rows", "layers of tokens and sentences, which are the rows themselves", without_rows, stops=False)
PLAIN_NAMES = Feature("plain names", "names with a blank, a TAB or a line end in them", _with_plain_names)
COLUMN_NAMES = Feature("columns", "names of columns, which no header says", _with_named_columns, stops=False)
BOUNDS = Feature("bounds", "names of documents between -DOCSTART- lines", _without_bounds_that_say_ids, stops=False)
PLAIN_TOKENS = Feature("tokens", "tokens with a TAB or a line end in them", _with_plain_tokens)
LIMITS = (ROWS, PLAIN_NAMES, COLUMN_NAMES, BOUNDS, PLAIN_TOKENS)


def columns_of(scheme: Scheme, options: dict[str, Any]) -> list[Column]:
    """The columns after that of the tokens, in the order of the scheme."""
    names = Names(scheme, options)
    layers = {name: layer for name, layer in scheme.layers_of_kind("span").items() if name not in (TOKEN_LAYER, SENTENCE_LAYER)}
    if options["columns"] == "one" or not layers:
        return [("", "")]
    if options["columns"] == "layer":
        return [(names.layer(name), "") for name in layers]
    return [(names.layer(name), names.label(name, label)) for name, layer in layers.items() for label in layer.labels]


def write(documents: Iterable[Document], outgoing: Outgoing) -> None:
    """Write a file for each document, or one for all; or such a file for each column."""
    columns = columns_of(outgoing.scheme, outgoing.options)
    with ExitStack() as stack:
        if outgoing.options["apart"] and len(columns) > 1:
            sheets = [_Sheet(outgoing, [column], stack, f"{directory_of(column)}/") for column in columns]
        else:
            sheets = [_Sheet(outgoing, columns, stack)]
        for document in documents:
            for sheet in sheets:
                sheet.add(document)
    if len(columns) > 1 and outgoing.options["header"] == "none" and not outgoing.options["apart"]:
        names = ",".join(layer for layer, _ in columns)
        outgoing.say.append(f"columns: token,{names}. To read it again: postil import conll --fields token,{names}")


def directory_of(column: Column) -> str:
    """The directory of the files that have this column alone."""
    return portable(".".join(filter(None, column)).replace("/", "-")) or "column"


class _Sheet:
    """The files with these columns."""

    def __init__(self, outgoing: Outgoing, columns: list[Column], stack: ExitStack, directory: str = "") -> None:
        self.outgoing, self.columns, self.directory = outgoing, columns, directory
        self.separator = {"tab": "\t", "blank": " "}[outgoing.options["separator"]]
        self.scheme = outgoing.options["scheme"].upper()
        self.bounds = outgoing.options["documents"]
        self.is_only = len(columns) == 1 and not directory
        self.file: BinaryIO | None = None
        if self.bounds != "files":
            self.file = stack.enter_context(outgoing.target.open(f"{directory}corpus.conll"))
            self.file.write(self._header().encode())

    def add(self, document: Document) -> None:
        """Write the rows of a document."""
        rows = "".join(self._rows(document)).encode()
        if self.file is None:
            self.outgoing.target.write(f"{self.directory}{document.id}.conll", self._header().encode() + rows)
            return
        bound = f"{DOCUMENT_START} -X- O O\n\n" if self.bounds == "docstart" else f"# newdoc id = {document.id}\n"
        self.file.write(bound.encode() + rows)

    def _header(self) -> str:
        if len(self.columns) == 1 or self.outgoing.options["header"] == "none":
            return ""
        names = [layer for layer, _ in self.columns]
        if self.outgoing.options["header"] == "row":
            return self.separator.join(["TOKEN", *names]) + "\n"
        return f"# global.columns = {' '.join(['FORM', *names])}\n"

    def _rows(self, document: Document) -> Iterator[str]:
        found = self.outgoing.tokens.of(document)
        spans = [span for annotations in document.sets.values() for span in annotations.spans]
        tags = [self._tags([span for span in spans if self._is_in(span, column)], found) for column in self.columns]
        words = [document.text[start:end] for start, end in found.flat]
        lines = map(self.separator.join, zip(words, *tags, strict=True))
        for row in found.tokens:
            yield "".join([f"{line}\n" for line in islice(lines, len(row))]) + "\n"

    def _is_in(self, span: Span, column: Column) -> bool:
        layer, label = column
        return self.is_only or (span.layer == layer and label in ("", span.label))

    def _tags(self, spans: list[Span], found: Tokenised) -> list[str]:
        """The tag of every token of a document. No chunk goes over the end of a sentence."""
        flat = found.flat
        placed = [Chunk(*place, span.label) for span in spans if (place := token_range(flat, span.start, span.end)) is not None]
        return tagged(sorted(placed, key=lambda chunk: chunk.first), len(flat), self.scheme)
