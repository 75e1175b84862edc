"""``messages``: a conversation for each document and layer: the scheme's definitions, the text, the annotations as JSON."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from postil.corpus import Document
from postil.formats.hf.config import Config, Context
from postil.formats.hf.instructions import instruction
from postil.formats.hf.parquet.columns import Block, Lists
from postil.formats.hf.parquet.features import STRING, Column, ListOf, Record
from postil.model import Annotation, AnnotationSet, Label, Relation, Span
from postil.scheme import Layer

_ROLES = ["system", "user", "assistant"]


def _columns(_: Context) -> dict[str, Column]:
    message = Record({"role": STRING, "content": STRING})
    return {"document": STRING, "annotator": STRING, "layer": STRING, "messages": ListOf(message)}


def _block(context: Context, document: Document, annotations: AnnotationSet) -> Block:
    layers, answers = context.scheme.layers, _Answers(document.text, annotations)
    said = [
        text
        for name, layer in layers.items()
        for text in (instruction(name, layer), document.text, answers.of(name, layer))
    ]  # fmt: skip
    return {
        "document": [document.id] * len(layers),
        "annotator": [annotations.annotator] * len(layers),
        "layer": list(layers),
        "messages": Lists([len(_ROLES)] * len(layers), {"role": _ROLES * len(layers), "content": said}),
    }


class _Answers:
    """What a set says of each layer of a document, in the form that :func:`instruction` asks for: without ids and positions."""

    def __init__(self, text: str, annotations: AnnotationSet) -> None:
        self._text = text
        self._by_id = {annotation.id: annotation for annotation in annotations.annotations}
        self._of_kind: dict[str, tuple[Annotation, ...]] = {
            "span": annotations.spans,
            "label": annotations.labels,
            "relation": annotations.relations,
        }

    def of(self, name: str, layer: Layer) -> str:
        """The answer for one layer."""
        found = [self._said(one, layer) for one in self._of_kind[layer.kind] if one.layer == name]
        return msgspec.json.encode({f"{layer.kind}s": found}).decode()

    def _said(self, annotation: Annotation, layer: Layer) -> dict[str, Any]:
        said = self._named(annotation, ())
        if annotation.attributes:
            references = layer.references
            said["attributes"] = {
                name: self._referred(value, (annotation.id,), layer.attributes[name].values) if name in references else value
                for name, value in annotation.attributes.items()
            }
        return said

    def _named(self, annotation: Span | Relation | Label, inside: tuple[str, ...]) -> dict[str, Any]:
        """An annotation by what can be read of it. ``inside``: the relations that it is named in, which end there."""
        said: dict[str, Any] = {"label": annotation.label}
        if isinstance(annotation, Span):
            parts = [self._text[start:end] for start, end in annotation.extents]
            said["text"] = parts if len(parts) > 1 else parts[0]
        elif isinstance(annotation, Relation) and annotation.id not in inside:
            within = (*inside, annotation.id)
            said["args"] = {role: self._referred(ids, within) for role, ids in annotation.args.items()}
        return said

    def _referred(self, value: str | Iterable[str], inside: tuple[str, ...], words: tuple[str, ...] = ()) -> Any:
        """What an id, or each of several, refers to; ``words``: what is no id, and stays."""
        if not isinstance(value, str):
            return [self._referred(one, inside, words) for one in value]
        found = None if value in words else self._by_id.get(value)
        return self._named(found, inside) if found else value


CONFIG = Config(
    "messages",
    "one row for each document and layer: instructions, text and answer, to tune a model on",
    frozenset({"document", "annotator", "layer", "messages"}),
    _columns,
    _block,
    lambda scheme: bool(scheme.layers),
    texts=None,
)
