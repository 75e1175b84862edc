from __future__ import annotations

import click

from postil.cli._command import open_directory, postil_command


@postil_command("Make a corpus")
def command() -> int:
    """Let git merge and compare annotations, not lines.

    Writes two attributes into .gitattributes, which everybody who clones the repository gets, and the commands that git is to
    call into this clone's own configuration: run it once in every clone. Without it git merges sets line by line.
    """
    from postil.storage.git_config import ATTRIBUTES, configure, write_attributes

    directory = open_directory()
    settings = configure(directory.root)
    changed = write_attributes(directory.root)
    click.echo(f"{'wrote' if changed else 'kept'}   {ATTRIBUTES}")
    for name, value in settings:
        click.echo(f"set     {name} = {value}")
    return 0
