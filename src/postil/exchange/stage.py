"""What is about to come into a corpus, as files beside it until all of them are there and nothing is wrong with them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from postil.exchange.attribute_lists import with_lists
from postil.storage.directory import MANIFEST, SCHEME, CorpusDirectory
from postil.storage.new_corpus import new_manifest
from postil.storage.set_file import encode_set, parse_set


class Stage:
    """Files as they will be in the corpus, below a directory beside it."""

    def __init__(self, work: Path, root: Path) -> None:
        self.work, self._root = work, root
        self._lent: set[str] = set()  # files that are there only for what is written to be looked at with them

    def restore(self, files: dict[str, bytes]) -> Iterator[str]:
        """Write files as they are; gives what is in their way."""
        for path, data in files.items():
            final = self._root / path
            if final.exists() and final.read_bytes() != data:
                yield f"{path}: is there already and differs: import into another directory"
            self.write(path, data)

    def write(self, path: str, data: bytes) -> None:
        """Write a file, called as it will be in the corpus."""
        full = self.work / path
        full.parent.mkdir(parents=True, exist_ok=True)
        full.write_bytes(data)

    @property
    def is_empty(self) -> bool:
        """Whether nothing is to be written."""
        return not any(self.work.iterdir())

    def as_corpus(self, corpus: CorpusDirectory | None) -> CorpusDirectory:
        """The stage as a corpus: with the manifest and the scheme that there are, or that a new corpus begins with."""
        if corpus:
            for path in (MANIFEST, SCHEME):
                self._lend(path, corpus.read(path) or b"")
        else:
            self._lend(MANIFEST, new_manifest(self._root.resolve().name))
        return CorpusDirectory(self.work)

    def _lend(self, path: str, data: bytes) -> None:
        if not (self.work / path).exists():
            self.write(path, data)
            self._lent.add(path)

    def keep(self, path: str) -> None:
        """Let what is there only to be looked at go into the corpus too."""
        self._lent.discard(path)

    def make_lists(self, attributes: dict[str, set[str]]) -> None:
        """Write single values of these attributes (by layer) as lists of one: an attribute is a list everywhere or nowhere.

        A tool writes one value bare and two as a list; which of its attributes are lists is known only when all is read.
        """
        for path in sorted((self.work / "annotations").rglob("*.jsonl")) if attributes else ():
            one = parse_set(path.name, "", path.read_bytes()).annotation_set()
            if one is not None:
                path.write_bytes(encode_set(with_lists(one, attributes)))

    def put_in_place(self, root: Path) -> None:
        """Move everything to where it belongs: what a set needs before the set, and the manifest last."""
        if hasattr(os, "sync"):
            os.sync()  # once for all files: a corpus may have ten thousand
        order = ("corpus", SCHEME, "annotations", "adjudication")
        there = {path.relative_to(self.work).as_posix() for path in self.work.rglob("*") if path.is_file()}
        paths = there - self._lent
        of = {path: next(at for at, start in enumerate(order) if path.startswith(start)) for path in paths}
        for path in sorted(paths, key=lambda path: (path == MANIFEST, of[path], path)):
            final = root / path
            final.parent.mkdir(parents=True, exist_ok=True)
            os.replace(self.work / path, final)  # noqa: PTH105 - over whatever is there
