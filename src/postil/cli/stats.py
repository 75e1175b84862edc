from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import click

from postil.cli._command import open_corpus, postil_command
from postil.cli._left_out import LeftOut

if TYPE_CHECKING:
    from postil.model import AnnotationSet


@postil_command("Look at it")
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text", help="How to show them.")
def command(format_: str) -> int:
    """Count documents, sets and annotations."""
    import json

    from postil.segmentation import sentences
    from postil.unplaced import placed

    left_out = LeftOut()
    corpus = open_corpus()
    totals: Counter[str] = Counter(dict.fromkeys(("documents", "characters", "words", "sentences"), 0))
    sets: dict[str, dict[str, Any]] = {}
    for document in corpus:
        totals["documents"] += 1
        totals["characters"] += len(document.text)
        totals["words"] += len(document.text.split())
        totals["sentences"] += len(sentences(document.text))
        for annotator, found in document.sets.items():
            there = placed(found)
            _count(sets.setdefault(annotator, {"documents": 0, "complete": 0, "labels": Counter()}), there.annotations)
            left_out.add(annotator, len(there.left_out))
    counted = {**totals, "sets": {name: {**entry, "labels": _by_layer(entry["labels"])} for name, entry in sorted(sets.items())}}
    left_out.say()
    if format_ == "json":
        click.echo(json.dumps(counted, indent=2, ensure_ascii=False))
    else:
        _print(totals, sets)
    return 0


def _count(entry: dict[str, Any], annotations: AnnotationSet) -> None:
    entry["documents"] += 1
    entry["complete"] += annotations.header.status == "complete"
    entry["labels"].update((record.layer, record.label) for record in annotations.annotations)


def _by_layer(labels: Counter[tuple[str, str]]) -> dict[str, dict[str, int]]:
    layers: dict[str, dict[str, int]] = {}
    for (layer, label), count in sorted(labels.items(), key=lambda item: (item[0][0], -item[1], item[0][1])):
        layers.setdefault(layer, {})[label] = count
    return layers


def _print(totals: Counter[str], sets: dict[str, dict[str, Any]]) -> None:
    from postil.text import printable

    kinds = ("documents", "characters", "words", "sentences")
    click.echo(", ".join(f"{totals[kind]:,} {kind if totals[kind] != 1 else kind[:-1]}" for kind in kinds))
    if not sets:
        return
    names = sorted(sets)
    rows: list[tuple[str, ...]] = [("", *names)]
    rows.append(("documents", *(f"{sets[name]['documents']:,}" for name in names)))
    rows.append(("complete", *(f"{sets[name]['complete']:,}" for name in names)))
    every = _by_layer(sum((sets[name]["labels"] for name in names), Counter()))
    for layer, labels in every.items():
        rows.append((layer, *(f"{sum(_by_layer(sets[name]['labels']).get(layer, {}).values()):,}" for name in names)))
        rows += [(f"  {label}", *(f"{sets[name]['labels'][layer, label]:,}" for name in names)) for label in labels]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    click.echo()
    for first, *others in rows:
        cells = (cell.rjust(width) for cell, width in zip(others, widths[1:], strict=True))
        click.echo(printable(f"{first:<{widths[0]}}  {'  '.join(cells)}".rstrip()))
