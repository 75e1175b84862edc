from __future__ import annotations

from pathlib import Path

import click

from postil.cli._command import postil_command, repository_prefix, start_directory

_FILES = {
    "corpus/corpus.toml": "corpus/corpus.toml",
    "annotations/scheme.toml": "annotations/scheme.toml",
    "annotations/GUIDELINES.md": "annotations/GUIDELINES.md",
    ".gitattributes": "gitattributes",
    ".pre-commit-config.yaml": "pre-commit-config.yaml",
}
_CI_FILES = {
    "github": {".github/workflows/postil.yml": "github/postil.yml"},
    "gitlab": {".gitlab-ci.yml": "gitlab-ci.yml"},
    "none": {},
}


@postil_command("Make a corpus")
@click.argument("target", default=".", metavar="[DIR]")
@click.option("--name", help="The corpus's name; else the directory's.")
@click.option(
    "--ci",
    type=click.Choice(list(_CI_FILES)),
    default="github",
    show_default=True,
    help="Whose job to write that checks each push.",
)
def command(target: str, name: str | None, ci: str) -> int:
    """Make a corpus: manifest, scheme, guidelines, and what git, pre-commit and a forge need.

    A file that is there already is left as it is.
    """
    import json
    import re
    import unicodedata
    from importlib.resources import files

    from postil.storage.safe_files import write_atomically

    root = start_directory() / target
    root.mkdir(parents=True, exist_ok=True)
    spelled = unicodedata.normalize("NFKD", (name or root.resolve().name).casefold())
    letters = "".join(character for character in spelled if not unicodedata.combining(character))
    title = json.dumps(name or root.resolve().name, ensure_ascii=False)
    plain = re.sub(r"[^a-z0-9-]+", "-", letters.lower()).strip("-") or "corpus"
    templates = files("postil") / "templates"
    for path, template in (_FILES | _CI_FILES[ci]).items():
        if (root / path).exists() or (root / path).is_symlink():
            click.echo(f"kept    {path}")
            continue
        text = (templates / template).read_text(encoding="utf-8")
        if not template.endswith((".yml", ".yaml")):
            text = text.replace("{name}", plain).replace("{title}", title)
        write_atomically(root, root / path, text.encode())
        click.echo(f"wrote   {path}")
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
