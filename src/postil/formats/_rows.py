"""What formats of rows share: a text made again of tokens, and tokens that fit into a row."""

from __future__ import annotations

import hashlib
import re

from msgspec.structs import replace

from postil.corpus import Document
from postil.exchange.drafts import DraftSet
from postil.exchange.features import Feature, Reducing
from postil.exchange.incoming import Incoming
from postil.exchange.sources import File
from postil.exchange.tokens import SENTENCE_LAYER, TOKEN_LAYER
from postil.model import Relation, Span
from postil.segmentation import Extent

KEPT_TOKENS, KEPT_SENTENCES = "tokens, which --tokens keeps", "sentences, which --tokens keeps"


class Rebuilt:
    """A text that is being made of tokens, with the spans that are found on the way."""

    def __init__(self, shown: str) -> None:
        self.draft_set = DraftSet(file=shown)
        self._pieces: list[str] = []
        self._length = 0
        self._gap = ""

    def token(self, word: str, gap: str = " ") -> Extent:
        """Add a token, and after it ``gap`` if anything follows. An empty one has no place of its own and no gap."""
        if not word:
            return self._length, self._length
        self._write(self._gap)
        start = self._length
        self._write(word)
        self._gap = gap
        return start, self._length

    def gap(self, gap: str) -> None:
        """What stands after the last token, whatever was said before."""
        self._gap = gap

    def span(self, layer: str, label: str, extent: Extent, line: int, *, id: str = "", **more: object) -> Span:
        """Add a span. ``id``: as the file calls it; ``more``: other fields of it."""
        id = self._new_id(id or f"{layer[:1] or 's'}{len(self.draft_set.spans) + 1}", line)
        span = Span(id, layer, label, *extent, "", **more)  # type: ignore[arg-type]
        self.draft_set.spans.append(span)
        return span

    def relation(self, layer: str, label: str, args: dict[str, str | tuple[str, ...]]) -> None:
        """Add a relation."""
        id = self._new_id(f"{layer[:1]}{len(self.draft_set.relations) + 1}", 0)
        self.draft_set.relations.append(Relation(id, layer, label, args))

    def _new_id(self, id: str, line: int) -> str:
        fresh, number = id, 2
        while fresh in self.draft_set.lines:
            fresh, number = f"{id}.{number}", number + 1
        self.draft_set.lines[fresh] = line
        return fresh

    @property
    def is_empty(self) -> bool:
        """Whether there is no token yet."""
        return not self._length

    @property
    def last_gap(self) -> str:
        """What stands after the last token."""
        return self._gap

    @property
    def text(self) -> str:
        """The text so far, with what was said to follow its last token."""
        return "".join(self._pieces) + self._gap

    def _write(self, piece: str) -> None:
        self._pieces.append(piece)
        self._length += len(piece)


def chosen_files(incoming: Incoming, *choices: tuple[str, ...]) -> list[File]:
    """The files with suffixes of the first of these choices that any file has; one file alone, whatever it is called.

    The files with suffixes of the other choices may be more of the same, or a README.
    """
    source = incoming.source
    for suffixes in choices if source.is_directory else ():
        if any(_has(path, suffixes) for path in source.all_files):
            return source.files(*suffixes)
    return source.files(*choices[0])


def _has(path: str, suffixes: tuple[str, ...]) -> bool:
    return path.lower().removesuffix(".gz").endswith(suffixes)


def count_rows(incoming: Incoming, place: str, tokens: int) -> None:
    """Say that the tokens of a sentence, and itself, were not asked for."""
    incoming.losses.add(KEPT_TOKENS, place, stops=False, count=tokens)
    incoming.losses.add(KEPT_SENTENCES, place, stops=False)


def without_rows(document: Document, reducing: Reducing) -> Document:
    """The document without layers of tokens and sentences: the rows say the same."""
    found = reducing.tokens.of(document)
    sets = {
        name: replace(one, spans=tuple(span for span in one.spans if span.layer not in (TOKEN_LAYER, SENTENCE_LAYER)))
        for name, one in document.sets.items()
    }
    bare = replace(document, sets=sets)
    reducing.tokens.remember(bare, found)
    return bare


def plain_tokens(pattern: str, title: str, by: str, *, first: str = "") -> Feature:
    """A limit: tokens without a character that ``pattern`` matches; each becomes ``by``, which is one character.

    ``first``: what the first token of a row must not begin with; then its first character becomes ``by``.
    """
    wrong = re.compile(pattern)

    def plain(word: str, is_first: bool) -> str:
        if is_first and word.startswith("\ufeff"):  # would be taken for a byte-order mark
            word = "\u2060" + word[1:]
        if first and word.startswith(first):
            word = by + word[1:]
        return wrong.sub(by, word)

    def are_plain(words: str) -> bool:
        """Proof that none of these words, one after the other, would change."""
        return not (wrong.search(words) or words.startswith("\ufeff") or (first and first in words))

    def without(document: Document, reducing: Reducing) -> Document:
        found = reducing.tokens.of(document)
        text = document.text
        words = [text[start:end] for start, end in found.flat]
        if are_plain("".join(words)):
            return document
        pieces, at = [], 0
        for number, (start, end) in enumerate(found.flat):
            pieces += [text[at:start], plain(words[number], number == 0)]
            at = end
        changed = "".join((*pieces, text[at:]))
        if changed == text:
            return document
        reducing.losses.add(title, document.id)
        replaced = with_text(document, changed)
        reducing.tokens.remember(replaced, found)
        return replaced

    return Feature("tokens", title, without)


def with_text(document: Document, text: str) -> Document:
    """The document with a text of the same length."""
    digest = hashlib.sha256(text.encode()).hexdigest()
    sets = {
        name: replace(
            one,
            header=replace(one.header, text_sha256=digest),
            spans=tuple(replace(span, text=span.covered(text)) for span in one.spans),
        )
        for name, one in document.sets.items()
    }
    return replace(document, text=text, text_sha256=digest, sets=sets)
