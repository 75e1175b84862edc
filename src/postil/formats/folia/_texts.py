"""The text of a document, and where each element of its structure is in it.

Elements say their text themselves, or leave it to those inside them. Where both do, the outer text counts, and what is inside is
looked for in it, in order.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import msgspec

from postil.errors import UnreadableFile
from postil.exchange.incoming import Incoming
from postil.exchange.safe_xml import line_of
from postil.formats.folia._vocabulary import (
    BLOCKS,
    BREAKS,
    CORRECTION,
    CURRENT,
    ID,
    ON_LINES,
    PRESERVE,
    REMARKS,
    SENTENCE,
    STRUCTURE,
    TEXT,
    VALID,
    WORD,
    kind,
)
from postil.segmentation import Extent

DEEPEST = 100
"""How deep structure may be nested."""

_BLANKS = re.compile(r"[ \t\r\n]+")
_AROUND_BREAKS = re.compile(r" *\ue000 *")
_BREAK = "\ue000"  # stands for a line break until white space is put together; none of a text is one
_NO_TEXT = ("t-hbr", "feat", *REMARKS)


class Node(msgspec.Struct):
    """An element of the structure. ``start``: where its text begins in that of the one around it; ``None``: nobody knows.

    ``is_own``: whether the element says its text itself.
    """

    element: Any
    text: str = ""
    is_own: bool = False
    parts: list[Node] = []
    start: int | None = 0


class Texts:
    """Reads the structure of a document.

    ``keeps_blanks``: whether white space in texts counts, as it did before FoLiA 2.5. ``text_class``: of the texts that are read.
    """

    def __init__(self, root: Any, shown: str, incoming: Incoming, *, keeps_blanks: bool) -> None:
        self._shown, self._incoming, self._keeps_blanks = shown, incoming, keeps_blanks
        self.text_class = self._read_class(root)

    def _read_class(self, root: Any) -> str:
        """The class of the texts that count now, or where a document has texts of one other class only, that."""
        classes = {one.get("class", CURRENT) for one in root.iter() if kind(one) == TEXT}
        if CURRENT in classes or len(classes) != 1:
            return CURRENT
        (only,) = classes
        self._incoming.repaired.add(f"texts that are all of the class {only}, read as if they were current", self._shown)
        return str(only)

    def node(self, element: Any, depth: int = 0) -> Node:
        """An element with its text and everything inside it."""
        if depth > DEEPEST:
            raise UnreadableFile(self._shown, f"structure more than {DEEPEST} deep", line_of(element), 1)
        parts = [self.node(child, depth + 1) for child in inside(element) if kind(child) in STRUCTURE or kind(child) in BREAKS]
        own = self.own_text(element)
        if own is not None and (own or not parts):
            if self._aligned(own, parts, element.get(ID)):
                return Node(element, own, is_own=True, parts=parts)
            self._incoming.repaired.add(
                "texts that the words in them disagree with: taken from the words", self.place(element), own
            )  # fmt: skip
        return _joined(element, list(map(_rebuilt, parts)))

    def own_text(self, element: Any) -> str | None:
        """What the element says that its text is, now."""
        if kind(element) in BREAKS:
            return BREAKS[kind(element)]
        found = self.content_of(element)
        return None if found is None else self.content(found)

    def content_of(self, element: Any) -> Any:
        """The ``t`` of an element that counts now, also of a correction in it; ``None`` where there is none."""
        for child in inside(element):
            if kind(child) == TEXT and child.get("class", CURRENT) == self.text_class:
                return child
        return None

    def content(self, element: Any) -> str:
        """The text of a ``t``."""
        raw = "".join(_pieces(element))
        is_exact = element.get(PRESERVE) == "preserve" or self._keeps_blanks
        text = raw if is_exact else _AROUND_BREAKS.sub(_BREAK, _BLANKS.sub(" ", raw)).strip(f" {_BREAK}")
        return text.replace(_BREAK, "\n")

    def place(self, element: Any) -> str:
        """Where an element is, for people."""
        return f"{self._shown}:{line_of(element)}: {element.get(ID) or kind(element)}"

    def _aligned(self, text: str, parts: list[Node], id: str | None) -> bool:
        """Find the place of each part in a text; whether all of them are there, in order."""
        at = 0
        for part in parts:
            if kind(part.element) in BREAKS:
                continue
            found = self._found(text, at, part, id)
            if found is None:
                return False
            at = found
        return True

    def _found(self, text: str, at: int, part: Node, id: str | None) -> int | None:
        """The end of a part in the text, after its place was found; ``None`` where it is not there."""
        if not part.text:
            part.start = None
            return at
        if not part.is_own:
            return self._found_inside(text, at, part, id)
        start = self._declared(text, part, id)
        if start is None:
            blanks = _BLANKS.match(text, at)
            start = blanks.end() if blanks and text.startswith(part.text, blanks.end()) else text.find(part.text, at)
        if start < 0:
            return self._found_with_other_blanks(text, at, part)
        part.start = start
        return start + len(part.text)

    def _found_with_other_blanks(self, text: str, at: int, part: Node) -> int | None:
        """The same for a part whose white space is other than that around it has: it takes that."""
        words = _BLANKS.split(part.text.strip())
        found = re.compile(_BLANKS.pattern.join(map(re.escape, words))).search(text, at) if len(words) > 1 else None
        if found is None or not self._aligned(found.group(), part.parts, part.element.get(ID)):
            return None
        part.start, part.text = found.start(), found.group()
        return found.end()

    def _found_inside(self, text: str, at: int, part: Node, id: str | None) -> int | None:
        """The same for a part that leaves its text to those in it: it is from the first to the last of them."""
        for inner in part.parts:
            if kind(inner.element) in BREAKS:
                inner.start = None
                continue
            found = self._found(text, at, inner, id)
            if found is None:
                return None
            at = found
        placed = [inner for inner in part.parts if inner.start is not None]
        if not placed:
            part.start = None
            return at
        first = placed[0].start or 0
        part.start, part.text = first, text[first:at]
        for inner in placed:
            inner.start = (inner.start or 0) - first
        return at

    def _declared(self, text: str, part: Node, id: str | None) -> int | None:
        """The place that an offset names, if the text is there."""
        content = self.content_of(part.element)
        said = content.get("offset") if content is not None else None
        if said is None or content.get("ref", id) != id:
            return None
        if said.isascii() and said.isdigit() and len(said) < 12 and text.startswith(part.text, int(said)):
            return int(said)
        self._incoming.repaired.add(
            "offsets where another text is: taken from the order of the words", self.place(part.element), f"{said} {part.text}"
        )
        return None


def inside(element: Any) -> Iterator[Any]:
    """The children of an element, and instead of a correction what it made of them."""
    waiting = list(reversed(element))
    while waiting:
        child = waiting.pop()
        name = kind(child)
        if name == CORRECTION:
            valid = [part for part in child if kind(part) in VALID]
            waiting += [inner for part in reversed(valid) for inner in reversed(part)]
        elif child.get("auth") != "no":
            yield child


def _pieces(element: Any) -> Iterator[str]:
    """The text under an element, in order."""
    yield (element.text or "").replace(_BREAK, "\ufffd")
    waiting = list(reversed(element))
    closing: list[Any] = []
    while waiting:
        child = waiting.pop()
        if closing and child is closing[-1]:
            closing.pop()
            yield (child.tail or "").replace(_BREAK, "\ufffd")
            continue
        if kind(child) in BREAKS:
            yield _BREAK
        elif kind(child) in ("t-hspace", "t-whitespace"):
            yield " "
        elif kind(child) not in _NO_TEXT:
            yield (child.text or "").replace(_BREAK, "\ufffd")
            closing.append(child)
            waiting += [child, *reversed(child)]
            continue
        yield (child.tail or "").replace(_BREAK, "\ufffd")


def _joined(element: Any, parts: list[Node]) -> Node:
    """An element whose text is that of its parts."""
    pieces: list[str] = []
    at = 0
    between = ""
    for part in parts:
        if kind(part.element) in BREAKS:
            part.start, between = None, part.text
            continue
        if not part.text:
            part.start = None
            continue
        if pieces:
            pieces.append(between)
            at += len(between)
        part.start = at
        pieces.append(part.text)
        at += len(part.text)
        between = _after(part)
    return Node(element, "".join(pieces), parts=parts)


def _rebuilt(part: Node) -> Node:
    """A part as it was before anybody looked for it in a text."""
    return part if part.is_own else _joined(part.element, list(map(_rebuilt, part.parts)))


def _after(part: Node) -> str:
    """What follows an element before the next."""
    name = kind(part.element)
    if part.element.get("space") == "no":
        return ""
    if name == SENTENCE and part.parts and kind(part.parts[-1].element) == WORD:
        return _after(part.parts[-1])
    if name in BLOCKS:
        return "\n\n"
    return "\n" if name in ON_LINES else "\t" if name == "cell" else " "


def placed(node: Node, at: int = 0) -> Iterator[tuple[Node, Extent]]:
    """Each element that has a place in the text, outer before inner, with it."""
    waiting = [(node, at)]
    while waiting:
        one, start = waiting.pop()
        if one.text and kind(one.element) not in BREAKS:
            yield one, (start, start + len(one.text))
        waiting += [(part, start + part.start) for part in reversed(one.parts) if part.start is not None]
