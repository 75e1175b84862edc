"""Which sets suggestions may be written to: never in the place of a person's, and in that of a model's only when told to."""

from __future__ import annotations

from collections.abc import Sequence

from postil.corpus import Corpus
from postil.errors import ExportRefused, UnsafePath
from postil.storage.safe_files import portable_name_fault
from postil.text import counted, printable


def refuse_overwriting(corpus: Corpus, annotator: str, documents: Sequence[str], *, replace: bool) -> None:
    """Raise :class:`~postil.errors.ExportRefused` where a set that is there already must stay as it is."""
    fault = portable_name_fault(annotator) or ("it is one part of a path" if "/" in annotator else "")
    if fault:
        raise UnsafePath(f"{printable(annotator)!r} cannot be an annotator: {fault}")
    inventory = corpus.directory.inventory.documents
    there = [path for document in documents if (path := inventory[document].sets.get(annotator))]
    for path in there:
        header = corpus.directory.set_file(path, annotator).header
        if header is None or header.method != "model":
            made = header.method if header else "unreadable"
            raise ExportRefused(f"{path} is {made}, no model's: nothing was written. Choose another name with --as")
    if there and not replace:
        number = counted(len(there), "document")
        left = len(documents) - len(there)
        others = f", --missing makes those of the other {left:,}" if left else ""
        raise ExportRefused(
            f"{annotator} has suggestions for {number} already: nothing was written. --replace makes them anew{others}"
        )


def without_suggestions(corpus: Corpus, annotator: str, documents: Sequence[str]) -> list[str]:
    """The documents of which there is no set of this name yet."""
    inventory = corpus.directory.inventory.documents
    return [document for document in documents if annotator not in inventory[document].sets]
