"""One document that is adjudicated: its sets as they are read, its decisions, and the set that follows from them."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from postil.checking.of_set import errors_in_set
from postil.cli._versions import Versions
from postil.editing.adjudicate import Adjudication, Open, adjudicate
from postil.editing.adopting import adopted
from postil.editing.decisions import EDITED, contested, decide
from postil.editing.edited import Edits, proposal
from postil.editing.items import Item
from postil.editing.references import References
from postil.editing.written import carried, is_by_hand, is_status_by_hand, written
from postil.errors import PostilError
from postil.model import Annotation, AnnotationSet, Label, Relation, Span
from postil.scheme import Scheme
from postil.storage.bundle import Bundle
from postil.storage.decisions_file import (
    Decision,
    DecisionsFile,
    DecisionsHeader,
    Written,
    decisions_path,
    encode_decisions,
    key_of,
    parse_decisions,
)
from postil.storage.directory import CorpusDirectory
from postil.storage.set_file import SetFile, has_unreadable_lines
from postil.text import quote

_OF_ANNOTATIONS = ("SPN", "LAB", "REL")  # the rules about what somebody annotated, and not about files


class Work(NamedTuple):
    """A document, its text, the sets that count, the set that is to be made as it is now, and the annotators left out."""

    document: str
    text: str
    sets: list[AnnotationSet]
    there: SetFile | None
    versions: Versions
    unfinished: list[str]


def read_work(bundle: Bundle, annotators: Sequence[str], into: str, *, takes_unfinished: bool) -> Work:
    """What there is of a document. Raises :class:`~postil.errors.PostilError` where one of its sets cannot be used."""
    by_name = {file.annotator: file for file in bundle.set_files}
    read = {name: _readable(by_name[name], bundle) for name in annotators if name in by_name}
    unfinished = [name for name, each in read.items() if each.header.status != "complete" and not takes_unfinished]
    sets = [each for name, each in read.items() if name not in unfinished]
    records = {
        name: {
            record.id: (record, f"{by_name[name].path}:{line}")
            for record, line in zip(by_name[name].records, by_name[name].lines, strict=True)
            if isinstance(record, Span | Relation | Label)
        }
        for name in read
    }
    text = bundle.text or ""
    return Work(bundle.document, text, sets, by_name.get(into), Versions(bundle.document, text, records), unfinished)


def _readable(file: SetFile, bundle: Bundle) -> AnnotationSet:
    annotations = file.annotation_set()
    if annotations is None or has_unreadable_lines(file):
        raise PostilError(f"{file.path} has lines that cannot be read: postil check says which")
    if annotations.annotator != file.annotator or annotations.document != bundle.document:
        raise PostilError(f"{file.path}: its header names another document or annotator than its path")
    if annotations.header.text_sha256 != bundle.text_sha256:
        raise PostilError(f"{file.path} is about another text than its document has now: postil realign first")
    if any(note.decide for note in annotations.notes):
        raise PostilError(f"{file.path} has something to decide itself: postil check says what")
    return annotations.canonical()


class Job:
    """One document: its decisions, and the set that follows from them, worked out once for each decision."""

    def __init__(
        self, directory: CorpusDirectory, work: Work, into: str, shares: Mapping[str, float], by: str, now: Callable[[], str]
    ) -> None:
        self._directory, self._work, self._into, self._shares = directory, work, into, shares
        self._by, self._now = by, now
        self._scheme: Scheme | None = directory.project.scheme
        self._path = decisions_path(into, work.document)
        data = directory.read(self._path)
        self._file = parse_decisions(self._path, data) if data is not None else None
        self._decisions = self._file.decisions if self._file else []
        self._written = self._written_before()
        self._there = work.there.annotation_set() if work.there else None
        text, before = work.sets[0].header.text_sha256, {each.text_sha256 for each in self._written}
        self._is_edited = before != {text}
        if self._is_edited:
            self._decisions = carried(self._decisions, work.sets, self._there if before and text not in before else None)
        self._result = self._worked_out(self._decisions)

    def _written_before(self) -> tuple[Written, ...]:
        import hashlib

        there, file = self._work.there, self._file
        if file is None:
            return ()
        annotations = there.annotation_set() if there else None
        if there and annotations and file.header.set_sha256 == hashlib.sha256(there.data).hexdigest():
            return (*file.written, written(annotations))
        return file.written

    def refuse_to_lose(self, *, adopt: bool, overwrite: bool) -> None:
        """Stop where the set was changed by hand since it was written last, unless it is said what to do about it."""
        file, there = self._work.there, self._there
        if file is None:
            return
        is_broken = there is None or has_unreadable_lines(file)
        if there is not None and there.header.method != "adjudicated":
            raise PostilError(f"{file.path} is no adjudicated set (its method is {there.header.method}): choose another name")
        if overwrite:
            return
        if there is None or is_broken:
            raise PostilError(f"{file.path} cannot be read: mend it, or --overwrite makes it anew from what was decided")
        if there.header.text_sha256 != self._result.annotations.header.text_sha256:
            raise PostilError(f"{file.path} is about another text than its document has now: postil realign first")
        if not is_by_hand(there, self._written, self._result.annotations):
            return
        self._refuse_status(there, file.path, adopt=adopt)
        if not adopt:
            raise PostilError(
                f"{file.path} says something else than was decided: --adopt keeps what it says, --overwrite does not"
            )
        self._keep(
            adopted(
                self._work.sets, _with_unknown(there, {}), self._shares, (self._by, self._now()), decisions=self._decisions,
                decides_rest=self._file is None or there.header.status == "complete", scheme=self._scheme,
            )
        )  # fmt: skip

    def _refuse_status(self, there: AnnotationSet, path: str, *, adopt: bool) -> None:
        """Say so where nothing but the status was changed by hand: what that means for what is open is not to be guessed."""
        status, open_ = there.header.status, len(self._result.open) + len(self._result.stuck)
        if not is_status_by_hand(there, self._written) or status == self._result.annotations.header.status:
            return
        said = f"{path}: its status was set to {status} by hand"
        if status != "complete":
            raise PostilError(f"{said}, but everything is decided: set it back, or --overwrite does")
        if not adopt:
            raise PostilError(f"{said}, but {open_:,} are open: --adopt leaves them out for good, --overwrite goes on asking")

    @property
    def result(self) -> Adjudication:
        """What the decisions come to now."""
        return self._result

    def _worked_out(self, decisions: Sequence[Decision]) -> Adjudication:
        made = adjudicate(
            self._work.sets, self._into, decisions, self._shares,
            scheme=self._scheme, text=self._work.text, is_edited=self._is_edited,
        )  # fmt: skip
        kept = self._there.header.unknown if self._there else {}  # no decision is about them, and none may drop them
        return msgspec.structs.replace(made, annotations=_with_unknown(made.annotations, kept)) if kept else made

    def _keep(self, decisions: list[Decision], result: Adjudication | None = None) -> None:
        """Write the decisions at once: whatever happens next, none is lost."""
        self._decisions, self._result = decisions, result or self._worked_out(decisions)
        self._save()

    def _save(self) -> None:
        names = tuple(sorted(each.annotator for each in self._work.sets))
        header = DecisionsHeader(self._work.document, self._into, names)
        self._directory.write(self._path, encode_decisions(DecisionsFile(header, self._decisions, self._written)))

    def write(self) -> Adjudication:
        """Write the set, and what it was when it was written."""
        self._directory.write_set(self._result.annotations)
        self._written = (written(self._result.annotations),)
        self._save()
        return self._result

    def contested(self) -> list[str]:
        """Each matter that two people decided in different ways: both are on record, and the later counts."""
        found = []
        for made in contested(self._decisions):
            said = ", ".join(f"{each.by or 'somebody'} {each.chosen} ({each.at})" for each in made)
            found.append(f"decided in different ways, and the last counts: {_matter(made[-1])}: {said}")
        return found

    # --- deciding ----------------------------------------------------------------------------------------------------

    def waiting(self) -> Sequence[Open]:
        """What is open now."""
        return self._result.open

    def choose(self, item: Item, chosen: str, result: Sequence[Annotation] = ()) -> str:
        """Keep a decision; where it would leave the matter open it is not kept, and the reason is returned."""
        decision = decide(item, chosen, result, by=self._by, at=self._now())
        decisions = [*self._decisions, decision]
        made = self._worked_out(decisions)
        key = key_of(item.plain)
        why = next((each.why or "it is open still" for each in made.open if key_of(each.item.plain) == key), "")
        if not why:
            self._keep(decisions, made)
        return why

    def undo(self) -> str:
        """Take the decision that was recorded last back, in whatever session; returns which that was, empty for none."""
        if not self._decisions:
            return ""
        at = max(range(len(self._decisions)), key=lambda number: (self._decisions[number].time, number))
        last = self._decisions[at]
        self._keep([*self._decisions[:at], *self._decisions[at + 1 :]])
        return f"{_matter(last)}, which was {last.chosen}"

    def proposal(self, item: Item) -> str:
        """What an editor begins with."""
        return proposal(item, self._result, References(self._scheme))

    def edited(self, item: Item, written: str) -> list[Annotation]:
        """The annotations that an editor wrote of an item. Raises :class:`~postil.errors.PostilError` where they cannot be.

        They must be readable, and no check may find an error in them, or between them and what the set has else.
        """
        found = Edits(item, self._result, self._work.text).read(written)
        decision = decide(item, EDITED, found, by=self._by, at=self._now())
        made = self._worked_out([*self._decisions, decision]).annotations
        ids = {record.id for record in found}
        lines = {number for number, record in enumerate(made.records, 2) if record.id in ids}
        faults = [
            f"{each.message} ({each.code})"
            for each in errors_in_set(self._directory, made)
            if each.code[:3] in _OF_ANNOTATIONS and lines & {each.place.line, *(other.place.line for other in each.related)}
        ]
        if faults:
            raise PostilError("; ".join(faults))
        return found


def _with_unknown(annotations: AnnotationSet, unknown: dict[str, Any]) -> AnnotationSet:
    return msgspec.structs.replace(annotations, header=msgspec.structs.replace(annotations.header, unknown=unknown))


def _matter(decision: Decision) -> str:
    records = [*filter(None, decision.versions.values()), *decision.result]
    first = records[0] if records else {}
    return f"{decision.kind} in {first.get('layer', '')} {quote(str(first.get('text', first.get('label', ''))), 40)}"


def now() -> str:
    """The time in UTC, to the millisecond: which of two decisions is the later counts."""
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
