"""What one record of doccano says, in whatever version."""

from __future__ import annotations

from typing import Any

import msgspec

from postil.errors import UnreadableFile
from postil.exchange.drafts import DraftSet
from postil.exchange.incoming import Incoming
from postil.exchange.safe_json import converted, whole
from postil.formats._flat import DOCUMENT_ID
from postil.formats._json_values import listed
from postil.model import Label, Note, Relation, Span

KEYS = ("id", "entities", "relations", "cats", "annotations", "Comments", "comments", "meta", DOCUMENT_ID)


class _Entity(msgspec.Struct):
    """A span, or with ``user`` and without offsets a category."""

    label: str | int = ""
    start_offset: int | None = None
    end_offset: int | None = None
    id: int | str | None = None
    text: str = ""
    user: int | str | None = None
    others: dict[str, Any] = {}


class _Tie(msgspec.Struct):
    """A relation."""

    from_id: int | str
    to_id: int | str
    type: str | int | None = None
    id: int | str | None = None


class RecordReader:
    """Reads one record."""

    def __init__(self, incoming: Incoming, place: str, names: dict[str, str]) -> None:
        self.incoming, self.place, self.names = incoming, place, names

    def sets(self, record: dict[str, Any], annotator: str) -> list[DraftSet]:
        """What it says, by annotator: the oldest version has those of several in one record."""
        entities, categories = self._said(record)
        by_whom: dict[str, list[_Entity]] = {}
        for one in entities:
            by_whom.setdefault(annotator if one.user is None else f"user-{one.user}", []).append(one)
        if categories or not by_whom:
            by_whom.setdefault(annotator, [])
        return [self._set(who, own, categories if who == annotator else [], record) for who, own in by_whom.items()]

    def _said(self, record: dict[str, Any]) -> tuple[list[_Entity], list[str]]:
        """The entities and the categories, from wherever this version has them."""
        entities: list[_Entity] = []
        categories: list[str] = []
        label_key = self.incoming.options["label-key"]
        for key in ("annotations", "entities", "cats", *([label_key] if label_key else ("label", "labels"))):
            for one in listed(record.get(key)):
                if isinstance(whole(one), str | int):
                    categories.append(self._name(whole(one)))
                else:
                    entities.append(self._entity(one))
        return entities, categories

    def _entity(self, value: Any) -> _Entity:
        if isinstance(value, list):
            value = dict(zip(("start_offset", "end_offset", "label"), value, strict=False))
        if isinstance(value, dict) and "start" in value and "start_offset" not in value:
            others = {key: one for key, one in value.items() if key not in ("start", "end")}
            value = {**others, "start_offset": value["start"], "end_offset": value.get("end")}
        try:
            entity = converted(value, _Entity)
        except msgspec.ValidationError as error:
            raise UnreadableFile(self.place, f"not an annotation of doccano: {error}") from error
        entity.others = {key: one for key, one in value.items() if key not in _Entity.__struct_fields__}
        return entity

    def _name(self, label: str | int) -> str:
        name = self.names.get(str(label), str(label))
        if isinstance(label, int) and str(label) not in self.names:
            self.incoming.repaired.add(
                "labels that are only numbers: label_config.json has their names", f"{self.place}: {label}"
            )
        return name

    def _set(self, annotator: str, entities: list[_Entity], categories: list[str], record: dict[str, Any]) -> DraftSet:
        made = DraftSet(annotator, spans=[], relations=[], labels=[], notes=[], file=self.place)
        for number, one in enumerate(entities):
            if one.start_offset is None or one.end_offset is None:
                categories = [*categories, self._name(one.label) if one.label != "" else one.text]
                continue
            id = f"e{number if one.id is None else one.id}"
            place = (one.start_offset, one.end_offset, one.text)
            made.spans.append(Span(id, self.incoming.span_layer, self._name(one.label), *place, attributes=one.others))
        made.labels += [
            Label(f"d{number}", self.incoming.label_layer, name) for number, name in enumerate(dict.fromkeys(categories), 1)
        ]
        comments = [*listed(record.get("Comments")), *listed(record.get("comments"))]
        made.notes += [Note(f"n{number}", "", self._comment(one)) for number, one in enumerate(comments, 1)]
        for number, tie in enumerate(listed(record.get("relations"))):
            self._relate(made, tie, number)
        return made

    def _comment(self, value: Any) -> str:
        text = value.get("text") if isinstance(value, dict) else value
        return text if isinstance(text, str) else str(value)

    def _relate(self, made: DraftSet, value: Any, number: int) -> None:
        try:
            tie = converted(value, _Tie)
        except msgspec.ValidationError as error:
            raise UnreadableFile(self.place, f"not a relation of doccano: {error}") from error
        args: dict[str, Any] = {"from": f"e{tie.from_id}", "to": f"e{tie.to_id}"}
        label = self.incoming.relation_layer if tie.type in (None, "") else self._name(tie.type)
        id = f"r{number if tie.id is None else tie.id}"
        made.relations.append(Relation(id, self.incoming.relation_layer, label, args))
