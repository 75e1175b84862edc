"""Adding up what documents contribute, and what is reported of it."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import partial

import numpy as np

from postil.agreement.bootstrap import FEWEST, LEVEL, MOST_CELLS, REPLICATES, TOO_FEW, TOO_MANY, Resampler
from postil.agreement.contribution import REFUSED, Contribution, Slot
from postil.agreement.disagreements import worst
from postil.agreement.report import (
    Cell,
    Disagreement,
    DocumentValue,
    Estimate,
    LayerReport,
    Measured,
    Pair,
    Parameters,
    Report,
)
from postil.agreement.request import Request
from postil.measures import Floats, Key, Measure, Quantities, Totals, all_measures
from postil.measures._units import Ints
from postil.scheme import Scheme


class _Columns:
    """The quantities of one slot, document by document, as compactly as can be."""

    def __init__(self) -> None:
        self._entries: dict[Key, tuple[array[int], array[float]]] = {}
        self._documents: array[int] = array("l")

    def add(self, document: int, quantities: Quantities) -> None:
        self._documents.append(document)
        for key, value in quantities.items():
            documents, values = self._entries.setdefault(key, (array("l"), array("d")))
            documents.append(document)
            values.append(value)

    def __len__(self) -> int:
        return len(self._documents)

    def groups(self, rows: Ints) -> int:
        """How many groups of documents have something to say here, given the group of each document."""
        there = [np.asarray(documents)[np.asarray(values) != 0] for documents, values in self._entries.values()]
        return len(np.unique(rows[np.concatenate(there)])) if there else 0

    def by(self, rows: Ints, size: int) -> dict[Key, Floats]:
        """Each quantity summed by row, given the row of each document."""
        return {
            key: np.bincount(rows[np.asarray(documents)], np.asarray(values), size).astype(float)
            for key, (documents, values) in self._entries.items()
        }

    @property
    def keys(self) -> int:
        """How many different quantities there are."""
        return len(self._entries)

    def whole(self) -> Totals:
        """Each quantity summed over all documents."""
        return Totals.of({key: float(np.asarray(values).sum()) for key, (_, values) in self._entries.items()})


class _Layer:
    """What is gathered of one layer. ``labels``: those that somebody used."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.documents = 0
        self.annotations: Counter[str] = Counter()
        self.by_document: dict[int, int] = {}
        self.confusion: dict[tuple[str, str], tuple[int, int]] = {}
        self.disagreements: list[Disagreement] = []
        self.labels: set[str] = set()


class Tally:
    """Contributions, added up in the order of the documents."""

    def __init__(self, request: Request, scheme: Scheme | None) -> None:
        self._request, self._scheme = request, scheme
        self._documents: list[str] = []
        self._groups: dict[str, int] = {}
        self._group_of: array[int] = array("l")
        self._annotators: dict[str, None] = {}
        self._adjudicated: set[str] = set()
        self._unfinished: Counter[str] = Counter()
        self._methods: dict[str, set[str]] = {}
        self._derived: set[str] = set()
        self._sources: dict[str, set[str]] = {}
        self._left_out: dict[str, list[str]] = {}
        self._characters = self._repeated = 0
        self._layers: dict[str, _Layer] = {}
        self._columns: dict[Slot, _Columns] = {}

    def add(self, contribution: Contribution) -> None:
        """Add what a document contributes."""
        self._adjudicated.update(contribution.adjudicated)
        self._unfinished.update(contribution.unfinished)
        self._derived.update(contribution.derived)
        for annotator, sources in contribution.sources.items():
            self._sources.setdefault(annotator, set()).update(sources)
        for annotator, method in contribution.methods.items():
            self._methods.setdefault(annotator, set()).add(method)
        if contribution.left_out:
            self._left_out.setdefault(contribution.left_out, []).append(contribution.document)
            return
        number = len(self._documents)
        self._documents.append(contribution.document)
        self._group_of.append(self._groups.setdefault(contribution.group, len(self._groups)))
        self._annotators |= dict.fromkeys(contribution.annotators)
        self._characters += contribution.characters
        self._repeated += contribution.repeated
        for name, found in contribution.layers.items():
            layer = self._layers.setdefault(name, _Layer(found.kind))
            layer.documents += 1
            layer.annotations.update(found.annotations)
            layer.labels |= found.labels
            layer.by_document[number] = sum(found.annotations.values())
            for labels, (count, same) in found.confusion.items():
                before = layer.confusion.get(labels, (0, 0))
                layer.confusion[labels] = (before[0] + count, before[1] + same)
            layer.disagreements = worst([*layer.disagreements, *found.disagreements])
        for slot, quantities in contribution.quantities.items():
            self._columns.setdefault(slot, _Columns()).add(number, quantities)

    def report(self, corpus: str = "", *, with_intervals: bool = True) -> Report:
        """What all of it comes to. ``corpus``: its title."""
        settings = self._request.settings
        return Report(
            corpus=corpus,
            annotators=sorted(self._annotators),
            reference=settings.reference,
            documents=len(self._documents),
            of_documents=len(self._documents) + sum(map(len, self._left_out.values())),
            groups=len(self._groups),
            characters=self._characters,
            repeated=self._repeated,
            left_out=dict(sorted(self._left_out.items())),
            unfinished=dict(sorted(self._unfinished.items())),
            methods={annotator: sorted(methods) for annotator, methods in sorted(self._methods.items())},
            derived=sorted(self._derived),
            sources={annotator: sorted(sources) for annotator, sources in sorted(self._sources.items())},
            adjudicated=sorted(self._adjudicated),
            layers=list(self._layer_reports(with_intervals=with_intervals)),
            parameters=Parameters(settings.chance.seed, *settings.weights, settings.chance.precision, REPLICATES, LEVEL),
        )

    def _layer_reports(self, *, with_intervals: bool) -> Iterator[LayerReport]:
        seed = self._request.settings.chance.seed
        resampler = Resampler(len(self._groups), seed) if with_intervals else None
        for name, layer in self._layers.items():
            definition = self._scheme.layers.get(name) if self._scheme else None
            yield LayerReport(
                name,
                layer.kind,
                definition.description if definition else "",
                layer.documents,
                {annotator: layer.annotations[annotator] for annotator in sorted(self._annotators)},
                list(self._measured(name, layer, resampler)),
                [Cell(*labels, *counts) for labels, counts in sorted(layer.confusion.items())],
                layer.disagreements,
            )

    def _measured(self, layer: str, found: _Layer, resampler: Resampler | None) -> Iterator[Measured]:
        slots: dict[str, dict[Slot, _Columns]] = {}
        for slot, columns in self._columns.items():
            if slot.layer == layer:
                slots.setdefault(slot.measure, {})[slot] = columns
        for measure in all_measures():
            mine = slots.get(measure.name, {})
            if not mine:
                continue
            whole = mine.get(Slot(layer, measure.name))
            yield Measured(
                measure.name,
                measure.title,
                measure.reading,
                measure.published,
                measure.grows_with_empty_text,
                self._estimate(measure, "", whole, resampler) if whole else None,
                measure.parts,
                dict(self._parts(measure, found, mine, resampler)),
                [
                    Pair(*slot.pair, len(columns), self._estimate(measure, "", columns, resampler))
                    for slot, columns in sorted(mine.items())
                    if len(slot.pair) == 2
                ],
                # a label of the document is one item: alone it agrees or not, and no measure can say more
                self._by_document(measure, whole, found.by_document) if whole and found.kind != "label" else [],
            )

    def _parts(
        self, measure: Measure, found: _Layer, slots: Mapping[Slot, _Columns], resampler: Resampler | None
    ) -> Iterator[tuple[str, Estimate]]:
        """Labels that somebody used, or attributes: each from its own quantities, or from those of the whole."""
        for slot, columns in sorted(slots.items()):
            if slot.pair:
                continue
            if slot.part:
                parts = [slot.part]
            elif measure.parts_of and self._request.settings.with_parts:
                parts = measure.parts_of(columns.whole())
            else:
                parts = []
            for part in parts:
                if measure.parts != "label" or part in found.labels:
                    yield part, self._estimate(measure, part, columns, resampler)

    def _estimate(self, measure: Measure, part: str, columns: _Columns, resampler: Resampler | None) -> Estimate:
        totals = columns.whole()
        if totals[REFUSED].any():
            return Estimate(None, "too many spans overlap to be weighed against each other: compare fewer annotators")
        values, reason = measure.value(totals, part)
        value = float(values[0])
        if np.isnan(value):
            return Estimate(None, reason)
        rows = np.asarray(self._group_of)
        if columns.groups(rows) < FEWEST or not resampler:
            interval = TOO_FEW
        elif columns.keys * len(self._groups) > MOST_CELLS:
            interval = TOO_MANY
        else:
            interval = resampler.interval(columns.by(rows, len(self._groups)), partial(_values, measure, part))
        error = float(measure.error(totals)[0]) if measure.error else None
        return Estimate(value, "", interval.low, interval.high, interval.reason, error)

    def _by_document(self, measure: Measure, columns: _Columns, annotations: Mapping[int, int]) -> list[DocumentValue]:
        size = len(self._documents)
        values = _values(measure, "", Totals(columns.by(np.arange(size), size), size)).tolist()
        order = sorted(annotations, key=lambda number: (np.isnan(values[number]), values[number], -annotations[number]))
        return [
            DocumentValue(self._documents[number], annotations[number], None if np.isnan(values[number]) else values[number])
            for number in order
        ]


def _values(measure: Measure, part: str, totals: Totals) -> Floats:
    return measure.value(totals, part)[0]
