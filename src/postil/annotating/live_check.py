"""What ``check`` would find in a set, after every action: only what an action may have changed is looked at again.

A finding about a span depends on the spans that overlap it and on what it names or is named by; one about a relation on all
relations, as a cycle may close anywhere. So a small set is made of what changed with what it touches, and that is checked by the
same rules: what they find of it takes the place of what was found before.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

import msgspec

from postil.annotating.marks import Marks
from postil.annotating.steps import changes_between
from postil.checking.checker import Checker
from postil.editing.references import References, ids_named_by
from postil.findings import Finding, Place, Related
from postil.model import AnnotationSet, Label, Relation, Span
from postil.rules.set_view import SetView
from postil.rules.views import DocumentView
from postil.storage.bundle import Bundle
from postil.storage.set_file import encode_set, parse_set

_MOST = 0.3  # of the records: where more are touched, all are checked


class LiveCheck:
    """Findings about one set of a document, kept up to date. It remembers the set that it saw last."""

    def __init__(self, bundle: Bundle, checker: Checker, path: str) -> None:
        self._document = DocumentView(bundle)  # its sentences and lines are worked out once
        self._checker = checker
        self._path = path
        self._references = References(bundle.project.scheme)
        self._seen: Marks | None = None
        self._found: dict[str, list[Finding]] = {}

    def of(self, marks: Marks) -> list[Finding]:
        """What is found in this set, those about the whole set first, then in the order of its records.

        A place names the file only: lines move with every action. ``subject`` is the record.
        """
        if self._seen is None:
            self._found = self._grouped(self._check(marks.annotations))
        elif self._seen is not marks:
            self._update(self._seen, marks)
        self._seen = marks
        order = {id: number for number, id in enumerate(marks.by_id)} if self._found else {}
        subjects = sorted(self._found, key=lambda subject: order.get(subject, -1))
        return [finding for subject in subjects for finding in self._found[subject]]

    def _update(self, before: Marks, after: Marks) -> None:
        changed = {change.id for change in changes_between(before, after)}
        touched = self._touched(changed, before) | self._touched(changed, after)
        around = self._touched(touched, after)
        if len(around) > _MOST * len(after.by_id):
            self._found = self._grouped(self._check(after.annotations))
            return
        found = self._grouped(self._check(_part(after.annotations, around)))
        kept = {id: findings for id, findings in self._found.items() if id and id not in touched}
        self._found = {**kept, **{id: findings for id, findings in found.items() if not id or id in touched}}

    def _touched(self, ids: Collection[str], marks: Marks) -> set[str]:
        """These records, and every one whose findings may depend on them."""
        records = [marks.by_id[id] for id in ids if id in marks.by_id]
        found = set(ids) | {other for record in records for other in ids_named_by(record, self._references)}
        if any(isinstance(record, Relation | Label) for record in records):
            found |= {one.id for one in marks.annotations.relations} | {one.id for one in marks.annotations.labels}
        found |= {record.id for record in marks.naming(ids, self._references)}
        return found | _overlapping([record for record in records if isinstance(record, Span)], marks.spans)

    def _check(self, annotations: AnnotationSet) -> list[Finding]:
        file = parse_set(self._path, annotations.annotator, encode_set(annotations))
        return [self._without_lines(finding) for finding in self._checker.check_set(SetView(self._document, file))]

    def _without_lines(self, finding: Finding) -> Finding:
        place = Place(self._path)
        related = tuple(Related(one.message, place, one.text_place) for one in finding.related)
        return msgspec.structs.replace(finding, place=place, related=related)

    @staticmethod
    def _grouped(findings: Iterable[Finding]) -> dict[str, list[Finding]]:
        found: dict[str, list[Finding]] = {}
        for finding in findings:
            found.setdefault(finding.subject, []).append(finding)
        return found


def _overlapping(chosen: Sequence[Span], spans: Sequence[Span]) -> set[str]:
    """The spans that share a stretch, from first start to last end, with one of those chosen, or touch it."""
    stretches: list[tuple[int, int]] = []
    for start, end in sorted((min(span.start, span.end), max(span.start, span.end)) for span in chosen):
        if stretches and start <= stretches[-1][1]:
            stretches[-1] = (stretches[-1][0], max(end, stretches[-1][1]))
        else:
            stretches.append((start, end))
    if len(stretches) == 1:
        first, last = stretches[0]
        return {span.id for span in spans if span.start <= last and span.end >= first}
    return {span.id for span in spans if any(span.start <= last and span.end >= first for first, last in stretches)}


def _part(annotations: AnnotationSet, ids: Collection[str]) -> AnnotationSet:
    return AnnotationSet(
        annotations.header,
        tuple(span for span in annotations.spans if span.id in ids),
        tuple(one for one in annotations.relations if one.id in ids),
        tuple(one for one in annotations.labels if one.id in ids),
        tuple(one for one in annotations.notes if one.id in ids),
    )
