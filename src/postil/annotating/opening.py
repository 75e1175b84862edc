"""Where a session begins: the set on the disk, and what the journal of the last session knows that the set does not."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import islice
from pathlib import Path

import msgspec

from postil.annotating import rejections
from postil.annotating.disk import Held, SetOnDisk
from postil.annotating.history import History, ending_in, replays
from postil.annotating.journal import Journal, Recorded, sha256_of
from postil.annotating.marks import Marks
from postil.annotating.offer import Offer
from postil.annotating.reading import Reading
from postil.annotating.reconciling import carried, with_disk
from postil.annotating.state import Place, State
from postil.corpus import Corpus
from postil.editing.conflicts import Conflict
from postil.errors import PostilError, UnsafePath
from postil.findings import Finding
from postil.model import AnnotationSet, Header
from postil.scheme import Scheme
from postil.storage.bundle import Bundle
from postil.storage.safe_files import portable_name_fault
from postil.storage.set_file import encode_set
from postil.text import counted, nearest, printable


class Opened(msgspec.Struct, frozen=True):
    """What a session begins with.

    ``saved`` is the set as the file has it, ``saved_sha256`` of its bytes; ``must_be_saved`` where the history has more,
    or the journal does not say that the file has it all.
    """

    bundle: Bundle
    history: History
    saved: AnnotationSet
    saved_sha256: str
    has_journal: bool
    must_be_saved: bool = False
    conflicts: tuple[Conflict, ...] = ()

    def with_seed(self, seed: str) -> Opened:
        """The same with a seed for new ids."""
        return self._with_state(self.history.state.with_(seed=seed))

    def with_check(self, check: Callable[[Marks], list[Finding]]) -> Opened:
        """The same with what finds faults in the set."""
        return self._with_state(self.history.state.with_(check=check))

    def with_suggestions(self, corpus: Corpus, annotator: str) -> Opened:
        """The same with another's spans as suggestions."""
        if not annotator:
            return self
        state = self.history.state
        document = self.bundle.document
        refuse_names(corpus, document, annotator)
        held = SetOnDisk(corpus.directory, annotator, document).read().annotations
        if held is None:
            near = nearest(annotator, corpus.directory.inventory.documents[document].sets)
            raise PostilError(f"{document} has no set of {annotator}{f': did you mean {near}?' if near else ''}")
        if held.header.text_sha256 != state.marks.header.text_sha256:
            raise PostilError(f"the suggestions of {annotator} are about another text: postil realign {document}")
        sound = tuple(span for span in held.spans if 0 <= span.start < span.end and span.covered(state.text) == span.text)
        offer = Offer(msgspec.structs.replace(held, spans=sound), corpus.scheme)
        return self._with_state(state.with_(suggestions=offer))

    def _with_state(self, state: State) -> Opened:
        return msgspec.structs.replace(self, history=msgspec.structs.replace(self.history, state=state))


def refuse_names(corpus: Corpus, document: str, annotator: str) -> None:
    """Raise :class:`~postil.errors.PostilError` where there is no such document, or nobody can have this name."""
    fault = portable_name_fault(annotator) or ("it is one part of a path" if "/" in annotator else "")
    if fault:
        raise UnsafePath(f"{printable(annotator)!r} cannot be an annotator: {fault}")
    files = corpus.directory.inventory.documents.get(document)
    if files is None or not files.text:
        near = nearest(document, corpus.document_ids)
        raise PostilError(f"the corpus has no document {printable(document)}{f': did you mean {near}?' if near else ''}")


def opened(corpus: Corpus, document: str, annotator: str, disk: SetOnDisk, journal: Journal) -> Opened:
    """Begin with the set on the disk, and go on where the journal says that the last session ended."""
    bundle = _bundle(corpus, document)
    held = disk.read()
    blank = AnnotationSet(Header(document, annotator, corpus.scheme.id, bundle.text_sha256, "in-progress", "manual"))
    saved = held.annotations or blank
    state = _state(corpus.scheme, bundle.text or "", saved)
    told = _told(journal, held)
    state = state.with_(rejected=told.rejected if told else frozenset())
    if told and told.start.header.text_sha256 != bundle.text_sha256:
        return _after_edit(_Case(bundle, state, held, saved), told, journal, corpus.directory.root)
    if saved.header.text_sha256 != bundle.text_sha256:
        raise PostilError(f"{disk.path} is about another text than {document} has now: postil realign {document}")
    if told is None:
        return Opened(bundle, History(state), saved, held.sha256, has_journal=False)
    if held.annotations is None and told.is_all_saved and told.saved:  # such as on another branch: there is no such set here
        journal.set_aside(told)
        return Opened(bundle, History(state.with_(rejected=frozenset())), saved, held.sha256, has_journal=False)
    journal.cut(told.size)
    return _going_on(_Case(bundle, state, held, saved), told)


def _told(journal: Journal, held: Held) -> Recorded | None:
    """The journal; where it does not end in what the file holds, but one that was set aside does, as on another branch, that."""
    told = journal.read()
    if held.annotations is None or (told and (not told.is_all_saved or told.saved == held.sha256)):
        return told
    return journal.taken_back(held.sha256, told) or told


class _Case(msgspec.Struct, frozen=True):
    """What is known before the journal is heard."""

    bundle: Bundle
    state: State
    held: Held
    saved: AnnotationSet


def _going_on(case: _Case, told: Recorded) -> Opened:
    """The file is as it was left, or lacks the last steps, or somebody changed it."""
    held, saved = case.held, case.saved
    if told.is_all_saved and held.sha256 == told.saved:
        return Opened(case.bundle, ending_in(case.state, told.entries), saved, held.sha256, has_journal=True)
    since = _since_saved(case.state, told)
    before, history = since[0].state.marks.annotations, since[-1]
    conflicts: tuple[Conflict, ...] = ()
    missing = _missing(since, told, case)
    if missing is None:
        history, conflicts = with_disk(history, before, saved)
    elif missing:
        history = _saying(history, f"{counted(missing, 'step')} that had not been saved taken from the journal")
    return Opened(case.bundle, history, saved, held.sha256, has_journal=True, must_be_saved=True, conflicts=conflicts)


def _since_saved(state: State, told: Recorded) -> list[History]:
    """The history as the journal says that it was saved last, and after each step since."""
    return list(islice(replays(state.with_(marks=Marks(told.start)), told.entries), told.number_saved, None))


def _missing(since: Sequence[History], told: Recorded, case: _Case) -> int | None:
    """How many of the steps since the file lacks; ``None`` where it is as none of them left it, so as somebody else did.

    It may have more than the journal says: whoever was ended just then wrote the set, and could not say so any more.
    """
    for number, history in enumerate(reversed(since)):
        if case.held.annotations and case.held.sha256 == sha256_of(encode_set(history.state.marks.annotations)):
            return number
    is_as_saved = case.held.sha256 == told.saved and since[0].state.marks.annotations == case.saved
    return len(since) - 1 if is_as_saved else None


def _after_edit(case: _Case, told: Recorded, journal: Journal, root: Path) -> Opened:
    """The text was edited since: what was done before cannot be undone any more, but what was not saved is carried over.

    So is what was rejected.
    """
    is_left = not told.is_all_saved
    since = _since_saved(case.state, told)
    end = since[-1].state
    state = case.state.with_(rejected=rejections.carried(root, told.start.header, case.state.text, end.rejected))
    history = History(state)
    if is_left:
        merged = carried(root, since[0].state.marks.annotations, end.marks.annotations, case.saved)
        history = history.then(state.with_(marks=Marks(merged), said="what had not been saved carried to the edited text"))
    if case.saved.header.text_sha256 != case.bundle.text_sha256:
        document = case.bundle.document
        raise PostilError(f"the set is about another text than {document} has now: postil realign {document}")
    journal.set_aside(told)
    return Opened(case.bundle, history, case.saved, case.held.sha256, has_journal=False, must_be_saved=is_left)


def _saying(history: History, said: str) -> History:
    return msgspec.structs.replace(history, state=history.state.with_(said=said))


def _state(scheme: Scheme, text: str, annotations: AnnotationSet) -> State:
    layers = [*scheme.layers_of_kind("span"), *scheme.layers]
    if not layers:
        raise PostilError("the scheme has no layer: there is nothing to annotate")
    return State(reading=Reading(text), scheme=scheme, marks=Marks(annotations), place=Place(layers[0]))


def _bundle(corpus: Corpus, document: str) -> Bundle:
    """The document's text and metadata, without anybody's set."""
    files = msgspec.structs.replace(corpus.directory.inventory.documents[document], sets={})
    bundle = corpus.directory.parse(document, files, corpus.directory.read_files(files))
    if bundle.text is None:
        raise PostilError(f"the text of {document} cannot be read: postil check says why")
    return bundle
