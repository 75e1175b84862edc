"""What was decided between annotators: who said what, what was chosen, by whom and when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from postil.editing.items import Item
from postil.editing.pending import as_plain
from postil.errors import PostilError
from postil.model import Annotation, Label, Relation, Span

BOTH, NEITHER, EDITED = "both", "neither", "edited"

Versions = dict[str, dict[str, Any] | None]


class Decision(msgspec.Struct, frozen=True, omit_defaults=True):
    """One decision. It counts as long as every annotator says what they said when it was made.

    ``versions``: by annotator, the annotation as its line had it, or ``None``; none at all for an annotation that only the
    adjudicator made. ``chosen``: an annotator's name, ``both``, ``neither``, or ``edited``, which ``result`` holds. ``at``: the
    time in UTC.
    """

    kind: str
    versions: Versions
    chosen: str
    result: tuple[dict[str, Any], ...] = ()
    by: str = ""
    at: str = ""

    @property
    def key(self) -> bytes:
        """What tells the matter that was decided from every other."""
        return key_of(self.versions) if self.versions else msgspec.json.encode(self.result)

    @property
    def place(self) -> tuple[int, str, bytes]:
        """Where it stands among others: in the order of the text, relations and labels last."""
        records = [*filter(None, self.versions.values()), *self.result]
        starts = [record["start"] for record in records if "start" in record]
        return (min(starts, default=2**62), str(records[0].get("id")) if records else "", self.key)


def key_of(versions: Versions) -> bytes:
    """The same for the same versions."""
    return msgspec.json.encode(sorted(versions.items()))


def decide(item: Item, chosen: str, result: Sequence[Annotation] = (), *, by: str = "", at: str = "") -> Decision:
    """A decision about an item."""
    return Decision(item.kind, item.plain, chosen, tuple(map(as_plain, result)), by, at)


def record_of(plain: Mapping[str, Any]) -> Annotation:
    """An annotation that a decision holds. Raises :class:`~postil.errors.PostilError` where it is none."""
    try:
        record: Annotation = msgspec.convert(plain, Span | Relation | Label)
    except msgspec.ValidationError as error:
        raise PostilError(f"what was decided is no annotation: {error}") from error
    return record
