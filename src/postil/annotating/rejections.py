"""Suggestions that were turned down: what they are known by, and what becomes of that when the text is edited."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from postil.editing.realign import realign
from postil.model import Annotation, AnnotationSet, Header, Relation, Span
from postil.segmentation import Extent
from postil.storage.merge_texts import texts_for_merge

Extents = tuple[Extent, ...]

_DEPTH = 2  # of ties of ties: further down they are known by their labels only


def key_of(suggestion: Annotation, known: Mapping[str, Annotation]) -> str:
    """What a suggestion is known by when it was rejected: what it says of which place, whoever says it.

    ``known``: the annotations of its set by their ids; a relation is known by what it ties.
    """
    return _text(_key(suggestion, known, _DEPTH))


def _key(suggestion: Annotation, known: Mapping[str, Annotation], depth: int) -> Any:
    if isinstance(suggestion, Relation) and depth:
        ends: dict[str, list[Any]] = {role: [] for role in suggestion.args}
        for role, id in suggestion.arguments():
            if id in known:
                ends[role].append(_key(known[id], known, depth - 1))
        return [suggestion.layer, suggestion.label, ends]
    extents = suggestion.extents if isinstance(suggestion, Span) else ()
    return f"{suggestion.layer}/{suggestion.label}@{_written(extents)}"


def carried(root: Path, old: Header, new_text: str, keys: Collection[str]) -> frozenset[str]:
    """The keys as they are in the text as it is now. What was rejected in a place that was edited is forgotten.

    ``old``: whose text the keys are about; where that is nowhere any more, only those are left that are about no place.
    """
    places = sorted({place for key in keys for place in _places(_parsed(key))})
    text = texts_for_merge(root, {old.text_sha256}, [old.document]).get(old.text_sha256) if places else None
    moved = _moved(old, text, new_text, places) if text is not None else {}
    found = (_with_places(_parsed(key), moved) for key in keys)
    return frozenset(_text(one) for one in found if one is not None)


def _moved(old: Header, text: str, new_text: str, places: Collection[Extents]) -> dict[Extents, Extents]:
    """Where each place is now, of those that are certain."""
    spans = [Span(str(number), "", "", 0, 0, "").at(extents, text) for number, extents in enumerate(places)]
    outcomes = realign(text, new_text, AnnotationSet(old, tuple(spans))).outcomes
    return {one.before.extents: one.after.extents for one in outcomes if one.after is not None}


# --- keys ----------------------------------------------------------------------------------------------------------------


def _written(extents: Extents) -> str:
    return ",".join(f"{start}-{end}" for start, end in extents)


def _parsed(key: str) -> Any:
    """A key of a relation as the list that it is: layer, label, the keys of what fills each role; any other as it is."""
    try:
        return msgspec.json.decode(key) if key.startswith("[") else key
    except msgspec.DecodeError:
        return key


def _extents(key: str) -> Extents:
    pairs = (pair.partition("-") for pair in key.rpartition("@")[2].split(",") if pair)
    return tuple((int(start), int(end)) for start, _, end in pairs)


def _places(key: Any) -> Iterator[Extents]:
    if isinstance(key, list):
        for ends in key[2].values():
            for end in ends:
                yield from _places(end)
    elif extents := _extents(key):
        yield extents


def _with_places(key: Any, moved: Mapping[Extents, Extents]) -> Any:
    """The key with every place where it is now; ``None`` where one is not known."""
    if isinstance(key, list):
        roles = {role: [_with_places(end, moved) for end in ends] for role, ends in key[2].items()}
        return None if any(None in ends for ends in roles.values()) else [*key[:2], roles]
    extents = _extents(key)
    if not extents:
        return key
    return f"{key.rpartition('@')[0]}@{_written(moved[extents])}" if extents in moved else None


def _text(key: Any) -> str:
    return msgspec.json.encode(key).decode("utf-8", "surrogatepass") if isinstance(key, list) else str(key)
