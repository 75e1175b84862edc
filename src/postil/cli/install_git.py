from __future__ import annotations

import click

from postil.cli._command import open_directory, postil_command


@postil_command("Make a corpus")
def command() -> int:
    """Let git merge and compare annotations, not lines.

    Writes attributes into .gitattributes, which everybody who clones the repository gets, and the commands that git is to call
    into this clone's own configuration: run it once in every clone. Without it git merges sets line by line; a set that so got
    markers is merged anew by git checkout -m -- FILE. A driver that you set yourself is left as it is.
    """
    from postil.storage.git_config import ATTRIBUTES, configure, write_attributes

    directory = open_directory()
    settings = configure(directory.root)
    changed = write_attributes(directory.root)
    click.echo(f"{'wrote' if changed else 'kept'}   {ATTRIBUTES}")
    for name, value, is_kept in settings:
        click.echo(f"{'kept' if is_kept else 'set ':7} {name} = {value}")
    if any(is_kept for *_, is_kept in settings):
        click.echo("What was kept is yours, and git calls it instead of postil; git config --unset NAME lets go of it.", err=True)
    return 0
