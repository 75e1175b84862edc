"""The XML of the argumentative microtexts (Peldszus and Stede 2015): discourse units, argument units, and edges between them."""

from __future__ import annotations

from collections.abc import Iterator

from postil.errors import UnreadableFile
from postil.exchange.drafts import Draft, DraftSet
from postil.exchange.features import EVERYTHING
from postil.exchange.format import Format
from postil.exchange.incoming import Incoming
from postil.exchange.safe_xml import Element, line_of, parse_xml
from postil.exchange.sources import File
from postil.model import Label, Relation, Span
from postil.scheme import LabelDefinition, Layer, Role

_MANUAL = """\
Read only. A file for each text, its root an arggraph:

<arggraph id="micro_b001" topic_id="waste_separation" stance="pro">
  <edu id="e1"><![CDATA[Yes, it's annoying.]]></edu> <adu id="a1" type="opp"/>
  <edge id="c6" src="e1" trg="a1" type="seg"/> <edge id="c1" src="a1" trg="a5" type="reb"/>
</arggraph>

The text is that of the discourse units, joined by a blank. Each is a span of the layer edu; an argument unit is a span of the
layer adu over the discourse units that seg edges lead to it from, with fragments where others stand between them. Every
other edge is a relation of the layer argument, also one that points to an edge. Topic and stance are labels of the document."""

EDU, ADU, ARGUMENT, TOPIC, STANCE = "edu", "adu", "argument", "topic", "stance"

_LABELS = {
    "sup": "supports, by a reason",
    "exa": "supports, by an example",
    "reb": "attacks what is claimed",
    "und": "attacks that a reason supports, or an attack counts",
    "add": "belongs to the source of an edge: both together are the reason",
}

_LAYERS = {
    EDU: Layer("span", "A discourse unit.", overlap="none", labels={"edu": LabelDefinition()}),
    ADU: Layer(
        "span",
        "An argument unit, and whose it is.",
        labels={"pro": LabelDefinition("of the proponent"), "opp": LabelDefinition("of the opponent")},
    ),
    ARGUMENT: Layer(
        "relation",
        labels={label: LabelDefinition(meaning) for label, meaning in _LABELS.items()},
        roles={"from": Role(layers=(ADU,)), "to": Role(layers=(ADU, ARGUMENT))},
    ),
}


def _read(incoming: Incoming) -> Iterator[Draft]:
    incoming.declared.update(_LAYERS)
    for file in incoming.source.files(".xml"):
        root = parse_xml(file.shown, file.read())
        if root.tag != "arggraph":
            raise UnreadableFile(file.shown, f"the root is {root.tag}, not an arggraph", line_of(root), 1)
        yield _Graph(file, root, incoming).draft()


class _Graph:
    """One argument graph."""

    def __init__(self, file: File, root: Element, incoming: Incoming) -> None:
        self._file, self._root, self._incoming = file, root, incoming
        self._lines: dict[str, int] = {}
        self._extents: dict[str, tuple[int, int]] = {}
        for element in root:
            id = element.get("id")
            if id is None or id in self._lines:
                what = f"the id {id} is there twice" if id else f"an element ({element.tag}) without an id"
                raise UnreadableFile(file.shown, what, line_of(element), 1)
            self._lines[id] = line_of(element)

    def draft(self) -> Draft:
        """The graph as a document."""
        text = self._text()
        own = DraftSet(file=self._file.shown, lines=self._lines)
        own.spans = [Span(id, EDU, "edu", start, end, text[start:end]) for id, (start, end) in self._extents.items()]
        own.spans += self._argument_units(text)
        own.relations = [self._relation(edge) for edge in self._edges()]
        for layer, attribute in ((TOPIC, "topic_id"), (STANCE, "stance")):
            if value := self._root.get(attribute):
                own.labels.append(Label(layer, layer, value))
        return Draft(self._file.name, text, [own], {}, "code point", self._file.shown)

    def _text(self) -> str:
        pieces: list[str] = []
        at = 0
        for unit in self._root.iter("edu"):
            piece = (unit.text or "").strip()
            self._extents[unit.get("id", "")] = (at, at + len(piece))
            pieces.append(piece)
            at += len(piece) + 1
        return " ".join(pieces)

    def _argument_units(self, text: str) -> Iterator[Span]:
        """Each argument unit over the discourse units that lead to it, directly or through a joint."""
        sources: dict[str, list[str]] = {}
        for edge in self._root.iter("edge"):
            if edge.get("type") == "seg":
                sources.setdefault(edge.get("trg", ""), []).append(edge.get("src", ""))
        for unit in self._root.iter("adu"):
            id = unit.get("id", "")
            leading = [one for source in sources.get(id, ()) for one in (sources.get(source) or [source])]
            extents = sorted(self._extents[one] for one in leading if one in self._extents)
            if not extents:
                self._incoming.losses.add("argument units without a text", f"{self._file.shown}:{line_of(unit)}: {id}")
                continue
            fragments = tuple(_without_blanks_between(extents))
            span = Span(
                id, ADU, unit.get("type", ""), fragments[0][0], fragments[-1][1], "", fragments if len(fragments) > 1 else ()
            )
            yield Span(id, ADU, span.label, span.start, span.end, span.covered(text), span.fragments)

    def _edges(self) -> list[Element]:
        return [edge for edge in self._root.iter("edge") if edge.get("type") != "seg"]  # type: ignore[misc]

    def _relation(self, edge: Element) -> Relation:
        ends = {role: edge.get(name, "") for role, name in (("from", "src"), ("to", "trg"))}
        return Relation(edge.get("id", ""), ARGUMENT, edge.get("type", ""), dict(ends))


def _without_blanks_between(extents: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Extents with those as one between which there is nothing but the blank that joins units."""
    start, end = extents[0]
    for first, last in extents[1:]:
        if first == end + 1:
            end = last
        else:
            yield start, end
            start, end = first, last
    yield start, end


FORMAT = Format("arg-microtexts", "Argumentative microtexts (arggraph XML)", _MANUAL, EVERYTHING, _read, signs=(r"<arggraph\b",))
