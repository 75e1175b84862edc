"""The decisions between annotators as a file: ``adjudication/<set>/<document>.jsonl``, beside the corpus and outside its sets.

They are kept apart because most of them are about what is *not* in the adjudicated set, which so stays as small as any other
and is read by every tool. A header says which sets they are about; then comes one line for each decision, in the order of the
text: the same decisions are the same bytes. A last line says what the adjudicated set was when it was last written, which tells
whether somebody changed it by hand since.

Two people's files are merged by keeping the lines of both (git's ``merge=union``): a header may stand there twice, a set may
have been written twice, and of two decisions of one matter the later counts, while both stay on record.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from postil.errors import PostilError, UnreadableFile
from postil.model import UNKNOWN_KEYS, Annotation, Label, Relation, Span
from postil.storage.faults import Fault

_SAID = ("type", "id", "layer", "label", "text", "args", "attributes")
_TYPES: dict[str, type[Annotation]] = {"span": Span, "relation": Relation, "label": Label}
_SHOWN = 4000  # bytes of a bad line that its fault keeps
_MARKERS = (b"<<<<<<<", b"=======", b">>>>>>>", b"|||||||")

Versions = Mapping[str, dict[str, Any] | None]


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


class Written(msgspec.Struct, frozen=True, tag="written"):
    """What a set was when it was written: about which text, everything that it held, and what that said wherever it stood."""

    text_sha256: str
    set_sha256: str
    said_sha256: str


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


def decisions_path(into: str, document: str) -> str:
    """Where the decisions are, from the root of the corpus."""
    return f"adjudication/{into}/{document}.jsonl"


class ReadDecisions(msgspec.Struct):
    """What could be read of a file, and what could not. ``headers``: each with its line, as two may have been merged."""

    headers: list[tuple[int, DecisionsHeader]] = []
    decisions: list[Decision] = []
    written: list[Written] = []
    faults: list[Fault] = []


def read_decisions(data: bytes) -> ReadDecisions:
    """Read the bytes of a file. Whatever they are, the result says what could not be read."""
    found = ReadDecisions()
    for number, line in enumerate(data.split(b"\n"), 1):
        if line.strip():
            try:
                _read(found, number, line)
            except PostilError as error:
                shown = line[:_SHOWN].decode("utf-8", "replace")
                found.faults.append(Fault("syntax", str(error), number, 1, shown))
    if not found.headers:
        found.faults.append(Fault("header", 'it has no header, a line {"type":"decisions",…}', 1, 1))
    return found


def _read(found: ReadDecisions, number: int, line: bytes) -> None:
    if line.startswith(_MARKERS):
        raise PostilError("a marker of an unfinished merge: keep the lines of both sides, and take the markers out")
    try:
        decoded = _decoder.decode(line)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise PostilError(f"not a decision: {error}") from error
    if isinstance(decoded, DecisionsHeader):
        found.headers.append((number, decoded))
    elif isinstance(decoded, Written):
        found.written.append(decoded)
    else:
        for plain in decoded.result:
            record_of(plain)
        found.decisions.append(Decision(*(getattr(decoded, field) for field in Decision.__struct_fields__)))


def parse_decisions(path: str, data: bytes) -> DecisionsFile:
    """Read a file. Raises :class:`~postil.errors.UnreadableFile` for the first line that is not as it should be."""
    found = read_decisions(data)
    for fault in found.faults:
        raise UnreadableFile(path, fault.message, fault.line, fault.column)
    return DecisionsFile(found.headers[-1][1], found.decisions, tuple(found.written))


def encode_decisions(file: DecisionsFile) -> bytes:
    """The bytes of a file: every decision once, in the order of the text, and of one matter in the order of time."""
    ordered = sorted(file.decisions, key=lambda decision: decision.place)
    lines = [_Line(*(getattr(each, field) for field in Decision.__struct_fields__)) for each in ordered]
    return b"".join(dict.fromkeys(msgspec.json.encode(line) + b"\n" for line in (file.header, *lines, *file.written)))
