"""Making the changes that rules offer: all that do not touch the same place at once, then looking again, until nothing is left.

No fix leaves an error that was not there before: changes that do are taken back and searched for the one that did it, which is
then left for a person.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

import msgspec

from postil.checking.checker import Checker
from postil.findings import Finding, Severity
from postil.rules.fixes import Fix, Rewrite
from postil.storage.bundle import Bundle
from postil.storage.directory import CorpusDirectory, DocumentFiles, FileData
from postil.storage.set_file import encode_line

_MOST_PASSES = 200  # that change something: a fix that makes room for the next needs one more; few texts need ten

Files = dict[str, bytes]
"""The files of a document by path."""


_Offer = tuple[Finding, Fix]


class Fixed(msgspec.Struct):
    """What was done about a document: its files as they become (only those that change), and each fix by its finding's code.

    ``steps``: what to write, one after another and each in its order. Broken off anywhere, a set is about the text as it is or as
    the next fix of the text makes it, so that mending again goes on from there.
    """

    files: Files
    made: Counter[str]
    steps: list[Files]


class _Found(NamedTuple):
    """What a fixer may do about a document, the errors in it by code, path and subject, and which sets are about another text."""

    offers: list[_Offer]
    errors: Counter[tuple[str, str, str]]
    text_sha256: str | None
    stale: frozenset[str]

    def is_no_worse_than(self, other: _Found) -> bool:
        """Whether no error is new. In a set that is about the text since the text was changed they only come to light."""
        lit = other.stale - self.stale if self.text_sha256 != other.text_sha256 else frozenset()
        return all(path in lit for _, path, _ in self.errors - other.errors)


class Fixer:
    """Mends documents. ``takes_unsafe``: whether fixes are made that a person ought to look at."""

    def __init__(self, directory: CorpusDirectory, checker: Checker, *, takes_unsafe: bool) -> None:
        self._directory = directory
        self._checker = checker
        self._takes_unsafe = takes_unsafe
        judge = Checker(directory.project.manifest.check)
        self._judge = None if judge.active <= checker.active else judge  # of harm, whichever rules are mended

    def mend(self, document: str, shows: Callable[[str], bool]) -> Fixed:
        """What mending a document makes of its files; of findings whose path ``shows`` is true of. Nothing is written."""
        paths = self._directory.inventory.documents[document]
        read = self._directory.read_files(paths)
        before = {path: data for path, data, _ in read}
        sizes = {path: size for path, data, size in read if size != len(data)}
        return _Job(self, document, paths, sizes, shows).mended(before)

    def found(self, bundle: Bundle) -> _Found:
        """What is found in a document: the fixes that this fixer would make, and the errors."""
        found = self._checker.fixes(bundle)
        errors = _errors(finding for finding, _ in found)
        if self._judge:
            errors |= _errors(finding for finding, _ in self._judge.fixes(bundle))
        offers = [(finding, fix) for finding, fix in found if fix and (fix.is_safe or self._takes_unsafe)]
        stale = [file.path for file in bundle.set_files if file.header and file.header.text_sha256 != bundle.text_sha256]
        return _Found(offers, errors, bundle.text_sha256, frozenset(stale))

    def parse(self, document: str, paths: DocumentFiles, read: Sequence[FileData]) -> Bundle:
        """The document that these files are."""
        return self._directory.parse(document, paths, read)


class _Job:
    """Mending one document."""

    def __init__(
        self, fixer: Fixer, document: str, paths: DocumentFiles, too_large: dict[str, int], shows: Callable[[str], bool]
    ) -> None:
        self._fixer, self._document, self._paths, self._too_large, self._shows = fixer, document, paths, too_large, shows
        self._refused: set[tuple[str, str, str, str]] = set()
        self._made: Counter[str] = Counter()

    def mended(self, before: Files) -> Fixed:
        text = self._paths.text
        files, found = before, self._found(before)
        steps: list[Files] = [{}]
        passes, refused_at = 0, 0
        while passes < _MOST_PASSES:
            offers = [
                (one, fix) for one, fix in found.offers if self._shows(one.place.path) and _name(one, fix) not in self._refused
            ]
            if not offers:
                if not self._refused or refused_at == passes:
                    break
                self._refused.clear()  # what did harm may do none now that others are mended
                refused_at = passes
                continue
            old = files
            harmless = self._harmless(files, found, [], _compatible(offers, text))
            self._made.update(one.code for one, _ in harmless)
            files = _with(files, harmless)
            found = self._found(files) if harmless else found
            changed = _changed(old, files)
            passes += bool(changed)
            steps[-1] |= {path: data for path, data in changed.items() if path != text}
            if text in changed:
                steps[-1][text] = changed[text]  # the last of its step: the sets say already what they are about
                steps.append({})
        return Fixed(_changed(before, files), self._made, steps)

    def _harmless(self, files: Files, found: _Found, chosen: list[_Offer], offers: list[_Offer]) -> list[_Offer]:
        """``chosen`` and those of ``offers`` that do no harm beside them: all, or what is left of each half."""
        changed = _with(files, chosen + offers)
        if changed != files and self._found(changed).is_no_worse_than(found):
            return chosen + offers
        if len(offers) == 1:
            self._refused.add(_name(*offers[0]))
            return chosen
        half = len(offers) // 2
        return self._harmless(files, found, self._harmless(files, found, chosen, offers[:half]), offers[half:])

    def _found(self, files: Files) -> _Found:
        read = [(path, data, self._too_large.get(path, len(data))) for path, data in files.items()]
        return self._fixer.found(self._fixer.parse(self._document, self._paths, read))


def _name(finding: Finding, fix: Fix) -> tuple[str, str, str, str]:
    return finding.code, finding.place.path, finding.identity, fix.title


def _errors(found: Iterable[Finding]) -> Counter[tuple[str, str, str]]:
    return Counter((one.code, one.place.path, one.subject) for one in found if one.severity is Severity.ERROR)


def _changed(before: Files, after: Files) -> Files:
    return {path: data for path, data in after.items() if data != before[path]}


def _compatible(offers: Sequence[_Offer], text: str) -> list[_Offer]:
    """The first offers that touch no line, and rewrite no file, that another touches; offers that are the same count once.

    One that rewrites the text is made alone: what is said of spans may hold for the text as it was, or as it will be.
    """
    chosen: list[_Offer] = []
    lines: set[tuple[str, int]] = set()
    rewritten: set[str] = set()
    for finding, fix in offers:
        whole = {change.path for change in fix.changes if isinstance(change, Rewrite)}
        if text in whole:
            return chosen or [(finding, fix)]
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
