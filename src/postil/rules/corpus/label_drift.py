from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import msgspec

from postil.rules import Example, Problem, Severity, corpus_rule
from postil.rules.corpus._documents import Labels, labels_of
from postil.rules.corpus_view import CorpusView
from postil.rules.views import toml_problem

_DIFFERENT = 0.10
_CERTAIN = 4.0  # standard errors: chance alone goes so far once in 16,000 labels
_FEWEST_GROUPS, _FEWEST_ANNOTATIONS = 10, 30  # fewer, on either side, say nothing
_SHOWN = 3

_Groups = dict[tuple[str, str], Counter[str]]
"""The labels of each group of documents, by split and group."""


class _Drift(NamedTuple):
    """A label, its share in a split and elsewhere, and how many standard errors these are apart."""

    label: str
    share: float
    elsewhere: float
    z: float


@corpus_rule("COR007", Example(), map=labels_of, part=Labels, severity=Severity.INFO)
def check(parts: Sequence[Labels], corpus: CorpusView) -> Iterator[Problem]:
    """Labels should be about as frequent in one split as in the others.

    A model is then tested on something else than it was trained on. Documents differ anyway, and annotations of one document are
    alike: so a share is a ratio over documents (those with one ``group`` taken together), its variance that of a ratio (Cochran
    1977), and only what is 10 points and 4 standard errors away from the other splits is told, each annotator by itself. Fewer
    than 10 groups, or 30 annotations, on either side say nothing.

    Divide the documents anew (``postil split --anew --stratify 100``), or say in the manifest's description that they differ.
    """
    shares = corpus.project.manifest.splits.shares
    for (annotator, layer), groups in sorted(_by_layer(parts).items()):
        present = {split for split, _ in groups}
        splits = [split for split in shares if split in present]
        for split in splits[1:] if len(splits) == 2 else splits:  # of two, one differs as the other does
            inside = [counts for (name, _), counts in groups.items() if name == split]
            outside = [counts for (name, _), counts in groups.items() if name != split]
            drifts = sorted(_drifts(inside, outside), key=lambda drift: (-abs(drift.z), drift.label))
            if drifts:
                said = "; ".join(
                    f"{drift.label} {drift.share:.0%}, elsewhere {drift.elsewhere:.0%} (z = {drift.z:.1f})"
                    for drift in drifts[:_SHOWN]
                ) + (f"; and {len(drifts) - _SHOWN} more" if len(drifts) > _SHOWN else "")
                message = f"labels of {layer} by {annotator} are not as frequent in {split} as elsewhere: {said}"
                problem = toml_problem(corpus.project.manifest_file, ("splits",), message)
                yield msgspec.structs.replace(
                    problem, key=f"{annotator} {layer} {split} {' '.join(drift.label for drift in drifts)}"
                )


def _by_layer(parts: Sequence[Labels]) -> dict[tuple[str, str], _Groups]:
    found: dict[tuple[str, str], _Groups] = {}
    for part in parts:
        for annotator, layers in part.counts.items():
            for layer, counts in layers.items():
                groups = found.setdefault((annotator, layer), {})
                groups.setdefault((part.split, part.group), Counter()).update(counts)
    return found


def _drifts(inside: Sequence[Counter[str]], outside: Sequence[Counter[str]]) -> Iterator[_Drift]:
    """The labels whose shares differ. Under the null hypothesis both sides are drawn from one population of groups.

    So deviations are taken from the share of both together: a side in which a label never comes has no variance of its own.
    """
    here, there = sum(inside, Counter()), sum(outside, Counter())
    sizes = here.total(), there.total()
    if min(len(inside), len(outside)) < _FEWEST_GROUPS or min(sizes) < _FEWEST_ANNOTATIONS:
        return
    groups = [(counts, counts.total()) for counts in (*inside, *outside)]
    for label in here | there:
        share, elsewhere = here[label] / sizes[0], there[label] / sizes[1]
        if abs(share - elsewhere) < _DIFFERENT:
            continue
        overall = (here[label] + there[label]) / sum(sizes)
        spread = math.fsum((counts[label] - overall * size) ** 2 for counts, size in groups) / (len(groups) - 1)
        error = math.sqrt(spread * (len(inside) / sizes[0] ** 2 + len(outside) / sizes[1] ** 2))
        z = (share - elsewhere) / error
        if abs(z) >= _CERTAIN:
            yield _Drift(label, share, elsewhere, z)
