"""Finding the parts that are one file each: rules, formats, reports, commands.

A part announces itself by an object in its module. Nothing lists the modules: they are found by walking the package, when
somebody asks for them and not before.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from functools import cache
from types import ModuleType
from typing import TypeVar

Part = TypeVar("Part")


def modules(package: str, *, deep: bool = False) -> Iterator[ModuleType]:
    """Every public module and package in ``package``, in alphabetical order; ``deep``: and in the packages inside it."""
    for info in pkgutil.iter_modules(importlib.import_module(package).__path__, f"{package}."):
        if info.name.rpartition(".")[2].startswith("_"):
            continue
        if deep and info.ispkg:
            yield from modules(info.name, deep=True)
        yield importlib.import_module(info.name)


@cache
def parts(package: str, kind: type[Part], *, deep: bool = False) -> tuple[Part, ...]:
    """Every object of ``kind`` that a module of ``package`` has at its top level."""
    found: dict[int, Part] = {}
    for module in modules(package, deep=deep):
        for value in vars(module).values():
            if isinstance(value, kind):
                found.setdefault(id(value), value)
    return tuple(found.values())
