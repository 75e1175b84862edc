from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from postil.rules import Example, Problem, Severity, corpus_rule
from postil.rules.corpus_view import CorpusView
from postil.rules.examples import MANIFEST
from postil.rules.set_view import BundleView
from postil.rules.views import toml_problem

_ALL = f"{MANIFEST}[check]\ncoverage = {{ gold = 1.0 }}\n"
_SHOWN = 3


class _Covered(msgspec.Struct, frozen=True):
    """A document, and who has a complete set of it."""

    document: str
    annotators: list[str]


def _map(view: BundleView) -> _Covered | None:
    bundle = view.document.bundle
    if not bundle.project.manifest.check.coverage or bundle.text_file is None:
        return None
    complete = [file.annotator for file in bundle.set_files if file.header and file.header.status == "complete"]
    return _Covered(bundle.document, complete)


@corpus_rule(
    "COR006",
    Example(others=("Another text.\n",), note="nothing is asked for"),
    Example(manifest=_ALL),
    Example(manifest=_ALL.replace("1.0", "0.5"), others=("Another text.\n",)),
    Example(manifest=_ALL, others=("Another text.\n",), finds=("4:14",)),
    Example(manifest=_ALL, header={"status": "in-progress"}, finds=("4:14",)),
    Example(manifest=_ALL.replace("1.0", "2"), others=("Another text.\n",), note="SCH002 has the share"),
    map=_map,
    part=_Covered,
    severity=Severity.WARNING,
)
def check(parts: Sequence[_Covered], corpus: CorpusView) -> Iterator[Problem]:
    """Each annotator should have complete sets of as many documents as ``coverage`` asks for.

    Whoever takes up the corpus believes that it is annotated throughout; the documents without a set drop out of an export.

    Annotate the documents that are missing and set their ``status`` to complete, or lower the share under ``[check]`` of the
    manifest.
    """
    file = corpus.project.manifest_file
    for annotator, share in corpus.project.manifest.check.coverage.items():
        missing = sorted(part.document for part in parts if annotator not in part.annotators)
        there = len(parts) - len(missing)
        if 0 < share <= 1 and parts and there / len(parts) < share:
            named = ", ".join(missing[:_SHOWN]) + (f" and {len(missing) - _SHOWN:,} more" if len(missing) > _SHOWN else "")
            message = (
                f"{annotator} has complete sets of {there:,} of {len(parts):,} documents ({there / len(parts):.1%}, not the "
                f"{share:.1%} that is asked for); none of {named}"
            )
            yield toml_problem(file, ("check", "coverage", annotator), message)
