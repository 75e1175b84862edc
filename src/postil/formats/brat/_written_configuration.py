"""The configuration with which brat shows what was written, and lets people go on with it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from postil.formats.brat._configuration import ANNOTATOR_MARK, ANNOTATORS_MARK, LAYERS_MARK, MEMBER, TRIGGER, Section
from postil.formats.brat._limits import NAMES_ALLOWED
from postil.formats.brat._names import NORMALISED, NORMALISED_TEXT, PLAIN_LAYERS, RELATION_ROLES, Type, Types
from postil.scheme import Attribute, LabelDefinition, Role, Scheme

_COLOUR = re.compile(r"#[0-9A-Fa-f]{3,8}")
_LISTABLE = re.compile(r"[^\s,|<>#:]+")  # a value that a line of annotation.conf can offer


class Seen(msgspec.Struct):
    """What the annotations use that a scheme may not say: roles of events, attributes that are only there or not."""

    roles: dict[Type, list[str]] = msgspec.field(default_factory=dict)
    flags: dict[str, list[str]] = msgspec.field(default_factory=dict)


class WrittenConfiguration:
    """annotation.conf, visual.conf and kb_shortcuts.conf for a scheme, and for what annotations use beyond it."""

    def __init__(self, scheme: Scheme, types: Types, seen: Seen) -> None:
        self.scheme, self.types, self.seen = scheme, types, seen
        self.marked = types.are_of_layers

    def files(self, annotators: tuple[str, ...]) -> Iterator[tuple[str, str]]:
        """The paths and the texts of the files."""
        marks = [ANNOTATORS_MARK] if len(annotators) > 1 else [f"{ANNOTATOR_MARK}{name}" for name in annotators]
        marks += [LAYERS_MARK] if self.marked else []
        sections = ["".join(f"{mark}\n" for mark in marks)] if marks else []
        sections += ["".join(f"{line}\n" for line in self._section(section)) for section in PLAIN_LAYERS]
        sections.append("".join(f"{line}\n" for line in ["[attributes]", *self._attributes()]))
        yield "annotation.conf", "\n".join(sections)
        if looks := self._looks():
            yield "visual.conf", looks
        keys = {definition.key: name for name, definition in reversed(list(self._definitions())) if len(definition.key) == 1}
        if keys:  # the first type with a key: brat has one keyboard for all layers
            yield "kb_shortcuts.conf", "".join(f"{key}\t{keys[key]}\n" for key in sorted(keys))

    def _section(self, section: Section) -> Iterator[str]:
        yield f"[{section}]"
        layer = ""
        types = [type_ for type_ in self.types.names if type_.section == section and not self.types.is_shared(type_)]
        layers = {name: number for number, name in enumerate(dict.fromkeys(type_.layer for type_ in types))}
        for type_ in sorted(types, key=lambda type_: layers[type_.layer]):
            if self.marked and type_.layer != layer:
                yield f"!{type_.layer}"
                layer = type_.layer
            said = ", ".join(self._arguments(type_))
            yield f"{chr(9) if self.marked else ''}{self.types.names[type_]}{chr(9) + said if said else ''}"

    def _arguments(self, type_: Type) -> Iterator[str]:
        layer = self.scheme.layers.get(type_.layer)
        roles = layer.roles_of(type_.label) if layer else {}
        if type_.section == "events":
            for name in dict.fromkeys([*roles, *self.seen.roles.get(type_, ())]):
                if name != TRIGGER and NAMES_ALLOWED.fullmatch(name):
                    role = roles.get(name, Role(required=False))
                    mark = ("+" if role.required else "*") if role.multiple else "" if role.required else "?"
                    yield f"{name}{mark}:{self._fillers(role)}"
        elif type_.section == "relations":
            definition = layer.labels.get(type_.label) if layer else None
            if set(roles) == {MEMBER}:
                fillers = self._fillers(roles[MEMBER])
                yield from (f"Arg1:{fillers}", f"Arg2:{fillers}", "<REL-TYPE>:symmetric-transitive")
                return
            if len(roles) != 2 or not all(map(NAMES_ALLOWED.fullmatch, roles)):
                roles = {"from": Role(), "to": Role()}
            names = RELATION_ROLES if set(roles) == set(RELATION_ROLES) else {}
            yield from (f"{names.get(name, name)}:{self._fillers(role)}" for name, role in sorted(roles.items()))
            if definition and definition.symmetric:
                yield "<REL-TYPE>:symmetric"

    def _fillers(self, role: Role) -> str:
        if not role.layers and not role.labels:
            return "<ANY>"
        names = [
            name
            for type_, name in self.types.names.items()
            if type_.section != "relations"
            and (not role.layers or type_.layer in role.layers)
            and (not role.labels or type_.label in role.labels)
        ]
        return "|".join(dict.fromkeys(names)) or "<ANY>"

    def _attributes(self) -> Iterator[str]:
        flags = {name: list(types) for name, types in self.seen.flags.items()}
        for layer, name, attribute in self._described():
            owners = [shown for type_, shown in self.types.names.items() if type_.layer == layer and attribute.is_on(type_.label)]
            if attribute.type == "boolean":
                flags.setdefault(name, []).extend(owners)
            elif owners:
                yield _offered(name, attribute, owners)
        for name, owners in flags.items():
            yield f"{name}\tArg:{'|'.join(dict.fromkeys(owners)) or '<ANY>'}"

    def _described(self) -> Iterator[tuple[str, str, Attribute]]:
        """Each attribute of the scheme that brat can name, with its layer."""
        for layer_name, layer in self.scheme.layers.items():
            for name, attribute in layer.attributes.items() if layer.kind != "label" else ():
                if NAMES_ALLOWED.fullmatch(name) and name not in (NORMALISED, NORMALISED_TEXT):
                    yield layer_name, name, attribute

    def _looks(self) -> str:
        """visual.conf: labels without the layer that is in their names, and colours."""
        labels = [f"{name} | {type_.label}" for type_, name in self.types.names.items() if name != type_.label]
        arcs = {name for type_, name in self.types.names.items() if type_.section == "relations"}
        drawing = [
            f"{name}\t{'color' if name in arcs else 'bgColor'}:{definition.colour}"
            for name, definition in self._definitions()
            if _COLOUR.fullmatch(definition.colour)
        ]
        if not labels and not drawing:
            return ""
        return "".join(f"{line}\n" for line in ["[labels]", *labels, "", "[drawing]", *drawing])

    def _definitions(self) -> Iterator[tuple[str, LabelDefinition]]:
        done = set()
        for type_, name in self.types.names.items():
            layer = self.scheme.layers.get(type_.layer)
            if layer and type_.label in layer.labels and name not in done:
                done.add(name)
                yield name, layer.labels[type_.label]


def _offered(name: str, attribute: Attribute, owners: list[str]) -> str:
    """The line of an attribute with values; where brat could not offer them, as a comment."""
    values = attribute.values if attribute.type == "enum" else ()
    if values and all(map(_LISTABLE.fullmatch, values)):
        return f"{name}\tArg:{'|'.join(dict.fromkeys(owners))}, Value:{'|'.join(values)}"
    return f"# {name} of {', '.join(dict.fromkeys(owners))}: any {attribute.type}, which brat shows but cannot offer"
