from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import click

from postil.cli._command import open_directory, postil_command
from postil.cli._progress import Progress
from postil.text import counted, printable, quote, quote_difference

if TYPE_CHECKING:
    from postil.editing.realign import Outcome, Realignment
    from postil.editing.settled import Settled
    from postil.model import AnnotationSet
    from postil.storage.bundle import Bundle
    from postil.storage.directory import CorpusDirectory
    from postil.storage.set_file import SetFile

_ACCEPTED = ("edited", "split", "ambiguous", "orphan")
_SHOWN = 3  # candidates that a finding shows
_WHY = {True: "its text is again as it was", False: "decided by hand: the span was changed, or taken out"}


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
        _print_json(reports)
    else:
        _print_text(reports, dry_run=dry_run)
    return int(any(report["open"] or report["refused"] for report in reports))


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
    why = "its document has no text: if that was renamed, rename this file alike and put the new name into its header"
    return _refusal(path, why)


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
        if bundle.text is None:
            continue
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
        if files:
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
            yield _refusal(file.path, "it has lines that cannot be read, which writing would lose: mend them first")
        elif annotations.document != bundle.document or annotations.annotator != file.annotator:
            yield _refusal(file.path, _misnamed(annotations))
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
                yield _refusal(path, str(error))
                continue
        yield _report(path, result, source, bundle)


def _checked(
    directory: CorpusDirectory, annotations: AnnotationSet, bundle: Bundle, old: dict[str, bytes], accept: Sequence[str]
) -> tuple[Realignment, str]:
    """The set as it is carried, without the guesses that a check would find fault with."""
    result, source = _carried(annotations, bundle, old, accept, ())
    guessed = {outcome.before.id for outcome in result.outcomes if outcome.is_guess}
    faulty = guessed & _with_faults(directory, bundle, result.annotations) if guessed else set()
    return _carried(annotations, bundle, old, accept, faulty) if faulty else (result, source)


def _with_faults(directory: CorpusDirectory, bundle: Bundle, annotations: AnnotationSet) -> set[str]:
    """The ids of the annotations of a set that an error of a span is found in."""
    from postil.checking.checker import Checker
    from postil.findings import Severity
    from postil.storage.set_file import encode_set

    files = directory.inventory.documents[bundle.document]
    path = directory.set_path(annotations.annotator, annotations.document)
    data = encode_set(annotations)
    read = [(path, data, len(data)) if one[0] == path else one for one in directory.read_files(files)]
    checker = Checker(directory.project.manifest.check, ["SPN"])
    found = checker.fixes(directory.parse(bundle.document, files, read))
    return {one.subject for one, _ in found if one.place.path == path and one.severity is Severity.ERROR}


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
    return f"its header names another document or annotator than its path: {named}. If the file was renamed, change the header"


def _refusal(path: str, why: str) -> dict[str, Any]:
    return {"path": path, "refused": why, "counts": {}, "open": [], "removed": [], "guessed": [], "settled": [], "source": ""}


def _report(path: str, result: Realignment, source: str, bundle: Bundle) -> dict[str, Any]:
    from postil.editing.places import Fate

    text = bundle.text or ""
    counts = result.counts
    return {
        "path": path,
        "refused": "",
        "source": source,
        "counts": {str(fate): counts[fate] for fate in Fate if counts[fate]},
        "written": sum(outcome.after is not None for outcome in result.outcomes),
        "guessed": [_described(outcome, text) for outcome in result.outcomes if outcome.is_guess],
        "removed": [_described(outcome, text) for outcome in result.outcomes if outcome.is_removed],
        "settled": [{"id": each.note.about, "why": _WHY[each.is_returned]} for each in result.settled],
        "open": [_described(outcome, text) for outcome in result.open],
    }


def _described(outcome: Outcome, text: str) -> dict[str, Any]:
    span = outcome.before
    candidates = [
        {"extents": extents, "text": " ".join(text[start:end] for start, end in extents)} for extents in outcome.candidates
    ]
    return {
        "id": span.id, "layer": span.layer, "label": span.label, "fate": str(outcome.fate), "start": span.start, "end": span.end,
        "text": span.text, "candidates": candidates,
        "kept": f" (not taken out: {outcome.kept_by} names it)" if outcome.kept_by else "",
    }  # fmt: skip


def _print_json(reports: Sequence[dict[str, Any]]) -> None:
    import msgspec

    click.echo(msgspec.json.format(msgspec.json.encode({"sets": reports})).decode())


def _print_text(reports: Sequence[dict[str, Any]], *, dry_run: bool) -> None:
    totals: Counter[str] = Counter()
    for report in reports:
        if report["refused"]:
            click.echo(f"{report['path']}: left as it is: {report['refused']}", err=True)
            continue
        said = ", ".join(f"{count:,} {fate}" for fate, count in report["counts"].items()) or "no spans"
        click.echo(f"{printable(report['path'])}: {said} ({report['source'] or 'nothing to carry'})")
        for each in report["settled"]:
            click.echo(f"  settled: {printable(each['id'])}: {each['why']}")
        for said, spans in ((", written", "guessed"), (", taken out", "removed"), ("", "open")):
            for each in report[spans]:
                _print_span(each, said)
        totals["written"] += report["written"]
        totals["open"] += len(report["open"])
        totals["removed"] += len(report["removed"])
    refused = sum(bool(report["refused"]) for report in reports)
    if not reports:
        click.echo("Every set is about its text as it is.")
        return
    parts = [f"{counted(totals['written'], 'annotation')} {'would be ' if dry_run else ''}carried along"]
    parts += [f"{totals['removed']:,} taken out"] if totals["removed"] else []
    parts += [f"{totals['open']:,} left open"] if totals["open"] else []
    parts += [f"{counted(refused, 'set')} left as {'it is' if refused == 1 else 'they are'}"] if refused else []
    click.echo(f"{counted(len(reports), 'set')}: {', '.join(parts)}.")


def _print_span(span: dict[str, Any], said: str) -> None:
    click.echo(f"  {span['fate']}{said}: {printable(span['label'])} {printable(span['id'])}{span['kept']}")
    best = span["candidates"][0]["text"] if span["candidates"] else ""
    was, now = quote_difference(span["text"], best) if best and best != span["text"] else (quote(span["text"], 90), "")
    click.echo(f"    was {was}")
    for number, candidate in enumerate(span["candidates"][:_SHOWN]):
        where = " and ".join(f"{start} to {end}" for start, end in candidate["extents"])
        shown = now if now and number == 0 else quote(candidate["text"], 90)
        click.echo(f"    {'now' if number == 0 else ' or'} {shown} at {where}")
