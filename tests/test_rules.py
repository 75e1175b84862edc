"""Every rule's own examples, and what must hold for all rules."""

from __future__ import annotations

from pathlib import Path

import pytest

from conftest import write_example
from postil.checking import Checker
from postil.findings import Finding
from postil.rules import Example, Rule, all_rules
from postil.rules.corpus_view import CorpusView
from postil.rules.views import ProjectView
from postil.storage.directory import CorpusDirectory, Stray

RULES = {rule.code: rule for rule in all_rules()}
EXAMPLES = [
    pytest.param(rule, example, id=f"{rule.code}-{rule.name}-{number}")
    for rule in RULES.values()
    for number, example in enumerate(rule.examples, 1)
]


def findings_of(root: Path, strays: tuple[tuple[str, str], ...] = ()) -> list[Finding]:
    directory = CorpusDirectory(root)
    checker = Checker(directory.project.manifest.check)
    found = checker.check_project(ProjectView(directory.project, tuple(Stray(*stray) for stray in strays)), set())
    parts: dict[str, list[object]] = {}
    for document in directory.inventory.documents:
        result = checker.check_bundle(directory.bundle(document))
        found += result.findings
        for code, part in result.parts.items():
            parts.setdefault(code, []).append(part)
    return found + checker.finish(parts, CorpusView(directory.project, directory.bundle), set())


@pytest.mark.parametrize(("rule", "example"), EXAMPLES)
def test_a_rule_finds_exactly_what_its_example_says(rule: Rule, example: Example, tmp_path: Path) -> None:
    found = [finding for finding in findings_of(write_example(tmp_path, example), example.strays) if finding.code == rule.code]

    assert sorted(finding.subject or f"{finding.place.line}:{finding.place.column}" for finding in found) == sorted(example.finds)
    for finding in found:
        assert finding.message
        assert finding.name == rule.name


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_a_rule_explains_itself(rule: Rule) -> None:
    summary, why, how = rule.manual.split("\n\n")

    assert summary.endswith(".")
    assert why
    assert how


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_a_rule_has_an_example_that_is_let_be(rule: Rule) -> None:
    assert any(not example.finds for example in rule.examples)


def test_codes_and_names_are_unique() -> None:
    rules = all_rules()

    assert len({rule.code for rule in rules}) == len({rule.name for rule in rules}) == len(rules)


# Found by what the examples cannot say: the file system, many documents, and what a run says of itself.
FOUND_ELSEWHERE = {"COR007", "TXT009", "DOC006", "DOC007", "SCH012", "SCH013"}


def test_every_rule_has_an_example_that_it_finds() -> None:
    without = {rule.code for rule in RULES.values() if not any(example.finds for example in rule.examples)}

    assert without == FOUND_ELSEWHERE
