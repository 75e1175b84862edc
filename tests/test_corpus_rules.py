"""Rules that look at all documents together: on corpora too large for an example, and whatever way parts come together."""

from __future__ import annotations

import random
import re
import time
from collections.abc import Callable, Sequence
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings, strategies as st

from postil.checking import Checker
from postil.checking.cache import ResultCodec
from postil.findings import Finding
from postil.manifest import Manifest, Metadata
from postil.rules.corpus import missed_mention
from postil.rules.corpus_view import CorpusView
from postil.rules.examples import MANIFEST, SCHEME, set_file, span
from postil.scheme import Scheme
from postil.storage.bundle import Bundle, Project
from postil.storage.set_file import parse_set
from postil.storage.text_file import TextFile
from postil.storage.toml_file import parse_toml

SPLIT = f"{MANIFEST}[splits.shares]\ntrain = 0.5\ntest = 0.5\n"
THREE = f"{MANIFEST}[splits.shares]\ntrain = 0.4\ndev = 0.3\ntest = 0.3\n"
CODES = ("COR003", "COR004", "COR006", "COR007", "COR008")

Sets = dict[str, list[dict[str, Any]]]


class Documents:
    """A corpus in memory: its documents by id, made without a disk."""

    def __init__(self, manifest: str) -> None:
        manifest_file = parse_toml(Manifest, "corpus/corpus.toml", manifest.encode())
        assert not manifest_file.faults
        self.project = Project(manifest_file, parse_toml(Scheme, "annotations/scheme.toml", SCHEME.encode()))
        self.bundles: dict[str, Bundle] = {}

    def add(self, document: str, text: str, sets: Sets | None = None, *, group: str = "", **header: str) -> None:
        data = text.encode()
        metadata = parse_toml(Metadata, f"corpus/{document}.toml", f'group = "{group}"\n'.encode())
        files = [
            parse_set(path, annotator, set_file(annotator, *records, document=document, **header).encode())
            for annotator, records in (sets or {}).items()
            if (path := f"annotations/{annotator}/{document}.jsonl")
        ]
        text_file = TextFile(f"corpus/{document}.txt", data, text, len(data))
        self.bundles[document] = Bundle(document, text_file, metadata, tuple(files), self.project)

    def split_of(self, document: str, group: str = "") -> str:
        return self.project.manifest.splits.split_of(group or document)

    def named(self, split: str, count: int) -> list[str]:
        """Ids of documents that this split gets."""
        return [name for number in range(20 * count) if self.split_of(name := f"d{number:04}") == split][:count]

    def parts(self, documents: Sequence[str], codes: Sequence[str] = CODES) -> dict[str, list[Any]]:
        """What the rules' maps say of these documents, as it comes back from another process."""
        checker = Checker(self.project.manifest.check, codes)
        codec = ResultCodec(checker.corpus_rules)
        found: dict[str, list[Any]] = {}
        for document in documents:
            result = codec.decode(codec.encode(checker.check_bundle(self.bundles[document])))
            assert result is not None
            for code, part in result.parts.items():
                found.setdefault(code, []).append(part)
        return found

    def finish(self, parts: dict[str, list[Any]], codes: Sequence[str] = CODES) -> list[Finding]:
        corpus = CorpusView(self.project, self.bundles.__getitem__)
        found = Checker(self.project.manifest.check, codes).finish(parts, corpus, set())
        return sorted(found, key=lambda finding: finding.order)

    def findings(self, *codes: str) -> list[Finding]:
        return self.finish(self.parts(sorted(self.bundles), codes), codes)


def prose(seed: int, words: int = 400) -> list[str]:
    """Words as common as those of a language are: the r-th one in r."""
    generator = random.Random(seed)
    ranks = [int(5000 ** generator.random()) for _ in range(words)]
    return [f"w{rank}" for rank in ranks]


def spans(**counts: int) -> list[dict[str, Any]]:
    labels = [label for label, count in counts.items() for _ in range(count)]
    return [span(f"e{number}", label, number, number + 1) for number, label in enumerate(labels)]


# --- COR004 ----------------------------------------------------------------------------------------------------------


def planted(count: int) -> tuple[Documents, str, str]:
    """A corpus with one near copy: every twentieth word of a training document is another one in the copy."""
    documents = Documents(SPLIT)
    train, test = documents.named("train", count), documents.named("test", count)
    for number, name in enumerate([*train[: count // 2], *test[: count // 2]]):
        documents.add(name, " ".join(prose(number)) + "\n")
    original, copy = train[3], f"x-{test[-1]}"
    while documents.split_of(copy) == "train":
        copy = f"x-{copy}"
    words = (documents.bundles[original].text or "").split()
    words[10::20] = [f"{word}x" for word in words[10::20]]
    documents.add(copy, " ".join(words) + "\n")
    return documents, original, copy


def test_one_near_copy_among_300_documents_is_found_and_nothing_else() -> None:
    documents, original, copy = planted(300)

    found = documents.findings("COR004")

    assert [finding.place.path for finding in found] == [f"corpus/{copy}.txt"]
    assert [finding.related[0].place.path for finding in found] == [f"corpus/{original}.txt"]
    assert found[0].message == (
        f"a near copy of {original}: they share 59% of their runs of 5 words; it is in test and that one in train"
    )


def test_near_copies_among_2000_documents_are_found_in_seconds() -> None:
    documents, _, _ = planted(2000)
    start = time.perf_counter()

    assert len(documents.findings("COR004")) == 1
    assert time.perf_counter() - start < 30


def test_a_document_that_is_part_of_another_is_found() -> None:
    documents = Documents(SPLIT)
    (train, other), (test, *_) = documents.named("train", 2), documents.named("test", 1)
    documents.add(train, " ".join(prose(1, 2000)))
    documents.add(test, " ".join(prose(1, 2000)[700:900]))
    documents.add(other, " ".join(prose(2, 2000)))

    (found,) = documents.findings("COR004")

    assert "100% of the runs of 5 words of the shorter text stand in the longer one" in found.message


@pytest.mark.parametrize("words", [list("日本国憲法前文に曰く我等は平和を愛する諸国民の公正と信義に信頼して"), prose(1, 40)])
def test_scripts_without_blanks_have_words_too(words: list[str]) -> None:
    documents = Documents(SPLIT)
    (train,), (test,) = documents.named("train", 1), documents.named("test", 1)
    between = "" if len(words[0]) == 1 else " "
    documents.add(train, between.join(words))
    documents.add(test, between.join([*words[:-1], "変" if not between else "changed"]))

    assert len(documents.findings("COR004")) == 1


def test_groups_that_are_apart_should_not_share_text_even_in_one_split() -> None:
    documents = Documents(SPLIT)
    groups = [group for group in map(str, range(40)) if documents.split_of("", group) == "train"]
    words = prose(1, 100)
    documents.add("one", " ".join(words), group=groups[0])
    documents.add("other", " ".join([*words, "and", "more"]), group=groups[1])
    documents.add("same", " ".join([*words, "or", "less"]), group=groups[0])

    found = documents.findings("COR004")

    assert [(finding.place.path, finding.related[0].place.path) for finding in found] == [
        ("corpus/other.txt", "corpus/one.txt"),
        ("corpus/same.txt", "corpus/other.txt"),
    ]
    assert f"only by chance: its group is {groups[1]} and that one's {groups[0]}" in found[0].message


def test_a_thousand_copies_of_one_page_take_seconds() -> None:
    documents = Documents(SPLIT)
    page = prose(1)
    for number in range(1000):
        documents.add(f"d{number:04}", " ".join([*page, f"page{number}"]))
    start = time.perf_counter()

    found = documents.findings("COR004")

    assert len(found) > 950  # all but those before the first of the other split
    assert time.perf_counter() - start < 60


def test_without_splits_nothing_is_kept() -> None:
    documents = Documents(MANIFEST)
    documents.add("a", " ".join(prose(1)), {"gold": spans(GPE=3)})

    assert documents.parts(["a"], ("COR004", "COR006", "COR007", "COR008")) == {}


# --- COR003 ----------------------------------------------------------------------------------------------------------


def test_a_repeated_document_names_the_first_one_and_the_leak() -> None:
    documents = Documents(SPLIT)
    (train, *_), (test, *_) = documents.named("train", 1), documents.named("test", 1)
    documents.add(train, "Some text.\n")
    documents.add(test, "SOME  TEXT!\n")
    first, later = sorted((train, test))

    (found,) = documents.findings("COR003")

    splits = documents.split_of(later), documents.split_of(first)
    assert found.place.path == f"corpus/{later}.txt"
    assert found.message == (
        f"the same text as {first} but for case, blanks and punctuation; it is in {splits[0]} and that one in {splits[1]}: a leak"
    )


@pytest.mark.parametrize(("one", "other"), [(":)", ":("), ("good 👍", "good 👎"), ("की", "का"), ("a1", "a2")])
def test_texts_that_differ_in_more_are_not_the_same(one: str, other: str) -> None:
    documents = Documents(MANIFEST)
    documents.add("a", one)
    documents.add("b", other)

    assert documents.findings("COR003") == []


# --- COR006 ----------------------------------------------------------------------------------------------------------


def test_coverage_names_the_first_documents_that_are_missing() -> None:
    documents = Documents(f"{MANIFEST}[check.coverage]\ngold = 0.5\na1 = 0.1\nnobody = 0.01\n")
    for number in range(10):
        documents.add(f"d{number}", "text", {"gold": []} if number > 5 else {"a1": []})

    found = documents.findings("COR006")

    assert [(finding.place.line, finding.message) for finding in found] == [
        (
            4,
            "gold has complete sets of 4 of 10 documents (40.0%, not the 50.0% that is asked for); none of d0, d1, d2 and 3 more",
        ),
        (
            6,
            "nobody has complete sets of 0 of 10 documents (0.0%, not the 1.0% that is asked for); none of d0, d1, d2 and 7 more",
        ),
    ]


# --- COR007 ----------------------------------------------------------------------------------------------------------


def annotated(manifest: str, counts: Callable[[str, int], dict[str, int]], *, groups: int = 0) -> Documents:
    """60 documents, each with the labels that ``counts`` says for its split and number."""
    documents = Documents(manifest)
    for number in range(60):
        group = f"g{number % groups}" if groups else ""
        name = f"d{number:04}"
        documents.add(name, "text", {"gold": spans(**counts(documents.split_of(name, group), number))}, group=group)
    return documents


def test_drift_is_told_once_for_two_splits() -> None:
    documents = annotated(SPLIT, lambda split, number: {"PERSON": 5 if split == "train" else 2, "GPE": 5 + number % 2})

    (found,) = documents.findings("COR007")

    assert (found.place.path, found.place.line) == ("corpus/corpus.toml", 3)
    assert found.message.startswith("labels of entity by gold are not as frequent in test as elsewhere: ")
    assert "PERSON 26%, elsewhere 48% (z = -" in found.message
    assert "GPE 74%, elsewhere 52% (z = " in found.message


def test_drift_of_one_of_three_splits() -> None:
    documents = annotated(THREE, lambda split, number: {"PERSON": 1 if split == "dev" else 9, "GPE": 5 + number % 2})

    assert any("in dev as elsewhere" in finding.message for finding in documents.findings("COR007"))


def test_a_label_that_a_split_never_uses_drifts() -> None:
    documents = annotated(SPLIT, lambda split, _: {"PERSON": 4} if split == "train" else {"GPE": 4})

    assert len(documents.findings("COR007")) == 1


def test_labels_that_come_in_few_documents_do_not_drift() -> None:
    # every ninth document is full of one label: a split that has none of these has none by chance
    documents = annotated(
        SPLIT, lambda split, number: {"PERSON": 20} if split == "train" and number % 9 == 0 else {"GPE": 4, "PERSON": 1}
    )

    assert documents.findings("COR007") == []


def test_one_group_is_one_observation() -> None:
    documents = annotated(SPLIT, lambda split, _: {"PERSON": 4} if split == "train" else {"GPE": 4}, groups=12)

    assert documents.findings("COR007") == []


def test_chance_is_no_drift() -> None:
    told = 0
    for seed in range(30):
        generator = random.Random(seed)
        told += len(annotated(SPLIT, lambda *_, generator=generator: spread(generator)).findings("COR007"))

    assert told == 0


def spread(generator: random.Random) -> dict[str, int]:
    """Labels of a document that is mostly about people or mostly about places."""
    person = generator.choice((0.1, 0.5, 0.9))
    count = generator.randint(1, 12)
    people = sum(generator.random() < person for _ in range(count))
    return {"PERSON": people, "GPE": count - people}


# --- COR008 ----------------------------------------------------------------------------------------------------------


def test_a_label_missing_in_training_is_told_for_each_annotator() -> None:
    documents = Documents(THREE)
    for name in documents.named("train", 4):
        documents.add(name, "text", {"a1": spans(PERSON=1), "a2": spans(GPE=3)})
    for name in (*documents.named("dev", 4), *documents.named("test", 4)):
        documents.add(name, "text", {"a1": spans(GPE=3), "a2": spans(GPE=3), "a3": spans(GPE=9)})

    (found,) = documents.findings("COR008")

    assert (found.place.path, found.place.line) == ("annotations/scheme.toml", 10)
    assert found.message == "a1 used GPE 12 times in dev and 12 times in test, and never in train: a model cannot learn it"


def test_a_label_that_is_rare_everywhere_is_let_be() -> None:
    documents = Documents(THREE)
    for name in documents.named("train", 3):
        documents.add(name, "text", {"a1": spans(PERSON=1)})
    for name in (*documents.named("dev", 3), *documents.named("test", 3)):
        documents.add(name, "text", {"a1": spans(GPE=3)})

    assert documents.findings("COR008") == []


# --- whatever way parts come together --------------------------------------------------------------------------------


def mixed() -> Documents:
    """A corpus in which each rule finds something."""
    documents = Documents(f"{SPLIT}[check]\ncoverage = {{ gold = 0.9, a1 = 0.3 }}\n")
    for number in range(48):
        name = f"d{number:04}"
        train = documents.split_of(name) == "train"
        words = prose(number % 40, 60)
        text = " ".join([*words, "more"] if number >= 44 else words)
        sets = {"a1" if number % 2 else "gold": spans(PERSON=5) if train else spans(PERSON=1, GPE=4)}
        documents.add(name, text + "\n", {**sets, "a2": spans(PERSON=3, GPE=1 if train else 3)})
    return documents


MIXED = mixed()
EXPECTED = MIXED.findings(*CODES)


def test_each_rule_finds_something_in_the_mixed_corpus() -> None:
    assert {finding.code for finding in EXPECTED} == set(CODES)


@settings(deadline=None)
@given(st.permutations(sorted(MIXED.bundles)), st.integers(0, 48))
def test_parts_of_two_halves_in_any_order_give_the_same_findings(order: list[str], middle: int) -> None:
    one, other = MIXED.parts(order[:middle]), MIXED.parts(order[middle:])

    assert MIXED.finish({code: one.get(code, []) + other.get(code, []) for code in CODES}) == EXPECTED


def test_parts_are_small() -> None:
    sizes = {code: max(len(msgspec.msgpack.encode(part)) for part in parts) for code, parts in MIXED.parts(["d0000"]).items()}

    assert all(size < 1500 for size in sizes.values()), sizes


@given(st.text("ab_ -é", max_size=3).filter(bool), st.text("ab_ -é", max_size=30))
def test_a_string_stands_where_a_pattern_with_word_bounds_finds_it(sought: str, text: str) -> None:
    pattern = re.compile(rf"(?<!\w){re.escape(sought)}(?!\w)")
    assert list(missed_mention._occurrences(sought, text)) == [found.start() for found in pattern.finditer(text)]
