"""An import: documents of a source, put into a corpus all together or not at all.

Everything is read, verified and written beside the corpus first. Only when nothing is wrong is it put in place: texts and
metadata, then the scheme, then the sets. Broken off there, the same import goes on where it stopped.
"""

from __future__ import annotations

import os
import shutil
import tempfile
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
from postil.exchange.proposal import Observed, widened_roles
from postil.exchange.scheme_text import added, scheme_toml, with_keys
from postil.exchange.sources import Source, is_archive
from postil.manifest import Metadata
from postil.scheme import Scheme
from postil.storage.directory import SCHEME, CorpusDirectory
from postil.storage.new_corpus import make_corpus, plain_name
from postil.storage.set_file import encode_set
from postil.text import listing


class Wishes(msgspec.Struct, frozen=True):
    """What the user wants of an import.

    ``names``: what things are called in the corpus. ``writes_scheme``: whether what the scheme has not is added to it.
    ``replaces``: whether sets that are there already are overwritten. ``is_dry``: say what would be done and write nothing.
    ``ci``: whose file of checks a new corpus gets. ``layers``: those of spans, relations and labels of a format that has none.
    """

    rules: Rules = Rules()
    options: dict[str, Any] = {}
    names: NameMap = NameMap()
    writes_scheme: bool = False
    replaces: bool = False
    is_dry: bool = False
    with_tokens: bool = False
    ci: str = "github"
    layers: tuple[str, str, str] = (SPAN_LAYER, RELATION_LAYER, LABEL_LAYER)

    @property
    def renames(self) -> bool:
        """Whether anything shall be called otherwise than in the source."""
        return bool(self.rules.into or self.rules.document or self.names != NameMap())


class Imported(msgspec.Struct):
    """What an import came to. ``errors``: why nothing was written, one for each fault. ``unknown``: what the scheme has not.

    ``scheme``: the path of the scheme if it was written, or added to; ``added``: what. ``is_new``: there was no corpus.
    ``unused``: names of the user's table that the source does not have.
    """

    errors: list[str]
    unknown: list[str]
    repaired: list[Losses]
    left_out: list[Losses]
    documents: int = 0
    new_documents: int = 0
    annotations: int = 0
    annotators: list[str] = []
    added: list[str] = []
    unused: list[str] = []
    is_new: bool = False
    made: tuple[str, ...] = ()
    scheme: str = ""

    @property
    def is_done(self) -> bool:
        """Whether everything is (or would be) in place."""
        return not self.errors and not self.unknown


def import_source(
    format_: Format, source: Source, root: Path, wishes: Wishes, progress: Callable[[int], None] = lambda _: None
) -> Imported:
    """Bring the documents of a source into the corpus at ``root``, which is made where there is none."""
    corpus = _Corpus(root, may_restore=not wishes.renames)
    spans, relations, labels = wishes.layers
    incoming = Incoming(
        source, wishes.options, span_layer=spans, relation_layer=relations, label_layer=labels, with_tokens=wishes.with_tokens
    )
    intake = Intake(wishes.rules, corpus.scheme_id(root), incoming.declared)
    mapping_losses = Losses()
    observed, unused = Observed(), Unused(wishes.names)
    errors = intake.errors
    done = Imported(errors, [], [intake.repaired, incoming.repaired], [intake.left_out, incoming.losses, mapping_losses])
    annotators: dict[str, None] = {}
    work = Path(tempfile.mkdtemp(dir=_existing(root), prefix=".postil-import-"))
    try:
        stage = _Stage(work, root)
        for draft in _drafts(format_, incoming):
            document = intake.admit(draft)
            if document is None:
                continue
            unused.see(document)
            document = mapped(document, wishes.names, mapping_losses)
            observed.add(document)
            errors += corpus.put(document, draft.files, stage, replaces=wishes.replaces)
            annotators.update(dict.fromkeys(document.sets))
            done.documents += 1
            done.annotations += sum(len(one.annotations) for one in document.sets.values())
            progress(done.documents)
        if not done.documents and not errors:
            raise PostilError(_nothing_found(format_, source, incoming.losses))
        errors += _faults_of_all(observed, corpus.scheme, wishes.rules.document, done.documents)
        unused.see_declared(incoming.declared)
        done.unused = unused.lines()
        errors += corpus.restore(incoming.files, stage)
        done.annotators, done.new_documents = sorted(annotators), stage.texts
        declared = mapped_layers(incoming.declared, wishes.names)
        if errors:
            return done
        scheme, missing = corpus.scheme_with(observed, declared, root, writes=wishes.writes_scheme)
        done.is_new = corpus.is_new
        if scheme is None:
            done.unknown = missing
        else:
            done.scheme, done.added = SCHEME, missing
            for role in widened_roles(declared, observed.layers(declared)):
                incoming.repaired.add("roles not filled as the source declares: the scheme allows what fills them", role)
        if done.is_done and not wishes.is_dry:
            done.made = (
                tuple(path for path, is_new in make_corpus(root, root.resolve().name, wishes.ci) if is_new and path != SCHEME)
                if corpus.is_new
                else ()
            )
            if scheme is not None:
                (work / SCHEME).parent.mkdir(parents=True, exist_ok=True)
                (work / SCHEME).write_text(scheme, encoding="utf-8", newline="\n")
            stage.put_in_place(root)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return done


def _drafts(format_: Format, incoming: Incoming) -> Iterator[Draft]:
    """The drafts of a source; afterwards, files that nobody has looked at are counted."""
    assert format_.read
    yield from format_.read(incoming)
    for file in incoming.source.unread():
        kind = "archives in the source, which are not opened" if is_archive(file.path) else "files of another kind, not read"
        incoming.losses.add(kind, file.path, stops=False)


def _nothing_found(format_: Format, source: Source, losses: Losses) -> str:
    """That there is no document, and what there is instead."""
    found = [f"{loss.count:,} {loss.kind} ({loss.examples[0]})" for loss in losses]
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
        self.texts = 0

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

    def put_in_place(self, root: Path) -> None:
        """Move everything to where it belongs: what a set needs before the set."""
        if hasattr(os, "sync"):
            os.sync()  # once for all files: a corpus may have ten thousand
        order = ("corpus", SCHEME, "annotations", "adjudication")
        paths = sorted(path.relative_to(self.work).as_posix() for path in self.work.rglob("*") if path.is_file())
        for path in sorted(paths, key=lambda path: (next(at for at, start in enumerate(order) if path.startswith(start)), path)):
            final = root / path
            final.parent.mkdir(parents=True, exist_ok=True)
            os.replace(self.work / path, final)  # noqa: PTH105 - over whatever is there


class _Corpus:
    """The corpus that is imported into, if there is one yet.

    ``may_restore``: whether a new one is given the files of the corpus that the source was exported from, byte for byte.
    """

    def __init__(self, root: Path, *, may_restore: bool) -> None:
        self.is_new = not (root / "corpus/corpus.toml").exists()
        self._directory = None if self.is_new else CorpusDirectory(root)
        self._documents = self._directory.inventory.documents if self._directory else {}
        self._by_case = {name.casefold(): name for name in self._documents}
        self._restores = self.is_new and may_restore
        self._has_scheme = False

    @property
    def scheme(self) -> Scheme | None:
        """The scheme that there is. Raises :class:`~postil.errors.PostilError` for one that cannot be read."""
        if self._directory is None:
            return None
        file = self._directory.project.scheme_file
        if file.faults or file.value is None:
            raise PostilError(f"{SCHEME} cannot be used as it is: postil check says why")
        return file.value

    def scheme_id(self, root: Path) -> str:
        """What the sets' headers name."""
        return self.scheme.id if self.scheme else f"{plain_name(root.resolve().name)}/1"

    def scheme_with(
        self, observed: Observed, declared: dict[str, Any], root: Path, *, writes: bool
    ) -> tuple[str | None, list[str]]:
        """The text of the scheme where it is to be written, and what the one that is there has not."""
        if self._has_scheme:
            return None, []
        layers = with_keys(observed.layers(declared))
        if self._directory is None or self.scheme is None:
            found = [f"{name} ({layer.kind}s: {listing(layer.labels, 'and')})" for name, layer in layers.items()]
            return scheme_toml(Scheme(plain_name(root.resolve().name), 1, layers=layers)), found
        missing = list(observed.missing(self.scheme))
        if not missing:
            return None, []
        if not writes:
            return None, missing
        text = (self._directory.read(SCHEME) or b"").decode()
        return added(text, observed.layers(declared)), missing

    def restore(self, files: dict[str, bytes], stage: _Stage) -> Iterator[str]:
        """Write the files of a whole corpus into the stage, if this is a new one; gives what is in their way."""
        if self._restores:
            self._has_scheme = SCHEME in files
            yield from stage.restore(files)

    def put(self, document: Document, files: dict[str, bytes], stage: _Stage, *, replaces: bool) -> Iterator[str]:
        """Write a document into the stage, as its own ``files`` where it has some; gives what is in its way."""
        if self._restores and files:
            stage.texts += 1
            yield from stage.restore(files)
        else:
            yield from self._put(document, stage, replaces=replaces)

    def _put(self, document: Document, stage: _Stage, *, replaces: bool) -> Iterator[str]:
        there = self._by_case.get(document.id.casefold(), "")
        if there and there != document.id:
            yield f"{document.id}: there is a document {there}, equal but for case: import it elsewhere with --into"
            return
        files = self._documents.get(document.id)
        data = document.text.encode()
        if files and files.text and self._directory:
            if self._directory.read(files.text) != data:
                yield f"{document.id}: there is a document of this name with another text: import it elsewhere with --into"
                return
        else:
            stage.write(f"corpus/{document.id}.txt", data)
            if not (files and files.metadata):
                stage.write(f"corpus/{document.id}.toml", _metadata_toml(document.metadata))
            stage.texts += 1
        for annotator, one in document.sets.items():
            path = f"annotations/{annotator}/{document.id}.jsonl"
            encoded = encode_set(one)
            old = self._directory.read(path) if self._directory and files and annotator in files.sets else None
            if old is not None and old != encoded and not replaces:
                yield f"{path}: is there already and differs: --replace overwrites it, --as gives the imported sets another name"
            elif old != encoded:
                stage.write(path, encoded)


def _metadata_toml(metadata: Metadata) -> bytes:
    import tomlkit

    blank = msgspec.to_builtins(Metadata())
    said = {name: value for name, value in msgspec.to_builtins(metadata).items() if value != blank[name]}
    if "rights" in said:
        said["rights"] = {name: value for name, value in said["rights"].items() if value not in ("", None)}
    return tomlkit.dumps(said).encode()
