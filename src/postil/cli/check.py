from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from postil.cli._check_settings import Settings, baseline_path, run_of
from postil.cli._command import open_directory, postil_command, repository_prefix, start_directory, use_colour
from postil.cli._selecting import is_of_corpus, selection_of
from postil.registry import names
from postil.text import counted

if TYPE_CHECKING:
    from postil.checking.selection import Selection
    from postil.findings import Finding
    from postil.storage.directory import CorpusDirectory

_PAUSE = 0.3  # seconds between two looks at the disk


def _codes(_ctx: click.Context, _param: click.Parameter, values: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(code.strip() for value in values for code in value.split(",") if code.strip())


@postil_command("Validate it")
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@click.option(
    "--select", multiple=True, metavar="CODE,…", callback=_codes, help="Run these rules only (a prefix stands for all)."
)
@click.option("--ignore", multiple=True, metavar="CODE,…", callback=_codes, help="Do not run these rules.")
@click.option("--fix", is_flag=True, help="Make the changes that are safe: nothing that an annotator said changes in meaning.")
@click.option("--unsafe-fixes", is_flag=True, help="Make those too that are probably right: look at them afterwards.")
@click.option("--diff", is_flag=True, help="Show what would be changed, and change nothing.")
@click.option(
    "--changed-since", metavar="REV", help="Look at what this branch touched since it left REV, and what depends on it."
)
@click.option("--watch", is_flag=True, help="Check again whenever a file is saved, until Ctrl-C.")
@click.option(
    "--format", "format_", type=click.Choice(names("postil.reports")), default="text", help="How to show what is found."
)
@click.option("--output", type=click.Path(dir_okay=False), metavar="FILE", help="Write the report there; - is standard output.")
@click.option("--statistics", is_flag=True, help="Count the findings of each rule instead of showing them.")
@click.option("--baseline", metavar="FILE", help="Do not report what is listed there; else the manifest's, if there is one.")
@click.option("--write-baseline", is_flag=True, help="List all that is found now in the baseline, so that only new faults count.")
@click.option("--strict", is_flag=True, help="Fail on warnings too.")
@click.option("--exit-zero", is_flag=True, help="Exit with 0 whatever is found.")
@click.option("--jobs", type=click.IntRange(min=0), default=0, metavar="N", help="Processes; else as many as are worth it.")
@click.option("--no-cache", is_flag=True, help="Remember nothing, and look at everything again.")
def command(
    paths: tuple[str, ...],
    *,
    fix: bool,
    unsafe_fixes: bool,
    diff: bool,
    changed_since: str | None,
    watch: bool,
    write_baseline: bool,
    **options: object,
) -> int:
    """Validate texts, metadata, scheme and annotations.

    PATHs are files or directories of the corpus, and - reads such paths from standard input; without any, everything is
    checked. A text stands for its document, with every set about it. Exit status: 0 when no error is found, 1 when one is,
    2 when the check could not run.
    """
    settings = _with_codes(Settings(**options))  # type: ignore[arg-type]
    _refuse_together(fix=fix or unsafe_fixes or diff, watch=watch, write_baseline=write_baseline)
    if diff and (settings.statistics or settings.output or settings.format_ != "text"):
        raise click.UsageError("--diff shows changes, not findings: it goes with no --format, --output or --statistics")
    if settings.statistics and settings.format_ not in ("text", "json"):
        raise click.UsageError("--statistics is text, or JSON with --format json")
    directory = open_directory()
    if watch:
        return _watch(directory, paths, changed_since, settings)
    selection = selection_of(directory, paths, changed_since)
    if write_baseline:
        return _write_baseline(directory, selection, settings)
    from postil.cli._mending import mend, show_diff

    if diff:
        return show_diff(directory, selection, settings, takes_unsafe=unsafe_fixes)
    if fix or unsafe_fixes:
        mend(directory, selection, settings, takes_unsafe=unsafe_fixes)
        directory = open_directory()
        selection = selection_of(directory, paths, changed_since)
    return _check(directory, selection, settings)


def _refuse_together(*, fix: bool, watch: bool, write_baseline: bool) -> None:
    if fix + watch + write_baseline > 1:
        raise click.UsageError("--fix or --diff, --watch and --write-baseline go one at a time")


def _with_codes(settings: Settings) -> Settings:
    """The settings with rules named by their codes, where somebody typed a rule's name, or a code in small letters."""
    from postil.rules import all_rules

    codes = {rule.name: rule.code for rule in all_rules()}

    def code_of(given: str) -> str:
        code = codes.get(given, given.upper())
        if code != "ALL" and not any(one.startswith(code) for one in codes.values()):
            raise click.BadParameter(f"there is no rule {given}: postil rule lists them", param_hint="--select / --ignore")
        return code

    return settings._replace(select=tuple(map(code_of, settings.select)), ignore=tuple(map(code_of, settings.ignore)))


def _check(directory: CorpusDirectory, selection: Selection, settings: Settings) -> int:
    from postil.findings import Severity
    from postil.registry import part
    from postil.reports import Report, Style

    outcome = run_of(directory, settings).check(selection)
    style = Style(use_colour() and settings.output in (None, "-"), repository_prefix(directory.root))
    report = part("postil.reports", settings.format_, Report).lines(outcome.findings, outcome.tally, style)
    _write(_statistics(outcome.findings, settings.format_) if settings.statistics else report, settings.output)
    failing = {Severity.ERROR, Severity.WARNING} if settings.strict else {Severity.ERROR}
    return int(not settings.exit_zero and any(finding.severity in failing for finding in outcome.findings))


def _write_baseline(directory: CorpusDirectory, selection: Selection, settings: Settings) -> int:
    from postil.checking.baseline import Baseline

    if not selection.is_everything or settings.select or settings.ignore:
        raise click.UsageError("--write-baseline is about the whole corpus and all rules: give neither paths nor rules")
    path = baseline_path(directory, settings)
    there = directory.read(path)
    if is_of_corpus(path) or path.startswith(".git/"):
        raise click.UsageError(f"{path} cannot be the baseline: it would be taken for something else")
    if there is not None:
        Baseline.read(path, there)  # whatever else it is, is not overwritten
    findings = run_of(directory, settings, heeds_baseline=False).check(selection).findings
    directory.write(path, Baseline.of(path, findings).encode())
    click.echo(f"wrote {path}: {counted(len(findings), 'finding')} known from now on. Only others are reported.")
    return 0


def _statistics(findings: list[Finding], format_: str) -> Iterator[str]:
    import json

    counts = Counter((finding.code, finding.name, str(finding.severity)) for finding in findings)
    fixable = Counter(finding.code for finding in findings if finding.fix and finding.fix.is_safe)
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    if format_ == "json":
        names_ = ("code", "name", "severity", "count", "fixable")
        yield json.dumps([dict(zip(names_, (*what, count, fixable[what[0]]), strict=True)) for what, count in ordered], indent=2)
        return
    for (code, name, severity), count in ordered:
        mark = f"  [{fixable[code]:,} fixable with --fix]" if fixable[code] else ""
        yield f"{count:>7,}  {code}  {name}  ({severity}){mark}"


def _write(lines: Iterator[str], output: str | None) -> None:
    if output in (None, "-"):
        for line in lines:
            click.echo(line)
        return
    from postil.storage.safe_files import write_atomically

    target = start_directory() / output
    if not target.parent.is_dir():
        raise click.UsageError(f"--output {output}: there is no such directory")
    write_atomically(target.parent, target, "".join(f"{line}\n" for line in lines).encode())


def _watch(directory: CorpusDirectory, paths: tuple[str, ...], changed_since: str | None, settings: Settings) -> int:
    import time

    from postil.errors import PostilError
    from postil.storage.directory import CorpusDirectory

    if "-" in paths:
        raise click.UsageError("--watch cannot read paths from standard input")
    baseline = baseline_path(directory, settings)
    seen: object = None
    try:
        while True:
            directory = CorpusDirectory(directory.root)
            start = time.monotonic()
            state = directory.state(baseline)
            pause = max(_PAUSE, 10 * (time.monotonic() - start))  # looking takes a tenth of the time at most
            if state != seen:
                seen = state
                if sys.stdout.isatty():
                    click.clear()
                try:
                    _check(directory, selection_of(directory, paths, changed_since), settings)
                except (PostilError, click.UsageError) as error:  # saved by halves: the next save may mend it
                    click.echo(f"postil: {error}", err=True)
                click.echo("Watching; Ctrl-C ends.", err=True)
            time.sleep(pause)
    except KeyboardInterrupt:
        click.echo(err=True)
        return 0
