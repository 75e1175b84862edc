from __future__ import annotations

from collections.abc import Iterator

from postil.rules import Example, Problem, Severity, set_rule
from postil.rules.batch import Batch
from postil.rules.examples import HEADER, set_file, span
from postil.rules.fixes import Fix, Rewrite
from postil.rules.set_view import SetView
from postil.storage.set_file import encode_set


def _proof(batch: Batch) -> bool:
    return all(file.is_exact for file in batch.files) and batch.are_sorted


@set_rule(
    "ANN009",
    Example(records=(span("e1", "PERSON", 0, 13), span("e2", "PERSON", 18, 24))),
    Example(records=(span("e2", "PERSON", 18, 24), span("e1", "PERSON", 0, 13)), finds=("2:1",)),
    Example(lines=(HEADER.replace(",", ", "),), finds=("1:1",)),
    Example(files={"annotations/a1/example.jsonl": set_file("a1").rstrip("\n")}, finds=("1:1",), note="no newline at the end"),
    severity=Severity.WARNING,
    proof=_proof,
)
def check(view: SetView) -> Iterator[Problem]:
    """A set should be in canonical form.

    In that form two files differ exactly where their annotations differ, so that a diff can be read and a merge can be made.

    Run ``postil fmt``, or ``--fix`` here. It changes no annotation.
    """
    if view.file.is_exact and view.is_sorted:
        return
    annotations = view.file.annotation_set()
    if annotations is None or any(fault.kind != "unknown key" for fault in view.file.faults):
        return  # fmt would refuse: the file has faults of its own
    data = encode_set(annotations)
    fix = Fix("write the set in canonical form", True, (Rewrite(view.file.path, data),))
    canonical = data.split(b"\n")
    for number, (line, other) in enumerate(zip(view.file.data.split(b"\n"), canonical, strict=False), 1):
        if line != other:
            yield view.line_problem(number, "not in canonical form from here on", help="run postil fmt", fix=fix)
            return
    lines = view.file.data.count(b"\n") + 1
    if len(canonical) != lines:
        yield view.line_problem(
            min(len(canonical), lines), "not in canonical form: the end of the file", help="run postil fmt", fix=fix
        )
