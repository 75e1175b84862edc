from __future__ import annotations

from collections.abc import Iterator

from postil.rules import Example, Problem, set_rule
from postil.rules.examples import span
from postil.rules.set_view import SetView
from postil.rules.span._edges import bad_edges
from postil.rules.span._moving import moving_fix
from postil.text import cuts_grapheme, has_clusters, quote

_LONGEST = 60  # code points of a character that a fix takes in


@set_rule(
    "SPN006",
    Example(text="Ein Gruß 👩‍👩‍👧 aus Köln.\n", records=(span("s1", "FACT", 0, 14),)),
    Example(text="Ein Gruß 👩‍👩‍👧 aus Köln.\n", records=(span("s1", "FACT", 0, 10),), finds=("s1",)),
    Example(text="Die 🇮🇳🇯🇵 Gespräche.\n", records=(span("s1", "FACT", 0, 6),)),
    Example(text="Die 🇮🇳🇯🇵 Gespräche.\n", records=(span("s1", "FACT", 0, 5),), finds=("s1",)),
    proof=lambda batch: not has_clusters(batch.unusual),
)
def check(view: SetView) -> Iterator[Problem]:
    """A span must not begin or end inside what a reader sees as one character.

    A letter with its accents, an emoji with its skin tone, a syllable of Devanagari are several code points and one character (an
    extended grapheme cluster, UAX #29). Half of one is not text.

    Move the edge (``--unsafe-fixes`` takes in the whole character), or
    set ``unit = "character"`` for the layer where code points are meant.
    """
    text = view.text or ""
    if not has_clusters(view.document.unusual):
        return
    for span_, key, at in bad_edges(view, {"word", "grapheme"}, lambda offset: cuts_grapheme(text, offset)):
        extents = [(_at_edge(text, start, -1), _at_edge(text, end, 1)) for start, end in span_.extents]
        fix = moving_fix(view, span_, "take in the whole character", extents, is_safe=False)
        yield view.problem(span_, f"{key} {at} is inside a character: {quote(text[at - 1 : at + 1])}", key, fix=fix)


def _at_edge(text: str, at: int, step: int) -> int:
    start = at
    while abs(at - start) < _LONGEST and cuts_grapheme(text, at):
        at += step
    return at
