"""A text cut where annotations begin and end: what every rendering starts from."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterable, Iterator, Sequence
from operator import lt

import msgspec

from postil.model import Annotation, AnnotationSet, Header, Note, Span, fragments_of
from postil.scheme import Scheme
from postil.segmentation import trim
from postil.text import listing

# Wong's palette for colour-blind readers (Nature Methods 8, 441, 2011), without black, for labels without a colour.
_PALETTE = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#f0e442")
_HEX = frozenset("0123456789abcdefABCDEF")


def how_made(header: Header) -> str:
    """How far a set is and how it came about: ``complete, manual, with suggestions of spacy``."""
    is_suggested = header.sources and header.method != "adjudicated"
    suggested = f", with suggestions of {listing(header.sources, 'and')}" if is_suggested else ""
    return f"{header.status}, {header.method}{suggested}"


class Piece(msgspec.Struct, frozen=True):
    """``text[start:end]``, covered by ``spans`` throughout, outermost first; which of them begin and end with it."""

    start: int
    end: int
    spans: tuple[Span, ...]
    begins: tuple[Span, ...]
    ends: tuple[Span, ...]


def pieces(spans: Iterable[Span], start: int, end: int) -> Iterator[Piece]:
    """Cut ``start`` to ``end`` at every edge of a span or fragment in it. Together the pieces are the whole passage."""
    extents = sorted(
        ((first, last, span) for span in spans for first, last in span.extents if first < end and last > start),
        key=lambda extent: (extent[0], -extent[1]),
    )
    edges = sorted({start, end, *(min(max(edge, start), end) for first, last, _ in extents for edge in (first, last))})
    open_extents: list[tuple[int, int, Span]] = []
    upcoming = iter(extents)
    following = next(upcoming, None)
    for left, right in itertools.pairwise(edges):
        open_extents = [extent for extent in open_extents if extent[1] > left]
        while following is not None and following[0] <= left:
            open_extents.append(following)
            following = next(upcoming, None)
        yield Piece(
            left,
            right,
            tuple(span for _, _, span in open_extents),
            tuple(span for first, _, span in open_extents if first == left),
            tuple(span for _, last, span in reversed(open_extents) if last == right),
        )


def drawable(spans: Iterable[Span], text: str) -> tuple[list[Span], list[Span]]:
    """The spans as they can be drawn, without blanks at their edges; and those that cover nothing of the text to be seen."""
    drawn, left = [], []
    for span in spans:
        edges = [edge for extent in span.extents for edge in extent]
        is_sound = edges[0] >= 0 and edges[-1] <= len(text) and all(map(lt, edges, edges[1:]))
        extents = [trim(text, start, end) for start, end in span.extents] if is_sound else []
        visible = tuple((start, end) for start, end in extents if start < end)
        if visible:
            start, end = visible[0][0], visible[-1][1]
            drawn.append(msgspec.structs.replace(span, start=start, end=end, fragments=fragments_of(visible)))
        else:
            left.append(span)
    return drawn, left


def notes_about(annotations: AnnotationSet, layers: Collection[str]) -> list[Note]:
    """The notes about annotations of these layers, and those about the document or another note."""
    layer_of = {record.id: record.layer for record in annotations.annotations}
    return [note for note in annotations.notes if note.about not in layer_of or layer_of[note.about] in layers]


def facts(record: Annotation) -> list[str]:
    """What an annotation says besides its label, in words: attributes, confidence, note."""
    said = [f"{name}: {_in_words(value)}" for name, value in record.attributes.items()]
    if record.confidence is not None:
        said.append(f"confidence: {record.confidence:g}")
    return [*said, record.note] if record.note else said


def _in_words(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return ", ".join(map(_in_words, value)) if isinstance(value, list) else str(value)


def colour_of(scheme: Scheme | None, layer: str, label: str) -> str:
    """A label's colour as ``#rrggbb``: the scheme's, else one by its place among the layer's labels."""
    labels: Sequence[str] = ()
    if scheme and layer in scheme.layers:
        definitions = scheme.layers[layer].labels
        colour = definitions[label].colour if label in definitions else ""
        if len(colour) == 7 and colour[0] == "#" and _HEX.issuperset(colour[1:]):
            return colour
        labels = list(definitions)
    return _PALETTE[labels.index(label) % len(_PALETTE)] if label in labels else "#888888"
