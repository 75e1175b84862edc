from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from postil.cli._command import corpus_around, postil_command, start_directory
from postil.text import counted, printable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from postil.editing.merge import Merge
    from postil.model import AnnotationSet
    from postil.scheme import Scheme


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
    BASE means that both sides made the set. What is no set that can be read is merged by line, which is always a conflict.

    Exit status: 0 merged, 1 something is left to decide, 2 nothing was done.
    """
    from postil.errors import PostilError
    from postil.storage.git_config import CONFLICTS
    from postil.storage.safe_files import write_atomically

    files = [start_directory() / name for name in (base, ours, theirs)]
    for file, name in zip(files, (base, ours, theirs), strict=True):
        if not file.is_file():
            raise click.UsageError(f"there is no file {name}")
    shown = printable(path or ours)
    try:
        sets = [_read(file) if file is not files[0] or file.read_bytes().strip() else None for file in files]
    except PostilError as error:
        data, is_open, said = _lines(files), True, [f"cannot be merged by annotation: {error}"]
    else:
        data, is_open, said = _merged(sets, files, path, for_git=for_git)
    if to_stdout:
        click.echo(data, nl=False)
    else:
        write_atomically(files[1].parent, files[1], data)
    for line in said:
        click.echo(f"{shown}: {line}", err=True)
    return (CONFLICTS if for_git else 1) if is_open else 0


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


def _lines(files: Sequence[Path]) -> bytes:
    from postil.storage.whole_conflict import conflict_in_lines

    return conflict_in_lines(files)


def _merged(
    sets: Sequence[AnnotationSet | None], files: Sequence[Path], path: str, *, for_git: bool
) -> tuple[bytes, bool, list[str]]:
    """The bytes of the merged set, whether something is left to decide, and what there is to say of it."""
    from postil.editing.merge import merge
    from postil.errors import PostilError
    from postil.storage.set_file import encode_set
    from postil.storage.whole_conflict import both_whole

    base, ours, theirs = sets
    assert ours is not None
    assert theirs is not None
    root, scheme = _corpus((start_directory() / path).parent if path else files[1].parent)
    try:
        result = merge(base, ours, theirs, texts=_texts(root, [each for each in sets if each]), scheme=scheme)
    except PostilError as error:
        if not for_git:
            raise
        # git may take one file for another that was renamed: refusing would stop the whole merge
        data = both_whole(files[1].read_bytes(), files[2].read_bytes())
        return data, True, [f"both versions are in it, between markers: {error}"]
    hashes = {each.header.text_sha256 for each in sets if each}
    said = _in_words(result)
    if len(hashes) > 2 or (base is None and len(hashes) > 1):
        said.append("both sides edited the text: when that is merged as well, postil realign")
    return encode_set(result.annotations), bool(result.conflicts or result.left_open), said


def _in_words(result: Merge) -> list[str]:
    found = []
    for ids, what in (
        ([conflict.id for conflict in result.conflicts], "conflict"),
        ([note.about for note in result.left_open], "uncertain place"),
    ):
        if ids:
            named = ", ".join(printable(id or "the header") for id in ids[:10])
            more = ", …" if len(ids) > 10 else ""
            found.append(f"{counted(len(ids), what)} to decide, listed by postil check: {named}{more}")
    return found


def _corpus(start: Path) -> tuple[Path, Scheme | None]:
    """The root of the corpus around a directory, and its scheme; else where the command was started, and none."""
    from postil.storage.merge_schemes import scheme_for_merge

    directory = corpus_around(start)
    return (directory.root, scheme_for_merge(directory.root)) if directory else (start_directory(), None)


def _texts(root: Path, sets: Sequence[AnnotationSet]) -> dict[str, str]:
    """The texts that the sets are about, where those are several."""
    from postil.storage.merge_texts import texts_for_merge

    wanted = {each.header.text_sha256 for each in sets}
    return texts_for_merge(root, wanted, [each.document for each in reversed(sets)]) if len(wanted) > 1 else {}
