"""Documents as tasks of Label Studio, and the labelling configuration that shows them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from itertools import count
from typing import Any
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from postil.corpus import Document
from postil.exchange.outgoing import Outgoing
from postil.formats._flat import DOCUMENT_ID, flat
from postil.formats._json_values import write_array
from postil.formats.label_studio._config import TRUTHS
from postil.formats.label_studio._regions import ANSWERS
from postil.model import AnnotationSet, Label, Relation, Span
from postil.scheme import Attribute, LabelDefinition, Scheme

TEXT_KEY = "text"


def write(documents: Iterable[Document], outgoing: Outgoing) -> None:
    """``tasks.json``, and ``config.xml`` with every label that it has."""
    project = _Project(outgoing.scheme)
    numbers = count(1)
    with outgoing.target.open("tasks.json") as file:
        write_array(file, (_task(document, number, numbers, project) for number, document in enumerate(documents, 1)))
    outgoing.target.write("config.xml", project.config())
    outgoing.say.append("config.xml is the labelling configuration: give it to the project before tasks.json is imported")


class _Project:
    """What the labelling configuration has to have: the scheme's labels, and those that were seen."""

    def __init__(self, scheme: Scheme) -> None:
        self.scheme = scheme
        self.spans = {name: dict(layer.labels) for name, layer in scheme.layers_of_kind("span").items()}
        self.labels = {name: dict(layer.labels) for name, layer in scheme.layers_of_kind("label").items()}
        self.relations: dict[str, LabelDefinition] = {}
        for layer in scheme.layers_of_kind("relation").values():
            self.relations |= layer.labels
        self.answers: dict[str, str] = {}  # the controls of answers about the document: their tag by their name
        self.lists: set[str] = set()  # those of them that have several answers
        self.trees = {name for name, labels in self.labels.items() if scheme.layers[name].multiple and _is_tree(labels)}
        self.questions = _questions(scheme, {*self.spans, *self.labels})
        self.text = "text"
        while self.text in (*self.spans, *self.labels, *self.questions):
            self.text += "_"

    def asks(self, name: str, value: Any) -> bool:
        """Whether the attribute is a question of the configuration, and this one of its answers."""
        return name in self.questions and _is_answer(self.questions[name], value)

    def config(self) -> str:
        """The labelling configuration."""
        view = Element("View")
        keys: set[str] = set()
        for layer, labels in self.spans.items():
            control = SubElement(view, "Labels", name=layer, toName=self.text)
            for name, definition in labels.items():
                key = definition.key if definition.key not in keys else ""  # Label Studio has one keyboard for all controls
                keys.add(key)
                look = {"hotkey": key, "background": definition.colour}
                SubElement(control, "Label", {"value": name, **{key: value for key, value in look.items() if value}})
        SubElement(view, "Text", name=self.text, value=f"${TEXT_KEY}")
        for name, attribute in self.questions.items():
            self._question(view, name, attribute)
        for layer, labels in self.labels.items():
            if layer not in self.answers:
                self._choice(view, layer, labels)
        for name, tag in self.answers.items():
            limit = {"maxSubmissions": "1"} if tag == "TextArea" and name not in self.lists else {}
            SubElement(view, tag, {"name": name, "toName": self.text, **limit})
        if self.relations:
            relations = SubElement(view, "Relations")
            for name in self.relations:
                SubElement(relations, "Relation", value=name)
        indent(view)
        return tostring(view, encoding="unicode") + "\n"

    def _choice(self, view: Element, layer: str, labels: Collection[str]) -> None:
        """The control of labels of the document."""
        if layer in self.trees:
            _add_tree(SubElement(view, "Taxonomy", name=layer, toName=self.text), labels)
            return
        is_multiple = layer not in self.scheme.layers or self.scheme.layers[layer].multiple
        choices = SubElement(view, "Choices", {"name": layer, "toName": self.text, **_several(is_multiple)})
        for name in labels:
            SubElement(choices, "Choice", value=name)

    def _question(self, view: Element, name: str, attribute: Attribute) -> None:
        """The control that asks for an attribute of regions."""
        on = [layer for layer in self.spans if layer in self.scheme.layers and name in self.scheme.layers[layer].attributes]
        common = {"name": name, "toName": self.text, "perRegion": "true"}
        if len(on) < len(self.spans):
            common["whenTagName"] = ",".join(on)
        if attribute.only_on:
            common["whenLabelValue"] = ",".join(attribute.only_on)
        if attribute.type in ("enum", "boolean"):
            control = SubElement(view, "Choices", {**common, **_several(attribute.multiple)})
            for one in attribute.values or TRUTHS:
                SubElement(control, "Choice", value=one)
        elif attribute.type in ("number", "integer"):
            SubElement(view, "Number", {**common, **({"step": "1"} if attribute.type == "integer" else {})})
        else:
            SubElement(view, "TextArea", {**common, **({} if attribute.multiple else {"maxSubmissions": "1"})})


def _is_tree(labels: Collection[str]) -> bool:
    """Whether labels are paths, each with the one above it, as those of a Taxonomy are."""
    paths = [label for label in labels if "/" in label]
    return bool(paths) and all(all(label.split("/")) and label.rpartition("/")[0] in labels for label in paths)


def _add_tree(control: Element, labels: Iterable[str]) -> None:
    """Put labels that are paths into a control, each in the one above it."""
    places: dict[str, Element] = {"": control}
    for label in labels:
        above = ""
        for step in label.split("/"):
            path = f"{above}/{step}" if above else step
            if path not in places:
                places[path] = SubElement(places[above], "Choice", value=step)
            above = path


def _several(is_multiple: bool) -> dict[str, str]:
    return {"choice": "multiple"} if is_multiple else {}


def _questions(scheme: Scheme, taken: set[str]) -> dict[str, Attribute]:
    """The attributes of spans that a control can ask for: with one meaning in all layers, and a name that no layer has."""
    found: defaultdict[str, list[Attribute]] = defaultdict(list)
    for layer in scheme.layers_of_kind("span").values():
        for name, attribute in layer.attributes.items():
            found[name].append(attribute)
    return {
        name: several[0]
        for name, several in found.items()
        if name not in taken and _is_askable(several[0]) and all(one == several[0] for one in several)
    }


def _is_askable(attribute: Attribute) -> bool:
    has_own_type = attribute.type in ("reference", "link") or (attribute.multiple and attribute.type not in ("enum", "string"))
    return not has_own_type and not (attribute.type == "enum" and attribute.values == TRUTHS)


def _is_answer(attribute: Attribute, value: Any) -> bool:
    """Whether the control of an attribute can have given this value, so that it comes back as it is."""
    if attribute.type == "boolean":
        return isinstance(value, bool)
    if attribute.type in ("number", "integer"):
        return isinstance(value, int | float) and not isinstance(value, bool)
    several = value if isinstance(value, list | tuple) else [value]
    if attribute.multiple != isinstance(value, list | tuple) or not several or not all(isinstance(one, str) for one in several):
        return False
    return attribute.type == "string" or set(several) <= set(attribute.values)


def _task(document: Document, number: int, numbers: Iterator[int], project: _Project) -> dict[str, Any]:
    data = {TEXT_KEY: document.text, DOCUMENT_ID: document.id, **flat(document.metadata, (TEXT_KEY, DOCUMENT_ID))}
    task: dict[str, Any] = {"id": number, "data": data, "annotations": [], "predictions": []}
    for one in document.sets.values():
        header = one.header
        state: dict[str, Any] = {"status": header.status} if header.status != "complete" else {}
        state |= {"sources": header.sources} if header.sources else {}
        common = {"id": next(numbers), "result": list(_results(one, project)), **state}
        if header.method == "model":
            task["predictions"].append({"model_version": one.annotator, **common})
            continue
        is_gold = header.method == "adjudicated"
        state = {} if is_gold or header.method == "imported" else {"method": header.method}
        task["annotations"].append(
            {"annotator": one.annotator, "was_cancelled": False, "ground_truth": is_gold, **state, **common}
        )
    return task


def _results(annotations: AnnotationSet, project: _Project) -> Iterator[dict[str, Any]]:
    for span in annotations.spans:
        yield from _region(span, project)
    for relation in annotations.relations:
        yield _relation(relation, project)
    for label in annotations.labels:
        yield _of_document(label, project)


def _region(span: Span, project: _Project) -> Iterator[dict[str, Any]]:
    """The results of one region: its label, with a remark and what no control asks for, and its answers."""
    project.spans.setdefault(span.layer, {}).setdefault(span.label, LabelDefinition())
    place = {"start": span.start, "end": span.end, "text": span.text}
    common = {"id": span.id, "to_name": project.text, "origin": "manual"}
    asked = {name: value for name, value in span.attributes.items() if project.asks(name, value)}
    others = {name: value for name, value in span.attributes.items() if name not in asked}
    yield {
        **common, "from_name": span.layer, "type": "labels", "value": {**place, "labels": [span.label]},
        **_meta(span, others), **_score(span),
    }  # fmt: skip
    for name, value in asked.items():
        kind, key, answer = _answer(project.questions[name], value)
        yield {**common, "from_name": name, "type": kind, "value": {**place, key: answer}}


def _answer(attribute: Attribute, value: Any) -> tuple[str, str, Any]:
    """The type of a result, the key of its value, and that."""
    if attribute.type in ("number", "integer"):
        return "number", "number", value
    values = [str(value).lower() if isinstance(value, bool) else value] if not isinstance(value, list | tuple) else list(value)
    return ("textarea", "text", values) if attribute.type == "string" else ("choices", "choices", values)


def _relation(relation: Relation, project: _Project) -> dict[str, Any]:
    project.relations.setdefault(relation.label, LabelDefinition())
    direction = relation.attributes.get("direction", "right")
    return {
        "id": relation.id, "type": "relation", "from_id": relation.args["from"], "to_id": relation.args["to"],
        "direction": direction, "labels": [relation.label],
    }  # fmt: skip


def _of_document(label: Label, project: _Project) -> dict[str, Any]:
    common = {
        "id": label.id, "from_name": label.layer, "to_name": project.text, "origin": "manual",
        **_meta(label, {}), **_score(label),
    }  # fmt: skip
    if label.attributes:
        tag = {"textarea": "TextArea", "rating": "Rating", "number": "Number", "datetime": "DateTime"}[label.label]
        project.answers[label.layer] = tag
        value = label.attributes["value"]
        if isinstance(value, list | tuple):
            project.lists.add(label.layer)
        elif label.label == "textarea":
            value = [value]
        return {**common, "type": label.label, "value": {ANSWERS[label.label]: value}}
    project.labels.setdefault(label.layer, {}).setdefault(label.label, LabelDefinition())
    if label.layer in project.trees:
        return {**common, "type": "taxonomy", "value": {"taxonomy": [label.label.split("/")]}}
    return {**common, "type": "choices", "value": {"choices": [label.label]}}


def _meta(record: Span | Label, attributes: dict[str, Any]) -> dict[str, Any]:
    meta: dict[str, Any] = {"text": [record.note]} if record.note else {}
    if attributes:
        meta["attributes"] = attributes
    return {"meta": meta} if meta else {}


def _score(record: Span | Label) -> dict[str, Any]:
    return {} if record.confidence is None else {"score": record.confidence}
