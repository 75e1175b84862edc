"""JSON_MIN and CSV, the smaller exports of Label Studio: a row for each annotation, with no ids of regions."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Any

import msgspec

from postil.errors import UnreadableFile
from postil.exchange.safe_json import parse_json
from postil.exchange.sources import File
from postil.formats._json_values import listed
from postil.formats._tables import Table
from postil.formats.label_studio._config import Config

_OWN = ("id", "annotator", "annotation_id", "created_at", "updated_at", "lead_time")
_KINDS = {"labels": "labels", "hypertextlabels": "hypertextlabels", "paragraphlabels": "paragraphlabels"}


def is_small(value: Any) -> bool:
    """Whether a record is a row of JSON_MIN, and not a task."""
    return isinstance(value, dict) and value.keys().isdisjoint(("data", "annotations", "completions", "predictions", "result"))


def rows_of_table(file: File, encoding: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """The rows of its CSV, which has JSON in its cells, as those of JSON_MIN."""
    table = Table(file, encoding)
    if set(_OWN[1:]).isdisjoint(table.columns):
        message = f"not the CSV of Label Studio, which has a column {' or '.join(_OWN[1:])}"
        raise UnreadableFile(file.shown, message, 1, 1)
    for line, row in table.rows():
        yield (
            line,
            {
                name: parse_json(file.shown, cell, line)
                if cell.startswith(("[{", "{"))
                else int(cell)
                if _is_number(name, cell)
                else cell
                for name, cell in row.items()
            },
        )


def _is_number(name: str, cell: str) -> bool:
    return name in _OWN and cell.isascii() and cell.isdigit() and len(cell) < 18


def answers_in(records: Iterable[tuple[str, tuple[int, Any]]]) -> frozenset[str]:
    """The keys that are certainly questions: rows of one task, each by another annotator, have another value there."""
    seen: dict[str, dict[str, int]] = {}
    found: set[str] = set()
    for task, (_, row) in records:
        said = {name: hash(msgspec.json.encode(one)) for name, one in row.items() if name not in _OWN} if is_small(row) else {}
        first = seen.setdefault(task, said)
        found.update(name for name in first.keys() | said.keys() if first.get(name) != said.get(name))
    return frozenset(found)


def task_of_rows(rows: list[Any], config: Config, answers: Collection[str] = ()) -> Any:
    """The task that rows of JSON_MIN were made of: each is one annotation. ``answers``: keys that are questions."""
    if not all(map(is_small, rows)):
        return rows[0]
    task: dict[str, Any] = {name: rows[0][name] for name in ("id", "created_at", "updated_at") if name in rows[0]}
    data: dict[str, Any] = {}
    annotations = []
    for row in rows:
        results = []
        for name, one in row.items():
            found = list(_results(name, one, config)) or list(_choices(name, one) if name in answers else ())
            results += found
            if not found and name not in _OWN:
                data.setdefault(name, one)
        if results or "annotation_id" in row or "annotator" in row:
            annotations.append({"result": results, "completed_by": row.get("annotator")})
    return {**task, "data": data, "annotations": annotations, "is_of_rows": True}


def _choices(name: str, value: Any) -> Iterator[dict[str, Any]]:
    """The answer to a question of which nothing but its name is known."""
    yield {"from_name": name, "to_name": "text", "id": name, "type": "choices", "value": {"choices": listed(value)}}


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
