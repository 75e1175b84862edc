"""The attributes of an annotation as questions: what may be answered, what is, and what ``check`` would say of it."""

from __future__ import annotations

from typing import Any

import msgspec

from postil.annotating.state import State, focused_annotation
from postil.model import Annotation, Span
from postil.rules._attributes import value_fault
from postil.scheme import Attribute
from postil.text import listing


class Question(msgspec.Struct, frozen=True):
    """One attribute of an annotation: its definition, its value (``None``: not answered), and what is wrong with that.

    ``choices``: what there is to choose from, where the scheme says so: words, ``true`` and ``false``, ids of annotations.
    """

    name: str
    attribute: Attribute
    value: Any = None
    fault: str = ""
    choices: tuple[str, ...] = ()


def questions(state: State) -> list[Question]:
    """The attributes that the annotation here may have, in the order of the scheme."""
    record = focused_annotation(state)
    layer = state.scheme.layers.get(record.layer)
    fitting = layer.attributes.items() if layer else ()
    return [_question(state, record, name, attribute) for name, attribute in fitting if attribute.is_on(record.label)]


def _question(state: State, record: Annotation, name: str, attribute: Attribute) -> Question:
    value = record.attributes.get(name)
    return Question(name, attribute, value, _fault(record.label, name, attribute, value), _choices(state, record, attribute))


def _fault(label: str, name: str, attribute: Attribute, value: Any) -> str:
    if value is None:
        return f"{label} must have the attribute {name}" if attribute.required else ""
    values = value if attribute.multiple and isinstance(value, list) else [value]
    faults = dict.fromkeys(fault for one in values if (fault := value_fault(attribute, one)))
    return f"{name} {listing(faults, 'and')}" if faults else ""


def _choices(state: State, record: Annotation, attribute: Attribute) -> tuple[str, ...]:
    if attribute.type == "boolean":
        return ("true", "false")
    if attribute.type != "reference":
        return attribute.values
    spans = [span for span in state.marks.spans if span.id != record.id and _may_be_named(attribute, span)]
    near = record.start if isinstance(record, Span) else state.place.cursor
    return (*attribute.values, *(span.id for span in sorted(spans, key=lambda span: abs(span.start - near))))


def may_refer(state: State, attribute: Attribute, value: Any) -> bool:
    """Whether a reference may have this value: a word that the scheme has for it, or the id of a span that it may name."""
    if not isinstance(value, str):
        return False
    named = state.marks.by_id.get(value)
    return value in attribute.values or (isinstance(named, Span) and _may_be_named(attribute, named))


def _may_be_named(attribute: Attribute, span: Span) -> bool:
    fits_layer = not attribute.layers or span.layer in attribute.layers
    return fits_layer and (not attribute.labels or span.label in attribute.labels)
