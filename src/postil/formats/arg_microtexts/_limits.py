"""What an argument graph cannot hold beyond what formats can be unable to hold in general."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right

from msgspec.structs import replace

from postil.corpus import Document
from postil.exchange.features import DOCUMENT_LABELS, Feature, Reducing, in_each_set, lose, names_made_by, taken_out
from postil.formats._argument import Meaning, meaning_of
from postil.formats.arg_microtexts._vocabulary import BLANKS, EDU, GRAPH_ATTRIBUTES
from postil.model import AnnotationSet, Relation
from postil.segmentation import Extent

_NO_NAME = re.compile(r"[^A-Za-z0-9_.\-\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u0131]")
_TYPES: dict[Meaning, str] = {"support": "sup", "attack": "reb"}
_TYPES_OF_EDGES = ("sup", "exa", "add", "reb", "und")


def _attribute_name(name: str) -> str:
    plain = _NO_NAME.sub("_", name)
    is_whole = plain[:1] == "_" or (plain[:1].isalpha() and not plain.lower().startswith("xml"))
    return plain if is_whole else f"_{plain}"


def _with_graph_labels(annotations: AnnotationSet, _document: Document, reducing: Reducing) -> AnnotationSet:
    kept: dict[str, str] = {}
    doomed = []
    for label in annotations.labels:
        if label.layer in GRAPH_ATTRIBUTES and label.layer not in kept:
            kept[label.layer] = label.id
        else:
            lose(reducing, GRAPH_LABELS.title, annotations, label)
            doomed.append(label.id)
    return taken_out(annotations, doomed, reducing)


def _without_outer_blanks(annotations: AnnotationSet, document: Document, reducing: Reducing) -> AnnotationSet:
    spans, doomed = [], []
    for span in annotations.spans:
        extents = _trimmed(span.extents, document.text)
        if extents == span.extents:
            spans.append(span)
            continue
        lose(reducing, OUTER_BLANKS.title, annotations, span)
        if not extents:
            doomed.append(span.id)
            continue
        spans.append(span.at(extents, document.text))
    gone = [span for span in annotations.spans if span.id in set(doomed)]
    return taken_out(replace(annotations, spans=(*spans, *gone)), doomed, reducing)


def _trimmed(extents: tuple[Extent, ...], text: str) -> tuple[Extent, ...]:
    """Extents without white space at their edges; those between which there is nothing else are one."""
    found: list[Extent] = []
    for start, end in extents:
        covered = text[start:end]
        first = start + len(covered) - len(covered.lstrip(BLANKS))
        last = start + len(covered.rstrip(BLANKS))
        if first >= last:
            continue
        if found and not text[found[-1][1] : first].strip(BLANKS):
            found[-1] = (found[-1][0], last)
        else:
            found.append((first, last))
    return tuple(found)


def _with_whole_units(annotations: AnnotationSet, _document: Document, reducing: Reducing) -> AnnotationSet:
    edges = sorted({edge for span in annotations.spans for extent in span.extents for edge in extent})
    seen: set[Extent] = set()
    doomed = []
    for span in annotations.spans:
        if span.layer != EDU:
            continue
        is_cut = bool(span.fragments) or bisect_right(edges, span.start) < bisect_left(edges, span.end)
        if is_cut or (span.start, span.end) in seen:
            lose(reducing, WHOLE_UNITS.title, annotations, span)
            doomed.append(span.id)
        seen.add((span.start, span.end))
    return taken_out(annotations, doomed, reducing)


def _with_edge_types(annotations: AnnotationSet, _document: Document, reducing: Reducing) -> AnnotationSet:
    ties = {relation.id for relation in annotations.relations}

    def typed(relation: Relation) -> Relation:
        meaning = meaning_of(relation.label)
        if relation.label in _TYPES_OF_EDGES or meaning not in _TYPES:
            return relation
        lose(reducing, RELATION_LABELS.title, annotations, relation, stops=False)
        undercuts = meaning == "attack" and relation.args.get("to") in ties
        return replace(relation, label="und" if undercuts else _TYPES[meaning])

    return replace(annotations, relations=tuple(map(typed, annotations.relations)))


ATTRIBUTE_NAMES = names_made_by(
    _attribute_name, "attribute names of XML", "names that XML attributes cannot have", of=("attribute",)
)  # fmt: skip
GRAPH_LABELS = Feature(DOCUMENT_LABELS.key, "document labels but one topic and one stance", in_each_set(_with_graph_labels))
OUTER_BLANKS = Feature("outer blanks", "white space at the edges of spans", in_each_set(_without_outer_blanks))
WHOLE_UNITS = Feature(
    "whole units", "discourse units that other spans cut, or that are there twice", in_each_set(_with_whole_units)
)
RELATION_LABELS = Feature(
    "edge types", "words for support and attack, which become sup, reb and und", in_each_set(_with_edge_types), stops=False
)
