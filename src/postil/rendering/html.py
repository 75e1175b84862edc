"""A document as one HTML file: no script, nothing fetched, every word of the corpus escaped.

Layers are nested ``<mark>`` elements with stacked underlines; check boxes show and hide each layer by style alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from postil.corpus import Document
from postil.model import AnnotationSet, Label, Relation, Span
from postil.rendering.pieces import Piece, colour_of, pieces
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
mark.last::after { content: attr(data-label); font: 600 9px/1 system-ui, sans-serif; color: var(--paper); background: var(--c);
  border-radius: 2px; padding: 1px 3px; margin-left: 2px; vertical-align: 2px; filter: brightness(.85); }
mark.fragment { border-bottom-style: dashed; }
mark:target { outline: 2px solid var(--c); }
table { border-collapse: collapse; width: 100%; }
td, th { border-top: 1px solid var(--line); padding: .4rem .6rem .4rem 0; text-align: left; vertical-align: top; }
.swatch { display: inline-block; width: .8em; height: .8em; background: var(--c); border-radius: 2px; margin-right: .3em; }
a { color: inherit; }
"""


def page(document: Document, annotations: AnnotationSet, scheme: Scheme | None, layers: Sequence[str]) -> str:
    """The whole page. ``layers``: which to show; the first ones are drawn outermost."""
    return "\n".join(_page(document, annotations, scheme, layers)) + "\n"


def _page(document: Document, annotations: AnnotationSet, scheme: Scheme | None, layers: Sequence[str]) -> Iterator[str]:
    spans = [span for span in annotations.spans if span.layer in layers]
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
    yield from _text(document.text, spans, scheme, layers)
    yield from _attributes(annotations, layers)
    yield from _relations(annotations, scheme, layers)
    yield "</body></html>"


def _hiding(layers: Sequence[str]) -> Iterator[str]:
    for number, _ in enumerate(layers):
        unchecked = f"body:has(#layer{number}:not(:checked)) mark.layer{number}"
        yield f"{unchecked} {{ border-bottom: 0; padding-bottom: 0; }}\n{unchecked}.last::after {{ display: none; }}\n"


def _header(document: Document, annotations: AnnotationSet, title: str) -> Iterator[str]:
    metadata, header = document.metadata, annotations.header
    credits_ = ", ".join(filter(None, (*metadata.authors, metadata.publisher, str(metadata.published))))
    labels = ", ".join(f"{label.layer}: {label.label}" for label in annotations.labels)
    rights = ", ".join(filter(None, (metadata.rights.holder, metadata.rights.licence)))
    yield f"<header><h1>{escape(title)}</h1>"
    for line in (
        credits_,
        f"{document.id} · set {header.annotator} · {header.scheme} · {header.status}, {header.method}",
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
            yield f'<span class="swatch" style="--c:{colour_of(scheme, layer, label)}"></span>{escape(label)} {count} '
        yield "</div>"
    yield "</fieldset>"


def _text(text: str, spans: Sequence[Span], scheme: Scheme | None, layers: Sequence[str]) -> Iterator[str]:
    tracks = _tracks(spans)
    yield f'<main style="--n:{max(tracks.values(), default=0) + 1}">'
    seen: set[str] = set()
    remaining = sorted(spans, key=lambda span: span.start)
    for start, end in paragraphs(text):
        inside = [span for span in remaining if span.start < end and span.end > start]
        remaining = [span for span in remaining if span.end > end]
        cut = "".join(_marked(text, piece, scheme, layers, tracks, seen) for piece in pieces(inside, start, end))
        yield f'<p class="text" dir="auto">{cut}</p>'
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
    open_spans: list[Span] = []
    for span in sorted(spans, key=lambda span: (span.start, -span.end), reverse=True):
        # from the end of the text backwards, so that what a span holds has its height before the span does
        open_spans = [later for later in open_spans if later.start < span.end]
        heights[span.id] = max((heights[later.id] + 1 for later in open_spans), default=0)
        open_spans = [later for later in open_spans if later.end > span.end] + [span]
    return heights


def _marked(text: str, piece: Piece, scheme: Scheme | None, layers: Sequence[str], tracks: dict[str, int], seen: set[str]) -> str:
    """A piece inside a mark for each span over it, longer spans outermost."""
    content = escape(text[piece.start : piece.end])
    for span in sorted(piece.spans, key=lambda span: (span.end - span.start, -layers.index(span.layer))):
        classes = [f"layer{layers.index(span.layer)}", *(["fragment"] if span.fragments else [])]
        if span in piece.ends and (not span.fragments or piece.end == span.end):
            classes.append("last")
        anchor = "" if span.id in seen else f' id="{escape(span.id, quote=True)}"'
        seen.add(span.id)
        content = (
            f'<mark{anchor} class="{" ".join(classes)}"'
            f' style="--c:{colour_of(scheme, span.layer, span.label)};--d:{tracks[span.id]}"'
            f' data-label="{escape(span.label, quote=True)}" title="{escape(_tooltip(span), quote=True)}">{content}</mark>'
        )
    return content


def _tooltip(span: Span) -> str:
    facts = [f"{span.layer} {span.label} ({span.id})", *(f"{name}: {_value(value)}" for name, value in span.attributes.items())]
    if span.confidence is not None:
        facts.append(f"confidence: {span.confidence:g}")
    return "\n".join([*facts, *([span.note] if span.note else [])])


def _value(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _attributes(annotations: AnnotationSet, layers: Sequence[str]) -> Iterator[str]:
    """What the marks' tooltips say, for readers who cannot hover."""
    spans = [span for span in annotations.spans if span.layer in layers and (span.attributes or span.note)]
    if not spans:
        return
    yield "<h2>Attributes</h2><details><summary>All of them</summary>"
    yield "<table><tr><th>span</th><th>label</th><th>attributes</th></tr>"
    for span in spans:
        facts = ", ".join([*(f"{name}: {_value(value)}" for name, value in span.attributes.items()), *filter(None, [span.note])])
        yield f"<tr><td>{_link(span)}</td><td>{escape(span.label)}</td><td>{escape(facts)}</td></tr>"
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
        yield f'<tr><td><span class="swatch" style="--c:{colour}"></span>{escape(relation.label)}</td><td>{arguments}</td></tr>'
    yield "</table>"


def _argument(role: str, target: object, id: str) -> str:
    if isinstance(target, Span):
        return f"{escape(role)}: {escape(target.label)} {_link(target)}"
    if isinstance(target, Relation | Label):
        return f"{escape(role)}: {escape(target.label)}"
    return f"{escape(role)}: {escape(id)}"


def _link(span: Span) -> str:
    return f'<a href="#{escape(span.id, quote=True)}">“{escape(span.text)}”</a>'
