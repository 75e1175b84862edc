"""The lines of brat's files of annotations, taken apart, forgiving what real files have."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable
from itertools import pairwise
from typing import Any, ClassVar

import msgspec

from postil.exchange.incoming import Incoming
from postil.exchange.sources import File
from postil.formats.brat._configuration import MEMBER
from postil.model import apart, fragments_of
from postil.text import quote

REMARK = "AnnotatorNotes"
"""The type of the notes that brat itself has people write."""

_NOTED = re.compile(r"([A-Za-z]+[0-9]\S*)\t(.*)", re.DOTALL)  # T1, and the text of the note
_WANTED = {
    "T": "a span, like T1 Person 0 5 Maria",
    "E": "an event, like E1 Move:T2 Who:T1",
    "R": "a relation, like R1 Family Arg1:T1 Arg2:T5",
    "*": "an equivalence, like * Equiv T1 T5",
    "A": "an attribute, like A1 Negation E1",
    "M": "an attribute, like M1 Negation E1",
    "N": "a reference, like N1 Reference T1 Wikidata:Q1 Maria",
    "#": "a note on one annotation, like #1 AnnotatorNotes T1 not sure",
}
_LINE = re.compile(r"(?:[A-Za-z]+[0-9]\S*|#[A-Za-z]*[0-9]\S*|\*\S*)\t")


class Bound(msgspec.Struct):
    """A text-bound annotation, as its line says."""

    id: str
    type: str
    start: int
    end: int
    fragments: tuple[tuple[int, int], ...]
    surface: str


class Tie(msgspec.Struct):
    """A relation, an event or an equivalence, as its line says. ``trigger``: of an event that has one."""

    id: str
    kind: str
    type: str
    arguments: list[tuple[str, str]]
    trigger: str = ""


class Lines:
    """What the lines of a document's files say.

    ``values``: attributes and normalisations, by what they are said of. ``about``: what each of them by its own id is said of.
    ``remarks``: id, type, what about, and text. ``numbers``: the line of each id.
    """

    def __init__(self, incoming: Incoming) -> None:
        self.incoming = incoming
        self.numbers: dict[str, int] = {}
        self.bounds: list[Bound] = []
        self.ties: list[Tie] = []
        self.values: defaultdict[str, dict[str, list[Any]]] = defaultdict(dict)
        self.about: dict[str, str] = {}
        self.remarks: list[tuple[str, str, str, str]] = []
        self._equivalences = 0
        self._copies: Counter[str] = Counter()  # of each id that is there more than once
        self._again: list[tuple[Bound, str, int]] = []  # spans whose id another has already
        self._last: Bound | list[tuple[str, str, str, str]] | None = None  # what the next line may go on with
        self._rest: list[str] = []  # the lines that go on with it
        self._rest_length = 0

    def read(self, file: File) -> None:
        """Take what a file says."""
        content = file.text(self.incoming.source.encoding)
        if "\r" in content:
            content = content.replace("\r\n", "\n")
        bounds, numbers = self.bounds, self.numbers
        self._last = None
        for number, line in enumerate(content.split("\n"), 1):
            if line[:1] == "T":
                try:
                    id, data, surface = line.split("\t", 2)
                    type_, start, end = data.split(" ")
                    bound = Bound(id, type_, int(start), int(end), (), surface)
                except ValueError:
                    self._odd_line(file, number, line)
                else:
                    if self._rest:
                        self._end_last()
                    if id in numbers:
                        self._again.append((bound, file.shown, number))
                    else:
                        numbers[id] = number
                        bounds.append(bound)
                    self._last = bound
            elif line.strip():
                self._odd_line(file, number, line)
        self._end_last()

    def _odd_line(self, file: File, number: int, line: str) -> None:
        """Any line but that of a span without gaps."""
        place = f"{file.shown}:{number}"
        if not _LINE.match(line):
            self._continued(line, place)
            return
        self._end_last()
        id, _, data = line.partition("\t")
        read_line = self._readers.get(id[0])
        if read_line is None:
            self.incoming.broken_lines.add(place, f"brat has no line that begins with {quote(id[0])}", line)
            return
        try:
            read_line(self, id, data, place, number)
        except ValueError:
            self.incoming.broken_lines.add(place, f"not {_WANTED[id[0]]}", line)

    def _continued(self, line: str, place: str) -> None:
        """A line without an id: the rest of what the line before it says, where that wants a rest."""
        is_whole = isinstance(self._last, Bound) and len(self._last.surface) + self._rest_length >= _length(self._last)
        if self._last is None or is_whole:
            self.incoming.broken_lines.add(place, "no annotation: an id and a tab are wanted first", line)
            return
        self._rest.append(line)
        self._rest_length += 1 + len(line)
        self.incoming.repaired.add("lines that go on with the text of the line before", place, line)

    def _end_last(self) -> None:
        """Give the line before what the lines after it went on with."""
        rest = "".join(f"\n{line}" for line in self._rest)
        if isinstance(self._last, Bound):
            self._last.surface += rest
        elif self._last:
            *others, text = self._last[-1]
            self._last[-1] = (*others, f"{text}{rest}")  # type: ignore[assignment]
        self._last, self._rest, self._rest_length = None, [], 0

    def take(self, id: str, place: str, number: int) -> str:
        """An id that nothing else has."""
        fresh = id
        while fresh in self.numbers:
            self._copies[id] += 1
            fresh = f"{id}-{self._copies[id] + 1}"
        if fresh != id:
            self.incoming.repaired.add("ids that were there twice", f"{place}: {id} is now {fresh}")
        self.numbers[fresh] = number
        return fresh

    def sort_out_copies(self) -> None:
        """Spans whose id another has already: the same line again, or another span."""
        firsts = {bound.id: bound for bound in self.bounds} if self._again else {}
        for bound, shown, number in self._again:
            if bound == firsts.get(bound.id):
                self.incoming.repaired.add("lines that are there twice", f"{shown}:{number}: {bound.id}")
            else:
                bound.id = self.take(bound.id, f"{shown}:{number}", number)
                self.bounds.append(bound)

    def _bound(self, id: str, data: str, place: str, number: int) -> None:
        where, _, surface = data.partition("\t")
        first, *others = where.split(";")
        type_, start, end = first.rstrip().rsplit(None, 2)
        pieces = [(int(start), int(end)), *((int(one), int(other)) for one, other in (piece.split() for piece in others))]
        if " " in (type_ := type_.rstrip()):
            self.incoming.repaired.add("types with a blank in them", f"{place}: {id}", type_)
        if any(one > other for one, other in pairwise(pieces)):
            surface = _in_order(pieces, surface)
            pieces.sort()
            self.incoming.repaired.add("fragments out of order", f"{place}: {id}")
        fragments = apart(pieces)
        if len(fragments) < len(pieces):
            self.incoming.repaired.add("fragments that touch, put together", f"{place}: {id}")
        bound = Bound(id, type_, pieces[0][0], fragments[-1][1], fragments_of(fragments), surface)
        if id in self.numbers:
            self._again.append((bound, place.rpartition(":")[0], number))
        else:
            self.numbers[id] = number
            self.bounds.append(bound)
        self._last = bound

    def _event(self, id: str, data: str, place: str, number: int) -> None:
        head, *said = data.partition("\t")[0].split()
        type_, colon, trigger = head.partition(":")
        arguments = [_argument(one) for one in said]
        if not colon and not arguments:
            raise ValueError(data)
        self.ties.append(Tie(self.take(id, place, number), "event", type_, arguments, trigger))

    def _binary(self, id: str, data: str, place: str, number: int) -> None:
        type_, *said = data.partition("\t")[0].split()
        if len(said) == 2 and not any(":" in one for one in said):
            said = [f"Arg{at}:{one}" for at, one in enumerate(said, 1)]
        if len(said) < 2:
            raise ValueError(data)
        self.ties.append(Tie(self.take(id, place, number), "relation", type_, [_argument(one) for one in said]))

    def _equivalence(self, _id: str, data: str, place: str, number: int) -> None:
        type_, *members = data.partition("\t")[0].split()
        self._equivalences += 1
        id = self.take(f"equiv{self._equivalences}", place, number)
        self.ties.append(Tie(id, "equivalence", type_, [(MEMBER, member) for member in members]))

    def _attribute(self, id: str, data: str, place: str, number: int) -> None:
        name, _, rest = data.partition("\t")[0].lstrip().partition(" ")
        target, _, value = rest.lstrip().partition(" ")
        if not target:
            raise ValueError(data)
        self.say(target, name, value.strip() or True, place)
        self.about.setdefault(id, target)

    def _normalisation(self, id: str, data: str, place: str, number: int) -> None:
        said, _, text = data.partition("\t")
        type_, target, reference = said.split(None, 2)
        target, reference = target.removeprefix("Annotation:"), reference.strip().removeprefix("Referent:")
        self.say(target, type_, reference, place)
        if text.strip():
            self.say(target, f"{type_}_text", text.strip(), place)
        self.about.setdefault(id, target)

    def say(self, target: str, name: str, value: Any, place: str) -> None:
        """Take a value of an attribute."""
        values = self.values[target].setdefault(name, [])
        if any(value is other or (value == other and type(value) is type(other)) for other in values):
            self.incoming.repaired.add("attributes that are there twice", f"{place}: {name} of {target}")
        else:
            values.append(value)

    def _note(self, id: str, data: str, place: str, number: int) -> None:
        said, _, text = data.partition("\t")
        type_, *about = said.split()
        if len(about) > 1:
            raise ValueError(data)
        if not about and (found := _NOTED.fullmatch(text)):
            about, text = [found[1]], found[2]
            self.incoming.repaired.add("notes whose annotation has a column of its own", f"{place}: {id}", about[0])
        self.remarks.append((f"n{id.lstrip('#')}", type_, about[0] if about else "", text))
        self._last = self.remarks

    _readers: ClassVar[dict[str, Callable[..., None]]] = {
        "T": _bound, "E": _event, "R": _binary, "*": _equivalence, "A": _attribute, "M": _attribute, "N": _normalisation,
        "#": _note,
    }  # fmt: skip


def _length(bound: Bound) -> int:
    """How long the text is that a span is said to cover."""
    extents = bound.fragments or ((bound.start, bound.end),)
    return sum(end - start for start, end in extents) + len(extents) - 1


def _in_order(pieces: list[tuple[int, int]], surface: str) -> str:
    """The texts of fragments in the order of the text; as they are where they have other lengths than their fragments."""
    texts = []
    at = 0
    for start, end in pieces:
        texts.append((start, end, surface[at : at + end - start]))
        at += end - start + 1
    if at - 1 != len(surface):
        return surface
    return " ".join(text for _, _, text in sorted(texts))


def _argument(said: str) -> tuple[str, str]:
    role, colon, id = said.rpartition(":")
    if not colon or not role or not id:
        raise ValueError(said)
    return role, id
