"""What brat's standoff cannot hold beyond its features: how names and values may look, and which relations have a line."""

from __future__ import annotations

import re
from typing import Any

import msgspec
from msgspec.structs import replace

from postil.corpus import Document
from postil.exchange.features import IDS, Feature, Reducing, characters, in_each_set, lose, names_like, taken_out, without_values
from postil.exchange.offsets import LINE_ENDS, over_lines
from postil.formats._lists import PLAIN_LISTS
from postil.formats.brat._configuration import MEMBER, TRIGGER
from postil.model import AnnotationSet, Record, Relation, Span


def kind_of(relation: Relation) -> str:
    """The kind of line that a relation is written as; empty where brat has none for it."""
    if isinstance(relation.args.get(TRIGGER), str):
        return "event"
    if set(relation.args) == {MEMBER} and not isinstance(relation.args[MEMBER], str):
        return "equivalence"
    return "relation" if len(relation.args) == 2 and all(isinstance(value, str) for value in relation.args.values()) else ""


PREFIXES = {"span": "T", "event": "E", "relation": "R", "equivalence": "equiv", "note": "n"}
"""What the id of a record of each kind begins with."""

_OWN_ID = re.compile(r"(T|E|R|n)[1-9][0-9]{0,8}")


def prefix_of(record: Record) -> str:
    """What brat has the id of a record begin with."""
    if isinstance(record, Relation):
        return PREFIXES[kind_of(record)]
    return PREFIXES["span" if isinstance(record, Span) else "note"]


def own_ids(annotations: AnnotationSet) -> set[str]:
    """The ids that are brat's own already, and stay."""
    return {one.id for one in annotations.records if _OWN_ID.fullmatch(one.id) and one.id.startswith(prefix_of(one))}


def _count_other_ids(annotations: AnnotationSet, document: Document, reducing: Reducing) -> AnnotationSet:
    """Ids stay, as with every format; those that are not brat's own come back as others."""
    kept = own_ids(annotations)
    for record in annotations.records:
        if record.id not in kept:
            reducing.losses.add(IDS.title, f"{document.id} ({annotations.annotator})", record.id, stops=False)
    return annotations


def _numbers_as_words(record: Any) -> Any:
    return replace(record, attributes={name: _worded(value) for name, value in record.attributes.items()})


def _worded(value: Any) -> Any:
    if isinstance(value, str | bool):
        return value
    if isinstance(value, list | tuple):
        return [one if isinstance(one, str) else msgspec.json.encode(one).decode() for one in value]
    return msgspec.json.encode(value).decode()


def _without_blanks(record: Any) -> Any:
    """With no blank around a value, and no empty value."""
    attributes = {}
    for name, value in record.attributes.items():
        stripped = _stripped(value)
        if stripped not in ("", []) or value == []:
            attributes[name] = stripped
    return replace(record, attributes=attributes)


def _stripped(value: Any) -> Any:
    if isinstance(value, str):
        return value.strip()
    return [one.strip() for one in value if one.strip()] if isinstance(value, list) else value


def _plain_roles(annotations: AnnotationSet, _document: Document, reducing: Reducing) -> AnnotationSet:
    """With several fillers where a role may have several, one where not, and none that is empty."""
    relations = []
    for relation in annotations.relations:
        layer = reducing.scheme.layers.get(relation.layer)
        roles = layer.roles_of(relation.label) if layer else {}
        args: dict[str, str | tuple[str, ...]] = {}
        for role, value in relation.args.items():
            ids = (value,) if isinstance(value, str) else value
            is_list = len(ids) > 1 or role == MEMBER or bool(role in roles and roles[role].multiple)
            if ids:
                args[role] = ids if is_list else ids[0]
        if set(args) == {"Arg1", "Arg2"}:
            args = {"from": args["Arg1"], "to": args["Arg2"]}
        relations.append(relation if args == relation.args else replace(relation, args=args))
        if relations[-1] is not relation:
            lose(reducing, ROLES.title, annotations, relation, stops=False)
    return replace(annotations, relations=tuple(relations))


def _without_odd_relations(annotations: AnnotationSet, _document: Document, reducing: Reducing) -> AnnotationSet:
    """Without relations that no line can say, until every end of one is a span or an event."""
    while True:
        spans = {span.id for span in annotations.spans}
        ends = spans | {relation.id for relation in annotations.relations if kind_of(relation) == "event"}
        doomed = [one for one in annotations.relations if not _has_line(one, spans, ends)]
        if not doomed:
            return annotations
        for relation in doomed:
            lose(reducing, RELATIONS.title, annotations, relation)
        annotations = taken_out(annotations, {relation.id for relation in doomed}, reducing)


def _has_line(relation: Relation, spans: set[str], ends: set[str]) -> bool:
    kind = kind_of(relation)
    return bool(kind) and ends.issuperset(id for _, id in relation.arguments()) and (
        kind != "event" or relation.args[TRIGGER] in spans
    )  # fmt: skip


def _bare_equivalences(annotations: AnnotationSet, _document: Document, reducing: Reducing) -> AnnotationSet:
    """Without attributes of equivalences and remarks and notes on them: their lines have no id."""
    bare = {relation.id for relation in annotations.relations if kind_of(relation) == "equivalence"}
    if not bare:
        return annotations
    relations = []
    for relation in annotations.relations:
        is_rich = relation.id in bare and (relation.attributes or relation.note)
        if is_rich:
            lose(reducing, EQUIVALENCES.title, annotations, relation)
        relations.append(replace(relation, attributes={}, note="") if is_rich else relation)
    notes = [note for note in annotations.notes if note.about not in bare]
    for note in annotations.notes:
        if note.about in bare:
            lose(reducing, EQUIVALENCES.title, annotations, note)
    return replace(annotations, relations=tuple(relations), notes=tuple(notes))


def _without_line_gaps(annotations: AnnotationSet, document: Document, reducing: Reducing) -> AnnotationSet:
    spans = []
    for span in annotations.spans:
        joined = over_lines(span, document.text)
        if joined is not span:
            lose(reducing, LINE_GAPS.title, annotations, span, stops=False)
        spans.append(joined)
    return replace(annotations, spans=tuple(spans))


_NAME_CHARACTER = r"[A-Za-z0-9_./&()'@%$~^=-]|[^\x00-\xa0\s]"
NAMES_ALLOWED = re.compile(rf"(?:{_NAME_CHARACTER})+")
NAMES = names_like(_NAME_CHARACTER, "names with a character that means something else in brat (blanks, punctuation)")
VALUES = characters(rf"[\t{LINE_ENDS}]", "tabs and line ends in values and notes", " ", of=("values", "notes"))
NUMBERS = Feature("brat:numbers", "numbers as such", without_values("numbers as such", _numbers_as_words))
BLANKS = Feature(
    "brat:blanks", "blanks around values, and empty values",
    without_values("blanks around values, and empty values", _without_blanks),
)  # fmt: skip
ROLES = Feature("brat:roles", "other ways to say how many fill a role", in_each_set(_plain_roles), stops=False)
RELATIONS = Feature("brat:relations", "relations that brat has no line for", in_each_set(_without_odd_relations))
EQUIVALENCES = Feature("brat:equivalences", "what is said about equivalences", in_each_set(_bare_equivalences))
LINE_GAPS = Feature(
    "brat:gaps", "gaps between lines, which brat has in every span over several", in_each_set(_without_line_gaps), stops=False
)
OTHER_IDS = Feature(IDS.key, IDS.title, in_each_set(_count_other_ids), stops=False)

LIMITS = (NAMES, VALUES, NUMBERS, BLANKS, PLAIN_LISTS, ROLES, RELATIONS, EQUIVALENCES, LINE_GAPS, OTHER_IDS)
