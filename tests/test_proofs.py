"""A proof holds only where its rule's check finds nothing, whatever the documents, alone or together."""

from __future__ import annotations

import hashlib
import importlib
import random
import re
import sys
import unicodedata
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from conftest import ROOT, write_example
from postil.checking import Checker
from postil.findings import Finding
from postil.manifest import CheckSettings, Manifest, Metadata
from postil.model import AnnotationSet, Header, Label, Note, Relation, Span
from postil.rules import Example, Rule, all_rules
from postil.rules.batch import Batch, is_whole
from postil.rules.examples import MANIFEST, METADATA, SCHEME
from postil.rules.set_view import BundleView
from postil.rules.text.mixed_scripts import _MEETING, _are_kept_apart
from postil.rules.views import unusual_in
from postil.scheme import Scheme
from postil.storage.bundle import Bundle, Project
from postil.storage.carrying import stands_alone
from postil.storage.directory import CorpusDirectory
from postil.storage.set_file import SetFile, encode_set, parse_set
from postil.storage.text_file import TextFile
from postil.storage.toml_file import parse_toml

PROVABLE = [rule for rule in all_rules() if rule.proof]


def problems(rule: Rule, bundle: Bundle) -> list[Any]:
    """What the check of a rule finds in a document, asked of nothing but the check."""
    view = BundleView(bundle)
    return list(rule.check(view.document)) if rule.scope == "document" else [p for one in view.sets for p in rule.check(one)]


def wrongly_proven(bundles: Sequence[Bundle]) -> list[str]:
    """The rules whose proof holds for documents in one of which their check finds something."""
    whole = [bundle for bundle in bundles if is_whole(bundle)]
    if not whole:
        return []
    batch = Batch(whole)
    proven = [rule for rule in PROVABLE if rule.proof and rule.proof(batch)]
    return [rule.code for rule in proven if any(problems(rule, bundle) for bundle in whole)]


def one_by_one(checker: Checker, bundle: Bundle) -> list[Finding]:
    return [finding for finding, _ in checker.fixes(bundle)]


def together(checker: Checker, bundles: Sequence[Bundle]) -> list[list[Finding]]:
    return [result.findings for result in checker.check_bundles(bundles)]


# --- examples, our own corpus, faults planted ------------------------------------------------------------------------


@pytest.fixture(scope="module")
def of_examples(tmp_path_factory: pytest.TempPathFactory) -> list[list[Bundle]]:
    """The documents of every example of every rule, those of one corpus together."""
    found = []
    for rule in all_rules():
        for number, example in enumerate(rule.examples):
            directory = CorpusDirectory(write_example(tmp_path_factory.mktemp(f"{rule.code}-{number}-"), example))
            found.append([directory.bundle(document) for document in directory.inventory.documents])
    return found


def test_no_proof_holds_where_an_example_is_found(of_examples: list[list[Bundle]]) -> None:
    assert [codes for bundles in of_examples for bundle in bundles if (codes := wrongly_proven([bundle]))] == []
    assert [codes for bundles in of_examples if (codes := wrongly_proven(bundles))] == []


def test_examples_are_found_together_as_one_by_one(of_examples: list[list[Bundle]]) -> None:
    for bundles in of_examples:
        checker = Checker(bundles[0].project.manifest.check) if bundles else None
        if checker:
            assert together(checker, bundles) == [one_by_one(checker, bundle) for bundle in bundles]


@pytest.fixture(scope="module")
def mutations() -> Any:
    sys.path.insert(0, str(Path(__file__).parent / "benchmarks"))
    try:
        return importlib.import_module("mutations")
    finally:
        del sys.path[0]


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> list[Bundle]:
    """The documents that speed is measured on."""
    sys.path.insert(0, str(Path(__file__).parent / "benchmarks"))
    try:
        root = tmp_path_factory.mktemp("generated")
        importlib.import_module("generate").generate(root, 12)
    finally:
        del sys.path[0]
    directory = CorpusDirectory(root)
    return [directory.bundle(document) for document in directory.inventory.documents]


@pytest.mark.parametrize("rule", PROVABLE, ids=lambda rule: rule.code)
def test_a_proof_holds_for_clean_documents(rule: Rule, generated: list[Bundle]) -> None:
    assert all(map(is_whole, generated))
    assert rule.proof
    assert rule.proof(Batch(generated))


_clean: list[Any] = []


def clean(mutations: Any) -> Any:
    if not _clean:
        _clean.append(mutations.Clean())
    return _clean[0]


def test_a_faulty_document_among_clean_ones_is_found_as_if_alone(mutations: Any) -> None:
    """One fault of every kind, in the middle, at the beginning or at the end of what is looked at together."""
    corpus = clean(mutations)
    for kind in mutations.KINDS:
        chance = random.Random(kind.name)
        draft, _ = mutations.plant(corpus, kind, chance)
        directory = mutations.Memory(draft.files)
        changed = [d for d, files in directory.inventory.documents.items() if _is_changed(corpus, draft.files, d, files)]
        others = [document for document in directory.inventory.documents if document not in changed]
        documents = chance.sample(others, min(4, len(others))) + changed[:3]
        chance.shuffle(documents)
        bundles = list(map(directory.bundle, documents))
        checker = Checker(directory.project.manifest.check)
        assert together(checker, bundles) == [one_by_one(checker, bundle) for bundle in bundles], kind.name
        assert wrongly_proven(bundles) == [], kind.name


def _is_changed(corpus: Any, files: dict[str, bytes], document: str, its_files: Any) -> bool:
    before = corpus.directory.inventory.documents.get(document)
    return its_files != before or not all(corpus.is_as_it_was(path, files) for path in its_files.paths())


# --- documents that make some sense ----------------------------------------------------------------------------------

TEXTS = [
    "Rajnath Singh met Hamada in Tokyo. He said yes.\n\nशब्द 東京で 😀👩\u200d👧. End of it.\n",
    "Москва и Tokyo, Αθήνα.\nA second line, e\u0301 and é, Mosсow.\n",
    "one two three four five six seven\n",
    "a\n",
]
LAYERS = [
    ("entity", "PERSON"),
    ("entity", "GPE"),
    ("statement", "FACT"),
    ("statement", "OPINION"),
    ("entity", "FACT"),
    ("x", "y"),
]
SCHEMES = [
    SCHEME,
    SCHEME.replace('overlap = "nested"', 'overlap = "none"', 1).replace('within = "sentence"', 'within = "document"'),
    SCHEME.replace('unit = "word"', 'unit = "character"').replace('within = "paragraph"', 'within = "document"'),
    SCHEME.replace("[layers.entity.attributes.sure]", "[layers.entity.attributes.sure]\nrequired = true"),
]  # fmt: skip
IDS = [f"{kind}{number}" for kind in "srgn" for number in range(6)]
ATTRIBUTES: list[dict[str, Any]] = [
    {}, {}, {}, {"sure": True}, {"sure": 1}, {"polarity": "positive"}, {"polarity": "odd"}, {"holder": "s0"},
    {"holder": "AUTHOR"}, {"strength": 3}, {"strength": 9}, {"strength": []}, {"zz": 1},
]  # fmt: skip


def mostly(usual: st.SearchStrategy[Any], odd: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.integers(0, 9).flatmap(lambda number: odd if number == 9 else usual)


@st.composite
def spans(draw: st.DrawFn, text: str, id: str) -> Span:
    words = [match.span() for match in re.finditer(r"\w+", text)] or [(0, 1)]
    first, last = sorted(draw(st.tuples(st.integers(0, len(words) - 1), st.integers(0, len(words) - 1))))
    usual = st.just((words[first][0], words[min(last, first + 3)][1]))
    start, end = draw(mostly(usual, st.tuples(st.integers(-2, len(text) + 2), st.integers(-2, len(text) + 2))))
    layer, label = draw(mostly(st.sampled_from(LAYERS[:3]), st.sampled_from(LAYERS)))
    fragments = draw(mostly(st.just(()), st.just(((start, start + 1), (start + 2, end)))))
    covered = text[max(start, 0) : max(end, 0)]
    return Span(
        id, layer, label, start, end, draw(mostly(st.just(covered), st.just("odd"))), fragments,
        draw(st.sampled_from(ATTRIBUTES)), draw(mostly(st.none(), st.sampled_from([0.5, 2.0]))),
    )  # fmt: skip


targets = mostly(st.sampled_from(["s0", "s1", "s2", "r0"]), st.sampled_from(IDS))
usual_args = st.builds(lambda one, other: {"from": one, "to": other}, targets, targets)
odd_args = st.dictionaries(
    mostly(st.sampled_from(["from", "to"]), st.just("via")), mostly(targets, st.lists(targets, max_size=2).map(tuple)), max_size=2
)


@st.composite
def set_files(draw: st.DrawFn, document: str, annotator: str, text: str) -> SetFile:
    ids = [draw(mostly(st.just(f"s{number}"), st.sampled_from([*IDS, "", "e 1"]))) for number in range(draw(st.integers(0, 6)))]
    labels = st.sampled_from(["supports", "restates"])
    made = AnnotationSet(
        Header(
            document,
            annotator,
            "news/1",
            draw(mostly(st.just(hashlib.sha256(text.encode()).hexdigest()), st.just("0"))),
            draw(mostly(st.just("complete"), st.just("odd"))),
            "manual",
        ),
        tuple(draw(spans(text, id)) for id in ids),
        tuple(
            Relation(f"r{number}", "argument", draw(labels), draw(mostly(usual_args, odd_args)))
            for number in range(draw(st.integers(0, 3)))
        ),
        tuple(Label(f"g{number}", "genre", "op-ed") for number in range(draw(mostly(st.integers(0, 1), st.just(2))))),
        tuple(Note(f"n{number}", draw(targets), "?") for number in range(draw(mostly(st.just(0), st.just(1))))),
    ).canonical()
    first, *lines = encode_set(made).splitlines(keepends=True)
    data = b"".join([first, *draw(mostly(st.just(lines), st.permutations(lines)))])
    return parse_set(f"annotations/{annotator}/{document}.jsonl", annotator, data)


@st.composite
def bundles(draw: st.DrawFn, project: Project, document: str) -> Bundle:
    text = draw(mostly(st.sampled_from(TEXTS), st.text("aé \n\t\rМΑ&\u200b\ufeff\ue000e\u0301", max_size=12)))
    annotators = draw(st.sampled_from([["gold"], ["a1", "gold"], []]))
    metadata = draw(mostly(st.just(METADATA), st.sampled_from(['title = "x"\n', 'url = "x"\n', 'published = "2020-13"\n'])))
    return Bundle(
        document,
        TextFile(f"corpus/{document}.txt", text.encode(), text, len(text.encode())),
        parse_toml(Metadata, f"corpus/{document}.toml", metadata.encode()),
        tuple(draw(set_files(document, annotator, text)) for annotator in annotators),
        project,
    )


def project_of(scheme: str) -> Project:
    manifest = parse_toml(Manifest, "corpus/corpus.toml", MANIFEST.encode())
    return Project(manifest, parse_toml(Scheme, "annotations/scheme.toml", scheme.encode()))


@st.composite
def batches(draw: st.DrawFn) -> list[Bundle]:
    project = project_of(draw(st.sampled_from(SCHEMES)))
    return [draw(bundles(project, f"d{number}")) for number in range(draw(st.integers(1, 3)))]


@settings(max_examples=300, deadline=None)
@given(batches())
def test_no_proof_holds_where_a_check_finds_something(batch: list[Bundle]) -> None:
    assert wrongly_proven(batch) == []
    checker = Checker(CheckSettings())
    assert together(checker, batch) == [one_by_one(checker, bundle) for bundle in batch]


# --- what proofs build on --------------------------------------------------------------------------------------------


@settings(max_examples=200, deadline=None)
@given(st.lists(st.text("abc é\u0301\t\r\n\x00東京МΩ😀\ufeff", max_size=20), max_size=6))
def test_unusual_characters_are_the_same_whatever_was_seen_before(texts: list[str]) -> None:
    for text in texts:
        assert set(unusual_in(text.encode())) == {one for one in text if one not in "\t\n" and not " " <= one <= "~"}


@settings(max_examples=500, deadline=None)
@given(st.text("aZéẞſМяҐΩά- \n\u0301\u200d東1", max_size=8))
def test_scripts_are_kept_apart_only_where_none_meets_another(text: str) -> None:
    if _are_kept_apart(text.encode(), unusual_in(text.encode())):
        assert not _MEETING.search(text)


def decompositions() -> Iterator[tuple[str, list[str]]]:
    for number in range(sys.maxunicode + 1):
        said = unicodedata.decomposition(chr(number))
        if said and not said.startswith("<"):
            yield chr(number), [chr(int(code, 16)) for code in said.split()]


def test_a_text_of_characters_that_stand_alone_is_in_nfc() -> None:
    """NFC changes what has a decomposition of its own, what composes with the character before it, and the order of marks."""
    for composed, parts in decompositions():
        assert not stands_alone(parts[-1]) or len(parts) == 1 or unicodedata.normalize("NFC", "".join(parts)) != composed
    for number in range(sys.maxunicode + 1):
        character = chr(number)
        if unicodedata.combining(character) or unicodedata.normalize("NFC", character) != character:
            assert not stands_alone(character)
    syllable = unicodedata.normalize("NFD", "각")
    assert [stands_alone(letter) for letter in syllable] == [True, False, False]


@settings(max_examples=300, deadline=None)
@given(st.text("aé\u0301\u0308각각Ａé", max_size=6))
def test_what_stands_alone_needs_no_composing(text: str) -> None:
    if all(map(stands_alone, text)):
        assert unicodedata.is_normalized("NFC", text)


def test_our_own_corpus_is_proven_where_it_is_clean() -> None:
    directory = CorpusDirectory(ROOT)
    bundles = [directory.bundle(document) for document in directory.inventory.documents]
    checker = Checker(directory.project.manifest.check)

    assert wrongly_proven(bundles) == []
    assert together(checker, bundles) == [one_by_one(checker, bundle) for bundle in bundles]


def test_an_example_that_is_not_whole_is_no_batch(tmp_path: Path) -> None:
    directory = CorpusDirectory(write_example(tmp_path, Example(metadata=None)))

    assert not is_whole(directory.bundle("example"))
