"""The whole export: choose, write, read back, put in place.

Everything is written into a new directory beside the destination and read back there; only then does it take the
destination's place. So a destination holds a whole export or the one before it, never half of one, and no shard of an
earlier export stays behind.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import msgspec

from postil.corpus import Corpus, Document
from postil.errors import ExportRefused, PostilError
from postil.exchange.format import Report
from postil.exchange.sound import Sifted, Wanted, sound_documents
from postil.formats.hf.about import About, Facts
from postil.formats.hf.card.sections import NO_TEXT
from postil.formats.hf.checksums import digests, write_checksums
from postil.formats.hf.citation import NAME as CITATION
from postil.formats.hf.companions import companions
from postil.formats.hf.config import NOT_HELD, Config, Context, all_configs
from postil.formats.hf.dividing import Dividing
from postil.formats.hf.layout import Written
from postil.formats.hf.parquet.write import SHARD, DatasetWriter
from postil.formats.hf.reading.tables import CARD
from postil.formats.hf.receipt import NAME as RECEIPT, no_longer_there, read_receipt, write_receipt
from postil.formats.hf.reserved import Reserved
from postil.formats.hf.sentence_layer import CHOOSE, sentence_layer
from postil.formats.hf.trainers.write import NAMES as TRAINERS, Trainers, applies as trainers_apply
from postil.formats.hf.verify import verify
from postil.model import AnnotationSet, Header
from postil.storage.staging import Staging, staging
from postil.text import counted, listing


class Choices(msgspec.Struct, frozen=True):
    """What the user wants of an export.

    ``configs``: none for all that apply; ``split``: names, or names with shares, in place of what the corpus says;
    ``shard_size``: bytes of columns in a file; ``repository``: where on the Hub it is to be; ``sentence_layer``: the layer that
    labels a sentence, in place of the first that has ``within = "sentence"``; ``detached``: without the texts.
    ``replace``: overwrite files of an earlier export that were changed since; files that no export wrote are never touched.
    """

    configs: tuple[str, ...] = ()
    split: tuple[str, ...] = ()
    shard_size: int = SHARD
    repository: str = ""
    sentence_layer: str = ""
    no_agreement: bool = False
    detached: bool = False
    replace: bool = False


def export(corpus: Corpus, destination: Path, wanted: Wanted, choices: Choices) -> Report:
    """Write what is ``wanted`` of a corpus as a Hugging Face dataset into ``destination``."""
    chosen, trainers = _chosen(corpus, choices.configs, detached=choices.detached)
    if wanted.all_documents and not any(config.holds_bare for config in chosen):
        raise PostilError("--all-documents: a text without a set goes into the config documents only; choose that, too")
    dividing = Dividing(corpus, choices.split)
    main_layer = sentence_layer(corpus.scheme, choices.sentence_layer)
    with (
        _begun(destination, replace=choices.replace) as stage,
        closing(Context(corpus, dividing, stage.new / NOT_HELD, main_layer)) as context,
    ):
        work, sifted = stage.new, Sifted()
        facts = Facts(corpus, detached=choices.detached)
        reserved = Reserved()
        with DatasetWriter(work, chosen, context, choices.shard_size, detached=choices.detached) as writer:
            for sound in sound_documents(corpus, wanted, sifted):
                document = msgspec.structs.replace(sound, sets={}) if sifted.bare[-1:] == [sound.id] else sound
                facts.add(document)
                reserved.see(document.id, document.metadata.rights)
                split = dividing.split_of(document)
                for annotations in document.sets.values() or [_by_nobody(document)]:
                    writer.add(split, document, annotations)
        said = _write_trainers(trainers, Trainers(corpus, dividing, wanted.annotators, work, main_layer))
        files, where = tuple(writer.files), choices.repository
        written = Written(corpus, wanted.annotators, chosen, dividing, files, sifted, context, said, where, choices.detached)
        context.close()
        about = About(written, facts, no_agreement=choices.no_agreement)
        _write_companions(work, about)
        verify(work, about)
        write_receipt(work)
        gone = list(_gone(destination, about, work))
        stage.put_in_place(lambda: _refuse_foreign(destination, replace=choices.replace))
    uncited = () if about.citation_file else (f"no {CITATION}: the manifest names no authors",)
    rights = _said_of_rights(reserved, detached=choices.detached)
    return Report((*_said(destination, written), *gone, *uncited, *_said_of_gate(about), *rights, *stage.restored))


@contextmanager
def _begun(destination: Path, *, replace: bool) -> Iterator[Staging]:
    """An empty directory beside the destination, if that may be replaced."""
    with staging(destination) as stage:
        _refuse_foreign(destination, replace=replace)
        stage.new.mkdir()
        yield stage


def _chosen(corpus: Corpus, names: tuple[str, ...], *, detached: bool) -> tuple[list[Config], list[str]]:
    """The configs, and the trainers that side files are written for."""
    known = all_configs()
    unknown = [name for name in names if name not in (*known, *TRAINERS)]
    if unknown:
        raise PostilError(f"there is no config {unknown[0]}: there are {', '.join(known)}; for trainers {', '.join(TRAINERS)}")
    left_out = [*TRAINERS, *(name for name, config in known.items() if config.texts is None)] if detached else []
    if texts := [name for name in names if name in left_out]:
        raise PostilError(f"--detached leaves the text out, and nothing of {texts[0]} would be left")
    wanted = [name for name in (*known, *TRAINERS) if (not names or name in names) and name not in left_out]
    chosen = [config for name, config in known.items() if config.applies(corpus.scheme) and name in wanted]
    trainers = [name for name in TRAINERS if trainers_apply(corpus.scheme) and name in wanted]
    if not chosen:
        raise PostilError(
            f"the scheme of this corpus gives {' and '.join(names)} nothing to hold"
            if not trainers
            else f"{listing(trainers, 'and')}: files for trainers are written beside a config: choose one too, such as "
            "--config documents"
        )
    return chosen, trainers


def _by_nobody(document: Document) -> AnnotationSet:
    """The set of a text that nobody annotated."""
    return AnnotationSet(Header(document.id, "", "", document.text_sha256, "", ""))


def _write_trainers(names: list[str], trainers: Trainers) -> tuple[str, ...]:
    if not names or not trainers.have_any:
        return ()
    trainers.write(names)
    return tuple(trainers.said())


def _refuse_foreign(destination: Path, *, replace: bool) -> None:
    """Refuse to replace what no export wrote, or what was changed since."""
    if destination.is_symlink() or (destination.exists() and not destination.is_dir()):
        raise ExportRefused(f"{destination} is not a directory: nothing was written")
    if not destination.exists():
        return
    known, there = read_receipt(destination), digests(destination)
    foreign = sorted(there.keys() - known.keys() - {RECEIPT})
    if foreign:
        raise ExportRefused(f"{destination} holds files that no export wrote ({_few(foreign)}): choose another place")
    changed = sorted(path for path, digest in there.items() if path != RECEIPT and known[path] != digest)
    if changed and not replace:
        raise ExportRefused(
            f"{destination} holds files that were changed since they were exported ({_few(changed)}): nothing was written. "
            "--replace overwrites them"
        )


def _few(paths: list[str]) -> str:
    return ", ".join(paths[:3]) + (f" and {len(paths) - 3} more" if len(paths) > 3 else "")


def _write_companions(work: Path, about: About) -> None:
    made = dict(companions(about))
    for path, data in made.items():
        (work / path).parent.mkdir(exist_ok=True)
        (work / path).write_bytes(data)
    write_checksums(work, made)


def _gone(destination: Path, about: About, work: Path) -> Iterator[str]:
    """In words, what the export that is replaced has and the new one has not."""
    before = read_receipt(destination)
    gone = no_longer_there(before, read_receipt(work))
    if about.detached and CARD in before and NO_TEXT.encode() not in (destination / CARD).read_bytes():
        gone.append("the texts")
    if gone:
        yield f"no longer there: {', '.join(gone)}"


def _said(destination: Path, written: Written) -> Iterator[str]:
    yield f"wrote {destination}"
    for files in written.files:
        parts = len(files.shards) - len(files.rows)
        shown = ", ".join(f"{split} {counted(rows, 'row')}" for split, rows in files.rows.items())
        yield f"  {files.config.name:<11} {shown}" + (f", in {len(files.shards)} files" if parts else "")
    for line in (*written.about_splits(), *written.not_held(), *written.trainers):
        yield f"  {line}"
    if written.lacks_sentence_labels:
        yield f"  {CHOOSE}"
    yield "read back: every span is the text at its offsets, every count and label as in the corpus"


def _said_of_gate(about: About) -> Iterator[str]:
    if about.manifest.huggingface.is_gated:
        yield (
            "the card says what is asked of whoever wants access; the Hub asks it once access requests are enabled in the "
            "settings of the dataset there"
        )


def _said_of_rights(reserved: Reserved, *, detached: bool) -> Iterator[str]:
    if detached:
        yield "detached: no text is in it, and a reference stands for each quotation; postil hydrate puts them back"
    elif reserved:
        yield "keep this export to yourself: it has the whole texts (--detached leaves them out)"
        yield from (f"  {line}" for line in reserved.lines())
