"""The decisions between annotators as a file: ``adjudication/<set>/<document>.jsonl``, beside the corpus and outside its sets.

They are kept apart because most of them are about what is *not* in the adjudicated set, which so stays as small as any other
and is read by every tool. A header says which sets they are about; then comes one line for each decision, in the order of the
text: the same decisions are the same bytes. A last line says what the adjudicated set was when it was last written, which tells
whether somebody changed it by hand since.

Two people's files are merged by keeping the lines of both (git's ``merge=union``): a header may stand there twice, a set may
have been written twice, and of two decisions of one matter the later counts, while both stay on record.
"""

from __future__ import annotations

import msgspec

from postil.editing.decisions import Decision
from postil.editing.written import Written
from postil.errors import UnreadableFile


class DecisionsHeader(msgspec.Struct, frozen=True, omit_defaults=True, tag="decisions"):
    """Which document the decisions are about, and into which set they go. ``set_sha256``: in files of older versions only."""

    document: str
    into: str
    sources: tuple[str, ...]
    set_sha256: str = ""


class DecisionsFile(msgspec.Struct, frozen=True):
    """What a file holds. ``written``: what the set was when it was last written, by whoever wrote it."""

    header: DecisionsHeader
    decisions: list[Decision]
    written: tuple[Written, ...] = ()


class _Line(Decision, frozen=True, tag="decision", omit_defaults=True):
    """A decision as a line."""


_decoder = msgspec.json.Decoder(DecisionsHeader | _Line | Written)
_MARKERS = (b"<<<<<<<", b"=======", b">>>>>>>", b"|||||||")


def decisions_path(into: str, document: str) -> str:
    """Where the decisions are, from the root of the corpus."""
    return f"adjudication/{into}/{document}.jsonl"


def parse_decisions(path: str, data: bytes) -> DecisionsFile:
    """Read a file. Raises :class:`~postil.errors.UnreadableFile` for the first line that is not as it should be."""
    header = None
    found: list[Decision] = []
    written: list[Written] = []
    for number, line in enumerate(data.split(b"\n"), 1):
        if not line.strip():
            continue
        if line.startswith(_MARKERS):
            raise UnreadableFile(
                path, "a marker of an unfinished merge: keep the lines of both sides, and take the markers out", number, 1
            )
        try:
            decoded = _decoder.decode(line)
        except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
            raise UnreadableFile(path, f"not a decision: {error}", number, 1) from error
        if isinstance(decoded, DecisionsHeader):
            header = decoded
        elif isinstance(decoded, Written):
            written.append(decoded)
        else:
            found.append(Decision(*(getattr(decoded, field) for field in Decision.__struct_fields__)))
    if header is None:
        raise UnreadableFile(path, 'it has no header, a line {"type":"decisions",…}', 1, 1)
    return DecisionsFile(header, found, tuple(written))


def encode_decisions(file: DecisionsFile) -> bytes:
    """The bytes of a file: every decision once, in the order of the text, and of one matter in the order of time."""
    ordered = sorted(file.decisions, key=lambda decision: decision.place)
    lines = [_Line(*(getattr(each, field) for field in Decision.__struct_fields__)) for each in ordered]
    return b"".join(dict.fromkeys(msgspec.json.encode(line) + b"\n" for line in (file.header, *lines, *file.written)))
