"""Making the changes that rules offer: all that do not touch the same place at once, then looking again, until nothing is left.

No fix leaves an error that was not there before: changes that do are taken back and searched for the one that did it, which is
then left for a person.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

import msgspec

from postil.checking.checker import Checker
from postil.findings import Finding, Severity
from postil.rules.fixes import Fix, Rewrite
from postil.storage.bundle import Bundle
from postil.storage.directory import CorpusDirectory, DocumentFiles, FileData
from postil.storage.set_file import encode_line

_MOST_PASSES = 200  # a fix that makes room for the next needs one pass more; nothing that people write needs ten

Files = dict[str, bytes]
"""The files of a document by path."""


class Fixed(msgspec.Struct):
    """What was done about a document: its files as they become (only those that change), and each fix by its finding's code."""

    files: Files
    made: Counter[str]


class Fixer:
    """Mends documents. ``takes_unsafe``: whether fixes are made that a person ought to look at."""

    def __init__(self, directory: CorpusDirectory, checker: Checker, *, takes_unsafe: bool) -> None:
        self._directory = directory
        self._checker = checker
        self._takes_unsafe = takes_unsafe

    def mend(self, document: str, shows: Callable[[str], bool]) -> Fixed:
        """What mending a document makes of its files; of findings whose path ``shows`` is true of. Nothing is written."""
        paths = self._directory.inventory.documents[document]
        read = self._directory.read_files(paths)
        before = {path: data for path, data, _ in read}
        sizes = {path: size for path, data, size in read if size != len(data)}
        job = _Job(self, document, paths, sizes, shows)
        after, made = job.mended(before)
        return Fixed({path: data for path, data in after.items() if data != before[path]}, made)

    def found(self, bundle: Bundle) -> list[tuple[Finding, Fix | None]]:
        """The findings in a document, each with its fix where this fixer would make it."""
        return [
            (finding, fix if fix and (fix.is_safe or self._takes_unsafe) else None)
            for finding, fix in self._checker.fixes(bundle)
        ]

    def parse(self, document: str, paths: DocumentFiles, read: Sequence[FileData]) -> Bundle:
        """The document that these files are."""
        return self._directory.parse(document, paths, read)


_Offer = tuple[Finding, Fix]


class _Job:
    """Mending one document."""

    def __init__(
        self, fixer: Fixer, document: str, paths: DocumentFiles, too_large: dict[str, int], shows: Callable[[str], bool]
    ) -> None:
        self._fixer, self._document, self._paths, self._too_large, self._shows = fixer, document, paths, too_large, shows
        self._refused: set[tuple[str, str, str, str]] = set()
        self._made: Counter[str] = Counter()

    def mended(self, files: Files) -> tuple[Files, Counter[str]]:
        found = self._found(files)
        for _ in range(_MOST_PASSES):
            offers = [
                (one, fix) for one, fix in found if fix and self._shows(one.place.path) and _name(one, fix) not in self._refused
            ]
            if not offers:
                break
            files, found = self._with_most(files, found, _compatible(offers))
        return files, self._made

    def _with_most(
        self, files: Files, found: list[tuple[Finding, Fix | None]], offers: list[_Offer]
    ) -> tuple[Files, list[tuple[Finding, Fix | None]]]:
        """The files with all these fixes made, or with the first half that does no harm; a single one that does is refused."""
        changed = _with(files, offers)
        found_then = self._found(changed)
        if changed != files and _errors(found_then) <= _errors(found):
            self._made.update(one.code for one, _ in offers)
            return changed, found_then
        if len(offers) == 1:
            self._refused.add(_name(*offers[0]))
            return files, found
        return self._with_most(files, found, offers[: len(offers) // 2])

    def _found(self, files: Files) -> list[tuple[Finding, Fix | None]]:
        read = [(path, data, self._too_large.get(path, len(data))) for path, data in files.items()]
        return self._fixer.found(self._fixer.parse(self._document, self._paths, read))


def _name(finding: Finding, fix: Fix) -> tuple[str, str, str, str]:
    subject = finding.subject or (finding.place.excerpt.line if finding.place.excerpt else "")
    return finding.code, finding.place.path, subject, fix.title


def _errors(found: Sequence[tuple[Finding, Fix | None]]) -> Counter[tuple[str, str, str]]:
    return Counter((one.code, one.place.path, one.subject) for one, _ in found if one.severity is Severity.ERROR)


def _compatible(offers: Sequence[_Offer]) -> list[_Offer]:
    """The first offers that touch no line, and rewrite no file, that another touches; offers that are the same count once."""
    chosen: list[_Offer] = []
    lines: set[tuple[str, int]] = set()
    rewritten: set[str] = set()
    for finding, fix in offers:
        whole = {change.path for change in fix.changes if isinstance(change, Rewrite)}
        single = {(change.path, change.line) for change in fix.changes if not isinstance(change, Rewrite)}
        touched = {path for path, _ in lines} | rewritten
        if whole & touched or single & lines or {path for path, _ in single} & rewritten:
            continue
        chosen.append((finding, fix))
        lines |= single
        rewritten |= whole
    return chosen


def _with(files: Files, offers: Sequence[_Offer]) -> Files:
    changed = dict(files)
    lines: dict[str, list[bytes | None]] = {}
    for change in (change for _, fix in offers for change in fix.changes):
        if isinstance(change, Rewrite):
            changed[change.path] = change.data
        else:
            file = lines.setdefault(change.path, list(files[change.path].split(b"\n")))
            file[change.line - 1] = None if change.record is None else encode_line(change.record)
    for path, file in lines.items():
        changed[path] = b"\n".join([line for line in file if line is not None])
    return changed
