"""Argument maps as documents."""

from __future__ import annotations

import html
import re
from collections import defaultdict
from collections.abc import Collection, Iterator
from typing import Any

from postil.errors import UnreadableFile
from postil.exchange.drafts import Draft, DraftSet
from postil.exchange.features import ROLES
from postil.exchange.incoming import Incoming
from postil.exchange.safe_json import read_json
from postil.exchange.sources import File
from postil.formats._escaping import unescaped
from postil.formats._json_values import list_or_empty, table_or_empty
from postil.formats._lists import flat
from postil.formats.aif._vocabulary import (
    ARGUMENT,
    CLASS,
    CLASSIFIER,
    DEFAULT_SCHEMES,
    OWN_KEYS,
    SCHEME,
    SPEAKER,
    TEXTS,
    Ends,
    owned_ends,
)
from postil.model import Relation, Span
from postil.segmentation import Extent

_TAG = re.compile(r"<[^<>]*+>")
_NODE = re.compile(r"""<span\b[^<>]*?\bid\s*=\s*["']([^<>"']++)["'][^<>]*+>""", re.IGNORECASE)
_BREAK = re.compile(r"<(?:br|/p|/div)\b[^<>]*+>", re.IGNORECASE)
_BESIDE = ("AIF", "text", "OVA", "ova", "dialog", CLASSIFIER)
_OF_GRAPHS = ("nodes", "edges", "locutions", "participants", "schemefulfillments")
_OF_LOCUTIONS = ("nodeID", "personID")


def read(incoming: Incoming) -> Iterator[Draft]:
    """A draft for each map."""
    for file in incoming.source.files(".json"):
        with incoming.noting_unreadable():
            value = read_json(file)
            is_extended = isinstance(value, dict) and isinstance(value.get("AIF"), dict)
            graph = value["AIF"] if is_extended else value
            if (
                not isinstance(graph, dict)
                or not isinstance(graph.get("nodes"), list)
                or not isinstance(graph.get("edges"), list)
            ):
                raise UnreadableFile(file.shown, 'no argument map: an object with "nodes" and "edges" is wanted', 1, 1)
            yield _Map(file, graph, value, incoming).draft()


def _text_of(value: Any) -> str:
    """XAIF has the text itself, or a table with it under ``txt``."""
    if isinstance(value, dict):
        value = value.get("txt", "")
    return value if isinstance(value, str) else ""


class _Map:
    """One argument map. ``graph``: the AIF of it; ``value``: the whole file, which for xAIF says more."""

    def __init__(self, file: File, graph: dict[str, Any], value: dict[str, Any], incoming: Incoming) -> None:
        self._file, self._incoming, self._graph, self._value = file, incoming, graph, value
        self._nodes: dict[str, dict[str, Any]] = {}
        for node in _tables(graph["nodes"]):
            id = str(node.get("nodeID"))
            if id in self._nodes:
                self._lose("nodes whose id is there twice", id, _words(node.get("text")))
            self._nodes.setdefault(id, node)
        self._before: defaultdict[str, list[str]] = defaultdict(list)
        self._after: defaultdict[str, list[str]] = defaultdict(list)
        for edge in _tables(graph["edges"]):
            source, target = str(edge.get("fromID")), str(edge.get("toID"))
            if source not in self._nodes or target not in self._nodes:
                self._lose("edges of nodes that are not there", str(edge.get("edgeID")))
                continue
            self._before[target].append(source)
            self._after[source].append(target)
        self._markup = _text_of(value.get("text"))
        self._more = self._said_elsewhere()
        self._classes = {
            str(one.get("nodeID")): _words(one.get(CLASS)) for one in _tables(table_or_empty(value.get(CLASSIFIER)).get("nodes"))
        }

    def draft(self) -> Draft:
        """The map as a document."""
        text, marked = _unmarked(self._markup, self._nodes) if self._markup.strip() else self._made()
        own = DraftSet(file=self._file.shown)
        own.spans = list(self._spans(text, marked))
        own.relations = list(self._relations())
        return Draft(self._file.name, text, [own], self._metadata(), "code point", self._file.shown)

    def _metadata(self) -> dict[str, Any]:
        """What the file says besides the map, as far as it is values; the rest is counted."""
        found = {}
        for key, value in self._value.items():
            if key in (*_BESIDE, *_OF_GRAPHS) or value in (None, "", [], {}):
                continue
            if isinstance(value, str | int | float):
                found[key] = value
            else:
                self._lose(f"what is under {key}", key)
        for key, value in self._graph.items() if self._graph is not self._value else ():
            if key not in _OF_GRAPHS and value not in (None, "", [], {}):
                self._lose(f"what is under {key}", key)
        return found

    def _said_elsewhere(self) -> dict[str, dict[str, Any]]:
        """Attributes of nodes that the map has in lists of their own: who said a locution and when, the number of a scheme."""
        found: defaultdict[str, dict[str, Any]] = defaultdict(dict)
        names = {str(one.get("participantID")): _name(one) for one in _tables(self._graph.get("participants"))}
        for one in _tables(self._graph.get("locutions")):
            id, person = str(one.get("nodeID")), one.get("personID")
            found[id] |= {key: value for key, value in one.items() if key not in _OF_LOCUTIONS}
            if person is not None:
                found[id][SPEAKER] = names.get(str(person)) or str(person)
        for one in _tables(self._graph.get("schemefulfillments")):
            found[str(one.get("nodeID"))] |= {key: value for key, value in one.items() if key != "nodeID"}
        return found

    def _made(self) -> tuple[str, dict[str, Extent]]:
        """A text of the locutions, or of the propositions where there is none, and where each of them is in it."""
        wanted = "L" if any(node.get("type") == "L" for node in self._nodes.values()) else "I"
        lines: list[str] = []
        places: dict[str, Extent] = {}
        at = 0
        for id, node in self._nodes.items():
            line = " ".join(_words(node.get("text")).split())
            if node.get("type") == wanted and line:
                places[id] = (at, at + len(line))
                lines.append(line)
                at += len(line) + 1
        return "\n".join(lines), places

    def _spans(self, text: str, marked: dict[str, Extent]) -> Iterator[Span]:
        nodes = {id: node for id, node in self._nodes.items() if _words(node.get("type")) in TEXTS}
        found = {id: marked.get(id) or _only_place(text, _words(node.get("text"))) for id, node in nodes.items()}
        for id, node in nodes.items():
            kind, quote, others = _words(node.get("type")), _words(node.get("text")), self._others(id, node)
            extent = found[id]
            if extent is None and (extent := self._place_of_locution(id, found)):
                others["attributes"].setdefault("text", quote)
                place = f"{self._file.shown}: {id}"
                self._incoming.repaired.add("propositions in other words than their locution, placed where that is", place, quote)
            if extent is None:
                self._lose("nodes without a certain place in the text", id, quote)
                continue
            start, end = extent
            label = self._classes.get(id) or kind
            yield Span(id, TEXTS[kind], label, start, end, text[start:end], **others)

    def _place_of_locution(self, id: str, found: dict[str, Extent | None]) -> Extent | None:
        """Where the only locution is that a node is anchored in, by what is done in saying it (YA)."""
        acts = [one for one in self._before[id] if self._nodes[one].get("type") == "YA"]
        locutions = {one for act in acts for one in self._before[act] if self._nodes[one].get("type") == "L"}
        return found.get(locutions.pop()) if len(locutions) == 1 else None

    def _relations(self) -> Iterator[Relation]:
        """The nodes between others. Those that need a node without a place go when the draft is taken in."""
        between = {id: node for id, node in self._nodes.items() if _words(node.get("type")) not in TEXTS}
        ends = owned_ends(self._before, self._after, between)
        for id, node in between.items():
            if all(ends[id]):
                yield self._relation(id, node, ends[id])
            else:
                self._lose("relations one of whose ends is not there", id, _words(node.get("type")))

    def _relation(self, id: str, node: dict[str, Any], ends: Ends) -> Relation:
        kind = _words(node.get("type"))
        args: dict[str, str | tuple[str, ...]] = {
            role: ids[0] if len(ids) == 1 else tuple(ids) for role, ids in zip(ROLES, ends, strict=True)
        }
        others = self._others(id, node)
        scheme = _words(node.get("text"))
        if scheme not in ("", DEFAULT_SCHEMES.get(kind)) and others["attributes"].get(SCHEME) != scheme:
            others["attributes"]["text" if SCHEME in others["attributes"] else SCHEME] = scheme
        return Relation(id, ARGUMENT, unescaped(kind, TEXTS) or ARGUMENT, args, **others)

    def _others(self, id: str, node: dict[str, Any]) -> dict[str, Any]:
        """Attributes, confidence and remark of a node."""
        said = {unescaped(key, OWN_KEYS): value for key, value in node.items() if key not in OWN_KEYS}
        attributes = {name: one for key, value in {**self._more[id], **said}.items() for name, one in flat(key, value)}
        confidence, note = node.get("confidence"), node.get("note")
        is_sure = isinstance(confidence, int | float) and not isinstance(confidence, bool) and 0 <= confidence <= 1
        if confidence is not None and not is_sure:
            attributes |= dict(flat("confidence", confidence))
        if note is not None and not isinstance(note, str):
            attributes |= dict(flat("note", note))
        return {
            "attributes": attributes,
            "confidence": float(confidence) if is_sure and confidence is not None else None,
            "note": note if isinstance(note, str) else "",
        }

    def _lose(self, kind: str, id: str, shown: str = "") -> None:
        self._incoming.losses.add(kind, f"{self._file.shown}: {id}", shown)


def _tables(value: Any) -> list[dict[str, Any]]:
    return [one for one in list_or_empty(value) if isinstance(one, dict)]


def _words(value: Any) -> str:
    return value if isinstance(value, str) else "" if value is None else str(value)


def _name(participant: dict[str, Any]) -> str:
    """A name in full. Tools write None for a surname that there is none of."""
    first, last = _words(participant.get("firstname")), _words(participant.get("surname"))
    return " ".join(filter(None, (first, "" if last == "None" else last)))


def _unmarked(markup: str, nodes: Collection[str]) -> tuple[str, dict[str, Extent]]:
    """The text of some HTML, and the extent in it of each ``<span>`` whose id is that of a node, or ``node`` and that."""
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
            open_spans.append((_marked_node(node.group(1), nodes), at))
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


def _marked_node(id: str, nodes: Collection[str]) -> str:
    """The node that a mark with this id is of; nothing for any other element."""
    bare = id.removeprefix("node")
    return bare if bare in nodes else id if id in nodes else ""
