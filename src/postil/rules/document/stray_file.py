from __future__ import annotations

from collections.abc import Iterator

from postil.findings import Place
from postil.rules import Example, Problem, Severity, project_rule
from postil.rules.views import ProjectView

_REASONS = {
    "unknown": "not a text (.txt), metadata (.toml) or a set (<annotator>/<document>.jsonl)",
    "not a file": "neither a file nor a directory",
    "no document": "decisions about no document that there is; where that was renamed, rename this file alike",
}


@project_rule(
    "DOC010",
    Example(),
    Example(strays=(("corpus/news/article.docx", "unknown"),), finds=("0:0",)),
    Example(strays=(("adjudication/gold/news/old-name.jsonl", "no document"),), finds=("0:0",)),
    severity=Severity.WARNING,
)
def check(view: ProjectView) -> Iterator[Problem]:
    """Among documents and sets there should be nothing else.

    A file that no command reads is usually one with the wrong suffix or in the wrong place: a text that nobody
    annotates, a set that nobody exports, decisions that nobody goes on from. Hidden files are let be, and so is anything
    beside the scheme.

    Rename it, move it, or remove it.
    """
    for stray in view.strays:
        if stray.reason in _REASONS:
            yield Problem(f"the file is no part of the corpus: {_REASONS[stray.reason]}", Place(stray.path))
