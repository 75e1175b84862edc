"""What dividing needs to know of a document: a few kilobytes, however long its text."""

from __future__ import annotations

import re
from array import array
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from hashlib import blake2b

import msgspec

from postil.corpus import Corpus, Document, readable
from postil.errors import PostilError, UnreadableCorpus
from postil.manifest import Metadata
from postil.near_copies import folded, sketch
from postil.storage.safe_files import document_id_fault
from postil.text import quote

LabelCounts = Counter[tuple[str, str]]
"""How often each label is used, by layer and label."""


class Profile(msgspec.Struct, frozen=True):
    """A document: the group that it states, else its id; whence it comes; names for its text, and its sketch.

    ``exact``: of the text as it is; ``rough``: without case, blanks and punctuation. ``url`` and ``authors`` are empty where
    they are those of every document.
    """

    document: str
    group: str
    url: str
    authors: tuple[str, ...]
    exact: str
    rough: bytes
    sketch: array[int]
    labels: LabelCounts


def profile(corpus: Corpus, document: str, annotators: Sequence[str]) -> Profile:
    """Read a document, with the labels that these annotators gave it."""
    if fault := document_id_fault(document):
        raise PostilError(f"{quote(document)} cannot be a document id: {fault}. Rename its files")
    return profile_of(corpus.read(document, annotators), corpus.manifest.defaults)


def profiles_of_texts(corpus: Corpus) -> Iterator[Profile]:
    """Every document whose text can be read, without labels: no set is read."""
    directory = corpus.directory
    for document, there in directory.inventory.documents.items():
        files = msgspec.structs.replace(there, sets={}, decisions={})
        with suppress(UnreadableCorpus):
            yield profile_of(readable(directory.parse(document, files, directory.read_files(files))), corpus.manifest.defaults)


def profile_of(document: Document, defaults: Metadata) -> Profile:
    """What there is to know of a document, with the labels of those of its sets that were read."""
    metadata = document.metadata
    return Profile(
        document.id,
        metadata.group or document.id,
        _address(metadata.url) if metadata.url != defaults.url else "",
        metadata.authors if metadata.authors != defaults.authors else (),
        document.text_sha256,
        blake2b(folded(document.text).encode(), digest_size=16).digest(),
        sketch(document.text),
        Counter((one.layer, one.label) for annotations in document.sets.values() for one in annotations.annotations),
    )


def text_reader(corpus: Corpus) -> Callable[[str], str]:
    """Reads the text of a document, and nothing else of it."""
    documents, read = corpus.directory.inventory.documents, corpus.directory.read
    return lambda document: (read(documents[document].text) or b"").decode("utf-8", "replace")


def _address(url: str) -> str:
    """A web address without what leads to the same page: its scheme, its fragment, a slash at the end, capitals in its host.

    That of a whole site is none of a document's.
    """
    host, slash, path = re.sub(r"^https?://", "", url.partition("#")[0], flags=re.IGNORECASE).partition("/")
    return f"{host.lower()}{slash}{path}".rstrip("/") if path.strip("/") else ""
