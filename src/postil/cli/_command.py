"""What all commands share: ``-C DIR``, the task under which help lists them, and opening the corpus."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from postil.corpus import Corpus
    from postil.scheme import Scheme
    from postil.storage.directory import CorpusDirectory

TASKS = ("Make a corpus", "Look at it", "Validate it", "Edit it", "Share it")


def _set_directory(ctx: click.Context, _param: click.Parameter, value: str | None) -> None:
    if value is not None:
        ctx.obj = str(Path(ctx.obj or ".") / value)


def directory_option(command: Any) -> Any:
    """Give a command the option ``-C DIR``."""
    help_ = "Run as if started in DIR."
    return click.option("-C", "directory", metavar="DIR", help=help_, expose_value=False, callback=_set_directory)(command)


SETS: dict[str, Any] = {"multiple": True, "default": ("gold",), "show_default": True, "metavar": "NAME"}
"""What the option ``--set`` of whatever publishes sets is, but for its help: those of several annotators, else gold."""


def sets_option(help_: str) -> Callable[[Any], Any]:
    """Give a command the option ``--set NAME``, its argument ``annotators``."""
    return click.option("--set", "annotators", help=help_, **SETS)


class CorpusCommand(click.Command):
    """A command with ``-C DIR`` and a ``task``."""

    def __init__(self, *args: Any, task: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.task = task
        directory_option(self)


def postil_command(task: str) -> Callable[[Callable[..., Any]], click.Command]:
    """Make a function the command of its module."""
    assert task in TASKS

    def make(function: Callable[..., Any]) -> click.Command:
        called = function.__module__.rpartition(".")[2].rstrip("_").replace("_", "-")
        return click.command(called, cls=CorpusCommand, task=task)(function)

    return make


def given_bytes(name: str) -> bytes:
    """What the file that a user named holds: any that can be read once, also a pipe. Raises where it cannot be read."""
    from postil.errors import PostilError

    try:
        return (start_directory() / name).read_bytes()
    except FileNotFoundError as error:
        raise PostilError(f"{name}: there is no such file") from error
    except OSError as error:
        raise PostilError(f"{name} cannot be read: {error.strerror}") from error


def start_directory() -> Path:
    """The directory that the command was started in, ``-C`` considered."""
    directory = Path(click.get_current_context().obj or ".")
    if not directory.is_dir():
        raise click.UsageError(f"-C {directory}: there is no such directory")
    return directory


def open_directory() -> CorpusDirectory:
    """The files of the corpus around the start directory."""
    from postil.storage.directory import CorpusDirectory

    return CorpusDirectory.find(start_directory())


def corpus_around(start: Path | None = None) -> CorpusDirectory | None:
    """The corpus around a directory, or the start directory, if there is one: a file may be compared or merged anywhere."""
    from postil.errors import PostilError
    from postil.storage.directory import CorpusDirectory

    try:
        return CorpusDirectory.find(start or start_directory())
    except PostilError:
        return None


def corpus_root() -> Path:
    """The corpus around the start directory; where there is none, the start directory, which becomes one."""
    from postil.errors import CorpusNotFound
    from postil.storage.directory import CorpusDirectory

    try:
        return CorpusDirectory.find(start_directory()).root
    except CorpusNotFound:
        return start_directory().absolute()


def scheme_of(directory: CorpusDirectory | None) -> Scheme | None:
    """The scheme of a corpus as far as it can be read; ``None`` where it cannot, or where there is no corpus."""
    from postil.errors import PostilError

    try:
        return directory.project.scheme if directory else None
    except (PostilError, OSError):
        return None


def open_corpus() -> Corpus:
    """The corpus around the start directory."""
    from postil.corpus import Corpus

    return Corpus(open_directory())


def relative_path(path: str, root: Path) -> str:
    """A path that the user typed, as a path from the root with ``/``; refused when it lies elsewhere."""
    import os

    full, top = Path(os.path.abspath(start_directory() / path)), root.absolute()  # noqa: PTH100 - links are not followed
    if not full.is_relative_to(top):
        raise click.UsageError(f"{path} is not in the corpus at {top}")
    return full.relative_to(top).as_posix()


def chosen_paths(paths: tuple[str, ...], directory: CorpusDirectory) -> Callable[[str], bool] | None:
    """Whether a path from the root is among, or under, what the user named; ``None`` when that is everything."""
    wanted = [relative_path(path, directory.root) for path in paths]
    for path, given in zip(wanted, paths, strict=True):
        if not (directory.root / path).exists():
            raise click.UsageError(f"there is no {given}")
    if not wanted or "." in wanted:
        return None
    return lambda path: any(path == one or path.startswith(f"{one}/") for one in wanted)


def use_colour() -> bool:
    """Whether standard output is a terminal whose user has not said no (https://no-color.org)."""
    import os
    import sys

    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def repository_prefix(root: Path) -> str:
    """The path from the root of the git repository around ``root`` to it, with ``/`` at the end; empty for the same or none."""
    root = root.absolute()
    for directory in (root, *root.parents):
        if (directory / ".git").exists():
            return f"{root.relative_to(directory).as_posix()}/" if directory != root else ""
    return ""
