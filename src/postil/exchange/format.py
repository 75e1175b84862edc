"""What a format announces about itself: how it is read and written, what it can keep, which options it has."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from postil.corpus import Corpus, Document
from postil.exchange.drafts import Draft
from postil.exchange.features import Feature, Lane
from postil.exchange.incoming import Incoming
from postil.exchange.outgoing import Outgoing

if TYPE_CHECKING:
    from postil.exchange.sound import Wanted  # with all rules, which help does not need


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

    @property
    def unsaid(self) -> str | bool | tuple[str, ...]:
        """Its value where nothing was said."""
        return () if self.multiple else False if self.is_flag else self.default


class Report(msgspec.Struct, frozen=True):
    """What an export did, in words."""

    lines: tuple[str, ...]


Reader = Callable[[Incoming], Iterator[Draft]]
"""Gives a draft for each document of a source, one after the other, so that the source need not fit into memory."""

Writer = Callable[[Iterable[Document], Outgoing], None]
"""Writes documents, each already reduced to what the format keeps, one after the other."""

CorpusWriter = Callable[[Corpus, Path, "Wanted", dict[str, Any], bool], Report]
"""Writes a whole corpus in a way of its own: the corpus, the destination, what of it, the options, whether it replaces."""


Fetcher = Callable[[str, dict[str, Any]], AbstractContextManager[Path] | None]
"""Gets a source that is elsewhere, by its name and the options, as a directory while a ``with`` lasts; ``None``: it is none."""


class Format(msgspec.Struct, frozen=True):
    """A format.

    ``keeps``: what it can hold, of :data:`~postil.exchange.features.FEATURES`. ``limits``: what it cannot hold beyond that, as
    features of its own (a label with a blank in it, say). ``lane``: spans that compete for the same place where the format
    does not keep overlap: all of a ``document``, or those of one ``layer`` or ``label``; or a function of the options that
    says so. ``writes``: whether an export is one file, or a directory. ``signs``: regular expressions (``^`` and ``$`` at every
    line), one of which the beginning of most files of the format matches and that of few others, by which a doubt names it.
    ``fetch``: where sources may be that are no path here. ``reads_any_table``: whether it reads tables by what their columns are,
    whoever made them, so that where annotations were found nothing is in doubt.
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
    fetch: Fetcher | None = None
    reads_any_table: bool = False

    @property
    def can_be_written(self) -> bool:
        """Whether there is a writer of any kind."""
        return self.write is not None or self.write_corpus is not None

    def located(self, source: str, start: Path, options: dict[str, Any]) -> AbstractContextManager[Path]:
        """Where a source is: a path from ``start``, else what the format fetches."""
        path = start / source
        fetched = self.fetch(source, options) if self.fetch and not path.exists() else None
        return fetched or nullcontext(path)

    def lane_for(self, options: dict[str, Any]) -> Lane:
        """Which spans compete for the same place, with these options."""
        return self.lane(options) if callable(self.lane) else self.lane
