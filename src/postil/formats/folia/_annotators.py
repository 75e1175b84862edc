"""Who made an annotation, and of which set its classes are."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from postil.formats.folia._vocabulary import DECLARATIONS, ID, kind


class Annotators:
    """What the head of a document declares: for each type of annotation its sets, and who made them."""

    def __init__(self, metadata: Any) -> None:
        self._processors: dict[str, str] = {}
        self._sets: defaultdict[str, dict[str, list[str]]] = defaultdict(dict)
        if metadata is None:
            return
        for element in metadata.iter():
            if kind(element) == "processor":
                self._processors[element.get(ID, "")] = element.get("name") or element.get(ID, "")
        for element in metadata.iter():
            name = kind(element)
            if name.endswith("-annotation"):
                said = [one.get("processor", "") for one in element if kind(one) == "annotator"]
                names = [self._processors.get(one, one) for one in said] or list(filter(None, [element.get("annotator")]))
                own = self._sets[name.removesuffix("-annotation")]
                own[element.get("set", "")] = own.get(element.get("set", ""), []) + names

    def set_of(self, *elements: Any) -> str:
        """The set of an annotation, which it says itself, or what is around it, or which is the only one. The innermost first."""
        for element in elements:
            if said := element.get("set"):
                return str(said)
        sets = self._declared(elements)
        return next(iter(sets)) if len(sets) == 1 else ""

    def annotator_of(self, *elements: Any) -> str:
        """Who made an annotation, which it says itself, or what is around it, or who is the only one. The innermost first."""
        for element in elements:
            if said := element.get("processor"):
                return self._processors.get(str(said), str(said))
            if said := element.get("annotator"):
                return str(said)
        names = set(self._declared(elements).get(self.set_of(*elements), ()))
        return names.pop() if len(names) == 1 else ""

    def _declared(self, elements: tuple[Any, ...]) -> dict[str, list[str]]:
        """What is declared for the innermost of these that something is declared for."""
        for element in elements:
            name = kind(element)
            if found := self._sets.get(DECLARATIONS.get(name, name)):
                return found
        return {}


def short(name: str) -> str:
    """A set's name without what every one has: the last part of an address."""
    last = name.rstrip("/").rpartition("/")[2]
    for suffix in (".ttl", ".xml", ".json", ".foliaset"):
        last = last.removesuffix(suffix)
    return last
