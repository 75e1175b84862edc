from __future__ import annotations

import click

from postil.cli._command import postil_command


@postil_command("Validate it")
@click.argument("code", required=False)
@click.option("--format", "format_", type=click.Choice(["text", "json", "markdown"]), default="text", help="How to show them.")
def command(code: str | None, format_: str) -> int:
    """List the rules of `postil check`, or explain one.

    CODE is a rule's code (SPN001), its name (out-of-bounds), or a prefix (SPN).
    """
    from postil.rules import all_rules
    from postil.rules.manual import as_json, as_markdown, catalogue, manual_page

    rules = [rule for rule in all_rules() if code is None or rule.code.startswith(code.upper()) or rule.name == code]
    if not rules:
        raise click.BadParameter(f"there is no rule {code}: postil rule lists them", param_hint="CODE")
    if format_ == "json":
        click.echo(as_json(rules))
    elif format_ == "markdown":
        click.echo(as_markdown(rules))
    elif code is not None and len(rules) == 1:
        click.echo(manual_page(rules[0]))
    else:
        click.echo(catalogue(rules))
    return 0
