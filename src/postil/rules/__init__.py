"""Validation rules: one module each, which holds the check, its manual page and its examples.

A rule is a function with a decorator that says what it looks at:

``@document_rule``
    one document's text and metadata (:class:`~postil.rules.views.DocumentView`)
``@set_rule``
    one annotation set, with text and scheme (:class:`~postil.rules.set_view.SetView`)
``@project_rule``
    manifest, scheme and the inventory of files (:class:`~postil.rules.views.ProjectView`)
``@corpus_rule``
    all documents: a pure ``map`` from a document to a small ``part`` (or ``None``), and, when all parts are gathered, a check of
    their list that may look at a few documents again (:class:`~postil.rules.corpus_view.CorpusView`)
``@run_rule``
    what is said of the run as a whole: suppressions that suppressed nothing (:class:`~postil.rules.views.RunView`)

A rule about documents or sets may have a ``proof`` beside its check: a function of several documents at once
(:class:`~postil.rules.batch.Batch`) that holds only where the check finds nothing in any of them, and saves running it.

The docstring is the manual page: a summary line, why it matters, how to mend it. The module's name is the rule's name. Rules are
pure and have no memory; they yield what ``view.problem(…)`` makes, and the engine in :mod:`postil.checking` does the rest.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from typing import Any, Literal

import msgspec

from postil.findings import Severity
from postil.registry import parts
from postil.rules.batch import Proof, is_implied
from postil.rules.examples import Example
from postil.rules.views import Problem

Scope = Literal["project", "document", "set", "audit", "corpus", "run"]
Check = Callable[..., Iterator[Problem]]


class Rule(msgspec.Struct, frozen=True):
    """One rule. ``check`` takes the view of its ``scope``; a corpus rule has ``map`` too, and the type of its ``part``.

    ``proof``: that the check would find nothing in a batch of documents.

    Parts of several runs are merged by putting their lists together, so that one process or many come to the same.
    """

    code: str
    name: str
    severity: Severity
    scope: Scope
    manual: str
    examples: tuple[Example, ...]
    check: Check
    map: Callable[..., Any] | None = None
    part: Any = None
    proof: Proof | None = None

    @property
    def family(self) -> str:
        """The three letters."""
        return self.code[:3]

    @property
    def summary(self) -> str:
        """The first line of the manual page."""
        return self.manual.partition("\n")[0]


def _decorator(scope: Scope) -> Callable[..., Callable[[Check], Rule]]:
    def rule(
        code: str,
        *examples: Example,
        severity: Severity = Severity.ERROR,
        map: Callable[..., Any] | None = None,
        part: Any = None,
        proof: Proof | None = None,
    ) -> Callable[[Check], Rule]:
        def register(check: Check) -> Rule:
            name = check.__module__.rpartition(".")[2].replace("_", "-")
            manual = inspect.cleandoc(check.__doc__ or "")
            return Rule(code, name, severity, scope, manual, examples, check, map, part, proof)

        return register

    return rule


project_rule = _decorator("project")
document_rule = _decorator("document")
set_rule = _decorator("set")
audit_rule = _decorator("audit")
corpus_rule = _decorator("corpus")
run_rule = _decorator("run")


def all_rules() -> tuple[Rule, ...]:
    """Every rule, by code."""
    return tuple(sorted(parts("postil.rules", Rule), key=lambda rule: rule.code))


__all__ = [
    "Example",
    "Problem",
    "Rule",
    "Severity",
    "all_rules",
    "audit_rule",
    "corpus_rule",
    "document_rule",
    "is_implied",
    "project_rule",
    "run_rule",
    "set_rule",
]
