"""XML from strangers: no entity of its own, nothing fetched, a limit to its depth, and each element knows its line."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from xml.etree import ElementTree
from xml.parsers import expat

from postil.errors import UnreadableFile
from postil.exchange.sources import File

_DEEPEST = 500
_CHUNK = 1 << 16


class Element(ElementTree.Element):
    """An element that knows the line that it begins on."""

    line: int = 0


class _Tree:
    """Builds elements, and hands each over that ``wanted`` names when it ends."""

    def __init__(self, shown: str, wanted: Callable[[str], bool] | None) -> None:
        self.shown, self.wanted = shown, wanted
        self.parser: Any = expat.ParserCreate(namespace_separator="}")
        self.parser.buffer_text = True
        self.parser.ordered_attributes = True
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.CharacterDataHandler = self.data
        self.parser.EntityDeclHandler = self.refuse_entity
        self.parser.ExternalEntityRefHandler = self.refuse_reference
        self.parser.SkippedEntityHandler = self.refuse_unknown
        self.parser.UseForeignDTD(False)
        self.open: list[Element] = []
        self.done: list[tuple[Element, Element | None]] = []  # with the element around it
        self.root: Element | None = None
        self.pieces: list[str] = []  # of the text since the last tag: put together once, as it may be a whole book

    def start(self, tag: str, attributes: list[str]) -> None:
        self.end_text()
        if len(self.open) >= _DEEPEST:
            self.fail(f"elements more than {_DEEPEST} deep")
        pairs = {_qualified(attributes[at]): attributes[at + 1] for at in range(0, len(attributes), 2)}
        element = Element(_qualified(tag), pairs)
        element.line = self.parser.CurrentLineNumber
        if self.open:
            self.open[-1].append(element)
        else:
            self.root = element
        self.open.append(element)

    def end(self, _tag: str) -> None:
        self.end_text()
        element = self.open.pop()
        if self.wanted and self.wanted(element.tag) and not any(self.wanted(outer.tag) for outer in self.open):
            self.done.append((element, self.open[-1] if self.open else None))

    def data(self, text: str) -> None:
        self.pieces.append(text)

    def end_text(self) -> None:
        if not self.pieces:
            return
        text = "".join(self.pieces)
        self.pieces.clear()
        element = self.open[-1]
        if len(element):
            element[-1].tail = text
        else:
            element.text = text

    def refuse_entity(self, name: str, *_others: object) -> None:
        self.fail(f"declares an entity ({name}), which no annotation file needs: take the declaration out")

    def refuse_unknown(self, name: str, is_parameter: bool) -> None:
        """What an entity of a DTD that is not read stands for is not known: leaving it out would shorten the text."""
        if not is_parameter:
            self.fail(f"uses an entity (&{name};) that only another file declares: write the character itself")

    def refuse_reference(self, *_others: object) -> int:
        self.fail("refers to another file, which was not read: take the reference out")
        return 0

    def fail(self, message: str) -> None:
        raise UnreadableFile(self.shown, message, self.parser.CurrentLineNumber, self.parser.CurrentColumnNumber + 1)

    def feed(self, data: bytes, *, is_final: bool) -> None:
        try:
            self.parser.Parse(data, is_final)
        except expat.ExpatError as error:
            message = f"not well-formed XML: {expat.errors.messages[error.code]}"
            raise UnreadableFile(self.shown, message, error.lineno, error.offset + 1) from error
        except (ValueError, LookupError) as error:
            raise UnreadableFile(self.shown, f"not readable XML: {error}") from error


def _qualified(name: str) -> str:
    """A name as ElementTree writes it: ``{namespace}local``."""
    return f"{{{name}" if "}" in name else name


def parse_xml(shown: str, data: bytes) -> Element:
    """The root element. Raises :class:`~postil.errors.UnreadableFile`, with line and column, for what is not safe XML."""
    tree = _Tree(shown, None)
    tree.feed(data, is_final=True)
    assert tree.root is not None
    return tree.root


def iterate_xml(file: File, *tags: str) -> Iterator[Element]:
    """Each element with one of these names (without namespace) when it ends, one at a time, so that memory stays flat.

    One inside another comes with the outer one only. What is given is emptied, and taken out of its parent, when the next is
    asked for.
    """
    tree = _Tree(file.shown, lambda tag: tag.rpartition("}")[2] in tags)
    for chunk in file.chunks(_CHUNK):
        tree.feed(chunk, is_final=False)
        yield from _handed_over(tree)
    tree.feed(b"", is_final=True)
    yield from _handed_over(tree)


def _handed_over(tree: _Tree) -> Iterator[Element]:
    for element, parent in tree.done:
        yield element
        element.clear()
        if parent is not None:
            parent.remove(element)
    tree.done.clear()


def line_of(element: ElementTree.Element) -> int:
    """The line that the element begins on; 0 for one that was not read."""
    return getattr(element, "line", 0)
