"""What each annotator says of a thing, in words, with where it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from postil.editing.items import Item
from postil.model import Annotation, Relation, Span
from postil.text import printable, quote

_CONTEXT = 60  # characters to either side of a passage


class Versions:
    """Says what the sets of one document say. ``records``: by annotator, by id, an annotation and the line of its file."""

    def __init__(self, document: str, text: str, records: Mapping[str, Mapping[str, tuple[Annotation, str]]]) -> None:
        self.document, self._text, self._records = document, text, records

    def line(self, item: Item) -> int:
        """The line of the text on which an item begins; 0 for what stands nowhere."""
        starts = [start for name, version in item.versions.items() if version for start in self._starts(name, version)]
        return self._text.count("\n", 0, min(starts)) + 1 if starts else 0

    def place(self, item: Item) -> str:
        """The document, and the line."""
        line = self.line(item)
        return printable(f"{self.document}:{line}" if line else self.document)

    def _starts(self, annotator: str, version: Annotation) -> Iterator[int]:
        if isinstance(version, Span):
            yield version.start
        elif isinstance(version, Relation):
            for _, id in version.arguments():
                target, _ = self._records.get(annotator, {}).get(id, (None, ""))
                if isinstance(target, Span):
                    yield target.start

    def contexts(self, item: Item) -> list[str]:
        """Each passage that somebody marked, with what stands around it."""
        spans = (version for version in item.versions.values() if isinstance(version, Span))
        return list(dict.fromkeys(context(self._text, span) for span in spans))

    def said(self, annotator: str, version: Annotation | None) -> str:
        """What an annotator says: label, text, arguments, attributes, and what is remarked on it."""
        if version is None:
            return "nothing"
        found = [printable(version.label)]
        if isinstance(version, Span):
            found.append(quote(version.text, 70))
            if version.fragments:
                found.append(" + ".join(quote(self._text[start:end], 30) for start, end in version.fragments))
        if isinstance(version, Relation):
            found += [f"{printable(role)} {self._short(annotator, id)}" for role, id in version.arguments()]
        found += [f"{printable(name)}: {value_in_words(value)}" for name, value in version.attributes.items()]
        if version.confidence is not None:
            found.append(f"(confidence {version.confidence})")
        if version.note:
            found.append(f"(note: {quote(version.note)})")
        return "  ".join(found)

    def where(self, annotator: str, version: Annotation | None) -> str:
        """The id of an annotation and the line of its file."""
        if version is None:
            return ""
        _, line = self._records.get(annotator, {}).get(version.id, (None, ""))
        return printable(", ".join(filter(None, (version.id, line))))

    def _short(self, annotator: str, id: str) -> str:
        record, _ = self._records.get(annotator, {}).get(id, (None, ""))
        if isinstance(record, Span):
            return f"{printable(record.label)} {quote(record.text, 40)}"
        return printable(f"{record.label} ({id})" if record else id)


def context(text: str, span: Span) -> str:
    """A span in brackets with what stands around it, in one line."""
    start, end = max(min(span.start, len(text)), 0), max(min(span.end, len(text)), 0)
    before, after = text[max(start - _CONTEXT, 0) : start], text[end : end + _CONTEXT]
    covered = text[start:end]
    middle = covered if len(covered) <= 3 * _CONTEXT else f"{covered[:_CONTEXT]} … {covered[-_CONTEXT:]}"
    return printable(" ".join(f"{before}[{middle}]{after}".split()))


def value_in_words(value: Any) -> str:
    """The value of an attribute."""
    import msgspec

    return printable(value if isinstance(value, str) else msgspec.json.encode(value).decode())
