"""Documents as argument maps of xAIF."""

from __future__ import annotations

import html
from collections.abc import Iterable, Iterator
from itertools import count
from typing import Any

from postil.corpus import Document
from postil.exchange.ids import renumbered
from postil.exchange.outgoing import Outgoing
from postil.formats._escaping import escaped
from postil.formats._json_values import pretty
from postil.formats.aif._vocabulary import (
    ARGUMENT,
    CLASS,
    CLASSIFIER,
    DEFAULT_SCHEMES,
    LOCUTION,
    OWN_KEYS,
    PROPOSITION,
    SCHEME,
    SPEAKER,
    TEXTS,
    TYPES,
)
from postil.model import Relation, Span
from postil.scheme import Layer, Scheme


def write(documents: Iterable[Document], outgoing: Outgoing) -> None:
    """A file for each document."""
    layers = _layers(outgoing.scheme)
    for document in documents:
        numbers = count(1)
        sets = [renumbered(one, layers, lambda *_: str(next(numbers))) for one in document.sets.values()]  # noqa: B023
        spans, relations = (sets[0].spans, sets[0].relations) if sets else ((), ())
        outgoing.target.write(f"{document.id}.json", pretty(_map(document.text, spans, relations)))


def _layers(scheme: Scheme) -> dict[str, Layer]:
    """The layers that the format has, each with all attributes of the corpus that refer to annotations, so that they follow."""
    references = {name: layer.attributes[name] for layer in scheme.layers.values() for name in layer.references}
    return {
        PROPOSITION: Layer("span", attributes=references),
        LOCUTION: Layer("span", attributes=references),
        ARGUMENT: Layer("relation", attributes=references),
    }


def _map(text: str, spans: tuple[Span, ...], relations: tuple[Relation, ...]) -> dict[str, Any]:
    speakers = {span.id: str(span.attributes[SPEAKER]) for span in spans if _has_participant(span)}
    participants = {name: str(number) for number, name in enumerate(dict.fromkeys(speakers.values()), 1)}
    classes = [{"nodeID": span.id, CLASS: span.label} for span in spans if span.label != TYPES[span.layer]]
    pairs = dict.fromkeys(pair for relation in relations for pair in _edges(relation))
    edges = [{"edgeID": str(number), "fromID": source, "toID": target} for number, (source, target) in enumerate(pairs, 1)]
    return {
        "AIF": {
            "nodes": [*map(_text_node, spans), *map(_tie_node, relations)],
            "edges": edges,
            "schemefulfillments": [],
            "descriptorfulfillments": [],
            "locutions": [{"nodeID": id, "personID": participants[name]} for id, name in speakers.items()],
            "participants": [
                {"participantID": number, "firstname": name, "surname": ""} for name, number in participants.items()
            ],
        },
        "text": {"txt": "".join(_marked(text, spans))},
        "dialog": any(span.layer == LOCUTION for span in spans),
        "OVA": {},
        **({CLASSIFIER: {"nodes": classes}} if classes else {}),
    }


def _has_participant(span: Span) -> bool:
    speaker = span.attributes.get(SPEAKER)
    return span.layer == LOCUTION and isinstance(speaker, str) and bool(speaker)


def _text_node(span: Span) -> dict[str, Any]:
    attributes = dict(span.attributes)
    if _has_participant(span):
        del attributes[SPEAKER]
    return {"nodeID": span.id, "text": span.text, "type": TYPES[span.layer], **_others(span, attributes)}


def _tie_node(relation: Relation) -> dict[str, Any]:
    attributes = dict(relation.attributes)
    text = default = DEFAULT_SCHEMES.get(relation.label, "")
    scheme = attributes.get(SCHEME)
    if isinstance(scheme, str) and scheme not in ("", default):
        text = attributes.pop(SCHEME)
    kind = escaped(relation.label, TEXTS)
    return {"nodeID": relation.id, "text": text, "type": kind, **_others(relation, attributes)}


def _others(record: Span | Relation, attributes: dict[str, Any]) -> dict[str, Any]:
    said = {escaped(name, OWN_KEYS): value for name, value in attributes.items()}
    if record.confidence is not None:
        said["confidence"] = record.confidence
    if record.note:
        said["note"] = record.note
    return said


def _edges(relation: Relation) -> Iterator[tuple[str, str]]:
    for role, id in relation.arguments():
        yield (id, relation.id) if role == "from" else (relation.id, id)


def _marked(text: str, spans: tuple[Span, ...]) -> Iterator[str]:
    """The text as HTML with a mark around each span. Spans come sorted, outer before inner, and none crosses another."""
    at = 0
    open_ends: list[int] = []
    for span in spans:
        while open_ends and open_ends[-1] <= span.start:
            end = open_ends.pop()
            yield f"{_as_html(text[at:end])}</span>"
            at = end
        yield f'{_as_html(text[at : span.start])}<span class="highlighted" id="node{span.id}">'
        at = span.start
        open_ends.append(span.end)
    while open_ends:
        end = open_ends.pop()
        yield f"{_as_html(text[at:end])}</span>"
        at = end
    yield _as_html(text[at:])


def _as_html(text: str) -> str:
    return html.escape(text, quote=False).replace("\n", "<br>")
