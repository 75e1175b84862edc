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
from postil.scheme import Attribute, Constraint, LabelDefinition, Layer, Role, Scheme
from postil.text import listing

Path = tuple[str, ...]
"""The keys from the top of a file to a value."""

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
    if isinstance(value, Constraint):
        return {"kind": value.kind, **_said(value, Constraint(value.kind, ("", "")))}
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    return [_plain(one) for one in value] if isinstance(value, tuple) else value


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


class Change(msgspec.Struct, frozen=True):
    """What a scheme says of a key, and what it is to say; ``None``: nothing."""

    path: Path
    old: Any
    new: Any

    def __str__(self) -> str:
        where = ".".join(self.path[1:])
        if isinstance(self.old, list) and isinstance(self.new, list) and self.new[: len(self.old)] == self.old:
            return f"{where}: also {listing(map(_shown, self.new[len(self.old) :]), 'and')}"
        if self.old is None or self.new is None:
            return f"{where}: {_shown(self.new)}" if self.old is None else f"{where}: no longer {_shown(self.old)}"
        return f"{where}: {_shown(self.new)}, not {_shown(self.old)}"


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} = {_shown(one)}" for name, one in value.items()) or "anything"
    if isinstance(value, list):
        return listing(map(_shown, value), "and")
    return json.dumps(value, ensure_ascii=False) if isinstance(value, bool) else str(value)


def changes(before: dict[str, Layer], after: dict[str, Layer]) -> list[Change]:
    """What layers that are there say otherwise in ``after``; labels, attributes and roles that are new are none of it."""
    return [
        change
        for name, layer in before.items()
        if name in after
        for change in _changed(_whole(layer), _whole(after[name]), ("layers", name))
        if not _is_new(change, layer)
    ]


def _is_new(change: Change, layer: Layer) -> bool:
    """Whether it is about a thing that the layer does not have yet; a label's own form of a role of the layer is none."""
    if change.old is not None or not isinstance(change.new, dict):
        return False
    roles = change.new if change.path[-1] == "roles" else {change.path[-1]} if change.path[-2] == "roles" else ()
    return not any(role in layer.roles for role in roles)


def _whole(layer: Layer) -> dict[str, Any]:
    """A layer as TOML says it, with what it says by default of overlap and unit."""
    return {**layer_table(layer), **({"overlap": layer.overlap, "unit": layer.unit} if layer.kind == "span" else {})}


def _changed(old: dict[str, Any], new: dict[str, Any], path: Path) -> Iterator[Change]:
    for name in (*old, *(one for one in new if one not in old)):
        before, after = old.get(name), new.get(name)
        if isinstance(before, dict) and isinstance(after, dict):
            yield from _changed(before, after, (*path, name))
        elif before != after:
            yield Change((*path, name), before, after)


def widened(text: str, before: dict[str, Layer], after: dict[str, Layer]) -> str:
    """The text of a scheme file in which those keys are changed that ``after`` has otherwise; every other line stays as it is.

    Raises :class:`~postil.errors.PostilError` where the file is written in a way that this cannot be done in.
    """
    import tomlkit

    for change in changes(before, after):
        document = tomlkit.parse(text)
        _put(document, change)
        wanted = tomllib.loads(text)
        _put(wanted, change)
        text = tomlkit.dumps(document)
        if not _reads_as(text, wanted):
            raise PostilError(f"the scheme could not be changed as it is written ({change}): change it by hand")
    return text


def _put(document: Any, change: Change) -> None:
    table = document
    for name in change.path[:-1]:
        table = table.setdefault(name, {})
    name = change.path[-1]
    if change.new is None:
        table.pop(name, None)
    elif isinstance(there := table.get(name), list) and change.new[: len(there)] == there:
        there.extend(change.new[len(there) :])  # what stands between the values, as comments, stays
    else:
        table[name] = change.new


def _reads_as(text: str, wanted: dict[str, Any]) -> bool:
    try:
        return bool(text) and tomllib.loads(text) == wanted
    except tomllib.TOMLDecodeError:
        return False
