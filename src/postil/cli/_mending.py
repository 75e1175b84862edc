"""Making the changes that rules propose, or showing what they would be."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from postil.cli._check_settings import Settings, baseline_of, checker_of, run_of
from postil.cli._command import use_colour
from postil.cli._progress import Progress
from postil.text import counted, printable

if TYPE_CHECKING:
    from postil.checking.fixing import Fixed
    from postil.checking.selection import Selection
    from postil.storage.directory import CorpusDirectory


def _mended(directory: CorpusDirectory, selection: Selection, settings: Settings, *, takes_unsafe: bool) -> Iterator[Fixed]:
    """What mending makes of each document that is selected."""
    from postil.checking.fixing import Fixer

    fixer = Fixer(directory, checker_of(directory, settings), takes_unsafe=takes_unsafe)
    documents = sorted(selection.documents)
    with Progress("Mending") as progress:
        for number, document in enumerate(documents, 1):
            fixed = fixer.mend(document, selection.shows)
            if fixed.files:
                yield fixed
            progress(number, len(documents))


def mend(directory: CorpusDirectory, selection: Selection, settings: Settings, *, takes_unsafe: bool) -> None:
    """Make the changes, and say how many of which rule."""
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
    directory: CorpusDirectory, selection: Selection, settings: Settings
) -> tuple[dict[str, bytes], Counter[str]]:
    """Manifest and baseline without the suppressions that suppress nothing, and how many of those there are, by code."""
    if not directory.project.manifest.check.per_path_ignores and baseline_of(directory, settings) is None:
        return {}, Counter()  # there is nothing to suppress with, and no need to look at everything again
    run = run_of(directory, settings)
    outcome = run.check(selection)
    rewritten = run.mended_settings(outcome)
    return rewritten, Counter(finding.code for finding in outcome.findings if rewritten and finding.place.path in rewritten)


def show_diff(directory: CorpusDirectory, selection: Selection, settings: Settings, *, takes_unsafe: bool) -> int:
    """Print the changes as a patch; the exit status says whether there are any."""
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
