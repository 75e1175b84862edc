"""JSON_MIN, the smaller export of Label Studio: a row for each annotation, with no ids of regions."""

from __future__ import annotations

from typing import Any

from postil.formats.label_studio._config import Config

_OWN = ("id", "annotator", "annotation_id", "created_at", "updated_at", "lead_time")
_KINDS = {"labels": "labels", "hypertextlabels": "hypertextlabels", "paragraphlabels": "paragraphlabels"}


def is_small(value: Any) -> bool:
    """Whether a record is a row of JSON_MIN, and not a task."""
    return isinstance(value, dict) and value.keys().isdisjoint(("data", "annotations", "completions", "predictions", "result"))


def task_of_small_record(value: Any, config: Config) -> Any:
    """A row of JSON_MIN as the task that it was; anything else as it is."""
    if not is_small(value):
        return value
    data, results = {}, []
    for name, one in value.items():
        found = list(_results(name, one, config))
        results += found
        if not found and name not in _OWN:
            data[name] = one
    annotation = {"result": results, "completed_by": value.get("annotator")}
    is_annotated = bool(results) or "annotation_id" in value or "annotator" in value
    task = {name: value[name] for name in ("id", "created_at", "updated_at") if name in value}
    return {**task, "data": data, "annotations": [annotation] if is_annotated else []}


def _results(name: str, value: Any, config: Config) -> Any:
    """The results that a key of a row was made of; none where it is data."""
    control = config.controls.get(name)
    to_name = next(iter(config.texts), "text")
    common = {"from_name": name, "to_name": to_name}
    for number, one in enumerate(value if isinstance(value, list) else [value]):
        if isinstance(one, dict) and (kind := next((kind for kind in _KINDS if isinstance(one.get(kind), list)), "")):
            yield {**common, "id": f"{name}-{number + 1}", "type": kind, "value": one}
        elif isinstance(one, dict) and isinstance(one.get("choices"), list):
            yield {**common, "id": name, "type": "choices", "value": one}
        elif control and control.tag == "Choices":
            yield {**common, "id": f"{name}-{number + 1}", "type": "choices", "value": {"choices": [one]}}
        elif control and control.tag in ("Number", "Rating", "DateTime", "TextArea", "Taxonomy"):
            key = "text" if control.tag == "TextArea" else control.tag.lower()
            yield {**common, "id": f"{name}-{number + 1}", "type": control.tag.lower(), "value": {key: one}}
