from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from postil.model import Note
from postil.rules import Example, Problem, set_rule
from postil.rules.examples import span
from postil.rules.set_view import SetView
from postil.text import quote

_SHOWN = 3

_ABOUT = {"type": "note", "about": "e1", "text": "realign: its own text was changed"}


@set_rule(
    "ANN015",
    Example(records=(span("e1", "PERSON", 0, 13), {"type": "note", "id": "n1", "about": "e1", "text": "sure?"})),
    Example(
        records=(span("e1", "PERSON", 0, 13), {**_ABOUT, "id": "realign.e1", "decide": {"what": "realign", "fate": "edited"}}),
        finds=("realign.e1",),
    ),
    Example(
        records=(
            span("e1", "PERSON", 0, 13),
            {
                "type": "note", "id": "merge.e1", "about": "e1", "text": "merge: the label is PERSON here and GPE there",
                "decide": {"what": "merge", "theirs": span("e1", "GPE", 0, 13)},
            },
        ),
        finds=("merge.e1",),
        note="what a merge leaves where both sides changed an annotation",
    ),
)  # fmt: skip
def check(view: SetView) -> Iterator[Problem]:
    """What a merge or a realignment left open must be decided.

    Where both sides of a merge changed an annotation, or an edit of the text left no certain place for it, a note with the key
    ``decide`` says so, and holds all that there is to choose from. Until somebody chooses, the annotation means nothing.

    ``postil resolve`` takes one side of a merge, ``postil realign --accept`` what a realignment proposes. Or make the annotation
    what it should be, and take the note out.
    """
    for note in view.notes:
        if note.decide:
            about = view.by_id.get(note.about)
            help_ = _help(view, note)
            yield view.problem(note, note.text or "undecided", related=[("the annotation", about)] if about else (), help=help_)


def _help(view: SetView, note: Note) -> str:
    by_hand = "make the annotation what it should be, and take out this note"
    if note.decide.get("what") == "merge":
        return f"postil resolve {view.file.path} {note.id} --take ours (or theirs); or {by_hand}"
    if note.decide.get("what") != "realign":
        return by_hand
    found = [_shown(view, extents) for extents in note.decide.get("candidates") or []]
    places = f" It may be {', or '.join(found[:_SHOWN])}." if found and all(found) else ""
    return f"{by_hand}; postil realign shows what there is to choose from, and takes it with --accept.{places}"


def _shown(view: SetView, extents: Any) -> str:
    """Where a candidate is, and its words; empty for what is none."""
    try:
        pairs = [(int(start), int(end)) for start, end in extents]
    except (TypeError, ValueError):
        return ""
    words = " ".join((view.text or "")[start:end] for start, end in pairs)
    return f"{quote(words)} at {' and '.join(f'{start} to {end}' for start, end in pairs)}"
