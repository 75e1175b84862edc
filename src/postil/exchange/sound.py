"""The documents of a corpus that may leave it: those that ``postil check`` finds no error in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from postil.checking import Checker, Parts, Result
from postil.checking.examining import batches, bytes_of
from postil.corpus import Corpus, Document, readable
from postil.errors import ExportRefused, PostilError
from postil.exchange.rehearsal import Foreseen, lines
from postil.findings import Finding, Severity
from postil.manifest import CheckSettings
from postil.model import AnnotationSet, Header
from postil.rules import all_rules
from postil.rules.batch import batch_of
from postil.rules.corpus_view import CorpusView
from postil.rules.views import ProjectView
from postil.storage.bundle import Bundle
from postil.text import counted, few, listing

_NAMED = 5  # documents that are named
_MEND = "Mend what postil check finds, then export"

# Rules that no setting can excuse here: without them an annotation would have no place to go, or a wrong one.
_NEEDED = (
    "TXT001", "TXT009", "SCH001", "SCH002", "SCH003", "SCH008", "ANN001", "ANN002", "ANN004", "ANN005", "ANN006", "ANN008",
    "ANN010", "SPN001", "SPN002", "SPN003", "SPN007", "LAB001", "LAB002", "LAB003", "LAB004", "LAB006", "LAB007", "LAB010",
    "REL003",
)  # fmt: skip


class Wanted(msgspec.Struct, frozen=True):
    """Which documents shall leave.

    ``all_documents``: those as well that have a set by none of ``annotators``: they get one with nothing in it by each.
    ``skip_invalid``: leave out documents with errors, in place of refusing everything.
    """

    annotators: tuple[str, ...]
    all_documents: bool = False
    skip_invalid: bool = False


class Sifted(msgspec.Struct):
    """What became of documents. ``missing``: each document and annotator without a set; ``bare``: which got an empty one.

    ``invalid``: documents that have errors; ``errors``: what these are, by rule.
    """

    missing: list[tuple[str, str]] = []
    bare: list[str] = []
    invalid: list[str] = []
    errors: dict[str, Foreseen] = {}

    def lines(self, annotators: Sequence[str]) -> Iterator[str]:
        """What is not in the export as one might expect, for people."""
        yield from self._about_bare(annotators)
        yield from (f"{name} has no set by {annotator}" for name, annotator in self.missing[:_NAMED])
        if (more := len(self.missing) - _NAMED) > 0:
            yield f"and {more:,} more have no set by one of {', '.join(annotators)}"
        if self.missing:
            yield "--all-documents writes the text of every document"
        yield from self._about_invalid()

    def about_left_out(self, annotators: Sequence[str]) -> Iterator[str]:
        """The same without what is missing, of which a format may say more."""
        yield from self._about_bare(annotators)
        yield from self._about_invalid()

    def _about_bare(self, annotators: Sequence[str]) -> Iterator[str]:
        if self.bare:
            yield f"{counted(len(self.bare), 'document')} without a set by {listing(annotators, 'or')}: only the text"

    def _about_invalid(self) -> Iterator[str]:
        if self.invalid:
            yield f"left out, as there are errors: {listing(few(self.invalid, _NAMED), 'and')}"
            yield from lines(self.errors.values())


def sound_documents(corpus: Corpus, wanted: Wanted, sifted: Sifted) -> Iterator[Document]:
    """Each document that has a set by one of the annotators, with those sets; what has none, or has errors, is in ``sifted``.

    None has an error that ``postil check`` reports, nor one that it was told to overlook but that no other format could hold.
    Raises :class:`~postil.errors.ExportRefused` where one has and is not to be skipped, after all of them were looked at, and
    :class:`~postil.errors.PostilError` for an annotator by whom there is no set.
    """
    _refuse_unknown(corpus, wanted)
    directory = corpus.directory
    harmless = tuple(rule.code for rule in all_rules() if rule.severity is not Severity.ERROR)  # refuse nothing
    checkers = (
        Checker(directory.project.manifest.check, ignore=harmless),
        Checker(CheckSettings(), _NEEDED, heeds_ignores=False),
    )
    for checker in checkers:
        _refuse_errors(checker.check_project(ProjectView(directory.project), set()))
    parts: Parts = {}
    is_empty = True
    for bundle, results in _checked(checkers, _bundles(corpus, wanted)):
        if errors := _errors(finding for result in results for finding in result.findings):
            sifted.invalid.append(bundle.document)
            _tally(errors, sifted.errors)
        if errors or (sifted.invalid and not wanted.skip_invalid):
            continue  # nothing is written any more: only the errors are still counted
        for result in results:
            for code, part in result.parts.items():
                parts.setdefault(code, []).append(part)
        document = _with_sets(readable(bundle), corpus, wanted, sifted)
        if document.sets:
            is_empty = False
            yield document
    if sifted.invalid and (is_empty or not wanted.skip_invalid):
        raise ExportRefused("\n".join(_refusal(sifted, len(directory.inventory.documents))))
    if is_empty:
        raise _nothing_there(corpus, wanted.annotators)
    _refuse_errors(checkers[0].finish(parts, CorpusView(directory.project, directory.bundle), set()))


def _bundles(corpus: Corpus, wanted: Wanted) -> Iterator[tuple[Bundle, int]]:
    """Each document with the sets that are wanted of it, and its bytes."""
    directory = corpus.directory
    for name, there in directory.inventory.documents.items():
        sets = {annotator: path for annotator, path in there.sets.items() if annotator in wanted.annotators}
        files = msgspec.structs.replace(there, sets=sets)
        read = directory.read_files(files)
        yield directory.parse(name, files, read), bytes_of(read)


def _checked(checkers: Sequence[Checker], bundles: Iterable[tuple[Bundle, int]]) -> Iterator[tuple[Bundle, tuple[Result, ...]]]:
    """Each document with what every checker says of it; what they prove of several at once is worked out for all checkers."""
    for several in batches(bundles):
        batch = batch_of(several)
        results = zip(*(checker.check_bundles(several, batch) for checker in checkers), strict=True)
        yield from zip(several, results, strict=True)


def _with_sets(document: Document, corpus: Corpus, wanted: Wanted, sifted: Sifted) -> Document:
    """The document with the sets in the order that they are wanted in; with empty ones where it has none and is wanted still."""
    sets = {annotator: document.sets[annotator] for annotator in wanted.annotators if annotator in document.sets}
    if not sets and wanted.all_documents:
        sifted.bare.append(document.id)
        sets = {
            annotator: AnnotationSet(
                Header(document.id, annotator, corpus.scheme.id, document.text_sha256, "in-progress", "manual")
            )
            for annotator in wanted.annotators
        }
    sifted.missing += [(document.id, annotator) for annotator in wanted.annotators if annotator not in sets]
    return msgspec.structs.replace(document, sets=sets)


def _errors(findings: Iterable[Finding]) -> list[Finding]:
    """The errors among findings, each once: both checkers may find it."""
    errors = [finding for finding in findings if finding.severity is Severity.ERROR]
    return list({(one.code, one.place, one.message): one for one in errors}.values())


def _tally(errors: Iterable[Finding], into: dict[str, Foreseen]) -> None:
    for finding in errors:
        into.setdefault(finding.code, Foreseen(finding)).count += 1


def _refuse_errors(findings: list[Finding]) -> None:
    """Refuse what concerns the whole corpus, which leaving out documents does not mend."""
    if errors := _errors(findings):
        by_rule: dict[str, Foreseen] = {}
        _tally(errors, by_rule)
        raise ExportRefused("\n".join(["the corpus has errors:", *lines(by_rule.values()), f"{_MEND}."]))


def _refusal(sifted: Sifted, documents: int) -> Iterator[str]:
    """That documents have errors, which, and what can be done."""
    bad = len(sifted.invalid)
    yield f"{bad:,} of {counted(documents, 'document')} {'has' if bad == 1 else 'have'} errors:"
    yield from lines(sifted.errors.values())
    skip = f"; or --skip-invalid leaves {'it' if bad == 1 else f'these {bad:,}'} out" if bad < documents else ""
    yield f"{_MEND}{skip}."


def _refuse_unknown(corpus: Corpus, wanted: Wanted) -> None:
    """Refuse a name that no document has a set by, beside one that some have: it is misspelt."""
    known = {annotator for files in corpus.directory.inventory.documents.values() for annotator in files.sets}
    unknown = tuple(name for name in wanted.annotators if name not in known)
    if unknown and not (wanted.all_documents and len(unknown) == len(wanted.annotators)):
        raise _nothing_there(corpus, unknown)


def _nothing_there(corpus: Corpus, annotators: tuple[str, ...]) -> PostilError:
    documents = corpus.directory.inventory.documents
    there = sorted({annotator for files in documents.values() for annotator in files.sets})
    hint = f"choose with --set among {', '.join(there)}" if there else "there are no sets at all"
    texts = f"; --all-documents exports {counted(len(documents), 'text')} without annotations" if documents else ""
    return PostilError(f"no document has a set by {' or '.join(annotators)}: {hint}{texts}")
