from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from postil.cli._command import open_corpus, postil_command, sets_option

if TYPE_CHECKING:
    from pathlib import Path

    from postil.corpus import Corpus
    from postil.formats.hf.hub.push import Remote


@postil_command("Share it")
@click.argument("repository", metavar="REPO")
@sets_option("Publish this annotator's sets; may be given several times.")
@click.option("--config", multiple=True, metavar="CONFIG", help="Publish this config only; may be given several times.")
@click.option("--split", multiple=True, metavar="NAME[=SHARE]", help="The one split, or the share of each, as of export hf.")
@click.option("--shard-size", default="500MB", show_default=True, metavar="SIZE", help="Begin a new file when one has so much.")
@click.option("--sentence-layer", metavar="LAYER", help="The layer that labels a sentence, as of export hf.")
@click.option("--no-agreement", is_flag=True, help="Leave agreement out of the card.")
@click.option("--all-documents", is_flag=True, help="Publish the text of documents without such a set.")
@click.option("--skip-invalid", is_flag=True, help="Leave out documents with errors, and say which.")
@click.option("--detached", is_flag=True, help="Leave the texts out: offsets, labels and hashes go out.")
@click.option("--private", is_flag=True, help="Where REPO is made, make it private.")
@click.option("--revision", default="main", show_default=True, metavar="BRANCH", help="Commit to this branch.")
@click.option("--pull-request", is_flag=True, help="Open a pull request, and leave main as it is.")
@click.option("--message", metavar="TEXT", help="The message of the commit.")
@click.option("--replace", is_flag=True, help="Overwrite files that no export wrote, or that somebody changed there.")
@click.option("--dry-run", is_flag=True, help="Say what would change, and change nothing.")
def command(
    repository: str,
    annotators: tuple[str, ...],
    message: str | None,
    *,
    replace: bool,
    dry_run: bool,
    detached: bool,
    **wishes: Any,
) -> int:
    """Publish the corpus as a dataset on the Hugging Face Hub.

    Makes the export that postil export hf makes, compares it with what REPO (OWNER/NAME) has, and makes one commit of the
    difference, whole or not at all: what is new, what changed, and without the files that an earlier export wrote and this one
    has not. Files of others stay. Where nothing changed there is no commit; where somebody commits at the same time, theirs
    stands and yours is refused. REPO is made where there is none.

    A text without redistribute = true under [rights] is not published: the exit status is 1, and nothing is changed; --detached
    publishes what is said about it. You log in with hf auth login, or a token in HF_TOKEN; HF_ENDPOINT names another Hub.
    """
    from postil.errors import ExportRefused
    from postil.storage.held_directory import held_directory, temporary

    corpus = open_corpus()
    try:
        if not detached:
            _refuse_reserved(corpus, () if wishes["all_documents"] else annotators)
        remote = _remote(repository, **{name: wishes.pop(name) for name in ("private", "revision", "pull_request")})
        with held_directory(temporary(), "postil-push") as work:
            export = work / "export"
            _export(corpus, export, annotators, {**wishes, "detached": detached, "repo": repository})
            if detached and remote.has_texts:
                click.echo(_history_has_texts(repository), err=True)
            return _push(remote, export, message or _message(corpus, detached=detached), replace=replace, dry_run=dry_run)
    except ExportRefused as refusal:
        click.echo(f"postil: {refusal}", err=True)
        return 1


def _history_has_texts(repository: str) -> str:
    return (
        f"{repository} has the texts now. This takes them out of the newest version only: its history keeps them.\n"
        f"To remove them there, delete {repository} and push again; or, after the push, make its history one commit, with\n"
        f"  python -c \"import huggingface_hub as h; h.HfApi().super_squash_history({repository!r}, repo_type='dataset')\"\n"
        "and delete the old files on its page, under Settings, large files. Copies that others made stay as they are"
    )


def _refuse_reserved(corpus: Corpus, annotators: tuple[str, ...]) -> None:
    from postil.errors import ExportRefused
    from postil.formats.hf.reserved import Reserved

    if reserved := Reserved.of(corpus, annotators):
        said = "\n".join(f"  {line}" for line in reserved.lines())
        raise ExportRefused(
            f"not every text may be published:\n{said}\n--detached publishes what is said about them, without them"
        )


def _remote(repository: str, **wishes: Any) -> Remote:
    from postil.formats.hf.hub.push import Destination, Remote

    return Remote(Destination(repository, **wishes))


def _export(corpus: Corpus, export: Path, annotators: tuple[str, ...], options: dict[str, Any]) -> None:
    """Write the export, and say of it what is not about where it lies."""
    from postil.exchange.export import Choices, export_corpus
    from postil.formats import format_named

    format_ = format_named("hf")
    assert format_
    own = {option.name: options.get(option.name.replace("-", "_"), option.unsaid) for option in format_.write_options}
    left = {name: options[name] for name in ("all_documents", "skip_invalid")}
    report = export_corpus(format_, corpus, export, annotators, Choices(own, **left))
    click.echo("\n".join(report.lines[1:]))


def _push(remote: Remote, export: Path, message: str, *, replace: bool, dry_run: bool) -> int:
    to = remote.destination
    found = remote.changes(export)
    at = f"{to.revision} at {remote.head[:12]}" if remote.head else "which is not there yet"
    click.echo(f"\n{to.repository}, {at}")
    click.echo("\n".join(found.lines()))
    if not found.of_kind("added", "changed", "removed"):
        click.echo("nothing changed: no commit")
        return 0
    if not replace:
        remote.refuse_foreign(found)
    if dry_run:
        click.echo("a dry run: nothing was changed")
        return 0
    for line in remote.commit(export, found, message):
        click.echo(line)
    return 0


def _message(corpus: Corpus, *, detached: bool) -> str:
    manifest = corpus.manifest
    return f"{manifest.name} {manifest.version}{', without its texts' if detached else ''}"
