"""Whole histories of two people: both edit the text and annotate, git merges, they edit again, realign, resolve conflicts.

    python tests/benchmarks/merge_histories.py [HISTORIES] [SEED]

Every line of the texts begins with a name of its own, so that where a span belongs is known whatever happens to its line. After
the merge, after the realignment and after the resolving, each span that is placed must be on its own line and cover its text, and
nothing that somebody made may be missing. A line that was taken out while one was put in that differs in its name only cannot be
told from a line that was edited: such a place is counted by itself. Prints counts; exits with 1 where a place is wrong or
anything is lost.
"""

from __future__ import annotations

import random
import sys
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from msgspec.structs import replace

from postil import AnnotationSet, Header, Note, PostilError, Relation, Span, merge, realign
from postil.editing.realign import sha256_of
from postil.editing.resolving import resolve
from postil.unplaced import placed

NAMES = ["alpha", "bravo", "charlie", "delta", "echo", "foxtrot", "golf", "hotel", "india", "juliet", "kilo", "lima"]


class Side(NamedTuple):
    """What one person has: a text and a set about it."""

    text: str
    annotations: AnnotationSet


class History:
    """One history. ``owners``: the name of the line that each span belongs to, by id."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.owners: dict[str, str] = {}
        self.texts: dict[str, str] = {}

    def begin(self) -> Side:
        """A text with some spans on most of its lines."""
        chance = self.chance
        lines = [f"{name} Bob paid {chance.randrange(20)} in Rome." for name in NAMES[: chance.randrange(2, 12)]]
        text = "\n".join(lines) + "\n"
        spans = []
        at = 0
        for number, line in enumerate(lines):
            for word, label, share in (("Bob", "P", 0.7), ("Rome", "C", 0.4)):
                if chance.random() < share:
                    start = at + line.index(word)
                    spans.append(Span(f"{label}{number}", "entity", label, start, start + len(word), word))
            at += len(line) + 1
        header = Header("d", "a", "s/1", sha256_of(text), "complete", "manual")
        return self.noted(Side(text, AnnotationSet(header, tuple(spans)).canonical()))

    def noted(self, side: Side) -> Side:
        """Remember where new spans belong, and the text."""
        self.texts[sha256_of(side.text)] = side.text
        for span in side.annotations.spans:
            self.owners.setdefault(span.id, owner(side.text, span))
        return side

    def work(self, side: Side, person: str) -> Side:
        """Annotate, edit and realign, annotate: each perhaps."""
        if self.chance.random() < 0.5:
            side = self.noted(Side(side.text, self.annotated(side, person)))
        if self.chance.random() < 0.6:
            text = self.edited(side.text, self.chance.randrange(1, 4))
            accept = self.chance.choice([(), ("orphan",)])
            side = self.noted(Side(text, realign(side.text, text, side.annotations, accept=accept).annotations))
        if self.chance.random() < 0.5:
            side = self.noted(Side(side.text, self.annotated(side, person)))
        return side

    def edited(self, text: str, edits: int) -> str:
        """The text after lines were taken out, moved, put in and changed."""
        chance = self.chance
        lines = text.removesuffix("\n").split("\n")
        for _ in range(edits):
            at = chance.randrange(len(lines))
            kind = chance.choice(("out", "move", "in", "insert", "replace"))
            if kind == "out" and len(lines) > 1:
                del lines[at]
            elif kind == "move":
                line = lines.pop(at)
                lines.insert(chance.randrange(len(lines) + 1), line)
            elif kind == "in":
                lines.insert(at, f"new{chance.randrange(99)} Bob paid {chance.randrange(20)} in Rome.")
            elif kind == "insert":
                lines[at] = lines[at].replace("paid", "then paid")
            else:
                lines[at] = lines[at].replace("Bob", "Rob")
        return "\n".join(lines) + "\n"

    def annotated(self, side: Side, person: str) -> AnnotationSet:
        """The set after up to three changes by a person."""
        chance, annotations = self.chance, side.annotations
        spans, relations = list(annotations.spans), list(annotations.relations)
        open_ids = {note.about for note in annotations.notes if note.decide}
        for number in range(chance.randrange(4)):
            if not spans:
                break
            at = chance.randrange(len(spans))
            span = spans[at]
            kind = chance.choice(("label", "attribute", "remove", "add", "relate"))
            if kind == "label":
                spans[at] = replace(span, label=chance.choice("XYZ"))
            elif kind == "attribute":
                spans[at] = replace(span, attributes={"k": chance.choice("pq")})
            elif kind == "remove" and span.id not in open_ids and not any(span.id in one.args.values() for one in relations):
                del spans[at]
            elif kind == "add" and (start := side.text.find("paid", chance.randrange(len(side.text)))) >= 0:
                spans.append(Span(f"{person}{number}-{chance.randrange(9999)}", "entity", "V", start, start + 4, "paid"))
            elif kind == "relate" and len(spans) > 1:
                ends = chance.sample(spans, 2)
                args: dict[str, str | tuple[str, ...]] = {"from": ends[0].id, "to": ends[1].id}
                relations.append(Relation(f"{person}r{number}-{chance.randrange(9999)}", "tie", "R", args))
        return replace(annotations, spans=tuple(spans), relations=tuple(relations)).canonical()

    def faults(self, side: Side) -> Iterator[tuple[str, str]]:
        """What is wrong with the spans that are placed: a kind, and what it is."""
        for span in placed(side.annotations).annotations.spans:
            here, should = owner(side.text, span), self.owners[span.id]
            if span.covered(side.text) != span.text:
                yield "wrong", f"{span.id} covers {span.covered(side.text)!r}, says {span.text!r}"
            elif here != should and not (here.startswith("new") and should.startswith("new")):
                yield ("twin" if self.is_twin(side.text, here, should) else "wrong"), f"{span.id} of {should} is on {here}"

    def is_twin(self, text: str, here: str, should: str) -> bool:
        """Whether the line is as some text had the other one, but for its name."""
        rest = {
            line.partition(" ")[2] for one in self.texts.values() for line in one.split("\n") if line.startswith(f"{should} ")
        }
        return any(line.startswith(f"{here} ") and line.partition(" ")[2] in rest for line in text.split("\n"))


def owner(text: str, span: Span) -> str:
    """The name of the line that a span begins on."""
    return text[text.rfind("\n", 0, span.start) + 1 :].partition(" ")[0]


def _made(annotations: AnnotationSet) -> set[str]:
    return {record.id for record in annotations.records if not (isinstance(record, Note) and record.decide)}


def lived(seed: int) -> tuple[Counter[str], list[str]]:
    """Live one history; returns counts, and in words what was wrong."""
    history = History(seed)
    base = history.begin()
    ours, theirs = (history.work(base, person) for person in "uv")
    merged = merge(base.annotations, ours.annotations, theirs.annotations, texts=history.texts)
    counts = Counter(conflicts=len(merged.conflicts), open=len(merged.left_open))
    now = Side(history.texts[merged.annotations.header.text_sha256], merged.annotations)
    old, mine, other = (_made(side.annotations) for side in (base, ours, theirs))
    gone = ((mine & other) | ((mine | other) - old)) - _made(now.annotations)
    said = [f"merged: {id} is lost" for id in sorted(gone) if not _has_twin(id, (ours, theirs), now)]
    counts["lost"] = len(said)
    text = history.edited(now.text, history.chance.randrange(3))
    for when in ("merged", "realigned", "resolved"):
        if when == "realigned" and text != now.text:
            now = Side(text, realign(now.text, text, now.annotations).annotations)
        if when == "resolved":
            now = Side(now.text, _resolved(now.annotations, history.chance))
        for kind, words in history.faults(now):
            counts[kind] += 1
            said += [f"{when}: {words}"] if kind == "wrong" else []
        counts["placed"] += len(placed(now.annotations).annotations.spans)
    return counts, said


def _has_twin(id: str, sides: tuple[Side, Side], now: Side) -> bool:
    """Whether the same was made twice, so that one of both is enough, or both stand in a conflict."""
    made = next(record for side in sides for record in side.annotations.annotations if record.id == id)
    kept = {(type(one), one.label) for one in now.annotations.annotations}
    contested = {
        version.get("label") for note in now.annotations.notes for version in note.decide.values() if isinstance(version, dict)
    }
    return (type(made), made.label) in kept or made.label in contested


def _resolved(annotations: AnnotationSet, chance: random.Random) -> AnnotationSet:
    for note in annotations.notes:
        if note.decide.get("what") == "merge":
            try:
                annotations = resolve(annotations, note.id, chance.choice(("ours", "theirs")))
            except PostilError:
                continue  # it is left to decide by hand
    return annotations


def main() -> int:
    """Live them all; returns the exit status."""
    histories = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    first = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    counts: Counter[str] = Counter()
    for seed in range(first, first + histories):
        found, said = lived(seed)
        counts += found
        print("".join(f"history {seed}, {line}\n" for line in said), end="")
    print(
        f"{histories:,} histories: {counts['placed']:,} places looked at, {counts['wrong']} wrong, "
        f"{counts['twin']} that nobody could tell, {counts['lost']} annotations lost; "
        f"{counts['conflicts']:,} conflicts, {counts['open']:,} places left open"
    )
    return int(bool(counts["wrong"] or counts["lost"]))


if __name__ == "__main__":
    sys.exit(main())
