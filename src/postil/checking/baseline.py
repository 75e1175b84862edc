"""The findings that were there when a corpus took postil up: known, and not reported again until they are gone.

A baseline is JSON Lines, one finding a line, sorted, so that two branches' baselines merge like any text. A finding is known
again by its fingerprint (:func:`postil.findings.fingerprints`), which lines edited nearby do not change.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from postil.errors import UnreadableFile
from postil.findings import Finding, fingerprints


class Known(msgspec.Struct, frozen=True):
    """A finding in a baseline. ``message`` is for people who read the file."""

    path: str
    code: str
    fingerprint: str
    message: str = ""


class Baseline(msgspec.Struct, frozen=True):
    """A baseline as its file holds it: ``entries`` line by line, ``None`` for a blank one."""

    path: str
    entries: tuple[Known | None, ...] = ()

    @classmethod
    def read(cls, path: str, data: bytes) -> Baseline:
        """The baseline that these bytes are. Raises :class:`~postil.errors.UnreadableFile` for a line that is no entry."""
        decoder = msgspec.json.Decoder(Known)
        entries: list[Known | None] = []
        for number, line in enumerate(data.removesuffix(b"\n").split(b"\n"), 1):
            try:
                entries.append(decoder.decode(line) if line.strip() else None)
            except (msgspec.MsgspecError, UnicodeError) as error:
                what = f"not an entry of a baseline: {error}. Write it anew with --write-baseline"
                raise UnreadableFile(path, what, number, 1) from error
        return cls(path, tuple(entries))

    @classmethod
    def of(cls, path: str, findings: Sequence[Finding]) -> Baseline:
        """A baseline of these findings."""
        names = fingerprints(findings)
        known = [Known(one.place.path, one.code, name, one.message) for one, name in zip(findings, names, strict=True)]
        known.sort(key=lambda one: (one.path, one.code, one.fingerprint))
        return cls(path, tuple(known))

    def encode(self, without: Iterable[int] = ()) -> bytes:
        """The bytes of the file, without the entries at some indexes."""
        left_out = set(without)
        kept = [entry for index, entry in enumerate(self.entries) if entry and index not in left_out]
        return msgspec.json.Encoder().encode_lines(kept)

    def unknown(self, findings: Sequence[Finding]) -> list[Finding]:
        """Those findings that are not in the baseline."""
        known = {entry.fingerprint for entry in self.entries if entry}
        return [one for one, name in zip(findings, fingerprints(findings), strict=True) if name not in known]

    def gone(self, findings: Sequence[Finding]) -> list[int]:
        """The indexes of the entries that are none of these findings any more."""
        names = set(fingerprints(findings))
        return [index for index, entry in enumerate(self.entries) if entry and entry.fingerprint not in names]
