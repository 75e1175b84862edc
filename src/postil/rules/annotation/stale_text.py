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

    Undo the change of the text, or go through the annotations and record the new hash; where every span still covers its words,
    ``--unsafe-fixes`` records it.
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
        help_ = f"if the text is meant to be as it is, and each annotation still fits, record its hash: {actual}"
        yield view.header_problem(message, "text_sha256", help=help_, fix=_fix(view, header, actual))


def _fix(view: SetView, header: Header, actual: str) -> Fix | None:
    """Every span covers the words that it says; whether they are still meant is for a person to say."""
    if not view.are_sound or has_unreadable_lines(view.file):
        return None
    change = RecordChange(view.file.path, view.file.header_line, msgspec.structs.replace(header, text_sha256=actual))
    return Fix("record the hash of the text as it is: every span covers the words that it says", False, (change,))
