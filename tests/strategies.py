"""Hypothesis strategies: text that breaks tools, and sets that the format can hold."""

from __future__ import annotations

import hashlib
from typing import Any

from hypothesis import strategies as st

from postil.model import AnnotationSet, Header, Label, Note, Relation, Span

# astral, combining, ZWJ sequences, flags, right to left, Hangul jamo, Devanagari clusters, and separators that are no line end
HOSTILE = [
    "a", "é", "e\u0301", "ß", "\u1e9b\u0323", "😀", "👩\u200d👩\u200d👧", "🇮🇳", "🏳\ufe0f\u200d🌈", "שלום",
    "مرحبا", "\u202e", "한글",
    "\u1100\u1161\u11a8", "क्षि", "日本", "\u2028", "\u2029", "\u0085", "\u200b", "\ufeff", "\x0c", "\x1f", "\x7f",
    "\ue000", "\U0010ffff",
    " ", "\u00a0", "\t", "\n", '"', "\\", "<b>", "&amp;", "'", ",", ". ", "\r",
]  # fmt: skip

texts = st.lists(st.sampled_from(HOSTILE), max_size=40).map("".join)
ids = st.text("abcdefghijklmnopqrstuvwxyzABC0123456789_.-", min_size=1, max_size=12)
words = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)

scalars = st.one_of(
    words, st.booleans(), st.integers(-(2**53), 2**53), st.floats(allow_nan=False, allow_infinity=False), st.none()
)
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3), max_leaves=6
)
attributes = st.dictionaries(words, values, max_size=3)
unknown_keys = st.dictionaries(st.text("xyz_", min_size=2, max_size=4), values, max_size=2)
confidences = st.none() | st.floats(0, 1)


@st.composite
def spans(draw: st.DrawFn, text: str, id: str) -> Span:
    edges = sorted(draw(st.sets(st.integers(0, len(text)), min_size=2, max_size=6)))
    edges = edges[: len(edges) // 2 * 2]
    fragments = tuple(zip(edges[::2], edges[1::2], strict=True))
    span = Span(
        id,
        draw(words),
        draw(words),
        edges[0],
        edges[-1],
        "",
        fragments if len(fragments) > 1 else (),
        draw(attributes),
        draw(confidences),
        draw(words),
        draw(st.dictionaries(words, words, max_size=2)),
        draw(unknown_keys),
    )
    return _replace(span, text=span.covered(text))


@st.composite
def annotation_sets(draw: st.DrawFn) -> tuple[str, AnnotationSet]:
    """A text and a set about it, with everything that a set can hold."""
    text = draw(texts) + "ab\n"
    names = draw(st.lists(ids, unique=True, max_size=8))
    records: dict[type, list[Any]] = {Span: [], Relation: [], Label: [], Note: []}
    for name in names:
        kind = draw(st.sampled_from(list(records)))
        if kind is Span:
            records[kind].append(draw(spans(text, name)))
        elif kind is Relation:
            args = draw(st.dictionaries(words, ids | st.lists(ids, max_size=3).map(tuple), max_size=3))
            records[kind].append(Relation(name, draw(words), draw(words), args, draw(attributes), unknown=draw(unknown_keys)))
        elif kind is Label:
            records[kind].append(Label(name, draw(words), draw(words), draw(attributes), draw(confidences), draw(words)))
        else:
            records[kind].append(Note(name, draw(ids), draw(texts), draw(attributes), draw(unknown_keys)))
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    header = Header(
        "d/x", draw(ids), "s/1", digest, "complete", "manual", tuple(draw(st.lists(ids, max_size=2))), draw(unknown_keys)
    )
    return text, AnnotationSet(header, *(tuple(group) for group in records.values())).canonical()


def _replace(struct: Any, **changes: Any) -> Any:
    from msgspec.structs import replace

    return replace(struct, **changes)
