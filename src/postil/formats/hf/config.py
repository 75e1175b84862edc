"""What the configs of an export share: how one is declared, and what it is given."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import Any

import msgspec

from postil.corpus import Corpus, Document
from postil.errors import ExportRefused
from postil.exchange.tokens import Tokens
from postil.formats.hf.dividing import Dividing
from postil.formats.hf.parquet.columns import Block
from postil.formats.hf.parquet.features import BOOL, FLOAT, INT, STRING, ClassLabel, Column, ListOf, numbers
from postil.model import Annotation, AnnotationSet
from postil.registry import parts
from postil.scheme import Attribute, Scheme
from postil.segmentation import Extent, sentences

NOT_HELD = "not-held.csv"
_NAMED = 5  # ids that a summary names of those that did not fit


class Misfits(msgspec.Struct):
    """How many annotations a config or column cannot hold for one reason; the first of them, from one set, by their ids."""

    document: str
    annotator: str
    ids: list[str]
    count: int = 0


class Context:
    """The corpus and its scheme, the tokens, and what did not fit so far: by config or column, and in words why.

    Every annotation that did not fit is listed in ``list_path``, with its document, annotator and id.
    """

    def __init__(self, corpus: Corpus, dividing: Dividing, list_path: Path, main_layer: str | None = None) -> None:
        """``main_layer``: the layer that labels a sentence."""
        self.main_layer = main_layer
        self.directory, self.scheme = corpus.directory, corpus.scheme
        self.dividing = dividing
        self.tokens = Tokens("the config tokens")
        self.misfits: dict[tuple[str, str], Misfits] = {}
        self._list = list_path.open("w", encoding="utf-8", newline="")
        self._rows = csv.writer(self._list, lineterminator="\n")
        self._rows.writerow(("where", "why", "document", "annotator", "id"))
        # the last document's: its sets come one after the other, and several configs want them
        self._sentences: tuple[Document, list[Extent]] | None = None
        self._cut: tuple[Document, list[list[Extent]]] | None = None

    def misfit(self, where: str, why: str, document: Document, annotator: str, id: str) -> None:
        """Note an annotation that a config or column cannot hold."""
        misfits = self.misfits.get((where, why))
        if misfits is None:
            misfits = self.misfits[where, why] = Misfits(document.id, annotator, [])
        misfits.count += 1
        if (document.id, annotator) == (misfits.document, misfits.annotator) and len(misfits.ids) < _NAMED:
            misfits.ids.append(id)
        self._rows.writerow((where, why, document.id, annotator, id))

    def close(self) -> None:
        """Finish the list."""
        self._list.close()

    def sentences_of(self, document: Document) -> list[Extent]:
        """The sentences of a document."""
        if self._sentences is None or self._sentences[0] is not document:
            self._sentences = document, sentences(document.text)
        return self._sentences[1]

    def tokens_of(self, document: Document) -> list[list[Extent]]:
        """The tokens of each sentence of a document."""
        if self._cut is None or self._cut[0] is not document:
            units = self.sentences_of(document)
            self._cut = document, self.tokens.cut_in(document.text, units, document.metadata.language)
        return self._cut[1]

    @cached_property
    def span_layers(self) -> list[str]:
        """The layers of spans, in the order of the scheme."""
        return list(self.scheme.layers_of_kind("span"))

    @cached_property
    def span_labels(self) -> ClassLabel:
        """Every label of a span, once, in the order of the scheme: one list for every file."""
        return ClassLabel(self.labels_of(*self.span_layers))

    def labels_of(self, *layers: str) -> tuple[str, ...]:
        """The labels of some layers, each once, in the order of the scheme."""
        return tuple(dict.fromkeys(label for layer in layers for label in self.scheme.layers[layer].labels))


class Config(msgspec.Struct, frozen=True):
    """One config: its columns for a scheme, and the rows that it makes of a document's set, column by column.

    ``applies`` says whether a scheme gives it anything to hold. ``texts``: the columns that repeat the text, as ``column`` or
    ``column.field``, which are null in a detached export; ``None`` where there would be nothing left to say. ``holds_bare``: has
    rows of texts that nobody annotated, too, whose set is one by nobody. ``sign``: columns that no other dataset has together.
    """

    name: str
    summary: str
    sign: frozenset[str]
    columns: Callable[[Context], dict[str, Column]]
    block: Callable[[Context, Document, AnnotationSet], Block]
    applies: Callable[[Scheme], bool] = lambda _: True
    texts: tuple[str, ...] | None = ()
    holds_bare: bool = False


def all_configs() -> dict[str, Config]:
    """Every config by its name; ``documents`` first."""
    configs = sorted(parts("postil.formats.hf.configs", Config), key=lambda config: (config.name != "documents", config.name))
    return {config.name: config for config in configs}


def columns(*groups: Iterable[tuple[str, Column]]) -> dict[str, Column]:
    """Columns by name. Raises :class:`~postil.errors.ExportRefused` where two would have the same."""
    found: dict[str, Column] = {}
    for name, column in chain(*groups):
        if name in found:
            raise ExportRefused(
                f"two columns would be called {name}: give another name to the layer, label or attribute that it comes from",
            )
        found[name] = column
    return found


def attribute_columns(context: Context, *layers: str) -> Iterator[tuple[str, Column]]:
    """A typed column for each attribute of the layers, named ``{layer}_{attribute}``."""
    for layer in layers:
        for name, attribute in context.scheme.layers[layer].attributes.items():
            yield f"{layer}_{name}", _attribute_column(attribute)


def _attribute_column(attribute: Attribute) -> Column:
    scalars: dict[str, Column] = {"integer": INT, "number": FLOAT, "boolean": BOOL, "enum": ClassLabel(attribute.values)}
    column = scalars.get(attribute.type, STRING)
    return ListOf(column) if attribute.multiple else column


def attribute_values(context: Context, annotations: Sequence[Annotation | None]) -> Block:
    """The values of annotations' attributes, by the name of their column; null where there is none, or no annotation."""
    found: dict[str, list[Any]] = {}
    for number, annotation in enumerate(annotations):
        if annotation is None:
            continue
        for name, value in annotation.attributes.items():
            column = f"{annotation.layer}_{name}"
            if column not in found:
                found[column] = [None] * len(annotations)
            found[column][number] = _stored(context.scheme.layers[annotation.layer].attributes[name], value)
    return dict(found)


def _stored(attribute: Attribute, value: Any) -> Any:
    """A value as its column holds it: the words of an enum as their numbers."""
    if attribute.type != "enum":
        return value
    known = numbers(attribute.values)
    return [known[one] for one in value] if attribute.multiple else known[value]
