"""The header of a WebAnno TSV file: its version, and what its columns hold."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

import msgspec

from postil.errors import UnreadableFile
from postil.formats._uima import names

Kind = Literal["span", "relation", "chain"]
Holds = Literal["nothing", "value", "role", "target", "source", "link"]

_FORMAT = re.compile(r"#FORMAT=.* (\d+)\.(\d+)\s*")
_LAYER = re.compile(r"#T_(SP|RL|CH)=(.*)")
_KINDS: dict[str, Kind] = {"SP": "span", "RL": "relation", "CH": "chain"}
_ROLE = re.compile(r"ROLE_[^:]*:(?P<feature>[^.:]+)_(?P<type>[^.:]+\..*|[^_:.]+)")
BASE, ROLE = "BT_", "ROLE_"


class Column(msgspec.Struct, frozen=True):
    """A column. ``hint``: the type of the links that a role column holds, or of what a source or target is."""

    type: str
    kind: Kind
    holds: Holds
    feature: str = ""
    hint: str = ""


def version_of(shown: str, line: str) -> tuple[int, int]:
    """The version of the format, as the first line says."""
    found = _FORMAT.fullmatch(line)
    if found and found[1] == "3":
        return 3, int(found[2])
    said = f"version {found[1]}.{found[2]}" if found else "no #FORMAT line, as in versions 1 and 2,"
    message = (
        f"WebAnno TSV 3 is wanted, and this has {said} or something else: open it in WebAnno or INCEpTION, export it as TSV 3"
    )
    raise UnreadableFile(shown, message, 1, 1)


def columns_of(shown: str, line: str, number: int) -> list[Column] | None:
    """The columns of the layer that a line of the header declares; ``None`` where it declares none."""
    found = _LAYER.fullmatch(line)
    if not found:
        return None
    type_, *declared = found[2].split("|")
    if not type_:
        raise UnreadableFile(shown, f"a layer without a name: {line}", number, 1)
    kind = _KINDS[found[1]]
    columns = list(_columns(type_, kind, [one for one in declared if one]))
    return columns or [Column(type_, kind, "nothing")]


def _columns(type_: str, kind: Kind, declared: list[str]) -> Iterator[Column]:
    slot = ""
    for one in declared:
        role = _ROLE.fullmatch(one) if kind == "span" else None
        if role:
            slot = role["feature"]
            yield Column(type_, kind, "role", slot, role["type"])
        elif kind == "span" and slot and "." in one:
            yield Column(type_, kind, "target", slot, one)
            slot = ""
        elif kind == "relation" and one.startswith(BASE):
            yield Column(type_, kind, "source", names.GOVERNOR, one.removeprefix(BASE))
        elif kind == "chain" and one == names.REFERENCE_RELATION:
            yield Column(type_, kind, "link", one)
        else:
            yield Column(type_, kind, "value", one)
