"""What a reader is given: the source, the options, and where to say what it could not bring along."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import msgspec
from msgspec.structs import replace

from postil.errors import UnreadableFile
from postil.exchange.losses import Losses
from postil.exchange.sources import Source
from postil.scheme import Layer


class Incoming(msgspec.Struct):
    """An import, as a reader sees it.

    ``options``: by the names that the format declared. ``losses``: what the file says and the model cannot hold, or what the
    user did not ask for: count it there. ``repaired``: what was wrong in a file and could be read all the same. ``declared``:
    layers that the source itself describes (a configuration beside the annotations), for the reader to fill in.
    ``span_layer``, ``relation_layer``, ``label_layer``: the layer of records whose format has no such thing.
    ``with_tokens``: whether the user wants tokens and sentences as layers ``token`` and ``sentence``. ``files``: by their paths
    in the corpus, the files of the whole corpus that the source was exported from, for the reader to fill in: a new corpus
    gets them. ``unreadable``: why files, or what is left of them, could not be read, each once; ``None`` where the first stops
    the reading.
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
        return replace(self, losses=Losses(), repaired=Losses(), declared={}, files={})
