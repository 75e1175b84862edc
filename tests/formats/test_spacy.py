"""DocBins both ways: what spaCy reads of ours, what we read of spaCy's and of others', and files that mean harm."""

from __future__ import annotations

import hashlib
import io
import pickle
import sys
import zlib
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings, strategies as st
from round_trip import assert_round_trip, expected, options_of, read, written

from postil import Corpus
from postil.corpus import Document
from postil.errors import MissingExtra, UnreadableFile
from postil.exchange import tokens
from postil.exchange.incoming import Incoming
from postil.exchange.intake import Intake, Rules
from postil.exchange.sources import Source
from postil.formats.conll import FORMAT as CONLL
from postil.formats.spacy import FORMAT
from postil.formats.spacy.msgpack import Packed
from postil.formats.spacy.write import words_of
from postil.manifest import Metadata
from postil.model import AnnotationSet, Header, Label, Note, Relation, Span
from postil.scheme import LabelDefinition, Layer, Scheme

spacy = pytest.importorskip("spacy")

TEXT = "Ann Lee of  London met Bo.\nShe left.\n"
SCHEME = Scheme(
    "s", 1,
    layers={
        "entity": Layer("span"), "clause": Layer("span"), "likes": Layer("relation"),
        "genre": Layer("label", labels={"news": LabelDefinition(), "op-ed": LabelDefinition()}),
    },
)  # fmt: skip


def document() -> Document:
    digest = hashlib.sha256(TEXT.encode()).hexdigest()
    header = Header("news/a", "gold", "s/1", digest, "complete", "manual")
    spans = (
        Span("e1", "entity", "PER", 0, 18, "Ann Lee of  London", attributes={"kb_id": "Q1", "n": 3}),
        Span("e2", "entity", "LOC", 12, 18, "London", confidence=0.5), Span("e3", "entity", "PER", 23, 25, "Bo"),
        Span("c1", "clause", "MAIN", 0, 26, "Ann Lee of  London met Bo."),
    )  # fmt: skip
    annotations = AnnotationSet(
        header, spans, (Relation("r1", "likes", "meets", {"from": "e1", "to": "e3"}),), (Label("d1", "genre", "news"),),
        (Note("n1", "e3", "who?"),),
    ).canonical()  # fmt: skip
    return Document("news/a", TEXT, Metadata(title="T", extra={"n": 3}), {"gold": annotations}, digest)


def docs_of(path: Path) -> list[Any]:
    return list(spacy.tokens.DocBin().from_disk(path).get_docs(spacy.blank("xx").vocab))


def imported(path: Path, *, with_tokens: bool = False) -> tuple[list[Document], Incoming]:
    incoming = Incoming(Source(path), options_of(FORMAT, reading=True), with_tokens=with_tokens)
    intake = Intake(Rules(), "s/1", incoming.declared)
    found = [document for draft in FORMAT.read(incoming) if (document := intake.admit(draft))]
    assert intake.errors == []
    return found, incoming


def spans_of(document: Document) -> list[tuple[str, str, str, dict[str, Any]]]:
    return [(span.layer, span.label, span.text, span.attributes) for span in next(iter(document.sets.values())).spans]


def stored(path: Path, *docs: Any, **options: Any) -> Path:
    bin_ = spacy.tokens.DocBin(store_user_data=True, **options)
    for doc in docs:
        bin_.add(doc)
    bin_.to_disk(path)
    return path


# --- what spaCy makes of ours --------------------------------------------------------------------------------------------------


def test_spacy_reads_it(tmp_path: Path) -> None:
    path, losses = written(FORMAT, [document()], SCHEME, tmp_path / "a.spacy")
    (doc,) = docs_of(path)

    assert doc.text == TEXT
    assert [(entity.text, entity.label_, entity.ent_id_, entity.kb_id_) for entity in doc.ents] == [
        ("Ann Lee of  London", "PER", "e1", "Q1"), ("Bo", "PER", "e3", ""),
    ]  # fmt: skip
    assert {name: [(span.text, span.label_, span.id_) for span in group] for name, group in doc.spans.items()} == {
        "clause": [("Ann Lee of  London met Bo.", "MAIN", "c1")],
        "entity": [("Ann Lee of  London", "PER", "e1"), ("London", "LOC", "e2"), ("Bo", "PER", "e3")],
    }
    assert doc.cats == {"news": 1.0, "op-ed": 0.0}
    assert doc.user_data["postil"]["document"] == "news/a"
    assert doc.user_data["postil"]["spans"]["e1"] == {"attributes": {"kb_id": "Q1", "n": 3}}
    assert not doc.has_annotation("SENT_START")
    assert not losses.stopping
    assert_round_trip(FORMAT, [document()], SCHEME)


def test_ents_beside_span_groups_are_ents_again(tmp_path: Path) -> None:
    scheme = Scheme("x", 1, layers={"sc": Layer("span"), "span": Layer("span")})
    spans = (Span("e1", "span", "PER", 0, 3, TEXT[:3]), Span("e2", "sc", "X", 0, 3, TEXT[:3]))
    header = Header("a", "gold", "x/1", "0" * 64, "complete", "manual")
    made = Document("a", TEXT, Metadata(), {"gold": AnnotationSet(header, spans)}, "0" * 64)
    path, _ = written(FORMAT, [made], scheme, tmp_path / "a.spacy")
    assert [(one.text, one.label_) for one in docs_of(path)[0].ents] == [("Ann", "PER")]


def test_it_can_be_trained_on(tmp_path: Path) -> None:
    path, _ = written(FORMAT, [document()], SCHEME, tmp_path / "a.spacy")
    nlp = spacy.blank("xx")
    nlp.add_pipe("ner")
    examples = list(spacy.training.Corpus(path)(nlp))
    nlp.initialize(lambda: examples)

    assert nlp.get_pipe("ner").labels == ("PER",)
    assert examples[0].get_aligned_ner()[0] == "B-PER"


def test_our_own_corpus(repository: Path, tmp_path: Path) -> None:
    corpus = Corpus.open(repository)
    path, _ = written(FORMAT, corpus, corpus.scheme, tmp_path / "a.spacy", ents="entity")
    (doc,) = docs_of(path)
    (wanted,) = expected(FORMAT, corpus, corpus.scheme)

    assert doc.text == wanted.text
    assert sorted((span.text, span.label_, span.id_) for group in doc.spans.values() for span in group) == sorted(
        (span.text, span.label, span.id) for span in next(iter(wanted.sets.values())).spans
    )
    assert len(doc.ents) > 100


def test_tokens_and_sentences_of_the_corpus_are_those_of_the_doc(tmp_path: Path) -> None:
    text = "A-b c. D e.\n"
    digest = hashlib.sha256(text.encode()).hexdigest()
    header = Header("a", "gold", "s/1", digest, "complete", "manual")
    spans = (
        Span("s1", "sentence", "sentence", 0, 6, "A-b c."), Span("s2", "sentence", "sentence", 7, 11, "D e."),
        Span("t1", "token", "token", 0, 3, "A-b", attributes={"upos": "PROPN", "lemma": "a", "xpos": "NNP"}),
    )  # fmt: skip
    one = Document("a", text, Metadata(), {"gold": AnnotationSet(header, spans).canonical()}, digest)
    path, _ = written(FORMAT, [one], SCHEME, tmp_path / "a.spacy")
    (doc,) = docs_of(path)

    assert [token.text for token in doc] == ["A-b", "c.", "D", "e.", "\n"]
    assert [sentence.text for sentence in doc.sents] == ["A-b c.", "D e.\n"]
    assert (doc[0].pos_, doc[0].tag_, doc[0].lemma_) == ("PROPN", "NNP", "a")


@pytest.mark.parametrize("text", ["a b\n", "  a\tb  \n\n", "a\u00a0b\n", "\na", "a  ", " \u2028 a"])
def test_words_make_exactly_the_text(text: str) -> None:
    places = [(at, at + 1) for at, character in enumerate(text) if character in "ab"]
    words = list(words_of(text, places))
    doc = spacy.tokens.Doc(spacy.vocab.Vocab(), [text[slice(*extent)] for extent, _ in words], [spaced for _, spaced in words])

    assert doc.text == text
    assert set(places) <= {extent for extent, _ in words}


# --- what we make of spaCy's ---------------------------------------------------------------------------------------------------


def foreign() -> Any:
    nlp = spacy.blank("en")
    doc = nlp("Ann Lee saw 😀 London in 2019.")
    doc.set_ents([
        spacy.tokens.Span(doc, 0, 2, "PERSON", kb_id="Q7"), spacy.tokens.Span(doc, 4, 5, "GPE", span_id="rule-1"),
    ])  # fmt: skip
    doc.spans["sc"] = [doc.char_span(0, 7, "PERSON"), doc.char_span(0, 11, "CLAUSE"), doc.char_span(14, 20, "GPE", kb_id="Q84")]
    doc.spans["incorrect_spans"] = [doc[6:7]]
    doc.spans["empty"] = []
    doc.spans["sc"].attrs["by"] = "me"
    doc.cats = {"news": 1.0, "sport": 0.0, "long": 0.75, "dull": 0.25}
    doc.user_data["source"] = "reuters"
    doc.user_data[("._.", "sure", 14, 20)] = True
    doc.user_data[("._.", "topic", None, None)] = "travel"
    doc.user_data[("._.", "odd", 0, None)] = 1
    doc.user_data["deep"] = {"a": {"b": 1}}
    return doc


def test_any_docbin_of_spacy(tmp_path: Path) -> None:
    (found,), incoming = imported(stored(tmp_path / "train.spacy", foreign()))
    annotations = found.sets["imported"]

    assert found.id == "train"
    assert found.text == "Ann Lee saw 😀 London in 2019.\n"
    assert sorted(spans_of(found), key=str) == sorted(
        [
            ("span", "PERSON", "Ann Lee", {"kb_id": "Q7"}), ("span", "GPE", "London", {"sure": True, "span_id": "rule-1"}),
            ("sc", "PERSON", "Ann Lee", {}), ("sc", "CLAUSE", "Ann Lee saw", {}),
            ("sc", "GPE", "London", {"sure": True, "kb_id": "Q84"}), ("incorrect_spans", "incorrect_spans", "2019", {}),
        ],
        key=str,
    )  # fmt: skip
    assert [(label.label, label.confidence) for label in annotations.labels] == [("news", None), ("long", 0.75)]
    assert set(incoming.declared["label"].labels) == {"news", "sport", "long", "dull"}
    assert found.metadata.extra == {"source": "reuters", "topic": "travel"}
    assert {loss.kind: loss.count for loss in incoming.losses.stopping} == {
        "attributes of groups of spans": 1, "extension attributes of tokens": 1, "user_data that has no place in a corpus": 1,
    }  # fmt: skip


def test_several_docs_unknown_spaces_and_few_attributes(tmp_path: Path) -> None:
    vocab = spacy.vocab.Vocab()
    one = spacy.tokens.Doc(vocab, ["a", "b"])
    two = spacy.tokens.Doc(vocab, ["c", "!"], [False, False])
    found, _ = imported(stored(tmp_path / "x.spacy", one, two, attrs=["LEMMA"]))
    (empty,) = [imported(stored(tmp_path / "y.spacy"))[0]]

    assert [(document.id, document.text) for document in found] == [("x-1", "a b \n"), ("x-2", "c!\n")]
    assert empty == []


def test_a_docbin_of_an_old_version_has_less(tmp_path: Path) -> None:
    path = stored(tmp_path / "x.spacy", foreign())
    data = msgspec.msgpack.decode(zlib.decompress(path.read_bytes()))
    kept = ("attrs", "tokens", "spaces", "lengths", "strings")
    path.write_bytes(zlib.compress(msgspec.msgpack.encode({name: data[name] for name in kept})))
    (found,), _ = imported(path)

    assert [span[1:3] for span in spans_of(found)] == [("PERSON", "Ann Lee"), ("GPE", "London")]


def test_without_spacy_it_says_what_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = stored(tmp_path / "x.spacy", foreign())
    for name in ("spacy", "spacy.attrs"):
        monkeypatch.setitem(sys.modules, name, None)
    monkeypatch.setattr(tokens, "blank_pipeline", tokens.blank_pipeline.__wrapped__)
    with pytest.raises(MissingExtra, match=r"import spacy needs spaCy: pip install 'postil\[spacy\]'"):
        imported(path)
    for format_ in (FORMAT, CONLL):
        with pytest.raises(MissingExtra, match=rf"export {format_.name} needs spaCy"):
            written(format_, [document()], SCHEME, tmp_path / format_.name)


def test_tokens_with_what_is_said_of_them(tmp_path: Path) -> None:
    doc = spacy.tokens.Doc(
        spacy.vocab.Vocab(), ["They", "ran", "."], [True, False, False], pos=["PRON", "VERB", "PUNCT"],
        lemmas=["they", "run", "."], sent_starts=[True, False, False], morphs=["Number=Plur", "", ""],
    )  # fmt: skip
    (found,), _ = imported(stored(tmp_path / "x.spacy", doc), with_tokens=True)

    assert spans_of(found) == [
        ("sentence", "sentence", "They ran.", {}),
        ("token", "token", "They", {"lemma": "they", "morph": "Number=Plur", "pos": "PRON"}),
        ("token", "token", "ran", {"lemma": "run", "pos": "VERB"}),
        ("token", "token", ".", {"lemma": ".", "pos": "PUNCT"}),
    ]


def test_what_somebody_changed_in_spacy_comes_back_changed(tmp_path: Path) -> None:
    path, _ = written(FORMAT, [document()], SCHEME, tmp_path / "a.spacy")
    (doc,) = docs_of(path)
    doc.spans["entity"] = [doc.spans["entity"][0], doc.char_span(27, 30, "PER")]
    doc.set_ents([doc.char_span(0, 18, "PER")])
    doc.cats = {"news": 0.0, "op-ed": 1.0}
    (found,), intake, _ = read(FORMAT, stored(tmp_path / "b.spacy", doc))

    assert [span[1:3] for span in spans_of(found) if span[0] == "entity"] == [("PER", "Ann Lee of  London"), ("PER", "She")]
    assert [label.label for label in found.sets["gold"].labels] == ["op-ed"]
    assert [(loss.kind, loss.count) for loss in intake.left_out] == [("relations one of whose ends is not there", 1)]
    assert [(loss.kind, loss.count) for loss in intake.repaired] == [("notes on what is not there, now on the document", 1)]


# --- files that mean harm ------------------------------------------------------------------------------------------------------


class Explosive:
    def __reduce__(self) -> tuple[Any, ...]:
        return (exec, ("raise SystemExit('it ran')",))


def message(path: Path, **changes: Any) -> Path:
    data = msgspec.msgpack.decode(zlib.decompress(stored(path, foreign()).read_bytes()))
    path.write_bytes(zlib.compress(msgspec.msgpack.encode(data | changes)))
    return path


def test_nothing_in_user_data_runs(tmp_path: Path) -> None:
    array = {b"nd": True, b"type": "O", b"kind": b"O", b"shape": [1], b"data": pickle.dumps(Explosive())}
    path = message(
        tmp_path / "x.spacy", user_data=[msgspec.msgpack.encode({"array": array, "ext": msgspec.msgpack.Ext(1, b"x")})]
    )
    (found,), incoming = imported(path)

    assert len(found.sets["imported"].spans) == 6
    assert incoming.losses.by_kind["user_data that has no place in a corpus"].count == 2


@pytest.mark.parametrize(
    "changes",
    [
        {"lengths": b"\x01"}, {"lengths": b"\xff\xff\xff\xff"}, {"tokens": b"12345"}, {"attrs": []}, {"attrs": "x"},
        {"strings": []}, {"strings": [1]}, {"cats": [{}, {}]}, {"span_groups": [b"\x91" * 5000]},
        {"span_groups": [b"\x91\xc4\x01x"]},
        {"user_data": [b"\x81\x81\x01\x01\x01"]}, {"user_data": [msgspec.msgpack.encode({"postil": {"spans": 3}})]},
        {"spaces": b""},
    ],
    ids=str,
)  # fmt: skip
def test_what_does_not_fit_together_is_refused(changes: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile):
        imported(message(tmp_path / "x.spacy", **changes))


def test_a_span_outside_the_doc_is_refused(tmp_path: Path) -> None:
    import struct

    for row in ((0, 9999, 0, 4), (-1, 1, 0, 3), (0, 1, 1, 4), (3, 1, 0, 4)):
        group = {"name": "g", "attrs": {}, "spans": [struct.pack(">QQQllll", 0, 0, 0, *row)]}
        groups = msgspec.msgpack.encode([msgspec.msgpack.encode(group)])
        with pytest.raises(UnreadableFile, match="a span has the"):
            imported(message(tmp_path / "x.spacy", span_groups=[groups]))


def test_files_that_are_no_docbin_are_refused(tmp_path: Path) -> None:
    whole = stored(tmp_path / "a.spacy", foreign()).read_bytes()
    for data in (
        b"",
        b"PK\x03\x04",
        pickle.dumps(Explosive()),
        whole[:-20],
        whole[:40],
        zlib.compress(b"\xc1"),
        zlib.compress(b""),
    ):
        (tmp_path / "x.spacy").write_bytes(data)
        with pytest.raises(UnreadableFile):
            imported(tmp_path / "x.spacy")


def test_a_bomb_is_not_unpacked(tmp_path: Path) -> None:
    (tmp_path / "x.spacy").write_bytes(zlib.compress(b"\0" * (200 << 20), 9))
    with pytest.raises(UnreadableFile, match="would unpack to more"):
        imported(tmp_path / "x.spacy")


def test_a_number_sign_in_place_of_a_text_is_no_document(tmp_path: Path) -> None:
    found, intake, _ = read(FORMAT, stored(tmp_path / "x.spacy", spacy.tokens.Doc(spacy.vocab.Vocab(), ["\n"], [False])))

    assert found == []
    assert [loss.kind for loss in intake.left_out] == ["documents without text"]


PLAIN = st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False) | st.text() | st.binary()
VALUES = st.recursive(PLAIN, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=20)


@settings(max_examples=60)
@given(value=VALUES, count=st.integers(0, 70_000))
def test_where_a_packed_value_ends(value: Any, count: int) -> None:
    for one in (value, [value, 1], b"x" * count, "x" * count, [0] * (count // 10), dict.fromkeys(range(count // 100))):
        data = msgspec.msgpack.encode(one)
        packed = Packed("x", io.BytesIO(b"\xff" + data + b"\xff"))
        assert packed.end(1) == 1 + len(data)
        assert packed.value(1, Any) == one


@pytest.mark.parametrize("data", [b"", b"\x91", b"\xdd\xff\xff\xff\xff", b"\xc6\xff\xff\xff\xff", b"\x91" * 1_000_000])
def test_a_packed_value_that_breaks_off_is_refused(data: bytes) -> None:
    with pytest.raises(UnreadableFile, match="it ends too early"):
        Packed("x", io.BytesIO(data)).value(0, Any)


def test_a_packed_value_may_be_deep_and_is_then_refused() -> None:
    data = b"\x91" * 1_000_000 + b"\xc0"
    packed = Packed("x", io.BytesIO(data))
    assert packed.end(0) == len(data)
    with pytest.raises(UnreadableFile, match="recursion"):
        packed.value(0, Any)
