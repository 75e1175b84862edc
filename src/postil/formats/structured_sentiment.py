"""Opinions as the shared task on structured sentiment (SemEval 2022, task 10) has them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from postil.errors import UnreadableFile
from postil.exchange.drafts import Draft, DraftSet
from postil.exchange.features import EVERYTHING
from postil.exchange.format import Format
from postil.exchange.incoming import Incoming
from postil.exchange.safe_json import read_json_records
from postil.model import Relation, Span, fragments_of
from postil.scheme import Attribute, LabelDefinition, Layer, Role
from postil.text import counted

_MANUAL = """\
Read only. A JSON array (or JSON Lines) of sentences, each of which becomes a document:

[{"sent_id": "201911-01-01", "text": "A fine , if long , film .", "opinions": [
  {"Source": [[], []], "Target": [["film"], ["19:23"]], "Polar_expression": [["fine", "long"], ["2:6", "12:16"]],
   "Polarity": "Positive", "Intensity": "Standard"}]}]

Offsets count code points; several make one discontinuous span. Expressions are spans of a layer expression with the labels
Source, Target and Polar_expression; what several opinions share is one span. An opinion is a relation of a layer opinion:
its label is the polarity, its roles are source, target and expression (which may be missing), the intensity and whatever
else it says are attributes. What else a sentence says is metadata."""

_PARTS = {"Source": "source", "Target": "target", "Polar_expression": "expression"}
_EXTENT = re.compile(r"(\d{1,12}):(\d{1,12})")
_LAYERS = {
    "expression": Layer("span", labels={label: LabelDefinition() for label in _PARTS}),
    "opinion": Layer(
        "relation",
        labels={label: LabelDefinition() for label in ("Positive", "Negative", "Neutral")},
        attributes={"Intensity": Attribute("string")},
        roles={role: Role(labels=(label,), required=False) for label, role in _PARTS.items()},
    ),
}


def _read(incoming: Incoming) -> Iterator[Draft]:
    incoming.declared.update(_LAYERS)
    for file in incoming.source.files(".json", ".jsonl"):
        with incoming.noting_unreadable():
            for number, (line, value) in enumerate(read_json_records(file), 1):
                if not isinstance(value, dict) or not isinstance(value.get("text"), str):
                    raise UnreadableFile(file.shown, 'not a sentence with opinions: an object with a "text" is wanted', line, 1)
                name = str(value.get("sent_id") or f"{file.name}-{number}")
                metadata = {key: one for key, one in value.items() if key not in ("text", "opinions", "sent_id")}
                drafts = [_Opinions(value, file.shown, line).set]
                yield Draft(name, value["text"], drafts, metadata, "code point", file.shown)


class _Opinions:
    """The opinions of a sentence. ``set``: as a draft."""

    def __init__(self, value: dict[str, Any], shown: str, line: int) -> None:
        self.shown, self.line = shown, line
        self.set = DraftSet("", spans=[], relations=[], file=shown, lines={})
        self._spans: dict[tuple[str, tuple[tuple[int, int], ...]], str] = {}
        for number, opinion in enumerate(self._list(value.get("opinions") or [], "opinions"), 1):
            self._add(opinion, f"o{number}")

    def _fail(self, message: str) -> UnreadableFile:
        return UnreadableFile(self.shown, message, self.line, 1)

    def _list(self, value: Any, what: str) -> list[Any]:
        if not isinstance(value, list):
            raise self._fail(f"{what} is a list, not {value!r:.60}")
        return value

    def _add(self, opinion: Any, id: str) -> None:
        if not isinstance(opinion, dict):
            raise self._fail(f"an opinion is an object, not {opinion!r:.60}")
        args: dict[str, str | tuple[str, ...]] = {}
        for label, role in _PARTS.items():
            found = self._span(label, opinion.get(label) or [[], []])
            if found:
                args[role] = found
        attributes = {key: one for key, one in opinion.items() if key not in (*_PARTS, "Polarity") and one is not None}
        self.set.lines[id] = self.line
        self.set.relations.append(Relation(id, "opinion", str(opinion.get("Polarity") or "opinion"), args, attributes))

    def _span(self, label: str, value: Any) -> str:
        """The id of the span that a part of an opinion is; empty for none."""
        both = self._list(value, label)
        if len(both) != 2:
            raise self._fail(f"{label} is two lists, of texts and of offsets, not {value!r:.60}")
        texts, offsets = (self._list(one, label) for one in both)
        if len(texts) != len(offsets):
            raise self._fail(f"{label} has {counted(len(texts), 'text')} and {counted(len(offsets), 'offset')}")
        if not offsets:
            return ""
        parts = sorted(zip(map(self._extent, offsets), map(str, texts), strict=True))
        fragments = tuple(_joined([extent for extent, _ in parts]))
        key = (label, fragments)
        if key not in self._spans:
            self._spans[key] = id = f"e{len(self._spans) + 1}"
            self.set.lines[id] = self.line
            text = " ".join(text for _, text in parts)
            more = fragments_of(fragments)
            self.set.spans.append(Span(id, "expression", label, fragments[0][0], fragments[-1][1], text, more))
        return self._spans[key]

    def _extent(self, value: Any) -> tuple[int, int]:
        found = _EXTENT.fullmatch(value) if isinstance(value, str) else None
        if found is None:
            raise self._fail(f"{value!r:.60} is no pair of offsets like 2:6")
        return int(found[1]), int(found[2])


def _joined(extents: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Extents in order, those that touch as one."""
    start, end = extents[0]
    for first, last in extents[1:]:
        if first <= end:
            end = max(end, last)
        else:
            yield start, end
            start, end = first, last
    yield start, end


FORMAT = Format(
    "structured-sentiment",
    "Structured sentiment (SemEval 2022) JSON",
    _MANUAL,
    EVERYTHING,
    _read,
    signs=(r'"Polar_expression"\s*:',),
)
