"""UIMA CAS JSON."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from postil.corpus import Document
from postil.exchange.drafts import Draft
from postil.exchange.features import EVERYTHING, IDS, IGNORES, UNKNOWN
from postil.exchange.format import Format
from postil.exchange.incoming import Incoming
from postil.exchange.outgoing import Outgoing
from postil.formats._uima.from_document import Builder
from postil.formats._uima.json_ import cas_json
from postil.formats._uima.layout import FLAT, path_of
from postil.formats._uima.limits import ATTRIBUTE_NAMES, ENDS, LAYER_NAMES, VALUES
from postil.formats._uima.parsing import LABEL, json_parser
from postil.formats._uima.source import drafts, places

_MANUAL = """\
A directory with annotation/<document>/<annotator>.json: what one annotator says of one document, with its types.

{"%TYPES": {"webanno.custom.entity": {"%NAME": "webanno.custom.entity", "%SUPER_TYPE": "uima.tcas.Annotation", …}},
 "%FEATURE_STRUCTURES": [{"%ID": 1, "%TYPE": "uima.cas.Sofa", "sofaString": "…"},
  {"%ID": 3, "%TYPE": "webanno.custom.entity", "@sofa": 1, "begin": 308, "end": 321, "value": "PERSON"}],
 "%VIEWS": {"_InitialView": {"%SOFA": 1, "%MEMBERS": [3]}}}

What becomes what is as in cas-xmi. Reading takes version 0.4 as Java, dkpro-cassis and INCEpTION write it; not the JSON that
UIMA wrote before ("_context").

Not kept: ids, reasons to ignore a rule; names that are no identifiers."""


def _read(incoming: Incoming) -> Iterator[Draft]:
    return drafts(incoming, places(incoming.source, ".json"), json_parser(incoming))


def _write(documents: Iterable[Document], outgoing: Outgoing) -> None:
    for document in documents:
        for annotator, one in document.sets.items():
            cas = Builder(outgoing.scheme, "utf-16").cas(document, one)
            outgoing.target.write(path_of(document, annotator, ".json", outgoing), cas_json(cas))


FORMAT = Format(
    "cas-json", "UIMA CAS JSON", _MANUAL, EVERYTHING - {IDS, IGNORES, UNKNOWN}, _read, _write,
    read_options=(LABEL,), write_options=(FLAT,), limits=(LAYER_NAMES, ATTRIBUTE_NAMES, VALUES, ENDS),
    signs=(r'"%(?:TYPES|FEATURE_STRUCTURES|VIEWS)"\s*:',),
)  # fmt: skip
