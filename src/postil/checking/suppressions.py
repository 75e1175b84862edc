"""Suppressions that suppressed nothing in a run: the manifest's per-path ignores, and the entries of a baseline."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from postil.checking.baseline import Baseline
from postil.checking.checker import Checker
from postil.checking.selection import Selection
from postil.findings import Finding, Place, excerpt
from postil.rules.fixes import Rewrite
from postil.rules.views import Unused, toml_problem
from postil.storage.bundle import Project
from postil.storage.directory import MANIFEST

_UNREADABLE = {"TXT001", "TXT009", "DOC004", "ANN001", "ANN006"}  # what such a file says besides is not known


def unused_path_ignores(project: Project, checker: Checker, selection: Selection, used: Collection[int]) -> tuple[Unused, ...]:
    """The per-path ignores that silenced nothing. Judged where everything was looked at, by the manifest's own rules."""
    if not (selection.is_everything and checker.is_of_manifest) or project.has_faults:
        return ()
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


def gone_from_baseline(
    project: Project, baseline: Baseline, checker: Checker, selection: Selection, findings: Sequence[Finding]
) -> tuple[Unused, ...]:
    """The entries that are none of these findings. Judged by the manifest's own rules, where they looked."""
    if not checker.is_of_manifest or project.has_faults:
        return ()
    unseen = {one.place.path for one in findings if one.code in _UNREADABLE}
    gone = [
        index
        for index in baseline.gone(findings)
        if (entry := baseline.entries[index])
        and entry.path not in unseen
        and (entry.code in checker.active or entry.code not in checker.known)
        and (selection.is_everything or (entry.path != MANIFEST and selection.shows(entry.path)))
    ]
    without = Rewrite(baseline.path, baseline.encode(gone))
    found = []
    for index in gone:
        entry = baseline.entries[index]
        assert entry
        place = Place(baseline.path, index + 1, 1, excerpt(entry.message, 0, 1) if entry.message else None)
        found.append(Unused(place, f"{entry.code} in {entry.path} is gone", without))
    return tuple(found)
