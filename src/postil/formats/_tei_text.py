"""The running text of a TEI document: what stands where, and which elements mark something in it."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from typing import Any

import msgspec

SPACE = "{http://www.tei-c.org/ns/1.0}"
ID = "{http://www.w3.org/XML/1998/namespace}id"

_BLOCKS = frozenset(
    """p ab head div div1 div2 div3 div4 div5 div6 div7 lg l list item table row cell sp speaker stage quote u lb
    opener closer salute signed dateline byline argument epigraph trailer front body back titlePage docTitle titlePart""".split()  # noqa: SIM905
)
_INLINE = frozenset(
    """name rs persName placeName orgName geogName objectName eventName settlement country region district bloc
    forename surname roleName addName genName nameLink date time term num measure seg phr cl w pc s""".split()  # noqa: SIM905
)
_APART = frozenset(("teiHeader", "standOff", "spanGrp", "linkGrp", "fs", "interpGrp", "listAnnotation", "listRelation"))
_READINGS = {"choice": ("corr", "reg", "expan"), "app": ("lem",)}
"""Elements with several readings of one place, and which of them is read: else the first."""
_NOT_READ = -1  # where an element begins that is not of the text


class Inline(msgspec.Struct):
    """An element that marks a stretch of the text: a name, a word, a segment."""

    element: Any
    tag: str
    start: int
    end: int


class TeiText:
    """The text under an element. Blocks that nothing separates are put on lines of their own.

    ``extents``: where each element with an xml:id begins and ends; ``inline``: elements that mark something, in order;
    ``others``: how often any other element stands in the text; ``not_read``: deletions, and readings beside the one that is read.
    """

    def __init__(self, root: Any) -> None:
        self.inline: list[Inline] = []
        self.others: dict[str, int] = {}
        self.not_read: list[Any] = []
        self._raw: dict[str, tuple[int, int]] = {}  # as the file counts, without what is put in
        self._put_in: list[int] = []
        self._at = 0
        self._last = ""
        self.text = "".join(self._pieces(root))
        self.inline = [
            msgspec.structs.replace(one, start=self.place(one.start), end=self.place(one.end, is_end=True)) for one in self.inline
        ]
        self.inline = sorted((one for one in self.inline if one.start < one.end), key=lambda one: (one.start, -one.end))

    def place(self, raw: int, *, is_end: bool = False) -> int:
        """Where in the text an offset stands that counts only what is in the file."""
        return raw + (bisect_left if is_end else bisect_right)(self._put_in, raw)

    def start_of(self, id: str) -> int | None:
        """Where an element begins, as the file counts."""
        found = self._raw.get(id)
        return found[0] if found else None

    def extent_of(self, id: str) -> tuple[int, int] | None:
        """The stretch of the text that an element holds."""
        found = self._raw.get(id)
        return (self.place(found[0]), self.place(found[1], is_end=True)) if found else None

    def _pieces(self, root: Any) -> Iterator[str]:
        waiting: list[tuple[Any, int | None, Any]] = [(root, None, None)]  # with where it began, and what it is in
        while waiting:
            element, start, parent = waiting.pop()
            if start == _NOT_READ:
                self.not_read.append(element)
                yield from self._said(element.tail, parent)
            elif start is None and _is_apart(element):
                yield from self._said(element.tail, parent)
            elif start is None:
                yield from self._line_end(element)
                waiting.append((element, self._at, parent))
                waiting += [(child, _NOT_READ if one else None, element) for child, one in reversed(_children(element))]
                yield from self._said(element.text, element)
            else:
                self._leave(element, start, root)
                if element is not root:
                    yield from self._said(element.tail, parent)

    def _said(self, text: str | None, parent: Any) -> Iterator[str]:
        """What stands in an element; not the blanks that only lay out the readings of one place."""
        if text and not (text.isspace() and _tag(parent) in _READINGS):
            self._at += len(text)
            self._last = text[-1]
            yield text

    def _line_end(self, element: Any) -> Iterator[str]:
        """The end of a line before a block that begins right after something."""
        is_block = _tag(element) in _BLOCKS and element.get("break") != "no"
        if is_block and self._last and not self._last.isspace():
            self._put_in.append(self._at)
            self._last = "\n"
            yield "\n"

    def _leave(self, element: Any, start: int, root: Any) -> None:
        tag = _tag(element)
        if id := element.get(ID):
            self._raw.setdefault(id, (start, self._at))
        if tag in _INLINE:
            self.inline.append(Inline(element, tag, start, self._at))
        elif tag not in _BLOCKS and element is not root and tag != "text":
            self.others[tag] = self.others.get(tag, 0) + 1


def _children(element: Any) -> list[tuple[Any, bool]]:
    """The elements in an element, each with whether it is another reading than the one that is read, or a deletion."""
    children = list(element)
    if (preferred := _READINGS.get(_tag(element))) is None:
        return [(child, _tag(child) == "del") for child in children]
    read = next((child for child in children if _tag(child) in preferred), children[0] if children else None)
    return [(child, child is not read) for child in children]


def _tag(element: Any) -> str:
    return str(element.tag).removeprefix(SPACE)


def _is_apart(element: Any) -> bool:
    return _tag(element) in _APART
