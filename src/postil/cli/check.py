from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import click

from postil.cli._command import (
    chosen_paths,
    open_directory,
    postil_command,
    relative_path,
    repository_prefix,
    start_directory,
    use_colour,
)
from postil.registry import names

if TYPE_CHECKING:
    from postil.checking import Checker, Tally
    from postil.findings import Finding
    from postil.storage.directory import CorpusDirectory


def _codes(_ctx: click.Context, _param: click.Parameter, values: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(code.strip() for value in values for code in value.split(",") if code.strip())


@postil_command("Validate it")
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@click.option(
    "--select", multiple=True, metavar="CODE,…", callback=_codes, help="Run these rules only (a prefix stands for all)."
)
@click.option("--ignore", multiple=True, metavar="CODE,…", callback=_codes, help="Do not run these rules.")
@click.option(
    "--format", "format_", type=click.Choice(names("postil.reports")), default="text", help="How to show what is found."
)
@click.option("--output", type=click.Path(dir_okay=False), metavar="FILE", help="Write the report there; - is standard output.")
@click.option("--statistics", is_flag=True, help="Count the findings of each rule instead of showing them.")
@click.option("--strict", is_flag=True, help="Fail on warnings too.")
@click.option("--exit-zero", is_flag=True, help="Exit with 0 whatever is found.")
def command(
    paths: tuple[str, ...],
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    format_: str,
    output: str | None,
    statistics: bool,
    strict: bool,
    exit_zero: bool,
) -> int:
    """Validate texts, metadata, scheme and annotations.

    PATHs are files or directories of the corpus; without any, everything is checked. Exit status: 0 when no error is
    found, 1 when one is, 2 when the check could not run.
    """
    from postil.checking import Checker, Tally
    from postil.findings import Severity
    from postil.registry import part
    from postil.reports import Report, Style

    directory = open_directory()
    checker = Checker(directory.project.manifest.check, select, ignore)
    for code in (*select, *ignore):
        if code != "ALL" and not any(known.startswith(code) for known in checker.known):
            raise click.BadParameter(f"there is no rule {code}: postil rule lists them", param_hint="--select / --ignore")
    tally = Tally()
    wants = chosen_paths(paths, directory)
    _refuse_others(paths, directory)
    findings = _check(directory, checker, wants, tally)
    style = Style(use_colour() and output in (None, "-"), repository_prefix(directory.root))
    report = part("postil.reports", format_, Report).lines(findings, tally, style)
    _write(_statistics(findings) if statistics else report, output)
    failing = {Severity.ERROR, Severity.WARNING} if strict else {Severity.ERROR}
    return int(not exit_zero and any(finding.severity in failing for finding in findings))


def _statistics(findings: list[Finding]) -> Iterator[str]:
    counts = Counter((finding.code, finding.name, finding.severity) for finding in findings)
    for (code, name, severity), count in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        yield f"{count:>7,}  {code}  {name}  ({severity})"


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


def _refuse_others(paths: tuple[str, ...], directory: CorpusDirectory) -> None:
    for given in paths:
        path = relative_path(given, directory.root)
        if path != "." and path.partition("/")[0] not in ("corpus", "annotations"):
            raise click.UsageError(f"{given} is no part of the corpus: nothing of it would be checked")


def _check(directory: CorpusDirectory, checker: Checker, wants: Callable[[str], bool] | None, tally: Tally) -> list[Finding]:
    from msgspec.structs import replace

    from postil.checking import Partials
    from postil.rules.views import ProjectView

    strays = tuple(stray for stray in directory.inventory.strays if wants is None or wants(stray.path))
    findings = checker.check_project(ProjectView(directory.project, strays))
    partials: Partials = {}
    for document, files in directory.inventory.documents.items():
        if wants and not any(map(wants, files.paths())):
            continue
        bundle = directory.bundle(document)
        if wants and not (wants(files.text) or wants(files.metadata)):
            bundle = replace(bundle, set_files=tuple(file for file in bundle.set_files if wants(file.path)))
        tally.add(bundle)
        findings += checker.check_bundle(bundle, partials)
    findings += checker.finish(partials)
    if wants:
        findings = [finding for finding in findings if wants(finding.place.path) or finding.code.startswith("SCH")]
    return sorted(findings, key=lambda finding: finding.order)
