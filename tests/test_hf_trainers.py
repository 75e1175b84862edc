"""What an export is for: trainers learn from it as it is, on a processor, in seconds."""

from __future__ import annotations

import json
import random
import re
from collections import Counter
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings, strategies as st

from conftest import ROOT, write_example
from postil import AnnotationSet, Corpus, Document, Header, Span
from postil.cli import main
from postil.formats.hf.trainers import write as writing
from postil.manifest import Metadata
from postil.rules.examples import Example, span
from postil.scheme import LabelDefinition, Layer, Scheme

pq = pytest.importorskip("pyarrow.parquet", reason="the extra hf is not installed")
spacy = pytest.importorskip("spacy", reason="the extra spacy is not installed")
from thinc.api import Config  # noqa: E402 - which spaCy brings

PEOPLE = ["Anna", "Ben Nuñez", "Chloë", "Dev", "Emre"]
PLACES = ["Tokyo", "São Paulo", "Łódź", "Rome"]
SENTENCES = [
    ("FACT", "{person} travelled from {place} to {place}."),
    ("OPINION", "I believe that {person} likes {place} 🐎 more than {place}."),
    ("", "{person} and {person} met."),
]
MANIFEST = (
    'format = 1\nname = "travel"\nlicence = "CC0-1.0"\n[defaults]\nlanguage = "en"\n[defaults.rights]\nredistribute = true\n'
)
SCHEME = """name = "travel"
version = 1
[layers.entity]
kind = "span"
overlap = "none"
labels = { PERSON = {}, PLACE = {} }
[layers.statement]
kind = "span"
within = "sentence"
labels = { FACT = {}, OPINION = {} }
"""


@pytest.fixture(scope="module")
def travel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A corpus of twelve documents whose labels can be learnt."""
    root = tmp_path_factory.mktemp("travel")
    for path, text in (("corpus/corpus.toml", MANIFEST), ("annotations/scheme.toml", SCHEME)):
        (root / path).parent.mkdir(exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
    chance = random.Random(3)
    texts = {f"d{number:02}": _document(chance) for number in range(12)}
    for name, (text, _) in texts.items():
        (root / f"corpus/{name}.txt").write_text(text, encoding="utf-8")
        (root / f"corpus/{name}.toml").write_text(f'title = "{name}"\n', encoding="utf-8")
    corpus = Corpus.open(root)
    for name, (_, spans) in texts.items():
        corpus.write(AnnotationSet(Header(name, "gold", "travel/1", corpus[name].text_sha256, "complete", "manual"), spans))
    return root


def _document(chance: random.Random) -> tuple[str, tuple[Span, ...]]:
    text, spans = "", []
    for _ in range(10):
        label, form = chance.choice(SENTENCES)
        start = len(text)
        for piece in form.replace("}", "{").split("{"):
            chosen = {"person": PEOPLE, "place": PLACES}.get(piece)
            word = chance.choice(chosen) if chosen else piece
            if chosen:
                spans.append(Span(f"e{len(spans)}", "entity", piece.upper(), len(text), len(text) + len(word), word))
            text += word
        if label:
            spans.append(Span(f"s{len(spans)}", "statement", label, start, len(text), text[start:]))
        text += " "
    return text.rstrip() + "\n", tuple(spans)


@pytest.fixture(scope="module")
def exported(travel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its export, whole."""
    target = tmp_path_factory.mktemp("trainers") / "export"
    command = ["-C", str(travel), "export", "hf", str(target), "--split", "train=0.7", "--split", "validation=0.3"]
    assert main(command) == 0
    return target


@pytest.mark.filterwarnings("default")
def test_spacy_learns_every_layer_with_the_config_that_is_shipped(exported: Path, tmp_path: Path) -> None:
    from spacy.cli.train import train
    from spacy.tokens import DocBin
    from spacy.training import Example

    files = exported / "trainers/spacy"
    paths = {"paths.train": str(files / "train.spacy"), "paths.dev": str(files / "validation.spacy")}
    train(
        files / "config.cfg", tmp_path / "model",
        overrides={**paths, "training.max_steps": 20, "training.eval_frequency": 20},
    )  # fmt: skip
    learnt = spacy.load(tmp_path / "model/model-best")
    docs = list(DocBin().from_disk(files / "train.spacy").get_docs(learnt.vocab))
    scores = learnt.evaluate([Example(learnt.make_doc(doc.text), doc) for doc in docs])

    assert learnt.pipe_names == ["tok2vec", "ner", "spancat_statement", "textcat_multilabel"]
    assert scores["ents_f"] > 0.8
    assert scores["spans_statement_f"] > 0.3  # with the default of spaCy, which proposes up to three tokens, it would be 0
    assert scores["cats_micro_f"] > 0.8


def test_a_docbin_has_sentences_with_their_spans_and_the_exact_text(exported: Path, travel: Path) -> None:
    from spacy.tokens import DocBin

    docs = [
        doc
        for name in ("train", "validation")
        for doc in DocBin().from_disk(exported / f"trainers/spacy/{name}.spacy").get_docs(spacy.blank("en").vocab)
    ]
    corpus = list(Corpus.open(travel))
    spans = [span for document in corpus for span in document.sets["gold"].spans]

    assert len(docs) == 120
    assert sorted(doc.text for doc in docs) == sorted(
        line for document in corpus for line in document.text.strip().replace(". ", ".\n").split("\n")
    )
    for layer in ("entity", "statement"):
        there = sorted((span.id_, span.label_, span.text) for doc in docs for span in doc.spans.get(layer, ()))
        assert there == sorted((span.id, span.label, span.text) for span in spans if span.layer == layer)
    assert {frozenset(doc.cats) for doc in docs} == {frozenset({"FACT", "OPINION"})}
    assert {tuple(doc.cats.values()) for doc in docs} == {(0.0, 0.0), (1.0, 0.0), (0.0, 1.0)}


def test_the_suggester_covers_the_lengths_that_there_are(exported: Path) -> None:
    from spacy.util import load_config

    config = load_config(exported / "trainers/spacy/config.cfg")
    page = (exported / "trainers/README.md").read_text(encoding="utf-8")

    assert config["components"]["spancat_statement"]["suggester"] == {
        "@misc": "spacy.ngram_range_suggester.v1", "min_size": 7, "max_size": 13,
    }  # fmt: skip
    assert "proposes spans of 7 to 13 tokens: 100.0% of those in training" in page
    card = (exported / "README.md").read_text(encoding="utf-8")
    assert "statement is learnt by spancat\\_statement, which proposes spans of 7 to 13 tokens" in card


def test_gliner_has_the_last_token_included_and_the_page_says_how_wide_spans_are(exported: Path) -> None:
    records = json.loads((exported / "trainers/gliner/train.json").read_bytes())

    for record in records:
        assert len(record["tokenized_text"]) <= 384  # more would be cut off
        for first, last, label in record["ner"]:
            start, end = record["offsets"][first][0], record["offsets"][last][1]
            words = record["text"][start:end]
            assert words in PEOPLE if label == "PERSON" else words in PLACES if label == "PLACE" else words.endswith(".")
    assert "of the spans have at most 12 words" in (exported / "trainers/README.md").read_text(encoding="utf-8")


@pytest.mark.filterwarnings("default")
def test_column_files_are_what_datasets_reads(exported: Path, tmp_path: Path) -> None:
    datasets = pytest.importorskip("datasets", reason="the extra hf is not installed")
    file = exported / "trainers/conll/entity/train.conll"
    rows = [block.split("\n") for block in file.read_text(encoding="utf-8").strip().split("\n\n")]
    sentences = [[line.split(" ") for line in block] for block in rows if not block[0].startswith("-DOCSTART-")]
    parquet = pq.read_table(exported / "tokens/train-00000-of-00001.parquet").to_pylist()

    assert [[token for token, _ in sentence] for sentence in sentences] == [row["tokens"] for row in parquet]
    names = ["O", "B-PERSON", "I-PERSON", "B-PLACE", "I-PLACE"]
    assert [[tag for _, tag in one] for one in sentences] == [[names[tag] for tag in row["entity_tags"]] for row in parquet]
    if int(datasets.__version__.partition(".")[0]) >= 5:
        loaded = datasets.load_dataset(
            "conll", data_files=str(file), column_names=["tokens", "tags"], split="train", cache_dir=str(tmp_path)
        )
        assert [row["tokens"] for row in loaded] == [row["tokens"] for row in parquet]


@pytest.mark.filterwarnings("default")
def test_a_classifier_learns_sentences(exported: Path, load: Any) -> None:
    pytest.importorskip("sklearn", reason="scikit-learn is not installed")
    from sklearn.feature_extraction.text import CountVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    train, test = (load(exported, "sentences", split=name).filter(_is_labelled) for name in ("train", "validation"))
    model = make_pipeline(CountVectorizer(), LogisticRegression()).fit(list(train["text"]), list(train["label"]))

    assert model.score(list(test["text"]), list(test["label"])) == 1.0


def _is_labelled(row: dict[str, Any]) -> bool:
    return row["label"] is not None


@pytest.mark.filterwarnings("default")
def test_tokens_are_as_token_classifiers_want_them(exported: Path, load: Any) -> None:
    tokens = load(exported, "tokens", split="train")
    labels = tokens.features["entity_tags"].feature

    assert tokens.features["tokens"].feature.dtype == "string"
    assert labels.names == ["O", "B-PERSON", "I-PERSON", "B-PLACE", "I-PLACE"]
    assert all(len(row["tokens"]) == len(row["entity_tags"]) for row in tokens)
    places = [(row["document"], row["sentence"]) for row in tokens]
    assert places == sorted(places)  # as SpanMarker wants them, to look at the sentences around


@pytest.mark.filterwarnings("default")
def test_tags_align_with_the_pieces_of_a_fast_tokenizer(exported: Path, load: Any) -> None:
    tokenizers = pytest.importorskip("tokenizers", reason="tokenizers is not installed")
    rows = load(exported, "tokens", split="train")
    tokenizer = tokenizers.Tokenizer(tokenizers.models.WordPiece(unk_token="[UNK]"))
    tokenizer.pre_tokenizer = tokenizers.pre_tokenizers.BertPreTokenizer()
    trainer = tokenizers.trainers.WordPieceTrainer(vocab_size=60, special_tokens=["[UNK]"], show_progress=False)
    tokenizer.train_from_iterator([" ".join(row["tokens"]) for row in rows], trainer)

    for row in rows:
        encoded = tokenizer.encode(row["tokens"], is_pretokenized=True)
        assert sorted({word for word in encoded.word_ids if word is not None}) == list(range(len(row["tokens"])))
        aligned = [row["entity_tags"][word] for word in encoded.word_ids]
        assert len(aligned) == len(encoded.ids) >= len(row["tokens"])


@pytest.fixture
def load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    datasets = pytest.importorskip("datasets", reason="the extra hf is not installed")
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "cache")
    monkeypatch.setattr(datasets.config, "HF_HUB_OFFLINE", True)
    return lambda path, config, **more: datasets.load_dataset(str(path), config, cache_dir=str(tmp_path / "cache"), **more)


@pytest.mark.filterwarnings("default")
def test_side_files_do_not_confuse_load_dataset(exported: Path, load: Any) -> None:
    rows = load(exported, "documents")

    assert {name: len(rows[name]) for name in rows} == {"train": 8, "validation": 4}


def test_config_picks_them_and_leaves_them_out(travel: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["-C", str(travel), "export", "hf"]

    assert main([*command, str(tmp_path / "one"), "--config", "spans", "--config", "conll"]) == 0
    assert [path.name for path in (tmp_path / "one/trainers").iterdir() if path.is_dir()] == ["conll"]
    assert main([*command, str(tmp_path / "none"), "--config", "spans"]) == 0
    assert not (tmp_path / "none/trainers").exists()
    assert main([*command, str(tmp_path / "alone"), "--config", "gliner"]) == 2
    assert "beside a config" in capsys.readouterr().err


def test_a_corpus_without_a_validation_split_says_what_a_model_is_chosen_by(tmp_path: Path) -> None:
    assert main(["-C", str(ROOT), "export", "hf", str(tmp_path / "out"), "--config", "documents", "--config", "spacy"]) == 0
    page = (tmp_path / "out/trainers/README.md").read_text(encoding="utf-8")

    assert "there is no validation split" in page
    assert "--paths.train train.spacy --paths.dev train.spacy" in page
    assert "1 × spans with an edge inside a token" in page


def test_of_folds_one_is_for_choosing_and_the_others_for_training(travel: Path, tmp_path: Path) -> None:
    splits = [word for number in range(3) for word in ("--split", f"fold{number}=1")]
    command = ["-C", str(travel), "export", "hf", str(tmp_path / "out"), "--config", "documents", "--config", "gliner"]
    assert main([*command, *splits]) == 0

    files = tmp_path / "out/trainers/gliner"
    counts = {path.stem: len(json.loads(path.read_bytes())) for path in files.iterdir()}
    assert sorted(counts) == ["fold0", "fold1", "fold2", "train"]
    assert counts["train"] == counts["fold1"] + counts["fold2"]
    assert "every fold but fold0" in (tmp_path / "out/trainers/README.md").read_text(encoding="utf-8")


def in_units(text: str, extents: list[tuple[int, int]]) -> list[Document]:
    """The units of a document with these spans."""
    from postil.formats.hf.trainers.units import units

    spans = tuple(Span(f"s{n}", "x", "X", start, end, text[start:end]) for n, (start, end) in enumerate(extents))
    scheme = Scheme("s", 1, layers={"x": Layer("span", labels={"X": LabelDefinition()})})
    header = Header("d", "gold", "s/1", "0" * 64, "complete", "manual")
    return list(units(Document("d", text, Metadata(), {"gold": AnnotationSet(header, spans)}, "0" * 64), scheme, ["x"], None))


def test_sentences_that_a_span_joins_are_one() -> None:
    found = in_units("One. Two two. Three. Four.", [(0, 13), (5, 12), (21, 25)])

    assert [unit.text for unit in found] == ["One. Two two.", "Three.", "Four."]
    assert [unit.id for unit in found] == ["d:1", "d:2", "d:3"]


@pytest.mark.parametrize(
    ("text", "extent", "expected"),
    [
        ("One. Two.\n", (5, 10), ["One.", "Two.\n"]),
        (" One. Two.\n", (0, 5), [" One.", "Two."]),
        ("One. Two.\n", (4, 5), ["One. ", "Two."]),
        ("One. Two.\n", (4, 9), ["One. Two."]),
        (" \n \n", (1, 3), ["\n "]),
        ("One. Two.\n", (0, 1), ["One.", "Two."]),
    ],
)
def test_a_sentence_has_the_blanks_that_a_span_has_at_its_edges(text: str, extent: tuple[int, int], expected: list[str]) -> None:
    assert [unit.text for unit in in_units(text, [extent])] == expected


@settings(max_examples=30)
@given(st.text(st.sampled_from("aB. \n😀"), min_size=2, max_size=30), st.data())
def test_no_span_is_left_out_of_the_units_or_cut_short(text: str, data: st.DataObject) -> None:
    places = st.lists(st.integers(0, len(text)), min_size=2, max_size=2, unique=True).map(sorted).map(tuple)
    extents: Any = data.draw(st.lists(places, max_size=5))
    found = in_units(text, extents)
    spans = [(unit, span) for unit in found for span in unit.sets["gold"].spans]

    assert sorted(span.text for _, span in spans) == sorted(text[start:end] for start, end in extents)
    assert all(unit.text[span.start : span.end] == span.text for unit, span in spans)
    at = 0
    for unit in found:
        at = text.index(unit.text, at) + len(unit.text)  # in order, and apart
    assert len("".join("".join(unit.text.split()) for unit in found)) == len("".join(text.split()))


def test_blank_edges_that_the_manifest_excuses_are_counted_and_stop_nothing(tmp_path: Path) -> None:
    text = "Rajnath met Zoë in Tokyo today.\nHe spoke.\n"
    example = Example(text=text, records=(span("s1", "FACT", 0, 32), span("e1", "PERSON", 12, 15)))
    root = write_example(tmp_path / "corpus", example)
    manifest = root / "corpus/corpus.toml"
    manifest.write_text(f"{manifest.read_text()}\n[check]\nignore = ['SPN004', 'SPN011']\n", encoding="utf-8")
    assert main(["-C", str(root), "export", "hf", str(tmp_path / "out"), "--no-agreement"]) == 0

    first, second = json.loads((tmp_path / "out/trainers/gliner/train.json").read_bytes())
    assert (first["text"], second["text"]) == (text[:32], "He spoke.")
    assert [(first["tokenized_text"][start : end + 1], label) for start, end, label in first["ner"]] == [
        (["Rajnath", "met", "Zoë", "in", "Tokyo", "today", ".", "\n"], "FACT"), (["Zoë"], "PERSON"),
    ]  # fmt: skip
    page = (tmp_path / "out/trainers/README.md").read_text(encoding="utf-8")
    assert page.count("1 × spans with an edge inside a token") == 2  # spaCy and CoNLL
    assert "statement: an edge inside a token" in (tmp_path / "out/not-held.csv").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["a b", "x.y", "#x", "[x]", 'a|b "c" / <script> 😀', "%(x)s", " x", "a=b", "a:b", "${x}"])
def test_a_layer_of_any_name_leaves_the_config_whole(name: str) -> None:
    from postil.formats.hf.trainers.spacy_config import can_be_named, config_for, learnt

    layer = Layer("span", labels={"X": LabelDefinition()})
    components = learnt(
        Scheme("s", 1, layers={"x": layer, name: layer}), {"x": Counter({2: 1}), name: Counter({3: 2, 5: 1})}, None
    )
    text = config_for("en", {"train": "a", "dev": "b"}, components)
    pipeline = spacy.util.load_model_from_config(Config().from_str(text), auto_fill=True)

    keys = [pipeline.get_pipe(one.component).key for one in components]
    assert keys == (["x", name] if can_be_named(name) else ["x"])
    weights = pipeline.config["training"]["score_weights"]
    assert {score for score, weight in weights.items() if weight} == {f"spans_{key}_f" for key in keys}


def test_no_label_of_a_column_file_is_cut_at_a_blank(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    scheme = Example().scheme
    assert scheme
    scheme = scheme.replace("labels.PERSON =", 'labels."🐎_horse" = {}\nlabels."🐎 horse" = {}\nlabels.PERSON =', 1)
    records = [span("e1", "🐎 horse", 0, 3), span("e2", "🐎_horse", 4, 8)]
    root = write_example(tmp_path / "c", Example(text="Red Star met Anna.\n", records=tuple(records), scheme=scheme))
    command = ["-C", str(root), "export", "hf", str(tmp_path / "hf"), "--config", "spans", "--config", "conll"]
    assert main(command) == 0

    said = "trainers/conll: 1 × names with a blank, a TAB or a line end in them, each of which is _ there (example"
    assert said in capsys.readouterr().out
    assert "names with a blank" in (tmp_path / "hf/README.md").read_text()
    lines = (tmp_path / "hf/trainers/conll/entity/train.conll").read_text().splitlines()
    assert [line.split() for line in lines if line][1:3] == [["Red", "B-🐎_horse_2"], ["Star", "B-🐎_horse"]]


def test_a_sentence_has_the_labels_of_the_layer_that_is_chosen(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    scheme = Example().scheme
    assert scheme
    records = (span("e1", "PERSON", 0, 4), span("e2", "GPE", 12, 17))
    free = Example(text="Anna left.\n\nTokyo grew.\n", records=records, scheme=scheme.replace('within = "sentence"\n', ""))
    root = write_example(tmp_path / "c", free)
    command = ["-C", str(root), "export", "hf", str(tmp_path / "hf"), "--config", "sentences", "--config", "spacy"]

    assert main([*command, "--sentence-layer", "genre"]) == 2
    assert "there is no such layer of spans: there are entity and statement" in capsys.readouterr().err
    assert main(command) == 0
    said = capsys.readouterr().out
    assert 'no layer of spans has within = "sentence"' in said
    assert "--sentence-layer NAME says which" in said
    assert main([*command, "--sentence-layer", "entity"]) == 0
    assert "which labels of entity a sentence has is learnt by textcat_multilabel" in capsys.readouterr().out
    rows = pq.read_table(tmp_path / "hf/sentences/train-00000-of-00001.parquet").to_pylist()
    assert [row["label"] for row in rows] == [0, 1]
    assert "`label` in `sentences` is that of the span of `entity`" in (tmp_path / "hf/README.md").read_text()


@pytest.mark.parametrize("name", ["gliner", "spacy", "conll"])
@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda spans: spans[1:], "read back with "),
        (lambda spans: [msgspec.structs.replace(span, label=f"{span.label}S") for span in spans], "read back with other labels"),
    ],
)
def test_side_files_are_read_back_before_they_are_put_in_place(
    name: str, change: Any, said: str, travel: Path, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    format_ = writing._FORMATS[name]

    def damaged(documents: Any, outgoing: Any) -> None:
        format_.write(map(changed, documents), outgoing)

    def changed(document: Document) -> Document:
        kept = {
            who: msgspec.structs.replace(one, spans=tuple(change(one.spans))) for who, one in document.sets.items() if one.spans
        }
        return msgspec.structs.replace(document, sets={**document.sets, **kept})

    monkeypatch.setitem(writing._FORMATS, name, msgspec.structs.replace(format_, write=damaged))
    command = ["-C", str(travel), "export", "hf", str(tmp_path / "x"), "--config", "documents", "--config", name]
    assert main(command) == 2
    err = capsys.readouterr().err
    assert f"trainers/{name}/" in err
    assert said in err
    assert not (tmp_path / "x").exists()


def test_a_language_goes_by_the_code_that_spacy_has_for_it(tmp_path: Path) -> None:
    """An older code of Hebrew names the same tokenizer, but is none that a configuration may have."""
    root = write_example(tmp_path / "corpus", Example(text="שלום עולם.\n", records=(span("e1", "PERSON", 0, 4),)))
    for metadata in (root / "corpus").rglob("*.toml"):
        metadata.write_text(re.sub('language = ".*"', 'language = "iw"', metadata.read_text(encoding="utf-8")), encoding="utf-8")
    assert main(["-C", str(root), "export", "hf", str(tmp_path / "out"), "--no-agreement"]) == 0

    config = Config().from_disk(tmp_path / "out/trainers/spacy/config.cfg", interpolate=False)
    assert config["nlp"]["lang"] == "he"
