"""What a format announces about itself: how it is read and written, what it can keep, which options it has."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, Literal

import msgspec

from postil.corpus import Corpus, Document
from postil.exchange.drafts import Draft
from postil.exchange.features import Feature, Lane
from postil.exchange.incoming import Incoming
from postil.exchange.outgoing import Outgoing


class Option(msgspec.Struct, frozen=True):
    """An option of a format, from which the command line makes its own ``--name``.

    A reader or writer finds its value in ``options[name]``: a string, ``default`` where nothing was said; a tuple of strings
    where ``multiple``; a bool where ``is_flag``. ``choices``: what it may be (nothing said: anything).
    """

    name: str
    help: str
    metavar: str = "TEXT"
    multiple: bool = False
    is_flag: bool = False
    choices: tuple[str, ...] = ()
    default: str = ""


class Report(msgspec.Struct, frozen=True):
    """What an export did, in words."""

    lines: tuple[str, ...]


Reader = Callable[[Incoming], Iterator[Draft]]
"""Gives a draft for each document of a source, one after the other, so that the source need not fit into memory."""

Writer = Callable[[Iterable[Document], Outgoing], None]
"""Writes documents, each already reduced to what the format keeps, one after the other."""

CorpusWriter = Callable[[Corpus, Path, tuple[str, ...], dict[str, Any], bool], Report]
"""Writes a whole corpus in a way of its own: the corpus, the destination, the annotators, the options, whether it replaces."""


class Format(msgspec.Struct, frozen=True):
    """A format.

    ``keeps``: what it can hold, of :data:`~postil.exchange.features.FEATURES`. ``limits``: what it cannot hold beyond that, as
    features of its own (a label with a blank in it, say). ``lane``: spans that compete for the same place where the format
    does not keep overlap: all of a ``document``, or those of one ``layer`` or ``label``; or a function of the options that
    says so. ``writes``: whether an export is one file, or a directory. ``signs``: regular expressions (``^`` and ``$`` at every
    line), one of which the beginning of most files of the format matches and that of few others, by which a doubt names it.
    """

    name: str
    title: str
    manual: str
    keeps: frozenset[Feature]
    read: Reader | None = None
    write: Writer | None = None
    write_corpus: CorpusWriter | None = None
    read_options: tuple[Option, ...] = ()
    write_options: tuple[Option, ...] = ()
    limits: tuple[Feature, ...] = ()
    lane: Lane | Callable[[dict[str, Any]], Lane] = "document"
    writes: Literal["file", "directory"] = "directory"
    signs: tuple[str, ...] = ()

    @property
    def can_be_written(self) -> bool:
        """Whether there is a writer of any kind."""
        return self.write is not None or self.write_corpus is not None

    def lane_for(self, options: dict[str, Any]) -> Lane:
        """Which spans compete for the same place, with these options."""
        return self.lane(options) if callable(self.lane) else self.lane
