"""What a feature is, and what there is to know while a document is reduced."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Literal

import msgspec

from postil.corpus import Document
from postil.exchange.losses import Losses
from postil.exchange.tokens import Tokens
from postil.scheme import Scheme

Lane = Literal["document", "rows", "layer", "label"]
"""Which spans compete for one place: all of the document, those of one layer, or those of one label of one layer.

``rows``: all of the document but tokens and sentences, which a format that is made of them holds as such.
"""

Policy = Literal["longest", "outermost", "innermost"]
"""Which of two spans that overlap is kept where a format holds only one."""

SPAN_LAYER, RELATION_LAYER, LABEL_LAYER = "span", "relation", "label"
"""The layers of what comes from a format that has none."""

ROLES = ("from", "to")
"""The roles of relations from a format that only knows their direction."""


class Reducing(msgspec.Struct):
    """What there is to know while a document is reduced. ``options``: those of the format, on which its limits may depend."""

    scheme: Scheme
    losses: Losses
    tokens: Tokens
    lane: Lane = "document"
    policy: Policy = "longest"
    names: dict[tuple[str, str], dict[str, str]] = {}  # what a limit made of names, by the limit and what is named
    options: dict[str, Any] = {}


Reduce = Callable[[Document, Reducing], Document]


class Feature(msgspec.Struct, frozen=True):
    """Something that a corpus may have. ``key``: its short name in tables; ``title``: in words, in the plural.

    ``without``: the document without it. ``stops``: whether an export asks before it loses such a thing: not where the corpus
    gives it again when the file comes back (ids), or where it was never about the text.
    """

    key: str
    title: str
    without: Reduce
    stops: bool = True

    def __hash__(self) -> int:
        return hash(self.key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Feature) and self.key == other.key


def reduced(document: Document, features: Iterable[Feature], reducing: Reducing) -> Document:
    """The document without any of these features, applied in this order."""
    for feature in features:
        document = feature.without(document, reducing)
    return document
