from __future__ import annotations

import click

from postil.cli._command import postil_command


@postil_command("Share it")
@click.argument("name", required=False)
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text", help="How to show them.")
def command(name: str | None, format_: str) -> int:
    """List the formats of `postil export` and what each can keep; NAME says more of one."""
    import json

    from postil.formats import Feature, all_formats

    formats = all_formats()
    if name is not None and name not in formats:
        raise click.BadParameter(f"there is no format {name}: there are {', '.join(formats)}", param_hint="NAME")
    chosen = [formats[name]] if name else list(formats.values())
    if format_ == "json":
        listed = [{"name": one.name, "title": one.title, "keeps": sorted(one.keeps), "manual": one.manual} for one in chosen]
        click.echo(json.dumps(listed, indent=2))
    elif name:
        click.echo(f"{chosen[0].title}\n\n{chosen[0].manual}")
    else:
        width = max(map(len, Feature))
        click.echo(" ".join([" " * width, *(one.name for one in chosen)]))
        for feature in Feature:
            cells = ("yes" if feature in one.keeps else "no" for one in chosen)
            cells = (cell.center(len(one.name)) for cell, one in zip(cells, chosen, strict=True))
            click.echo(f"{feature:<{width}} {' '.join(cells)}".rstrip())
    return 0
