"""F1 of relations, through the alignment of spans.

Two annotators' relations are the same when they have one layer and label, and each role is filled by spans that are aligned (see
:mod:`postil.measures.alignment`) or by relations that are the same. Where a label is symmetric, roles may be exchanged. So an
edge that is a word off, or another label of a span, does not cost a relation too. F1 = 2·|M| / (|A| + |B|), the mean over pairs
of annotators.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from postil.measures import Measure, Quantities, Totals, Valued, ratio
from postil.measures._items import Parts
from postil.measures._pairs import mean_over_pairs, pairs
from postil.measures.comparison import Comparison
from postil.model import Relation
from postil.scheme import Layer

Signature = tuple[object, ...]


def matched_relations(
    one: Sequence[Relation], other: Sequence[Relation], pairing: Mapping[str, str], layers: Mapping[str, Layer]
) -> dict[str, str]:
    """The ids of relations of one annotator, and of those of the other that are the same, each at most once.

    ``pairing``: for ids of the one's spans those of the other's that they are aligned with. ``layers``: of the scheme, by name.
    """
    ids = dict(pairing)
    found: dict[str, str] = {}
    while True:  # relations of relations are the same once those are
        waiting: dict[Signature, list[str]] = {}
        for relation in other:
            if relation.id not in found.values():
                waiting.setdefault(_signature(relation, {}, layers), []).append(relation.id)
        before = len(found)
        for relation in one:
            if relation.id not in found and all(id in ids for _, id in relation.arguments()):
                alike = waiting.get(_signature(relation, ids, layers))
                if alike:
                    found[relation.id] = ids[relation.id] = alike.pop(0)
        if len(found) == before:
            return found


def _signature(relation: Relation, ids: Mapping[str, str], layers: Mapping[str, Layer]) -> Signature:
    layer = layers.get(relation.layer)
    definition = layer.labels.get(relation.label) if layer else None
    arguments = sorted(
        ("" if definition and definition.symmetric else role, ids.get(id, id)) for role, id in relation.arguments()
    )
    return (relation.layer, relation.label, *arguments)


def _of_relations(comparison: Comparison) -> Parts:
    document = comparison.document
    layers = document.scheme.layers if document.scheme else {}
    whole: Quantities = {}
    parts: dict[str, Quantities] = {}
    for pair in comparison.pairs():
        mine, yours = ([one for one in document.sets[name].relations if one.layer == comparison.layer] for name in pair)
        every, others = (document.sets[name].relations for name in pair)
        matched = matched_relations(every, others, document.pairing(*pair), layers)
        for label in ["", *sorted({relation.label for relation in (*mine, *yours)})]:
            first, second = ([one for one in some if label in ("", one.label)] for some in (mine, yours))
            found: Quantities = {
                ("matched", *pair): float(sum(relation.id in matched for relation in first)),
                ("first", *pair): float(len(first)),
                ("second", *pair): float(len(second)),
            }
            (parts.setdefault(label, {}) if label else whole).update(found)
    yield "", whole
    if document.settings.with_parts:
        yield from parts.items()


def _value(totals: Totals, _part: str) -> Valued:
    values = (
        ratio(2 * totals["matched", *pair], totals["first", *pair] + totals["second", *pair]) for pair in pairs(totals, "first")
    )
    return mean_over_pairs(values, len(totals[()])), "neither related anything"


RELATION_F1 = Measure(
    "relation-f1",
    "Relation F1",
    ("relation",),
    _of_relations,
    _value,
    reading="The share of relations that two annotators have in common, between spans that are aligned. Chance is not taken off.",
    is_default=True,
    rank=1,
)
