from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from postil.corpus import Document
from postil.errors import UnreadableFile
from postil.exchange.format import Format
from postil.exchange.incoming import Incoming
from postil.exchange.intake import Intake, Rules
from postil.exchange.proposal import Observed
from postil.exchange.sources import Source
from postil.formats import format_named
from postil.model import Span

HEAD = """\
<annotations>
<token-annotation><annotator processor="p0"/></token-annotation>
<entity-annotation set="https://example.org/ne.foliaset.ttl">
<annotator processor="p1"/><annotator processor="p2"/></entity-annotation>
<dependency-annotation set="deps"><annotator processor="p2"/></dependency-annotation>
<pos-annotation set="cgn"/><pos-annotation set="clex"/>
</annotations>
<provenance>
<processor xml:id="p0" name="ucto"><processor xml:id="p2" name="frog" type="auto"/></processor>
<processor xml:id="p1" name="ada" type="manual"/>
</provenance>
<meta id="title">Rain  in
Utrecht</meta><meta id="author">A. B.</meta><meta id="author">C.</meta><meta id="wave">3</meta>"""


def _folia(body: str, head: str = HEAD, version: str = "2.5.1") -> str:
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<FoLiA xmlns="http://ilk.uvt.nl/folia" '
        f'xmlns:xlink="http://www.w3.org/1999/xlink" xml:id="d" version="{version}">\n<metadata type="native">{head}</metadata>\n'
        f'<text xml:id="d.text">{body}</text>\n</FoLiA>\n'
    )


def _format() -> Format:
    format_ = format_named("folia")
    assert format_
    return format_


def _incoming(path: Path, *, with_tokens: bool = False) -> Incoming:
    return Incoming(Source(path), {}, with_tokens=with_tokens)


def _admitted(path: Path, incoming: Incoming) -> Document:
    assert _format().read
    (draft,) = _format().read(incoming)  # type: ignore[misc]
    intake = Intake(Rules(), "s/1", incoming.declared)
    document = intake.admit(draft)
    assert intake.errors == []
    assert document is not None
    observed = Observed()
    observed.add(document)
    assert list(observed.conflicts()) == []
    return document


def _read(path: Path, text: str, *, with_tokens: bool = False) -> tuple[Document, Incoming]:
    file = path / "d.folia.xml"
    file.write_text(text, encoding="utf-8")
    incoming = _incoming(file, with_tokens=with_tokens)
    return _admitted(file, incoming), incoming


def _losses(incoming: Incoming) -> dict[str, int]:
    return {loss.kind: loss.count for loss in incoming.losses.stopping}


def _spans(document: Document, annotator: str = "imported") -> dict[str, Span]:
    return {span.id: span for span in document.sets[annotator].spans}


def _words(*words: str, last: str = "", sentence: str = "1") -> str:
    """Words with ids w1, w2, …; one that ends in + has no blank after it."""
    made = ""
    for number, word in enumerate(words, 1):
        space = ' space="no"' if word.endswith("+") else ""
        made += f'<w xml:id="s{sentence}.w{number}"{space}><t>{word.removesuffix("+")}</t></w>\n'
    return f'<s xml:id="s{sentence}">{made}{last}</s>'


def _refs(*numbers: int) -> str:
    return "".join(f'<wref id="s1.w{number}"/>' for number in numbers)


def test_annotations_of_words_are_spans_and_relations_of_who_made_them(tmp_path: Path) -> None:
    holders = f"""
      <entities>
        <entity xml:id="e1" class="PER" processor="p1" confidence="0.8">{_refs(2, 3)}<feat subset="sex" class="m"/>
          <feat subset="sex" class="x"/><relation class="wiki" xlink:href="https://example.org/D" xlink:type="simple"/>
          <desc>a  title</desc></entity>
        <entity xml:id="e2" class="PER" processor="p2">{_refs(1, 3)}</entity>
      </entities>
      <chunking><chunk class="NP">{_refs(3, 1, 2)}</chunk></chunking>
      <syntax><su xml:id="u1" class="S"><su class="NP">{_refs(1, 2, 3)}</su>{_refs(4)}</su></syntax>
      <dependencies>
        <dependency xml:id="d1" class="su"><hd>{_refs(4)}</hd><dep>{_refs(3)}</dep></dependency>
        <dependency xml:id="d2" class="det"><dep>{_refs(1)}</dep><hd>{_refs(3)}</hd></dependency>
        <dependency class="half"><hd>{_refs(3)}</hd></dependency>
      </dependencies>
      <semroles><predicate class="greet">{_refs(4)}<semrole class="agent">{_refs(1, 2, 3)}</semrole>
        <semrole class="patient">{_refs(5)}</semrole></predicate></semroles>
      <sentiments><sentiment xml:id="n1" class="joy" polarity="positive"><hd>{_refs(4)}</hd><source>{_refs(2)}</source>
        <target>{_refs(5)}</target></sentiment></sentiments>
      <coreferences><coreferencechain class="lama"><coreferencelink>{_refs(1)}<hd>{_refs(2, 3)}</hd></coreferencelink>
        <coreferencelink><feat subset="mod" class="maybe"/>{_refs(5)}</coreferencelink></coreferencechain></coreferences>
    """
    document, incoming = _read(tmp_path, _folia(_words("The", "Dalai", "Lama", "greeted", "him+", ".", last=holders)))

    assert document.id == "d"
    assert document.text == "The Dalai Lama greeted him.\n"
    assert set(document.sets) == {"ada", "frog", "imported"}
    (entity,) = document.sets["ada"].spans
    assert (entity.id, entity.layer, entity.label, entity.text, entity.confidence) == ("e1", "entity", "PER", "Dalai Lama", 0.8)
    assert entity.attributes == {"sex": ["m", "x"], "link.wiki": "https://example.org/D"}
    assert [(note.about, note.text) for note in document.sets["ada"].notes] == [("e1", "a title")]
    frog = _spans(document, "frog")
    assert (frog["e2"].text, frog["e2"].fragments) == ("The Lama", ((0, 3), (10, 14)))
    ends = {one.id: {role: frog[str(id)].text for role, id in one.args.items()} for one in document.sets["frog"].relations}
    assert ends == {"d1": {"from": "greeted", "to": "Lama"}, "d2": {"from": "Lama", "to": "The"}}
    assert sorted(span.text for span in frog.values() if span.layer == "dependency-word") == ["Lama", "The", "greeted"]
    own = _spans(document)
    assert {(span.layer, span.label, span.text) for span in own.values()} == {
        ("chunk", "NP", "The Dalai Lama"), ("su", "S", "The Dalai Lama greeted"), ("su", "NP", "The Dalai Lama"),
        ("semrole", "predicate", "greeted"), ("semrole", "agent", "The Dalai Lama"), ("semrole", "patient", "him"),
        ("sentiment-part", "hd", "greeted"), ("sentiment-part", "source", "Dalai"), ("sentiment-part", "target", "him"),
        ("mention", "mention", "The Dalai Lama"), ("mention", "mention", "him"),
    }  # fmt: skip
    relations = {one.layer: one for one in document.sets["imported"].relations}
    assert {layer: (one.label, list(one.args)) for layer, one in relations.items()} == {
        "semroles": ("greet", ["predicate", "agent", "patient"]), "sentiment": ("joy", ["hd", "source", "target"]),
        "coreference": ("lama", ["member"]),
    }  # fmt: skip
    assert relations["sentiment"].attributes == {"polarity": "positive"}
    assert len(relations["coreference"].args["member"]) == 2
    assert document.metadata.title == "Rain in Utrecht"
    assert document.metadata.authors == ("A. B.", "C.")
    assert document.metadata.extra == {"wave": "3"}
    assert _losses(incoming) == {"annotations without words in the text": 1}
    assert {loss.kind: loss.count for loss in incoming.losses if not loss.stops} == {
        "sentences, which --tokens keeps": 1, "tokens, which --tokens keeps": 6,
    }  # fmt: skip
    assert incoming.declared["entity"].description == "FoLiA: https://example.org/ne.foliaset.ttl"


def test_tokens_have_what_is_said_inside_of_them(tmp_path: Path) -> None:
    body = """<p xml:id="p1" class="first"><s xml:id="s1"><w xml:id="w1" class="WORD"><t>Stemma</t>
      <pos class="N(soort)" set="cgn" head="N"><feat subset="ntype" class="soort"/></pos><pos class="X" set="clex"/>
      <lemma class="stemma"/><metric class="length" value="6"/><comment>odd</comment></w>
      <w xml:id="w2"><t>is</t></w><lang class="nl"/></s></p>"""
    document, incoming = _read(tmp_path, _folia(body), with_tokens=True)

    ucto, own = _spans(document, "ucto"), _spans(document)
    assert {span.id: (span.layer, span.label, span.text) for span in (*ucto.values(), *own.values())} == {
        "w1": ("token", "token", "Stemma"), "w2": ("token", "token", "is"), "s1": ("sentence", "sentence", "Stemma is"),
        "p1": ("structure", "p", "Stemma is"), "c1": ("comment", "comment", "Stemma"),
    }  # fmt: skip
    assert ucto["w1"].attributes == {
        "pos": "N(soort)", "pos.head": "N", "pos.ntype": "soort", "pos.clex": "X", "lemma": "stemma", "metric": "6",
        "class": "WORD",
    }  # fmt: skip
    assert (own["s1"].attributes, own["p1"].attributes) == ({"lang": "nl"}, {"class": "first"})
    assert own["c1"].note == "odd"  # by another hand than the token, so a note on it is not possible
    assert not _losses(incoming)


def test_remarks_are_notes_on_what_they_are_about(tmp_path: Path) -> None:
    body = f"{_words('One', 'two', last='<desc>short</desc>')}<comment>of all</comment><comment> </comment>"
    document, _ = _read(tmp_path, _folia(body, head=""), with_tokens=True)
    assert {(note.about, note.text) for note in document.sets["imported"].notes} == {("s1", "short"), ("", "of all")}
    document, _ = _read(tmp_path, _folia(body, head=""))
    (span,) = document.sets["imported"].spans
    assert (span.layer, span.label, span.text, span.note) == ("comment", "desc", "One two", "short")


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (f'<p>{_words("a+", ",", "b", ".")}{_words("C", "d+", sentence="2")}{_words("e", sentence="3")}</p>', "a, b . C de"),
        ('<head><t>Title</t></head><p xml:id="p1"><t>One.</t></p><p xml:id="p2"><t>Two.</t></p>', "Title\n\nOne.\n\nTwo."),
        ('<list xml:id="l"><item xml:id="i1"><t>a</t></item><item xml:id="i2"><t>b</t></item></list>', "a\nb"),
        ("<table><row><cell><t>a</t></cell><cell><t>b</t></cell></row><row><cell><t>c</t></cell></row></table>", "a\tb\nc"),
        ('<p xml:id="p"><s xml:id="s"><t>a</t></s><br/><s xml:id="z"><t>b</t></s></p>', "a\nb"),
        ('<p xml:id="p"><t>a  b</t><s xml:id="s"><w xml:id="w"><t>a</t></w><w xml:id="v"><t>b</t></w></s></p>', "a b"),
        ('<s xml:id="s"><w xml:id="w"><t></t></w><w xml:id="v"><t>b</t></w><gap/></s>', "b"),
    ],
)  # fmt: skip
def test_a_text_is_put_together(tmp_path: Path, body: str, text: str) -> None:
    document, _ = _read(tmp_path, _folia(body, head=""), with_tokens=True)
    assert document.text == f"{text}\n"
    for span in document.sets["imported"].spans:
        assert span.text


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("<t>\n <t-str>\n  <t-style>deel</t-style>\n </t-str>\n <t-str>woord</t-str>\n</t>", "deel woord"),
        ("<t><t-style>  deel  </t-style> <t-style>  woord </t-style></t>", "deel woord"),
        ('<t xml:space="preserve"><t-style>deel</t-style>  <t-style>woord</t-style></t>', "deel  woord"),
        ("<t>\n deel<br/>\n woord<br/>\n</t>", "deel\nwoord"), ("<t>der<t-hbr/><t-str>jenigen</t-str></t>", "derjenigen"),
        ("<t>a<t-style><feat class='x' subset='y'/>b<comment>no</comment></t-style> .</t>", "ab ."),
        ("<t>a<t-hspace/>b \U0001f600</t>", "a b \U0001f600"),
        ('<t>vier<t-correction original="kan">kante</t-correction> haken</t>', "vierkante haken"),
    ],
)  # fmt: skip
def test_white_space_and_markup_in_a_text(tmp_path: Path, content: str, text: str) -> None:
    document, _ = _read(tmp_path, _folia(f'<p xml:id="p">{content}</p>', head=""))
    assert document.text == f"{text}\n"


def test_before_version_2_5_white_space_counts(tmp_path: Path) -> None:
    body = '<p xml:id="p"><t>a  b\n\tc</t><w xml:id="w"><t offset="3">b</t></w><w xml:id="v"><t offset="6">c</t></w></p>'
    document, incoming = _read(tmp_path, _folia(body, head="", version="1.5.0"), with_tokens=True)
    assert document.text == "a  b\n\tc\n"
    assert {span.id: span.start for span in document.sets["imported"].spans} == {"p": 0, "w": 3, "v": 6}
    assert not incoming.repaired


def test_offsets_decide_and_wrong_ones_are_counted(tmp_path: Path) -> None:
    def body(offset: int) -> str:
        return (
            '<s xml:id="s"><t>\U0001f600 da da da</t><w xml:id="w1"><t>\U0001f600</t></w>'
            f'<w xml:id="w2"><t offset="{offset}">da</t></w><part xml:id="a">'
            '<w xml:id="w3"><t offset="8" ref="s">da</t></w></part></s>'
        )

    document, incoming = _read(tmp_path, _folia(body(5), head=""), with_tokens=True)
    assert {span.id: span.start for span in document.sets["imported"].spans} == {"s": 0, "w1": 0, "w2": 5, "a": 8, "w3": 8}
    assert not incoming.repaired
    document, incoming = _read(tmp_path, _folia(body(6), head=""), with_tokens=True)
    assert {span.id: span.start for span in document.sets["imported"].spans}["w2"] == 2  # by the order of the words
    assert [loss.count for loss in incoming.repaired] == [1]


def test_a_text_and_words_that_disagree(tmp_path: Path) -> None:
    body = f'<p xml:id="p"><t>Something else.</t>{_words("One", "two+", ".")}</p>'
    document, incoming = _read(tmp_path, _folia(body, head=""), with_tokens=True)
    assert document.text == "One two.\n"
    assert [loss.kind for loss in incoming.repaired] == ["texts that the words in them disagree with: taken from the words"]
    assert [span.text for span in document.sets["imported"].spans if span.layer == "token"] == ["One", "two", "."]


def test_what_corrections_made_counts_and_what_was_there_is_counted(tmp_path: Path) -> None:
    body = """<s xml:id="s"><t>Watch that tree now</t><w xml:id="w1"><t>Watch</t></w><w xml:id="w2"><t>that</t></w>
      <w xml:id="w3"><correction xml:id="c2" class="spelling"><new><t>tree</t></new>
        <original><correction><new><t>three</t></new><original><t>treee</t></original></correction></original>
        <suggestion><t>trees</t></suggestion></correction></w>
      <correction><new><w xml:id="w4"><t>now</t><pos class="ADV"/></w></new>
        <original auth="no"><w xml:id="x1"><t>n</t></w><w xml:id="x2"><t>ow</t></w></original></correction>
      <entities><entity class="E"><wref id="w3"/><wref id="w4"/></entity><correction>
        <new><entity class="F"><wref id="w1"/></entity></new><original>
        <entity class="G"><wref id="w2"/></entity></original></correction></entities></s>"""
    document, incoming = _read(tmp_path, _folia(body, head=""), with_tokens=True)
    assert document.text == "Watch that tree now\n"
    spans = document.sets["imported"].spans
    assert [span.text for span in spans if span.layer == "token"] == ["Watch", "that", "tree", "now"]
    assert {(span.label, span.text) for span in spans if span.layer == "entity"} == {("E", "tree now"), ("F", "Watch")}
    assert _losses(incoming) == {"corrections: what was there before": 3}


def test_only_current_texts_count_unless_there_is_one_other_class_only(tmp_path: Path) -> None:
    body = '<p xml:id="p"><t class="ocr">He11o</t><t>Hello</t></p>'
    document, incoming = _read(tmp_path, _folia(body, head=""))
    assert document.text == "Hello\n"
    assert _losses(incoming) == {"texts of the class ocr": 1}
    document, incoming = _read(tmp_path, _folia(body.replace("<t>Hello</t>", ""), head=""))
    assert document.text == "He11o\n"
    assert [loss.kind for loss in incoming.repaired] == ["texts that are all of the class ocr, read as if they were current"]


def test_strings_are_spans_where_they_are_for_certain(tmp_path: Path) -> None:
    body = """<p xml:id="p0"><t>Dit.</t></p><p xml:id="p"><t>Dit is een is test</t>
      <str xml:id="a" class="x"><t offset="4">is</t></str><str xml:id="b"><t>t is</t></str><str xml:id="c"><t>is</t></str>
      <str xml:id="d"><t offset="1">een</t></str><str xml:id="e"><t class="ocr">1s</t></str>
      <entities><entity class="E"><wref id="a"/></entity></entities></p>"""
    document, incoming = _read(tmp_path, _folia(body, head=""))
    assert {(span.layer, span.label, span.text, span.start) for span in document.sets["imported"].spans} == {
        ("string", "x", "is", 10), ("string", "str", "t is", 8), ("string", "str", "een", 13), ("entity", "E", "is", 10),
    }  # fmt: skip
    assert _losses(incoming) == {"strings without a certain place in the text": 2}


def test_annotations_of_several_sets_are_layers_of_their_own(tmp_path: Path) -> None:
    entities = f'<entities set="a/ner.foliaset.xml"><entity class="PER">{_refs(1)}</entity></entities>'
    entities += f'<entities><entity class="mwu" set="http://b/mwu">{_refs(1, 2)}</entity></entities>'
    document, incoming = _read(tmp_path, _folia(_words("Ada", "left", last=entities), head=""))
    assert {(span.layer, span.label) for span in document.sets["imported"].spans} == {
        ("entity-ner", "PER"),
        ("entity-mwu", "mwu"),
    }
    assert set(incoming.declared) == {"entity-ner", "entity-mwu"}


def test_references_are_compared_and_what_they_do_not_find_is_counted(tmp_path: Path) -> None:
    entities = """<hiddenw xml:id="h"><t>*exp*</t></hiddenw><entities><entity class="A"><wref id="s1.w1" t="Eva"/></entity>
      <entity class="B"><wref id="s1.w9"/><wref id="s1.w1"/></entity><entity class="C"><wref id="h"/></entity><entity class="D"/>
      <entity class="E" confidence="many"><wref id="s1.w2"/></entity></entities>"""
    document, incoming = _read(tmp_path, _folia(_words("Ada", "left", last=entities), head=""))
    assert {(span.label, span.text, span.confidence) for span in document.sets["imported"].spans} == {
        ("A", "Ada", None), ("B", "Ada", None), ("E", "left", None),
    }  # fmt: skip
    assert [(loss.kind, loss.count) for loss in incoming.repaired] == [("references that call a word otherwise", 1)]
    assert _losses(incoming) == {
        "references to words that are not there, or parts of words": 1, "references to words that are not in the text": 1,
        "annotations without words in the text": 2, "words that are not in the text": 1,
        "confidences that are no number from 0 to 1": 1,
    }  # fmt: skip


def test_alternatives_and_everything_else_is_counted(tmp_path: Path) -> None:
    more = f"""<altlayers><chunking><chunk class="X">{_refs(1)}</chunk></chunking></altlayers><spanrelations/><gap/>
      <entities><entity class="E" auth="no">{_refs(1)}</entity></entities>"""
    body = _words("Ada", last=more).replace("</w>", '<alt><pos class="N"/></alt><morphology/><ph>a</ph></w>')
    document, incoming = _read(tmp_path, _folia(f'{body}<lang class="nl"/><metric class="n" value="1"/>', head="<foreign-data/>"))
    assert {(label.layer, label.label) for label in document.sets["imported"].labels} == {("lang", "nl"), ("metric", "n")}
    assert document.sets["imported"].spans == ()
    assert _losses(incoming) == {
        "alternatives, and what is no more": 3, "elements morphology": 1, "elements ph": 1, "elements spanrelations": 1,
        "elements gap": 1, "elements foreign-data": 1,
    }  # fmt: skip


def test_annotators_of_version_1_are_declared_or_said(tmp_path: Path) -> None:
    head = '<annotations><entity-annotation set="x" annotator="frog" annotatortype="auto"/></annotations>'
    entities = f'<entities><entity class="A">{_refs(1)}</entity><entity class="B" annotator="ada">{_refs(1)}</entity></entities>'
    document, _ = _read(tmp_path, _folia(_words("Ada", last=entities), head=head, version="1.5"))
    assert {name: [span.label for span in one.spans] for name, one in document.sets.items()} == {"frog": ["A"], "ada": ["B"]}


def test_files_that_are_no_folia_are_refused_or_counted_in_a_directory(tmp_path: Path) -> None:
    (tmp_path / "tei.xml").write_text("<TEI/>", encoding="utf-8")
    assert _format().read
    with pytest.raises(UnreadableFile, match="no FoLiA document: its root is TEI"):
        list(_format().read(_incoming(tmp_path / "tei.xml")))  # type: ignore[misc]
    (tmp_path / "a.folia.xml").write_text(_folia("<p><t>x</t></p>"), encoding="utf-8")
    incoming = _incoming(tmp_path)
    (draft,) = _format().read(incoming)  # type: ignore[misc]
    assert draft.name == "a"
    assert draft.metadata["folia_id"] == "d"
    assert _losses(incoming) == {"files that are no FoLiA documents": 1}


@pytest.mark.parametrize(
    "data",
    [
        b"", b"<FoLiA", _folia("<p><t>x</t></p>").encode()[:-40], _folia("").encode("utf-16")[:301],
        b'<!DOCTYPE a [<!ENTITY x "y">]><FoLiA><text><t>&x;</t></text></FoLiA>',
        b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><FoLiA><text><t>&x;</t></text></FoLiA>',
        b"<FoLiA><text><t>\xff</t></text></FoLiA>", b"<FoLiA><text><t>&#xd800;</t></text></FoLiA>",
        b"<FoLiA><text>" + b"<div>" * 300 + b"</div>" * 300 + b"</text></FoLiA>",
        b"<FoLiA><text>" + b"<div>" * 3000 + b"</div>" * 3000 + b"</text></FoLiA>",
    ],
)  # fmt: skip
def test_what_is_broken_or_hostile_is_refused(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "x.xml"
    path.write_bytes(data)
    assert _format().read
    with pytest.raises(UnreadableFile):
        list(_format().read(_incoming(path)))  # type: ignore[misc]


def test_many_words_take_linear_time(tmp_path: Path) -> None:
    words = "".join(f'<w xml:id="w{number}"><t>a</t></w>' for number in range(20_000))
    holders = (
        "<entities>" + "".join(f'<entity class="E"><wref id="w{number}"/></entity>' for number in range(20_000)) + "</entities>"
    )
    text = f'<p xml:id="p"><t>{"a " * 20_000}</t><s xml:id="s">{words}{holders}</s></p>'
    begun = time.perf_counter()
    document, _ = _read(tmp_path, _folia(text, head=""))
    assert len(document.sets["imported"].spans) == 20_000
    assert time.perf_counter() - begun < 30


def test_odd_documents_are_read(tmp_path: Path) -> None:
    text = _folia(
        '<p xml:id="p"><t>a</t><entities><entity class="E" xml:id="p"><wref id="p"/></entity><entity><wref/></entity></entities>'
        '<x:y xmlns:x="urn:x"/></p><p xml:id="p"><t>b\ue000</t></p>',
        version="x",
    )
    document, incoming = _read(tmp_path, text)
    assert document.text == "a\n\nb\ufffd\n"
    assert [(span.id, span.label) for span in document.sets["imported"].spans] == [("p", "E")]
    assert _losses(incoming)["elements {urn:x}y"] == 1


def test_a_peer_finds_the_same_words(tmp_path: Path) -> None:
    folia: Any = pytest.importorskip("folia.main")
    body = f'<p xml:id="p">{_words("One+", ",", "two", "three+", ".")}{_words("Four", sentence="2")}</p>'
    file = tmp_path / "d.folia.xml"
    file.write_text(_folia(body), encoding="utf-8")
    document = _admitted(file, _incoming(file, with_tokens=True))
    peer = folia.Document(file=str(file), autodeclare=True)
    tokens = {span.id: span.text for one in document.sets.values() for span in one.spans if span.layer == "token"}
    assert tokens == {word.id: word.text() for word in peer.words()}
    assert peer.text().strip() == document.text.strip()
