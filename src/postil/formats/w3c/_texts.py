"""The text that a source is."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

from postil.exchange.incoming import Incoming
from postil.exchange.sources import File, Source

_MARKED_UP = (".html", ".htm", ".xhtml", ".xml", ".pdf", ".json", ".jsonld", ".jsonl", ".ndjson", ".epub", ".docx")


class Texts:
    """Finds the plain texts that sources name: beside the file that names them, or in what ``--text`` is."""

    def __init__(self, incoming: Incoming) -> None:
        self._source = incoming.source
        given = incoming.options["text"]
        self._given = Source(Path(given), incoming.source.encoding) if given else None
        self._known: dict[tuple[str, str], File | None] = {}
        self._only = ""

    def find(self, iri: str, file: File) -> File | None:
        """The text that ``iri`` names in ``file``; one that is empty names the text with the name of the file."""
        key = (iri, file.path)
        if key not in self._known:
            self._known[key] = self._found(iri, file)
        return self._known[key]

    def _found(self, iri: str, file: File) -> File | None:
        for path in _paths(iri, file):
            text = self._source.get(path)
            if text is None and self._given:
                text = self._given.get(path) or self._given.get(posixpath.basename(path))
            if text and not path.endswith(_MARKED_UP):
                return text
        if self._given and not self._given.is_directory and self._only in ("", iri):
            self._only = iri  # one text, so the one source that there is
            return next(iter(self._given.all_files.values()))
        return None


def _paths(iri: str, file: File) -> Iterator[str]:
    """The paths from the root that a source may lie under, the exact one first."""
    base = posixpath.dirname(file.path)
    try:
        parts = urlsplit(iri)
    except ValueError:
        return
    path = unquote(parts.path)
    is_relative = not parts.scheme and not parts.netloc and not path.startswith("/")
    name = path if is_relative else posixpath.basename(path.rstrip("/"))
    if not iri:
        name = posixpath.basename(file.name)
    if not name or "\0" in name:
        return
    joined = posixpath.normpath(posixpath.join(base, name))
    if not joined.startswith(("..", "/")):
        yield from (joined, f"{joined}.txt", f"{posixpath.splitext(joined)[0]}.txt")
