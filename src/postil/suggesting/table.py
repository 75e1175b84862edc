"""What pipelines call the labels of the scheme: ``from`` in ``scheme.toml``, and each label's own name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from typing import NamedTuple

from postil.scheme import Layer, LayerKind, Scheme, Source


class Target(NamedTuple):
    """A label of a layer."""

    layer: str
    label: str


class Table:
    """The labels of a scheme by what pipelines call them. ``layers``: only these; empty: all."""

    def __init__(self, scheme: Scheme, layers: Collection[str] = ()) -> None:
        self._layers = {name: layer for name, layer in scheme.layers.items() if not layers or name in layers}
        self.unknown: Counter[str] = Counter()

    def targets(self, source: Source, called: str, kind: LayerKind = "span", group: str = "") -> list[Target]:
        """The labels that a pipeline calls so, one of a layer at most; what no layer has is counted as ``unknown``."""
        fitting = self.layers(source, kind, group)
        found = [Target(name, label) for name, layer in fitting.items() if (label := _label(layer, called))]
        if not found:
            self.unknown[called] += 1
        return found

    def layers(self, source: Source, kind: LayerKind = "span", group: str = "") -> dict[str, Layer]:
        """The layers of a kind that are filled from this part of a pipeline (from this group of spans)."""
        return {
            name: layer
            for name, layer in self._layers.items()
            if (layer.kind, layer.source) == (kind, source) and (not group or layer.group == group)
        }


def _label(layer: Layer, called: str) -> str:
    """The label of a layer that is called so, rather by ``from`` than by its own name; empty for none."""
    sourced = (label for label, definition in layer.labels.items() if called in definition.sources)
    return next(sourced, called if called in layer.labels else "")
