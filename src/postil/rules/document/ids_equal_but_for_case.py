from __future__ import annotations

from collections.abc import Iterator

from postil.findings import Place
from postil.rules import Example, Problem, corpus_rule
from postil.rules.views import DocumentView

_Ids = dict[str, list[tuple[str, str]]]


def _map(view: DocumentView) -> _Ids:
    return {view.document.casefold(): [(view.document, view.path)]}


def _merge(one: _Ids, other: _Ids) -> _Ids:
    for folded, ids in other.items():
        one.setdefault(folded, []).extend(ids)
    return one


@corpus_rule("DOC007", Example(), map=_map, merge=_merge)
def check(found: _Ids) -> Iterator[Problem]:
    """Two document ids must differ in more than the case of their letters.

    macOS and Windows take them for the same file: one of the two is lost on the first checkout there.

    Rename one of them.
    """
    for ids in found.values():
        first, *others = sorted(ids)
        for document, path in others:
            yield Problem(f"document id {document} differs from {first[0]} only in the case of its letters", Place(path))
