from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from postil.cli._command import open_directory, postil_command
from postil.errors import PostilError
from postil.text import counted, listing, printable

if TYPE_CHECKING:
    from postil.cli._adjudicating import Work
    from postil.storage.directory import CorpusDirectory

_POLICIES = {"unanimous": 1.0, "majority": 0.5}


def _shares(_ctx: click.Context, _param: click.Parameter, values: tuple[str, ...]) -> dict[str, float]:
    found = {}
    for value in values:
        layer, equals, policy = value.rpartition("=")
        try:
            share = _POLICIES.get(policy) or float(policy)
        except ValueError:
            share = 0.0
        if not 0 < share <= 1:
            raise click.BadParameter(f"{value}: expected unanimous, majority or a part such as 0.75, or LAYER= before it")
        found[layer if equals else ""] = share
    return found


@postil_command("Edit it")
@click.argument("annotators", nargs=-1, required=True, metavar="SET SET...")
@click.option("--into", required=True, metavar="NAME", help="The set to make, such as gold.")
@click.option("--doc", "documents", multiple=True, metavar="DOC", help="This document only; may be given several times.")
@click.option(
    "--policy", "shares", multiple=True, metavar="[LAYER=]POLICY", callback=_shares,
    help="Who must say the same for it to go through: unanimous (if nothing is said), majority, or a part such as 0.75.",
)  # fmt: skip
@click.option("--auto", metavar="POLICY", help="Ask nobody: as --policy, and what it does not decide is listed.")
@click.option("--as", "by", metavar="NAME", help="Who decides; else the user name that git or the system knows.")
@click.option("--unfinished", is_flag=True, help="Take sets that are not complete too.")
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text", help="With --auto: how to list.")
@click.option("--adopt", is_flag=True, help="Take what somebody changed in the set by hand as decided.")
@click.option("--overwrite", is_flag=True, help="Make the set anew, although somebody changed it by hand.")
def command(
    annotators: tuple[str, ...],
    *,
    into: str,
    documents: tuple[str, ...],
    shares: dict[str, float],
    auto: str | None,
    by: str | None,
    unfinished: bool,
    format_: str,
    adopt: bool,
    overwrite: bool,
) -> int:
    """Make one set of several: what they agree on goes through, the rest you decide.

    One disagreement is shown at a time, grouped by kind, with the text: a number takes that annotator's version, b all of them,
    n none, e opens your editor; u takes the last decision back, q ends, and the next time goes on from there. Decisions are
    kept in adjudication/NAME/, with who said what, who decided and when; only what an annotator changed since is asked again.
    Exit status: 0 when everything is decided, 1 when something is open, 2 when a document could not be done.
    """
    from postil.cli import _adjudicating
    from postil.cli._adjudication_report import as_json, report

    if format_ == "json" and auto is None:
        raise click.UsageError("--format json is for --auto: what is asked is shown as text")
    directory = open_directory()
    if auto is not None:
        shares = {**_shares(click.get_current_context(), None, (auto,)), **shares}  # type: ignore[arg-type]
    _refuse_unknown(directory, annotators, into, documents, shares)
    who = by or _user(directory.root)
    failed: dict[str, str] = {}
    listed: list[dict[str, Any]] = []
    still_open = done = 0
    for document in _documents(directory, annotators, documents):
        try:
            work = _adjudicating.read_work(directory.bundle(document), annotators, into, takes_unfinished=unfinished)
            if not _is_enough(work):
                continue
            job = _adjudicating.Job(directory, work, into, shares, who, _now)
            job.refuse_to_lose(adopt=adopt, overwrite=overwrite)
            quits = False if auto is not None or adopt else _ask(work, job)
            result = job.write()
        except PostilError as error:
            failed[document] = str(error)
            click.echo(f"{printable(document)}: not done: {printable(str(error))}", err=True)
            continue
        done += 1
        still_open += len(result.open) + len(result.stuck)
        if format_ == "json":
            listed.append({**as_json(work, result), "contested": job.contested()})
        else:
            report(work, result, job.contested(), shows_open=auto is not None)
        if quits:
            break
    if format_ == "json":
        import msgspec

        click.echo(msgspec.json.format(msgspec.json.encode({"documents": listed, "failed": failed})).decode())
    if not done and not failed:
        raise click.UsageError(f"no document has two sets that count of {listing(annotators, 'and')}")
    return 2 if failed else int(still_open > 0)


def _refuse_unknown(
    directory: CorpusDirectory, annotators: Sequence[str], into: str, documents: Sequence[str], shares: dict[str, float]
) -> None:
    """Name what there is none of before anything is done."""
    from postil.storage.safe_files import portable_name_fault

    if len(set(annotators)) < 2 or into in annotators:
        raise click.UsageError("name two sets or more, and another one to make of them")
    fault = portable_name_fault(into)
    if fault or "/" in into:
        raise click.UsageError(f"--into {into}: {fault or 'an annotator is one part of a path'}")
    there = {name for files in directory.inventory.documents.values() for name in files.sets}
    for name in annotators:
        if name not in there:
            raise click.UsageError(f"there is no set {name}: there is {listing(sorted(there), 'and')}")
    for name in documents:
        if name not in directory.inventory.documents:
            raise click.UsageError(f"there is no document {name}")
    scheme = directory.project.scheme
    for layer in shares:
        if layer and scheme is not None and layer not in scheme.layers:
            raise click.UsageError(f"--policy {layer}=…: the scheme has no layer {layer}: it has {listing(scheme.layers, 'and')}")


def _documents(directory: CorpusDirectory, annotators: Sequence[str], documents: Sequence[str]) -> Iterator[str]:
    """Each document that two of the annotators have; those that only one has are named."""
    for document, files in directory.inventory.documents.items():
        there = [name for name in annotators if name in files.sets]
        if (documents and document not in documents) or not there:
            continue
        if len(there) < 2 or not files.text:
            why = "it has no text" if len(there) > 1 else f"only {there[0]} has it"
            click.echo(f"{printable(document)}: left out: {printable(why)}", err=True)
        else:
            yield document


def _is_enough(work: Work) -> bool:
    if work.unfinished:
        names = printable(listing(work.unfinished, "and"))
        click.echo(f"{printable(work.document)}: not complete and left out (--unfinished takes them): {names}", err=True)
    if len(work.sets) < 2:
        click.echo(f"{printable(work.document)}: left out: fewer than two sets are left", err=True)
    return len(work.sets) > 1


def _ask(work: Work, job: Any) -> bool:
    """Let the user decide; returns whether he quit."""
    from postil.cli._deciding import Session

    waiting = len(job.waiting())
    if not waiting:
        return False
    click.echo(f"{printable(work.document)}: {counted(waiting, 'disagreement')} to decide")
    return Session(work.versions, job).run()


def _now() -> str:
    from postil.cli._adjudicating import now

    return now()


def _user(root: Path) -> str:
    import getpass
    import subprocess

    try:
        command = ["git", "-C", str(root), "config", "user.name"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
        return done.stdout.strip() or getpass.getuser()
    except (OSError, KeyError):
        return ""
