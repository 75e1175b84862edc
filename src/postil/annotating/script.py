"""Actions from a file: one a line, words as a shell has them.

Run against a session, a script does all of its lines or, where one is refused, none.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from postil.annotating.action import action_named, all_actions
from postil.annotating.session import Session
from postil.errors import ActionRefused, UnreadableFile


class ScriptLine(NamedTuple):
    """One line of a script: its number from 1, the action, its words."""

    number: int
    name: str
    words: tuple[str, ...]


class Done(NamedTuple):
    """What one line did, in words; empty for what only moves."""

    line: ScriptLine
    said: str


def read_script(path: str, source: str) -> list[ScriptLine]:
    """The lines of a script: empty ones and comments (``#``) left out, every action known and with the words that it takes.

    Raises :class:`~postil.errors.UnreadableFile` with the line where that is not so.
    """
    found = []
    for number, line in enumerate(source.splitlines(), 1):
        try:
            words = shlex.split(line, comments=True)
            if words:
                found.append(ScriptLine(number, words[0], tuple(words[1:])))
                _refuse_unknown(found[-1])
        except ActionRefused as error:
            raise UnreadableFile(path, str(error), number, 1) from error
        except ValueError as error:
            raise UnreadableFile(path, f"a quotation mark or a backslash has no end: {error}", number, 1) from error
    return found


def _refuse_unknown(line: ScriptLine) -> None:
    if line.name not in ("undo", "redo"):
        action_named(line.name).refuse_words(line.words)
    elif line.words:
        raise ActionRefused(f"{line.name} takes no words")


def run_script(session: Session, lines: Sequence[ScriptLine], path: str) -> list[Done]:
    """Do every line, and save once.

    Raises :class:`~postil.errors.UnreadableFile` with the line that is refused: then nothing is done.
    """
    history = session.history
    done = []
    for line in lines:
        try:
            history = history.perform(line.name, *line.words)
        except ActionRefused as error:
            raise UnreadableFile(path, f"{error}. Nothing was done", line.number, 1) from error
        done.append(Done(line, history.state.said))
    session.adopt(history)
    return done


def manual() -> Iterator[tuple[str, str]]:
    """How each action is used, and what it does."""
    for one in all_actions().values():
        yield one.usage, one.summary
    yield "undo", "Take the last change back."
    yield "redo", "Do the change again that was taken back last."
