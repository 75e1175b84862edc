from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import islice

import msgspec

from postil.model import Span
from postil.rules import Example, Problem, Severity, corpus_rule
from postil.rules.corpus._mentions import mentions_of, read_mention, spans_of, words_beside
from postil.rules.corpus_view import CorpusView
from postil.rules.examples import span
from postil.rules.set_view import BundleView, SetView
from postil.text import quote

_RARE = 0.1  # a label that this share of a string's places has at most is rare for it
_MANY = 10  # places that a string must have for a label to be rare
_MIXED = 0.25  # beyond this share the other label is no slip: the string is ambiguous
_FEW = 4  # places up to which a string may be divided evenly
_COMPARED = 20  # documents with the usual label that are looked at for their contexts, for each string
_LOOKED_AT = 500  # documents in all, the most surprising strings first

_TEXT = "He went to Paris today. She went to Paris today. In Paris, it rained.\n"


class _Mentions(msgspec.Struct, frozen=True):
    """The mentions in each set of a document, by annotator, as lines."""

    document: str
    sets: dict[str, str]


class _String(msgspec.Struct, frozen=True):
    """A string that one annotator labels in more ways than one."""

    annotator: str
    layer: str
    text: str


_Uses = dict[str, dict[str, int]]
"""Label → document → how often."""


def _map(view: BundleView) -> _Mentions:
    sets = {one.file.annotator: lines for one in view.sets if (lines := mentions_of(one))}
    return _Mentions(view.document.document, sets)


@corpus_rule(
    "COR001",
    Example(
        text=_TEXT,
        records=(span("e1", "GPE", 11, 16), span("e2", "PERSON", 36, 41), span("e3", "GPE", 52, 57)),
        finds=("e2",),
        note="the same words stand on both sides",
    ),
    Example(
        text="Paris went to Paris today.\n",
        records=(span("e1", "PERSON", 0, 5), span("e2", "GPE", 14, 19)),
        note="another place in the sentence: a person may have a city's name",
    ),
    Example(text=_TEXT, records=(span("e1", "GPE", 11, 16), span("e2", "GPE", 36, 41), span("s1", "FACT", 36, 41))),
    Example(text=_TEXT, records=(span("e1", "GPE", 11, 16), span("e2", "GPR", 36, 41)), note="LAB003 has it"),
    Example(
        text=_TEXT,
        records=(span("e1", "GPE", 11, 16), span("e2", "GPE", 36, 41), span("e3", "PERSON", 36, 41), span("e4", "GPE", 52, 57)),
        note="both at one place: SPN009 has it",
    ),
    severity=Severity.INFO,
    map=_map,
    part=_Mentions,
)
def check(parts: Sequence[_Mentions], corpus: CorpusView) -> Iterator[Problem]:
    """The same string in the same context should have the same label throughout the corpus.

    Where one annotator labels it in two ways and the words beside it are the same, one of the two is nearly always a slip
    (the variation n-grams of Dickinson and Meurers, EACL 2003). It is told at the rarer label: where the words on both sides
    are the same, or those on one side and the label is rare for the string. Strings of up to 40 characters are compared, and
    the most surprising told first.

    Mend the label, or excuse it with an ``ignore`` and the reason.
    """
    looked_at = 0
    for string, uses in _by_surprise(_varying(parts)):
        totals = Counter({label: sum(documents.values()) for label, documents in uses.items()})
        usual = min(totals, key=lambda label: (-totals[label], min(uses[label]), label))
        others = [label for label in uses if label != usual and _may_be_a_slip(totals[label], totals.total())]
        compared = sorted(uses[usual])[:_COMPARED]
        odd = sorted({document for label in others for document in uses[label]})
        if others and looked_at + len(compared) + len(odd) <= _LOOKED_AT:
            looked_at += len(compared) + len(odd)
            yield from _slips(corpus, string, usual, totals, compared, odd)


def _varying(parts: Sequence[_Mentions]) -> dict[_String, _Uses]:
    """The strings that an annotator labels in more ways than one. Counted are only those: the most have one label."""
    different: dict[str, set[str]] = defaultdict(set)
    for part in parts:
        for annotator, lines in part.sets.items():
            different[annotator].update(lines.split("\n"))
    found: dict[_String, _Uses] = {}
    wanted = {annotator: _with_other_labels(lines) for annotator, lines in different.items()}
    for part in parts if any(wanted.values()) else ():
        for annotator, lines in part.sets.items():
            for line in filter(wanted[annotator].__contains__, lines.split("\n")):
                mention = read_mention(line)
                uses = found.setdefault(_String(annotator, mention.layer, mention.text), {}).setdefault(mention.label, {})
                uses[part.document] = uses.get(part.document, 0) + 1
    return found


def _with_other_labels(lines: set[str]) -> set[str]:
    """Those mentions whose string comes with another label too."""
    if len({line.rpartition("\t")[0] for line in lines}) == len(lines):
        return set()
    seen: dict[str, str] = {}
    found: set[str] = set()
    for line in lines:
        string, _, label = line.rpartition("\t")
        first = seen.setdefault(string, label)
        if first != label:
            found |= {line, f"{string}\t{first}"}
    return found


def _by_surprise(varying: dict[_String, _Uses]) -> list[tuple[_String, _Uses]]:
    """Those strings first whose rarest label is the most unlikely for them."""

    def share(uses: _Uses) -> float:
        counts = [sum(documents.values()) for documents in uses.values()]
        return min(counts) / sum(counts)

    return sorted(varying.items(), key=lambda item: (share(item[1]), item[0].annotator, item[0].layer, item[0].text))


def _may_be_a_slip(count: int, of: int) -> bool:
    return of <= _FEW or count <= _MIXED * of


def _slips(
    corpus: CorpusView, string: _String, usual: str, totals: Counter[str], compared: Sequence[str], odd: Sequence[str]
) -> Iterator[Problem]:
    contexts: dict[tuple[str, str], tuple[str, Span]] = {}
    sides: dict[tuple[int, str], set[str]] = defaultdict(set)
    for document in compared:
        view = corpus.set(document, string.annotator)
        for found in spans_of(view, string.layer, string.text):
            if found.label == usual:
                words = words_beside(view.text or "", found)
                contexts.setdefault(words, (document, found))
                for side, word in enumerate(words):
                    sides[side, word].add(f"{document}:{found.id}")
    for document in odd:
        view = corpus.set(document, string.annotator)
        spans = spans_of(view, string.layer, string.text)
        settled = {one.extents for one in spans if one.label == usual}  # with both labels at once: SPN009's, or meant
        for found in spans:
            if found.extents in settled or _is_unknown(view, found):
                continue
            is_rare = totals.total() >= _MANY and totals[found.label] <= _RARE * totals.total()
            if found.label == usual or not _may_be_a_slip(totals[found.label], totals.total()):
                continue
            words = words_beside(view.text or "", found)
            beside = [word for side, word in enumerate(words) if word and sides.get((side, word))]
            if (words in contexts and all(words)) or (is_rare and beside):
                yield _problem(view, found, usual, totals, [word for word in words if word in beside])


def _is_unknown(view: SetView, found: Span) -> bool:
    """Whether the scheme does not have the label: LAB003 has said so."""
    layer = view.layer(found)
    return layer is not None and found.label not in layer.labels


def _problem(view: SetView, found: Span, usual: str, totals: Counter[str], beside: Sequence[str]) -> Problem:
    often = f"{totals[usual]:,} of {totals.total():,} places" if totals.total() > totals[usual] else "other places"
    context = " and ".join(map(quote, islice(beside, 2)))
    message = f"{quote(found.text)} is {found.label} here, but {usual} in {often}, also beside {context}"
    return view.problem(found, message, "label")
