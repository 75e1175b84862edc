"""Reading DocBins."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import msgspec

from postil.errors import UnreadableFile
from postil.exchange.drafts import Draft, DraftSet
from postil.exchange.incoming import Incoming
from postil.exchange.sources import File
from postil.formats._called import called
from postil.formats._cats import chosen_cats
from postil.formats._rows import KEPT_TOKENS
from postil.formats.spacy.docbin import SpanRow, StoredDoc, Strings, attribute_ids, loaded
from postil.formats.spacy.kept import KEY, Kept, span_of
from postil.model import Label, Span
from postil.segmentation import Extent

_EXTENSION = "._."
_TOKEN_STRINGS = ("TAG", "LEMMA", "MORPH", "DEP")


def read(incoming: Incoming) -> Iterator[Draft]:
    """A draft for each Doc of each file."""
    numbers = attribute_ids("import spacy")
    for file in incoming.source.files(".spacy"):
        with incoming.noting_unreadable(), loaded(file) as message:
            strings = Strings(message.strings)
            for number, (name, doc) in enumerate(called(file, message.docs()), 1):
                yield _Reading(incoming, file, doc, strings, numbers).draft(name, f"{file.shown}, Doc {number}")


class _Reading:
    """One Doc while it is read."""

    def __init__(self, incoming: Incoming, file: File, doc: StoredDoc, strings: Strings, numbers: dict[str, int]) -> None:
        self.incoming, self.file, self.doc, self.strings = incoming, file, doc, strings
        self.columns = {name: doc.columns.get(number) for name, number in numbers.items() if name}
        words = [self._string(number) for number in self._column("ORTH")]
        self.text = "".join(word + " " * is_spaced for word, is_spaced in zip(words, doc.spaces, strict=True))
        self.extents: list[Extent] = []
        at = 0
        for word, is_spaced in zip(words, doc.spaces, strict=True):
            self.extents.append((at, at + len(word)))
            at += len(word) + is_spaced
        self.kept = self._kept()
        self.reserved = set(self.kept.spans)
        self.reserved.update(one.id for one in self.kept.relations)
        self.reserved.update(one.id for one in self.kept.notes)
        self.reserved.update(one.record.id for one in self.kept.labels)
        self.of_span: dict[Extent, dict[str, Any]] = {}

    def draft(self, name: str, shown: str) -> Draft:
        """The Doc as a draft."""
        kept = self.kept
        self.set = DraftSet(
            kept.annotator, status=kept.status, method=kept.method, sources=kept.sources, file=shown,
            relations=kept.relations, notes=kept.notes,
        )  # fmt: skip
        metadata = dict(kept.metadata)
        self._user_data(metadata, shown)
        for group, rows in self.doc.groups.items():
            for row in rows:
                self._add(self._of_group(group, row))
        for group in self.doc.described:
            self.incoming.losses.add("attributes of groups of spans", shown, group)
        self._ents(shown)
        self._cats(shown)
        if "token" not in self.doc.groups:
            add = self._tokens if self.incoming.with_tokens else self._count_tokens
            add()
        if "sentence" not in self.doc.groups and self.incoming.with_tokens:
            self._sentences()
        return Draft(kept.document or name, self.text, [self.set], metadata, file=shown, is_built=True)

    def _column(self, name: str) -> list[int]:
        return self.columns.get(name) or [0] * len(self.doc.spaces)

    def _string(self, number: int) -> str:
        found = self.strings.get(number)
        if found is None:
            raise UnreadableFile(self.file.shown, f"the string with the hash {number} is missing from it")
        return found

    def _kept(self) -> Kept:
        if KEY not in self.doc.user_data:
            return Kept()
        try:
            return msgspec.convert(self.doc.user_data[KEY], Kept)
        except msgspec.ValidationError as error:
            raise UnreadableFile(self.file.shown, f'user_data["{KEY}"] is not as it was written: {error}') from error

    def _user_data(self, metadata: dict[str, Any], shown: str) -> None:
        """Take what is in ``user_data``: words and numbers are metadata, extension attributes of spans belong to these."""
        for key, value in self.doc.user_data.items():
            if key == KEY:
                continue
            is_plain = isinstance(value, str | int | float | bool) or (isinstance(value, list) and _is_flat(value))
            if isinstance(key, str) and is_plain:
                metadata.setdefault(key, value)
            elif isinstance(key, tuple) and len(key) == 4 and key[0] == _EXTENSION and isinstance(key[1], str) and is_plain:
                if isinstance(key[2], int) and isinstance(key[3], int):
                    self.of_span.setdefault((key[2], key[3]), {})[key[1]] = value
                elif key[2] is None:
                    metadata.setdefault(key[1], value)
                else:
                    self.incoming.losses.add("extension attributes of tokens", shown, key[1])
            else:
                self.incoming.losses.add("user_data that has no place in a corpus", shown, repr(key))

    def _add(self, span: Span) -> None:
        id, number = span.id, 2
        while id in self.set.lines:
            id, number = f"{span.id}.{number}", number + 1
        self.set.lines[id] = 0
        self.set.spans.append(msgspec.structs.replace(span, id=id))

    def _new_id(self, base: str, number: int) -> str:
        """An id that no record has or had: what refers to one that is gone must not find another in its place."""
        while f"{base}{number}" in self.reserved or f"{base}{number}" in self.set.lines:
            number += 1
        return f"{base}{number}"

    def _of_group(self, group: str, row: SpanRow) -> Span:
        if not (0 <= row.start < row.end <= len(self.extents)):
            raise UnreadableFile(self.file.shown, f"a span has the tokens {row.start} to {row.end} of {len(self.extents)}")
        extent = (self.extents[row.start][0], self.extents[row.end - 1][1])
        if extent != (row.start_char, row.end_char):
            message = (
                f"a span has the characters {row.start_char}-{row.end_char}; those of its tokens are {extent[0]}-{extent[1]}"
            )
            raise UnreadableFile(self.file.shown, message)
        return self._span(group, row.label, extent, row.id, row.kb_id)

    def _span(self, layer: str, label: int, extent: Extent, id: int, link: int) -> Span:
        name = self.strings.get(id) if id else ""
        said = self._string(label) or layer
        if name and name in self.kept.spans and name not in self.set.lines:
            try:
                return span_of(name, layer, said, extent, self.kept.spans[name])
            except msgspec.ValidationError as error:
                raise UnreadableFile(self.file.shown, f'user_data["{KEY}"]: {name}: {error}') from error
        attributes = dict(self.of_span.get(extent, {}))
        attributes |= {"span_id": name} if name else {}
        attributes |= {"kb_id": self._string(link)} if link else {}
        return Span(self._new_id(layer[:1] or "s", len(self.set.spans) + 1), layer, said, *extent, "", (), attributes)

    def _ents(self, shown: str) -> None:
        """The spans of ``doc.ents``, but for those that the layer which it repeats has already."""
        layer = self.kept.ents or self.incoming.span_layer
        there = {(span.start, span.end, span.label) for span in self.set.spans if span.layer == self.kept.ents}
        iobs, types = self._column("ENT_IOB"), self._column("ENT_TYPE")
        if not any(types):
            return
        if any(iob == 0 for iob in iobs):
            self.incoming.losses.add("Docs in which some tokens are not known to be no entity", shown, stops=False)
        ids, links = self._column("ENT_ID"), self._column("ENT_KB_ID")
        for first, after in _entities(iobs, types):
            extent = (self.extents[first][0], self.extents[after - 1][1])
            span = self._span(layer, types[first], extent, ids[first], links[first])
            if (span.start, span.end, span.label) not in there:
                self._add(span)

    def _cats(self, shown: str) -> None:
        own = {one.cat: one.record for one in self.kept.labels}
        known = self.doc.cats.keys() if self.kept.document else ()
        for key, confidence in chosen_cats(self.doc.cats, self.incoming, shown, known):
            if key in own:
                self.set.labels.append(own[key])
                continue
            id = self._new_id("d", len(self.set.labels) + 1)
            self.set.labels.append(Label(id, self.incoming.label_layer, key, {}, confidence))
            self.set.lines[id] = 0

    def _tokens(self) -> None:
        from spacy.parts_of_speech import NAMES

        columns = {name.lower(): self._column(name) for name in _TOKEN_STRINGS}
        parts = self._column("POS")
        for number, extent in enumerate(self.extents):
            if self.text[slice(*extent)].strip():
                attributes = {
                    name: said for name, column in columns.items() if (said := self._string(column[number])) not in ("", "_")
                }
                attributes |= {"pos": NAMES[parts[number]]} if NAMES.get(parts[number]) else {}
                self._add(Span(f"token{number}", "token", "token", *extent, "", (), attributes))

    def _sentences(self) -> None:
        begins = [number for number, start in enumerate(self._column("SENT_START")) if start == 1]
        for number, (first, after) in enumerate(pairwise([*begins, len(self.extents)])):
            visible = [extent for extent in self.extents[first:after] if self.text[slice(*extent)].strip()]
            if visible:
                self._add(Span(f"sentence{number}", "sentence", "sentence", visible[0][0], visible[-1][1], ""))

    def _count_tokens(self) -> None:
        count = sum(bool(self.text[start:end].strip()) for start, end in self.extents)
        if count:
            self.incoming.losses.add(KEPT_TOKENS, self.set.file, stops=False, count=count)


def _is_flat(values: list[Any]) -> bool:
    return all(isinstance(value, str | int | float | bool) for value in values)


def _entities(iobs: list[int], types: list[int]) -> Iterator[Extent]:
    """The entities, each as its first token and the one after its last."""
    first = -1
    for number, (iob, type_) in enumerate(zip(iobs, types, strict=True)):
        is_inside = bool(type_) and iob in (0, 1, 3)
        if first >= 0 and (not is_inside or iob == 3 or type_ != types[first]):
            yield first, number
            first = -1
        if is_inside and first < 0:
            first = number
    if first >= 0:
        yield first, len(iobs)
