"""What annotations are: frozen records, and the set of them that one annotator makes of one document.

Offsets are Unicode code points into the document's text, zero-based and half-open. The model may hold a bad value (a span
9..3, a label that no scheme knows): a validator must be able to hold the fault that it reports. It knows no file format,
but each record is a :class:`msgspec.Struct` with its keys in their canonical order, so that a codec has nothing to map.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Collection, Iterable, Sequence
from itertools import pairwise
from operator import attrgetter
from typing import Any

import msgspec

UNKNOWN_KEYS = "\ue000"
"""The name under which a record would encode its unknown keys: a private-use character, which a codec never lets pass."""

RECORD_ID = re.compile(r"[A-Za-z0-9_.-]{1,64}")
STATUSES = ("in-progress", "complete")
METHODS = ("manual", "model", "adjudicated", "imported")

_ID_ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"  # 32 characters that no font confuses
_ID_LENGTH = 7  # 32^7 ids for each initial: ten thousand new ones on two branches collide once in 300 merges


class Header(msgspec.Struct, frozen=True, gc=False, omit_defaults=True, forbid_unknown_fields=True, tag="set"):
    """Whose annotations of which text these are. ``text_sha256`` is of the text file's bytes, in lower-case hexadecimal."""

    document: str
    annotator: str
    scheme: str
    text_sha256: str
    status: str
    method: str
    sources: tuple[str, ...] = ()
    unknown: dict[str, Any] = msgspec.field(default_factory=dict, name=UNKNOWN_KEYS)


class Span(msgspec.Struct, frozen=True, gc=False, omit_defaults=True, forbid_unknown_fields=True, tag="span"):
    """A stretch of text with a label. ``text`` repeats what it covers; ``fragments`` only when it is discontinuous."""

    id: str
    layer: str
    label: str
    start: int
    end: int
    text: str
    fragments: tuple[tuple[int, int], ...] = ()
    attributes: dict[str, Any] = {}
    confidence: float | None = None
    note: str = ""
    ignore: dict[str, str] = {}
    unknown: dict[str, Any] = msgspec.field(default_factory=dict, name=UNKNOWN_KEYS)

    @property
    def extents(self) -> tuple[tuple[int, int], ...]:
        """The ``(start, end)`` pairs that the span covers: its fragments, or itself."""
        return self.fragments or ((self.start, self.end),)

    def covered(self, text: str) -> str:
        """What the span covers in ``text``, fragments joined by one space."""
        return " ".join(text[start:end] for start, end in self.extents)

    def at(self, extents: Sequence[tuple[int, int]], text: str) -> Span:
        """The same span at other extents of ``text``, which are in order."""
        start, end = extents[0][0], extents[-1][1]
        moved = msgspec.structs.replace(self, start=start, end=end, fragments=fragments_of(extents))
        return msgspec.structs.replace(moved, text=moved.covered(text))


def fragments_of(extents: Sequence[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """The fragments of a span that covers these extents, which are in order: none where it is in one piece."""
    return tuple(extents) if len(extents) > 1 else ()


def apart(extents: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Extents in order, those that touch as one."""
    found: list[tuple[int, int]] = []
    for start, end in sorted(extents):
        if found and start == found[-1][1]:
            found[-1] = (found[-1][0], end)
        else:
            found.append((start, end))
    return found


def united(extents: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Extents in order, those that touch or overlap as one."""
    found: list[tuple[int, int]] = []
    for start, end in sorted(extents):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found


class Relation(msgspec.Struct, frozen=True, gc=False, omit_defaults=True, forbid_unknown_fields=True, tag="relation"):
    """A labelled tie between annotations. ``args`` maps a role to the id, or the ids, that fill it."""

    id: str
    layer: str
    label: str
    args: dict[str, str | tuple[str, ...]]
    attributes: dict[str, Any] = {}
    confidence: float | None = None
    note: str = ""
    ignore: dict[str, str] = {}
    unknown: dict[str, Any] = msgspec.field(default_factory=dict, name=UNKNOWN_KEYS)

    def arguments(self) -> list[tuple[str, str]]:
        """Each ``(role, id)``, in the order of the record."""
        found: list[tuple[str, str]] = []
        for role, ids in self.args.items():
            if isinstance(ids, str):
                found.append((role, ids))
            else:
                found += [(role, id) for id in ids]
        return found


class Label(msgspec.Struct, frozen=True, gc=False, omit_defaults=True, forbid_unknown_fields=True, tag="label"):
    """A label of the document as a whole."""

    id: str
    layer: str
    label: str
    attributes: dict[str, Any] = {}
    confidence: float | None = None
    note: str = ""
    ignore: dict[str, str] = {}
    unknown: dict[str, Any] = msgspec.field(default_factory=dict, name=UNKNOWN_KEYS)


class Note(msgspec.Struct, frozen=True, gc=False, omit_defaults=True, forbid_unknown_fields=True, tag="note"):
    """A remark on an annotation (or on the document, where ``about`` is left out), for people.

    ``decide`` is what a merge or a realignment left open about it: the versions or the places that there are to choose from.
    """

    id: str
    about: str = ""
    text: str = ""
    decide: dict[str, Any] = {}
    unknown: dict[str, Any] = msgspec.field(default_factory=dict, name=UNKNOWN_KEYS)


Annotation = Span | Relation | Label
Record = Span | Relation | Label | Note


class AnnotationSet(msgspec.Struct, frozen=True):
    """All that one annotator says about one document."""

    header: Header
    spans: tuple[Span, ...] = ()
    relations: tuple[Relation, ...] = ()
    labels: tuple[Label, ...] = ()
    notes: tuple[Note, ...] = ()

    @property
    def document(self) -> str:
        """The id of the document."""
        return self.header.document

    @property
    def annotator(self) -> str:
        """The name of the person, the model or ``gold``."""
        return self.header.annotator

    @property
    def annotations(self) -> tuple[Annotation, ...]:
        """Spans, relations and labels."""
        return (*self.spans, *self.relations, *self.labels)

    @property
    def records(self) -> tuple[Record, ...]:
        """Every record, in the order of the set."""
        return (*self.spans, *self.relations, *self.labels, *self.notes)

    def canonical(self) -> AnnotationSet:
        """The same set in the order in which it is written."""
        return AnnotationSet(
            self.header,
            tuple(sorted(self.spans, key=span_order)),
            tuple(sorted(self.relations, key=_by_id)),
            tuple(sorted(self.labels, key=_by_id)),
            tuple(sorted(self.notes, key=_by_id)),
        )


_by_id = attrgetter("id")


def span_order(span: Span) -> tuple[int, int, str, str, str]:
    """The place of a span in a canonical file: outer before inner, then by name."""
    return (span.start, -span.end, span.layer, span.label, span.id)


_FAR = 2**63  # beyond every text


def is_nested(spans: Sequence[Span]) -> bool:
    """Proof that no two of these spans cross. They come sorted by start, longest first; none may have fragments."""
    return not any([span.fragments for span in spans]) and are_nesting((span.start, span.end) for span in spans)


def are_nesting(extents: Iterable[tuple[int, int]]) -> bool:
    """Proof that no two of these extents cross. They come sorted by start, longest first."""
    around: list[int] = []
    innermost = _FAR
    for start, end in extents:
        while innermost <= start:
            innermost = around.pop()
        if innermost < end:
            return False
        around.append(innermost)
        innermost = end
    return True


def are_apart(extents: Iterable[tuple[int, int]]) -> bool:
    """Proof that no two of these extents, sorted by start, overlap."""
    return all(one[1] <= other[0] for one, other in pairwise(extents))


def new_id(layer: str, taken: Collection[str] = (), choose: Callable[[str], str] = secrets.choice) -> str:
    """Mint an id that is not among ``taken``: the layer's initial and random base-32, so that branches never collide.

    ``choose``: how one of several characters is drawn.
    """
    initial = layer[:1] if RECORD_ID.fullmatch(layer[:1]) else "x"
    while True:
        fresh = initial + "".join(choose(_ID_ALPHABET) for _ in range(_ID_LENGTH))
        if fresh not in taken:
            return fresh
