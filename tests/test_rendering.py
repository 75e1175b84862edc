from __future__ import annotations

from hypothesis import given

from postil.corpus import Document
from postil.manifest import Metadata
from postil.model import AnnotationSet, Header
from postil.rendering.html import page
from postil.rendering.pieces import drawable, pieces
from postil.rendering.terminal import Terminal, show
from postil.text import printable
from strategies import annotation_sets


@given(annotation_sets())
def test_pieces_are_the_whole_text_and_begin_and_end_where_spans_do(pair: tuple[str, AnnotationSet]) -> None:
    text, annotations = pair
    cut = list(pieces(annotations.spans, 0, len(text)))

    assert "".join(text[piece.start : piece.end] for piece in cut) == text
    for piece in cut:
        for offset in (piece.start, piece.end - 1):
            covering = {span.id for span in annotations.spans if any(start <= offset < end for start, end in span.extents)}
            assert {span.id for span in piece.spans} == covering
    begun = sum(len(piece.begins) for piece in cut)
    assert begun == sum(len(piece.ends) for piece in cut) == sum(len(span.extents) for span in annotations.spans)


@given(annotation_sets())
def test_everything_can_be_shown(pair: tuple[str, AnnotationSet]) -> None:
    text, annotations = pair
    document = Document("d/x", text, Metadata(), {}, "")
    layers = list({record.layer for record in annotations.annotations})
    shown = "\n".join(show(document, annotations, None, layers, Terminal(80)))
    html = page(document, annotations, None, layers)

    assert all(f"({relation.id})" in shown for relation in annotations.relations)
    drawn, left = drawable(annotations.spans, text)
    assert len(drawn) + len(left) == len(annotations.spans)
    assert all(printable(f"|{span.label}") in shown for span in drawn)
    assert all(f"({span.id})" in shown for span in left)
    assert html.count("<mark") == html.count("</mark>")
    captions = html.count("<i>")
    assert captions == len(drawn)


def test_it_is_said_whose_suggestions_a_set_has() -> None:
    header = Header("d/x", "me", "s/1", "0" * 64, "complete", "manual", ("spacy", "rules"))
    document, annotations = Document("d/x", "a\n", Metadata(), {}, ""), AnnotationSet(header)

    assert "complete, manual, with suggestions of spacy and rules" in next(
        iter(show(document, annotations, None, [], Terminal(80)))
    )
    assert "complete, manual, with suggestions of spacy and rules" in page(document, annotations, None, [])


def test_colour_adds_nothing_but_colour() -> None:
    import re

    from conftest import ROOT
    from postil import Corpus

    corpus = Corpus.open(ROOT)
    document = corpus["news/india-japan-2-plus-2"]
    layers = list(corpus.scheme.layers)
    plain = list(show(document, document.sets["gold"], corpus.scheme, layers, Terminal(90)))
    for true_colour in (True, False):
        painted = list(
            show(document, document.sets["gold"], corpus.scheme, layers, Terminal(90, colour=True, true_colour=true_colour))
        )
        assert [re.sub("\x1b\\[[0-9;]*m", "", line) for line in painted] == plain
        assert any("\x1b[" in line for line in painted)


def test_no_line_of_a_layer_hides_another() -> None:
    from postil.model import Span
    from postil.rendering.html import _heights

    for extents in (
        [(0, 30), (0, 4), (5, 20), (6, 10)],
        [(0, 10), (0, 4), (5, 22)],
        [(number, 40 - number) for number in range(15)],
        [(number, number + 9) for number in range(30)],
    ):
        spans = [Span(f"e{start}-{end}", "l", "L", start, end, "") for start, end in extents]
        heights = _heights(spans)
        for one in spans:
            for other in spans:
                if one is not other and one.start < other.end and other.start < one.end:
                    assert heights[one.id] != heights[other.id], (one, other)
