from __future__ import annotations

from typing import TYPE_CHECKING

import click

from postil.cli._command import open_corpus, postil_command, sets_option

if TYPE_CHECKING:
    from postil.corpus import Corpus
    from postil.splitting.division import Division, Request


@postil_command("Share it")
@click.argument("shares", nargs=-1, metavar="[NAME=SHARE]...")
@click.option(
    "--folds", type=click.IntRange(2, 100), metavar="K", help="K folds of one size, for cross-validation: fold0, fold1, …"
)
@click.option(
    "--stratify",
    "tries",
    type=click.IntRange(2, 10_000),
    metavar="K",
    help="Of K salts, take the one with the labels best spread.",
)
@click.option("--anew", is_flag=True, help="Divide everything anew: forget what is frozen.")
@click.option("--check", "only_check", is_flag=True, help="Write nothing; exit with 1 if something would be written.")
@sets_option("Whose labels are to be spread.")
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text", help="How to report.")
def command(
    shares: tuple[str, ...],
    folds: int | None,
    tries: int | None,
    anew: bool,
    only_check: bool,
    annotators: tuple[str, ...],
    format_: str,
) -> int:
    """Freeze the split of every document in corpus/splits.jsonl.

    A document in the file stays where it is. A new one goes where its group is or, if that is new too, where the hash of its
    group puts it: the shares and the salt are under [splits] of the manifest, and NAME=SHARE writes them there. Documents of
    one group, from one address, and with the same or nearly the same text are kept together. What two splits have in
    common all the same is listed, and ends with exit status 1, but for authors.
    """
    from postil.splitting.division import Request, write
    from postil.splitting.report import as_json, as_text

    if only_check and (shares or folds or tries or anew):
        raise click.UsageError("--check is about what is frozen: give neither shares nor --folds, --stratify or --anew")
    if shares and folds:
        raise click.UsageError("--folds makes splits of its own: give no shares with it")
    corpus = open_corpus()
    _refuse_unknown(corpus, annotators)
    division = _divided(corpus, annotators, Request(_shares(shares), folds or 0, tries or 0, anew))
    changed = _stale(corpus, division) if only_check else write(corpus, division)
    said = _said(division, changed, only_check=only_check)
    click.echo(as_json(division, is_changed=bool(changed)) if format_ == "json" else as_text(division, said))
    return int(any(leak.is_grave for leak in division.leaks) or (only_check and bool(changed)))


def _refuse_unknown(corpus: Corpus, annotators: tuple[str, ...]) -> None:
    known = {annotator for files in corpus.directory.inventory.documents.values() for annotator in files.sets} | {"gold"}
    for name in annotators:
        if name not in known:
            raise click.BadParameter(f"no document has a set by {name}: there are {', '.join(sorted(known))}", param_hint="--set")


def _shares(given: tuple[str, ...]) -> dict[str, float]:
    shares: dict[str, float] = {}
    for one in given:
        name, _, share = one.partition("=")
        try:
            number = float(share)
        except ValueError:
            raise click.BadParameter(f"{one}: give a name and a share, such as train=0.8", param_hint="NAME=SHARE") from None
        if name in shares:
            raise click.BadParameter(f"{one}: {name} has a share already", param_hint="NAME=SHARE")
        shares[name] = number
    return shares


def _divided(corpus: Corpus, annotators: tuple[str, ...], request: Request) -> Division:
    from postil.cli._progress import Progress
    from postil.errors import UnreadableCorpus
    from postil.splitting.division import asked_splits, divide
    from postil.splitting.profile import profile, text_reader
    from postil.storage.splits_file import SplitsFile

    if any(fault.kind != "unknown key" for fault in corpus.directory.project.manifest_file.faults):
        raise UnreadableCorpus("the manifest cannot be used as it is: postil check says why")
    frozen = corpus.directory.project.splits_file
    splits = asked_splits(corpus.manifest.splits, frozen, request)
    documents = corpus.document_ids
    profiles = []
    with Progress("Reading") as progress:
        for number, document in enumerate(documents, 1):
            profiles.append(profile(corpus, document, annotators))
            progress(number, len(documents))
    frozen = SplitsFile() if request.anew else frozen
    return divide(profiles, splits, frozen, text_reader(corpus), tries=request.tries)


def _stale(corpus: Corpus, division: Division) -> bool:
    from postil.storage.splits_file import SPLITS

    return corpus.directory.read(SPLITS) != division.encoded


def _said(division: Division, changed: object, *, only_check: bool) -> str:
    from postil.storage.splits_file import SPLITS
    from postil.text import counted

    if not changed:
        return f"{SPLITS} is as it should be"
    what = f"{counted(len(division.placed), 'document')} placed, {len(division.gone):,} gone"
    return f"{'would write' if only_check else 'wrote'} {SPLITS}: {what}"
