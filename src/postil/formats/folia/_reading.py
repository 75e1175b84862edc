"""Documents of FoLiA as drafts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from postil.errors import UnreadableFile
from postil.exchange.drafts import Draft
from postil.exchange.incoming import Incoming
from postil.exchange.safe_xml import Element, line_of, parse_xml
from postil.exchange.sources import File
from postil.exchange.tokens import SENTENCE_LAYER, TOKEN_LAYER
from postil.formats.folia._annotators import Annotators
from postil.formats.folia._records import Records, features
from postil.formats.folia._spans import Annotations
from postil.formats.folia._texts import Node, Texts, inside, placed
from postil.formats.folia._vocabulary import (
    ALTERNATIVES,
    BODIES,
    BREAKS,
    CORRECTION,
    CURRENT,
    HIDDEN_WORD,
    HOLDERS,
    ID,
    INLINE,
    REMARKS,
    SENTENCE,
    STRING,
    STRUCTURE,
    TEXT,
    VALID,
    WORD,
    kind,
)
from postil.segmentation import Extent

_LAYERS = {WORD: TOKEN_LAYER, SENTENCE: SENTENCE_LAYER}
_STRUCTURE_LAYER, _STRING_LAYER = "structure", "string"
_NAMED = {WORD: "tokens", SENTENCE: "sentences"}
_KEYS = {"author": "authors", "date": "published", **{key: key for key in ("title", "language", "genre", "publisher")}}
_SINCE_NORMALISED = (2, 5)  # the version of FoLiA that puts white space in texts together


def read(incoming: Incoming) -> Iterator[Draft]:
    """A draft for each file."""
    for file in incoming.source.files(".xml", ".folia"):
        with incoming.noting_unreadable():
            root = parse_xml(file.shown, file.read())
            if kind(root) != "FoLiA":
                if incoming.source.is_directory:
                    incoming.losses.add("files that are no FoLiA documents", file.shown, str(root.tag))
                    continue
                raise UnreadableFile(file.shown, f"no FoLiA document: its root is {root.tag}, not FoLiA", line_of(root), 1)
            yield _Document(file, root, incoming).draft()


class _Document:
    """A document as its file has it."""

    def __init__(self, file: File, root: Element, incoming: Incoming) -> None:
        self._file, self._root, self._incoming = file, root, incoming
        self._head: Any = next((one for one in root if kind(one) == "metadata"), None)
        annotators = Annotators(self._head)
        self._texts = Texts(root, file.shown, incoming, keeps_blanks=_version(root) < _SINCE_NORMALISED)
        self._records = Records(root, file.shown, self._texts, annotators, incoming)
        self._annotations = Annotations(root, self._records, self._texts, annotators, incoming)

    def draft(self) -> Draft:
        """The draft."""
        bodies = [self._texts.node(one) for one in self._root if kind(one) in BODIES]
        found: list[tuple[Node, Extent]] = []
        text = ""
        for body in bodies:
            text += "\n\n" if body.text and text else ""
            found += placed(body, len(text))
            text += body.text
        self._annotations.text = text
        self._annotations.places.update((node.element.get(ID), extent) for node, extent in found if node.element.get(ID))
        for node, extent in found:
            self._add_strings(node, extent)
        extents = {id(node.element): extent for node, extent in found}
        for body in bodies:
            self._walk(body.element, extents)
        name = self._file.name.removesuffix(".folia")
        return Draft(name, text, self._records.sets, self._metadata(name), "code point", self._file.shown)

    def _walk(self, root: Any, extents: dict[int, Extent]) -> None:
        """Everything that is said of the structure, in the order of the file."""
        waiting = [root]
        while waiting:
            element = waiting.pop()
            extent = None if element is root else extents.get(id(element))
            about = self._add_structure(element, extent)
            inner: list[Any] = []
            for child in element:
                if kind(child) in STRUCTURE and child.get("auth") != "no":
                    inner.append(child)
                elif kind(child) == CORRECTION:
                    self._records.lose("corrections: what was there before", child)
                    inner += [one for part in child if kind(part) in VALID for one in inside(part) if kind(one) in STRUCTURE]
                else:
                    self._add_said(element, child, about, extent)
            waiting += reversed(inner)

    def _add_said(self, element: Any, child: Any, about: str, extent: Extent | None) -> None:
        """Take in what a child, that is no structure, says of an element."""
        name = kind(child)
        if name in ALTERNATIVES or child.get("auth") == "no":
            self._records.lose("alternatives, and what is no more", child)
        elif name in HOLDERS:
            self._annotations.add_all(child)
        elif name in REMARKS:
            self._records.add_remark(child, about, extent)
        elif name == TEXT:
            self._count_text(child)
        elif name in INLINE and kind(element) in BODIES:
            self._records.add_label(child)
        elif name == HIDDEN_WORD:
            self._records.lose("words that are not in the text", child)
        elif name not in (*INLINE, *BREAKS, STRING, "feat"):
            self._records.lose(f"elements {name or child.tag}", child)

    def _count_text(self, element: Any) -> None:
        if element.get("class", CURRENT) != self._texts.text_class:
            self._records.lose(f"texts of the class {element.get('class')}", element)
        for inner in element.iter():
            if kind(inner).startswith("t-") and kind(inner) not in ("t-hbr", "t-hspace", "t-whitespace"):
                self._records.lose(f"markup in texts: {kind(inner)}", inner)

    def _add_structure(self, element: Any, extent: Extent | None) -> str:
        """A token, a sentence or another part of the text as a span, where they are wanted; its id."""
        name = kind(element)
        if name in BODIES:
            return ""
        inline = [child for child in inside(element) if kind(child) in INLINE]
        if extent is None or not self._incoming.with_tokens:
            more = "that has no text" if extent is None else "which --tokens keeps"
            what = _NAMED.get(name, "structure (paragraphs, heads, lists, …)")
            self._records.lose(f"{what}, {more}", element, stops=False)
            for one in inline:
                self._records.lose(f"{kind(one)} of {what}, {more}", one, stops=False)
            return ""
        attributes = {**features(element), **self._records.inline(inline)}
        if element.get("class") is not None:
            attributes["class"] = element.get("class")
        layer = _LAYERS.get(name, _STRUCTURE_LAYER)
        return self._records.add_span((element,), layer, name if layer == _STRUCTURE_LAYER else layer, (extent,), attributes)

    def _add_strings(self, node: Node, around: Extent) -> None:
        """Strings: stretches of the text of an element, which need be no words."""
        for element in inside(node.element):
            if kind(element) != STRING:
                continue
            content = self._texts.content_of(element)
            text = "" if content is None else self._texts.content(content)
            start = _start_of(text, "" if content is None else content.get("offset", ""), node.text)
            if start is None:
                self._records.lose("strings without a certain place in the text", element, text)
                continue
            extent = (around[0] + start, around[0] + start + len(text))
            if id := element.get(ID):
                self._annotations.places[id] = extent
            self._annotations.add((element,), _STRING_LAYER, (extent,))

    def _metadata(self, name: str) -> dict[str, Any]:
        """What the head says of the document, in the corpus's keys where it has them."""
        id = self._root.get(ID)
        found: dict[str, Any] = {"folia_id": id} if id and id != name.rpartition("/")[2] else {}
        for element in self._head if self._head is not None else ():
            key, value = element.get("id", ""), " ".join("".join(element.itertext()).split())
            if kind(element) == "meta":
                key = _KEYS.get(key.lower(), key) or "meta"
                found[key] = [*found.get(key, []), value] if key == "authors" else found.get(key, value)
            elif kind(element) not in ("annotations", "provenance"):
                self._records.lose(f"elements {kind(element) or element.tag}", element)
        return found


def _start_of(text: str, said: str, around: str) -> int | None:
    """Where a string begins in a text: where its offset says, or at the only place where it is."""
    if not text:
        return None
    if said.isascii() and said.isdigit() and len(said) < 12 and around.startswith(text, int(said)):
        return int(said)
    start = around.find(text)
    return start if start >= 0 and around.find(text, start + 1) < 0 else None


def _version(root: Any) -> tuple[int, ...]:
    said = root.get("version", "")
    numbers = tuple(int(part) for part in said.split(".")[:2] if part.isascii() and part.isdigit() and len(part) < 6)
    return numbers or _SINCE_NORMALISED
