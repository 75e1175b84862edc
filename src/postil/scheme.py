"""The annotation scheme: which layers there are, what may be said in each, and what must hold between them.

:class:`Scheme` is what ``annotations/scheme.toml`` says, key for key. It may hold faults (a role that names no layer):
:mod:`postil.rules` finds them.
"""

from __future__ import annotations

from typing import Literal

import msgspec

LARGEST_INTEGER = 2**53 - 1
"""What every program can hold exactly; its negative is the smallest."""

LayerKind = Literal["span", "relation", "label"]
Overlap = Literal["none", "nested", "free"]
SpanUnit = Literal["character", "grapheme", "word"]
Within = Literal["document", "paragraph", "sentence"]
AttributeType = Literal["enum", "string", "integer", "number", "boolean", "link", "reference"]
Source = Literal["entities", "spans", "categories"]
Value = str | int | float | bool


class Attribute(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A question that the annotator answers about an annotation.

    ``values``: what an ``enum`` may be; for a ``reference``, words allowed beside an id. ``layers``, ``labels``: what a
    ``reference`` may refer to (nothing said: anything). ``pattern``: a regular expression in RE2 syntax that a whole
    ``string`` must match. ``only_on``: the labels that have the attribute (nothing said: all of the layer). ``distinguishes``:
    whether two annotations of one label and place (or between the same ends) are two if they differ in it.
    """

    type: AttributeType
    description: str = ""
    values: tuple[str, ...] = ()
    pattern: str = ""
    minimum: float | None = None
    maximum: float | None = None
    multiple: bool = False
    required: bool = False
    distinguishes: bool = False
    default: Value | tuple[Value, ...] | None = None
    only_on: tuple[str, ...] = ()
    layers: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()

    def is_on(self, label: str) -> bool:
        """Whether annotations with this label have the attribute."""
        return not self.only_on or label in self.only_on


class Role(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A place in a relation, and what may fill it (nothing said: any span or relation)."""

    description: str = ""
    layers: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    required: bool = True
    multiple: bool = False


class LabelDefinition(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A label. A relation's label may narrow the layer's ``roles``, and says whether it is ``acyclic`` or ``symmetric``.

    ``sources`` (``from`` in the file): what pipelines call it, beside its own name.
    """

    description: str = ""
    key: str = ""
    colour: str = ""
    example: str = ""
    sources: tuple[str, ...] = msgspec.field(default=(), name="from")
    roles: dict[str, Role] = {}
    acyclic: bool = False
    symmetric: bool = False


class Layer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Annotations of one kind. What is not said does not restrict.

    ``overlap``: ``none``, ``nested`` (one strictly inside the other, or apart) or ``free``. ``unit``: what a boundary must not
    cut. ``within``: what a span must not leave. ``multiple``: a document may have several labels of this ``label`` layer.
    ``source`` (``from`` in the file): what of a pipeline is suggested here: its entities, the spans of its ``group``, or its
    categories, of sentences where the layer is one of spans, of the document where it is one of labels.
    """

    kind: LayerKind
    description: str = ""
    overlap: Overlap = "free"
    unit: SpanUnit = "character"
    within: Within = "document"
    multiple: bool = False
    source: Source = msgspec.field(default="entities", name="from")
    group: str = "sc"
    labels: dict[str, LabelDefinition] = {}
    attributes: dict[str, Attribute] = {}
    roles: dict[str, Role] = {}

    @property
    def references(self) -> list[str]:
        """The attributes that name other annotations."""
        return [name for name, attribute in self.attributes.items() if attribute.type == "reference"]

    @property
    def distinguishing(self) -> list[str]:
        """The attributes in which annotations of one label and place may differ."""
        return [name for name, attribute in self.attributes.items() if attribute.distinguishes]

    def roles_of(self, label: str) -> dict[str, Role]:
        """The roles of a relation with this label: the layer's, with the label's own over them."""
        definition = self.labels.get(label)
        return {**self.roles, **definition.roles} if definition else self.roles


class Constraint(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What must hold between two layers. ``no-crossing``: a span of one holds, lies in or misses a span of the other."""

    kind: Literal["no-crossing"]
    layers: tuple[str, str]
    description: str = ""


class Scheme(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A scheme, as its file says it."""

    name: str
    version: int
    title: str = ""
    description: str = ""
    layers: dict[str, Layer] = {}
    constraints: tuple[Constraint, ...] = ()

    @property
    def id(self) -> str:
        """What a set's header names: ``name/version``."""
        return f"{self.name}/{self.version}"

    def definition(self, layer: str, label: str) -> str:
        """What a label means, in the scheme's words; empty where it does not say."""
        found = self.layers[layer].labels.get(label) if layer in self.layers else None
        return found.description if found else ""

    def layers_of_kind(self, kind: LayerKind) -> dict[str, Layer]:
        """The layers of one kind, by name, in the order of the file."""
        return {name: layer for name, layer in self.layers.items() if layer.kind == kind}
