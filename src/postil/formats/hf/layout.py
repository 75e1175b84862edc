"""What an export has written: which files, how many rows, and what did not fit where."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator

import msgspec

from postil.corpus import Corpus
from postil.exchange.sound import Sifted
from postil.formats.hf.config import NOT_HELD, Config, Context
from postil.formats.hf.configs.tokens import LABEL_COLUMNS, NAME as TOKENS, without_label_columns
from postil.formats.hf.dividing import Dividing
from postil.formats.hf.parquet.features import Column
from postil.formats.hf.parquet.seal import Seal
from postil.formats.hf.sentence_layer import NONE as NO_LABEL
from postil.splitting.leaks import in_short
from postil.storage.directory import MANIFEST, SCHEME
from postil.storage.splits_file import SPLITS
from postil.text import counted, few, listing

CORPUS_FILES = {
    "corpus.toml": MANIFEST, "splits.jsonl": SPLITS, "scheme.toml": SCHEME, "GUIDELINES.md": "annotations/GUIDELINES.md",
}  # fmt: skip
"""The files of the corpus that lie in an export as they are: their names there, and their paths in the corpus."""

LABELS, LICENCE = "labels.json", "LICENSE.md"

_NAMED = 5  # documents that a report names of those without a set


class Shard(msgspec.Struct, frozen=True):
    """A Parquet file: its split, its path from the dataset's root, its rows, its bytes, their SHA-256."""

    split: str
    path: str
    rows: int
    size: int
    sha256: str


class ConfigFiles(msgspec.Struct, frozen=True):
    """The files of one config. ``seals``: of each split, on what they are to hold."""

    config: Config
    columns: dict[str, Column]
    shards: tuple[Shard, ...]
    seals: dict[str, Seal]

    def by_split(self, what: Callable[[Shard], int]) -> dict[str, int]:
        """A figure of each split: summed over its shards."""
        found: Counter[str] = Counter()
        for shard in self.shards:
            found[shard.split] += what(shard)
        return dict(found)

    @property
    def rows(self) -> dict[str, int]:
        """The rows of each split."""
        return self.by_split(lambda shard: shard.rows)

    @property
    def sha256(self) -> str:
        """A name for what all files hold: differs when any of them does."""
        return hashlib.sha256("".join(f"{shard.sha256} {shard.path}\n" for shard in self.shards).encode()).hexdigest()

    @property
    def sizes(self) -> dict[str, int]:
        """The bytes of each split."""
        return self.by_split(lambda shard: shard.size)


class Written(msgspec.Struct, frozen=True):
    """A whole export.

    ``sifted``: documents without a set by an annotator who was asked for, and those left out. ``trainers``: what the side files
    are, in words.
    ``repository``: where on the Hub this is to be, if that is known. ``is_detached``: without the texts.
    """

    corpus: Corpus
    annotators: tuple[str, ...]
    chosen: list[Config]
    dividing: Dividing
    files: tuple[ConfigFiles, ...]
    sifted: Sifted
    context: Context
    trainers: tuple[str, ...] = ()
    repository: str = ""
    is_detached: bool = False

    @property
    def _names(self) -> set[str]:
        return {files.config.name for files in self.files}

    @property
    def lacks_sentence_labels(self) -> bool:
        """Whether there are sentences that no layer labels."""
        return "sentences" in self._names and not self.context.main_layer

    def about_splits(self) -> Iterator[str]:
        """In words, how documents were divided, and what crosses splits."""
        yield self.dividing.how
        if self.dividing.documents == 1:
            yield "a single document cannot be divided without leaking"
        if self.dividing.are_one_group:
            yield "all documents belong together (one group, or copies), and cannot be divided without leaking"
        written = {shard.split for files in self.files for shard in files.shards}
        if empty := [name for name in self.dividing.splits.shares if name not in written]:
            yield f"no document fell to {', '.join(empty)}; an empty split is not written"
        for files in self.files:
            if lacking := [split for split in self.dividing.of_documents if split in written - files.rows.keys()]:
                yield f"the config {files.config.name} has no split {listing(lacking)}: no document there gives it a row"
        if len(written) > 1:
            yield f"across splits: {in_short(self.dividing.leaks)}"

    def _documents_left_out(self) -> Iterator[str]:
        """In words, which documents are not there, and which sets of those that are."""
        known, exported = self.corpus.directory.inventory.documents, {*self.dividing.names}
        absent = list(dict.fromkeys(document for document, _ in self.sifted.missing if document not in exported))
        for documents, why in (
            ([name for name in absent if not known[name].sets], "no set at all"),
            ([name for name in absent if known[name].sets], f"no set by {listing(self.annotators)}, though by others"),
        ):
            if documents:
                has, texts = ("has", "its text is") if len(documents) == 1 else ("have", "their texts are")
                yield (
                    f"{counted(len(documents), 'document')} {has} {why}: {texts} not in this export "
                    f"({', '.join(few(documents, _NAMED))})"
                )
        yield from self.sifted.about_left_out(self.annotators)
        partly = [(document, annotator) for document, annotator in self.sifted.missing if document in exported]
        for document, annotator in partly[:_NAMED]:
            yield f"{document} has no set by {annotator}"
        if len(partly) > _NAMED:
            yield f"{len(partly) - _NAMED:,} more sets that there are not, of documents that are here"

    def not_held(self) -> Iterator[str]:
        """In words, whatever some config does not hold."""
        for where, why, count, examples in self.misfits():
            yield f"not in {where}: {count:,} × {why} ({examples})"
        if self.context.misfits:
            yield f"{NOT_HELD} lists each of these with its document, annotator and id"
        yield from self.left_out()

    def misfits(self) -> Iterator[tuple[str, str, int, str]]:
        """Annotations that a config or column cannot hold: where, why, how many, and the first of them in words."""
        for (where, why), misfits in self.context.misfits.items():
            named = ", ".join(misfits.ids) + (", …" if misfits.count > len(misfits.ids) else "")
            yield where, why, misfits.count, f"{named} in {misfits.document} by {misfits.annotator}"

    def left_out(self) -> Iterator[str]:
        """In words, what is not there beside annotations: configs, columns, documents, sets."""
        written = self._names
        for config in self.chosen:
            if config.name not in written:
                yield f"not written: {config.name}, which would have no row"
        if self.lacks_sentence_labels:
            yield f"sentences: {NO_LABEL}"
        for layer, count in without_label_columns(self.corpus.scheme).items() if TOKENS in written else ():
            columns = f"no column for each, as {LABEL_COLUMNS} of these are the most in all"
            yield f"tokens: {layer} has {counted(count, 'label')} and {columns}"
        yield from self._documents_left_out()
        for language in sorted(self.context.tokens.stand_ins):
            yield f"tokens: there is no tokenizer for {language} here; the one for no language in particular was used"
