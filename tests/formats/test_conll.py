"""Column files: schemes, columns that are found by looking, documents, wrong starts, and what other readers make of ours."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import pytest
from formats_documents import SCHEME, documents
from hypothesis import HealthCheck, given, settings, strategies as st
from round_trip import assert_round_trip, expected, options_of, read, written

from postil import Corpus
from postil.corpus import Document
from postil.errors import PostilError, UnreadableFile
from postil.exchange.incoming import Incoming
from postil.exchange.sources import Source
from postil.formats._tags import SCHEMES, Chunk, TagCounts, chunks, tagged, tags_of
from postil.formats.conll import FORMAT
from postil.model import Span
from postil.scheme import LabelDefinition, Layer, Scheme


def imported(path: Path, text: str, **options: Any) -> tuple[list[Document], Incoming]:
    path.write_text(text, encoding="utf-8", newline="")
    found, intake, incoming = read(FORMAT, path, **options)
    assert intake.errors == []
    return found, incoming


def spans_of(document: Document) -> list[tuple[str, str, str]]:
    return [(span.layer, span.label, span.text) for span in document.sets["imported"].spans]


def drafts(path: Path, text: str, **options: Any) -> list[Any]:
    path.write_text(text, encoding="utf-8", newline="")
    incoming = Incoming(Source(path), options_of(FORMAT, reading=True, **options), with_tokens=True)
    return list(FORMAT.read(incoming))


def repaired(incoming: Incoming) -> dict[str, int]:
    return {loss.kind: loss.count for loss in incoming.repaired if "--fields" not in loss.kind}


# --- tags ----------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scheme", SCHEMES)
@given(data=st.data())
@settings(max_examples=40, deadline=None)
def test_tags_say_the_same_chunks_in_every_scheme(scheme: str, data: st.DataObject) -> None:
    edges = sorted(data.draw(st.sets(st.integers(0, 12), max_size=8)))
    labels = st.sampled_from(["PER", "I-X", "O", "a-b", "日"])
    wanted = [Chunk(first, after, data.draw(labels)) for first, after in itertools.pairwise(edges) if data.draw(st.booleans())]
    cells = tagged(wanted, 12, scheme)
    counts = TagCounts()
    for cell in cells:
        counts.add(cell)

    assert list(chunks(tags_of(cells, scheme), scheme)) == wanted
    assert [(one.first, one.after, one.label) for one in chunks(tags_of(cells, counts.scheme), counts.scheme)] == [
        (one.first, one.after, one.label) for one in wanted
    ]


@pytest.mark.parametrize(
    ("cells", "scheme"),
    [
        ("I-A O B-B B-B O", "IOB2"),
        ("I-A O I-B B-B O", "IOB1"),
        ("B-A I-A O I-B O B-A", "IOB2"),
        ("B-A L-A U-B O", "BILOU"),
        ("B-A E-A S-B O", "BIOES"),
        ("B-A M-A E-A S-B O", "BMES"),
        ("I-A E-A O E-B", "IOE2"),
        ("O O PER PER O O O", "IO"),
    ],
)
def test_the_scheme_is_recognised(cells: str, scheme: str) -> None:
    counts = TagCounts()
    for cell in cells.split(" "):
        counts.add(cell)

    assert counts.scheme == scheme


# --- reading -------------------------------------------------------------------------------------------------------------------


def test_conll_2003(tmp_path: Path) -> None:
    text = (
        "-DOCSTART- -X- -X- O\n\nU.N. NNP I-NP I-ORG\nofficial NN I-NP O\nEkeus NNP I-NP I-PER\nRolf NNP I-NP B-PER\n. . O O\n\n"
        "-DOCSTART- -X- -X- O\n\nBaghdad NNP I-NP I-LOC\nfalls VBZ I-VP O\n"
    )
    found, incoming = imported(tmp_path / "eng.train", text)

    assert [document.id for document in found] == ["eng-1", "eng-2"]
    assert found[0].text == "U.N. official Ekeus Rolf .\n"
    assert [one for one in spans_of(found[0]) if one[0] == "span"] == [
        ("span", "ORG", "U.N."), ("span", "PER", "Ekeus"), ("span", "PER", "Rolf"),
    ]  # fmt: skip
    assert ("chunk", "NP", "U.N. official Ekeus Rolf") in spans_of(found[0])
    said = next(iter(incoming.repaired))
    assert said.examples == [f"{tmp_path}/eng.train “token,@pos,chunk,span (IOB1)”"]
    assert repaired(incoming) == {}


def test_wrong_starts_are_begun_dropped_or_refused(tmp_path: Path) -> None:
    text = "a\tB-X\nb\tI-X\nc\tO\nd\tI-Y\ne\tI-Y\nf\tB-X\n"
    begun, incoming = imported(tmp_path / "a.conll", text)
    dropped, without = imported(tmp_path / "a.conll", text, **{"wrong-starts": "drop"})

    assert spans_of(begun[0]) == [("span", "X", "a b"), ("span", "Y", "d e"), ("span", "X", "f")]
    assert repaired(incoming) == {"chunks whose first tag (I-…) cannot begin one, begun there": 1}
    assert spans_of(dropped[0]) == [("span", "X", "a b"), ("span", "X", "f")]
    assert [loss.kind for loss in without.losses.stopping] == ["chunks whose first tag (I-…) cannot begin one, left out"]
    with pytest.raises(UnreadableFile, match=r"a\.conll:4:1: I-Y cannot begin"):
        imported(tmp_path / "a.conll", text, **{"wrong-starts": "error"})


def test_a_number_sign_is_a_token_where_it_has_a_tag(tmp_path: Path) -> None:
    found, _ = imported(
        tmp_path / "a.conll", "# newdoc id = doc/7\n# language = yo\n# O\nLagos B-LOC\n\n#\tO\n".replace("\t", " ")
    )

    assert found[0].text == "# Lagos\n#\n"
    assert found[0].id == "doc/7"
    assert found[0].metadata.language == "yo"


def test_germeval(tmp_path: Path) -> None:
    text = (
        "#\thttp://de.wikipedia.org/wiki/X [2009-10-17]\n1\tDie\tO\tO\n2\tUni\tB-ORG\tO\n3\tBonn\tI-ORG\tB-LOC\n\n"
        "#\thttp://de.wikipedia.org/wiki/Y [2009-10-18]\n1\tBonn\tB-LOC\tO\n\n"
    )
    found, incoming = imported(tmp_path / "g.tsv", text)
    (draft,) = drafts(tmp_path / "g.tsv", text)

    assert spans_of(found[0]) == [("outer", "ORG", "Uni Bonn"), ("inner", "LOC", "Bonn"), ("outer", "LOC", "Bonn")]
    assert {loss.kind: loss.count for loss in incoming.losses} == {
        "tokens, which --tokens keeps": 4, "sentences, which --tokens keeps": 2,
    }  # fmt: skip
    assert not incoming.losses.stopping
    sentences = [span for span in draft.sets[0].spans if span.layer == "sentence"]
    assert sentences[1].attributes == {"comment": "#\thttp://de.wikipedia.org/wiki/Y [2009-10-18]"}


HIPE = """TOKEN\tNE-COARSE-LIT\tNE-FINE-LIT\tNE-NESTED\tNEL-LIT\tMISC
# hipe2022:document_id = GDL-1798-i0001
# hipe2022:language = fr
# hipe2022:date = 1798-01-02
# hipe2022:applicable_columns = TOKEN NE-COARSE-LIT
# segment_iiif_link = x
Mr\tB-pers\tB-pers.ind\tO\tQ1\tNoSpaceAfter
.\tI-pers\tI-pers.ind\tO\tQ1\t_
Rey\tI-pers\tI-pers.ind\tB-loc\tQ1\tEndOfLine
# segment_iiif_link = y
va\tO\tO\tO\t_\tNoSpaceAfter
.\tO\tO\tO\t_\tEndOfSentence

# language = fr
# document_id = GDL-1798-i0002
Paris\tB-loc\tB-loc\tO\tNIL\t_
"""


def test_hipe(tmp_path: Path) -> None:
    found, incoming = imported(tmp_path / "h.tsv", HIPE)

    assert [document.id for document in found] == ["GDL-1798-i0001", "GDL-1798-i0002"]
    assert found[0].text == "Mr. Rey\nva.\n"
    assert (found[0].metadata.language, found[0].metadata.published) == ("fr", "1798-01-02")
    assert [(span.layer, span.text, span.attributes) for span in found[0].sets["imported"].spans] == [
        ("NE-COARSE-LIT", "Mr. Rey", {"NEL-LIT": "Q1"}), ("NE-FINE-LIT", "Mr. Rey", {"NEL-LIT": "Q1"}),
        ("NE-NESTED", "Rey", {}),
    ]  # fmt: skip
    assert not incoming.repaired


def test_columns_are_what_the_user_says(tmp_path: Path) -> None:
    fields = "token,coarse,-,nested,coarse.wikidata,misc"
    found, _ = imported(tmp_path / "h.tsv", HIPE, fields=fields)

    assert {span.layer for span in found[0].sets["imported"].spans} == {"coarse", "nested"}
    assert found[0].sets["imported"].spans[0].attributes == {"wikidata": "Q1"}
    with pytest.raises(PostilError, match=r"h\.tsv:1:1: 6 columns where 2 are wanted, as --fields names so many"):
        imported(tmp_path / "h.tsv", HIPE, fields="token,x")
    with pytest.raises(PostilError, match="one column must be called token"):
        imported(tmp_path / "h.tsv", HIPE, fields="a,b,c,d,e,f")


def test_a_name_may_go_on_where_hipe_ends_a_sentence_or_a_line(tmp_path: Path) -> None:
    text = (
        "TOKEN\tNE-COARSE-LIT\tMISC\n# document_id = a\nMM\tB-pers\tNoSpaceAfter\n.\tI-pers\tEndOfLine|EndOfSentence\n"
        "Stu\tI-pers\tEndOfLine|NoSpaceAfter\n-\tI-pers\t_\n"
    )
    found, _ = imported(tmp_path / "h.tsv", text)

    assert spans_of(found[0]) == [("NE-COARSE-LIT", "pers", "MM.\nStu-")]


def test_a_masked_file_has_no_spans(tmp_path: Path) -> None:
    found, _ = imported(tmp_path / "h.tsv", "TOKEN\tNE-COARSE-LIT\tNEL-LIT\tMISC\n# document_id = a\nA\t_\t_\t_\n")

    assert (found[0].text, spans_of(found[0])) == ("A\n", [])


def test_numbered_rows_with_rows_over_several_words(tmp_path: Path) -> None:
    text = (
        "# sent_id = 1\n# text = I don't # O\n1\tI\tO\t-\tann\n2-3\tdon't\t_\t-\tann\n2\tdo\tB-X\t-\tann\n3\tn't\tI-X\t-\tann\n"
        "3.1\t_\t_\t-\tann\n\n"
    )
    found, incoming = imported(tmp_path / "u.iob2", text)

    assert found[0].text == "I do n't\n"
    assert spans_of(found[0]) == [("span", "X", "do n't")]
    assert repaired(incoming) == {"rows over several words, or of none (1-2, 1.1): the words themselves were taken": 2}


def test_comments_between_blanks_and_exports_of_label_studio(tmp_path: Path) -> None:
    multiconer, _ = imported(
        tmp_path / "m.conll", "# id 5239d808\tdomain=en\neli _ _ O\nlilly _ _ B-CORP\n\n# id 6\tdomain=en\nx _ _ O\n"
    )
    studio, _ = imported(tmp_path / "s.conll", "-DOCSTART- -X- O\nSample -X- _ O\nDiabetes -X- _ B-Dx\nMellitus -X- _ I-Dx\n\n")

    assert (multiconer[0].text, spans_of(multiconer[0])) == ("eli lilly\nx\n", [("span", "CORP", "lilly")])
    assert (studio[0].text, spans_of(studio[0])) == ("Sample Diabetes Mellitus\n", [("span", "Dx", "Diabetes Mellitus")])


def test_rows_of_entities_only_have_more_columns(tmp_path: Path) -> None:
    text = "-DOCSTART- (1 EU)\nEU\tB\tEU\tQ458\nrejects\nNew\tB\tNew York\tQ60\nYork\tI\tNew York\tQ60\n\n"
    fields = "token,entity,-,entity.wikidata"
    found, incoming = imported(tmp_path / "aida.tsv", text, fields=fields, **{"odd-rows": "mend"})

    assert found[0].id == "1-EU"
    assert [(span.text, span.attributes) for span in found[0].sets["imported"].spans] == [
        ("EU", {"wikidata": "Q458"}), ("New York", {"wikidata": "Q60"}),
    ]  # fmt: skip
    assert repaired(incoming) == {"rows with more or fewer columns than the others": 1}


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("A\tPER-B\nb\tPER-I\nc\tO\n", [("span", "PER", "A b")]),
        ("A\tB_PER\nb\tI_PER\nc\tO\n", [("span", "PER", "A b")]),
        ("A B-X \r\nb I-X \r\n \r\nc O\r\n", [("span", "X", "A b")]),
        ("1\tA\tB-X\n2\tb\tO\n\n3\tc\tB-Y\n4\td\tO\n", [("span", "X", "A"), ("span", "Y", "c")]),
        ("0\tA\tB-X\n1\tb\tO\n\n0\tc\tB-Y\n", [("span", "X", "A"), ("span", "Y", "c")]),
    ],
)
def test_other_habits(text: str, wanted: list[tuple[str, str, str]], tmp_path: Path) -> None:
    found, _ = imported(tmp_path / "a.conll", text)

    assert spans_of(found[0]) == wanted


def test_several_tags_in_a_cell_are_noticed(tmp_path: Path) -> None:
    _, incoming = imported(tmp_path / "a.conll", "A\tB-X|B-Y\nb\tI-X|O\nc\tB-a|b\n")

    assert repaired(incoming)["cells that look like several tags, taken for one"] == 2


def test_files_that_look_alike_are_looked_at_together(tmp_path: Path) -> None:
    source = tmp_path / "all"
    source.mkdir()
    for name, text in {
        "a.conll": "A NNP O O\n", "b.conll": "Rome NNP B-NP LOC\n", "c.conll": "is VBZ B-VP O\nso RB O O\nin RB O O\n",
        "d.conll": "\n",
    }.items():  # fmt: skip
        (source / name).write_text(text)
    found, intake, incoming = read(FORMAT, source)

    assert [spans_of(document) for document in found] == [
        [], [("chunk", "NP", "Rome"), ("span", "LOC", "Rome")], [("chunk", "VP", "is")],
    ]  # fmt: skip
    assert next(iter(incoming.repaired)).examples[0].endswith("“token,@pos,chunk,span (IOB2, IO)”")
    assert incoming.losses.by_kind["files without a row"].count == 1
    assert intake.errors == []


def test_files_of_another_name_are_not_left_out_in_silence(tmp_path: Path) -> None:
    for name in ("train.conll", "dev.txt"):
        (tmp_path / name).write_text("Anna B-PER\nspoke O\n\n")

    documents, _, incoming = read(FORMAT, tmp_path)
    assert [document.id for document in documents] == ["train"]
    assert [file.path for file in incoming.source.unread()] == ["dev.txt"]


def test_other_ways_to_begin_a_document(tmp_path: Path) -> None:
    genia, _ = imported(tmp_path / "g.iob2", "###MEDLINE:1\n\nIL-2\tB-DNA\n\n###MEDLINE:2\n\n#\tO\n")
    onto, _ = imported(
        tmp_path / "o.conll",
        "#begin document (x/y); part 000\na B-X\n\n#end document\n#begin document (x/z)\nb O\n#end document\n",
    )

    assert [(document.id, document.text) for document in genia] == [("MEDLINE-1", "IL-2\n"), ("MEDLINE-2", "#\n")]
    assert [document.id for document in onto] == ["x/y", "x/z"]


def test_barred_tokens(tmp_path: Path) -> None:
    found, incoming = imported(tmp_path / "a.iob", "I|PRP|O ||SYM|O Rome|NNP|B-LOC\nIt|PRP|O\n")

    assert found[0].text == "I | Rome\nIt\n"
    assert spans_of(found[0]) == [("span", "LOC", "Rome")]
    assert "token,@pos,span (IOB2)" in next(iter(incoming.repaired)).examples[0]


def test_blanks_of_other_scripts_are_no_separators(tmp_path: Path) -> None:
    found, _ = imported(
        tmp_path / "a.conll", "watched\u200bwas\tO\nDubbz\ufeff\tB-PER\nNew\u00a0York\tB-LOC\na\u2028b\x0c\tO\n\u3000\tO\n"
    )

    assert spans_of(found[0]) == [("span", "PER", "Dubbz\ufeff"), ("span", "LOC", "New\u00a0York")]


def test_an_empty_token_keeps_its_row(tmp_path: Path) -> None:
    found, incoming = imported(tmp_path / "h.conll", "a\tB-X\n\tI-X\nb\tI-X\n\tO\n\n\tB-Y\nc\tO\n")

    assert found[0].text == "a b\nc\n"
    assert spans_of(found[0]) == [("span", "X", "a b")]
    assert [loss.kind for loss in incoming.losses.stopping] == ["spans over empty tokens only"]


def test_odd_rows_are_refused_or_mended(tmp_path: Path) -> None:
    text = "SOCCERO SOCCERO\n-\tO\nJAPAN\tB-LOC\n"
    with pytest.raises(UnreadableFile, match=r"a\.conll:1:1: 1 column where 2 are wanted"):
        imported(tmp_path / "a.conll", text)
    found, incoming = imported(tmp_path / "a.conll", text, **{"odd-rows": "mend"})
    blank, _ = imported(tmp_path / "b.conll", "New York B-LOC\nis O\nbig O\n", **{"odd-rows": "mend"})

    assert found[0].text == "SOCCERO SOCCERO - JAPAN\n"
    assert repaired(incoming) == {"rows with more or fewer columns than the others": 1}
    assert spans_of(blank[0]) == [("span", "LOC", "New York")]


def test_sentences_can_be_documents_and_tokens_can_touch(tmp_path: Path) -> None:
    found, _ = imported(
        tmp_path / "zh.conll", "我\tO\n爱\tO\n中\tB-LOC\n国\tI-LOC\n\n好\tO\n", unspaced=True, **{"split-sentences": True}
    )

    assert [(document.id, document.text) for document in found] == [("zh-1", "我爱中国\n"), ("zh-2", "好\n")]
    assert spans_of(found[0]) == [("span", "LOC", "中国")]


def test_tags_without_a_label_bear_the_name_of_their_layer(tmp_path: Path) -> None:
    found, _ = imported(tmp_path / "a.conll", "a\tB\nb\tI\nc\tO\n")

    assert spans_of(found[0]) == [("span", "span", "a b")]


def test_tokens_and_their_columns(tmp_path: Path) -> None:
    (draft,) = drafts(tmp_path / "a.conll", "Rome NNP I-NP I-LOC\nis VBZ I-VP O\n\n")
    tokens = [span for span in draft.sets[0].spans if span.layer == "token"]

    assert [(span.start, span.end, span.attributes) for span in tokens] == [(0, 4, {"pos": "NNP"}), (5, 7, {"pos": "VBZ"})]


def test_another_encoding_is_said(tmp_path: Path) -> None:
    (tmp_path / "esp.testa").write_bytes("Melbourne B-LOC\n( O\nEspaña B-LOC\n".encode("latin-1"))
    with pytest.raises(UnreadableFile, match="--encoding"):
        read(FORMAT, tmp_path / "esp.testa")
    incoming = Incoming(Source(tmp_path / "esp.testa", "latin-1"), options_of(FORMAT, reading=True))

    assert [draft.text for draft in FORMAT.read(incoming)] == ["Melbourne ( España\n"]


@pytest.mark.parametrize(
    "text", ["", "\n\n", "-DOCSTART- -X- O O\n\n", "just words\nand more words\n", "a\n\nb\n", "1\tx\t_\t_\n"]
)
def test_a_file_without_tags_is_refused(text: str, tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile):
        imported(tmp_path / "a.conll", text)


def test_a_huge_line_and_deep_rows_take_linear_time(tmp_path: Path) -> None:
    found, _ = imported(tmp_path / "a.conll", f"{'x' * 2_000_000}\tB-X\n" + "y\tI-X\n" * 20_000)

    assert len(found[0].sets["imported"].spans) == 1


def test_the_samples(samples: Path) -> None:
    files = sorted((samples / "conll-ner").rglob("*")) + sorted((samples / "doccano").rglob("sequence_labeling/*.conll"))
    files = [file for file in files if file.is_file()]
    passed, refused = {}, {}
    for file in files:
        try:
            found, intake, _ = read(FORMAT, file)
        except UnreadableFile as error:
            refused[f"{file.parent.name}/{file.name}"] = str(error)
        else:
            assert intake.errors == []
            passed[f"{file.parent.name}/{file.name}"] = sum(len(document.sets["imported"].spans) for document in found)

    assert passed == {
        "2000/chunk2000_test.conll": 44, "2002/ner2002_test.conll": 4, "2003/en-orig.conll": 7,
        "sequence_labeling/example.conll": 2, "sequence_labeling/labeling.trailing.conll": 2,
    }  # fmt: skip
    # a dump of UIMA, four of dependencies without tags (conll 2006, 2008, 2009), and one that doccano holds for invalid
    assert set(refused) == {
        "2002/germeval2014_test.conll.out", "2006/fi-orig.conll", "2006/fi-ref.conll", "2008/en-ref.conll",
        "2009/en-orig.conll", "sequence_labeling/labeling.invalid.conll",
    }  # fmt: skip


# --- writing -------------------------------------------------------------------------------------------------------------------

OPTIONS: list[dict[str, Any]] = [
    *({"scheme": scheme} for scheme in SCHEMES),
    {"columns": "label"},
    {"columns": "one"},
    {"columns": "one", "separator": "blank", "scheme": "BILOU"},
    {"header": "row"},
    {"separator": "blank", "scheme": "IOE1"},
    {"separator": "blank", "header": "row", "columns": "label"},
    {"documents": "comment"},
    {"documents": "comment", "separator": "blank"},
]


@pytest.mark.parametrize("options", OPTIONS, ids=str)
@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(documents=documents())
def test_what_it_keeps_comes_back_in_every_way(options: dict[str, Any], documents: list[Document]) -> None:
    assert_round_trip(FORMAT, documents, SCHEME, **options)


def scheme_of(*layers: str) -> Scheme:
    return Scheme(
        "s", 1, layers={layer: Layer("span", labels={"PER": LabelDefinition(), "LOC": LabelDefinition()}) for layer in layers}
    )


def document(tmp_path: Path, text: str, *spans: Span) -> Document:
    import hashlib

    from postil.manifest import Metadata
    from postil.model import AnnotationSet, Header

    digest = hashlib.sha256(text.encode()).hexdigest()
    header = Header("a", "gold", "s/1", digest, "complete", "manual")
    return Document("a", text, Metadata(), {"gold": AnnotationSet(header, spans)}, digest)


def test_one_layer_needs_no_header(tmp_path: Path) -> None:
    one = document(tmp_path, "Ann Lee left.\n", Span("e1", "entity", "PER", 0, 7, "Ann Lee"))
    path, losses = written(FORMAT, [one], scheme_of("entity"), tmp_path / "x")

    assert (path / "a.conll").read_text() == "Ann\tB-PER\nLee\tI-PER\nleft\tO\n.\tO\n\n"
    assert [loss.kind for loss in losses.stopping] == ["the exact text"]


def test_columns_by_label_hold_what_overlaps(tmp_path: Path) -> None:
    spans = [Span("e1", "entity", "PER", 0, 13, "Ann of London"), Span("e2", "entity", "LOC", 7, 13, "London")]
    one = document(tmp_path, "Ann of London\n", *spans)
    path, losses = written(FORMAT, [one], scheme_of("entity"), tmp_path / "x", columns="label")
    apart, _ = written(FORMAT, [one], scheme_of("entity"), tmp_path / "y", columns="label", apart=True)

    assert not losses.stopping
    assert (path / "a.conll").read_text() == (
        "# global.columns = FORM entity entity\nAnn\tB-PER\tO\nof\tI-PER\tO\nLondon\tI-PER\tB-LOC\n\n"
    )
    assert (apart / "entity.LOC" / "a.conll").read_text() == "Ann\tO\nof\tO\nLondon\tB-LOC\n\n"


def test_the_longest_is_kept_in_one_column_but_never_a_token(tmp_path: Path) -> None:
    spans = [
        Span("t1", "token", "token", 0, 3, "Ann"), Span("e1", "entity", "PER", 0, 13, "Ann of London"),
        Span("e2", "entity", "LOC", 7, 13, "London"), Span("t2", "token", "token", 4, 6, "of"),
    ]  # fmt: skip
    one = document(tmp_path, "Ann of London\n", *sorted(spans, key=lambda span: (span.start, -span.end)))
    path, losses = written(FORMAT, [one], scheme_of("entity", "x", "token"), tmp_path / "x", columns="one")

    assert (path / "a.conll").read_text() == "Ann\tB-PER\nof\tI-PER\nLondon\tI-PER\n\n"
    assert losses.by_kind["nested spans"].count == 1


def test_one_file_with_bounds(tmp_path: Path) -> None:
    one = document(tmp_path, "Ann\n", Span("e1", "entity", "PER", 0, 3, "Ann"))
    path, _ = written(FORMAT, [one, one], scheme_of("entity"), tmp_path / "x", documents="docstart", separator="blank")

    assert (path / "corpus.conll").read_text() == "-DOCSTART- -X- O O\n\nAnn B-PER\n\n" * 2
    found, _, _ = read(FORMAT, path)
    assert [document.id for document in found] == ["corpus-1", "corpus-2"]


def test_a_token_that_is_a_bound_is_changed_and_counted(tmp_path: Path) -> None:
    spans = (Span("t1", "token", "token", 0, 10, "-DOCSTART-"), Span("t2", "token", "token", 11, 14, "b\tc"))
    one = document(tmp_path, "-DOCSTART- b\tc\n", *spans)
    path, losses = written(FORMAT, [one], scheme_of("entity"), tmp_path / "x")

    assert (path / "a.conll").read_text() == " DOCSTART-\tO\nb c\tO\n\n"
    assert losses.by_kind["tokens with a TAB or a line end in them"].count == 1


# --- peers ---------------------------------------------------------------------------------------------------------------------


def tokens_and_tags(document: Document, layer: str) -> list[str]:
    return [span.label for span in next(iter(document.sets.values())).spans if span.layer == layer]


def test_datasets_reads_it(repository: Path, tmp_path: Path) -> None:
    pytest.importorskip("datasets.packaged_modules.conll")
    import datasets

    corpus = Corpus.open(repository)
    path, _ = written(FORMAT, corpus, corpus.scheme, tmp_path / "x")
    columns = ["tokens", *corpus.scheme.layers_of_kind("span")]
    found = datasets.load_dataset(
        "conll", data_files=[str(file) for file in path.rglob("*.conll")], column_names=columns, comment_prefix="# ",
        delimiter="\t", cache_dir=str(tmp_path / "cache"), split="train",
    )  # fmt: skip
    (wanted,) = expected(FORMAT, corpus, corpus.scheme)
    begun = [tag for row in found["entity"] for tag in row if tag.startswith("B-")]

    assert [tag[2:] for tag in begun] == tokens_and_tags(wanted, "entity")
    assert "".join(" ".join(row) + "\n" for row in found["tokens"]) == wanted.text


def test_seqeval_finds_the_same_spans(repository: Path, tmp_path: Path) -> None:
    seqeval = pytest.importorskip("seqeval.metrics.sequence_labeling")
    corpus = Corpus.open(repository)
    for scheme in ("IOB2", "BIOES"):
        path, _ = written(FORMAT, corpus, corpus.scheme, tmp_path / scheme, columns="one", scheme=scheme)
        (file,) = path.rglob("*.conll")
        cells = [line.split("\t")[1] for line in file.read_text().split("\n") if line]
        (wanted,) = expected(FORMAT, corpus, corpus.scheme, columns="one", scheme=scheme)
        assert [label for label, _, _ in seqeval.get_entities(cells)] == tokens_and_tags(wanted, "span")


def test_spacy_converts_it(repository: Path, tmp_path: Path) -> None:
    converters = pytest.importorskip("spacy.training.converters")
    corpus = Corpus.open(repository)
    path, _ = written(FORMAT, corpus, corpus.scheme, tmp_path / "x", columns="one", documents="docstart", separator="blank")
    (wanted,) = expected(FORMAT, corpus, corpus.scheme, columns="one", separator="blank")
    (doc,) = converters.conll_ner_to_docs((path / "corpus.conll").read_text(), no_print=True)

    assert [(entity.label_, entity.text) for entity in doc.ents] == [
        (span.label, " ".join(span.text.split())) for span in next(iter(wanted.sets.values())).spans
    ]


def test_a_column_that_the_user_calls_tags_may_have_bare_labels_however_few_are_outside(tmp_path: Path) -> None:
    (document,), _ = imported(tmp_path / "x.conll", "EU\tORG\nthe\tO\nGerman\tMISC\ncall\tMISC\n", fields="token,entity")
    assert spans_of(document) == [("entity", "ORG", "EU"), ("entity", "MISC", "German call")]
