from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

import click

from postil.cli._command import given_bytes, open_corpus, postil_command, start_directory
from postil.cli._progress import Progress
from postil.text import counted, nearest

if TYPE_CHECKING:
    from postil.corpus import Corpus
    from postil.model import AnnotationSet
    from postil.suggesting.drafts import Draft, Drafted
    from postil.suggesting.table import Table

    Finder = Callable[[str, str], Iterator[Draft]]  # of a document, by its id and its text

_SHOWN = 8  # names that the scheme does not know, the most frequent first


@postil_command("Edit it")
@click.argument("documents", nargs=-1, metavar="[DOC]...")
@click.option("--as", "annotator", required=True, metavar="SET", help="The name of the model: whose set it will be.")
@click.option("--pipeline", metavar="NAME|PATH", help="A spaCy pipeline: the name of its package, or its directory.")
@click.option("--patterns", metavar="FILE", help="Patterns of spaCy's entity ruler, as JSON Lines.")
@click.option("--propagate", is_flag=True, help="Mentions that are labelled in other documents of the corpus.")
@click.option("--from", "sources", multiple=True, metavar="NAME", help="Whose labels to propagate; else gold. May be repeated.")
@click.option("--layer", "layers", multiple=True, metavar="NAME", help="This layer only; may be given several times.")
@click.option("--replace", is_flag=True, help="Make the sets anew where this model has some already.")
@click.option("--missing", is_flag=True, help="Only documents of which this model has no set yet, such as new ones.")
def command(
    documents: tuple[str, ...],
    annotator: str,
    pipeline: str | None,
    patterns: str | None,
    propagate: bool,
    sources: tuple[str, ...],
    layers: tuple[str, ...],
    replace: bool,
    missing: bool,
) -> int:
    """Let a model annotate, for people to accept or reject.

    What a pipeline calls PER and the scheme PERSON is said in scheme.toml:

    \b
        [layers.entity.labels.PERSON]
        from = ["PER"]

    A label's own name counts too. A layer takes a pipeline's entities unless it says from = "spans" (and group = "sc", the name
    of the group) or from = "categories": of each sentence in a layer of spans, of the document in a layer of labels. How sure
    the pipeline is, where it says so, is kept as confidence. What breaks a rule about spans is left out and counted.

    Made anew, a suggestion that is the same keeps its id, and what somebody turned down stays so. A person's set is never
    written. Then: postil annotate DOC --as YOU --suggestions SET.
    """
    from postil.suggesting.table import Table
    from postil.suggesting.writing import refuse_overwriting, without_suggestions

    if not (pipeline or patterns or propagate):
        raise click.UsageError("say where suggestions come from: --pipeline, --patterns or --propagate")
    if sources and not propagate:
        raise click.UsageError("--from says whose labels to --propagate")
    corpus = open_corpus()
    chosen = _chosen(corpus, documents)
    if missing:
        chosen = without_suggestions(corpus, annotator, chosen)
    for layer in layers:
        _known(layer, corpus.scheme.layers, "layer")
    refuse_overwriting(corpus, annotator, chosen, replace=replace)
    table = Table(corpus.scheme, layers)
    finders = [*_from_pipelines(corpus, table, pipeline, patterns)]
    if propagate:
        finders.append(_propagating(corpus, sources or ("gold",), layers))
    left_out: Counter[str] = Counter()
    with Progress("suggesting") as progress:
        for number, document in enumerate(chosen):
            progress(number, len(chosen))
            made = _drafted(corpus, document, annotator, finders)
            corpus.write(made.annotations, replace=replace)
            left_out += made.left_out
            click.echo(_counted(made.annotations))
    _warn(table, left_out)
    return 0


def _chosen(corpus: Corpus, documents: Sequence[str]) -> list[str]:
    known = [document for document, files in corpus.directory.inventory.documents.items() if files.text]
    for document in documents:
        _known(document, known, "document")
    return list(dict.fromkeys(documents)) or known


def _known(name: str, names: Iterable[str], what: str) -> None:
    from postil.errors import PostilError

    known = list(names)
    if name not in known:
        near = nearest(name, known)
        raise PostilError(f"the corpus has no {what} {name}{f': did you mean {near}?' if near else ''}")


def _from_pipelines(corpus: Corpus, table: Table, name: str | None, patterns: str | None) -> Iterator[Finder]:
    from postil.suggesting.pipelines import found_by, pipeline, ruler

    if name:
        path = start_directory() / name
        loaded = pipeline(str(path) if path.is_dir() else name)
        yield lambda _, text: found_by(loaded, text, table)
    if patterns:
        language = corpus.manifest.languages[0] if corpus.manifest.languages else corpus.manifest.defaults.language
        rules = ruler(patterns, given_bytes(patterns), language)
        yield lambda _, text: found_by(rules, text, table)


def _propagating(corpus: Corpus, sources: Sequence[str], layers: Sequence[str]) -> Finder:
    from postil.suggesting.propagation import Mentions

    annotators = {name for files in corpus.directory.inventory.documents.values() for name in files.sets}
    for source in sources:
        _known(source, annotators, "set of")
    return Mentions(corpus, sources, layers).found_in


def _drafted(corpus: Corpus, document: str, annotator: str, finders: Sequence[Finder]) -> Drafted:
    from postil.checking.checker import Checker
    from postil.errors import UnreadableCorpus
    from postil.suggesting.drafts import drafted

    bundle = corpus.directory.bundle(document)
    text = bundle.text
    if text is None:
        raise UnreadableCorpus(f"the text of {document} cannot be read: postil check says why")
    drafts = (draft for finder in finders for draft in finder(document, text))
    return drafted(bundle, corpus.scheme, annotator, drafts, Checker(corpus.manifest.check))


def _counted(annotations: AnnotationSet) -> str:
    labels = Counter(record.label for record in annotations.annotations)
    shown = ", ".join(f"{label} {number:,}" for label, number in labels.most_common())
    return f"{annotations.document}: {counted(labels.total(), 'suggestion')}{f' ({shown})' if shown else ''}"


def _warn(table: Table, left_out: Counter[str]) -> None:
    """Say what became no suggestion, and why."""
    for rule, number in sorted(left_out.items()):
        click.echo(f"left out: {number:,} that broke {rule}", err=True)
    if table.unknown:
        shown = ", ".join(f"{called} {number:,}" for called, number in table.unknown.most_common(_SHOWN))
        more = f" and {counted(len(table.unknown) - _SHOWN, 'more')}" if len(table.unknown) > _SHOWN else ""
        click.echo(f"not in the scheme: {shown}{more}; name them in a label's from to take them", err=True)
