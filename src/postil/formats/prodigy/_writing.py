"""Documents as records of Prodigy, one for each annotator."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import msgspec

from postil.corpus import Document
from postil.exchange.outgoing import Outgoing
from postil.formats._flat import DOCUMENT_ID, flat
from postil.formats._pieces import pieces
from postil.model import AnnotationSet, Label, Relation, Span

_WORDS = re.compile(r"\w+|[^\w\s]|\A\s+|(?<=\s)\s+|(?<!\s)[^\S ]\s*")  # after a word, one blank is no token


def write(documents: Iterable[Document], outgoing: Outgoing) -> None:
    layers = outgoing.scheme.layers_of_kind("label")
    known = [(name, label) for name, layer in layers.items() for label in layer.labels]
    with outgoing.target.open() as file:
        for document in documents:
            for annotations in document.sets.values():
                file.write(msgspec.json.encode(_record(document, annotations, known)) + b"\n")


def _record(document: Document, annotations: AnnotationSet, known: list[tuple[str, str]]) -> dict[str, Any]:
    text = document.text
    tokens = pieces(text, _WORDS, [(span.start, span.end) for span in annotations.spans])
    first = {start: number for number, (start, _) in enumerate(tokens)}
    last = {end: number for number, (_, end) in enumerate(tokens)}
    places = {
        span.id: {
            "start": span.start, "end": span.end, "token_start": first[span.start], "token_end": last[span.end],
            "label": span.label, "id": span.id,
        }
        for span in annotations.spans
    }  # fmt: skip
    record: dict[str, Any] = {
        "text": text,
        "meta": {DOCUMENT_ID: document.id, **flat(document.metadata, (DOCUMENT_ID,))},
        "tokens": [
            {
                "text": text[start:end], "start": start, "end": end, "id": number,
                "ws": text[end : end + 1] == " " and end not in first,
            }
            for number, (start, end) in enumerate(tokens)
        ],
        "spans": [{**places[span.id], "layer": span.layer, "text": span.text, **_more(span)} for span in annotations.spans],
    }  # fmt: skip
    if annotations.relations:
        record["relations"] = [_tie(relation, places) for relation in annotations.relations]
    if known or annotations.labels:
        record |= _chosen(annotations, known)
    view = "relations" if annotations.relations else "spans_manual"
    return {
        **record,
        "answer": "accept",
        "_view_id": view,
        "_annotator_id": annotations.annotator,
        "_session_id": annotations.annotator,
    }


def _tie(relation: Relation, places: dict[str, dict[str, Any]]) -> dict[str, Any]:
    head, child = (places[str(relation.args[role])] for role in ("from", "to"))
    return {
        "head": head["token_end"], "child": child["token_end"], "head_span": head, "child_span": child, "label": relation.label,
        "id": relation.id, "layer": relation.layer, **_more(relation),
    }  # fmt: skip


def _chosen(annotations: AnnotationSet, known: list[tuple[str, str]]) -> dict[str, Any]:
    """Everything that there is to choose from, and what was chosen."""
    said = {(label.layer, label.label): label for label in annotations.labels}
    choices = list(dict.fromkeys([*known, *said]))
    is_plain = len({layer for layer, _ in choices}) == 1
    ids = {choice: choice[1] if is_plain else ":".join(choice) for choice in choices}
    options = [
        {
            "id": ids[choice], "text": choice[1], "layer": choice[0],
            **({"record": {"id": said[choice].id, **_more(said[choice])}} if choice in said else {}),
        }
        for choice in choices
    ]  # fmt: skip
    return {"options": options, "accept": [ids[choice] for choice in said]}


def _more(record: Span | Relation | Label) -> dict[str, Any]:
    """What Prodigy has no key for."""
    return {
        **({"attributes": record.attributes} if record.attributes else {}),
        **({"score": record.confidence} if record.confidence is not None else {}),
        **({"note": record.note} if record.note else {}),
    }
