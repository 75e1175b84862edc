from __future__ import annotations

from collections.abc import Iterator

from postil.rules import Example, Problem, Severity, document_rule
from postil.rules.examples import MANIFEST, set_file
from postil.rules.views import DocumentView
from postil.text import listing

_TWO = f"{MANIFEST}[check]\nannotators-per-document = 2\n"
_INDEPENDENT = ("manual", "imported")


@document_rule(
    "COR005",
    Example(note="nothing is asked for"),
    Example(manifest=_TWO, files={"annotations/a2/example.jsonl": set_file("a2")}),
    Example(manifest=_TWO, finds=("0:0",)),
    Example(manifest=_TWO, has_set=False, finds=("0:0",)),
    Example(manifest=_TWO, files={"annotations/a2/example.jsonl": set_file("a2", status="in-progress")}, finds=("0:0",)),
    Example(manifest=_TWO, files={"annotations/a2/example.jsonl": set_file("a2", method="model")}, finds=("0:0",)),
    severity=Severity.WARNING,
    proof=lambda batch: batch.settings.annotators_per_document < 1,
)
def check(view: DocumentView) -> Iterator[Problem]:
    """A document should have as many complete annotations as ``annotators-per-document`` asks for.

    What one annotator did alone cannot be compared with anything: nobody knows whether another would have done the same. Counted
    are complete sets whose method is manual or imported; a model's and the adjudicated one are no independent annotations.

    Have the document annotated once more, or lower ``annotators-per-document`` under ``[check]`` of the manifest.
    """
    wanted = view.bundle.project.manifest.check.annotators_per_document
    if view.bundle.text_file is None or wanted < 1:
        return
    headers = [(file.annotator, file.header) for file in view.bundle.set_files if file.header]
    names = [name for name, header in headers if header.status == "complete" and header.method in _INDEPENDENT]
    if len(names) < wanted:
        whose = f": only by {listing(names, 'and')}" if names else ""
        yield view.problem(f"{len(names)} of {wanted} complete annotations{whose}")
