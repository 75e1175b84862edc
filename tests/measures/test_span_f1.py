"""F1 of spans: the published example, and every example has a test somewhere."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from postil.measures import Unit
from postil.measures.span_f1 import span_f1

EXAMPLES: list[dict[str, Any]] = json.loads((Path(__file__).parent / "examples.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize(("match", "expected"), [("exact", "f1_strict"), ("half", "f1_partial_semeval"), ("relaxed", "f1_type")])
def test_the_four_flavours_of_semeval(match: Any, expected: str) -> None:
    example = next(one for one in EXAMPLES if one["id"] == "nested_pair")
    one, other = ([Unit(*unit) for unit in units] for units in example["annotators"])

    assert span_f1(one, other, match).value == pytest.approx(example["expect"][expected])


def test_there_are_thirty_five_examples_each_with_its_source() -> None:
    assert len({example["id"] for example in EXAMPLES}) == 35
    assert all(example["source"] for example in EXAMPLES)
    # tests/measures: test_coding has the first two kinds, test_unitizing the next two, test_gamma the last
    assert {example["kind"] for example in EXAMPLES} == {"coding", "contingency", "unitizing", "segmentation", "gamma"}


def test_what_is_no_match_is_refused() -> None:
    with pytest.raises(ValueError, match="no match 'near': there are exact, partial, half, relaxed"):
        span_f1([], [], "near")  # type: ignore[arg-type]


@pytest.mark.parametrize("unit", [Unit(3, 3), Unit(5, 2)])
def test_a_unit_that_covers_nothing_is_refused(unit: Unit) -> None:
    with pytest.raises(ValueError, match="covers nothing"):
        span_f1([unit], [Unit(0, 4)])
