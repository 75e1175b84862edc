"""The corpus from Python: what is written can be read, and nothing is written where or over what it should not."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from postil import AnnotationSet, Corpus, Header, Note, PostilError, Span


def new_set(corpus: Corpus, annotator: str = "a1", document: str = "example", **more: object) -> AnnotationSet:
    digest = corpus["example"].text_sha256
    header = Header(document, annotator, "news/1", digest, "in-progress", "manual")
    span = Span("e1", "entity", "GPE", 28, 33, "Tokyo", **more)  # type: ignore[arg-type]
    return AnnotationSet(header, spans=(span,))


def test_what_was_written_is_there_at_once(small_corpus: Path) -> None:
    corpus = Corpus.open(small_corpus)
    assert "example" in corpus
    assert "other" not in corpus
    assert len(corpus) == 1

    assert corpus.write(new_set(corpus)) is True
    assert corpus["example"].sets["a1"] == new_set(corpus)
    assert corpus.write(new_set(corpus), replace=True) is False


def test_a_set_is_replaced_only_on_request_and_never_when_it_cannot_be_read(small_corpus: Path) -> None:
    corpus = Corpus.open(small_corpus)
    gold = corpus["example"].sets["gold"]
    shorter = replace(gold, spans=gold.spans[:1])

    with pytest.raises(PostilError, match="replace=True"):
        corpus.write(shorter)
    assert corpus.write(shorter, replace=True) is True
    file = small_corpus / "annotations/gold/example.jsonl"
    file.write_bytes(file.read_bytes() + b"not JSON\n")
    before = file.read_bytes()
    with pytest.raises(PostilError, match="cannot be read"):
        corpus.write(gold, replace=True)
    assert file.read_bytes() == before


@pytest.mark.parametrize(
    ("annotator", "document"),
    [("a1/x", "example"), ("../.git/hooks", "example"), ("..", "example"), ("a b", "example"), ("a1", "../x"), ("a1", "other")],
)
def test_a_set_is_written_nowhere_else(annotator: str, document: str, small_corpus: Path) -> None:
    corpus = Corpus.open(small_corpus)
    before = sorted(small_corpus.parent.rglob("*"))

    with pytest.raises(PostilError):
        corpus.write(new_set(corpus, annotator, document))
    assert sorted(small_corpus.parent.rglob("*")) == before


@pytest.mark.parametrize(
    "more",
    [
        {"confidence": float("nan")},
        {"attributes": {"a": [1, {"b": float("inf")}]}},
        {"note": "\ud800"},
        {"attributes": {"a": object()}},
    ],
)
def test_what_json_cannot_hold_is_refused(more: dict[str, object], small_corpus: Path) -> None:
    corpus = Corpus.open(small_corpus)

    with pytest.raises(PostilError, match="JSON cannot"):
        corpus.write(new_set(corpus, **more))
    assert not (small_corpus / "annotations/a1").exists()


def test_lists_are_written_like_tuples(small_corpus: Path) -> None:
    corpus = Corpus.open(small_corpus)
    annotations = new_set(corpus)
    corpus.write(replace(annotations, notes=[Note("n1", "e1", "why?")]))  # type: ignore[arg-type]

    assert corpus["example"].sets["a1"].notes[0].text == "why?"


def test_a_directory_that_is_not_there_is_no_corpus(small_corpus: Path) -> None:
    with pytest.raises(PostilError, match="no such directory"):
        Corpus.open(small_corpus / "typo")


@pytest.mark.parametrize("change", [{"start": "28"}, {"unknown": {"id": "zz"}}])
def test_what_could_not_be_read_back_is_not_written(change: dict[str, object], small_corpus: Path) -> None:
    corpus = Corpus.open(small_corpus)
    annotations = new_set(corpus)

    with pytest.raises(PostilError, match=r"[nN]othing was written"):
        corpus.write(replace(annotations, spans=(replace(annotations.spans[0], **change),)))
    assert not (small_corpus / "annotations/a1").exists()
