"""What an import did, in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from postil.exchange.import_ import Imported

_SHOWN = 50  # errors that are printed one by one
_FEW = 3  # annotators that are named


def import_report(done: Imported, doubts: Sequence[str] = (), *, is_dry: bool) -> Iterator[str]:
    """Line by line, what was imported or why nothing was; ``doubts``: why it may not have been read as what it is."""
    from postil.text import counted, listing

    if done.errors:
        unreadable = set(done.unreadable)
        others = [error for error in done.errors if error not in unreadable]
        yield from (*done.unreadable, *others[:_SHOWN])
        if len(others) > _SHOWN:
            yield f"and {len(others) - _SHOWN:,} more"
        yield from done.advice
        yield f"postil: {counted(len(done.errors), 'error')}: nothing was imported"
        return
    if done.unknown:
        yield from done.unknown
        yield from _unused(done)
        yield (
            "postil: the scheme has none of these: nothing was imported. --scheme write adds them, --scheme FILE says what they "
            "are called here"
        )
        yield from _narrow(done)
        return
    what = (
        f"{counted(done.documents, 'document')}, {counted(done.annotations, 'annotation')} by {listing(done.annotators, 'and')}"
    )
    if done.is_unchanged:
        yield f"{what}: all there already, just as it is"
    else:
        yield f"{'would import' if is_dry else 'imported'} {what}"
    yield from (f"  {doubt}" for doubt in doubts)
    yield from _written(done, is_dry=is_dry)
    yield from _unused(done)
    for title, tallies in (("repaired:", done.repaired), ("not brought along:", done.left_out)):
        if any(tallies):
            yield title
            for losses in tallies:
                yield from (f"  {line}" for line in losses.lines())
    yield from _foreseen(done)
    if not is_dry:
        yield "Next: postil check"
        yield from _how_to_export(done)


def _how_to_export(done: Imported) -> Iterator[str]:
    """Whose sets an export has to be told to write, where gold, which it writes otherwise, is not among them."""
    if "gold" not in done.annotators:
        option = " ".join(f"--set {annotator}" for annotator in done.annotators[:_FEW]) or "--all-documents"
        yield f"To export: postil export FORMAT DESTINATION {option}{' …' if len(done.annotators) > _FEW else ''}"


def _foreseen(done: Imported) -> Iterator[str]:
    """What postil check says of it, and how the scheme could be made to allow more."""
    from postil.exchange.rehearsal import lines

    if done.foreseen:
        yield "postil check finds in this:"
        yield from (f"  {line}" for line in lines(done.foreseen))
    yield from _narrow(done)


def _narrow(done: Imported) -> Iterator[str]:
    """What in the scheme would become wider."""
    if done.narrow:
        yield "the scheme does not allow all that came. --scheme write would change it:"
        yield from (f"  {line}" for line in done.narrow)


def _unused(done: Imported) -> Iterator[str]:
    """Names of the user's table that are in vain."""
    if done.unused:
        yield "in the table, but not in the source:"
        yield from (f"  {line}" for line in done.unused)


def _written(done: Imported, *, is_dry: bool) -> Iterator[str]:
    """Which files of the corpus itself are new or were added to."""
    for path in done.made:
        yield f"  wrote {path}"
    if done.splits:
        yield f"  {done.splits}"
    if done.is_new and is_dry:
        yield "  would make a corpus here: there is none"
    if done.scheme:
        does = {(True, True): "would write", (True, False): "wrote", (False, True): "would add to", (False, False): "added to"}
        said = done.added or ["no layer, as there is no annotation"]
        yield f"  {does[done.is_new, is_dry]} {done.scheme}:{f' {said[0]}' if len(said) == 1 else ''}"
        yield from (f"    {line}" for line in (said if len(said) > 1 else ()))
