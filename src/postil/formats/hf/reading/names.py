"""The names of classes in a dataset, which stores their numbers: as Parquet's metadata has them, and as the card has them."""

from __future__ import annotations

from typing import Any, Literal

import msgspec
import yaml

from postil.errors import UnreadableFile
from postil.exchange.safe_json import read_json
from postil.exchange.sources import File

Names = tuple[str, ...] | dict[str, Any] | Literal["json"] | None
"""The names of a column's classes; of a struct those of each field; ``None`` where there are none. Lists are left out.

``"json"``: the value is JSON as text, as ``datasets`` has what is of several types.
"""


def of_feature(feature: Any) -> Names:
    """The names in a feature of Parquet's metadata."""
    if isinstance(feature, list):
        return of_feature(feature[0]) if feature else None
    if not isinstance(feature, dict):
        return None
    if feature.get("_type") == "ClassLabel":
        return tuple(map(str, feature.get("names") or ())) or None
    if feature.get("_type") == "Json":
        return "json"
    if isinstance(feature.get("_type"), str):
        return of_feature(feature.get("feature"))
    return {name: of_feature(one) for name, one in feature.items()}


def of_card(file: File) -> dict[str, dict[str, Names]]:
    """The names in the card's ``dataset_info``, by config and column."""
    infos = front_matter(file).get("dataset_info") or []
    found = [info for info in (infos if isinstance(infos, list) else [infos]) if isinstance(info, dict)]
    return {str(info.get("config_name", "default")): _fields(info.get("features")) for info in found}


def of_infos(file: File) -> dict[str, dict[str, Names]]:
    """The names in a ``dataset_infos.json``, by config and column."""
    said = read_json(file)
    infos = said.items() if isinstance(said, dict) else ()
    features = {str(config): info.get("features") for config, info in infos if isinstance(info, dict)}
    return {
        config: {name: of_feature(one) for name, one in found.items()}
        for config, found in features.items()
        if isinstance(found, dict)
    }


def front_matter(file: File) -> dict[str, Any]:
    """The YAML at the beginning of a card; empty where there is none."""
    text = file.text()
    end = text.find("\n---", 4)
    if not text.startswith("---\n") or end < 0:
        return {}
    try:
        said = yaml.safe_load(text[4 : end + 1])
    except (yaml.YAMLError, RecursionError) as error:
        raise UnreadableFile(file.shown, f"its YAML cannot be read: {error}") from error
    return said if isinstance(said, dict) else {}


def _fields(entries: Any) -> dict[str, Names]:
    listed = entries if isinstance(entries, list) else []
    return {str(entry.get("name")): _of_entry(entry) for entry in listed if isinstance(entry, dict)}


def _of_entry(entry: Any) -> Names:
    if isinstance(entry, list):
        return _fields(entry)
    if not isinstance(entry, dict):
        return None
    if isinstance(entry.get("class_label"), dict):
        return _numbered(entry["class_label"].get("names"))
    return next((_of_entry(entry[key]) for key in ("dtype", "sequence", "list", "struct") if key in entry), None)


def _numbered(names: Any) -> Names:
    """Names that are listed, or by their numbers; none where they are neither."""
    if isinstance(names, list):
        return tuple(map(str, names))
    if not isinstance(names, dict) or not all(str(number).isdecimal() for number in names):
        return None
    return tuple(str(names[number]) for number in sorted(names, key=int))


def named(value: Any, names: Names) -> Any:
    """A value with the names of its classes for their numbers; a class that nothing is said of is ``None``."""
    if isinstance(value, list):
        return [named(one, names) for one in value]
    if names == "json":
        return _decoded(value)
    if isinstance(names, tuple) and isinstance(value, int | str):
        return _name_of(value, names)
    if isinstance(names, dict) and isinstance(value, dict):
        return {key: named(one, names.get(key)) for key, one in value.items()}
    return value


def _name_of(value: int | str, names: tuple[str, ...]) -> str | None:
    """A class by its number; by its name, or its number in words, where all values of a file are text."""
    if isinstance(value, str) and (value in names or not value.isdecimal()):
        return value
    number = int(value)
    return names[number] if 0 <= number < len(names) else None


def _decoded(value: Any) -> Any:
    try:
        return msgspec.json.decode(value) if isinstance(value, str) else value
    except msgspec.DecodeError:
        return value
