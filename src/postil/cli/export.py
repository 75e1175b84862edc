from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from postil.cli._command import CorpusCommand, directory_option, open_corpus, start_directory

if TYPE_CHECKING:
    from postil.formats import Format


class _Formats(click.Group):
    """A subcommand for each format that can be written, with the options that the format declares."""

    task = "Share it"

    def list_commands(self, ctx: click.Context) -> list[str]:
        from postil.formats import all_formats

        return [name for name, format_ in all_formats().items() if format_.write]

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        from postil.formats import all_formats

        format_ = all_formats().get(name)
        return _subcommand(format_) if format_ and format_.write else None


def _subcommand(format_: Format) -> click.Command:
    def run(destination: str, annotators: tuple[str, ...], **options: Any) -> int:
        from postil.errors import ExportRefused

        assert format_.write
        corpus = open_corpus()
        try:
            report = format_.write(corpus, start_directory() / Path(destination), annotators, options)
        except ExportRefused as refusal:
            click.echo(f"postil: {refusal}", err=True)
            return 1
        click.echo("\n".join(report.lines))
        return 0

    paragraphs = format_.manual.split("\n\n")
    text = "\n\n".join(f"\b\n{paragraph}" if "\n" in paragraph else paragraph for paragraph in paragraphs)
    set_help = "Write this annotator's sets; may be given several times."
    return CorpusCommand(
        format_.name,
        task="Share it",
        callback=run,
        help=f"{format_.title}.\n\n{text}",
        params=[
            click.Argument(["destination"], metavar="DIR"),
            click.Option(
                ["--set", "annotators"], multiple=True, default=("gold",), show_default=True, metavar="NAME", help=set_help
            ),
            *(
                click.Option([f"--{option.name}"], multiple=option.multiple, metavar=option.metavar, help=option.help)
                for option in format_.options
            ),
        ],
    )


@click.group(cls=_Formats)
@directory_option
def command() -> None:
    """Write the corpus in another format: postil export FORMAT DIR."""
