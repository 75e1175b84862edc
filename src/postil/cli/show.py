from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import click

from postil.cli._command import open_corpus, postil_command, start_directory, use_colour
from postil.cli._left_out import LeftOut

if TYPE_CHECKING:
    from postil.corpus import Corpus, Document
    from postil.model import AnnotationSet


@postil_command("Look at it")
@click.argument("document", required=False, metavar="[DOC]")
@click.option("--set", "annotator", metavar="NAME", help="Whose set; else gold, or the only one there is.")
@click.option("--layer", "layers", multiple=True, metavar="NAME", help="This layer only; may be given several times.")
@click.option("--details", is_flag=True, help="Say each span's attributes, confidence, note and id too.")
@click.option("--html", metavar="FILE", help="Write one self-contained page without scripts instead; - is standard output.")
@click.option("--width", type=click.IntRange(40, 1000), help="Columns; else the terminal's.")
def command(
    document: str | None, annotator: str | None, layers: tuple[str, ...], details: bool, html: str | None, width: int | None
) -> int:
    """Show a document with its annotations, layer by layer.

    DOC may be left out in a corpus of one document.
    """
    from postil.errors import PostilError
    from postil.unplaced import placed

    corpus = open_corpus()
    found = _document(corpus, document)
    annotations, unplaced = placed(_set(found, annotator))
    left_out = LeftOut()
    left_out.add(annotations.annotator, len(unplaced))
    left_out.say()
    scheme = corpus.directory.project.scheme
    used = dict.fromkeys(record.layer for record in (*annotations.annotations, *unplaced))
    known = list(dict.fromkeys([*(scheme.layers if scheme else ()), *used]))
    for layer in layers:
        if layer not in known:
            raise PostilError(f"there is no layer {layer}: there are {', '.join(known)}")
    chosen = list(layers) or known
    if html is not None:
        from postil.rendering.html import page
        from postil.storage.safe_files import write_atomically

        if html == "-":
            click.echo(page(found, annotations, scheme, chosen), nl=False)
            return 0
        target = start_directory() / html
        if not target.parent.is_dir():
            raise PostilError(f"{target.parent}: there is no such directory")
        write_atomically(target.parent, target, page(found, annotations, scheme, chosen).encode())
        click.echo(f"wrote {html}")
        return 0
    from postil.rendering.terminal import Terminal, show

    columns = width or min(shutil.get_terminal_size((100, 24)).columns, 120)
    true_colour = os.environ.get("COLORTERM", "") in ("truecolor", "24bit")
    for line in show(found, annotations, scheme, chosen, Terminal(columns, use_colour(), true_colour), details=details):
        click.echo(line, color=True)
    return 0


def _document(corpus: Corpus, name: str | None) -> Document:
    import difflib

    from postil.errors import PostilError

    names = corpus.document_ids
    if name is None and len(names) == 1:
        return corpus[names[0]]
    if name is None:
        shown = ", ".join(names[:10]) + (", …" if len(names) > 10 else "")
        raise click.UsageError(f"name one of the {len(names)} documents: {shown}" if names else "the corpus has no documents yet")
    stem = name.removeprefix("corpus/").removesuffix(".txt")
    if Path(name).is_absolute() or stem not in names:
        near = difflib.get_close_matches(stem, names, 1)
        raise PostilError(f"there is no document {name}" + (f"; did you mean {near[0]}?" if near else ""))
    return corpus[stem]


def _set(document: Document, annotator: str | None) -> AnnotationSet:
    from postil.errors import PostilError

    if annotator is None and (len(document.sets) == 1 or "gold" in document.sets):
        annotator = "gold" if "gold" in document.sets else next(iter(document.sets))
    if annotator in document.sets:
        return document.sets[annotator]
    there = f"there are {', '.join(document.sets)}" if document.sets else "it has none yet"
    wanted = f"no set by {annotator}" if annotator else "no set gold"
    raise PostilError(f"{document.id} has {wanted}: {there}")
