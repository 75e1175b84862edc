from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from postil.cli._command import open_directory, postil_command, start_directory, use_colour
from postil.cli._progress import Progress
from postil.registry import names

if TYPE_CHECKING:
    from postil.agreement.report import Report
    from postil.agreement.request import Request
    from postil.storage.directory import CorpusDirectory

_WORTH_IT = 100  # documents: fewer are compared faster than processes start


@postil_command("Validate it")
@click.argument("annotators", nargs=-1, metavar="[SET]...")
@click.option("--layer", "layers", multiple=True, metavar="NAME", help="This layer only; may be given several times.")
@click.option("--measure", "measures", multiple=True, metavar="NAME,…", help="Compute these, or all; else those that say most.")
@click.option(
    "--by",
    multiple=True,
    type=click.Choice(["label", "document", "pair"]),
    help="List each label, document, or pair of annotators by itself too; may be given several times.",
)
@click.option("--reference", metavar="SET", help="Who is right by definition; gold, where it is one of two sets.")
@click.option(
    "--min",
    "minima",
    multiple=True,
    metavar="[LAYER.]MEASURE=VALUE",
    help="Fail where it is less; may be given several times.",
)
@click.option("--format", "format_", type=click.Choice(names("postil.agreement.output")), default="text", help="How to show it.")
@click.option("--output", type=click.Path(dir_okay=False), metavar="FILE", help="Write the report there; - is standard output.")
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="What samples are drawn.")
@click.option("--alpha", type=click.FloatRange(min=0), default=1.0, show_default=True, help="In gamma, how much place counts.")
@click.option("--beta", type=click.FloatRange(min=0), default=1.0, show_default=True, help="In gamma, how much labels count.")
@click.option(
    "--precision",
    type=click.FloatRange(min=0.001, max=1),
    default=0.05,
    show_default=True,
    help="In gamma, draw samples until chance is known this well in each document (at least 30).",
)
@click.option("--jobs", type=click.IntRange(min=0), default=0, metavar="N", help="Processes; else as many as are worth it.")
def command(annotators: tuple[str, ...], *, format_: str, output: str | None, minima: tuple[str, ...], **options: Any) -> int:
    """Say how far annotators agree, how sure that is, and where they do not.

    SETs are the annotators to compare; without any, all but those whose sets were made from others. A document counts where two
    or more of them have finished it. Exit status: 1 where a value is less than its --min, or undefined.
    """
    _require_libraries()
    from postil.agreement.minima import failures, parse_minima

    directory = open_directory()
    request = _request(directory, annotators, options, [minimum.measure for minimum in parse_minima(minima)])
    report = _compare(directory, request, options["jobs"])
    _write(report, format_, output, frozenset(options["by"]))
    failed = list(failures(report, parse_minima(minima)))
    for failure in failed:
        click.echo(f"postil: {failure}", err=True)
    return 1 if failed else 0


def _require_libraries() -> None:
    from importlib.util import find_spec

    from postil.errors import MissingExtra

    for library in ("numpy", "scipy"):
        if not find_spec(library):
            raise MissingExtra("postil agree", library, "agree")


def _request(directory: CorpusDirectory, annotators: tuple[str, ...], options: dict[str, Any], needed: list[str]) -> Request:
    from postil.agreement.request import Request, known_measures
    from postil.measures._units import Weights
    from postil.measures.comparison import Settings
    from postil.measures.disorder import Chance

    reference = options["reference"] or ("gold" if len(annotators) == 2 and "gold" in annotators else "")
    _refuse_unknown(directory, annotators, options["layers"], reference)
    chosen = annotators if not annotators or not reference or reference in annotators else (*annotators, reference)
    settings = Settings(
        Weights(options["alpha"], options["beta"]),
        Chance(options["seed"], options["precision"]),
        with_parts="label" in options["by"],
        reference=reference,
    )
    measures = known_measures(options["measures"], reference)
    return Request(chosen, options["layers"], measures, known_measures(needed, reference), "pair" in options["by"], settings)


def _refuse_unknown(directory: CorpusDirectory, annotators: tuple[str, ...], layers: tuple[str, ...], reference: str) -> None:
    from postil.errors import PostilError
    from postil.text import nearest

    there = sorted({annotator for files in directory.inventory.documents.values() for annotator in files.sets})
    for annotator in filter(None, (*annotators, reference)):
        if annotator not in there:
            near = nearest(annotator, there)
            others = f"; did you mean {near}?" if near else f": there are {', '.join(there)}" if there else ": there are none"
            raise PostilError(f"there are no sets by {annotator}{others}")
    if len(set(annotators)) == 1:
        raise click.UsageError("one annotator agrees with himself: name two or more, or none for all")
    scheme = directory.project.scheme
    for layer in layers:
        if scheme and layer not in scheme.layers:
            raise PostilError(f"there is no layer {layer}: there are {', '.join(scheme.layers)}")


def _compare(directory: CorpusDirectory, request: Request, jobs: int) -> Report:
    from postil.agreement.tally import Tally
    from postil.processes import in_order, processors

    documents = list(directory.inventory.documents)
    tally = Tally(request, directory.project.scheme)
    processes = jobs or (processors() if len(documents) >= _WORTH_IT else 1)
    with Progress("comparing") as progress:
        compared = in_order(_comparer, (str(directory.root), request), documents, processes)
        for number, contribution in enumerate(compared, 1):
            tally.add(contribution)
            progress(number, len(documents))
    manifest = directory.project.manifest
    return tally.report(manifest.title or manifest.name)


def _comparer(root: str, request: Request) -> Any:
    from pathlib import Path

    from postil.agreement.contribution import contribution
    from postil.corpus import Corpus
    from postil.storage.directory import CorpusDirectory

    corpus = Corpus(CorpusDirectory(Path(root)))
    scheme = corpus.directory.project.scheme
    return lambda document: contribution(corpus[document], scheme, request)


def _write(report: Report, format_: str, output: str | None, by: frozenset[Any]) -> None:
    import shutil

    from postil.agreement.output import Output, View
    from postil.errors import PostilError
    from postil.registry import part
    from postil.storage.safe_files import write_atomically

    to_terminal = output in (None, "-")
    columns = min(shutil.get_terminal_size((100, 24)).columns, 120)
    view = View(by, colour=bool(to_terminal and use_colour()), width=columns)
    lines = part("postil.agreement.output", format_, Output).lines(report, view)
    if output is None or output == "-":
        for line in lines:
            click.echo(line, color=True)
        return
    target = start_directory() / output
    if not target.parent.is_dir():
        raise PostilError(f"{target.parent}: there is no such directory")
    write_atomically(target.parent, target, "".join(f"{line}\n" for line in lines).encode())
    click.echo(f"wrote {output}")
