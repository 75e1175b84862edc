"""A check of a corpus on a disk: which documents are looked at, by how many processes, and what the last time knew already."""

from __future__ import annotations

import hashlib
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import msgspec

from postil.checking.baseline import Baseline
from postil.checking.cache import Cache, Entry, ResultCodec, WholeRun, settings_key, signature
from postil.checking.checker import Checker, Parts, Result
from postil.checking.examining import Answer, Question, collecting_rarely, examine, examiner
from postil.checking.selection import Selection
from postil.checking.suppressions import gone_from_baseline, unused_path_ignores
from postil.findings import Finding, Tally
from postil.rules.corpus_view import CorpusView
from postil.rules.fixes import Rewrite
from postil.rules.views import ProjectView, RunView, Unused
from postil.storage.directory import CorpusDirectory, DocumentFiles

_CHUNK = 64  # documents that go to another process at a time
_WORTH_IT = 400  # documents: fewer are checked faster than processes start


class Outcome(msgspec.Struct):
    """What a run found, in the order in which it is reported, and what it says of its own settings (``run``)."""

    findings: list[Finding]
    tally: Tally
    used_ignores: set[int]
    run: RunView = RunView()


Progress = Callable[[int, int], None]
"""Is told how many documents of how many are done."""


class Run:
    """Checks a corpus. ``jobs``: processes (0: as many as are worth it). ``progress``: entered while documents are looked at."""

    def __init__(
        self,
        directory: CorpusDirectory,
        checker: Checker,
        *,
        jobs: int = 0,
        cache: Path | None = None,
        progress: AbstractContextManager[Progress] | None = None,
        baseline: Baseline | None = None,
    ) -> None:
        self._directory = directory
        self._checker = checker
        self._codec = ResultCodec(checker.corpus_rules)
        self._cache = Cache(cache, settings_key(directory.project, checker)) if cache else None
        self._jobs = jobs or (_processors() if len(directory.inventory.documents) >= _WORTH_IT else 1)
        self._progress = progress or nullcontext(lambda _done, _all: None)
        self._baseline = baseline

    @collecting_rarely()
    def check(self, selection: Selection) -> Outcome:
        """Look at what is selected; corpus rules look at everything, and say what is about the selection.

        Findings that the baseline knows are left out, and counted.
        """
        outcome = self._before_baseline(selection)
        unused = unused_path_ignores(self._directory.project, self._checker, selection, outcome.used_ignores)
        found = _sorted(outcome.findings + self._checker.check_run(RunView(unused)))
        gone: tuple[Unused, ...] = ()
        if self._baseline:
            gone = gone_from_baseline(self._directory.project, self._baseline, self._checker, selection, found)
            unknown = self._baseline.unknown(found)
            outcome.tally.in_baseline = len(found) - len(unknown)
            found = _sorted(unknown + self._checker.check_run(RunView((), gone)))
        outcome.findings, outcome.run = found, RunView(unused, gone)
        return outcome

    def mended_settings(self, outcome: Outcome) -> dict[str, bytes]:
        """Manifest and baseline as the fixes of what was found about the run would make them, by path."""
        return {
            change.path: change.data
            for fix in self._checker.run_fixes(outcome.run)
            for change in fix.changes
            if isinstance(change, Rewrite)
        }

    def _before_baseline(self, selection: Selection) -> Outcome:
        now = time.time_ns()
        inventory = self._directory.inventory.documents
        documents = list(inventory) if self._checker.corpus_rules else sorted(selection.documents)
        root = str(self._directory.root)
        signatures = [signature(root, inventory[document].paths(), now) for document in documents] if self._cache else []
        whole = self._whole(signatures) if selection.is_everything else b""
        remembered = self._cache.whole_run() if self._cache and whole else None
        if remembered and remembered.signature == whole:
            return Outcome(remembered.findings, remembered.tally, set(remembered.used_ignores))
        outcome = self._look(selection, documents, signatures)
        if self._cache and whole:
            self._cache.keep(WholeRun(whole, outcome.findings, sorted(outcome.used_ignores), outcome.tally))
        return outcome

    def _whole(self, signatures: Sequence[bytes]) -> bytes:
        """The signature of all files together; empty where one is not to be trusted."""
        if not self._cache or not all(signatures):
            return b""
        strays = "".join(f"{stray.path}\0{stray.reason}\0" for stray in self._directory.inventory.strays)
        return hashlib.blake2b(b"".join(signatures) + strays.encode("utf-8", "surrogateescape"), digest_size=16).digest()

    def _look(self, selection: Selection, documents: Sequence[str], signatures: Sequence[bytes]) -> Outcome:
        strays = tuple(stray for stray in self._directory.inventory.strays if selection.shows(stray.path))
        used: set[int] = set()
        findings = self._checker.check_project(ProjectView(self._directory.project, strays), used)
        outcome = Outcome(findings, Tally(), used)
        parts: Parts = {rule.code: [] for rule in self._checker.corpus_rules}

        def gathered() -> Iterator[Entry]:
            with self._progress as progress:
                for number, (entry, result) in enumerate(self._results(documents, signatures), 1):
                    _add(outcome, selection, entry.document, result)
                    for code, part in result.parts.items():
                        parts[code].append(part)
                    if number % _CHUNK == 0:
                        progress(number, len(documents))
                    yield entry

        if self._cache:
            entries = self._with_others(gathered(), documents)
            self._cache.keep_entries(entries)
        else:
            deque(gathered(), maxlen=0)  # nothing to remember: only what is gathered on the way
        corpus = CorpusView(self._directory.project, self._directory.bundle)
        about_all = self._checker.finish(parts, corpus, used)
        places = ((finding, [finding.place.path, *(one.place.path for one in finding.related)]) for finding in about_all)
        findings += [finding for finding, paths in places if selection.is_about(paths)]
        outcome.findings = _sorted(findings)
        return outcome

    def _with_others(self, entries: Iterator[Entry], documents: Sequence[str]) -> Iterator[Entry]:
        """The entries and, where only some documents were looked at, those that the cache has of others."""
        inventory = self._directory.inventory.documents
        if self._cache is None or len(documents) == len(inventory):
            return entries
        looked_at = {entry.document: entry for entry in entries}
        merged = {entry.document: entry for entry in self._cache.entries() if entry.document in inventory} | looked_at
        return iter([merged[document] for document in sorted(merged)])

    def _results(self, documents: Sequence[str], signatures: Sequence[bytes]) -> Iterator[tuple[Entry, Result]]:
        """Each document's result, in order: remembered, or found by this process or another."""
        tasks = self._tasks(documents, signatures)
        answers = self._in_processes(tasks) if self._jobs > 1 else self._in_this_process(tasks)
        for task, answer in answers:
            result = answer.result or (self._codec.decode(answer.data) if answer.data else None)
            if result is not None:
                data = answer.data or (self._codec.encode(result) if self._cache else b"")
                yield Entry(task.document, task.signature, answer.content, data), result
            elif task.known is not None:
                entry, result = task.known
                yield msgspec.structs.replace(entry, signature=task.signature), result

    def _tasks(self, documents: Sequence[str], signatures: Sequence[bytes]) -> Iterator[_Task]:
        inventory = self._directory.inventory.documents
        entries = self._cache.entries() if self._cache else iter(())
        entry = next(entries, None)
        for document, signed in zip(documents, signatures or [b""] * len(documents), strict=True):
            while entry and entry.document < document:
                entry = next(entries, None)
            result = self._codec.decode(entry.result) if entry and entry.document == document else None
            yield _Task(document, inventory[document], signed, (entry, result) if entry and result else None)

    def _in_this_process(self, tasks: Iterator[_Task]) -> Iterator[tuple[_Task, Answer]]:
        while chunk := list(islice(tasks, _CHUNK)):
            asked = (task.question for task in chunk if not task.is_untouched)
            yield from _answered(chunk, examine(self._directory, self._checker, asked, hashes=bool(self._cache)))

    def _in_processes(self, tasks: Iterator[_Task]) -> Iterator[tuple[_Task, Answer]]:
        from postil.processes import in_order

        chunks: deque[tuple[list[_Task], bool]] = deque()

        def asked() -> Iterator[list[Question]]:
            while chunk := list(islice(tasks, _CHUNK)):
                questions = [task.question for task in chunk if not task.is_untouched]
                chunks.append((chunk, bool(questions)))
                if questions:
                    yield questions

        recipe = (str(self._directory.root), self._checker.recipe, bool(self._cache))
        for answers in in_order(examiner, recipe, asked(), self._jobs, chunk=1):
            is_asked = False
            while not is_asked:
                chunk, is_asked = chunks.popleft()
                yield from _answered(chunk, iter(answers))
        for chunk, _ in chunks:
            yield from _answered(chunk, iter(()))


_UNTOUCHED = Answer(b"", None)


class _Task(NamedTuple):
    """A document, and what is known of it. ``signature``: of its files now, empty where that is not to be trusted."""

    document: str
    files: DocumentFiles
    signature: bytes
    known: tuple[Entry, Result] | None

    @property
    def is_untouched(self) -> bool:
        """Whether its files are as they were, so that nothing need be read."""
        return self.known is not None and self.signature != b"" and self.known[0].signature == self.signature

    @property
    def question(self) -> Question:
        """What is sent to whoever looks at it."""
        return Question(self.document, self.files, self.known[0].content if self.known else b"")


def _answered(chunk: list[_Task], answers: Iterator[Answer]) -> Iterator[tuple[_Task, Answer]]:
    for task in chunk:
        yield task, _UNTOUCHED if task.is_untouched else next(answers)


def _sorted(findings: list[Finding]) -> list[Finding]:
    return sorted(findings, key=lambda finding: finding.order)


def _add(outcome: Outcome, selection: Selection, document: str, result: Result) -> None:
    """Count what is selected of a document, and keep those of its findings that are asked for."""
    outcome.used_ignores.update(result.used_ignores)
    if document not in selection.documents:
        return
    shown = [path for path in result.annotations if selection.shows(path)]
    outcome.tally.documents += result.has_text
    outcome.tally.sets += len(shown)
    outcome.tally.annotations += sum(result.annotations[path] for path in shown)
    outcome.findings += [finding for finding in result.findings if selection.shows(finding.place.path)]


def _processors() -> int:
    from postil.processes import processors  # imported where there may be some: starting costs less without

    return processors()
