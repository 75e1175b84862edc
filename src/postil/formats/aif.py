"""The Argument Interchange Format as JSON (AIFdb, OVA, xAIF): a graph whose nodes are texts and the relations between them."""

from __future__ import annotations

import html
import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from postil.errors import UnreadableFile
from postil.exchange.drafts import Draft, DraftSet
from postil.exchange.features import EVERYTHING
from postil.exchange.format import Format
from postil.exchange.incoming import Incoming
from postil.exchange.safe_json import read_json
from postil.exchange.sources import File
from postil.model import Relation, Span

_MANUAL = """\
Read only. A file for each argument map:

{"nodes":[{"nodeID":"1","text":"…","type":"I"},{"nodeID":"2","text":"Default Inference","type":"RA"}],
 "edges":[{"edgeID":"1","fromID":"1","toID":"2"}],"locutions":[…],"text":"<span id=\\"node1\\">…</span>"}

I and L nodes are spans of the layers proposition and locution, with the type as their label; every other node (RA, CA, MA, TA,
YA, PA) is a relation of the layer argument, with its type as label, its text as the attribute scheme, the nodes before it in
the role from and those after it in the role to, also where these are relations.

AIF has no offsets. The text is the map's own (xAIF), whose marks are believed; without one, it is that of the locutions (or
propositions), one on each line. A node whose text occurs in it exactly once is there; others are counted as not brought along,
with the relations that need them."""

PROPOSITION, LOCUTION, ARGUMENT = "proposition", "locution", "argument"

_LAYERS = {"I": PROPOSITION, "L": LOCUTION}
_TAG = re.compile(r"<[^<>]*+>")
_NODE = re.compile(r"""<span\b[^<>]*?\bid\s*=\s*["']node(\w+)["'][^<>]*+>""", re.IGNORECASE)
_BREAK = re.compile(r"<(?:br|/p|/div)\b[^<>]*+>", re.IGNORECASE)

Extent = tuple[int, int]


def _read(incoming: Incoming) -> Iterator[Draft]:
    for file in incoming.source.files(".json"):
        value = read_json(file)
        if isinstance(value, dict) and isinstance(value.get("AIF"), dict):  # xAIF
            value = {**value["AIF"], "text": _text_of(value.get("text"))}
        if not isinstance(value, dict) or not isinstance(value.get("nodes"), list) or not isinstance(value.get("edges"), list):
            raise UnreadableFile(file.shown, 'no argument map: an object with "nodes" and "edges" is wanted', 1, 1)
        yield _Map(file, value, incoming).draft()


def _text_of(value: Any) -> str:
    """XAIF has the text itself, or a table with it under ``txt``."""
    if isinstance(value, dict):
        value = value.get("txt", "")
    return value if isinstance(value, str) else ""


class _Map:
    """One argument map."""

    def __init__(self, file: File, value: dict[str, Any], incoming: Incoming) -> None:
        self._file, self._incoming = file, incoming
        self._nodes = {str(node.get("nodeID")): node for node in value["nodes"] if isinstance(node, dict)}
        self._before: defaultdict[str, list[str]] = defaultdict(list)
        self._after: defaultdict[str, list[str]] = defaultdict(list)
        for edge in value["edges"]:
            source, target = str(edge.get("fromID")), str(edge.get("toID"))
            if source not in self._nodes or target not in self._nodes:
                self._incoming.losses.add("edges of nodes that are not there", f"{file.shown}: {edge.get('edgeID')}")
                continue
            self._before[target].append(source)
            self._after[source].append(target)
        self._markup = _text_of(value.get("text"))
        self._speakers = {
            str(one.get("nodeID")): str(one.get("personID"))
            for one in value.get("locutions") or ()
            if isinstance(one, dict) and one.get("personID") is not None
        }

    def draft(self) -> Draft:
        """The map as a document."""
        text, marked = _unmarked(self._markup) if self._markup.strip() else self._made()
        own = DraftSet(file=self._file.shown)
        own.spans = list(self._spans(text, marked))
        own.relations = self._relations({span.id for span in own.spans})
        return Draft(self._file.name, text, [own], {}, "code point", self._file.shown)

    def _made(self) -> tuple[str, dict[str, Extent]]:
        """A text of the locutions, or of the propositions where there is none, and where each of them is in it."""
        wanted = "L" if any(node.get("type") == "L" for node in self._nodes.values()) else "I"
        lines: list[str] = []
        places: dict[str, Extent] = {}
        at = 0
        for id, node in self._nodes.items():
            line = " ".join(str(node.get("text", "")).split())
            if node.get("type") == wanted and line:
                places[id] = (at, at + len(line))
                lines.append(line)
                at += len(line) + 1
        return "\n".join(lines), places

    def _spans(self, text: str, marked: dict[str, Extent]) -> Iterator[Span]:
        for id, node in self._nodes.items():
            layer = _LAYERS.get(str(node.get("type")))
            if layer is None:
                continue
            quote = str(node.get("text", ""))
            extent = marked.get(id) or _only_place(text, quote)
            if extent is None:
                self._incoming.losses.add("nodes without a certain place in the text", f"{self._file.shown}: {id}", quote)
                continue
            speaker = self._speakers.get(id)
            start, end = extent
            attributes = {"speaker": speaker} if speaker else {}
            yield Span(id, layer, str(node["type"]), start, end, text[start:end], attributes=attributes)

    def _relations(self, known: set[str]) -> list[Relation]:
        """The nodes between others, as far as what they stand between is there."""
        between = {id: node for id, node in self._nodes.items() if str(node.get("type")) not in _LAYERS}
        there = known | set(between)
        suspects = list(between)
        while suspects:  # one that goes may take along those that it stands between
            id = suspects.pop()
            if id in between and id in there and not self._has_ends(id, there):
                there.remove(id)
                suspects += self._before[id] + self._after[id]
        found = []
        for id, node in between.items():
            if id not in there:
                self._incoming.losses.add(
                    "relations one of whose ends is not there", f"{self._file.shown}: {id}", str(node.get("type"))
                )
                continue
            ends = {"from": self._before[id], "to": self._after[id]}
            args: dict[str, str | tuple[str, ...]] = {}
            for role, ids in ends.items():
                kept = [one for one in dict.fromkeys(ids) if one in there]
                args[role] = kept[0] if len(kept) == 1 else tuple(kept)
            scheme = str(node.get("text") or "")
            found.append(Relation(id, ARGUMENT, str(node.get("type")), args, {"scheme": scheme} if scheme else {}))
        return found

    def _has_ends(self, id: str, there: set[str]) -> bool:
        return any(one in there for one in self._before[id]) and any(one in there for one in self._after[id])


def _unmarked(markup: str) -> tuple[str, dict[str, Extent]]:
    """The text of some HTML, and the extent that each ``<span id="node…">`` marks in it."""
    pieces: list[str] = []
    open_spans: list[tuple[str, int]] = []
    places: dict[str, Extent] = {}
    at = begun = 0
    for tag in _TAG.finditer(markup):
        piece = html.unescape(markup[begun : tag.start()])
        pieces.append(piece)
        at += len(piece)
        begun = tag.end()
        if node := _NODE.match(tag.group()):
            open_spans.append((node.group(1), at))
        elif tag.group().lower().startswith("<span"):
            open_spans.append(("", at))
        elif tag.group().lower().startswith("</span") and open_spans:
            id, start = open_spans.pop()
            if id and start < at:
                places[id] = (start, at)
        elif _BREAK.match(tag.group()):
            pieces.append("\n")
            at += 1
    pieces.append(html.unescape(markup[begun:]))
    return "".join(pieces), places


def _only_place(text: str, quote: str) -> Extent | None:
    """Where ``quote`` stands in ``text``, if that is once; blanks may differ."""
    words = quote.split()
    if not words:
        return None
    found = re.finditer(r"\s+".join(map(re.escape, words)), text)
    first, second = next(found, None), next(found, None)
    return first.span() if first and not second else None


FORMAT = Format("aif", "Argument Interchange Format (AIF and xAIF JSON)", _MANUAL, EVERYTHING, _read, signs=(r'"nodeID"\s*:',))
