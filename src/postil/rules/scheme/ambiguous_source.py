from __future__ import annotations

from collections.abc import Iterator

from postil.rules import Example, Problem, project_rule
from postil.rules.examples import SCHEME
from postil.rules.views import ProjectView
from postil.text import quote


@project_rule(
    "SCH014",
    Example(),
    Example(
        scheme=SCHEME.replace('key = "p"', 'key = "p", from = ["PER", "PERSON"]').replace(
            'key = "g"', 'key = "g", from = ["LOC"]'
        )
    ),
    Example(scheme=SCHEME.replace("FACT = { ", 'FACT = { from = ["PERSON"], '), note="in another layer it is another question"),
    Example(scheme=SCHEME.replace('key = "g"', 'key = "g", from = ["PERSON"]'), finds=("10:78",)),
    Example(
        scheme=SCHEME.replace('key = "p"', 'key = "p", from = ["X"]').replace('key = "g"', 'key = "g", from = ["X"]'),
        finds=("10:78",),
    ),
)
def check(view: ProjectView) -> Iterator[Problem]:
    """What a pipeline calls something must be one label of a layer.

    ``from`` says what pipelines call a label; its own name counts too. Where two labels of a layer are called the same, postil
    suggest cannot know which is meant.

    Take the name from one of them, or put the label into a layer of its own.
    """
    for name, layer in view.scheme.layers.items() if view.scheme else ():
        owner = {label: label for label in layer.labels}
        for label, definition in layer.labels.items():
            for index, source in enumerate(definition.sources):
                other = owner.setdefault(source, label)
                if other != label:
                    path = ("layers", name, "labels", label, "from", index)
                    yield view.problem(path, f"{quote(source)} is {other} already: what a pipeline calls so would be {label} too")
