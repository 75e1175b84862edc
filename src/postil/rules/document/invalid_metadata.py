from __future__ import annotations

from collections.abc import Iterator

from postil.manifest import metadata_faults
from postil.rules import Example, Problem, document_rule
from postil.rules.views import DocumentView, toml_faults


@document_rule(
    "DOC005",
    Example(),
    Example(
        metadata='published = "2022-09~"\nlanguage = "zh-Hant"\n', note="about September 2022; Chinese in traditional script"
    ),
    Example(metadata="published = 2022-09-08\n"),
    Example(metadata='titel = "Example"\n', finds=("1:1",)),
    Example(metadata='authors = "Subimal Bhattacharjee"\n', finds=("1:1",)),
    Example(metadata='published = "8 September 2022"\nlanguage = "English"\n', finds=("1:1", "2:1")),
    Example(metadata='published = "2022-02-31"\n', finds=("1:1",)),
    Example(metadata='[rights]\nredistribute = "no"\n', finds=("2:1",)),
    proof=lambda batch: not any(fault for metadata in batch.metadata for fault in metadata_faults(metadata)),
)
def check(view: DocumentView) -> Iterator[Problem]:
    """Metadata must have the keys and values that the format knows.

    A misspelt key is metadata that nobody will ever find, and a date or language in free words cannot be searched or exported.

    Dates are ISO 8601 as far as they are known (``2022``, ``2022-09``, ``2022-09-08``; ``~`` after it means about).
    Languages are BCP 47 tags. Licences are SPDX identifiers, or ``LicenseRef-`` and a name. Anything of your own goes
    into a table ``[extra]``.
    """
    file = view.bundle.metadata_file
    if file is None:
        return
    yield from toml_faults(file, "unknown key", "value")
    for path, message in metadata_faults(file.value) if file.value else ():
        yield view.metadata_problem(path, message)
