from __future__ import annotations

from collections.abc import Iterator

from postil.findings import Place, excerpt
from postil.rules import Example, Problem, project_rule
from postil.rules.examples import MANIFEST, TWO_SPLITS
from postil.rules.views import ProjectView, fault_place
from postil.storage.splits_file import SPLITS
from postil.text import listing, quote

_LINE = '{"document":"example","split":"train"}\n'


@project_rule(
    "SCH015",
    Example(manifest=TWO_SPLITS, files={SPLITS: _LINE}),
    Example(manifest=TWO_SPLITS, note="without the file, documents are divided by hash alone"),
    Example(manifest=TWO_SPLITS, files={SPLITS: _LINE + _LINE}, finds=("2:1",)),
    Example(manifest=TWO_SPLITS, files={SPLITS: '{"document":"example"}\ntrain\n'}, finds=("1:1", "2:1")),
    Example(manifest=TWO_SPLITS, files={SPLITS: '{"document":"example","split":"test","split":"train"}\n'}, finds=("1:1",)),
    Example(manifest=TWO_SPLITS, files={SPLITS: _LINE.replace("train", "dev")}, finds=("1:1",), note="no split of the manifest"),
    Example(manifest=MANIFEST, files={SPLITS: _LINE}, finds=("1:1",), note="the manifest divides nothing"),
)
def check(view: ProjectView) -> Iterator[Problem]:
    """Each line of the frozen splits must place one document, and in a split that the manifest has.

    ``corpus/splits.jsonl`` decides what a model is tested on. A document whose line cannot be read falls wherever the hash of its
    group puts it, and what was test may become training.

    Mend the line as git remembers it, name the split under ``[splits.shares]``, or divide anew with ``postil split --anew``.
    """
    splits_file = view.project.splits_file
    for fault in splits_file.faults:
        yield Problem(fault.message, fault_place(SPLITS, fault))
    shares = view.project.manifest.splits.shares
    for document, placed in splits_file.placements.items():
        if placed.split not in shares:
            there = f"there are {listing(shares, 'and')}" if shares else "it has none"
            shown = excerpt(f"{document}: {placed.split}", 0, 1)
            message = f"{quote(placed.split)} is no split of the manifest: {there}"
            yield Problem(message, Place(SPLITS, splits_file.lines[document], 1, shown), key=document)
