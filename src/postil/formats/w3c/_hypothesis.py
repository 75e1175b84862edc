"""What Hypothesis exports, as Web Annotations: its search results, what its client exports, or a row on each line."""

from __future__ import annotations

from typing import Any

_LISTS = ("rows", "annotations")
"""Where the rows are: in the results of a search, and in what the client exports."""


def rows_of(value: dict[str, Any]) -> list[Any] | None:
    """The rows that an object of Hypothesis holds, or is; ``None`` where it is no such object."""
    if is_row(value):
        return [value]
    return next((rows for name in _LISTS if isinstance(rows := value.get(name), list) and all(map(is_row, rows))), None)


def is_row(value: Any) -> bool:
    """Whether it is an annotation as Hypothesis has them: those of the W3C have no ``uri``, and say their type."""
    return isinstance(value, dict) and isinstance(value.get("uri"), str) and isinstance(value.get("user"), str)


def as_annotation(row: dict[str, Any]) -> dict[str, Any]:
    """The Web Annotation that a row is: tags and text are bodies, a reply is about the annotation that it answers."""
    tags = row.get("tags")
    body = [_body("tagging", tag) for tag in (tags if isinstance(tags, list) else ()) if isinstance(tag, str)]
    text = row.get("text")
    references = row.get("references")
    answered = references[-1] if isinstance(references, list) and references else ""
    if isinstance(text, str) and text.strip():
        body.append(_body("replying" if answered else "commenting", text))
    user = str(row["user"]).removeprefix("acct:")
    dates = {name: row[key] for name, key in (("created", "created"), ("modified", "updated")) if isinstance(row.get(key), str)}
    return {
        "id": row.get("id", ""),
        "type": "Annotation",
        "motivation": "replying" if answered else "commenting" if body else "highlighting",
        "creator": {"nickname": user.removesuffix("@hypothes.is")},
        "body": body,
        "target": answered or _targets(row),
        **dates,
    }


def _targets(row: dict[str, Any]) -> Any:
    targets = row.get("target")
    found = [one for one in (targets if isinstance(targets, list) else ()) if isinstance(one, dict)]
    return [{"source": row["uri"], **one} for one in found] or row["uri"]


def _body(purpose: str, value: str) -> dict[str, Any]:
    return {"type": "TextualBody", "purpose": purpose, "value": value}
