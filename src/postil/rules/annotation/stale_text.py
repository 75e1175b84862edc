from __future__ import annotations

from collections.abc import Iterator

import msgspec

from postil.model import Header
from postil.rules import Example, Problem, set_rule
from postil.rules.batch import Batch
from postil.rules.examples import MANIFEST
from postil.rules.fixes import Fix, RecordChange
from postil.rules.set_view import SetView
from postil.storage.set_file import has_unreadable_lines
from postil.text import counted

_MOST_SOUGHT = 2000  # spans whose words are looked for in the whole text


def _proof(batch: Batch) -> bool:
    made_for = ((file.header, bundle.text_sha256) for bundle in batch.bundles for file in bundle.set_files)
    return all(header.text_sha256 == actual for header, actual in made_for if header)


@set_rule(
    "ANN008",
    Example(),
    Example(header={"text_sha256": "0" * 64}, finds=("1:73",)),
    Example(text="Tokyo. " * 60, manifest=f"{MANIFEST}[check]\nmax-file-size = 400\n", note="not read: TXT009 has it"),
    proof=_proof,
)
def check(view: SetView) -> Iterator[Problem]:
    """A set must be about the text as it is now.

    ``text_sha256`` records which bytes the annotator saw. Once the text has changed, an offset may point somewhere
    else, even where the words there happen to be the same.

    ``postil realign`` carries the annotations along. Or undo the change of the text. Where every span still covers its words,
    ``--unsafe-fixes`` records the new hash.
    """
    header, file, actual = view.header, view.document.bundle.text_file, view.document.bundle.text_sha256
    if file and len(file.data) != file.size:
        return  # it was not read
    if header and actual and header.text_sha256 != actual:
        said = header.text_sha256[:12]
        message = f"made for another text: text_sha256 is {said}…, the text file's is {actual[:12]}…"
        if not view.text or not view.text.strip() or "<<<<<<< " in view.text:  # that is not the text that is meant
            yield view.header_problem(message, "text_sha256")
            return
        help_ = f"{_standing(view)}; postil realign carries them to where their words stand now{_foreseen(view)}"
        yield view.header_problem(message, "text_sha256", help=help_, fix=_fix(view, header, actual))


def _standing(view: SetView) -> str:
    """How many spans are to be carried along, and of how many the words are certainly still there."""
    spans, text = view.spans, view.text or ""
    standing = [span for span in spans if span.text and span.covered(text) == span.text]
    others = len(spans) - len(standing)
    there = sum(not span.fragments and span.text in text for span in spans[:_MOST_SOUGHT]) if others else len(standing)
    said = f"{len(standing):,} of its {counted(len(spans), 'span')} cover their words as they stand"
    if others and len(spans) <= _MOST_SOUGHT:
        said += f", {max(there - len(standing), 0):,} more have them elsewhere in the text"
    return said


def _foreseen(view: SetView) -> str:
    """How many of the spans that would be without the old text, which git may have."""
    annotations, text = view.file.annotation_set(), view.text
    if view.would_realign is None or annotations is None or text is None or has_unreadable_lines(view.file):
        return ""
    if not 0 < len(view.spans) <= _MOST_SOUGHT:
        return ""
    return f": {view.would_realign(annotations, text):,} by their words alone, more with the old text where git has it"


def _fix(view: SetView, header: Header, actual: str) -> Fix | None:
    """Every span covers the words that it says; whether they are still meant is for a person to say."""
    if not view.are_sound or has_unreadable_lines(view.file):
        return None
    change = RecordChange(view.file.path, view.file.header_line, msgspec.structs.replace(header, text_sha256=actual))
    return Fix("record the hash of the text as it is: every span covers the words that it says", False, (change,))
