"""The layer whose labels a sentence is given: a column ``label`` of ``sentences``, and what a classifier of sentences learns."""

from __future__ import annotations

from postil.errors import PostilError
from postil.exchange.tokens import SENTENCE_LAYER, TOKEN_LAYER
from postil.scheme import Scheme
from postil.text import listing

NONE = 'no label of a sentence: no layer of spans has within = "sentence"'
"""What is said of an export without one."""
CHOOSE = "--sentence-layer NAME says which layer labels a sentence"


def sentence_layer(scheme: Scheme, chosen: str = "") -> str | None:
    """The one that was chosen, else the first whose spans stay within a sentence.

    Raises :class:`~postil.errors.PostilError` where none of spans is called so.
    """
    layers = scheme.layers_of_kind("span")
    if chosen and chosen not in layers:
        raise PostilError(f"--sentence-layer {chosen}: there is no such layer of spans: there are {listing(layers, 'and')}")
    inside = (name for name, layer in layers.items() if layer.within == "sentence" and name not in (TOKEN_LAYER, SENTENCE_LAYER))
    return chosen or next(inside, None)
