"""``messages``: a conversation for each document and layer: the scheme's definitions, the text, the annotations as JSON."""

from __future__ import annotations

from typing import Any

import msgspec

from postil.corpus import Document
from postil.formats.hf.config import Config, Context
from postil.formats.hf.parquet.columns import Block, Lists
from postil.formats.hf.parquet.features import STRING, Column, ListOf, Record
from postil.model import AnnotationSet, Label, Span
from postil.scheme import Attribute, Layer, Scheme

_ROLES = ["system", "user", "assistant"]
_SPANS = (
    'Answer with a JSON object {"spans": [...]} that has an object for each span, in the order of the text, with its "label" '
    'and its "text", copied exactly'
)
_LABELS = 'Answer with a JSON object {"labels": [...]} that has an object for each label of the document, with the "label"'
_ATTRIBUTES = ', and "attributes" where there are any.'


def _columns(_: Context) -> dict[str, Column]:
    message = Record({"role": STRING, "content": STRING})
    return {"document": STRING, "annotator": STRING, "layer": STRING, "messages": ListOf(message)}


def _block(context: Context, document: Document, annotations: AnnotationSet) -> Block:
    layers = {name: layer for name, layer in context.scheme.layers.items() if layer.kind != "relation"}
    said = [
        text for name, layer in layers.items() for text in (_task(name, layer), document.text, _answer(name, layer, annotations))
    ]
    return {
        "document": [document.id] * len(layers),
        "annotator": [annotations.annotator] * len(layers),
        "layer": list(layers),
        "messages": Lists([len(_ROLES)] * len(layers), {"role": _ROLES * len(layers), "content": said}),
    }


def _task(name: str, layer: Layer) -> str:
    """What is to be annotated, as the scheme defines it, and how to answer."""
    what = "Find every span" if layer.kind == "span" else "Give the labels"
    lines = [f"{what} of the layer “{name}” in the text. {layer.description}".strip(), "", "Labels:"]
    for label, definition in layer.labels.items():
        example = f" Example: {definition.example}" if definition.example else ""
        lines.append(_item(label, f"{definition.description}{example}"))
    if layer.attributes:
        lines += ["", "Attributes:", *(_attribute(name, one) for name, one in layer.attributes.items())]
    answer = _SPANS if layer.kind == "span" else _LABELS
    return "\n".join([*lines, "", answer + (_ATTRIBUTES if layer.attributes else ".")])


def _attribute(name: str, attribute: Attribute) -> str:
    values = f"one of {', '.join(attribute.values)}" if attribute.values else attribute.type
    only = f", only on {', '.join(attribute.only_on)}" if attribute.only_on else ""
    return _item(f"{name} ({values}{only})", attribute.description)


def _item(name: str, description: str) -> str:
    return f"- {name}: {description.strip()}" if description.strip() else f"- {name}"


def _answer(name: str, layer: Layer, annotations: AnnotationSet) -> str:
    if layer.kind == "span":
        spans = [span for span in annotations.spans if span.layer == name]
        said = {"spans": [_said(span, text=span.text) for span in spans]}
    else:
        said = {"labels": [_said(label) for label in annotations.labels if label.layer == name]}
    return msgspec.json.encode(said).decode()


def _said(annotation: Span | Label, **more: str) -> dict[str, Any]:
    attributes = {"attributes": annotation.attributes} if annotation.attributes else {}
    return {"label": annotation.label, **more, **attributes}


def _applies(scheme: Scheme) -> bool:
    return any(layer.kind != "relation" for layer in scheme.layers.values())


CONFIG = Config(
    "messages",
    "one row for each document and layer: instructions, text and answer, to tune a model on",
    frozenset({"document", "annotator", "layer", "messages"}),
    _columns,
    _block,
    _applies,
    texts=None,
)
