from __future__ import annotations

from collections.abc import Iterator

from postil.rules import Example, Problem, set_rule
from postil.rules.batch import Batch
from postil.rules.examples import span
from postil.rules.set_view import SetView
from postil.text import quote


def _proof(batch: Batch) -> bool:
    notes = ((note.about, known) for known, file in zip(batch.by_id, batch.files, strict=True) for note in file.by_type[3])
    return all(about in known for about, known in notes if about)


@set_rule(
    "ANN012",
    Example(records=(span("e1", "PERSON", 0, 13), {"type": "note", "id": "n1", "about": "e1", "text": "who?"})),
    Example(records=({"type": "note", "id": "n1", "text": "about the document as a whole"},)),
    Example(records=({"type": "note", "id": "n1", "about": "e1", "text": "who?"},), finds=("n1",)),
    proof=_proof,
)
def check(view: SetView) -> Iterator[Problem]:
    """A note must be about a record of its set, or about the document.

    A note about something that is gone cannot be understood any more.

    Mend ``about``, or remove the note with what it was about.
    """
    for note in view.notes:
        if note.about and note.about not in view.by_id and not view.may_be_unreadable(note.about):
            yield view.problem(note, f"there is no annotation {quote(note.about)}", "about")
