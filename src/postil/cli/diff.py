from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import TYPE_CHECKING

import click

from postil.cli._command import corpus_around, open_directory, postil_command, start_directory
from postil.cli._comparing import Versions, compared, echo
from postil.text import listing, printable

if TYPE_CHECKING:
    from postil.rendering.differences import Sides
    from postil.storage.directory import CorpusDirectory


@postil_command("Edit it")
@click.argument("versions", nargs=-1, metavar="[REV [REV] | REV..REV | SET SET | FILE FILE]")
@click.option("--doc", "documents", multiple=True, metavar="DOC", help="This document only; may be given several times.")
@click.option("--stat", is_flag=True, help="Count the changes of each set instead of showing them.")
@click.option("--format", "format_", type=click.Choice(["text", "json", "html"]), default="text", help="How to show them.")
@click.option("--exit-code", is_flag=True, help="Exit with 1 when there is a difference.")
@click.option("--git", "as_driver", is_flag=True, hidden=True)
@click.option("--textconv", is_flag=True, hidden=True)
def command(
    versions: tuple[str, ...],
    *,
    documents: tuple[str, ...],
    stat: bool,
    format_: str,
    exit_code: bool,
    as_driver: bool,
    textconv: bool,
) -> int:
    """Show what is different between annotations, not lines.

    Without arguments, what was changed since the last commit; with one revision, since then; with two, or A..B, between them;
    A...B: what B has since it left A. Two names of sets compare two annotators, two files compare any two sets. Git's own git
    diff shows the same after postil install-git. Exit status: 2 when something could not be read.
    """
    from postil.cli import _git_diff

    if textconv:
        return _git_diff.textconv(versions)
    if as_driver:
        return _git_diff.driver(versions)
    unreadable: list[str] = []
    found = list(_sides(_versions(versions, documents), unreadable))
    if format_ == "html":
        from postil.rendering.differences import page

        click.echo(page(found, _title(versions)), nl=False)
    elif format_ == "json":
        _print_json(found)
    elif found or not unreadable:
        _print_text(found, stat=stat)
    return 2 if unreadable else int(exit_code and bool(found))


def _title(versions: tuple[str, ...]) -> str:
    if len(versions) == 2:
        return f"Annotations: {versions[0]} → {versions[1]}"
    return f"Annotations: {versions[0]}" if versions and ".." in versions[0] else f"Annotations since {(*versions, 'HEAD')[0]}"


# --- what to compare -----------------------------------------------------------------------------------------------------


def _versions(given: tuple[str, ...], documents: tuple[str, ...]) -> Iterator[Versions]:
    if len(given) > 2:
        raise click.UsageError("name two revisions, two sets or two files at most")
    here = start_directory()
    if len(given) == 2 and all((here / name).is_file() for name in given):
        if documents:
            raise click.UsageError("--doc is for sets and revisions: two files are compared as they are")
        yield Versions(f"{given[0]} → {given[1]}", *((here / name).read_bytes() for name in given))
        return
    directory = open_directory()
    annotators = {name for files in directory.inventory.documents.values() for name in files.sets}
    if len(given) == 2 and annotators.issuperset(given):
        _refuse_unknown(documents, directory.inventory.documents)
        yield from _of_annotators(directory, given[0], given[1], documents)
    else:
        yield from _of_revisions(directory, _commits(directory, given, annotators), documents)


def _commits(directory: CorpusDirectory, given: tuple[str, ...], annotators: Collection[str]) -> Sequence[str]:
    from postil.errors import PostilError
    from postil.storage.git_versions import commits

    try:
        return commits(directory.root, given or ("HEAD",))
    except PostilError as error:
        unknown = [name for name in given if name not in annotators]
        if len(given) == 2 and len(unknown) == 1:
            there = listing(sorted(annotators), "and")
            raise click.UsageError(f"there is no set {unknown[0]}: there is {there}") from error
        raise


def _refuse_unknown(documents: Sequence[str], there: Collection[str]) -> None:
    for name in documents:
        if name not in there:
            raise click.UsageError(f"there is no document {name}")


def _of_annotators(directory: CorpusDirectory, one: str, other: str, documents: tuple[str, ...]) -> Iterator[Versions]:
    for document, files in directory.inventory.documents.items():
        paths = files.sets.get(one), files.sets.get(other)
        if any(paths) and not all(paths) and (not documents or document in documents):
            click.echo(f"{printable(document)}: only {printable(one if paths[0] else other)} has it: not compared", err=True)
        if all(paths) and (not documents or document in documents):
            data = [directory.set_file(str(path), name).data for path, name in zip(paths, (one, other), strict=True)]
            yield Versions(f"{document}: {one} → {other}", *data)


def _of_revisions(directory: CorpusDirectory, revisions: Sequence[str], documents: tuple[str, ...]) -> Iterator[Versions]:
    from postil.storage.git_versions import changed_files, files_at

    pairs = [pair for pair in changed_files(directory.root, revisions, "annotations") if (pair[1] or pair[0]).endswith(".jsonl")]
    _refuse_unknown(documents, {*directory.inventory.documents, *(_document(path) for pair in pairs for path in pair)})
    pairs = [pair for pair in pairs if not documents or any(_document(path) in documents for path in pair)]
    before = files_at(directory.root, revisions[0], [one for one, _ in pairs])
    after = files_at(directory.root, revisions[1], [other for _, other in pairs]) if len(revisions) == 2 else None
    for one, other in pairs:
        now = after.get(other) if after is not None else (directory.read(other) if other else None)
        title = f"{one} → {other}" if one and other and one != other else other or one
        yield Versions(title, before.get(one), now)


def _document(path: str) -> str:
    return path.removeprefix("annotations/").partition("/")[2].removesuffix(".jsonl")


def _sides(versions: Iterator[Versions], unreadable: list[str]) -> Iterator[Sides]:
    """Each two versions that differ; such as cannot be read are named, and their titles added to ``unreadable``."""
    around = corpus_around()
    for version in versions:
        sides = compared(version, around)
        if sides is None:
            unreadable.append(version.title)
            click.echo(f"{printable(version.title)}: not readable as a set: look at it with git diff --no-ext-diff", err=True)
        elif sides.difference:
            yield sides


# --- showing it ----------------------------------------------------------------------------------------------------------


def _print_text(found: Sequence[Sides], *, stat: bool) -> None:
    from postil.rendering.differences import lines, summary, totals

    for number, sides in enumerate(found):
        if stat:
            click.echo(f"{sides.title}: {summary(sides.difference)}")
            continue
        if number:
            click.echo()
        echo(lines(sides))
    click.echo(totals(found))


def _print_json(found: Sequence[Sides]) -> None:
    import msgspec

    listed = [
        {
            "title": sides.title,
            "document": sides.second.document,
            "header": sides.difference.header,
            "counts": dict(sides.difference.counts),
            "changes": [
                {"kind": change.kind, "aspects": change.aspects, "before": change.before, "after": change.after}
                for change in sides.difference.changes
            ],
        }
        for sides in found
    ]
    click.echo(msgspec.json.format(msgspec.json.encode({"sets": listed})).decode())
