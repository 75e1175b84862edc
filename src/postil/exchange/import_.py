"""An import: documents of a source, put into a corpus all together or not at all.

Everything is read, verified and written beside the corpus first. Only when nothing is wrong is it put in place: texts and
metadata, then the scheme, then the sets. Broken off there, the same import goes on where it stopped.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
from msgspec.structs import replace

from postil.corpus import Document
from postil.errors import PostilError
from postil.exchange.document_names import SOURCE_NAME
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
from postil.exchange.published_splits import Standing, published
from postil.exchange.rehearsal import Foreseen, rehearsed
from postil.exchange.scheme_text import added, changes, scheme_toml, widened, with_keys
from postil.exchange.sources import Source, is_archive
from postil.manifest import CheckSettings, Metadata
from postil.model import AnnotationSet
from postil.scheme import Layer, Scheme
from postil.storage.directory import MANIFEST, SCHEME, CorpusDirectory
from postil.storage.new_corpus import make_corpus, new_manifest, plain_name
from postil.storage.private import work_directory
from postil.storage.set_file import encode_set, parse_set
from postil.storage.toml_file import parse_toml
from postil.text import few, listing

_SHOWN = 10  # labels of a layer that are named


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
    corpus = _Corpus(root, may_restore=not wishes.renames)
    with work_directory(_existing(root), "imports") as work:
        stage = _Stage(work, root)
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
            if corpus.is_new:
                made = corpus.make(root, wishes.ci)
                done.made = tuple(path for path, is_new in made if is_new and path != SCHEME)
            stage.put_in_place(root)
    return done


def _prepare(reading: _Reading, corpus: _Corpus, stage: _Stage, wishes: Wishes) -> None:
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
    if done.is_done:
        stage.make_lists(corpus.lists(observed, declared, is_written=scheme is not None))
        done.foreseen = rehearsed(stage.as_corpus(corpus), corpus.directory)


class _Reading:
    """Reads a source: its drafts made documents, with the corpus's names, and what was seen on the way."""

    def __init__(self, format_: Format, source: Source, corpus: _Corpus, wishes: Wishes) -> None:
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


class _Stage:
    """Files as they will be in the corpus, below a directory beside it."""

    def __init__(self, work: Path, root: Path) -> None:
        self.work, self._root = work, root
        self._lent: set[str] = set()  # files that are there only for what is written to be looked at with them

    def restore(self, files: dict[str, bytes]) -> Iterator[str]:
        """Write files as they are; gives what is in their way."""
        for path, data in files.items():
            final = self._root / path
            if final.exists() and final.read_bytes() != data:
                yield f"{path}: is there already and differs: import into another directory"
            self.write(path, data)

    def write(self, path: str, data: bytes) -> None:
        full = self.work / path
        full.parent.mkdir(parents=True, exist_ok=True)
        full.write_bytes(data)

    @property
    def is_empty(self) -> bool:
        """Whether nothing is to be written."""
        return not any(self.work.iterdir())

    def as_corpus(self, corpus: _Corpus) -> CorpusDirectory:
        """The stage as a corpus: with the manifest and the scheme that there are, or that a new corpus begins with."""
        if corpus.directory:
            for path in (MANIFEST, SCHEME):
                self._lend(path, corpus.directory.read(path) or b"")
        else:
            self._lend(MANIFEST, new_manifest(self._root.resolve().name))
        return CorpusDirectory(self.work)

    def _lend(self, path: str, data: bytes) -> None:
        if not (self.work / path).exists():
            self.write(path, data)
            self._lent.add(path)

    def make_lists(self, attributes: dict[str, set[str]]) -> None:
        """Write single values of these attributes (by layer) as lists of one: an attribute is a list everywhere or nowhere.

        A tool writes one value bare and two as a list; which of its attributes are lists is known only when all is read.
        """
        for path in sorted((self.work / "annotations").rglob("*.jsonl")) if attributes else ():
            one = parse_set(path.name, "", path.read_bytes()).annotation_set()
            if one is not None:
                path.write_bytes(encode_set(with_lists(one, attributes)))

    def put_in_place(self, root: Path) -> None:
        """Move everything to where it belongs: what a set needs before the set."""
        if hasattr(os, "sync"):
            os.sync()  # once for all files: a corpus may have ten thousand
        order = ("corpus", SCHEME, "annotations", "adjudication")
        there = {path.relative_to(self.work).as_posix() for path in self.work.rglob("*") if path.is_file()}
        paths = there - self._lent
        for path in sorted(paths, key=lambda path: (next(at for at, start in enumerate(order) if path.startswith(start)), path)):
            final = root / path
            final.parent.mkdir(parents=True, exist_ok=True)
            os.replace(self.work / path, final)  # noqa: PTH105 - over whatever is there


class _Corpus:
    """The corpus that is imported into, if there is one yet.

    ``may_restore``: whether a new one is given the files of the corpus that the source was exported from, byte for byte.
    ``left_out``: what is said of documents that are there already, and is not written over what the corpus says.
    """

    def __init__(self, root: Path, *, may_restore: bool) -> None:
        self.is_new = not (root / MANIFEST).exists()
        self.directory = None if self.is_new else CorpusDirectory(root)
        self._documents = self.directory.inventory.documents if self.directory else {}
        self._by_case = {name.casefold(): name for name in self._documents}
        self._restores = self.is_new and may_restore
        self._has_scheme = False
        self._has_own = False
        self.left_out = Losses()
        self._root_name = root.resolve().name
        self._name = plain_name(self._root_name)
        self._lists = _lists(self.scheme) if self.scheme else {}

    def make(self, root: Path, ci: str) -> Iterator[tuple[str, bool]]:
        """Write the files of a new corpus that are not brought along; gives each path, and whether it was written."""
        return make_corpus(root, root.resolve().name, ci, has_own=self._has_own)

    @property
    def scheme(self) -> Scheme | None:
        """The scheme that there is. Raises :class:`~postil.errors.PostilError` for one that cannot be read."""
        if self.directory is None:
            return None
        file = self.directory.project.scheme_file
        if file.faults or file.value is None:
            raise PostilError(f"{SCHEME} cannot be used as it is: postil check says why")
        return file.value

    @property
    def largest_text(self) -> int:
        """How many bytes the text of a document may have."""
        return (self.directory.project.manifest.check if self.directory else CheckSettings()).max_file_size

    @property
    def scheme_id(self) -> str:
        """What the sets' headers name."""
        return self.scheme.id if self.scheme else f"{self._name}/1"

    def scheme_with(
        self, observed: Observed, declared: dict[str, Layer], *, writes: bool
    ) -> tuple[str | None, list[str], list[str]]:
        """The text of the scheme where it is to be written; what the one that is there has not; and what in it is too narrow."""
        if self._has_scheme:
            return None, [], []
        layers = with_keys(observed.layers(declared))
        if self.directory is None or self.scheme is None:
            found = [f"{name} ({layer.kind}s: {listing(few(layer.labels, _SHOWN), 'and')})" for name, layer in layers.items()]
            return scheme_toml(Scheme(self._name, 1, layers=layers)), found, []
        missing = list(observed.missing(self.scheme))
        before = self.scheme.layers
        wide = {name: layer for name, layer in observed.layers(before).items() if name in before}
        narrow = [str(change) for change in changes(before, wide)]
        if not writes:
            return None, missing, narrow
        if not missing and not narrow:
            return None, [], []
        text = (self.directory.read(SCHEME) or b"").decode()
        text = added(widened(text, before, wide), observed.layers(declared)) if missing else widened(text, before, wide)
        return text, missing + narrow, []

    def lists(self, observed: Observed, declared: dict[str, Layer], *, is_written: bool) -> dict[str, set[str]]:
        """By layer the attributes that are lists in the scheme as it will be, and have one bare value somewhere."""
        if self._has_scheme:
            return {}
        if self.scheme is None:
            return observed.single(observed.layers(declared))
        return observed.single(observed.layers(self.scheme.layers) if is_written else self.scheme.layers)

    def restore(self, files: dict[str, bytes], stage: _Stage) -> Iterator[str]:
        """Write the files of a whole corpus into the stage, if this is a new one; gives what is in their way."""
        if self._restores:
            self._has_scheme = SCHEME in files
            self._has_own = files.keys() >= {SCHEME, MANIFEST}
            yield from stage.restore(files)

    def freeze(self, split_of: dict[str, str], stage: _Stage) -> str:
        """Write the splits of the source into the stage; gives what is to be said of them. What was restored has its own."""
        if self._has_own:
            return ""
        found = published(split_of, self._standing())
        for path, data in found.files.items():
            stage.write(path, data)
        return found.said

    def _standing(self) -> Standing:
        if self.directory is None:
            return Standing(new_manifest(self._root_name).decode())
        project = self.directory.project
        return Standing(project.manifest_file.source, project.manifest.splits, project.splits_file, self._documents)

    def source_name(self, document: str) -> str | None:
        """What a source called a document that is there, if its metadata says so (else empty); ``None``: it is not there."""
        files = self._documents.get(document)
        if files is None or self.directory is None:
            return None
        data = (self.directory.read(files.metadata) if files.metadata else None) or b""
        metadata = parse_toml(Metadata, files.metadata, data).value
        return str(metadata.extra.get(SOURCE_NAME, "")) if metadata else ""

    def has_text(self, document: str, text: str) -> bool:
        """Whether the text of a document that is there is this."""
        files = self._documents.get(document)
        return bool(files and files.text and self.directory and self.directory.read(files.text) == text.encode())

    def put(self, document: Document, draft: Draft, stage: _Stage, *, replaces: bool) -> Iterator[str]:
        """Write a document into the stage, as the draft's own files where it has some; gives what is in its way."""
        if self._restores and draft.files:
            yield from stage.restore(draft.files)
        else:
            place = f"{draft.file}: " if draft.file else ""
            yield from (f"{place}{fault}" for fault in self._put(document, stage, replaces=replaces))

    def _put(self, document: Document, stage: _Stage, *, replaces: bool) -> Iterator[str]:
        there = self._by_case.get(document.id.casefold(), "")
        if there and there != document.id:
            yield f"{document.id}: there is a document {there}, equal but for case: import it elsewhere with --into"
            return
        files = self._documents.get(document.id)
        data = document.text.encode()
        if files and files.text and self.directory:
            if not self.has_text(document.id, document.text):
                yield f"{document.id}: there is a document of this name with another text: import it elsewhere with --into"
                return
        else:
            stage.write(f"corpus/{document.id}.txt", data)
        if files and files.metadata:
            self._count_other_metadata(document, files.metadata)
        else:
            stage.write(f"corpus/{document.id}.toml", _metadata_toml(document.metadata))
        for annotator, one in document.sets.items():
            path = f"annotations/{annotator}/{document.id}.jsonl"
            encoded = encode_set(with_lists(one, self._lists))
            old = self.directory.read(path) if self.directory and files and annotator in files.sets else None
            if old is not None and old != encoded and not replaces:
                yield f"{path}: is there already and differs: --replace overwrites it, --as gives the imported sets another name"
            elif old != encoded:
                stage.write(path, encoded)

    def _count_other_metadata(self, document: Document, path: str) -> None:
        """Count what the source says of a document and the corpus says otherwise, or not."""
        data = (self.directory.read(path) if self.directory else None) or b""
        there = _said(parse_toml(Metadata, path, data).value or Metadata())
        other = [name for name, value in _said(document.metadata).items() if there.get(name) != value]
        if other:
            kind = "metadata of documents that are there already: they keep theirs"
            self.left_out.add(kind, f"{document.id}: {', '.join(other)}", stops=False)


def _said(metadata: Metadata) -> dict[str, Any]:
    """What metadata says, of all that it could."""
    blank = msgspec.to_builtins(Metadata())
    return {name: value for name, value in msgspec.to_builtins(metadata).items() if value != blank[name]}


def _lists(scheme: Scheme) -> dict[str, set[str]]:
    """By layer the attributes that are lists."""
    return {name: {one for one, said in layer.attributes.items() if said.multiple} for name, layer in scheme.layers.items()}


def with_lists(annotations: AnnotationSet, attributes: dict[str, set[str]]) -> AnnotationSet:
    """The set with single values of these attributes (by layer) as lists of one."""

    def mended(record: Any) -> Any:
        names = attributes.get(record.layer, set()) & record.attributes.keys()
        lists = {name: [record.attributes[name]] for name in names if not isinstance(record.attributes[name], list | tuple)}
        return replace(record, attributes={**record.attributes, **lists}) if lists else record

    return replace(
        annotations,
        spans=tuple(map(mended, annotations.spans)),
        relations=tuple(map(mended, annotations.relations)),
        labels=tuple(map(mended, annotations.labels)),
    )


def _metadata_toml(metadata: Metadata) -> bytes:
    import tomlkit

    said = _said(metadata)
    if "rights" in said:
        said["rights"] = {name: value for name, value in said["rights"].items() if value not in ("", None)}
    return tomlkit.dumps(said).encode()
