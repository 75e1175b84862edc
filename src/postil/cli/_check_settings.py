"""How the options have a corpus checked: by which rules, with which baseline, in how many processes."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import click

from postil.cli._command import relative_path
from postil.cli._progress import Progress

if TYPE_CHECKING:
    from postil.checking import Checker
    from postil.checking.baseline import Baseline
    from postil.checking.run import Run
    from postil.storage.directory import CorpusDirectory


class Settings(NamedTuple):
    """What the options say, besides what to look at."""

    select: tuple[str, ...]
    ignore: tuple[str, ...]
    format_: str
    output: str | None
    statistics: bool
    strict: bool
    exit_zero: bool
    jobs: int
    no_cache: bool
    baseline: str | None


def run_of(directory: CorpusDirectory, settings: Settings, *, heeds_baseline: bool = True) -> Run:
    """A run over the corpus as the options say."""
    from postil.checking.cache import DIRECTORY
    from postil.checking.run import Run

    checker = checker_of(directory, settings)
    cache = None if settings.no_cache else directory.root / DIRECTORY
    baseline = baseline_of(directory, settings) if heeds_baseline else None
    return Run(directory, checker, jobs=settings.jobs, cache=cache, progress=Progress("Checking"), baseline=baseline)


def checker_of(directory: CorpusDirectory, settings: Settings) -> Checker:
    """The rules that the options leave."""
    from postil.checking import Checker

    checker = Checker(directory.project.manifest.check, settings.select, settings.ignore)
    if not checker.rules:
        raise click.UsageError("no rule is left: nothing would be checked")
    return checker


def baseline_path(directory: CorpusDirectory, settings: Settings) -> str:
    """Where the baseline is, or would be; empty where the manifest wants none."""
    if settings.baseline is not None:
        return relative_path(settings.baseline, directory.root)
    return directory.project.manifest.check.baseline


def baseline_of(directory: CorpusDirectory, settings: Settings) -> Baseline | None:
    """What is known to be wrong already; ``None`` where there is no such file."""
    from postil.checking.baseline import Baseline

    path = baseline_path(directory, settings)
    data = directory.read(path) if path else None
    if data is None and settings.baseline is not None:
        raise click.UsageError(f"--baseline {settings.baseline}: there is no such file; --write-baseline makes it")
    return None if data is None else Baseline.read(path, data)
