"""Comparing the documents of a corpus one by one, in any process."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from postil.agreement.contribution import Contribution, contribution
from postil.agreement.request import Request
from postil.corpus import Corpus
from postil.storage.directory import CorpusDirectory


def comparer(root: str, request: Request) -> Callable[[str], Contribution]:
    """What compares a document of the corpus at ``root``, by its id."""
    corpus = Corpus(CorpusDirectory(Path(root)))
    scheme = corpus.scheme
    return lambda document: contribution(corpus.read(document, request.annotators), scheme, request)
