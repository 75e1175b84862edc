"""What labels, attributes and roles of a corpus are called in brat."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import msgspec

from postil.errors import PostilError
from postil.formats.brat._configuration import EVENT_LAYER, TRIGGER, TRIGGER_LAYER, Section
from postil.formats.brat._limits import NAMES_ALLOWED
from postil.scheme import Layer, Scheme

PLAIN_LAYERS: dict[Section, str] = {"entities": "span", "relations": "relation", "events": EVENT_LAYER}
NORMALISED, NORMALISED_TEXT = "Reference", "Reference_text"  # attributes that lines of normalisations hold
RELATION_ROLES = {"from": "Arg1", "to": "Arg2"}


class Type(msgspec.Struct, frozen=True):
    """A label of a layer, in the section that has it."""

    section: Section
    layer: str
    label: str


class Types:
    """What each label is called in brat, where all types share one space of names.

    A label that several layers have is called after its layer too: ``layer-label``. The triggers of events are called as the
    events, where they are in a layer of their own.
    """

    def __init__(self, scheme: Scheme) -> None:
        self.names: dict[Type, str] = {}
        self.layers = [name for name in scheme.layers if NAMES_ALLOWED.fullmatch(name)]
        types = list(self._of(scheme))
        events = {type_.label for type_ in types if type_.section == "events"}
        paired = {one for one in types if one.section == "entities" and one.layer == TRIGGER_LAYER and one.label in events}
        self._shared = Counter((type_.section == "relations", type_.label) for type_ in types if type_ not in paired)
        self._taken: set[tuple[bool, str]] = set()
        for type_ in sorted(types, key=paired.__contains__):  # stable: events before the triggers that share their names
            self.name(type_)

    def _of(self, scheme: Scheme) -> Iterator[Type]:
        for name in self.layers:
            layer = scheme.layers[name]
            for label in layer.labels if layer.kind != "label" else ():
                if NAMES_ALLOWED.fullmatch(label):
                    yield Type(_section(layer, label), name, label)

    def name(self, type_: Type) -> str:
        """The name of a label in brat."""
        if type_ not in self.names:
            self.names[type_] = self._event_name(type_) or self._own_name(type_)
        return self.names[type_]

    def _event_name(self, type_: Type) -> str:
        """The name that a trigger shares with its event; none where it is an annotation like others."""
        if type_.section != "entities" or type_.layer != TRIGGER_LAYER:
            return ""
        events = [name for other, name in self.names.items() if other.section == "events" and other.label == type_.label]
        return type_.label if events == [type_.label] else ""

    def _own_name(self, type_: Type) -> str:
        is_relation = type_.section == "relations"
        name = type_.label
        is_clear = (is_relation, name) not in self._taken and self._shared[is_relation, name] <= 1 and name.strip("-")
        if not is_clear or any(name.startswith(f"{layer}-") for layer in {*self.layers, type_.layer}):
            name = f"{type_.layer}-{name}"
        if (is_relation, name) in self._taken:
            raise PostilError(f"two types would both be {name} in brat: give the label {type_.label} another name")
        self._taken.add((is_relation, name))
        return name

    @property
    def are_of_layers(self) -> bool:
        """Whether a configuration has to say which layer a type is of."""
        return any(
            name != type_.label or (type_.layer != PLAIN_LAYERS[type_.section] and not self.is_shared(type_))
            for type_, name in self.names.items()
        )

    def is_shared(self, type_: Type) -> bool:
        """Whether an event has the name of this trigger."""
        return type_.section == "entities" and bool(self._event_name(type_))


def _section(layer: Layer, label: str) -> Section:
    if layer.kind == "span":
        return "entities"
    return "events" if TRIGGER in layer.roles_of(label) else "relations"
