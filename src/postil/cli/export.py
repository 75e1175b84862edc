from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from postil.cli._command import SETS, CorpusCommand, directory_option, open_corpus, start_directory
from postil.cli._format_commands import FormatCommands, click_options, manual_as_help
from postil.text import listing

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from postil.exchange.format import Format


class _Formats(FormatCommands):
    """A subcommand for each format that can be written."""

    verb = "export"

    def is_possible(self, format_: Format) -> bool:
        return format_.can_be_written

    def subcommand(self, format_: Format) -> click.Command:
        return _subcommand(format_)


def _subcommand(format_: Format) -> click.Command:
    def run(destination: str, annotators: tuple[str, ...], **options: Any) -> int:
        from postil.errors import ExportRefused
        from postil.exchange.export import Choices, export_corpus

        own = {option.name: options[option.name.replace("-", "_")] for option in format_.write_options}
        choices = Choices(
            own,
            is_lossy=options["lossy"],
            without=options["without"],
            policy=options["overlap"],
            replace=options["replace"],
            all_documents=options["all_documents"],
            skip_invalid=options["skip_invalid"],
        )
        corpus = open_corpus()
        try:
            report = export_corpus(format_, corpus, start_directory() / Path(destination), annotators, choices)
        except ExportRefused as refusal:
            click.echo(f"postil: {refusal}", err=True)
            return 1
        click.echo("\n".join(report.lines))
        return 0

    return CorpusCommand(
        format_.name,
        task="Share it",
        callback=run,
        help=f"{format_.title}.\n\n{manual_as_help(format_.manual)}",
        params=[
            click.Argument(["destination"], metavar="FILE" if format_.writes == "file" else "DIR"),
            click.Option(["--set", "annotators"], help="Write this annotator's sets; may be given several times.", **SETS),
            *click_options(format_.write_options),
            *_common_options(format_),
        ],
    )


def _known_kinds(words: Collection[str]) -> Callable[[click.Context, click.Parameter, tuple[str, ...]], tuple[str, ...]]:
    """Checks what ``--without`` agrees to: words of this format, or that only others have, so that one script does for all."""

    def check(_context: click.Context, _parameter: click.Parameter, said: tuple[str, ...]) -> tuple[str, ...]:
        for word in said:
            if word not in words and word not in _words_of_all():
                raise click.BadParameter(
                    f"{word!r} is nothing that any format goes without. This one asks about {listing(words, 'and')}"
                )
        return said

    return check


def _words_of_all() -> set[str]:
    from postil.formats import all_formats

    return {word for format_ in all_formats().values() for word in _words(format_)}


def _words(format_: Format) -> list[str]:
    from postil.exchange.export import words_of
    from postil.exchange.features import to_take_out

    return list(words_of(to_take_out(format_.keeps, format_.limits)))


def _common_options(format_: Format) -> list[click.Option]:
    """What every export takes. An option that has no effect on this format is taken too, and not shown."""
    from postil.exchange.features import CROSSING, NESTED, to_take_out

    features = to_take_out(format_.keeps, format_.limits)
    words = _words(format_)
    overlaps = NESTED in features or CROSSING in features
    policies = click.Choice(["longest", "outermost", "innermost"])
    without_help = f"Agree that this is lost, with what cannot be without it; may be given several times: {', '.join(words)}."
    return [
        click.Option(["--replace"], is_flag=True, help="Overwrite what is there."),
        click.Option(["--all-documents"], is_flag=True, help="Write the text of documents without such a set."),
        click.Option(["--skip-invalid"], is_flag=True, help="Leave out documents with errors, and say which."),
        click.Option(
            ["--lossy"], is_flag=True, hidden=not features, help="Export all the same, and lose what does not fit."
        ),
        click.Option(
            ["--without"], multiple=True, callback=_known_kinds(words), metavar="KIND", hidden=not words, help=without_help
        ),
        click.Option(
            ["--overlap"], type=policies, default="longest", show_default=True, hidden=not overlaps,
            help="Which of two spans that overlap is kept.",
        ),
    ]  # fmt: skip


@click.group(cls=_Formats, subcommand_metavar="FORMAT DESTINATION [OPTIONS]")
@directory_option
def command() -> None:
    """Write the corpus in another format.

    postil export FORMAT DESTINATION: a file or a directory, as postil export FORMAT --help says; postil formats FORMAT says what
    is kept. The exit status is 1 where the format would lose something that nobody agreed to, where the corpus has errors or
    something else is at the destination, 2 where it cannot be written; nothing is written then.
    """
