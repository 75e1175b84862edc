"""GLiNER: training data of tokens and labelled ranges of them, with the text beside so that nothing of it is lost."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from postil.corpus import Document
from postil.errors import UnreadableFile
from postil.exchange.drafts import Draft, DraftSet
from postil.exchange.features import (
    CROSSING,
    CUT,
    DOCUMENT_IDS,
    METADATA,
    NESTED,
    OVER_SENTENCES,
    RELATIONS,
    STACKED,
    TEXT,
)
from postil.exchange.format import Format
from postil.exchange.incoming import Incoming
from postil.exchange.outgoing import Outgoing
from postil.exchange.safe_json import converted, numbered, read_json_records, whole
from postil.exchange.tokens import TOKEN_LAYER
from postil.formats._flat import flat, is_name
from postil.formats._json_values import write_array
from postil.formats._pieces import pieces
from postil.model import Relation, Span
from postil.segmentation import Extent
from postil.text import counted

_MANUAL = """\
GLiNER's training data: one JSON list.

[{"tokenized_text":["Anna","met","Ben","."],"ner":[[0,0,"person"],[2,2,"person"]],"relations":[[0,1,"met"]],
  "text":"Anna met Ben.","offsets":[[0,4],[5,8],[9,12],[12,13]],"id":"news/1"}]

ner has the first and the last token of each span, both included; relations have the places of their ends in ner. GLiNER heeds
these keys only. text, offsets (of each token, in characters), id and metadata are postil's own: with them the same document comes
back. Tokens are those of GLiNER's own splitter, cut wherever a span begins or ends.

Read without text, the text is the tokens with a blank between each two; with text and without offsets, the tokens are looked for
in order. GLiREL's relations with head and tail are read too. Layers, attributes, remarks and document labels are not written."""

_WORDS = re.compile(r"\w+(?:[-_]\w+)*|\S")
_KEYS = ("tokenized_text", "ner", "relations", "text", "offsets", "id", "metadata")


class _Position(msgspec.Struct):
    """An end of a relation as GLiREL has it: its first and its last token."""

    position: tuple[int, int]


class _Tie(msgspec.Struct):
    """A relation as GLiREL has it."""

    head: _Position
    tail: _Position
    relation_text: str | None = None
    relation: str | None = None


class _Record(msgspec.Struct):
    """A record."""

    tokenized_text: list[str]
    ner: list[list[Any]] = []
    relations: list[tuple[int, int, str] | _Tie] = []
    text: str | None = None
    offsets: list[tuple[int, int]] | None = None
    id: Any = None
    metadata: dict[str, Any] = {}


def _read(incoming: Incoming) -> Iterator[Draft]:
    for file in incoming.source.files(".json", ".jsonl", ".ndjson"):
        with incoming.noting_unreadable():
            for number, line, value in numbered(read_json_records(file)):
                try:
                    record = converted(value, _Record)
                except msgspec.ValidationError as error:
                    raise UnreadableFile(file.shown, f"not a record of GLiNER: {error}", line, 1) from error
                others = {key: one for key, one in value.items() if key not in _KEYS}
                name = str(record.id) if is_name(record.id) else f"{file.name}-{number}"
                yield _draft(record, others, name, f"{file.shown}:{line}", incoming)


def _draft(record: _Record, others: dict[str, Any], name: str, place: str, incoming: Incoming) -> Draft:
    words = record.tokenized_text
    text = " ".join(words) if record.text is None else record.text
    tokens = _offsets(record, text, place)
    made = DraftSet(spans=[], relations=[], file=place)
    ranges: dict[Extent, int] = {}
    for number, one in enumerate(record.ner, 1):
        first, last, label = _range(one, len(words), place)
        ranges.setdefault((first, last), number - 1)
        start, end = tokens[first][0], tokens[last][1]
        made.spans.append(Span(f"e{number}", incoming.span_layer, label, start, end, ""))
    for number, tie in enumerate(record.relations, 1):
        head, tail, label = _ends(tie, ranges)
        args: dict[str, Any] = {"from": head, "to": tail}
        made.relations.append(Relation(f"r{number}", incoming.relation_layer, label or incoming.relation_layer, args))
    if incoming.with_tokens:
        made.spans += [
            Span(f"t{n}", TOKEN_LAYER, "token", start, end, text[start:end]) for n, (start, end) in enumerate(tokens, 1)
        ]
    elif words:
        incoming.losses.add("tokens, which --tokens keeps", place, stops=False)
    return Draft(name, text, [made], {**record.metadata, **others}, "code point", place, is_built=True)


def _offsets(record: _Record, text: str, place: str) -> list[Extent]:
    """Where each token is in the text."""
    words, found, at = record.tokenized_text, [], 0
    if record.offsets is not None and len(record.offsets) != len(words):
        raise UnreadableFile(place, f"{counted(len(record.offsets), 'offset')} for {counted(len(words), 'token')}")
    for number, word in enumerate(words):
        start, end = record.offsets[number] if record.offsets else (text.find(word, at), 0)
        end = end if record.offsets else start + len(word)
        if start < 0 or text[start:end] != word:
            raise UnreadableFile(place, f"token {number} ({word[:40]!r}) is not in the text where it should be")
        found.append((start, end))
        at = end
    return found


def _range(value: list[Any], count: int, place: str) -> tuple[int, int, str]:
    match list(map(whole, value)):
        case [int(first), int(last), str(label), *_] if 0 <= first <= last < count:
            return first, last, label
    raise UnreadableFile(place, f"{value!r:.80} is no [first token, last token, label] of {count} tokens")


def _ends(tie: tuple[int, int, str] | _Tie, ranges: dict[Extent, int]) -> tuple[str, str, str]:
    """The ids of both ends of a relation, and its label. An end that is none of the spans has the id of none."""
    if isinstance(tie, _Tie):
        head, tail = (
            f"e{ranges[one] + 1}" if one in ranges else f"tokens {one}" for one in (tie.head.position, tie.tail.position)
        )
        return head, tail, tie.relation_text or tie.relation or ""
    return f"e{tie[0] + 1}", f"e{tie[1] + 1}", tie[2]


def _write(documents: Iterable[Document], outgoing: Outgoing) -> None:
    with outgoing.target.open() as file:
        write_array(file, map(_record, documents))


def _record(document: Document) -> dict[str, Any]:
    text = document.text
    annotations = next(iter(document.sets.values()))
    tokens = pieces(text, _WORDS, [(span.start, span.end) for span in annotations.spans])
    first = {start: number for number, (start, _) in enumerate(tokens)}
    last = {end: number for number, (_, end) in enumerate(tokens)}
    numbers = {span.id: number for number, span in enumerate(annotations.spans)}
    relations = [[numbers[str(one.args["from"])], numbers[str(one.args["to"])], one.label] for one in annotations.relations]
    metadata = flat(document.metadata, ())
    return {
        "tokenized_text": [text[start:end] for start, end in tokens],
        "ner": [[first[span.start], last[span.end], span.label] for span in annotations.spans],
        **({"relations": relations} if relations else {}),
        "text": text,
        "offsets": tokens,
        "id": document.id,
        **({"metadata": metadata} if metadata else {}),
    }


FORMAT = Format(
    "gliner", "GLiNER", _MANUAL,
    frozenset((CROSSING, CUT, DOCUMENT_IDS, METADATA, NESTED, OVER_SENTENCES, RELATIONS, STACKED, TEXT)),
    _read, _write, writes="file",
    signs=(r'"tokenized_text"\s*:',),
)  # fmt: skip
