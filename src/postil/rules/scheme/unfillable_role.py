from __future__ import annotations

from collections.abc import Iterator

from postil.rules import Example, Problem, project_rule
from postil.rules.examples import SCHEME
from postil.rules.views import ProjectView
from postil.scheme import Layer, Role, Scheme
from postil.storage.toml_positions import KeyPath
from postil.text import listing

_FROM = 'roles.from = { layers = ["statement"] }'
_TO = 'labels = ["OPINION"] }'


@project_rule(
    "SCH009",
    Example(),
    Example(scheme=SCHEME.replace(_FROM, "roles.from = {}"), note="any span or relation"),
    Example(scheme=SCHEME.replace(_FROM, 'roles.from = { layers = ["genre", "entity"] }'), note="one of the two can"),
    Example(scheme=SCHEME.replace(_FROM, 'roles.from = { layers = ["genre"], required = false }'), note="it need not be filled"),
    Example(scheme=SCHEME.replace(_FROM, 'roles.from = { layers = ["genres"] }'), note="SCH003 has it already"),
    Example(scheme=SCHEME.replace(_TO, 'labels = ["PERSON"] }'), note="SCH003 has it already"),
    Example(scheme=SCHEME.replace(_FROM, 'roles.from = { layers = ["genre"] }'), finds=("45:1",)),
    Example(scheme=SCHEME.replace(_FROM, 'roles.from = { labels = ["report"] }'), finds=("45:1",)),
    Example(scheme=SCHEME.replace(_FROM, 'roles.from = { layers = ["entity", "genre"], labels = ["report"] }'), finds=("45:1",)),
    Example(scheme=SCHEME.replace("acyclic = true", 'roles.to = { layers = ["genre"] }'), finds=("47:21",)),
    Example(scheme=SCHEME.replace("labels.op-ed = {}\nlabels.report = {}\n", ""), finds=("50:1",)),
    Example(scheme=SCHEME.replace("labels.report = {}", "labels.report = 1").replace("labels.op-ed = {}\n", ""), note="SCH002's"),
)
def check(view: ProjectView) -> Iterator[Problem]:
    """Every label of the scheme must be one that can be used, and every layer must have one.

    A layer without labels takes no annotation. A relation ties spans and relations: where a role that must be filled is only for
    labels of the document, every relation with that label is wrong.

    Give the layer a label, let the role take another layer, or say ``required = false``.
    """
    scheme = view.scheme
    if scheme is None:
        return
    for name, layer in scheme.layers.items():
        if not layer.labels and not _has_unreadable_labels(view, name):
            yield view.problem(("layers", name), f"layer {name} has no label")
        elif layer.kind == "relation":
            for path, message in _unfillable(scheme, name, layer):
                yield view.problem(path, message)


def _has_unreadable_labels(view: ProjectView, name: str) -> bool:
    layers = view.project.scheme_file.raw().get("layers")
    layer = layers.get(name) if isinstance(layers, dict) else None
    return bool(layer.get("labels")) if isinstance(layer, dict) else False


def _unfillable(scheme: Scheme, name: str, layer: Layer) -> Iterator[tuple[KeyPath, str]]:
    of_layer: dict[str, None] = {}
    for label, definition in layer.labels.items():
        for role_name, role in layer.roles_of(label).items():
            if not role.required or _can_be_filled(scheme, role):
                continue
            if role_name in definition.roles:
                yield ("layers", name, "labels", label, "roles", role_name), _message(role_name, role)
            else:
                of_layer[role_name] = None
    for role_name in of_layer:
        yield ("layers", name, "roles", role_name), _message(role_name, layer.roles[role_name])


def _can_be_filled(scheme: Scheme, role: Role) -> bool:
    """Whether some span or relation is of the role's layers and labels. A role that names what is not there is SCH003's."""
    targets = [scheme.layers[name] for name in role.layers or scheme.layers if name in scheme.layers]
    known = {label for target in targets for label in target.labels}
    if len(targets) < len(role.layers) or not known.issuperset(role.labels):
        return True
    usable = [target for target in targets if target.kind != "label"]
    return any(not role.labels or not target.labels.keys().isdisjoint(role.labels) for target in usable)


def _message(name: str, role: Role) -> str:
    what = f"labels of the document ({listing(role.labels or role.layers)})" if role.labels or role.layers else "nothing"
    return f"role {name} must be filled and takes {what}: a relation ties spans and relations only"
