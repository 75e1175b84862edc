from __future__ import annotations

from typing import Any

import click

from postil.cli._command import corpus_around, postil_command, scheme_of, start_directory


@postil_command("Edit it")
@click.argument("file", metavar="FILE")
@click.argument("ids", metavar="ID...", nargs=-1, required=True)
@click.option("--take", required=True, type=click.Choice(["ours", "theirs"]), help="Whose version it becomes.")
def command(file: str, ids: tuple[str, ...], take: Any) -> int:
    """Decide conflicts of a merge for one side.

    ID is that of an annotation that both sides changed, or of the note that says so; the header has only the note. What only one
    side changed of it stays; the note is taken out. What theirs says of a text that was not found is taken where the place of
    ours is meant. Whatever else may be decided is decided in the file.
    """
    from postil.editing.resolving import resolve
    from postil.errors import PostilError
    from postil.storage.safe_files import write_atomically
    from postil.storage.set_file import encode_set, has_unreadable_lines, parse_set

    path = start_directory() / file
    if not path.is_file():
        raise click.UsageError(f"there is no file {file}")
    read = parse_set(file, "", path.read_bytes())
    annotations = read.annotation_set()
    if annotations is None or has_unreadable_lines(read):
        raise PostilError(f"{file} has lines that cannot be read: postil check names them")
    scheme = scheme_of(corpus_around(path.parent))
    for id in ids:
        annotations = resolve(annotations, id, take, scheme)
    write_atomically(path.parent, path, encode_set(annotations))
    left = sum(bool(note.decide) for note in annotations.notes)
    click.echo(f"{file}: took {take} for {', '.join(ids)}; {left or 'nothing'} left to decide.")
    return 0
