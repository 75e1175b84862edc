from __future__ import annotations

from collections.abc import Iterator

from postil.rules import Example, Problem, document_rule, is_implied
from postil.rules.views import DocumentView, toml_faults


@document_rule(
    "DOC004",
    Example(),
    Example(metadata='title = "Example"\nlanguage = en\n', finds=("2:12",)),
    proof=is_implied,
)
def check(view: DocumentView) -> Iterator[Problem]:
    """Metadata must be a TOML file.

    What cannot be parsed says nothing: no title, no language, no rights.

    Mend the line. Strings need quotation marks.
    """
    if view.bundle.metadata_file:
        yield from toml_faults(view.bundle.metadata_file, "syntax", "size")
