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

from postil.corpus import Corpus
from postil.errors import ExportRefused, PostilError
from postil.exchange.format import Report
from postil.exchange.sound import sound_documents
from postil.formats.hf.about import About
from postil.formats.hf.checksums import digests, write_checksums
from postil.formats.hf.companions import companions
from postil.formats.hf.config import NOT_HELD, Config, Context, all_configs
from postil.formats.hf.dividing import Dividing
from postil.formats.hf.layout import Shard, Written
from postil.formats.hf.verify import verify
from postil.formats.hf.write import ShardWriter
from postil.model import AnnotationSet

_RECEIPT = "postil-export.json"  # lists what an export wrote, so that the next may take its place


def export(
    corpus: Corpus,
    destination: Path,
    annotators: tuple[str, ...],
    configs: tuple[str, ...],
    split: tuple[str, ...],
    *,
    no_agreement: bool = False,
    replace: bool = False,
) -> Report:
    """Write the sets of ``annotators`` as a Hugging Face dataset into ``destination``.

    ``replace``: overwrite files of an earlier export that were changed since. Files that no export wrote are never touched.
    """
    chosen = _chosen(corpus, configs)
    dividing = Dividing(corpus, split)
    _refuse_foreign(destination, replace=replace)
    destination.parent.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(dir=destination.parent, prefix=f".{destination.name}-"))
    context = Context(corpus, work / NOT_HELD)
    try:
        missing: list[tuple[str, str]] = []
        counts: Counter[str] = Counter()
        labels: Counter[tuple[str, str]] = Counter()
        with ShardWriter(work, chosen, context) as writer:
            for document in sound_documents(corpus, annotators, missing):
                name = dividing.split_of(document)
                for annotations in document.sets.values():
                    writer.add(name, document, annotations)
                    _count(counts, annotations)
                    labels.update((record.layer, record.label) for record in annotations.annotations)
        written = Written(corpus, annotators, chosen, dividing, tuple(writer.files), counts, labels, missing, context)
        context.close()
        _write_companions(work, About(written, no_agreement=no_agreement))
        verify(work, written)
        _write_receipt(work)
        _put_in_place(work, destination)
    finally:
        context.close()
        shutil.rmtree(work, ignore_errors=True)
    return Report(tuple(_said(destination, written)))


def _chosen(corpus: Corpus, names: tuple[str, ...]) -> list[Config]:
    known = all_configs()
    unknown = [name for name in names if name not in known]
    if unknown:
        raise PostilError(f"there is no config {unknown[0]}: there are {', '.join(known)}")
    chosen = [config for name, config in known.items() if config.applies(corpus.scheme) and (not names or name in names)]
    if not chosen:
        raise PostilError(f"the scheme of this corpus gives {' and '.join(names)} nothing to hold")
    return chosen


def _refuse_foreign(destination: Path, *, replace: bool) -> None:
    if destination.is_symlink() or (destination.exists() and not destination.is_dir()):
        raise ExportRefused(f"{destination} is not a directory: nothing was written")
    if not destination.exists():
        return
    known, there = _receipt(destination), digests(destination)
    foreign = sorted(there.keys() - known.keys() - {_RECEIPT})
    if foreign:
        raise ExportRefused(f"{destination} holds files that no export wrote ({_few(foreign)}): choose another place")
    changed = sorted(path for path, digest in there.items() if path != _RECEIPT and known[path] != digest)
    if changed and not replace:
        raise ExportRefused(
            f"{destination} holds files that were changed since they were exported ({_few(changed)}): nothing was written. "
            "--replace overwrites them"
        )


def _few(paths: list[str]) -> str:
    return ", ".join(paths[:3]) + (f" and {len(paths) - 3} more" if len(paths) > 3 else "")


def _count(counts: Counter[str], annotations: AnnotationSet) -> None:
    counts["sets"] += 1
    counts["spans"] += len(annotations.spans)
    counts["relations"] += len(annotations.relations)
    counts["labels"] += len(annotations.labels)
    counts["notes"] += len(annotations.notes)


def _write_companions(work: Path, about: About) -> None:
    made = dict(companions(about, work))
    for path, data in made.items():
        (work / path).parent.mkdir(exist_ok=True)
        (work / path).write_bytes(data)
    write_checksums(work, made)


def _receipt(destination: Path) -> dict[str, str]:
    """The files of the export that lies there, with their hashes; none where no export left a receipt."""
    try:
        return msgspec.json.decode((destination / _RECEIPT).read_bytes(), type=dict[str, str])
    except (OSError, msgspec.MsgspecError, UnicodeError):
        return {}


def _write_receipt(work: Path) -> None:
    (work / _RECEIPT).write_bytes(msgspec.json.format(msgspec.json.encode(digests(work), order="sorted")) + b"\n")


def _put_in_place(work: Path, destination: Path) -> None:
    work.chmod(0o755)
    if destination.exists():
        old = destination.with_name(f"{work.name}-old")
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
    for line in (*written.about_splits(), *written.not_held()):
        yield f"  {line}"
    yield "read back: every span is the text at its offsets, every count and label as in the corpus"
