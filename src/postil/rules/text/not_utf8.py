from __future__ import annotations

from collections.abc import Iterator

from postil.findings import Place
from postil.rules import Example, Problem, document_rule, is_implied
from postil.rules.views import DocumentView


@document_rule(
    "TXT001",
    Example(text="Düsseldorf\n"),
    Example(text="Düsseldorf\n".encode("latin-1"), has_set=False, finds=("1:2",)),
    proof=is_implied,
)
def check(view: DocumentView) -> Iterator[Problem]:
    """A text file must be UTF-8.

    Offsets count code points, and bytes that are no UTF-8 are no code points: nothing can be said about a place in such a text,
    so nothing else of the document is checked.

    Find out what encoding it is and convert it: ``iconv -f WINDOWS-1252 -t UTF-8``, or ``postil add --encoding`` for a new file.
    """
    file = view.bundle.text_file
    if file is None or file.text is not None or len(file.data) != file.size:
        return
    try:
        file.data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = file.data.count(b"\n", 0, error.start) + 1
        before = file.data[file.data.rfind(b"\n", 0, error.start) + 1 : error.start]
        byte = file.data[error.start]
        yield Problem(f"not UTF-8: byte 0x{byte:02x} at offset {error.start}", Place(file.path, line, len(before.decode()) + 1))
