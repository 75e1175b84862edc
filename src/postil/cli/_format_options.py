"""What a format declares, as click understands it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Iterable

    from postil.exchange.format import Format, Option


def no_such_format(name: str, format_: Format | None, verb: str) -> click.UsageError:
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
            default=None if option.multiple or option.is_flag else option.default,
            show_default=bool(option.default),
            metavar=None if option.choices or option.is_flag else option.metavar,
            help=option.help,
        )
        for option in options
    ]


def manual_as_help(manual: str) -> str:
    """A manual with its lines as they are where a paragraph has several."""
    paragraphs = manual.split("\n\n")
    return "\n\n".join(f"\b\n{paragraph}" if "\n" in paragraph else paragraph for paragraph in paragraphs)
