"""Suppressions that suppressed nothing in a run: the manifest's per-path ignores, and the entries of a baseline."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from postil.checking.baseline import Baseline
from postil.checking.checker import Checker
from postil.checking.selection import Selection
from postil.findings import Finding, Place, excerpt
from postil.rules.fixes import Rewrite
from postil.rules.views import RunView, Unused, toml_problem
from postil.storage.bundle import Project


def audit(
    project: Project,
    checker: Checker,
    selection: Selection,
    used_ignores: Collection[int],
    baseline: Baseline | None,
    findings: Sequence[Finding],
) -> RunView:
    """What of the settings did nothing in a run that found these ``findings`` before the baseline was applied."""
    return RunView(
        _unused_path_ignores(project, checker, used_ignores) if selection.is_everything else (),
        _gone(baseline, checker, selection, findings) if baseline else (),
    )


def _unused_path_ignores(project: Project, checker: Checker, used: Collection[int]) -> tuple[Unused, ...]:
    unused = [
        (glob, code)
        for index, (glob, code) in enumerate(checker.path_ignores)
        if index not in used and checker.runs_any(code)
    ]  # fmt: skip
    if not unused:
        return ()
    file = project.manifest_file
    settings = project.manifest.check.per_path_ignores
    without = Rewrite(file.path, _without(file.source, unused))
    found = []
    for glob, code in unused:
        problem = toml_problem(file, ("check", "per-path-ignores", glob, settings[glob].index(code)), "")
        found.append(Unused(problem.place, f"{code} finds nothing in {glob}: this ignore is not needed", without))
    return tuple(found)


def _without(source: str, unused: Collection[tuple[str, str]]) -> bytes:
    """The manifest without these per-path ignores, everything else as its author wrote it."""
    import tomlkit

    document = tomlkit.parse(source)
    check: Any = document["check"]
    table = check["per-path-ignores"]
    for glob in list(table):
        codes = table[glob]
        for index in reversed(range(len(codes))):
            if (glob, str(codes[index])) in unused:
                del codes[index]
        if not codes:
            del table[glob]
    if not table:
        del check["per-path-ignores"]
    return tomlkit.dumps(document).encode()


def _gone(baseline: Baseline, checker: Checker, selection: Selection, findings: Sequence[Finding]) -> tuple[Unused, ...]:
    gone = [
        index
        for index in baseline.gone(findings)
        if (entry := baseline.entries[index])
        and (entry.code in checker.active or entry.code not in checker.known)
        and (selection.is_everything or selection.shows(entry.path))
    ]
    without = Rewrite(baseline.path, baseline.encode(gone))
    found = []
    for index in gone:
        entry = baseline.entries[index]
        assert entry
        place = Place(baseline.path, index + 1, 1, excerpt(entry.message, 0, 1) if entry.message else None)
        found.append(Unused(place, f"{entry.code} in {entry.path} is gone", without))
    return tuple(found)
