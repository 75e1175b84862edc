"""F1 of relations, through the alignment of spans.

Two annotators' relations are the same when they have one layer and label, and each role is filled by spans that are aligned (see
:mod:`postil.measures.alignment`) or by relations that are the same. Where a label is symmetric, roles may be exchanged. So an
edge that is a word off, or another label of a span, does not cost a relation too. F1 = 2·|M| / (|A| + |B|), the mean over pairs
of annotators.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from graphlib import CycleError, TopologicalSorter
from types import MappingProxyType

from postil.measures import Coefficient, Measure, Quantities, Totals, coefficient
from postil.measures._items import Parts
from postil.measures._pairs import mean_f1
from postil.measures.comparison import ComparedDocument, Comparison
from postil.model import Relation
from postil.scheme import Layer

Names = dict[tuple[object, ...], str]
"""What relations are called: by layer, label, and roles with the names of what fills them."""

_NONE: Mapping[str, str] = MappingProxyType({})
_NO_RELATIONS = "neither related anything"


def relation_f1(
    one: Sequence[Relation],
    other: Sequence[Relation],
    pairing: Mapping[str, str],
    layers: Mapping[str, Layer] = MappingProxyType({}),
) -> Coefficient:
    """F1 of two annotators' relations. Undefined where neither has any. ``observed``: how many are the same.

    ``pairing``, ``layers``: as in :func:`matched_relations`.
    """
    totals = Totals.of(_quantities(one, other, matched_relations(one, other, pairing, layers), ("", "")))
    return coefficient((mean_f1(totals), _NO_RELATIONS), totals["matched", "", ""][0])


def matched_relations(
    one: Sequence[Relation],
    other: Sequence[Relation],
    pairing: Mapping[str, str],
    layers: Mapping[str, Layer],
    repeated: Mapping[str, str] = _NONE,
) -> dict[str, str]:
    """The ids of relations of one annotator, and of those of the other that are the same, each at most once.

    ``pairing``: for ids of the one's spans those of the other's that they are aligned with. ``layers``: of the scheme, by name.
    ``repeated``: for ids of the other's spans that repeat another, the id of that.
    """
    names: Names = {}
    mine = named_relations(one, pairing.get, layers, names)
    waiting: dict[str, list[str]] = {}
    # From the last one, so that the first is taken first.
    for id, name in reversed(named_relations(other, lambda of: repeated.get(of, of), layers, names).items()):
        waiting.setdefault(name, []).append(id)
    return {id: waiting[name].pop() for id, name in mine.items() if waiting.get(name)}


def named_relations(
    relations: Sequence[Relation], name_of: Callable[[str], str | None], layers: Mapping[str, Layer], names: Names
) -> dict[str, str]:
    """A name for each relation, by its id: those that are the same have the same one.

    ``name_of``: gives the name of a span by its id, if it has one. ``names``: those given so far; new ones are added. What is
    about something without a name, or in the end about itself, has none.
    """
    by_id: dict[str, Relation] = {}
    for relation in relations:
        by_id.setdefault(relation.id, relation)
    found: dict[str, str] = {}
    for id in _parts_first(by_id):
        arguments = [(role, found.get(of) if of in by_id else name_of(of)) for role, of in by_id[id].arguments()]
        named = [(role, name) for role, name in arguments if name is not None]
        if len(named) == len(arguments):
            found[id] = _name(by_id[id], named, layers, names)
    return found


def _parts_first(relations: Mapping[str, Relation]) -> Iterator[str]:
    """Their ids, each after those of the relations that it is about. Those in circles are left out."""
    about = {id: [of for _, of in relation.arguments() if of in relations] for id, relation in relations.items()}
    yield from (id for id, parts in about.items() if not parts)
    order = TopologicalSorter({id: parts for id, parts in about.items() if parts})
    with suppress(CycleError):  # what is in no circle still has its turn
        order.prepare()
    while order.is_active():
        ready = order.get_ready()
        yield from (id for id in ready if about[id])
        order.done(*ready)


def _name(relation: Relation, arguments: list[tuple[str, str]], layers: Mapping[str, Layer], names: Names) -> str:
    layer = layers.get(relation.layer)
    definition = layer.labels.get(relation.label) if layer else None
    roles = sorted([("", name) for _, name in arguments] if definition and definition.symmetric else arguments)
    # A number, lest the names of relations of relations of relations grow; no span's id has a null character.
    return names.setdefault((relation.layer, relation.label, *roles), f"\0{len(names)}")


def _quantities(
    one: Sequence[Relation], other: Sequence[Relation], matched: Mapping[str, str], pair: tuple[str, str]
) -> Quantities:
    """``("matched", a, b)``: how many are the same; ``("first", a, b)``, ``("second", a, b)``: how many each has."""
    same = len({relation.id for relation in one if relation.id in matched})
    return {("matched", *pair): float(same), ("first", *pair): float(len(one)), ("second", *pair): float(len(other))}


def _of_relations(comparison: Comparison) -> Parts:
    document = comparison.document
    layers = document.scheme.layers if document.scheme else {}
    whole: Quantities = {}
    parts: dict[str, Quantities] = {}
    for pair in comparison.pairs():
        every, others = (document.sets[name].relations for name in pair)
        matched = matched_relations(every, others, document.pairing(*pair), layers, repeated_spans(document, pair[1]))
        mine, yours = ([relation for relation in some if relation.layer == comparison.layer] for some in (every, others))
        whole |= _quantities(mine, yours, matched, pair)
        if document.settings.with_parts:
            for label in sorted({relation.label for relation in (*mine, *yours)}):
                first, second = ([relation for relation in some if relation.label == label] for some in (mine, yours))
                parts.setdefault(label, {}).update(_quantities(first, second, matched, pair))
    yield "", whole
    yield from parts.items()


def repeated_spans(document: ComparedDocument, annotator: str) -> dict[str, str]:
    """For ids of an annotator's spans, in every layer, that repeat another, the id of that."""
    layers = sorted({span.layer for span in document.sets[annotator].spans})
    return {id: kept for layer in layers for id, kept in document.layer(layer).repeated[annotator].items()}


RELATION_F1 = Measure(
    "relation-f1",
    "Relation F1",
    ("relation",),
    _of_relations,
    lambda totals, _part: (mean_f1(totals), _NO_RELATIONS),
    reading="The share of relations that two annotators have in common, between spans that are aligned. Chance is not taken off.",
    is_default=True,
    rank=1,
)
