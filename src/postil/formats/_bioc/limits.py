"""What BioC cannot hold of what it has a place for."""

from __future__ import annotations

from msgspec.structs import replace

from postil.corpus import Document
from postil.exchange.features import Feature, Reducing, in_each_set, lose, taken_out
from postil.model import AnnotationSet


def _plain_roles(annotations: AnnotationSet, _document: Document, reducing: Reducing) -> AnnotationSet:
    """With one filler as such and not as a list of one, and without relations of nothing."""
    relations = []
    doomed = []
    for relation in annotations.relations:
        args = {
            role: value if isinstance(value, str) or len(value) > 1 else value[0]
            for role, value in relation.args.items()
            if value
        }
        if not args:
            doomed.append(relation.id)
        if args != relation.args:
            lose(reducing, ROLES.title, annotations, relation, stops=not args)
        relations.append(replace(relation, args=args))
    return taken_out(replace(annotations, relations=tuple(relations)), doomed, reducing)


ROLES = Feature("bioc:roles", "lists of one filler of a role, and relations of nothing", in_each_set(_plain_roles), stops=False)
