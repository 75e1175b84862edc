"""What nodes and their keys are called."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from postil.formats._argument import Meaning

PROPOSITION, LOCUTION, ARGUMENT = "proposition", "locution", "argument"

TEXTS = {"I": PROPOSITION, "L": LOCUTION}
"""The layer of nodes that are texts, by their type. All others stand between nodes."""

TYPES = {PROPOSITION: "I", LOCUTION: "L"}

DEFAULT_SCHEMES = {
    "RA": "Default Inference", "CA": "Default Conflict", "MA": "Default Rephrase", "PA": "Default Preference",
    "TA": "Default Transition", "YA": "Default Illocuting",
}  # fmt: skip
"""What a node between others has as its text where nobody chose a scheme, by its type."""

TYPES_OF_MEANINGS: dict[Meaning, str] = {"support": "RA", "attack": "CA", "rephrase": "MA"}

OWN_KEYS = ("nodeID", "text", "type", "confidence", "note")
"""The keys of a node that are no attributes."""

SCHEME, SPEAKER = "scheme", "speaker"

CLASSIFIER, CLASS = "propositionClassifier", "propType"
"""Where xAIF says of which kind a proposition is."""

Ends = tuple[list[str], list[str]]


def owned_ends(before: Mapping[str, Iterable[str]], after: Mapping[str, Iterable[str]], ties: Iterable[str]) -> dict[str, Ends]:
    """The nodes that each node between others goes from and to.

    An edge from one such node to another (an attack on an inference, an illocution that anchors one) is an end of the one
    that has no other end there: the inference does not rest on what attacks it. Where both or none has one it is an end of both.
    """
    own = set(ties)
    has_target = {id for id in own if any(one not in own for one in after.get(id, ()))}
    has_source = {id for id in own if any(one not in own for one in before.get(id, ()))}

    def is_source(source: str, target: str) -> bool:
        return source not in own or target not in has_source or source in has_target

    def is_target(source: str, target: str) -> bool:
        return target not in own or source not in has_target or target in has_source

    return {
        id: (
            [one for one in dict.fromkeys(before.get(id, ())) if is_source(one, id)],
            [one for one in dict.fromkeys(after.get(id, ())) if is_target(id, one)],
        )
        for id in own
    }
