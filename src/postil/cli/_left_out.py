"""Saying which annotations were left out because a realignment left them open, and only in which sets."""

from __future__ import annotations

from collections import Counter

import click

from postil.text import counted, printable


class LeftOut:
    """Counts what was left out, by annotator."""

    def __init__(self) -> None:
        self._annotations: Counter[str] = Counter()
        self._documents: Counter[str] = Counter()

    def add(self, annotator: str, count: int) -> None:
        """So many of a document."""
        if count:
            self._annotations[annotator] += count
            self._documents[annotator] += 1

    def say(self) -> None:
        """Say it on standard error, a line for each annotator."""
        for annotator, count in sorted(self._annotations.items()):
            where = counted(self._documents[annotator], "document")
            click.echo(
                f"{printable(annotator)}: {counted(count, 'annotation')} in {where} left out: a realignment left the place open, "
                "and postil check lists them",
                err=True,
            )
