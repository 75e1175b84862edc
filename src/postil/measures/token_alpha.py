"""Krippendorff's alpha over tokens, with sets of labels (MASI 2006) where they overlap: see :mod:`.token_kappa`."""

from __future__ import annotations

from postil.measures import Measure
from postil.measures._items import PERFECT, Parts, coded_tokens
from postil.measures.comparison import Comparison
from postil.measures.set_valued_alpha import set_alpha, set_coincidences


def _of_tokens(comparison: Comparison) -> Parts:
    yield "", set_coincidences(coded_tokens(comparison))


TOKEN_ALPHA = Measure(
    "token-alpha",
    "Krippendorff's alpha (α) of sets over tokens, MASI 2006",
    ("span",),
    _of_tokens,
    lambda totals, _part: set_alpha(totals),
    reading=f"Which labels each token is under, sets that share some counting as nearer. For comparison only. {PERFECT}",
    grows_with_empty_text=True,
)
