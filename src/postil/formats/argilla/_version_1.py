"""Records of Argilla 1 (and Rubrix), which have one annotation and one prediction each, as those of version 2."""

from __future__ import annotations

from typing import Any

from postil.exchange.incoming import Incoming
from postil.exchange.safe_json import whole
from postil.formats._json_values import listed, table_or_empty

_BOOKKEEPING = ("tokens", "explanation", "metrics", "event_timestamp", "last_updated")
_OWN = (
    "text", "inputs", "annotation", "annotation_agent", "prediction", "prediction_agent", "status", "multi_label", *_BOOKKEEPING,
)  # fmt: skip
_LIKELY = 0.5
_STATUSES = {"Discarded": "discarded", "Edited": "draft", "Default": "draft"}


def is_version_1(value: dict[str, Any]) -> bool:
    """Whether a record says what it says in an annotation or a prediction."""
    has_text = isinstance(value.get("text"), str) or isinstance(value.get("inputs"), str | dict)
    return has_text and "fields" not in value and not value.keys().isdisjoint(("annotation", "prediction"))


def as_version_2(value: dict[str, Any], incoming: Incoming, place: str) -> dict[str, Any]:
    """The record in the form of version 2."""
    inputs = value.get("inputs")
    fields = inputs if isinstance(inputs, dict) else {"text": value.get("text") or inputs}
    record = {key: one for key, one in value.items() if key not in _OWN}
    if any(value.get(key) for key in _BOOKKEEPING):
        incoming.losses.add("Argilla's own bookkeeping (tokens, explanations, metrics, dates)", place, stops=False)
    record["fields"] = fields
    question, said = _said(value.get("annotation"), incoming)
    if said is not None:
        status = _STATUSES.get(str(value.get("status")))
        answer = {"value": said, "user_id": value.get("annotation_agent"), "status": status}
        record["responses"] = {question: [answer]}
    predicted = _likely(listed(value.get("prediction")), incoming, place, is_multiple=value.get("multi_label") is True)
    question, said = _said([one for one, _ in predicted], incoming)
    if said:
        record["suggestions"] = {
            question: {"value": said, "agent": value.get("prediction_agent"), "score": [score for _, score in predicted]}
        }
    return record


def _said(value: Any, incoming: Incoming) -> tuple[str, Any]:
    """The layer of what is said, and what: spans as objects, labels as they are."""
    spans = [_span(one) for one in listed(value)]
    if all(spans) and isinstance(value, list):
        return incoming.span_layer, spans
    return incoming.label_layer, value if value != "" else None


def _span(value: Any) -> dict[str, Any] | None:
    if isinstance(value, list) and len(value) in (3, 4) and isinstance(value[0], str):
        value = dict(zip(("label", "start", "end"), value, strict=False))
    if not isinstance(value, dict) or not {"label", "start", "end"} <= value.keys():
        return None
    return {"label": value["label"], "start": whole(value["start"]), "end": whole(value["end"])}


def _likely(values: list[Any], incoming: Incoming, place: str, *, is_multiple: bool) -> list[tuple[Any, float | None]]:
    """What is predicted, with its score. Of labels for the text there is a score for each: the likely ones are meant."""
    scored = [_scored(one) for one in values]
    if not scored or any(score is None or not isinstance(one, str) for one, score in scored):
        return scored
    best = max(score or 0.0 for _, score in scored)
    meant = [(one, score) for one, score in scored if (score or 0.0) >= (_LIKELY if is_multiple else best)]
    for one, score in scored:
        if (one, score) not in meant:
            incoming.losses.add("labels that are predicted as unlikely", place, f"{one}={score}", stops=False)
    return meant


def _scored(value: Any) -> tuple[Any, float | None]:
    """What is predicted and its score: of an object or a list that has both."""
    table = table_or_empty(value)
    if "label" in table and "start" not in table:
        return table["label"], _number(table.get("score"))
    if isinstance(value, list) and len(value) == 2 and isinstance(value[0], str):
        return value[0], _number(value[1])
    return value, _number(table.get("score") if table else value[3] if isinstance(value, list) and len(value) == 4 else None)


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, float | int) and not isinstance(value, bool) else None
