"""Where an import is read: a file, a directory or a zip, safely and in a stable order.

Nothing is unpacked to a disk, no link is followed out of a directory or a tar, and no member grows beyond the limits: a zip
that would is refused before it is read.
"""

from __future__ import annotations

import codecs
import gzip
import io
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property, partial
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from postil.errors import PostilError, UnreadableFile
from postil.storage.safe_files import is_inside

LARGEST_FILE = 1 << 30
"""Bytes of one file that is read whole. What is read line by line has no limit but :data:`LARGEST_LINE`."""

LARGEST_LINE = 128 << 20
_LARGEST_ZIP = 16 << 30  # bytes of all members together, unpacked
_LARGEST_RATIO = 250  # deflate reaches 1,032 on nothing but repetition, and less than 100 on real annotations
_SMALL = 16 << 20  # bytes that may be packed as well as they can be
_CHUNK = 1 << 20
_TAR = (".tar", ".tar.gz", ".tgz")
_UNPACKING = (EOFError, zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError)  # a password is a RuntimeError
_OTHER_ARCHIVES = (".tar.bz2", ".tar.xz", ".bz2", ".xz", ".zst", ".7z", ".rar")


class File:
    """A file of a source. ``path``: from the source's root, with ``/``; ``shown``: what messages call it.

    ``largest``: bytes that it may have where it is read whole. ``is_accounted_for``: whether it was opened, or a reader has said
    itself what became of it.
    """

    __slots__ = ("_largest", "_opener", "is_accounted_for", "path", "shown")  # a source has tens of thousands

    def __init__(self, path: str, shown: str, opener: Callable[[], BinaryIO], largest: int = LARGEST_FILE) -> None:
        self.path, self.shown, self._opener = path, shown, opener
        self._largest = min(largest, LARGEST_FILE)
        self.is_accounted_for = False

    @property
    def name(self) -> str:
        """The path without its suffix, and without that of a compression."""
        parts = PurePosixPath(self.path.removesuffix(".gz"))
        return parts.with_suffix("").as_posix()

    def open(self) -> BinaryIO:
        """The bytes, unpacked."""
        self.is_accounted_for = True
        try:
            return self._opener()
        except OSError as error:
            raise UnreadableFile(self.shown, error.strerror or str(error)) from error
        except _UNPACKING as error:
            raise UnreadableFile(self.shown, f"cannot be unpacked: {error}") from error

    def chunks(self, size: int) -> Iterator[bytes]:
        """The bytes, so many at a time. Raises :class:`~postil.errors.UnreadableFile` where a compression is broken."""
        with self.open() as file:
            while chunk := _guarded(self.shown, file.read, size):
                yield chunk

    def read(self, limit: int = LARGEST_FILE) -> bytes:
        """All bytes. Raises :class:`~postil.errors.UnreadableFile` where they are too many or a compression is broken."""
        limit = min(limit, self._largest)
        with self.open() as file:
            data = _guarded(self.shown, file.read, limit + 1)
        if len(data) > limit:
            raise UnreadableFile(self.shown, f"more than {limit:,} bytes: too many for a file that is read whole")
        return data

    def text(self, encoding: str = "") -> str:
        """All of it, decoded, with its line ends as they are and without a byte-order mark."""
        return decode(self.shown, self.read(), encoding)

    def lines(self, encoding: str = "") -> Iterator[tuple[int, str]]:
        """Each line with its number from one, without its end (``\\n`` or ``\\r\\n``), one at a time. A last empty one is none.

        A line ends at ``\\n`` only (in a file without any, at ``\\r``): U+2028, U+0085 or a form feed are part of it.
        """
        if not _ends_lines_with_a_byte(encoding):
            text = self.text(encoding)
            yield from enumerate((line.removesuffix("\r") for line in text.removesuffix("\n").split("\n") if text), 1)
            return
        with self.open() as file:
            number = 0
            while data := _guarded(self.shown, file.readline, LARGEST_LINE + 1):
                number += 1
                if len(data) > LARGEST_LINE:
                    raise UnreadableFile(self.shown, f"a line of more than {LARGEST_LINE:,} bytes", number, 1)
                if number == 1:
                    data = data.removeprefix(codecs.BOM_UTF8)
                line = data.removesuffix(b"\n").rstrip(b"\r")
                is_of_old_macs = number == 1 and b"\r" in line and not data.endswith(b"\n")
                for at, piece in enumerate(line.split(b"\r") if is_of_old_macs else [line], number):
                    yield at, decode(self.shown, piece, encoding, at)


def _guarded(shown: str, read: Callable[[int], bytes], limit: int) -> bytes:
    try:
        return read(limit)
    except (OSError, *_UNPACKING) as error:
        raise UnreadableFile(shown, f"cannot be unpacked: {error}") from error


def _ends_lines_with_a_byte(encoding: str) -> bool:
    """Whether the end of a line is one byte in this encoding, as it is not in UTF-16."""
    try:
        return "\n".encode(encoding or "utf-8") == b"\n"
    except LookupError:
        return True  # which is said where it is decoded


def decode(shown: str, data: bytes, encoding: str = "", line: int = 0) -> str:
    """``data`` as text; says file, line and byte where it is none. A byte-order mark is left out at the beginning of a file.

    ``encoding``: where the user may say what it is; a format that is always in UTF-8 leaves it out. ``line``: which line of its
    file ``data`` is (none: it is the whole file).
    """
    try:
        text = data.decode(encoding or "utf-8")
        return text.removeprefix("\ufeff") if line <= 1 else text
    except UnicodeDecodeError as error:
        first = line or data.count(b"\n", 0, error.start) + 1
        column = error.start - (data.rfind(b"\n", 0, error.start) + 1) + 1
        hint = ". If you know what it is, say so with --encoding" if encoding else ", as this format has to be"
        message = f"not {(encoding or 'utf-8').upper()}: byte 0x{data[error.start]:02x}{hint}"
        raise UnreadableFile(shown, message, first, column) from error
    except LookupError as error:
        raise UnreadableFile(shown, f"unknown encoding {encoding}") from error


def _hint(name: str) -> str:
    """What may be meant by a name that no file has."""
    if name == "-":
        return ". Standard input is not read: write it into a file"
    return ". Patterns are not looked for: give the directory" if any(one in name for one in "*?[") else ""


class Source:
    """What an import is read from. ``encoding``: of texts, unless a format says itself what it is."""

    def __init__(self, path: Path, encoding: str = "utf-8") -> None:
        self.path, self.encoding = path, encoding
        if not path.exists():
            raise PostilError(f"{path}: there is no such file or directory{_hint(path.name)}")
        if path.is_file() and path.name.lower().endswith(_OTHER_ARCHIVES):
            raise UnreadableFile(str(path), "packed in a way that is not read, as zip and gzip are: unpack it first")
        if path.suffix.lower() == ".zip" and path.is_file() and not self._is_zip:
            raise UnreadableFile(str(path), "called a zip, and it is none, or the end of it is missing")

    @property
    def is_directory(self) -> bool:
        """Whether it holds several files: a directory, a zip, or a tar."""
        return self.path.is_dir() or self._is_zip or self._is_tar

    @cached_property
    def _is_zip(self) -> bool:
        return self.path.is_file() and self.path.suffix.lower() != ".gz" and zipfile.is_zipfile(self.path)

    @cached_property
    def _is_tar(self) -> bool:
        return self.path.is_file() and self.path.name.lower().endswith(_TAR)

    @cached_property
    def all_files(self) -> dict[str, File]:
        """Every file by its path, sorted; without hidden ones and what macOS puts beside files in a zip."""
        if self.path.is_dir():
            found = self._of_directory()
        elif self._is_zip:
            found = self._of_zip()
        elif self._is_tar:
            found = self._of_tar()
        else:
            name = self.path.name
            found = {name: _on_disk(name, self.path)}
        return {path: found[path] for path in sorted(found)}

    def files(self, *suffixes: str) -> list[File]:
        """The files with one of these suffixes, also packed with gzip; a source that is one file, whatever it is called.

        Raises :class:`~postil.errors.PostilError` where there is none.
        """
        if not self.is_directory:
            return list(self.all_files.values())
        found = [file for path, file in self.all_files.items() if path.lower().removesuffix(".gz").endswith(suffixes)]
        if not found:
            raise self.without(suffixes)
        return found

    def without(self, suffixes: Sequence[str]) -> PostilError:
        """That there is no file with one of these suffixes."""
        archive = next((path for path in self.all_files if is_archive(path)), "")
        hint = f". Archives in it, as {archive}, are not opened: import each, or unpack them" if archive else ""
        return PostilError(f"{self.path}: there is no file ending in {' or '.join(suffixes)} in it{hint}")

    def unread(self) -> list[File]:
        """The files that nothing has opened, and of which no reader has said what became."""
        return [file for file in self.all_files.values() if not file.is_accounted_for]

    def get(self, path: str) -> File | None:
        """The file with this path; beside a source that is one file, its neighbour of that name."""
        if self.is_directory or path == self.path.name:
            return self.all_files.get(path)
        beside = self.path.parent / path
        is_safe = PurePosixPath(path).name == path and beside.is_file() and is_inside(self.path.parent, beside)
        return _on_disk(path, beside) if is_safe else None

    def _of_directory(self) -> dict[str, File]:
        found = {}
        for full in self.path.rglob("*"):
            path = full.relative_to(self.path).as_posix()
            if not _is_hidden(path) and full.is_file() and is_inside(self.path, full):
                found[path] = _on_disk(path, full)
        return found

    def _of_zip(self) -> dict[str, File]:
        try:
            return _members(str(self.path), zipfile.ZipFile(self.path))
        except zipfile.BadZipFile as error:
            raise UnreadableFile(str(self.path), f"a broken zip: {error}") from error

    def _of_tar(self) -> dict[str, File]:
        """Its files, all in memory: a tar that is packed can only be read from its beginning."""
        data = File(self.path.name, str(self.path), _opener(self.path, is_packed=not self.path.name.endswith(".tar"))).read()
        found = {}
        try:
            with tarfile.open(fileobj=io.BytesIO(data), mode="r:") as archive:
                for info in archive:
                    path, shown = _member(str(self.path), info.name)
                    content = archive.extractfile(info) if info.isfile() and not _is_hidden(path) else None
                    if content is not None:
                        found[path] = File(path, shown, partial(io.BytesIO, content.read()))
        except (tarfile.TarError, OSError, EOFError, ValueError, RecursionError) as error:
            raise UnreadableFile(str(self.path), f"cannot be unpacked: {error}") from error
        return found


def is_archive(path: str) -> bool:
    """Whether a file is called like an archive."""
    return path.lower().endswith((".zip", *_TAR, *_OTHER_ARCHIVES))


def files_in(file: File) -> dict[str, File]:
    """The files of a zip that is itself a file of a source, by their paths in it, sorted."""
    try:
        found = _members(file.shown, zipfile.ZipFile(io.BytesIO(file.read())))
    except zipfile.BadZipFile as error:
        raise UnreadableFile(file.shown, f"no zip, although it is called one: {error}") from error
    return {path: found[path] for path in sorted(found)}


def _members(shown_archive: str, archive: zipfile.ZipFile) -> dict[str, File]:
    found = {}
    total = 0
    for info in archive.infolist():
        path, shown = _member(shown_archive, info.filename)
        if info.is_dir() or _is_hidden(path):
            continue
        total += info.file_size
        if info.file_size > _largest_unpacked(info.compress_size) or total > _LARGEST_ZIP:
            raise UnreadableFile(shown, f"would unpack to {info.file_size:,} bytes: nothing was read")
        found[path] = File(path, shown, _member_opener(archive, info))
    return found


def _largest_unpacked(packed: int) -> int:
    """How many bytes may come of so many packed ones."""
    return max(_LARGEST_RATIO * packed, _SMALL)


def _member(shown_archive: str, name: str) -> tuple[str, str]:
    """The path of a member of an archive, and what messages call it. Raises where it leads out of the archive."""
    path = name.replace("\\", "/")
    parts = PurePosixPath(path).parts
    shown = f"{shown_archive}/{path}"
    if path.startswith("/") or ".." in parts or (parts and ":" in parts[0]):
        raise UnreadableFile(shown, "the path leads out of the archive: nothing was read")
    return path.removeprefix("./"), shown


def _on_disk(path: str, full: Path) -> File:
    """A file as it lies on the disk, perhaps packed."""
    is_packed = full.suffix.lower() == ".gz"
    return File(path, str(full), _opener(full), _largest_unpacked(full.stat().st_size) if is_packed else LARGEST_FILE)


def _opener(path: Path, *, is_packed: bool | None = None) -> Callable[[], BinaryIO]:
    if path.suffix.lower() == ".gz" if is_packed is None else is_packed:
        return lambda: io.BufferedReader(gzip.open(path), _CHUNK)
    return lambda: path.open("rb")


def _member_opener(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Callable[[], BinaryIO]:
    return lambda: io.BufferedReader(archive.open(info), _CHUNK)  # type: ignore[type-var]


def _is_hidden(path: str) -> bool:
    parts = PurePosixPath(path).parts
    return "__MACOSX" in parts or any(part.startswith(".") for part in parts)
