from __future__ import annotations

import datetime
from collections.abc import Iterator

from postil.manifest import DATE, LANGUAGE, LICENCE, URL
from postil.rules import Example, Problem, document_rule
from postil.rules.views import DocumentView, toml_faults
from postil.text import quote


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
    Example(metadata='[rights]\nredistribute = "no"\n', finds=("2:1",)),
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
    metadata = file.value
    if metadata is None:
        return
    published = metadata.published
    if not isinstance(published, datetime.date) and published and not DATE.fullmatch(published):
        yield view.metadata_problem(("published",), f"{quote(published)} is not a date like 2022-09-08, 2022-09 or 2022~")
    for key, value, pattern, form in (
        (("language",), metadata.language, LANGUAGE, "a language tag like en or zh-Hant"),
        (("url",), metadata.url, URL, "a web address"),
        (("rights", "licence"), metadata.rights.licence, LICENCE, "an SPDX licence expression"),
    ):
        if value and not pattern.fullmatch(value):
            yield view.metadata_problem(key, f"{quote(value)} is not {form}")
