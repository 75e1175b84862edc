"""One document as several annotators marked it, seen layer by layer: what measures take their quantities from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from itertools import combinations
from operator import attrgetter
from typing import NamedTuple

from postil.measures import Continuum, Unit
from postil.measures._units import Weights
from postil.measures.alignment import align
from postil.measures.disorder import Chance, Disorder, disorder
from postil.model import Annotation, AnnotationSet, Span
from postil.scheme import Layer, LayerKind, Scheme

Pairing = dict[str, str]
"""The ids of one annotator's spans, and the ids of the spans of another that they are aligned with."""


class Settings(NamedTuple):
    """What a comparison depends on besides the annotations.

    ``with_parts``: whether quantities are wanted label by label too. ``reference``: the annotator who is right by definition.
    """

    weights: Weights = Weights()
    chance: Chance = Chance()
    with_parts: bool = True
    reference: str = ""


DEFAULTS = Settings()

_BY_PLACE = Weights(1.0, 1e-6)  # of units in the same place, those with the same label


class ComparedDocument:
    """A text and the sets about it, by annotator. Sets must be of this text, their spans inside it and not empty."""

    def __init__(
        self, name: str, text: str, sets: Mapping[str, AnnotationSet], scheme: Scheme | None, settings: Settings = DEFAULTS
    ) -> None:
        self.name, self.text, self.scheme, self.settings = name, text, scheme, settings
        self.sets = {annotator: sets[annotator] for annotator in sorted(sets)}
        self._layers: dict[str, Comparison] = {}
        self._pairings: dict[tuple[str, str], Pairing] = {}

    def layer(self, name: str) -> Comparison:
        """The comparison of one layer."""
        if name not in self._layers:
            self._layers[name] = Comparison(self, name)
        return self._layers[name]

    def of_pair(self, one: str, other: str) -> ComparedDocument:
        """The same with the sets of two annotators alone."""
        if len(self.sets) == 2:
            return self
        sets = {name: self.sets[name] for name in (one, other)}
        return ComparedDocument(self.name, self.text, sets, self.scheme, self.settings)

    def pairing(self, one: str, other: str) -> Pairing:
        """The spans of one annotator that are aligned with spans of another, in every layer of spans."""
        if (one, other) not in self._pairings:
            layers = sorted({span.layer for name in (one, other) for span in self.sets[name].spans})
            found: Pairing = {}
            for layer in map(self.layer, layers):
                found.update((mine.id, yours.id) for mine, yours in layer.aligned(one, other))
                found.update((id, found[kept]) for id, kept in layer.repeated[one].items() if kept in found)
            self._pairings[one, other] = found
        return self._pairings[one, other]


class Comparison:
    """One layer of a document."""

    def __init__(self, document: ComparedDocument, layer: str) -> None:
        self.document, self.layer = document, layer
        self._alignments: dict[tuple[str, str], list[tuple[Unit, Unit]]] = {}

    @property
    def definition(self) -> Layer | None:
        """What the scheme says of the layer."""
        return self.document.scheme.layers.get(self.layer) if self.document.scheme else None

    @property
    def kind(self) -> LayerKind:
        """What the layer holds: as the scheme says, else as its annotations are."""
        if self.definition:
            return self.definition.kind
        every = self.document.sets.values()
        if any(record.layer == self.layer for one in every for record in one.relations):
            return "relation"
        return "label" if any(record.layer == self.layer for one in every for record in one.labels) else "span"

    @property
    def annotators(self) -> list[str]:
        """Their names, in order."""
        return list(self.document.sets)

    def pairs(self) -> Iterator[tuple[str, str]]:
        """Every two annotators, in order."""
        return combinations(self.document.sets, 2)

    @cached_property
    def records(self) -> dict[str, list[Annotation]]:
        """Each annotator's annotations of the layer that are of its kind."""
        chosen = attrgetter({"span": "spans", "relation": "relations", "label": "labels"}[self.kind])
        return {
            annotator: [record for record in chosen(marked) if record.layer == self.layer]
            for annotator, marked in self.document.sets.items()
        }

    @cached_property
    def repeated(self) -> dict[str, dict[str, str]]:
        """For each annotator the ids of spans that repeat another (in place and label), and the id of that."""
        found: dict[str, dict[str, str]] = {}
        for annotator, spans in self.spans.items():
            kept = {(span.extents, span.label): span.id for span in spans}
            found[annotator] = {
                span.id: kept[span.extents, span.label]
                for span in self.document.sets[annotator].spans
                if span.layer == self.layer and kept[span.extents, span.label] != span.id
            }
        return found

    @cached_property
    def spans(self) -> dict[str, list[Span]]:
        """Each annotator's spans, those that repeat another (in place and label) left out."""
        found = {}
        for annotator, marked in self.document.sets.items():
            different = {(span.extents, span.label): span for span in marked.spans if span.layer == self.layer}
            found[annotator] = sorted(
                different.values(), key=lambda span: (span.start, -span.end, span.label, span.extents, span.id)
            )
        return found

    @cached_property
    def labels(self) -> dict[str, frozenset[str]]:
        """The labels that each annotator gave to the document, in a layer of such."""
        return {
            annotator: frozenset(record.label for record in marked.labels if record.layer == self.layer)
            for annotator, marked in self.document.sets.items()
        }

    @cached_property
    def continuum(self) -> Continuum:
        """The text, and the spans as units on it."""
        units = {annotator: tuple(map(_unit, spans)) for annotator, spans in self.spans.items()}
        return Continuum(len(self.document.text), units, f"{self.document.name}\0{self.layer}")

    @cached_property
    def disorder(self) -> Disorder | None:
        """How the units of all annotators are aligned, and would be by chance; nothing where there are no units."""
        if not any(self.continuum.units.values()):
            return None
        return disorder(self.continuum, self.document.settings.weights, self.document.settings.chance)

    @cached_property
    def rows(self) -> list[list[Unit | None]]:
        """For each annotator the unit in each block of units that are in one place, ``None`` where a block has none of his.

        Units are aligned by their places alone, as far as these tell: were labels to have a say, those that agree would be
        compared more often. And what is in one place overlaps.
        """
        units = [unit for units in self.continuum.units.values() for unit in units]
        owners = [number for number, units in enumerate(self.continuum.units.values()) for _ in units]
        rows: list[list[Unit | None]] = [[] for _ in self.annotators]
        for block in align(self.continuum, _BY_PLACE).blocks:
            together = [unit for unit in block if any(_overlap(units[unit], units[other]) for other in block if other != unit)]
            if together:
                for row in rows:
                    row.append(None)
                for unit in together:
                    rows[owners[unit]][-1] = units[unit]
        return rows

    def aligned(self, one: str, other: str) -> list[tuple[Unit, Unit]]:
        """The pairs of units of two annotators that are in one place, when these two are aligned."""
        if (one, other) not in self._alignments:
            first, second = sorted((one, other))
            if len(self.annotators) == 2:
                pairs = [(mine, yours) for mine, yours in zip(*self.rows, strict=True) if mine and yours]
            else:
                pairs = self.document.of_pair(one, other).layer(self.layer).aligned(first, second)
            self._alignments[first, second] = pairs
            self._alignments[second, first] = [(yours, mine) for mine, yours in pairs]
        return self._alignments[one, other]


def _overlap(one: Unit, other: Unit) -> bool:
    return one.start < other.end and other.start < one.end


def _unit(span: Span) -> Unit:
    return Unit(span.start, span.end, span.label, span.id, span.fragments)
