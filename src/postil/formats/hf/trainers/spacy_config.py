"""``config.cfg``: what ``spacy train`` needs to learn every layer of the DocBins beside it, on a CPU, from a blank pipeline.

A layer without overlap is learnt as ``doc.ents`` by ``ner``; every other as a group of ``doc.spans`` by a ``spancat`` of its own,
which can only find spans of lengths that its suggester proposes: they go from the shortest to the longest that there is in
training. The labels of sentences are learnt by ``textcat_multilabel``.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

import msgspec

from postil.formats.hf.trainers.lengths import Lengths, share
from postil.formats.hf.trainers.units import learnt_layers
from postil.scheme import Scheme

LONGEST = 100  # tokens of a span that is proposed at most: as many spans as that are proposed at every token of a sentence
_WIDTH = 96  # of tok2vec
_LISTENER = {"@architectures": "spacy.Tok2VecListener.v1", "width": _WIDTH, "upstream": "*"}
_NER = {
    "@architectures": "spacy.TransitionBasedParser.v2",
    "state_type": "ner",
    "extra_state_tokens": False,
    "hidden_width": 64,
    "maxout_pieces": 2,
    "use_upper": True,
    "nO": None,
    "tok2vec": _LISTENER,
}
_SPANCAT = {
    "@architectures": "spacy.SpanCategorizer.v1",
    "reducer": {"@layers": "spacy.mean_max_reducer.v1", "hidden_size": 128},
    "scorer": {"@layers": "spacy.LinearLogistic.v1", "nO": None, "nI": None},
    "tok2vec": _LISTENER,
}
_TEXTCAT = {"@architectures": "spacy.TextCatBOW.v3", "exclusive_classes": False, "ngram_size": 1, "no_output_layer": False}


class Learnt(msgspec.Struct, frozen=True):
    """How a layer is learnt: the component, and of a ``spancat`` which lengths it proposes and the share of spans with them."""

    layer: str
    component: str
    shortest: int = 0
    longest: int = 0
    covered: float = 1.0


def entity_layer(scheme: Scheme) -> str:
    """The layer that is ``doc.ents``: the first whose spans never overlap; none where all may."""
    return next((name for name in learnt_layers(scheme) if scheme.layers[name].overlap == "none"), "")


def can_be_named(layer: str) -> bool:
    """Whether a configuration can name a group of spans so: the score of one is a key there."""
    return not re.search(r"[=:$\r\n]", layer)


def learnt(scheme: Scheme, lengths: Lengths, main: str | None) -> list[Learnt]:
    """How each layer is learnt that has spans, and a name that a configuration can have. ``main``: the one of sentences."""
    entities = entity_layer(scheme)
    found: list[Learnt] = []
    for number, layer in enumerate(learnt_layers(scheme), 1):
        if layer == entities and layer in lengths:
            found.append(Learnt(layer, "ner"))
        elif layer in lengths and can_be_named(layer):
            name = re.sub(r"\W", "_", layer, flags=re.ASCII)
            found.append(Learnt(layer, f"spancat_{name if name == layer else number}", *_sizes(lengths[layer])))
    if main and main in lengths:
        found.append(Learnt(main, "textcat_multilabel"))
    return found


def _sizes(lengths: Counter[int]) -> tuple[int, int, float]:
    longest = min(max(lengths), LONGEST)
    return min(*lengths, longest), longest, share(lengths, longest)


def config_for(language: str, paths: dict[str, str], components: list[Learnt]) -> str:
    """The text of the file, complete: with what spaCy's defaults are now."""
    from spacy.util import load_model_from_config
    from thinc.api import Config

    weights = {_score(one): round(1 / len(components), 2) for one in components}
    said: dict[str, Any] = {
        "paths": paths,
        "system": {"seed": 0},
        "nlp": {"lang": language, "pipeline": ["tok2vec", *(one.component for one in components)]},
        "components": {"tok2vec": {"factory": "tok2vec"}, **{one.component: _component(one) for one in components}},
        "training": {"score_weights": weights},
    }
    config = load_model_from_config(Config(said), auto_fill=True).config
    unused = dict.fromkeys(config["training"]["score_weights"])  # that of a group "sc", too, whatever the groups are called
    config["training"]["score_weights"] = {**unused, **weights}
    text: str = config.to_str()
    return f"{text}\n"


def _score(one: Learnt) -> str:
    """The score of a component by which a model is chosen, among others."""
    return {"ner": "ents_f", "textcat_multilabel": "cats_micro_f"}.get(one.component, f"spans_{one.layer}_f")


def _component(one: Learnt) -> dict[str, Any]:
    if one.component == "textcat_multilabel":
        return {"factory": "textcat_multilabel", "model": _TEXTCAT}
    if one.component == "ner":
        return {"factory": "ner", "model": _NER}
    suggester = {"@misc": "spacy.ngram_range_suggester.v1", "min_size": one.shortest, "max_size": one.longest}
    return {"factory": "spancat", "spans_key": one.layer, "model": _SPANCAT, "suggester": suggester}
