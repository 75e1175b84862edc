"""A document as another tool's files hold it, before it is one of the corpus.

The records are the model's own, but what they say is still the file's: offsets in the file's unit, ids as they were, and in
a span's ``text`` what the file itself says that it covers (empty where the format does not repeat it).
"""

from __future__ import annotations

from typing import Any

import msgspec

from postil.exchange.edges import Edges
from postil.model import Label, Note, Relation, Span
from postil.text import Unit


class DraftSet(msgspec.Struct):
    """What one annotator says of a document.

    ``annotator``: as the file names them; empty where it does not, and then they are called what the user says. ``file`` and
    ``lines`` (id → line) say in messages where a record was read; a format without lines leaves ``lines`` empty. ``files`` (id →
    file): of records that were read in another file than ``file``. ``invented``: ids that the file does not have.
    """

    annotator: str = ""
    spans: list[Span] = []
    relations: list[Relation] = []
    labels: list[Label] = []
    notes: list[Note] = []
    status: str = "complete"
    method: str = "imported"
    sources: tuple[str, ...] = ()
    file: str = ""
    lines: dict[str, int] = {}
    files: dict[str, str] = {}
    invented: set[str] = set()

    def place(self, id: str) -> str:
        """Where a record was read: ``file:line: id``."""
        file, line = self.files.get(id, self.file), self.lines.get(id)
        if line and id in self.invented:
            return f"{file}:{line}"
        return f"{file}:{line}: {id}" if line else f"{file}: {id}"


class Draft(msgspec.Struct):
    """A document. ``text`` is exactly what the file's offsets count in: nothing of it was normalised.

    ``name``: what the file calls it (a path without suffix, an id), from which an id is made. ``unit``: what its offsets
    count; ``None`` where tools differ, and then the texts that the spans repeat decide. ``edges``: how they name edges, likewise.
    ``metadata``: keys of :class:`~postil.manifest.Metadata`, or any others, which are kept as ``extra``.
    ``file``: where it was read.
    ``is_built``: whether the reader put the text together of what the spans cover, so that no offset was there to be wrong.
    ``split``: the one that the source puts it into, where it divides its documents.
    ``joins_lines``: whether fragments between which there is only the end of a line are one, cut by a tool.
    ``files``: by their paths in the corpus, the document's own files where the source is an export of a corpus: a new corpus gets
    them as they are.
    """

    name: str
    text: str
    sets: list[DraftSet] = []
    metadata: dict[str, Any] = {}
    unit: Unit | None = "code point"
    file: str = ""
    is_built: bool = False
    joins_lines: bool = False
    split: str = ""
    files: dict[str, bytes] = {}
    edges: Edges | None = Edges()
