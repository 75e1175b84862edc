from __future__ import annotations

import csv
import io
import json
import random
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from html.parser import HTMLParser
from itertools import pairwise
from typing import Any

import click
import msgspec
import pytest
from wcwidth import wcswidth

from postil.agreement.output import Output, View
from postil.agreement.output._words import number
from postil.agreement.report import (
    Cell,
    Disagreement,
    DocumentValue,
    Estimate,
    LayerReport,
    Measured,
    Pair,
    Parameters,
    Report,
    Side,
)
from postil.registry import part

EVERYTHING = View(frozenset(("label", "document", "pair")))
FEW = "too few documents: an interval needs 10 or more that are independent"


def make_report(**changed: Any) -> Report:
    fields = {
        "corpus": "News",
        "annotators": ["ann", "ben"],
        "reference": "",
        "documents": 20,
        "of_documents": 25,
        "groups": 18,
        "characters": 123_456,
        "repeated": 3,
        "left_out": {"sets not finished": ["news/late"], "fewer than two sets": [f"news/alone-{n}" for n in range(4)]},
        "adjudicated": ["gold"],
        "layers": [make_layer()],
        "parameters": Parameters(7, 1.0, 2.0, 0.05, 1000, 0.95),
    }
    return Report(**{**fields, **changed})


def make_layer(labels: Sequence[str] = ("GPE", "ORG", "PERSON"), documents: int = 20, **changed: Any) -> LayerReport:
    fields = {
        "name": "entity",
        "kind": "span",
        "description": "Names of things.",
        "documents": documents,
        "annotations": {"ann": 1127, "ben": 1125},
        "measures": [make_measured("f1", labels, documents), make_measured("gamma", labels, documents, grows=True)],
        "confusion": make_confusion(labels),
        "disagreements": make_disagreements(),
    }
    return LayerReport(**{**fields, **changed})


def make_measured(name: str, labels: Sequence[str] = ("GPE",), documents: int = 20, *, grows: bool = False) -> Measured:
    chosen = random.Random(f"{name} {len(labels)} {documents}")
    values = sorted(round(chosen.betavariate(6, 2), 4) for _ in range(documents))
    parts = {
        label: Estimate(middle, "", middle - 0.0413, middle + 0.0307)
        for label in labels
        for middle in [round(0.4 + 0.5 * chosen.random(), 4)]
    }
    return Measured(
        name,
        f"The {name}",
        f"How {name} is read: in full. More of it.",
        "between .612 and .749 (Somebody 2015)",
        grows,
        Estimate(0.8127, "", 0.7714, 0.8529, error=0.0042 if grows else None),
        "label",
        parts,
        [Pair("ann", "ben", documents, Estimate(0.8031, "", 0.7615, 0.8426))],
        [DocumentValue(f"news/{at:05}", 3 + at % 9, value) for at, value in enumerate(values)],
    )


def make_confusion(labels: Sequence[str]) -> list[Cell]:
    cells = [Cell("", label, 5, 0) for label in labels[:1]]
    for at, label in enumerate(labels):
        cells += [Cell(label, label, 300 + at, 290), Cell(label, labels[at - 1], 12 + at, 4), Cell(label, "", 7, 0)]
    return cells


def make_disagreements(**changed: str) -> list[Disagreement]:
    names = {"document": "news/00001", "label": "GPE", "text": "Delhi", "id": "e1", **changed}
    one = Side("ann", names["id"], names["label"], 4711, 4716, names["text"])
    other = Side("ben", "e2", "ORG", 4711, 4720, f"{names['text']} 2")
    return [
        Disagreement("label", names["document"], 48, one, other, "", 0.9),
        Disagreement("boundary", names["document"], 49, one, other, "", 0.4),
        Disagreement("missing", names["document"], 50, one, None, "ben", 5),
    ]


def show(name: str, report: Report, view: View = EVERYTHING) -> str:
    return "".join(f"{line}\n" for line in part("postil.agreement.output", name, Output).lines(report, view))


def numbers_of(report: Report) -> Iterator[float]:
    """Every value of a report, with the ends of its interval and its error."""
    for layer in report.layers:
        for measured in layer.measures:
            estimates = [measured.whole, *measured.parts.values(), *(pair.estimate for pair in measured.pairs)]
            estimates += [Estimate(found.value) for found in measured.documents]
            for one in filter(None, estimates):
                yield from (each for each in (one.value, one.low, one.high, one.error) if each is not None)


class Parsed(HTMLParser):
    """What a browser would see: elements with their attributes, and the text outside style and pictures."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.inside: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.inside.append(tag)
        if tag in BLOCKS:
            self.text += " "

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.inside.pop() == tag

    def handle_data(self, data: str) -> None:
        if not {"style", "svg"} & set(self.inside):
            self.text += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for each, attributes in self.elements if each == tag]


VOID = {"meta"}
BLOCKS = {"p", "td", "th", "h1", "h2", "h3", "h4", "li", "div", "blockquote", "caption", "dt", "dd", "small", "figcaption"}
HOSTILE = "<script>alert(1)</script>\" onload='x()' \x1b[31m&amp;\u202e\x00\n' onclick=x"
OUTPUTS = pytest.mark.parametrize("name", ["text", "html"])


def text_of(name: str, report: Report, view: View = EVERYTHING) -> str:
    shown = show(name, report, view)
    return " ".join((Parsed(shown).text if name == "html" else shown).split())


@OUTPUTS
def test_every_number_is_shown(name: str) -> None:
    report = make_report(layers=[make_layer(), make_layer(name="other", measures=[make_measured("alpha", ("a", "b"), 30)])])
    shown = set(re.findall(r"-?\d+\.\d{3}\b", text_of(name, report)))

    assert {number(each) for each in numbers_of(report)} <= shown


@OUTPUTS
def test_what_was_compared_and_what_was_not(name: str) -> None:
    shown = text_of(name, make_report(reference="gold"))

    for said in (
        "ann and ben",
        "20 of 25 documents",
        "123,456 characters",
        "sets not finished: 1 document, news/late.",
        "fewer than two sets: 4 documents, news/alone-0, news/alone-1,",
        "what gold has, since it was made from the sets of others",
        "gold is the reference",
        "3 annotations",
        "18 groups",
        "ann 1,127, ben 1,125",
    ):
        assert said in shown


def test_a_page_says_everything_that_the_text_says() -> None:
    report = make_report(layers=[make_layer(), make_layer(name="unused", annotations={"ann": 0}), *odd_layers()])
    text, html = (Counter(re.findall(r"[\w.,]*\w", text_of(name, report).casefold())) for name in ("text", "html"))

    assert set(text) <= set(html)
    assert [word for word in text if word.isdigit() and text[word] > html[word]] == []


def odd_layers() -> list[LayerReport]:
    undefined = Estimate(None, "everybody always used the same value")
    attributes = {
        "certainty": Estimate(0.31, "", 0.21, 0.44),
        "holder": undefined,
        "tense": Estimate(0.4, no_interval="undefined in too many"),
    }
    return [
        make_layer(
            name="attributed", measures=[Measured("attribute-alpha", "α", "R.", "", False, None, "attribute", attributes, [], [])]
        ),
        make_layer(name="relations", kind="relation", confusion=[], disagreements=[]),
        make_layer(name="genre", kind="label", confusion=[Cell("a", "a", 9, 9), Cell("a", "b", 1, 1)], disagreements=[]),
        make_layer(name="same", measures=[], confusion=[Cell("a", "a", 9, 9)], disagreements=[]),
        make_layer(
            name="nothing",
            measures=[Measured("x", "X", "", "", False, undefined, "label", {"a": undefined}, [], [DocumentValue("d", 0, None)])],
        ),
    ]


@OUTPUTS
def test_undefined_is_neither_0_nor_1_and_has_its_reason(name: str) -> None:
    nothing = Estimate(None, "nobody marked anything")
    documents = [DocumentValue("a", 0, None), DocumentValue("b", 0, None)]
    measured = Measured(
        "gamma", "Gamma", "Read so.", "", True, nothing, "label", {"GPE": nothing}, [Pair("ann", "ben", 2, nothing)], documents
    )
    shown = text_of(name, make_report(layers=[make_layer(measures=[measured], confusion=[], disagreements=[])]))

    assert not re.findall(r"\b[01]\.000\b|\bnan\b|None", shown)
    assert shown.count("undefined") >= 5
    assert shown.count("nobody marked anything") == 1
    assert "Undefined: gamma of all, GPE and ann with ben (nobody marked anything)." in shown


@OUTPUTS
def test_why_there_is_no_interval_is_said_once(name: str) -> None:
    estimate = Estimate(0.5, no_interval=FEW)
    measured = [Measured(each, each, "R.", "", False, estimate, "label", {"a": estimate}, [], []) for each in ("f1", "gamma")]
    report = make_report(layers=[make_layer(measures=measured), make_layer(name="b", measures=measured)])

    assert text_of(name, report).count(FEW) == 1
    assert "interval shows" not in text_of(name, report)
    assert "95 % interval " not in text_of(name, report).partition("How to read this")[0]


@OUTPUTS
def test_some_values_without_interval_are_named(name: str) -> None:
    shown = text_of(name, make_report(layers=odd_layers()))

    assert "No interval: attribute-alpha of tense (undefined in too many)." in shown


@OUTPUTS
def test_measures_that_grow_with_empty_text_are_named_once_and_parameters_too(name: str) -> None:
    shown = text_of(name, make_report(layers=[make_layer(), make_layer(name="again")]))

    assert shown.count("gamma rises when text is added in which nobody marks anything") == 1
    assert shown.count("How gamma is read: in full. More of it. ") == 1
    assert shown.count("seed 7, alpha 1 and beta 2") == shown.count("1,000 replicates") == shown.count("precision 0.05") == 1
    assert "between .612 and .749 (Somebody 2015)" in shown


@OUTPUTS
def test_what_is_not_asked_for_is_not_listed(name: str) -> None:
    shown = text_of(name, make_report(), View())

    assert "By label" not in shown
    assert "By pair" not in shown
    assert "Documents that agree least, by f1" in shown
    assert "news/00004" in shown
    assert "news/00005" not in shown


@OUTPUTS
def test_one_document_has_no_worst_ones(name: str) -> None:
    shown = text_of(name, make_report(documents=1, of_documents=1, left_out={}, layers=[make_layer(documents=1)]), View())

    assert "in the only document" in shown
    assert "agree least" not in shown
    assert "single documents" not in shown


@OUTPUTS
@pytest.mark.parametrize("left_out", [{}, {"sets not finished": ["a", "b"]}], ids=["empty corpus", "nothing finished"])
def test_nothing_was_compared(name: str, left_out: dict[str, list[str]]) -> None:
    of = sum(map(len, left_out.values()))
    report = make_report(
        annotators=[],
        documents=0,
        of_documents=of,
        groups=0,
        characters=0,
        repeated=0,
        left_out=left_out,
        adjudicated=[],
        layers=[],
    )
    shown = text_of(name, report)

    assert "Nothing was compared" in shown
    assert "Parameters" not in shown
    assert ("sets not finished: 2 documents, a and b." in shown) == bool(left_out)


@OUTPUTS
def test_pairs_of_more_than_two_annotators_are_explained(name: str) -> None:
    shown = text_of(name, make_report(annotators=["ann", "ben", "eve"]))

    assert "in each, the first is the one whose name comes first" in shown
    assert "Of 963 spans by the first and 947 by the other, 942 are aligned" in shown


@OUTPUTS
def test_differences_are_totalled_and_the_biggest_come_first(name: str) -> None:
    shown = text_of(name, make_report())

    assert (
        "Of 963 spans by ann and 947 by ben, 942 are aligned: 903 with the same label, 870 with the same extent too. "
        "Without a counterpart: 21 by ann, 5 by ben."
    ) in shown
    places = [shown.index(said) for said in ("PERSON ORG 14", "ORG GPE 13", "PERSON PERSON 12", "ORG ORG 11", "GPE GPE 10")]
    assert places == sorted(places)


@OUTPUTS
def test_many_kinds_of_differences_are_cut_off_with_their_sum(name: str) -> None:
    cells = [Cell(f"a{one}", f"b{other}", 1, 0) for one in range(12) for other in range(12)]
    more = {"text": 129, "html": 44}[name]

    assert f"nd {more} other kinds, {more} times in all" in text_of(name, make_report(layers=[make_layer(confusion=cells)]))


@OUTPUTS
def test_the_same_report_is_shown_in_the_same_way(name: str) -> None:
    assert show(name, make_report()) == show(name, make_report())


@OUTPUTS
def test_hostile_words_do_nothing(name: str) -> None:
    report = make_report(
        annotators=["ann", HOSTILE],
        adjudicated=[HOSTILE],
        left_out={HOSTILE: [HOSTILE]},
        reference=HOSTILE,
        layers=[
            make_layer(
                (HOSTILE, "b"),
                name=HOSTILE,
                description=HOSTILE,
                annotations={HOSTILE: 3},
                measures=[
                    msgspec.structs.replace(
                        make_measured("f1", (HOSTILE,)), documents=[DocumentValue(HOSTILE, 2, value) for value in (0.2, 0.4)]
                    )
                ],
                disagreements=make_disagreements(document=HOSTILE, label=HOSTILE, text=HOSTILE, id=HOSTILE),
            )
        ],
    )
    shown = show(name, report)

    assert not set(shown) & set("\x1b\x00\u202e")
    if name == "html":
        parsed = Parsed(shown)
        assert parsed.inside == []
        assert {tag for tag, _ in parsed.elements} <= set(HARMLESS)
        assert {key for _, attributes in parsed.elements for key in attributes} <= set(HARMLESS_ATTRIBUTES)
        assert all(str(attributes["href"]).startswith("#layer") for attributes in parsed.all("a"))


HARMLESS = re.findall(
    r"\w+",
    "html head meta title style body header main section h1 h2 h3 h4 p div table caption thead tbody tr th td small code bdi "
    "span svg line rect circle text figure figcaption b ul li blockquote dl dt dd a",
)
HARMLESS_ATTRIBUTES = re.findall(
    r"\S+",
    "lang charset http-equiv content name id class style title scope colspan tabindex dir href role aria-label aria-hidden "
    "viewbox width height x y x1 x2 y1 y2 cx cy r text-anchor",
)


@pytest.mark.parametrize("width", [40, 60, 100, 120])
def test_text_fits_its_width(width: int) -> None:
    wide = "標註" * 40
    long = make_layer(
        (wide, "x" * 150, "a b"),
        name=wide,
        description=wide,
        disagreements=make_disagreements(text=wide, document="d/" * 90, label=wide),
    )
    report = make_report(layers=[make_layer(), long, *odd_layers()], left_out={wide: [wide]})
    lines = show("text", report, View(EVERYTHING.by, width=width)).splitlines()

    assert max(map(wcswidth, lines)) <= width
    assert min(map(wcswidth, lines)) >= 0
    assert all(line == line.rstrip() for line in lines)


def test_colour_adds_nothing_but_colour() -> None:
    painted = show("text", make_report(), View(EVERYTHING.by, colour=True))

    assert "\x1b[" in painted
    assert click.unstyle(painted) == show("text", make_report())


def test_a_layer_that_nobody_used_is_one_line() -> None:
    shown = show("text", make_report(layers=[make_layer(name="unused", annotations={"ann": 0, "ben": 0})]))

    assert shown.splitlines()[-1] == "━━ unused: nobody used this layer."


def test_a_page_needs_nothing_else_and_can_be_read_aloud() -> None:
    page = show("html", make_report(layers=[make_layer(), *odd_layers()]))
    parsed = Parsed(page)

    assert not re.findall(r"https?:|//|url\(|@import|src=|<link|<script|<img", page)
    assert parsed.all("html") == [{"lang": "en"}]
    assert len(parsed.all("table")) == len(parsed.all("caption"))
    assert all("scope" in attributes for attributes in parsed.all("th"))
    assert all(attributes.get("aria-hidden") == "true" or attributes.get("aria-label") for attributes in parsed.all("svg"))
    assert all(attributes == {"lang": "", "dir": "auto"} for attributes in parsed.all("blockquote"))
    levels = [int(tag[1]) for tag, _ in parsed.elements if re.fullmatch(r"h\d", tag)]
    assert all(following <= before + 1 for before, following in pairwise(levels))


def test_ten_thousand_documents_are_a_small_page() -> None:
    report = make_report(documents=10_000, of_documents=10_000, layers=[make_layer(documents=10_000)])
    page = show("html", report)

    assert len(show("html", report, View())) < 100_000
    assert len(page.encode()) < 1_000_000
    assert "The 1,000 documents that agree least by f1, of 10,000" in page
    assert "binned, the highest column is" in page
    assert show("text", report).count("\n  news/") == 10_000 + 3  # those to talk about


def test_few_documents_are_a_dot_each() -> None:
    parsed = Parsed(show("html", make_report(layers=[make_layer(measures=[make_measured("f1")])]), View()))

    assert len(parsed.all("circle")) == 20
    assert len(parsed.all("figure")) == 1
    svg = next(attributes for attributes in parsed.all("svg") if attributes.get("role") == "img")
    assert str(svg["aria-label"]).startswith("The f1: 20 documents from ")


def test_documents_that_agree_alike_stay_in_the_picture() -> None:
    documents = [DocumentValue(f"d{number}", 1, value) for number, value in enumerate([-0.93, *[1.0] * 60])]
    measured = msgspec.structs.replace(make_measured("f1"), documents=documents)
    parsed = Parsed(show("html", make_report(layers=[make_layer(measures=[measured])]), View()))

    assert all(0 <= float(str(dot["cy"])) <= 96 and 0 <= float(str(dot["cx"])) <= 480 for dot in parsed.all("circle"))
    assert len(parsed.all("circle")) == 61


def test_a_heat_map_of_sixty_labels_has_them_all() -> None:
    labels = [f"L{number:02}" for number in range(60)]
    page = show("html", make_report(layers=[make_layer(labels)]), View())
    heat = page.partition('<table class="heat">')[2].partition("</table>")[0]

    assert len(page) < 200_000
    assert heat.count("<td") == 61 * 61 + 1
    assert all(heat.count(f'title="{label}"') == 2 for label in labels)
    assert heat.count('class="alike"') == 60


def test_a_heat_map_of_too_many_labels_keeps_those_that_are_confused() -> None:
    cells = [Cell(f"good{number}", f"good{number}", 9, 9) for number in range(100)]
    page = show("html", make_report(layers=[make_layer(confusion=[*cells, Cell("bad", "worse", 2, 0)])]), View())
    heat = page.partition('<table class="heat">')[2].partition("</table>")[0]

    assert "22 labels that are seldom confused or missed are not shown" in page
    assert 'title="bad"' in heat
    assert 'title="worse"' in heat


@OUTPUTS
def test_many_names_are_the_first_few(name: str) -> None:
    shown = text_of(name, make_report(left_out={"sets not finished": [f"d{at}" for at in range(1_200)]}))

    assert "sets not finished: 1,200 documents, d0, d1, d2, d3, d4 and 1,195 more." in shown


def test_a_narrow_terminal_does_not_matter() -> None:
    assert show("text", make_report(), View(EVERYTHING.by, width=5)) == show("text", make_report(), View(EVERYTHING.by, width=40))


@OUTPUTS
def test_layers_that_nobody_used_need_no_reading(name: str) -> None:
    unused = make_layer(annotations={"ann": 0, "ben": 0})
    shown = text_of(name, make_report(layers=[unused, msgspec.structs.replace(unused, name="other")]))

    assert "obody used this layer" in shown
    assert "How to read this" not in shown
    assert "interval" not in shown


@OUTPUTS
def test_one_defined_document_and_a_small_error(name: str) -> None:
    documents = [DocumentValue("a", 3, 0.25), DocumentValue("b", 0, None)]
    measured = Measured(
        "gamma", "Gamma", "", "", False, Estimate(0.25, no_interval=FEW, error=0.0001), "label", {}, [], documents
    )
    shown = text_of(name, make_report(layers=[make_layer(measures=[measured])]))

    assert "0.250 ± <0.001" in shown
    assert name == "text" or "Gamma: one document, 0.250; 1 document where it is undefined." in shown


def test_a_value_that_rounds_to_nothing_has_no_sign() -> None:
    assert [number(value) for value in (-0.0001, -0.9996, -1.0, 0.0)] == ["0.000", "-1.000", "-1.000", "0.000"]


@OUTPUTS
def test_three_who_agree_have_the_same_spans(name: str) -> None:
    layers = [make_layer(confusion=[Cell("a", "a", 9, 9)]), make_layer(name="g", kind="label", confusion=[Cell("a", "a", 3, 3)])]
    shown = text_of(name, make_report(annotators=["ann", "ben", "eve"], layers=layers))

    assert "Nowhere: whichever two annotators are compared, they have the same spans." in shown
    assert "Nowhere: whichever two annotators are compared, they have the same document labels." in shown
    assert "Nowhere: ann and ben have the same 9 spans." in text_of(name, make_report(layers=layers[:1]))
    layers = [make_layer(confusion=[Cell("a", "a", 1, 1)])]
    assert "Nowhere: ann and ben have the same span." in text_of(name, make_report(layers=layers))


@OUTPUTS
def test_one_is_and_two_are(name: str) -> None:
    cells = [Cell("a", "a", 1, 0), Cell("b", "", 1, 0)]
    layers = [make_layer(confusion=cells), make_layer(name="g", kind="label", confusion=cells)]
    shown = text_of(name, make_report(layers=layers))

    assert "Of 2 spans by ann and 1 by ben, 1 is aligned: 1 with the same label, 0 with the same extent too." in shown
    assert "Of 2 document labels by ann and 1 by ben, 1 is the same." in shown


@OUTPUTS
def test_what_many_have_and_one_has_not_is_said_once(name: str) -> None:
    sides = [Side(f"a{at}", f"e{at}", "GPE", 5, 9, "Oslo") for at in range(1, 5)]
    others = [Side(f"a{at}", "e7", "ORG", 5, 9, "Oslo") for at in (1, 3)]
    found = [Disagreement("missing", "d1", 2, side, None, "a5", 4) for side in sides]
    found += [Disagreement("missing", "d2", 3, sides[1], None, other, 4) for other in ("a1", "a3")]
    found += [Disagreement("missing", "d1", 9, msgspec.structs.replace(sides[0], start=50, end=54), None, "a5", 4)]
    found += [
        Disagreement("label", "d1", 2, others[0], sides[1], "", 4),
        Disagreement("label", "d1", 2, sides[1], others[1], "", 4),
    ]
    annotators = [f"a{at}" for at in range(1, 6)]
    shown = text_of(name, make_report(annotators=annotators, layers=[make_layer(measures=[], disagreements=found)]))

    assert shown.count("d1, line 2") == 2
    assert shown.count("d2, line 3") == shown.count("d1, line 9") == 1
    if name == "text":
        assert "a1, a2, a3 and a4 GPE “Oslo” (e1, e2, e3 and e4, 5 to 9) a5 (no span)" in shown
        assert "a2 GPE “Oslo” (e2, 5 to 9) a1 and a3 (no span)" in shown
        assert "a1 and a3 ORG “Oslo” (e7, 5 to 9) a2 GPE “Oslo” (e2, 5 to 9)" in shown
    else:
        assert "a1, a2, a3 and a4 GPE e1, e2, e3 and e4, 5 to 9 “Oslo” a5 no span" in shown
        assert "a1 and a3 ORG e7, 5 to 9 “Oslo” a2 GPE e2, 5 to 9 “Oslo”" in shown


@OUTPUTS
@pytest.mark.parametrize(("annotators", "is_said"), [(["ann", "ben"], False), (["ann", "ben", "eve"], True)])
def test_which_pairs_measures_with_a_reference_are_of(name: str, annotators: list[str], is_said: bool) -> None:
    measures = [make_measured(each) for each in ("f1", "precision", "recall-partial")]
    shown = text_of(name, make_report(annotators=annotators, reference="ann", layers=[make_layer(measures=measures)]))

    said = "Precision and recall-partial compare it with each of the others; all other measures are of all pairs."
    assert (said in shown) == is_said
    assert "each of the others" not in text_of(name, make_report(annotators=annotators, reference="ann"))


@pytest.mark.parametrize("name", ["csv", "json", "text", "html"])
def test_a_name_that_is_no_text_can_be_written(name: str) -> None:
    """What Python makes of a directory b"\\xff"."""
    odd = "ann\udcff"
    layer = make_layer(
        (odd, "b"), name=odd, annotations={odd: 3}, disagreements=make_disagreements(document=odd, text=odd, id=odd)
    )
    shown = show(name, make_report(annotators=[odd, "ben"], left_out={odd: [odd]}, adjudicated=[odd], layers=[layer]))

    assert shown.encode()
    if name == "json":
        assert json.loads(shown)["annotators"] == [odd, "ben"]
    if name == "csv":
        assert "ann\\udcff" in shown


@pytest.mark.parametrize("label", ["a\nb", "a\rb", "a\r\nb", 'a"b', "a,b", "a\r\n", "é\u2028"])
def test_labels_of_csv_are_kept(label: str) -> None:
    rows = list(csv.reader(io.StringIO(show("csv", make_report(layers=[make_layer((label,))])), newline="")))

    assert {len(row) for row in rows} == {11}
    assert [row[3] for row in rows if row[2] == "label"] == [label] * 2


def test_json_is_the_report() -> None:
    report = make_report(layers=[make_layer(), *odd_layers()])

    assert msgspec.convert(json.loads(show("json", report)), Report) == report


GOLDEN = """\
Agreement of ann and ben: News

2 annotators: ann and ben. Compared in 2 of 3 documents: 1,234 characters of
text.
Not compared, sets not finished: 1 document, c.
No value has an interval (too few documents: an interval needs 10 or more that
are independent).

━━ entity ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━
Names of things.
Spans in 2 documents: ann 4, ben 3.

  measure          value  what it says
  gamma    0.582 ± 0.004  Gamma (γ): where the spans are

By label
  label  ann  ben  gamma
  GPE      3    3  0.700
  ORG      1    0      –

Documents that agree least, by gamma
  document  annotations  gamma
  a                   5  0.250

Where they differ
Of 4 spans by ann and 3 by ben, 3 are aligned: 3 with the same label, 2 with the
same extent too. Without a counterpart: 1 by ann, 0 by ben.

  ann  ben        times  how
  GPE  GPE            1  other extent
  ORG  (no span)      1  ben has none

To talk about: what one has and the other has not
  a, line 7
    ann  ORG  “the UN”  (e1, 80 to 86)
    ben  (no span)

━━ How to read this ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━
gamma: Gamma (γ). Where the spans are: 1 is full agreement. Published: .6
Take care: gamma rises when text is added in which nobody marks anything. Do not
compare corpora, layers or documents that are not equally dense by it.
±: the standard error that drawing samples leaves in a value; a smaller
--gamma-precision makes it smaller.
No value is called good or poor here: scales that do so are conventions without
a ground, and what is enough depends on what the annotations are for.
Parameters: seed 0, alpha 1 and beta 1 (how much place and label count in
gamma), precision 0.05, 1,000 replicates for each 95 % interval.
"""


def test_the_whole_text() -> None:
    measured = Measured(
        "gamma", "Gamma (γ)", "Where the spans are: 1 is full agreement.", ".6", True,
        Estimate(0.5821, no_interval=FEW, error=0.0042), "label", {"GPE": Estimate(0.7, no_interval=FEW)}, [],
        [DocumentValue("a", 5, 0.25), DocumentValue("b", 2, 1.0)],
    )  # fmt: skip
    layer = LayerReport(
        "entity", "span", "Names of things.", 2, {"ann": 4, "ben": 3}, [measured],
        [Cell("GPE", "GPE", 3, 2), Cell("ORG", "", 1, 0)],
        [Disagreement("missing", "a", 7, Side("ann", "e1", "ORG", 80, 86, "the UN"), None, "ben", 6)],
    )  # fmt: skip
    parameters = Parameters(0, 1.0, 1.0, 0.05, 1000, 0.95)
    report = Report("News", ["ann", "ben"], "", 2, 3, 2, 1234, 0, {"sets not finished": ["c"]}, [], [layer], parameters)

    assert show("text", report, View(frozenset(["label"]), width=80)) == GOLDEN


@pytest.mark.parametrize("format_", ["text", "html"])
def test_a_document_that_one_gave_no_label_has_no_label_and_not_no_span(format_: str) -> None:
    layer = make_layer(kind="label", confusion=[Cell("GPE", "", 2, 0), Cell("GPE", "GPE", 1, 1)], disagreements=[])
    shown = show(format_, make_report(layers=[layer]))

    assert "no label" in shown
    assert "no span" not in shown
