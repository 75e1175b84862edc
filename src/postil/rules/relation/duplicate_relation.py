from __future__ import annotations

from collections.abc import Iterator

from postil.model import Relation
from postil.rules import Example, Problem, set_rule
from postil.rules._merging import distinguishing, merging_fix
from postil.rules.batch import Batch
from postil.rules.examples import relation, span
from postil.rules.set_view import SetView

_SPANS = (span("s1", "OPINION", 0, 33), span("s2", "FACT", 0, 24))


def _proof(batch: Batch) -> bool:
    ends = {
        (index, relation_.layer, relation_.label, frozenset([id for _, id in arguments]))
        for index, relation_, arguments in batch.ties.arguments
    }
    return len(ends) == len(batch.ties.arguments)


@set_rule(
    "REL007",
    Example(
        records=(
            *_SPANS,
            relation("r1", "supports", {"from": "s2", "to": "s1"}),
            relation("r2", "restates", {"from": "s2", "to": "s1"}),
        ),
    ),
    Example(
        records=(
            *_SPANS,
            relation("r1", "supports", {"from": "s2", "to": "s1"}),
            relation("r2", "supports", {"to": "s1", "from": "s2"}),
        ),
        finds=("r2",),
    ),
    Example(
        records=(
            *_SPANS,
            relation("r1", "restates", {"from": "s2", "to": "s1"}),
            relation("r2", "restates", {"from": "s1", "to": "s2"}),
        ),
        finds=("r2",),
        note="symmetric: the other way round is the same",
    ),
    proof=_proof,
)
def check(view: SetView) -> Iterator[Problem]:
    """A layer must not have the same relation between the same annotations twice.

    Every count and export has one too many. A ``symmetric`` relation is the same in both directions.

    Remove one; ``--fix`` does, where both say the same. If both are right, say ``distinguishes = true`` in the scheme of an
    attribute in which they differ.
    """
    seen: dict[object, Relation] = {}
    for relation_, arguments in view.arguments:
        layer = view.layer(relation_)
        definition = layer.labels.get(relation_.label) if layer else None
        ends = [id for _, id in arguments] if definition and definition.symmetric else arguments
        key = (relation_.layer, relation_.label, tuple(sorted(ends)), distinguishing(view, relation_))
        first = seen.setdefault(key, relation_)
        if first is not relation_ and first.id != relation_.id:
            message = f"the same {relation_.label} is annotated as {first.id}"
            fix = merging_fix(view, first, relation_)
            yield view.problem(relation_, message, "args", related=[("the first", first)], fix=fix)
