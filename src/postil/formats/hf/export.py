"""The whole export: choose, write, read back, put in place.

Everything is written into a new directory beside the destination and read back there; only then does it take the
destination's place. So a destination holds a whole export or the one before it, never half of one, and no shard of an
earlier export stays behind.
"""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

import msgspec

from postil.checking import Checker
from postil.corpus import Corpus, Document, readable
from postil.errors import ExportRefused, MissingExtra
from postil.findings import Finding, Severity
from postil.formats import Report
from postil.formats.hf.config import Config, Context, all_configs
from postil.formats.hf.layout import Shard, Written
from postil.manifest import Splits
from postil.model import AnnotationSet
from postil.rules.views import ProjectView

_RECEIPT = "postil-export.json"  # lists what an export wrote, so that the next may take its place


def export(
    corpus: Corpus, destination: Path, annotators: tuple[str, ...], configs: tuple[str, ...], split: tuple[str, ...]
) -> Report:
    """Write the sets of ``annotators`` as a Hugging Face dataset into ``destination``."""
    try:
        from postil.formats.hf.card import card
        from postil.formats.hf.verify import verify
        from postil.formats.hf.write import ShardWriter
    except ImportError as error:
        raise MissingExtra("export hf", error.name or "pyarrow", "hf") from error
    chosen = _chosen(corpus, configs)
    splits = _splits(corpus.manifest.splits, split)
    _refuse_foreign(destination)
    context = Context(corpus.scheme)
    destination.parent.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(dir=destination.parent, prefix=f".{destination.name}-"))
    try:
        missing: list[tuple[str, str]] = []
        counts: Counter[str] = Counter()
        with ShardWriter(work, chosen, context) as writer:
            for document, sets in _sound_sets(corpus, annotators, missing):
                name = splits.split_of(document.metadata.group or document.id)
                for annotations in sets:
                    writer.add(name, document, annotations)
                    _count(counts, annotations)
        if not writer.files:
            raise ExportRefused(f"no document has a set by {' or '.join(annotators)}: nothing to export")
        written = Written(corpus, annotators, splits, tuple(writer.files), counts, missing, context)
        (work / "README.md").write_text(card(written), encoding="utf-8")
        _copy_guidelines(corpus, work)
        verify(work, written)
        _write_receipt(work)
        _put_in_place(work, destination)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return Report(tuple(_said(destination, written)))


def _chosen(corpus: Corpus, names: tuple[str, ...]) -> list[Config]:
    known = all_configs()
    unknown = [name for name in names if name not in known]
    if unknown:
        raise ExportRefused(f"there is no config {unknown[0]}: there are {', '.join(known)}")
    return [config for name, config in known.items() if config.applies(corpus.scheme) and (not names or name in names)]


def _splits(manifest: Splits, options: tuple[str, ...]) -> Splits:
    if not options:
        return manifest
    shares = {}
    for option in options:
        name, _, share = option.partition("=")
        try:
            shares[name] = float(share or 1)
        except ValueError:
            shares[name] = 0.0
        if not name.isidentifier() or not 0 < shares[name] < float("inf"):
            raise ExportRefused(f"--split {option}: expected a name such as train, or a name and a share such as train=0.8")
    return msgspec.structs.replace(manifest, shares=shares)


def _refuse_foreign(destination: Path) -> None:
    if destination.is_symlink() or (destination.exists() and not destination.is_dir()):
        raise ExportRefused(f"{destination} is not a directory: nothing was written")
    if not destination.exists():
        return
    receipt = destination / _RECEIPT
    known = set(msgspec.json.decode(receipt.read_bytes(), type=list[str])) if receipt.is_file() else set()
    foreign = sorted(path for path in _files(destination) if path not in known)
    if foreign:
        shown = ", ".join(foreign[:3]) + (f" and {len(foreign) - 3} more" if len(foreign) > 3 else "")
        raise ExportRefused(f"{destination} holds files that no export wrote ({shown}): nothing was written")


def _sound_sets(
    corpus: Corpus, annotators: tuple[str, ...], missing: list[tuple[str, str]]
) -> Iterator[tuple[Document, list[AnnotationSet]]]:
    """Each document with the sets that were asked for, all without errors; what has no such set is noted in ``missing``."""
    directory = corpus.directory
    checker = Checker(msgspec.structs.replace(directory.project.manifest.check, ignore=(), select=(), per_path_ignores={}))
    _refuse_errors(checker.check_project(ProjectView(directory.project)))
    for name in directory.inventory.documents:
        bundle = directory.bundle(name)
        wanted = tuple(file for file in bundle.set_files if file.annotator in annotators)
        bundle = msgspec.structs.replace(bundle, set_files=wanted)
        _refuse_errors(checker.check_bundle(bundle, {}))
        document = readable(bundle)
        sets = [document.sets[annotator] for annotator in annotators if annotator in document.sets]
        missing += [(name, annotator) for annotator in annotators if annotator not in document.sets]
        yield document, sets


def _refuse_errors(findings: list[Finding]) -> None:
    errors = [finding for finding in findings if finding.severity is Severity.ERROR]
    if errors:
        first = errors[0]
        more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
        raise ExportRefused(f"{first.place}: {first.code} {first.message}{more}. Mend what postil check finds, then export")


def _count(counts: Counter[str], annotations: AnnotationSet) -> None:
    counts["sets"] += 1
    counts["spans"] += len(annotations.spans)
    counts["relations"] += len(annotations.relations)
    counts["labels"] += len(annotations.labels)
    counts["notes"] += len(annotations.notes)


def _copy_guidelines(corpus: Corpus, work: Path) -> None:
    for name in ("scheme.toml", "GUIDELINES.md"):
        source = corpus.directory.root / "annotations" / name
        if source.is_file():
            (work / name).write_bytes(source.read_bytes())


def _write_receipt(work: Path) -> None:
    listed = [*_files(work), _RECEIPT]
    (work / _RECEIPT).write_bytes(msgspec.json.format(msgspec.json.encode(sorted(listed))) + b"\n")


def _files(directory: Path) -> list[str]:
    return sorted(path.relative_to(directory).as_posix() for path in directory.rglob("*") if not path.is_dir())


def _put_in_place(work: Path, destination: Path) -> None:
    work.chmod(0o755)
    if destination.exists():
        old = Path(tempfile.mkdtemp(dir=destination.parent, prefix=f".{destination.name}-old-"))
        destination.replace(old)
        try:
            work.replace(destination)
        except OSError:
            old.replace(destination)
            raise
        shutil.rmtree(old)
    else:
        work.replace(destination)


def _said(destination: Path, written: Written) -> Iterator[str]:
    yield f"wrote {destination}"
    by_config: dict[str, list[Shard]] = defaultdict(list)
    for files in written.files:
        by_config[files.config.name] += files.shards
    for name, shards in by_config.items():
        yield f"  {name:<10} " + ", ".join(f"{shard.split} {shard.rows:,} row{'s' * (shard.rows != 1)}" for shard in shards)
    for line in written.not_held():
        yield f"  {line}"
    yield "read back: every span is the text at its offsets, every count and label as in the corpus"
