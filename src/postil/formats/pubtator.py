"""PubTator: abstracts with a title, mentions of concepts and relations of concepts, as the biomedical databases exchange them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec
from msgspec.structs import replace

from postil.corpus import Document
from postil.errors import PostilError
from postil.exchange.drafts import Draft, DraftSet
from postil.exchange.features import (
    ATTRIBUTES,
    CROSSING,
    CUT,
    DOCUMENT_IDS,
    DOCUMENT_LABELS,
    LABEL_ATTRIBUTES,
    NESTED,
    OVER_SENTENCES,
    STACKED,
    TEXT,
    Feature,
    Reducing,
    characters,
    in_each_set,
    lose,
    taken_out,
    with_text,
    without_values,
)
from postil.exchange.format import Format
from postil.exchange.incoming import Incoming
from postil.exchange.offsets import LINE_ENDS
from postil.exchange.outgoing import Outgoing
from postil.exchange.sources import File
from postil.model import AnnotationSet, Label, Span

_MANUAL = """\
One file. For each document its title and its abstract, a line for each, then rows with tabs, then an empty line:

12345|t|A title.
12345|a|The abstract, one line.
12345\t2\t7\ttitle\tConcept\tMESH:D001
12345\tCID\tD001\tD002

READING. The text is the title, a line end, and the abstract. A row with offsets is a span; the identifier in its sixth column is
the attribute "concept" (-1 is none), a seventh column "column7". A row with two identifiers is a relation of concepts, not of
mentions: a label of the document with the attributes "concept1" and "concept2".

WRITING. The first line of a text is the title, the rest the abstract.

NOT KEPT: line ends and tabs in an abstract (they become blanks), layers, discontinuous spans, relations of spans, attributes of
spans but those above, labels of the document but those above, several annotators, confidence, remarks, notes, metadata."""

_SECTION = re.compile(r"([^|\t]*)\|([a-z])\|(.*)")
_NONE = ("-1", "-", "")
_CONCEPTS = ("concept1", "concept2")
_COLUMN = re.compile(r"column([0-9]{1,3})")
_FIRST_EXTRA = 7


class _Record(msgspec.Struct):
    """A document while its lines are read."""

    id: str
    line: int
    sections: dict[str, str] = {}
    rows: list[tuple[int, list[str]]] = []


def _read(incoming: Incoming) -> Iterator[Draft]:
    is_empty = True
    for file in incoming.source.files(".pubtator", ".txt", ".tsv"):
        with incoming.noting_unreadable():
            for record in _records(file, incoming):
                is_empty = False
                yield _draft(record, file, incoming)
    if is_empty and not incoming.unreadable:
        raise PostilError(f"{incoming.source.path}: no document of PubTator is in it: a line like 12345|t|A title is wanted")


def _records(file: File, incoming: Incoming) -> Iterator[_Record]:
    """The documents of a file. An empty line ends one, and so does the title of another."""
    record: _Record | None = None
    for number, line in file.lines(incoming.source.encoding):
        if found := _SECTION.fullmatch(line):
            if record and (record.id != found[1] or found[2] in record.sections):
                yield record
                record = None
            record = record or _Record(found[1], number)
            record.sections[found[2]] = found[3]
        elif not line.strip():
            if record:
                yield record
            record = None
        elif record and line.startswith(f"{record.id}\t"):
            record.rows.append((number, line.split("\t")))
        else:
            why = "belongs to no document: its title, like 12345|t|A title, or a row that begins with its id is wanted"
            incoming.broken_lines.add(f"{file.shown}:{number}", why, line)
    if record:
        yield record


def _draft(record: _Record, file: File, incoming: Incoming) -> Draft:
    made = DraftSet(file=file.shown)
    title, abstract = record.sections.pop("t", ""), record.sections.pop("a", "")
    for name, said in record.sections.items():
        incoming.losses.add("parts of a document that are neither title nor abstract", f"{file.shown}: {record.id}|{name}|", said)
    for number, row in record.rows:
        place = f"{file.shown}:{number}"
        if len(row) >= 5 and row[1].isdecimal() and row[2].isdecimal():
            span = _span(f"T{len(made.spans) + 1}", row, incoming.span_layer)
            made.spans.append(span)
            made.lines[span.id] = number
        elif len(row) >= 4 and not (row[1].isdecimal() and row[2].isdecimal()):
            label = Label(f"R{len(made.labels) + 1}", incoming.label_layer, row[1], dict(zip(_CONCEPTS, row[2:4], strict=True)))
            label.attributes.update(_more(row, 4))
            made.labels.append(label)
            made.lines[label.id] = number
        else:
            why = "neither a mention (id, two offsets, text, type) nor a relation (id, type, two identifiers)"
            incoming.broken_lines.add(place, why, "\t".join(row))
    text = f"{title}\n{abstract}\n" if abstract else f"{title}\n"
    return Draft(record.id or f"{file.name}-{record.line}", text, [made], {}, "code point", file.shown)


def _span(id: str, row: list[str], layer: str) -> Span:
    attributes: dict[str, Any] = {}
    if len(row) > 5 and row[5].strip() not in _NONE:
        attributes["concept"] = row[5].strip()
    attributes |= _more(row, 6)
    return Span(id, layer, row[4], int(row[1]), int(row[2]), row[3], (), attributes)


def _more(row: list[str], first: int) -> dict[str, str]:
    return {f"column{number}": value.strip() for number, value in enumerate(row[first:], first + 1) if value.strip()}


# --- writing -------------------------------------------------------------------------------------------------------------------


def _without_lines(document: Document, reducing: Reducing) -> Document:
    """With one line end inside the text, between title and abstract, and one at its end."""
    body = document.text.removesuffix("\n")
    title, gap, abstract = body.partition("\n")
    if gap and not abstract:
        title, gap = f"{title} ", ""
    text = f"{title}{gap}{abstract.translate({ord(chr(10)): ' '})}\n"
    if text == document.text:
        return document
    reducing.losses.add(_LINES.title, document.id, document.text[:40])
    return with_text(document, text, reducing)


def _with_columns(record: Any) -> Any:
    """With the attributes only that have a column, of words without blanks around them."""
    if not isinstance(record, Span | Label):
        return record
    attributes = {
        name: value.strip()
        for name, value in record.attributes.items()
        if isinstance(value, str) and value.strip() and _has_column(record, name, value.strip())
    }
    return record if attributes == record.attributes else replace(record, attributes=attributes)


def _has_column(record: Span | Label, name: str, value: str) -> bool:
    if isinstance(record, Label) and name in _CONCEPTS:
        return True
    if isinstance(record, Span) and name == "concept":
        return value not in _NONE
    if not (found := _COLUMN.fullmatch(name)):
        return False
    return str(int(found[1])) == found[1] and int(found[1]) >= (5 if isinstance(record, Label) else _FIRST_EXTRA)


def _without_bare_labels(annotations: AnnotationSet, _document: Document, reducing: Reducing) -> AnnotationSet:
    doomed = [label for label in annotations.labels if not _is_row(label)]
    for label in doomed:
        lose(reducing, _LABELS.title, annotations, label)
    return taken_out(annotations, {label.id for label in doomed}, reducing)


def _is_row(label: Label) -> bool:
    """Whether a row can say it, and could not be taken for one with offsets."""
    concepts = [label.attributes.get(name, "") for name in _CONCEPTS]
    return all(concepts) and not (label.label.isdecimal() and concepts[0].isdecimal())


_BREAKS = LINE_ENDS.removeprefix("\n")
_TEXT = characters(rf"[\t{_BREAKS}]", "tabs and uncommon line ends in texts", " ", of=("text",))
_NAMES = characters(rf"[\t{LINE_ENDS}]", "tabs and line ends in names and values", " ", of=("names", "values"))
_LINES = Feature("pubtator:lines", "line ends after the first line", _without_lines)
_VALUES = Feature(
    "pubtator:values", "attributes that have no column", without_values("attributes that have no column", _with_columns)
)
_LABELS = Feature("pubtator:labels", "document labels that are no relations of two concepts", in_each_set(_without_bare_labels))


def _write(documents: Iterable[Document], outgoing: Outgoing) -> None:
    with outgoing.target.open() as file:
        for number, document in enumerate(documents):
            lines = "".join(f"{line}\n" for line in _lines(document))
            file.write((b"\n" if number else b"") + lines.encode())


def _lines(document: Document) -> Iterator[str]:
    title, _, abstract = document.text.removesuffix("\n").partition("\n")
    yield f"{document.id}|t|{title}"
    yield f"{document.id}|a|{abstract}"
    annotations = next(iter(document.sets.values()), None)
    for span in annotations.spans if annotations else ():
        covered = span.covered(document.text).replace("\n", " ")
        columns = [str(span.start), str(span.end), covered, span.label, span.attributes.get("concept", "-1")]
        yield "\t".join([document.id, *columns, *_extra(span.attributes, _FIRST_EXTRA)])
    for label in annotations.labels if annotations else ():
        concepts = [label.attributes[name] for name in _CONCEPTS]
        yield "\t".join([document.id, label.label, *concepts, *_extra(label.attributes, 5)])


def _extra(attributes: dict[str, str], first: int) -> list[str]:
    """The columns after those that every row has."""
    numbers = {int(found[1]): value for name, value in attributes.items() if (found := _COLUMN.fullmatch(name))}
    return [numbers.get(number, "") for number in range(first, max(numbers, default=0) + 1)]


_KEEPS = frozenset(
    {
        ATTRIBUTES, CROSSING, CUT, DOCUMENT_IDS, DOCUMENT_LABELS, LABEL_ATTRIBUTES, NESTED, OVER_SENTENCES, STACKED, TEXT,
    }
)  # fmt: skip

FORMAT = Format(
    "pubtator",
    "PubTator",
    _MANUAL,
    _KEEPS,
    _read,
    _write,
    limits=(_NAMES, _TEXT, _LINES, _VALUES, _LABELS),
    writes="file",
    signs=(r"^[^|\s]+\|t\|",),
)
