from __future__ import annotations

import unicodedata
from itertools import pairwise

import pytest
from hypothesis import assume, given, settings, strategies as st
from msgspec.structs import replace

from postil.exchange.annotator_names import portable
from postil.exchange.drafts import Draft, DraftSet
from postil.exchange.intake import Intake, Rules
from postil.exchange.offsets import Counting, Undecided, placed
from postil.model import Label, Note, Relation, Span
from postil.scheme import Attribute, Layer
from postil.text import Unit, Units

TEXT = "😀 Zoë and 👩\u200d👩\u200d👧 met Ada.\nAda left 🇮🇳 early.\n"


def _span(id: str, start: int, end: int, text: str = "", **more: object) -> Span:
    return Span(id, "entity", "X", start, end, text, **more)  # type: ignore[arg-type]


def _draft(text: str, *spans: Span, unit: Unit | None = "code point", **more: object) -> Draft:
    return Draft("d", text, [DraftSet("a1", list(spans), file="d.ann", lines={span.id: 7 for span in spans})], unit=unit, **more)  # type: ignore[arg-type]


def _in_unit(text: str, unit: Unit, words: tuple[str, ...], *, says: bool = True) -> Draft:
    """A draft about words of ``text``, as a tool writes it that counts in this unit."""
    units = Units(text, unit)
    spans = []
    for number, word in enumerate(words):
        start = text.rindex(word)
        edges = units.from_code_points(start), units.from_code_points(start + len(word))
        spans.append(_span(f"T{number}", *edges, word if says else ""))
    return _draft(text, *spans)


# --- units ---------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("unit", ["code point", "utf-16", "utf-8", "grapheme"])
@pytest.mark.parametrize("declared", ["code point", "utf-16", "utf-8", "grapheme", None])
def test_the_texts_that_spans_repeat_decide_what_offsets_count(unit: Unit, declared: Unit | None) -> None:
    found = placed(replace(_in_unit(TEXT, unit, ("Zoë", "Ada", "early")), unit=declared))

    assert found.counting == Counting(unit)
    assert found.mismatches == ()
    assert [TEXT[span.start : span.end] for span in found.sets[0].spans] == ["Zoë", "Ada", "early"]


@pytest.mark.parametrize("unit", ["code point", "utf-16", "utf-8"])
def test_cr_lf_may_count_as_one(unit: Unit) -> None:
    written = TEXT.replace("\n", "\r\n")
    draft = replace(_in_unit(TEXT, unit, ("Zoë", "early")), text=written)

    found = placed(draft)

    assert found.counting == Counting(unit, crlf_is_one=True)
    assert found.text == TEXT
    assert [span.covered(TEXT) for span in found.sets[0].spans] == ["Zoë", "early"]


def test_without_texts_the_declared_unit_is_believed_and_no_unit_has_to_be_said() -> None:
    draft = _in_unit(TEXT, "utf-16", ("Zoë", "early"), says=False)

    assert placed(replace(draft, unit="utf-16")).counting == Counting("utf-16")
    # only UTF-16 gives whole words: code points give “arly.”
    assert placed(replace(draft, unit=None)).counting == Counting("utf-16")
    mute = _draft("😀 x 😀 y\n", _span("T1", 2, 4), unit=None)
    with pytest.raises(Undecided, match="code points or UTF-16"):
        placed(mute)
    assert placed(mute, Counting("utf-16")).counting == Counting("utf-16")


def test_ascii_needs_no_decision() -> None:
    assert placed(_draft("Ada left.\n", _span("T1", 0, 3), unit=None)).counting == Counting("code point")


def test_blanks_and_composition_are_no_disagreement() -> None:
    text = "the Zoe\u0308\n  of  old\n"
    draft = _draft(text, _span("T1", 4, 18, "Zoë of old"), _span("T2", 4, 18, "Zoe\u0308\\n  of  old\t"))

    found = placed(draft)

    assert found.mismatches == ()
    assert {span.text for span in found.sets[0].spans} == {text[4:18]}


def test_a_disagreement_names_file_line_and_both_texts() -> None:
    intake = Intake(Rules(), "s/1")

    intake.admit(_draft(TEXT, _span("T1", 2, 5, "Zoë"), _span("T9", 2, 5, "Bob"), _span("T3", 0, 999)))

    assert intake.errors == [
        "d.ann:7: T9: is said to cover “Bob”, but at 2-5 there is “Zoë”",
        "d.ann:7: T3: the offsets of “X”, 0-999, are outside the text, which is from 0 to 44",
    ]


def test_a_forced_unit_is_taken_and_what_disagrees_is_counted() -> None:
    intake = Intake(Rules(unit="code point"), "s/1")

    document = intake.admit(_draft(TEXT, _span("T9", 2, 5, "Bob")))

    assert intake.errors == []
    assert document is not None
    assert document.sets["a1"].spans[0].text == "Zoë"
    assert [(loss.kind, loss.count) for loss in intake.repaired] == [
        ("spans taken at their offsets, which cover another text", 1)
    ]


def test_realigning_finds_what_is_there_once_and_guesses_nothing() -> None:
    intake = Intake(Rules(realigns=True), "s/1")

    document = intake.admit(_draft(TEXT, _span("T1", 0, 5, "early"), _span("T2", 0, 3, "Ada"), _span("T3", 1, 4, "Zoë")))

    assert document is not None
    assert [span.text for span in document.sets["a1"].spans if span.id != "T2"] == ["Zoë", "early"]
    (error,) = intake.errors
    assert "T2" in error
    assert "--realign found no certain place" in error


def test_realigning_takes_one_of_several_where_both_neighbours_lead() -> None:
    text = "the cat and the dog saw the bird near the gate\n"
    words = [("cat", 4), ("the", 12), ("dog", 16), ("the", 24), ("bird", 28), ("the", 38), ("gate", 42)]
    off = [_span(f"T{number}", start + 3, start + 3 + len(word), word) for number, (word, start) in enumerate(words)]
    intake = Intake(Rules(realigns=True), "s/1")

    document = intake.admit(_draft(text, *off))

    assert document is not None
    assert intake.errors == []
    assert [(span.text, span.start) for span in document.sets["a1"].spans] == words


# --- the corpus's form ---------------------------------------------------------------------------------------------------------


def test_realigning_many_that_say_the_same() -> None:
    text = "the cat and " * 20_000
    spans = [_span(f"s{number}", number * 12 + 1, number * 12 + 4, "the") for number in range(20_000)]
    intake = Intake(Rules(realigns=True), "s/1")
    intake.admit(_draft(text, _span("anchor", 4, 7, "cat"), *spans))

    # nobody knows which is which where nothing but one neighbour leads
    assert len(intake.errors) == 20_000


def test_offsets_are_carried_through_every_change_of_the_text() -> None:
    text = "\ufeffZoe\u0308 said\r\nnothing. Zoe\u0308"
    spans = [
        _span("T1", text.rindex("Zoe"), len(text), "Zoe\u0308"),
        _span("T2", text.index("nothing"), text.index("nothing") + 7, "nothing"),
    ]
    intake = Intake(Rules(), "s/1")

    document = intake.admit(_draft(text, *spans))

    assert document is not None
    assert document.text == "Zoë said\nnothing. Zoë\n"
    assert [(span.start, span.text) for span in document.sets["a1"].spans] == [(9, "nothing"), (18, "Zoë")]
    assert len([loss for loss in intake.repaired if loss.kind.startswith("texts: ")]) == 4


def test_a_span_that_ends_inside_a_character_to_be_composed_is_widened_and_counted() -> None:
    intake = Intake(Rules(), "s/1")

    document = intake.admit(_draft("Zoe\u0308 ran\n", _span("T1", 0, 3, "Zoe")))

    assert document is not None
    assert document.sets["a1"].spans[0].text == "Zoë"
    assert "spans widened to a whole composed character" in intake.repaired.by_kind


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.sampled_from(["a", "e\u0301", "\r\n", "\r", "\n", "한", "\u1112\u1161\u11ab", "😀", " ", "q\u0323\u0307"]), max_size=15
    ),
    st.data(),
)
def test_a_carried_span_covers_the_same_text(pieces: list[str], data: st.DataObject) -> None:
    assume(all(pair != ("\r", "\n") for pair in pairwise(pieces)))  # no edge between CR and LF
    text = "".join(pieces) + "x"
    starts = [len("".join(pieces[:number])) for number in range(len(pieces) + 1)]
    start, end = sorted((data.draw(st.sampled_from(starts)), data.draw(st.sampled_from([*starts, len(text)]))))
    intake = Intake(Rules(), "s/1")

    document = intake.admit(_draft(text, _span("T1", start, end, text[start:end])))

    assert document is not None
    assert intake.errors == []
    expected = unicodedata.normalize("NFC", text[start:end].replace("\r\n", "\n").replace("\r", "\n"))
    assert unicodedata.normalize("NFC", document.sets["a1"].spans[0].text) == expected


def test_a_document_without_text_is_left_out_and_counted() -> None:
    intake = Intake(Rules(), "s/1")

    assert intake.admit(_draft(" \n")) is None
    assert [loss.kind for loss in intake.left_out] == ["documents without text"]


# --- names ---------------------------------------------------------------------------------------------------------------------


def test_ids_that_no_set_can_have_become_ones_and_everything_follows() -> None:
    layers = {"entity": Layer("span", attributes={"who": Attribute("reference"), "said": Attribute("string")})}
    spans = [_span("e 1", 0, 3, attributes={"who": "e 1", "said": "e 1"}), _span("e-1", 4, 7), _span("", 0, 7)]
    sets = DraftSet(
        "a1", spans, [Relation("r/1", "r", "x", {"from": "e 1", "to": ("e-1", "")})], [Label("ü", "g", "x")],
        [Note("n 1", "e 1", "hm"), Note("n2", "ü", "hm")],
    )  # fmt: skip
    intake = Intake(Rules(), "s/1", layers)

    document = intake.admit(Draft("d", "Ada Bob\n", [sets]))

    assert document is not None
    assert intake.errors == []
    found = document.sets["a1"]
    ids = {span.text: span.id for span in found.spans}
    assert ids == {"Ada Bob": "s3", "Ada": "e-1-2", "Bob": "e-1"}
    assert found.relations[0].args == {"from": "e-1-2", "to": ("e-1", "s3")}
    assert {span.text: span.attributes for span in found.spans}["Ada"] == {"who": "e-1-2", "said": "e 1"}
    assert [note.about for note in found.notes] == ["e-1-2", found.labels[0].id]


def test_many_ids_that_begin_alike_and_many_documents_of_one_name() -> None:
    ids = [f"http://localhost/annotations/of/a/long/project/name/{number}" for number in range(30_000)]
    intake = Intake(Rules(), "s/1")
    document = intake.admit(_draft("word", *(_span(id, 0, 4) for id in ids)))
    assert document is not None
    (found,) = document.sets.values()
    assert len({span.id for span in found.spans}) == len(ids)

    named = [intake.admit(Draft("Same", "text", [])) for _ in range(5_000)]
    assert [one.id for one in (*named[:3], named[-1]) if one] == ["Same", "Same-2", "Same-3", "Same-5000"]


def test_an_id_that_is_there_twice_is_an_error() -> None:
    intake = Intake(Rules(), "s/1")
    intake.admit(_draft("Ada Bob\n", _span("T1", 0, 3), _span("T1", 4, 7)))

    assert intake.errors == ["d.ann:7: T1: the id is there twice"]


@pytest.mark.parametrize(
    ("name", "id"),
    [
        ("Ümläut Ördner/Datei (1)", "Umlaut-Ordner/Datei-1"), ("../../etc/passwd", "etc/passwd"), ("a\\b", "a/b"), ("..", ""),
        ("日本", ""), (".hidden", "hidden"), ("x" * 300, "x" * 100),
    ],
)  # fmt: skip
def test_names_become_ones_that_every_system_can_have(name: str, id: str) -> None:
    assert portable(name) == id


def test_document_ids_are_portable_apart_and_never_lead_out() -> None:
    intake = Intake(Rules(into="news"), "s/1")

    ids = [document.id for name in ("a", "A", "../a", "con", "日本", "") if (document := intake.admit(Draft(name, "x\n")))]

    assert ids[:3] == ["news/a", "news/A-559aead0", "news/a-61b4c98b"]
    assert len({id.casefold() for id in ids}) == 6
    assert all(id.startswith("news/") and ".." not in id for id in ids)


def test_annotators_become_names_of_directories() -> None:
    intake = Intake(Rules(annotator="me"), "s/1")
    document = intake.admit(Draft("d", "x\n", [DraftSet("Jörg Müller/2"), DraftSet("a@b.c"), DraftSet("日本"), DraftSet()]))

    assert document is not None
    assert list(document.sets)[:2] == ["Jorg-Muller-2", "a-b.c"]
    assert len(document.sets) == 4
    assert "me" in document.sets
    (loss,) = intake.repaired
    assert (loss.kind, loss.count) == ("annotators whose names no set can have", 3)
    assert loss.examples[1] == "d: a@b.c is now a-b.c"


def test_annotators_whose_names_become_the_same_stay_apart_in_every_document() -> None:
    intake = Intake(Rules(annotator="me"), "s/1")
    first = intake.admit(
        Draft("d", "x\n", [DraftSet("a@b"), DraftSet("A b"), DraftSet("a-b"), DraftSet("ME!", sources=("a@b",))])
    )
    second = intake.admit(Draft("e", "x\n", [DraftSet("A b"), DraftSet("a@b")]))

    assert first is not None
    assert second is not None
    names = list(first.sets)
    assert names[0] == "a-b"
    assert len({name.casefold() for name in names}) == 4
    assert list(second.sets) == [names[1], "a-b"]
    assert first.sets[names[3]].header.sources == ("a-b",)
    assert intake.annotators.originals["a-b"] == "a@b"
    assert sum(loss.count for loss in intake.repaired) == 4
    assert intake.errors == []


def test_a_valid_name_is_never_changed_but_where_another_was_given_it() -> None:
    intake = Intake(Rules(annotator="imported"), "s/1")
    document = intake.admit(Draft("d", "x\n", [DraftSet("Ada"), DraftSet("ada"), DraftSet("imported")]))

    assert document is not None
    assert list(document.sets) == ["Ada", "ada", "imported"]
    assert not intake.repaired


def test_metadata_goes_where_the_corpus_has_a_place_for_it_and_else_to_extra() -> None:
    intake = Intake(Rules(), "s/1")
    said = {"title": "T", "authors": ["A"], "rights": {"holder": "H"}, "score": 3, "nothing": None, "deep": {"a": [1]}}

    document = intake.admit(Draft("d", "x\n", metadata=said))
    odd = intake.admit(Draft("e", "x\n", metadata={"title": ["not", "a", "title"]}))

    assert document is not None
    assert odd is not None
    assert (document.metadata.title, document.metadata.authors, document.metadata.rights.holder) == ("T", ("A",), "H")
    assert document.metadata.extra == {"score": 3, "deep": {"a": [1]}}
    assert odd.metadata.extra == {"title": ["not", "a", "title"]}


def test_a_span_is_trimmed_of_blanks_that_its_text_has_not() -> None:
    text = "Anna  met Ben.\n"
    spans = [
        Span("T1", "e", "X", 0, 5, "Anna"), Span("T2", "e", "X", 0, 5, "Anna "),
        Span("T3", "e", "X", 4, 15, "met Ben.", fragments=((4, 9), (10, 15))), Span("T4", "e", "X", 0, 4, "Anna"),
    ]  # fmt: skip
    intake = Intake(Rules(), "s/1")

    document = intake.admit(Draft("d", text, [DraftSet(spans=spans, file="d.ann", lines={"T1": 7})]))

    assert document
    found = {span.id: (span.extents, span.text) for span in document.sets["imported"].spans}
    assert found["T1"] == (((0, 4),), "Anna")
    assert found["T2"] == (((0, 5),), "Anna ")
    assert found["T3"] == (((6, 9), (10, 14)), "met Ben.")
    (loss,) = intake.repaired
    assert loss.kind == "spans trimmed of blanks that the text they are said to cover has not"
    assert loss.examples == ["d.ann:7: T1 “Anna”", "d.ann: T3 “met Ben.”"]


def test_line_ends_that_counted_as_one_are_said_to_be_changed() -> None:
    intake = Intake(Rules(), "s/1")
    draft = Draft("d", "One\r\nTwo\r\nthree\r\n", [DraftSet(spans=[Span("T1", "e", "X", 8, 13, "three")])])

    document = intake.admit(draft)

    assert document
    assert document.text == "One\nTwo\nthree\n"
    assert intake.repaired.by_kind["texts: changed line ends to \\n"].examples == ["d: changed line ends to \\n (3 CR LF)"]


def test_advice_is_given_only_where_it_helps() -> None:
    outside, elsewhere = Span("T1", "e", "X", 0, 99, ""), Span("T2", "e", "X", 0, 3, "Ben")
    for spans, options in (([outside], []), ([elsewhere], ["--realign", "--offsets"])):
        intake = Intake(Rules(), "s/1")
        intake.admit(Draft("d", "Ann met Ben.\n", [DraftSet(spans=spans)]))
        assert [line.partition(" ")[0] for line in intake.advice] == options
