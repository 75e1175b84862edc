from __future__ import annotations

import contextlib
import sys
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

import click

from postil.cli._command import open_directory, postil_command, relative_path, repository_prefix, start_directory, use_colour
from postil.cli._progress import Progress
from postil.registry import names
from postil.text import counted, printable

if TYPE_CHECKING:
    from postil.checking import Checker
    from postil.checking.baseline import Baseline
    from postil.checking.fixing import Fixed
    from postil.checking.run import Run
    from postil.checking.selection import Selection
    from postil.findings import Finding
    from postil.storage.directory import CorpusDirectory

_PAUSE = 0.3  # seconds between two looks at the disk


def _codes(_ctx: click.Context, _param: click.Parameter, values: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(code.strip() for value in values for code in value.split(",") if code.strip())


class _Settings(NamedTuple):
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
    settings = _with_codes(_Settings(**options))  # type: ignore[arg-type]
    _refuse_together(fix=fix or unsafe_fixes or diff, watch=watch, write_baseline=write_baseline)
    if diff and (settings.statistics or settings.output or settings.format_ != "text"):
        raise click.UsageError("--diff shows changes, not findings: it goes with no --format, --output or --statistics")
    if settings.statistics and settings.format_ not in ("text", "json"):
        raise click.UsageError("--statistics is text, or JSON with --format json")
    directory = open_directory()
    if watch:
        return _watch(directory, paths, changed_since, settings)
    selection = _selection(directory, paths, changed_since)
    if write_baseline:
        return _write_baseline(directory, selection, settings)
    if diff:
        return _show_diff(directory, selection, settings, takes_unsafe=unsafe_fixes)
    if fix or unsafe_fixes:
        _mend(directory, selection, settings, takes_unsafe=unsafe_fixes)
        directory = open_directory()
        selection = _selection(directory, paths, changed_since)
    return _check(directory, selection, settings)


def _refuse_together(*, fix: bool, watch: bool, write_baseline: bool) -> None:
    if fix + watch + write_baseline > 1:
        raise click.UsageError("--fix or --diff, --watch and --write-baseline go one at a time")


def _with_codes(settings: _Settings) -> _Settings:
    """The settings with rules named by their codes, where somebody typed a rule's name, or a code in small letters."""
    from postil.rules import all_rules

    codes = {rule.name: rule.code for rule in all_rules()}

    def code_of(given: str) -> str:
        code = codes.get(given, given.upper())
        if code != "ALL" and not any(one.startswith(code) for one in codes.values()):
            raise click.BadParameter(f"there is no rule {given}: postil rule lists them", param_hint="--select / --ignore")
        return code

    return settings._replace(select=tuple(map(code_of, settings.select)), ignore=tuple(map(code_of, settings.ignore)))


# --- what to look at -------------------------------------------------------------------------------------------------


def _selection(directory: CorpusDirectory, paths: tuple[str, ...], changed_since: str | None) -> Selection:
    from postil.checking.selection import Selection
    from postil.storage.git import changed_since as changed

    given = [path for path in paths if path != "-"]
    listed = _listed() if "-" in paths else []
    if not paths and changed_since is None:
        return Selection.everything(directory)
    wanted = [_existing(path, directory) for path in given]
    prefix = repository_prefix(directory.root)
    for path in listed:  # such as those that a branch touched: one may be gone, or be no part of the corpus
        with contextlib.suppress(click.UsageError):  # it lies elsewhere
            relative = relative_path(path, directory.root)
            if prefix and not _is_of_corpus(relative):
                relative = path.removeprefix(prefix)  # as git names it, from the root of the repository
            wanted += [relative] if relative == "." or _is_of_corpus(relative) else []
    if changed_since is not None:
        touched = changed(directory.root, changed_since)
        wanted += [path for path in touched if _is_of_corpus(path)]
        wanted += ["."] if directory.project.manifest.check.baseline in touched else []
    return Selection(directory, wanted)


def _listed() -> list[str]:
    data = sys.stdin.buffer.read().decode("utf-8", "surrogateescape")
    separator = "\0" if "\0" in data else "\n"
    return [path for path in (each.rstrip("\r") for each in data.split(separator)) if path]


def _existing(given: str, directory: CorpusDirectory) -> str:
    path = relative_path(given, directory.root)
    if not (directory.root / path).exists():
        raise click.UsageError(f"there is no {given}")
    if path != "." and not _is_of_corpus(path):
        raise click.UsageError(f"{given} is no part of the corpus: nothing of it would be checked")
    return path


def _is_of_corpus(path: str) -> bool:
    return path.partition("/")[0] in ("corpus", "annotations", "adjudication")


# --- checking and reporting ------------------------------------------------------------------------------------------


def _check(directory: CorpusDirectory, selection: Selection, settings: _Settings) -> int:
    from postil.findings import Severity
    from postil.registry import part
    from postil.reports import Report, Style

    outcome = _run(directory, settings).check(selection)
    style = Style(use_colour() and settings.output in (None, "-"), repository_prefix(directory.root))
    report = part("postil.reports", settings.format_, Report).lines(outcome.findings, outcome.tally, style)
    _write(_statistics(outcome.findings, settings.format_) if settings.statistics else report, settings.output)
    failing = {Severity.ERROR, Severity.WARNING} if settings.strict else {Severity.ERROR}
    return int(not settings.exit_zero and any(finding.severity in failing for finding in outcome.findings))


def _run(directory: CorpusDirectory, settings: _Settings, *, heeds_baseline: bool = True) -> Run:
    from postil.checking.cache import DIRECTORY
    from postil.checking.run import Run

    checker = _checker(directory, settings)
    cache = None if settings.no_cache else directory.root / DIRECTORY
    baseline = _baseline(directory, settings) if heeds_baseline else None
    return Run(directory, checker, jobs=settings.jobs, cache=cache, progress=Progress("Checking"), baseline=baseline)


def _checker(directory: CorpusDirectory, settings: _Settings) -> Checker:
    from postil.checking import Checker

    checker = Checker(directory.project.manifest.check, settings.select, settings.ignore)
    if not checker.rules:
        raise click.UsageError("no rule is left: nothing would be checked")
    return checker


def _baseline_path(directory: CorpusDirectory, settings: _Settings) -> str:
    if settings.baseline is not None:
        return relative_path(settings.baseline, directory.root)
    return directory.project.manifest.check.baseline


def _baseline(directory: CorpusDirectory, settings: _Settings) -> Baseline | None:
    from postil.checking.baseline import Baseline

    path = _baseline_path(directory, settings)
    data = directory.read(path) if path else None
    if data is None and settings.baseline is not None:
        raise click.UsageError(f"--baseline {settings.baseline}: there is no such file; --write-baseline makes it")
    return None if data is None else Baseline.read(path, data)


def _write_baseline(directory: CorpusDirectory, selection: Selection, settings: _Settings) -> int:
    from postil.checking.baseline import Baseline

    if not selection.is_everything or settings.select or settings.ignore:
        raise click.UsageError("--write-baseline is about the whole corpus and all rules: give neither paths nor rules")
    path = _baseline_path(directory, settings)
    there = directory.read(path)
    if _is_of_corpus(path) or path.startswith(".git/"):
        raise click.UsageError(f"{path} cannot be the baseline: it would be taken for something else")
    if there is not None:
        Baseline.read(path, there)  # whatever else it is, is not overwritten
    findings = _run(directory, settings, heeds_baseline=False).check(selection).findings
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


# --- mending ---------------------------------------------------------------------------------------------------------


def _mended(directory: CorpusDirectory, selection: Selection, settings: _Settings, *, takes_unsafe: bool) -> Iterator[Fixed]:
    """What mending makes of each document that is selected."""
    from postil.checking.fixing import Fixer

    fixer = Fixer(directory, _checker(directory, settings), takes_unsafe=takes_unsafe)
    documents = sorted(selection.documents)
    with Progress("Mending") as progress:
        for number, document in enumerate(documents, 1):
            fixed = fixer.mend(document, selection.shows)
            if fixed.files:
                yield fixed
            progress(number, len(documents))


def _mend(directory: CorpusDirectory, selection: Selection, settings: _Settings, *, takes_unsafe: bool) -> None:
    made: Counter[str] = Counter()
    files = 0
    for fixed in _mended(directory, selection, settings, takes_unsafe=takes_unsafe):
        _write_fixed(directory, fixed, files)
        made += fixed.made
        files += len(fixed.files)
    rewritten, unused = _mended_settings(directory, selection, settings)
    for path, data in rewritten.items():
        directory.rewrite(path, data)
        files += 1
    made += unused
    if made:
        listed = ", ".join(f"{count:,} {code}" for code, count in sorted(made.items()))
        click.echo(f"Mended {counted(files, 'file')}: {listed}.", err=True)


def _write_fixed(directory: CorpusDirectory, fixed: Fixed, files: int) -> None:
    """Write what became of a document, or leave it as it was where one of its files cannot be written."""
    from postil.errors import PostilError

    written: dict[str, bytes] = {}
    for path, data in (item for step in fixed.steps for item in step.items()):
        before = directory.read(path) or b""
        try:
            directory.rewrite(path, data)
        except OSError as error:
            for other, was in reversed(written.items()):
                directory.rewrite(other, was)
            done = f"{counted(files, 'file')} of other documents were mended before"
            raise PostilError(f"{path} cannot be written: {error.strerror}. Its document was left as it was; {done}") from error
        written.setdefault(path, before)


def _mended_settings(
    directory: CorpusDirectory, selection: Selection, settings: _Settings
) -> tuple[dict[str, bytes], Counter[str]]:
    """Manifest and baseline without the suppressions that suppress nothing, and how many of those there are, by code."""
    if not directory.project.manifest.check.per_path_ignores and _baseline(directory, settings) is None:
        return {}, Counter()  # there is nothing to suppress with, and no need to look at everything again
    run = _run(directory, settings)
    outcome = run.check(selection)
    rewritten = run.mended_settings(outcome)
    return rewritten, Counter(finding.code for finding in outcome.findings if rewritten and finding.place.path in rewritten)


def _show_diff(directory: CorpusDirectory, selection: Selection, settings: _Settings, *, takes_unsafe: bool) -> int:
    would_change = False
    for fixed in _mended(directory, selection, settings, takes_unsafe=takes_unsafe):
        would_change = True
        for path in sorted(fixed.files):
            _print_diff(path, directory.read(path) or b"", fixed.files[path])
    for path, data in _mended_settings(directory, selection, settings)[0].items():
        would_change = True
        _print_diff(path, directory.read(path) or b"", data)
    return int(would_change and not settings.exit_zero)


def _print_diff(path: str, old: bytes, new: bytes) -> None:
    import difflib

    texts = [data.decode("utf-8", "surrogateescape").split("\n") for data in (old, new)]
    lines = [[f"{line}\n" for line in text[:-1]] + [line for line in text[-1:] if line] for text in texts]
    for number, line in enumerate(difflib.unified_diff(lines[0], lines[1], f"a/{path}", f"b/{path}")):
        shown = line.removesuffix("\n")
        if sys.stdout.isatty():
            colour = {"+": "green", "-": "red", "@": "cyan"}.get(line[:1]) if use_colour() and number > 1 else None
            click.echo(click.style(printable(shown), fg=colour))
        else:  # a patch, which has to hold the very characters
            click.echo(shown.encode("utf-8", "surrogateescape"))
        if not line.endswith("\n"):
            click.echo("\\ No newline at end of file")


# --- watching --------------------------------------------------------------------------------------------------------


def _watch(directory: CorpusDirectory, paths: tuple[str, ...], changed_since: str | None, settings: _Settings) -> int:
    import time

    from postil.errors import PostilError
    from postil.storage.directory import CorpusDirectory

    if "-" in paths:
        raise click.UsageError("--watch cannot read paths from standard input")
    baseline = _baseline_path(directory, settings)
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
                    _check(directory, _selection(directory, paths, changed_since), settings)
                except (PostilError, click.UsageError) as error:  # saved by halves: the next save may mend it
                    click.echo(f"postil: {error}", err=True)
                click.echo("Watching; Ctrl-C ends.", err=True)
            time.sleep(pause)
    except KeyboardInterrupt:
        click.echo(err=True)
        return 0
