"""The text that a tag of a labelling configuration shows, and how results count in it."""

from __future__ import annotations

import re
from typing import Any

import msgspec

from postil.errors import UnreadableFile
from postil.exchange.incoming import Incoming
from postil.formats.label_studio._config import TextTag
from postil.formats.label_studio._html import TextContent

_STEP = re.compile(r"([^.\[\]]+)|\[(\d+)\]")
_ADDRESS = re.compile(r"(https?|s3|gs|azure-blob)://\S+|/data/\S+")


class Shown(msgspec.Struct):
    """A text that is shown. ``key``: of the data that it comes from; ``metadata``: what else that holds.

    ``starts``: of its paragraphs, where it is made of them. ``content``: where it is HTML.
    """

    name: str
    text: str
    key: str = ""
    metadata: dict[str, Any] = {}
    starts: list[int] = []
    content: TextContent | None = None

    def extent(self, value: dict[str, Any]) -> tuple[int, int] | None:
        """Where a region is; ``None`` for one that is nowhere in this text."""
        start, end = _number(value.get("start")), _number(value.get("end"))
        if self.starts:
            first = self._in_paragraph(start, value.get("startOffset"))
            last = self._in_paragraph(end, value.get("endOffset"))
        elif (everywhere := value.get("globalOffsets")) and isinstance(everywhere, dict):
            first, last = _number(everywhere.get("start")), _number(everywhere.get("end"))
        elif self.content and start is None:
            first = self._in_node(value.get("start"), value.get("startOffset"))
            last = self._in_node(value.get("end"), value.get("endOffset"))
        else:
            first, last = start, end
        return None if first is None or last is None else (first, last)

    def _in_paragraph(self, number: int | None, inside: Any) -> int | None:
        offset = _number(inside)
        is_there = number is not None and 0 <= number < len(self.starts) and offset is not None
        return self.starts[number] + offset if is_there else None  # type: ignore[index,operator]

    def _in_node(self, path: Any, inside: Any) -> int | None:
        offset = _number(inside)
        return self.content.offset(path, offset) if self.content and isinstance(path, str) and offset is not None else None


def shown_text(tag: TextTag, data: dict[str, Any], place: str, incoming: Incoming) -> Shown | None:
    """The text that a tag shows of a task; ``None`` where the task has none for it."""
    key, value = _value(tag.value, data)
    if isinstance(value, list):
        return _paragraphs(tag, key, value, place)
    if not isinstance(value, str):
        return None
    if tag.is_address and is_address(value):
        raise UnreadableFile(place, f"the text is not in the file: data.{key} is the address {value}. Put the text there")
    if tag.form == "HyperText":
        content = TextContent(value)
        if content.text != value:
            incoming.losses.add("HTML, of which the text was read", place, stops=False)
        return Shown(tag.name, content.text, key, content=content)
    return Shown(tag.name, value, key)


def is_address(value: Any) -> bool:
    """Whether a value only says where something is."""
    return isinstance(value, str) and _ADDRESS.fullmatch(value) is not None


def is_dialogue(value: Any) -> bool:
    """Whether a value is a list of turns."""
    return isinstance(value, list) and all(isinstance(one, str) or (isinstance(one, dict) and "text" in one) for one in value)


def _value(said: str, data: dict[str, Any]) -> tuple[str, Any]:
    """The value that ``$key`` or ``$key[0].other`` says; a text without ``$`` is its own value."""
    if not said.startswith("$"):
        return "", said
    path = said[1:]
    if path in data:
        return path, data[path]
    value: Any = data
    steps = [(name, number) for name, number in _STEP.findall(path)]
    for name, number in steps:
        if name and isinstance(value, dict):
            value = value.get(name)
        elif number and isinstance(value, list) and int(number) < len(value):
            value = value[int(number)]
        else:
            return "", None
    return steps[0][0] if steps else "", value


def _paragraphs(tag: TextTag, key: str, paragraphs: list[Any], place: str) -> Shown | None:
    """A dialogue: a line for each turn; who speaks, and what else is known of a turn, goes to the metadata."""
    lines, starts, about, at = [], [], [], 0
    for number, paragraph in enumerate(paragraphs):
        said = paragraph.get(tag.text_key) if isinstance(paragraph, dict) else paragraph
        if not isinstance(said, str):
            raise UnreadableFile(
                place, f"data.{key}[{number}] has no {tag.text_key!r}: a dialogue is a list of turns with a text"
            )
        about.append(
            {name: one for name, one in paragraph.items() if name != tag.text_key} if isinstance(paragraph, dict) else {}
        )
        lines.append(said)
        starts.append(at)
        at += len(said) + 1
    if not lines:
        return None
    return Shown(tag.name, "\n".join(lines), key, {"turns": about} if any(about) else {}, starts)


def _number(value: Any) -> int | None:
    """A whole number, or one in words; not a truth value, not a share of a second."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 18:
        return int(value)
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None
