"""What git calls to compare sets, once ``postil install-git`` has told it to."""

from __future__ import annotations

from pathlib import Path

import click

from postil.cli._command import corpus_around, start_directory
from postil.cli._comparing import Versions, compared, echo
from postil.text import printable


def driver(arguments: tuple[str, ...]) -> int:
    """What git calls as ``diff.postil.command``: path, old file, its hash and mode, new file, its hash and mode, and more."""
    if len(arguments) == 1:  # unmerged
        click.echo(f"{arguments[0]}: not merged yet")
        return 0
    if len(arguments) < 7:
        raise click.UsageError("--git is for git: diff.postil.command = postil diff --git")
    path, old, new = arguments[0], Path(arguments[1]), Path(arguments[4])
    before, after = (each.read_bytes() if each.is_file() else b"" for each in (old, new))
    sides = compared(Versions(path, before or None, after or None), corpus_around())
    if sides is None:
        import difflib

        was, now = (data.decode("utf-8", "replace").splitlines(keepends=True) for data in (before, after))
        click.echo("".join(difflib.unified_diff(was, now, f"a/{path}", f"b/{path}")), nl=False)
    elif sides.difference:
        from postil.rendering.differences import lines

        echo(lines(sides))
    return 0


def textconv(files: tuple[str, ...]) -> int:
    """What git calls as ``diff.postil.textconv``: one readable line for each record."""
    import msgspec

    from postil.model import Note, Span
    from postil.storage.set_file import parse_set

    for name in files:
        data = (start_directory() / name).read_bytes()
        file = parse_set(name, "", data)
        if file.header is None or file.faults:
            click.echo(data, nl=False)
            continue
        header = file.header
        click.echo(
            printable(
                f"set {header.annotator} of {header.document}, {header.status}, {header.method}, text {header.text_sha256[:12]}"
            )
        )
        for record in file.records:
            values = msgspec.to_builtins(record)
            rest = {key: value for key, value in values.items() if key not in _SAID}
            more = f" {msgspec.json.encode(rest).decode()}" if rest else ""
            if isinstance(record, Note):
                said = f"note {record.id} about {record.about or 'the document'}: {record.text}"
            else:
                said = f"{record.layer} {record.label} {record.id}"
            if isinstance(record, Span):
                said += f" “{record.text}” at {' '.join(f'{start}-{end}' for start, end in record.extents)}"
            click.echo(printable(f"{said}{more}"))
    return 0


_SAID = ("type", "id", "layer", "label", "start", "end", "text", "fragments", "about")
