from __future__ import annotations

from collections.abc import Iterator

from postil.findings import Place
from postil.rules import Example, Problem, document_rule
from postil.rules.batch import Batch
from postil.rules.views import DocumentView
from postil.storage.safe_files import document_id_fault, portable_name_fault


def _proof(batch: Batch) -> bool:
    documents, annotators = [bundle.document for bundle in batch.bundles], {file.annotator for file in batch.files}
    return not any(map(document_id_fault, documents)) and not any(map(portable_name_fault, annotators))


@document_rule("DOC006", Example(), proof=_proof)
def check(view: DocumentView) -> Iterator[Problem]:
    """A document's id, and an annotator's name, must be a path that every system can have.

    A corpus is checked out on Linux, macOS and Windows. A blank, a colon, a letter that two systems spell differently or a name
    like ``aux`` makes it a different corpus on one of them, or none.

    Rename the files: parts of ``A-Z a-z 0-9 . _ -``, with ``/`` between them, none beginning or ending with a full stop.
    """
    fault = document_id_fault(view.document)
    if fault:
        yield view.problem(f"document id {view.document!r}: {fault}")
    for file in view.bundle.set_files:
        fault = portable_name_fault(file.annotator)
        if fault:
            yield Problem(f"annotator {file.annotator!r}: {fault}", Place(file.path))
