from __future__ import annotations

import click

from postil.cli._command import chosen_paths, open_directory, postil_command


@postil_command("Validate it")
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@click.option("--check", "only_check", is_flag=True, help="Change nothing; exit with 1 if something would be changed.")
def command(paths: tuple[str, ...], only_check: bool) -> int:
    """Write annotation sets in canonical form.

    PATHs are files or directories of the corpus; without any, every set is formatted. A file with lines that cannot
    be read is left as it is and named: nothing is ever dropped.
    """
    from postil.storage.set_file import encode_set, has_unreadable_lines

    directory = open_directory()
    wants = chosen_paths(paths, directory)
    changed = unreadable = total = 0
    for files in directory.inventory.documents.values():
        for annotator, path in sorted(files.sets.items()):
            if wants and not wants(path):
                continue
            total += 1
            set_file = directory.set_file(path, annotator)
            annotations = set_file.annotation_set()
            if annotations is None or has_unreadable_lines(set_file):
                unreadable += 1
                fault = next(fault for fault in set_file.faults if fault.kind != "unknown key")
                click.echo(f"{path}:{fault.line}:{fault.column}: left as it is: {fault.message}", err=True)
                continue
            canonical = encode_set(annotations)
            if canonical != set_file.data:
                if not only_check:
                    directory.write(path, canonical)
                changed += 1
                click.echo(f"{'would format' if only_check else 'formatted'} {path}")
    of = f"of {total} set{'' if total == 1 else 's'}"
    verb = "would be formatted" if only_check else "formatted"
    click.echo(f"{changed} {of} {verb}{f', {unreadable} not readable' if unreadable else ''}.")
    return int(bool(unreadable or (only_check and changed)))
