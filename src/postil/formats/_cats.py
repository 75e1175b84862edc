"""Categories of a document with a number for each, as spaCy has them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from postil.exchange.incoming import Incoming
from postil.scheme import LabelDefinition, Layer


def chosen_cats(
    cats: Mapping[Any, Any], incoming: Incoming, shown: str, known: Collection[str] = ()
) -> Iterator[tuple[str, float | None]]:
    """The categories of 0.5 and more, each with its number where that is not 1.

    All that are there are declared as labels, but for those that are ``known``: of a scheme that there is already.
    """
    declared = incoming.declared.get(incoming.label_layer)
    labels = dict(declared.labels) if declared else {}
    for name, value in cats.items():
        if not isinstance(name, str) or not isinstance(value, int | float) or not 0 <= value <= 1:
            incoming.losses.add("cats that are no number from 0 to 1", shown, f"{name}={value}")
            continue
        if name not in known:
            labels.setdefault(name, LabelDefinition())
        if value >= 0.5:
            yield name, None if value == 1 else float(value)
        elif value > 0:
            incoming.losses.add("cats under 0.5", shown, f"{name}={value}", stops=False)
    if labels:
        incoming.declared[incoming.label_layer] = Layer("label", labels=labels, multiple=True)
