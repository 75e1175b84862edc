"""What one document adds to a comparison of annotators."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import NamedTuple

import msgspec

from postil.agreement.disagreements import Confusion, confusion, disagreements
from postil.agreement.report import Disagreement
from postil.agreement.request import Request
from postil.corpus import Document
from postil.errors import UnreadableCorpus
from postil.measures import Key, Quantities
from postil.measures._units import TooManyBlocks
from postil.measures.comparison import ComparedDocument, Comparison
from postil.model import AnnotationSet, Span
from postil.scheme import Scheme
from postil.unplaced import placed

REFUSED: Key = ("refused",)
"""A quantity of a document in which too many spans overlap for a measure."""


class Slot(NamedTuple):
    """What quantities are of: a layer, a measure, two annotators (none: all together), and a part (none: the whole)."""

    layer: str
    measure: str
    pair: tuple[str, str] | tuple[()] = ()
    part: str = ""


class LayerContribution(NamedTuple):
    """One layer of a document: how many annotations each annotator has in it, with which labels, and where they differ."""

    kind: str
    labels: frozenset[str]
    annotations: dict[str, int]
    confusion: Confusion
    disagreements: list[Disagreement]


class Contribution(msgspec.Struct, frozen=True):
    """What a document adds. ``left_out``: why it was not compared, if it was not.

    ``group``: documents with the same one are no independent evidence. ``methods``: of the sets that were compared.
    ``unfinished``: whose sets were not, as they are not complete. ``derived``: of the annotators compared, those whose sets have
    annotations of another's of them. ``sources``: whose annotations the sets compared have, where they say so. ``adjudicated``:
    sets that were left out since they were made from others. ``repeated``: annotations that repeat another of their set in place
    and label. ``unplaced``: how many of each annotator were left out, as a realignment left their place open.
    """

    document: str
    group: str
    left_out: str = ""
    annotators: tuple[str, ...] = ()
    methods: Mapping[str, str] = {}
    unfinished: tuple[str, ...] = ()
    derived: tuple[str, ...] = ()
    sources: Mapping[str, tuple[str, ...]] = {}
    adjudicated: tuple[str, ...] = ()
    characters: int = 0
    repeated: int = 0
    unplaced: Mapping[str, int] = {}
    layers: Mapping[str, LayerContribution] = {}
    quantities: Mapping[Slot, Quantities] = {}


def contribution(document: Document, scheme: Scheme | None, request: Request) -> Contribution:
    """Compare the annotators of a document, if two or more of those who are asked for have finished it.

    Raises :class:`~postil.errors.UnreadableCorpus` for a set that is about another text, or has spans that cannot be compared.
    """
    group = document.metadata.group or document.id
    wanted, adjudicated = _wanted(document, request)
    complete = {name: marked for name, marked in wanted.items() if marked.header.status == "complete"}
    unfinished = tuple(name for name in wanted if name not in complete)
    reference = request.settings.reference
    reason = ""
    if reference and wanted and reference not in complete:
        reason = f"no complete set by {reference}"
    elif len(complete) < 2:
        reason = "sets not finished" if len(wanted) > 1 else "fewer than two sets"
    if reason:
        return Contribution(document.id, group, reason, unfinished=unfinished, adjudicated=adjudicated)
    unplaced = {}
    for name, marked in complete.items():
        complete[name], left_out = placed(marked)
        unplaced[name] = len(left_out)
    for marked in complete.values():
        _refuse_faults(document, marked)
    compared = ComparedDocument(document.id, document.text, complete, scheme, request.settings)
    layers, quantities, repeated = _contributed(compared, request)
    return Contribution(
        document.id,
        group,
        annotators=tuple(complete),
        methods={name: marked.header.method for name, marked in complete.items()},
        unfinished=unfinished,
        derived=tuple(name for name, marked in complete.items() if set(marked.header.sources) & (complete.keys() - {name})),
        sources={name: marked.header.sources for name, marked in complete.items() if marked.header.sources},
        adjudicated=adjudicated,
        characters=len(document.text),
        repeated=repeated,
        unplaced=unplaced,
        layers=layers,
        quantities=quantities,
    )


def _contributed(
    compared: ComparedDocument, request: Request
) -> tuple[dict[str, LayerContribution], dict[Slot, Quantities], int]:
    layers: dict[str, LayerContribution] = {}
    quantities: dict[Slot, Quantities] = {}
    repeated = 0
    for name in _layers(compared, request):
        layer = compared.layer(name)
        annotations_of = {annotator: len(records) for annotator, records in layer.records.items()}
        repeated += sum(map(len, layer.repeated.values())) if layer.kind == "span" else 0
        quantities.update(_quantities(layer, request))
        met, worst = _differences(layer) if request.with_differences else ({}, [])
        labels = frozenset(record.label for records in layer.records.values() for record in records)
        layers[name] = LayerContribution(layer.kind, labels, annotations_of, met, worst)
    return layers, quantities, repeated


def _differences(layer: Comparison) -> tuple[Confusion, list[Disagreement]]:
    try:
        return (
            confusion(layer) if layer.kind != "relation" else {},
            disagreements(layer) if layer.kind == "span" else [],
        )
    except TooManyBlocks:
        return {}, []


def _wanted(document: Document, request: Request) -> tuple[dict[str, AnnotationSet], tuple[str, ...]]:
    """The sets that are asked for, and the names of those that were not named and are made from others."""
    if request.annotators:
        return {name: document.sets[name] for name in sorted(request.annotators) if name in document.sets}, ()
    made = tuple(
        name
        for name, annotations in document.sets.items()
        if annotations.header.method == "adjudicated" and name != request.settings.reference
    )
    return {name: document.sets[name] for name in sorted(document.sets) if name not in made}, made


def _refuse_faults(document: Document, annotations: AnnotationSet) -> None:
    header = annotations.header
    if header.text_sha256 != document.text_sha256:
        raise UnreadableCorpus(
            f"the set of {document.id} by {header.annotator} is about another version of the text: postil check says more"
        )
    for record in annotations.annotations:
        if not record.label or not record.layer:
            raise UnreadableCorpus(f"{record.id} of {document.id} by {header.annotator} has no label: postil check says more")
    for span in annotations.spans:
        name = f"span {span.id} of {document.id} by {header.annotator}"
        if not _is_sound(span, len(document.text)):
            raise UnreadableCorpus(f"{name} has no extent in the text: postil check says more")
        if span.covered(document.text) != span.text:
            raise UnreadableCorpus(f"{name} does not cover what it says it covers: postil check says more")


def _is_sound(span: Span, length: int) -> bool:
    edges = [edge for extent in span.extents for edge in extent]
    inside = edges[0] == span.start and edges[-1] == span.end and span.start >= 0 and span.end <= length
    return inside and all(one < other for one, other in pairwise(edges))


def _layers(compared: ComparedDocument, request: Request) -> list[str]:
    """The layers of the scheme, in its order, and then others that are used."""
    used = sorted({record.layer for annotations in compared.sets.values() for record in annotations.annotations})
    known = list(dict.fromkeys([*(compared.scheme.layers if compared.scheme else ()), *used]))
    return [name for name in known if not request.layers or name in request.layers]


def _quantities(layer: Comparison, request: Request) -> Iterator[tuple[Slot, Quantities]]:
    comparisons: dict[tuple[str, str] | tuple[()], Comparison] = {(): layer}
    if request.with_pairs:
        comparisons |= {pair: layer.document.of_pair(*pair).layer(layer.layer) for pair in layer.pairs()}
    multiple = bool(layer.definition and layer.definition.multiple)
    for measure in request.measures_for(layer.kind, multiple=multiple):
        for pair, comparison in comparisons.items():
            try:
                parts = list(measure.quantities(comparison))
            except TooManyBlocks:
                parts = [("", {REFUSED: 1.0})]
            for part, found in parts:
                if not part or not pair:
                    yield Slot(layer.layer, measure.name, pair, part), found
