"""What became of sets that were carried to an edited text: nothing is written, left open or taken out unsaid."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from postil.text import counted, printable, quote, quote_difference

if TYPE_CHECKING:
    from postil.editing.realign import Outcome, Realignment

_SHOWN = 3  # candidates that are shown
_WHY = {True: "its text is again as it was", False: "decided by hand: the span was changed, or taken out"}


def refusal(path: str, why: str) -> dict[str, Any]:
    """What is said of a set that was left as it is."""
    return {"path": path, "refused": why, "counts": {}, "open": [], "removed": [], "guessed": [], "settled": [], "source": ""}


def report(path: str, result: Realignment, source: str, text: str) -> dict[str, Any]:
    """What became of a set that was carried to ``text``. ``source``: where its old text was found."""
    from postil.editing.places import Fate

    counts = result.counts
    return {
        "path": path,
        "refused": "",
        "source": source,
        "counts": {str(fate): counts[fate] for fate in Fate if counts[fate]},
        "written": sum(outcome.after is not None for outcome in result.outcomes),
        "guessed": [_described(outcome, text) for outcome in result.outcomes if outcome.is_guess],
        "removed": [_described(outcome, text) for outcome in result.outcomes if outcome.is_removed],
        "settled": [{"id": each.note.about, "why": _WHY[each.is_returned]} for each in result.settled],
        "open": [_described(outcome, text) for outcome in result.open],
    }


def _described(outcome: Outcome, text: str) -> dict[str, Any]:
    span = outcome.before
    candidates = [
        {"extents": extents, "text": " ".join(text[start:end] for start, end in extents)} for extents in outcome.candidates
    ]
    return {
        "id": span.id, "layer": span.layer, "label": span.label, "fate": str(outcome.fate), "start": span.start, "end": span.end,
        "text": span.text, "candidates": candidates,
        "kept": f" (not taken out: {outcome.kept_by} names it)" if outcome.kept_by else "",
    }  # fmt: skip


def print_json(reports: Sequence[dict[str, Any]]) -> None:
    """Print what became of each set, for programs."""
    import msgspec

    click.echo(msgspec.json.format(msgspec.json.encode({"sets": reports})).decode())


def print_text(reports: Sequence[dict[str, Any]], *, dry_run: bool) -> None:
    """Print what became of each set and of every span that is not certain, and the counts."""
    totals: Counter[str] = Counter()
    for one in reports:
        if one["refused"]:
            click.echo(f"{one['path']}: left as it is: {one['refused']}", err=True)
            continue
        said = ", ".join(f"{count:,} {fate}" for fate, count in one["counts"].items()) or "no spans"
        click.echo(f"{printable(one['path'])}: {said} ({one['source'] or 'nothing to carry'})")
        for each in one["settled"]:
            click.echo(f"  settled: {printable(each['id'])}: {each['why']}")
        for said, spans in ((", written", "guessed"), (", taken out", "removed"), ("", "open")):
            for each in one[spans]:
                _print_span(each, said)
        totals["written"] += one["written"]
        totals["open"] += len(one["open"])
        totals["removed"] += len(one["removed"])
    refused = sum(bool(one["refused"]) for one in reports)
    if not reports:
        click.echo("Every set is about its text as it is.")
        return
    parts = [f"{counted(totals['written'], 'annotation')} {'would be ' if dry_run else ''}carried along"]
    parts += [f"{totals['removed']:,} taken out"] if totals["removed"] else []
    parts += [f"{totals['open']:,} left open"] if totals["open"] else []
    parts += [f"{counted(refused, 'set')} left as {'it is' if refused == 1 else 'they are'}"] if refused else []
    click.echo(f"{counted(len(reports), 'set')}: {', '.join(parts)}.")


def _print_span(span: dict[str, Any], said: str) -> None:
    click.echo(f"  {span['fate']}{said}: {printable(span['label'])} {printable(span['id'])}{span['kept']}")
    best = span["candidates"][0]["text"] if span["candidates"] else ""
    was, now = quote_difference(span["text"], best) if best and best != span["text"] else (quote(span["text"], 90), "")
    click.echo(f"    was {was}")
    for number, candidate in enumerate(span["candidates"][:_SHOWN]):
        where = " and ".join(f"{start} to {end}" for start, end in candidate["extents"])
        shown = now if now and number == 0 else quote(candidate["text"], 90)
        click.echo(f"    {'now' if number == 0 else ' or'} {shown} at {where}")
