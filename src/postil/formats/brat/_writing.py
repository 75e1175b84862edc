"""Writing brat's standoff: a text and its annotations for each document, and the configuration that shows them in brat."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from postil.corpus import Document
from postil.exchange.ids import renumbered
from postil.exchange.offsets import LINE_ENDS, LINE_GAP
from postil.exchange.outgoing import Outgoing
from postil.formats.brat._configuration import MEMBER, TRIGGER, role_of
from postil.formats.brat._limits import PREFIXES, kind_of, own_ids, prefix_of
from postil.formats.brat._lines import REMARK
from postil.formats.brat._names import NORMALISED, NORMALISED_TEXT, RELATION_ROLES, Type, Types
from postil.formats.brat._written_configuration import Seen, WrittenConfiguration
from postil.model import AnnotationSet, Record, Relation, Span
from postil.scheme import Scheme

_BREAK = re.compile(rf"[{LINE_ENDS}]")
_REFERENCE = re.compile(r"[^\s:]+:\S+")  # what a normalisation says: database and id
_BRATS_OWN = re.compile(r"[A-Za-z0-9_-]+")


def write(documents: Iterable[Document], outgoing: Outgoing) -> None:
    """Write a .txt and an .ann for each document, one of each annotator if there are several, and the configuration."""
    types = Types(outgoing.scheme)
    seen = Seen()
    several = len(outgoing.annotators) > 1
    for document in documents:
        for annotator, said in document.sets.items():
            path = f"{annotator}/{document.id}" if several else document.id
            lines = _Lines(document.text, types, seen, outgoing.scheme).of(said)
            outgoing.target.write(f"{path}.txt", document.text)
            outgoing.target.write(f"{path}.ann", "".join(f"{line}\n" for line in lines))
    for path, text in WrittenConfiguration(outgoing.scheme, types, seen).files(outgoing.annotators):
        outgoing.target.write(path, text)
    odd = [name for name in types.names.values() if not _BRATS_OWN.fullmatch(name)]
    if odd:
        outgoing.say.append(
            f"brat's configuration only knows names of A-Z, a-z, 0-9, _ and -; these have others: {', '.join(odd[:5])}"
        )


class _Lines:
    """The lines of one document."""

    def __init__(self, text: str, types: Types, seen: Seen, scheme: Scheme) -> None:
        self.text, self.types, self.seen, self.scheme = text, types, seen, scheme
        self.attributes = self.normalisations = 0

    def of(self, annotations: AnnotationSet) -> Iterator[str]:
        """The lines of a set."""
        annotations = _in_order(renumbered(annotations, self.scheme.layers, _minting(annotations)))
        about: list[tuple[str, str, Any]] = []  # id, type, record
        for relation in annotations.relations:  # before their triggers, which are called as they
            if kind_of(relation) == "event":
                self.types.name(Type("events", relation.layer, relation.label))
        for span in annotations.spans:
            type_ = self.types.name(Type("entities", span.layer, span.label))
            about.append((span.id, type_, span))
            yield f"{span.id}\t{type_} {self._placed(span)}"
        for relation in annotations.relations:
            type_, line = self._relation(relation)
            about.append((relation.id, type_, relation))
            yield line
        for id, type_, record in about:
            normalised = _normalised(record.attributes)
            for reference, text in normalised:
                self.normalisations += 1
                yield f"N{self.normalisations}\tReference {id} {reference}" + (f"\t{text}" if text else "")
            for name, value in record.attributes.items():
                if not (normalised and name in (NORMALISED, NORMALISED_TEXT)):
                    yield from self._attribute(id, type_, name, value)
        for number, line in enumerate(self._notes(annotations, about), _first_free(annotations)):
            yield f"#{number}\t{line}"
        yield from (f"#{note.id[1:]}\tNote {note.about}\t{note.text}" for note in annotations.notes)

    def _placed(self, span: Span) -> str:
        extents = [piece for extent in span.extents for piece in _within_lines(self.text, *extent)]
        covered = " ".join(self.text[start:end] for start, end in extents)
        return f"{';'.join(f'{start} {end}' for start, end in extents)}\t{_BREAK.sub(' ', covered)}"

    def _relation(self, relation: Relation) -> tuple[str, str]:
        kind = kind_of(relation)
        type_ = Type("events" if kind == "event" else "relations", relation.layer, relation.label)
        name = self.types.name(type_)
        if kind == "equivalence":
            return name, f"*\t{name} {' '.join(relation.args[MEMBER])}"
        if kind == "relation":
            names = RELATION_ROLES if set(relation.args) == set(RELATION_ROLES) else {role: role for role in relation.args}
            said = " ".join(f"{shown}:{relation.args[role]}" for role, shown in names.items())
            return name, f"{relation.id}\t{name} {said}"
        layer = self.scheme.layers.get(relation.layer)
        known = self.seen.roles.setdefault(type_, list(layer.roles_of(relation.label)) if layer else [TRIGGER])
        known += [role for role in relation.args if role not in known]
        said = "".join(f" {role}:{id}" for role, id in _numbered(relation, known))
        return name, f"{relation.id}\t{name}:{relation.args[TRIGGER]}{said}"

    def _attribute(self, id: str, type_: str, name: str, value: Any) -> Iterator[str]:
        if isinstance(value, bool):
            known = self.seen.flags.setdefault(name, [])
            if type_ not in known:
                known.append(type_)
        for one in value if isinstance(value, list | tuple) else [value]:
            self.attributes += 1
            yield f"A{self.attributes}\t{name} {id}" + ("" if one is True else " false" if one is False else f" {one}")

    def _notes(self, annotations: AnnotationSet, about: list[tuple[str, str, Any]]) -> Iterator[str]:
        for id, _, record in about:
            if record.note:
                yield f"{REMARK} {id}\t{record.note}"


def _normalised(attributes: dict[str, Any]) -> list[tuple[str, str]]:
    """What lines of normalisations can say: references to a database, each with its text or empty."""
    references, texts = (_listed(attributes.get(name, [])) for name in (NORMALISED, NORMALISED_TEXT))
    if len(texts) not in (0, len(references)) or not all(isinstance(one, str) for one in (*references, *texts)):
        return []
    if not all(map(_REFERENCE.fullmatch, references)):
        return []
    return list(zip(references, texts or [""] * len(references), strict=True))


def _listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else [value]


def _in_order(annotations: AnnotationSet) -> AnnotationSet:
    """The set by the numbers of its ids, events before relations: what came from brat is in the order that it had there."""

    def place(record: Record) -> tuple[int, int]:
        prefix = record.id.rstrip("0123456789")
        return list(PREFIXES.values()).index(prefix), int(record.id.removeprefix(prefix))

    return AnnotationSet(
        annotations.header,
        tuple(sorted(annotations.spans, key=place)),
        tuple(sorted(annotations.relations, key=place)),
        annotations.labels,
        tuple(sorted(annotations.notes, key=place)),
    )


def _first_free(annotations: AnnotationSet) -> int:
    return 1 + max((int(note.id[1:]) for note in annotations.notes), default=0)


def _within_lines(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """An extent in pieces that no line end is inside; one at its edge stays, so that no offset changes."""
    at = start
    for gap in LINE_GAP.finditer(text, start, end):
        if at < gap.start() and gap.end() < end:
            yield at, gap.start()
            at = gap.end()
    yield at, end


def _numbered(relation: Relation, known: list[str]) -> Iterator[tuple[str, str]]:
    """What fills the roles of an event: the second of a role as Role2, as brat numbers them, unless a role is called so."""
    for role, value in relation.args.items():
        number = 1
        for id in (value,) if isinstance(value, str) else value:
            name = role
            while number > 1 and role_of(name := f"{role}{number}", known) != role:
                number += 1
            if role != TRIGGER:
                yield name, id
            number += 1


def _minting(annotations: AnnotationSet) -> Callable[[Record, int], str]:
    """Ids as brat writes them: those that are so already stay, the others get numbers that are free."""
    kept = own_ids(annotations)
    counts: Counter[str] = Counter()

    def mint(record: Record, _number: int) -> str:
        if record.id in kept:
            return record.id
        prefix = prefix_of(record)
        while True:
            counts[prefix] += 1
            if (fresh := f"{prefix}{counts[prefix]}") not in kept:
                return fresh

    return mint
