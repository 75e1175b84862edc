"""Making one set of several: what annotators agree on goes through, the rest is decided, and every decision is kept.

The adjudicated set follows from the sets and the decisions alone, in whatever order they are named. After an annotator's later
change only what changed has to be decided again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec

from postil.editing.decisions import BOTH, EDITED, NEITHER, Recorded, in_force
from postil.editing.items import Item, items
from postil.editing.naming import Naming
from postil.editing.references import References
from postil.errors import PostilError
from postil.model import Annotation, AnnotationSet, Header, Label, Relation, Span
from postil.scheme import Scheme
from postil.storage.decisions_file import Decision, record_of

UNANIMOUS = 1.0


class Open(msgspec.Struct, frozen=True):
    """What is still to be decided; ``why``, where it is not just that the annotators disagree."""

    item: Item
    why: str = ""


class Adjudication(msgspec.Struct, frozen=True):
    """The adjudicated set, what is still open, and how many things were agreed on and decided.

    ``outvoted``: what went through by a policy against somebody. ``stuck``: what an adjudicator added and that cannot stand, by
    id, with the reason. ``made_of``: by id in the set, the item that it was made of. ``names``: by annotator, which id in the
    set each of their ids has; empty for none.
    """

    annotations: AnnotationSet
    open: tuple[Open, ...]
    agreed: int
    decided: int
    outvoted: tuple[Item, ...] = ()
    stuck: dict[str, str] = {}
    made_of: dict[str, Item] = {}
    names: dict[str, dict[str, str]] = {}


def adjudicate(
    sets: Sequence[AnnotationSet],
    into: str,
    decisions: Iterable[Decision] = (),
    shares: Mapping[str, float] | None = None,
    *,
    scheme: Scheme | None = None,
    text: str = "",
    is_edited: bool = False,
) -> Adjudication:
    """Make one set, of the annotator ``into``, of several about one document.

    ``shares``: by layer (empty: all others) the part of the annotators that must say the same; 1, all of them, where nothing is
    said, and always more than half. ``scheme``: says which attributes name other annotations; without it none does. ``text``:
    what an adjudicator's own annotations are held against, if it is known. ``is_edited``: whether decisions may be about it as it
    was before, so that a span that stands elsewhere may have been carried along. Raises
    :class:`~postil.errors.PostilError` where the sets are about different texts or documents, or one has two annotations with
    one id.
    """
    refuse_different(sets)
    given, references = list(decisions), References(scheme)
    recorded = Recorded(given, "" if is_edited else text)
    adjudicator = _Adjudicator(recorded, shares or {}, Naming(sets, references), text)
    for item in items(sets, references):
        adjudicator.take(item)
    for decision in in_force(given):
        if not decision.versions:
            adjudicator.add(decision)
    records = adjudicator.records()
    first = sets[0].header
    header = Header(
        first.document, into, first.scheme, first.text_sha256,
        "in-progress" if adjudicator.open or adjudicator.stuck else "complete",
        "adjudicated", tuple(sorted(each.annotator for each in sets)),
    )  # fmt: skip
    spans = tuple(one for one in records.values() if isinstance(one, Span))
    relations = tuple(one for one in records.values() if isinstance(one, Relation))
    labels = tuple(one for one in records.values() if isinstance(one, Label))
    return Adjudication(
        AnnotationSet(header, spans, relations, labels).canonical(), tuple(adjudicator.open), adjudicator.agreed,
        adjudicator.decided, tuple(adjudicator.outvoted), adjudicator.stuck,
        adjudicator.naming.made_of, adjudicator.naming.names,
    )  # fmt: skip


def refuse_different(sets: Sequence[AnnotationSet]) -> None:
    """Raise :class:`~postil.errors.PostilError` where sets cannot be made one."""
    if len({each.document for each in sets}) > 1:
        raise PostilError("the sets are about different documents")
    if len({each.header.text_sha256 for each in sets}) > 1:
        raise PostilError("the sets are about different texts: postil realign first")
    if len({each.annotator for each in sets}) < len(sets):
        raise PostilError("two of the sets have one annotator")
    for each in sets:
        seen: set[str] = set()
        for record in each.annotations:
            if record.id in seen:
                raise PostilError(f"{each.annotator} has two annotations with the id {record.id}: postil check says where")
            seen.add(record.id)


class _Adjudicator:
    """Goes through items, and collects what becomes of them."""

    def __init__(self, recorded: Recorded, shares: Mapping[str, float], naming: Naming, text: str) -> None:
        self._recorded, self._shares, self.naming, self._text = recorded, shares, naming, text
        self.open: list[Open] = []
        self.outvoted: list[Item] = []
        self.stuck: dict[str, str] = {}
        self.agreed = self.decided = 0

    def take(self, item: Item) -> None:
        """Take an item as it was decided, or as enough annotators say it."""
        decision = self._recorded.of(item)
        if decision is not None:
            chosen = list(_chosen(item, decision))
            why = next((why for owner, version in chosen if not owner and (why := self._misplaced(version))), "")
            if why:
                self.open.append(Open(item, why))
            else:
                self.decided += 1
            self.naming.add(item, [] if why else chosen, is_decided=True)
            return
        winner = item.winner(self._shares.get(item.first.layer, self._shares.get("", UNANIMOUS)))
        if winner is None:
            self.open.append(Open(item))
            self.naming.add(item, [])
            return
        self.agreed += 1
        if len(set(item.votes.values())) > 1:
            self.outvoted.append(item)
        version = item.versions[winner]
        self.naming.add(item, [(winner, version)] if version else [])

    def add(self, decision: Decision) -> None:
        """Take what an adjudicator added."""
        for plain in decision.result:
            record = record_of(plain)
            why = self._misplaced(record)
            if why:
                self.stuck[record.id] = why
            else:
                self.naming.add(None, [("", record)], is_decided=True)

    def _misplaced(self, record: Annotation) -> str:
        if self._text and isinstance(record, Span) and record.covered(self._text) != record.text:
            return f"the text was edited since, and where {record.id} is in it now is not known"
        return ""

    def records(self) -> dict[str, Annotation]:
        """What was taken, by the ids of the result; what names something that is not in it becomes open."""
        for taken, missing in self.naming.settle():
            why = f"it names {missing}, which is not in the set"
            if taken.item is None:
                self.stuck[taken.record.id] = why
            elif all(taken.item is not each.item for each in self.open):
                self.open.append(Open(taken.item, why))
                self.decided -= taken.is_decided
                self.agreed -= not taken.is_decided
        return self.naming.named()


def _chosen(item: Item, decision: Decision) -> Iterator[tuple[str, Annotation]]:
    """Each annotation that a decision takes, with the annotator whose ids it names."""
    if decision.chosen == EDITED:
        yield from (("", record_of(plain)) for plain in decision.result)
    elif decision.chosen != NEITHER:
        votes: set[bytes] = set()
        for name, version in item.versions.items():
            is_chosen = decision.chosen == name or (decision.chosen == BOTH and name in decision.versions)
            if version is not None and is_chosen and item.votes[name] not in votes:
                votes.add(item.votes[name])
                yield name, version
