from __future__ import annotations

from collections.abc import Iterator
from operator import itemgetter

from postil.rules import Example, Problem, set_rule
from postil.rules.batch import Batch
from postil.rules.examples import SCHEME, span
from postil.rules.set_view import SetView
from postil.rules.span._edges import bad_edges
from postil.rules.span._moving import moving_fix
from postil.text import cuts_word, quote

_LONGEST = 60  # characters of a word that a message shows
_BLANKS_AND_MARKS = " \t\n\u00a0!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~‘’‚“”„«»‹›–—…、。，：；！？「」『』（）"


def _proof(batch: Batch) -> bool:
    """A blank or a mark stands before each start and after each end."""
    starts, ends = batch.edges({name for name, layer in batch.scheme.layers.items() if layer.unit == "word"})
    if not (starts and batch.are_sound):
        return not starts
    before, after = itemgetter(*starts)(f"\n{batch.text}"), itemgetter(*ends)(batch.text)
    return not "".join([*before, *after]).strip(_BLANKS_AND_MARKS)


@set_rule(
    "SPN005",
    Example(records=(span("e1", "PERSON", 0, 13),)),
    Example(records=(span("e1", "PERSON", 0, 10),), finds=("e1",)),
    Example(text="India’s push, Indo-Japan ties\n", records=(span("e1", "GPE", 0, 5), span("e2", "GPE", 19, 24))),
    Example(
        text="東京で会談した。\n", records=(span("e1", "GPE", 0, 2),), note="no blanks between words: no word can be seen cut"
    ),
    Example(
        records=(span("e1", "PERSON", 0, 10),),
        scheme=SCHEME.replace('unit = "word"', 'unit = "grapheme"'),
        note="only in layers whose unit is the word",
    ),
    proof=_proof,
)
def check(view: SetView) -> Iterator[Problem]:
    """In a layer of words, a span must not begin or end inside one.

    The mouse slipped, or an offset is off by one. A hyphen and an apostrophe are edges. Nothing is found in scripts that do
    not show where a word ends: Chinese, Japanese, Thai and the like; Korean, Arabic and Hebrew, which write particles onto it.

    Move the edge (``--unsafe-fixes`` takes in the whole word), or set ``unit = "grapheme"`` for the layer where parts of words
    are meant.
    """
    text = view.text or ""
    if view.are_sound and not view.has_fragments and _are_outside_words(text, view.columns.starts, view.columns.ends):
        return
    for span_, key, at in bad_edges(view, {"word"}, lambda offset: cuts_word(text, offset)):
        before = _word_before(text, at)
        message = f"{key} {at} is inside the word {quote(before + _word_after(text, at))}, after {quote(before)}"
        extents = [(_at_edge(text, start, -1), _at_edge(text, end, 1)) for start, end in span_.extents]
        fix = moving_fix(view, span_, "take in the whole word", extents, is_safe=False)
        yield view.problem(span_, message, key, fix=fix)


def _are_outside_words(text: str, starts: list[int], ends: list[int]) -> bool:
    """Proof that a blank or a mark stands before each start and after each end."""
    if not starts or max(ends) == len(text):
        return not starts
    # what stands before the first character is here the last, which is a line feed
    outside = [text[start - 1] for start in starts] + [text[end] for end in ends]
    return not "".join(outside).strip(_BLANKS_AND_MARKS)


def _at_edge(text: str, at: int, step: int) -> int:
    start = at
    while abs(at - start) < _LONGEST and cuts_word(text, at):
        at += step
    return at


def _word_before(text: str, at: int) -> str:
    return text[_at_edge(text, at, -1) : at]


def _word_after(text: str, at: int) -> str:
    return text[at : _at_edge(text, at, 1)]
