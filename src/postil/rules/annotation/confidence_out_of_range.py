from __future__ import annotations

from collections.abc import Iterator

from postil.rules import Example, Problem, set_rule
from postil.rules.batch import Batch
from postil.rules.examples import span
from postil.rules.set_view import SetView


def _proof(batch: Batch) -> bool:
    return all(one.confidence is None or 0 <= one.confidence <= 1 for one in batch.special)


@set_rule(
    "ANN013",
    Example(records=(span("e1", "PERSON", 0, 13, confidence=0.8),)),
    Example(records=(span("e1", "PERSON", 0, 13, confidence=80.0),), finds=("e1",)),
    proof=_proof,
)
def check(view: SetView) -> Iterator[Problem]:
    """A confidence must be from 0 to 1.

    Percentages and raw scores mixed with probabilities make every threshold wrong.

    Divide, or leave it out where it is not known.
    """
    said = [record for record in view.annotations if record.confidence is not None]
    for record in said:
        if record.confidence is not None and not 0 <= record.confidence <= 1:
            yield view.problem(record, f"confidence is {record.confidence:g}, not from 0 to 1", "confidence")
