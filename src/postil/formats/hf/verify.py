"""Reading an export back before it is declared done."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from postil.errors import PostilError
from postil.formats.hf.about import About
from postil.formats.hf.checksums import NAME as SUMS, digest, digests, read_checksums
from postil.formats.hf.citation import NAME as CITATION, faults as citation_faults
from postil.formats.hf.croissant import NAME as CROISSANT
from postil.formats.hf.detaching.read_back import text_left
from postil.formats.hf.hub.validation import faults, front_matter, metadata_of
from postil.formats.hf.layout import ConfigFiles, Written
from postil.formats.hf.parquet.features import arrow_schema
from postil.formats.hf.parquet.seal import Seal
from postil.splitting.profile import text_reader

_OF_SPAN = ("id", "start", "end", "text", "fragments")
_DOCUMENTS, _SPANS = 100, 10_000  # rows that are compared at once
_BYTES = 1 << 20  # of a file, about, whose rows are compared at once
_NOTHING_DONE = "nothing was put in place"


class ExportDamaged(PostilError):
    """What was read back is not what was written; the destination was not touched."""


def verify(root: Path, about: About) -> None:
    """Compare files with what the corpus holds. Raises :class:`ExportDamaged` at the first difference."""
    written = about.written
    for files in written.files:
        schema = arrow_schema(files.columns)
        for shard in files.shards:
            found = pq.read_schema(root / shard.path)
            _same(shard.path, "schema", found.metadata[b"huggingface"], schema.metadata[b"huggingface"])
            _same(shard.path, "columns", found.remove_metadata(), schema.remove_metadata())
            _same(shard.path, "rows", pq.read_metadata(root / shard.path).num_rows, shard.rows)
        _verify_columns(root, files)
    if written.is_detached:
        _same("a detached export", "faults", next(text_left(root, written), ""), "")
    by_name = {files.config.name: files for files in written.files}
    if "documents" in by_name and not written.is_detached:
        _verify_documents(root, by_name["documents"], about)
    for name in by_name.keys() & {"spans", "relations"}:
        _same(name, f"number of {name}", sum(by_name[name].rows.values()), about.facts.counts[name])
    if "spans" in by_name and not written.is_detached:
        for shard in by_name["spans"].shards:
            _verify_spans(root / shard.path, written)
    _verify_card(root, written)
    _verify_croissant(root, written)
    if (root / CITATION).exists():
        _same(CITATION, "faults", list(citation_faults((root / CITATION).read_bytes())), [])
    _verify_checksums(root)


def _verify_columns(root: Path, files: ConfigFiles) -> None:
    """Compare every value with what was handed to Parquet."""
    for split, seal in files.seals.items():
        found = Seal()
        for shard in files.shards:
            if shard.split == split:
                for batch in _batches(root / shard.path, max(1, _BYTES * shard.rows // shard.size)):
                    found.add(batch)
        _same(f"{files.config.name}, {split}", "columns that differ", found.differing(seal), [])


def _verify_documents(root: Path, files: ConfigFiles, about: About) -> None:
    counts: Counter[str] = Counter()
    text_of = lru_cache(1)(text_reader(about.written.corpus))  # rows come document by document: one text is enough
    for shard in files.shards:
        for batch in _batches(root / shard.path, _DOCUMENTS, ["id", "text", "spans", "relations", "labels", "notes"]):
            for kind in ("spans", "relations", "labels", "notes"):
                counts[kind] += len(batch[kind].flatten())
            names, texts = batch["id"].to_pylist(), batch["text"].to_pylist()
            for name, text in zip(names, texts, strict=True):
                if text != text_of(name):
                    raise ExportDamaged(f"{shard.path}, {name}: the text that was read back is not the corpus's: {_NOTHING_DONE}")
            spans_of = pc.list_value_length(batch["spans"]).to_pylist()
            spans = pa.RecordBatch.from_struct_array(batch["spans"].flatten())
            _verify_texts(shard.path, spans, _repeated(names, spans_of), _repeated(texts, spans_of))
    for kind in ("spans", "relations", "labels", "notes"):
        _same("documents", f"number of {kind}", counts[kind], about.facts.counts[kind])


def _verify_spans(path: Path, written: Written) -> None:
    labels = range(len(written.context.span_labels.names))
    text_of = lru_cache(1)(text_reader(written.corpus))  # rows come document by document: one text is enough
    for batch in _batches(path, _SPANS, ["document", "label", *_OF_SPAN]):
        documents = batch["document"].to_pylist()
        _verify_texts(path.name, batch, documents, list(map(text_of, documents)))
        if strange := set(batch["label"].unique().to_pylist()) - {*labels}:
            raise ExportDamaged(f"{path.name}: a label {strange.pop()} has no name")


def _batches(path: Path, rows: int, columns: list[str] | None = None) -> Iterator[pa.RecordBatch]:
    with pq.ParquetFile(path) as file:
        yield from file.iter_batches(rows, columns=columns)


def _repeated(values: Iterable[str], counts: Iterable[int]) -> list[str]:
    return [value for value, count in zip(values, counts, strict=True) for _ in range(count)]


def _verify_texts(where: str, spans: pa.RecordBatch, documents: Sequence[str], texts: Sequence[str]) -> None:
    """Compare each span's text with what lies at its offsets in the text of its document; both are given for each span."""
    if _are_covered(spans, texts):
        return
    rows = zip(*(spans[name].to_pylist() for name in _OF_SPAN), documents, texts, strict=True)
    for id, start, end, text, fragments, document, whole in rows:
        covered = " ".join(whole[first:last] for first, last in fragments) if fragments else whole[start:end]
        if covered != text:
            raise ExportDamaged(
                f"{where}, {document}, {id}: the text {text!r} was read back, {covered!r} is at its offsets: {_NOTHING_DONE}"
            )


def _are_covered(spans: pa.RecordBatch, texts: Sequence[str]) -> bool:
    """Proof that every span is in one piece, and that its text is what lies at its offsets.

    What lies there, one after the other, is what they all say, and each is as long as what it says: then each says what is there.
    """
    starts, ends, said = (spans[name] for name in ("start", "end", "text"))
    if starts.null_count or ends.null_count or pc.any(pc.greater(pc.list_value_length(spans["fragments"]), 0)).as_py():
        return False
    covered = [
        text[start:end] for text, start, end in zip(texts, starts.to_numpy().tolist(), ends.to_numpy().tolist(), strict=True)
    ]
    are_as_long = pc.equal(pc.utf8_length(said).cast(pa.int64()), pa.array(map(len, covered), pa.int64()))
    return bool(pc.all(are_as_long, skip_nulls=False).as_py()) and "".join(covered) == _joined(said)


def _joined(texts: pa.StringArray) -> str | None:
    """All of some strings, one after the other; ``None`` where one is null."""
    joined: str | None = pc.binary_join(pa.ListArray.from_arrays([0, len(texts)], texts), "")[0].as_py()
    return joined


def _verify_card(root: Path, written: Written) -> None:
    text = (root / "README.md").read_text(encoding="utf-8")
    _same("README.md", "faults", list(faults(text)), [])
    said: dict[str, Any] = metadata_of(front_matter(text))
    infos = {info["config_name"]: info for info in said["dataset_info"]}
    for files in written.files:
        info = infos[files.config.name]
        features = [{"name": name, **column.yaml()} for name, column in files.columns.items()]
        _same("README.md", f"features of {files.config.name}", info["features"], features)
        counted = {split["name"]: split["num_examples"] for split in info["splits"]}
        _same("README.md", f"splits of {files.config.name}", counted, files.rows)
    for path in re.findall(r"\]\((figures/[^)]+)\)", text):
        _same("README.md", path, (root / path).is_file(), True)


def _verify_croissant(root: Path, written: Written) -> None:
    said = msgspec.json.decode((root / CROISSANT).read_bytes())
    hashes = {entry["@id"]: entry["sha256"] for entry in said["distribution"] if "contentSize" in entry}
    _same(CROISSANT, "digests", hashes, {shard.path: digest(root / shard.path) for f in written.files for shard in f.shards})
    records = {record_set["@id"]: record_set for record_set in said["recordSet"]}
    for files in written.files:
        fields = [field["name"] for field in records[files.config.name]["field"]]
        _same(CROISSANT, f"fields of {files.config.name}", fields, [*files.columns, "split"])


def _verify_checksums(root: Path) -> None:
    found = {path: value for path, value in digests(root).items() if path != SUMS}
    _same(SUMS, "digests", read_checksums(root), found)


def _same(where: str, what: str, found: object, expected: object) -> None:
    if found != expected:
        shown = msgspec.to_builtins(found) if isinstance(found, str | int | dict) else found
        raise ExportDamaged(f"{where}: {what} read back as {shown}, expected {expected}: {_NOTHING_DONE}")
