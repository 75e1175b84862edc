"""The text of an HTML document as a browser counts it, so that places in it can be found again."""

from __future__ import annotations

import html
import re
from collections import Counter
from typing import NamedTuple

_TAG = re.compile(r"""</?([A-Za-z][^\s/>]*+)(?:[^>"']|"[^"]*"|'[^']*')*+>""")
_VOID = frozenset(["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"])
_SILENT = {tag: re.compile(f"</{tag}", re.IGNORECASE) for tag in ("script", "style")}
_DEEPEST = 100  # beyond it, paths are not worth their length


class Node(NamedTuple):
    """A piece of text: where it begins and ends in the whole."""

    start: int
    end: int


class _Open:
    """An element that is not closed yet: how many children of each name it had."""

    def __init__(self, tag: str, path: str) -> None:
        self.tag, self.path = tag, path
        self.children: Counter[str] = Counter()


class TextContent:
    """The text of an HTML document; ``nodes``: its pieces by their XPath, as ``/div[1]/p[2]/text()[1]``."""

    def __init__(self, source: str) -> None:
        self.nodes: dict[str, Node] = {}
        self._pieces: list[str] = []
        self._length = 0
        self._open = [_Open("", "")]
        self._scan(source.replace("\r\n", "\n").replace("\r", "\n"))
        self.text = "".join(self._pieces)

    def offset(self, path: str, inside: int) -> int | None:
        """The offset in the text of a place in the piece at ``path``."""
        node = self.nodes.get(path)
        return node.start + inside if node and 0 <= inside <= node.end - node.start else None

    def _scan(self, source: str) -> None:
        at = text_from = 0
        while (at := source.find("<", at)) >= 0:
            found = _TAG.match(source, at)
            after = found.end() if found else _end_of_markup(source, at)
            if after < 0:
                at += 1
                continue
            self._add(html.unescape(source[text_from:at]))
            at = text_from = self._tag(source, found) if found else after
        self._add(html.unescape(source[text_from:]))

    def _tag(self, source: str, found: re.Match[str]) -> int:
        """Take a tag in; returns where to go on, which is behind the content of a script."""
        tag = found[1].lower()
        if found[0].startswith("</"):
            self._close(tag)
            return found.end()
        parent = self._open[-1]
        parent.children[tag] += 1
        if tag == "br":
            self._write("\n")
        if tag in _SILENT:
            end = _SILENT[tag].search(source, found.end())
            return end.start() if end else len(source)
        if tag not in _VOID and not found[0].endswith("/>"):
            path = f"{parent.path}/{tag}[{parent.children[tag]}]" if len(self._open) <= _DEEPEST else ""
            self._open.append(_Open(tag, path))
        return found.end()

    def _close(self, tag: str) -> None:
        if any(element.tag == tag for element in self._open[-_DEEPEST:]):
            while self._open.pop().tag != tag:
                pass

    def _add(self, text: str) -> None:
        if not text:
            return
        parent = self._open[-1]
        parent.children["text()"] += 1
        if len(self._open) == 1 or parent.path:
            path = f"{parent.path}/text()[{parent.children['text()']}]"
            self.nodes[path] = Node(self._length, self._length + len(text))
        self._write(text)

    def _write(self, text: str) -> None:
        self._pieces.append(text)
        self._length += len(text)


def _end_of_markup(source: str, at: int) -> int:
    """The end of a comment, a declaration or a broken tag that begins here; -1 where there is only a ``<``."""
    mark = source[at + 1 : at + 2]
    if mark not in ("!", "?", "/") and not mark.isalpha():
        return -1
    close = "-->" if source.startswith("<!--", at) else ">"
    end = source.find(close, at + 2)
    return end + len(close) if end >= 0 else len(source)
