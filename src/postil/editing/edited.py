"""Annotations that an adjudicator writes: proposed in the ids of the result, and held against the text and the set."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from postil.editing.adjudicate import Adjudication
from postil.editing.items import Item
from postil.editing.pending import as_plain
from postil.editing.references import References, with_names
from postil.errors import PostilError
from postil.model import RECORD_ID, Annotation, Relation, Span
from postil.storage.decisions_file import record_of
from postil.text import quote


def proposal(item: Item, so_far: Adjudication, references: References) -> str:
    """A line for each version, naming what the result has; what it has not is named ``annotator:id``, which no id can be."""
    lines = []
    for name, version in item.versions.items():
        if version is not None:
            names = so_far.names.get(name, {})
            ids = {id for _, id in version.arguments()} if isinstance(version, Relation) else set()
            lost = {id: f"{name}:{id}" for id in ids if not names.get(id)}
            there = {id: now for id, now in names.items() if now}
            lines.append(msgspec.json.encode(as_plain(with_names(version, {**there, **lost}, references))).decode())
    return "".join(f"{line}\n" for line in dict.fromkeys(lines))


class Edits:
    """Reads what was written about one item."""

    def __init__(self, item: Item, so_far: Adjudication, text: str) -> None:
        self._item, self._text = item, text
        others = {id for id, made_of in so_far.made_of.items() if made_of.versions != item.versions}
        self._others = others | ({record.id for record in so_far.annotations.annotations} - so_far.made_of.keys())

    def read(self, written: str) -> list[Annotation]:
        """The annotations. Raises :class:`~postil.errors.PostilError` with the reason where they cannot be in the result."""
        found: list[Annotation] = []
        for number, line in enumerate(written.splitlines(), 1):
            if line.strip() and not line.startswith("#"):
                try:
                    found.append(self._record(line))
                except (PostilError, msgspec.DecodeError) as error:
                    raise PostilError(f"line {number}: {error}") from error
        ids = [record.id for record in found]
        for record in found:
            if ids.count(record.id) > 1:
                raise PostilError(f"the id {record.id} stands there twice: each annotation needs its own")
            if isinstance(record, Relation):
                self._check_arguments(record, {*ids, *self._others})
        return found

    def _record(self, line: str) -> Annotation:
        plain = msgspec.json.decode(line)
        if not isinstance(plain, dict):
            raise PostilError("not an annotation: a line must be one JSON object")
        record = record_of(self._with_text(plain))
        if not RECORD_ID.fullmatch(record.id):
            raise PostilError(f"{quote(record.id)} cannot be an id")
        if record.id in self._others:
            raise PostilError(f"the id {record.id} is another annotation's")
        return record

    def _with_text(self, plain: dict[str, Any]) -> Mapping[str, Any]:
        """A span with the text that it covers: left out, or still that of a version, it is filled in."""
        if plain.get("type") != "span":
            return plain
        span = record_of({**plain, "text": plain.get("text", "")})
        assert isinstance(span, Span)
        for start, end in ((span.start, span.end), *span.fragments):
            if not 0 <= start < end <= len(self._text):
                raise PostilError(f"{start} to {end} is no stretch of the text, which has {len(self._text):,} characters")
        if span.fragments and (span.start, span.end) != (span.fragments[0][0], span.fragments[-1][1]):
            raise PostilError(f"{span.start} to {span.end} is not where its fragments begin and end")
        covered = span.covered(self._text)
        versions = {version.text for version in self._item.versions.values() if isinstance(version, Span)}
        if span.text not in (covered, "", *versions):
            raise PostilError(f"it says {quote(span.text)}, but {span.start} to {span.end} is {quote(covered)}")
        return {**plain, "text": covered}

    def _check_arguments(self, relation: Relation, there: set[str]) -> None:
        for role, id in relation.arguments():
            if id not in there:
                raise PostilError(f"{relation.id}: {role} names {id}, which is not in the set")
