"""The labelling configuration: which controls a project has, and what they say of its scheme."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import Any, Literal
from xml.etree.ElementTree import Element

import msgspec
from msgspec.structs import replace

from postil.exchange.features import ROLES
from postil.exchange.safe_xml import parse_xml
from postil.scheme import Attribute, LabelDefinition, Layer, Role

TRUTHS = ("true", "false")
_LABELS = {"Labels", "HyperTextLabels", "ParagraphLabels"}
_ANSWERS = {"Choices", "Taxonomy", "TextArea", "Rating", "Number", "DateTime"}
_TEXTS = {"Text", "HyperText", "Paragraphs"}
_REPEATED = re.compile(r"\$([^\[\].{}]+)\[(\{\{\w+\}\})\]([^{}]*)")
_FLAG = re.compile(r"\{\{\w+\}\}")
_COLOUR = re.compile(r"#[0-9A-Fa-f]{6}")

Form = Literal["Text", "HyperText", "Paragraphs"]


class TextTag(msgspec.Struct, frozen=True):
    """A tag that shows a text. ``value``: ``$key`` of the data, or the text itself; ``is_address``: the key has its URL."""

    name: str
    form: Form
    value: str
    is_address: bool = False
    text_key: str = "text"


class Control(msgspec.Struct, frozen=True):
    """A tag by which something is said. ``when_tag``, ``when_labels``: of which regions, where it is about regions."""

    name: str
    tag: str
    labels: dict[str, LabelDefinition] = {}
    is_multiple: bool = False
    is_whole: bool = False
    is_about_regions: bool = False
    when_tag: str = ""
    when_labels: tuple[str, ...] = ()

    @property
    def is_truth(self) -> bool:
        """Whether it asks for yes or no."""
        return self.tag == "Choices" and not self.is_multiple and tuple(self.labels) == TRUTHS

    def attribute(self, labels: Collection[str]) -> Attribute:
        """The attribute that its answers are, for a layer with these labels."""
        only_on = tuple(label for label in self.when_labels if label in labels)
        if self.is_truth:
            return Attribute("boolean", only_on=only_on)
        if self.tag == "Choices" and self.labels:
            return Attribute("enum", values=tuple(self.labels), multiple=self.is_multiple, only_on=only_on)
        if self.tag in ("Number", "Rating"):
            return Attribute("integer" if self.is_whole else "number", only_on=only_on)
        return Attribute("string", multiple=self.is_multiple, only_on=only_on)


class Config(msgspec.Struct, frozen=True):
    """What a labelling configuration says. ``others``: names of what it shows beside texts (images, sounds)."""

    texts: dict[str, TextTag] = {}
    controls: dict[str, Control] = {}
    relations: dict[str, LabelDefinition] = {}
    others: frozenset[str] = frozenset()

    def texts_of(self, data: dict[str, Any]) -> Iterator[TextTag]:
        """The tags that show the texts of a task: one that repeats, for each of what it repeats over."""
        for tag in self.texts.values():
            repeated = _REPEATED.fullmatch(tag.value)
            if not repeated:
                yield tag
                continue
            several = data.get(repeated[1])
            for number in range(len(several) if isinstance(several, list) else 0):
                name = _FLAG.sub(str(number), tag.name)
                yield replace(tag, name=name, value=f"${repeated[1]}[{number}]{repeated[3]}")

    def layers(self, relation_layer: str) -> Iterator[tuple[str, Layer]]:
        """The layers that its controls are."""
        about = [control for control in self.controls.values() if control.is_about_regions and control.tag in _ANSWERS]
        for name, control in self.controls.items():
            if control.tag in _LABELS:
                mine = [one for one in about if self._concerns(one, control)]
                attributes = {one.name: one.attribute(control.labels) for one in mine}
                yield name, Layer("span", labels=control.labels, attributes=attributes)
            elif control.tag in ("Choices", "Taxonomy") and not control.is_about_regions:
                yield name, Layer("label", labels=control.labels, multiple=control.is_multiple)
            elif control.tag in _ANSWERS and not control.is_about_regions:
                kind = control.tag.lower()
                yield name, Layer("label", labels={kind: LabelDefinition()}, attributes={"value": control.attribute(())})
        if self.relations:
            roles = {role: Role() for role in ROLES}
            yield relation_layer, Layer("relation", labels=self.relations, roles=roles)

    def _concerns(self, answer: Control, labels: Control) -> bool:
        if answer.when_tag:
            return labels.name in answer.when_tag.split(",")
        return not answer.when_labels or not labels.labels.keys().isdisjoint(answer.when_labels)


def parse_config(shown: str, data: bytes) -> Config:
    """A labelling configuration. Raises :class:`~postil.errors.UnreadableFile` for what is not safe XML."""
    texts: dict[str, TextTag] = {}
    controls: dict[str, Control] = {}
    relations: dict[str, LabelDefinition] = {}
    others = set()
    for element in parse_xml(shown, data).iter():
        name = element.get("name", "")
        if element.tag == "Relation" and element.get("value"):
            relations[element.attrib["value"]] = LabelDefinition()
        elif element.tag in _TEXTS and name:
            texts[name] = _text_tag(element)
        elif name and element.get("toName"):
            controls[name] = _control(element)
        elif name and element.get("value"):
            others.add(name)
    return Config(texts, controls, relations, frozenset(others))


def _text_tag(element: Element) -> TextTag:
    return TextTag(
        element.attrib["name"],
        element.tag,  # type: ignore[arg-type]
        element.get("value", ""),
        element.get("valueType") == "url",
        element.get("textKey", "text"),
    )


def _control(element: Element) -> Control:
    several = {"Choices": element.get("choice") == "multiple", "TextArea": element.get("maxSubmissions") != "1"}
    return Control(
        element.attrib["name"],
        element.tag,
        _labels(element),
        several.get(element.tag, element.tag == "Taxonomy"),
        element.tag == "Rating" or element.get("step") == "1",
        element.get("perRegion") == "true" or element.get("visibleWhen") == "region-selected",
        element.get("whenTagName", "") if element.get("perRegion") == "true" else "",
        tuple(filter(None, element.get("whenLabelValue", "").split(","))),
    )


def _labels(control: Element) -> dict[str, LabelDefinition]:
    """The labels of a control by what results call them: their alias, where they have one. Of a tree, the paths."""
    labels: dict[str, LabelDefinition] = {}
    keys: set[str] = set()
    pending = [(child, "") for child in reversed(control)]
    while pending:
        element, path = pending.pop()
        here = path
        if element.tag in ("Label", "Choice") and (value := element.get("alias") or element.get("value")):
            name = f"{path}/{value}" if control.tag == "Taxonomy" and path else value
            key, colour = element.get("hotkey", ""), element.get("background", "")
            key = key if len(key) == 1 and key not in keys else ""
            keys.add(key)
            shown = element.get("value", "") if element.get("alias") else element.get("hint", "")
            labels[name] = LabelDefinition(shown, key, colour if _COLOUR.fullmatch(colour) else "")
            here = name
        pending += [(child, here) for child in reversed(element)]
    return labels
