"""Where an export puts the file of a set."""

from __future__ import annotations

from postil.corpus import Document
from postil.exchange.format import Option
from postil.exchange.outgoing import Outgoing

FLAT = Option("flat", "files called after their documents, to be uploaded one by one; whose they are is not said", is_flag=True)


def path_of(document: Document, annotator: str, suffix: str, outgoing: Outgoing) -> str:
    """The path of the file with what an annotator says of a document."""
    if not outgoing.options.get("flat"):
        return f"annotation/{document.id}/{annotator}{suffix}"
    return f"{document.id}.{annotator}{suffix}" if len(outgoing.annotators) > 1 else f"{document.id}{suffix}"
