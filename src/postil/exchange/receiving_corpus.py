"""The corpus that documents come into: what it has already, and what of the documents it takes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from postil.corpus import Document
from postil.errors import PostilError
from postil.exchange.attribute_lists import list_attributes, with_lists
from postil.exchange.document_names import SOURCE_NAME
from postil.exchange.drafts import Draft
from postil.exchange.losses import Losses
from postil.exchange.proposal import Observed
from postil.exchange.published_splits import Standing, published
from postil.exchange.scheme_text import added, changes, scheme_toml, widened, with_keys
from postil.exchange.stage import Stage
from postil.manifest import CheckSettings, Metadata
from postil.scheme import Layer, Scheme
from postil.storage.directory import MANIFEST, SCHEME, CorpusDirectory
from postil.storage.new_corpus import make_corpus, new_manifest, plain_name
from postil.storage.set_file import encode_set
from postil.storage.toml_file import parse_toml
from postil.text import few, listing

_SHOWN = 10  # labels of a layer that are named


class ReceivingCorpus:
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
        self._lists = list_attributes(self.scheme) if self.scheme else {}

    def make(self, root: Path, ci: str, stage: Stage) -> Iterator[str]:
        """Write the files of a new corpus that are not brought along, the manifest into the stage; gives the path of each."""
        if not self._has_own:
            stage.keep(MANIFEST)
            yield MANIFEST
        without = ("corpus/", "annotations/") if self._has_own else (MANIFEST,)
        made = make_corpus(root, root.resolve().name, ci, without=without)
        yield from (path for path, is_new in made if is_new and path != SCHEME)

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

    def restore(self, files: dict[str, bytes], stage: Stage) -> Iterator[str]:
        """Write the files of a whole corpus into the stage, if this is a new one; gives what is in their way."""
        if self._restores:
            self._has_scheme = SCHEME in files
            self._has_own = files.keys() >= {SCHEME, MANIFEST}
            yield from stage.restore(files)

    def freeze(self, split_of: dict[str, str], stage: Stage) -> str:
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

    def put(self, document: Document, draft: Draft, stage: Stage, *, replaces: bool) -> Iterator[str]:
        """Write a document into the stage, as the draft's own files where it has some; gives what is in its way."""
        if self._restores and draft.files:
            yield from stage.restore(draft.files)
        else:
            place = f"{draft.file}: " if draft.file else ""
            yield from (f"{place}{fault}" for fault in self._put(document, stage, replaces=replaces))

    def _put(self, document: Document, stage: Stage, *, replaces: bool) -> Iterator[str]:
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
        own = parse_toml(Metadata, path, data).value or Metadata()
        defaults = self.directory.project.manifest.defaults if self.directory else Metadata()
        there, whole = _said(own), _said(own.with_defaults(defaults))  # a source may say of each what the manifest says of all
        said = _said(document.metadata)
        other = [name for name, value in said.items() if value not in (there.get(name), whole.get(name))]
        if other:
            kind = "metadata of documents that are there already: they keep theirs"
            self.left_out.add(kind, f"{document.id}: {', '.join(other)}", stops=False)


def _said(metadata: Metadata) -> dict[str, Any]:
    """What metadata says, of all that it could."""
    blank = msgspec.to_builtins(Metadata())
    return {name: value for name, value in msgspec.to_builtins(metadata).items() if value != blank[name]}


def _metadata_toml(metadata: Metadata) -> bytes:
    import tomlkit

    said = _said(metadata)
    if "rights" in said:
        said["rights"] = {name: value for name, value in said["rights"].items() if value not in ("", None)}
    return tomlkit.dumps(said).encode()
