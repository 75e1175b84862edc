"""A task on the real article: the entities of its first five paragraphs, three statements with attributes, one relation.

The keys for it are written down here, by hand and with another's set as suggestions: pressed by tests, counted by a benchmark.
"""

from __future__ import annotations

from msgspec.structs import replace

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

_RELATE = ["3", "H", "[", "s"]
WITH_SUGGESTIONS = ["G", *["enter"] * 21, *_RELATE]
"""Each suggestion is looked at and taken by itself."""
BY_SENTENCES = ["G", *["A"] * 5, *_RELATE]
"""All suggestions of a sentence are taken together."""
_FAULTY = (
    # three are right, the fourth was to be LOC, the eighth DATE; Tokyo, after it, is missing
    "2 G  enter enter enter l  enter enter enter y  shift+tab g G",
    # Rajnath Singh was to be a PERSON, the meeting of paragraph five an EVENT; Indo-Pacific, the last, is missing
    "enter enter p enter  enter enter e  tab l B enter",
    "enter enter enter",
)
WITH_FAULTY_SUGGESTIONS = [*(key for group in _FAULTY for key in group.split()), *_RELATE]
"""Every fourth entity that is suggested has a wrong label, every ninth is missing."""


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


def suggest(corpus: Corpus, *, is_faulty: bool = False) -> None:
    """Write what another annotator marked of the task, independently, as the set ``model``; or that with faults put in."""
    there = corpus[DOCUMENT].sets["a2"]
    places = {_place(one) for one in wanted(corpus[DOCUMENT].sets["gold"]).spans}
    spans = [one for one in there.spans if _place(one) in places]
    if is_faulty:
        spans = [_with_fault(one, number) for number, one in enumerate(spans, 1) if number % 9 or one.layer != "entity"]
    header = Header(DOCUMENT, "model", there.header.scheme, there.header.text_sha256, "complete", "model")
    corpus.write(AnnotationSet(header, tuple(spans)))


def _with_fault(one: Span, number: int) -> Span:
    return one if number % 4 or one.layer != "entity" else replace(one, label="ORG")


def number_of_annotations(annotations: AnnotationSet) -> int:
    """Spans and relations."""
    kinds: tuple[type, ...] = (Span, Relation)
    return sum(isinstance(one, kinds) for one in annotations.records)
