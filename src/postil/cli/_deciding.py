"""Deciding between annotators in a terminal: one disagreement at a time, one key for a decision.

Keys are read from the terminal, or from standard input where that is none, so that a session can be written down.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from typing import Protocol

import click

from postil.cli._versions import Versions
from postil.editing.adjudicate import Open
from postil.editing.decisions import BOTH, EDITED, NEITHER
from postil.editing.items import KINDS, Item
from postil.errors import PostilError
from postil.model import Annotation, Span
from postil.storage.decisions_file import key_of
from postil.text import printable, quote

_KEYS = "b all of them, n none, e edit, s skip, u undo, q quit"
_DIGITS = "123456789"


class Deciding(Protocol):
    """Keeps what is decided."""

    def waiting(self) -> Sequence[Open]:
        """What is open now."""

    def choose(self, item: Item, chosen: str, result: Sequence[Annotation] = ()) -> str:
        """Keep a decision; where it cannot be one it is not kept, and the reason is returned."""

    def undo(self) -> str:
        """Take the last decision back; returns which that was, empty for none."""

    def proposal(self, item: Item) -> str:
        """What an editor begins with."""

    def edited(self, item: Item, written: str) -> Sequence[Annotation]:
        """The annotations that an editor wrote. Raises :class:`~postil.errors.PostilError` where they cannot be."""


class Session:
    """Shows what is open and asks."""

    def __init__(self, versions: Versions, deciding: Deciding) -> None:
        self._versions, self._deciding = versions, deciding
        self._drafts: dict[bytes, str] = {}

    def run(self) -> bool:
        """Ask until nothing is open that was not skipped; returns whether the user quit."""
        skipped: set[bytes] = set()
        while True:
            found = [each for each in grouped(self._deciding.waiting()) if _name(each.item) not in skipped]
            if not found:
                return False
            each = found[0]
            self._show(each, len(found))
            answer = self._answer(each.item)
            if answer == "q":
                return True
            if answer == "s":
                skipped.add(_name(each.item))
                click.echo("  skipped")
            elif answer == "u":
                skipped.clear()
                undone = self._deciding.undo()
                click.echo(f"  taken back: {undone}" if undone else "  there is nothing to take back")

    def _answer(self, item: Item) -> str:
        """Read keys until one means something; a decision is kept, the others are returned."""
        while True:
            key = read_key()
            if key in ("", "\x03", "\x04", "q"):
                return "q"
            if key in "su":
                return key
            if key == "e":
                if self._edit(item):
                    return ""
            elif chosen := _choice(key, item):
                if self._choose(item, chosen):
                    return ""
            elif not key.isspace():
                click.echo(f"  {quote(key)} is no key: 1-{len(item.versions)} take one, {_KEYS}")

    def _choose(self, item: Item, chosen: str, result: Sequence[Annotation] = ()) -> bool:
        """Whether the decision was kept; says so, or why not."""
        why = self._deciding.choose(item, chosen, result)
        if why:
            click.echo(f"  not taken: {printable(why)}. Take another, n for none, or s to decide it later")
            return False
        click.echo(f"  {_outcome(item, chosen, result)}")
        return True

    def _edit(self, item: Item) -> bool:
        """Let the user write the annotation; returns whether that was one. What was not taken is there the next time."""
        help_ = "# One line for each annotation that there is to be; text may be left out, it is what start and end cover.\n"
        draft = self._drafts.get(_name(item)) or f"{self._deciding.proposal(item)}{help_}"
        try:
            written = click.edit(draft, extension=".jsonl", require_save=True) or ""
            if not written:
                click.echo("  nothing was saved: nothing is decided")
                return False
            result = self._deciding.edited(item, written)
        except click.ClickException as error:
            click.echo(f"  the editor failed: {printable(error.format_message())}")
            return False
        except UnicodeDecodeError:
            click.echo("  not taken: what the editor saved is not UTF-8")
            return False
        except PostilError as error:
            self._drafts[_name(item)] = written
            click.echo(f"  not taken: {printable(str(error))}. e goes on with it")
            return False
        return self._choose(item, EDITED, result)

    def _show(self, each: Open, left: int) -> None:
        item = each.item
        why = f" ({printable(each.why)})" if each.why else ""
        click.echo(f"\n{item.kind}, {left} left: {printable(item.first.layer)}, {self._versions.place(item)}{why}")
        for line in self._versions.contexts(item):
            click.echo(f"  {line}")
        for number, (name, version) in enumerate(item.versions.items(), 1):
            click.echo(f"  {number} {printable(name)}: {self._versions.said(name, version)}")
        click.echo(f"  [1-{len(item.versions)}] take one, {_KEYS}")


def _choice(key: str, item: Item) -> str:
    """What a key chooses; empty where it chooses nothing."""
    names = list(item.versions)
    if key in _DIGITS and int(key) <= len(names):
        name = names[int(key) - 1]
        return name if item.versions[name] else NEITHER
    return {"b": BOTH, "n": NEITHER}.get(key, "")


def _outcome(item: Item, chosen: str, result: Sequence[Annotation]) -> str:
    if chosen == EDITED:
        return f"→ as edited: {', '.join(printable(record.label) for record in result) or 'nothing'}"
    if chosen in (BOTH, NEITHER):
        return "→ all of them" if chosen == BOTH else "→ none"
    version = item.versions[chosen]
    return f"→ {printable(chosen)}: {printable(version.label) if version else 'nothing'}"


def grouped(waiting: Sequence[Open]) -> list[Open]:
    """What is open, by kind and then by place."""
    return sorted(waiting, key=lambda each: (KINDS.index(each.item.kind), _start(each.item), each.item.first.id))


def _start(item: Item) -> int:
    return min((one.start for one in item.versions.values() if isinstance(one, Span)), default=0)


def _name(item: Item) -> bytes:
    return key_of(item.plain)


def read_key() -> str:
    """One key; empty at the end of a standard input that is no terminal, where blanks and line ends say nothing."""
    if sys.stdin.isatty():
        return click.getchar()
    return next(_characters(), "")


def _characters() -> Iterator[str]:
    while character := sys.stdin.read(1):
        if not character.isspace():
            yield character
