"""Which rules run, on what, and what of their findings is silenced.

:class:`Checker` is pure: it is given bundles and returns what it found. Documents are independent of each other, and a
corpus rule sees them through what its ``map`` said of each, so that one process or many come to the same findings.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from types import MappingProxyType
from typing import Any

import msgspec

from postil.checking.foresight import would_realign
from postil.findings import Finding, FixOffer, Place, Related
from postil.manifest import CheckSettings
from postil.rules import Problem, Rule, all_rules
from postil.rules.batch import Batch, batch_of, is_whole
from postil.rules.corpus_view import CorpusView
from postil.rules.fixes import Fix, RecordChange
from postil.rules.set_view import BundleView, SetView
from postil.rules.views import ProjectView, RunView
from postil.storage.bundle import Bundle
from postil.text import printable

Parts = dict[str, list[Any]]
"""What the ``map`` of each corpus rule said of each document, by code."""

Recipe = tuple[CheckSettings, tuple[str, ...], tuple[str, ...], bool]
"""What makes a checker, in a form that another process understands."""

_Raised = tuple[Rule, Problem]


class Result(msgspec.Struct):
    """What was found in one document.

    ``parts``: what corpus rules want to know of it, by code. ``used_ignores``: the manifest's per-path ignores that silenced
    something, by their index. ``annotations``: how many each of its sets has, by path. ``has_text``: whether it is a text at all.
    """

    findings: list[Finding]
    parts: dict[str, Any]
    used_ignores: list[int]
    annotations: dict[str, int]
    has_text: bool


def active_rules(rules: Iterable[Rule], select: Sequence[str], ignore: Sequence[str]) -> tuple[Rule, ...]:
    """The rules that are selected and not ignored: a code beats a prefix, a longer prefix a shorter one, ``ALL`` nothing.

    Where ``select`` and ``ignore`` say the same, the rule is ignored. Nothing selected means all.
    """
    return tuple(
        rule for rule in rules if _reach(rule.code, select or ("ALL",)) > _reach(rule.code, ignore)
    )  # fmt: skip


def _reach(code: str, patterns: Sequence[str]) -> int:
    """How closely the best of ``patterns`` fits: -1 not at all, 0 by ``ALL``, else the length of the prefix."""
    fitting = [0 if one == "ALL" else len(one) for one in patterns if one == "ALL" or (one and code.startswith(one))]
    return max(fitting, default=-1)


class Checker:
    """Runs rules. What ``select`` says takes the place of the manifest's selection; ``ignore`` adds to what it ignores.

    ``heeds_ignores``: whether an annotation's own ``ignore`` silences anything.
    """

    def __init__(
        self, settings: CheckSettings, select: Sequence[str] = (), ignore: Sequence[str] = (), *, heeds_ignores: bool = True
    ) -> None:
        self.recipe: Recipe = (settings, tuple(select), tuple(ignore), heeds_ignores)
        everything = all_rules()
        self.rules = active_rules(everything, select or settings.select, (*settings.ignore, *ignore) if not select else ignore)
        self.known = frozenset(rule.code for rule in everything)
        self.active = frozenset(rule.code for rule in self.rules)
        self.path_ignores = [(glob, code) for glob, codes in settings.per_path_ignores.items() for code in codes]
        self.is_of_manifest = not (select or ignore)
        self._local = frozenset(rule.code for rule in self.rules if rule.scope != "corpus")
        self._by_scope: dict[str, list[Rule]] = {}
        for rule in self.rules:
            self._by_scope.setdefault(rule.scope, []).append(rule)
        self._of_documents = tuple(rule for rule in self.rules if rule.scope in ("document", "set", "audit"))
        self.heeds_ignores = heeds_ignores
        self._in_files = self.active.difference(rule.code for rule in self._of("run"))

    @classmethod
    def of(cls, recipe: Recipe) -> Checker:
        """The same checker again, in another process."""
        settings, select, ignore, heeds_ignores = recipe
        return cls(settings, select, ignore, heeds_ignores=heeds_ignores)

    def runs_any(self, prefix: str) -> bool:
        """Whether any rule about a file runs that this code, or prefix of codes, means."""
        return any(_reach(code, (prefix,)) >= 0 for code in self._in_files)

    @property
    def corpus_rules(self) -> list[Rule]:
        """The rules that look at all documents together."""
        return self._of("corpus")

    def check_project(self, view: ProjectView, used_ignores: set[int]) -> list[Finding]:
        """Findings about manifest, scheme and stray files."""
        return self._kept([(rule, problem) for rule in self._of("project") for problem in rule.check(view)], used_ignores)

    def check_bundle(self, bundle: Bundle) -> Result:
        """Findings about one document and its sets, and what corpus rules want to know of it."""
        return self.check_bundles([bundle])[0]

    def check_bundles(self, bundles: Sequence[Bundle], batch: Batch | None = None) -> list[Result]:
        """The same for each of several documents: what is proven of all of them together is not looked for one by one.

        ``batch``: of these, where another checker has looked at it.
        """
        batch = batch or batch_of(bundles)
        if batch is None:
            return [self._result(_view(bundle), self._of_documents) for bundle in bundles]
        unproven, proven = self._unproven(batch), batch.proven
        return [
            self._result(_view(bundle, proven), unproven) if is_whole(bundle) else self._result(_view(bundle), self._of_documents)
            for bundle in bundles
        ]

    def check_set(self, view: SetView) -> list[Finding]:
        """Findings about one set, whoever made the view of it and of its document."""
        return self._kept(self._raised_in_set(view, self._of("set")), set())

    def _unproven(self, batch: Batch) -> tuple[Rule, ...]:
        """The rules that may find something in a batch; with none, nothing can be silenced there."""
        left = tuple(rule for rule in self._of_documents if rule.proof is None or not rule.proof(batch))
        return left if batch.has_ignores else tuple(rule for rule in left if rule.scope != "audit")

    def _result(self, view: BundleView, rules: Sequence[Rule]) -> Result:
        bundle = view.document.bundle
        used: set[int] = set()
        findings = self._kept(self._raised(view, rules), used) if rules else []
        parts = {rule.code: part for rule in self.corpus_rules if rule.map and (part := rule.map(view)) is not None}
        annotations = {file.path: len(file.records) for file in bundle.set_files}
        return Result(findings, parts, sorted(used), annotations, bundle.text_file is not None)

    def finish(self, parts: Mapping[str, Sequence[Any]], corpus: CorpusView, used_ignores: set[int]) -> list[Finding]:
        """Findings of the corpus rules. ``parts`` are in the order of the documents' ids."""
        raised = [(rule, problem) for rule in self.corpus_rules for problem in rule.check(parts.get(rule.code, ()), corpus)]
        kept = [(rule, problem) for rule, problem in raised if not (self.heeds_ignores and _is_silenced(rule, problem))]
        return self._kept(kept, used_ignores)

    def check_run(self, view: RunView) -> list[Finding]:
        """Findings about the settings of a run over the whole corpus."""
        return self._kept([(rule, problem) for rule in self._of("run") for problem in rule.check(view)], set())

    def run_fixes(self, view: RunView) -> list[Fix]:
        """The fixes of what is found about the settings of a run."""
        return [problem.fix for rule in self._of("run") for problem in rule.check(view) if problem.fix]

    def fixes(self, bundle: Bundle) -> list[tuple[Finding, Fix | None]]:
        """The findings about one document and its sets, each with the fix that its rule offers. Nothing is proven here."""
        return [
            (finding, problem.fix)
            for rule, problem in self._raised(_view(bundle), self._of_documents)
            for finding in self._kept([(rule, problem)], set())
        ]

    def _of(self, scope: str) -> list[Rule]:
        return self._by_scope.get(scope, [])

    def _raised(self, view: BundleView, rules: Sequence[Rule]) -> list[_Raised]:
        raised = [(rule, problem) for rule in rules if rule.scope == "document" for problem in rule.check(view.document)]
        of_sets = [rule for rule in rules if rule.scope == "set"]
        for set_view in view.sets:
            raised += self._raised_in_set(set_view, of_sets)
        return raised

    def _raised_in_set(self, view: SetView, rules: Sequence[Rule]) -> list[_Raised]:
        raised = [(rule, _without_loss(problem, view)) for rule in rules for problem in rule.check(view)]
        silenced: Collection[tuple[int, str]] = ()
        if view.file.has_ignores and self.heeds_ignores:
            silenced = {(id(problem.record), rule.code) for rule, problem in raised if _is_silenced(rule, problem)}
            raised = [(rule, problem) for rule, problem in raised if not _is_silenced(rule, problem)]
            for rule in self._of("audit"):
                found = rule.check(view, silenced, self._local, self.known)
                raised += [(rule, _without_loss(problem, view)) for problem in found]
        return raised

    def _kept(self, raised: Iterable[_Raised], used_ignores: set[int]) -> list[Finding]:
        findings = [_finding(rule, problem) for rule, problem in raised]
        return [finding for finding in findings if not self._is_ignored(finding, used_ignores)] if self.path_ignores else findings

    def _is_ignored(self, finding: Finding, used_ignores: set[int]) -> bool:
        fitting = {
            index
            for index, (glob, code) in enumerate(self.path_ignores)
            if _reach(finding.code, (code,)) >= 0 and fnmatchcase(finding.place.path, glob)
        }
        used_ignores |= fitting
        return bool(fitting)


def _view(bundle: Bundle, proven: Mapping[str, bool] = MappingProxyType({})) -> BundleView:
    return BundleView(bundle, proven, would_realign)


def _is_silenced(rule: Rule, problem: Problem) -> bool:
    return rule.code in getattr(problem.record, "ignore", {})


def _without_loss(problem: Problem, view: SetView) -> Problem:
    """The problem without a fix that would write a line anew which says more than its record holds."""
    if problem.fix is None or not view.file.faults:
        return problem
    faulty = {fault.line for fault in view.file.faults if fault.kind != "unknown key"}
    lines = {change.line for change in problem.fix.changes if isinstance(change, RecordChange)}
    return problem if faulty.isdisjoint(lines) else msgspec.structs.replace(problem, fix=None)


def _finding(rule: Rule, problem: Problem) -> Finding:
    related = tuple(Related(one.message, _shown(one.place), one.text_place) for one in problem.related)
    fix = FixOffer(problem.fix.title, problem.fix.is_safe) if problem.fix else None
    return Finding(
        rule.code, rule.name, rule.severity, printable(problem.message), _shown(problem.place), problem.text_place, related,
        printable(problem.subject), printable(problem.help), fix, printable(problem.key),
    )  # fmt: skip


def _shown(place: Place) -> Place:
    """The place with a path that can be printed: a file's name may hold what drives a terminal, or is no character at all."""
    if place.path.isascii() and place.path.isprintable():
        return place
    return msgspec.structs.replace(place, path=printable(place.path))
