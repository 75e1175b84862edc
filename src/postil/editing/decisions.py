"""What was decided between annotators: who said what, what was chosen, by whom and when."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from postil.editing.items import Item
from postil.editing.pending import as_plain
from postil.errors import PostilError
from postil.model import UNKNOWN_KEYS, Annotation, Label, Relation, Span

BOTH, NEITHER, EDITED = "both", "neither", "edited"

Versions = Mapping[str, dict[str, Any] | None]

_SAID = ("type", "id", "layer", "label", "text", "args", "attributes")
_TYPES: dict[str, type[Annotation]] = {"span": Span, "relation": Relation, "label": Label}


class Decision(msgspec.Struct, frozen=True, omit_defaults=True):
    """One decision. It counts as long as every annotator says what they said when it was made.

    ``versions``: by annotator, the annotation as its line had it, or ``None``; none at all for an annotation that only the
    adjudicator made. ``chosen``: an annotator's name, ``both``, ``neither``, or ``edited``, which ``result`` holds. ``at``: the
    time in UTC.
    """

    kind: str
    versions: dict[str, dict[str, Any] | None]
    chosen: str
    result: tuple[dict[str, Any], ...] = ()
    by: str = ""
    at: str = ""

    @property
    def key(self) -> bytes:
        """What tells the matter that was decided from every other, whatever was edited in the text before it."""
        return key_of(self.versions) if self.versions else b"".join(map(said, self.result))

    @property
    def place(self) -> tuple[int, str, bytes, str]:
        """Where it stands among others: in the order of the text, relations and labels last."""
        records = [*filter(None, self.versions.values()), *self.result]
        starts = [record["start"] for record in records if "start" in record]
        return (min(starts, default=2**62), str(records[0].get("id")) if records else "", self.key, self.time)

    @property
    def time(self) -> str:
        """When it was made, in a form that sorts."""
        return self.at.removesuffix("Z")


def said(plain: Mapping[str, Any] | None) -> bytes:
    """What an annotation says, without where it stands (which changes with the text before it) and what is remarked on it."""
    if plain is None:
        return b""
    return msgspec.json.encode({key: plain[key] for key in _SAID if key in plain}, order="sorted")


def key_of(versions: Versions) -> bytes:
    """The same for versions that say the same."""
    return msgspec.json.encode([(name, said(plain).decode()) for name, plain in sorted(versions.items())])


def decide(item: Item, chosen: str, result: Sequence[Annotation] = (), *, by: str = "", at: str = "") -> Decision:
    """A decision about an item."""
    return Decision(item.kind, item.plain, chosen, tuple(map(as_plain, result)), by, at)


def record_of(plain: Mapping[str, Any]) -> Annotation:
    """An annotation that a decision holds, with its unknown keys. Raises :class:`~postil.errors.PostilError` where it is none."""
    kind = _TYPES.get(str(plain.get("type"))) if isinstance(plain, Mapping) else None
    if kind is None:
        raise PostilError('what was decided is no annotation: its "type" must be span, relation or label')
    known = {"type", *kind.__struct_fields__} - {"unknown"}
    unknown = {key: value for key, value in plain.items() if key not in known}
    try:
        values = {key: value for key, value in plain.items() if key in known}
        record: Annotation = msgspec.convert({**values, UNKNOWN_KEYS: unknown}, kind)
    except msgspec.ValidationError as error:
        raise PostilError(f"what was decided is no annotation: {error}") from error
    return record


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
    """Finds the decision that was made of an item."""

    def __init__(self, decisions: Iterable[Decision]) -> None:
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
        fitting = [decision for decision in found if _fits(decision, item, now)]
        return max(fitting, key=lambda each: each.time, default=None)


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
