"""The labels of a project of doccano, as its settings import them and as they stand beside an export."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Any

from postil.errors import UnreadableFile
from postil.exchange.incoming import Incoming
from postil.exchange.safe_json import read_json
from postil.exchange.sources import File
from postil.formats._flat import is_name
from postil.formats._json_values import listed
from postil.scheme import LabelDefinition, Layer, LayerKind

_COLOURS = ("#4e79a7", "#f28e2b", "#e15759", "#76b7b2", "#59a14f", "#edc948", "#b07aa1", "#ff9da7", "#9c755f", "#bab0ac")
CONFIGS: dict[LayerKind, str] = {
    "span": "label_config.json",
    "label": "category_config.json",
    "relation": "relation_config.json",
}


def label_names(incoming: Incoming) -> dict[str, str]:
    """What the numbers of labels mean, as a label configuration beside the records says; its labels become the scheme."""
    names: dict[str, str] = {}
    layers: dict[LayerKind, str] = {
        "span": incoming.span_layer, "label": incoming.label_layer, "relation": incoming.relation_layer,
    }  # fmt: skip
    for kind, name in CONFIGS.items():
        for file in filter(None, [incoming.source.get(name)] if not incoming.source.is_directory else _named(incoming, name)):
            labels: dict[str, LabelDefinition] = {}
            for one in listed(read_json(file)):
                text = one.get("text") if isinstance(one, dict) else None
                if not isinstance(text, str):
                    raise UnreadableFile(
                        file.shown, 'not a configuration of labels: a list of objects with "text" is wanted', 1, 1
                    )
                if is_name(one.get("id")):
                    names[str(one["id"])] = text
                colour = one.get("backgroundColor") or one.get("background_color")
                labels[text] = LabelDefinition(colour=colour if isinstance(colour, str) else "")
            incoming.declared[layers[kind]] = Layer(kind, labels=labels, multiple=kind == "label")
    return names


def _named(incoming: Incoming, name: str) -> list[File]:
    return [file for path, file in incoming.source.all_files.items() if PurePosixPath(path).name == name]


def settings_of(labels: dict[str, LabelDefinition]) -> list[dict[str, Any]]:
    """Labels as doccano imports them: each with a key of its own and a colour."""
    taken: set[str] = set()
    looks = []
    for number, (label, definition) in enumerate(labels.items()):
        key = definition.key if definition.key.isascii() and definition.key.isalnum() and definition.key not in taken else None
        taken.add(key or "")
        colour = definition.colour or _COLOURS[number % len(_COLOURS)]
        looks.append({"text": label, "suffixKey": key, "backgroundColor": colour, "textColor": "#ffffff"})
    return looks
