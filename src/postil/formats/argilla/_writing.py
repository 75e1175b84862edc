"""Documents as a dataset of Argilla on a disk."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any

from postil.corpus import Document
from postil.errors import PostilError
from postil.exchange.outgoing import Outgoing
from postil.formats._flat import flat
from postil.formats._json_values import pretty, write_array
from postil.formats.argilla._holding import suggesting
from postil.formats.argilla._settings import DATASET, SETTINGS, USERS
from postil.model import AnnotationSet, Label, Span
from postil.scheme import LabelDefinition, Scheme

_NAMESPACE = uuid.UUID("9ad5f1f8-5d0a-4c0a-9a55-3f3f6f2a1d1e")


def write(documents: Iterable[Document], outgoing: Outgoing) -> None:
    users = _given_users(outgoing)
    spans = {name: dict(layer.labels) for name, layer in outgoing.scheme.layers_of_kind("span").items()}
    labels = {name: dict(layer.labels) for name, layer in outgoing.scheme.layers_of_kind("label").items()}
    with outgoing.target.open("records.json") as file:
        write_array(file, (_record(_seen(document, spans, labels), list(spans), users) for document in documents))
    settings = _written_settings(spans, labels, outgoing.scheme)
    outgoing.target.write(SETTINGS, pretty(settings))
    outgoing.target.write(DATASET, pretty({"name": outgoing.manifest.name, "status": "draft", "allow_extra_metadata": True}))
    outgoing.target.write(USERS, pretty({users[name]: name for name in sorted(users)}))
    outgoing.say.append("rg.Dataset.from_disk opens it; a server takes responses of its own users only: --user NAME=UUID")


def _seen(
    document: Document, spans: dict[str, dict[str, LabelDefinition]], labels: dict[str, dict[str, LabelDefinition]]
) -> Document:
    """The document, after its labels were added to those that the settings have to have."""
    for one in document.sets.values():
        for span in one.spans:
            spans.setdefault(span.layer, {}).setdefault(span.label, LabelDefinition())
        for label in one.labels:
            labels.setdefault(label.layer, {}).setdefault(label.label, LabelDefinition())
    return document


def _given_users(outgoing: Outgoing) -> dict[str, str]:
    """The id of each annotator: as the user says, or made of the name, so that it is the same each time."""
    users = {name: str(uuid.uuid5(_NAMESPACE, name)) for name in outgoing.annotators}
    for said in outgoing.options["user"]:
        name, _, id = said.partition("=")
        try:
            users[name] = str(uuid.UUID(id))
        except ValueError as error:
            raise PostilError(f"--user {said}: say NAME=UUID, with the id that the server has for the user") from error
    return users


def _record(document: Document, layers: list[str], users: dict[str, str]) -> dict[str, Any]:
    responses: dict[str, list[Any]] = {}
    suggestions: dict[str, Any] = {}
    model = suggesting(document)
    for annotator, one in document.sets.items():
        for question, (value, scores) in _answers(one, layers).items():
            if annotator == model:
                suggestions[question] = {"value": value, "score": scores or None, "agent": annotator}
            else:
                status = "submitted" if one.header.status == "complete" else "draft"
                responses.setdefault(question, []).append({"value": value, "user_id": users[annotator], "status": status})
    return {
        "id": document.id, "fields": {"text": document.text}, "metadata": flat(document.metadata, ()), "suggestions": suggestions,
        "responses": responses, "vectors": {},
    }  # fmt: skip


def _answers(annotations: AnnotationSet, layers: list[str]) -> dict[str, tuple[list[Any], list[float]]]:
    """What a set says to each question, with scores: a layer of spans where there is nothing was looked through all the same."""
    answers: dict[str, tuple[list[Any], list[float]]] = {layer: ([], []) for layer in layers}
    for span in annotations.spans:
        value = {"label": span.label, "start": span.start, "end": span.end}
        _answer(answers, span, value)
    for label in annotations.labels:
        _answer(answers, label, label.label)
    return answers


def _answer(answers: dict[str, tuple[list[Any], list[float]]], record: Span | Label, value: Any) -> None:
    values, scores = answers.setdefault(record.layer, ([], []))
    values.append(value)
    if record.confidence is not None:
        scores.append(record.confidence)


def _written_settings(
    spans: dict[str, dict[str, LabelDefinition]], labels: dict[str, dict[str, LabelDefinition]], scheme: Scheme
) -> dict[str, Any]:
    """The settings: a question for each layer that has labels."""
    questions: list[dict[str, Any]] = []
    for name, known in [*spans.items(), *labels.items()]:
        if not known:
            continue
        options = [{"value": label, "text": label, "description": one.description or None} for label, one in known.items()]
        kind: dict[str, Any] = {"type": "multi_label_selection", "options_order": "natural"}
        if name in spans:
            kind = {"type": "span", "field": "text", "allow_overlapping": True}
        description = scheme.layers[name].description if name in scheme.layers else ""
        questions.append(
            {
                "name": name, "title": name, "description": description or None, "required": not questions,
                "settings": {**kind, "options": options, "visible_options": len(options) if len(options) >= 3 else None},
            }
        )  # fmt: skip
    field = {"name": "text", "title": "text", "required": True, "settings": {"type": "text", "use_markdown": False}}
    return {
        "guidelines": scheme.description or None, "questions": questions, "fields": [field], "vectors": [], "metadata": [],
        "allow_extra_metadata": True, "distribution": {"strategy": "overlap", "min_submitted": 1}, "mapping": None,
    }  # fmt: skip
