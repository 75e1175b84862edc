"""An export: sound documents, reduced to what the format keeps, written; or refused with a table of what it would lose."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec

from postil.checking.examining import collecting_rarely
from postil.corpus import Corpus, Document
from postil.errors import ExportRefused
from postil.exchange.features import Feature, Policy, Reducing, to_take_out
from postil.exchange.format import Format, Report
from postil.exchange.losses import Losses
from postil.exchange.outgoing import Outgoing
from postil.exchange.sound import Sifted, Wanted, sound_documents
from postil.exchange.target import Target, target_at
from postil.exchange.tokens import Tokens
from postil.manifest import Manifest
from postil.scheme import Scheme
from postil.text import counted


class Choices(msgspec.Struct, frozen=True):
    """What the user wants of an export.

    ``is_lossy``: lose whatever does not fit. ``without``: what may be lost, in the words of :func:`words_of`. ``policy``: which
    of two spans that overlap is kept. ``replace``: overwrite what is at the destination. ``all_documents``, ``skip_invalid``: as
    in :class:`~postil.exchange.sound.Wanted`.
    """

    options: dict[str, Any] = {}
    is_lossy: bool = False
    without: tuple[str, ...] = ()
    policy: Policy = "longest"
    replace: bool = False
    all_documents: bool = False
    skip_invalid: bool = False


class Described(msgspec.Struct, frozen=True):
    """What all documents of an export share."""

    scheme: Scheme
    manifest: Manifest
    annotators: tuple[str, ...]


class Count(msgspec.Struct):
    """What was written. ``before``: how many annotations there were before anything was taken out."""

    documents: int = 0
    annotations: int = 0
    before: int = 0


class WouldLose(ExportRefused):
    """The format cannot hold this corpus, and nobody said that something may be lost. ``losses``: what."""

    def __init__(self, format_: Format, losses: Losses) -> None:
        self.losses = losses
        table = "\n".join(losses.lines_to_agree())
        agree = "; each --without agrees to one kind of loss" if any(loss.causes for loss in losses) else ""
        super().__init__(
            f"{format_.title} cannot hold all of this corpus. It would lose:\n{table}\n--lossy exports the rest{agree}"
        )


def words_of(features: Iterable[Feature]) -> dict[str, Feature]:
    """What ``--without`` calls each of the features that an export asks about: words made of letters, digits and hyphens."""
    found: dict[str, Feature] = {}
    for feature in features:
        if feature.stops:
            before, _, after = feature.key.partition(":")
            word = re.sub(r"[^a-z0-9]+", "-", (after if re.fullmatch(r"[A-Za-z0-9 .-]+", after) else before).casefold()).strip(
                "-"
            )
            same = sum(re.fullmatch(rf"{word}(-\d+)?", other) is not None for other in found)
            found[f"{word}-{same + 1}" if same else word] = feature
    return found


@collecting_rarely()
def export_corpus(format_: Format, corpus: Corpus, destination: Path, annotators: tuple[str, ...], choices: Choices) -> Report:
    """Write the sets of ``annotators`` in this format. Raises :class:`WouldLose` where that would lose something."""
    annotators = tuple(dict.fromkeys(annotators))
    refuse_inside(corpus, destination)
    wanted = Wanted(annotators, choices.all_documents, choices.skip_invalid)
    if format_.write_corpus:
        return format_.write_corpus(corpus, destination, wanted, choices.options, choices.replace)
    sifted = Sifted()
    losses = Losses(choices.without)
    with target_at(destination, format_.writes) as target:
        described = Described(corpus.scheme, corpus.manifest, annotators)
        documents = sound_documents(corpus, wanted, sifted)
        outgoing, count = write_documents(format_, documents, described, target, choices, losses)
        if losses.stopping and not choices.is_lossy:
            raise WouldLose(format_, losses)
        target.finish(replace=choices.replace)
    whole = "" if count.annotations == count.before else f" of {count.before:,}"
    lines = [
        f"wrote {destination}: {counted(count.documents, 'document')}, {counted(count.annotations, 'annotation')}{whole}",
        *outgoing.say,
    ]
    lines += [*sifted.lines(annotators), *target.restored]
    if losses:
        lines += ["not kept:", *losses.lines()]
    return Report(tuple(lines))


def write_documents(
    format_: Format,
    documents: Iterable[Document],
    project: Described,
    target: Target,
    choices: Choices,
    losses: Losses,
    tokens: Tokens | None = None,
) -> tuple[Outgoing, Count]:
    """Reduce documents to what the format keeps, and write them into ``target``; what that costs is counted in ``losses``.

    ``tokens``: finds those of a document, for whoever makes the documents and wants to know them too.

    Where somebody would have to agree to a loss, and did not, what is written is not whole: look at ``losses`` afterwards.
    """
    assert format_.write
    tokens = tokens or Tokens(f"export {format_.name}")
    lane = format_.lane_for(choices.options)
    reducing = Reducing(project.scheme, losses, tokens, lane, choices.policy, options=choices.options)
    outgoing = Outgoing(target, project.scheme, project.manifest, project.annotators, choices.options, tokens)
    features = to_take_out(format_.keeps, format_.limits)
    count = Count()
    format_.write(_reduced(documents, features, reducing, count), outgoing)
    outgoing.say += [
        f"there is no tokenizer for {language} here; the one for no language in particular was used"
        for language in sorted(tokens.stand_ins)
    ]
    return outgoing, count


def _reduced(documents: Iterable[Document], features: list[Feature], reducing: Reducing, count: Count) -> Iterator[Document]:
    """Documents as they are written, with every loss put down to the feature that it was lost for, and counted as they pass."""
    words = {feature: word for word, feature in words_of(features).items()}
    for document in documents:
        count.before += _annotations(document)
        written = document
        for feature in features:
            reducing.losses.cause = words.get(feature, "")
            written = feature.without(written, reducing)
        reducing.losses.cause = ""
        count.documents += 1
        count.annotations += _annotations(written)
        yield written


def _annotations(document: Document) -> int:
    return sum(len(annotations.annotations) for annotations in document.sets.values())


def refuse_inside(corpus: Corpus, destination: Path) -> None:
    """Refuse a destination among the corpus's own files."""
    root, place = corpus.directory.root.resolve(), destination.resolve()
    if place == root:
        raise ExportRefused(
            f"{destination} is the corpus itself, whose files an export must not lie among: choose another place, such as "
            f"{Path('..') / f'{root.name}-export'}"
        )
    for kept in ("corpus", "annotations", "adjudication"):
        if place.is_relative_to(root / kept):
            raise ExportRefused(f"{destination} is inside {kept}/, which belongs to the corpus: choose another place")
