"""Looking at documents in several processes. Imported only where there are to be some: starting costs less without it."""

from __future__ import annotations

import gc
import multiprocessing
import signal
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from postil.checking.cache import ResultCodec
from postil.checking.checker import Checker, Recipe
from postil.checking.examining import GARBAGE, Answer, Question, examine
from postil.errors import PostilError
from postil.storage.directory import CorpusDirectory


@contextmanager
def processes(jobs: int, root: Path, recipe: Recipe, *, hashes: bool) -> Iterator[ProcessPoolExecutor]:
    """Processes that :func:`ask` asks. They end at once when anything is raised here, such as by Ctrl-C."""
    pool = ProcessPoolExecutor(jobs, _context(), _start, (str(root), recipe, hashes))
    others = set(multiprocessing.active_children())
    try:
        yield pool
    except BaseException:
        for process in set(multiprocessing.active_children()) - others:
            process.terminate()
        pool.shutdown(cancel_futures=True)
        raise
    pool.shutdown()


def ask(pool: ProcessPoolExecutor, questions: Sequence[Question]) -> Future[list[Answer]]:
    """Have one of the processes answer the questions."""
    return pool.submit(_work, questions)


def awaited(answers: Future[list[Answer]]) -> list[Answer]:
    """The answers, their results as bytes."""
    try:
        return answers.result()
    except BrokenProcessPool as error:
        raise PostilError("a process of this check was ended from outside, perhaps for want of memory: try --jobs 1") from error


def _context() -> Any:
    """Fork where it is safe: a process of this program has one thread, and a fork starts in milliseconds."""
    return multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")


_worker: tuple[CorpusDirectory, Checker, ResultCodec, bool] | None = None


def _start(root: str, recipe: Recipe, hashes: bool) -> None:
    global _worker  # noqa: PLW0603 - a process of a pool has nothing else that outlives a task
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the first process, which ends the others
    gc.set_threshold(GARBAGE)
    checker = Checker.of(recipe)
    _worker = CorpusDirectory(Path(root)), checker, ResultCodec(checker.corpus_rules), hashes


def _work(questions: Sequence[Question]) -> list[Answer]:
    """The answers to questions, as bytes: packed here and not in the process that waits for all."""
    assert _worker
    directory, checker, codec, hashes = _worker
    answers = examine(directory, checker, questions, hashes=hashes)
    return [
        Answer(answer.content, None, data) if answer.result and (data := codec.encode(answer.result)) else answer
        for answer in answers
    ]
