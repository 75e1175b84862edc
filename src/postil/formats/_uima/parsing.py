"""A parser for each of the files that a CAS comes in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from postil.exchange.format import Option
from postil.exchange.incoming import Incoming
from postil.exchange.safe_json import read_json
from postil.exchange.sources import Source
from postil.formats._uima.cas import TypeSystem
from postil.formats._uima.json_ import parse_cas
from postil.formats._uima.source import Parsed, Parser, Place
from postil.formats._uima.type_system import read_type_system
from postil.formats._uima.xmi import parse_xmi

LABEL = Option(
    "label-feature", "the feature that has the labels of a layer, where its name is unusual", "LAYER.FEATURE", multiple=True
)


def json_parser(incoming: Incoming) -> Parser:
    """Parses CAS JSON."""
    return lambda place: Parsed(parse_cas(place.file.shown, read_json(place.file), incoming.losses), "utf-16")


def xmi_parser(incoming: Incoming) -> Parser:
    """Parses XMI with the type system that belongs to it."""
    types = _TypeSystems(incoming)
    return lambda place: Parsed(parse_xmi(place.file.shown, place.file.read(), types.of(place), incoming.losses), "utf-16")


class _TypeSystems:
    """Finds the type system of a file; each is read once."""

    def __init__(self, incoming: Incoming) -> None:
        self._incoming = incoming
        given = incoming.options.get("type-system")
        self._given = read_type_system(Source(Path(given)).files()[0]) if given else None
        self._last: tuple[str, TypeSystem] = ("", TypeSystem())

    def of(self, place: Place) -> TypeSystem:
        """The types that a file uses; none where there is no description."""
        if self._given:
            return self._given
        for name in _candidates(place):
            if name in place.beside:
                file = place.beside[name]
                if self._last[0] != file.shown:
                    self._last = (file.shown, read_type_system(file))
                return self._last[1]
        self._incoming.repaired.add(
            "files without their type system: references are found by name, values are words", place.shown
        )
        return TypeSystem()


def _candidates(place: Place) -> Iterator[str]:
    """Where the type system of a file may be: in its directory, then in those above."""
    stem = PurePosixPath(place.path.removesuffix(".gz")).stem
    wanted = [f"{stem}{between}typesystem.xml".lower() for between in ("-", ".", "_", "")] + ["typesystem.xml", "type_system.xml"]
    listed = {path.lower(): path for path in place.beside}
    for directory in PurePosixPath(place.path).parents:
        for name in wanted:
            path = (directory / name).as_posix()
            yield listed.get(path.lower(), path)
    yield from ("TypeSystem.xml", f"{stem}-typesystem.xml", f"{stem}-TypeSystem.xml", f"{stem}.typesystem.xml")
