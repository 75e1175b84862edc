"""Writing a DocBin."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import closing
from typing import Any

import msgspec

from postil.corpus import Document
from postil.exchange.features import SPAN_LAYER
from postil.exchange.outgoing import Outgoing
from postil.exchange.tokens import SENTENCE_LAYER, TOKEN_LAYER, token_range
from postil.formats.spacy.docbin import Bin, SpanRow, StoredDoc, attribute_ids
from postil.formats.spacy.kept import KEY, Kept, KeptLabel, span_values
from postil.manifest import Metadata
from postil.model import AnnotationSet, Label, Span
from postil.scheme import Scheme
from postil.segmentation import Extent
from postil.text import counted

_ATTRIBUTES = ("ORTH", "LEMMA", "POS", "TAG", "ENT_IOB", "ENT_TYPE", "SENT_START", "ENT_KB_ID", "ENT_ID")
_ENTITY_LAYERS = ("entity", "entities", "ner", "ent", "ents", "named_entity", "named-entity")
_INSIDE, _OUTSIDE, _BEGIN = 1, 2, 3
_NO_START = (1 << 64) - 1  # -1: no sentence begins here


def write(documents: Iterable[Document], outgoing: Outgoing) -> None:
    """Write all documents into one DocBin."""
    numbers = attribute_ids("export spacy")
    layer = outgoing.options["ents"] or _entity_layer(outgoing.scheme)
    beaten = 0
    with closing(Bin([numbers[name] for name in _ATTRIBUTES])) as bin_:
        for document in documents:
            writing = _Writing(document, outgoing, bin_, layer)
            bin_.add(writing.stored(numbers))
            beaten += writing.beaten
        with outgoing.target.open() as file:
            bin_.write(file)
    if layer:
        outgoing.say.append(f"doc.ents has the spans of {layer}; doc.spans has those of every layer, under its name")
    if beaten:
        spans = counted(beaten, "span")
        outgoing.say.append(f"{spans} of {layer} overlap others, which doc.ents cannot hold: they are in doc.spans only")


def _entity_layer(scheme: Scheme) -> str:
    """The layer that is repeated as ``doc.ents``: the only one of spans, one that is called so, or what an import calls them."""
    layers = [name for name in scheme.layers_of_kind("span") if name not in (TOKEN_LAYER, SENTENCE_LAYER)]
    called = [name for name in layers if len(layers) == 1 or name.lower() in _ENTITY_LAYERS]
    return next(iter((*called, *(name for name in layers if name == SPAN_LAYER))), "")


class _Writing:
    """One document while it is written. ``beaten``: spans that ``doc.ents`` could not hold beside others."""

    def __init__(self, document: Document, outgoing: Outgoing, bin_: Bin, layer: str) -> None:
        self.document, self.bin, self.layer = document, bin_, layer
        self.scheme = outgoing.scheme
        self.words = list(words_of(document.text, outgoing.tokens.of(document).flat))
        self.extents = [extent for extent, _ in self.words]
        self.annotations: AnnotationSet | None = next(iter(document.sets.values()), None)
        self.spans = self.annotations.spans if self.annotations else ()
        self.places = {span.id: self._place(span) for span in self.spans}
        self.beaten = 0

    def stored(self, numbers: dict[str, int]) -> StoredDoc:
        """The document as a DocBin has it."""
        text = self.document.text
        columns = {name: [0] * len(self.words) for name in _ATTRIBUTES}
        columns["ORTH"] = [self.bin.string(text[start:end]) for start, end in self.extents]
        self._tokens(columns)
        self._sentences(columns)
        self._ents(columns)
        return StoredDoc(
            {numbers[name]: values for name, values in columns.items()},
            [is_spaced for _, is_spaced in self.words],
            self._cats(),
            self._groups(),
            {KEY: msgspec.to_builtins(self._kept())},
        )

    def _tokens(self, columns: dict[str, list[int]]) -> None:
        """What the corpus's own tokens say of themselves."""
        from spacy.parts_of_speech import IDS

        places = {extent: number for number, extent in enumerate(self.extents)}
        for span in self.spans:
            number = places.get((span.start, span.end)) if span.layer == TOKEN_LAYER else None
            if number is None:
                continue
            said = {name: value for name, value in span.attributes.items() if isinstance(value, str)}
            columns["LEMMA"][number] = self.bin.string(said.get("lemma", ""))
            columns["TAG"][number] = self.bin.string(said.get("tag") or said.get("xpos", ""))
            columns["POS"][number] = IDS.get(said.get("upos") or said.get("pos", ""), 0)

    def _sentences(self, columns: dict[str, list[int]]) -> None:
        """Where sentences begin, where the corpus says that: else nothing is said."""
        starts = {span.start for span in self.spans if span.layer == SENTENCE_LAYER}
        if starts:
            columns["SENT_START"] = [1 if start in starts else _NO_START for start, _ in self.extents]

    def _ents(self, columns: dict[str, list[int]]) -> None:
        if not self.layer:
            return
        columns["ENT_IOB"] = [_OUTSIDE] * len(self.words)
        chosen = [span for span in self.spans if span.layer == self.layer]
        for span in sorted(chosen, key=lambda span: (span.start - span.end, span.start)):
            first, after = self.places[span.id]
            count = after - first
            if columns["ENT_IOB"][first:after].count(_OUTSIDE) < count:
                self.beaten += 1
                continue
            columns["ENT_IOB"][first:after] = [_BEGIN, *[_INSIDE] * (count - 1)]
            columns["ENT_TYPE"][first:after] = [self.bin.string(span.label)] * count
            columns["ENT_ID"][first:after] = [self.bin.string(span.id)] * count
            columns["ENT_KB_ID"][first:after] = [self.bin.string(_link(span))] * count

    def _place(self, span: Span) -> Extent:
        place = token_range(self.extents, span.start, span.end)
        assert place is not None, span
        return place

    def _groups(self) -> dict[str, list[SpanRow]]:
        groups: defaultdict[str, list[SpanRow]] = defaultdict(list)
        string = self.bin.string
        for span in self.spans:
            row = SpanRow(string(span.id), string(_link(span)), string(span.label), *self.places[span.id], span.start, span.end)
            groups[span.layer].append(row)
        return dict(groups)

    def _cats(self) -> dict[str, float]:
        """A number for every label that the scheme has, and every one that the document has."""
        cats = {
            cat_key(self.scheme, layer, label): 0.0
            for layer, definition in self.scheme.layers_of_kind("label").items()
            for label in definition.labels
        }
        for label in self._labels():
            cats[cat_key(self.scheme, label.layer, label.label)] = 1.0
        return cats

    def _labels(self) -> tuple[Label, ...]:
        return self.annotations.labels if self.annotations else ()

    def _kept(self) -> Kept:
        metadata = msgspec.to_builtins(self.document.metadata)
        blank = msgspec.to_builtins(Metadata())
        kept = Kept(
            self.document.id, ents=self.layer, metadata={name: value for name, value in metadata.items() if value != blank[name]}
        )
        if self.annotations:
            header = self.annotations.header
            kept.annotator, kept.status, kept.method = header.annotator, header.status, header.method
            kept.sources = header.sources
            kept.spans = {span.id: span_values(span) for span in self.spans}
            kept.relations, kept.notes = list(self.annotations.relations), list(self.annotations.notes)
            kept.labels = [KeptLabel(cat_key(self.scheme, one.layer, one.label), one) for one in self._labels()]
        return kept


def _link(span: Span) -> str:
    link: Any = span.attributes.get("kb_id", "")
    return link if isinstance(link, str) else ""


def cat_key(scheme: Scheme, layer: str, label: str) -> str:
    """What a document label is called in ``doc.cats``: with its layer where there are several."""
    return label if len(scheme.layers_of_kind("label")) < 2 else f"{layer}/{label}"


def words_of(text: str, tokens: Iterable[Extent]) -> Iterator[tuple[Extent, bool]]:
    """The words of a Doc with exactly this text, each with whether one blank follows it; other blanks are words themselves."""
    at = 0
    before: Extent | None = None
    for start, end in (*tokens, (len(text), len(text))):
        is_spaced = before is not None and at < start and text[at] == " "
        if before is not None:
            yield before, is_spaced
        if at + is_spaced < start:
            yield (at + is_spaced, start), False
        before, at = (start, end), end
