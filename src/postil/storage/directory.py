"""A corpus as a directory: where its files are, read safely and written atomically."""

from __future__ import annotations

import contextlib
import math
import os
from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path

import msgspec

from postil.errors import CorpusNotFound, PostilError, UnreadableCorpus, UnsafePath
from postil.manifest import FORMAT, Manifest, Metadata
from postil.model import AnnotationSet
from postil.scheme import Scheme
from postil.storage.bundle import Bundle, DecisionsData, Project, Stray
from postil.storage.faults import Fault
from postil.storage.safe_files import is_inside, portable_name_fault, write_atomically
from postil.storage.set_file import SetFile, encode_set, parse_set
from postil.storage.splits_file import SPLITS, SPLITS_LIMIT, SplitsFile, parse_splits
from postil.storage.text_file import TextFile
from postil.storage.toml_file import StructType, TomlFile, parse_toml

MANIFEST = "corpus/corpus.toml"
SCHEME = "annotations/scheme.toml"

_TOML_LIMIT = 1024 * 1024  # bytes: no manifest, scheme or metadata that people write is near it
_AT_ONCE = 64 * 1024  # bytes: fewer are the whole file
_READ = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
_TEXT, _METADATA, _SET = ".txt", ".toml", ".jsonl"


FileData = tuple[str, bytes, int]
"""A file's path, its bytes, and its size; no bytes where it is larger than the corpus reads."""


class DocumentFiles(msgspec.Struct):
    """The paths, from the root, of what a document has. ``sets`` is by annotator, ``decisions`` by that of the set they make."""

    text: str = ""
    metadata: str = ""
    sets: dict[str, str] = {}
    decisions: dict[str, str] = {}

    def paths(self) -> Iterator[str]:
        """Every path that there is."""
        yield from filter(None, (self.text, self.metadata, *self.sets.values(), *self.decisions.values()))


class Inventory(msgspec.Struct, frozen=True):
    """Every document of a corpus by id, sorted, and whatever else lies there."""

    documents: dict[str, DocumentFiles]
    strays: tuple[Stray, ...]


class CorpusDirectory:
    """A corpus on a disk. ``root`` holds ``corpus/`` and ``annotations/``."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._top = str(root)

    @classmethod
    def find(cls, start: Path) -> CorpusDirectory:
        """The corpus that ``start`` lies in: the nearest directory, from it upward, with a manifest."""
        start = start.absolute()
        for directory in (start, *start.parents):
            if (directory / MANIFEST).is_file():
                return cls(directory)
        raise CorpusNotFound(f"no {MANIFEST} in {start} or above it: go to a corpus, use -C DIR, or make one with postil init")

    @cached_property
    def project(self) -> Project:
        """Manifest, scheme and splits. Raises :class:`~postil.errors.UnreadableCorpus` for a newer format of corpus."""
        manifest_file = self._read_toml(Manifest, MANIFEST)
        declared = manifest_file.raw().get("format", FORMAT)
        if declared != FORMAT:
            line, _ = manifest_file.position(("format",))
            raise UnreadableCorpus(f"{MANIFEST}:{line}: this corpus has format {declared}; this postil reads format {FORMAT}")
        return Project(manifest_file, self._read_toml(Scheme, SCHEME), self._read_splits())

    @cached_property
    def inventory(self) -> Inventory:
        """What is there, by walking all directories. Links are followed to files inside the corpus only."""
        documents: defaultdict[str, DocumentFiles] = defaultdict(DocumentFiles)
        strays: list[Stray] = []
        for path in [*self._walk("corpus", strays), *self._walk("annotations", strays)]:
            if path in (MANIFEST, SCHEME, SPLITS):
                continue
            directory, _, rest = path.partition("/")
            stem, dot, suffix = rest.rpartition(".")
            suffix = dot + suffix
            if directory == "corpus" and suffix == _TEXT:
                documents[stem].text = path
            elif directory == "corpus" and suffix == _METADATA:
                documents[stem].metadata = path
            elif directory == "annotations" and suffix == _SET and "/" in stem:
                annotator, _, document = stem.partition("/")
                documents[document].sets[annotator] = path
            elif directory == "corpus" or "/" in rest or suffix == _SET:
                strays.append(Stray(path, "unknown"))  # beside the scheme anything else may lie: guidelines, pictures
        for path in self._walk_decisions(strays):
            annotator, _, document = path.removeprefix("adjudication/").removesuffix(_SET).partition("/")
            if not path.endswith(_SET) or not document:
                continue  # beside decisions anything else may lie
            if document in documents:
                documents[document].decisions[annotator] = path
            else:
                strays.append(Stray(path, "no document"))
        ordered = {document: documents[document] for document in sorted(documents)}
        return Inventory(ordered, tuple(sorted(strays, key=lambda stray: stray.path)))

    def _walk_decisions(self, strays: list[Stray]) -> Iterator[str]:
        """The files under ``adjudication/``. No corpus needs any, so that nothing there keeps one from being read."""
        top = self.root / "adjudication"
        if not is_inside(self.root, top):
            strays.append(Stray("adjudication", "link out"))
        elif not top.is_file():
            yield from self._walk("adjudication", strays)

    def _walk(self, directory: str, strays: list[Stray]) -> Iterator[str]:
        if not is_inside(self.root, self.root / directory):
            raise UnreadableCorpus(f"{directory} is a link that leads out of the corpus: it was not followed")
        try:
            entries = sorted(os.scandir(self.root / directory), key=lambda entry: entry.name)
        except FileNotFoundError:
            return
        except OSError as error:
            raise UnreadableCorpus(f"{directory} cannot be read: {error.strerror}") from error
        for entry in entries:
            path = f"{directory}/{entry.name}"
            if entry.name.startswith("."):
                continue
            if entry.is_file(follow_symlinks=False):
                yield path
            elif (entry.is_symlink() or _is_junction(entry)) and not is_inside(self.root, Path(entry.path)):
                strays.append(Stray(path, "link out"))
            elif entry.is_dir(follow_symlinks=False):
                yield from self._walk(path, strays)
            elif entry.is_file():
                yield path
            else:
                strays.append(Stray(path, "not a file"))

    @cached_property
    def _limit(self) -> int:
        return self.project.manifest.check.max_file_size

    def bundle(self, document: str) -> Bundle:
        """Read everything that there is of a document."""
        files = self.inventory.documents[document]
        return self.parse(document, files, self.read_files(files))

    def read_files(self, files: DocumentFiles) -> list[FileData]:
        """The bytes of each of a document's files."""
        return [(path, *self._read(path)) for path in files.paths()]

    def parse(self, document: str, files: DocumentFiles, read: Sequence[FileData]) -> Bundle:
        """A document of files that were read."""
        data = {path: (content, size) for path, content, size in read}
        return Bundle(
            document,
            _text_file(files.text, *data[files.text]) if files.text else None,
            _toml_file(Metadata, files.metadata, *data[files.metadata]) if files.metadata else None,
            tuple([_set_file(path, annotator, *data[path]) for annotator, path in sorted(files.sets.items())]),
            self.project,
            tuple([DecisionsData(path, into, *data[path]) for into, path in sorted(files.decisions.items())]),
        )

    def set_path(self, annotator: str, document: str) -> str:
        """Where a set is or would be, from the root."""
        return f"annotations/{annotator}/{document}{_SET}"

    def write_set(self, annotations: AnnotationSet) -> bool:
        """Write a set in canonical form; returns whether the file changed. What could not be read back is refused."""
        _refuse_what_json_cannot(annotations)
        for name in (annotations.document, annotations.annotator):
            fault = portable_name_fault(name)
            if not fault and name == annotations.annotator and "/" in name:
                fault = "an annotator's name is one part of a path"
            if fault:
                raise UnsafePath(f"{name!r} cannot be the name of a file: {fault}")
        try:
            data = encode_set(annotations)
        except (UnicodeEncodeError, TypeError, ValueError) as error:
            raise PostilError(f"the set holds what JSON cannot: {error}. Nothing was written") from error
        path = self.set_path(annotations.annotator, annotations.document)
        for found in parse_set(path, annotations.annotator, data).faults:
            if found.kind != "unknown key":
                raise PostilError(f"the set could not be read back: line {found.line}: {found.message}. Nothing was written")
        changed = write_atomically(self.root, self.root / path, data)
        self.inventory.documents.setdefault(annotations.document, DocumentFiles()).sets[annotations.annotator] = path
        return changed

    def write(self, path: str, data: bytes) -> bool:
        """Write a file of the corpus atomically; returns whether it changed."""
        vars(self).pop("inventory", None)  # there may be a new file
        return write_atomically(self.root, self.root / path, data)

    def rewrite(self, path: str, data: bytes) -> bool:
        """Write a file that is there already atomically; returns whether it changed."""
        return write_atomically(self.root, self.root / path, data)

    def state(self, *others: str) -> dict[str, tuple[int, int]]:
        """When each file, and each of the ``others``, was changed last, and its size: differs when somebody saved something."""
        paths = [path for files in self.inventory.documents.values() for path in files.paths()]
        paths += [MANIFEST, SCHEME, SPLITS, *others, *(stray.path for stray in self.inventory.strays)]
        found = {}
        for path in paths:
            with contextlib.suppress(OSError):
                status = os.stat(f"{self._top}/{path}")  # noqa: PTH116 - a Path costs as much as the looking
                found[path] = (status.st_mtime_ns, status.st_size)
        return found

    def read(self, path: str) -> bytes | None:
        """The bytes of a file of the corpus; ``None`` where there is none inside it."""
        full = self.root / path
        return full.read_bytes() if full.is_file() and is_inside(self.root, full) else None

    def _read(self, path: str) -> tuple[bytes, int]:
        """The bytes and the size of a file; no bytes where it is larger than the corpus allows."""
        limit = SPLITS_LIMIT if path == SPLITS else _TOML_LIMIT if path.endswith(_METADATA) else self._limit
        try:
            handle = os.open(f"{self._top}/{path}", _READ)  # a Path, or a file object, costs as much as the reading
            try:
                data = os.read(handle, _AT_ONCE)
                size = len(data) if len(data) < _AT_ONCE else os.fstat(handle).st_size
                return (_whole(handle, data, size) if size <= limit else b""), size
            finally:
                os.close(handle)
        except OSError as error:
            raise UnreadableCorpus(f"{path} cannot be read: {error.strerror}") from error

    def set_file(self, path: str, annotator: str) -> SetFile:
        """Read a set."""
        return _set_file(path, annotator, *self._read(path))

    def _read_toml(self, kind: type[StructType], path: str) -> TomlFile[StructType]:
        if path in (MANIFEST, SCHEME) and not is_inside(self.root, self.root / path):  # the walk has judged all others
            return TomlFile(path, "", None, (Fault("syntax", "a link that leads out of the corpus; it was not followed", 0, 0),))
        if path in (MANIFEST, SCHEME) and not (self.root / path).is_file():
            return TomlFile(path, "", None, (Fault("syntax", "the file is missing", 0, 0),))
        return _toml_file(kind, path, *self._read(path))

    def _read_splits(self) -> SplitsFile:
        if not (self.root / SPLITS).is_file():
            return SplitsFile()
        if not is_inside(self.root, self.root / SPLITS):
            return SplitsFile(True, faults=(Fault("syntax", "a link that leads out of the corpus; it was not followed", 0, 0),))
        data, size = self._read(SPLITS)
        if len(data) < size:
            return SplitsFile(True, faults=(Fault("size", f"the file has {size:,} bytes, more than postil reads", 0, 0),))
        return parse_splits(data)


def _whole(handle: int, data: bytes, size: int) -> bytes:
    while len(data) < size and (more := os.read(handle, size - len(data))):
        data += more
    return data


def _text_file(path: str, data: bytes, size: int) -> TextFile:
    try:
        text = data.decode("utf-8") if len(data) == size else None
    except UnicodeDecodeError:
        text = None
    return TextFile(path, data, text, size)


def _set_file(path: str, annotator: str, data: bytes, size: int) -> SetFile:
    if len(data) == size:
        return parse_set(path, annotator, data)
    return SetFile(path, annotator, b"", None, (), (), (Fault("size", _too_large(size)),))


def _toml_file(kind: type[StructType], path: str, data: bytes, size: int) -> TomlFile[StructType]:
    if len(data) == size:
        return parse_toml(kind, path, data)
    return TomlFile(path, "", None, (Fault("size", _too_large(size)),))


def _refuse_what_json_cannot(annotations: AnnotationSet) -> None:
    """NaN and the infinities, which a JSON encoder would turn into null without a word."""
    for record in annotations.records:
        if known := record.unknown.keys() & {"type", *record.__struct_fields__}:
            raise PostilError(f"{record.id} has {min(known)!r} among its unknown keys: nothing was written")
        open_values = [getattr(record, name) for name in record.__struct_fields__]
        while open_values:
            value = open_values.pop()
            if isinstance(value, float) and not math.isfinite(value):
                raise PostilError(f"{record.id} holds {value}, a value that JSON cannot: nothing was written")
            open_values += value.values() if isinstance(value, dict) else value if isinstance(value, list | tuple) else ()


def _is_junction(entry: os.DirEntry[str]) -> bool:
    """Whether it is a link of Windows that is no symbolic one; Python knows since 3.12."""
    return bool(getattr(entry, "is_junction", lambda: False)())


def _too_large(size: int) -> str:
    return f"the file has {size:,} bytes, more than this corpus reads: raise max-file-size under [check] in {MANIFEST}"
