"""What is to be said of an export, for the card, the Croissant file and the citation."""

from __future__ import annotations

from collections import Counter
from functools import cached_property
from typing import TYPE_CHECKING

from postil.corpus import Corpus, Document
from postil.errors import ExportRefused, MissingExtra, PostilError
from postil.formats.hf.citation import NAME as CITATION, citation, faults, is_of_software
from postil.formats.hf.detaching.detached import DetachedCorpus
from postil.formats.hf.detaching.quotations import elided, places_in
from postil.formats.hf.detaching.spellings import level
from postil.formats.hf.layout import Written
from postil.manifest import Manifest
from postil.model import Header
from postil.scheme import Scheme

if TYPE_CHECKING:
    from postil.agreement.report import Report

GUIDELINES = "GUIDELINES.md"


class Facts:
    """What documents and sets say of themselves, gathered while an export passes over them.

    ``found``: documents that say where they were published. ``sets``: by annotator, method and status. ``sources``: documents by
    annotator, method and whose annotations the set came from. ``models``: annotators who are models, also behind an adjudicated
    set or one that took their suggestions. ``judgements``: documents by how many annotators judged them.
    """

    def __init__(self, corpus: Corpus, *, detached: bool = False) -> None:
        """``detached``: nothing that is said of rights may quote the text."""
        self._corpus, self._detached = corpus, detached
        self.rights: Counter[tuple[str, str, bool | None]] = Counter()
        self.statements: Counter[str] = Counter()
        self.languages: Counter[str] = Counter()
        self.genres: Counter[str] = Counter()
        self.publishers: Counter[str] = Counter()
        self.dates: set[str] = set()
        self.found = 0
        self.lengths: list[int] = []
        self.sets: Counter[tuple[str, str, str]] = Counter()
        self.sources: Counter[tuple[str, str, tuple[str, ...]]] = Counter()
        self.methods: set[str] = set()
        self.models: set[str] = set()
        self.judgements: Counter[int] = Counter()
        self.counts: Counter[str] = Counter()
        self.labels: Counter[tuple[str, str]] = Counter()

    def add(self, document: Document) -> None:
        """Look at a document that is exported."""
        self.lengths.append(len(document.text))
        self._look_at_metadata(document)
        made_by = self._methods(document)
        headers = [annotations.header for annotations in document.sets.values()]
        self.judgements[len({judge for header in headers for judge in _judges(header)})] += 1
        for header in headers:
            self.sets[header.annotator, header.method, header.status] += 1
            self.sources[header.annotator, header.method, header.sources] += bool(header.sources)
            self.models.update(name for name in (header.annotator, *header.sources) if made_by.get(name) == "model")
            # an adjudicated set came about as the sets did that it was adjudicated from; one with suggestions in both ways
            own = [] if _judges(header) == header.sources else [header.method]
            self.methods.update([*own, *(made_by.get(source, "") for source in header.sources)])
        for one in document.sets.values():
            self.counts["sets"] += 1
            for kind in ("spans", "relations", "labels", "notes"):
                self.counts[kind] += len(getattr(one, kind))
            self.counts["discontinuous"] += sum(bool(span.fragments) for span in one.spans)
            self.labels.update([(record.layer, record.label) for record in one.annotations])

    def _methods(self, document: Document) -> dict[str, str]:
        """How each set came about that is exported, or that one of those was made from."""
        exported = {name: annotations.header for name, annotations in document.sets.items()}
        found = {name: header.method for name, header in exported.items()}
        paths = self._corpus.directory.inventory.documents[document.id].sets
        for source in {source for header in exported.values() for source in header.sources} & paths.keys() - found.keys():
            header = self._corpus.directory.set_file(paths[source], source).header
            found[source] = header.method if header else ""
        return found

    def _look_at_metadata(self, document: Document) -> None:
        metadata = document.metadata
        self.rights[metadata.rights.holder, metadata.rights.licence, metadata.rights.redistribute] += 1
        statement = " ".join(metadata.rights.statement.split())
        self.statements[elided(statement, places_in(level(document.text))) if self._detached and statement else statement] += 1
        self.languages[metadata.language] += 1
        self.genres[metadata.genre] += 1
        self.publishers[metadata.publisher] += 1
        self.found += bool(metadata.publisher or metadata.url or metadata.published)
        if metadata.published:
            self.dates.add(str(metadata.published))


def _judges(header: Header) -> tuple[str, ...]:
    """Who decided on what a set has: whoever made it, but for an adjudicated one, which says again what others judged."""
    return header.sources if header.method == "adjudicated" and header.sources else (header.annotator,)


class About:
    """What is to be said of an export. Every number and statement comes from the corpus: manifest, metadata, headers, sets."""

    def __init__(self, written: Written, facts: Facts, *, no_agreement: bool = False) -> None:
        self.written, self.facts = written, facts
        self.detached = DetachedCorpus(written.corpus, written.dividing.names) if written.is_detached else None
        self._no_agreement = no_agreement

    @property
    def manifest(self) -> Manifest:
        """The manifest, as far as it may be shown."""
        return self.detached.manifest if self.detached else self.written.corpus.manifest

    @property
    def scheme(self) -> Scheme:
        """The scheme, as far as it may be shown."""
        return self.detached.scheme if self.detached else self.written.corpus.scheme

    def file(self, path: str) -> bytes | None:
        """A file of the corpus, as it may go out."""
        return self.detached.file(path) if self.detached else self.written.corpus.directory.read(path)

    @property
    def title(self) -> str:
        """What the dataset is called, in one line."""
        return " ".join((self.manifest.title or self.manifest.name).split())

    @property
    def documents(self) -> int:
        """How many documents there are."""
        return len(self.facts.lengths)

    @property
    def is_redistributable(self) -> bool:
        """Whether every text may be passed on."""
        return all(redistribute for _, _, redistribute in self.facts.rights)

    @property
    def has_one_licence(self) -> bool:
        """Whether all that is there is under one licence: annotations alone, or with texts that may be passed on."""
        if self.detached:
            return bool(self.manifest.licence)
        licences = {licence for _, licence, _ in self.facts.rights}
        return bool(self.manifest.licence) and licences == {self.manifest.licence} and self.is_redistributable

    @property
    def has_spdx_licence(self) -> bool:
        """Whether all is under one licence that has an SPDX id."""
        licence = self.manifest.licence
        return self.has_one_licence and " " not in licence and not licence.startswith("LicenseRef")

    @cached_property
    def has_guidelines(self) -> bool:
        """Whether there are guidelines to ship."""
        return self.written.corpus.directory.read(f"annotations/{GUIDELINES}") is not None

    @cached_property
    def citation_file(self) -> bytes:
        """The corpus's own citation file, or one made of the manifest where there is none, or that of a program.

        Empty where the manifest names no authors. Raises :class:`~postil.errors.ExportRefused` for a file that is not sound.
        """
        own = self.file(CITATION)
        if own is None or is_of_software(own):
            return citation(self.manifest, self.title)
        if found := list(faults(own)):
            more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
            raise ExportRefused(
                f"{CITATION} is not as the Citation File Format 1.2.0 has it: {found[0]}{more}. Mend it, then export"
            )
        return own

    @cached_property
    def agreement(self) -> Report | str:
        """How far the annotators of the corpus agree, or in words why that is not said."""
        if self._no_agreement:
            return "Not computed: whoever made this export left it out."
        directory = self.written.corpus.directory
        left_out = frozenset(self.written.sifted.invalid)
        several = [name for name, files in directory.inventory.documents.items() if len(files.sets) > 1 and name not in left_out]
        if not several:
            return "Not computed: no document has sets by two annotators."
        try:
            report = _measured(self.written, several)
        except MissingExtra as missing:
            return f"Not computed: {missing}."
        except PostilError as fault:
            return f"Not computed, as a set that is not exported has faults: {fault}."
        return report if report.documents else "Not computed: no document has two sets that are complete and independent."


def _measured(written: Written, documents: list[str]) -> Report:
    from postil.agreement.libraries import require_libraries

    require_libraries("agreement in the dataset card")
    from postil.agreement.comparing import comparer
    from postil.agreement.request import Request
    from postil.agreement.tally import Tally

    corpus = written.corpus
    request = Request(with_differences=False)
    tally = Tally(request, corpus.scheme)
    for contribution in map(comparer(str(corpus.directory.root), request), documents):
        tally.add(contribution)
    return tally.report(corpus.manifest.title or corpus.manifest.name)
