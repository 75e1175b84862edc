from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from postil.cli._command import CorpusCommand, corpus_root, directory_option, start_directory
from postil.cli._format_commands import FormatCommands, click_options, manual_as_help
from postil.cli._import_report import import_report

if TYPE_CHECKING:
    from collections.abc import Iterator

    from postil.exchange.format import Format
    from postil.exchange.import_ import Imported, Wishes
    from postil.exchange.sources import Source

_UNITS = {"code-point": "code point", "utf-16": "utf-16", "utf-8": "utf-8", "grapheme": "grapheme"}


class _Formats(FormatCommands):
    """A subcommand for each format that can be read."""

    verb = "import"

    def is_possible(self, format_: Format) -> bool:
        return format_.read is not None

    def subcommand(self, format_: Format) -> click.Command:
        return _subcommand(format_)


def _subcommand(format_: Format) -> click.Command:
    def run(source: tuple[str, ...], encoding: str, **options: Any) -> int:
        from postil.exchange.import_ import import_source
        from postil.exchange.sources import Source
        from postil.text import printable

        if len(source) > 1:
            raise click.UsageError(
                f"SRC is one: a file, a directory or a zip. Give the directory that holds {source[0]} and the others"
            )
        wishes = _wishes(format_, options)
        with format_.located(source[0], start_directory(), wishes.options) as path:
            given = Source(path, encoding)
            done = import_source(format_, given, corpus_root(), wishes)
            doubts = tuple(_doubts(format_, given, source[0], done))
        for line in import_report(done, doubts, is_dry=wishes.is_dry):
            click.echo(printable(line), err=not done.is_done)
        return 0 if done.is_done and not done.unreadable else 1

    return CorpusCommand(
        format_.name,
        task="Share it",
        callback=run,
        help=f"{format_.title}.\n\n{manual_as_help(format_.manual)}",
        params=[
            click.Argument(["source"], nargs=-1, required=True, metavar="SRC"),
            *click_options(format_.read_options),
            *_common_options(),
        ],
    )


def _common_options() -> list[click.Option]:
    units = click.Choice(list(_UNITS))
    return [
        click.Option(
            ["--as", "as_"], default="imported", show_default=True, metavar="NAME", help="The annotator of sets that name none.",
        ),
        click.Option(
            ["--into"], default="", metavar="DIR", help="Put this before every document id: --into news makes ada news/ada.",
        ),
        click.Option(["--id", "document"], default="", metavar="ID", help="The id of the document, if there is only one."),
        click.Option(
            ["--scheme"], multiple=True, metavar="write|FILE",
            help=(
                "write: add what the scheme has not, and let it allow what came. FILE: a table of what things are called here. "
                "May be given twice."
            ),
        ),
        click.Option(["--offsets"], type=units, help="What the offsets of SRC count, if the spans' own texts do not decide."),
        click.Option(["--realign"], is_flag=True, help="Look for spans that are not where they say by the text they say."),
        click.Option(["--layer"], default="span", metavar="NAME", help="The layer of spans, if the format has none."),
        click.Option(["--relation-layer"], default="relation", metavar="NAME", help="The layer of relations, likewise."),
        click.Option(["--label-layer"], default="label", metavar="NAME", help="The layer of document labels, likewise."),
        click.Option(["--tokens"], is_flag=True, help="Keep tokens and sentences, as layers token and sentence."),
        click.Option(
            ["--encoding"], default="utf-8", show_default=True, metavar="NAME", help="The encoding of texts that say none.",
        ),
        click.Option(["--replace"], is_flag=True, help="Overwrite sets that are there already."),
        click.Option(["--skip-unreadable"], is_flag=True, help="Import the rest where files of SRC, or lines, cannot be read."),
        click.Option(["--dry-run"], is_flag=True, help="Say what would be done, and write nothing."),
    ]  # fmt: skip


def _wishes(format_: Format, options: dict[str, Any]) -> Wishes:
    from postil.errors import UnsafePath
    from postil.exchange.import_ import Wishes
    from postil.exchange.intake import Rules
    from postil.exchange.mapping import NameMap, read_map
    from postil.storage.safe_files import portable_name_fault

    options["into"] = options["into"].removesuffix("/")
    for name, option in ((options["as_"], "--as"), (options["into"] or "x", "--into"), (options["document"] or "x", "--id")):
        fault = portable_name_fault(name) or (
            "an annotator's name is one part of a path" if option == "--as" and "/" in name else ""
        )
        if fault:
            raise UnsafePath(f"{option} {name!r}: {fault}")
    unit: Any = _UNITS.get(options["offsets"] or "")
    rules = Rules(options["as_"], unit, realigns=options["realign"], into=options["into"], document=options["document"])
    tables = [path for path in options["scheme"] if path != "write"]
    if len(tables) > 1:
        raise click.UsageError("--scheme: give one FILE")
    return Wishes(
        rules,
        {option.name: options[option.name.replace("-", "_")] for option in format_.read_options},
        read_map(start_directory() / tables[0]) if tables else NameMap(),
        writes_scheme="write" in options["scheme"],
        replaces=options["replace"],
        is_dry=options["dry_run"],
        skips_unreadable=options["skip_unreadable"],
        with_tokens=options["tokens"],
        layers=(options["layer"], options["relation_layer"], options["label_layer"]),
    )


def _doubts(format_: Format, source: Source, shown: str, done: Imported) -> Iterator[str]:
    """Why what was read may not be what is there."""
    from postil.text import counted

    if doubt := _doubt_of_format(format_, source, shown, done):
        yield doubt
    spans = counted(done.unverified.spans, "span")
    if done.unverified.spans:
        yield f"{spans} could not be verified: the source does not repeat their text"
    if done.unverified.are_doubtful:
        yield (
            f"{done.unverified.cutting:,} of these begin or end inside a word or with a blank ({done.unverified.example}): are "
            f"they where they should be? If not, {_other_ways_to_count(format_)}"
        )


def _doubt_of_format(format_: Format, source: Source, shown: str, done: Imported) -> str:
    """That no annotation was found, or the source has only another format's signs, and which; empty where all is well."""
    from postil.formats import likely_formats
    from postil.text import counted, listing

    if not done.documents:
        return ""
    likely = likely_formats(source)
    if done.annotations:
        is_other = likely and format_.name not in likely and not format_.reads_any_table
        return f"it looks like {listing(likely[:3], 'or')}: postil import {likely[0]} {shown}" if is_other else ""
    doubt = f"no annotation was found in {counted(done.documents, 'document')}"
    if format_.name in likely:
        return doubt
    advised = next((loss.kind for losses in done.left_out for loss in losses if "--names" in loss.kind), "")
    if advised and format_.reads_any_table:
        return f"{doubt}: {advised}"
    others = f" It looks like {listing(likely[:3], 'or')}: postil import {likely[0]} {shown}" if likely else ""
    return f"{doubt}: is {shown} in the format {format_.name}?{others}"


def _other_ways_to_count(format_: Format) -> str:
    """What says how offsets count, and how another import replaces this one."""
    names = {option.name for option in format_.read_options}
    ways = "--base 1, --inclusive or both" if names >= {"base", "inclusive"} else "--offsets UNIT"
    return f"import it with {ways}, and --replace"


@click.group(cls=_Formats, subcommand_metavar="FORMAT SRC [OPTIONS]")
@directory_option
def command() -> None:
    """Bring documents and annotations of another format into the corpus.

    postil import FORMAT SRC: a file, a directory or a zip, and files may be packed with gzip. Where there is no corpus yet, this
    makes one. postil import FORMAT --help says what is read, and how. The exit status is 1 where something in SRC is wrong or
    the scheme has not what it takes, 2 where SRC cannot be read; nothing is written then. With --skip-unreadable, it is 1 where
    files or lines were skipped, and all else is imported. What postil check finds in it is said, with --dry-run before anything
    is written.
    """
