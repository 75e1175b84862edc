from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from postil.findings import Related
from postil.rules import Example, Problem, Severity, corpus_rule
from postil.rules.corpus._documents import Labels, labels_of
from postil.rules.corpus_view import CorpusView
from postil.rules.examples import MANIFEST, set_file, span
from postil.rules.views import toml_problem

_TRAINING = "train"
_OFTEN = 10

_TEXT = "Rajnath Singh met Hamada in Tokyo.\n"
_SPLIT = f'{MANIFEST}[splits]\nsalt = "0"\nshares = {{ train = 0.5, test = 0.5 }}\n'
_PLACES = tuple(span(f"e{number}", "GPE", number, number + 1) for number in range(_OFTEN))
_IN_TRAIN = "annotations/gold/example-2.jsonl"


@corpus_rule(
    "COR008",
    Example(records=_PLACES, others=(_TEXT,), files={_IN_TRAIN: set_file("gold", document="example-2")}, note="no splits"),
    Example(
        manifest=_SPLIT,
        records=_PLACES,
        others=(_TEXT,),
        files={_IN_TRAIN: set_file("gold", span("e1", "GPE", 28, 33, text="Tokyo"), document="example-2")},
    ),
    Example(manifest=_SPLIT, records=_PLACES, others=(_TEXT,), note="nobody has annotated anything in train"),
    Example(
        manifest=_SPLIT,
        records=_PLACES,
        others=(_TEXT,),
        files={_IN_TRAIN: set_file("gold", span("e1", "PERSON", 0, 13, text="Rajnath Singh"), document="example-2")},
        finds=("10:1",),
    ),
    map=labels_of,
    part=Labels,
    severity=Severity.WARNING,
)
def check(parts: Sequence[Labels], corpus: CorpusView) -> Iterator[Problem]:
    """A label that is used in another split should be used in the training split too.

    A model cannot learn what it never sees: it fails on every such annotation, whatever it is. Told is a label that an annotator
    used ten times or more in another split and never in ``train``, although they have annotated documents there.

    Divide the documents anew (``postil split --anew --stratify 100``), annotate more, or leave the label out of the scheme.
    """
    project = corpus.project
    if _TRAINING not in project.manifest.splits.shares or project.scheme is None:
        return
    uses: dict[tuple[str, str, str], Counter[str]] = {}
    for part in parts:
        for annotator, layers in part.counts.items():
            for layer, counts in layers.items():
                for label, count in counts.items():
                    uses.setdefault((annotator, layer, label), Counter())[part.split] += count
    trained = {annotator for part in parts if part.split == _TRAINING for annotator in part.counts}
    splits = toml_problem(project.manifest_file, ("splits",), "").place
    for (annotator, layer, label), by_split in sorted(uses.items()):
        known = project.scheme.layers.get(layer)
        often = [(split, count) for split, count in sorted(by_split.items()) if count >= _OFTEN]
        if annotator in trained and not by_split[_TRAINING] and often and known and label in known.labels:
            where = " and ".join(f"{count:,} times in {split}" for split, count in often)
            message = f"{annotator} used {label} {where}, and never in {_TRAINING}: a model cannot learn it"
            problem = toml_problem(project.scheme_file, ("layers", layer, "labels", label), message)
            yield Problem(message, problem.place, related=(Related("the splits", splits),))
