from __future__ import annotations

import unicodedata
from collections.abc import Iterator

import msgspec

from postil.model import Span
from postil.rules import Example, Problem, set_rule
from postil.rules.examples import span
from postil.rules.fixes import Fix
from postil.rules.set_view import SetView, is_well_formed
from postil.rules.span._finding import finding_fix
from postil.text import quote


@set_rule(
    "SPN003",
    Example(records=(span("e1", "GPE", 28, 33, text="Tokyo"),)),
    Example(records=(span("e1", "GPE", 27, 32, text="Tokyo"),), finds=("e1",)),
    Example(
        text="😀 in Tokyo.\n",
        records=(span("e1", "GPE", 6, 11, text="Tokyo"),),
        finds=("e1",),
        note="offsets that were counted in UTF-16",
    ),
    Example(records=(span("e1", "PERSON", 8, 24, fragments=[(8, 13), (18, 24)], text="Singh Hamada"),)),
    proof=lambda batch: batch.are_sound,
)
def check(view: SetView) -> Iterator[Problem]:
    """A span must cover the text that it says it covers.

    ``text`` repeats the covered text so that this can be seen: the text was edited after it was annotated, or the
    offsets were counted in another unit. Fragments are joined by one space.

    Find out which of the two is right. If the text moved, the message says where it stands now. ``--fix`` mends what is certain:
    another spelling of the same words, and offsets that were counted in UTF-16.
    """
    text = view.text
    if text is None or view.are_sound:
        return
    for span_ in view.spans:
        if not (0 <= span_.start < span_.end <= len(text) and is_well_formed(span_)):
            continue
        covered = span_.covered(text)
        if covered != span_.text:
            message = f"covers {quote(covered)}, but its text is {quote(span_.text)}"
            help, fix = _help(view, span_, covered)
            yield view.problem(span_, message, "text", help=help, fix=fix)


def _help(view: SetView, span_: Span, covered: str) -> tuple[str, Fix | None]:
    """What to say of the span, and what to do about it."""
    if _plain(covered) == _plain(span_.text):  # the words are those: only how they are spelt differs
        mended = msgspec.structs.replace(span_, text=covered)
        return "", Fix("record the text as it is spelt there", True, (view.change(span_, mended),))
    return finding_fix(view, span_)


def _plain(text: str) -> str:
    return unicodedata.normalize("NFC", " ".join(text.split()))
