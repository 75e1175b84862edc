from __future__ import annotations

from typing import TYPE_CHECKING

import click

from postil.cli._command import postil_command

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from postil.exchange.format import Format


@postil_command("Share it")
@click.argument("name", required=False)
@click.option("--format", "format_", type=click.Choice(["text", "json", "markdown"]), default="text", help="How to show them.")
def command(name: str | None, format_: str) -> int:
    """List the formats of import and export, and what each can keep.

    NAME says more of one: what is read and written, and the options of postil export that agree to a loss.
    """
    import json

    from postil.formats import all_formats

    formats = all_formats()
    if name is not None and name not in formats:
        raise click.BadParameter(f"there is no format {name}: there are {', '.join(formats)}", param_hint="NAME")
    chosen = [formats[name]] if name else list(formats.values())
    if format_ == "json":
        click.echo(json.dumps([_as_json(one) for one in chosen], indent=2))
    elif format_ == "markdown":
        click.echo("\n".join(_markdown(chosen)))
    else:
        click.echo("\n".join(_about(chosen[0]) if name else _table(chosen)))
    return 0


def _as_json(format_: Format) -> dict[str, object]:
    return {
        "name": format_.name,
        "title": format_.title,
        "reads": format_.read is not None,
        "writes": format_.can_be_written,
        "keeps": sorted(feature.key for feature in format_.keeps),
        "limits": [feature.title for feature in format_.limits],
        "manual": format_.manual,
    }


def _ways(format_: Format) -> str:
    return " and ".join(filter(None, ("read" * (format_.read is not None), "written" * format_.can_be_written)))


def _about(format_: Format) -> Iterator[str]:
    from postil.exchange.export import words_of
    from postil.exchange.features import FEATURES, to_take_out

    yield f"{format_.title} ({_ways(format_)})"
    yield f"\n{format_.manual}\n"
    yield f"keeps:  {', '.join(feature.key for feature in FEATURES if feature in format_.keeps)}"
    lost = to_take_out(format_.keeps, format_.limits)
    if not lost:
        yield "loses:  nothing"
    elif not format_.write:
        yield f"loses:  {', '.join(feature.title for feature in lost)}"
    else:
        words = {feature: f" (--without {word})" for word, feature in words_of(lost).items()}
        yield from ("loses:", *(f"  {feature.title}{words.get(feature, '')}" for feature in lost))


def _markdown(formats: Sequence[Format]) -> Iterator[str]:
    """The table that the README has: what is kept in groups of features, wholly (●), in part (◐) or not at all."""
    from postil.exchange import features

    groups = {
        "overlap": (features.CROSSING, features.STACKED, features.NESTED),
        "discontinuous": (features.DISCONTINUITY,),
        "relations": (features.RELATIONS,),
        "more": (features.N_ARY, features.ON_RELATIONS),
        "attributes": (features.ATTRIBUTES, features.RELATION_ATTRIBUTES, features.LISTS, features.TYPES),
        "labels": (features.DOCUMENT_LABELS,),
        "notes": (features.NOTES, features.DOCUMENT_NOTES, features.REMARKS),
        "layers": (features.LAYERS,),
        "annotators": (features.ANNOTATORS,),
        "metadata": (features.METADATA,),
        "exact text": (features.TEXT, features.CUT),
    }
    yield f"| format | | read | written | {' | '.join(groups)} |"
    yield f"|---|---|{':-:|' * (len(groups) + 2)}"
    for one in formats:
        ways = ("●" if can else "" for can in (one.read, one.can_be_written))
        kept = (sum(feature in one.keeps for feature in group) / len(group) for group in groups.values())
        marks = (("●" if share == 1 else "◐" if share else "") if one.can_be_written else "" for share in kept)
        yield f"| `{one.name}` | {one.title} | {' | '.join((*ways, *marks))} |"


def _table(formats: Sequence[Format]) -> Iterator[str]:
    """A row for each format, a column for each feature, with the names of the features as steps above their columns."""
    from postil.exchange.features import FEATURES
    from postil.text import counted

    width = max(len(one.name) for one in formats)
    for number, feature in enumerate(FEATURES):
        yield f"{' ' * width}     {'│ ' * number}╭ {feature.title}"
    for one in formats:
        ways = ("r" if one.read else "-") + ("w" if one.can_be_written else "-")
        marks = " ".join("●" if feature in one.keeps else "·" for feature in FEATURES) if one.can_be_written else ""
        more = f"  and {counted(len(one.limits), 'limit')}" if one.limits and marks else ""
        yield f"{one.name:<{width}} {ways}  {marks}{more}".rstrip()
    yield "\nr: read by postil import; w: written by postil export; ●: kept. postil formats NAME says more."
