"""CoNLL-U: exact text, mentions in brackets both ways, words under one token, and what the peers make of ours."""

from __future__ import annotations

import hashlib
import logging
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from round_trip import assert_round_trip, contents, expected, options_of, read, written

from postil import Corpus
from postil.corpus import Document
from postil.errors import UnreadableFile
from postil.exchange.incoming import Incoming
from postil.exchange.intake import Intake, Rules
from postil.exchange.losses import Losses
from postil.exchange.sources import Source
from postil.formats.conllu import FORMAT
from postil.formats.conllu.entities import escaped, unescaped
from postil.formats.conllu.read import meta_value
from postil.manifest import Metadata
from postil.model import AnnotationSet, Header, Relation, Span
from postil.scheme import LabelDefinition, Layer, Scheme

SCHEME = Scheme("s", 1, layers={"entity": Layer("span", labels={"PER": LabelDefinition()}), "coreference": Layer("relation")})


def rows(text: str) -> str:
    """Rows of ``ID FORM MISC``, with the columns between them left empty."""
    lines = []
    for line in text.strip("\n").split("\n"):
        cells = line.split(" ") if line and not line.startswith("#") else []
        lines.append("\t".join([cells[0], cells[1], *"_______", cells[2] if len(cells) > 2 else "_"]) if cells else line)
    return "\n".join(lines) + "\n\n"


def imported(path: Path, text: str, **options: Any) -> tuple[list[Document], Incoming]:
    path.write_text(text, encoding="utf-8", newline="")
    found, intake, incoming = read(FORMAT, path, **options)
    assert intake.errors == []
    return found, incoming


def with_tokens(path: Path) -> list[Document]:
    incoming = Incoming(Source(path), options_of(FORMAT, reading=True), with_tokens=True)
    intake = Intake(Rules(), "s/1", incoming.declared)
    found = [document for draft in FORMAT.read(incoming) if (document := intake.admit(draft))]
    assert intake.errors == []
    return found


def spans_of(document: Document) -> list[tuple[str, str, dict[str, Any]]]:
    return [(span.label, span.text, span.attributes) for span in next(iter(document.sets.values())).spans]


def counts(losses: Losses) -> dict[str, int]:
    return {loss.kind: loss.count for loss in losses if "--tokens" not in loss.kind}


def document(text: str, *records: Any, **metadata: Any) -> Document:
    digest = hashlib.sha256(text.encode()).hexdigest()
    header = Header("a", "gold", "s/1", digest, "complete", "imported")
    spans = tuple(record for record in records if isinstance(record, Span))
    relations = tuple(record for record in records if isinstance(record, Relation))
    return Document("a", text, Metadata(**metadata), {"gold": AnnotationSet(header, spans, relations).canonical()}, digest)


# --- the text ------------------------------------------------------------------------------------------------------------------


def test_spaces_are_as_the_rows_say(tmp_path: Path) -> None:
    text = rows("1 Hi SpaceAfter=No\n2 , SpacesAfter=\\s\\s\n3 you SpacesAfter=\\t\\p\\\\x\n4 ! SpacesAfter=\\n\\n") + rows(
        "1 Bye _"
    )
    found, incoming = imported(tmp_path / "a.conllu", text)

    assert found[0].text == "Hi,  you\t|\\x!\n\nBye\n"
    assert not incoming.repaired


def test_paragraphs_sentences_and_documents(tmp_path: Path) -> None:
    text = (
        rows("# newdoc id = x\n# newpar\n1 A _") + rows("1 b SpaceAfter=No") + rows("# newpar\n1 C _")
        + rows("# newdoc id = y\n1 D _") + rows("1 E SpaceAfter=No")
    )  # fmt: skip
    found, _ = imported(tmp_path / "a.conllu", text)

    assert [(one.id, one.text) for one in found] == [("x", "A b\n\nC\n"), ("y", "D\nE\n")]


def test_documents_without_ids_are_called_after_the_file(tmp_path: Path) -> None:
    two, _ = imported(tmp_path / "a.conllu", rows("# newdoc\n1 A _") + rows("# newdoc\n1 B _"))
    one, _ = imported(tmp_path / "b.conllu", rows("# newdoc\n1 A _") + rows("1 B _"))

    assert [document.id for document in two] == ["a-1", "a-2"]
    assert [document.id for document in one] == ["b"]


def test_blanks_come_from_the_text_comment_where_rows_say_nothing(tmp_path: Path) -> None:
    text = rows("# text = Er ging (weit).\n1 Er _\n2 ging _\n3 ( _\n4 weit _\n5 ) _\n6 . _") + rows("# text = other\n1 words _")
    found, incoming = imported(tmp_path / "a.conllu", text)

    assert found[0].text == "Er ging (weit).\nwords\n"
    assert counts(incoming.repaired) == {
        "sentences with blanks as # text has them": 1, "sentences whose # text is not that of their tokens, which were taken": 1,
    }  # fmt: skip


def test_words_under_one_token_and_empty_nodes(tmp_path: Path) -> None:
    text = rows(
        "1-2 fürs Entity=(x)\n1 für _\n2 das Entity=(e1-ORG-1\n3 FBI Entity=e1)\n3.1 er Entity=(e2-PER-1)\n4 _ SpaceAfter=No"
    )
    found, incoming = imported(tmp_path / "a.conllu", "# global.Entity = eid-etype-head-other\n" + text)

    assert found[0].text == "fürs FBI _\n"
    assert spans_of(found[0]) == [("ORG", "fürs FBI", {"head": "1"})]
    assert counts(incoming.repaired) == {"mentions of a part of a token, widened to all of it": 1}
    assert counts(incoming.losses) == {"mentions without a character": 1}


def test_a_mention_may_begin_at_an_empty_node(tmp_path: Path) -> None:
    text = rows("1 a _\n1.1 _ Entity=(e1-PER-\n2 b _\n3 c Entity=e1)\n4 d Entity=(e2-PER-\n4.1 _ Entity=e2)\n5 e _")
    found, _ = imported(tmp_path / "a.conllu", text)

    assert [text for _, text, _ in spans_of(found[0])] == ["b c", "d"]


def test_forms_may_hold_blanks_and_blanks_of_other_scripts(tmp_path: Path) -> None:
    text = "1\tViệt Nam\t_\t_\t_\t_\t_\t_\t_\tEntity=(e1-LOC-1)\n2\ta\u2028b\u00a0c\t_\t_\t_\t_\t_\t_\t_\t_\n"
    found, _ = imported(tmp_path / "a.conllu", text)

    assert found[0].text == "Việt Nam a\u2028b\u00a0c\n"
    assert spans_of(found[0])[0][1] == "Việt Nam"


# --- mentions ------------------------------------------------------------------------------------------------------------------


def test_mentions_as_gum_writes_them(tmp_path: Path) -> None:
    text = "# newdoc id = g\n# global.Entity = GRP-etype-infstat-minspan-link-identity\n# meta::title = Emperor\n"
    text += rows(
        "1 Emperor Entity=(2-person-giv:act-1,2-coref-Emperor_Norton\n2 Norton Entity=2)\n"
        "3 of Bridge=2<3:part|Entity=(3-place-new-1-sgl\n"
        "4 his Entity=(2-person-giv:act-1-ana)\n5 city Entity=3)\n6 . _"
    )  # fmt: skip
    found, incoming = imported(tmp_path / "a.conllu", text)
    annotations = found[0].sets["imported"]

    assert found[0].metadata.title == "Emperor"
    assert spans_of(found[0]) == [
        ("person", "Emperor Norton", {"infstat": "giv:act", "minspan": "1,2", "link": "coref", "identity": "Emperor_Norton"}),
        ("place", "of his city", {"infstat": "new", "minspan": "1", "link": "sgl"}),
        ("person", "his", {"infstat": "giv:act", "minspan": "1", "link": "ana"}),
    ]
    by_id = {span.id: span.text for span in annotations.spans}
    assert [(one.layer, one.label, [(role, by_id[id]) for role, id in one.arguments()]) for one in annotations.relations] == [
        ("bridging", "part", [("from", "of his city"), ("to", "Emperor Norton")]),
        ("coreference", "coreference", [("member", "Emperor Norton"), ("member", "his")]),
    ]
    assert not counts(incoming.losses)


def test_old_files_of_gum_close_with_the_type(tmp_path: Path) -> None:
    text = "# global.Entity = entity-GRP-infstat\n" + rows("1 a Entity=(person-1-new\n2 b Entity=(place-2-new)person-1)")
    found, _ = imported(tmp_path / "a.conllu", text)

    assert [(label, text) for label, text, _ in spans_of(found[0])] == [("person", "a b"), ("place", "b")]


def test_mentions_without_ids_close_by_their_type_and_are_no_class(tmp_path: Path) -> None:
    text = rows("1 a Entity=(person(place-Wadi)\n2 b Entity=person)\n3 c Entity=(person-X)\n4 d _\n")
    ((document,), incoming) = imported(tmp_path / "a.conllu", f"# global.Entity = etype-identity\n{text}\n")

    found = [("person", "a b", {}), ("place", "a", {"identity": "Wadi"}), ("person", "c", {"identity": "X"})]
    assert spans_of(document) == found
    assert not next(iter(document.sets.values())).relations
    assert not [kind for kind in counts(incoming.losses) if "brackets" in kind]


def test_rows_that_begin_with_a_number_sign_and_tags_in_columns_that_nobody_asked_for(tmp_path: Path) -> None:
    text = "# global.columns = FORM NE\n# text = a # b\na\tB-X\n#\tI-X\nb\tO\n\n"
    ((document,), incoming) = imported(tmp_path / "a.conllup", text)
    assert document.text == "a # b\n"
    assert counts(incoming.losses)["tags under NE, which --tags NE reads"] == 2

    ((document,), _) = imported(tmp_path / "a.conllup", text, tags=("NE",))
    assert spans_of(document) == [("X", "a #", {})]


def test_mentions_in_parts_and_under_one_name(tmp_path: Path) -> None:
    text = rows(
        "1 He Entity=(e1-person-1)\n2 gave Entity=(e2[1/2]-act-1-x:y\n3 it Entity=e2[1/2])\n4 quite _\n5 up Entity=(e2[2/2])\n"
        "6 the Entity=(e1-person-2(e1-person-1\n7 man Entity=e1)\n8 who Entity=(e1-person-1)e1)"
    )  # fmt: skip
    found, _ = imported(tmp_path / "a.conllu", text)
    spans = found[0].sets["imported"].spans

    assert [span.text for span in spans] == ["He", "gave it up", "the man who", "the man", "who"]
    assert spans[1].fragments == ((3, 10), (17, 19))
    assert spans[1].attributes == {"head": "1", "x": "y"}
    assert len(found[0].sets["imported"].relations[0].args["member"]) == 4


def test_brackets_without_their_other_half_are_counted(tmp_path: Path) -> None:
    text = rows("1 a Entity=(e1-x-1\n2 b Entity=e2)\n3 c Entity=(e3[2/2]-x-1)\n4 d Entity=(e4[1/2]-x-1)\n5 e Entity=loose")
    found, incoming = imported(tmp_path / "a.conllu", text)

    assert spans_of(found[0]) == []
    assert incoming.losses.by_kind["brackets of mentions that lack their other half"].count >= 5


@pytest.mark.parametrize("value", ["a-b(c)|d=e,f:g", "50%", "%C3", "with blank", "é\tü", "", "_", "[1/2]"])
def test_fields_hold_every_value(value: str) -> None:
    assert unescaped(escaped(value)) == value
    assert not set(escaped(value)) & set("-()|=,:[] \t")


@pytest.mark.parametrize(
    ("said", "value"),
    [("12", 12), ("007", "007"), ("1.10", "1.10"), ("true", True), ("2015-01-01", "2015-01-01"),
     ('["a"]', ["a"]), ("[x", "[x"), ("[" * 9999, "[" * 9999)],
)  # fmt: skip
def test_metadata_in_comments(said: str, value: Any) -> None:
    assert meta_value(said) == value


# --- other columns -------------------------------------------------------------------------------------------------------------


def test_tags_in_a_column_or_in_misc(tmp_path: Path) -> None:
    plus = "# global.columns = ID FORM UPOS NER\n1\tNew\tPROPN\tB-LOC\n2\tYork\tPROPN\tI-LOC\n3\tis\tAUX\tO\n"
    found, _ = imported(tmp_path / "a.conllup", plus, tags=("NER",))
    misc, _ = imported(tmp_path / "b.conllu", rows("1 New name=B-LOC\n2 York name=I-LOC"), tags=("name",))
    _, unread = imported(tmp_path / "b.conllu", rows("1 New name=B-LOC\n2 York name=I-LOC"))

    assert [(label, text) for label, text, _ in spans_of(found[0])] == [("LOC", "New York")]
    assert [(label, text) for label, text, _ in spans_of(misc[0])] == [("LOC", "New York")]
    assert counts(unread.losses) == {"tags under name, which --tags name reads": 2}


def test_multiword_expressions_of_parseme(tmp_path: Path) -> None:
    text = "# global.columns = ID FORM PARSEME:MWE\n1\tHe\t*\n2\ttook\t1:VPC;2:LVC.full\n3\tit\t2\n4\toff\t1\n5\tnow\t_\n"
    found, _ = imported(tmp_path / "a.cupt", text)

    assert [(span.layer, span.label, span.text, span.fragments) for span in found[0].sets["imported"].spans] == [
        ("mwe", "VPC", "took off", ((3, 7), (11, 14))), ("mwe", "LVC.full", "took it", ()),
    ]  # fmt: skip


def test_tokens_keep_their_columns_and_sentences_their_comments(tmp_path: Path) -> None:
    text = (
        "# sent_id = s7\n# newpar id = p1\n# text_en = Hi\n"
        "1\tBooks\tbook\tNOUN\tNNS\tNumber=Plur|Case=Nom\t0\troot\t0:root\tGloss=x|SpaceAfter=No\n"
        "2-3\tfürs\t_\t_\t_\t_\t_\t_\t_\t_\n2\tfür\tfür\tADP\t_\t_\t4\tcase\t_\t_\n3\tdas\tder\tDET\t_\t_\t4\tdet\t_\tA=b\n\n"
    )
    (tmp_path / "a.conllu").write_text(text)
    (found,) = with_tokens(tmp_path / "a.conllu")
    spans = found.sets["imported"].spans

    assert [(span.layer, span.text, span.attributes) for span in spans] == [
        ("sentence", "Booksfürs", {"sent_id": "s7", "newpar id": "p1", "text_en": "Hi"}),
        ("token", "Books", {
            "lemma": "book", "upos": "NOUN", "xpos": "NNS", "feats": "Number=Plur|Case=Nom", "head": "0", "deprel": "root",
            "deps": "0:root", "Gloss": "x",
        }),
        ("token", "fürs", {
            "words": "für das", "lemma": "für der", "upos": "ADP DET", "head": "4 4", "deprel": "case det", "A": "b",
        }),
    ]  # fmt: skip
    path, losses = written(FORMAT, [found], SCHEME, tmp_path / "x")
    assert (path / "a.conllu").read_text() == (
        "# newdoc id = a\n# newpar id = p1\n# sent_id = s7\n# text = Booksfürs\n# text_en = Hi\n"
        "1\tBooks\tbook\tNOUN\tNNS\tNumber=Plur|Case=Nom\t0\troot\t0:root\tGloss=x|SpaceAfter=No\n"
        "2-3\tfürs\t_\t_\t_\t_\t_\t_\t_\tA=b|SpacesAfter=\\n\n2\tfür\tfür\tADP\t_\t_\t4\tcase\t_\t_\n3\tdas\tder\tDET\t_\t_\t4\tdet\t_\t_\n\n"
    )
    assert not losses.stopping
    (again,) = with_tokens(path)
    assert contents(again.sets["imported"], SCHEME, False) == contents(found.sets["imported"], SCHEME, False)


def test_rows_that_are_none_are_refused(tmp_path: Path) -> None:
    for text, message in (
        ("1\ta\n", "2 columns"), (rows("x a _"), "is no id of a word"), ("# global.columns = ID X\n1\ta\n", "no column FORM"),
    ):  # fmt: skip
        with pytest.raises(UnreadableFile, match=message):
            imported(tmp_path / "a.conllu", text)
    (tmp_path / "a.conllu").write_bytes(b"1\t\xff\n")
    with pytest.raises(UnreadableFile, match="--encoding"):
        read(FORMAT, tmp_path / "a.conllu")


def test_a_great_many_open_brackets_take_linear_time(tmp_path: Path) -> None:
    many = "".join(f"(e{number}-x" for number in range(20_000))
    _, incoming = imported(tmp_path / "a.conllu", rows(f"1 a Entity={many}\n2 b Entity={'(' * 50_000}"))

    assert incoming.losses.by_kind["brackets of mentions that lack their other half"].count >= 20_000


def test_the_samples(samples: Path) -> None:
    files = [*samples.glob("conllu/**/*.conllu"), *samples.glob("conll-ner/dkpro-core/2006/fi-ref.conll")]
    texts = {}
    for file in files:
        (found,), intake, _ = read(FORMAT, file)
        assert intake.errors == []
        texts[file.name] = found.text

    assert len(texts) == 6
    assert texts["conllu-untokenized_text.conllu"] == "Er arbeitet fürs FBI (deutsch etwa: „Bundesamt für Ermittlung“).\n"
    assert texts["conllu-words_and_tokens.conllu"] == "vámonos al mar\n"
    assert texts["conllu-en-ref.conllu"] == "They buy and sell books.\nI haven't a clue.\n"
    assert texts["conllu-multiple_paragraphs.conllu"] == (
        "Slovenská ústava: pro i proti Slovenská ústava: pro i proti\n\nSlovenská ústava: pro i proti\n"
    )


# --- writing -------------------------------------------------------------------------------------------------------------------


def entity(id: str, start: int, end: int, text: str, **attributes: Any) -> Span:
    return Span(id, "entity", "PER", start, end, text, (), attributes)


def test_what_is_written(tmp_path: Path) -> None:
    one = document(
        "Ann Lee, she\n", entity("x", 0, 7, "Ann Lee", wikidata="Q1"), entity("y", 0, 3, "Ann"), entity("z", 9, 12, "she"),
        Relation("r", "coreference", "coreference", {"member": ("x", "z")}), title="T", extra={"n": 3, "s": "[x]"},
    )  # fmt: skip
    path, losses = written(FORMAT, [one], SCHEME, tmp_path / "x")

    assert (path / "a.conllu").read_text() == (
        "# newdoc id = a\n# global.Entity = eid-etype-other\n# meta::title = T\n# meta::n = 3\n# meta::s = [x]\n"
        "# newpar\n# sent_id = a-1\n# text = Ann Lee, she\n"
        "1\tAnn\t_\t_\t_\t_\t_\t_\t_\tEntity=(e1-PER-layer:entity,wikidata:Q1(e2-PER-layer:entity)\n"
        "2\tLee\t_\t_\t_\t_\t_\t_\t_\tEntity=e1)|SpaceAfter=No\n"
        "3\t,\t_\t_\t_\t_\t_\t_\t_\t_\n4\tshe\t_\t_\t_\t_\t_\t_\t_\tEntity=(e1-PER-layer:entity)|SpacesAfter=\\n\n\n"
    )
    assert not losses.stopping
    assert_round_trip(FORMAT, [one], SCHEME)


def test_bridging_and_split_antecedents_are_written(tmp_path: Path) -> None:
    spans = [entity("x", 0, 1, "a"), entity("y", 2, 3, "b"), entity("z", 4, 5, "c"), entity("w", 6, 7, "d")]
    one = document(
        "a b c d\n", *spans, Relation("r", "coreference", "coreference", {"member": ("x", "z")}),
        Relation("b1", "bridging", "part-of", {"from": "y", "to": "x"}),
        Relation("b2", "bridging", "bridging", {"from": "y", "to": "w"}),
        Relation("b3", "bridging", "not-first", {"from": "y", "to": "z"}), Relation("b4", "likes", "x", {"from": "y", "to": "x"}),
        Relation("s", "split-antecedent", "split-antecedent", {"anaphor": "w", "antecedent": ("x", "y")}),
    )  # fmt: skip
    path, losses = written(FORMAT, [one], SCHEME, tmp_path / "x")
    text = (path / "a.conllu").read_text()

    assert "Bridge=e1<e2:part-of,e3<e2|Entity=(e2-PER-layer:entity)" in text
    assert "Entity=(e3-PER-layer:entity)|SpacesAfter=\\n|SplitAnte=e1<e3,e2<e3" in text
    assert losses.by_kind["relations other than of coreference"].count == 2
    assert_round_trip(FORMAT, [one], SCHEME)


def test_one_file_for_all_documents(tmp_path: Path) -> None:
    one = document("Ann\n", entity("x", 0, 3, "Ann"))
    other = replace(document("Bo\n", entity("x", 0, 2, "Bo")), id="b")
    path, _ = written(FORMAT, [one, other], SCHEME, tmp_path / "x", documents="one")

    assert (path / "corpus.conllu").read_text().count("(e1-PER") == (path / "corpus.conllu").read_text().count("(e2-PER") == 1
    assert_round_trip(FORMAT, [one, other], SCHEME, documents="one")


def test_an_attribute_may_be_called_layer(tmp_path: Path) -> None:
    one = document("Ann\n", entity("x", 0, 3, "Ann", layer="y", other="z"))
    path, _ = written(FORMAT, [one], SCHEME, tmp_path / "x")

    assert "Entity=(e1-PER-layer:entity,%6Cayer:y,other:z)|" in (path / "a.conllu").read_text()
    assert_round_trip(FORMAT, [one], SCHEME)


def test_classes_that_brackets_cannot_tell_apart_are_counted(tmp_path: Path) -> None:
    crossing = [entity("x", 0, 3, "a b"), entity("y", 2, 5, "b c")]
    one = document(
        "a b c d\n", *crossing, entity("z", 6, 7, "d"), Relation("r", "coreference", "coreference", {"member": ("x", "y")}),
        Relation("q", "coreference", "same", {"member": ("x", "z")}),
        Relation("p", "coreference", "again", {"member": ("y", "z")}),
    )  # fmt: skip
    _, losses = written(FORMAT, [one], SCHEME, tmp_path / "x")

    assert losses.by_kind["relations other than of coreference"].count == 2
    assert losses.by_kind["names of classes of spans"].count == 1
    assert_round_trip(FORMAT, [one], SCHEME)


# --- peers ---------------------------------------------------------------------------------------------------------------------


def test_conllu_reads_it(repository: Path, tmp_path: Path) -> None:
    conllu = pytest.importorskip("conllu")
    corpus = Corpus.open(repository)
    path, _ = written(FORMAT, corpus, corpus.scheme, tmp_path / "x")
    (file,) = path.rglob("*.conllu")
    data = file.read_text(encoding="utf-8")
    sentences = conllu.parse(data)
    (wanted,) = expected(FORMAT, corpus, corpus.scheme)

    assert "".join(sentence.serialize() for sentence in sentences) == data
    opened = sum((token["misc"] or {}).get("Entity", "").count("(") for sentence in sentences for token in sentence)
    assert opened == sum(len(span.extents) for span in next(iter(wanted.sets.values())).spans)


def test_udapi_reads_its_mentions(repository: Path, tmp_path: Path) -> None:
    udapi = pytest.importorskip("udapi.core.document")
    corpus = Corpus.open(repository)
    path, _ = written(FORMAT, corpus, corpus.scheme, tmp_path / "x")
    (file,) = path.rglob("*.conllu")
    logging.disable(logging.WARNING)  # it warns of every word without a head
    try:
        found = udapi.Document()
        found.from_conllu_string(file.read_text(encoding="utf-8"))
        mentions = [(mention.entity.etype, mention.other["layer"], mention.words) for mention in found.coref_mentions]
    finally:
        logging.disable(logging.NOTSET)
    (wanted,) = expected(FORMAT, corpus, corpus.scheme)
    spans = next(iter(wanted.sets.values())).spans

    assert sorted((type_, layer, "".join("".join(word.form.split()) for word in words)) for type_, layer, words in mentions) == (
        sorted((span.label, span.layer, "".join(span.text.split())) for span in spans)
    )


def test_heads_come_back_in_the_field_that_they_came_in(tmp_path: Path) -> None:
    one = document("Ann Lee, she\n", entity("x", 0, 7, "Ann Lee", head="2"), entity("z", 9, 12, "she", head="1", infstat="new"))
    path, _ = written(FORMAT, [one], SCHEME, tmp_path / "x")

    text = (path / "a.conllu").read_text()
    assert "# global.Entity = eid-etype-head-other\n" in text
    assert "Entity=(e1-PER-2-layer:entity\n" in text
    assert "Entity=(e2-PER-1-layer:entity,infstat:new)" in text
    assert_round_trip(FORMAT, [one], SCHEME)
    mixed = document("Ann Lee, she\n", entity("x", 0, 7, "Ann Lee", head="2"), entity("z", 9, 12, "she", head="1-2"))
    assert_round_trip(FORMAT, [mixed], SCHEME)
    assert_round_trip(FORMAT, [one], SCHEME, documents="one")
