"""What a corpus may have and a format may be unable to hold.

A :class:`Feature` knows how to do without itself: it takes a document and gives it back without whatever has the feature,
counting each thing that went. A format declares what it keeps; every feature that it does not keep is taken out, in the order of
:data:`FEATURES`, before its writer sees a document. So the table of what formats keep, the report of what an export loses and
the property that ``read(write(document))`` gives the reduced document back all come from that one declaration.

What is taken out takes along what cannot be without it: a relation one of whose ends went, a note on it, an attribute that
names it.
"""

from __future__ import annotations

from collections.abc import Sequence

from postil.exchange.features._feature import (
    LABEL_LAYER,
    RELATION_LAYER,
    ROLES,
    SPAN_LAYER,
    Feature,
    Lane,
    Policy,
    Reduce,
    Reducing,
    reduced,
)
from postil.exchange.features._geometry import CROSSING, CUT, DISCONTINUITY, NESTED, OVER_SENTENCES, STACKED
from postil.exchange.features._limits import characters, names_like, names_made_by
from postil.exchange.features._relations import N_ARY, ON_RELATIONS, RELATIONS, ROLE_NAMES
from postil.exchange.features._surroundings import ANNOTATORS, DOCUMENT_IDS, IDS, IGNORES, LAYERS, METADATA, STATE, UNKNOWN
from postil.exchange.features._taking_out import (
    changed_annotations,
    in_each_set,
    lose,
    taken_out,
    without_records,
    without_repeats,
    without_values,
)
from postil.exchange.features._text import TEXT, with_text
from postil.exchange.features._values import (
    ATTRIBUTES,
    CONFIDENCE,
    DOCUMENT_LABELS,
    DOCUMENT_NOTES,
    LABEL_ATTRIBUTES,
    LISTS,
    NOTES,
    RELATION_ATTRIBUTES,
    REMARKS,
    TYPES,
)

FEATURES: tuple[Feature, ...] = (
    ANNOTATORS, UNKNOWN, DOCUMENT_LABELS, N_ARY, RELATIONS, ON_RELATIONS, DISCONTINUITY, CUT, OVER_SENTENCES, CROSSING, STACKED,
    NESTED, ROLE_NAMES, LAYERS, ATTRIBUTES, RELATION_ATTRIBUTES, LABEL_ATTRIBUTES, LISTS, TYPES, CONFIDENCE, REMARKS, NOTES,
    DOCUMENT_NOTES, METADATA, DOCUMENT_IDS, STATE, IGNORES, IDS, TEXT,
)  # fmt: skip
"""Every feature, in the order in which they are taken out."""

EVERYTHING = frozenset(FEATURES)


def to_take_out(keeps: frozenset[Feature], limits: Sequence[Feature] = ()) -> list[Feature]:
    """The features that have to go, in order: what is not kept, then the limits, and the text last of all.

    A limit that equals a feature (by its key) is how this format does without it, in place of the common way.
    """
    missing = [feature for feature in FEATURES if feature not in keeps and feature not in limits and feature is not TEXT]
    return [*missing, *limits, *([TEXT] if TEXT not in keeps else [])]


__all__ = [
    "ANNOTATORS",
    "ATTRIBUTES",
    "CONFIDENCE",
    "CROSSING",
    "CUT",
    "DISCONTINUITY",
    "DOCUMENT_IDS",
    "DOCUMENT_LABELS",
    "DOCUMENT_NOTES",
    "EVERYTHING",
    "FEATURES",
    "IDS",
    "IGNORES",
    "LABEL_ATTRIBUTES",
    "LABEL_LAYER",
    "LAYERS",
    "LISTS",
    "METADATA",
    "NESTED",
    "NOTES",
    "N_ARY",
    "ON_RELATIONS",
    "OVER_SENTENCES",
    "RELATIONS",
    "RELATION_ATTRIBUTES",
    "RELATION_LAYER",
    "REMARKS",
    "ROLES",
    "ROLE_NAMES",
    "SPAN_LAYER",
    "STACKED",
    "STATE",
    "TEXT",
    "TYPES",
    "UNKNOWN",
    "Feature",
    "Lane",
    "Policy",
    "Reduce",
    "Reducing",
    "changed_annotations",
    "characters",
    "in_each_set",
    "lose",
    "names_like",
    "names_made_by",
    "reduced",
    "taken_out",
    "to_take_out",
    "with_text",
    "without_records",
    "without_repeats",
    "without_values",
]
