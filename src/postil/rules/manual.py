"""Rules in words: the list, a rule's manual page, and the table of the README. All come from the rule's own file."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from postil.rules import Rule
from postil.rules.examples import SCHEME, Example
from postil.text import printable

_FAMILIES = {
    "TXT": "the text file",
    "DOC": "documents and their metadata",
    "SCH": "scheme and manifest",
    "ANN": "the annotation set's file",
    "SPN": "spans",
    "LAB": "labels and attributes",
    "REL": "relations",
    "COR": "across documents",
}


def catalogue(rules: Iterable[Rule]) -> str:
    """A line for each rule: code, name, severity, summary."""
    return "\n".join(f"{rule.code}  {rule.name:26} {rule.severity:8} {rule.summary}" for rule in rules)


def as_markdown(rules: Iterable[Rule]) -> str:
    """The table of the README."""
    rows = ["| code | name | | what must hold |", "|---|---|---|---|"]
    rows += [f"| `{rule.code}` | {rule.name} | {rule.severity} | {rule.summary.replace('``', '`')} |" for rule in rules]
    return "\n".join(rows)


def as_json(rules: Iterable[Rule]) -> str:
    """The catalogue for programs."""
    listed = [
        {
            "code": rule.code, "name": rule.name, "severity": rule.severity, "family": _FAMILIES[rule.family],
            "summary": rule.summary, "explanation": rule.manual,
        }
        for rule in rules
    ]  # fmt: skip
    return msgspec.json.format(msgspec.json.encode(listed)).decode()


def manual_page(rule: Rule) -> str:
    """Everything that a rule's file says of it."""
    page = [f"{rule.code} {rule.name} ({rule.severity}; {_FAMILIES[rule.family]})", "", rule.manual.replace("``", "`")]
    for title, wanted in (("Finds", True), ("Lets be", False)):
        shown = [example for example in rule.examples if bool(example.finds) is wanted and _content(rule, example)]
        if shown:
            page += ["", f"{title}:"]
        for example in shown:
            page += ["", *(f"    {line}" for line in _content(rule, example))]
            if example.note:
                page.append(f"    ({example.note})")
    return "\n".join(page)


def _content(rule: Rule, example: Example) -> list[str]:
    """The lines of an example that its rule looks at."""
    blank = Example()
    lines = []
    if rule.family in ("SPN", "LAB", "REL", "ANN", "TXT", "COR") and example.text is not None:
        text = example.text if isinstance(example.text, str) else repr(example.text)
        if rule.family == "TXT" or example.records or example.more_files():
            lines += [printable(line) for line in text.removesuffix("\n").split("\n")]
    if example.lines is not None or example.records or example.header:
        content = example.set_bytes().decode("utf-8", "replace").rstrip("\n").split("\n")
        keep_header = rule.family == "ANN" and (example.lines is not None or example.header)
        lines += [_cut(line) for line in (content if keep_header else content[1:])]
    if example.scheme and example.scheme != SCHEME:
        known = set(SCHEME.split("\n"))
        lines += [line for line in example.scheme.split("\n") if line not in known]
    if example.manifest != blank.manifest:
        lines += example.manifest.rstrip("\n").split("\n")
    if example.metadata is not None and example.metadata != blank.metadata:
        lines += example.metadata.rstrip("\n").split("\n")
    for path, more in example.more_files().items():
        lines += [f"{path}:", *(f"    {_cut(line)}" for line in more.rstrip("\n").split("\n"))]
    return [*lines, *(path for path, _ in example.strays)]


def _cut(line: str) -> str:
    shown = printable(line)
    return shown if len(shown) <= 200 else f"{shown[:199]}…"
