"""UIMA's XMI, with or without its type system."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from postil.corpus import Document
from postil.exchange.drafts import Draft
from postil.exchange.features import EVERYTHING, IDS, IGNORES, UNKNOWN
from postil.exchange.format import Format, Option
from postil.exchange.incoming import Incoming
from postil.exchange.outgoing import Outgoing
from postil.formats._uima.from_document import Builder
from postil.formats._uima.layout import FLAT, path_of
from postil.formats._uima.limits import ATTRIBUTE_NAMES, CHARACTERS, ENDS, LAYER_NAMES, METADATA_CHARACTERS, VALUES
from postil.formats._uima.parsing import LABEL, xmi_parser
from postil.formats._uima.source import drafts, places
from postil.formats._uima.type_system import type_system_xml
from postil.formats._uima.xmi import xmi

_MANUAL = """\
A directory:

TypeSystem.xml                        which types there are, and what their features hold
annotation/news/1/gold.xmi            what one annotator says of one document

<custom:entity xmi:id="3" sofa="1" begin="308" end="321" value="PERSON"/>
<custom:argument xmi:id="9" sofa="1" begin="861" end="905" value="supports" Governor="5" Dependent="7"/>

Both ways: a span is an annotation, of the type webanno.custom.<layer>; its label is the feature "value" ("label" where "value"
is an attribute). A relation from one to another has Governor and Dependent, as in INCEpTION; one of other roles or more ends has
them as links in the slot "ends". A span in pieces has "fragments". Document labels are structures without a place;
metadata and the state of a set are DKPro's DocumentMetaData and MetaDataStringField.

Reading takes any XMI: annotations are spans, slots and chains are relations, every other feature is an attribute. The type
system is TypeSystem.xml or <name>-typesystem.xml beside the file or above it, in the same zip, or --type-system; without one,
everything but references by unknown features is understood, and all values are strings. Each view with a text is a document.
The label is the feature "label", "value", "PosValue", … or else the only string; --label-feature NAME.tag says another.
Tokens and sentences come with --tokens. Two annotators of a document are two files in annotation/<document>/.

--flat writes <document>.xmi, to be uploaded into a project of INCEpTION.

Not kept: ids, reasons to ignore a rule; characters that XML forbids; names that are no identifiers."""


def _read(incoming: Incoming) -> Iterator[Draft]:
    is_named_so = any(".xmi" in path.lower() for path in incoming.source.all_files)
    return drafts(incoming, places(incoming.source, *([".xmi"] if is_named_so else [".xmi", ".xml"])), xmi_parser(incoming))


def _write(documents: Iterable[Document], outgoing: Outgoing) -> None:
    builder = Builder(outgoing.scheme, "utf-16")
    for document in documents:
        for annotator, one in document.sets.items():
            with outgoing.target.open(path_of(document, annotator, ".xmi", outgoing)) as file:
                file.writelines(piece.encode() for piece in xmi(builder.cas(document, one)))
    outgoing.target.write("TypeSystem.xml", type_system_xml(builder.types))


FORMAT = Format(
    "cas-xmi", "UIMA CAS XMI", _MANUAL, EVERYTHING - {IDS, IGNORES, UNKNOWN}, _read, _write,
    write_options=(FLAT,),
    read_options=(LABEL, Option("type-system", "the type system, where it is not beside the files", "FILE")),
    limits=(LAYER_NAMES, ATTRIBUTE_NAMES, VALUES, ENDS, CHARACTERS, METADATA_CHARACTERS),
    signs=(r"<xmi:XMI\b",),
)  # fmt: skip
