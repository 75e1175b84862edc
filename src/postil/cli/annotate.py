from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import click

from postil.cli._command import CorpusCommand, given_bytes, open_corpus
from postil.text import counted

if TYPE_CHECKING:
    from postil.annotating import Session
    from postil.annotating.script import Done
    from postil.corpus import Corpus

_PROGRESS = ("not begun", "in progress", "complete", "text changed", "unreadable")


class _WithActions(CorpusCommand):
    """A command whose help lists the actions of scripts."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        from postil.annotating.script import manual

        with formatter.section("Actions of a script"):
            formatter.write_dl(list(manual()))
        super().format_epilog(ctx, formatter)


def _print_keys(ctx: click.Context, _param: click.Parameter, value: bool) -> None:
    """The keys as they are with the user's own; a file that cannot be read is said."""
    if value:
        from postil.tui.keys_file import as_toml, keys_path, read_keys

        path = keys_path()
        click.echo(as_toml(read_keys(path)[0], path), nl=False)
        ctx.exit()


@click.command("annotate", cls=_WithActions, task="Edit it")
@click.argument("document", required=False, metavar="[DOC]")
@click.option("--as", "annotator", required=True, metavar="NAME", help="Who you are: whose set it is.")
@click.option("--suggestions", default="", metavar="SET", help="Whose annotations are offered, to accept or reject.")
@click.option("--script", metavar="FILE", help="Do the actions of a file, without a terminal; - is standard input.")
@click.option("--list", "lists", is_flag=True, help="List the documents, and how far each is.")
@click.option("--status", multiple=True, type=click.Choice(_PROGRESS), help="With --list: only these; may be repeated.")
@click.option("--matching", default="", metavar="TEXT", help="With --list: only documents with this in their ids.")
@click.option(
    "--keys",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_keys,
    help="Print a keys.toml with every command, its keys, and what it does.",
)
def command(document: str | None, annotator: str, suggestions: str, script: str | None, lists: bool, **filters: Any) -> int:
    """Annotate a document, in a set of your own; without DOC, choose one from the list.

    In the terminal ? shows every key; ~/.config/postil/keys.toml can change them: --keys prints one to begin with. A document
    whose text was edited since is listed as "text changed": postil realign carries your set to the new text.

    Nobody else's set is seen unless you say --suggestions. Of what you take from it, your set says so: it has SET among its
    sources. What you turn down, or take and then delete, is remembered on this computer, in .postil/sessions, until you undo
    it or delete that directory; git does not carry it to another one. It stays turned down when suggestions are made anew, and
    when the text is edited elsewhere; where the text of a suggestion itself was edited it is offered again.

    A script has one action a line, and words as a shell has them: quotation marks around a text with blanks or apostrophes
    that count, # before a comment. It is done wholly, or where an action is refused, not at all:

    \b
        layer entity
        find "Rajnath Singh"
        label PERSON            # or by its key: label p
        mentions                # where else the name stands
        take                    # label it there too
        layer statement
        select 208 514
        label FACT
        set certainty probable

    What each action did is printed, then what postil check finds in the set. The exit status is 1 where that has an error.
    """
    corpus = open_corpus()
    if lists:
        return _list(corpus, annotator, **filters)
    if script is not None:
        return _run(corpus, document, annotator, suggestions, script)
    return _annotate(corpus, document, annotator, suggestions)


def _annotate(corpus: Corpus, document: str | None, annotator: str, suggestions: str) -> int:
    from importlib import import_module

    from postil.errors import MissingExtra

    try:
        import_module("textual")
    except ImportError as error:
        raise MissingExtra("postil annotate in a terminal", "Textual", "tui") from error
    if (terminal := os.environ.get("TERM", "")) in ("dumb", "unknown"):
        raise click.UsageError(f"this terminal (TERM={terminal}) cannot place what is drawn: use --script FILE, or --list")
    if not all(stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr)):  # Textual draws on standard error
        raise click.UsageError("this is no terminal: use --script FILE, or --list")
    from postil.tui.app import annotate

    return annotate(corpus, annotator, document or "", suggestions=suggestions)


def _list(corpus: Corpus, annotator: str, status: Sequence[Any], matching: str) -> int:
    from postil.annotating.worklist import counts, worklist

    entries = worklist(corpus, annotator, progress=status, matching=matching)
    for entry in entries:
        click.echo(f"{entry.progress:<12} {entry.records:>6,}  {entry.document}")
    click.echo(", ".join(f"{number:,} {progress}" for progress, number in counts(entries).items()))
    return 0


def _run(corpus: Corpus, document: str | None, annotator: str, suggestions: str, script: str) -> int:
    from postil.annotating import Session, read_script, run_script

    if document is None:
        raise click.UsageError("--script needs a DOC")
    source = _source(script)
    lines = read_script(script, source)
    seed = _seed(corpus, document, annotator, source)
    with Session.open(corpus, document, annotator, suggestions=suggestions, seed=seed) as session:
        before = session.state.marks
        done = run_script(session, lines, script)
        for line in _report(done, script):
            click.echo(line)
        click.echo(_summary(session, before))
        return _say_findings(session)


def _seed(corpus: Corpus, document: str, annotator: str, source: str) -> str:
    """What ids are drawn from: the same script, on the same set, mints the same ones."""
    import hashlib

    there = corpus.directory.inventory.documents.get(document)
    path = there.sets.get(annotator) if there else None
    data = corpus.directory.read(path) if path else None
    return hashlib.sha256(b"\0".join((data or b"", document.encode("utf-8", "replace"), source.encode()))).hexdigest()


def _source(script: str) -> str:
    from postil.errors import UnreadableFile

    data = sys.stdin.buffer.read() if script == "-" else given_bytes(script)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise UnreadableFile(script, f"not UTF-8: byte 0x{data[error.start]:02x}", line, 1) from error


def _report(done: Sequence[Done], script: str) -> Iterator[str]:
    for one in done:
        if one.said:
            yield f"{script}:{one.line.number}: {one.said}"


def _summary(session: Session, before: Any) -> str:
    from postil.annotating.steps import changes_between

    kinds = {"added": 0, "changed": 0, "taken out": 0}
    for change in changes_between(before, session.state.marks):
        kinds["added" if change.before is None else "taken out" if change.after is None else "changed"] += 1
    said = ", ".join(f"{number:,} {kind}" for kind, number in kinds.items() if number)
    return f"{session.path}: {said or 'nothing changed'}; {counted(len(session.state.marks.spans), 'span')}"


def _say_findings(session: Session) -> int:
    from postil.findings import Severity

    findings = session.findings
    for finding in findings:
        click.echo(f"{finding.subject or finding.place}: {finding.code} {finding.message}", err=True)
    return 1 if any(finding.severity == Severity.ERROR for finding in findings) else 0
