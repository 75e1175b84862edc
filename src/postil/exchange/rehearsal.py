"""What ``postil check`` will say of documents that are about to be written, by its own rules on the files as they will be."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

import msgspec

from postil.checking import Checker
from postil.findings import Finding, Severity
from postil.storage.bundle import Bundle
from postil.storage.directory import CorpusDirectory, DocumentFiles

_AT_ONCE = 64  # documents: what is proven of all of them together is not looked for one by one


class Foreseen(msgspec.Struct):
    """What one rule will find: how often, and the first of it."""

    first: Finding
    count: int = 0

    def __str__(self) -> str:
        return f"{self.first.code} {self.first.name} ({self.first.severity})"

    @property
    def example(self) -> str:
        """Where the first is, and what is wrong there."""
        return f"{self.first.place}: {self.first.message}"


def rehearsed(staged: CorpusDirectory, corpus: CorpusDirectory | None) -> list[Foreseen]:
    """What rules about documents and sets will find in ``staged``, errors first, then by code; what is only worth knowing is not.

    ``staged``: manifest, scheme, and what is to be written. ``corpus``: where texts are that are there already, if there is one.
    Rules that look at the whole corpus have no say.
    """
    checker = Checker(staged.project.manifest.check, ignore=("COR",))
    found: dict[str, Foreseen] = {}
    fresh = {path for files in staged.inventory.documents.values() for path in files.paths()}
    bundles = _bundles(staged, corpus)
    while several := list(islice(bundles, _AT_ONCE)):
        for result in checker.check_bundles(several):
            for finding in result.findings:
                if finding.severity is not Severity.INFO and finding.place.path in fresh:
                    found.setdefault(finding.code, Foreseen(finding)).count += 1
    return sorted(found.values(), key=lambda one: (one.first.severity, one.first.code))


def _bundles(staged: CorpusDirectory, corpus: CorpusDirectory | None) -> Iterator[Bundle]:
    """Each document that is written or is given a set, with only the sets that it is given."""
    there = corpus.inventory.documents if corpus else {}
    for document, fresh in staged.inventory.documents.items():
        old = there.get(document, DocumentFiles())
        text = DocumentFiles(text="" if fresh.text else old.text, metadata="" if fresh.metadata else old.metadata)
        files = DocumentFiles(fresh.text or old.text, fresh.metadata or old.metadata, fresh.sets)
        read = [*staged.read_files(fresh), *(corpus.read_files(text) if corpus else ())]
        yield staged.parse(document, files, read)


def lines(foreseen: Iterable[Foreseen]) -> Iterator[str]:
    """A table for people: how many, of which rule, and the first."""
    foreseen = list(foreseen)
    width = max((len(f"{one.count:,}") for one in foreseen), default=0)
    for one in foreseen:
        yield f"{one.count:>{width},} × {one}"
        yield f"{' ' * width}   {one.example}"
