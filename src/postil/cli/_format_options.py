"""What a format declares, as click understands it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Iterable

    from postil.exchange.format import Option


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
