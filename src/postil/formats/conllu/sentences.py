"""The rows of CoNLL-U and CoNLL-U Plus, sentence by sentence, before anything of them is understood."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from postil.errors import UnreadableFile
from postil.exchange.losses import Losses
from postil.exchange.sources import File
from postil.formats.conllu.entities import USUAL_FIELDS
from postil.text import counted

COLUMNS = ("ID", "FORM", "LEMMA", "UPOS", "XPOS", "FEATS", "HEAD", "DEPREL", "DEPS", "MISC")
PARSEME = "PARSEME:MWE"
_ID = re.compile(r"(\d+)(?:-(\d+))?|\d+\.\d+")
_COMMENT = re.compile(r"#\s*([^=]*?)\s*(?:=\s*(.*?)\s*)?", re.DOTALL)
_ESCAPE = re.compile(r"\\([stnrp\\]|u([0-9A-F]{4}))")
_SPACES = {"s": " ", "t": "\t", "n": "\n", "r": "\r", "p": "|", "\\": "\\"}


class Word(msgspec.Struct):
    """A row. ``misc``: its last column, taken apart."""

    line: int
    cells: dict[str, str]
    misc: dict[str, str]


class Unit(msgspec.Struct):
    """A token as the text has it: a word, or several under a row of their own. ``row``: the one that says its form and spaces."""

    row: Word
    words: list[Word]

    @property
    def form(self) -> str:
        """Its characters in the text."""
        said = self.row.misc.get("SpacesInToken")
        return unspaced(said) if said else self.row.cells["FORM"]

    @property
    def gap(self) -> str | None:
        """What follows it; ``None`` where nothing is said."""
        if (said := self.row.misc.get("SpacesAfter")) is not None:
            return unspaced(said)
        return "" if self.row.misc.get("SpaceAfter") == "No" else None


class Sentence(msgspec.Struct):
    """The comments and rows between two empty lines. ``empty``: nodes without a form, each with the unit after which it is."""

    line: int
    comments: dict[str, str]
    units: list[Unit]
    empty: list[tuple[Word, int]]


def unspaced(value: str) -> str:
    """The characters that a value of ``SpacesAfter`` stands for."""
    return _ESCAPE.sub(_meant, value)


def _meant(escape: re.Match[str]) -> str:
    if escape[1] in _SPACES:
        return _SPACES[escape[1]]
    character = chr(int(escape[2], 16))
    return character if character.isspace() else escape[0]


class Sentences:
    """The sentences of a file, one after the other. ``fields``: of its mentions."""

    def __init__(self, file: File, encoding: str, losses: Losses) -> None:
        self.file, self.encoding, self.losses = file, encoding, losses
        self.columns = COLUMNS
        self.fields = USUAL_FIELDS

    def __iter__(self) -> Iterator[Sentence]:
        comments: dict[str, str] = {}
        words: list[Word] = []
        for number, line in self.file.lines(self.encoding):
            if not line.strip(" \t"):
                if words:
                    yield self._sentence(comments, words)
                    comments, words = {}, []
            elif line.startswith("#") and not self._is_row(line):
                self._comment(line, number, comments, is_inside=bool(words))
            else:
                words.append(self._word(line, number))
        if words:
            yield self._sentence(comments, words)
        elif comments:
            self.losses.add("comments after the last sentence", self.file.shown, "; ".join(comments))

    def _is_row(self, line: str) -> bool:
        """Whether a line that begins with ``#`` is that token, in a file whose rows begin with something else than numbers."""
        return self.columns[0] != "ID" and line.count("\t") == len(self.columns) - 1 > 0

    def _comment(self, line: str, number: int, comments: dict[str, str], *, is_inside: bool) -> None:
        """Take a comment. One between the rows of a sentence is about none of them, and is counted."""
        if is_inside:
            self.losses.add("comments between the rows of a sentence", f"{self.file.shown}:{number}", line)
            return
        found = _COMMENT.fullmatch(line)
        name, value = (found[1], found[2] or "") if found else (line[1:].strip(), "")
        if name == "global.columns":
            self.columns = tuple(value.split())
            if "FORM" not in self.columns:
                raise UnreadableFile(self.file.shown, "there is no column FORM in # global.columns")
        elif name == "global.Entity":
            self.fields = tuple(value.split("-"))
        else:
            comments[name] = value

    def _word(self, line: str, number: int) -> Word:
        cells = line.split("\t")
        if len(cells) != len(self.columns):
            message = f"{counted(len(cells), 'column')} with a TAB between two where {len(self.columns)} are wanted"
            raise UnreadableFile(self.file.shown, message, number, 1)
        named = dict(zip(self.columns, cells, strict=True))
        return Word(number, named, _pairs(named.get("MISC", "_")))

    def _sentence(self, comments: dict[str, str], words: list[Word]) -> Sentence:
        units: list[Unit] = []
        empty = []
        last = 0  # the number of the last word under the row of several
        for position, word in enumerate(words, 1):
            id = word.cells.get("ID", str(position))
            found = _ID.fullmatch(id)
            if not found:
                raise UnreadableFile(self.file.shown, f"{id!r} is no id of a word (1, 1-2, 1.1)", word.line, 1)
            if "." in id:
                empty.append((word, len(units)))
            elif found[2]:
                last = int(found[2])
                units.append(Unit(word, []))
            elif int(id) <= last and units:
                units[-1].words.append(word)
            else:
                units.append(Unit(word, [word]))
        return Sentence(words[0].line, comments, units, empty)


def _pairs(misc: str) -> dict[str, str]:
    if misc == "_":
        return {}
    return {name: value for name, _, value in (pair.partition("=") for pair in misc.split("|"))}
