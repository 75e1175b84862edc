"""What an argument map cannot hold beyond what formats can be unable to hold in general."""

from __future__ import annotations

from collections import defaultdict

from msgspec.structs import replace

from postil.corpus import Document
from postil.exchange.features import ROLES, Feature, Reducing, in_each_set, lose, taken_out
from postil.formats._argument import meaning_of
from postil.formats.aif._vocabulary import DEFAULT_SCHEMES, SCHEME, TYPES_OF_MEANINGS, owned_ends
from postil.model import AnnotationSet, Relation


def _with_plain_ends(annotations: AnnotationSet, _document: Document, reducing: Reducing) -> AnnotationSet:
    while True:
        plain = replace(annotations, relations=tuple(map(_plain, annotations.relations)))
        doomed = [one for one in plain.relations if set(one.args) != set(ROLES) or () in one.args.values()]
        for relation in doomed:
            lose(reducing, PLAIN_ENDS.title, annotations, relation)
        if not doomed:
            doomed = _ambiguous(plain)
            for relation in doomed:
                lose(reducing, PLAIN_ENDS.title, annotations, relation)
        if not doomed:
            return plain
        annotations = taken_out(plain, [relation.id for relation in doomed], reducing)


def _plain(relation: Relation) -> Relation:
    """With each end once, and one end as no list."""
    args: dict[str, str | tuple[str, ...]] = {}
    for role, value in relation.args.items():
        ids = (value,) if isinstance(value, str) else tuple(dict.fromkeys(value))
        args[role] = ids[0] if len(ids) == 1 else ids
    return replace(relation, args=args)


def _ambiguous(annotations: AnnotationSet) -> list[Relation]:
    """The relations with an end that edges alone do not say, since the edge would be read as another relation's end too."""
    before: defaultdict[str, list[str]] = defaultdict(list)
    after: defaultdict[str, list[str]] = defaultdict(list)
    said: dict[str, set[tuple[str, str]]] = {one.id: set() for one in annotations.relations}
    for relation in annotations.relations:
        for role, id in relation.arguments():
            source, target = (id, relation.id) if role == ROLES[0] else (relation.id, id)
            said[relation.id].add((source, target))
            before[target].append(source)
            after[source].append(target)
    found = {
        id: {*((source, id) for source in ends[0]), *((id, target) for target in ends[1])}
        for id, ends in owned_ends(before, after, said).items()
    }
    wrong = {edge for id, edges in said.items() for edge in edges ^ found[id]}
    return [one for one in annotations.relations if not wrong.isdisjoint(said[one.id])]


def _with_types(annotations: AnnotationSet, _document: Document, reducing: Reducing) -> AnnotationSet:
    def typed(relation: Relation) -> Relation:
        """With a type that AIF has for what the label means; the label is the scheme then, where there is none."""
        meaning = meaning_of(relation.label)
        if relation.label in DEFAULT_SCHEMES or meaning is None:
            return relation
        lose(reducing, RELATION_TYPES.title, annotations, relation, stops=False)
        return replace(relation, label=TYPES_OF_MEANINGS[meaning], attributes={SCHEME: relation.label, **relation.attributes})

    return replace(annotations, relations=tuple(map(typed, annotations.relations)))


PLAIN_ENDS = Feature(
    "plain ends", "relations that edges cannot say: other roles than from and to, or on relations that have an end there",
    in_each_set(_with_plain_ends),
)  # fmt: skip
RELATION_TYPES = Feature(
    "node types", "words for support, attack and rephrasing, which become the scheme of RA, CA and MA", in_each_set(_with_types),
    stops=False,
)  # fmt: skip
