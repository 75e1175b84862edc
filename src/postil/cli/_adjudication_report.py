"""What became of a document that was adjudicated: nothing is left out unsaid."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import click

from postil.cli._adjudicating import Work
from postil.cli._deciding import grouped
from postil.editing.adjudicate import Adjudication
from postil.editing.items import Item
from postil.editing.pending import as_plain
from postil.text import counted, listing, printable


def report(work: Work, result: Adjudication, contested: Sequence[str], *, shows_open: bool) -> None:
    """Print what is open (if that is to be shown), what was left out, and the counts."""
    document = printable(work.document)
    if shows_open:
        for each in grouped(result.open):
            why = f" ({printable(each.why)})" if each.why else ""
            click.echo(_item(work, each.item, f"open: {each.item.kind}") + why)
    for item in result.outvoted:
        click.echo(_item(work, item, "by policy"))
    for id, why in result.stuck.items():
        click.echo(f"{document}: open: {printable(id)}, which was added by hand: {printable(why)}")
    for line in (*contested, *_remarks(work, result)):
        click.echo(f"{document}: {printable(line)}")
    header = result.annotations.header
    click.echo(
        f"{document}: {result.agreed:,} agreed, {result.decided:,} decided, {len(result.open) + len(result.stuck):,} open; "
        f"wrote {printable(header.annotator)}, {header.status}"
    )


def _item(work: Work, item: Item, what: str) -> str:
    said = []
    for name, version in item.versions.items():
        where = work.versions.where(name, version)
        said.append(f"{printable(name)} {work.versions.said(name, version)}{f' ({where})' if where else ''}")
    return f"{work.versions.place(item)}: {what} in {printable(item.first.layer)}: {', '.join(said)}"


def _remarks(work: Work, result: Adjudication) -> Iterator[str]:
    """What the sets hold beside annotations, and the adjudicated set does not."""
    by_id = {record.id: record for record in result.annotations.annotations}
    there = {
        (name, version.id, note)
        for id, item in result.made_of.items()
        for name, version in item.versions.items()
        if version is not None
        for note in _remarked(version)
        if note in _remarked(by_id[id])
    }
    for each in sorted(work.sets, key=lambda one: one.annotator):
        found = [f"the note {note.id}" for note in each.notes]
        found += [
            f"the {kind} of {record.id}"
            for record in each.annotations
            for kind, value in _remarked(record)
            if (each.annotator, record.id, (kind, value)) not in there
        ]
        if found:
            yield (f"{counted(len(found), 'remark')} of {each.annotator} not taken: {listing(found, 'and')}")


def _remarked(record: Any) -> list[tuple[str, str]]:
    found = [("note", record.note)] if record.note else []
    return [*found, ("confidence", str(record.confidence))] if record.confidence is not None else found


def as_json(work: Work, result: Adjudication) -> dict[str, Any]:
    """The same for programs."""
    return {
        "document": work.document,
        "status": result.annotations.header.status,
        "agreed": result.agreed,
        "decided": result.decided,
        "open": [{**_plain(work, each.item), "why": each.why} for each in grouped(result.open)],
        "outvoted": [_plain(work, item) for item in result.outvoted],
        "stuck": result.stuck,
        "remarks": list(_remarks(work, result)),
        "unfinished": work.unfinished,
    }


def _plain(work: Work, item: Item) -> dict[str, Any]:
    return {
        "kind": item.kind,
        "layer": item.first.layer,
        "line": work.versions.line(item),
        "versions": {
            name: {"record": as_plain(version), "where": work.versions.where(name, version)} if version else None
            for name, version in item.versions.items()
        },
    }
