from __future__ import annotations

from collections.abc import Iterable, Iterator

from postil.rules import Example, Problem, project_rule
from postil.rules.examples import SCHEME
from postil.rules.views import ProjectView
from postil.scheme import Layer, Scheme
from postil.storage.toml_positions import KeyPath
from postil.text import quote


@project_rule(
    "SCH003",
    Example(),
    Example(scheme=SCHEME.replace('["entity", "statement"]', '["entities", "statement"]'), finds=("57:11",)),
    Example(scheme=SCHEME.replace('only_on = ["OPINION"]', 'only_on = ["OPINIONS"]'), finds=("32:12",)),
    Example(scheme=SCHEME.replace('labels = ["OPINION"]', 'labels = ["PERSON"]'), finds=("46:48",)),
)
def check(view: ProjectView) -> Iterator[Problem]:
    """Every layer and label that the scheme names must be one that it defines.

    A constraint on a layer that does not exist holds for nothing, and a role that only an unknown label may fill can
    never be filled.

    Mend the name, or define the layer or label.
    """
    scheme = view.scheme
    if scheme is None:
        return
    for path, message in _unknown(scheme):
        yield view.problem(path, message)


def _unknown(scheme: Scheme) -> Iterator[tuple[KeyPath, str]]:
    for name, layer in scheme.layers.items():
        for attribute_name, attribute in layer.attributes.items():
            path: KeyPath = ("layers", name, "attributes", attribute_name)
            for index, label in enumerate(attribute.only_on):
                if label not in layer.labels:
                    yield (*path, "only_on", index), f"layer {name} has no label {quote(label)}"
            yield from _targets(scheme, path, attribute.layers, attribute.labels)
        yield from _roles(scheme, ("layers", name), layer)
    for index, constraint in enumerate(scheme.constraints):
        for position, layer_name in enumerate(constraint.layers):
            if layer_name not in scheme.layers:
                yield ("constraints", index, "layers", position), f"there is no layer {quote(layer_name)}"


def _roles(scheme: Scheme, path: KeyPath, layer: Layer) -> Iterator[tuple[KeyPath, str]]:
    for role_name, role in layer.roles.items():
        yield from _targets(scheme, (*path, "roles", role_name), role.layers, role.labels)
    for label, definition in layer.labels.items():
        for role_name, role in definition.roles.items():
            yield from _targets(scheme, (*path, "labels", label, "roles", role_name), role.layers, role.labels)


def _targets(scheme: Scheme, path: KeyPath, layers: tuple[str, ...], labels: Iterable[str]) -> Iterator[tuple[KeyPath, str]]:
    for index, layer in enumerate(layers):
        if layer not in scheme.layers:
            yield (*path, "layers", index), f"there is no layer {quote(layer)}"
    targets = [scheme.layers[layer] for layer in layers or scheme.layers if layer in scheme.layers]
    for index, label in enumerate(labels):
        if not any(label in target.labels for target in targets):
            where = f"layer {', '.join(layers)} has" if layers else "no layer has"
            yield (*path, "labels", index), f"{where} no label {quote(label)}" if layers else f"{where} a label {quote(label)}"
