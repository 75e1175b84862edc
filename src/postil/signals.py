"""Being asked to end: by Ctrl-C, by another program, by a terminal that closes."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_ASKED_BY_OTHERS = tuple(getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name))
_ALL = (signal.SIGINT, *_ASKED_BY_OTHERS)


def end_in_order() -> None:
    """Let whoever asks end a command as Ctrl-C does, so that nothing half made is left, unless somebody has said otherwise."""
    for number in _ASKED_BY_OTHERS if _may_say() else ():
        if signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, signal.default_int_handler)


@contextmanager
def held_back() -> Iterator[None]:
    """What is done in here is done to its end. Who asked meanwhile is heard afterwards."""
    asked: list[int] = []
    heard = [number for number in _ALL if signal.getsignal(number) not in (signal.SIG_IGN, None)] if _may_say() else []
    before = {number: signal.signal(number, lambda number, _frame: asked.append(number)) for number in heard}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        for number in asked[:1]:
            signal.raise_signal(number)


def _may_say() -> bool:
    """Only the first thread may say what becomes of a signal."""
    return threading.current_thread() is threading.main_thread()
