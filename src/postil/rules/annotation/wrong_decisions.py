from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

import msgspec

from postil.findings import Place, excerpt
from postil.rules import Example, Problem, document_rule
from postil.rules.batch import Batch
from postil.rules.fixes import Fix, Rewrite
from postil.rules.views import DocumentView, fault_place
from postil.storage.bundle import DecisionsData
from postil.storage.decisions_file import DecisionsHeader, ReadDecisions, read_decisions
from postil.text import quote

_PATH = "adjudication/gold/example.jsonl"
_HEADER = '{"type":"decisions","document":"example","into":"gold","sources":["a1","a2"]}\n'
_LINE = '{"type":"decision","kind":"missing","versions":{"a1":null},"chosen":"neither","by":"me"}\n'
_MOST_SHOWN = 100  # faults of one file: beyond, it is not a line that is broken


def _proof(batch: Batch) -> bool:
    return not any([bundle.decisions for bundle in batch.bundles])


@document_rule(
    "ANN016",
    Example(),
    Example(files={_PATH: f"{_HEADER}{_LINE}"}),
    Example(files={_PATH: f"{_HEADER}<<<<<<< ours\n{_LINE}=======\n>>>>>>> theirs\n"}, finds=("2:1", "4:1", "5:1")),
    Example(files={_PATH: f'{_HEADER}{_LINE.replace("null", "1")}{{"type":"decision"'}, finds=("2:1", "3:1")),
    Example(files={_PATH: _LINE}, finds=("1:1",), note="it has no header"),
    Example(files={_PATH: _HEADER.replace("example", "another")}, finds=("1:1",)),
    proof=_proof,
)
def check(view: DocumentView) -> Iterator[Problem]:
    """A file of decisions must be readable, and about the document and the set of its path.

    ``postil adjudicate`` keeps in ``adjudication/`` what was decided, and makes the adjudicated set of it. It does not go on from
    a file that was damaged by hand or by a merge: what could not be read would be decided again, or lost.

    Mend the line, or take the file from the last commit. After a merge keep the lines of both sides, and take the markers out;
    ``postil install-git`` has git do that. ``--fix`` puts the new name of a renamed document into its header.
    """
    for file in view.bundle.decisions:
        if len(file.data) != file.size:
            yield Problem(f"the file has {file.size:,} bytes, more than this corpus reads", Place(file.path))
            continue
        found = read_decisions(file.data)
        for fault in islice(found.faults, _MOST_SHOWN):
            yield Problem(fault.message, fault_place(file.path, fault))
        yield from _headers(view, file, found)


def _headers(view: DocumentView, file: DecisionsData, found: ReadDecisions) -> Iterator[Problem]:
    for number, header in found.headers:
        place = Place(file.path, number, 1, excerpt(file.data.split(b"\n")[number - 1].decode("utf-8", "replace"), 0, 1))
        if header.into != file.into:
            yield Problem(f"into is {quote(header.into)}, but by its path it is {quote(file.into)}", place)
        if header.document != view.document:
            message = f"document is {quote(header.document)}, but by its path it is {quote(view.document)}"
            yield Problem(message, place, fix=_fix(view, file, found, number, header))


def _fix(view: DocumentView, file: DecisionsData, found: ReadDecisions, number: int, header: DecisionsHeader) -> Fix | None:
    """The name that the document has now, where the set that was made of the decisions was made for its very text."""
    if found.faults or header.into != file.into or all(each.text_sha256 != view.bundle.text_sha256 for each in found.written):
        return None
    lines = file.data.split(b"\n")
    lines[number - 1] = msgspec.json.encode(msgspec.structs.replace(header, document=view.document))
    title = "put the name that the document has now into the header: what was decided is about its text"
    return Fix(title, True, (Rewrite(file.path, b"\n".join(lines)),))
