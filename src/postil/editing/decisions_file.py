"""The decisions between annotators as a file: ``adjudication/<set>/<document>.jsonl``, beside the corpus and outside its sets.

They are kept apart because most of them are about what is *not* in the adjudicated set, which so stays as small as any other
and is read by every tool. A header says which sets they are about, and what the adjudicated set hashed to when it was last
written, which tells whether somebody changed it by hand since. Then one line for each decision, in the order of the text: the
same decisions are the same bytes.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from postil.editing.decisions import Decision
from postil.errors import UnreadableFile


class DecisionsHeader(msgspec.Struct, frozen=True, omit_defaults=True, tag="decisions"):
    """Which document the decisions are about, into which set they go, and what that hashed to when it was written last."""

    document: str
    into: str
    sources: tuple[str, ...]
    set_sha256: str = ""


class _Line(Decision, frozen=True, tag="decision", omit_defaults=True):
    """A decision as a line."""


_decoder = msgspec.json.Decoder(DecisionsHeader | _Line)


def decisions_path(into: str, document: str) -> str:
    """Where the decisions are, from the root of the corpus."""
    return f"adjudication/{into}/{document}.jsonl"


def parse_decisions(path: str, data: bytes) -> tuple[DecisionsHeader, list[Decision]]:
    """Read a file. Raises :class:`~postil.errors.UnreadableFile` for the first line that is not as it should be."""
    header = None
    found: list[Decision] = []
    for number, line in enumerate(data.split(b"\n"), 1):
        if not line.strip():
            continue
        try:
            decoded = _decoder.decode(line)
        except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
            raise UnreadableFile(path, f"not a decision: {error}", number, 1) from error
        if isinstance(decoded, DecisionsHeader):
            header = decoded
        else:
            found.append(Decision(*(getattr(decoded, field) for field in Decision.__struct_fields__)))
    if header is None:
        raise UnreadableFile(path, 'it has no header, a line {"type":"decisions",…}', 1, 1)
    return header, found


def encode_decisions(header: DecisionsHeader, decisions: Sequence[Decision]) -> bytes:
    """The bytes of a file: one decision for each matter, the last that was made, in the order of the text."""
    last = {decision.key: decision for decision in decisions}
    ordered = sorted(last.values(), key=lambda decision: decision.place)
    lines = [_Line(*(getattr(each, field) for field in Decision.__struct_fields__)) for each in ordered]
    return msgspec.json.Encoder().encode_lines([header, *lines])
