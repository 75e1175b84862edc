"""What relations between arguments are called: the many words for a few meanings that formats of argument graphs tell apart."""

from __future__ import annotations

from typing import Literal

Meaning = Literal["support", "attack", "rephrase"]

_WORDS: dict[Meaning, tuple[str, ...]] = {
    "support": ("support", "supports", "supporting", "pro", "reason", "evidence", "justifies", "sup", "ra", "inference"),
    "attack": (
        "attack", "attacks", "attacking", "con", "contra", "conflict", "conflicts", "contradicts", "rebuts", "rebut", "rebuttal",
        "refutes", "undercuts", "undercut", "undermines", "reb", "und", "ca",
    ),
    "rephrase": ("rephrase", "rephrases", "paraphrase", "paraphrases", "restates", "restatement", "reformulates", "ma"),
}  # fmt: skip
_MEANINGS = {word: meaning for meaning, words in _WORDS.items() for word in words}


def meaning_of(label: str) -> Meaning | None:
    """What a relation with this label means for an argument; ``None`` for one that does not say it with a common word.

    Such words are also what formats call it: RA, CA and MA in AIF, sup, reb and und in the microtexts.
    """
    return _MEANINGS.get(label.replace("_", " ").replace("-", " ").strip().lower())
