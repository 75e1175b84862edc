from __future__ import annotations

from collections.abc import Iterator

from postil.rules import Example, Problem, Severity, run_rule
from postil.rules.fixes import Fix
from postil.rules.views import RunView


@run_rule("SCH012", Example(), severity=Severity.WARNING)
def check(view: RunView) -> Iterator[Problem]:
    """A per-path ignore of the manifest should silence something.

    Once the fault is mended, the ignore waits to hide the next one. This is judged when the whole corpus is checked with the
    manifest's own selection of rules.

    Remove it; ``--fix`` does.
    """
    for unused in view.unused_path_ignores:
        yield Problem(unused.message, unused.place, fix=Fix("remove the ignores that silence nothing", True, (unused.without,)))
