"""BioC as XML: a collection of documents with passages, annotations and relations."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO
from xml.etree.ElementTree import Element

from postil.corpus import Document
from postil.errors import UnreadableFile
from postil.exchange.drafts import Draft
from postil.exchange.features import characters
from postil.exchange.format import Format
from postil.exchange.incoming import Incoming
from postil.exchange.outgoing import Outgoing
from postil.exchange.safe_xml import iterate_xml, line_of
from postil.exchange.sources import File
from postil.formats._bioc import BY_ANNOTATOR, KEEPS, MANUAL
from postil.formats._bioc.collection import Annotation, Part, Tie, first_character
from postil.formats._bioc.infons import infons
from postil.formats._bioc.limits import ROLES
from postil.formats._bioc.reading import draft
from postil.formats._bioc.writing import arranged, covered_text, nodes, ties
from postil.model import Label, Relation, Span

_MANUAL = f"""\
One file, as BioC.dtd says:

<collection><source>…</source><date/><key/>
 <document><id>news/1</id>
  <passage><offset>0</offset><text>Maria moved to Rome.</text>
   <annotation id="e1"><infon key="type">PERSON</infon><location offset="0" length="5"/><text>Maria</text></annotation>
  </passage>
  <relation id="r1"><infon key="type">lives_in</infon><node refid="e1" role="from"/><node refid="e2" role="to"/></relation>
 </document></collection>

{MANUAL}

NOT KEPT: several annotators, notes (but remarks in annotations), metadata, numbers as such, several values of one attribute."""

_ELEMENTS = frozenset(
    ("document", "id", "infon", "passage", "offset", "text", "sentence", "annotation", "location", "relation", "node")
)
_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\t": "&#9;", "\n": "&#10;", "\r": "&#13;"})
_TEXT_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"})
_CHARACTERS = characters("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "control characters, which XML cannot hold")


def read_file(file: File, incoming: Incoming) -> Iterator[Draft]:
    """The documents of one file."""
    if first_character(file) in (b"{", b"["):
        raise UnreadableFile(file.shown, "this is JSON and not XML: read it as bioc-json", 1, 1)
    for element in iterate_xml(file, "document", "source", "date", "key", "infon"):
        name = _name(element)
        if name == "document":
            id = _text(element, "id")
            _count_unknown(element, file, incoming)
            yield draft(_part(element, file), id or f"{file.name}-{line_of(element)}", file.shown, incoming)
        elif element.text and element.text.strip():
            incoming.losses.add("what is said of collections", f"{file.shown}: {name}", element.text.strip(), stops=False)


def _name(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def _text(element: Element, name: str) -> str:
    return next((child.text or "" for child in element if _name(child) == name), "")


def _count_unknown(document: Element, file: File, incoming: Incoming) -> None:
    for element in document.iter():
        if (name := _name(element)) not in _ELEMENTS:
            incoming.losses.add(
                "elements that BioC does not have", f"{file.shown}:{line_of(element)}: {name}", element.text or ""
            )


def _infons(element: Element) -> dict[str, Any]:
    """Infons by their keys; a list where one comes again."""
    found: dict[str, list[str]] = {}
    for child in element:
        if _name(child) == "infon":
            found.setdefault(child.get("key", ""), []).append(child.text or "")
    return {key: values if len(values) > 1 else values[0] for key, values in found.items()}


def _part(element: Element, file: File) -> Part:
    children = [(_name(child), child) for child in element]
    return Part(
        _number(_text(element, "offset").strip() or "0", element, file),
        _text(element, "text"),
        _infons(element),
        [_part(child, file) for name, child in children if name in ("passage", "sentence")],
        [_annotation(child, file) for name, child in children if name == "annotation"],
        [_tie(child) for name, child in children if name == "relation"],
    )


def _annotation(element: Element, file: File) -> Annotation:
    locations = [
        (_number(child.get("offset", ""), child, file), _number(child.get("length", ""), child, file))
        for child in element
        if _name(child) == "location"
    ]
    return Annotation(element.get("id", ""), _infons(element), locations, _text(element, "text"), line_of(element))


def _tie(element: Element) -> Tie:
    found = [(child.get("refid", ""), child.get("role", "")) for child in element if _name(child) == "node"]
    return Tie(element.get("id", ""), _infons(element), found, line_of(element))


def _number(said: str, element: Element, file: File) -> int:
    try:
        return int(said)
    except ValueError as error:
        raise UnreadableFile(file.shown, f"{said or 'nothing'} is no number of characters", line_of(element), 1) from error


def _read(incoming: Incoming) -> Iterator[Draft]:
    for file in incoming.source.files(".xml", ".bioc"):
        with incoming.noting_unreadable():
            yield from read_file(file, incoming)


def _write(documents: Iterable[Document], outgoing: Outgoing) -> None:
    with outgoing.target.open() as file:
        source = outgoing.manifest.name.translate(_TEXT_ESCAPES)
        file.write(
            b'<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE collection SYSTEM "BioC.dtd">\n'
            + f"<collection>\n<source>{source}</source>\n<date></date>\n<key></key>\n".encode()
        )
        for document in documents:
            _write_document(file, document)
        file.write(b"</collection>\n")


def _write_document(file: BinaryIO, document: Document) -> None:
    passages, loose = arranged(document)
    lines = [f"<document><id>{document.id.translate(_TEXT_ESCAPES)}</id>"]
    for passage in passages:
        text = passage.text.translate(_TEXT_ESCAPES)
        lines.append(f"<passage>{_infons_of(passage.infons)}<offset>{passage.start}</offset><text>{text}</text>")
        lines += [_span(span, document.text) for span in passage.spans]
        lines.append("</passage>")
    lines += [_span(span, document.text) for span in loose]
    lines += map(_relation, ties(document))
    lines.append("</document>")
    file.write("".join(f"{line}\n" for line in lines).encode())


def _span(span: Span, text: str) -> str:
    covered = covered_text(span, text).translate(_TEXT_ESCAPES)
    locations = "".join(f'<location offset="{start}" length="{end - start}"/>' for start, end in span.extents)
    return f"{_opening('annotation', span)}{locations}<text>{covered}</text></annotation>"


def _relation(record: Relation | Label) -> str:
    said = "".join(f'<node refid="{id.translate(_ESCAPES)}" role="{role.translate(_ESCAPES)}"/>' for id, role in nodes(record))
    return f"{_opening('relation', record)}{said}</relation>"


def _opening(name: str, record: Span | Relation | Label) -> str:
    return f'<{name} id="{record.id.translate(_ESCAPES)}">{_infons_of(infons(record))}'


def _infons_of(said: dict[str, Any]) -> str:
    return "".join(
        f'<infon key="{key.translate(_ESCAPES)}">{str(value).translate(_TEXT_ESCAPES)}</infon>' for key, value in said.items()
    )


FORMAT = Format(
    "bioc-xml",
    "BioC XML",
    _MANUAL,
    KEEPS,
    _read,
    _write,
    read_options=(BY_ANNOTATOR,),
    limits=(_CHARACTERS, ROLES),
    writes="file",
    signs=(r"<collection\b|<!DOCTYPE collection|<passage>",),
)
