from __future__ import annotations

from collections.abc import Iterator

from postil.rules import Example, Problem, project_rule
from postil.rules._attributes import value_fault
from postil.rules.examples import SCHEME
from postil.rules.views import ProjectView
from postil.scheme import Attribute

_POLARITY = 'values = ["positive", "negative"]\n'


@project_rule(
    "SCH005",
    Example(scheme=SCHEME.replace(_POLARITY, f'{_POLARITY}default = "positive"\n')),
    Example(scheme=SCHEME.replace(_POLARITY, f'{_POLARITY}default = "neutral"\n'), finds=("31:1",)),
    Example(scheme=SCHEME.replace(_POLARITY, f'{_POLARITY}multiple = true\ndefault = ["positive"]\n')),
    Example(scheme=SCHEME.replace(_POLARITY, f"{_POLARITY}multiple = true\ndefault = []\n"), note="none of several"),
    Example(scheme=SCHEME.replace(_POLARITY, f'{_POLARITY}multiple = true\ndefault = "positive"\n'), finds=("32:1",)),
    Example(scheme=SCHEME.replace(_POLARITY, f'{_POLARITY}default = ["positive"]\n'), finds=("31:1",), note="not `multiple`"),
    Example(scheme=SCHEME.replace(_POLARITY, f'{_POLARITY}multiple = true\ndefault = ["neutral"]\n'), finds=("32:1",)),
    Example(scheme=SCHEME.replace('["AUTHOR"]', '["AUTHOR"]\ndefault = ["AUTHOR"]'), finds=("26:1",)),
    Example(scheme=SCHEME.replace('["AUTHOR"]', '["AUTHOR"]\ndefault = "e1"')),
    Example(scheme=SCHEME.replace(_POLARITY, ""), finds=("28:1",), note="an enum of nothing"),
)
def check(view: ProjectView) -> Iterator[Problem]:
    """An attribute's definition must allow something, and its default must be allowed.

    An enum without values can never be filled in, and a default that the attribute itself refuses makes every
    annotation wrong that leaves it out.

    Mend ``values``, ``minimum``, ``maximum``, ``multiple`` or ``default``. The default of a ``multiple`` attribute is a list.
    """
    for name, layer in view.scheme.layers.items() if view.scheme else ():
        for attribute_name, attribute in layer.attributes.items():
            path = ("layers", name, "attributes", attribute_name)
            if attribute.type == "enum" and not attribute.values:
                yield view.problem(path, f"{attribute_name} is an enum without values")
            if attribute.minimum is not None and attribute.maximum is not None and attribute.minimum > attribute.maximum:
                message = f"no {attribute.type} is between {attribute.minimum:g} and {attribute.maximum:g}"
                yield view.problem((*path, "minimum"), message)
            for fault in _default_faults(attribute):
                yield view.problem((*path, "default"), f"the default of {attribute_name} {fault}")


def _default_faults(attribute: Attribute) -> Iterator[str]:
    default = attribute.default
    if default is None:
        return
    if attribute.multiple != isinstance(default, tuple):
        yield "must be a list" if attribute.multiple else "must be one value, not a list"
    elif attribute.type != "reference" or default in attribute.values:
        for value in default if isinstance(default, tuple) else (default,):
            fault = value_fault(attribute, value)
            if fault:
                yield fault
