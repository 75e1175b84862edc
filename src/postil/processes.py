"""Work that is done for many documents, by several processes, in order.

What each process needs is made once in it, by a function that can be found by its name: a corpus is opened anew, not sent.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from itertools import islice
from typing import Any, TypeVar

from postil.errors import PostilError

Item = TypeVar("Item")
Result = TypeVar("Result")

_AHEAD = 3  # chunks that wait for each process


def processors() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def in_order(
    make: Callable[..., Callable[[Item], Result]], recipe: tuple[Any, ...], items: Iterable[Item], jobs: int, chunk: int = 16
) -> Iterator[Result]:
    """``make(*recipe)(item)`` for each item, in order.

    ``make`` is called once in each of ``jobs`` processes; for one job, in this one.

    Raises :class:`~postil.errors.PostilError` where a process is ended from outside.
    """
    if jobs <= 1:
        yield from map(make(*recipe), items)
        return
    rest = iter(items)
    waiting: deque[Future[list[Result]]] = deque()
    with _pool(jobs, make, recipe) as pool:
        while some := list(islice(rest, chunk)):
            waiting.append(pool.submit(_work, some))
            if len(waiting) > _AHEAD * jobs:
                yield from _answered(waiting.popleft())
        while waiting:
            yield from _answered(waiting.popleft())


def _answered(pending: Future[list[Result]]) -> list[Result]:
    try:
        return pending.result()
    except BrokenProcessPool as error:
        raise PostilError("a process was ended from outside, perhaps for want of memory: try --jobs 1") from error


def _context() -> Any:
    """Fork where it is safe: a process of this program has one thread, and a fork starts in milliseconds."""
    return multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")


@contextmanager
def _pool(jobs: int, make: Callable[..., Any], recipe: tuple[Any, ...]) -> Iterator[ProcessPoolExecutor]:
    """Processes that end at once when anything is raised here, such as by Ctrl-C."""
    pool = ProcessPoolExecutor(jobs, _context(), _start, (make, recipe))
    others = set(multiprocessing.active_children())
    try:
        yield pool
    except BaseException:
        for process in set(multiprocessing.active_children()) - others:
            process.terminate()
        pool.shutdown(cancel_futures=True)
        raise
    pool.shutdown()


_worker: Callable[[Any], Any] | None = None


def _start(make: Callable[..., Any], recipe: tuple[Any, ...]) -> None:
    global _worker  # noqa: PLW0603 - a process of a pool has nothing else that outlives a task
    for name in ("SIGINT", "SIGHUP"):  # Ctrl-C and a terminal that closes are for the first process, which ends the others
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)  # with which that one ends them
    _worker = make(*recipe)


def _work(items: list[Any]) -> list[Any]:
    assert _worker
    return [_worker(item) for item in items]
