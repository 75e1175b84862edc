from __future__ import annotations

from pathlib import Path

import click

from postil.cli._command import postil_command, repository_prefix, start_directory


@postil_command("Make a corpus")
@click.argument("target", default=".", metavar="[DIR]")
@click.option("--name", help="The corpus's name; else the directory's.")
@click.option(
    "--ci",
    type=click.Choice(["github", "gitlab", "none"]),
    default="github",
    show_default=True,
    help="Whose job to write that checks each push.",
)
def command(target: str, name: str | None, ci: str) -> int:
    """Make a corpus: manifest, scheme, guidelines, and what git, pre-commit and a forge need.

    A file that is there already is left as it is.
    """
    from postil.storage.new_corpus import make_corpus

    root = start_directory() / target
    root.mkdir(parents=True, exist_ok=True)
    for path, is_new in make_corpus(root, name or root.resolve().name, ci):
        click.echo(f"{'wrote  ' if is_new else 'kept   '} {path}")
    click.echo(_configure_git(root))
    prefix = repository_prefix(root)
    if prefix and ci != "none":
        click.echo(
            f"The repository begins above: move the CI files to its root, and let them run with -C {prefix.rstrip('/')}.",
            err=True,
        )
    click.echo("Next: describe your labels in annotations/scheme.toml, then postil add your texts.")
    return 0


def _configure_git(root: Path) -> str:
    """Let git merge and compare sets by annotation, if there is a repository yet."""
    from postil.errors import PostilError
    from postil.storage.git_config import ATTRIBUTES, configure, has_attributes

    try:
        settings = configure(root)
    except PostilError:
        return "Later, in every clone of the git repository: postil install-git."
    if not has_attributes(root) or any(setting.is_kept for setting in settings):
        why = f"your {ATTRIBUTES} does not say so" if not has_attributes(root) else "a driver of yours is set"
        return f"git does not merge by annotation here yet, because {why}: postil install-git."
    return "git merges and compares annotation sets by annotation here; in every other clone: postil install-git."
