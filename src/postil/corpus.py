"""The corpus as a program sees it: documents with their texts, metadata and sets, all of them readable.

>>> from postil import Corpus
>>> corpus = Corpus.open(".")
>>> gold = corpus["news/india-japan-2-plus-2"].sets["gold"]
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from os import PathLike
from pathlib import Path

import msgspec

from postil.errors import CorpusNotFound, PostilError, UnreadableCorpus
from postil.manifest import Manifest, Metadata
from postil.model import AnnotationSet
from postil.scheme import Scheme
from postil.storage.bundle import Bundle
from postil.storage.directory import CorpusDirectory
from postil.storage.set_file import has_unreadable_lines


class Document(msgspec.Struct, frozen=True):
    """A document: its text, what is known of it, and its annotation sets by annotator."""

    id: str
    text: str
    metadata: Metadata
    sets: dict[str, AnnotationSet]
    text_sha256: str


class Corpus:
    """A corpus on a disk, read document by document; nothing is kept in memory."""

    def __init__(self, directory: CorpusDirectory) -> None:
        self.directory = directory

    @classmethod
    def open(cls, path: str | PathLike[str] = ".") -> Corpus:
        """The corpus that ``path`` lies in. Raises :class:`~postil.errors.CorpusNotFound` where there is none."""
        if not Path(path).is_dir():
            raise CorpusNotFound(f"{path}: there is no such directory")
        return cls(CorpusDirectory.find(Path(path)))

    @property
    def manifest(self) -> Manifest:
        """The manifest."""
        return self.directory.project.manifest

    @property
    def scheme(self) -> Scheme:
        """The scheme. Raises :class:`~postil.errors.UnreadableCorpus` where it cannot be read."""
        scheme = self.directory.project.scheme
        if scheme is None or self.directory.project.scheme_file.faults:
            raise UnreadableCorpus("the annotation scheme cannot be used as it is: postil check says why")
        return scheme

    @property
    def document_ids(self) -> list[str]:
        """The id of every document, sorted."""
        return list(self.directory.inventory.documents)

    def __iter__(self) -> Iterator[Document]:
        return map(self.__getitem__, self.document_ids)

    def __len__(self) -> int:
        return len(self.directory.inventory.documents)

    def __contains__(self, document: object) -> bool:
        return document in self.directory.inventory.documents

    def read(self, document: str, annotators: Collection[str] = ()) -> Document:
        """A document with the sets of these annotators only, or (none named) with all: faults in others do not matter then.

        Raises as :meth:`__getitem__` does.
        """
        there = self.directory.inventory.documents[document]
        sets = {name: path for name, path in there.sets.items() if name in annotators} if annotators else there.sets
        files = msgspec.structs.replace(there, sets=sets, decisions={})
        return readable(self.directory.parse(document, files, self.directory.read_files(files)))

    def __getitem__(self, document: str) -> Document:
        """A document by its id. Raises ``KeyError`` where there is none and ``UnreadableCorpus`` for one with faults."""
        return self.read(document)

    def write(self, annotations: AnnotationSet, *, replace: bool = False) -> bool:
        """Write a set, atomically and in canonical form; returns whether the file changed.

        A set that is there already is replaced only when ``replace`` says so, and never when some of it cannot be read. Raises
        :class:`~postil.errors.PostilError` then, and where the corpus has no such document.
        """
        files = self.directory.inventory.documents.get(annotations.document)
        if files is None or not files.text:
            raise PostilError(f"the corpus has no document {annotations.document}: nothing was written")
        path = self.directory.set_path(annotations.annotator, annotations.document)
        if (self.directory.root / path).exists():
            there = self.directory.set_file(path, annotations.annotator)
            if there.annotation_set() is None or has_unreadable_lines(there):
                raise PostilError(f"{path} has lines that cannot be read, which writing would lose: mend them first")
            if not replace:
                raise PostilError(f"{path} is there already: read it, change it, and write it with replace=True")
        return self.directory.write_set(annotations)


def readable(bundle: Bundle) -> Document:
    """A bundle as a document, if every one of its files can be read."""
    if bundle.text_file is None or bundle.text is None:
        raise UnreadableCorpus(f"{bundle.document} has no text that can be read: postil check says why")
    sets = {}
    for file in bundle.set_files:
        annotations = file.annotation_set()
        if annotations is None or has_unreadable_lines(file):
            raise UnreadableCorpus(f"{file.path} has lines that cannot be read: postil check says which")
        sets[file.annotator] = annotations.canonical()
    return Document(bundle.document, bundle.text, bundle.metadata, sets, bundle.text_sha256)
