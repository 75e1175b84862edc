"""Reading CoNLL-U and CoNLL-U Plus."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import msgspec

from postil.exchange.drafts import Draft
from postil.exchange.incoming import Incoming
from postil.exchange.sources import File
from postil.formats._rows import Rebuilt, chosen_files, count_rows
from postil.formats._tags import chunks, tags_of
from postil.formats.conllu.entities import Brackets, Mention, layer_and_values, split_brackets, unescaped
from postil.formats.conllu.sentences import COLUMNS, PARSEME, Sentence, Sentences, Unit, Word, unspaced
from postil.model import Span, fragments_of, united
from postil.segmentation import Extent

COREFERENCE, BRIDGING, SPLIT = "coreference", "bridging", "split-antecedent"
META = "meta::"
_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:e[+-]?\d+)?")


def read(incoming: Incoming) -> Iterator[Draft]:
    """A draft for each document of each file."""
    for file in chosen_files(incoming, (".conllu", ".conllup", ".cupt"), (".conll",), (".txt", ".tsv")):
        with incoming.noting_unreadable():
            yield from _Reading(incoming, file).drafts()


class _Reading:
    """One file while it is read."""

    def __init__(self, incoming: Incoming, file: File) -> None:
        self.incoming, self.file = incoming, file
        self.sentences = Sentences(file, incoming.source.encoding, incoming.losses)
        self.number = 0
        self._begin("")

    def _begin(self, name: str) -> None:
        self.name = name
        self.metadata: dict[str, Any] = {}
        self.rebuilt = Rebuilt(self.file.shown)
        self.extents: list[Extent] = []
        self.brackets = Brackets(self.sentences.fields, self._wrong)
        self.links: list[tuple[str, str, str, str]] = []  # kind, label, from entity, to entity
        self.has_paragraphs = False
        self.is_spaced = True

    def drafts(self) -> Iterator[Draft]:
        """Each document."""
        pending: Draft | None = None  # so that the only one of a file is called after it
        for sentence in self.sentences:
            if any(name in ("newdoc", "newdoc id") for name in sentence.comments):
                if not self.rebuilt.is_empty:
                    if pending:
                        yield pending
                    pending = self._end(is_only=False)
                self._begin(sentence.comments.get("newdoc id", ""))
            self.brackets.fields = self.sentences.fields
            self._sentence(sentence)
        if pending:
            yield pending
        if not self.rebuilt.is_empty:
            yield self._end(is_only=pending is None)

    def _end(self, *, is_only: bool) -> Draft:
        self.number += 1
        if self.is_spaced or not self.rebuilt.last_gap:
            self.rebuilt.gap("\n")
        name = self.name or (self.file.name if is_only else f"{self.file.name}-{self.number}")
        self._mentions()
        return Draft(name, self.rebuilt.text, [self.rebuilt.draft_set], self.metadata, file=self.file.shown, is_built=True)

    def _sentence(self, sentence: Sentence) -> None:
        self._between(sentence)
        gaps = self._gaps(sentence)
        first_unit = len(self.extents)
        for unit, gap in zip(sentence.units, gaps, strict=True):
            self.extents.append(self.rebuilt.token(unit.form, gap))
        self.is_spaced = bool(sentence.units) and sentence.units[-1].gap is None
        for name, value in sentence.comments.items():
            if name.startswith(META):
                self.metadata[name.removeprefix(META)] = meta_value(value)
        self._entities(sentence, first_unit)
        self._tags(sentence, first_unit)
        self._expressions(sentence, first_unit)
        self._tokens(sentence, self.extents[first_unit:])

    def _between(self, sentence: Sentence) -> None:
        """Say what stands before a sentence, where the one before did not."""
        is_paragraph = any(name in ("newpar", "newpar id") for name in sentence.comments)
        if self.rebuilt.is_empty:
            self.has_paragraphs = is_paragraph
            if sentence.units and (said := sentence.units[0].row.misc.get("SpacesBefore")):
                self.rebuilt.gap(unspaced(said))
        elif is_paragraph and not self.rebuilt.last_gap:
            self.rebuilt.gap("\n\n")
        elif self.is_spaced:
            self.rebuilt.gap("\n\n" if is_paragraph else " " if self.has_paragraphs else "\n")

    def _gaps(self, sentence: Sentence) -> list[str]:
        """What follows each token: what its row says, or else what ``# text`` shows."""
        gaps = [" " if unit.gap is None else unit.gap for unit in sentence.units]
        text = sentence.comments.get("text", "")
        forms = [unit.row.cells["FORM"] for unit in sentence.units]
        plain = "".join(form + (" " if gap else "") for form, gap in zip(forms, gaps, strict=True))
        if not text or plain.strip() == text.strip():
            return gaps
        place = f"{self.file.shown}:{sentence.line}"
        shown = _gaps_in(text, forms)
        if shown is None:
            self.incoming.repaired.add("sentences whose # text is not that of their tokens, which were taken", place, text)
            return gaps
        self.incoming.repaired.add("sentences with blanks as # text has them", place, text)
        return [*(gap.replace("\t", " ") for gap in shown[:-1]), gaps[-1]]

    def _entities(self, sentence: Sentence, first_unit: int) -> None:
        rows = [
            (word.line, word, unit, unit + 1)
            for unit, one in enumerate(sentence.units, first_unit)
            for word in (one.words or [one.row])
        ]
        rows += [(word.line, word, first_unit + unit, first_unit + unit) for word, unit in sentence.empty]
        for line, word, first, after in sorted(rows, key=lambda row: row[0]):
            if said := word.misc.get("Entity"):
                if first < after:
                    self._cut(word, sentence.units[first - first_unit], said)
                self.brackets.read(said, first, after, line)
            for key in ("Bridge", "SplitAnte"):
                for pair in filter(None, word.misc.get(key, "").split(",")):
                    to, _, rest = pair.partition("<")
                    source, _, label = rest.partition(":")
                    self.links.append((key, label, source, to))

    def _cut(self, word: Word, unit: Unit, said: str) -> None:
        """Count a mention that begins or ends inside a token of several words: it is widened to that."""
        brackets = split_brackets(said)
        words = unit.words or [word]
        is_inside = word is not words[0] and any(one.startswith("(") for one in brackets)
        if is_inside or (word is not words[-1] and any(one.endswith(")") for one in brackets)):
            place = f"{self.file.shown}:{word.line}"
            self.incoming.repaired.add("mentions of a part of a token, widened to all of it", place, unit.form)

    def _mentions(self) -> None:
        """Make spans and classes of the mentions of the document."""
        members: defaultdict[str, list[str]] = defaultdict(list)
        for mention in self.brackets.finish():
            span = self._mention(mention)
            if span and mention.entity:
                members[mention.entity].append(span.id)
        for ids in members.values():
            if len(ids) > 1:
                self.rebuilt.relation(COREFERENCE, COREFERENCE, {"member": tuple(ids)})
        self._links(members)

    def _mention(self, mention: Mention) -> Span | None:
        places = [(self.extents[first][0], self.extents[after - 1][1]) for first, after in mention.parts if first < after]
        parts = united(place for place in places if place[0] < place[1])
        if not parts:
            self.incoming.losses.add("mentions without a character", f"{self.file.shown}:{mention.line}", mention.entity)
            return None
        layer, attributes = layer_and_values(mention)
        layer = layer or self.incoming.span_layer
        return self.rebuilt.span(
            layer, mention.type or layer, (parts[0][0], parts[-1][1]), mention.line,
            id=_id_of(mention.entity), fragments=fragments_of(parts), attributes=attributes,
        )  # fmt: skip

    def _links(self, members: dict[str, list[str]]) -> None:
        """Make relations of ``Bridge`` and ``SplitAnte``: between the first mentions, which stand for their entities."""
        split: defaultdict[str, list[str]] = defaultdict(list)
        for key, label, source, to in self.links:
            if not members.get(source) or not members.get(to):
                self.incoming.losses.add(f"{key}= to or from an entity without a mention", self.file.shown, f"{to}<{source}")
            elif key == "SplitAnte":
                split[members[source][0]].append(members[to][0])
            else:
                self.rebuilt.relation(BRIDGING, unescaped(label) or BRIDGING, {"from": members[source][0], "to": members[to][0]})
        for source, ids in split.items():
            args: dict[str, str | tuple[str, ...]] = {"anaphor": source, "antecedent": tuple(dict.fromkeys(ids))}
            self.rebuilt.relation(SPLIT, SPLIT, args)

    def _tags(self, sentence: Sentence, first_unit: int) -> None:
        """Make spans of tags in a column of their own, or under a key of MISC."""
        for key in self.incoming.options["tags"]:
            cells = [unit.row.cells.get(key, unit.row.misc.get(key, "O")) for unit in sentence.units]
            layer = self.incoming.span_layer if len(self.incoming.options["tags"]) == 1 else key
            for chunk in chunks(tags_of(cells, ""), ""):
                extent = (self.extents[first_unit + chunk.first][0], self.extents[first_unit + chunk.after - 1][1])
                if extent[0] < extent[1]:
                    self.rebuilt.span(layer, chunk.label or layer, extent, sentence.units[chunk.first].row.line)
        if not self.incoming.options["tags"]:
            for unit in sentence.units:
                own = {key: cell for key, cell in unit.row.cells.items() if key not in (*COLUMNS, PARSEME)}
                for key, value in (own | unit.row.misc).items():
                    if value.startswith(("B-", "I-")):
                        place = f"{self.file.shown}:{unit.row.line}"
                        self.incoming.losses.add(f"tags under {key}, which --tags {key} reads", place, value, stops=False)

    def _expressions(self, sentence: Sentence, first_unit: int) -> None:
        """Make spans of PARSEME's column of multiword expressions: ``1:VID`` at the first word of one, ``1`` at the others."""
        labels: dict[str, str] = {}
        units: defaultdict[str, list[int]] = defaultdict(list)
        for number, unit in enumerate(sentence.units, first_unit):
            for word in unit.words or [unit.row]:
                for one in filter(None, word.cells.get(PARSEME, "").split(";")):
                    key, _, label = one.partition(":")
                    if key.isdecimal():
                        labels.setdefault(key, label)
                        units[key].append(number)
        for key, found in units.items():
            runs = [(self.extents[first][0], self.extents[last][1]) for first, last in _runs(found)]
            parts = [(start, end) for start, end in runs if start < end]
            if not parts:
                continue
            line = sentence.units[found[0] - first_unit].row.line
            self.rebuilt.span("mwe", labels[key] or "mwe", (parts[0][0], parts[-1][1]), line, fragments=fragments_of(parts))

    def _tokens(self, sentence: Sentence, extents: list[Extent]) -> None:
        place = f"{self.file.shown}:{sentence.line}"
        if not self.incoming.with_tokens:
            count_rows(self.incoming, place, len(extents))
            return
        for word, _ in sentence.empty:
            self.incoming.losses.add("empty nodes", f"{self.file.shown}:{word.line}", word.cells["FORM"])
        for unit, extent in zip(sentence.units, extents, strict=True):
            if extent[0] < extent[1]:
                self.rebuilt.span("token", "token", extent, unit.row.line, attributes=_attributes(unit))
        if extents and extents[0][0] < extents[-1][1]:
            said = {
                name: value
                for name, value in sentence.comments.items()
                if name not in ("text", "newpar", "newdoc", "newdoc id") and not name.startswith(META)
            }
            extent = (extents[0][0], extents[-1][1])
            self.rebuilt.span("sentence", "sentence", extent, sentence.line, attributes=said)

    def _wrong(self, bracket: str, line: int) -> None:
        self.incoming.losses.add("brackets of mentions that lack their other half", f"{self.file.shown}:{line}", bracket)


def _id_of(entity: str) -> str:
    """An id for a mention: no bare number, which many a value of an attribute is too."""
    return f"e{entity}" if entity.isdecimal() else entity


_CONSUMED = frozenset({"SpaceAfter", "SpacesAfter", "SpacesBefore", "SpacesInToken", "Entity", "Bridge", "SplitAnte"})


def _attributes(unit: Unit) -> dict[str, str]:
    """What the rows of a token say of it, by the names of columns in small letters; of several words joined by a blank."""
    words = unit.words or [unit.row]
    found: dict[str, str] = {}
    if len(words) > 1:
        found["words"] = " ".join(word.cells["FORM"] for word in words)
    for column in words[0].cells:
        values = [word.cells[column] for word in words]
        if column not in ("ID", "FORM", "MISC", PARSEME) and any(value != "_" for value in values):
            found[column.lower()] = " ".join(values)
    for word in dict.fromkeys((unit.row.line, *(word.line for word in words))):
        row = next(one for one in (unit.row, *words) if one.line == word)
        found.update((name, value) for name, value in row.misc.items() if name not in _CONSUMED)
    return found


def meta_value(said: str) -> Any:
    """The value of a ``# meta::`` comment: JSON where it is an object, a list, words in quotes, a number or yes/no."""
    if said[:1] in tuple('[{"') or said in ("true", "false") or _NUMBER.fullmatch(said):
        try:
            value = msgspec.json.decode(said)
        except (msgspec.DecodeError, RecursionError):
            return said
        return value if msgspec.json.encode(value).decode() == said else said
    return said


def _runs(numbers: list[int]) -> Iterator[Extent]:
    """The first and the last of each run of numbers that follow one another."""
    first = last = numbers[0]
    for number in numbers[1:]:
        if number > last + 1:
            yield first, last
            first = number
        last = number
    yield first, last


def _gaps_in(text: str, forms: list[str]) -> list[str] | None:
    """What follows each form in a text that holds them in order with nothing but blanks between them."""
    gaps = []
    at = 0
    for form in forms:
        found = text.find(form, at)
        if found < 0 or text[at:found].strip():
            return None
        gaps.append(text[at:found])
        at = found + len(form)
    return None if text[at:].strip() else [*gaps[1:], text[at:]]
