from __future__ import annotations

from collections.abc import Iterator

from postil.rules import Example, Problem, project_rule
from postil.rules._patterns import pattern_fault
from postil.rules.examples import SCHEME
from postil.rules.views import ProjectView


@project_rule(
    "SCH004",
    Example(),
    Example(scheme=SCHEME.replace("[a-z]+:[0-9]+", "(a+)+b"), note="catastrophic elsewhere, linear here"),
    Example(scheme=SCHEME.replace("[a-z]+:[0-9]+", "[a-z+"), finds=("41:1",)),
    Example(scheme=SCHEME.replace("[a-z]+:[0-9]+", "(?=x)y"), finds=("41:1",), note="lookahead needs backtracking"),
)
def check(view: ProjectView) -> Iterator[Problem]:
    """A pattern must be a regular expression in RE2 syntax.

    RE2 matches in time linear in the value, whatever the pattern, so that no scheme can make a check hang. The price:
    no lookaround and no back-references.

    Mend the pattern; what RE2 knows: letters, classes, ``* + ? {n,m} | ( )``, ``\\d \\w \\s \\p{Greek}``.
    """
    for name, layer in view.scheme.layers.items() if view.scheme else ():
        for attribute_name, attribute in layer.attributes.items():
            fault = pattern_fault(attribute.pattern)
            if fault:
                path = ("layers", name, "attributes", attribute_name, "pattern")
                yield view.problem(path, f"the pattern of {attribute_name} cannot be used: {fault}")
