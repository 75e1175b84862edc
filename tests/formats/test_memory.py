"""Memory is that of a document, or of what is said of all documents in few words, however many documents a source has."""

from __future__ import annotations

import gc
import hashlib
import json
import tracemalloc
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import pytest
from round_trip import options_of

from postil.corpus import Document
from postil.exchange.export import Choices, Described, write_documents
from postil.exchange.format import Format
from postil.exchange.incoming import Incoming
from postil.exchange.intake import Intake, Rules
from postil.exchange.losses import Losses
from postil.exchange.sources import Source
from postil.exchange.target import target_at
from postil.formats import all_formats
from postil.manifest import Manifest, Metadata
from postil.model import AnnotationSet, Header, Span
from postil.scheme import Layer, Scheme

FORMATS = all_formats()
BOTH_WAYS = [name for name, format_ in FORMATS.items() if format_.read and format_.write]
FEW, MANY = 20, 60
LENGTH = 20_000  # characters of a text
MOST_GROWTH = 100_000  # bytes: an eighth of what the texts alone would be
Item = TypeVar("Item")
Work = Callable[[Format, Path, int, "Held"], None]
SCHEME = Scheme("s", 1, layers={"span": Layer("span")})


class Held:
    """How much memory is held on the way through documents, at most, looked at now and then."""

    def __init__(self) -> None:
        self.bytes = 0

    def watch(self, items: Iterable[Item]) -> Iterator[Item]:
        for number, item in enumerate(items):
            if number in (5, FEW - 2, MANY - 2):
                gc.collect()
                self.bytes = max(self.bytes, tracemalloc.get_traced_memory()[0])
            yield item


@pytest.fixture(autouse=True)
def _what_is_there_already() -> Iterator[None]:
    """What other tests left is not looked through again and again."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


def documents(count: int) -> Iterator[Document]:
    word = "extraordinarily" * 40
    for number in range(count):
        text = f"{number:05} " + f"{word} " * (LENGTH // len(word)) + "end.\n"
        digest = hashlib.sha256(text.encode()).hexdigest()
        spans = (Span("e1", "span", "NUMBER", 0, 5, text[:5]),)
        annotations = AnnotationSet(Header(f"d{number}", "gold", "s/1", digest, "complete", "manual"), spans, (), (), ())
        yield Document(f"d{number}", text, Metadata(), {"gold": annotations}, digest)


def write(format_: Format, path: Path, count: int, held: Held) -> None:
    choices = Choices(options_of(format_, reading=False), is_lossy=True)
    described = Described(SCHEME, Manifest(1, "c"), ("gold",))
    with target_at(path, format_.writes) as target:
        write_documents(format_, held.watch(documents(count)), described, target, choices, Losses())
        target.finish(replace=True)


def read(format_: Format, path: Path, count: int, held: Held) -> None:
    assert format_.read
    incoming = Incoming(Source(path), options_of(format_, reading=True))
    intake = Intake(Rules(), "s/1", incoming.declared)
    assert sum(1 for draft in held.watch(format_.read(incoming)) if intake.admit(draft)) == count
    assert intake.errors == []


def read_undecided(format_: Format, path: Path, count: int, held: Held) -> None:
    """Read documents of which only the last one says what offsets count."""
    reader = format_.read
    assert reader
    incoming = Incoming(Source(path), options_of(format_, reading=True))
    intake = Intake(Rules(), "s/1", incoming.declared)
    assert sum(1 for draft in held.watch(reader(incoming)) if intake.admit(draft)) == 1
    assert sum(1 for _ in held.watch(intake.settled(lambda: reader(incoming.again())))) == count
    assert intake.errors == []


def growth(work: Work, format_: Format, directory: Path) -> int:
    """How much more is held with many documents than with few."""
    few, many = (held_by(work, format_, directory / f"{count}", count) for count in (FEW, MANY))
    return many - few


def held_by(work: Work, format_: Format, path: Path, count: int) -> int:
    held = Held()
    tracemalloc.start()
    try:
        work(format_, path, count, held)
    finally:
        tracemalloc.stop()
    return held.bytes


@pytest.mark.parametrize("name", BOTH_WAYS)
def test_memory_does_not_grow_with_the_corpus(name: str, tmp_path: Path) -> None:
    format_ = FORMATS[name]
    write(format_, tmp_path / "first", 1, Held())  # what is loaded once
    read(format_, tmp_path / "first", 1, Held())
    assert growth(write, format_, tmp_path) < MOST_GROWTH
    assert growth(read, format_, tmp_path) < MOST_GROWTH


ONE_FILE: dict[str, Callable[[int, str], Any]] = {
    "lighttag": lambda number, text: {"example_id": number, "content": text, "annotations": []},
    "spacy-json": lambda _, text: [text, {"entities": [[0, 5, "NUMBER"]]}],
    "structured-sentiment": lambda number, text: {"sent_id": str(number), "text": text, "opinions": []},
    "prodigy": lambda _, text: {"text": text, "spans": []},
    "doccano": lambda _, text: {"text": text, "label": [[0, 5, "NUMBER"]]},
    "label-studio": lambda number, text: {"id": number, "data": {"text": text}, "annotations": []},
    "pubannotation": lambda number, text: {"sourceid": str(number), "text": text, "denotations": []},
}


@pytest.mark.parametrize("name", ONE_FILE)
def test_memory_does_not_grow_with_a_file_of_others(name: str, tmp_path: Path) -> None:
    for count in (FEW, MANY):
        records = [json.dumps(ONE_FILE[name](number, one.text)) for number, one in enumerate(documents(count))]
        key = {"lighttag": "examples", "spacy-json": "annotations"}.get(name)
        array = f"[{','.join(records)}]"
        (tmp_path / f"{count}").write_text(f'{{"{key}":{array}}}' if key else array, encoding="utf-8")
    assert growth(read, FORMATS[name], tmp_path) < MOST_GROWTH


def test_memory_does_not_grow_with_documents_whose_unit_of_offsets_is_undecided(tmp_path: Path) -> None:
    for count in (FEW, MANY):
        records = [{"text": f"😀abcd efgh {one.text}", "label": [[3, 4, "X"]]} for one in documents(count)]
        decided = {"text": "😀 Anna", "label": [[2, 6, "X"]]}
        lines = [json.dumps(one) for one in (*records, decided)]
        (tmp_path / f"{count}").write_text("\n".join(lines), encoding="utf-8")
    assert growth(read_undecided, FORMATS["doccano"], tmp_path) < MOST_GROWTH
