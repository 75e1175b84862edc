"""Looking at documents: read, then checked a batch at a time. The same in every process."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple, TypeVar

from postil.checking.cache import ResultCodec, content_key
from postil.checking.checker import Checker, Recipe, Result
from postil.storage.bundle import Bundle
from postil.storage.directory import CorpusDirectory, DocumentFiles, FileData

Item = TypeVar("Item")

_BATCH, _BATCH_BYTES = 8, 2**20  # documents that are checked together: what a processor's cache about holds
_GARBAGE = 200_000  # objects of which some may be garbage that only the collector finds


class Question(NamedTuple):
    """A document to look at, unless its content is the one with the key ``known``."""

    document: str
    files: DocumentFiles
    known: bytes


class Answer(NamedTuple):
    """The key of a document's content, and what was found in it, as it is or as bytes; neither where it is what is known."""

    content: bytes
    result: Result | None
    data: bytes = b""


def examine(directory: CorpusDirectory, checker: Checker, questions: Iterable[Question], *, hashes: bool) -> Iterator[Answer]:
    """The answer to each question. ``hashes``: whether content is given a key."""
    for batch in batches(_read(directory, questions, hashes=hashes)):
        yield from _checked(checker, batch)


def _read(
    directory: CorpusDirectory, questions: Iterable[Question], *, hashes: bool
) -> Iterator[tuple[tuple[bytes, Bundle | None], int]]:
    """The key of each document's content, the document where that is not what is known, and how many bytes it has."""
    for document, files, known in questions:
        read = directory.read_files(files)
        content = content_key(document, read) if hashes else b""
        bundle = None if known and known == content else directory.parse(document, files, read)
        yield (content, bundle), bytes_of(read)


def bytes_of(read: Iterable[FileData]) -> int:
    """How many bytes files have together."""
    return sum([len(data) for _, data, _ in read])


def batches(documents: Iterable[tuple[Item, int]]) -> Iterator[list[Item]]:
    """Documents, whatever stands for them, by as many as are checked together. Each is given with its bytes."""
    batch: list[Item] = []
    size = 0
    for document, bytes_ in documents:
        batch.append(document)
        size += bytes_
        if len(batch) == _BATCH or size > _BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _checked(checker: Checker, batch: Sequence[tuple[bytes, Bundle | None]]) -> list[Answer]:
    results = iter(checker.check_bundles([bundle for _, bundle in batch if bundle]))
    return [Answer(content, next(results) if bundle else None) for content, bundle in batch]


def examiner(root: str, recipe: Recipe, hashes: bool) -> Callable[[Sequence[Question]], list[Answer]]:
    """What answers questions in a process of its own: results as bytes, packed here and not in the process that waits for all."""
    gc.set_threshold(_GARBAGE)
    directory, checker = CorpusDirectory(Path(root)), Checker.of(recipe)
    codec = ResultCodec(checker.corpus_rules)

    def answers(questions: Sequence[Question]) -> list[Answer]:
        return [_packed(codec, answer) for answer in examine(directory, checker, questions, hashes=hashes)]

    return answers


def _packed(codec: ResultCodec, answer: Answer) -> Answer:
    data = codec.encode(answer.result) if answer.result else b""
    return Answer(answer.content, None, data) if data else answer


@contextmanager
def collecting_rarely() -> Iterator[None]:
    """What is read of documents is much and holds no cycles: the garbage collector goes through it in vain."""
    usual = gc.get_threshold()
    gc.set_threshold(_GARBAGE, *usual[1:])
    try:
        yield
    finally:
        gc.set_threshold(*usual)
