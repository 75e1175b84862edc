from __future__ import annotations

from collections.abc import Iterator

from postil.rules import Example, Problem, project_rule
from postil.rules.examples import SCHEME
from postil.rules.views import ProjectView
from postil.text import quote


@project_rule(
    "SCH006",
    Example(),
    Example(scheme=SCHEME.replace('key = "g"', 'key = "p"'), finds=("10:1",)),
    Example(scheme=SCHEME.replace('key = "g"', 'key = "gp"'), finds=("10:1",)),
)
def check(view: ProjectView) -> Iterator[Problem]:
    """Each label's key must be one character, and only one label of a layer may have it.

    The key is what an annotator presses. With two labels on one key, one of them is never chosen.

    Give one of the labels another key. Labels of different layers may share one.
    """
    for name, layer in view.scheme.layers.items() if view.scheme else ():
        taken: dict[str, str] = {}
        for label, definition in layer.labels.items():
            key, path = definition.key, ("layers", name, "labels", label)
            if len(key) > 1:
                yield view.problem(path, f"the key of {label} is {quote(key)}, more than one character")
            elif key and key in taken:
                yield view.problem(path, f"key {quote(key)} is that of {taken[key]} and of {label}")
            elif key:
                taken[key] = label
