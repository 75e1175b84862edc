"""What surrounds annotations: whose they are, layers, metadata, the state of sets, names of documents, ids."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from postil.corpus import Document
from postil.exchange.features._feature import LABEL_LAYER, RELATION_LAYER, SPAN_LAYER, Feature, Reducing
from postil.exchange.features._taking_out import changed_annotations, in_each_set, lose, without_values
from postil.manifest import Metadata
from postil.model import Annotation, AnnotationSet, Label, Note, Relation, Span


def _one_annotator(document: Document, reducing: Reducing) -> Document:
    first, *others = document.sets or ("",)
    for name in others:
        reducing.losses.add("sets of other annotators", f"{document.id} ({name})")
    return replace(document, sets={first: document.sets[first]} if first else {})


_PLAIN_LAYERS: dict[type, tuple[str, str]] = {
    Span: ("span", SPAN_LAYER),
    Relation: ("relation", RELATION_LAYER),
    Label: ("label", LABEL_LAYER),
}


def _without_layers(document: Document, reducing: Reducing) -> Document:
    for kind, (name, plain) in _PLAIN_LAYERS.items():
        layers = {
            record.layer for annotations in document.sets.values() for record in annotations.annotations if type(record) is kind
        }
        several = len(reducing.scheme.layers_of_kind(name)) > 1  # type: ignore[arg-type]
        for layer in sorted(layers - {plain}):
            reducing.losses.add(LAYERS.title, f"{document.id}: {layer} ({name}s)", stops=several)
    return in_each_set(
        lambda annotations, *_: changed_annotations(
            annotations, lambda record: replace(record, layer=_PLAIN_LAYERS[type(record)][1])
        )
    )(document, reducing)


def _without_metadata(document: Document, reducing: Reducing) -> Document:
    if document.metadata != Metadata():
        reducing.losses.add(METADATA.title, document.id, document.metadata.title)
    return replace(document, metadata=Metadata())


def _without_document_id(document: Document, reducing: Reducing) -> Document:
    """The id stays: what comes back is called after its file."""
    reducing.losses.add(DOCUMENT_IDS.title, document.id, stops=False)
    return document


def _without_state(annotations: AnnotationSet, document: Document, reducing: Reducing) -> AnnotationSet:
    header = annotations.header
    plain = replace(header, status="complete", method="imported", sources=())
    if plain != header:
        shown = f"{header.status}, {header.method}"
        reducing.losses.add(STATE.title, f"{document.id} ({header.annotator})", shown, stops=False)
    return replace(annotations, header=plain)


def _count_ids(annotations: AnnotationSet, document: Document, reducing: Reducing) -> AnnotationSet:
    """Ids stay: what comes back has others, and everything still refers to the same."""
    if annotations.records:
        where = f"{document.id} ({annotations.annotator})"
        reducing.losses.add(IDS.title, where, f"{annotations.records[0].id}, …", stops=False)
    return annotations


def _without_ignores(record: Annotation) -> Annotation:
    return replace(record, ignore={}) if record.ignore else record


def _without_unknown(annotations: AnnotationSet, document: Document, reducing: Reducing) -> AnnotationSet:
    if annotations.header.unknown:
        reducing.losses.add(UNKNOWN.title, f"{document.id} ({annotations.annotator})", ", ".join(annotations.header.unknown))

    def known(record: Any) -> Any:
        """With the keys of the model only."""
        if not record.unknown and not getattr(record, "decide", None):
            return record
        lose(reducing, UNKNOWN.title, annotations, record)
        return replace(record, unknown={}, **({"decide": {}} if isinstance(record, Note) else {}))

    header = replace(annotations.header, unknown={})
    return replace(changed_annotations(annotations, known), header=header, notes=tuple(map(known, annotations.notes)))


ANNOTATORS = Feature("annotators", "sets of several annotators", _one_annotator)
LAYERS = Feature("layers", "names of layers", _without_layers)
METADATA = Feature("metadata", "metadata of documents", _without_metadata)
DOCUMENT_IDS = Feature("doc. ids", "names of documents", _without_document_id, stops=False)
STATE = Feature("state", "status, method and sources of sets", in_each_set(_without_state), stops=False)
IDS = Feature("ids", "ids, made anew when read", in_each_set(_count_ids), stops=False)
IGNORES = Feature(
    "ignores", "reasons to ignore a rule", without_values("reasons to ignore a rule", _without_ignores, stops=False), stops=False
)
UNKNOWN = Feature("unknown", "keys that postil does not know, and open decisions", in_each_set(_without_unknown))
