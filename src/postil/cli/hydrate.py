from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from postil.cli._command import corpus_root, postil_command, start_directory
from postil.cli._import_report import import_report

if TYPE_CHECKING:
    from postil.exchange.import_ import Imported
    from postil.exchange.sources import Source
    from postil.formats.hf.detaching.own_texts import OwnTexts


@postil_command("Share it")
@click.argument("dataset", metavar="DIR|REPO")
@click.option("--texts", required=True, metavar="DIR", help="Your copies of the texts: a directory, a zip or a file.")
@click.option("--into", metavar="DIR", help="Where the corpus is to be; else where the command was started.")
@click.option("--revision", metavar="REV", help="Of a REPO on the Hub: this branch, tag or commit.")
def command(dataset: str, texts: str, into: str | None, revision: str | None) -> int:
    """Put your own texts back into a detached dataset.

    What postil export hf --detached or postil push --detached published has hashes in the place of texts. Each text is looked
    for among your files by its hash, whatever the file is called; one that differs in no more than its encoding, line ends, a
    byte-order mark, composed characters or the last newline is taken, and that is said. The corpus that comes of it is, byte
    for byte, the one that was exported. Where a text is missing, all that are missing are listed, the exit status is 1, and
    nothing is written.
    """
    from postil.exchange.import_ import Wishes, import_source
    from postil.exchange.sources import Source
    from postil.formats import format_named

    format_ = format_named("hf")
    assert format_
    root = start_directory() / into if into else corpus_root()
    with format_.located(dataset, start_directory(), {"revision": revision}) as path:
        source = Source(path)
        own_texts = _own_texts(source, Source(start_directory() / Path(texts)))
        if missing := list(own_texts.missing()):
            click.echo("\n".join(missing), err=True)
            click.echo("postil: not all texts are there: nothing was written", err=True)
            return 1
        done = import_source(format_, source, root, Wishes(options={"own-texts": own_texts}))
    return _said(own_texts, done)


def _own_texts(source: Source, texts: Source) -> OwnTexts:
    from postil.errors import PostilError
    from postil.exchange.incoming import Incoming
    from postil.formats.hf.detaching.own_texts import OwnTexts
    from postil.formats.hf.reading.restore import exported_tables, texts_wanted

    wanted = list(texts_wanted(exported_tables(Incoming(source))))
    if not wanted:
        raise PostilError(f"{source.path} is no detached dataset that postil exported with its config documents")
    return OwnTexts(texts, wanted)


def _said(own_texts: OwnTexts, done: Imported) -> int:
    for line in (*own_texts.changed(), *import_report(done, is_dry=False)):
        click.echo(line, err=not done.is_done)
    return 0 if done.is_done else 1
