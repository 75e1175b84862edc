"""What was decided between annotators: who said what, what was chosen, by whom and when."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from postil.editing.items import Item
from postil.editing.pending import as_plain
from postil.model import Annotation, Span
from postil.storage.decisions_file import Decision, record_of, said

BOTH, NEITHER, EDITED = "both", "neither", "edited"


def decide(item: Item, chosen: str, result: Sequence[Annotation] = (), *, by: str = "", at: str = "") -> Decision:
    """A decision about an item."""
    return Decision(item.kind, item.plain, chosen, tuple(map(as_plain, result)), by, at)


def in_force(decisions: Iterable[Decision]) -> list[Decision]:
    """Of several decisions of one matter the one that was made last, in the order in which they were made."""
    last = {decision.key: decision for decision in sorted(decisions, key=lambda each: each.time)}
    return list(last.values())


def contested(decisions: Iterable[Decision]) -> list[list[Decision]]:
    """The decisions of each matter that two people decided in different ways, in the order in which they were made."""
    by_key: dict[bytes, list[Decision]] = {}
    for decision in sorted(decisions, key=lambda each: each.time):
        by_key.setdefault(decision.key, []).append(decision)
    return [
        made
        for made in by_key.values()
        if len({each.by for each in made}) > 1 and len({(each.chosen, msgspec.json.encode(each.result)) for each in made}) > 1
    ]


class Recorded:
    """Finds the decision that was made of an item.

    ``text``: the one that the places in the decisions are about; empty where that is not known.
    """

    def __init__(self, decisions: Iterable[Decision], text: str = "") -> None:
        self._text = text
        self._by_version: dict[tuple[str, bytes], list[Decision]] = {}
        for decision in in_force(decisions):
            for name, plain in decision.versions.items():
                if plain is not None:
                    self._by_version.setdefault((name, said(plain)), []).append(decision)

    def of(self, item: Item) -> Decision | None:
        """The last that was made with all these annotators saying what they say now; ``None`` where something is new.

        An annotator who was not there yet says nothing new by marking nothing, or what one of the others said.
        """
        now = {name: said(plain) for name, plain in item.plain.items()}
        found = (each for version in now.items() if version[1] for each in self._by_version.get(version, ()))
        fitting = [decision for decision in found if _fits(decision, item, now) and not self._is_moved(decision, item)]
        return max(fitting, key=lambda each: each.time, default=None)

    def _is_moved(self, decision: Decision, item: Item) -> bool:
        """Whether an annotator moved a span to other words that are the same: where it was they stand still."""
        return bool(self._text) and any(
            isinstance(was := record_of(plain), Span) and was.extents != now.extents and was.covered(self._text) == was.text
            for name, now in item.versions.items()
            if isinstance(now, Span) and (plain := decision.versions.get(name))
        )


def _fits(decision: Decision, item: Item, now: Mapping[str, bytes]) -> bool:
    shared = [name for name in now if name in decision.versions]
    if any(said(decision.versions[name]) != now[name] for name in shared):
        return False
    known = {b"", *(item.votes[name] for name in shared)}
    if any(item.votes[name] not in known for name in now if name not in decision.versions):
        return False
    if decision.chosen == BOTH:
        return all(name in now for name, version in decision.versions.items() if version is not None)
    return decision.chosen in (EDITED, NEITHER) or bool(now.get(decision.chosen))
