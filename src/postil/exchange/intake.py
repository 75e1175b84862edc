"""From a draft to a document of the corpus: offsets verified, the text normalised with every span carried along, ids made valid.

Nothing here touches a disk. What had to change is counted in words, and what cannot be is an error with file and line.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import msgspec
from msgspec.structs import replace

from postil.corpus import Document
from postil.exchange.annotator_names import AnnotatorNames
from postil.exchange.dangling import without_dangling
from postil.exchange.document_names import SOURCE_NAME, DocumentNames, EmptyShelf, Shelf
from postil.exchange.drafts import Draft, DraftSet
from postil.exchange.edges import SAY, Agreement
from postil.exchange.ids import renamed
from postil.exchange.losses import Losses
from postil.exchange.offsets import Counting, Mismatch, Placed, Undecided, Unverified, over_lines, placed, usual
from postil.exchange.plain_values import with_plain_values
from postil.exchange.repair import found_again
from postil.manifest import Metadata, Rights
from postil.model import RECORD_ID, AnnotationSet, Header
from postil.scheme import Layer
from postil.storage.carrying import Carried
from postil.storage.text_file import Normalised, normalise_text
from postil.text import Unit, quote

_LONGEST_NAME = 100


class Rules(msgspec.Struct, frozen=True):
    """How an import is done.

    ``annotator``: whose sets those are that name nobody. ``unit``: what offsets count, where the user says so; spans that
    disagree are then taken as they are and counted. ``realigns``: whether spans that disagree are looked for by the text that
    they are said to cover. ``into``: the directory that document ids begin with. ``document``: the id of the one document.
    """

    annotator: str = "imported"
    unit: Unit | None = None
    realigns: bool = False
    into: str = ""
    document: str = ""


class Intake:
    """Makes documents of drafts, with ids that no two of them share.

    ``annotators``: what they are called. ``repaired``: what was changed, by kind. ``left_out``: what could not be brought along.
    ``unverified``: spans whose offsets nothing proves. ``errors``: what stops the import. ``advice``: what the user can do about
    it.
    """

    def __init__(self, rules: Rules, scheme: str, layers: dict[str, Layer] | None = None, shelf: Shelf | None = None) -> None:
        """``shelf``: the documents that are there already."""
        self.rules, self.scheme = rules, scheme
        self.layers = {} if layers is None else layers  # which a reader may still be filling
        self.repaired, self.left_out = Losses(), Losses()
        self.annotators = AnnotatorNames(rules.annotator, self.repaired)
        self.unverified = Unverified()
        self.errors: list[str] = []
        self.advice: list[str] = []
        self._drafts = 0
        self._doubts: dict[int, _Doubt] = {}  # by the number of the draft in the source, which alone is kept of it
        self._fitting: frozenset[Counting] | None = None  # the ways of counting that explain every document so far
        self._agreement = Agreement()
        self._names = DocumentNames(rules.into, self.repaired, shelf or EmptyShelf())

    def admit(self, draft: Draft) -> Document | None:
        """The draft as a document; ``None`` where it has no text, or offsets that nothing explains (then there is an error).

        ``None`` as well where its offsets could count several things: :meth:`settled` gives it, when everything was read.
        """
        shown = _shown(draft)
        self._drafts += 1
        if not draft.text.strip() and not draft.files:  # what a corpus had as a document is one
            self.left_out.add("documents without text", shown)
            return None
        try:
            found = placed(draft, replace(usual(draft), unit=self.rules.unit) if self.rules.unit else None)
        except Undecided as several:
            self._doubts[self._drafts] = _Doubt(shown, several.choices, several.countings, _question(several))
            return None
        if found.fits:
            self._narrow(found.fits)
        if self.rules.unit is None:
            if found.counting != usual(draft):
                self.repaired.add(f"documents whose offsets count {found.counting}", shown)
            self._see_edges(draft, found, shown)
        return self._admit(draft, found, shown)

    def settled(self, again: Callable[[], Iterable[Draft]]) -> Iterator[tuple[Draft, Document]]:
        """The documents whose own offsets decide nothing, counted as all of the source can be counted; else there are errors.

        ``again``: reads the source once more, from its beginning: all of them could be more than memory holds.
        """
        for doubt in self._doubts.values():
            self._narrow(frozenset().union(*doubt.choices))
        fitting = frozenset(one for one in self._fitting or () if self._agreement.allows(one.edges))
        counted: dict[int, tuple[Counting, str]] = {}
        for number, doubt in self._doubts.items():
            if counting := doubt.only(fitting):
                counted[number] = counting, "as only that fits all of the source"
            elif counting := doubt.only(frozenset(one for one in fitting if one.unit != "grapheme")):
                counted[number] = (
                    counting,
                    "although grapheme clusters, which next to no tool counts, fit too (--offsets grapheme)",
                )
            else:
                self.errors.append(f"{doubt.shown}: {doubt.question}")
        self.errors += self._agreement.faults()
        for number, draft in enumerate(again(), 1) if counted else ():
            if number in counted:
                shown, (counting, why) = _shown(draft), counted[number]
                self.repaired.add(f"documents whose offsets count {counting}, {why}", shown)
                yield draft, self._admit(draft, placed(draft, counting), shown)

    def _see_edges(self, draft: Draft, found: Placed, shown: str) -> None:
        """Note how a document names edges that its format leaves open."""
        spans = [span for one in draft.sets for span in one.spans]
        if draft.edges is None and spans and not found.mismatches:
            is_proven = any(span.text for span in spans)
            fits = frozenset(one.edges for one in found.fits or {found.counting})
            self._agreement.see(shown, fits if is_proven else frozenset())

    def _narrow(self, countings: frozenset[Counting]) -> None:
        self._fitting = countings if self._fitting is None else self._fitting & countings

    def _admit(self, draft: Draft, found: Placed, shown: str) -> Document:
        if not draft.is_built:
            self.unverified.see(draft, found)
        sets = [without_dangling(one, self.left_out, self.repaired) for one in found.sets]
        if found.mismatches:
            sets = self._mismatched(found.text, sets, found.mismatches, are_open=draft.edges is None)
        for trimmed in found.trimmed:
            self.repaired.add("spans trimmed of blanks that the text they are said to cover has not", trimmed.place, trimmed.text)
        if found.counting.crlf_is_one and (ends := draft.text.count("\r\n")):
            self.repaired.add("texts: changed line ends to \\n", f"{shown}: changed line ends to \\n ({ends} CR LF)")
        if draft.joins_lines:
            sets = [self._joined(one, found.text) for one in sets]
        normalised = normalise_text(shown, found.text) if found.text.strip() else Normalised(found.text, ())
        for change in normalised.changes:
            kind = re.sub(r"[0-9].*", "", change).rstrip(" (:")
            self.repaired.add(f"texts: {kind}", shown if kind == change else f"{shown}: {change}")
        if normalised.text != found.text:
            sets = [self._carried(one, normalised.text, normalised.carried) for one in sets]
        digest = hashlib.sha256(normalised.text.encode()).hexdigest()
        metadata = self._metadata(draft, shown)
        document, metadata = self._called(draft, normalised.text, metadata)
        sets = [with_plain_values(one, self.repaired) for one in sets]
        made = [self._set(one, document, digest, shown) for one in sets]
        by_name: dict[str, AnnotationSet] = {}
        for one in made:
            if one.annotator in by_name:
                self.errors.append(f"{shown}: two sets are both by {one.annotator}: --as NAME calls that of nobody otherwise")
            by_name[one.annotator] = one
        return Document(document, normalised.text, metadata, by_name, digest)

    def _called(self, draft: Draft, text: str, metadata: Metadata) -> tuple[str, Metadata]:
        """The document's id, and its metadata with what the source calls it, where that is something else."""
        name = self.rules.document or draft.name
        id = self._names.of(name, text)
        into = f"{self.rules.into.strip('/')}/" if self.rules.into else ""
        if not name or id == f"{into}{name}":
            return id, metadata
        return id, replace(metadata, extra={**metadata.extra, SOURCE_NAME: name})

    def _mismatched(self, text: str, sets: list[DraftSet], mismatches: tuple[Mismatch, ...], *, are_open: bool) -> list[DraftSet]:
        """The sets after what the user wants done with spans whose text is not where they say."""
        if self.rules.realigns:
            return [self._realigned(text, one, number, mismatches) for number, one in enumerate(sets)]
        if self.rules.unit is None:
            self.errors += map(str, mismatches)
            self._advise(mismatches, are_open=are_open)
            return sets
        for mismatch in mismatches:
            self.repaired.add("spans taken at their offsets, which cover another text", str(mismatch))
        self.errors += [str(mismatch) for mismatch in mismatches if mismatch.found is None]
        return [replace(one, spans=[replace(span, text=span.covered(text)) for span in one.spans]) for one in sets]

    def _advise(self, mismatches: tuple[Mismatch, ...], *, are_open: bool) -> None:
        """Say what can be done about these, of what is not said yet."""
        for line, helps in (
            ("--realign looks for spans by the texts that they are said to cover", any(one.span.text for one in mismatches)),
            (f"no one way of counting fits all spans of a document: {SAY}", are_open),
            ("--offsets UNIT takes spans where they say, whatever is there", any(one.found is not None for one in mismatches)),
        ):
            if helps and line not in self.advice:
                self.advice.append(line)

    def _realigned(self, text: str, draft_set: DraftSet, number: int, mismatches: tuple[Mismatch, ...]) -> DraftSet:
        wrong = {one.span.id: one for one in mismatches if one.number == number}
        again = found_again(text, draft_set.spans, set(wrong))
        for id, mismatch in wrong.items():
            if id in again:
                self.repaired.add("spans moved to the only place where their text is", str(mismatch))
            else:
                self.errors.append(f"{mismatch} (--realign found no certain place)")
        return replace(draft_set, spans=[again.get(span.id, span) for span in draft_set.spans])

    def _joined(self, draft_set: DraftSet, text: str) -> DraftSet:
        spans = []
        for span in draft_set.spans:
            joined = over_lines(span, text) if span.fragments else span
            if joined is not span:
                self.repaired.add("spans cut at the ends of lines, put together", draft_set.place(span.id), joined.text)
            spans.append(joined)
        return replace(draft_set, spans=spans)

    def _carried(self, draft_set: DraftSet, text: str, carried: Carried) -> DraftSet:
        spans = []
        for span in draft_set.spans:
            moved = [(_before(start, carried), _after(end, carried)) for start, end in ((span.start, span.end), *span.fragments)]
            (start, end), *fragments = [(first.offset, last.offset) for first, last in moved]
            if any(edge.is_widened for pair in moved for edge in pair):
                self.repaired.add("spans widened to a whole composed character", draft_set.place(span.id), span.text)
            placed_span = replace(span, start=start, end=end, fragments=tuple(fragments))
            spans.append(replace(placed_span, text=placed_span.covered(text)))
        return replace(draft_set, spans=spans)

    def _set(self, draft_set: DraftSet, document: str, digest: str, shown: str) -> AnnotationSet:
        annotator = self.annotators.of(draft_set.annotator, shown)
        ids = self._ids(draft_set)
        sources = tuple(self.annotators.of(one, shown) for one in draft_set.sources if one)
        header = Header(document, annotator, self.scheme, digest, draft_set.status, draft_set.method, sources)
        is_same = all(old == new for old, new in ids.items())
        records = [group if is_same else [renamed(record, ids, self.layers) for record in group] for group in _groups(draft_set)]
        return AnnotationSet(header, *map(tuple, records)).canonical()

    def _ids(self, draft_set: DraftSet) -> dict[str, str]:
        """The id that each has in the corpus, by the one in the file."""
        ids: dict[str, str] = {}
        numbers: dict[str, int] = {}  # the next one to try for ids that become this
        taken: set[str] = {record.id for group in _groups(draft_set) for record in group if RECORD_ID.fullmatch(record.id)}
        for group in _groups(draft_set):
            for number, record in enumerate(group, 1):
                if record.id in ids:
                    self.errors.append(f"{draft_set.place(record.id)}: the id is there twice")
                elif RECORD_ID.fullmatch(record.id):
                    ids[record.id] = record.id
                else:
                    base = (
                        re.sub(r"[^A-Za-z0-9_.-]+", "-", record.id)[: _LONGEST_NAME // 2].strip("-")
                        or f"{type(record).__name__[0].lower()}{number}"
                    )
                    fresh, more = base, numbers.get(base, 2)
                    while fresh in taken:
                        fresh, more = f"{base}-{more}", more + 1
                    numbers[base] = more
                    taken.add(fresh)
                    ids[record.id] = fresh
        return ids

    def _metadata(self, draft: Draft, shown: str) -> Metadata:
        said = {name: value for name, value in draft.metadata.items() if value not in (None, "", [], {})}
        known = {name: said[name] for name in said if name in _Known.__struct_fields__}
        extra = {name: value for name, value in said.items() if name not in known and name != "extra"}
        if isinstance(said.get("extra"), dict):
            extra |= said["extra"]
        try:
            converted = msgspec.convert(known, _Known)
        except (msgspec.ValidationError, ValueError) as error:
            self.repaired.add("metadata of another form than the corpus's, kept as extra", f"{shown}: {error}")
            converted, extra = _Known(), {**known, **extra}
        fields = {name: getattr(converted, name) for name in _Known.__struct_fields__}
        for name, value in extra.items():
            if isinstance(value, list | tuple) and any(isinstance(one, dict) for one in value):
                kind = "metadata that are lists of records, kept as extra"
                self.repaired.add(kind, f"{shown}: {name}, {len(value):,} of them")
            if not _fits_toml(value):
                self.left_out.add("metadata that has no value", f"{shown}: {name}")
        return Metadata(**fields, extra={name: value for name, value in extra.items() if _fits_toml(value)})


def _shown(draft: Draft) -> str:
    """What messages call a draft."""
    return f"{draft.file}: {draft.name}" if draft.file else draft.name


class _Doubt(msgspec.Struct, frozen=True):
    """What is known of a document whose offsets could count several things, without the document.

    ``choices``, ``countings``: those of :class:`~postil.exchange.offsets.Undecided`; ``question``: what the user is asked.
    """

    shown: str
    choices: tuple[frozenset[Counting], ...]
    countings: tuple[Counting, ...]
    question: str

    def only(self, fitting: frozenset[Counting]) -> Counting | None:
        """The way of counting that is meant where only those ``fitting`` can be; ``None`` where several are, or none is."""
        meant = [counting for choice, counting in zip(self.choices, self.countings, strict=True) if choice & fitting]
        return meant[0] if len(meant) == 1 else None


def _question(several: Undecided) -> str:
    """What the user has to say, and what a span covers then."""
    examples = several.examples or [""] * len(several.countings)
    choices = [
        f"{counting.options}{f', with which the first covers {quote(shown)}' if shown else ''}"
        for counting, shown in zip(several.countings, examples, strict=True)
    ]
    return f"offsets may count {several}, and nothing in the source decides: say {'; or '.join(choices)}"


class _Known(msgspec.Struct, frozen=True):
    """The metadata that a corpus has keys for, with their types. A date is one in words here."""

    title: str = ""
    authors: tuple[str, ...] = ()
    publisher: str = ""
    published: str = ""
    language: str = ""
    genre: str = ""
    url: str = ""
    group: str = ""
    note: str = ""
    rights: Rights = Rights()


class _Edge(msgspec.Struct, frozen=True):
    offset: int
    is_widened: bool


def _before(offset: int, carried: Carried) -> _Edge:
    at = offset
    while (place := carried(at)) is None:
        at -= 1
    return _Edge(place, at != offset)


def _after(offset: int, carried: Carried) -> _Edge:
    at = offset
    while (place := carried(at)) is None:
        at += 1
    return _Edge(place, at != offset)


def _groups(draft_set: DraftSet) -> Iterator[list[Any]]:
    yield from (draft_set.spans, draft_set.relations, draft_set.labels, draft_set.notes)


def _fits_toml(value: Any) -> bool:
    if isinstance(value, list | tuple):
        return all(map(_fits_toml, value))
    if isinstance(value, dict):
        return all(isinstance(name, str) and _fits_toml(one) for name, one in value.items())
    return value is not None
