"""Which part of a corpus is looked at: paths that were given, listed or changed."""

from __future__ import annotations

import contextlib
import sys
from typing import TYPE_CHECKING

import click

from postil.cli._command import relative_path, repository_prefix

if TYPE_CHECKING:
    from postil.checking.selection import Selection
    from postil.storage.directory import CorpusDirectory


def selection_of(directory: CorpusDirectory, paths: tuple[str, ...], changed_since: str | None) -> Selection:
    """The part of the corpus that the paths stand for, and what was changed since a revision; all of it without either."""
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
            if prefix and not is_of_corpus(relative):
                relative = path.removeprefix(prefix)  # as git names it, from the root of the repository
            wanted += [relative] if relative == "." or is_of_corpus(relative) else []
    if changed_since is not None:
        touched = changed(directory.root, changed_since)
        wanted += [path for path in touched if is_of_corpus(path)]
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
    if path != "." and not is_of_corpus(path):
        raise click.UsageError(f"{given} is no part of the corpus: nothing of it would be checked")
    return path


def is_of_corpus(path: str) -> bool:
    """Whether a path, from the root of the corpus, is one of those that are checked."""
    return path.partition("/")[0] in ("corpus", "annotations", "adjudication")
