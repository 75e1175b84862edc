from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from postil.cli._command import postil_command, start_directory
from postil.text import counted, printable

if TYPE_CHECKING:
    from postil.model import AnnotationSet


@postil_command("Edit it")
@click.argument("base", metavar="BASE")
@click.argument("ours", metavar="OURS")
@click.argument("theirs", metavar="THEIRS")
@click.option("--path", default="", metavar="PATH", help="Where the set is in the repository: what messages name.")
@click.option("--stdout", "to_stdout", is_flag=True, help="Write the result to standard output instead of into OURS.")
@click.option("--git", "for_git", is_flag=True, hidden=True)
def command(base: str, ours: str, theirs: str, path: str, *, to_stdout: bool, for_git: bool) -> int:
    """Merge two versions of a set that come from one, annotation by annotation.

    The result is written into OURS, as git wants it of a merge driver: postil install-git sets it up. What both sides changed in
    different ways stays in the set with a note that holds both versions, and postil check fails until it is decided. An empty
    BASE means that both sides made the set. Exit status: 0 merged, 1 with conflicts.
    """
    from postil.editing.merge import merge
    from postil.errors import PostilError
    from postil.storage.git_config import CONFLICTS
    from postil.storage.safe_files import write_atomically
    from postil.storage.set_file import encode_set

    files = [start_directory() / name for name in (base, ours, theirs)]
    shown, conflicts = printable(path or ours), CONFLICTS if for_git else 1
    for file, name in zip(files, (base, ours, theirs), strict=True):
        if not file.is_file():
            raise click.UsageError(f"there is no file {name}")
    try:
        start = _read(files[0]) if files[0].read_bytes().strip() else None
        one, other = (_read(file) for file in files[1:])
        result = merge(start, one, other, texts=_texts([each for each in (start, one, other) if each], path))
        data = encode_set(result.annotations)
    except PostilError as error:
        click.echo(f"{shown}: cannot be merged by annotation: {error}", err=True)
        return conflicts * _merge_lines(files, to_stdout=to_stdout)
    if to_stdout:
        click.echo(data, nl=False)
    else:
        write_atomically(files[1].parent, files[1], data)
    if result.conflicts:
        ids = ", ".join(printable(conflict.id or "the header") for conflict in result.conflicts[:10])
        more = ", …" if len(result.conflicts) > 10 else ""
        click.echo(
            f"{shown}: {counted(len(result.conflicts), 'conflict')} to decide, listed by postil check: {ids}{more}", err=True
        )
    return conflicts * bool(result.conflicts)


def _read(path: Path) -> AnnotationSet:
    from postil.errors import PostilError
    from postil.storage.set_file import has_unreadable_lines, parse_set

    data = path.read_bytes()
    file = parse_set(str(path), "", data)
    annotations = file.annotation_set()
    if annotations is None or has_unreadable_lines(file):
        fault = next((fault for fault in file.faults if fault.kind != "unknown key"), None)
        raise PostilError(f"line {fault.line} of a version: {fault.message}" if fault else "a version has no header")
    ids = [record.id for record in annotations.records]
    if len(ids) != len(set(ids)):
        raise PostilError("a version has an id twice, so that nothing says which is which")
    return annotations


def _texts(sets: list[AnnotationSet], path: str) -> dict[str, str]:
    """The texts that the sets are about, where those are several."""
    from postil.errors import PostilError
    from postil.storage.directory import CorpusDirectory
    from postil.storage.git_history import texts_by_sha256

    wanted = {each.header.text_sha256 for each in sets}
    if len(wanted) == 1:
        return {}
    try:
        root = CorpusDirectory.find((start_directory() / path).parent).root
    except PostilError:
        root = start_directory()
    found = texts_by_sha256(root, wanted, [f"corpus/{sets[-1].document}.txt"])
    return {digest: data.decode("utf-8", "surrogateescape") for digest, data in found.items()}


def _merge_lines(files: list[Path], *, to_stdout: bool) -> bool:
    """Merge as git merges lines, with markers where it cannot: for what is no readable set, so that nothing of it is lost.

    Returns whether there are markers.
    """
    import subprocess

    base, ours, theirs = map(str, files)
    names = ["-L", "ours", "-L", "base", "-L", "theirs"]
    option = ["-p"] if to_stdout else []
    done = subprocess.run(["git", "merge-file", *option, *names, ours, base, theirs], check=False)  # noqa: S603, S607
    return done.returncode != 0
