"""A scheme as the text of its file: written anew, or added to without changing what is there."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from typing import Any

import msgspec
from msgspec.structs import replace

from postil.errors import PostilError
from postil.scheme import Attribute, LabelDefinition, Layer, Role, Scheme

_KEYS = "abcdefghijklmnopqrstuvwxyz0123456789"


def with_keys(layers: dict[str, Layer]) -> dict[str, Layer]:
    """The layers with a key for each label that has none: the first letter of its name that is free, else any that is."""
    return {name: replace(layer, labels=_keyed(layer.labels)) for name, layer in layers.items()}


def _keyed(labels: dict[str, LabelDefinition]) -> dict[str, LabelDefinition]:
    taken = {definition.key for definition in labels.values() if definition.key}
    keyed = {}
    for name, definition in labels.items():
        key = definition.key or next((one for one in (*name.casefold(), *_KEYS) if one in _KEYS and one not in taken), "")
        taken.add(key)
        keyed[name] = replace(definition, key=key)
    return keyed


def scheme_toml(scheme: Scheme) -> str:
    """The text of a scheme file."""
    import tomlkit

    document = tomlkit.document()
    document.add(tomlkit.comment("The annotation scheme, as it was found in what was imported. Describe what each label means."))
    for name, value in _said(scheme, Scheme("", -1)).items():
        if name != "layers":
            document[name] = value
    text = tomlkit.dumps(document)
    for name, layer in scheme.layers.items():
        text += "\n" + tomlkit.dumps({"layers": {name: layer_table(layer)}})
    return text


def layer_table(layer: Layer) -> dict[str, Any]:
    """A layer as TOML says it: what is not said does not restrict, and is left out."""
    return {"kind": layer.kind, **{name: value for name, value in _said(layer, Layer(layer.kind)).items() if name != "kind"}}


def _said(struct: msgspec.Struct, blank: msgspec.Struct) -> dict[str, Any]:
    """The values of a struct that are not those of a blank one, as TOML can hold them."""
    found: dict[str, Any] = {}
    for name, called in zip(struct.__struct_fields__, struct.__struct_encode_fields__, strict=True):
        value = getattr(struct, name)
        if value != getattr(blank, name, None):
            found[called] = _plain(value)
    return found


def _plain(value: Any) -> Any:
    if isinstance(value, LabelDefinition):
        return _said(value, LabelDefinition())
    if isinstance(value, Role):
        return _said(value, Role())
    if isinstance(value, Attribute):
        return {"type": value.type, **_said(value, Attribute(value.type))}
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    return list(value) if isinstance(value, tuple) else value


def added(text: str, layers: dict[str, Layer]) -> str:
    """The text of a scheme file with what these layers have and it has not; every line that is there stays as it is.

    Raises :class:`~postil.errors.PostilError` where the file is written in a way that nothing can be added to.
    """
    for path, value in _missing_tables(tomllib.loads(text).get("layers", {}), {n: layer_table(one) for n, one in layers.items()}):
        wanted = _with(tomllib.loads(text), path, value)
        tries = (one for one in (_as_table(text, path, value), _as_line(text, path, value)) if _reads_as(one, wanted))
        found = next(tries, None)
        if found is None:
            raise PostilError(f"{'.'.join(path)} could not be added to the scheme as it is written: add it by hand")
        text = found
    return text


Path = tuple[str, ...]


def _missing_tables(there: dict[str, Any], wanted: dict[str, Any], path: Path = ("layers",)) -> Iterator[tuple[Path, Any]]:
    """What has to be added, as high up as it can be."""
    for name, value in wanted.items():
        if name not in there:
            if isinstance(value, dict):
                yield (*path, name), value
        elif isinstance(value, dict) and isinstance(there[name], dict):
            yield from _missing_tables(there[name], value, (*path, name))


def _with(document: dict[str, Any], path: Path, value: Any) -> dict[str, Any]:
    table = document
    for name in path[:-1]:
        table = table.setdefault(name, {})
    table[path[-1]] = value
    return document


def _as_table(text: str, path: Path, value: dict[str, Any]) -> str:
    """With a table of its own at the end."""
    import tomlkit

    nested: dict[str, Any] = value
    for name in reversed(path):
        nested = {name: nested}
    return f"{text.rstrip()}\n\n{tomlkit.dumps(nested)}"


def _as_line(text: str, path: Path, value: dict[str, Any]) -> str:
    """With a line under the header of its layer, as where the other labels are lines."""
    import tomlkit

    layer, *rest = path[1:]
    header = re.search(
        rf"^\[\s*layers\s*\.\s*(?:{re.escape(layer)}|{re.escape(json.dumps(layer))})\s*\][^\n]*\n", text, re.MULTILINE
    )
    if header is None or not rest:
        return ""
    inline = tomlkit.inline_table()
    inline.update(value)
    name = ".".join(tomlkit.key(one).as_string() for one in rest)
    return f"{text[: header.end()]}{name} = {inline.as_string()}\n{text[header.end() :]}"


def _reads_as(text: str, wanted: dict[str, Any]) -> bool:
    try:
        return bool(text) and tomllib.loads(text) == wanted
    except tomllib.TOMLDecodeError:
        return False
