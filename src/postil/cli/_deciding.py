"""Deciding between annotators in a terminal: one disagreement at a time, one key for a decision.

Keys are read from the terminal, or from standard input where that is none, so that a session can be written down.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import click

from postil.editing.adjudicate import Open
from postil.editing.decisions import BOTH, EDITED, NEITHER
from postil.editing.items import KINDS, Item
from postil.model import Annotation, AnnotationSet, Relation, Span
from postil.text import printable, quote

_CONTEXT = 60  # characters to either side of a passage
_KEYS = "b all of them, n none, e edit, s skip, u undo, q quit"

Choose = Callable[[Item, str, Sequence[Annotation]], None]


class Session:
    """Shows what is open and asks. ``choose`` keeps a decision, ``undo`` takes the last back and says whether there was one."""

    def __init__(self, text: str, sets: Sequence[AnnotationSet], choose: Choose, undo: Callable[[], bool]) -> None:
        self._text, self._sets = text, {each.annotator: each for each in sets}
        self._choose, self._undo = choose, undo

    def run(self, waiting: Callable[[], Sequence[Open]]) -> bool:
        """Ask until nothing is open that was not skipped; returns whether the user quit. ``waiting``: what is open now."""
        skipped: set[bytes] = set()
        while True:
            found = [each for each in grouped(waiting()) if _name(each.item) not in skipped]
            if not found:
                return False
            each = found[0]
            self._show(each, len(found))
            answer = self._answer(each.item)
            if answer == "q":
                return True
            if answer == "s":
                skipped.add(_name(each.item))
            elif answer == "u":
                skipped.clear()
                click.echo("  taken back" if self._undo() else "  there is nothing to take back")

    def _answer(self, item: Item) -> str:
        """Read keys until one means something; a decision is kept, the others are returned."""
        names = list(item.versions)
        while True:
            key = read_key()
            if key in ("", "\x03", "\x04", "q"):
                return "q"
            if key in "su":
                return key
            if key.isdigit() and 0 < int(key) <= len(names):
                name = names[int(key) - 1]
                self._choose(item, name if item.versions[name] else NEITHER, ())
                return ""
            if key == "b":
                self._choose(item, BOTH, ())
                return ""
            if key == "n":
                self._choose(item, NEITHER, ())
                return ""
            if key == "e" and self._edit(item):
                return ""

    def _edit(self, item: Item) -> bool:
        """Let the user write the annotation; returns whether that was one."""
        import msgspec

        from postil.editing.decisions import record_of
        from postil.editing.pending import as_plain
        from postil.errors import PostilError

        proposal = "".join(f"{msgspec.json.encode(as_plain(one)).decode()}\n" for one in item.versions.values() if one)
        written = click.edit(
            f"{proposal}# One line for each annotation that there is to be.\n", extension=".jsonl", require_save=True
        )
        if written is None:
            return False
        lines = [line for line in written.splitlines() if line.strip() and not line.startswith("#")]
        try:
            result = [record_of(msgspec.json.decode(line)) for line in lines]
        except (PostilError, msgspec.DecodeError) as error:
            click.echo(f"  not taken: {error}")
            return False
        self._choose(item, EDITED, result)
        return True

    # --- showing -----------------------------------------------------------------------------------------------------

    def _show(self, each: Open, left: int) -> None:
        item = each.item
        click.echo(f"\n{item.kind}, {left} left: {printable(item.first.layer)}{f' ({printable(each.why)})' if each.why else ''}")
        for line in dict.fromkeys(
            context(self._text, version) for version in item.versions.values() if isinstance(version, Span)
        ):
            click.echo(f"  {line}")
        for number, (name, version) in enumerate(item.versions.items(), 1):
            click.echo(f"  {number} {printable(name)}: {self._said(name, version)}")
        click.echo(f"  [1-{len(item.versions)}] take one, {_KEYS}")

    def _said(self, annotator: str, version: Annotation | None) -> str:
        if version is None:
            return "nothing"
        said = [printable(version.label)]
        if isinstance(version, Span):
            said.append(quote(version.text, 70))
        if isinstance(version, Relation):
            by_id = {record.id: record for record in self._sets[annotator].annotations}
            said += [f"{printable(role)} {_short(by_id.get(id), id)}" for role, id in version.arguments()]
        said += [f"{printable(name)}: {_value(value)}" for name, value in version.attributes.items()]
        return "  ".join(said)


def grouped(waiting: Sequence[Open]) -> list[Open]:
    """What is open, by kind and then by place."""
    return sorted(waiting, key=lambda each: (KINDS.index(each.item.kind), _start(each.item), each.item.first.id))


def _start(item: Item) -> int:
    return min((one.start for one in item.versions.values() if isinstance(one, Span)), default=0)


def _name(item: Item) -> bytes:
    from postil.editing.decisions import key_of

    return key_of(item.plain)


def context(text: str, span: Span) -> str:
    """A span in brackets with what stands around it, in one line."""
    start, end = max(min(span.start, len(text)), 0), max(min(span.end, len(text)), 0)
    before, after = text[max(start - _CONTEXT, 0) : start], text[end : end + _CONTEXT]
    covered = text[start:end]
    middle = covered if len(covered) <= 3 * _CONTEXT else f"{covered[:_CONTEXT]} … {covered[-_CONTEXT:]}"
    return printable(" ".join(f"{before}[{middle}]{after}".split()))


def _short(record: Annotation | None, id: str) -> str:
    if isinstance(record, Span):
        return f"{printable(record.label)} {quote(record.text, 40)}"
    return printable(f"{record.label} ({id})" if record else id)


def _value(value: Any) -> str:
    import msgspec

    return printable(value if isinstance(value, str) else msgspec.json.encode(value).decode())


def read_key() -> str:
    """One key; empty at the end of a standard input that is no terminal, where blanks and line ends say nothing."""
    if sys.stdin.isatty():
        return click.getchar()
    return next(_characters(), "")


def _characters() -> Iterator[str]:
    while character := sys.stdin.read(1):
        if not character.isspace():
            yield character
