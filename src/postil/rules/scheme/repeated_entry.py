from __future__ import annotations

from collections.abc import Iterator

from postil.rules import Example, Problem, Severity, project_rule
from postil.rules.examples import SCHEME
from postil.rules.views import ProjectView
from postil.scheme import Attribute, Constraint, Layer, Role
from postil.storage.toml_positions import KeyPath
from postil.text import quote

_CONSTRAINT = '[[constraints]]\nkind = "no-crossing"\nlayers = '


@project_rule(
    "SCH011",
    Example(),
    Example(scheme=SCHEME.replace('["positive", "negative"]', '["positive", "Positive", " positive"]'), note="they differ"),
    Example(scheme=SCHEME.replace('["positive", "negative"]', '["positive", "negative", "positive"]'), finds=("30:35",)),
    Example(scheme=SCHEME.replace('["AUTHOR"]', '["AUTHOR", "AUTHOR", "AUTHOR"]'), finds=("25:21", "25:31")),
    Example(scheme=SCHEME.replace('only_on = ["OPINION"]', 'only_on = ["OPINION", "OPINION"]'), finds=("32:23",)),
    Example(scheme=SCHEME.replace('labels = ["OPINION"] }', 'labels = ["OPINION", "OPINION"] }'), finds=("46:59",)),
    Example(scheme=SCHEME.replace("acyclic = true", 'roles.to = { layers = ["entity", "entity"] }'), finds=("47:54",)),
    Example(scheme=SCHEME.replace('key = "g"', 'key = "g", from = ["LOC", "LOC"]'), finds=("10:85",)),
    Example(scheme=SCHEME.replace('["entity", "statement"]', '["entity", "entity"]'), finds=("57:21",)),
    Example(scheme=f'{SCHEME}{_CONSTRAINT}["statement", "entity"]\n', finds=("58:1",), note="the other way round is the same"),
    Example(scheme=f'{SCHEME}{_CONSTRAINT}["statement", "argument"]\n'),
    severity=Severity.WARNING,
)
def check(view: ProjectView) -> Iterator[Problem]:
    """A list of the scheme should name each thing once, and a constraint should be said once, of two layers.

    Nothing changes by the second time, so that something else was meant: another label, another layer. A layer's own spans never
    count as crossing by a constraint.

    Put what was meant, or remove the entry. That a layer's own spans must not cross is said by its ``overlap``.
    """
    scheme = view.scheme
    if scheme is None:
        return
    for name, layer in scheme.layers.items():
        for path, entries in _lists(("layers", name), layer):
            for index in _again(entries):
                yield view.problem((*path, index), f"{quote(entries[index])} is in {path[-1]} already")
    for path, message in _repeated_constraints(scheme.constraints):
        yield view.problem(path, message)


def _lists(path: KeyPath, layer: Layer) -> Iterator[tuple[KeyPath, tuple[str, ...]]]:
    for name, attribute in layer.attributes.items():
        yield from _lists_of(attribute, (*path, "attributes", name), "values", "only_on", "layers", "labels")
    for name, role in layer.roles.items():
        yield from _lists_of(role, (*path, "roles", name), "layers", "labels")
    for label, definition in layer.labels.items():
        yield (*path, "labels", label, "from"), definition.sources
        for name, role in definition.roles.items():
            yield from _lists_of(role, (*path, "labels", label, "roles", name), "layers", "labels")


def _lists_of(owner: Attribute | Role, path: KeyPath, *keys: str) -> Iterator[tuple[KeyPath, tuple[str, ...]]]:
    for key in keys:
        yield (*path, key), getattr(owner, key)


def _again(entries: tuple[str, ...]) -> list[int]:
    """The place of each entry that stands earlier too."""
    first = {entry: index for index, entry in reversed(list(enumerate(entries)))}
    return [index for index, entry in enumerate(entries) if first[entry] != index]


def _repeated_constraints(constraints: tuple[Constraint, ...]) -> Iterator[tuple[KeyPath, str]]:
    seen: set[tuple[str, frozenset[str]]] = set()
    for index, constraint in enumerate(constraints):
        said = (constraint.kind, frozenset(constraint.layers))
        if said in seen:
            yield ("constraints", index), f"this constraint on {' and '.join(constraint.layers)} is said already"
        elif len(set(constraint.layers)) < len(constraint.layers):
            yield (
                ("constraints", index, "layers", 1),
                f"a constraint holds between two layers, and this one names {constraint.layers[0]} twice",
            )
        seen.add(said)
