"""A detached dataset: what is said about texts, with their hashes, and nothing of the texts themselves.

Rows keep their columns. Those that repeat the text (each config declares which) are null, and in every other string a reference
stands for what it quotes of its document's text. With that text, the row is made whole again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable
from functools import cached_property, lru_cache
from typing import Any

import msgspec

from postil.corpus import Corpus
from postil.errors import ExportRefused
from postil.formats.hf.citation import NAME as CITATION
from postil.formats.hf.detaching.quotations import (
    Place,
    Places,
    elided,
    file_without_quotations,
    places_in,
    runs,
    unescaped,
    with_quotations,
    without_quotations,
)  # fmt: skip
from postil.formats.hf.detaching.spellings import level, read
from postil.formats.hf.layout import CORPUS_FILES
from postil.formats.hf.parquet.columns import Block, Lists, Values
from postil.manifest import DataStatement, Manifest
from postil.scheme import Scheme
from postil.splitting.profile import text_reader
from postil.storage.splits_file import SPLITS

# Columns and fields that name things: they are the scheme's and the corpus's words, never the text's.
_NAMES = frozenset({
    "id", "document", "annotator", "layer", "label", "role", "ids", "item", "about", "scheme", "text_sha256", "status", "method",
    "sources", "head_id", "head_label", "tail_id", "tail_label",
})  # fmt: skip
# Fields of the manifest and the scheme that are prose.
_PROSE = frozenset({
    "title", "description", "example", "citation", "annotation_process", "pretty_name", "tags", "extra_gated_prompt",
    "extra_gated_fields",
    *DataStatement.__struct_fields__,
})  # fmt: skip
_JSON = frozenset({"attributes", "ignore", "unknown", "metadata"})
_NO_JSON = "{}"  # what nearly every annotation has there
_FILES = {"metadata_toml": "metadata", "set_jsonl": "a set", "decisions_jsonl": "decisions"}
_SHORTEST_IN_FILES = 6  # whose escapes may cut a quotation into pieces
_AT_ONCE = 8  # texts that are at hand
_COMMON = 3  # documents: what more of them have in common is language, and no quotation

_Change = Callable[[str, str], str]
"""What becomes of a string, by the name of its column or field."""


class DetachedRows:
    """The rows of one document, without its text."""

    def __init__(self, document: str, text: str) -> None:
        self._document, self._text = document, text

    def block(self, block: Block, texts: tuple[str, ...]) -> Block:
        """Rows without the columns that repeat the text, named as ``column`` or ``column.field``, and without quotations."""
        inside: dict[str, set[str]] = {}
        for path in texts:
            column, _, field = path.partition(".")
            inside.setdefault(column, set()).add(field)
        return {name: self._values(name, values, inside.get(name, set())) for name, values in block.items()}

    def _values(self, name: str, values: Values, blank: Collection[str]) -> Values:
        """The values of a column, or of a field; ``blank``: the fields in it that repeat the text, or itself."""
        if isinstance(values, Lists):
            return Lists(values.lengths, self._values(name, values.items, blank))
        if isinstance(values, dict):
            return {field: self._values(field, one, {""} if field in blank else ()) for field, one in values.items()}
        if "" in blank:
            return [None] * len(values)
        return [_changed(name, one, self._without) for one in values]

    def quoted(self, values: Any, name: str = "") -> str:
        """The first run of the text that stands in a row, or in a value of it; empty for none."""
        found: list[str] = []

        def look(name: str, said: str) -> str:
            found.extend(run for run in runs(unescaped(said) if name in _FILES else said) if run in self._in_cells)
            return said

        _changed(name, values, look)
        return next(iter(found), "")

    def _without(self, name: str, said: str) -> str:
        if name in _FILES:
            made = file_without_quotations(said, self._in_files, lambda _: self._text, _SHORTEST_IN_FILES)
            _refuse_hidden(f"{self._document}: {_FILES[name]}", unescaped(made), self._in_cells)
            return made
        return without_quotations(said, self._in_cells)

    @cached_property
    def _in_cells(self) -> dict[str, Place]:
        return places_in(self._text)

    @cached_property
    def _in_files(self) -> dict[str, Place]:
        return places_in(level(self._text), _SHORTEST_IN_FILES)


def is_detached(values: dict[str, Any]) -> bool:
    """Whether a row of the config ``documents`` is without its text, and not merely damaged."""
    spans = values["spans"] or []
    has_places = isinstance(spans, list) and all(isinstance(one, dict) and one.get("text") is None for one in spans)
    return values["text"] is None and "text_length" in values and has_places


def whole_row(values: dict[str, Any], text: str) -> dict[str, Any]:
    """A row of the config ``documents`` as it was with its text. Raises :class:`ValueError` where the text is another."""

    def put_back(_: str, said: str) -> str:
        return with_quotations(said, lambda _: text)

    row = {name: _changed(name, value, put_back) for name, value in values.items()}
    spans = [{**span, "text": _covered(span, text)} for span in row["spans"]]
    return {**row, "text": text, "spans": spans}


def _covered(span: dict[str, Any], text: str) -> str:
    extents = span["fragments"] or [(span["start"], span["end"])]
    return " ".join(text[start:end] for start, end in extents)


def _changed(name: str, value: Any, change: _Change) -> Any:
    """A value with its strings changed. In columns of JSON text those inside are changed, so that no escape hides anything."""
    if name in _NAMES or value is None:
        return value
    if isinstance(value, str):
        return _changed_json(value, change) if name in _JSON else change(name, value)
    if isinstance(value, list | tuple):
        return [_changed(name, one, change) for one in value]
    if isinstance(value, dict):
        return {key: _changed(key, one, change) for key, one in value.items()}
    return value


def _changed_json(said: str, change: _Change) -> str:
    if said == _NO_JSON:
        return said
    found = msgspec.json.decode(said)
    changed = _everywhere(found, change)
    return said if changed == found else msgspec.json.encode(changed).decode()


def _everywhere(value: Any, change: _Change) -> Any:
    if isinstance(value, str):
        return change("", value)
    if isinstance(value, list):
        return [_everywhere(one, change) for one in value]
    if isinstance(value, dict):
        return {change("", key): _everywhere(one, change) for key, one in value.items()}
    return value


class DetachedCorpus:
    """What a corpus says of itself, without what that quotes of its documents.

    ``manifest`` and ``scheme`` are for people to read: quotations are left out of them, and the labels' examples. ``file``
    gives a file of the corpus with references, which can be made whole again.
    """

    def __init__(self, corpus: Corpus, documents: Iterable[str]) -> None:
        self._directory = corpus.directory
        self._files = {
            path: _text(path, corpus.directory.read(path)) for path in (*CORPUS_FILES.values(), CITATION) if path != SPLITS
        }
        said = [*self._files.values(), *(read(one).meant for one in self._files.values())]
        said += [*_prose(corpus.manifest), *_prose(corpus.scheme)]
        self._places = _rare(corpus, documents, {run for one in said for run in runs(level(one))})
        self._text_of = lru_cache(_AT_ONCE)(text_reader(corpus))
        self.manifest: Manifest = _with_prose(corpus.manifest, self._for_people)
        self.scheme: Scheme = _with_prose(corpus.scheme, self._for_people)

    def file(self, path: str) -> bytes | None:
        """A file of the corpus, by its path there. A citation file that quotes a text is none: it has to be one as it stands."""
        data = self._directory.read(path)
        if data is None or path not in self._files:
            return data
        detached = file_without_quotations(self._files[path], self._places, self._text_of)
        if path == CITATION:
            return None if detached.encode() != data or _hidden(level(unescaped(detached)), self._places) else data
        _refuse_hidden(path, level(unescaped(detached)), self._places)
        return detached.encode()

    def _for_people(self, field: str, said: str) -> str:
        return "" if field == "example" else elided(said, self._places)


def _hidden(read: str, places: Places) -> str:
    """The first run that a file still quotes once it is parsed; empty for none."""
    return next((run for run in runs(read) if run in places), "")


def _refuse_hidden(what: str, read: str, places: Places) -> None:
    if run := _hidden(read, places):
        raise ExportRefused(
            f"{what} quotes the text ({run!r}) with escapes that no reference can stand for: postil fmt writes sets without "
            "them; write other files so, too. Nothing was written"
        )


def whole_file(data: bytes, text_of: Callable[[str], str]) -> bytes:
    """A file of the corpus as it was. Raises :class:`ValueError` where a text is another."""
    return with_quotations(data.decode(), text_of).encode()


def _prose(value: msgspec.Struct) -> list[str]:
    found: list[str] = []

    def look(_: str, said: str) -> str:
        found.append(said)
        return said

    _with_prose(value, look)
    return found


def _with_prose(value: Any, change: _Change, field: str = "") -> Any:
    """A manifest or a scheme with its prose changed: never a name, whatever that is."""
    if isinstance(value, msgspec.Struct):
        changed = {name: _with_prose(getattr(value, name), change, name) for name in value.__struct_fields__}
        return msgspec.structs.replace(value, **changed)
    if isinstance(value, dict):
        return {_with_prose(key, change, field): _with_prose(one, change, field) for key, one in value.items()}
    if isinstance(value, tuple):
        return tuple(_with_prose(one, change, field) for one in value)
    return change(field, value) if isinstance(value, str) and field in _PROSE else value


def _rare(corpus: Corpus, documents: Iterable[str], wanted: set[str]) -> dict[str, Place]:
    """Where the runs stand that few documents have."""
    places: dict[str, Place] = {}
    counts: Counter[str] = Counter()
    for name in documents:
        found: dict[str, int] = {}
        for at, run in enumerate(runs(level(corpus.directory.bundle(name).text or ""))):
            if run in wanted:
                found.setdefault(run, at)
        places = {**{run: (name, at) for run, at in found.items()}, **places}
        counts.update(found.keys())
    return {run: place for run, place in places.items() if counts[run] <= _COMMON}


def _text(path: str, data: bytes | None) -> str:
    try:
        return data.decode() if data else ""
    except UnicodeDecodeError as error:
        raise ExportRefused(f"{path} is not UTF-8: it cannot be searched for what it quotes. Nothing was written") from error
