"""Finding the parts that are one file each: rules, formats, reports, commands.

A part announces itself by an object in its module. Nothing lists the modules: they are found by walking the package, when
somebody asks for them and not before.
"""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
from collections.abc import Iterator
from functools import cache
from types import ModuleType
from typing import TypeVar

Part = TypeVar("Part")


@cache
def names(package: str) -> tuple[str, ...]:
    """The names of the public modules in ``package``, sorted, without the underscore that keeps one from being a keyword.

    Nothing is imported but the packages around it.
    """
    spec = importlib.util.find_spec(package)
    found = pkgutil.iter_modules(spec.submodule_search_locations if spec else [])
    return tuple(sorted(info.name.rstrip("_") for info in found if not info.name.startswith("_")))


def module(package: str, name: str) -> ModuleType:
    """The module of ``package`` with this name, imported."""
    exact = importlib.util.find_spec(f"{package}.{name}")
    return importlib.import_module(f"{package}.{name}" if exact else f"{package}.{name}_")


def part(package: str, name: str, kind: type[Part]) -> Part:
    """The object of ``kind`` that the module with this name announces. Only that module is imported."""
    return next(value for value in vars(module(package, name)).values() if isinstance(value, kind))


@cache
def parts(package: str, kind: type[Part]) -> tuple[Part, ...]:
    """Every object of ``kind`` that a module of ``package``, or of a package inside it, has at its top level."""
    found: dict[int, Part] = {}
    for each in _modules(package):
        for value in vars(each).values():
            if isinstance(value, kind):
                found.setdefault(id(value), value)
    return tuple(found.values())


def _modules(package: str) -> Iterator[ModuleType]:
    for info in pkgutil.iter_modules(importlib.import_module(package).__path__, f"{package}."):
        if info.name.rpartition(".")[2].startswith("_"):
            continue
        if info.ispkg:
            yield from _modules(info.name)
        yield importlib.import_module(info.name)
