"""An import: documents of a source, put into a corpus all together or not at all.

Everything is read, verified and written beside the corpus first. Only when nothing is wrong is it put in place: texts and
metadata, then the scheme, then the sets; the manifest last, with which a new corpus is one. Broken off there, the same import
goes on where it stopped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec

from postil.corpus import Document
from postil.errors import PostilError
from postil.exchange.drafts import Draft
from postil.exchange.features import LABEL_LAYER, RELATION_LAYER, SPAN_LAYER
from postil.exchange.format import Format
from postil.exchange.incoming import Incoming
from postil.exchange.intake import Intake, Rules
from postil.exchange.losses import Losses
from postil.exchange.mapping import NameMap, Unused, mapped, mapped_layers
from postil.exchange.needless import without_needless
from postil.exchange.offsets import Unverified
from postil.exchange.proposal import Observed, widened_roles
from postil.exchange.receiving_corpus import ReceivingCorpus
from postil.exchange.rehearsal import Foreseen, rehearsed
from postil.exchange.sources import Source, is_archive
from postil.exchange.stage import Stage
from postil.scheme import Layer, Scheme
from postil.signals import held_back
from postil.storage.directory import SCHEME
from postil.storage.private import work_directory
from postil.text import listing


class Wishes(msgspec.Struct, frozen=True):
    """What the user wants of an import.

    ``names``: what things are called in the corpus. ``writes_scheme``: whether what the scheme has not is added to it.
    ``replaces``: whether sets that are there already are overwritten. ``is_dry``: say what would be done and write nothing.
    ``skips_unreadable``: whether the rest is imported where files cannot be read. ``ci``: whose file of checks a new corpus gets.
    ``layers``: those of spans, relations and labels of a format that has none.
    """

    rules: Rules = Rules()
    options: dict[str, Any] = {}
    names: NameMap = NameMap()
    writes_scheme: bool = False
    replaces: bool = False
    is_dry: bool = False
    skips_unreadable: bool = False
    with_tokens: bool = False
    ci: str = "github"
    layers: tuple[str, str, str] = (SPAN_LAYER, RELATION_LAYER, LABEL_LAYER)

    @property
    def renames(self) -> bool:
        """Whether anything shall be called otherwise than in the source."""
        return bool(self.rules.into or self.rules.document or self.names != NameMap())


class Imported(msgspec.Struct):
    """What an import came to. ``errors``: why nothing was written, one for each fault. ``unknown``: what the scheme has not.

    ``advice``: what the user can do about errors. ``is_unchanged``: everything was there before.
    ``splits``: what became of splits that the source has.
    ``scheme``: the path of the scheme if it was written, or added to; ``added``: what. ``narrow``: what of the scheme forbids
    something that came, and could be widened. ``foreseen``: what ``postil check`` says of what came. ``is_new``: there was no
    corpus. ``unused``: names of the user's table that the source does not have. ``unreadable``: why files, or what is left of
    them, were not read, all of them: ``errors`` too unless they are skipped. ``unverified``: spans whose offsets nothing proves.
    """

    errors: list[str]
    unknown: list[str]
    repaired: list[Losses]
    left_out: list[Losses]
    documents: int = 0
    annotations: int = 0
    annotators: list[str] = []
    added: list[str] = []
    narrow: list[str] = []
    foreseen: list[Foreseen] = []
    advice: list[str] = []
    is_unchanged: bool = False
    unused: list[str] = []
    unreadable: list[str] = []
    is_new: bool = False
    made: tuple[str, ...] = ()
    scheme: str = ""
    unverified: Unverified = msgspec.field(default_factory=Unverified)
    splits: str = ""

    @property
    def is_done(self) -> bool:
        """Whether everything is (or would be) in place."""
        return not self.errors and not self.unknown


def import_source(
    format_: Format, source: Source, root: Path, wishes: Wishes, progress: Callable[[int], None] = lambda _: None
) -> Imported:
    """Bring the documents of a source into the corpus at ``root``, which is made where there is none."""
    corpus = ReceivingCorpus(root, may_restore=not wishes.renames)
    with work_directory(_existing(root), "imports") as work:
        stage = Stage(work, root)
        reading = _Reading(format_, source, corpus, wishes)
        for document, draft in reading.documents():
            reading.errors += corpus.put(document, draft, stage, replaces=wishes.replaces)
            progress(reading.done.documents)
        done = reading.finished()
        done.errors += corpus.restore(reading.incoming.files, stage)
        done.splits = corpus.freeze(reading.split_of, stage)
        done.is_unchanged = stage.is_empty
        if not done.errors:
            _prepare(reading, corpus, stage, wishes)
        if done.is_done and not wishes.is_dry:
            with held_back():
                if corpus.is_new:
                    done.made = tuple(corpus.make(root, wishes.ci, stage))
                stage.put_in_place(root)
    return done


def _prepare(reading: _Reading, corpus: ReceivingCorpus, stage: Stage, wishes: Wishes) -> None:
    """Write the scheme into the stage, if there is to be another, and look at everything as ``postil check`` will."""
    done, observed, declared = reading.done, reading.observed, reading.declared
    scheme, changes, done.narrow = corpus.scheme_with(observed, declared, writes=wishes.writes_scheme)
    done.is_new = corpus.is_new
    if scheme is not None:
        stage.write(SCHEME, scheme.encode())
        done.scheme, done.added = SCHEME, changes
        for role in widened_roles(declared, observed.layers(declared)):
            reading.incoming.repaired.add("roles not filled as the source declares: the scheme allows what fills them", role)
    else:
        done.unknown = changes
    if done.is_unchanged and scheme is None:
        done.narrow = []  # nothing came that was not there
    if done.is_done:
        stage.make_lists(corpus.lists(observed, declared, is_written=scheme is not None))
        done.foreseen = rehearsed(stage.as_corpus(corpus.directory), corpus.directory)


class _Reading:
    """Reads a source: its drafts made documents, with the corpus's names, and what was seen on the way."""

    def __init__(self, format_: Format, source: Source, corpus: ReceivingCorpus, wishes: Wishes) -> None:
        spans, relations, labels = wishes.layers
        self.incoming = Incoming(
            source, wishes.options, span_layer=spans, relation_layer=relations, label_layer=labels,
            with_tokens=wishes.with_tokens, unreadable={} if source.is_directory or wishes.skips_unreadable else None,
            largest_text=corpus.largest_text,
        )  # fmt: skip
        self.observed = Observed()
        self._format, self._wishes, self._scheme = format_, wishes, corpus.scheme
        self._intake = Intake(wishes.rules, corpus.scheme_id, self.incoming.declared, corpus)
        self._losses = Losses()
        self._originals = self._intake.annotators.originals
        self._unused = Unused(wishes.names, self._originals)
        self._annotators: set[str] = set()
        self.split_of: dict[str, str] = {}
        self.errors = self._intake.errors
        self.done = Imported(
            self.errors, [], [self._intake.repaired, self.incoming.repaired],
            [self._intake.left_out, self.incoming.losses, self._losses, corpus.left_out],
        )  # fmt: skip

    @property
    def declared(self) -> dict[str, Layer]:
        """The layers that the source itself describes, with the corpus's names."""
        return mapped_layers(self.incoming.declared, self._wishes.names)

    def documents(self) -> Iterator[tuple[Document, Draft]]:
        """Each document, with what it was made of."""
        for draft, document in self._admitted():
            self._unused.see(document)
            called = mapped(document, self._wishes.names, self._losses, self._originals)
            if not draft.files:  # a corpus's own files are restored as they are
                called = without_needless(called, self.declared, self._losses)
            self.observed.add(called)
            self._annotators.update(called.sets)
            self.split_of[called.id] = draft.split
            self.done.documents += 1
            self.done.annotations += sum(len(one.annotations) for one in called.sets.values())
            yield called, draft

    def _admitted(self) -> Iterator[tuple[Draft, Document]]:
        read = self._format.read
        assert read
        for draft in read(self.incoming):
            document = None
            with self.incoming.noting_unreadable():
                self.incoming.refuse_too_large(draft)
                document = self._intake.admit(draft)
            if document is not None:
                yield draft, document
        yield from self._intake.settled(lambda: read(self.incoming.again()))
        for file in self.incoming.source.unread():
            kind = "archives in the source, which are not opened" if is_archive(file.path) else "files of another kind, not read"
            self.incoming.losses.add(kind, file.path, stops=False)

    def finished(self) -> Imported:
        """What came of it, when everything was read. Raises :class:`~postil.errors.PostilError` where nothing was there."""
        done = self.done
        self._account_for_unreadable()
        if not done.documents and not self.errors:
            raise PostilError(_nothing_found(self._format, self.incoming.source, self.incoming.losses))
        self.errors += _faults_of_all(self.observed, self._scheme, self._wishes.rules.document, done.documents)
        self._unused.see_declared(self.incoming.declared)
        done.unused = self._unused.lines()
        done.annotators = sorted(self._annotators)
        done.advice += self._intake.advice
        done.unverified = self._intake.unverified
        return done

    def _account_for_unreadable(self) -> None:
        """Files and lines that could not be read stop the import, unless they are to be skipped: then they are counted."""
        broken = self.incoming.broken_lines
        self.done.unreadable = [*(self.incoming.unreadable or ()), *broken.messages()]
        if self._wishes.skips_unreadable:
            for fault in self.incoming.unreadable or ():
                self.incoming.losses.add("files that could not be read, or not to their end", fault)
            for fault in broken.shown:
                self.incoming.losses.add("lines that cannot be read", fault)
            if more := broken.count - len(broken.shown):
                self.incoming.losses.add("lines that cannot be read", "", count=more)
        elif self.done.unreadable:
            self.errors += self.done.unreadable
            self.done.advice.append("--skip-unreadable imports the rest")


def _nothing_found(format_: Format, source: Source, losses: Losses) -> str:
    """That there is no document, and what there is instead."""
    found = [f"{loss.count:,} × {loss.kind} ({loss.examples[0]})" for loss in losses]
    said = f": {listing(found, 'and')}" if found else ""
    return f"{source.path}: there is no document in it that {format_.title} could be read from{said}"


def _faults_of_all(observed: Observed, scheme: Scheme | None, id: str, documents: int) -> Iterator[str]:
    """What is wrong with all documents together."""
    if id and documents > 1:
        yield f"--id {id}: there are {documents} documents: --into DIR begins all their ids"
    yield from observed.conflicts()
    if scheme:
        yield from observed.against(scheme)


def _existing(root: Path) -> Path:
    """The directory, made where there is none yet."""
    root.mkdir(parents=True, exist_ok=True)
    return root
