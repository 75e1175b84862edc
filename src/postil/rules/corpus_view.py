"""The corpus as the end of a corpus rule sees it: any document, read again when it is asked for."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from postil.rules.set_view import BundleView, SetView
from postil.storage.bundle import Bundle, Project

_KEPT = 16  # documents: findings come sorted by document


class CorpusView:
    """Documents by id. ``read`` may fetch a bundle from anywhere; a rule asks for few of them."""

    def __init__(self, project: Project, read: Callable[[str], Bundle]) -> None:
        self.project = project
        self.bundle: Callable[[str], BundleView] = lru_cache(_KEPT)(lambda document: BundleView(read(document)))

    def set(self, document: str, annotator: str) -> SetView:
        """The set of an annotator about a document. Raises ``KeyError`` where there is none."""
        for view in self.bundle(document).sets:
            if view.file.annotator == annotator:
                return view
        raise KeyError(annotator)
