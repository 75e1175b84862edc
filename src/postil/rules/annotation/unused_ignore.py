from __future__ import annotations

from collections.abc import Collection, Iterator

import msgspec

from postil.model import Label, Relation, Span
from postil.rules import Example, Problem, Severity, audit_rule
from postil.rules.examples import span
from postil.rules.fixes import Fix
from postil.rules.set_view import SetView


@audit_rule(
    "ANN014",
    Example(records=(span("e1", "PERSON", 0, 10, ignore={"SPN005": "the first half of a double name"}),)),
    Example(records=(span("e1", "PERSON", 0, 13, ignore={"SPN005": "was cut once"}),), finds=("e1",)),
    Example(records=(span("e1", "PERSON", 0, 13, ignore={"XYZ123": "no such rule"}),), finds=("e1",)),
    Example(records=(span("e1", "PERSON", 0, 10, ignore={"SPN005": ""}),), finds=("e1",)),
    Example(records=(span("e1", "PERSON", 0, 10, ignore={"SPN005": "half a name"}),), scheme=None, note="nothing to judge by"),
    severity=Severity.WARNING,
)
def check(
    view: SetView, silenced: Collection[tuple[int, str]], active: Collection[str], known: Collection[str]
) -> Iterator[Problem]:
    """An ``ignore`` should silence something, and say why.

    Once the fault is mended, the ``ignore`` waits to hide the next one. One that names no rule never hid anything, and one
    without a reason cannot be judged by anybody else.

    Remove it (``--fix`` does), or give the reason.
    """
    # where text or scheme could not be read, rules are silent for want of it
    can_judge = view.text is not None and view.scheme is not None and not view.document.bundle.project.scheme_file.faults
    for record in view.annotations:
        for code, reason in record.ignore.items():
            if not reason.strip():
                yield view.problem(record, f"the ignore of {code} gives no reason", "ignore", code)
            elif code not in known:
                yield view.problem(record, f"there is no rule {code} to ignore", "ignore", code, fix=_fix(view, record, code))
            elif can_judge and code in active and (id(record), code) not in silenced:
                message = f"{code} finds nothing here: this ignore is not needed"
                yield view.problem(record, message, "ignore", code, fix=_fix(view, record, code))


def _fix(view: SetView, record: Span | Relation | Label, code: str) -> Fix:
    ignore = {other: reason for other, reason in record.ignore.items() if other != code}
    return Fix("remove the ignore", True, (view.change(record, msgspec.structs.replace(record, ignore=ignore)),))
