"""Bringing offsets to code points, and proving that they are right by the texts that the file repeats.

Tools differ in what they count, and files of one tool differ with its version and with who wrote them (a server, a browser).
So the unit that a format declares is only tried first: what every span says that it covers decides. All spans of a document
count in one way: none is shifted by itself to fit.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

import msgspec
from msgspec.structs import replace

from postil.exchange.drafts import Draft, DraftSet
from postil.exchange.edges import SHIFTED, Edges
from postil.model import Span, fragments_of
from postil.text import Unit, Units, cuts_grapheme, cuts_word, quote

_CUTS = (cuts_word, cuts_grapheme)
UNITS: tuple[Unit, ...] = ("code point", "utf-16", "utf-8", "grapheme")
_NAMES = {"code point": "code points", "utf-16": "UTF-16 code units", "utf-8": "UTF-8 bytes", "grapheme": "grapheme clusters"}


LINE_ENDS = "\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029"
"""What some tool takes for the end of a line, as the inside of a character class."""

LINE_GAP = re.compile(rf"\s*[{LINE_ENDS}]\s*")
"""What may lie between two fragments that are one span over several lines."""


class Counting(msgspec.Struct, frozen=True):
    """A way of counting: a unit, whether CR LF counts as one, and how edges are named."""

    unit: Unit
    crlf_is_one: bool = False
    edges: Edges = Edges()

    def __str__(self) -> str:
        edges = f" {self.edges}" if self.edges != Edges() else ""
        return _NAMES[self.unit] + (" with CR LF as one" if self.crlf_is_one else "") + edges

    @property
    def options(self) -> str:
        """How the user says this."""
        unit = f"--offsets {self.unit.replace(' ', '-')}"
        if self.edges == Edges():
            return unit
        return f"{unit} --base {self.edges.base}" + (" --inclusive" if self.edges.is_inclusive else "")


class Mismatch(msgspec.Struct, frozen=True):
    """A span whose offsets and text disagree: ``found`` is what is there, ``None`` where the offsets lead out of the text.

    ``number``: which of the draft's sets it is in. ``span``: as the file has it. ``bounds``: the first and the last offset that
    lie in the text, as the offsets count.
    """

    draft_set: DraftSet
    number: int
    span: Span
    found: str | None
    bounds: tuple[int, int]

    def __str__(self) -> str:
        where = self.draft_set.place(self.span.id)
        extents = " ".join(f"{start}-{end}" for start, end in self.span.extents)
        if any(start > end for start, end in self.span.extents):
            return f"{where}: the offsets of {quote(self.span.label)}, {extents}, end before they begin"
        if self.found is None:
            first, last = self.bounds
            is_outside = any(start < first or end > last for start, end in self.span.extents)
            why = f"outside the text, which is from {first} to {last}" if is_outside else "inside a character"
            return f"{where}: the offsets of {quote(self.span.label)}, {extents}, are {why}"
        return f"{where}: is said to cover {quote(self.span.text)}, but at {extents} there is {quote(self.found)}"


class Trimmed(msgspec.Struct, frozen=True):
    """A span that lost blanks at its edges: where it was read, and its text."""

    place: str
    text: str


class Placed(msgspec.Struct, frozen=True):
    """A draft in code points. ``text``: what they count in, without the CR of CR LF where that counted as one.

    ``counting``: how the file counted. ``fits``: every way of counting that comes to the same, where others come to something
    else; none where they all do. ``mismatches``: spans that no way of counting explains; in the sets they still have the text
    that the file has. ``trimmed``: spans that had blanks at their edges which the text that the file has for them does not have.
    """

    text: str
    sets: tuple[DraftSet, ...]
    counting: Counting
    mismatches: tuple[Mismatch, ...] = ()
    fits: frozenset[Counting] = frozenset()
    trimmed: tuple[Trimmed, ...] = ()


class Unverified(msgspec.Struct):
    """Spans whose offsets nothing proves, as the source does not repeat what they cover.

    ``spans``: how many. ``cutting``: how many of these begin or end with a blank, inside a word or inside a character, as they do
    where offsets count otherwise than was thought; ``example``: the first of these.
    """

    spans: int = 0
    cutting: int = 0
    example: str = ""

    def see(self, draft: Draft, found: Placed) -> None:
        """Count those of a document; ``found``: the same in code points."""
        for before, after in zip(draft.sets, found.sets, strict=True):
            for span, moved in zip(before.spans, after.spans, strict=True):
                if not span.text and moved.text:
                    self.spans += 1
                    if any(_is_odd(found.text, *extent) for extent in moved.extents):
                        self.cutting += 1
                        self.example = self.example or f"{before.place(span.id)}: {quote(moved.text)}"

    @property
    def are_doubtful(self) -> bool:
        """Whether so many are cut that they may all be somewhere else."""
        return self.cutting > self.spans / 2


class Undecided(Exception):
    """Several ways of counting fit and put spans in different places.

    ``choices``: those that come to the same, for each place that there is. ``examples``: what a span covers in each.
    """

    def __init__(self, groups: Sequence[list[Placed]]) -> None:
        self.choices = tuple(frozenset(one.counting for one in group) for group in groups)
        self.countings = tuple(group[0].counting for group in groups)
        spans = [[span for draft_set in group[0].sets for span in draft_set.spans] for group in groups]
        differing = next((several for several in zip(*spans, strict=True) if len({one.text for one in several}) > 1), ())
        self.examples = tuple(span.text for span in differing)
        super().__init__(" or ".join(map(str, self.countings)))


def placed(draft: Draft, forced: Counting | None = None) -> Placed:
    """The draft in code points. Raises :class:`Undecided` where nothing decides between several ways of counting.

    ``forced``: count so and not otherwise, whatever the spans say. Edges that the draft leaves open are named as usual, unless
    the spans' own texts show that all of them are named otherwise.
    """
    if forced is not None:
        return _counted(draft, forced)
    first = _counted(draft, usual(draft))
    if not first.mismatches and (draft.unit or not _differ(draft.text)):
        return first
    tries = [first, *(_counted(draft, one) for one in _countings(draft, usual(draft).edges) if one != first.counting)]
    if draft.edges is not None or not first.mismatches:
        return _decided(tries)
    shifted = _fitting_best(_counted(draft, one) for edges in SHIFTED for one in _countings(draft, edges))
    if not all(one.mismatches for one in tries):
        return _with_shifted(_decided(tries), shifted)
    groups = _grouped(shifted)
    if len(groups) > 1:
        raise Undecided(groups)
    return _with_shifted(groups[0][0], shifted) if groups else _decided(tries)


def usual(draft: Draft) -> Counting:
    """How the offsets of a draft count where nothing speaks against it."""
    return Counting(draft.unit or "code point", edges=draft.edges or Edges())


def _decided(tries: list[Placed]) -> Placed:
    """The one that fits, of several units; else that with the fewest mismatches."""
    groups = _grouped(tries)
    fitting = [group for group in groups if not group[0].mismatches]
    if len(fitting) > 1:
        sane = [group for group in fitting if _is_sane(group[0])]
        fitting = sane if len(sane) == 1 else _without_bytes(sane or fitting)
    if len(fitting) > 1:
        raise Undecided(fitting)
    if not fitting:
        return min(tries, key=lambda one: len(one.mismatches))
    fits = frozenset(one.counting for one in fitting[0]) if len(groups) > 1 else frozenset()
    return replace(fitting[0][0], fits=fits)


def _fitting_best(tries: Iterable[Placed]) -> list[Placed]:
    """Those that fit, code points first; without those that need blanks to be trimmed, if any does not."""
    fitting = sorted((one for one in tries if not one.mismatches), key=lambda one: UNITS.index(one.counting.unit))
    return [one for one in fitting if not one.trimmed] or fitting


def _with_shifted(found: Placed, shifted: list[Placed]) -> Placed:
    """What fits, with those ways of counting among its own that come to the same."""
    alike = (one.counting for one in shifted if _places(one) == _places(found))
    return replace(found, fits=found.fits | {found.counting, *alike})


def _differ(text: str) -> bool:
    """Whether ways of counting can differ in this text at all."""
    return not text.isascii() or "\r\n" in text


def _countings(draft: Draft, edges: Edges) -> Iterator[Counting]:
    if not _differ(draft.text):
        yield Counting(draft.unit or "code point", edges=edges)
        return
    for crlf_is_one in (False, True) if "\r\n" in draft.text else (False,):
        for unit in UNITS:
            if unit != "grapheme":
                yield Counting(unit, crlf_is_one, edges)
    yield Counting("grapheme", edges=edges)  # CR LF is one cluster anyway


def _counted(draft: Draft, counting: Counting) -> Placed:
    text = draft.text.replace("\r\n", "\n") if counting.crlf_is_one else draft.text
    units = Units(text, counting.unit)
    mismatches: list[Mismatch] = []
    trimmed: list[Trimmed] = []
    sets = [
        replace(one, spans=_in_code_points(one, number, text, _Measure(units, counting.edges), (mismatches, trimmed)))
        for number, one in enumerate(draft.sets)
    ]
    return Placed(text, tuple(sets), counting, tuple(mismatches), trimmed=tuple(trimmed))


class _Measure(msgspec.Struct, frozen=True):
    """What offsets in a text mean."""

    units: Units
    edges: Edges

    def bounds(self, text: str) -> tuple[int, int]:
        """The first and the last offset in it."""
        return self.edges.base, self.units.from_code_points(len(text)) + self.edges.base - self.edges.is_inclusive

    def moved(self, span: Span, text: str) -> Span | None:
        """The span in code points; ``None`` where it is in no place of the text."""
        span = self.edges.plain(span)
        if self.units.is_identity and span.start >= 0 and span.end <= len(text):
            return span
        return _converted(span, self.units)


def _in_code_points(
    draft_set: DraftSet, number: int, text: str, measure: _Measure, noted: tuple[list[Mismatch], list[Trimmed]]
) -> list[Span]:
    """The spans in code points, each with the text that it covers; those that disagree are noted, and keep the file's text."""
    mismatches, trimmed = noted
    bounds = measure.bounds(text)
    spans = []
    for span in draft_set.spans:
        moved = measure.moved(span, text)
        covered = None if moved is None or moved.start > moved.end else moved.covered(text)
        if moved is None or covered is None:
            mismatches.append(Mismatch(draft_set, number, span, None, bounds))
            spans.append(span)
        elif span.text and covered != span.text and not _is_same_but_for_blanks(covered, span.text):
            mismatches.append(Mismatch(draft_set, number, span, covered, bounds))
            spans.append(moved)
        elif span.text and covered != span.text and (less := _without_blank_edges(moved, text)).extents != moved.extents:
            trimmed.append(Trimmed(draft_set.place(span.id), less.text))
            spans.append(less)
        else:
            spans.append(moved if covered == moved.text else replace(moved, text=covered))
    return spans


def _converted(span: Span, units: Units) -> Span | None:
    try:
        fragments = tuple((units.to_code_points(start), units.to_code_points(end)) for start, end in span.fragments)
        return replace(span, start=units.to_code_points(span.start), end=units.to_code_points(span.end), fragments=fragments)
    except ValueError:
        return None


def _without_blank_edges(span: Span, text: str) -> Span:
    """The span without the blanks that it begins and ends with, where what the file says of it has none there."""
    first, last = span.extents[0], span.extents[-1]
    head, tail = text[first[0] : first[1]], text[last[0] : last[1]]
    if span.text != span.text.strip() or not head.strip() or not tail.strip():
        return span
    start, end = first[0] + len(head) - len(head.lstrip()), last[1] - (len(tail) - len(tail.rstrip()))
    fragments = span.fragments and ((start, first[1]), *span.fragments[1:-1], (last[0], end))
    less = replace(span, start=start, end=end, fragments=fragments)
    return less if less.extents == span.extents else replace(less, text=less.covered(text))


def _is_same_but_for_blanks(one: str, other: str) -> bool:
    """Whether they differ only in blanks, in how characters are composed, and in line ends written as two characters."""
    return _folded(one) == _folded(other) or _folded(one) == _folded(other.replace("\\r", " ").replace("\\n", " "))


def _folded(text: str) -> str:
    return "".join(unicodedata.normalize("NFC", text).split())


def _grouped(tries: Iterable[Placed]) -> list[list[Placed]]:
    """Those that put every span in the same place, together."""
    groups: list[list[Placed]] = []
    for one in tries:
        own = [group for group in groups if bool(group[0].mismatches) == bool(one.mismatches)]
        alike = next((group for group in own if _places(group[0]) == _places(one)), None)
        if alike is None:
            groups.append([one])
        else:
            alike.append(one)
    return groups


def _without_bytes(fitting: list[list[Placed]]) -> list[list[Placed]]:
    """Without the counts of bytes, which next to no tool makes: in all of a text with accents they would cast doubt."""
    return [group for group in fitting if group[0].counting.unit != "utf-8"] or fitting


def _places(one: Placed) -> list[tuple[int, int]]:
    """Where every edge is, counted without the CR of CR LF, so that texts with and without it can be compared."""
    extents = [extent for draft_set in one.sets for span in draft_set.spans for extent in span.extents]
    if "\r\n" not in one.text:
        return extents
    before = [found.start() for found in re.finditer("\r\n", one.text)]
    return [(start - bisect_left(before, start), end - bisect_left(before, end)) for start, end in extents]


def _is_sane(one: Placed) -> bool:
    """Whether no span begins or ends with a blank, inside a word or inside a character."""
    extents = (extent for draft_set in one.sets for span in draft_set.spans for extent in span.extents)
    return not any(_is_odd(one.text, *extent) for extent in extents)


def _is_odd(text: str, start: int, end: int) -> bool:
    covered = text[start:end]
    return covered != covered.strip() or any(cuts(text, edge) for cuts in _CUTS for edge in (start, end))


def over_blanks(extents: Iterable[tuple[int, int]], text: str) -> list[tuple[int, int]]:
    """Extents in the order they have, as one those that touch, or between which only blanks are: words that follow each other."""
    found: list[tuple[int, int]] = []
    for start, end in extents:
        if found and not text[found[-1][1] : start].strip():
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found


def over_lines(span: Span, text: str) -> Span:
    """The span with those of its fragments as one between which there is only the end of a line."""
    if not any(LINE_GAP.fullmatch(text, one[1], other[0]) for one, other in pairwise(span.fragments)):
        return span
    fragments = [span.fragments[0]]
    for start, end in span.fragments[1:]:
        if LINE_GAP.fullmatch(text, fragments[-1][1], start):
            fragments[-1] = (fragments[-1][0], end)
        else:
            fragments.append((start, end))
    span = replace(span, fragments=fragments_of(fragments))
    return replace(span, text=span.covered(text))
