"""What the last check found, kept so that what has not changed is not checked again.

A document's entry holds for its content: the bytes of its text, metadata and sets, under the same rules, settings, scheme,
manifest and code. That its files have not been touched since (size, times, inode, as git knows it) saves reading them. The
findings of a whole run hold while no file at all was touched. Nothing here is trusted: an entry that cannot be read is no entry.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import sys
import time
import unicodedata
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from importlib.util import find_spec
from io import BufferedReader, BufferedWriter
from pathlib import Path
from typing import Any

import msgspec

import postil
from postil.checking.checker import Checker, Result
from postil.findings import Finding, Tally
from postil.rules import Rule
from postil.storage.bundle import Project

DIRECTORY = ".postil-cache"

_MAGIC = b"postil-cache-1\n"
# A file touched this shortly (nanoseconds) before it was looked at may be touched again in the same tick of its clock.
_TICK, _COARSE_TICK = 50 * 10**6, 2 * 10**9
_KEPT = 8  # caches of other settings that are kept beside the one in use
_OURS = re.compile(r"[0-9a-f]{32}\.(run|documents)")
_BROKEN_OFF = re.compile(r"[0-9a-f]{32}\.(run|documents)-\d+-\d+\.tmp")
_DAY = 24 * 60 * 60
_TAG = "Signature: 8a477f597d28d172789f06886806bc55\n# What postil check remembers. It may be deleted at any time.\n"


class Entry(msgspec.Struct, frozen=True, array_like=True):
    """What is remembered of a document. ``signature``: of its files on the disk, empty where that is not to be trusted."""

    document: str
    signature: bytes
    content: bytes
    result: bytes


class WholeRun(msgspec.Struct, frozen=True, array_like=True):
    """What a run over the whole corpus found, and the signature of all its files."""

    signature: bytes
    findings: list[Finding]
    used_ignores: list[int]
    tally: Tally


class ResultCodec:
    """Results as bytes, for the cache and for other processes. Each corpus rule says what type its part is of."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self._encoder = msgspec.msgpack.Encoder()
        self._parts = {rule.code: msgspec.msgpack.Decoder(rule.part) for rule in rules}
        self._decoder = msgspec.msgpack.Decoder(tuple[list[Finding], dict[str, msgspec.Raw], list[int], dict[str, int], bool])

    def encode(self, result: Result) -> bytes:
        """The bytes of a result; none for one that names a file by what is no text, which is not remembered."""
        said = (result.findings, result.parts, result.used_ignores, result.annotations, result.has_text)
        try:
            return self._encoder.encode(said)
        except UnicodeEncodeError:
            return b""

    def decode(self, data: bytes) -> Result | None:
        """The result again; ``None`` for bytes that are none."""
        try:
            findings, raw, used, annotations, has_text = self._decoder.decode(data)
            parts: dict[str, Any] = {code: self._parts[code].decode(part) for code, part in raw.items()}
        except (msgspec.MsgspecError, KeyError):
            return None
        return Result(findings, parts, used, annotations, has_text)


def settings_key(project: Project, checker: Checker) -> str:
    """A name for all that decides what is found, besides the documents."""
    digest = hashlib.sha256()
    for part in (
        postil.__version__, _code_stamp(), sys.version, unicodedata.unidata_version,
        repr(checker.heeds_ignores), ",".join(sorted(checker.active)), repr(project.manifest_file), repr(project.scheme_file),
        project.splits_file.sha256,
    ):  # fmt: skip
        digest.update(part.encode("utf-8", "surrogatepass") + b"\0")
    return digest.hexdigest()[:32]


def _code_stamp() -> str:
    """Which files decide, as the disk has them: changes with every change of a rule, and with every version of what rules use.

    To ask for the versions themselves takes a fifth of the time of a whole check.
    """
    found = []
    for path in (path for package in ("postil", "re2", "wcwidth") for path in _code_of(package)):
        status = os.stat(path)  # noqa: PTH116 - a Path costs as much as the looking
        found.append(f"{path} {status.st_size} {status.st_mtime_ns}")
    return "\n".join(sorted(found))


def _code_of(package: str) -> Iterator[str]:
    """The files that a package is made of, which is not imported for that."""
    spec = find_spec(package)
    for root in (spec and spec.submodule_search_locations) or ():
        for directory, _, names in os.walk(root):
            yield from (f"{directory}/{name}" for name in names if name.endswith((".py", ".so", ".pyd")))


def signature(root: str, paths: Iterable[str], now: int) -> bytes:
    """The files as the disk has them at ``now`` (nanoseconds); empty where one was touched too shortly before to be sure."""
    digest = hashlib.blake2b(digest_size=16)
    for path in paths:
        try:
            status = os.stat(f"{root}/{path}")  # noqa: PTH116 - a Path costs as much as the looking
        except OSError:
            return b""
        tick = _TICK if status.st_mtime_ns % 10**9 else _COARSE_TICK
        if max(status.st_mtime_ns, status.st_ctime_ns) > now - tick:
            return b""
        said = f"{path}\0{status.st_size}\0{status.st_mtime_ns}\0{status.st_ctime_ns}\0{status.st_ino}\0"
        digest.update(said.encode("utf-8", "surrogateescape"))
    return digest.digest()


def content_key(document: str, files: Sequence[tuple[str, bytes, int]]) -> bytes:
    """A name for the content of a document: the path, the size and the bytes of each of its files."""
    digest = hashlib.sha256()
    for path, data, size in files:
        digest.update(f"{document}\0{path}\0{size}\0{len(data)}\0".encode("utf-8", "surrogateescape"))
        digest.update(data)
    return digest.digest()


class Cache:
    """What is remembered under one ``key``, in ``directory``. Reading and writing it never fails: it is at worst empty."""

    def __init__(self, directory: Path, key: str) -> None:
        self._directory = directory
        self._runs = directory / f"{key}.run"
        self._documents = directory / f"{key}.documents"

    def whole_run(self) -> WholeRun | None:
        """The last run over the whole corpus, if it is remembered."""
        with contextlib.suppress(OSError, msgspec.MsgspecError), self._opened(self._runs) as file:
            for payload in _frames(file):
                return msgspec.msgpack.decode(payload, type=WholeRun)
        return None

    def entries(self) -> Iterator[Entry]:
        """What is remembered of documents, sorted by their ids, as far as it can be read."""
        decoder = msgspec.msgpack.Decoder(Entry)
        with contextlib.suppress(OSError, msgspec.MsgspecError), self._opened(self._documents) as file:
            yield from map(decoder.decode, _frames(file))

    def keep(self, whole_run: WholeRun) -> None:
        """Remember a run over the whole corpus."""
        with contextlib.suppress(UnicodeEncodeError):
            self._write(self._runs, [msgspec.msgpack.encode(whole_run)])

    def keep_entries(self, entries: Iterable[Entry]) -> None:
        """Remember these documents, which come sorted by their ids, and no others."""
        encoder = msgspec.msgpack.Encoder()
        self._write(self._documents, (encoder.encode(entry) for entry in entries if entry.result and _is_text(entry.document)))

    def _opened(self, path: Path) -> BufferedReader:
        if self._directory.is_symlink():
            raise OSError(f"{self._directory} is a link: what lies there is not trusted")
        return path.open("rb")

    def _write(self, path: Path, payloads: Iterable[bytes]) -> None:
        """Write all payloads, or nothing. Only what the disk says is overlooked, not what making a payload says."""
        writer = _Writer(self._prepare, path)
        try:
            for payload in payloads:
                writer.write(payload)
        except BaseException:
            writer.give_up()
            raise
        writer.finish()

    def _prepare(self) -> None:
        if self._directory.is_symlink():
            raise OSError(f"{self._directory} is a link: nothing is written through it")
        if not self._directory.is_dir():
            self._directory.mkdir(parents=True)
            (self._directory / ".gitignore").write_text("*\n", encoding="utf-8")
            (self._directory / "CACHEDIR.TAG").write_text(_TAG, encoding="utf-8")
        old = sorted(self._directory.glob("*.*"), key=lambda path: path.stat().st_mtime, reverse=True)
        mine = {self._runs.name, self._documents.name}
        others = [path for path in old if _OURS.fullmatch(path.name) and path.name not in mine]
        left = [path for path in old if _BROKEN_OFF.fullmatch(path.name) and path.stat().st_mtime < time.time() - _DAY]
        for path in [*others[2 * _KEPT :], *left]:
            path.unlink(missing_ok=True)


def _is_text(name: str) -> bool:
    """Whether a document's id is text: a file's name may be bytes that are none."""
    return not any("\ud800" <= character <= "\udfff" for character in name)


class _Writer:
    """Writes a file of payloads beside its place and then into it. With a read-only checkout or a full disk it writes nothing."""

    def __init__(self, prepare: Callable[[], None], path: Path) -> None:
        self._path = path
        self._temporary = path.with_name(f"{path.name}-{os.getpid()}-{time.monotonic_ns()}.tmp")
        self._file: BufferedWriter | None = None
        with contextlib.suppress(OSError):
            prepare()
            self._file = self._temporary.open("xb")
            self._file.write(_MAGIC)

    def write(self, payload: bytes) -> None:
        if self._file:
            try:
                self._file.write(len(payload).to_bytes(4) + zlib.crc32(payload).to_bytes(4))
                self._file.write(payload)
            except OSError:
                self.give_up()

    def finish(self) -> None:
        if self._file:
            try:
                self._file.close()
                self._temporary.replace(self._path)
            except OSError:
                self.give_up()

    def give_up(self) -> None:
        with contextlib.suppress(OSError):
            if self._file:
                self._file.close()
            self._temporary.unlink(missing_ok=True)
        self._file = None


def _frames(file: BufferedReader) -> Iterator[bytes]:
    """The payloads of a file, up to the first that is damaged."""
    if file.read(len(_MAGIC)) != _MAGIC:
        return
    left = os.fstat(file.fileno()).st_size - len(_MAGIC)
    while len(head := file.read(8)) == 8:
        size, check = int.from_bytes(head[:4]), int.from_bytes(head[4:])
        left -= 8 + size
        if left < 0 or zlib.crc32(payload := file.read(size)) != check:
            return
        yield payload
