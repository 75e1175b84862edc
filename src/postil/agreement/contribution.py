"""What one document adds to a comparison of annotators."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise
from types import MappingProxyType
from typing import NamedTuple

from postil.agreement.disagreements import Confusion, confusion, disagreements
from postil.agreement.report import Disagreement
from postil.agreement.request import Request
from postil.corpus import Document
from postil.errors import PostilError, UnreadableCorpus
from postil.measures import Quantities
from postil.measures._units import TooManyBlocks
from postil.measures.comparison import ComparedDocument, Comparison
from postil.model import AnnotationSet, Span
from postil.scheme import Scheme


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


class Contribution(NamedTuple):
    """What a document adds. ``left_out``: why it was not compared, if it was not.

    ``group``: documents with the same one are no independent evidence. ``adjudicated``: sets that were left out since they were
    made from others. ``repeated``: annotations that repeat another of their set in place and label.
    """

    document: str
    group: str
    left_out: str = ""
    annotators: tuple[str, ...] = ()
    adjudicated: tuple[str, ...] = ()
    characters: int = 0
    repeated: int = 0
    layers: Mapping[str, LayerContribution] = MappingProxyType({})
    quantities: Mapping[Slot, Quantities] = MappingProxyType({})


def contribution(document: Document, scheme: Scheme | None, request: Request) -> Contribution:
    """Compare the annotators of a document, if two or more of those who are asked for have finished it.

    Raises :class:`~postil.errors.UnreadableCorpus` for a set that is about another text, or has spans that cannot be compared.
    """
    group = document.metadata.group or document.id
    wanted, adjudicated = _wanted(document, request)
    complete = {name: annotations for name, annotations in wanted.items() if annotations.header.status == "complete"}
    reference = request.settings.reference
    if reference and wanted and reference not in complete:
        return Contribution(document.id, group, f"no complete set by {reference}", adjudicated=adjudicated)
    if len(complete) < 2:
        reason = "sets not finished" if len(wanted) > 1 else "fewer than two sets"
        return Contribution(document.id, group, reason, adjudicated=adjudicated)
    for marked in complete.values():
        _refuse_faults(document, marked)
    compared = ComparedDocument(document.id, document.text, complete, scheme, request.settings)
    layers, quantities, repeated = _contributed(compared, request)
    return Contribution(document.id, group, "", tuple(complete), adjudicated, len(document.text), repeated, layers, quantities)


def _contributed(
    compared: ComparedDocument, request: Request
) -> tuple[dict[str, LayerContribution], dict[Slot, Quantities], int]:
    layers: dict[str, LayerContribution] = {}
    quantities: dict[Slot, Quantities] = {}
    repeated = 0
    for name in _layers(compared, request):
        layer = compared.layer(name)
        annotations_of = _counts(layer)
        repeated += sum(annotations_of.values()) - sum(map(len, layer.spans.values())) if layer.kind == "span" else 0
        try:
            quantities.update(_quantities(layer, request))
            layers[name] = LayerContribution(
                layer.kind,
                frozenset(one.label for marked in compared.sets.values() for one in marked.annotations if one.layer == name),
                annotations_of,
                confusion(layer) if layer.kind != "relation" else {},
                disagreements(layer) if layer.kind == "span" else [],
            )
        except TooManyBlocks as error:
            raise PostilError(f"{compared.name}, {name}: {error}; compare fewer annotators, two by two") from error
    return layers, quantities, repeated


def _wanted(document: Document, request: Request) -> tuple[dict[str, AnnotationSet], tuple[str, ...]]:
    """The sets that are asked for, and the names of those that were not named and are made from others."""
    if request.annotators:
        return {name: document.sets[name] for name in sorted(request.annotators) if name in document.sets}, ()
    made = tuple(name for name, annotations in document.sets.items() if annotations.header.method == "adjudicated")
    return {name: document.sets[name] for name in sorted(document.sets) if name not in made}, made


def _refuse_faults(document: Document, annotations: AnnotationSet) -> None:
    header = annotations.header
    if header.text_sha256 != document.text_sha256:
        raise UnreadableCorpus(
            f"the set of {document.id} by {header.annotator} is about another version of the text: postil check says more"
        )
    for span in annotations.spans:
        if not _is_sound(span, len(document.text)):
            raise UnreadableCorpus(
                f"span {span.id} of {document.id} by {header.annotator} has no extent in the text: postil check says more"
            )


def _is_sound(span: Span, length: int) -> bool:
    edges = [edge for extent in span.extents for edge in extent]
    inside = edges[0] == span.start and edges[-1] == span.end and span.start >= 0 and span.end <= length
    return inside and all(one < other for one, other in pairwise(edges))


def _layers(compared: ComparedDocument, request: Request) -> list[str]:
    """The layers of the scheme, in its order, and then others that are used."""
    used = sorted({record.layer for annotations in compared.sets.values() for record in annotations.annotations})
    known = list(dict.fromkeys([*(compared.scheme.layers if compared.scheme else ()), *used]))
    return [name for name in known if not request.layers or name in request.layers]


def _counts(layer: Comparison) -> dict[str, int]:
    return {
        name: sum(record.layer == layer.layer for record in annotations.annotations)
        for name, annotations in layer.document.sets.items()
    }


def _quantities(layer: Comparison, request: Request) -> Iterator[tuple[Slot, Quantities]]:
    comparisons: dict[tuple[str, str] | tuple[()], Comparison] = {(): layer}
    if request.with_pairs:
        comparisons |= {pair: layer.document.of_pair(*pair).layer(layer.layer) for pair in layer.pairs()}
    multiple = bool(layer.definition and layer.definition.multiple)
    for measure in request.measures_for(layer.kind, multiple=multiple):
        for pair, comparison in comparisons.items():
            for part, found in measure.quantities(comparison):
                if not part or not pair:
                    yield Slot(layer.layer, measure.name, pair, part), found
