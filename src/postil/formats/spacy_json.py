"""The JSON of spaCy: training data of version 2 and of ``Doc.to_json``, and lists of texts with entities. Read only."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from typing import Any

from postil.errors import UnreadableFile
from postil.exchange.drafts import Draft, DraftSet
from postil.exchange.format import Format
from postil.exchange.incoming import Incoming
from postil.exchange.safe_json import read_json_lines, read_json_members, whole
from postil.exchange.sources import File, decode
from postil.formats._called import called
from postil.formats._cats import chosen_cats
from postil.formats._rows import KEPT_TOKENS
from postil.formats._tags import Chunk, chunks, tags_of
from postil.model import Label, Span
from postil.segmentation import Extent
from postil.text import counted

_MANUAL = """\
Read: what spaCy took for training, and gives out, as JSON.

[["Who is Shaka Khan?", {"entities": [[7, 17, "PERSON"]], "cats": {"music": 1.0}}], …]     a list of texts with entities
TRAIN_DATA = [("Who is Shaka Khan?", {"entities": [(7, 17, "PERSON")]})]                   the same in a Python file (.py)
{"classes": ["PERSON"], "annotations": [["Who is …", {"entities": [[7, 17, "PERSON"]]}]]}  the same from web annotators
{"text": "Who …", "ents": [{"start": 7, "end": 17, "label": "PERSON"}], "spans": {"sc": []}}      Doc.to_json
[{"id": 1, "paragraphs": [{"raw": "Who …", "sentences": [{"tokens": [{"orth": "Who", "ner": "O"}]}]}]}]   version 2

A document for each text; of version 2 for each paragraph, those of one document as a group. Entities are the layer "span",
groups of spans layers of their names, cats of 0.5 and more document labels. A tag "-" says that nothing is known, which is
not kept. A Python file is read as data: a list is taken out of it, and nothing of it is run. For training of version 3 there
is postil export spacy."""

_ASSIGNED = re.compile(r"\s*\[\s*\(")
_TOKEN_KEYS = ("tag", "pos", "lemma", "morph", "dep", "head")
_LARGEST_PYTHON = 64 << 20
_PEEK = 1000  # bytes


def _read(incoming: Incoming) -> Iterator[Draft]:
    for file in incoming.source.files(".json", ".jsonl", ".ndjson", ".py"):
        with incoming.noting_unreadable():
            for number, (default, (name, value)) in enumerate(called(file, _named(file, _entries(file))), 1):
                yield _Reading(incoming, f"{file.shown}, text {number}", value).draft(name or default)


def _entries(file: File) -> Iterator[Any]:
    """Each value of a file that could be a text with what is said of it, or several of them."""
    path = file.path.lower()
    beginning = next(file.chunks(_PEEK), b"").decode("utf-8", "replace")
    if path.endswith(".py") or _ASSIGNED.match(beginning):
        yield _list_in_python(file)
    elif path.removesuffix(".gz").endswith((".jsonl", ".ndjson")):
        yield from (value for _, value in read_json_lines(file))
    else:
        members = read_json_members(file, "annotations")
        yield from (value for _, value, key in members if not (key and value is None))


def _list_in_python(file: File) -> Any:
    """The one list that a Python file assigns to a name, or is. It is parsed as data: nothing is run."""
    data = file.read()
    if len(data) > _LARGEST_PYTHON:
        raise UnreadableFile(file.shown, "too large for a Python file with data: write it as JSON")
    try:
        tree = ast.parse(decode(file.shown, data))
        lists = [node.value for node in tree.body if isinstance(node, ast.Assign | ast.AnnAssign | ast.Expr)]
        found = [ast.literal_eval(value) for value in lists if isinstance(value, ast.List) and value.elts]
    except SyntaxError as error:
        raise UnreadableFile(file.shown, f"not Python: {error.msg}", error.lineno or 1, error.offset or 1) from error
    except (ValueError, TypeError, RecursionError, MemoryError) as error:
        raise UnreadableFile(
            file.shown, "the list in it is not of plain values: it would have to be run, which is not done"
        ) from error
    if not found:
        raise UnreadableFile(file.shown, "there is no list in it, such as TRAIN_DATA = [(text, {…}), …]")
    return [one for each in found for one in each]


def _named(file: File, values: Iterator[Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Each text with all that is said of it, and its name if it has one."""
    for value in values:
        if isinstance(value, Mapping) and isinstance(value.get("annotations"), list):
            several = [one for one in value["annotations"] if one is not None]
        else:
            several = [value] if not isinstance(value, list) or _is_pair(value) else value
        for one in several:
            yield from _texts(file, one)


def _is_pair(value: Any) -> bool:
    return isinstance(value, list | tuple) and len(value) == 2 and isinstance(value[0], str) and isinstance(value[1], Mapping)


def _texts(file: File, value: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:
    if _is_pair(value):
        yield "", {"text": value[0], **value[1]}
    elif isinstance(value, Mapping) and isinstance(value.get("paragraphs"), list):
        paragraphs = value["paragraphs"]
        name = str(value.get("id", ""))
        for number, paragraph in enumerate(paragraphs, 1):
            if not isinstance(paragraph, Mapping):
                raise UnreadableFile(file.shown, f"paragraph {number} of {name} is no object")
            several = {"group": name} if len(paragraphs) > 1 else {}
            yield f"{name}-{number}" if several and name else name, {**paragraph, **several}
    elif isinstance(value, Mapping) and any(isinstance(value.get(key), str | list) for key in ("text", "words")):
        yield str(value.get("id", "")), value
    else:
        raise UnreadableFile(file.shown, "neither [text, {…}] nor an object with a text or paragraphs: not JSON of spaCy")


class _Reading:
    """One text while it is read."""

    def __init__(self, incoming: Incoming, shown: str, value: Mapping[str, Any]) -> None:
        self.incoming, self.shown, self.value = incoming, shown, value
        self.set = DraftSet(file=shown)
        self.tokens = [token for sentence in self._list("sentences") for token in self._rows(sentence)]
        self.words = [str(token.get("orth", "")) for token in self.tokens] or [str(word) for word in self._list("words")]
        said = value.get("text", value.get("raw"))
        self.text = said if isinstance(said, str) else " ".join(self.words)
        self.extents: list[Extent] = []

    def draft(self, name: str) -> Draft:
        """The text as a draft."""
        self.extents = list(self._places())
        self._entities()
        groups = self.value.get("spans") or {}
        for group, spans in groups.items() if isinstance(groups, Mapping) else [("spans", groups)]:
            if not isinstance(spans, list | tuple | None):
                raise UnreadableFile(self.shown, f"the spans of {group} are no list")
            for span in spans or ():
                self._span(str(group), span)
        self._cats()
        self._tokens()
        for key in ("links", "relations"):
            if self.value.get(key):
                self.incoming.losses.add(f"{key} of entities", self.shown)
        group = self.value.get("group", "")
        return Draft(name, self.text, [self.set], {"group": group} if group else {}, file=self.shown)

    def _list(self, key: str) -> list[Any]:
        found = self.value.get(key) or []
        return list(found) if isinstance(found, list | tuple) else []

    def _rows(self, sentence: Any) -> list[dict[str, Any]]:
        rows = (sentence.get("tokens") or []) if isinstance(sentence, Mapping) else []
        if not isinstance(rows, list) or not all(isinstance(row, Mapping) for row in rows):
            raise UnreadableFile(self.shown, "a token is no object")
        return list(rows)

    def _places(self) -> Iterator[Extent]:
        """Where each word is in the text."""
        at = 0
        for word in self.words:
            start = self.text.find(word, at)
            if start < 0 or self.text[at:start].strip():
                raise UnreadableFile(self.shown, f"the token {word!r} does not follow in the text at {self.text[at : at + 20]!r}")
            at = start + len(word)
            yield start, at

    def _entities(self) -> None:
        layer = self.incoming.span_layer
        entities = self._list("entities") or self._list("ents")
        tags = [str(token["ner"]) for token in self.tokens if "ner" in token]
        if entities and all(isinstance(one, str) for one in entities):
            tags = entities
        else:
            for entity in entities:
                self._span(layer, entity)
        if not tags or (entities and tags is not entities):
            return
        if len(tags) != len(self.extents):
            raise UnreadableFile(self.shown, f"{counted(len(tags), 'tag')} for {counted(len(self.extents), 'word')}")
        if "-" in tags:
            self.incoming.losses.add("texts in which some tokens are not known to be no entity (-)", self.shown, stops=False)
        for chunk in chunks(tags_of(tags, "BILOU"), "BILOU"):
            self._add(layer, chunk.label or layer, (self.extents[chunk.first][0], self.extents[chunk.after - 1][1]), {})
            self._say_wrong(chunk)

    def _say_wrong(self, chunk: Chunk) -> None:
        if chunk.is_wrong:
            self.incoming.repaired.add("entities whose first tag cannot begin one, begun there", self.shown, chunk.label)

    def _span(self, layer: str, said: Any) -> None:
        more: dict[str, Any] = {}
        if isinstance(said, Mapping):
            start, end, label = (said.get(key) for key in ("start", "end", "label"))
            more = {key: value for key, value in said.items() if key in ("kb_id", "id", "ent_id") and value}
        elif isinstance(said, list | tuple) and len(said) >= 3:
            start, end, label = said[:3]
            more = {"kb_id": said[3]} if len(said) > 3 and said[3] else {}
        else:
            start = end = label = None
        start, end = whole(start), whole(end)
        if type(start) is not int or type(end) is not int or not isinstance(label, str | None):
            raise UnreadableFile(self.shown, f"{str(said)[:80]} is no entity: [start, end, label] is wanted")
        self._add(layer, label or layer, (start, end), {name: str(value) for name, value in more.items()})

    def _add(self, layer: str, label: str, extent: Extent, attributes: dict[str, Any]) -> None:
        span = Span(f"e{len(self.set.spans) + 1}", layer, label, *extent, "", (), attributes)
        key = f"{layer}\0{label}\0{extent[0]}\0{extent[1]}\0{attributes}"
        if key in self.set.lines:
            self.incoming.repaired.add("entities that were there twice", self.shown, f"{extent[0]}-{extent[1]} {label}")
            return
        self.set.lines[key] = 0
        self.set.spans.append(span)

    def _cats(self) -> None:
        cats = self.value.get("cats") or {}
        if isinstance(cats, list):
            cats = {str(one.get("label")): one.get("value") for one in cats if isinstance(one, Mapping)}
        for name, confidence in chosen_cats(cats if isinstance(cats, Mapping) else {}, self.incoming, self.shown):
            id = f"d{len(self.set.labels) + 1}"
            self.set.labels.append(Label(id, self.incoming.label_layer, name, {}, confidence))

    def _tokens(self) -> None:
        """Tokens with what is said of them, of version 2 or of ``Doc.to_json``."""
        pairs = list(zip(self.tokens or [{}] * len(self.extents), self.extents, strict=True))
        if not pairs:
            said = [one for one in self._list("tokens") if isinstance(one, Mapping)]
            pairs = [(one, (whole(one.get("start")), whole(one.get("end")))) for one in said]  # type: ignore[misc]
        for token, (start, end) in pairs:
            if type(start) is not int or type(end) is not int or not self.text[start:end].strip():
                continue
            if not self.incoming.with_tokens:
                self.incoming.losses.add(KEPT_TOKENS, self.shown, stops=False)
                continue
            attributes = {key: str(token[key]) for key in _TOKEN_KEYS if token.get(key) not in (None, "", "-")}
            self.set.spans.append(Span(f"t{len(self.set.spans) + 1}", "token", "token", start, end, "", (), attributes))


FORMAT = Format(
    "spacy-json",
    "JSON of spaCy (version 2, Doc.to_json, TRAIN_DATA)",
    _MANUAL,
    frozenset(),
    _read,
    signs=(r'\{\s*"entities"\s*:|"paragraphs"\s*:|"ents"\s*:\s*\[|\A\s*\[\s*\(',),
)
