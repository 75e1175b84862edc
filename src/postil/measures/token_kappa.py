"""Cohen's kappa over tokens, for comparison with older figures.

An item is a token, its value the set of labels of the spans over it. Most tokens have none, and that many agree in this makes
both the agreement and the chance of it high: the value says more of how sparse the spans are than the other measures do, and
tokens of one span are no independent judgements.

A token is a word, which is letters and digits with the marks on them (vowels of Devanagari or Arabic), or any other visible
character. In scripts without blanks between words (Chinese, Japanese, Thai, …) each letter with its marks is one.
"""

from __future__ import annotations

from postil.measures import Measure, Quantities
from postil.measures._items import PERFECT, Parts, coded_tokens
from postil.measures._pairs import contingencies
from postil.measures.cohen_kappa import value
from postil.measures.comparison import Comparison


def _of_tokens(comparison: Comparison) -> Parts:
    rows = dict(zip(comparison.annotators, coded_tokens(comparison), strict=True))
    found: Quantities = {}
    for one, other in comparison.pairs():
        found |= contingencies([rows[one], rows[other]], (one, other))
    yield "", found


TOKEN_KAPPA = Measure(
    "token-kappa",
    "Cohen's kappa (κ) over tokens",
    ("span",),
    _of_tokens,
    lambda totals, _part: value(totals),
    reading=f"Which labels each token is under. For comparison with older figures only. {PERFECT}",
    grows_with_empty_text=True,
)
