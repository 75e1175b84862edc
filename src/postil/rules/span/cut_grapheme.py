from __future__ import annotations

from collections.abc import Iterator

from postil.rules import Example, Problem, set_rule
from postil.rules.examples import span
from postil.rules.views import SetView
from postil.text import cuts_grapheme, quote


@set_rule(
    "SPN006",
    Example(text="Ein Gruß 👩‍👩‍👧 aus Köln.\n", records=(span("s1", "FACT", 0, 14),)),
    Example(text="Ein Gruß 👩‍👩‍👧 aus Köln.\n", records=(span("s1", "FACT", 0, 10),), finds=("s1",)),
    Example(text="Die 🇮🇳🇯🇵 Gespräche.\n", records=(span("s1", "FACT", 0, 6),)),
    Example(text="Die 🇮🇳🇯🇵 Gespräche.\n", records=(span("s1", "FACT", 0, 5),), finds=("s1",)),
)
def check(view: SetView) -> Iterator[Problem]:
    """A span must not begin or end inside what a reader sees as one character.

    A letter with its accents, an emoji with its skin tone, a syllable of Devanagari are several code points and one character (an
    extended grapheme cluster, UAX #29). Half of one is not text.

    Move the edge, or set ``unit = "character"`` for the layer where code points are meant.
    """
    text = view.text or ""
    if text.isascii():
        return
    for span_ in view.sound:
        layer = view.layer(span_)
        if layer is None or layer.unit == "character":
            continue
        for start, end in span_.extents:
            key = "start" if cuts_grapheme(text, start) else "end" if cuts_grapheme(text, end) else ""
            if key:
                at = start if key == "start" else end
                yield view.problem(span_, f"{key} {at} is inside a character: {quote(text[at - 1 : at + 1])}", key)
                break
