"""What ``annotation.conf``, ``visual.conf`` and ``kb_shortcuts.conf`` say of a collection: its types, and the layer of each."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator
from typing import Literal

import msgspec
from msgspec.structs import replace

from postil.errors import UnreadableFile
from postil.exchange.incoming import Incoming
from postil.exchange.sources import File
from postil.scheme import Attribute, LabelDefinition, Layer, LayerKind, Role

EVENT_LAYER, TRIGGER_LAYER = "event", "trigger"
TRIGGER, MEMBER = "trigger", "member"

LAYERS_MARK = "# Each !type at the margin is a layer; the types below it are its labels."
"""The line with which an annotation.conf says that its outermost types are layers."""

ANNOTATORS_MARK = "# Each directory beside this file is an annotator's: the same texts, annotated by somebody else."
"""The line with which an annotation.conf says that directories are annotators."""

ANNOTATOR_MARK = "# Annotator: "
"""What begins the line with which an annotation.conf says who annotated, where that is one."""

SPECIAL = ("ENTITY-NESTING", "<OVERLAP>")  # lines that say how annotations may overlap, in a section of types

Section = Literal["entities", "relations", "events", "attributes"]

_SECTION = re.compile(r"\s*\[(.*)\]\s*")
_MACRO = re.compile(r"<([A-Za-z_-]+)>=\s*(.*?)\s*")
_HYPHENS = re.compile(r"\s*-+\s*")
_CARDINALITY = re.compile(r"(.*?)(\?|\*|\+|\{(\d*)(?:(-)(\d*))?\})?")
_COLOUR = re.compile(r"#[0-9A-Fa-f]{3}|#[0-9A-Fa-f]{6}")
_LONGEST_LINE = 1 << 20
_LONGEST_NUMBER = 9  # digits after the name of a role


class Argument(msgspec.Struct, frozen=True):
    """``Role?:Type|Type`` of a line of a configuration."""

    name: str
    values: tuple[str, ...]
    required: bool = True
    multiple: bool = False


class Node(msgspec.Struct, frozen=True):
    """A type. ``is_unused``: written ``!Type``, not for annotation. ``root``: the outermost type above it, where that is so."""

    name: str
    display: tuple[str, ...]
    is_unused: bool
    depth: int
    root: str
    has_parent: bool
    arguments: tuple[Argument, ...]

    def argument(self, name: str) -> tuple[str, ...]:
        """The values of an argument."""
        return next((one.values for one in self.arguments if one.name == name), ())


def role_of(name: str, known: Container[str]) -> str:
    """The role that a name with a number after it means: Theme for Theme2, where no role is called so itself."""
    stem = name
    for _ in range(_LONGEST_NUMBER):
        if stem in known:
            return stem
        if not stem[-1:].isdigit():
            break
        stem = stem[:-1]
    return name


class Name(msgspec.Struct, frozen=True):
    """What a type is in a corpus."""

    layer: str
    label: str


class Configuration(msgspec.Struct):
    """What the types of a collection are.

    ``spans``, ``events``, ``relations``: layer and label by type. ``roles``: of each event type, and whether several may fill
    one. ``flags``: attributes that are only there or not, with the types that have them. ``annotator``: who annotated.
    """

    spans: dict[str, Name] = {}
    events: dict[str, Name] = {}
    relations: dict[str, Name] = {}
    roles: dict[str, dict[str, bool]] = {}
    flags: dict[str, set[str]] = {}
    layers: dict[str, Layer] = {}
    annotator: str = ""


class Configurations:
    """The configuration of each directory of a source: that of the nearest ``annotation.conf`` in it or above it."""

    def __init__(self, incoming: Incoming) -> None:
        self._incoming = incoming
        self._found: dict[str, Configuration] = {}

    def of(self, path: str) -> Configuration:
        """The configuration for the file with this path."""
        directory = path.rpartition("/")[0]
        if directory not in self._found:
            self._found[directory] = self._read(directory)
        return self._found[directory]

    def _read(self, directory: str) -> Configuration:
        file = self._incoming.source.get(f"{directory}/annotation.conf".lstrip("/"))
        if file is None:
            return self.of(directory) if directory else Configuration()
        read = _Reading(self._incoming, directory, file)
        for name, layer in read.configuration.layers.items():
            known = self._incoming.declared.get(name)
            self._incoming.declared[name] = _merged(known, layer) if known else layer
        return read.configuration


def _merged(one: Layer, other: Layer) -> Layer:
    """Two descriptions of a layer as one that allows what either does; what both describe is as the first says."""
    return replace(one, labels={**other.labels, **one.labels}, attributes={**other.attributes, **one.attributes})


class _Reading:
    """Reads the files of one directory."""

    def __init__(self, incoming: Incoming, directory: str, file: File) -> None:
        self.incoming = incoming
        self.directory = directory
        text = self._text(file)
        says = incoming.options.get("layers") or "marked"
        self.roots_are_layers = says == "roots" or (says == "marked" and LAYERS_MARK in text)
        sections = parse(file.shown, text)
        self.looks = _looks(self._beside("visual.conf"), self._beside("kb_shortcuts.conf"))
        found = re.search(rf"^{ANNOTATOR_MARK}(.+)$", text, re.MULTILINE)
        self.configuration = Configuration(annotator=found[1].strip() if found else "")
        nodes = {name: [node for node in sections.get(name, ()) if node.name not in SPECIAL] for name in sections}
        self._count_what_is_not_kept(file, sections)
        self._spans(nodes.get("entities", []) + nodes.get("spans", []))
        self._events(nodes.get("events", []))
        self._relations(nodes.get("relations", []))
        self._fill_roles(nodes)
        for node in nodes.get("attributes", ()):
            self._attribute(node)

    def _beside(self, name: str) -> dict[str, list[Node]]:
        file = self.incoming.source.get(f"{self.directory}/{name}".lstrip("/"))
        if file is None:
            return {}
        text = self._text(file)
        return parse(file.shown, f"[keys]\n{text}" if name.startswith("kb") else text)

    def _text(self, file: File) -> str:
        """The text of a configuration, which is no reason to give up where it is in an old encoding."""
        try:
            return file.text(self.incoming.source.encoding)
        except UnreadableFile as error:
            self.incoming.repaired.add("configurations in another encoding, taken for Latin-1", str(error))
            return file.text("latin-1")

    def _count_what_is_not_kept(self, file: File, sections: dict[str, list[Node]]) -> None:
        losses = self.incoming.losses
        for section, nodes in sections.items():
            for node in nodes:
                if node.name in SPECIAL:
                    losses.add("rules of annotation.conf on overlap", f"{file.shown}: {node.name}", stops=False)
                elif section in ("entities", "events", "relations") and self._is_below_another(node):
                    losses.add("places of types in the hierarchy of annotation.conf", f"{file.shown}: {node.name}", stops=False)

    def _is_below_another(self, node: Node) -> bool:
        return node.has_parent and not (self.roots_are_layers and node.depth == 1)

    def _named(self, node: Node, plain: str, kind: LayerKind) -> Name:
        if not (self.roots_are_layers and node.root):
            return Name(plain, node.name)
        known = self.configuration.layers.get(node.root)
        layer = node.root if known is None or known.kind == kind else f"{node.root}-{plain}"
        return Name(layer, node.name.removeprefix(f"{node.root}-"))

    def _spans(self, nodes: list[Node]) -> None:
        for node in nodes:
            if not node.is_unused:
                name = self.configuration.spans[node.name] = self._named(node, self.incoming.span_layer, "span")
                self._declare(name, "span", self.looks.get(node.name))

    def _events(self, nodes: list[Node]) -> None:
        for node in nodes:
            if node.is_unused:
                continue
            name = self.configuration.events[node.name] = self._named(node, EVENT_LAYER, "relation")
            look = self.looks.get(node.name)
            self._declare(name, "relation", look)
            if node.name not in self.configuration.spans and not self.roots_are_layers:
                self._declare(Name(TRIGGER_LAYER, name.label), "span", look)
            roles = self.configuration.roles.setdefault(node.name, {})
            roles.update({one.name: one.multiple for one in node.arguments})

    def _relations(self, nodes: list[Node]) -> None:
        for node in nodes:
            if not node.is_unused:
                name = self.configuration.relations[node.name] = self._named(node, self.incoming.relation_layer, "relation")
                self._declare(name, "relation", self.looks.get(node.name))

    def _declare(self, name: Name, kind: LayerKind, look: LabelDefinition | None) -> None:
        layers = self.configuration.layers
        layer = layers.setdefault(name.layer, Layer(kind))
        if name.label not in layer.labels:
            layers[name.layer] = replace(layer, labels={**layer.labels, name.label: look or LabelDefinition()})

    def _fill_roles(self, nodes: dict[str, list[Node]]) -> None:
        for node in nodes.get("events", ()):
            if name := self.configuration.events.get(node.name):
                triggers = self.configuration.spans.get(node.name, Name(TRIGGER_LAYER, ""))
                trigger = Role() if self.roots_are_layers else Role(layers=(triggers.layer,))
                self._add_roles(name, {TRIGGER: trigger, **{one.name: self._role(one) for one in node.arguments}})
        for node in nodes.get("relations", ()):
            if (name := self.configuration.relations.get(node.name)) and len(node.arguments) >= 2:
                self._add_roles(name, self._relation_roles(node), is_symmetric="symmetric" in _kinds(node))

    def _relation_roles(self, node: Node) -> dict[str, Role]:
        arguments = [one for one in node.arguments if not one.name.startswith("<")]
        if {"symmetric", "transitive"} <= set(_kinds(node)):  # what brat writes as an equivalence
            return {MEMBER: replace(_joined([self._role(one) for one in arguments]), multiple=True)}
        roles = {one.name: self._role(one) for one in arguments}
        return {"from": roles["Arg1"], "to": roles["Arg2"]} if set(roles) == {"Arg1", "Arg2"} else roles

    def _add_roles(self, name: Name, roles: dict[str, Role], *, is_symmetric: bool = False) -> None:
        layer = self.configuration.layers[name.layer]
        label = layer.labels[name.label]
        both = {role: _joined([label.roles[role], one]) if role in label.roles else one for role, one in roles.items()}
        label = replace(label, roles={**label.roles, **both}, symmetric=label.symmetric or is_symmetric)
        self.configuration.layers[name.layer] = replace(layer, labels={**layer.labels, name.label: label})

    def _role(self, argument: Argument) -> Role:
        """A role that allows whatever the argument does; more, where a scheme cannot say it as exactly."""
        names = [name for value in argument.values for name in self._meant(value)]
        is_any = not names or "<ANY>" in argument.values
        has_labels = not any(value.startswith("<") for value in argument.values)
        return Role(
            layers=() if is_any else tuple(dict.fromkeys(name.layer for name in names)),
            labels=tuple(dict.fromkeys(name.label for name in names)) if has_labels and not is_any else (),
            required=argument.required,
            multiple=argument.multiple,
        )

    def _meant(self, value: str) -> Iterable[Name]:
        known = self.configuration
        groups = {"<ENTITY>": known.spans, "<EVENT>": known.events, "<RELATION>": known.relations}
        if value in groups:
            return groups[value].values()
        if value == "<ANY>":
            return [name for group in groups.values() for name in group.values()]
        return [group[value] for group in groups.values() if value in group]

    def _attribute(self, node: Node) -> None:
        values = node.argument("Value") or _glyph_values(node)
        about = [value for one in node.arguments if one.name.startswith("Arg") for value in one.values] or ["<ANY>"]
        names = list(dict.fromkeys(name for value in about for name in self._meant(value)))
        if not values:
            self.configuration.flags.setdefault(node.name, set()).update(self._types(names))
        for layer in dict.fromkeys(name.layer for name in names):
            known = self.configuration.layers[layer]
            labels = tuple(name.label for name in names if name.layer == layer)
            only_on = () if set(labels) == set(known.labels) else labels
            attribute = Attribute("enum", values=values, only_on=only_on) if values else Attribute("boolean", only_on=only_on)
            self.configuration.layers[layer] = replace(known, attributes={**known.attributes, node.name: attribute})

    def _types(self, names: list[Name]) -> Iterator[str]:
        wanted = set(names)
        for group in (self.configuration.spans, self.configuration.events, self.configuration.relations):
            yield from (type_ for type_, name in group.items() if name in wanted)


def _glyph_values(node: Node) -> tuple[str, ...]:
    """The values of an attribute in an old configuration, which gives each as a key, with the sign that is drawn for it."""
    return tuple(one.name for one in node.arguments if not one.name.startswith(("Arg", "<", "Value")) and one.values)


def _kinds(node: Node) -> list[str]:
    """Whether a relation is ``symmetric`` and ``transitive``. Old configurations know an equivalence by its name."""
    found = node.argument("<REL-TYPE>")
    return found[0].split("-") if found else ["symmetric", "transitive"] if node.name == "Equiv" else []


def _joined(roles: list[Role]) -> Role:
    """A role that allows what any of these does."""
    layers = dict.fromkeys(layer for role in roles for layer in role.layers)
    labels = dict.fromkeys(label for role in roles for label in role.labels)
    return Role(
        layers=tuple(layers) if all(role.layers for role in roles) else (),
        labels=tuple(labels) if all(role.labels for role in roles) else (),
        required=all(role.required for role in roles),
        multiple=any(role.multiple for role in roles),
    )


def _looks(visual: dict[str, list[Node]], shortcuts: dict[str, list[Node]]) -> dict[str, LabelDefinition]:
    """How each type is shown: its name for people, where that says more, its colour and its key."""
    looks: dict[str, LabelDefinition] = {}
    for node in visual.get("labels", ()):
        said = node.display[0] if node.display else ""
        is_same = said.replace(" ", "_") in node.name
        looks[node.name] = LabelDefinition(description="" if is_same else said)
    for node in visual.get("drawing", ()):
        colour = next((value for key in ("bgColor", "color") for value in node.argument(key)), "")
        if _COLOUR.fullmatch(colour):
            looks[node.name] = replace(looks.get(node.name, LabelDefinition()), colour=colour)
    for node in shortcuts.get("keys", ()):
        for type_ in node.display[-1:]:
            looks[type_] = replace(looks.get(type_, LabelDefinition()), key=node.name)
    return looks


def parse(shown: str, text: str) -> dict[str, list[Node]]:
    """The types of each section, outer before inner, macros replaced."""
    sections: dict[str, list[Node]] = {}
    section = "general"
    macros: dict[str, str] = {}
    above: list[Node] = []
    for number, line in enumerate(text.replace("\r\n", "\n").split("\n"), 1):
        if found := _SECTION.fullmatch(line):
            section, above = found[1], []
            sections.setdefault(section, [])
        elif not line.strip() or line.lstrip().startswith("#") or _HYPHENS.fullmatch(line):
            continue
        elif found := _MACRO.fullmatch(line):
            macros[f"<{found[1]}>"] = found[2]
        elif node := _node(_expanded(shown, number, line, macros), section, above):
            sections.setdefault(section, []).append(node)
            above.append(node)
    return sections


def _expanded(shown: str, number: int, line: str, macros: dict[str, str]) -> str:
    for name, value in macros.items():
        if name in line:
            if len(line) + line.count(name) * len(value) > _LONGEST_LINE:
                raise UnreadableFile(shown, "macros that grow beyond every configuration", number, 1)
            line = line.replace(name, value)
    return line


def _node(line: str, section: str, above: list[Node]) -> Node | None:
    """The type of a line; ``above`` becomes the types around it."""
    body = line.lstrip()
    depth = len(line) - len(body)
    while above and above[-1].depth >= depth:
        above.pop()
    terms, said = _terms_and_arguments(body, section)
    if not terms or not terms[0].lstrip("!"):
        return None
    arguments = tuple(map(_argument, filter(None, map(str.strip, said.split(",")))))
    is_unused = any(term.startswith("!") for term in terms)
    root = above[0].name if above and above[0].is_unused else ""
    return Node(terms[0].lstrip("!"), tuple(terms[1:]), is_unused, depth, root, bool(above), arguments)


def _terms_and_arguments(body: str, section: str) -> tuple[list[str], str]:
    if section == "keys":
        return body.split(), ""
    found = re.match(r"([^\t]+)(?:\t(.*))?" if section == "labels" else r"(\S+)(?:\s+(.*))?", body)
    assert found
    return [term.strip() for term in found[1].split("|") if term.strip()], found[2] or ""


def _argument(said: str) -> Argument:
    key, _, values = said.partition(":")
    found = _CARDINALITY.fullmatch(key.strip())
    assert found
    name, mark, least, dash, most = found.groups()
    several = mark in ("*", "+") or bool(mark and mark[0] == "{" and (dash or (least or "1") != "1"))
    required = mark not in ("?", "*") and not (mark and least in ("", "0"))
    return Argument(name, tuple(filter(None, map(str.strip, values.split("|")))), required, several and most != "1")
