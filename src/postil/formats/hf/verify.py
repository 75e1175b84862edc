"""Reading an export back before it is declared done."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import msgspec
import pyarrow.parquet as pq
import yaml

from postil.errors import PostilError
from postil.formats.hf.checksums import NAME as SUMS, digest, digests, read_checksums
from postil.formats.hf.croissant import NAME as CROISSANT
from postil.formats.hf.features import arrow_schema
from postil.formats.hf.hub.validation import faults, front_matter
from postil.formats.hf.layout import Written


class ExportDamaged(PostilError):
    """What was read back is not what was written; the destination was not touched."""


def verify(root: Path, written: Written) -> None:
    """Compare files with what the corpus holds. Raises :class:`ExportDamaged` at the first difference."""
    for files in written.files:
        schema = arrow_schema(files.columns)
        for shard in files.shards:
            found = pq.read_schema(root / shard.path)
            _same(shard.path, "schema", found.metadata[b"huggingface"], schema.metadata[b"huggingface"])
            _same(shard.path, "columns", found.remove_metadata(), schema.remove_metadata())
            _same(shard.path, "rows", pq.read_metadata(root / shard.path).num_rows, shard.rows)
    by_name = {files.config.name: files for files in written.files}
    texts: dict[str, str] = {}
    if "documents" in by_name:
        _verify_documents(root, written, [shard.path for shard in by_name["documents"].shards])
    if "spans" in by_name:
        _same("spans", "number of spans", sum(shard.rows for shard in by_name["spans"].shards), written.counts["spans"])
        for shard in by_name["spans"].shards:
            _verify_spans(root / shard.path, written, texts)
    if "relations" in by_name:
        rows = sum(shard.rows for shard in by_name["relations"].shards)
        _same("relations", "number of relations", rows, written.counts["relations"])
    _verify_card(root, written)
    _verify_croissant(root, written)
    _verify_checksums(root)


def _verify_documents(root: Path, written: Written, paths: list[str]) -> None:
    counts = dict.fromkeys(("spans", "relations", "labels", "notes"), 0)
    for path in paths:
        for batch in pq.ParquetFile(root / path).iter_batches(100):
            for row in batch.to_pylist():
                for kind in counts:
                    counts[kind] += len(row[kind])
                for span in row["spans"]:
                    _same(f"{path}, {row['id']}, {span['id']}", "text", _covered(row["text"], span), span["text"])
    for kind, count in counts.items():
        _same("documents", f"number of {kind}", count, written.counts[kind])


def _verify_spans(path: Path, written: Written, texts: dict[str, str]) -> None:
    labels = written.context.span_labels.names
    for batch in pq.ParquetFile(path).iter_batches(1000):
        for row in batch.to_pylist():
            document = row["document"]
            if document not in texts:
                texts.clear()  # rows come document by document: one text is enough
                texts[document] = written.corpus.directory.bundle(document).text or ""
            where = f"{path.name}, {document}, {row['id']}"
            _same(where, "text", _covered(texts[document], row), row["text"])
            if not 0 <= row["label"] < len(labels):
                raise ExportDamaged(f"{where}: label {row['label']} has no name")


def _covered(text: str, span: dict[str, Any]) -> str:
    extents = span["fragments"] or [(span["start"], span["end"])]
    return " ".join(text[start:end] for start, end in extents)


def _verify_card(root: Path, written: Written) -> None:
    text = (root / "README.md").read_text(encoding="utf-8")
    _same("README.md", "faults", list(faults(text)), [])
    said: dict[str, Any] = yaml.safe_load(front_matter(text))
    infos = {info["config_name"]: info for info in said["dataset_info"]}
    for files in written.files:
        info = infos[files.config.name]
        features = [{"name": name, **column.yaml()} for name, column in files.columns.items()]
        _same("README.md", f"features of {files.config.name}", info["features"], features)
        counted = {split["name"]: split["num_examples"] for split in info["splits"]}
        _same("README.md", f"splits of {files.config.name}", counted, {shard.split: shard.rows for shard in files.shards})
    for path in re.findall(r"\]\((figures/[^)]+)\)", text):
        _same("README.md", path, (root / path).is_file(), True)


def _verify_croissant(root: Path, written: Written) -> None:
    said = msgspec.json.decode((root / CROISSANT).read_bytes())
    hashes = {entry["contentUrl"]: entry["sha256"] for entry in said["distribution"] if "contentUrl" in entry}
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
        raise ExportDamaged(f"{where}: {what} read back as {shown}, expected {expected}: nothing was put in place")
