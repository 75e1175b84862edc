"""What a format may limit itself: names and characters that it cannot have."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from typing import Any

from msgspec.structs import replace

from postil.corpus import Document
from postil.exchange.features._feature import Feature, Reducing
from postil.exchange.features._taking_out import in_each_set, lose, without_values
from postil.exchange.features._text import with_text
from postil.model import AnnotationSet, Relation
from postil.scheme import Scheme


def names_like(
    pattern: str, title: str, *, of: Collection[str] = ("label", "layer", "attribute", "role"), by: str = "_"
) -> Feature:
    """A limit: names of labels, layers, attributes and roles in which every character is one that ``pattern`` matches.

    Others become ``by``, and a name of nothing becomes it too. Two names that would become one stay apart by a number; those of
    the scheme come first, and of them those that may stay as they are.
    """
    allowed = re.compile(pattern)

    def plain(name: str) -> str:
        return "".join(character if allowed.fullmatch(character) else by for character in name) or by

    return names_made_by(plain, f"names:{pattern}", title, of=of, by=by)


def names_made_by(
    plain: Callable[[str], str],
    key: str,
    title: str,
    *,
    of: Collection[str] = ("label", "layer", "attribute", "role"),
    by: str = "_",
) -> Feature:
    """A limit: names of labels, layers, attributes and roles that ``plain`` leaves as they are. Others become what it gives.

    Two names that would become one stay apart by a number; those of the scheme come first, and of them those that may stay as
    they are.
    """

    def named(reducing: Reducing, kind: str, name: str) -> str:
        if kind not in of:
            return name
        known = reducing.names.get((key, kind))
        if known is None:
            known = reducing.names[key, kind] = {}
            for one in sorted(_names(reducing.scheme, kind), key=lambda one: (plain(one) != one, one)):
                known[one] = _apart_from(known.values(), plain(one), by)
        if name not in known:
            known[name] = _apart_from(known.values(), plain(name), by)
        return known[name]

    def without(document: Document, reducing: Reducing) -> Document:
        def change(record: Any) -> Any:
            changes: dict[str, Any] = {
                "layer": named(reducing, "layer", record.layer),
                "label": named(reducing, "label", record.label),
                "attributes": {named(reducing, "attribute", name): value for name, value in record.attributes.items()},
            }
            if isinstance(record, Relation):
                changes["args"] = {named(reducing, "role", role): value for role, value in record.args.items()}
            return replace(record, **changes)

        return without_values(title, change)(document, reducing)

    return Feature(key, title, without)


def _names(scheme: Scheme, kind: str) -> set[str]:
    """Every name of this kind that the scheme has."""
    if kind == "layer":
        return set(scheme.layers)
    found: set[str] = set()
    for layer in scheme.layers.values():
        if kind == "label":
            found.update(layer.labels)
        elif kind == "attribute":
            found.update(layer.attributes)
        else:
            found.update(layer.roles, *(definition.roles for definition in layer.labels.values()))
    return found


def _apart_from(taken: Collection[str], name: str, by: str) -> str:
    number, fresh = 2, name
    while fresh in taken:
        fresh, number = f"{name}{by}{number}", number + 1
    return fresh


def characters(
    pattern: str, title: str, by: str = "\ufffd", *, of: Collection[str] = ("text", "names", "values", "notes")
) -> Feature:
    """A limit: no character that ``pattern`` matches anywhere (or ``of``: in the text, in names, in attribute values, in notes).

    Each becomes ``by``, which must be one character where texts are meant, so that no offset moves.
    """
    found = re.compile(pattern)

    def plain(value: Any) -> Any:
        if isinstance(value, str):
            return found.sub(by, value)
        if isinstance(value, list | tuple):
            return [plain(one) for one in value]
        return {plain(name): plain(one) for name, one in value.items()} if isinstance(value, dict) else value

    def without(document: Document, reducing: Reducing) -> Document:
        document = without_values(title, lambda record: _plain_record(record, plain, of))(document, reducing)
        if "notes" in of:
            document = in_each_set(lambda annotations, *_: _plain_notes(annotations, plain, title, reducing))(document, reducing)
        return _with_plain_text(document, plain, title, reducing) if "text" in of else document

    return Feature(f"characters:{pattern}", title, without)


def _plain_record(record: Any, plain: Callable[[Any], Any], of: Collection[str]) -> Any:
    changes: dict[str, Any] = {"attributes": record.attributes}
    if "names" in of:
        changes = {"layer": plain(record.layer), "label": plain(record.label)}
        changes["attributes"] = {plain(name): value for name, value in record.attributes.items()}
        if isinstance(record, Relation):
            changes["args"] = {plain(role): value for role, value in record.args.items()}
    if "values" in of:
        changes["attributes"] = {name: plain(value) for name, value in changes["attributes"].items()}
    if "notes" in of:
        changes["note"] = plain(record.note)
    return replace(record, **changes)


def _plain_notes(annotations: AnnotationSet, plain: Callable[[Any], Any], title: str, reducing: Reducing) -> AnnotationSet:
    notes = []
    for note in annotations.notes:
        notes.append(replace(note, text=plain(note.text)))
        if notes[-1] != note:
            lose(reducing, title, annotations, note)
    return replace(annotations, notes=tuple(notes))


def _with_plain_text(document: Document, plain: Callable[[Any], Any], title: str, reducing: Reducing) -> Document:
    text = plain(document.text)
    if text == document.text:
        return document
    at = next(at for at, (one, other) in enumerate(zip(document.text, text, strict=True)) if one != other)
    reducing.losses.add(title, f"{document.id}, offset {at}", document.text[max(at - 10, 0) : at + 10])
    return with_text(document, text, reducing)
