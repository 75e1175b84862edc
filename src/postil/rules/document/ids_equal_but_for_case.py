from __future__ import annotations

from collections.abc import Iterator

from postil.findings import Place
from postil.rules import Example, Problem, corpus_rule
from postil.rules.views import DocumentView

_Names = dict[tuple[str, str], dict[str, str]]
"""What a name is of, and the name without case → the names as they are written, each with a path."""


def _map(view: DocumentView) -> _Names:
    names: _Names = {("document id", view.document.casefold()): {view.document: view.path}}
    for file in view.bundle.set_files:
        names.setdefault(("annotator", file.annotator.casefold()), {})[file.annotator] = file.path
    return names


def _merge(one: _Names, other: _Names) -> _Names:
    merged = dict(one)
    for folded, names in other.items():
        merged[folded] = {**names, **merged.get(folded, {})}
    return merged


@corpus_rule("DOC007", Example(), map=_map, merge=_merge)
def check(found: _Names) -> Iterator[Problem]:
    """Two document ids, or two annotators, must differ in more than the case of their letters.

    macOS and Windows take them for the same file or directory: one of the two is lost on the first checkout there.

    Rename one of them.
    """
    for (what, _), names in found.items():
        first, *others = sorted(names)
        for name in others:
            yield Problem(f"{what} {name} differs from {first} only in the case of its letters", Place(names[name]))
