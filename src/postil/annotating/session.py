"""Annotating one document in one set: actions in, states and findings out, everything saved before it is shown.

>>> with Session.open(Corpus.open("."), "news/india-japan-2-plus-2", "me") as session:
...     session.do("layer", "entity")
...     session.do("find", "Rajnath Singh")
...     session.do("label", "PERSON")
"""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Sequence
from types import TracebackType
from typing import Self

from postil.annotating.action import Word
from postil.annotating.disk import SetOnDisk, TextOnDisk, refuse_read_only, refuse_unwritable
from postil.annotating.history import Do, Entry, History
from postil.annotating.journal import Journal, Saved
from postil.annotating.live_check import LiveCheck
from postil.annotating.lock import Lock
from postil.annotating.marks import Marks
from postil.annotating.opening import Opened, opened, refuse_names
from postil.annotating.reconciling import with_disk
from postil.annotating.state import State
from postil.checking.checker import Checker
from postil.corpus import Corpus
from postil.editing.conflicts import Conflict
from postil.errors import PostilError, SessionClosed, SetInUse
from postil.findings import Finding
from postil.lazy import lazy


class Session:
    """One annotator at one document. Open it with :meth:`open`, close it with :meth:`close` or by ``with``."""

    def __init__(self, corpus: Corpus, found: Opened, lock: Lock, disk: SetOnDisk, journal: Journal) -> None:
        self._corpus, self._lock, self._disk, self._journal = corpus, lock, disk, journal
        self._bundle = found.bundle
        found = found.with_check(self._found_in)
        self._text = _text_on_disk(corpus, found)
        self._saved = found.saved if found.must_be_saved else found.history.state.marks.annotations
        self._saved_sha256 = found.saved_sha256
        self._has_journal = found.has_journal
        self._is_closed = False
        self.history = found.history.written_down()
        self.conflicts: tuple[Conflict, ...] = found.conflicts
        self._rejected_before = self.state.rejected
        if found.must_be_saved:
            self._save(found.history)
        elif self._rejected_before and not self._has_journal:
            self._write_down(())

    @classmethod
    def open(cls, corpus: Corpus, document: str, annotator: str, *, suggestions: str = "", seed: str = "") -> Session:
        """Begin, or go on: where the annotator left off, with all that can be undone.

        ``suggestions``: whose spans are offered as ghosts. ``seed``: what ids are drawn from; random unless given.

        Raises :class:`~postil.errors.SetInUse` where another session has the set, and
        :class:`~postil.errors.PostilError` where text, scheme or set cannot be used as they are.
        """
        refuse_names(corpus, document, annotator)
        directory = corpus.directory
        journal, disk = Journal(directory.root, annotator, document), SetOnDisk(directory, annotator, document)
        refuse_read_only(disk.full_path)
        refuse_read_only(journal.path)
        lock = Lock(journal.lock_path, disk.path)
        try:
            journal.prepare()
            found = opened(corpus, document, annotator, disk, journal)
            found = found.with_suggestions(corpus, suggestions).with_seed(seed or secrets.token_hex(8))
            return cls(corpus, found, lock, disk, journal)
        except BaseException:
            lock.release()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """End the session: everything is saved already, or where that could not be, tried once more."""
        if not self.is_saved:
            with contextlib.suppress(PostilError, OSError):
                self.refresh()
        self._lock.release()
        self._is_closed = True

    @property
    def state(self) -> State:
        """The present state."""
        return self.history.state

    @property
    def is_saved(self) -> bool:
        """Whether the file has the present state. Where it could not be written the journal has it, for the next session."""
        return self._saved is self.state.marks.annotations

    @property
    def path(self) -> str:
        """The file of the set, from the corpus's root."""
        return self._disk.path

    # --- doing -------------------------------------------------------------------------------------------------------

    def do(self, name: str, *words: Word) -> State:
        """Do an action by its name, or ``undo`` or ``redo``, and save; returns the new state, whose ``said`` says what was done.

        ``words`` are those of a script, or the numbers and truth values that they stand for: ``do("select", 0, 13)``.

        Raises :class:`~postil.errors.ActionRefused` where it cannot be done, also for a word of another type: then nothing was
        changed; :class:`~postil.errors.SessionClosed` after :meth:`close`.
        """
        self._refuse_closed()
        return self._commit(self.history.perform(name, *words))

    def adopt(self, history: History) -> State:
        """Go on with a history that was made from the session's own by several actions, and save once."""
        self._refuse_closed()
        return self._commit(history)

    def refresh(self) -> bool:
        """Look whether somebody else changed the file, and take that in; returns whether it was so. Save what is not saved."""
        before = self.state.marks
        self._text.refuse_another()
        if self.is_saved and not self._disk.has_changed:
            return False
        self._commit(self.history, is_forced=True)
        return self.state.marks is not before

    def _refuse_closed(self) -> None:
        if self._is_closed:
            raise SessionClosed(f"this session is closed: open {self.state.marks.header.document} again")

    def _commit(self, history: History, *, is_forced: bool = False) -> State:
        if history.entries or is_forced:
            for entry in history.entries:
                if isinstance(entry, Do):
                    refuse_unwritable(history.state.marks.header, [one.after for one in entry.step.changes if one.after])
            self._save(history)
        else:
            self.history = history
        return self.history.state

    def _save(self, history: History) -> None:
        """Write the journal, then the set. Broken off between, the next session finds in the journal what the set lacks."""
        self._refuse_closed()
        if not self._lock.is_held:
            raise SetInUse(f"the lock on {self._disk.path} is another's now: nothing was written. Open the document again")
        if self._disk.has_changed:
            history = self._with_disk(history)
        self._text.refuse_another()
        self._write_down(history.entries)
        self.history = history.written_down()
        annotations = history.state.marks.annotations
        self._saved_sha256 = self._disk.write(annotations)
        self._saved = annotations
        self._journal.add(Saved(self._saved_sha256))

    def _write_down(self, entries: Sequence[Entry]) -> None:
        if self._has_journal:
            self._journal.add(*entries)
        else:
            self._journal.begin(self._saved, self._saved_sha256, self._rejected_before, entries)
            self._has_journal = True

    def _with_disk(self, history: History) -> History:
        held = self._disk.read()
        if held.sha256 == self._saved_sha256:
            return history
        if held.annotations is None:
            raise PostilError(f"{self.path} was taken away meanwhile: nothing was written. Open the document again")
        history, self.conflicts = with_disk(history, self._saved, held.annotations)
        return history

    # --- what check would say ----------------------------------------------------------------------------------------

    @property
    def findings(self) -> list[Finding]:
        """What ``check`` would find in the set as it is, in its words, each with the id of its record as ``subject``."""
        return self._found_in(self.state.marks)

    def _found_in(self, marks: Marks) -> list[Finding]:
        return self._live.of(marks)

    @lazy
    def _live(self) -> LiveCheck:
        return LiveCheck(self._bundle, Checker(self._corpus.manifest.check), self._disk.path)


def _text_on_disk(corpus: Corpus, found: Opened) -> TextOnDisk:
    document = found.bundle.document
    path = corpus.directory.inventory.documents[document].text
    return TextOnDisk(corpus.directory.root / path, document, found.bundle.text_sha256)
