from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import msgspec

from postil.corpus import readable
from postil.errors import PostilError, UnreadableCorpus
from postil.rules import Example, Problem, corpus_rule
from postil.rules.corpus_view import CorpusView
from postil.rules.examples import MANIFEST, set_file, span
from postil.rules.set_view import BundleView
from postil.rules.views import toml_problem

if TYPE_CHECKING:
    from postil.agreement.contribution import Contribution
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
    layers: dict[str, tuple[str, dict[str, int]]]
    slots: list[_Slot]


def _request(agreement: Mapping[str, float]) -> Request | None:
    """What the thresholds ask for; nothing where they cannot be understood."""
    from postil.agreement.minima import minima_of
    from postil.agreement.request import Request, known_measures

    try:
        return Request(measures=known_measures((minimum.measure for minimum in minima_of(agreement)), ""))
    except PostilError:
        return None


def _map(view: BundleView) -> _Compared | None:
    bundle = view.document.bundle
    agreement = bundle.project.manifest.check.agreement
    request = _request(agreement) if agreement and len(bundle.set_files) > 1 else None
    if request is None:
        return None
    from postil.agreement.contribution import contribution

    try:
        found = contribution(readable(bundle), bundle.project.scheme, request)
    except UnreadableCorpus:
        return None  # other rules say why
    if found.left_out:
        return None
    layers = {name: (layer.kind, layer.annotations) for name, layer in found.layers.items()}
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
    agreement = corpus.project.manifest.check.agreement
    if not agreement:
        return
    from postil.agreement.minima import failures, minima_of
    from postil.agreement.request import known_measures
    from postil.agreement.tally import Tally

    request = _request(agreement)
    tally = Tally(request, corpus.project.scheme) if request else None
    report = None
    if tally and parts:
        for part in parts:
            tally.add(_contribution(part))
        report = tally.report()
    for name, minimum in zip(agreement, minima_of(agreement), strict=True):
        try:
            known_measures([minimum.measure], "")
            messages = list(failures(report, [minimum])) if report else []
        except PostilError as error:
            messages = [str(error)]
        for message in messages:
            yield toml_problem(corpus.project.manifest_file, ("check", "agreement", name), message)


def _contribution(part: _Compared) -> Contribution:
    from postil.agreement.contribution import Contribution, LayerContribution, Slot

    layers = {name: LayerContribution(kind, frozenset(), counts, {}, []) for name, (kind, counts) in part.layers.items()}
    quantities = {Slot(slot.layer, slot.measure, (), slot.part): dict(slot.quantities) for slot in part.slots}
    return Contribution(part.document, part.group, annotators=part.annotators, layers=layers, quantities=quantities)
