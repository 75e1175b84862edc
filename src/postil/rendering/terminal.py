"""A document in a terminal: each layer's spans in brackets and colour, then relations, labels and notes.

Brackets and labels say everything that colour says, so that nothing is lost without it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import click
import msgspec

from postil.corpus import Document
from postil.model import AnnotationSet, Note, Record, Relation, Span, is_nested, span_order
from postil.rendering.pieces import colour_of, drawable, facts, how_made, notes_about, pieces
from postil.scheme import Scheme
from postil.text import printable, quote

_ANSI = {
    "red": (205, 49, 49), "green": (13, 188, 121), "yellow": (229, 229, 16), "blue": (36, 114, 200), "magenta": (188, 63, 188),
    "cyan": (17, 168, 205), "white": (180, 180, 180),
}  # fmt: skip

Word = list[tuple[str, str]]
"""Pieces of text that stay together, each as it is and as it is painted."""


class Terminal(msgspec.Struct, frozen=True):
    """What can be shown: columns, colour, and whether any of 16 million colours."""

    width: int = 100
    colour: bool = False
    true_colour: bool = False

    def paint(self, text: str, colour: str, *, bold: bool = False, dim: bool = False) -> str:
        """``text`` in ``#rrggbb``, or in the nearest of the terminal's own colours."""
        if not self.colour or not text:
            return text
        rgb = (int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16))
        return click.style(text, fg=rgb if self.true_colour else _nearest(rgb), bold=bold, dim=dim)


def _nearest(rgb: Sequence[int]) -> str:
    return min(_ANSI, key=lambda name: sum((one - other) ** 2 for one, other in zip(_ANSI[name], rgb, strict=True)))


def show(
    document: Document,
    annotations: AnnotationSet,
    scheme: Scheme | None,
    layers: Sequence[str],
    terminal: Terminal,
    *,
    details: bool = False,
) -> Iterator[str]:
    """The lines of the whole rendering. ``layers``: which to show, in this order. ``details``: attributes, notes, ids too."""
    header = annotations.header
    yield printable(f"{document.id}  set {header.annotator}  {header.scheme}  {how_made(header)}")
    if document.metadata.title:
        yield printable(document.metadata.title)
    by_id = {record.id: record for record in annotations.records}
    for layer in layers:
        spans = [span for span in annotations.spans if span.layer == layer]
        relations = [relation for relation in annotations.relations if relation.layer == layer]
        labels = [label for label in annotations.labels if label.layer == layer]
        if not (spans or relations or labels):
            continue
        yield ""
        name = printable(layer)
        yield f"━━ {name} " + "━" * max(terminal.width - len(name) - 4, 0)
        if spans:
            yield ""
            yield from _text(document.text, spans, scheme, terminal)
        if details:
            yield from _details(spans, scheme, terminal)
        for relation in relations:
            yield from _relation(relation, by_id, scheme, terminal)
        if labels:
            painted = (terminal.paint(printable(label.label), colour_of(scheme, layer, label.label)) for label in labels)
            yield "  " + ", ".join(painted)
    notes = notes_about(annotations, layers)
    if notes:
        yield ""
        yield "━━ notes"
        for note in notes:
            yield printable(f"  {note.about or 'document'}: {note.text}")


def _details(spans: list[Span], scheme: Scheme | None, terminal: Terminal) -> Iterator[str]:
    yield ""
    for span in spans:
        label = terminal.paint(printable(span.label), colour_of(scheme, span.layer, span.label), bold=True)
        yield f"  {label} {quote(span.text, terminal.width - 30)} ({printable(span.id)})"
        for fact in facts(span):
            yield f"      {printable(fact)}"


def _text(text: str, spans: list[Span], scheme: Scheme | None, terminal: Terminal) -> Iterator[str]:
    placed, left = drawable(spans, text)
    numbered = not is_nested(sorted(placed, key=span_order))  # brackets alone would not say which belong together
    numbers = {id(span): str(number) if numbered else "" for number, span in enumerate(placed, 1)}
    start = 0
    gutter = len(str(text.count("\n") + 1))
    for number, line in enumerate(text.removesuffix("\n").split("\n"), 1):
        end = start + len(line)
        inside = [span for span in placed if span.start < end and span.end > start]
        words = _words(text, inside, start, end, numbers, scheme, terminal)
        for row, wrapped in enumerate(_wrapped(words, terminal.width - gutter - 3)):
            yield f"{number if row == 0 else '':>{gutter}} │ {wrapped}".rstrip()
        placed = [span for span in placed if span.end > end]
        start = end + 1
    for span in left:
        where = f"{span.start} to {span.end} ({printable(span.id)})"
        yield f"  cannot be placed: {printable(span.label)} {quote(span.text)} at {where}"


def _words(
    text: str, inside: list[Span], start: int, end: int, numbers: dict[int, str], scheme: Scheme | None, terminal: Terminal
) -> Iterator[Word]:
    def colour(span: Span) -> str:
        return colour_of(scheme, span.layer, span.label)

    word: Word = []
    for piece in pieces(inside, start, end):
        for span in piece.begins:
            number = numbers[id(span)]
            mark = f"[{number}:" if number else "["
            word.append((mark, terminal.paint(mark, colour(span), bold=True)))
        covered = printable(text[piece.start : piece.end])
        for index, part in enumerate(covered.split(" ")):
            if index:
                yield word
                word = []
            word.append((part, terminal.paint(part, colour(piece.spans[-1])) if piece.spans else part))
        for span in piece.ends:
            mark = f"|{printable(span.label)}{numbers[id(span)]}]"
            word.append((mark, terminal.paint(mark, colour(span), bold=True)))
    yield word


def _wrapped(words: Iterator[Word], width: int) -> Iterator[str]:
    from wcwidth import wcswidth

    line: str | None = None
    used = 0
    for word in words:
        plain, painted = "".join(part for part, _ in word), "".join(shown for _, shown in word)
        needed = max(wcswidth(plain), 0)
        if line is None:
            line, used = painted, needed
        elif used + 1 + needed > width and line:
            yield line
            line, used = painted, needed
        else:
            line, used = f"{line} {painted}", used + 1 + needed
    yield line or ""


def _relation(relation: Relation, by_id: dict[str, Record], scheme: Scheme | None, terminal: Terminal) -> Iterator[str]:
    label = terminal.paint(printable(relation.label), colour_of(scheme, relation.layer, relation.label), bold=True)
    yield ""
    yield "  ".join([f"  {label}  ({printable(relation.id)})", *map(printable, facts(relation))])
    for role, id in relation.arguments():
        target = by_id.get(id)
        shown = "" if target is None or isinstance(target, Note) else printable(target.label)
        if isinstance(target, Span):
            shown += f" {quote(target.text, terminal.width - 30)}"
        yield f"    {printable(role):>6} {shown} ({printable(id)})"
