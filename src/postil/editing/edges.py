"""What is written onto the edges of a stretch of text, without a blank between: a word that it is part of there.

"5" in "5.3", "Tokyo" in "Tokyo-Yokohama" and "3" in "-3" are not what they were, though their own characters are.
"""

from __future__ import annotations

from postil.editing.occurrences import Extent
from postil.editing.tokens import Tokens, is_unbroken

_SIGNS_OF_NUMBERS = frozenset("-+\u2212\u00b1.")
_MOST = 4  # signs between two words that are written as one


def is_written_onto(old: Tokens, before: Extent, new: Tokens, after: Extent) -> bool:
    """Whether a word is written onto an edge now that was not written onto it before."""
    return any(_onto(new, after, side) and not _onto(old, before, side) for side in (-1, 1))


def _onto(tokens: Tokens, extent: Extent, side: int) -> str:
    """The signs and the word that are written onto an edge; empty for none."""
    covered = tokens.within(*extent)
    edge = covered[-1] if side > 0 else covered[0]
    is_at_edge = tokens.ends[edge] == extent[1] if side > 0 else tokens.starts[edge] == extent[0]
    if not is_at_edge or not tokens.is_word(edge) or is_unbroken(tokens.words[edge][0]):
        return ""
    found: list[str] = []
    token = edge
    while len(found) <= _MOST and tokens.is_attached(token + 1 if side > 0 else token):
        token += side
        found.append(tokens.words[token])
        if tokens.is_word(token):
            is_whole = len(found) > 1 and not is_unbroken(tokens.words[token][0])
            return "".join(found[::side]) if is_whole else ""
    is_number = side < 0 and bool(found) and tokens.words[edge][0].isdigit()
    return found[0] if is_number and found[0] in _SIGNS_OF_NUMBERS else ""
