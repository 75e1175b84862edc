from __future__ import annotations

from collections.abc import Iterator

from postil.rules import Example, Problem, Severity, run_rule
from postil.rules.fixes import Fix
from postil.rules.views import RunView


@run_rule("SCH013", Example(), severity=Severity.WARNING)
def check(view: RunView) -> Iterator[Problem]:
    """An entry of the baseline should be a finding that is still there.

    Mended is mended: as long as the entry stays, the same fault may come back and nobody is told.

    Remove the line; ``--fix`` does, and ``--write-baseline`` writes the file anew.
    """
    for unused in view.gone_from_baseline:
        yield Problem(unused.message, unused.place, fix=Fix("remove what is gone from the baseline", True, (unused.without,)))
