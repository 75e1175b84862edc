from __future__ import annotations

from collections.abc import Iterator

from postil.rules import Example, Problem, Severity, is_implied, set_rule
from postil.rules.examples import span
from postil.rules.set_view import SetView


@set_rule(
    "ANN003",
    Example(records=(span("e1", "PERSON", 0, 13),)),
    Example(records=(span("e1", "PERSON", 0, 13, colour="red"),), finds=("2:102",)),
    severity=Severity.WARNING,
    proof=is_implied,
)
def check(view: SetView) -> Iterator[Problem]:
    """A record should have no keys that the format does not know.

    Such a key is kept whenever the file is rewritten, but no rule checks it and no export carries it: often it is a
    known key, misspelt.

    Mend the name, or put your own data into an attribute that the scheme defines.
    """
    yield from view.faults("unknown key")
