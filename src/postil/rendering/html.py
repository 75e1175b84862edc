"""A document as one HTML file: no script, nothing fetched, every word of the corpus escaped.

Layers are nested ``<mark>`` elements with stacked underlines; check boxes show and hide each layer by style alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from postil.corpus import Document
from postil.model import AnnotationSet, Label, Relation, Span
from postil.rendering.pieces import Piece, colour_of, drawable, facts, how_made, notes_about, pieces
from postil.scheme import Scheme
from postil.segmentation import paragraphs

_STYLE = """
:root { color-scheme: light dark; --paper: #fff; --ink: #1a1a1a; --faint: #767676; --line: #ddd; }
@media (prefers-color-scheme: dark) { :root { --paper: #16181d; --ink: #e6e6e6; --faint: #9a9a9a; --line: #3a3d45; } }
body { background: var(--paper); color: var(--ink); font: 17px/1.6 Georgia, serif; }
body { max-width: 46rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; line-height: 1.3; margin: 0 0 .3rem; }
h2 { font: 600 1rem/1.4 system-ui, sans-serif; margin: 2.5rem 0 .5rem; }
header, fieldset, nav, .relations, table { font: 14px/1.5 system-ui, sans-serif; }
header p { color: var(--faint); margin: .2rem 0; }
fieldset { border: 1px solid var(--line); border-radius: .4rem; position: sticky; top: 0; background: var(--paper); z-index: 1; }
fieldset label { margin-right: 1.2rem; white-space: nowrap; }
p.text { white-space: pre-wrap; margin: 0 0 1.2rem; line-height: calc(1.7em + var(--n) * 4px); }
mark { background: none; color: inherit; border-bottom: 2.5px solid var(--c); padding-bottom: calc(var(--d) * 4px); }
mark > i { font: 600 9px/1 system-ui, sans-serif; color: var(--paper); background: var(--c);
  border-radius: 2px; padding: 1px 3px; margin-left: 2px; vertical-align: 2px; filter: brightness(.85); }
mark.fragment { border-bottom-style: dashed; }
mark:target { outline: 2px solid var(--c); }
table { border-collapse: collapse; width: 100%; }
td, th { border-top: 1px solid var(--line); padding: .4rem .6rem .4rem 0; text-align: left; vertical-align: top; }
fieldset .entry { white-space: nowrap; margin-right: .5rem; }
.swatch { display: inline-block; width: .8em; height: .8em; background: var(--c); border-radius: 2px; margin-right: .3em; }
a { color: inherit; }
"""


def page(document: Document, annotations: AnnotationSet, scheme: Scheme | None, layers: Sequence[str]) -> str:
    """The whole page. ``layers``: which to show; the first ones are drawn outermost."""
    return "\n".join(_page(document, annotations, scheme, layers)) + "\n"


def _page(document: Document, annotations: AnnotationSet, scheme: Scheme | None, layers: Sequence[str]) -> Iterator[str]:
    spans, left = drawable((span for span in annotations.spans if span.layer in layers), document.text)
    shown = list(dict.fromkeys(span.layer for span in sorted(spans, key=lambda span: layers.index(span.layer))))
    title = document.metadata.title or document.id
    language = escape(document.metadata.language or "und", quote=True)
    yield "<!doctype html>"
    yield f'<html lang="{language}"><head><meta charset="utf-8">'
    yield "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>{escape(title)}</title><style>{_STYLE}{''.join(_hiding(shown))}</style></head><body>"
    yield from _header(document, annotations, title)
    yield from _controls(spans, scheme, shown)
    yield from _text(document.text, spans, scheme, shown)
    yield from _unplaced(left)
    yield from _attributes(annotations, layers)
    yield from _relations(annotations, scheme, layers)
    yield from _notes(annotations, layers)
    yield "</body></html>"


def _hiding(layers: Sequence[str]) -> Iterator[str]:
    for number, _ in enumerate(layers):
        unchecked = f"body:has(#layer{number}:not(:checked)) mark.layer{number}"
        yield f"{unchecked} {{ border-bottom: 0; padding-bottom: 0; }}\n{unchecked} > i {{ display: none; }}\n"


def _header(document: Document, annotations: AnnotationSet, title: str) -> Iterator[str]:
    metadata, header = document.metadata, annotations.header
    credits_ = ", ".join(filter(None, (*metadata.authors, metadata.publisher, str(metadata.published))))
    labels = ", ".join(f"{label.layer}: {label.label}" for label in annotations.labels)
    rights = ", ".join(filter(None, (metadata.rights.holder, metadata.rights.licence)))
    yield f"<header><h1>{escape(title)}</h1>"
    for line in (
        credits_,
        f"{document.id} · set {header.annotator} · {header.scheme} · {how_made(header)}",
        labels,
        f"Text: {rights}" if rights else "",
    ):
        if line:
            yield f"<p>{escape(line)}</p>"
    yield "</header>"


def _controls(spans: Sequence[Span], scheme: Scheme | None, layers: Sequence[str]) -> Iterator[str]:
    yield "<fieldset><legend>Layers</legend>"
    for number, layer in enumerate(layers):
        used = dict.fromkeys(span.label for span in spans if span.layer == layer)
        order = list(scheme.layers[layer].labels) if scheme and layer in scheme.layers else []
        labels = sorted(used, key=lambda label: order.index(label) if label in order else len(order))
        yield f'<div><label><input type="checkbox" id="layer{number}" checked> <b>{escape(layer)}</b></label>'
        for label in labels:
            count = sum(span.layer == layer and span.label == label for span in spans)
            swatch = f'<span class="swatch" style="--c:{colour_of(scheme, layer, label)}"></span>'
            yield f'<span class="entry">{swatch}{escape(label)} {count}</span> '
        yield "</div>"
    yield "</fieldset>"


def _text(text: str, spans: Sequence[Span], scheme: Scheme | None, layers: Sequence[str]) -> Iterator[str]:
    tracks = _tracks(spans)
    yield f'<main style="--n:{max(tracks.values(), default=0) + 1}">'
    remaining = sorted(spans, key=lambda span: span.start)
    marks = _Marks(scheme, layers, tracks)
    for start, end in paragraphs(text):
        inside = [span for span in remaining if span.start < end and span.end > start]
        remaining = [span for span in remaining if span.end > end]
        marked = "".join(marks.marked(text, list(pieces(inside, start, end))))
        yield f'<p class="text" dir="auto">{marked}</p>'
    yield "</main>"


def _tracks(spans: Sequence[Span]) -> dict[str, int]:
    """How far below the text each span's line runs: layers of short spans nearest, and in a layer the inner spans first.

    So the lines of one layer keep their height, and no line hides another.
    """
    by_layer: dict[str, list[Span]] = {}
    for span in spans:
        by_layer.setdefault(span.layer, []).append(span)
    tracks: dict[str, int] = {}
    base = 0
    for members in sorted(by_layer.values(), key=lambda members: sum(span.end - span.start for span in members) / len(members)):
        heights = _heights(members)
        tracks |= {id: base + height for id, height in heights.items()}
        base += max(heights.values()) + 1
    return tracks


def _heights(spans: Sequence[Span]) -> dict[str, int]:
    """For each span of a layer, how many lines must run between it and the text: one more than what it overlaps inside."""
    heights: dict[str, int] = {}
    kept: list[Span] = []  # by start, the last first: what spans before may still overlap
    for span in sorted(spans, key=lambda span: (span.start, -span.end), reverse=True):
        # from the end of the text backwards, so that what a span holds has its height before the span does
        height, crossing = 0, []
        while kept and kept[-1].start < span.end:
            later = kept.pop()
            height = max(height, heights[later.id] + 1)
            if later.end > span.end:
                crossing.append(later)
        kept += [*reversed(crossing), span]
        heights[span.id] = height
    return heights


class _Marks:
    """Nested ``<mark>`` elements over pieces of text. One is closed and opened again only where spans cross."""

    def __init__(self, scheme: Scheme | None, layers: Sequence[str], tracks: dict[str, int]) -> None:
        self._scheme, self._tracks = scheme, tracks
        self._number = {layer: number for number, layer in enumerate(layers)}
        self._seen: set[str] = set()

    def marked(self, text: str, cut: Sequence[Piece]) -> Iterator[str]:
        """The HTML of one paragraph."""
        open_marks: list[Span] = []  # outermost first
        for piece in cut:
            # at the beginning of a paragraph also what began in one before
            for span in sorted(piece.begins if open_marks or piece is not cut[0] else piece.spans, key=_longest_first):
                open_marks.append(span)
                yield self._opening(span)
            yield escape(text[piece.start : piece.end])
            yield from self._close(open_marks, {id(span) for span in piece.ends}, piece)
        yield "".join("</mark>" for _ in open_marks)  # spans that go on in the next paragraph

    def _close(self, open_marks: list[Span], ending: set[int], piece: Piece) -> Iterator[str]:
        crossed: list[Span] = []
        while ending:
            span = open_marks.pop()
            if id(span) in ending:
                ending.remove(id(span))
                yield self._caption(span) if piece.end == span.end else ""
            else:
                crossed.append(span)
            yield "</mark>"
        for span in reversed(crossed):
            open_marks.append(span)
            yield self._opening(span)

    def _opening(self, span: Span) -> str:
        anchor = "" if span.id in self._seen else f' id="{escape(span.id, quote=True)}"'
        self._seen.add(span.id)
        kind = f"layer{self._number[span.layer]}{' fragment' if span.fragments else ''}"
        style = f"--c:{colour_of(self._scheme, span.layer, span.label)};--d:{self._tracks[span.id]}"
        return f'<mark{anchor} class="{kind}" style="{style}" title="{escape(_tooltip(span), quote=True)}">'

    def _caption(self, span: Span) -> str:
        return f"<i>{escape(span.label)}</i>"


def _longest_first(span: Span) -> int:
    return span.start - span.end


def _tooltip(span: Span) -> str:
    return "\n".join([f"{span.layer} {span.label} ({span.id})", *facts(span)])


def _unplaced(spans: Sequence[Span]) -> Iterator[str]:
    if spans:
        said = (f"{span.label} “{span.text}” at {span.start} to {span.end} ({span.id})" for span in spans)
        yield f"<h2>Cannot be placed</h2><ul>{''.join(f'<li>{escape(one)}</li>' for one in said)}</ul>"


def _notes(annotations: AnnotationSet, layers: Sequence[str]) -> Iterator[str]:
    notes = notes_about(annotations, layers)
    if notes:
        listed = "".join(f"<li>{escape(note.about or 'document')}: {escape(note.text)}</li>" for note in notes)
        yield f"<h2>Notes</h2><ul>{listed}</ul>"


def _attributes(annotations: AnnotationSet, layers: Sequence[str]) -> Iterator[str]:
    """What the marks' tooltips say, for readers who cannot hover."""
    spans = [span for span in annotations.spans if span.layer in layers and facts(span)]
    if not spans:
        return
    yield "<h2>Attributes</h2><details><summary>All of them</summary>"
    yield "<table><tr><th>span</th><th>label</th><th>attributes</th></tr>"
    for span in spans:
        yield f"<tr><td>{_link(span)}</td><td>{escape(span.label)}</td><td>{escape('; '.join(facts(span)))}</td></tr>"
    yield "</table></details>"


def _relations(annotations: AnnotationSet, scheme: Scheme | None, layers: Sequence[str]) -> Iterator[str]:
    relations = [relation for relation in annotations.relations if relation.layer in layers]
    if not relations:
        return
    by_id = {record.id: record for record in annotations.records}
    yield "<h2>Relations</h2><table>"
    for relation in relations:
        colour = colour_of(scheme, relation.layer, relation.label)
        arguments = "<br>".join(_argument(role, by_id.get(id), id) for role, id in relation.arguments())
        said = escape("; ".join(facts(relation)))
        name = f'<span class="swatch" style="--c:{colour}"></span>{escape(relation.label)}'
        yield f"<tr><td>{name}</td><td>{arguments}</td><td>{said}</td></tr>"
    yield "</table>"


def _argument(role: str, target: object, id: str) -> str:
    if isinstance(target, Span):
        return f"{escape(role)}: {escape(target.label)} {_link(target)}"
    if isinstance(target, Relation | Label):
        return f"{escape(role)}: {escape(target.label)}"
    return f"{escape(role)}: {escape(id)}"


def _link(span: Span) -> str:
    return f'<a href="#{escape(span.id, quote=True)}">“{escape(span.text)}”</a>'
