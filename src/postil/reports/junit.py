"""JUnit XML, which every CI server shows: a suite for each file, a failed test for each finding in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby
from xml.etree import ElementTree

from postil.findings import Finding, Tally
from postil.reports import Report, Style
from postil.text import printable


def _lines(findings: Sequence[Finding], tally: Tally, style: Style) -> Iterator[str]:
    root = ElementTree.Element("testsuites", name="postil", tests=str(max(len(findings), 1)), failures=str(len(findings)))
    for path, group in groupby(findings, key=lambda finding: finding.place.path):
        members = list(group)
        name = style.prefix + path
        suite = ElementTree.SubElement(
            root, "testsuite", name=name, tests=str(len(members)), failures=str(len(members)), errors="0"
        )
        for finding, title in zip(members, _titles(members), strict=True):
            case = ElementTree.SubElement(suite, "testcase", name=title, classname=name, file=name)
            if finding.place.line:
                case.set("line", str(finding.place.line))
            message = printable(finding.message)  # XML has no way to write most control characters
            failure = ElementTree.SubElement(case, "failure", type=str(finding.severity), message=message)
            failure.text = f"{style.prefix}{finding.place}: {finding.code} {message}"
    if not findings:
        suite = ElementTree.SubElement(root, "testsuite", name="postil", tests="1", failures="0", errors="0")
        ElementTree.SubElement(suite, "testcase", name=f"{tally.documents} documents, {tally.sets} sets", classname="postil")
    ElementTree.indent(root)
    yield ElementTree.tostring(root, encoding="unicode", xml_declaration=True)


def _titles(findings: Sequence[Finding]) -> Iterator[str]:
    """Names of tests in one file: with the place, and numbered where that is the same; servers take two of one name for one."""
    seen: Counter[str] = Counter()
    for finding in findings:
        at = f" at {finding.place.line}:{finding.place.column}" if finding.place.line else ""
        title = f"{finding.code} {finding.name}{at}"
        seen[title] += 1
        yield title if seen[title] == 1 else f"{title} ({seen[title]})"


REPORT = Report("junit", "JUnit XML, for any CI server", _lines)
