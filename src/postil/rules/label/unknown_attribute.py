from __future__ import annotations

import difflib
from collections.abc import Iterator

from postil.rules import Example, Problem, set_rule
from postil.rules.examples import span
from postil.rules.views import SetView
from postil.text import quote


@set_rule(
    "LAB004",
    Example(records=(span("e1", "PERSON", 0, 13, attributes={"sure": True}),)),
    Example(records=(span("e1", "PERSON", 0, 13, attributes={"shure": True}),), finds=("e1",)),
)
def check(view: SetView) -> Iterator[Problem]:
    """An attribute must be one that the scheme gives its layer.

    An attribute that the scheme does not know is never checked, and exported by nobody.

    Mend the name, or add the attribute to the scheme.
    """
    for record, layer in view.with_attributes():
        for name in record.attributes:
            if name not in layer.attributes:
                near = difflib.get_close_matches(name, layer.attributes, 1)
                hint = f"; did you mean {near[0]}?" if near else ""
                yield view.problem(record, f"layer {record.layer} has no attribute {quote(name)}{hint}", "attributes", name)
