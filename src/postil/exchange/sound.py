"""The documents of a corpus that may leave it: those that ``postil check`` finds no error in."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from postil.checking import Checker, Parts
from postil.corpus import Corpus, Document, readable
from postil.errors import ExportRefused, PostilError
from postil.findings import Finding, Severity
from postil.manifest import CheckSettings
from postil.rules import all_rules
from postil.rules.corpus_view import CorpusView
from postil.rules.views import ProjectView

# Rules that no setting can excuse here: without them an annotation would have no place to go, or a wrong one.
_NEEDED = (
    "TXT001", "TXT009", "SCH001", "SCH002", "SCH003", "SCH008", "ANN001", "ANN002", "ANN004", "ANN005", "ANN006", "ANN010",
    "SPN001", "SPN002", "SPN003", "SPN007", "LAB001", "LAB002", "LAB003", "LAB004", "LAB006", "LAB007", "LAB010", "REL003",
)  # fmt: skip


def sound_documents(corpus: Corpus, annotators: tuple[str, ...], missing: list[tuple[str, str]]) -> Iterator[Document]:
    """Each document that has a set by one of ``annotators``, with those sets; what has no such set is noted in ``missing``.

    None has an error that ``postil check`` reports, nor one that it was told to overlook but that no other format could hold.
    Raises :class:`~postil.errors.ExportRefused` where one has, perhaps after the last document.
    """
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
    for name in directory.inventory.documents:
        bundle = directory.bundle(name)
        wanted = tuple(file for file in bundle.set_files if file.annotator in annotators)
        bundle = msgspec.structs.replace(bundle, set_files=wanted)
        for checker in checkers:
            result = checker.check_bundle(bundle)
            _refuse_errors(result.findings)
            for code, part in result.parts.items():
                parts.setdefault(code, []).append(part)
        document = readable(bundle)
        missing += [(name, annotator) for annotator in annotators if annotator not in document.sets]
        if document.sets:
            is_empty = False
            sets = {annotator: document.sets[annotator] for annotator in annotators if annotator in document.sets}
            yield msgspec.structs.replace(document, sets=sets)
    if is_empty:
        raise _nothing_there(corpus, annotators)
    _refuse_errors(checkers[0].finish(parts, CorpusView(directory.project, directory.bundle), set()))


def _refuse_errors(findings: list[Finding]) -> None:
    errors = [finding for finding in findings if finding.severity is Severity.ERROR]
    if errors:
        first = errors[0]
        more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
        raise ExportRefused(f"{first.place}: {first.code} {first.message}{more}. Mend what postil check finds, then export")


def _nothing_there(corpus: Corpus, annotators: tuple[str, ...]) -> PostilError:
    there = sorted({annotator for files in corpus.directory.inventory.documents.values() for annotator in files.sets})
    hint = f"choose with --set among {', '.join(there)}" if there else "there are no sets at all"
    return PostilError(f"no document has a set by {' or '.join(annotators)}: {hint}")
