"""Going from one document to another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from postil.annotating import worklist
from postil.annotating.worklist import next_document as document_after
from postil.tui.screens.message import MessageScreen

if TYPE_CHECKING:
    from postil.tui.screens.annotate import AnnotateScreen


def offer_next(screen: AnnotateScreen) -> None:
    """Ask whether to go on with the next document that is not complete."""
    following = _following(screen)
    if not following:
        screen.say("the document is complete, and so are all others")
        return
    answers = (("enter", f"next: {following}"), ("escape", "stay"))
    screen.ask(
        MessageScreen("Complete", "This document is complete.", answers),
        lambda key: screen.application.open_document(following) if key == "enter" else None,
    )


def _following(screen: AnnotateScreen) -> str:
    header = screen.state.marks.header
    corpus = screen.application.corpus
    return document_after(worklist(corpus, header.annotator), header.document)


def next_document(screen: AnnotateScreen) -> None:
    """Open the next document that is not complete."""
    following = _following(screen)
    if following:
        screen.application.open_document(following)
    else:
        screen.say("every other document is complete", is_refused=True)


def documents(screen: AnnotateScreen) -> None:
    """Show the list."""
    screen.application.show_documents()
