from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import click

from postil.cli._command import open_directory, postil_command, start_directory, use_colour
from postil.cli._left_out import LeftOut
from postil.cli._progress import Progress
from postil.registry import names

if TYPE_CHECKING:
    from collections.abc import Collection

    from postil.agreement.minima import Minimum
    from postil.agreement.report import Report
    from postil.agreement.request import Request
    from postil.storage.directory import CorpusDirectory

_WORTH_IT = 100  # documents: fewer are compared faster than processes start


class _Number(click.FloatRange):
    """A number in a range; unlike its base, none that is infinite or no number."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        number = float(super().convert(value, param, ctx))
        if not math.isfinite(number):
            self.fail(f"{value} is not a number from {self.min} to {self.max}", param, ctx)
        return number


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
    metavar="[LAYER.]MEASURE[.PART]=VALUE",
    help="Fail where it is less; may be given several times.",
)
@click.option("--format", "format_", type=click.Choice(names("postil.agreement.output")), default="text", help="How to show it.")
@click.option("--output", type=click.Path(dir_okay=False), metavar="FILE", help="Write the report there; - is standard output.")
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="What samples are drawn.")
@click.option("--gamma-alpha", type=_Number(0, 1000), default=1.0, show_default=True, help="How much place counts.")
@click.option("--gamma-beta", type=_Number(0, 1000), default=1.0, show_default=True, help="How much labels count.")
@click.option(
    "--gamma-precision",
    type=_Number(0.001, 1),
    default=0.05,
    show_default=True,
    help="Draw samples until chance is known this well in each document (at least 30).",
)
@click.option("--jobs", type=click.IntRange(min=0), default=0, metavar="N", help="Processes; else as many as are worth it.")
def command(annotators: tuple[str, ...], *, format_: str, output: str | None, minima: tuple[str, ...], **options: Any) -> int:
    """Say how far annotators agree, how sure that is, and where they do not.

    SETs are the annotators to compare; without any, all but those whose sets were made from others. A document counts where two
    or more of them have finished it. Exit status: 1 where a value is less than its --min, or undefined.
    """
    from postil.agreement.libraries import require_libraries

    require_libraries("postil agree")
    from postil.agreement.minima import failures, parse_minimum
    from postil.corpus import Corpus

    directory = open_directory()
    layers = Corpus(directory).scheme.layers
    reference = options["reference"] or ("gold" if len(annotators) == 2 and "gold" in annotators else "")
    by = {*options["by"], *(["label"] if reference else [])}  # what is right by definition is asked for label by label
    least = [parse_minimum(said, layers, reference) for said in minima]
    request = _request(directory, annotators, {**options, "reference": reference, "by": by}, least)
    report = _compare(directory, request, options["jobs"])
    _refuse_unused(report, request, layers)
    _write(report, format_, output, frozenset(by))
    failed = list(failures(report, least))
    for failure in failed:
        click.echo(f"postil: {failure}", err=True)
    return 1 if failed else 0


def _request(directory: CorpusDirectory, annotators: tuple[str, ...], options: dict[str, Any], least: list[Minimum]) -> Request:
    from postil.agreement.request import Request, known_measures
    from postil.measures.alignment import Weights
    from postil.measures.comparison import Settings
    from postil.measures.disorder import Chance

    reference = options["reference"]
    _refuse_unknown(directory, annotators, reference)
    chosen = annotators if not annotators or not reference or reference in annotators else (*annotators, reference)
    return Request(
        chosen,
        options["layers"],
        known_measures(options["measures"], reference),
        tuple(minimum.measure for minimum in least),
        with_pairs="pair" in options["by"],
        settings=Settings(
            Weights(options["gamma_alpha"], options["gamma_beta"]),
            Chance(options["seed"], options["gamma_precision"]),
            with_parts="label" in options["by"] or any(minimum.part for minimum in least),
            reference=reference,
        ),
    )


def _refuse_unknown(directory: CorpusDirectory, annotators: tuple[str, ...], reference: str) -> None:
    from postil.errors import PostilError
    from postil.text import nearest

    there = sorted({annotator for files in directory.inventory.documents.values() for annotator in files.sets})
    for annotator in filter(None, (*annotators, reference)):
        if annotator not in there:
            near = nearest(annotator, there)
            others = f"; did you mean {near}?" if near else f": there are {', '.join(there)}" if there else ": there are none"
            raise PostilError(f"there are no sets by {annotator}{others}")
    if len({*annotators, *filter(None, [reference])}) == 1 and annotators:
        raise click.UsageError("one annotator agrees with himself: name two or more, or none for all")


def _refuse_unused(report: Report, request: Request, layers: Collection[str]) -> None:
    """Say so where a layer that was asked for is nowhere, or nothing that was asked for could be measured."""
    from postil.errors import PostilError
    from postil.text import nearest

    there = {layer.name for layer in report.layers}
    known = [*layers, *sorted(there.difference(layers))]
    for layer in request.layers:
        if layer not in known:
            near = nearest(layer, known)
            others = f"; did you mean {near}?" if near else f": there are {', '.join(known)}"
            raise PostilError(f"there is no layer {layer}{others}")
    if report.documents and request.measures and not any(layer.measures for layer in report.layers):
        where = ", ".join(request.layers) or "any layer"
        raise PostilError(f"{', '.join(request.measures)}: there is nothing to measure in {where}")


def _compare(directory: CorpusDirectory, request: Request, jobs: int) -> Report:
    from postil.agreement.comparing import comparer
    from postil.agreement.tally import Tally
    from postil.corpus import Corpus
    from postil.processes import in_order, processors

    documents = list(directory.inventory.documents)
    tally = Tally(request, Corpus(directory).scheme)
    left_out = LeftOut()
    processes = jobs or (processors() if len(documents) >= _WORTH_IT else 1)
    with Progress("comparing") as progress:
        compared = in_order(comparer, (str(directory.root), request), documents, processes)
        for number, contribution in enumerate(compared, 1):
            tally.add(contribution)
            for annotator, count in contribution.unplaced.items():
                left_out.add(annotator, count)
            progress(number, len(documents))
    left_out.say()
    manifest = directory.project.manifest
    return tally.report(manifest.title or manifest.name)


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
    write_atomically(target.parent, target, "".join(f"{line}\n" for line in lines).encode(errors="backslashreplace"))
    click.echo(f"wrote {output}")
