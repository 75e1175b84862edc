"""Hypothesis strategies: documents of a corpus with everything that a corpus can have, over text that breaks tools."""

from __future__ import annotations

import hashlib
import unicodedata
from typing import Any

from hypothesis import strategies as st

from postil.corpus import Document
from postil.manifest import Metadata
from postil.model import AnnotationSet, Header, Label, Note, Relation, Span
from postil.scheme import Attribute, LabelDefinition, Layer, Role, Scheme

_PIECES = [
    "a", "Zoë", "ß", "😀", "👩\u200d👩\u200d👧", "🇮🇳", "🏳\ufe0f\u200d🌈", "שלום", "مرحبا", "한글", "क्षि", "日本", "q\u0323\u0307",
    "\u2028", "\u0085", "\u200b", "\x0c", "\x1f", "\x7f", "\ue000", "\U0010ffff", "\ufeff", "\u00a0", "\u3000", "\t", "  ",
    " ", " ", " ", "\n", "\n\n", '"', "\\", "\\n", "<b>", "&amp;", "'", ", ", ". ", ". The ", "word", "Two words", "|", "_", "#",
    "[1]", "]]>", "-", "->", ";", "*", "=",
]  # fmt: skip
_NAMES = [
    "PERSON",
    "Claim",
    "I-X",
    "with blank",
    "é",
    "a|b",
    "x_y",
    "<l>",
    "a:b",
    "tab\tin",
    "#",
    "日本",
    "O",
    "_",
    "*",
    "a.b",
    '"',
    "1",
]
_WORDS = [
    "",
    "High",
    "two words",
    "a|b;c",
    "ta\tb",
    "line\nend",
    "é😀",
    "_",
    "*",
    "true",
    "12",
    "<x>&",
    '"',
    "\\",
    "back\\slash\\",
    "-",
    "->",
]


def _scheme() -> Scheme:
    span = {
        "value": Attribute("string"), "many": Attribute("string", multiple=True), "number": Attribute("number"),
        "whole": Attribute("integer"), "sure": Attribute("boolean"), "who": Attribute("reference", values=("AUTHOR",)),
    }  # fmt: skip
    labels = {name: LabelDefinition() for name in _NAMES}
    roles = {"from": Role(), "to": Role()}
    return Scheme(
        "s", 1,
        layers={
            "entity": Layer("span", overlap="free", labels=labels, attributes=span),
            "state ment": Layer("span", overlap="free", labels=labels, attributes=span),
            "argument": Layer("relation", labels=labels, attributes={"why": Attribute("string")}, roles=roles),
            "event": Layer(
                "relation", labels=labels, attributes={"why": Attribute("string")},
                roles={"trigger": Role(), "arg": Role(required=False, multiple=True)},
            ),
            "genre": Layer("label", labels=labels, attributes={"value": Attribute("string")}),
        },
    )  # fmt: skip


SCHEME = _scheme()

texts = st.lists(st.sampled_from(_PIECES), min_size=1, max_size=30).map(
    lambda pieces: unicodedata.normalize("NFC", "".join(pieces).lstrip("\ufeff")) + "end\n"
)
names = st.sampled_from(_NAMES)
words = st.sampled_from(_WORDS)
remarks = st.just("") | words
confidences = st.none() | st.sampled_from([0.0, 0.25, 0.8, 1.0])


def _attributes(draw: st.DrawFn, spans: list[str]) -> dict[str, Any]:
    possible: dict[str, st.SearchStrategy[Any]] = {
        "value": words, "many": st.lists(words, min_size=1, max_size=3), "number": st.sampled_from([0.5, -2.25, 1e10]),
        "whole": st.integers(-5, 2**40), "sure": st.booleans(), "who": st.sampled_from(["AUTHOR", *spans]),
    }  # fmt: skip
    chosen = draw(st.sets(st.sampled_from(list(possible)), max_size=3))
    return {name: draw(possible[name]) for name in possible if name in chosen}


@st.composite
def annotation_sets(draw: st.DrawFn, text: str, document: str, annotator: str) -> AnnotationSet:
    """A set about ``text`` without errors of form: no two spans alike, every end of a relation there."""
    ids = [f"e{number}" for number in range(draw(st.integers(0, 6)))]
    spans: list[Span] = []
    seen = set()
    for id in ids:
        edges = sorted(draw(st.sets(st.integers(0, len(text)), min_size=2, max_size=4)))
        edges = edges[: len(edges) // 2 * 2]
        fragments = tuple(zip(edges[::2], edges[1::2], strict=True))
        layer, label = draw(st.sampled_from(["entity", "state ment"])), draw(names)
        if (fragments, layer, label) in seen:
            continue
        seen.add((fragments, layer, label))
        span = Span(
            id, layer, label, edges[0], edges[-1], "", fragments if len(fragments) > 1 else (),
            _attributes(draw, ids[:1] if spans else []), draw(confidences), draw(remarks),
        )  # fmt: skip
        covered = span.covered(text)
        spans.append(Span(*(covered if name == "text" else getattr(span, name) for name in span.__struct_fields__)))
    ends = [span.id for span in spans]
    relations: list[Relation] = []
    for number in range(draw(st.integers(0, 3)) if ends else 0):
        why = {"why": draw(words)} if draw(st.booleans()) else {}
        if draw(st.booleans()):
            args: dict[str, Any] = {"from": draw(st.sampled_from(ends)), "to": draw(st.sampled_from(ends))}
            layer = "argument"
        else:
            more = tuple(draw(st.lists(st.sampled_from(ends), min_size=1, max_size=3, unique=True)))
            args, layer = {"trigger": draw(st.sampled_from([span.id for span in spans])), "arg": more}, "event"
        relations.append(Relation(f"r{number}", layer, draw(names), args, why, draw(confidences), draw(remarks)))
        if layer == "argument":
            ends.append(f"r{number}")
    relations = [
        one for number, one in enumerate(relations) if not any(_likeness(one) == _likeness(other) for other in relations[:number])
    ]
    kept = {span.id for span in spans} | {one.id for one in relations}
    relations = [one for one in relations if kept.issuperset(id for _, id in one.arguments())]
    kept = {span.id for span in spans} | {one.id for one in relations}
    relations = [one for one in relations if kept.issuperset(id for _, id in one.arguments())]
    labels = [
        Label(
            f"d{number}", "genre", label, {"value": draw(words)} if draw(st.booleans()) else {}, draw(confidences), draw(remarks)
        )
        for number, label in enumerate(draw(st.lists(names, max_size=2, unique=True)))
    ]
    about = ["", *(record.id for record in (*spans, *relations, *labels))]
    notes = [
        Note(f"n{number}", draw(st.sampled_from(about)), f"{number} {draw(words)}".strip())
        for number in range(draw(st.integers(0, 2)))
    ]
    digest = hashlib.sha256(text.encode()).hexdigest()
    status, sources = draw(st.sampled_from([("complete", ()), ("in-progress", ("a", "b"))]))
    header = Header(document, annotator, "s/1", digest, status, "manual", sources)
    return AnnotationSet(header, tuple(spans), tuple(relations), tuple(labels), tuple(notes)).canonical()


def _likeness(relation: Relation) -> Any:
    return relation.layer, relation.label, sorted(relation.arguments())


@st.composite
def documents(draw: st.DrawFn) -> list[Document]:
    """One to three documents, each with a set or two."""
    made = []
    for number in range(draw(st.integers(1, 3))):
        text = draw(texts)
        id = draw(st.sampled_from(["a", "news/b", "x.y/c-1"])) + str(number)
        annotators = draw(st.sampled_from([("gold",), ("a1", "gold")]))
        metadata = Metadata(
            title=draw(words), authors=("A. B.",) * draw(st.integers(0, 1)), language=draw(st.sampled_from(["", "en", "de"])),
            extra=draw(st.sampled_from([{}, {"source": "x", "n": 3}])),
        )  # fmt: skip
        sets = {name: draw(annotation_sets(text, id, name)) for name in annotators}
        digest = hashlib.sha256(text.encode()).hexdigest()
        made.append(Document(id, text, metadata, sets, digest))
    return made
