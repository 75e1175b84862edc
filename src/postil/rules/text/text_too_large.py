from __future__ import annotations

from collections.abc import Iterator

from postil.rules import Example, Problem, document_rule, is_implied
from postil.rules.views import DocumentView
from postil.storage.directory import MANIFEST


@document_rule("TXT009", Example(), proof=is_implied)
def check(view: DocumentView) -> Iterator[Problem]:
    """A text file must not be larger than the corpus reads.

    A file of hundreds of megabytes is not one document but a dump in the wrong place; reading it would take the machine's memory.

    Divide it into documents, or raise ``max-file-size`` under ``[check]`` of the manifest.
    """
    file = view.bundle.text_file
    if file and len(file.data) != file.size:
        limit = view.bundle.project.manifest.check.max_file_size
        yield view.problem(f"the file has {file.size:,} bytes, more than the {limit:,} that {MANIFEST} allows")
