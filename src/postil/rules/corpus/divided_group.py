from __future__ import annotations

from collections.abc import Iterator, Sequence

from postil.rules import Example, Problem, corpus_rule
from postil.rules.corpus._frozen import Stated, line_problem, stated
from postil.rules.corpus_view import CorpusView
from postil.rules.examples import METADATA, TWO_SPLITS
from postil.storage.splits_file import SPLITS
from postil.text import quote

_OTHER = "In Delhi nobody spoke of it.\n"
_GROUPED = f'group = "talks"\n{METADATA}'
_LINES = '{"document":"example","split":"train"}\n{"document":"example-2","split":"test"}\n'
_TALKS = '{"document":"example","split":"train","group":"talks"}\n{"document":"example-2","split":"test","group":"talks"}\n'


@corpus_rule(
    "COR011",
    Example(manifest=TWO_SPLITS, others=(_OTHER,), files={SPLITS: _LINES}),
    Example(manifest=TWO_SPLITS, others=(_OTHER,), files={SPLITS: _TALKS}, finds=("2:1",)),
    Example(
        manifest=TWO_SPLITS,
        metadata=_GROUPED,
        others=(_OTHER,),
        files={SPLITS: _LINES, "corpus/example-2.toml": _GROUPED},
        finds=("2:1",),
        note="their metadata name one group",
    ),
    map=stated,
    part=Stated,
)
def check(parts: Sequence[Stated], corpus: CorpusView) -> Iterator[Problem]:
    """Documents of one group must be in one split.

    They were put into a group because a model that knows one of them knows the others: in two splits, it is tested on what it
    was trained on.

    Decide for one split and say it in the line of each of them, or take the ``group`` out of the metadata where it is none.
    """
    placements = corpus.project.splits_file.placements
    said = {part.document: part.group for part in parts if part.group}
    members = sorted(
        (document, group) for document, placed in placements.items() for group in (placed.group_name, said.get(document)) if group
    )
    first: dict[str, str] = {}
    told: set[str] = set()
    for document, group in members:
        other = first.setdefault(group, document)
        split, elsewhere = placements[document].split, placements[other].split
        if split != elsewhere and document not in told:
            told.add(document)
            message = f"{document} is in {split} and {other} in {elsewhere}, and both are of the group {quote(group)}"
            yield line_problem(corpus.project, document, message)
