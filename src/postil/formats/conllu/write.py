"""Writing CoNLL-U."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

import msgspec
from msgspec.structs import replace

from postil.corpus import Document
from postil.exchange.features import Feature, Reducing, lose, taken_out, without_values
from postil.exchange.ids import renumbered
from postil.exchange.outgoing import Outgoing
from postil.exchange.tokens import SENTENCE_LAYER, TOKEN_LAYER, Tokenised, token_range
from postil.formats.conllu.entities import FIELDS, USUAL_FIELDS, brackets, entities_of, have_heads, in_percents
from postil.formats.conllu.read import BRIDGING, COREFERENCE, META, SPLIT, meta_value
from postil.formats.conllu.sentences import COLUMNS
from postil.manifest import Metadata
from postil.model import AnnotationSet, Relation, Span
from postil.segmentation import Extent

_ESCAPES = {" ": "\\s", "\t": "\\t", "\n": "\\n", "\r": "\\r", "|": "\\p", "\\": "\\\\"}
_LINE_END = re.compile(r"[\t\n\r]")
_WORDS = "words"
_ROW_COLUMNS = COLUMNS[2:9]  # LEMMA to DEPS: what tokens may say
_LINK_UNSAFE = re.compile(r"[\s%|,<:=]")
_NO_CELLS = ["_"] * len(_ROW_COLUMNS)
_OWN_KEYS = frozenset({"Entity", "Bridge", "SplitAnte", "SpaceAfter", "SpacesAfter", "SpacesBefore", "SpacesInToken"})


def spaced(value: str) -> str:
    """Characters as a value of ``SpacesAfter``: blanks without a letter of their own by their number, as readers strip lines."""
    return "".join(
        _ESCAPES.get(character) or (f"\\u{ord(character):04X}" if character.isspace() else character) for character in value
    )


# --- limits --------------------------------------------------------------------------------------------------------------------


def _without_other_relations(document: Document, reducing: Reducing) -> Document:
    sets = {name: _only_held(annotations, reducing) for name, annotations in document.sets.items()}
    return replace(document, sets=sets)


def _only_held(annotations: AnnotationSet, reducing: Reducing) -> AnnotationSet:
    """The set with only those relations that MISC can say: which spans are the same, and what bridges from one to another."""
    spans = {span.id: span for span in annotations.spans if span.layer not in (TOKEN_LAYER, SENTENCE_LAYER)}
    classes: list[Relation] = []
    taken: set[str] = set()
    for relation in annotations.relations:
        members = _members(relation)
        is_free = members and spans.keys() >= members and taken.isdisjoint(members)
        if is_free and _can_be_told_apart([spans[id] for id in members]):
            taken |= members
            classes.append(relation)
    order = {id: number for number, id in enumerate(spans)}
    firsts = spans.keys() - taken | {min(_members(relation), key=order.__getitem__) for relation in classes}
    splits: set[str] = set()
    held = {relation.id for relation in classes}
    for relation in annotations.relations:
        if relation.id not in held and _is_link(relation, firsts, splits):
            held.add(relation.id)
    doomed = [relation for relation in annotations.relations if relation.id not in held]
    for relation in doomed:
        lose(reducing, CLASSES.title, annotations, relation)
    kept = taken_out(annotations, [relation.id for relation in doomed], reducing)
    named = {relation.id for relation in classes}
    relations = []
    for relation in kept.relations:
        plain = replace(relation, layer=COREFERENCE, label=COREFERENCE) if relation.id in named else relation
        relations.append(plain)
        if plain != relation:
            lose(reducing, "names of classes of spans", annotations, relation, stops=False)
    return replace(kept, relations=tuple(relations))


def _is_link(relation: Relation, firsts: set[str], splits: set[str]) -> bool:
    """Whether ``Bridge`` or ``SplitAnte`` can say this, between spans that are the first of theirs; notes split ones."""
    if not firsts.issuperset(id for _, id in relation.arguments()):
        return False
    if relation.layer == BRIDGING:
        return tuple(relation.args) == ("from", "to") and bool(relation.label)
    antecedents = relation.args.get("antecedent")
    is_split = relation.layer == relation.label == SPLIT and set(relation.args) == {"anaphor", "antecedent"}
    anaphor = relation.args.get("anaphor")
    if not is_split or not isinstance(anaphor, str) or not isinstance(antecedents, tuple) or anaphor in splits:
        return False
    splits.add(anaphor)
    return len(set(antecedents)) == len(antecedents) > 0


def _members(relation: Relation) -> set[str]:
    members = relation.args.get("member", ())
    is_class = set(relation.args) == {"member"} and not isinstance(members, str) and len(set(members)) == len(members) > 1
    return set(members) if is_class else set()


def _can_be_told_apart(spans: Sequence[Span]) -> bool:
    """Whether brackets that all bear one name still say which belong together: not where they cross."""
    extents = sorted((span.start, -span.end, bool(span.fragments)) for span in spans)
    around: list[tuple[int, int, bool]] = []
    for start, negative, is_apart in extents:
        around = [one for one in around if -one[1] > start]
        if any(-one[1] < -negative or one[2] or is_apart for one in around):
            return False
        around.append((start, negative, is_apart))
    return True


def _with_plain_rows(document: Document, reducing: Reducing) -> Document:
    return without_values(ROW_LABELS.title, _plain_row)(document, reducing)


def _plain_row(record: Any) -> Any:
    """A token or sentence under the only label that rows give them."""
    if not isinstance(record, Span) or record.layer not in (TOKEN_LAYER, SENTENCE_LAYER):
        return record
    return replace(record, label=record.layer)


CLASSES = Feature("other relations", "relations other than of coreference", _without_other_relations)


ROW_LABELS = Feature("row labels", "labels of tokens and sentences", _with_plain_rows)


# --- writing -------------------------------------------------------------------------------------------------------------------


def write(documents: Iterable[Document], outgoing: Outgoing) -> None:
    """Write a file for each document, or one for all."""
    if outgoing.options["documents"] == "files":
        for document in documents:
            outgoing.target.write(f"{document.id}.conllu", _Writing(document, outgoing).text())
        return
    entities = 0  # no two of a file have one name
    with outgoing.target.open("corpus.conllu") as file:
        for document in documents:
            writing = _Writing(document, outgoing, entities + 1)
            file.write(writing.text().encode())
            entities += writing.count


class _Writing:
    """One document while it is written. ``first``: the number of its first entity; ``count``: how many it has."""

    def __init__(self, document: Document, outgoing: Outgoing, first: int = 1) -> None:
        self.document = document
        self.found: Tokenised = outgoing.tokens.of(document)
        self.flat = self.found.flat
        sets = list(document.sets.values())
        self.annotations = sets[0] if sets else None
        spans = self.annotations.spans if self.annotations else ()
        self.tokens = {(span.start, span.end): span for span in spans if span.layer == TOKEN_LAYER}
        self.sentences = {span.start: span for span in spans if span.layer == SENTENCE_LAYER}
        self.count = 0
        self.fields: tuple[str, ...] = FIELDS
        self.links: defaultdict[int, list[tuple[str, str]]] = defaultdict(list)
        self.entities = self._entities(outgoing, first)

    def _entities(self, outgoing: Outgoing, first: int) -> dict[int, str]:
        """The brackets at each token."""
        if not self.annotations:
            return {}
        relations = self.annotations.relations
        classes = {id: one.id for one in relations if one.layer == COREFERENCE for _, id in one.arguments()}
        named = [span for span in self.annotations.spans if span.layer not in (TOKEN_LAYER, SENTENCE_LAYER)]
        planned = {span.id: (entity, id) for span, entity, id in entities_of(named, classes, first)}
        self.count = len({entity for entity, _ in planned.values()})
        ids = {old: new for old, (_, new) in planned.items()}
        changed = renumbered(self.annotations, outgoing.scheme.layers, lambda record, _: ids.get(record.id, f"-{record.id}"))
        spans = [
            (after, planned[before.id][0], self._parts(after))
            for before, after in zip(self.annotations.spans, changed.spans, strict=True)
            if before.id in planned
        ]
        self._links({span.id: (entity, parts[0][0]) for span, entity, parts in spans}, changed)
        with_heads = outgoing.options["documents"] != "one" and have_heads([span for span, _, _ in spans])  # a file says it once
        self.fields = USUAL_FIELDS if with_heads else FIELDS
        return brackets(spans, with_heads=with_heads)

    def _links(self, places: Mapping[str, tuple[str, int]], changed: AnnotationSet) -> None:
        """Note what ``Bridge`` and ``SplitAnte`` say at each token. ``places``: of spans, their entity and first token."""
        for relation in changed.relations:
            if relation.layer == BRIDGING:
                (source, token), (to, _) = (places[id] for _, id in relation.arguments())
                label = "" if relation.label == BRIDGING else f":{_LINK_UNSAFE.sub(in_percents, relation.label)}"
                self.links[token].append(("Bridge", f"{to}<{source}{label}"))
            elif relation.layer == SPLIT:
                source, token = places[str(relation.args["anaphor"])]
                found = [places[id][0] for role, id in relation.arguments() if role == "antecedent"]
                self.links[token].append(("SplitAnte", ",".join(f"{to}<{source}" for to in found)))

    def _parts(self, span: Span) -> tuple[Extent, ...]:
        places = [token_range(self.flat, start, end) for start, end in span.extents]
        return tuple(place for place in places if place is not None)

    def text(self) -> str:
        """What is written."""
        return "".join(f"{line}\n" for line in self._lines())

    def _lines(self) -> Iterator[str]:
        yield f"# newdoc id = {self.document.id}"
        if self.entities:
            yield f"# global.Entity = {'-'.join(self.fields)}"
        for name, value in _metadata(self.document.metadata):
            yield f"# {META}{name} = {value}"
        gaps = self._gaps()
        number = 0
        for position, row in enumerate(self.found.tokens):
            own = gaps[number : number + len(row)]
            is_paragraph = position == 0 or "\n\n" in gaps[number - 1]
            yield from self._comments(position, row, own, is_paragraph=is_paragraph)
            at = 1
            for extent, gap in zip(row, own, strict=True):
                misc = self._misc(number, gap, is_last=number + 1 == len(self.flat) or extent == row[-1])
                rows = list(self._rows(extent, at, misc))
                yield from rows
                at += len(rows) - (len(rows) > 1)
                number += 1
            yield ""

    def _gaps(self) -> list[str]:
        """What follows each token, up to the end of the text."""
        text = self.document.text
        edges = [*self.flat, (len(text), len(text))]
        return [text[one[1] : other[0]] for one, other in pairwise(edges)]

    def _comments(self, position: int, row: list[Extent], gaps: list[str], *, is_paragraph: bool) -> Iterator[str]:
        own = self.sentences.get(row[0][0])
        said: dict[str, str] = dict(own.attributes) if own else {}
        paragraph = said.pop("newpar id", "")
        if is_paragraph or paragraph:
            yield f"# newpar id = {_one_line(paragraph)}" if paragraph else "# newpar"
        usual = f"{self.document.id.replace('/', '.')}-{position + 1}"  # a slash is not allowed in it
        yield f"# sent_id = {_one_line(said.pop('sent_id', '')) or usual}"
        text = "".join(
            _one_line(self.document.text[start:end]) + (" " if gap else "") for (start, end), gap in zip(row, gaps, strict=True)
        )
        yield f"# text = {text.strip()}"
        for name, value in said.items():
            yield f"# {_one_line(name)} = {_one_line(value)}" if value else f"# {_one_line(name)}"

    def _misc(self, number: int, gap: str, *, is_last: bool) -> dict[str, str]:
        """What the last column says of a token beside its own attributes."""
        start, end = self.flat[number]
        form = self.document.text[start:end]
        misc = {}
        if number in self.entities:
            misc["Entity"] = self.entities[number]
        for key, said in self.links.get(number, ()):
            misc[key] = f"{misc[key]},{said}" if key in misc else said
        if _LINE_END.search(form):
            misc["SpacesInToken"] = spaced(form)
        if number == 0 and start:
            misc["SpacesBefore"] = spaced(self.document.text[:start])
        if not gap:
            misc["SpaceAfter"] = "No"
        elif gap != " " or is_last:
            misc["SpacesAfter"] = spaced(gap)
        return misc

    def _rows(self, extent: Extent, at: int, misc: dict[str, str]) -> Iterator[str]:
        form = _one_line(self.document.text[extent[0] : extent[1]])
        own = self.tokens.get(extent)
        if own is None:
            yield _row(str(at), form, {}, misc)
            return
        said: dict[str, str] = dict(own.attributes)
        columns = {name: said.pop(name.lower(), "") for name in _ROW_COLUMNS}
        words = said.pop(_WORDS, "").split(" ")
        misc = {**{_key(name): _value(value) for name, value in said.items() if name not in _OWN_KEYS}, **misc}
        if len(words) < 2:
            yield _row(str(at), form, columns, misc)
            return
        yield _row(f"{at}-{at + len(words) - 1}", form, {}, misc)
        split = {name: value.split(" ") for name, value in columns.items()}
        for number, word in enumerate(words):
            cells = {name: values[number] for name, values in split.items() if len(values) == len(words)}
            yield _row(str(at + number), _one_line(word) or "_", cells, {})


def _row(id: str, form: str, columns: dict[str, str], misc: dict[str, str]) -> str:
    pairs = "|".join(f"{name}={value}" if value else name for name, value in sorted(misc.items(), key=_by_name))
    cells = [_one_line(columns.get(name, "")) or "_" for name in _ROW_COLUMNS] if columns else _NO_CELLS
    return "\t".join([id, form, *cells, pairs or "_"])


def _by_name(pair: tuple[str, str]) -> tuple[str, str]:
    return pair[0].lower(), pair[0]


def _one_line(value: str) -> str:
    return _LINE_END.sub(" ", value)


def _key(name: str) -> str:
    return re.sub(r"[\s|=]", "_", name)


def _value(value: str) -> str:
    return _one_line(value).replace("|", "%7C")


def _metadata(metadata: Metadata) -> Iterator[tuple[str, str]]:
    """What is known of a document, in the order of its fields; what has no field of its own after them."""
    known: dict[str, Any] = msgspec.to_builtins(metadata)
    blank: dict[str, Any] = msgspec.to_builtins(Metadata())
    extra = known.pop("extra")
    plain = {name: value for name, value in extra.items() if name not in blank and re.fullmatch(r"[\w:.-]+", name)}
    rest = {name: value for name, value in extra.items() if name not in plain}
    said = {name: value for name, value in known.items() if value != blank[name]} | plain | ({"extra": rest} if rest else {})
    for name, value in said.items():
        yield name, _meta_words(value)


def _meta_words(value: Any) -> str:
    """A value that :func:`~postil.formats.conllu.read.meta_value` reads again as it was."""
    is_plain = isinstance(value, str) and value == " ".join(value.split()) and value and meta_value(value) == value
    return value if is_plain else msgspec.json.encode(value).decode()
