"""What names something that its set does not have: the same is done about it whatever format it comes from.

A relation needs its ends. Where the file does not have what fills a role, the relation is not brought along, nor is one that ties
that relation; a role that several fill loses only those that are not there, and so do an event, which its trigger holds, and a
relation that still has two roles. Each is counted, with its place in the file, and so is what was said of relations that are not
brought along. What a note says is not lost with what it is about: it becomes a note on the document.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator

from msgspec.structs import replace

from postil.exchange.drafts import DraftSet
from postil.exchange.losses import Losses
from postil.model import Note, Relation

_TRIGGER = "trigger"
"""The role that holds an event together, whoever else takes part."""


def without_dangling(draft_set: DraftSet, left_out: Losses, repaired: Losses) -> DraftSet:
    """The set without relations to what is not there; they are counted in ``left_out``, notes on them in ``repaired``."""
    if not draft_set.relations and not draft_set.notes:
        return draft_set
    ties = {span.id for span in draft_set.spans} | {relation.id for relation in draft_set.relations}
    relations = draft_set.relations
    if not all(ties.issuperset(id for _, id in relation.arguments()) for relation in relations):
        relations = list(_kept(draft_set, ties, left_out))
    about = ties | {label.id for label in draft_set.labels}
    notes = [
        note if not note.about or note.about in about else _on_document(note, draft_set, repaired) for note in draft_set.notes
    ]
    return replace(draft_set, relations=relations, notes=notes)


def _kept(draft_set: DraftSet, ties: set[str], left_out: Losses) -> Iterator[Relation]:
    """The relations that are held together by what is there. Those that are not leave ``ties``."""
    users: defaultdict[str, list[Relation]] = defaultdict(list)
    for relation in draft_set.relations:
        for _, id in relation.arguments():
            users[id].append(relation)
    suspects = list(reversed(draft_set.relations))
    while suspects:
        relation = suspects.pop()
        emptied = [role for role, value in relation.args.items() if _is_emptied(value, ties)]
        if emptied and relation.id in ties and not _is_held_without(relation, emptied):
            ties.remove(relation.id)
            place = _place(draft_set, relation, emptied[0], ties)
            left_out.add("relations one of whose ends is not there", place, relation.label)
            if said := [*relation.attributes, *(["the remark"] if relation.note else [])]:
                kind = "attributes and remarks of relations that are not brought along"
                left_out.add(kind, draft_set.place(relation.id), ", ".join(said), count=len(said))
            suspects += users[relation.id]
    for relation in draft_set.relations:
        if relation.id in ties:
            yield _with_members(relation, draft_set, ties, left_out)


def _is_emptied(value: str | tuple[str, ...], ties: Collection[str]) -> bool:
    return value not in ties if isinstance(value, str) else bool(value) and not any(id in ties for id in value)


def _is_held_without(relation: Relation, emptied: Collection[str]) -> bool:
    """Whether its trigger, or two roles, are left."""
    left = relation.args.keys() - emptied
    return _TRIGGER in left or len(left) > 1


def _with_members(relation: Relation, draft_set: DraftSet, ties: Collection[str], left_out: Losses) -> Relation:
    """The relation with only those members of its roles that are there."""
    args = dict(relation.args)
    for role, value in relation.args.items():
        ids = (value,) if isinstance(value, str) else value
        if any(id not in ties for id in ids):
            args[role] = tuple(id for id in ids if id in ties)
            if not args[role]:
                del args[role]
            left_out.add("members of relations that are not there", _place(draft_set, relation, role, ties), relation.label)
    return relation if args == relation.args else replace(relation, args=args)


def _place(draft_set: DraftSet, relation: Relation, role: str, ties: Collection[str]) -> str:
    missing = [id for one, id in relation.arguments() if one == role and id not in ties]
    return f"{draft_set.place(relation.id)}: {role} is {', '.join(missing)}"


def _on_document(note: Note, draft_set: DraftSet, repaired: Losses) -> Note:
    place = f"{draft_set.place(note.id)} on {note.about}"
    repaired.add("notes on what is not there, now on the document", place, note.text)
    return replace(note, about="")
