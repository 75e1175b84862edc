from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

import msgspec

from postil.corpus import readable
from postil.errors import PostilError, UnreadableCorpus
from postil.rules import Example, Problem, corpus_rule
from postil.rules.corpus_view import CorpusView
from postil.rules.examples import MANIFEST, set_file, span
from postil.rules.set_view import BundleView
from postil.rules.views import toml_problem
from postil.storage.bundle import Project

if TYPE_CHECKING:
    from postil.agreement.contribution import Contribution
    from postil.agreement.minima import Minimum
    from postil.agreement.report import Report
    from postil.agreement.request import Request

_F1 = f'{MANIFEST}[check.agreement]\n"entity.f1" = 0.6\n'
_RAJNATH, _HAMADA, _TOKYO = span("e1", "PERSON", 0, 13), span("e2", "PERSON", 18, 24), span("e3", "GPE", 28, 33)
_SAME = {"annotations/a2/example.jsonl": set_file("a2", _RAJNATH, _HAMADA, _TOKYO)}
_OTHER = {"annotations/a2/example.jsonl": set_file("a2", _RAJNATH)}
_UNFINISHED = {"annotations/a2/example.jsonl": set_file("a2", _RAJNATH, status="in-progress")}


class _Slot(msgspec.Struct, frozen=True):
    """Quantities of one measure of one layer: names and values."""

    layer: str
    measure: str
    part: str
    quantities: list[tuple[tuple[str, ...], float]]


class _Compared(msgspec.Struct, frozen=True):
    """What a document contributes to the agreement of its annotators: no more than the thresholds ask for."""

    document: str
    group: str
    annotators: tuple[str, ...]
    layers: dict[str, tuple[str, list[str], dict[str, int]]]
    slots: list[_Slot]


def _minima(project: Project) -> list[tuple[str, Minimum | str]]:
    """Each threshold, or why it is none, by its name in the manifest; nothing where what it is about cannot be read."""
    agreement = project.manifest.check.agreement
    if not agreement or project.scheme is None or project.has_faults:
        return []
    from postil.agreement.libraries import require_libraries

    require_libraries("agreement that the manifest asks for")
    from postil.agreement.minima import minimum_of

    found: list[tuple[str, Minimum | str]] = []
    for name, least in agreement.items():
        try:
            found.append((name, minimum_of(name, least, project.scheme.layers)))
        except PostilError as error:
            found.append((name, str(error)))
    return found


def _request(minima: Iterable[Minimum]) -> Request:
    from postil.agreement.request import Request
    from postil.measures.comparison import Settings

    asked = list(minima)
    layers = {minimum.layer for minimum in asked}
    return Request(
        layers=() if "" in layers else tuple(sorted(layers)),
        measures=tuple(sorted({minimum.measure for minimum in asked})),
        with_differences=False,
        settings=Settings(with_parts=any(minimum.part for minimum in asked)),
    )


def _asked(project: Project) -> list[Minimum]:
    """The thresholds that can be measured, worked out once for all documents."""
    if not project.manifest.check.agreement:
        return []
    known: dict[str, list[Minimum]] = project.judged.setdefault(_asked, {})
    if "" not in known:
        known[""] = [minimum for _, minimum in _minima(project) if not isinstance(minimum, str)]
    return known[""]


def _map(view: BundleView) -> _Compared | None:
    bundle = view.document.bundle
    minima = _asked(bundle.project) if len(bundle.set_files) > 1 else []
    if not minima:
        return None
    from postil.agreement.contribution import contribution

    try:
        found = contribution(readable(bundle), bundle.project.scheme, _request(minima))
    except UnreadableCorpus:
        return None  # other rules say why
    if found.left_out:
        return None
    layers = {name: (layer.kind, list(layer.labels), layer.annotations) for name, layer in found.layers.items()}
    slots = [_Slot(slot.layer, slot.measure, slot.part, list(amounts.items())) for slot, amounts in found.quantities.items()]
    return _Compared(found.document, found.group, found.annotators, layers, slots)


@corpus_rule(
    "COR009",
    Example(records=(_RAJNATH, _HAMADA, _TOKYO), files=_OTHER, note="nothing is asked for"),
    Example(manifest=_F1, records=(_RAJNATH, _HAMADA, _TOKYO), files=_SAME),
    Example(manifest=_F1, records=(_RAJNATH, _HAMADA, _TOKYO), files=_OTHER, finds=("4:1",)),
    Example(manifest=_F1, records=(_RAJNATH, _HAMADA, _TOKYO), files=_UNFINISHED, note="nobody to compare yet"),
    Example(
        manifest=_F1,
        records=(_RAJNATH, _HAMADA, _TOKYO),
        header={"method": "adjudicated"},
        files=_OTHER,
        note="what was made from the others agrees with them",
    ),
    Example(
        manifest=_F1.replace("entity.f1", "entity.f2"),
        records=(_RAJNATH, _HAMADA, _TOKYO),
        files=_SAME,
        finds=("4:1",),
        note="no such measure",
    ),
    map=_map,
    part=_Compared,
)
def check(parts: Sequence[_Compared], corpus: CorpusView) -> Iterator[Problem]:
    """Annotators must agree as far as ``agreement`` asks for.

    Where they do not, the guidelines do not say what people take them to say, and what is learned from the annotations is partly
    chance. Compared are all complete sets but those that were made from others, as ``postil agree`` does, which also shows where
    annotators differ.

    Talk about the worst disagreements, mend the guidelines, annotate again; or lower the number under ``[check.agreement]`` of
    the manifest.
    """
    minima = _minima(corpus.project)
    asked = _asked(corpus.project)
    report = _report(parts, asked, corpus.project) if parts and asked else None
    for name, minimum in minima:
        for message in [minimum] if isinstance(minimum, str) else _failures(report, minimum):
            yield toml_problem(corpus.project.manifest_file, ("check", "agreement", name), message)


def _report(parts: Sequence[_Compared], minima: Sequence[Minimum], project: Project) -> Report:
    from postil.agreement.tally import Tally

    tally = Tally(_request(minima), project.scheme)
    for part in parts:
        tally.add(_contribution(part))
    return tally.report(with_intervals=False)


def _failures(report: Report | None, minimum: Minimum) -> Iterator[str]:
    from postil.agreement.minima import failures

    return failures(report, [minimum]) if report else iter(())


def _contribution(part: _Compared) -> Contribution:
    from postil.agreement.contribution import Contribution, LayerContribution, Slot

    layers = {
        name: LayerContribution(kind, frozenset(labels), counts, {}, []) for name, (kind, labels, counts) in part.layers.items()
    }
    quantities = {Slot(slot.layer, slot.measure, (), slot.part): dict(slot.quantities) for slot in part.slots}
    return Contribution(part.document, part.group, annotators=part.annotators, layers=layers, quantities=quantities)
