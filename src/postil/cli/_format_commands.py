"""A subcommand for each format, and what a format declares, as click understands it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

import click

if TYPE_CHECKING:
    from collections.abc import Iterable

    from postil.exchange.format import Format, Option


class FormatCommands(click.Group, ABC):
    """A subcommand for each format that can be used so, with the options that the format declares."""

    task = "Share it"
    verb: ClassVar[str]

    @abstractmethod
    def is_possible(self, format_: Format) -> bool:
        """Whether the format can be used so."""

    @abstractmethod
    def subcommand(self, format_: Format) -> click.Command:
        """The subcommand of a format."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        from postil.formats import all_formats

        return [name for name, format_ in all_formats().items() if self.is_possible(format_)]

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        from postil.formats import format_named

        format_ = format_named(name)
        return self.subcommand(format_) if format_ and self.is_possible(format_) else None

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        from postil.formats import format_named

        if args and not args[0].startswith("-") and self.get_command(ctx, args[0]) is None:
            raise _no_such_format(args[0], format_named(args[0]), self.verb)
        return super().resolve_command(ctx, args)


def _no_such_format(name: str, format_: Format | None, verb: str) -> click.UsageError:
    """What to say where ``postil VERB NAME`` cannot be done: the format can only be read or written, or there is none."""
    import difflib

    from postil.formats import all_formats

    if format_:
        other, can, cannot = ("export", "written", "read") if verb == "import" else ("import", "read", "written")
        return click.UsageError(
            f"{name} can be {can} (postil {other} {name}) but not {cannot}: postil {verb} --help lists those that can"
        )
    near = difflib.get_close_matches(name.lower(), list(all_formats()), 3, 0.6)
    hint = f"perhaps {' or '.join(near)}? " if near else ""
    return click.UsageError(f"there is no format {name}: {hint}postil {verb} --help lists all")


def click_options(options: Iterable[Option]) -> list[click.Option]:
    """An option of the command line for each that the format declares."""
    return [
        click.Option(
            [f"--{option.name}"],
            multiple=option.multiple,
            is_flag=option.is_flag,
            type=click.Choice(option.choices) if option.choices else None,
            default=option.default or None,
            callback=partial(_or_unsaid, option),
            show_default=bool(option.default),
            metavar=None if option.choices or option.is_flag else option.metavar,
            help=option.help,
        )
        for option in options
    ]


def _or_unsaid(option: Option, _: click.Context, __: click.Parameter, value: Any) -> Any:
    """The value, which a choice may be without."""
    return option.unsaid if value is None else value


def manual_as_help(manual: str) -> str:
    """A manual with its lines as they are where a paragraph has several."""
    paragraphs = manual.split("\n\n")
    return "\n\n".join(f"\b\n{paragraph}" if "\n" in paragraph else paragraph for paragraph in paragraphs)
