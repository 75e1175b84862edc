from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence

import msgspec

from postil.findings import Place
from postil.rules import Example, Problem, Severity, corpus_rule
from postil.rules.corpus._mentions import mentions_of, read_mention
from postil.rules.corpus_view import CorpusView
from postil.rules.examples import span
from postil.rules.set_view import BundleView, SetView
from postil.storage.set_file import has_unreadable_lines
from postil.text import quote

_OFTEN = 5  # annotated places that a string must have
_MISSED = 5  # for one that is missed there must be this many annotated
_SHORT = 30  # characters that the spans of a layer of mentions have at most, in the mean
_LOOKED_AT = 1000  # documents in all, the most frequent strings first
_WORD = re.compile(r"\w+")

_Key = tuple[str, str, str]
"""An annotator, a layer, a string."""

_TEXT = "India, India, India, India and India met. India left. The Indian left.\n"
_FIVE = tuple(span(f"e{number}", "GPE", at, at + 5) for number, at in enumerate((0, 7, 14, 21, 31), 1))


class _Set(msgspec.Struct, frozen=True):
    """The mentions of a set, one a line; for each layer of such the words outside them that could begin one."""

    annotator: str
    mentions: str
    words: dict[str, str]


class _Document(msgspec.Struct, frozen=True):
    document: str
    sets: list[_Set]


def _map(view: BundleView) -> _Document | None:
    complete = [one for one in view.sets if _is_finished(one)]
    sets = [_Set(one.file.annotator, mentions_of(one, words), words) for one in complete if (words := _words_outside(one))]
    return _Document(view.document.document, sets) if sets else None


def _is_finished(view: SetView) -> bool:
    """Whether all that was annotated can be seen: else what seems to be missed may be what cannot be read."""
    is_complete = view.header is not None and view.header.status == "complete"
    is_readable = view.are_sound and not has_unreadable_lines(view.file)
    return is_complete and is_readable and view.scheme is not None and view.layer_names <= view.scheme.layers.keys()


def _words_outside(view: SetView) -> dict[str, str]:
    text = view.text or ""
    found = {}
    for name, spans in view.spans_by_layer.items():
        if sum([one.end - one.start for one in spans]) <= _SHORT * len(spans):
            blocks = set(_outside(text, view, name).split())
            words = set(_WORD.findall(" ".join([block for block in blocks if not block[0].islower()])))
            found[name] = " ".join(sorted(filter(_may_begin, words)))
    return found


def _outside(text: str, view: SetView, layer: str) -> str:
    """The text outside the spans of a layer."""
    edges = [0, *view.covered_edges.get(layer, ()), len(text)]
    return "\n".join([text[start:end] for start, end in zip(edges[::2], edges[1::2], strict=True)])


@corpus_rule(
    "COR002",
    Example(text=_TEXT, records=_FIVE, finds=("India:6",)),
    Example(text=_TEXT, records=_FIVE, header={"status": "in-progress"}, note="not finished"),
    Example(text=_TEXT, records=(*_FIVE, span("e6", "GPE", 41, 46, text="India")), note="it was marked: SPN003 has it"),
    Example(text=_TEXT, records=(*_FIVE, span("e6", "GPE", 42, 52)), note="part of a longer mention"),
    Example(
        text="May. May. May said that May and May may come in May. In May. In May.\n",
        records=tuple(span(f"e{n}", "PERSON", at, at + 3) for n, at in enumerate((0, 5, 10, 24, 32), 1)),
        note="unmarked as often as marked: another word",
    ),
    severity=Severity.INFO,
    map=_map,
    part=_Document,
)
def check(parts: Sequence[_Document], corpus: CorpusView) -> Iterator[Problem]:
    """What is annotated nearly everywhere should not be left out in one place.

    An annotator who marks a name thirty times and not the thirty-first has overlooked it: a model that learns from it learns that
    the name is none. Told are strings of up to 40 characters that begin with a capital (or are in a script without), that are
    marked five times as often as not, in sets that are complete and sound. What lies inside another span of the layer is not
    missed.

    Annotate it. If it is none here, take the finding into the baseline: there is no annotation that could excuse it.
    """
    often = _often(parts)
    where = _where(parts, often)
    looked_at = 0
    for key in sorted(where, key=lambda key: (-often[key].total(), key)):
        # unmarked in too many documents to be overlooked, if it stands in most of them; or in more than can be looked at
        if len(where[key]) * _MISSED > often[key].total() or looked_at + len(where[key]) > _LOOKED_AT:
            continue
        looked_at += len(where[key])
        yield from _missed(corpus, key, where[key], often[key])


def _often(parts: Sequence[_Document]) -> dict[_Key, Counter[str]]:
    """The strings that an annotator marks often, with their labels."""
    by_annotator: dict[str, Counter[str]] = defaultdict(Counter)
    for part in parts:
        for one in part.sets:
            by_annotator[one.annotator].update(one.mentions.split("\n") if one.mentions else ())
    found: dict[_Key, Counter[str]] = {}
    for annotator, lines in by_annotator.items():
        strings = [line.rpartition("\t")[0] for line in lines]
        totals: dict[str, int] = defaultdict(int)
        for string, times in zip(strings, lines.values(), strict=True):
            totals[string] += times
        for string, (line, times) in zip(strings, lines.items(), strict=True):
            if totals[string] >= _OFTEN:
                mention = read_mention(line)
                if _first(mention.text):
                    found.setdefault((annotator, mention.layer, mention.text), Counter())[mention.label] += times
    return found


def _first(text: str) -> str:
    """The word that a string begins with; empty for one that no name begins with."""
    found = _WORD.match(text)
    return found.group() if found and _may_begin(found.group()) else ""


def _may_begin(word: str) -> bool:
    return not (word.islower() or word.isdecimal())


def _where(parts: Sequence[_Document], often: Collection[_Key]) -> dict[_Key, list[str]]:
    """The documents in which each string may be unmarked: its first word stands outside all spans there."""
    by_first: dict[_Key, list[_Key]] = defaultdict(list)
    for annotator, layer, text in sorted(often):
        by_first[annotator, layer, _first(text)].append((annotator, layer, text))
    where: dict[_Key, list[str]] = defaultdict(list)
    for part in parts if often else ():
        for one in part.sets:
            for layer, words in one.words.items():
                for word in words.split():
                    for key in by_first.get((one.annotator, layer, word), ()):
                        where[key].append(part.document)
    return where


def _missed(corpus: CorpusView, key: _Key, documents: Sequence[str], labels: Counter[str]) -> Iterator[Problem]:
    marked, label = labels.total(), labels.most_common(1)[0][0]
    annotator, layer, text = key
    found = []
    for document in documents:
        view = corpus.set(document, annotator)
        edges = view.covered_edges.get(layer, [])
        for number, start in enumerate(_occurrences(text, view.text or ""), 1):
            before = bisect_right(edges, start)
            if before % 2 == 0 and bisect_left(edges, start + len(text)) == before:  # in no stretch, and none begins in it
                found.append((view, start, number))
    if len(found) * _MISSED > marked:
        return
    for view, start, number in found:
        message = f"{quote(text)} is a {label} in {marked:,} other places, and is not annotated here"
        place = Place(view.file.path, view.file.header_line, 1)
        yield Problem(message, place, view.document.place(start, start + len(text)), subject=f"{text}:{number}")


def _occurrences(sought: str, text: str) -> Iterator[int]:
    """Where a string stands in a text with no letter beside it."""
    # as a pattern that looks behind before each character it would take fifty times as long
    at = text.find(sought)
    while at >= 0:
        is_whole = not (_WORD.match(text[at - 1 : at]) or _WORD.match(text, at + len(sought)))
        if is_whole:
            yield at
        at = text.find(sought, at + (len(sought) if is_whole else 1))
