"""Reading a side file back: it has as many annotations as were written into it, with the same labels, on the same words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec
from msgspec.structs import replace

from postil.corpus import Document
from postil.errors import PostilError
from postil.exchange.format import Format
from postil.exchange.incoming import Incoming
from postil.exchange.outgoing import Outgoing
from postil.exchange.sources import Source
from postil.exchange.tokens import SENTENCE_LAYER, TOKEN_LAYER
from postil.model import Label, Relation, Span
from postil.text import counted

_BITS = (1 << 64) - 1


class SideFileDamaged(PostilError):
    """A side file does not say what the corpus says; the destination was not touched."""


class Tally(msgspec.Struct):
    """How many annotations there are, and a sum that is another where any has another label or other words, in whatever order."""

    count: int = 0
    total: int = 0

    def add(self, text: str, spans: Iterable[Span], labels: Iterable[Label], relations: Iterable[Relation]) -> None:
        """Count what is said of a text. Blanks do not count: who has tokens only has others."""
        for span in spans:
            if span.layer not in (TOKEN_LAYER, SENTENCE_LAYER):  # what the text is cut by, not what is learnt
                self._add("span", span.label, *("".join(text[start:end].split()) for start, end in span.extents))
        for label in labels:
            self._add("label", label.label)
        for relation in relations:
            self._add("relation", relation.label)

    def _add(self, *said: str) -> None:
        self.count += 1
        self.total = (self.total + hash(said)) & _BITS


def noting(format_: Format, tally: Tally) -> Format:
    """The format, which counts in ``tally`` what it is given to write."""
    write = format_.write
    assert write

    def noted(documents: Iterable[Document], outgoing: Outgoing) -> None:
        write(_counted(documents, tally), outgoing)

    return replace(format_, write=noted)


def _counted(documents: Iterable[Document], tally: Tally) -> Iterator[Document]:
    for document in documents:
        for one in document.sets.values():
            tally.add(document.text, one.spans, one.labels, one.relations)
        yield document


def refuse_other(format_: Format, paths: Iterable[Path], written: Tally, root: Path) -> None:
    """Raise :class:`SideFileDamaged` where files say something else than was ``written`` into them."""
    assert format_.read
    if not written.count:  # column files of texts without a token have no row, which the reader takes for no such file
        return
    found, shown = Tally(), []
    for path in paths:
        shown.append(path.relative_to(root).as_posix())
        options = {option.name: option.unsaid for option in format_.read_options}
        for draft in format_.read(Incoming(Source(path), options)):
            for one in draft.sets:
                found.add(draft.text, one.spans, one.labels, one.relations)
    if found == written:
        return
    what = f"{counted(found.count, 'annotation')}, {written.count:,} were written"
    differs = "other labels or words than were written" if found.count == written.count else what
    raise SideFileDamaged(f"{', '.join(shown)}: read back with {differs}: nothing was put in place")
