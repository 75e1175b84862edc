"""Carrying a set to the text as it became: every span to where its own words stand now, or left open and said why."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from typing import Any

import msgspec

from postil.editing.alignment import Alignment
from postil.editing.occurrences import Extent, Occurrences
from postil.editing.pending import REALIGN, is_pending, pending_note, texts_of_pending, without_pending
from postil.editing.places import Fate, Place, Places
from postil.editing.settled import Settled, as_it_was, is_sound, settled_since
from postil.editing.tokens import Tokens
from postil.errors import PostilError
from postil.model import AnnotationSet, Note, Span, united
from postil.text import quote

_CANDIDATES = 5  # that are kept of an open span


class Outcome(msgspec.Struct, frozen=True):
    """What became of one span.

    ``after`` is it as it was written: ``None`` where it was left open, or taken out (``is_removed``). ``candidates``: the
    extents that it may have now, best first. ``kept_by``: what names an orphan that was to be taken out.
    """

    before: Span
    fate: Fate
    after: Span | None = None
    candidates: tuple[tuple[Extent, ...], ...] = ()
    is_removed: bool = False
    kept_by: str = ""

    @property
    def is_guess(self) -> bool:
        """Whether it was written because somebody asked for it, without being certain."""
        return self.after is not None and not self.fate.is_certain

    @property
    def is_open(self) -> bool:
        """Whether somebody has to decide."""
        return self.after is None and not self.is_removed


class Realignment(msgspec.Struct, frozen=True):
    """A set carried to another text, and what became of each of its spans that was about the old one."""

    annotations: AnnotationSet
    outcomes: tuple[Outcome, ...] = ()
    settled: tuple[Settled, ...] = ()

    @property
    def counts(self) -> Counter[Fate]:
        """How many spans had each fate."""
        return Counter(outcome.fate for outcome in self.outcomes)

    @property
    def open(self) -> list[Outcome]:
        """What somebody has to decide."""
        return [outcome for outcome in self.outcomes if outcome.is_open]


def sha256_of(text: str) -> str:
    """Of the bytes of a file that holds ``text``, in hexadecimal."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def realign(
    old_text: str | None,
    new_text: str,
    annotations: AnnotationSet,
    *,
    accept: Collection[Fate | str] = (),
    but: Collection[str] = (),
) -> Realignment:
    """Carry the spans of a set that are about ``old_text`` to ``new_text``.

    Only what is certain is written, and what ``accept`` names: of those, the best candidate; an accepted orphan is taken out,
    unless something names it. Whatever else is not certain stays as it is and gets a note that leaves it open. Without an old
    text (``None``) the spans' own quotations have to do, and much more stays open. ``but``: ids of spans of which nothing is
    accepted.

    What was left open before and is decided by now (``settled``) is not carried again: a span that somebody changed since is
    about the text that the set is about.

    Raises :class:`~postil.errors.PostilError` where no part of the set is about ``old_text``.
    """
    target = sha256_of(new_text)
    settled = settled_since(annotations, new_text, target)
    notes = [note for note in annotations.notes if note.id not in {each.note.id for each in settled}]
    returned = {each.note.about for each in settled if each.is_returned}
    texts = texts_of_pending(notes) | dict.fromkeys(returned, target)
    source = None if old_text is None else sha256_of(old_text)
    if source is not None and source not in {annotations.header.text_sha256, *texts_of_pending(annotations.notes).values()}:
        raise PostilError(
            f"the set is about another text than the old one given: its text_sha256 is {annotations.header.text_sha256}"
        )
    about = {span.id: texts.get(span.id, annotations.header.text_sha256) for span in annotations.spans}
    moving = [
        span
        for span in annotations.spans
        if (about[span.id] == source and (texts.get(span.id) != target or span.id in returned))
        or (source is None and about[span.id] != target)
    ]
    finder = _Finder(old_text, new_text, moving)
    accepted = {Fate(fate) for fate in accept}
    named = _named(annotations)
    found = [finder.outcome(span) for span in moving]
    found += [finder.unsound(span) for span in annotations.spans if texts.get(span.id) == target and span.id not in returned]
    decided = _decided_together([each for each in found if each.before.id not in but], new_text, accepted, named)
    outcomes = decided + [_decided(each, new_text, set(), named) for each in found if each.before.id in but]
    annotations = msgspec.structs.replace(annotations, notes=tuple(notes))
    return Realignment(_written(annotations, outcomes, about, target), tuple(outcomes), tuple(settled))


class _Finder:
    """Finds what became of spans."""

    def __init__(self, old_text: str | None, new_text: str, spans: Sequence[Span]) -> None:
        self._old, self._new = old_text, new_text
        self._occurrences = Occurrences(Tokens(new_text, {}))
        if old_text is None:
            from postil.editing.quotes import QuotedPlaces

            self._places: Any = QuotedPlaces(new_text, spans)
        elif old_text != new_text:
            self._places = Places(Alignment(old_text, new_text))

    def outcome(self, span: Span) -> Outcome:
        """The fate of a span, and its candidates."""
        if self._old == self._new:
            return Outcome(span, Fate.EXACT, span)
        if not self._is_sound(span):
            return self.unsound(span)
        places = [self._places.place(start, end) for start, end in span.extents]
        if len(places) > 1:
            return _together(span, places)
        fate, extents = places[0].fate, places[0].extents
        candidates = (tuple(united(extents)),) if fate == Fate.SPLIT else tuple((extent,) for extent in extents)
        return Outcome(span, fate, None, candidates)

    def unsound(self, span: Span) -> Outcome:
        """The fate of a span that was wrong before: its offsets say nothing."""
        found = self._occurrences.near(span.text, span.start)
        return Outcome(span, Fate.AMBIGUOUS if found else Fate.ORPHAN, None, tuple((extent,) for extent in found))

    def _is_sound(self, span: Span) -> bool:
        if self._old is None:
            return span.start < span.end
        return is_sound(span, self._old)


def _together(span: Span, places: Sequence[Place]) -> Outcome:
    """The fate of a span of several fragments: the worst of theirs; changed, where one is gone or they are not apart."""
    there = [place for place in places if place.extents]
    if not there:
        return Outcome(span, Fate.ORPHAN)
    extents = tuple(extent for place in there for extent in place.extents[: None if place.fate == Fate.SPLIT else 1])
    joined = tuple(united(extents))
    fates = [place.fate for place in there] + ([Fate.EDITED] if joined != extents or len(there) < len(places) else [])
    return Outcome(span, max(fates, key=lambda fate: fate.rank), None, (joined,))


def _decided_together(found: Sequence[Outcome], text: str, accepted: set[Fate], named: dict[str, str]) -> list[Outcome]:
    """Everything decided. A guess is not written where a span that stood elsewhere is written already."""
    decided = {number: _decided(each, text, accepted, named) for number, each in enumerate(found) if each.fate != Fate.AMBIGUOUS}
    taken = {each.after.extents: each.before.extents for each in decided.values() if each.after}
    for number, each in enumerate(found):
        if number not in decided:
            before = each.before.extents
            free = tuple(one for one in each.candidates if taken.get(one, before) == before)
            guess = _decided(msgspec.structs.replace(each, candidates=free), text, accepted, named)
            decided[number] = guess if guess.after else each
            if guess.after:
                taken[guess.after.extents] = before
    return [decided[number] for number in range(len(found))]


def _decided(outcome: Outcome, text: str, accepted: set[Fate], named: dict[str, str]) -> Outcome:
    if outcome.after is not None:
        return outcome
    if outcome.candidates and (outcome.fate.is_certain or outcome.fate in accepted):
        return msgspec.structs.replace(outcome, after=outcome.before.at(outcome.candidates[0], text))
    if outcome.fate == Fate.ORPHAN and Fate.ORPHAN in accepted:
        kept_by = named.get(outcome.before.id, "")
        return msgspec.structs.replace(outcome, is_removed=not kept_by, kept_by=kept_by)
    return outcome


def _named(annotations: AnnotationSet) -> dict[str, str]:
    """Every id that another record may name, and that record: arguments, notes that leave nothing open, values of attributes."""
    named = {id: f"relation {relation.id}" for relation in annotations.relations for _, id in relation.arguments()}
    named |= {note.about: f"note {note.id}" for note in annotations.notes if not note.decide}
    for record in annotations.annotations:
        for value in record.attributes.values():
            words = value if isinstance(value, list) else [value]
            named |= {word: f"an attribute of {record.id}" for word in words if isinstance(word, str)}
    return named


def _written(annotations: AnnotationSet, outcomes: Sequence[Outcome], about: dict[str, str], target: str) -> AnnotationSet:
    done = {id(outcome.before): outcome for outcome in outcomes}
    spans = []
    for span in annotations.spans:
        outcome = done.get(id(span))
        if outcome is None or outcome.is_open:
            spans.append(span)
        elif outcome.after is not None:
            spans.append(outcome.after)
    settled = {outcome.before.id for outcome in outcomes}
    notes = without_pending(annotations.notes, REALIGN, settled)
    taken = {record.id for record in annotations.records} - {note.id for note in annotations.notes} | {note.id for note in notes}
    for note in _open_notes(outcomes, about, taken):
        notes.append(note)
        taken.add(note.id)
    still_open = {note.about for note in notes if is_pending(note, REALIGN)}
    # spans about a third text, which nobody looked at now, are not about the new one either
    others = [
        span for span in annotations.spans if id(span) not in done and about[span.id] != target and span.id not in still_open
    ]
    for span in others:
        text = f"realign: its offsets are about another text ({about[span.id][:12]}…)"
        notes.append(pending_note(REALIGN, span.id, text, {"text_sha256": about[span.id], **as_it_was(span)}, taken))
        taken.add(notes[-1].id)
    header = msgspec.structs.replace(annotations.header, text_sha256=target)
    return msgspec.structs.replace(annotations, header=header, spans=tuple(spans), notes=tuple(notes)).canonical()


def _open_notes(outcomes: Sequence[Outcome], about: dict[str, str], taken: Collection[str]) -> Iterator[Note]:
    for outcome in outcomes:
        if outcome.is_open:
            candidates = [[list(extent) for extent in extents] for extents in outcome.candidates[:_CANDIDATES]]
            decide: dict[str, Any] = {"fate": str(outcome.fate), "text_sha256": about[outcome.before.id]}
            decide |= as_it_was(outcome.before)
            if candidates:
                decide["candidates"] = candidates
            yield pending_note(REALIGN, outcome.before.id, _in_words(outcome), decide, taken)


_WORDS = {
    Fate.EDITED: "its own text was changed",
    Fate.SPLIT: "its text stands in several places",
    Fate.AMBIGUOUS: "its text may be any of several passages",
    Fate.ORPHAN: "its text is gone",
}


def _in_words(outcome: Outcome) -> str:
    words = _WORDS.get(outcome.fate, outcome.fate)
    if outcome.fate == Fate.AMBIGUOUS and len(outcome.candidates) == 1:
        words = "its words stand in one place, which may not be it"
    return f"realign: {words}; it was {quote(outcome.before.text)}"
