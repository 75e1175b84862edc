"""The validator: which rules run, on what, and what of their findings is silenced.

:class:`Checker` is pure: it is given bundles and returns findings. Documents are independent of each other, and a
corpus rule sees them through ``map``, ``merge`` and ``finish`` only, so that one process or many come to the same
findings in the same order.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from fnmatch import fnmatchcase
from typing import Any

import msgspec

from postil.findings import Finding, Place, Related
from postil.manifest import CheckSettings
from postil.rules import Problem, Rule, all_rules
from postil.rules.set_view import SetView
from postil.rules.views import DocumentView, ProjectView
from postil.storage.bundle import Bundle
from postil.text import printable

Partials = dict[str, Any]
"""What the ``map`` of each corpus rule said so far, by code."""


def active_rules(rules: Iterable[Rule], select: Sequence[str], ignore: Sequence[str]) -> tuple[Rule, ...]:
    """The rules that are selected and not ignored: a code beats a prefix, a longer prefix a shorter one, ``ALL`` nothing.

    Where ``select`` and ``ignore`` say the same, the rule is ignored. Nothing selected means all.
    """
    return tuple(
        rule for rule in rules if _reach(rule.code, select or ("ALL",)) > _reach(rule.code, ignore)
    )  # fmt: skip


def _reach(code: str, patterns: Sequence[str]) -> int:
    """How closely the best of ``patterns`` fits: -1 not at all, 0 by ``ALL``, else the length of the prefix."""
    fitting = [0 if pattern == "ALL" else len(pattern) for pattern in patterns if pattern == "ALL" or code.startswith(pattern)]
    return max(fitting, default=-1)


class Checker:
    """Runs rules. What ``select`` says takes the place of the manifest's selection; ``ignore`` adds to what it ignores.

    ``heeds_ignores``: whether an annotation's own ``ignore`` silences anything.
    """

    def __init__(
        self, settings: CheckSettings, select: Sequence[str] = (), ignore: Sequence[str] = (), *, heeds_ignores: bool = True
    ) -> None:
        everything = all_rules()
        self.rules = active_rules(everything, select or settings.select, (*settings.ignore, *ignore) if not select else ignore)
        self.known = frozenset(rule.code for rule in everything)
        self.active = frozenset(rule.code for rule in self.rules)
        self._by_scope: dict[str, list[Rule]] = {}
        for rule in self.rules:
            self._by_scope.setdefault(rule.scope, []).append(rule)
        self._path_ignores = settings.per_path_ignores
        self._heeds_ignores = heeds_ignores

    def check_project(self, view: ProjectView) -> list[Finding]:
        """Findings about manifest, scheme and stray files."""
        return self._kept(_finding(rule, problem) for rule in self._of("project") for problem in rule.check(view))

    def check_bundle(self, bundle: Bundle, partials: Partials) -> list[Finding]:
        """Findings about one document and its sets; adds what corpus rules want to know of it to ``partials``."""
        view = DocumentView(bundle)
        found = [_finding(rule, problem) for rule in self._of("document") for problem in rule.check(view)]
        for set_file in bundle.set_files:
            found += self._check_set(SetView(view, set_file))
        for rule in self._of("corpus"):
            assert rule.map
            self.merge(partials, {rule.code: rule.map(view)})
        return self._kept(found)

    def merge(self, partials: Partials, others: Partials) -> None:
        """Add the partials of other documents."""
        for rule in self._of("corpus"):
            if rule.code in others:
                assert rule.merge
                known = rule.code in partials
                partials[rule.code] = rule.merge(partials[rule.code], others[rule.code]) if known else others[rule.code]

    def finish(self, partials: Partials) -> list[Finding]:
        """Findings of the corpus rules."""
        corpus_rules = [rule for rule in self._of("corpus") if rule.code in partials]
        return self._kept(_finding(rule, problem) for rule in corpus_rules for problem in rule.check(partials[rule.code]))

    def _of(self, scope: str) -> list[Rule]:
        return self._by_scope.get(scope, [])

    def _check_set(self, view: SetView) -> list[Finding]:
        raised = [(rule, problem) for rule in self._of("set") for problem in rule.check(view)]
        silenced: Collection[tuple[int, str]] = ()
        if view.has_ignores and self._heeds_ignores:
            silenced = {(id(problem.record), rule.code) for rule, problem in raised if _is_silenced(rule, problem)}
            raised = [(rule, problem) for rule, problem in raised if not _is_silenced(rule, problem)]
            for rule in self._of("audit"):
                raised += [(rule, problem) for problem in rule.check(view, silenced, self.active, self.known)]
        return [_finding(rule, problem) for rule, problem in raised]

    def _kept(self, findings: Iterable[Finding]) -> list[Finding]:
        if not self._path_ignores:
            return list(findings)
        return [finding for finding in findings if not self._is_ignored(finding)]

    def _is_ignored(self, finding: Finding) -> bool:
        return any(
            fnmatchcase(finding.place.path, glob) and _reach(finding.code, codes) >= 0
            for glob, codes in self._path_ignores.items()
        )


def _is_silenced(rule: Rule, problem: Problem) -> bool:
    return rule.code in getattr(problem.record, "ignore", {})


def _finding(rule: Rule, problem: Problem) -> Finding:
    related = tuple(Related(one.message, _shown(one.place), one.text_place) for one in problem.related)
    return Finding(
        rule.code, rule.name, rule.severity, printable(problem.message), _shown(problem.place), problem.text_place, related,
        printable(problem.subject), printable(problem.help),
    )  # fmt: skip


def _shown(place: Place) -> Place:
    """The place with a path that can be printed: a file's name may hold what drives a terminal, or is no character at all."""
    if place.path.isascii() and place.path.isprintable():
        return place
    return msgspec.structs.replace(place, path=printable(place.path))


class Tally(msgspec.Struct):
    """How much was looked at."""

    documents: int = 0
    sets: int = 0
    annotations: int = 0

    def add(self, bundle: Bundle) -> None:
        """Count a document and its sets."""
        self.documents += bundle.text_file is not None
        self.sets += len(bundle.set_files)
        self.annotations += sum(len(set_file.records) for set_file in bundle.set_files)
