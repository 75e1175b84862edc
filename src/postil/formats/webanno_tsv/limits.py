"""What WebAnno TSV cannot hold: what lies between tokens."""

from __future__ import annotations

import hashlib
from bisect import bisect_left, bisect_right
from typing import Any

from msgspec.structs import replace

from postil.corpus import Document
from postil.exchange.features import Feature, Reducing, characters, in_each_set, lose, names_made_by, taken_out
from postil.exchange.tokens import SENTENCE_LAYER, TOKEN_LAYER
from postil.formats._uima.limits import feature_name
from postil.formats._uima.names import OF_TOKENS
from postil.formats.webanno_tsv.header import BASE, ROLE
from postil.model import AnnotationSet, Span


def _on_tokens(annotations: AnnotationSet, document: Document, reducing: Reducing) -> AnnotationSet:
    tokens = reducing.tokens.of(document).flat
    begins, ends = [begin for begin, _ in tokens], [end for _, end in tokens]
    spans, doomed = [], []
    for span in annotations.spans:
        first, last = bisect_right(ends, span.start), bisect_left(begins, span.end) - 1
        if first > last:
            lose(reducing, "spans in which there is no token", annotations, span)
            doomed.append(span.id)
            continue
        start, end = max(span.start, begins[first]), min(span.end, ends[last])
        if (start, end) != (span.start, span.end):
            lose(reducing, ON_TOKENS.title, annotations, span)
            span = replace(span, start=start, end=end, text=document.text[start:end])  # noqa: PLW2901
        spans.append(span)
    return taken_out(replace(annotations, spans=tuple(spans)), doomed, reducing)


ON_TOKENS = Feature("between tokens", "blanks at the edges of spans", in_each_set(_on_tokens))


def _plain_tokens(annotations: AnnotationSet, document: Document, reducing: Reducing) -> AnnotationSet:
    """Tokens are rows and sentences their groups: what else is said of them goes."""
    found = reducing.tokens.of(document)
    rows = {TOKEN_LAYER: set(found.flat), SENTENCE_LAYER: set(found.sentences)}
    spans, doomed = [], []
    for span in annotations.spans:
        if span.layer not in rows:
            spans.append(span)
            continue
        attributes: dict[str, Any] = {}
        if span.layer == TOKEN_LAYER:
            attributes = {name: value for name, value in span.attributes.items() if name in OF_TOKENS}
        plain = Span(span.id, span.layer, span.layer, span.start, span.end, span.text, attributes=attributes)
        if (span.start, span.end) not in rows[span.layer]:
            doomed.append(span.id)
        if plain != span or span.id in doomed:
            lose(reducing, TOKENS.title, annotations, span)
        spans.append(plain)
    return taken_out(replace(annotations, spans=tuple(spans)), doomed, reducing)


TOKENS = Feature(
    "tokens", "what tokens and sentences have besides a part of speech, lemma, stem and morphology", in_each_set(_plain_tokens)
)


def _with_plain_start(document: Document, reducing: Reducing) -> Document:
    tokens = reducing.tokens.of(document)
    begin = tokens.flat[0][0] if tokens.flat else 0
    text = " " * begin + document.text[begin:]
    if text == document.text:
        return document
    reducing.losses.add(START.title, document.id, document.text[:begin])
    digest = hashlib.sha256(text.encode()).hexdigest()
    sets = {
        name: replace(annotations, header=replace(annotations.header, text_sha256=digest))
        for name, annotations in document.sets.items()
    }
    changed = replace(document, text=text, text_sha256=digest, sets=sets)
    reducing.tokens.remember(changed, tokens)
    return changed


START = Feature("start", "line ends and other blanks before the first token, which become plain ones", _with_plain_start)


def _name(name: str) -> str:
    plain = feature_name(name)
    return f"x{plain}" if plain.startswith((BASE, ROLE)) else plain


FEATURE_NAMES = names_made_by(_name, "TSV feature names", "names of attributes that no feature can have", of=("attribute",))
LINE_ENDS = characters("[\r\x00]", "carriage returns in values", " ", of=("names", "values", "notes"))
