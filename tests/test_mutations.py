"""One fault in a clean corpus, of every kind and in random places: each is found, and nothing else."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import Any

import pytest

from postil.rules import all_rules

FAULTS, SEED = 150, 4


@pytest.fixture(scope="module")
def mutations() -> Any:
    sys.path.insert(0, str(Path(__file__).parent / "benchmarks"))
    try:
        return importlib.import_module("mutations")
    finally:
        del sys.path[0]


def test_each_fault_is_found_and_nothing_else(mutations: Any) -> None:
    outcomes = list(mutations.mutate(FAULTS, SEED))

    assert [outcome for outcome in outcomes if outcome.missed or outcome.false] == []
    assert {outcome.kind.name for outcome in outcomes} == {kind.name for kind in mutations.KINDS}


def test_a_fault_of_every_rule_is_planted_or_there_is_a_reason(mutations: Any) -> None:
    planted = {kind.code for kind in mutations.KINDS}

    assert planted.isdisjoint(mutations.NOT_PLANTED)
    assert planted | mutations.NOT_PLANTED.keys() == {rule.code for rule in all_rules()}
