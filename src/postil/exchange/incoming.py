"""What a reader is given: the source, the options, and where to say what it could not bring along."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import msgspec
from msgspec.structs import replace

from postil.errors import UnreadableFile
from postil.exchange.drafts import Draft
from postil.exchange.losses import Losses
from postil.exchange.sources import File, Source, decode
from postil.manifest import CheckSettings
from postil.scheme import Layer
from postil.text import quote

_SHOWN_LINES = 50


class BrokenLines(msgspec.Struct):
    """Lines that cannot be read: how many there are, and what is wrong with the first of them."""

    count: int = 0
    shown: list[str] = []

    def add(self, place: str, why: str, line: str) -> None:
        """Note a line. ``place``: file and number; ``why``: what is wrong with it."""
        self.count += 1
        if len(self.shown) < _SHOWN_LINES:
            self.shown.append(f"{place}: {why}: {quote(line, 60)}")

    def messages(self) -> Iterator[str]:
        """What is wrong, and how much more."""
        yield from self.shown
        if self.count > len(self.shown):
            yield f"and {self.count - len(self.shown):,} more lines that cannot be read"


class Incoming(msgspec.Struct):
    """An import, as a reader sees it.

    ``options``: by the names that the format declared. ``losses``: what the file says and the model cannot hold, or what the
    user did not ask for: count it there. ``repaired``: what was wrong in a file and could be read all the same. ``declared``:
    layers that the source itself describes (a configuration beside the annotations), for the reader to fill in.
    ``span_layer``, ``relation_layer``, ``label_layer``: the layer of records whose format has no such thing.
    ``with_tokens``: whether the user wants tokens and sentences as layers ``token`` and ``sentence``. ``files``: by their paths
    in the corpus, the files of the whole corpus that the source was exported from, for the reader to fill in: a new corpus
    gets them. ``unreadable``: why files, or what is left of them, could not be read, each once; ``None`` where the first stops
    the reading. ``broken_lines``: lines that cannot be read in files that go on after them: they stop an import, too.
    ``largest_text``: bytes that the text of a document may have in the corpus.
    """

    source: Source
    options: dict[str, Any] = {}
    losses: Losses = msgspec.field(default_factory=Losses)
    repaired: Losses = msgspec.field(default_factory=Losses)
    declared: dict[str, Layer] = {}
    span_layer: str = "span"
    relation_layer: str = "relation"
    label_layer: str = "label"
    with_tokens: bool = False
    files: dict[str, bytes] = {}
    unreadable: dict[str, UnreadableFile] | None = None
    largest_text: int = CheckSettings().max_file_size
    broken_lines: BrokenLines = msgspec.field(default_factory=BrokenLines)

    def text_of(self, file: File) -> str:
        """The text of a document that is a file of its own, without the byte-order mark that it may begin with: that is said."""
        data = file.read(self.largest_text)
        if data.startswith(codecs.BOM_UTF8):
            self.say_mark_removed(file)
        return decode(file.shown, data, self.source.encoding)

    def refuse_too_large(self, draft: Draft) -> None:
        """Raise :class:`~postil.errors.UnreadableFile` for a text that the corpus would not read."""
        if len(draft.text) > self.largest_text // 4 and (size := len(draft.text.encode(errors="replace"))) > self.largest_text:
            message = (
                f"the text of {draft.name} has {size:,} bytes, more than the {self.largest_text:,} of a document "
                "(max-file-size in the manifest)"
            )
            raise UnreadableFile(draft.file, message)

    def say_mark_removed(self, file: File) -> None:
        """Say that the text of a document began with a byte-order mark, and does not any more."""
        self.repaired.add("texts: removed the byte-order mark", file.shown)

    @contextmanager
    def noting_unreadable(self) -> Iterator[None]:
        """Around what is read of one file: where something is wrong with it, the others are read all the same."""
        try:
            yield
        except UnreadableFile as fault:
            if self.unreadable is None:
                raise
            self.unreadable[str(fault)] = fault

    def again(self) -> Incoming:
        """The same source to be read once more, with nothing said of it yet."""
        return replace(self, losses=Losses(), repaired=Losses(), declared={}, files={}, broken_lines=BrokenLines())
