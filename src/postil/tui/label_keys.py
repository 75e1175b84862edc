"""The keys of labels: those that the scheme gives, and for labels without one, letters that nothing else has."""

from __future__ import annotations

from collections.abc import Collection
from string import ascii_lowercase

from postil.annotating.state import State
from postil.scheme import Layer
from postil.tui.keys import Keys


def label_keys(state: State, keys: Keys) -> dict[str, tuple[str, ...]]:
    """The keys of labels, and the action that each does in this state.

    While a head is marked these are the labels of relations, then those of the current layer; on a suggestion that was gone to,
    the labels of its layer, to accept it with.
    """
    ghost = state.chosen_ghost
    if ghost is not None and ghost.layer in state.scheme.layers:
        return _doing("accept", keys_of(state.scheme.layers[ghost.layer], keys.used))
    own = keys_of(state.layer, keys.used)
    found = _doing("label", own)
    if state.head and state.layer.kind != "relation":
        for layer in state.scheme.layers_of_kind("relation").values():
            found |= _doing("relate", keys_of(layer, keys.used | set(own.values())))
    return found


def keys_of(layer: Layer, used: Collection[str]) -> dict[str, str]:
    """The key of each label that has one: its own, else a letter of its name, else any letter, that is not ``used``."""
    found = {label: definition.key for label, definition in layer.labels.items() if definition.key}
    free = [letter for letter in ascii_lowercase if letter not in used and letter not in found.values()]
    for label in layer.labels:
        if label not in found and free:
            found[label] = next((letter for letter in label.lower() if letter in free), free[0])
            free.remove(found[label])
    return {label: found[label] for label in layer.labels if label in found}


def _doing(action: str, keys: dict[str, str]) -> dict[str, tuple[str, ...]]:
    return {key: (action, label) for label, key in keys.items()}


def layer_of_key(state: State, action: str, label: str) -> str:
    """The layer that a label's key, which does this action, labels in."""
    if action == "relate":
        return next(name for name, layer in state.scheme.layers_of_kind("relation").items() if label in layer.labels)
    return state.ghost.layer if action == "accept" and state.ghost else state.place.layer
