"""Mentions in brackets: the ``Entity=`` of CorefUD and GUM, both ways."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from urllib.parse import unquote

import msgspec

from postil.model import Span
from postil.segmentation import Extent

FIELDS = ("eid", "etype", "other")
"""The fields of a mention as they are written where not all have a head; ``# global.Entity`` says which a file has."""

LAYER = "layer"
"""What the layer is called among the values of ``other``; an attribute of this name is written in percents."""

USUAL_FIELDS = ("eid", "etype", "head", "other")
"""The fields of a file that does not say which it has."""

HEAD = "head"
"""The field, and the attribute, with the number of the word of a mention that is its head."""

_NUMBER = re.compile(r"[1-9][0-9]{0,5}")
_IDS = ("eid", "GRP")
_BRACKETS = re.compile(r"\([^()]*\)?|[^()]+\)")
_PART = re.compile(r"(.*)\[(\d+)/(\d+)\]")
_UNSAFE = re.compile(r"[\s%\-()|=,:\[\]\x00-\x1f\x7f]")


def escaped(value: str) -> str:
    """A value that can stand in a field: what means something there is written in percents."""
    return _UNSAFE.sub(in_percents, value)


def in_percents(found: re.Match[str]) -> str:
    """What was found, with a percent sign and two digits for each byte."""
    return "".join(f"%{byte:02X}" for byte in found[0].encode())


def unescaped(value: str) -> str:
    """The value without percents; as it is where they do not say UTF-8."""
    try:
        return unquote(value, errors="strict")
    except UnicodeDecodeError:
        return value


def split_brackets(value: str) -> list[str]:
    """The brackets that follow one another in a value of ``Entity``."""
    return _BRACKETS.findall(value)


class Mention(msgspec.Struct):
    """A mention: units ``first`` up to ``after`` of each of its parts. ``values``: its other fields.

    ``entity``: empty in a file that does not say which mentions are of one.
    """

    entity: str
    type: str
    values: dict[str, str]
    line: int
    parts: list[Extent]
    total: int = 1
    is_closed: bool = False


class Brackets:
    """Reads the brackets of a document, unit by unit. ``wrong`` is told of each bracket that has no other."""

    def __init__(self, fields: Iterable[str], wrong: Callable[[str, int], None]) -> None:
        self.fields = tuple(fields)
        self.mentions: list[Mention] = []
        self._wrong = wrong
        self._open: defaultdict[str, list[tuple[Mention, int]]] = defaultdict(list)  # with the unit where its part begins
        self._partial: defaultdict[str, list[Mention]] = defaultdict(list)

    def read(self, value: str, first: int, after: int, line: int) -> None:
        """Read what stands at units ``first`` up to ``after``: one, or none where it is a place between two."""
        found = split_brackets(value)
        if "".join(found) != value:
            self._wrong(value, line)
        for bracket in found:
            if bracket.startswith("("):
                id = self._begin(bracket[1:].removesuffix(")"), first, line)
                if bracket.endswith(")"):
                    self._end(id, after, line)
            else:
                self._end(self._id(bracket[:-1]), after, line)

    def finish(self) -> list[Mention]:
        """Every mention that was closed; the others are wrong."""
        for id, waiting in self._open.items():
            for mention, _ in waiting:
                self._wrong(f"({id}", mention.line)
        for partial in self._partial.values():
            for mention in partial:
                self._wrong(f"({mention.entity}[{len(mention.parts)}/{mention.total}]", mention.line)
        return [mention for mention in self.mentions if mention.is_closed]

    def _id(self, closing: str) -> str:
        """The id in a closing bracket: old files of GUM have the type there too. Files without ids close by the first field."""
        parts = closing.split("-")
        at = next((number for number, name in enumerate(self.fields) if name in _IDS), 0)
        return parts[at] if len(parts) > at else closing

    def _begin(self, said: str, unit: int, line: int) -> str:
        values = dict(zip(self.fields, said.split("-", len(self.fields) - 1), strict=False))
        key = self._id(said)
        id = values.pop("eid", values.pop("GRP", ""))
        type_ = unescaped(values.pop("etype", values.pop("entity", "")))
        part = _PART.fullmatch(id)
        if part and part[2] != "1":
            mention = next((one for one in reversed(self._partial[part[1]]) if len(one.parts) == int(part[2]) - 1), None)
            if mention is not None:
                self._open[key].append((mention, unit))
            else:
                self._wrong(f"({said}", line)
            return key
        mention = Mention(part[1] if part else id, type_, values, line, [], int(part[3]) if part else 1)
        self.mentions.append(mention)
        self._open[key].append((mention, unit))
        if part:
            self._partial[mention.entity].append(mention)
        return key

    def _end(self, id: str, after: int, line: int) -> None:
        if not self._open[id]:
            self._wrong(f"{id})", line)
            return
        mention, first = self._open[id].pop()
        mention.parts.append((first, after))
        mention.is_closed = len(mention.parts) >= mention.total
        if mention.is_closed and mention.total > 1:
            self._partial[mention.entity].remove(mention)


def layer_and_values(mention: Mention) -> tuple[str, dict[str, str]]:
    """The layer of a mention, if it says one, and its fields beside id and type, each by its name."""
    layer = ""
    found: dict[str, str] = {}
    for name, value in mention.values.items():
        pairs = value.split(",") if name == "other" else [f"{name}:{value}"] if value else []
        for pair in filter(None, pairs):
            key, colon, said = pair.partition(":")
            if key == LAYER and colon:
                layer = unescaped(said)
            else:
                found[unescaped(key) if colon else "other"] = unescaped(said if colon else key)
    return layer, found


def have_heads(spans: Collection[Span]) -> bool:
    """Whether all spans say which of their words is the head: then that has a field of its own, as in CorefUD."""
    heads = [span.attributes.get(HEAD) for span in spans]
    return bool(heads) and all(isinstance(head, str) and _NUMBER.fullmatch(head) for head in heads)


def brackets(spans: Iterable[tuple[Span, str, tuple[Extent, ...]]], *, with_heads: bool = False) -> dict[int, str]:
    """What stands at each unit. Each span comes with its entity and its parts, in units.

    ``with_heads``: whether heads have a field of their own.
    """
    closing: defaultdict[int, list[tuple[int, str]]] = defaultdict(list)
    opening: defaultdict[int, list[tuple[int, str]]] = defaultdict(list)
    alone: defaultdict[int, list[str]] = defaultdict(list)
    for span, entity, parts in spans:
        for number, (first, after) in enumerate(parts, 1):
            id = entity if len(parts) == 1 else f"{entity}[{number}/{len(parts)}]"
            said = f"({id}{_fields(span, with_heads=with_heads)}"
            if after == first + 1:
                alone[first].append(f"{said})")
            else:
                opening[first].append((-after, said))
                closing[after - 1].append((-first, f"{id})"))
    found = {}
    for unit in opening.keys() | closing.keys() | alone.keys():
        opened = [said for _, said in sorted(opening[unit], key=lambda one: one[0])]
        closed = [said for _, said in sorted(closing[unit], key=lambda one: one[0])]
        single = alone[unit]
        found[unit] = "".join([*closed, *opened, *single] if opened else [*single, *closed])
    return found


def _fields(span: Span, *, with_heads: bool) -> str:
    others = {name: value for name, value in span.attributes.items() if not (with_heads and name == HEAD)}
    values = [f"{LAYER}:{escaped(span.layer)}"]
    values += [f"{_key(name)}:{escaped(value)}" for name, value in others.items()]
    head = f"-{span.attributes[HEAD]}" if with_heads else ""
    return f"-{escaped(span.label)}{head}-{','.join(values)}"


def _key(name: str) -> str:
    return f"%{ord(name[0]):02X}{name[1:]}" if name == LAYER else escaped(name)


def entities_of(spans: Iterable[Span], classes: Mapping[str, str], first: int) -> Iterator[tuple[Span, str, str]]:
    """Each span with its entity and its own new id. ``classes``: what a span belongs to, where it is one of several.

    ``first``: the number of the first entity.
    """
    entities: dict[str, str] = {}
    members: defaultdict[str, int] = defaultdict(int)
    for span in spans:
        entity = entities.setdefault(classes.get(span.id, f" {span.id}"), f"e{len(entities) + first}")
        members[entity] += 1
        yield span, entity, entity if members[entity] == 1 else f"{entity}.{members[entity]}"
