"""Random histories of a set: what annotators do to it, change by change."""

from __future__ import annotations

import random
from collections.abc import Callable

from msgspec.structs import replace

from postil import AnnotationSet, Header, Note, Relation, Span
from postil.editing.realign import sha256_of

TEXT = " ".join(f"word{number}" for number in range(60)) + "\n"
LABELS = ("PERSON", "GPE", "ORG")
Step = Callable[[random.Random, AnnotationSet, str], AnnotationSet]


def beginning(chance: random.Random, size: int = 8) -> AnnotationSet:
    """A set with a few annotations of each kind."""
    annotations = AnnotationSet(Header("d", "a", "s/1", sha256_of(TEXT), "in-progress", "manual"))
    for number in range(size):
        annotations = add(chance, annotations, f"b{number}")
    return tie(chance, remark(chance, annotations, "b"), "b")


def _place(chance: random.Random) -> tuple[int, int]:
    words = TEXT.split()
    first = chance.randrange(len(words))
    last = min(first + chance.randrange(3), len(words) - 1)
    start = len(" ".join(words[:first])) + (first > 0)
    return start, start + len(" ".join(words[first : last + 1]))


def _fresh(annotations: AnnotationSet, name: str) -> str:
    taken = {record.id for record in annotations.records}
    return next(id for number in range(1000) if (id := f"{name}.{number}") not in taken)


def _span(chance: random.Random, id: str) -> Span:
    start, end = _place(chance)
    return Span(id, "entity", chance.choice(LABELS), start, end, TEXT[start:end])


def add(chance: random.Random, annotations: AnnotationSet, name: str) -> AnnotationSet:
    return replace(annotations, spans=(*annotations.spans, _span(chance, _fresh(annotations, name))))


def _changed(annotations: AnnotationSet, span: Span, **changes: object) -> AnnotationSet:
    return replace(annotations, spans=tuple(replace(one, **changes) if one is span else one for one in annotations.spans))


def relabel(chance: random.Random, annotations: AnnotationSet, name: str) -> AnnotationSet:
    return _changed(annotations, chance.choice(annotations.spans), label=chance.choice(LABELS))


def shift(chance: random.Random, annotations: AnnotationSet, name: str) -> AnnotationSet:
    start, end = _place(chance)
    return _changed(annotations, chance.choice(annotations.spans), start=start, end=end, text=TEXT[start:end])


def qualify(chance: random.Random, annotations: AnnotationSet, name: str) -> AnnotationSet:
    span = chance.choice(annotations.spans)
    return _changed(annotations, span, attributes={**span.attributes, chance.choice("xyz"): chance.choice([True, 1, "1"])})


def doubt(chance: random.Random, annotations: AnnotationSet, name: str) -> AnnotationSet:
    return _changed(annotations, chance.choice(annotations.spans), confidence=chance.choice([None, 0.5, 0.9]))


def take_out(chance: random.Random, annotations: AnnotationSet, name: str) -> AnnotationSet:
    """A span with everything that names it."""
    gone = chance.choice(annotations.spans).id
    relations = tuple(one for one in annotations.relations if gone not in dict(one.arguments()).values())
    return replace(
        annotations,
        spans=tuple(one for one in annotations.spans if one.id != gone),
        relations=relations,
        notes=tuple(one for one in annotations.notes if one.about != gone),
    )


def tie(chance: random.Random, annotations: AnnotationSet, name: str) -> AnnotationSet:
    ids = [span.id for span in annotations.spans]
    relation = Relation(
        _fresh(annotations, f"{name}r"), "argument", "near", {"from": chance.choice(ids), "to": chance.choice(ids)}
    )
    return replace(annotations, relations=(*annotations.relations, relation))


def remark(chance: random.Random, annotations: AnnotationSet, name: str) -> AnnotationSet:
    about = chance.choice(annotations.spans).id
    return replace(annotations, notes=(*annotations.notes, Note(_fresh(annotations, f"{name}n"), about, chance.choice("?!"))))


STEPS: tuple[Step, ...] = (add, add, relabel, shift, qualify, doubt, take_out, tie, remark)


def branch(chance: random.Random, annotations: AnnotationSet, name: str, steps: int) -> AnnotationSet:
    """What one annotator makes of a set."""
    for _ in range(steps):
        if not annotations.spans:
            annotations = add(chance, annotations, name)
        annotations = chance.choice(STEPS)(chance, annotations, name)
    return annotations.canonical()
