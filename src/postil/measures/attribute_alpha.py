"""Krippendorff's alpha of attributes, on spans that are aligned.

An item is a block of the best alignment of all annotators; each annotator's value is that of his span in it, and missing where
he has none or the attribute is not for its label. What is left out has the scheme's default, or else "nothing" as its value.

- *Numbers* are compared by the interval metric. "Nothing" is no number: without a default, what one annotator leaves out is
  missing and no disagreement. So is what is no finite number (a string, a boolean), and one beyond ±10^100, whose square has no
  place; one within ±10^-100 is 0.
- Values that may be *several* are compared as sets (MASI 2006); ``null`` is no member.
- All others are *names*. What the scheme does not allow, a list or another type, is one more name: its JSON.

A reference names the block that its span is in, so that two annotators who refer to aligned spans agree; a span that nobody
else has is what nobody else can mean. A relation stands for what it relates. What is referred to is of one document, and never
the same as in another; words that the scheme allows beside ids are the same everywhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite
from typing import Any

from postil.measures import Measure, Totals, Unit, Valued
from postil.measures._coding import render
from postil.measures._items import PERFECT, Parts
from postil.measures._local_values import Local, Name, name_alpha, name_quantities, set_alpha_of, set_quantities
from postil.measures.comparison import Comparison
from postil.measures.krippendorff_alpha import alpha, coincidences
from postil.measures.relation_f1 import Names, named_relations, repeated_spans
from postil.model import Span
from postil.scheme import Attribute

_MOST, _LEAST = 1e100, 1e-100


def _of_attributes(comparison: Comparison) -> Parts:
    if not comparison.definition:
        return
    attributes = comparison.definition.attributes
    has_references = any(attribute.type == "reference" for attribute in attributes.values())
    referents = _referents(comparison) if has_references else [{} for _ in comparison.annotators]
    spans = [{span.id: span for span in spans} for spans in comparison.spans.values()]
    for name, attribute in attributes.items():
        rows = [
            [_said(unit, by_id, name, attribute, of) for unit in row]
            for row, by_id, of in zip(comparison.rows, spans, referents, strict=True)
        ]
        if attribute.multiple:
            yield name, set_quantities(rows)
        else:
            yield name, coincidences(rows) if _is_number(attribute) else name_quantities(rows)


def _is_number(attribute: Attribute) -> bool:
    return attribute.type in ("integer", "number")


def _said(unit: Unit | None, spans: Mapping[str, Span], name: str, attribute: Attribute, referents: Mapping[str, Local]) -> Any:
    """What an annotator says of a span: a number, a set of names or a name; ``None`` where there is no value."""
    if unit is None or not attribute.is_on(unit.label):
        return None
    value = spans[unit.id].attributes.get(name, attribute.default)
    if attribute.multiple:
        members = value if isinstance(value, list | tuple) else [value]
        return frozenset(_named(member, attribute, referents) for member in members if member is not None)
    return _number(value) if _is_number(attribute) else _named(value, attribute, referents)


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not -_MOST <= value <= _MOST:
        return None
    return 0.0 if -_LEAST < value < _LEAST else float(value)


def _named(value: Any, attribute: Attribute, referents: Mapping[str, Local]) -> Name:
    if attribute.type == "reference" and isinstance(value, str) and value not in attribute.values:
        return referents.get(value, Local(value))
    return str(value) if isinstance(value, float) and not isfinite(value) else render(value)


def _referents(comparison: Comparison) -> list[dict[str, Local]]:
    """For each annotator what the ids of his annotations, in every layer, stand for."""
    document = comparison.document
    layers = document.scheme.layers if document.scheme else {}
    related: Names = {}
    found = []
    for number, (annotator, marked) in enumerate(document.sets.items()):
        # a span that nobody else has is a value that nobody else can have
        names = {span.id: f"{annotator}\0{span.id}" for span in marked.spans}
        for layer in sorted({span.layer for span in marked.spans}):
            row = document.layer(layer).rows[number]
            names |= {unit.id: f"{column}\0{layer}" for column, unit in enumerate(row) if unit}
        names |= {id: names[kept] for id, kept in repeated_spans(document, annotator).items()}
        names |= {record.id: f"\0{record.layer}\0{record.label}" for record in marked.labels}
        names |= named_relations(marked.relations, names.get, layers, related)
        found.append({id: Local(name) for id, name in names.items()})
    return found


def _value(totals: Totals, _part: str) -> Valued:
    if totals.keys("o"):
        return alpha(totals, "interval")
    return set_alpha_of(totals) if totals.keys("n-sets") else name_alpha(totals)


ATTRIBUTE_ALPHA = Measure(
    "attribute-alpha",
    "Krippendorff's alpha (α) of attributes",
    ("span",),
    _of_attributes,
    _value,
    reading=(
        "What annotators say of spans that are aligned, attribute by attribute. What is left out counts as saying nothing, "
        f"or as the default; a number that is left out, and has none, is not compared. {PERFECT}"
    ),
    parts="attribute",
    is_default=True,
    rank=5,
)
