from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import pairwise

from postil.model import Span, are_apart, are_nesting, is_nested
from postil.rules import Example, Problem, set_rule
from postil.rules.batch import Batch
from postil.rules.examples import SCHEME, span
from postil.rules.set_view import SetView
from postil.rules.span._geometry import conflicts, lie
from postil.scheme import Overlap
from postil.text import quote

_FLAT = SCHEME.replace('overlap = "nested"', 'overlap = "none"', 1)
_FREE = SCHEME.replace('overlap = "nested"', 'overlap = "free"', 1)


def _proof(batch: Batch) -> bool:
    if not (batch.are_sound and batch.are_in_order):
        return False
    restricted = {name: layer.overlap for name, layer in batch.scheme.layers.items() if layer.overlap != "free"}
    return batch.layers_with_same_edges.isdisjoint(restricted) and all(
        (are_apart if overlap == "none" else are_nesting)(batch.extents({name})) for name, overlap in restricted.items()
    )


@set_rule(
    "SPN009",
    Example(records=(span("e1", "PERSON", 0, 24), span("e2", "PERSON", 8, 13))),
    Example(records=(span("e1", "PERSON", 0, 24), span("e2", "PERSON", 8, 13)), scheme=_FLAT, finds=("e2",)),
    Example(records=(span("e1", "PERSON", 0, 13), span("e2", "PERSON", 8, 24)), finds=("e2",)),
    Example(records=(span("e1", "PERSON", 0, 13), span("e2", "PERSON", 8, 24)), scheme=_FREE),
    Example(records=(span("e1", "GPE", 0, 13), span("e2", "PERSON", 0, 13)), finds=("e2",), note="neither is inside the other"),
    Example(
        records=(span("e1", "PERSON", 0, 24, fragments=[(0, 7), (18, 24)]), span("e2", "PERSON", 8, 13)),
        scheme=_FLAT,
        note="what lies in a gap is not covered",
    ),
    proof=_proof,
)
def check(view: SetView) -> Iterator[Problem]:
    """Spans of a layer must overlap only as the scheme's ``overlap`` allows.

    ``none``: no character in two spans. ``nested``: one strictly inside the other, or apart; not with the same edges,
    not across. A span that breaks this is dropped or cut by whoever relies on it.

    Mend the edges, or remove one. If both are right, the layer's ``overlap`` is too strict.
    """
    if view.scheme is None:
        return
    for name, spans in view.spans_by_layer.items():
        layer = view.scheme.layers.get(name)
        if layer is None or layer.overlap == "free" or _is_clean(spans, layer.overlap):
            continue
        for span_, earlier in conflicts(spans, partial(_is_conflict, overlap=layer.overlap)):
            how = {"same": "has the same edges as", "crossing": "crosses"}.get(lie(span_, earlier), "overlaps")
            message = f"{span_.label} {quote(span_.text)} {how} {earlier.label} {quote(earlier.text)}: {name} is {layer.overlap}"
            yield view.problem(span_, message, "start", related=[(f"the other one, {earlier.id}", earlier)])


def _is_conflict(span: Span, earlier: Span, overlap: Overlap) -> bool:
    what = lie(span, earlier)
    if what == "apart" or (what == "same" and span.label == earlier.label):
        return False  # the same twice is SPN008's
    return overlap == "none" or what in ("same", "crossing")


def _is_clean(spans: list[Span], overlap: Overlap) -> bool:
    if overlap == "none":
        return all(one.end <= other.start for one, other in pairwise(spans))
    return is_nested(spans) and not any([one.start == other.start and one.end == other.end for one, other in pairwise(spans)])
