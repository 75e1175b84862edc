"""Splits: that they stay, keep together what belongs together, depend on nothing but the corpus, and are never empty."""

from __future__ import annotations

import hashlib
import json
import os
import random
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings, strategies as st

from postil.cli import main
from postil.corpus import Corpus, Document
from postil.errors import PostilError
from postil.manifest import Metadata, Splits
from postil.model import AnnotationSet, Header, Label
from postil.near_copies import likely_pairs, likeness, shingles, sketch
from postil.rules.examples import METADATA, SCHEME, set_file, span
from postil.splitting.division import Division, Request, asked_splits, divide, fold_shares
from postil.splitting.profile import Profile, profile_of
from postil.splitting.written import with_splits
from postil.storage.splits_file import SPLITS, Placement, SplitsFile, encode_splits, parse_splits

MANIFEST = 'format = 1\nname = "example"\n'
HALVES = Splits(shares={"train": 0.5, "test": 0.5})
TENTHS = Splits(shares={"train": 8, "validation": 1, "test": 1})


def document(name: str, text: str = "", metadata: Metadata | None = None, labels: tuple[str, ...] = ()) -> Document:
    header = Header(name, "gold", "x/1", "", "complete", "manual")
    found = AnnotationSet(header, labels=tuple(Label(f"l{number}", "topic", label) for number, label in enumerate(labels)))
    text = text or f"What {name} says."
    return Document(name, text, metadata or Metadata(), {"gold": found}, str(hash(text)))


def prose(seed: object, words: int = 80) -> list[str]:
    chance = random.Random(str(seed))
    return [f"w{int(2000 ** chance.random())}" for _ in range(words)]


class Texts:
    """Documents in memory, divided."""

    def __init__(self, *documents: Document) -> None:
        self.documents = {one.id: one for one in documents}

    def divide(self, splits: Splits = HALVES, frozen: SplitsFile | None = None, tries: int = 0) -> Division:
        return divide(self.profiles(), splits, frozen or SplitsFile(), lambda name: self.documents[name].text, tries=tries)

    def profiles(self) -> list[Profile]:
        return [profile_of(one, Metadata()) for one in self.documents.values()]


def splits_of(division: Division) -> dict[str, str]:
    return {name: placed.split for name, placed in division.found.items()}


# --- what no documents may do -----------------------------------------------------------------------------------------------

NAMES = st.lists(st.from_regex(r"[a-z]{1,3}(/[a-z0-9]{1,2})?", fullmatch=True), min_size=4, max_size=30, unique=True)
GROUPS = st.sampled_from(["", "", "", "g1", "g2", "a"])
PLACES = st.sampled_from(["", "", "", "https://x.org/1", "http://X.org/1/#top", "https://x.org/2"])
ORIGINALS = st.integers(0, 5)


@st.composite
def corpora(draw: st.DrawFn) -> list[Document]:
    found = []
    for name in draw(NAMES):
        metadata = Metadata(group=draw(GROUPS), url=draw(PLACES))
        original = draw(ORIGINALS)
        words = prose(original if original < 4 else name)
        words[draw(st.integers(0, 79))] = f"only-{name}" if original % 2 else words[3]
        found.append(document(name, " ".join(words), metadata, tuple(draw(st.lists(st.sampled_from("AB"), max_size=2)))))
    return found


def divided(documents: list[Document], splits: Splits, frozen: SplitsFile | None = None, tries: int = 0) -> Division | None:
    try:
        return Texts(*documents).divide(splits, frozen, tries)
    except PostilError as refusal:
        return None if "none falls to" in str(refusal) else pytest.fail(str(refusal))


@settings(max_examples=50, deadline=None)
@given(corpora(), st.data())
def test_adding_documents_moves_none(documents: list[Document], data: st.DataObject) -> None:
    count = data.draw(st.integers(1, len(documents)))
    before = divided(documents[:count], HALVES)
    if before is None:
        return
    after = Texts(*documents).divide(HALVES, parse_splits(before.encoded))

    assert {name: after.found[name] for name in before.found} == before.found
    assert sorted(after.placed) == sorted(set(after.found) - set(before.found))


@settings(max_examples=50, deadline=None)
@given(corpora(), st.sampled_from([HALVES, TENTHS, Splits(shares=fold_shares(3))]), st.sampled_from([0, 5]))
def test_what_belongs_together_is_together_and_nothing_leaks(documents: list[Document], splits: Splits, tries: int) -> None:
    division = divided(documents, splits, tries=tries)
    if division is None:
        return
    found = splits_of(division)
    for kind in (lambda one: one.metadata.group or one.id, lambda one: one.metadata.url, lambda one: one.text):
        by_value: dict[str, set[str]] = {}
        for one in documents:
            by_value.setdefault(kind(one), set()).add(found[one.id])
        assert all(len(held) == 1 for value, held in by_value.items() if value)
    assert division.leaks == []
    assert len(division.groups) == 1 or set(found.values()) == set(splits.shares)
    assert {name for group in division.groups for name in group.documents} == {one.id for one in documents}


@settings(max_examples=40, deadline=None)
@given(corpora(), st.randoms(), st.sampled_from([HALVES, Splits(shares=fold_shares(4))]), st.sampled_from([0, 4]))
def test_the_order_of_documents_is_irrelevant(
    documents: list[Document], chance: random.Random, splits: Splits, tries: int
) -> None:
    first = divided(documents, splits, tries=tries)
    chance.shuffle(documents)
    again = divided(documents, splits, tries=tries)

    assert (first and first.encoded) == (again and again.encoded)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.text(st.characters(codec="utf-8"), max_size=8), st.from_regex(r"\w{1,5}", fullmatch=True)), max_size=20)
)
def test_the_file_holds_any_group_and_reads_back(lines: list[tuple[str, str]]) -> None:
    placements = {f"d{number}": Placement(f"d{number}", split, group) for number, (group, split) in enumerate(lines)}
    data = encode_splits(placements.values())
    read = parse_splits(data)

    assert not read.faults
    assert data.count(b"\n") == len(placements)
    assert {name: one.group_name for name, one in read.placements.items()} == {
        name: one.group_name for name, one in placements.items()
    }
    assert encode_splits(read.placements.values()) == data


@settings(max_examples=200, deadline=None)
@given(
    st.binary(max_size=80)
    | st.text(max_size=40).map(lambda text: f'{{"document":"{text}","split":"a"}}\n'.encode("utf-8", "replace"))
)
def test_no_bytes_are_too_odd_to_read(data: bytes) -> None:
    read = parse_splits(data)

    assert len(read.placements) + len(read.faults) == len(data.removesuffix(b"\n").split(b"\n")) - (not data)
    assert not parse_splits(encode_splits(read.placements.values())).faults


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (b'{"document":"a","split":"train","split":"test"}', "“split” comes twice"),
        (b'{"document":"a","document":"b","split":"test"}', "“document” comes twice"),
        (b'{"document":"a","split":"dev-test"}', "cannot be the name of a split"),
        (b'{"document":"a","split":"../x"}', "cannot be the name of a split"),
        (b'{"document":"a","split":""}', "cannot be the name of a split"),
        (b'{"document":"a","split":"a\\u0000"}', "cannot be the name of a split"),
        (b'{"document":"a","split":"test","fold":1}', "unknown field `fold`"),
        (b'{"document":"a"}', "missing required field `split`"),
        (b'{"document":1,"split":"test"}', "Expected `str`"),
        (b'["a","test"]', "not a document with its split"),
        (b"\xef\xbb\xbf" + b'{"document":"a","split":"test"}', "not JSON"),
        (b'{"document":"\xff","split":"test"}', "not JSON"),
        (b'{"document":"\\ud800","split":"test"}', "not JSON"),
        (b"[" * 200_000, "not a document with its split"),
        (b"", "not JSON"),
        (b">>>>>>> theirs", "a marker of an unfinished merge"),
        (b'{"document":"ok","split":"test"}', "“ok” has a line already: line 1"),
    ],
)
def test_a_damaged_line_is_told_and_the_others_hold(line: bytes, said: str) -> None:
    read = parse_splits(b'{"document":"ok","split":"train"}\n' + line + b'\n{"document":"too","split":"test"}\r\n')

    assert [(fault.line, said in fault.message) for fault in read.faults] == [(2, True)]
    assert {name: one.split for name, one in read.placements.items()} == {"ok": "train", "too": "test"}


# --- groups -----------------------------------------------------------------------------------------------------------------


def test_copies_of_copies_are_one_group() -> None:
    words = prose("chain", 300)
    chain = []
    for number in range(6):
        words[number * 40 : number * 40 + 30] = prose(f"new {number}", 30)
        chain.append(document(f"c{number}", " ".join(words)))
    others = [document(f"o{number}", " ".join(prose(number))) for number in range(6)]
    division = Texts(*chain, *others).divide()

    assert not likeness(shingles(chain[0].text), shingles(chain[5].text))
    assert [group.documents for group in division.groups if len(group.documents) > 1] == [tuple(one.id for one in chain)]
    assert all("runs of 5 words" in link.detail for link in division.links)


def test_a_new_document_follows_its_own_group_where_copies_are_frozen_apart() -> None:
    words = prose("same", 200)
    texts = Texts(document("a", " ".join(words)), document("b", f"{' '.join(words)} more", Metadata(group="g")))
    frozen = SplitsFile(True, {"a": Placement("a", "train"), "b": Placement("b", "test", "g")})
    texts.documents["c"] = document("c", " ".join(words[:-1]), Metadata(group="g"))
    texts.documents["d"] = document("d", " ".join(words[1:]))
    division = texts.divide(frozen=frozen)

    assert division.found["c"] == Placement("c", "test", "g")
    assert division.found["d"] == Placement("d", "train", "a")
    assert {leak.kind for leak in division.leaks} == {"near copies"}
    assert all(leak.is_grave and set(leak.splits) == {"train", "test"} for leak in division.leaks)


def test_an_address_is_the_same_with_another_scheme_host_case_or_fragment() -> None:
    urls = ("https://News.example/A", "http://news.example/A/", "https://news.example/A#part", "https://news.example/a")
    division = Texts(*(document(f"d{number}", metadata=Metadata(url=url)) for number, url in enumerate(urls))).divide(
        Splits(shares={"train": 1})
    )

    assert [group.documents for group in division.groups] == [("d0", "d1", "d2"), ("d3",)]
    assert profile_of(document("d", metadata=Metadata(url="https://news.example/")), Metadata()).url == ""


def test_what_the_manifest_says_of_every_document_ties_none() -> None:
    shared = Metadata(url="https://example.org", authors=("A",))
    found = profile_of(document("d", metadata=shared), shared)

    assert (found.url, found.authors) == ("", ())


def test_an_author_in_two_splits_is_told_and_is_no_fault() -> None:
    texts = Texts(*(document(f"d{number}", metadata=Metadata(authors=("A. Writer",))) for number in range(20)))
    (leak,) = texts.divide().leaks

    assert not leak.is_grave
    assert str(leak) == "by one author (“A. Writer”), in test and train: d0, d1, d10 and 17 more"


def test_a_removed_document_leaves_its_group_where_it_was() -> None:
    frozen = parse_splits(encode_splits([Placement("a", "train"), Placement("b", "test", "g"), Placement("z", "train")]))
    texts = Texts(document("b", metadata=Metadata(group="g")), document("c", metadata=Metadata(group="g")), document("z"))
    division = texts.divide(frozen=frozen)

    assert (division.gone, division.placed) == (["a"], ["c"])
    assert division.found["c"] == Placement("c", "test", "g")


# --- sizes and labels -------------------------------------------------------------------------------------------------------


def test_one_document_is_one_split_and_the_remark_says_why() -> None:
    division = Texts(document("a")).divide(TENTHS)

    assert splits_of(division) == {"a": "train"}
    assert division.remark == "1 document of one group: one split, for to divide it would leak"
    assert splits_of(Texts(document("a")).divide(Splits(shares={"dev": 1, "held": 2}))) == {"a": "held"}


def test_an_empty_split_is_refused_with_what_to_do() -> None:
    with pytest.raises(
        PostilError, match=r"of 2 groups of documents, none falls to .*--folds 2 makes folds for cross-validation"
    ):
        Texts(document("a"), document("b")).divide(TENTHS)
    with pytest.raises(PostilError, match="none falls to fold2"):
        Texts(document("a"), document("b")).divide(Splits(shares=fold_shares(3)))


@pytest.mark.parametrize("folds", [2, 5, 10])
def test_folds_are_even_and_never_empty(folds: int) -> None:
    documents = [document(f"d{number}", metadata=Metadata(group=f"g{number // 3}" if number < 6 else "")) for number in range(16)]
    division = Texts(*documents).divide(Splits(shares=fold_shares(folds)))
    sizes = [one.documents for one in division.balance.values()]

    assert sum(sizes) == 16
    assert min(sizes) >= 1
    assert max(sizes) - min(sizes) <= 3
    assert list(division.balance) == [f"fold{number}" for number in range(folds)]


def test_the_best_salt_spreads_labels_and_sizes() -> None:
    documents = [document(f"d{number}", labels=("RARE",) if number % 10 == 0 else ("COMMON",)) for number in range(60)]
    texts = Texts(*documents)
    plain, best = texts.divide(HALVES), texts.divide(HALVES, tries=50)

    def off(division: Division) -> float:
        return sum(one.distances["topic"] + abs(one.share - one.wanted) for one in division.balance.values())

    assert best.splits.salt.isdigit()
    assert off(best) < off(plain)
    assert off(best) < 0.1
    assert texts.divide(best.splits).encoded == best.encoded
    assert texts.divide(HALVES, tries=50).encoded == best.encoded


def test_labels_distances_are_by_hand() -> None:
    texts = Texts(document("a", labels=("X", "X", "X", "Y")), document("b", labels=("Y", "Y", "Y", "X")), document("c"))
    frozen = SplitsFile(True, {"a": Placement("a", "train"), "b": Placement("b", "test"), "c": Placement("c", "dev")})
    found = texts.divide(Splits(shares={"train": 2, "test": 1, "dev": 1}), frozen).balance

    assert {name: one.distances for name, one in found.items()} == {
        "train": {"topic": 0.25},
        "test": {"topic": 0.25},
        "dev": {"topic": None},
    }
    assert found["train"].wanted == 0.5


def test_what_is_asked_must_fit_what_is_frozen() -> None:
    frozen = SplitsFile(True, {"a": Placement("a", "train")})

    assert asked_splits(HALVES, frozen, Request()) == HALVES
    for request in (Request(folds=2), Request(tries=3), Request(shares={"train": 1.0})):
        with pytest.raises(PostilError, match="--anew"):
            asked_splits(HALVES, frozen, request)
        assert asked_splits(HALVES, frozen, msgspec.structs.replace(request, anew=True))
    with pytest.raises(PostilError, match="names no splits"):
        asked_splits(Splits(), SplitsFile(), Request())
    with pytest.raises(PostilError, match="no split of"):
        asked_splits(Splits(shares={"dev": 1}), frozen, Request())
    with pytest.raises(PostilError, match="Mend it"):
        asked_splits(HALVES, parse_splits(b"x\n"), Request())
    with pytest.raises(PostilError, match="cannot be the name of a split"):
        asked_splits(Splits(), SplitsFile(), Request(shares={"a-b": 1}))


# --- the manifest -----------------------------------------------------------------------------------------------------------

WRITTEN = Splits("3", {"train": 0.9, "test": 1.0})


@pytest.mark.parametrize(
    "source",
    [
        MANIFEST,
        MANIFEST.rstrip("\n"),
        f"{MANIFEST}[check]\n# a comment\nignore = []\n",
        f'{MANIFEST}[splits]\nsalt = "1" # a comment\nshares = {{ train = 0.8, dev = 0.2 }}\n[check]\n',
        f"{MANIFEST}[splits.shares]\ntrain = 0.8 # a comment\ndev = 2\n\n[defaults]\n",
        f'splits.salt = "x" # a comment\nsplits.shares.train = 1\n{MANIFEST}',
        f"splits = {{ shares = {{ train = 1 }} }} # a comment\n{MANIFEST}",
        f"{MANIFEST}[splits.shares]\ntest = 1\ntrain = 1\n",
        f'{MANIFEST}[splits.shares]\ntrain = 1\n[check]\n[splits]\nsalt = "x"\n',
        f"{MANIFEST}[splits.shares]\r\ntrain = 1 # a comment\r\n",
    ],
)
def test_the_manifest_keeps_its_comments(source: str) -> None:
    written = with_splits(source, WRITTEN).decode()

    assert tomllib.loads(written) == {**tomllib.loads(source), "splits": {"salt": "3", "shares": {"train": 0.9, "test": 1}}}
    assert list(tomllib.loads(written)["splits"]["shares"]) == ["train", "test"]
    assert written.count("# a comment") == source.count("# a comment")
    assert written.endswith("\n")
    assert with_splits(written, WRITTEN).decode() == written


# --- the command ------------------------------------------------------------------------------------------------------------


def write(root: Path, manifest: str, documents: dict[str, str], **metadata: str) -> Path:
    (root / "annotations/gold").mkdir(parents=True)
    (root / "corpus").mkdir()
    (root / "corpus/corpus.toml").write_text(manifest, encoding="utf-8")
    (root / "annotations/scheme.toml").write_text(SCHEME, encoding="utf-8")
    for name, text in documents.items():
        add(root, name, text, metadata.get(name, ""))
    return root


def add(root: Path, name: str, text: str, metadata: str = "") -> None:
    (root / f"corpus/{name}.txt").write_text(text, encoding="utf-8")
    (root / f"corpus/{name}.toml").write_text(f"{metadata}{METADATA}", encoding="utf-8")
    word = text.split(maxsplit=1)[0]
    digest = hashlib.sha256(text.encode()).hexdigest()
    found = set_file("gold", span("e1", "PERSON", 0, len(word), text=word), document=name, text_sha256=digest)
    (root / f"annotations/gold/{name}.jsonl").write_text(found, encoding="utf-8")


SHARED = f"{MANIFEST}[splits.shares]\ntrain = 0.5\ntest = 0.5\n"


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    return write(tmp_path / "c", SHARED, {f"d{number:02}": f"Text {number}.\n" for number in range(12)})


def run(capsys: pytest.CaptureFixture[str], root: Path, *argv: str) -> tuple[int, str, str]:
    status = main(["-C", str(root), *argv])
    return status, *capsys.readouterr()


def frozen(root: Path) -> dict[str, str]:
    lines = (root / SPLITS).read_text(encoding="utf-8").splitlines()
    return {line["document"]: line["split"] for line in map(json.loads, lines)}


def test_split_freezes_and_check_holds_it(corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, corpus, "split", "--check")[0] == 1
    assert not (corpus / SPLITS).exists()
    status, out, _ = run(capsys, corpus, "split")
    assert status == 0
    assert out.startswith(f"wrote {SPLITS}: 12 documents placed, 0 gone\n")
    assert "across splits: no text" in out
    before = (corpus / SPLITS).read_bytes()
    assert run(capsys, corpus, "split", "--check")[0] == 0
    assert run(capsys, corpus, "check", "--strict")[0] == 0

    add(corpus, "a00", "Another text.\n")
    assert run(capsys, corpus, "split", "--check")[0] == 1
    assert (corpus / SPLITS).read_bytes() == before
    _, out, _ = run(capsys, corpus, "split", "--format", "json")
    assert json.loads(out)["placed"] == ["a00"]
    assert set(before.splitlines()) < set((corpus / SPLITS).read_bytes().splitlines())
    (corpus / SPLITS).write_bytes(before + (corpus / SPLITS).read_bytes().splitlines(keepends=True)[0])  # as a merge may leave it
    assert run(capsys, corpus, "check", "--strict")[0] == 0
    assert run(capsys, corpus, "split", "--check")[0] == 1


def test_what_is_frozen_beats_the_hash_whatever_salt_comes(corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, corpus, "split")[0] == 0
    before = frozen(corpus)
    manifest = corpus / "corpus/corpus.toml"
    manifest.write_text(manifest.read_text().replace("[splits.shares]", '[splits]\nsalt = "other"\n[splits.shares]'))

    assert run(capsys, corpus, "split")[0] == 0
    assert frozen(corpus) == before
    assert run(capsys, corpus, "split", "--anew")[0] == 0
    assert frozen(corpus) != before


def test_shares_salts_and_folds_go_into_the_manifest(corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    manifest = corpus / "corpus/corpus.toml"

    assert run(capsys, corpus, "split", "train=0.7", "test=0.3", "--stratify", "20")[0] == 0
    assert "train = 0.7" in manifest.read_text()
    assert run(capsys, corpus, "split", "--folds", "3")[0] == 2
    assert run(capsys, corpus, "split", "--folds", "3", "--anew")[0] == 0
    assert "fold2 = 1" in manifest.read_text()
    assert sorted(frozen(corpus).values()) == ["fold0"] * 4 + ["fold1"] * 4 + ["fold2"] * 4
    assert run(capsys, corpus, "check", "--strict")[0] == 0


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (["a-b=1"], "cannot be the name of a split"),
        (["train"], "give a name and a share"),
        (["train=x"], "give a name and a share"),
        (["train=0", "test=1"], "more than 0"),
        (["train=nan"], "more than 0"),
        (["train=inf"], "more than 0"),
        (["train=1", "train=2"], "has a share already"),
        (["train=1", "--folds", "2"], "give no shares"),
        (["--check", "--anew"], "--check is about what is frozen"),
        (["--folds", "1"], "1 is not in the range"),
        (["--folds", "13"], "none falls to fold12"),
        (["--set", "nobody"], "no document has a set by nobody"),
    ],
)
def test_what_cannot_be_done_writes_nothing(argv: list[str], said: str, corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = (corpus / "corpus/corpus.toml").read_bytes()
    status, _, err = run(capsys, corpus, "split", *argv)

    assert status == 2
    assert said in err
    assert not (corpus / SPLITS).exists()
    assert (corpus / "corpus/corpus.toml").read_bytes() == before


def test_a_damaged_file_is_not_overwritten(corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (corpus / SPLITS).write_bytes(b"<<<<<<< ours\n")

    assert run(capsys, corpus, "split")[0] == 2
    assert (corpus / SPLITS).read_bytes() == b"<<<<<<< ours\n"
    assert run(capsys, corpus, "check")[0] == 1
    assert run(capsys, corpus, "split", "--anew")[0] == 0


@pytest.mark.parametrize("damage", ["[splits]\nshares = 3\n", "[splits]\nsalt = 3\n", "[[splits]]\n", "x =\n", "splits = 1\n"])
def test_a_damaged_manifest_is_not_written(damage: str, corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (corpus / "corpus/corpus.toml").write_text(f"{MANIFEST}{damage}")
    status, _, err = run(capsys, corpus, "split", "train=1", "test=1")

    assert (status, "the manifest cannot be used as it is" in err) == (2, True)
    assert (corpus / "corpus/corpus.toml").read_text() == f"{MANIFEST}{damage}"
    assert not (corpus / SPLITS).exists()


def test_shares_in_another_order_are_those_of_the_manifest(corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    manifest = (corpus / "corpus/corpus.toml").read_bytes()
    assert run(capsys, corpus, "split", "test=0.5", "train=0.5")[0] == 0
    before = (corpus / SPLITS).read_bytes()

    assert run(capsys, corpus, "split", "--anew")[1].startswith("corpus/splits.jsonl is as it should be")
    assert ((corpus / SPLITS).read_bytes(), (corpus / "corpus/corpus.toml").read_bytes()) == (before, manifest)


def test_a_link_out_of_the_corpus_is_not_followed(corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    outside = corpus.parent / "outside.jsonl"
    outside.write_bytes(b'{"document":"d00","split":"test"}\n')
    (corpus / SPLITS).symlink_to(outside)

    assert run(capsys, corpus, "check", "--select", "SCH015")[0] == 1
    assert run(capsys, corpus, "split", "--anew")[0] == 2
    assert outside.read_bytes() == b'{"document":"d00","split":"test"}\n'


def test_what_leaks_ends_with_one(corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, corpus, "split")[0] == 0
    places = frozen(corpus)
    one = "d00"
    other = next(name for name, split in places.items() if split != places[one])
    add(corpus, other, "TEXT 0!\n")

    status, out, _ = run(capsys, corpus, "split")
    assert status == 1
    assert "across splits: the same text but for case, blanks and punctuation: 1 case\n  the same text but for" in out
    assert f"{one} and {other}" in out
    assert frozen(corpus) == places


def test_the_same_bytes_in_any_process(corpus: Path) -> None:
    found = set()
    for seed in ("1", "2", "77"):
        (corpus / SPLITS).unlink(missing_ok=True)
        command = [sys.executable, "-m", "postil", "-C", str(corpus), "split", "--stratify", "5"]
        done = subprocess.run(command, capture_output=True, check=True, env={**os.environ, "PYTHONHASHSEED": seed})
        found.add((done.stdout, (corpus / SPLITS).read_bytes(), (corpus / "corpus/corpus.toml").read_bytes()))

    assert len({data for _, data, _ in found}) == len({manifest for *_, manifest in found}) == 1


# --- the rules --------------------------------------------------------------------------------------------------------------


def test_rules_follow_what_is_frozen(corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = " ".join(prose("x", 100))
    add(corpus, "n1", f"{words}\n")
    add(corpus, "n2", f"{words} so it went.\n")
    lines = [Placement(f"d{number:02}", "train") for number in range(12)]
    for splits, found in ((("train", "train"), False), (("train", "test"), True), (("test", "train"), True)):
        placed = [*lines, *map(Placement, ("n1", "n2"), splits)]
        (corpus / SPLITS).write_bytes(encode_splits(placed))
        _, out, _ = run(capsys, corpus, "check", "--select", "COR004", "--format", "concise")
        assert bool(out.strip()) is found
        assert (f"it is in {splits[1]} and that one in {splits[0]}" in out) is found


def test_a_group_of_the_file_holds_for_a_document_that_is_new(corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for split in ("train", "test"):
        frozen_ones = parse_splits(encode_splits([Placement("d00", split, "g")]))
        assert frozen_ones.split_of("new", "g", HALVES) == split
        assert frozen_ones.split_of("new", "h", HALVES) == HALVES.split_of("h")


def test_changing_the_file_is_seen_by_a_check_that_remembers(corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, corpus, "split")[0] == 0
    assert run(capsys, corpus, "check", "--strict")[0] == 0
    text = (corpus / SPLITS).read_text()
    (corpus / SPLITS).write_text(text + '{"document":"gone","split":"train"}\n')
    assert run(capsys, corpus, "check", "--strict")[0] == 1
    assert run(capsys, corpus, "check", "--strict", SPLITS)[0] == 1
    (corpus / SPLITS).write_text(text)
    assert run(capsys, corpus, "check", "--strict")[0] == 0


# --- the export -------------------------------------------------------------------------------------------------------------


def exported(root: Path, *options: str) -> dict[str, set[str]]:
    pq: Any = pytest.importorskip("pyarrow.parquet", reason="the extra hf is not installed")
    pytest.importorskip("yaml", reason="the extra hf is not installed")
    assert main(["-C", str(root), "export", "hf", str(root / "out"), "--config", "documents", *options]) == 0
    files = sorted((root / "out/documents").iterdir())
    return {file.name.split("-")[0]: {row["id"] for row in pq.read_table(file).to_pylist()} for file in files}


def test_an_export_follows_the_file_and_split_overrides(corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, corpus, "split")[0] == 0
    places = {name: {"train": "test", "test": "train"}[split] for name, split in frozen(corpus).items()}  # not as the hash has it
    (corpus / SPLITS).write_bytes(encode_splits(Placement(name, split) for name, split in places.items()))

    found = exported(corpus)
    assert {name: split for split, names in found.items() for name in names} == places
    assert "splits are frozen in the corpus's corpus/splits.jsonl" in capsys.readouterr().out
    card = (corpus / "out/README.md").read_text(encoding="utf-8")
    assert "Splits are frozen in the corpus's" in card
    assert "Across splits: no text, near copy, group, address or author." in card
    assert exported(corpus, "--split", "all_of_it") == {"all_of_it": set(places)}
    card = (corpus / "out/README.md").read_text(encoding="utf-8")
    instead = "in place of the splits that are frozen in the corpus's corpus/splits.jsonl, as this export was asked for"
    assert f"One split, all_of_it, {instead}." in card
    exported(corpus, "--split", "a=1", "--split", "b=1")
    card = (corpus / "out/README.md").read_text(encoding="utf-8")
    assert f"(shares: a 1, b 1), so that one group and near copies stay together, {instead}." in card
    (corpus / SPLITS).unlink()
    exported(corpus, "--split", "train")
    card = (corpus / "out/README.md").read_text(encoding="utf-8")
    assert "One split, train, in place of those of the manifest, as this export was asked for." in card


def test_an_export_refuses_what_is_not_frozen(corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("pyarrow", reason="the extra hf is not installed")
    assert run(capsys, corpus, "split")[0] == 0
    add(corpus, "new", "Another text.\n")

    status, _, err = run(capsys, corpus, "export", "hf", str(corpus / "out"))
    assert (status, "new is not in corpus/splits.jsonl: run postil split" in err) == (1, True)
    assert run(capsys, corpus, "export", "hf", str(corpus / "out"), "--split", "train", "--config", "spans")[0] == 0


def test_an_export_says_what_leaks(corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    texts = dict.fromkeys(("d00", "d01", "d02", "d03", "d04", "d05"), "Same text.\n")
    for name, text in texts.items():
        add(corpus, name, text)
    placed = {name: "test" if name == "d00" else "train" for name in Corpus.open(corpus).document_ids}
    (corpus / SPLITS).write_bytes(encode_splits(Placement(name, split) for name, split in placed.items()))
    found = exported(corpus)

    assert set(found) == {"train", "test"}
    assert "across splits: the same text: 1 case" in capsys.readouterr().out
    assert "Across splits: the same text: 1 case." in (corpus / "out/README.md").read_text(encoding="utf-8")


@pytest.mark.filterwarnings("default")
def test_folds_load_and_add_up(corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    datasets = pytest.importorskip("datasets", reason="the extra hf is not installed")
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "cache")
    assert main(["-C", str(corpus), "split", "--folds", "3"]) == 0
    assert set(exported(corpus)) == {"fold0", "fold1", "fold2"}

    load = lambda split: datasets.load_dataset(str(corpus / "out"), "documents", split=split, cache_dir=str(tmp_path / "cache"))  # noqa: E731
    training, test = load("fold1+fold2"), load("fold0")
    assert len(training) == 8
    assert set(training["id"]).isdisjoint(test["id"])
    assert "Folds for cross-validation" in (corpus / "out/README.md").read_text(encoding="utf-8")


def test_one_document_is_one_split_in_the_card(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = write(tmp_path / "one", SHARED, {"d": "Text.\n"})
    status, out, _ = run(capsys, root, "split")

    assert (status, "one split, for to divide it would leak" in out) == (0, True)
    assert set(exported(root)) == {"train"}
    assert "a single document cannot be divided without leaking" in capsys.readouterr().out
    assert "A single document cannot be divided" in (root / "out/README.md").read_text(encoding="utf-8")


# --- near copies ------------------------------------------------------------------------------------------------------------


def test_boilerplate_that_all_share_costs_no_more_than_what_it_is_bound_to() -> None:
    common = prose("boilerplate", 40)
    texts = [" ".join([*common, *prose(number, 60)]) for number in range(400)]
    pairs = likely_pairs([sketch(text) for text in texts], lambda _one, _other: True)

    assert len(pairs) <= 32 * len(texts)
