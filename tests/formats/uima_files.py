"""Files of UIMA's family, written by hand, and what is read of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
from round_trip import contents, options_of

from postil.corpus import Document
from postil.exchange.incoming import Incoming
from postil.exchange.intake import Intake, Rules
from postil.exchange.sources import Source
from postil.formats import all_formats
from postil.model import AnnotationSet
from postil.scheme import Scheme


class Imported(msgspec.Struct):
    """What an import gave, and what it said."""

    documents: list[Document]
    errors: list[str]
    incoming: Incoming

    @property
    def only(self) -> AnnotationSet:
        """The one set of the one document."""
        (document,) = self.documents
        (annotations,) = document.sets.values()
        return annotations

    @property
    def lost(self) -> dict[str, int]:
        """How many of each kind were lost."""
        return {loss.kind: loss.count for loss in self.incoming.losses}

    @property
    def spans(self) -> list[tuple[str, str, str]]:
        """Layer, label and text of each span."""
        return [(span.layer, span.label, span.text) for span in self.only.spans]

    @property
    def relations(self) -> list[tuple[str, str, dict[str, Any]]]:
        """Layer, label and the texts at the ends of each relation."""
        texts = {span.id: span.text for span in self.only.spans}
        texts |= {relation.id: relation.label for relation in self.only.relations}
        return [
            (one.layer, one.label, {role: texts[ids] if isinstance(ids, str) else [texts[id_] for id_ in ids]
                                    for role, ids in one.args.items()})
            for one in self.only.relations
        ]  # fmt: skip

    @property
    def content(self) -> list[str]:
        """All records of the one set in a form that can be compared."""
        return contents(self.only, Scheme("s", 1, layers=self.incoming.declared), with_ids=False)


def imported(name: str, path: Path, *, with_tokens: bool = False, rules: Rules | None = None, **options: Any) -> Imported:
    """Read a file or directory in the format with this name."""
    format_ = all_formats()[name]
    assert format_.read
    incoming = Incoming(Source(path), options_of(format_, reading=True) | options, with_tokens=with_tokens)
    intake = Intake(rules or Rules(), "s/1", incoming.declared)
    documents = [document for draft in format_.read(incoming) if (document := intake.admit(draft))]
    return Imported(documents, intake.errors, incoming)


def saved(directory: Path, **files: str | bytes) -> Path:
    """Write files; ``__`` in a name is a dot."""
    for name, data in files.items():
        save(directory, name.replace("__", "."), data)
    return directory


def save(directory: Path, path: str, data: str | bytes) -> Path:
    """Write one file."""
    full = directory / path
    full.parent.mkdir(parents=True, exist_ok=True)
    full.write_bytes(data.encode("utf-8", "surrogatepass") if isinstance(data, str) else data)
    return full


_NAMESPACES = (
    'xmlns:xmi="http://www.omg.org/XMI" xmlns:cas="http:///uima/cas.ecore" xmlns:tcas="http:///uima/tcas.ecore" '
    'xmlns:custom="http:///webanno/custom.ecore" xmlns:x="http:///uima/noNamespace.ecore" '
    'xmlns:segmentation="http:///de/tudarmstadt/ukp/dkpro/core/api/segmentation/type.ecore" '
    'xmlns:pos="http:///de/tudarmstadt/ukp/dkpro/core/api/lexmorph/type/pos.ecore" '
    'xmlns:dependency="http:///de/tudarmstadt/ukp/dkpro/core/api/syntax/type/dependency.ecore" '
    'xmlns:meta="http:///de/tudarmstadt/ukp/dkpro/core/api/metadata/type.ecore"'
)


def xmi_text(structures: str, text: str = "Ann met Bob.", *, sofa: str = "", members: str = "", version: str = "1.0") -> str:
    """An XMI of these structures; ``members``: those that are indexed."""
    sofa = sofa or f'<cas:Sofa xmi:id="1" sofaNum="1" sofaID="_InitialView" mimeType="text" sofaString="{text}"/>'
    return (
        f'<?xml version="{version}" encoding="UTF-8"?>\n<xmi:XMI {_NAMESPACES} xmi:version="2.0">\n<cas:NULL xmi:id="0"/>\n'
        f'{structures}\n{sofa}\n<cas:View sofa="1" members="{members}"/>\n</xmi:XMI>\n'
    )


def types_text(*types: tuple[str, str, dict[str, tuple[str, ...]]]) -> str:
    """A type system: types with their supertypes and features; a feature has a range, an element type, and is shared or not."""

    def feature(name: str, parts: tuple[str, ...]) -> str:
        range_, element, shared = (*parts, "", "")[:3]
        return (
            f"<featureDescription><name>{name}</name><rangeTypeName>{range_}</rangeTypeName>"
            + (f"<elementType>{element}</elementType>" if element else "")
            + (f"<multipleReferencesAllowed>{shared}</multipleReferencesAllowed>" if shared else "")
            + "</featureDescription>"
        )

    described = "".join(
        f"<typeDescription><name>{name}</name><supertypeName>{above}</supertypeName>"
        f"<features>{''.join(feature(*pair) for pair in features.items())}</features></typeDescription>"
        for name, above, features in types
    )
    namespace = "http://uima.apache.org/resourceSpecifier"
    return f'<typeSystemDescription xmlns="{namespace}"><types>{described}</types></typeSystemDescription>'
