from __future__ import annotations

from collections.abc import Iterator

from postil.rules import Example, Problem, set_rule
from postil.rules.batch import Batch
from postil.rules.examples import span
from postil.rules.set_view import SetView
from postil.segmentation import containing, trim
from postil.text import quote

_TWO = "The ministers met in Tokyo. Dr. Khan did not come.\n\nA new paragraph.\n"


def _proof(batch: Batch) -> bool:
    used = batch.layers_of("span")
    units = {name: layer.within for name, layer in batch.scheme.layers.items() if name in used and layer.within != "document"}
    if "sentence" in units.values() or not batch.are_sound:
        return not units
    if used.issubset(units):
        return "\n" not in batch.covered_together
    return not any(["\n" in span_.text for span_ in batch.spans if span_.layer in units])


@set_rule(
    "SPN011",
    Example(text=_TWO, records=(span("s1", "FACT", 0, 26), span("s2", "FACT", 28, 49))),
    Example(text=_TWO, records=(span("s1", "FACT", 0, 49),), finds=("s1",)),
    Example(text=_TWO, records=(span("e1", "PERSON", 32, 64, fragments=[(32, 36), (53, 64)]),), finds=("e1",)),
    Example(text=_TWO, records=(span("e1", "PERSON", 32, 64),), finds=("e1",), note="a name in two paragraphs"),
    proof=_proof,
)
def check(view: SetView) -> Iterator[Problem]:
    """A span must not leave the paragraph or sentence that the scheme's ``within`` keeps it in.

    Such a span is nearly always a slip of the mouse, and formats that go sentence by sentence cannot hold it. A
    sentence ends only where that is certain: never after an abbreviation.

    Cut the span in two, or set ``within = "document"`` for the layer.
    """
    text = view.text or ""
    for name, spans in view.spans_by_layer.items():
        layer = view.scheme.layers[name] if view.scheme else None
        if layer is None or layer.within == "document":
            continue
        if layer.within == "paragraph" and not view.has_fragments and "\n" not in "".join([span_.text for span_ in spans]):
            continue
        units = view.document.sentences if layer.within == "sentence" else view.document.paragraphs
        for span_ in spans:
            start, end = trim(text, span_.start, span_.end)  # a blank at an edge is SPN004's
            first, last = containing(units, start), containing(units, end - 1)
            if first != last:
                message = f"{name} {quote(span_.text)} reaches over {last - first + 1} {layer.within}s"
                yield view.problem(span_, message, "end")
