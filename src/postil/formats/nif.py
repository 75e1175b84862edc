"""The NLP Interchange Format (NIF 2.0) as Turtle, N-Triples or RDF/XML: texts and strings in them, as RDF."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from postil.errors import MissingExtra, UnreadableFile
from postil.exchange.drafts import Draft, DraftSet
from postil.exchange.features import EVERYTHING
from postil.exchange.format import Format
from postil.exchange.incoming import Incoming
from postil.exchange.safe_xml import parse_xml
from postil.exchange.sources import File
from postil.model import Span

if TYPE_CHECKING:
    from rdflib import Graph
    from rdflib.term import Node

_MANUAL = """\
Read only, with the extra rdf. Turtle (.ttl), N-Triples (.nt) or RDF/XML (.rdf):

<http://x/d1#char=0,13> a nif:Context ; nif:isString "Ada met Bob." .
<http://x/d1#char=0,3> a nif:Phrase ; nif:referenceContext <http://x/d1#char=0,13> ; nif:beginIndex 0 ; nif:endIndex 3 ;
  nif:anchorOf "Ada" ; itsrdf:taClassRef dbo:Person ; itsrdf:taIdentRef dbr:Ada_Lovelace .

Each context is a document. Each string in it is a span: its label is the last part of its class (taClassRef), else of a type that
is not NIF's own, else the NIF class; taIdentRef becomes the attribute identity, taConfidence the confidence, every other literal
an attribute. Words and sentences are tokens. What stands between strings (dependencies, next word) is not brought along.

Any statement of a graph may be about any other, so a file is held whole, in some 17 times its size: cut a large one up."""

_NIF = "http://persistence.uni-leipzig.org/nlp2rdf/ontologies/nif-core#"
_ITS = "http://www.w3.org/2005/11/its/rdf#"
_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
_GEOMETRY = {f"{_NIF}{name}" for name in ("beginIndex", "endIndex", "anchorOf", "referenceContext", "isString")}
_SYNTAXES = {".ttl": "turtle", ".nt": "nt", ".n3": "turtle", ".rdf": "xml", ".owl": "xml"}
_JSON = re.compile(r"\s*(\{|\[\s*\{)")
_SYNTAX_NAMES = {"turtle": "Turtle", "nt": "N-Triples", "xml": "RDF in XML"}
_ROWS = {"Word": "token", "Sentence": "sentence"}


def _read(incoming: Incoming) -> Iterator[Draft]:
    for file in incoming.source.files(*_SYNTAXES):
        with incoming.noting_unreadable():
            yield from _Strings(file, _graph(file), incoming).drafts()


def _graph(file: File) -> Graph:
    try:
        from rdflib import Graph
    except ImportError as error:
        raise MissingExtra("import nif", "rdflib", "rdf") from error
    graph = Graph()
    text = file.text()
    kind = _syntax(file, text)
    try:
        graph.parse(data=text, format=kind)
    except Exception as error:  # the parser raises whatever its own faults lead to
        line = getattr(error, "lines", 0)
        message = f"not {_SYNTAX_NAMES[kind]}: {str(error).splitlines()[0] if str(error) else 'it breaks off'}"
        raise UnreadableFile(file.shown, message, line + 1 if isinstance(line, int) and line else 0, 1) from error
    return graph


def _syntax(file: File, text: str) -> str:
    """The syntax of a file, by its name or, where that says nothing, by how it begins.

    Raises :class:`~postil.errors.UnreadableFile` for JSON, whose contexts would have to be fetched, and for XML that is not safe.
    """
    path = file.path.lower().removesuffix(".gz")
    kind = next((kind for suffix, kind in _SYNTAXES.items() if path.endswith(suffix)), "")
    if _JSON.match(text):
        raise UnreadableFile(file.shown, "JSON-LD, whose context stands elsewhere: convert it to Turtle", 1, 1)
    if kind == "xml" or text.lstrip().startswith(("<?xml", "<rdf:RDF")):
        parse_xml(file.shown, text.encode())  # which refuses entities: the parser of RDF would follow them
        return "xml"
    return kind or "turtle"


class _Strings:
    """What a graph says of strings, by the context that they are in."""

    def __init__(self, file: File, graph: Graph, incoming: Incoming) -> None:
        from rdflib.term import URIRef

        self._file, self._graph, self._incoming = file, graph, incoming
        self._is_string = URIRef(f"{_NIF}isString")
        self._context = URIRef(f"{_NIF}referenceContext")

    def drafts(self) -> Iterator[Draft]:
        """Each context as a document, in the order of their names."""
        for context, text in sorted(self._graph.subject_objects(self._is_string), key=lambda pair: str(pair[0])):
            own = DraftSet(file=self._file.shown)
            for string in sorted(self._graph.subjects(self._context, context), key=str):
                if string != context:
                    self._add(own, string)
            own.spans.sort(key=lambda span: (span.start, -span.end, span.id))
            yield Draft(
                _document_name(str(context)), str(text), [own], {"url": _url(str(context))}, "code point", self._file.shown
            )

    def _add(self, own: DraftSet, string: Node) -> None:
        said = _by_property(self._graph.predicate_objects(string))
        edges = [_number(said.get(f"{_NIF}{name}", ())) for name in ("beginIndex", "endIndex")]
        start, end = edges
        if start is None or end is None:
            self._incoming.losses.add("strings without offsets", f"{self._file.shown}: {string}")
            return
        classes = [_local(one) for one in said.get(f"{_ITS}taClassRef", ())]
        types = [str(one) for one in said.get(_TYPE, ())]
        own_types = [_local(one) for one in types if not one.startswith(_NIF)]
        nif_types = sorted(_local(one) for one in types if one.startswith(_NIF))
        row = next((_ROWS[name] for name in nif_types if name in _ROWS), "") if not (classes or own_types) else ""
        if row and not self._incoming.with_tokens:
            self._incoming.losses.add(f"{row}s, which --tokens keeps", f"{self._file.shown}: {string}", stops=False)
            return
        label = next(iter([*classes, *own_types, *nif_types]), "String")
        anchor = next(iter(said.get(f"{_NIF}anchorOf", ())), "")
        own.spans.append(
            Span(
                f"s{len(own.spans) + 1}",
                row or self._incoming.span_layer,
                row or label,
                start,
                end,
                str(anchor),
                attributes=self._attributes(said, string),
                confidence=_fraction(said.get(f"{_ITS}taConfidence", ())),
            )
        )

    def _attributes(self, said: dict[str, list[Any]], string: Node) -> dict[str, Any]:
        from rdflib.term import Literal

        found: dict[str, Any] = {}
        identities = [str(one) for one in said.get(f"{_ITS}taIdentRef", ())]
        if identities:
            found["identity"] = identities[0] if len(identities) == 1 else identities
        used = {*_GEOMETRY, _TYPE, f"{_ITS}taClassRef", f"{_ITS}taIdentRef", f"{_ITS}taConfidence"}
        for name in sorted(set(said) - used):
            literals = [str(one) for one in said[name] if isinstance(one, Literal)]
            if literals:
                found[_local(name)] = literals[0] if len(literals) == 1 else literals
            if len(literals) < len(said[name]):
                self._incoming.losses.add(f"ties to other nodes ({_local(name)})", f"{self._file.shown}: {string}")
        return found


def _by_property(pairs: Iterable[tuple[Node, Node]]) -> dict[str, list[Any]]:
    """The values of each property, in a stable order."""
    found: dict[str, list[Any]] = {}
    for name, value in sorted(pairs, key=lambda pair: (str(pair[0]), str(pair[1]))):
        found.setdefault(str(name), []).append(value)
    return found


def _number(values: Iterable[Any]) -> int | None:
    text = str(next(iter(values), ""))
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None


def _fraction(values: Iterable[Any]) -> float | None:
    try:
        number = float(next(iter(values)))
    except (StopIteration, ValueError):
        return None
    return number if 0 <= number <= 1 else None


def _local(name: Any) -> str:
    """The last part of an IRI."""
    return str(name).rstrip("/#").replace("#", "/").rpartition("/")[2] or str(name)


def _url(context: str) -> str:
    url = context.partition("#")[0]
    return url if url.startswith(("http://", "https://")) else ""


def _document_name(context: str) -> str:
    """The IRI of a context without its offsets and what all of them begin with."""
    return context.partition("#char=")[0].partition("?char=")[0].partition("://")[2].rstrip("/#") or context


FORMAT = Format("nif", "NLP Interchange Format (NIF 2.0, Turtle)", _MANUAL, EVERYTHING, _read, signs=(r"nif-core#",))
