from __future__ import annotations

from collections.abc import Iterator

import msgspec

from postil.model import METHODS, STATUSES, Header
from postil.rules import Example, Problem, set_rule
from postil.rules.batch import Batch
from postil.rules.fixes import Fix, RecordChange
from postil.rules.set_view import SetView
from postil.text import listing, quote


def _proof(batch: Batch) -> bool:
    scheme = batch.scheme.id
    return all(
        (header.document, header.annotator, header.scheme) == (bundle.document, file.annotator, scheme)
        and header.status in STATUSES
        and header.method in METHODS
        for bundle in batch.bundles
        for file in bundle.set_files
        if (header := file.header)
    )


@set_rule(
    "ANN007",
    Example(),
    Example(header={"document": "../../etc/passwd"}, finds=("1:15",)),
    Example(header={"annotator": "a1"}, finds=("1:36",)),
    Example(header={"scheme": "news/2"}, finds=("1:55",)),
    Example(header={"status": "done"}, finds=("1:154",)),
    Example(header={"method": "guessed"}, finds=("1:174",)),
    proof=_proof,
)
def check(view: SetView) -> Iterator[Problem]:
    """A header must name the document and annotator of its path and the corpus's scheme, and say how the set was made.

    The path says whose annotations of what these are. A header that says something else was copied from another file,
    and then the annotations probably were too.

    Mend the header, or move the file. ``--fix`` puts the new name of a renamed document into each set that was made for its very
    text. A set made for an older version of the scheme is brought up to the new one first.
    """
    header = view.header
    if header is None:
        return
    expected = {"document": view.document.document, "annotator": view.file.annotator}
    if view.scheme:
        expected["scheme"] = view.scheme.id
    for key, value in expected.items():
        said = getattr(header, key)
        if said != value:
            source = "the scheme of the corpus is" if key == "scheme" else "by its path it is"
            fix = _fix(view, header) if key == "document" else None
            yield view.header_problem(f"{key} is {quote(said)}, but {source} {quote(value)}", key, fix=fix)
    for key, allowed in (("status", STATUSES), ("method", METHODS)):
        if getattr(header, key) not in allowed:
            yield view.header_problem(f"{key} must be {listing(allowed)}, not {quote(getattr(header, key))}", key)


def _fix(view: SetView, header: Header) -> Fix | None:
    """The name of the document whose very text the set is about, and covers: a set of another one was not made for this text."""
    document = view.document
    if header.text_sha256 != document.bundle.text_sha256 or not view.are_sound:
        return None
    change = RecordChange(view.file.path, view.file.header_line, msgspec.structs.replace(header, document=document.document))
    return Fix("put the name that the document has now into the header: the set was made for its text", True, (change,))
