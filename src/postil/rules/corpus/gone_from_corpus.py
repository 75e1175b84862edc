from __future__ import annotations

from collections.abc import Iterator, Sequence

from postil.rules import Example, Problem, Severity, corpus_rule
from postil.rules.corpus._frozen import Stated, line_problem, stated
from postil.rules.corpus_view import CorpusView
from postil.rules.examples import TWO_SPLITS
from postil.storage.splits_file import SPLITS
from postil.text import quote

_LINE = '{"document":"example","split":"train"}\n'
_OTHER = '{"document":"exemple","split":"test"}\n'


@corpus_rule(
    "COR010",
    Example(manifest=TWO_SPLITS, files={SPLITS: _LINE}),
    Example(manifest=TWO_SPLITS, others=("In Delhi nobody spoke of it.\n",), files={SPLITS: _LINE}, note="a new document"),
    Example(manifest=TWO_SPLITS, files={SPLITS: _LINE + _OTHER}, finds=("2:1",)),
    map=stated,
    part=Stated,
    severity=Severity.WARNING,
)
def check(parts: Sequence[Stated], corpus: CorpusView) -> Iterator[Problem]:
    """The frozen splits should name documents of the corpus and no others.

    A name that is none is a document that was removed, or renamed: under its new name it counts as new, and may fall into another
    split than the one that models were already trained or tested on.

    Where it was renamed, give the line its new name. Otherwise ``postil split`` takes the line out.
    """
    there = {part.document for part in parts}
    for document in corpus.project.splits_file.placements:
        if document not in there:
            yield line_problem(corpus.project, document, f"there is no document {quote(document)}")
