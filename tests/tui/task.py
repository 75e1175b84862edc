"""A task on the real article: the entities of its first five paragraphs, three statements with attributes, one relation.

The keys for it are written down here, by hand and with another's set as suggestions: pressed by tests, counted by a benchmark.
"""

from __future__ import annotations

from postil import Corpus
from postil.model import AnnotationSet, Header, Relation, Span
from postil.storage.set_file import encode_set

DOCUMENT = "news/india-japan-2-plus-2"
_FIVE_PARAGRAPHS = 860
_STATEMENTS = ("stzjhm", "soacbf", "syhxp5")  # ids in gold
_RELATION = ("syhxp5", "soacbf")

_GROUPS = (
    # the headline: India, Japan, then more is selected for the meeting; the first name of the rest is none, the second is
    "2  g . g + + e  tab tab l",
    # three paragraphs on; India and Japan stand for their governments
    "} } } g enter 2  tab g enter 2  tab > > e  tab y  tab g  tab g",
    # without “Dr”; past “Defence”
    "tab tab tab p X  tab tab p  tab n  tab tab p  tab p X X",
    "tab > e  tab y  tab l",
    # statements without their full stops; a claim must say what kind it is; the fact begins nine words into the claim
    "3  space space space space - c 5  space - c 5  % > > > > > > > > > f",
    # the fact is the head of a relation whose tail is the claim
    "H [ s",
)
BY_HAND = [key for group in _GROUPS for key in group.split()]

WITH_SUGGESTIONS = ["G", *["enter"] * 21, "3", "H", "[", "s"]
"""Each suggestion is looked at and taken by itself."""


def wanted(annotations: AnnotationSet) -> AnnotationSet:
    """The part of a set that the task asks for."""
    spans = [one for one in annotations.spans if one.layer == "entity" and one.start < _FIVE_PARAGRAPHS]
    spans += [one for one in annotations.spans if one.id in _STATEMENTS]
    relations = [one for one in annotations.relations if tuple(id for _, id in one.arguments()) == _RELATION]
    return AnnotationSet(annotations.header, tuple(spans), tuple(relations)).canonical()


def by_hand(corpus: Corpus, header: Header) -> bytes:
    """The file as it was made by hand, under the header of another set."""
    part = wanted(corpus[DOCUMENT].sets["gold"])
    return encode_set(AnnotationSet(header, part.spans, part.relations))


def with_ids_of_gold(corpus: Corpus, made: AnnotationSet) -> bytes:
    """The file of a set that was made, each new id replaced by that of the gold annotation in its place."""
    gold = {_place(one): one.id for one in wanted(corpus[DOCUMENT].sets["gold"]).spans}
    names = {one.id: gold.get(_place(one), one.id) for one in made.spans}
    text = encode_set(made).decode()
    for relation in made.relations:
        (old,) = [one.id for one in wanted(corpus[DOCUMENT].sets["gold"]).relations]
        names[relation.id] = old
    for new, old in names.items():
        text = text.replace(f'"{new}"', f'"{old}"')
    return text.encode()


def _place(one: Span) -> tuple[str, str, int, int]:
    return (one.layer, one.label, one.start, one.end)


def suggest(corpus: Corpus, annotator: str = "a2", name: str = "model") -> None:
    """Write a set with what another annotator marked of the task, independently, as suggestions."""
    there = corpus[DOCUMENT].sets[annotator]
    places = {_place(one) for one in wanted(corpus[DOCUMENT].sets["gold"]).spans}
    spans = tuple(one for one in there.spans if _place(one) in places)
    header = Header(DOCUMENT, name, there.header.scheme, there.header.text_sha256, "complete", "model")
    corpus.write(AnnotationSet(header, spans))


def number_of_annotations(annotations: AnnotationSet) -> int:
    """Spans and relations."""
    kinds: tuple[type, ...] = (Span, Relation)
    return sum(isinstance(one, kinds) for one in annotations.records)
