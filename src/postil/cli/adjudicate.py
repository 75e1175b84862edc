from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from postil.cli._command import open_directory, postil_command
from postil.text import counted, printable

if TYPE_CHECKING:
    from postil.editing.adjudicate import Adjudication
    from postil.editing.decisions import Decision
    from postil.model import AnnotationSet
    from postil.storage.bundle import Bundle
    from postil.storage.directory import CorpusDirectory
    from postil.storage.set_file import SetFile

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
@click.option("--adopt", is_flag=True, help="Take what the set says already, made by hand, as decided.")
@click.option("--overwrite", is_flag=True, help="Make the set anew, although somebody changed it by hand.")
def command(
    annotators: tuple[str, ...],
    *,
    into: str,
    documents: tuple[str, ...],
    shares: dict[str, float],
    auto: str | None,
    by: str | None,
    adopt: bool,
    overwrite: bool,
) -> int:
    """Make one set of several: what they agree on goes through, the rest you decide.

    One disagreement is shown at a time, grouped by kind, with the text: a number takes that annotator's version, b all of them,
    n none, e opens your editor; u takes the last decision back, q ends, and the next time goes on from there. Decisions are
    kept in adjudication/NAME/, with who said what, who decided and when; only what an annotator changed since is asked again.
    Exit status: 0 when everything is decided, 1 when something is open.
    """
    from postil.storage.safe_files import portable_name_fault

    if len(set(annotators)) < 2 or into in annotators:
        raise click.UsageError("name two sets or more, and another one to make of them")
    fault = portable_name_fault(into)
    if fault or "/" in into:
        raise click.UsageError(f"--into {into}: {fault or 'an annotator is one part of a path'}")
    if auto is not None:
        shares = {**_shares(click.get_current_context(), None, (auto,)), **shares}  # type: ignore[arg-type]
    directory = open_directory()
    still_open = 0
    works = list(_works(directory, annotators, into, documents))
    if not works:
        raise click.UsageError(f"no document has two of the sets {', '.join(annotators)}")
    for work in works:
        job = _Job(directory, work, into, shares, by or _user(directory.root))
        job.refuse_to_lose(adopt=adopt, overwrite=overwrite)
        quits = False if auto is not None or adopt else job.ask()
        result = job.write()
        still_open += len(result.open)
        _report(work.document, result, shows_open=auto is not None)
        if quits:
            break
    return int(still_open > 0)


class _Work(NamedTuple):
    """A document, its sets, and the set that is to be made as it is now."""

    document: str
    text: str
    sets: list[AnnotationSet]
    there: SetFile | None


def _works(directory: CorpusDirectory, annotators: Sequence[str], into: str, documents: Sequence[str]) -> Iterator[_Work]:
    for name in documents:
        if name not in directory.inventory.documents:
            raise click.UsageError(f"there is no document {name}")
    for document, files in directory.inventory.documents.items():
        if (documents and document not in documents) or not files.text or sum(name in files.sets for name in annotators) < 2:
            continue
        bundle = directory.bundle(document)
        by_name = {file.annotator: file for file in bundle.set_files}
        sets = [_readable(by_name[name], bundle) for name in annotators if name in by_name]
        yield _Work(document, bundle.text or "", sets, by_name.get(into))


def _readable(file: SetFile, bundle: Bundle) -> AnnotationSet:
    from postil.errors import PostilError
    from postil.storage.set_file import has_unreadable_lines

    annotations = file.annotation_set()
    if annotations is None or has_unreadable_lines(file):
        raise PostilError(f"{file.path} has lines that cannot be read: postil check says which")
    if annotations.annotator != file.annotator or annotations.document != bundle.document:
        raise PostilError(f"{file.path}: its header names another document or annotator than its path")
    if annotations.header.text_sha256 != bundle.text_sha256:
        raise PostilError(f"{file.path} is about another text than its document has now: postil realign first")
    if any(note.decide for note in annotations.notes):
        raise PostilError(f"{file.path} has something to decide itself: postil check says what")
    return annotations.canonical()


class _Job:
    """One document: its decisions, and the set that follows from them."""

    def __init__(self, directory: CorpusDirectory, work: _Work, into: str, shares: Mapping[str, float], by: str) -> None:
        from postil.editing.decisions_file import decisions_path, parse_decisions

        self._directory, self._work, self._into, self._shares, self._by = directory, work, into, shares, by
        self._path = decisions_path(into, work.document)
        data = directory.read(self._path)
        header, self._decisions = parse_decisions(self._path, data) if data is not None else (None, [])
        self._set_sha256 = header.set_sha256 if header else ""
        self._made: list[list[Decision]] = []

    def refuse_to_lose(self, *, adopt: bool, overwrite: bool) -> None:
        """Stop where the set was changed by hand since it was written last, unless it is said what to do about it."""
        import hashlib

        from postil.editing.adjudicate import adopted
        from postil.errors import PostilError
        from postil.storage.set_file import encode_set

        there = self._work.there
        if there is None or overwrite or hashlib.sha256(there.data).hexdigest() == self._set_sha256:
            return
        if adopt:
            annotations = there.annotation_set()
            if annotations is None:
                raise PostilError(f"{there.path} cannot be read")
            self._decisions = adopted(self._work.sets, annotations, self._shares, self._by, _now())
            self._save()
        elif encode_set(self.result().annotations) != there.data:
            raise PostilError(
                f"{there.path} says something else than was decided: --adopt keeps what it says, --overwrite does not"
            )

    def result(self) -> Adjudication:
        """What the decisions come to now."""
        from postil.editing.adjudicate import adjudicate

        return adjudicate(self._work.sets, self._into, self._decisions, self._shares)

    def ask(self) -> bool:
        """Let the user decide; returns whether he quit."""
        from postil.cli._deciding import Session

        if not self.result().open:
            return False
        click.echo(f"{self._work.document}: {counted(len(self.result().open), 'disagreement')} to decide")
        return Session(self._work.text, self._work.sets, self._choose, self._undo).run(lambda: self.result().open)

    def _choose(self, item: Any, chosen: str, result: Any) -> None:
        from postil.editing.decisions import decide

        self._made.append(self._decisions)
        decision = decide(item, chosen, result, by=self._by, at=_now())
        self._decisions = [*(each for each in self._decisions if each.key != decision.key), decision]
        self._save()

    def _undo(self) -> bool:
        if not self._made:
            return False
        self._decisions = self._made.pop()
        self._save()
        return True

    def _save(self) -> None:
        """Write the decisions at once: whatever happens next, none is lost."""
        from postil.editing.decisions_file import DecisionsHeader, encode_decisions

        names = tuple(each.annotator for each in self._work.sets)
        header = DecisionsHeader(self._work.document, self._into, names, self._set_sha256)
        self._directory.write(self._path, encode_decisions(header, self._decisions))

    def write(self) -> Adjudication:
        """Write the set, and what it hashes to."""
        import hashlib

        from postil.storage.set_file import encode_set

        result = self.result()
        self._directory.write_set(result.annotations)
        self._set_sha256 = hashlib.sha256(encode_set(result.annotations)).hexdigest()
        self._save()
        return result


def _report(document: str, result: Adjudication, *, shows_open: bool) -> None:
    from postil.cli._deciding import grouped

    if shows_open:
        for each in grouped(result.open):
            versions = (f"{name} {_label(version)}" for name, version in each.item.versions.items())
            why = f" ({each.why})" if each.why else ""
            click.echo(printable(f"{document}: open: {each.item.kind} in {each.item.first.layer}: {', '.join(versions)}{why}"))
    header = result.annotations.header
    click.echo(
        f"{document}: {result.agreed:,} agreed, {result.decided:,} decided, {len(result.open):,} open; "
        f"wrote {printable(header.annotator)}, {header.status}"
    )


def _label(version: Any) -> str:
    from postil.model import Span
    from postil.text import quote

    if version is None:
        return "nothing"
    return f"{version.label} {quote(version.text, 30)}" if isinstance(version, Span) else str(version.label)


def _now() -> str:
    return datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _user(root: Path) -> str:
    import getpass
    import subprocess

    try:
        command = ["git", "-C", str(root), "config", "user.name"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
        return done.stdout.strip() or getpass.getuser()
    except (OSError, KeyError):
        return ""
