"""A check of a corpus on a disk: which documents are looked at, by how many processes, and what the last time knew already."""

from __future__ import annotations

import gc
import hashlib
import multiprocessing
import os
import signal
import sys
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from postil.checking.baseline import Baseline
from postil.checking.cache import Cache, Entry, ResultCodec, WholeRun, content_key, settings_key, signature
from postil.checking.checker import Checker, Parts, Recipe, Result
from postil.checking.selection import Selection
from postil.checking.suppressions import gone_from_baseline, unused_path_ignores
from postil.errors import PostilError
from postil.findings import Finding, Tally
from postil.rules.corpus_view import CorpusView
from postil.rules.fixes import Rewrite
from postil.rules.views import ProjectView, RunView, Unused
from postil.storage.bundle import Bundle
from postil.storage.directory import CorpusDirectory, DocumentFiles

_CHUNK = 64  # documents that go to another process at a time
_BATCH, _BATCH_BYTES = 8, 2**20  # documents that are checked together, fewer where they are large
_GARBAGE = 200_000  # objects of which some may be garbage that only the collector finds
_AHEAD = 3  # chunks that wait for each process
_WORTH_IT = 400  # documents: fewer are checked faster than processes start


class Outcome(msgspec.Struct):
    """What a run found, in the order in which it is reported, and what it says of its own settings (``run``)."""

    findings: list[Finding]
    tally: Tally
    used_ignores: set[int]
    run: RunView = RunView()


Progress = Callable[[int, int], None]
"""Is told how many documents of how many are done."""


@contextmanager
def _collecting_rarely() -> Iterator[None]:
    """What is read of documents is much and holds no cycles: the garbage collector goes through it in vain."""
    usual = gc.get_threshold()
    gc.set_threshold(_GARBAGE, *usual[1:])
    try:
        yield
    finally:
        gc.set_threshold(*usual)


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
        self._jobs = jobs or (processors() if len(directory.inventory.documents) >= _WORTH_IT else 1)
        self._progress = progress or nullcontext(lambda _done, _all: None)
        self._baseline = baseline

    @_collecting_rarely()
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

    def _in_this_process(self, tasks: Iterator[_Task]) -> Iterator[tuple[_Task, _Answer]]:
        while chunk := list(islice(tasks, _CHUNK)):
            asked = (task.question for task in chunk if not task.is_untouched)
            yield from _answered(chunk, _examine(self._directory, self._checker, asked, hashes=bool(self._cache)))

    def _in_processes(self, tasks: Iterator[_Task]) -> Iterator[tuple[_Task, _Answer]]:
        waiting: deque[tuple[list[_Task], _Pending | None]] = deque()
        with ExitStack() as stack:
            pool: ProcessPoolExecutor | None = None
            while chunk := list(islice(tasks, _CHUNK)):
                asked = [task.question for task in chunk if not task.is_untouched]
                if asked and pool is None:
                    recipe = (str(self._directory.root), self._checker.recipe, bool(self._cache))
                    pool = stack.enter_context(_processes(self._jobs, recipe))
                waiting.append((chunk, pool.submit(_work, asked) if pool and asked else None))
                if len(waiting) > _AHEAD * self._jobs:
                    chunk, pending = waiting.popleft()
                    yield from _answered(chunk, _awaited(pending))
            for chunk, pending in waiting:
                yield from _answered(chunk, _awaited(pending))


class _Question(NamedTuple):
    """A document to look at, unless its content is the one with the key ``known``."""

    document: str
    files: DocumentFiles
    known: bytes


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
    def question(self) -> _Question:
        """What is sent to whoever looks at it."""
        return _Question(self.document, self.files, self.known[0].content if self.known else b"")


class _Answer(NamedTuple):
    """The key of a document's content, and what was found in it, as it is or as bytes; neither where it is what is known."""

    content: bytes
    result: Result | None
    data: bytes = b""


_UNTOUCHED = _Answer(b"", None)
_Pending = Future[list[_Answer]]


def _examine(directory: CorpusDirectory, checker: Checker, questions: Iterable[_Question], *, hashes: bool) -> Iterator[_Answer]:
    """Look at documents, a batch at a time."""
    batch: list[tuple[bytes, Bundle | None]] = []
    size = 0
    for document, files, known in questions:
        read = directory.read_files(files)
        content = content_key(document, read) if hashes else b""
        batch.append((content, None if known and known == content else directory.parse(document, files, read)))
        size += sum(len(data) for _, data, _ in read)
        if len(batch) == _BATCH or size > _BATCH_BYTES:
            yield from _checked(checker, batch)
            batch, size = [], 0
    yield from _checked(checker, batch)


def _checked(checker: Checker, batch: Sequence[tuple[bytes, Bundle | None]]) -> list[_Answer]:
    results = iter(checker.check_bundles([bundle for _, bundle in batch if bundle]))
    return [_Answer(content, next(results) if bundle else None) for content, bundle in batch]


def _awaited(pending: _Pending | None) -> Iterator[_Answer]:
    try:
        return iter(pending.result() if pending else ())
    except BrokenProcessPool as error:
        raise PostilError("a process of this check was ended from outside, perhaps for want of memory: try --jobs 1") from error


def _answered(chunk: list[_Task], answers: Iterator[_Answer]) -> Iterator[tuple[_Task, _Answer]]:
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


def processors() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _context() -> Any:
    """Fork where it is safe: a process of this program has one thread, and a fork starts in milliseconds."""
    return multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")


@contextmanager
def _processes(jobs: int, recipe: tuple[str, Recipe, bool]) -> Iterator[ProcessPoolExecutor]:
    """Processes that end at once when anything is raised here, such as by Ctrl-C."""
    pool = ProcessPoolExecutor(jobs, _context(), _start_worker, recipe)
    others = set(multiprocessing.active_children())
    try:
        yield pool
    except BaseException:
        for process in set(multiprocessing.active_children()) - others:
            process.terminate()
        pool.shutdown(cancel_futures=True)
        raise
    pool.shutdown()


_worker: tuple[CorpusDirectory, Checker, ResultCodec, bool] | None = None


def _start_worker(root: str, recipe: Recipe, hashes: bool) -> None:
    global _worker  # noqa: PLW0603 - a process of a pool has nothing else that outlives a task
    gc.set_threshold(_GARBAGE)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the first process, which ends the others
    checker = Checker.of(recipe)
    _worker = CorpusDirectory(Path(root)), checker, ResultCodec(checker.corpus_rules), hashes


def _work(questions: list[_Question]) -> list[_Answer]:
    """The answers to questions, as bytes: packed here and not in the process that waits for all."""
    assert _worker
    directory, checker, codec, hashes = _worker
    answers = list(_examine(directory, checker, questions, hashes=hashes))
    packed = [codec.encode(answer.result) if answer.result else b"" for answer in answers]
    return [answer._replace(result=None, data=data) if data else answer for answer, data in zip(answers, packed, strict=True)]
