"""Krippendorff's alpha of attributes, on spans that are aligned.

An item is a block of the best alignment of all annotators; each annotator's value is that of his span in it, and missing where
he has none or the attribute is not for its label. What is left out has the scheme's default, or else "nothing" as its value.
Numbers are compared by the interval metric, values that may be several as sets (MASI 2006), all others as names. A reference
names the block that its span is in, so that two annotators who refer to aligned spans agree.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from postil.measures import Measure, Quantities, Totals, Unit, Valued
from postil.measures._items import PERFECT, Parts
from postil.measures.comparison import Comparison
from postil.measures.krippendorff_alpha import alpha, coincidences
from postil.measures.set_valued_alpha import set_alpha
from postil.model import Span
from postil.scheme import Attribute

NUMBERS, SETS, NAMES = "numbers", "sets", "names"
_NOTHING = "(nothing)"


def _of_attributes(comparison: Comparison) -> Parts:
    if not comparison.definition:
        return
    spans = [{span.id: span for span in spans} for spans in comparison.spans.values()]
    for name, attribute in comparison.definition.attributes.items():
        blocks = [_blocks(comparison, number) if attribute.type == "reference" else {} for number in range(len(spans))]
        rows = [
            [_value_of(unit, by_id, name, attribute, refers) for unit in row]
            for row, by_id, refers in zip(comparison.rows, spans, blocks, strict=True)
        ]
        kind = SETS if attribute.multiple else NUMBERS if attribute.type in ("integer", "number") else NAMES
        found: Quantities = {(f"o {kind}", *key[1:]): value for key, value in coincidences(rows).items()}
        yield name, found


def _value_of(unit: Unit | None, spans: Mapping[str, Span], name: str, attribute: Attribute, blocks: Mapping[str, str]) -> Any:
    if unit is None or not attribute.is_on(unit.label):
        return None
    value = spans[unit.id].attributes.get(name, attribute.default)
    if attribute.multiple:
        return frozenset(blocks.get(one, one) if isinstance(one, str) else one for one in _listed(value))
    if attribute.type in ("integer", "number"):
        return value if isinstance(value, int | float) and not isinstance(value, bool) else None
    if value is None:
        return _NOTHING
    return blocks.get(value, value) if isinstance(value, str) else value


def _listed(value: Any) -> tuple[Any, ...]:
    if value is None:
        return ()
    return tuple(value) if isinstance(value, list | tuple) else (value,)


def _blocks(comparison: Comparison, number: int) -> dict[str, str]:
    """For the ids of one annotator's spans, in every layer, a name of the block that each is in."""
    document = comparison.document
    annotator = comparison.annotators[number]
    found = {}
    for layer in sorted({span.layer for span in document.sets[annotator].spans}):
        for column, unit in enumerate(document.layer(layer).rows[number]):
            if unit:
                found[unit.id] = f"{layer} {column}"
    # a span that nobody else has is a value that nobody else can have
    return {span.id: found.get(span.id, f"{annotator} {span.id}") for span in document.sets[annotator].spans}


def _value(totals: Totals, _part: str) -> Valued:
    for kind in (SETS, NUMBERS, NAMES):
        keys = totals.keys(f"o {kind}")
        if keys:
            renamed = totals.renamed({key: ("o", *key[1:]) for key in keys})
            return set_alpha(renamed) if kind == SETS else alpha(renamed, "interval" if kind == NUMBERS else "nominal")
    return alpha(totals)


ATTRIBUTE_ALPHA = Measure(
    "attribute-alpha",
    "Krippendorff's alpha (α) of attributes",
    ("span",),
    _of_attributes,
    _value,
    reading=f"What annotators say of spans that are aligned, attribute by attribute. {PERFECT}",
    parts="attribute",
    is_default=True,
    rank=5,
)
