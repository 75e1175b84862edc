from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from postil.findings import Place, Related
from postil.rules import Example, Problem, corpus_rule
from postil.rules.corpus_view import CorpusView
from postil.rules.set_view import BundleView


class _Names(msgspec.Struct, frozen=True):
    """A document's id and path, and those of its annotators."""

    document: str
    path: str
    annotators: dict[str, str]


def _map(view: BundleView) -> _Names:
    document = view.document
    return _Names(document.document, document.path, {file.annotator: file.path for file in document.bundle.set_files})


@corpus_rule("DOC007", Example(), map=_map, part=_Names)
def check(parts: Sequence[_Names], _corpus: CorpusView) -> Iterator[Problem]:
    """Two document ids, or two annotators, must differ in more than the case of their letters.

    macOS and Windows take them for the same file or directory: one of the two is lost on the first checkout there.

    Rename one of them.
    """
    documents = {part.document: part.path for part in parts}
    annotators = {name: path for part in reversed(parts) for name, path in part.annotators.items()}
    for what, paths in (("document id", documents), ("annotator", annotators)):
        alike: dict[str, str] = {}
        for name in sorted(paths):
            first = alike.setdefault(name.casefold(), name)
            if first != name:
                message = f"{what} {name} differs from {first} only in the case of its letters"
                yield Problem(message, Place(paths[name]), related=(Related("the other one", Place(paths[first])),))
