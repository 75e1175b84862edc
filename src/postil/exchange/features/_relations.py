"""Relations by what they relate, and their roles."""

from __future__ import annotations

from msgspec.structs import replace

from postil.corpus import Document
from postil.exchange.features._feature import ROLES, Feature, Reducing
from postil.exchange.features._taking_out import in_each_set, lose, taken_out, without_records
from postil.model import AnnotationSet, Relation


def _is_binary(relation: Relation) -> bool:
    return len(relation.args) == 2 and all(isinstance(value, str) for value in relation.args.values())


def _without_relation_ends(annotations: AnnotationSet, _document: Document, reducing: Reducing) -> AnnotationSet:
    spans = {span.id for span in annotations.spans}
    doomed = []
    for relation in annotations.relations:
        if not spans.issuperset(id for _, id in relation.arguments()):
            lose(reducing, ON_RELATIONS.title, annotations, relation)
            doomed.append(relation.id)
    return taken_out(annotations, doomed, reducing)


def _without_roles(annotations: AnnotationSet, _document: Document, reducing: Reducing) -> AnnotationSet:
    """With the roles of binary relations called ``from`` and ``to``, in the scheme's order, or the record's where it has none."""

    def directed(relation: Relation) -> Relation:
        if not _is_binary(relation) or tuple(relation.args) == ROLES:
            return relation
        layer = reducing.scheme.layers.get(relation.layer)
        order = list(layer.roles_of(relation.label)) if layer else []
        names = sorted(relation.args, key=lambda name: order.index(name) if name in order else len(order))
        if set(names) != set(ROLES):
            lose(reducing, ROLE_NAMES.title, annotations, relation)
        else:
            names = list(ROLES)
        return replace(relation, args=dict(zip(ROLES, (relation.args[name] for name in names), strict=True)))

    return replace(annotations, relations=tuple(map(directed, annotations.relations)))


RELATIONS = Feature(
    "relations", "relations", without_records("relations", lambda record: type(record) is Relation and _is_binary(record))
)
N_ARY = Feature(
    "n-ary", "relations of more or fewer than two",
    without_records("relations of more or fewer than two", lambda record: type(record) is Relation and not _is_binary(record)),
)  # fmt: skip
ON_RELATIONS = Feature("on relations", "relations with a relation as an end", in_each_set(_without_relation_ends))
ROLE_NAMES = Feature("roles", "names of roles", in_each_set(_without_roles))
