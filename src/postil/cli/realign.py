from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import click

from postil.cli._command import open_directory, postil_command
from postil.cli._progress import Progress
from postil.cli._realignment_report import print_json, print_text, refusal, report

if TYPE_CHECKING:
    from postil.editing.realign import Outcome, Realignment
    from postil.editing.settled import Settled
    from postil.model import AnnotationSet
    from postil.storage.bundle import Bundle
    from postil.storage.directory import CorpusDirectory
    from postil.storage.set_file import SetFile

_ACCEPTED = ("edited", "split", "ambiguous", "orphan")


def _fates(_ctx: click.Context, _param: click.Parameter, values: tuple[str, ...]) -> tuple[str, ...]:
    fates = tuple(fate.strip() for value in values for fate in value.split(",") if fate.strip())
    for fate in fates:
        if fate not in _ACCEPTED:
            raise click.BadParameter(f"{fate}: expected {', '.join(_ACCEPTED)}")
    return fates


@postil_command("Edit it")
@click.argument("documents", nargs=-1, metavar="[DOC]...")
@click.option(
    "--set", "annotators", multiple=True, metavar="NAME", help="This annotator's sets only; may be given several times."
)
@click.option(
    "--accept", multiple=True, metavar="FATE,…", callback=_fates,
    help="Write the best candidate of these, too: edited, split, ambiguous; orphan takes an annotation out.",
)  # fmt: skip
@click.option("--dry-run", is_flag=True, help="Say what would be done, and change nothing.")
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text", help="How to say it.")
def command(documents: tuple[str, ...], annotators: tuple[str, ...], accept: tuple[str, ...], dry_run: bool, format_: str) -> int:
    """Carry annotations along after texts were edited.

    Each set that was made for another text than its document has now is carried to it. The old text is found in git by its hash;
    without it, the quotations in the set have to do. Only certain places are written. Whatever else was changed, split, could be
    several passages or is gone is listed, and left open in the set with a note that postil check finds. Exit status: 0 when
    nothing is left open, 1 when something is.
    """
    directory = open_directory()
    reports: list[dict[str, Any]] = []
    with Progress("Realigning") as progress:
        for stale in _stale(directory, documents, annotators, progress):
            reports += [stale] if isinstance(stale, dict) else _realigned(directory, *stale, accept, dry_run=dry_run)
    if format_ == "json":
        print_json(reports)
    else:
        print_text(reports, dry_run=dry_run)
    return int(any(one["open"] or one["refused"] for one in reports))


def _named_documents(directory: CorpusDirectory, documents: tuple[str, ...], annotators: tuple[str, ...]) -> list[str]:
    """The documents that are meant, by their names or the paths of their texts; all, where none is."""
    known = directory.inventory.documents
    by_path = {files.text: name for name, files in known.items() if files.text}
    names = [name if name in known else by_path.get(name, name) for name in documents]
    for name in names:
        if name not in known:
            raise click.UsageError(f"there is no document {name}")
    chosen = list(dict.fromkeys(names or known))
    has_set = {annotator for name in chosen for annotator in known[name].sets}
    for annotator in annotators:
        if annotator not in has_set:
            raise click.UsageError(f"there is no set by {annotator}")
    return chosen


def _without_text(path: str) -> dict[str, Any]:
    why = "its document has no text: if that was renamed, rename this file alike; postil check --fix mends its header"
    return refusal(path, why)


def _stale(
    directory: CorpusDirectory, documents: tuple[str, ...], annotators: tuple[str, ...], progress: Progress
) -> Iterator[tuple[Bundle, list[SetFile]] | dict[str, Any]]:
    """Each document whose text is not what some of its sets are about, with those sets; or why there is nothing to carry."""
    from postil.editing.pending import REALIGN, is_pending

    known = directory.inventory.documents
    chosen = _named_documents(directory, documents, annotators)
    for number, document in enumerate(chosen):
        progress(number, len(chosen))
        if not known[document].text:
            sets = known[document].sets.items()
            yield from (_without_text(path) for annotator, path in sets if not annotators or annotator in annotators)
            continue
        if not known[document].sets:
            continue
        bundle = directory.bundle(document)
        files = [
            file
            for file in bundle.set_files
            if (not annotators or file.annotator in annotators)
            and (
                file.header is None
                or file.header.text_sha256 != bundle.text_sha256
                or any(is_pending(note, REALIGN) for note in file.by_type[3])
            )
        ]  # fmt: skip
        if bundle.text is None:
            yield from (refusal(file.path, "its document's text cannot be read: postil check says why") for file in files)
        elif files:
            yield bundle, files


def _realigned(
    directory: CorpusDirectory, bundle: Bundle, files: Sequence[SetFile], accept: Sequence[str], *, dry_run: bool
) -> Iterator[dict[str, Any]]:
    from postil.editing.pending import texts_of_pending
    from postil.errors import PostilError
    from postil.storage.git_history import texts_by_sha256, why_no_history
    from postil.storage.set_file import has_unreadable_lines

    assert bundle.text_file is not None
    sets: list[tuple[str, AnnotationSet]] = []
    for file in files:
        annotations = file.annotation_set()
        if annotations is None or has_unreadable_lines(file):
            yield refusal(file.path, "it has lines that cannot be read, which writing would lose: mend them first")
        elif annotations.document != bundle.document or annotations.annotator != file.annotator:
            yield refusal(file.path, _misnamed(annotations))
        else:
            sets.append((file.path, annotations))
    wanted = {sha for _, each in sets for sha in (each.header.text_sha256, *texts_of_pending(each.notes).values())} - {
        bundle.text_sha256
    }
    old = texts_by_sha256(directory.root, wanted, [bundle.text_file.path])
    for path, annotations in sets:
        result, source = _checked(directory, annotations, bundle, old, accept)
        if "quotations" in source:
            source = f"{source}: {why_no_history(directory.root) or 'the old text was not found in git'}"
        if not dry_run:
            try:
                directory.write_set(result.annotations)
            except PostilError as error:
                yield refusal(path, str(error))
                continue
        yield report(path, result, source, bundle.text or "")


def _checked(
    directory: CorpusDirectory, annotations: AnnotationSet, bundle: Bundle, old: dict[str, bytes], accept: Sequence[str]
) -> tuple[Realignment, str]:
    """The set as it is carried, without the guesses that a check would find fault with."""
    from postil.checking.of_set import errors_in_set

    result, source = _carried(annotations, bundle, old, accept, ())
    guessed = {outcome.before.id for outcome in result.outcomes if outcome.is_guess}
    faulty = guessed & {one.subject for one in errors_in_set(directory, result.annotations, ["SPN"])} if guessed else set()
    return _carried(annotations, bundle, old, accept, faulty) if faulty else (result, source)


def _carried(
    annotations: AnnotationSet, bundle: Bundle, old: dict[str, bytes], accept: Sequence[str], but: Collection[str]
) -> tuple[Realignment, str]:
    """The set, carried from each text that a part of it is about."""
    from postil.editing.pending import texts_of_pending
    from postil.editing.realign import Realignment, realign

    assert bundle.text is not None
    outcomes: list[Outcome] = []
    settled: list[Settled] = []
    sources = []
    about = dict.fromkeys((annotations.header.text_sha256, *texts_of_pending(annotations.notes).values()))
    for sha in [*(sha for sha in about if sha in old), None]:
        if sha is None and outcomes and not set(about) - old.keys() - {bundle.text_sha256}:
            break
        try:
            text = old[sha].decode() if sha is not None else None
        except UnicodeDecodeError:
            continue
        result = realign(text, bundle.text, annotations, accept=accept, but=but)
        if result.outcomes:
            sources.append("git" if sha is not None else "quotations alone")
        annotations, settled = result.annotations, [*settled, *result.settled]
        outcomes = [*(one for one in outcomes if one not in result.outcomes), *result.outcomes]
    return Realignment(annotations, tuple(outcomes), tuple(settled)), "; ".join(dict.fromkeys(sources))


def _misnamed(annotations: AnnotationSet) -> str:
    named = f"{annotations.document} by {annotations.annotator}"
    return f"its header names another document or annotator than its path: {named}. If that was renamed, change the header"
