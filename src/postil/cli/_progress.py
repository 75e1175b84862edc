"""How far long work has come: one line on a terminal, after a second, and nothing anywhere else."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import Self

import click

_WAIT = 1.0  # seconds before anything is shown
_STEP = 0.1
_WIDTH = 30


class Progress:
    """A bar on standard error while the ``with`` block runs. Call it with how many of how many are done."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._is_shown = False
        self._next = time.monotonic() + _WAIT
        self._is_terminal = sys.stderr.isatty()

    def __call__(self, done: int, of: int) -> None:
        """Say that ``done`` of ``of`` are done."""
        now = time.monotonic()
        if not self._is_terminal or now < self._next or not of:
            return
        self._next, self._is_shown = now + _STEP, True
        filled = done * _WIDTH // of
        click.echo(f"\r{self._what} [{'#' * filled}{'-' * (_WIDTH - filled)}] {done:,} of {of:,}", nl=False, err=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._is_shown:
            click.echo("\r\x1b[K", nl=False, err=True)
