from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from postil.rules import Example, Problem, Severity, project_rule
from postil.rules.examples import SCHEME
from postil.rules.views import ProjectView
from postil.storage.toml_positions import KeyPath
from postil.text import listing, quote

_LAYER_KEYS = {"overlap": "span", "unit": "span", "within": "span", "multiple": "label", "roles": "relation", "group": "span"}
_LABEL_KEYS = ("roles", "acyclic", "symmetric")
_NOUNS = {"span": "spans", "relation": "relations", "label": "labels of the document"}
_ATTRIBUTE_KEYS = {
    "values": ("enum", "reference"), "pattern": ("string",), "minimum": ("integer", "number"), "maximum": ("integer", "number"),
    "layers": ("reference",), "labels": ("reference",),
}  # fmt: skip
_TYPES = ("enum", "string", "integer", "number", "boolean", "link", "reference")


@project_rule(
    "SCH010",
    Example(),
    Example(scheme=SCHEME.replace('kind = "label"', 'kind = "label"\nmultiple = true')),
    Example(scheme=SCHEME.replace("acyclic = true", "acyclic = true, symmetric = false"), note="they do not contradict"),
    Example(scheme=SCHEME.replace('kind = "label"', 'kind = "label"\nunit = "word"'), finds=("52:1",)),
    Example(scheme=SCHEME.replace('kind = "relation"', 'kind = "relation"\noverlap = "none"'), finds=("45:1",)),
    Example(scheme=SCHEME.replace('within = "sentence"', 'within = "sentence"\nmultiple = true'), finds=("20:1",)),
    Example(scheme=SCHEME.replace("op-ed = {}", "op-ed = { acyclic = true, symmetric = true }"), finds=("52:18", "52:34")),
    Example(scheme=SCHEME.replace('kind = "label"', 'kind = "label"\nroles.from = {}'), finds=("52:1",)),
    Example(scheme=SCHEME.replace("acyclic = true", "acyclic = true, symmetric = true"), finds=("47:21",)),
    Example(scheme=SCHEME.replace('"boolean"', '"boolean"\nvalues = ["yes"]\npattern = "x"'), finds=("14:1", "15:1")),
    Example(
        scheme=SCHEME.replace('"string"', '"string"\nminimum = 1\nmaximum = 2\nlayers = ["entity"]'),
        finds=("41:1", "42:1", "43:1"),
    ),
    Example(scheme=SCHEME.replace('kind = "label"', 'kind = "labels"\nunit = "word"'), note="SCH002 has the kind"),
    Example(scheme=SCHEME.replace('kind = "label"', 'kind = "label"\nfrom = "categories"')),
    Example(scheme=SCHEME.replace('unit = "grapheme"', 'unit = "grapheme"\nfrom = "spans"\ngroup = "x"')),
    Example(scheme=SCHEME.replace('kind = "label"', 'kind = "label"\nfrom = "entities"'), finds=("52:1",)),
    Example(scheme=SCHEME.replace('kind = "relation"', 'kind = "relation"\nfrom = "spans"'), finds=("45:1",)),
    Example(scheme=SCHEME.replace('unit = "grapheme"', 'unit = "grapheme"\ngroup = "x"'), finds=("19:1",)),
    Example(scheme=SCHEME.replace("acyclic = true", 'from = ["because"]'), finds=("47:21",)),
    Example(
        scheme="name = 'x'\nversion = 1\nlayers.a = 1\n[layers.b]\nkind = []\nlabels = 2\nattributes = [3]\n", note="SCH002's"
    ),
    Example(scheme="name = 'x'\nversion = 1\nlayers = [{ kind = 'label', unit = 'word' }]\n", note="SCH002's"),
    severity=Severity.WARNING,
)
def check(view: ProjectView) -> Iterator[Problem]:
    """Every key of the scheme should do something where it stands.

    Whoever wrote ``unit = "word"`` for labels of the document, or ``pattern`` for an enum, believes that it is checked. It is
    not. And a relation that is ``symmetric`` runs both ways, so that ``acyclic`` can never hold of it.

    Remove the key, or mend the ``kind`` or the ``type`` that makes it idle.
    """
    for name, layer in _tables(view.project.scheme_file.raw().get("layers")):
        for path, message in (*_in_layer(layer), *_in_labels(layer), *_in_attributes(layer)):
            yield view.problem(("layers", name, *path), message)


def _in_layer(layer: dict[str, Any]) -> Iterator[tuple[KeyPath, str]]:
    kind = layer.get("kind")
    for key, effective in _LAYER_KEYS.items():
        if key in layer and kind in list(_NOUNS) and kind != effective:
            yield (key,), f"{key} does nothing in a layer of {_NOUNS[kind]}: it is for {_NOUNS[effective]}"
    if "from" in layer and (kind == "relation" or (kind == "label" and layer["from"] in ("entities", "spans"))):
        yield ("from",), f"from = {quote(str(layer['from']))} does nothing in a layer of {_NOUNS[kind]}"
    if "group" in layer and kind == "span" and layer.get("from") != "spans":
        yield ("group",), "group does nothing without from = “spans”"


def _in_labels(layer: dict[str, Any]) -> Iterator[tuple[KeyPath, str]]:
    kind = layer.get("kind")
    for name, label in _tables(layer.get("labels")):
        if kind in ("span", "label"):
            for key in _LABEL_KEYS:
                if key in label:
                    yield (
                        ("labels", name, key),
                        f"{key} does nothing in a layer of {_NOUNS[kind]}: it is for {_NOUNS['relation']}",
                    )
        elif kind == "relation" and "from" in label:
            yield ("labels", name, "from"), f"from does nothing in a layer of {_NOUNS[kind]}: no pipeline suggests them"
        if kind not in ("span", "label") and label.get("acyclic") is True and label.get("symmetric") is True:
            yield ("labels", name, "acyclic"), f"{name} is symmetric, so it runs both ways and cannot be acyclic"


def _in_attributes(layer: dict[str, Any]) -> Iterator[tuple[KeyPath, str]]:
    for name, attribute in _tables(layer.get("attributes")):
        type_ = attribute.get("type")
        for key, effective in _ATTRIBUTE_KEYS.items():
            if key in attribute and type_ in _TYPES and type_ not in effective:
                message = f"{key} does nothing for an attribute of type {type_}: it is for {listing(effective, 'and')}"
                yield ("attributes", name, key), message


def _tables(value: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """The tables in a table. What else there is, SCH002 has found."""
    for name, inner in value.items() if isinstance(value, dict) else ():
        if isinstance(inner, dict):
            yield name, inner
