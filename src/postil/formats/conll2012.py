"""CoNLL-2012: names, mentions and propositions in brackets, in columns with blanks between them. Read only."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence

import msgspec

from postil.errors import UnreadableFile
from postil.exchange.drafts import Draft
from postil.exchange.format import Format
from postil.exchange.incoming import Incoming
from postil.exchange.sources import File
from postil.formats._rows import Rebuilt, chosen_files, count_rows
from postil.segmentation import Extent

_MANUAL = """\
Read: the files of CoNLL-2011 and 2012 (OntoNotes), and others with a mention column at the end:

#begin document (bc/cctv/00/cctv_0000); part 000
bc/cctv/00/cctv_0000   0   0   In        IN    (TOP(S(PP*   -   -   -   Speaker#1   *       (ARGM-TMP*   -
bc/cctv/00/cctv_0000   0   1   summer    NN    *)           -   -   -   Speaker#1   (DATE)  *)           (12)

#end document

A document for each part; those of one document share a group. Names (column 11) are the layer "span", mentions (the last column)
the layer "mention", with a relation "coreference" for those of one number. Each proposition is a relation "proposition" of its
predicate and its arguments, which are spans of the layer "argument". Parse trees are not read. --tokens keeps tokens with pos,
lemma and speaker, and sentences. The text is made of the words, a blank between two, a line for each sentence. Files of three
columns (number, word, mentions) are read too. To write mentions, there is postil export conllu."""

_BEGIN = re.compile(r"#\s*begin document\s+\(?(.*?)\)?\s*(?:;\s*part\s+(\d+))?\s*")
_END = re.compile(r"#\s*end document.*")
_BLANKS = re.compile(r"[ \t]+")
_BRACKET = re.compile(r"\(([^()|*]+)(\))?|([^()|*]*)\)")
_TYPED = re.compile(r"([^\W\d_]\w*)-(\d+)(?:-.*)?")
_NAMES, _FIRST_PROPOSITION = 10, 11
_WORD_COLUMNS = {"pos": 4, "lemma": 6, "speaker": 9}
_NOTHING = frozenset({"-", "_", "*"})


class _Row(msgspec.Struct, frozen=True):
    line: int
    cells: list[str]


class _Open(msgspec.Struct, frozen=True):
    """A bracket that waits for its other half: what it says, and where its span begins."""

    said: str
    start: int
    line: int


class _Found(msgspec.Struct, frozen=True):
    said: str
    extent: Extent
    line: int


def _read(incoming: Incoming) -> Iterator[Draft]:
    for file in chosen_files(incoming, ("conll",), (".txt", ".tsv")):
        with incoming.noting_unreadable():
            yield from _Reading(incoming, file).drafts()


class _Reading:
    """One file while it is read."""

    def __init__(self, incoming: Incoming, file: File) -> None:
        self.incoming, self.file = incoming, file
        self.number = 0
        self._begin("", "")

    def _begin(self, name: str, part: str) -> None:
        self.name, self.part = name, part
        self.rebuilt = Rebuilt(self.file.shown)
        self.rows: list[_Row] = []
        self.mentions = _Column(self._unclosed)

    def drafts(self) -> Iterator[Draft]:
        """Each part."""
        for number, line in self.file.lines(self.incoming.source.encoding):
            begun = _BEGIN.fullmatch(line)
            if begun or _END.fullmatch(line):
                yield from self._end()
                self._begin(*(begun[1], begun[2] or "")) if begun else self._begin("", "")
            elif not line.strip(" \t"):
                self._sentence()
            else:
                cells = _BLANKS.split(line.strip(" \t"))
                if len(cells) < 3:
                    raise UnreadableFile(self.file.shown, "a row with fewer than three columns: not CoNLL-2012", number, 1)
                self.rows.append(_Row(number, cells))
        yield from self._end()

    def _end(self) -> Iterator[Draft]:
        self._sentence()
        if self.rebuilt.is_empty:
            return
        self.number += 1
        self._classes()
        suffix = f"-{int(self.part)}" if self.part and int(self.part) else ""
        name = f"{self.name or f'{self.file.name}-{self.number}'}{suffix}"
        metadata = {"group": self.name} if self.part else {}
        yield Draft(name, self.rebuilt.text, [self.rebuilt.draft_set], metadata, file=self.file.shown, is_built=True)

    def _sentence(self) -> None:
        rows, self.rows = self.rows, []
        if not rows:
            return
        if any(len(row.cells) != len(rows[0].cells) for row in rows):
            raise UnreadableFile(self.file.shown, "the rows of one sentence have different numbers of columns", rows[0].line, 1)
        width = len(rows[0].cells)
        word = 3 if width > 4 else 1
        if not all(row.cells[word - 1].isdecimal() for row in rows):
            message = f"not CoNLL-2012: column {word} is the number of a word in its sentence"
            raise UnreadableFile(self.file.shown, message, rows[0].line, 1)
        extents = [self.rebuilt.token(row.cells[word]) for row in rows]
        self.rebuilt.gap("\n")
        self._mentions(rows, extents)
        if width > _FIRST_PROPOSITION:
            for found in self._column(rows, extents, _NAMES):
                self.rebuilt.span(self.incoming.span_layer, found.said, found.extent, found.line)
            for column in range(_FIRST_PROPOSITION, width - 1):
                self._proposition(rows, extents, column)
        self._tokens(rows, extents)

    def _column(self, rows: Sequence[_Row], extents: Sequence[Extent], column: int) -> list[_Found]:
        """What the brackets of a column hold in a sentence."""
        reading = _Column(self._unclosed)
        for row, extent in zip(rows, extents, strict=True):
            reading.read(row.cells[column], extent, row.line)
        return sorted(reading.finish(), key=lambda found: (found.extent[0], -found.extent[1]))

    def _mentions(self, rows: Sequence[_Row], extents: Sequence[Extent]) -> None:
        for row, extent in zip(rows, extents, strict=True):
            self.mentions.read(row.cells[-1], extent, row.line, is_named=True)

    def _classes(self) -> None:
        members: defaultdict[str, list[str]] = defaultdict(list)
        for found in sorted(self.mentions.finish(), key=lambda found: (found.extent[0], -found.extent[1])):
            typed = _TYPED.fullmatch(found.said)
            label, entity = (typed[1], typed[2]) if typed else ("mention", found.said)
            members[entity].append(self.rebuilt.span("mention", label, found.extent, found.line).id)
        for ids in members.values():
            if len(ids) > 1:
                self.rebuilt.relation("coreference", "coreference", {"member": tuple(ids)})

    def _proposition(self, rows: Sequence[_Row], extents: Sequence[Extent], column: int) -> None:
        roles: defaultdict[str, list[str]] = defaultdict(list)
        label = "proposition"
        for found in self._column(rows, extents, column):
            if found.said == "V":
                row = next(row for row, extent in zip(rows, extents, strict=True) if extent[0] == found.extent[0])
                label = ".".join(cell for cell in row.cells[6:8] if cell not in _NOTHING) or label
            span = self.rebuilt.span("argument", found.said, found.extent, found.line)
            roles["predicate" if found.said == "V" else found.said].append(span.id)
        if roles:
            args: dict[str, str | tuple[str, ...]] = {
                role: ids[0] if len(ids) == 1 else tuple(ids) for role, ids in roles.items()
            }
            self.rebuilt.relation("proposition", label, args)

    def _tokens(self, rows: Sequence[_Row], extents: Sequence[Extent]) -> None:
        place = f"{self.file.shown}:{rows[0].line}"
        if len(rows[0].cells) > _FIRST_PROPOSITION:
            self.incoming.losses.add("parse trees of sentences", place, stops=False)
        if not self.incoming.with_tokens:
            count_rows(self.incoming, place, len(rows))
            return
        for row, extent in zip(rows, extents, strict=True):
            cells = row.cells if len(row.cells) > _FIRST_PROPOSITION else []
            said = {name: cells[column] for name, column in _WORD_COLUMNS.items() if cells and cells[column] not in _NOTHING}
            self.rebuilt.span("token", "token", extent, row.line, attributes=said)
        self.rebuilt.span("sentence", "sentence", (extents[0][0], extents[-1][1]), rows[0].line)

    def _unclosed(self, said: str, line: int) -> None:
        self.incoming.losses.add("brackets that lack their other half", f"{self.file.shown}:{line}", said)


class _Column:
    """The brackets of a column, read row by row. ``wrong`` is told of each that has no other."""

    def __init__(self, wrong: Callable[[str, int], None]) -> None:
        self._wrong = wrong
        self._open: defaultdict[str, list[_Open]] = defaultdict(list)
        self._found: list[_Found] = []

    def read(self, cell: str, extent: Extent, line: int, *, is_named: bool = False) -> None:
        """Read a cell. ``is_named``: a bracket that closes says which it closes."""
        if cell in _NOTHING:
            return
        for opened, is_closed, closed in _BRACKET.findall(cell):
            if opened:
                key = _entity(opened) if is_named else ""
                self._open[key].append(_Open(opened, extent[0], line))
                if is_closed:
                    self._close(key, extent[1], line, opened)
            else:
                self._close(_entity(closed) if is_named else "", extent[1], line, closed)

    def finish(self) -> list[_Found]:
        """All that was closed; what was not is wrong."""
        for waiting in self._open.values():
            for one in waiting:
                self._wrong(f"({one.said}", one.line)
        self._open.clear()
        return self._found

    def _close(self, key: str, end: int, line: int, said: str) -> None:
        if not self._open[key]:
            self._wrong(f"{said})", line)
            return
        opened = self._open[key].pop()
        self._found.append(_Found(opened.said, (opened.start, end), opened.line))


def _entity(said: str) -> str:
    """The number in what a bracket says."""
    typed = _TYPED.fullmatch(said)
    return typed[2] if typed else said


FORMAT = Format(
    "conll2012", "CoNLL-2012 (OntoNotes coreference)", _MANUAL, frozenset(), _read, signs=(r"^#\s*begin document \(",)
)
