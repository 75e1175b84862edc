"""Random actions: whatever an annotator, or a cat on the keyboard, may do."""

from __future__ import annotations

import contextlib
import random

from postil.annotating import History, all_actions
from postil.errors import ActionRefused

_UNITS = ("character", "word", "sentence", "paragraph", "span", "unlabelled", "name", "hit", "ghost", "nonsense")
_WORDS = {
    "UNIT": _UNITS,
    "OFFSET": (*map(str, range(0, 120, 7)), "99999999999999999999", "-1"),
    "START": tuple(map(str, range(0, 120, 3))),
    "END": tuple(map(str, range(0, 120, 5))),
    "LAYER": ("entity", "statement", "argument", "genre", "nowhere"),
    "LABEL": ("PERSON", "p", "GPE", "g", "FACT", "OPINION", "supports", "restates", "op-ed", "report", "?"),
    "ATTRIBUTE": ("holder", "polarity", "strength", "source", "sure", "none"),
    "[VALUE…]": ("AUTHOR", "HEAD", "positive", "3", "99", "ab:1", "true", "nan", "inf", "1e999", ""),
    "[TEXT]": ("why?", "", "\u202e\x1b[31m", "\u2028", '"\\'),
    "TEXT": ("in", "tokyo", "e\u0301", "👩\u200d👩\u200d👧", ".*", "\\", "日本"),
    "ROLE": ("from", "to", "nobody"),
    "SIDE": ("start", "end", "middle"),
    "[UNIT]": ("character", "word", "sentence", "paragraph"),
    "NUMBER…": ("1", "2", "0", "x"),
    "[NUMBER…]": ("1", "2", "0"),
    "[LABEL]": ("PERSON", "g", "FACT"),
}
_OFTEN = ("label", "select", "layer", "next", "undo", "redo", "set", "head", "relate", "delete")


def random_line(history: History, chance: random.Random) -> tuple[str, ...]:
    """An action with words, most of which mean something."""
    names = (*all_actions(), *_OFTEN * 3)
    name = chance.choice(names)
    if name in ("undo", "redo"):
        return (name,)
    words = []
    for word in all_actions()[name].takes.split():
        if word == "ID":
            ghosts = (f"ghost:{one.id}" for _, one in history.state.offered)
            words.append(chance.choice((*history.state.marks.by_id, *ghosts, "nothing")))
        elif not word.startswith("[") or chance.random() < 0.6:
            words.append(chance.choice(_WORDS[word]))
    return (name, *words)


def act(history: History, chance: random.Random) -> History:
    """Do a random action; the same history where it is refused."""
    with contextlib.suppress(ActionRefused):
        return history.perform(*random_line(history, chance))
    return history
