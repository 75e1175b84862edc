"""What a corpus may have and a format may be unable to hold.

A :class:`Feature` knows how to do without itself: it takes a document and gives it back without whatever has the feature,
counting each thing that went. A format declares what it keeps; every feature that it does not keep is taken out, in the order of
:data:`FEATURES`, before its writer sees a document. So the table of what formats keep, the report of what an export loses and
the property that ``read(write(document))`` gives the reduced document back all come from that one declaration.

What is taken out takes along what cannot be without it: a relation one of whose ends went, a note on it, an attribute that
names it.
"""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import Any, Literal, TypeVar

import msgspec
from msgspec.structs import replace

from postil.corpus import Document
from postil.exchange.losses import Losses
from postil.exchange.tokens import SENTENCE_LAYER, TOKEN_LAYER, Tokenised, Tokens, token_range
from postil.manifest import Metadata
from postil.model import Annotation, AnnotationSet, Label, Note, Relation, Span
from postil.scheme import Scheme
from postil.segmentation import Extent, containing

Lane = Literal["document", "rows", "layer", "label"]
"""Which spans compete for one place: all of the document, those of one layer, or those of one label of one layer.

``rows``: all of the document but tokens and sentences, which a format that is made of them holds as such.
"""

Policy = Literal["longest", "outermost", "innermost"]
"""Which of two spans that overlap is kept where a format holds only one."""

SPAN_LAYER, RELATION_LAYER, LABEL_LAYER = "span", "relation", "label"
"""The layers of what comes from a format that has none."""

ROLES = ("from", "to")
"""The roles of relations from a format that only knows their direction."""


class Reducing(msgspec.Struct):
    """What there is to know while a document is reduced. ``options``: those of the format, on which its limits may depend."""

    scheme: Scheme
    losses: Losses
    tokens: Tokens
    lane: Lane = "document"
    policy: Policy = "longest"
    names: dict[tuple[str, str], dict[str, str]] = {}  # what a limit made of names, by the limit and what is named
    options: dict[str, Any] = {}


Reduce = Callable[[Document, Reducing], Document]


class Feature(msgspec.Struct, frozen=True):
    """Something that a corpus may have. ``key``: its short name in tables; ``title``: in words, in the plural.

    ``without``: the document without it. ``stops``: whether an export asks before it loses such a thing: not where the corpus
    gives it again when the file comes back (ids), or where it was never about the text.
    """

    key: str
    title: str
    without: Reduce
    stops: bool = True

    def __hash__(self) -> int:
        return hash(self.key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Feature) and self.key == other.key


def reduced(document: Document, features: Iterable[Feature], reducing: Reducing) -> Document:
    """The document without any of these features, applied in this order."""
    for feature in features:
        document = feature.without(document, reducing)
    return document


# --- taking out ----------------------------------------------------------------------------------------------------------------


def _where(annotations: AnnotationSet, id: str) -> str:
    return f"{annotations.document} ({annotations.annotator}) {id}"


def lose(reducing: Reducing, kind: str, annotations: AnnotationSet, record: Annotation | Note, *, stops: bool = True) -> None:
    """Count a record of a set as lost, or something of it."""
    shown = record.label if isinstance(record, Relation | Label) else record.text
    reducing.losses.add(kind, _where(annotations, record.id), shown, stops=stops)


def in_each_set(change: Callable[[AnnotationSet, Document, Reducing], AnnotationSet]) -> Reduce:
    """Make a change of one set a change of each set of a document."""

    def without(document: Document, reducing: Reducing) -> Document:
        sets = {name: change(annotations, document, reducing) for name, annotations in document.sets.items()}
        return replace(document, sets=sets)

    return without


def taken_out(annotations: AnnotationSet, doomed: Collection[str], reducing: Reducing) -> AnnotationSet:
    """The set without these annotations, and without what cannot be without them, which is counted."""
    if not doomed:
        return annotations
    gone = set(doomed)
    relations = [relation for relation in annotations.relations if relation.id not in gone]
    while orphans := [one for one in relations if any(_is_emptied(value, gone) for value in one.args.values())]:
        for relation in orphans:
            lose(reducing, "relations one of whose ends was lost", annotations, relation)
        gone.update(relation.id for relation in orphans)
        relations = [relation for relation in relations if relation.id not in gone]
    notes = []
    for note in annotations.notes:
        if note.about in gone:
            lose(reducing, "notes on what was lost", annotations, note)
        else:
            notes.append(note)
    reduced_set = AnnotationSet(
        annotations.header,
        tuple(span for span in annotations.spans if span.id not in gone),
        tuple(_without_arguments(relation, gone, annotations, reducing) for relation in relations),
        tuple(label for label in annotations.labels if label.id not in gone),
        tuple(notes),
    )
    return _changed_annotations(reduced_set, lambda record: _without_references(record, gone, annotations, reducing))


def _is_emptied(value: str | tuple[str, ...], gone: set[str]) -> bool:
    return value in gone if isinstance(value, str) else bool(value) and gone.issuperset(value)


def _without_arguments(relation: Relation, gone: set[str], annotations: AnnotationSet, reducing: Reducing) -> Relation:
    if gone.isdisjoint(id for _, id in relation.arguments()):
        return relation
    lose(reducing, "members of relations", annotations, relation)
    args = {
        role: value if isinstance(value, str) else tuple(id for id in value if id not in gone)
        for role, value in relation.args.items()
    }
    return replace(relation, args=args)


RecordType = TypeVar("RecordType", Span, Relation, Label)


def _without_references(record: RecordType, gone: set[str], annotations: AnnotationSet, reducing: Reducing) -> RecordType:
    layer = reducing.scheme.layers.get(record.layer)
    names = [name for name in (layer.references if layer else ()) if name in record.attributes]
    attributes = dict(record.attributes)
    for name in names:
        value = attributes[name]
        kept = [one for one in value if one not in gone] if isinstance(value, list | tuple) else value
        if value in gone if isinstance(value, str) else kept == [] and value:
            del attributes[name]
        elif kept != value:
            attributes[name] = kept
    if attributes == record.attributes:
        return record
    lose(reducing, "attributes that name what was lost", annotations, record)
    return replace(record, attributes=attributes)


def _changed_annotations(annotations: AnnotationSet, change: Callable[[Any], Any]) -> AnnotationSet:
    """The set with each span, relation and label changed."""
    return AnnotationSet(
        annotations.header,
        tuple(map(change, annotations.spans)),
        tuple(map(change, annotations.relations)),
        tuple(map(change, annotations.labels)),
        annotations.notes,
    )


def _without_records(kind: str, is_one: Callable[[Annotation], bool]) -> Reduce:
    """Without every annotation that is one of these."""

    def change(annotations: AnnotationSet, _document: Document, reducing: Reducing) -> AnnotationSet:
        doomed = [record for record in annotations.annotations if is_one(record)]
        for record in doomed:
            lose(reducing, kind, annotations, record)
        return taken_out(annotations, {record.id for record in doomed}, reducing)

    return in_each_set(change)


def without_values(kind: str, change: Callable[[Any], Any], *, stops: bool = True) -> Reduce:
    """With each annotation changed; one that differs then has lost something of this kind."""

    def change_set(annotations: AnnotationSet, _document: Document, reducing: Reducing) -> AnnotationSet:
        def changed(record: Any) -> Any:
            other = change(record)
            if other != record:
                lose(reducing, kind, annotations, record, stops=stops)
            return other

        return _changed_annotations(annotations, changed)

    return in_each_set(change_set)


# --- whose, and where ----------------------------------------------------------------------------------------------------------


def _one_annotator(document: Document, reducing: Reducing) -> Document:
    first, *others = document.sets or ("",)
    for name in others:
        reducing.losses.add("sets of other annotators", f"{document.id} ({name})")
    return replace(document, sets={first: document.sets[first]} if first else {})


_PLAIN_LAYERS: dict[type, tuple[str, str]] = {
    Span: ("span", SPAN_LAYER),
    Relation: ("relation", RELATION_LAYER),
    Label: ("label", LABEL_LAYER),
}


def _without_layers(document: Document, reducing: Reducing) -> Document:
    for kind, (name, plain) in _PLAIN_LAYERS.items():
        layers = {
            record.layer for annotations in document.sets.values() for record in annotations.annotations if type(record) is kind
        }
        several = len(reducing.scheme.layers_of_kind(name)) > 1  # type: ignore[arg-type]
        for layer in sorted(layers - {plain}):
            reducing.losses.add(LAYERS.title, f"{document.id}: {layer} ({name}s)", stops=several)
    return in_each_set(
        lambda annotations, *_: _changed_annotations(
            annotations, lambda record: replace(record, layer=_PLAIN_LAYERS[type(record)][1])
        )
    )(document, reducing)


# --- geometry ------------------------------------------------------------------------------------------------------------------


def _uncut(annotations: AnnotationSet, document: Document, reducing: Reducing) -> AnnotationSet:
    tokens = reducing.tokens.of(document).flat
    doomed = []
    for span in annotations.spans:
        if any(token_range(tokens, start, end) is None for start, end in span.extents):
            lose(reducing, CUT.title, annotations, span)
            doomed.append(span.id)
    return taken_out(annotations, doomed, reducing)


def _within_sentences(annotations: AnnotationSet, document: Document, reducing: Reducing) -> AnnotationSet:
    units = reducing.tokens.of(document).sentences
    doomed = []
    for span in annotations.spans:
        if containing(units, span.start) != containing(units, max(span.end - 1, span.start)):
            lose(reducing, OVER_SENTENCES.title, annotations, span)
            doomed.append(span.id)
    return taken_out(annotations, doomed, reducing)


def _lanes(annotations: AnnotationSet, reducing: Reducing) -> Iterator[list[Span]]:
    """The spans that compete, each lane sorted by start, longest first."""
    lanes: defaultdict[tuple[str, ...], list[Span]] = defaultdict(list)
    for span in annotations.spans:
        lanes[_lane_of(span, reducing.lane)].append(span)
    for lane in lanes.values():
        yield sorted(lane, key=lambda span: (span.start, -span.end))


def _lane_of(span: Span, lane: Lane) -> tuple[str, ...]:
    if lane == "label":
        return span.layer, span.label
    is_row = lane == "rows" and span.layer in (TOKEN_LAYER, SENTENCE_LAYER)
    return (span.layer,) if lane == "layer" or is_row else ()


def _out_of_lanes(kind: str, beaten: Callable[[Sequence[Span], Policy], Iterable[Span]]) -> Reduce:
    """Without the spans of each lane that are beaten there."""

    def change(annotations: AnnotationSet, _document: Document, reducing: Reducing) -> AnnotationSet:
        doomed = []
        for lane in _lanes(annotations, reducing):
            for span in beaten(lane, reducing.policy):
                lose(reducing, kind, annotations, span)
                doomed.append(span.id)
        return taken_out(annotations, doomed, reducing)

    return in_each_set(change)


def _beaten_crossing(lane: Sequence[Span], policy: Policy) -> Iterator[Span]:
    """Spans that cross one which comes first: the longer, the earlier or the shorter, as the policy says."""
    order: dict[Policy, Callable[[Span], tuple[int, int]]] = {
        "longest": lambda span: (span.start - span.end, span.start),
        "outermost": lambda span: (span.start, -span.end),
        "innermost": lambda span: (span.end - span.start, span.start),
    }
    rivals: defaultdict[int, list[int]] = defaultdict(list)
    around: list[int] = []
    for number, span in enumerate(lane):
        around = [other for other in around if lane[other].end > span.start]
        for other in around:
            if lane[other].start < span.start and lane[other].end < span.end:
                rivals[number].append(other)
                rivals[other].append(number)
        around.append(number)
    kept: set[int] = set()
    for number in sorted(rivals, key=lambda number: order[policy](lane[number])):
        if kept.isdisjoint(rivals[number]):
            kept.add(number)
        else:
            yield lane[number]


def _beaten_stacked(lane: Sequence[Span], _policy: Policy) -> Iterator[Span]:
    """All but the first of the spans over exactly the same characters."""
    seen: set[tuple[Extent, ...]] = set()
    for span in sorted(lane, key=lambda span: (span.start, -span.end, span.layer, span.label, span.id)):
        if span.extents in seen:
            yield span
        seen.add(span.extents)


def _beaten_nested(lane: Sequence[Span], policy: Policy) -> Iterator[Span]:
    """Spans in another; for ``innermost``, those around another."""
    around: list[Span] = []
    outer: dict[int, Span] = {}
    for span in lane:
        around = [other for other in around if other.end > span.start]
        holders = [other for other in around if other.end >= span.end and (other.start, other.end) != (span.start, span.end)]
        if policy == "innermost":
            outer.update((id(other), other) for other in holders)
        elif holders:
            yield span
        around.append(span)
    yield from outer.values()


# --- relations -----------------------------------------------------------------------------------------------------------------


def _is_binary(relation: Relation) -> bool:
    return len(relation.args) == 2 and all(isinstance(value, str) for value in relation.args.values())


def _without_relation_ends(annotations: AnnotationSet, _document: Document, reducing: Reducing) -> AnnotationSet:
    spans = {span.id for span in annotations.spans}
    doomed = []
    for relation in annotations.relations:
        if not spans.issuperset(id for _, id in relation.arguments()):
            lose(reducing, ON_RELATIONS.title, annotations, relation)
            doomed.append(relation.id)
    return taken_out(annotations, doomed, reducing)


def _without_roles(annotations: AnnotationSet, _document: Document, reducing: Reducing) -> AnnotationSet:
    """With the roles of binary relations called ``from`` and ``to``, in the scheme's order, or the record's where it has none."""

    def directed(relation: Relation) -> Relation:
        if not _is_binary(relation) or tuple(relation.args) == ROLES:
            return relation
        layer = reducing.scheme.layers.get(relation.layer)
        order = list(layer.roles_of(relation.label)) if layer else []
        names = sorted(relation.args, key=lambda name: order.index(name) if name in order else len(order))
        if set(names) != set(ROLES):
            lose(reducing, ROLE_NAMES.title, annotations, relation)
        else:
            names = list(ROLES)
        return replace(relation, args=dict(zip(ROLES, (relation.args[name] for name in names), strict=True)))

    return replace(annotations, relations=tuple(map(directed, annotations.relations)))


# --- attributes and remarks ----------------------------------------------------------------------------------------------------


def _without_attributes(kind: type[Span | Relation | Label], title: str) -> Reduce:
    def change(record: Any) -> Any:
        """Without attributes, where it is of the kind."""
        return replace(record, attributes={}) if isinstance(record, kind) and record.attributes else record

    return without_values(title, change)


def _only_first(record: Any) -> Any:
    """Lists with their first value only; empty ones and tables go."""
    attributes = {
        name: value[0] if isinstance(value, list | tuple) else value
        for name, value in record.attributes.items()
        if not isinstance(value, dict) and value not in ([], ())
    }
    return record if attributes == record.attributes else replace(record, attributes=attributes)


def _as_words(record: Any) -> Any:
    return replace(record, attributes={name: _as_word(value) for name, value in record.attributes.items()})


def _as_word(value: Any) -> Any:
    if isinstance(value, str):
        return value
    if isinstance(value, list | tuple):
        return [_as_word(one) for one in value]
    return msgspec.json.encode(value).decode()


def _without_remark(record: Annotation) -> Annotation:
    return replace(record, note="") if record.note else record


def _without_notes(about_something: bool) -> Reduce:
    title = "notes on annotations" if about_something else "notes on the document"

    def change(annotations: AnnotationSet, _document: Document, reducing: Reducing) -> AnnotationSet:
        kept = []
        for note in annotations.notes:
            if bool(note.about) == about_something:
                lose(reducing, title, annotations, note)
            else:
                kept.append(note)
        return replace(annotations, notes=tuple(kept))

    return in_each_set(change)


# --- what surrounds annotations ------------------------------------------------------------------------------------------------


def _without_metadata(document: Document, reducing: Reducing) -> Document:
    if document.metadata != Metadata():
        reducing.losses.add(METADATA.title, document.id, document.metadata.title)
    return replace(document, metadata=Metadata())


def _without_document_id(document: Document, reducing: Reducing) -> Document:
    """The id stays: what comes back is called after its file."""
    reducing.losses.add(DOCUMENT_IDS.title, document.id, stops=False)
    return document


def _without_state(annotations: AnnotationSet, document: Document, reducing: Reducing) -> AnnotationSet:
    header = annotations.header
    plain = replace(header, status="complete", method="imported", sources=())
    if plain != header:
        shown = f"{header.status}, {header.method}"
        reducing.losses.add(STATE.title, f"{document.id} ({header.annotator})", shown, stops=False)
    return replace(annotations, header=plain)


def _count_ids(annotations: AnnotationSet, document: Document, reducing: Reducing) -> AnnotationSet:
    """Ids stay: what comes back has others, and everything still refers to the same."""
    if annotations.records:
        where = f"{document.id} ({annotations.annotator})"
        reducing.losses.add(IDS.title, where, f"{annotations.records[0].id}, …", stops=False)
    return annotations


def _without_ignores(record: Annotation) -> Annotation:
    return replace(record, ignore={}) if record.ignore else record


def _without_unknown(annotations: AnnotationSet, document: Document, reducing: Reducing) -> AnnotationSet:
    if annotations.header.unknown:
        reducing.losses.add(UNKNOWN.title, f"{document.id} ({annotations.annotator})", ", ".join(annotations.header.unknown))

    def known(record: Any) -> Any:
        """With the keys of the model only."""
        if not record.unknown and not getattr(record, "decide", None):
            return record
        lose(reducing, UNKNOWN.title, annotations, record)
        return replace(record, unknown={}, **({"decide": {}} if isinstance(record, Note) else {}))

    header = replace(annotations.header, unknown={})
    return replace(_changed_annotations(annotations, known), header=header, notes=tuple(map(known, annotations.notes)))


def _from_tokens(document: Document, reducing: Reducing) -> Document:
    """The document with the text that tokens alone give: a blank between two of them, a line for each sentence."""
    found = reducing.tokens.of(document)
    pieces: list[str] = []
    moved: list[list[Extent]] = []
    at = 0
    for row in found.tokens:
        words = [document.text[start:end] for start, end in row]
        moved.append([])
        for word in words:
            moved[-1].append((at, at + len(word)))
            at += len(word) + 1  # the blank, or the end of the line
        pieces.append(" ".join(words) + "\n")
    text = "".join(pieces) or "\n"
    if text == document.text:
        return document
    reducing.losses.add(TEXT.title, document.id, document.text[:40])
    begin = {old[0]: new[0] for olds, news in zip(found.tokens, moved, strict=True) for old, new in zip(olds, news, strict=True)}
    end = {old[1]: new[1] for olds, news in zip(found.tokens, moved, strict=True) for old, new in zip(olds, news, strict=True)}

    def carried(record: Any) -> Any:
        if type(record) is not Span:
            return record
        fragments = tuple((begin[first], end[last]) for first, last in record.fragments)
        span = replace(record, start=begin[record.start], end=end[record.end], fragments=fragments)
        return replace(span, text=span.covered(text))

    digest = hashlib.sha256(text.encode()).hexdigest()
    sets = {
        name: replace(_changed_annotations(annotations, carried), header=replace(annotations.header, text_sha256=digest))
        for name, annotations in document.sets.items()
    }
    rebuilt = replace(document, text=text, text_sha256=digest, sets=sets)
    sentences = [(row[0][0], row[-1][1]) for row in moved]
    reducing.tokens.remember(rebuilt, Tokenised(sentences, moved))
    return rebuilt


# --- what a format may limit itself --------------------------------------------------------------------------------------------


def names_like(
    pattern: str, title: str, *, of: Collection[str] = ("label", "layer", "attribute", "role"), by: str = "_"
) -> Feature:
    """A limit: names of labels, layers, attributes and roles in which every character is one that ``pattern`` matches.

    Others become ``by``, and a name of nothing becomes it too. Two names that would become one stay apart by a number; those of
    the scheme come first, and of them those that may stay as they are.
    """
    allowed = re.compile(pattern)

    def plain(name: str) -> str:
        return "".join(character if allowed.fullmatch(character) else by for character in name) or by

    return names_made_by(plain, f"names:{pattern}", title, of=of, by=by)


def names_made_by(
    plain: Callable[[str], str],
    key: str,
    title: str,
    *,
    of: Collection[str] = ("label", "layer", "attribute", "role"),
    by: str = "_",
) -> Feature:
    """A limit: names of labels, layers, attributes and roles that ``plain`` leaves as they are. Others become what it gives.

    Two names that would become one stay apart by a number; those of the scheme come first, and of them those that may stay as
    they are.
    """

    def named(reducing: Reducing, kind: str, name: str) -> str:
        if kind not in of:
            return name
        known = reducing.names.get((key, kind))
        if known is None:
            known = reducing.names[key, kind] = {}
            for one in sorted(_names(reducing.scheme, kind), key=lambda one: (plain(one) != one, one)):
                known[one] = _apart_from(known.values(), plain(one), by)
        if name not in known:
            known[name] = _apart_from(known.values(), plain(name), by)
        return known[name]

    def without(document: Document, reducing: Reducing) -> Document:
        def change(record: Any) -> Any:
            changes: dict[str, Any] = {
                "layer": named(reducing, "layer", record.layer),
                "label": named(reducing, "label", record.label),
                "attributes": {named(reducing, "attribute", name): value for name, value in record.attributes.items()},
            }
            if isinstance(record, Relation):
                changes["args"] = {named(reducing, "role", role): value for role, value in record.args.items()}
            return replace(record, **changes)

        return without_values(title, change)(document, reducing)

    return Feature(key, title, without)


def _names(scheme: Scheme, kind: str) -> set[str]:
    """Every name of this kind that the scheme has."""
    if kind == "layer":
        return set(scheme.layers)
    found: set[str] = set()
    for layer in scheme.layers.values():
        if kind == "label":
            found.update(layer.labels)
        elif kind == "attribute":
            found.update(layer.attributes)
        else:
            found.update(layer.roles, *(definition.roles for definition in layer.labels.values()))
    return found


def _apart_from(taken: Collection[str], name: str, by: str) -> str:
    number, fresh = 2, name
    while fresh in taken:
        fresh, number = f"{name}{by}{number}", number + 1
    return fresh


def characters(
    pattern: str, title: str, by: str = "\ufffd", *, of: Collection[str] = ("text", "names", "values", "notes")
) -> Feature:
    """A limit: no character that ``pattern`` matches anywhere (or ``of``: in the text, in names, in attribute values, in notes).

    Each becomes ``by``, which must be one character where texts are meant, so that no offset moves.
    """
    found = re.compile(pattern)

    def plain(value: Any) -> Any:
        if isinstance(value, str):
            return found.sub(by, value)
        if isinstance(value, list | tuple):
            return [plain(one) for one in value]
        return {plain(name): plain(one) for name, one in value.items()} if isinstance(value, dict) else value

    def without(document: Document, reducing: Reducing) -> Document:
        document = without_values(title, lambda record: _plain_record(record, plain, of))(document, reducing)
        if "notes" in of:
            document = in_each_set(lambda annotations, *_: _plain_notes(annotations, plain, title, reducing))(document, reducing)
        return _with_plain_text(document, plain, title, reducing) if "text" in of else document

    return Feature(f"characters:{pattern}", title, without)


def _plain_record(record: Any, plain: Callable[[Any], Any], of: Collection[str]) -> Any:
    changes: dict[str, Any] = {"attributes": record.attributes}
    if "names" in of:
        changes = {"layer": plain(record.layer), "label": plain(record.label)}
        changes["attributes"] = {plain(name): value for name, value in record.attributes.items()}
        if isinstance(record, Relation):
            changes["args"] = {plain(role): value for role, value in record.args.items()}
    if "values" in of:
        changes["attributes"] = {name: plain(value) for name, value in changes["attributes"].items()}
    if "notes" in of:
        changes["note"] = plain(record.note)
    return replace(record, **changes)


def _plain_notes(annotations: AnnotationSet, plain: Callable[[Any], Any], title: str, reducing: Reducing) -> AnnotationSet:
    notes = []
    for note in annotations.notes:
        notes.append(replace(note, text=plain(note.text)))
        if notes[-1] != note:
            lose(reducing, title, annotations, note)
    return replace(annotations, notes=tuple(notes))


def _with_plain_text(document: Document, plain: Callable[[Any], Any], title: str, reducing: Reducing) -> Document:
    text = plain(document.text)
    if text == document.text:
        return document
    at = next(at for at, (one, other) in enumerate(zip(document.text, text, strict=True)) if one != other)
    reducing.losses.add(title, f"{document.id}, offset {at}", document.text[max(at - 10, 0) : at + 10])
    return with_text(document, text, reducing)


def with_text(document: Document, text: str, reducing: Reducing) -> Document:
    """The document with another text of the same length, so that no offset moves."""
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()

    def recovered(annotations: AnnotationSet, *_: object) -> AnnotationSet:
        spans = tuple(replace(span, text=span.covered(text)) for span in annotations.spans)
        return replace(annotations, header=replace(annotations.header, text_sha256=digest), spans=spans)

    return in_each_set(recovered)(replace(document, text=text, text_sha256=digest), reducing)


# --- the features --------------------------------------------------------------------------------------------------------------

ANNOTATORS = Feature("annotators", "sets of several annotators", _one_annotator)
DISCONTINUITY = Feature(
    "discontinuous", "discontinuous spans",
    _without_records("discontinuous spans", lambda record: type(record) is Span and bool(record.fragments)),
)  # fmt: skip
CUT = Feature("cut tokens", "spans with an edge inside a token", in_each_set(_uncut))
OVER_SENTENCES = Feature("long", "spans longer than a sentence", in_each_set(_within_sentences))
CROSSING = Feature("crossing", "crossing spans", _out_of_lanes("crossing spans", _beaten_crossing))
STACKED = Feature("stacked", "spans over the same characters", _out_of_lanes("spans over the same characters", _beaten_stacked))
NESTED = Feature("nested", "nested spans", _out_of_lanes("nested spans", _beaten_nested))
RELATIONS = Feature(
    "relations", "relations", _without_records("relations", lambda record: type(record) is Relation and _is_binary(record))
)
N_ARY = Feature(
    "n-ary", "relations of more or fewer than two",
    _without_records("relations of more or fewer than two", lambda record: type(record) is Relation and not _is_binary(record)),
)  # fmt: skip
ON_RELATIONS = Feature("on relations", "relations with a relation as an end", in_each_set(_without_relation_ends))
ROLE_NAMES = Feature("roles", "names of roles", in_each_set(_without_roles))
DOCUMENT_LABELS = Feature("labels", "document labels", _without_records("document labels", lambda record: type(record) is Label))
LAYERS = Feature("layers", "names of layers", _without_layers)
ATTRIBUTES = Feature("attributes", "attributes of spans", _without_attributes(Span, "attributes of spans"))
RELATION_ATTRIBUTES = Feature(
    "rel. attributes", "attributes of relations", _without_attributes(Relation, "attributes of relations")
)
LABEL_ATTRIBUTES = Feature(
    "label attributes", "attributes of document labels", _without_attributes(Label, "attributes of document labels")
)
LISTS = Feature("lists", "several values of one attribute", without_values("several values of one attribute", _only_first))
TYPES = Feature("types", "numbers and yes/no as such", without_values("numbers and yes/no as such", _as_words))
CONFIDENCE = Feature("confidence", "confidences", without_values("confidences", lambda record: replace(record, confidence=None)))
REMARKS = Feature("remarks", "remarks in annotations", without_values("remarks in annotations", _without_remark))
NOTES = Feature("notes", "notes on annotations", _without_notes(about_something=True))
DOCUMENT_NOTES = Feature("doc. notes", "notes on the document", _without_notes(about_something=False))
METADATA = Feature("metadata", "metadata of documents", _without_metadata)
DOCUMENT_IDS = Feature("doc. ids", "names of documents", _without_document_id, stops=False)
STATE = Feature("state", "status, method and sources of sets", in_each_set(_without_state), stops=False)
IDS = Feature("ids", "ids, made anew when read", in_each_set(_count_ids), stops=False)
IGNORES = Feature(
    "ignores", "reasons to ignore a rule", without_values("reasons to ignore a rule", _without_ignores, stops=False), stops=False
)
UNKNOWN = Feature("unknown", "keys that postil does not know, and open decisions", in_each_set(_without_unknown))
TEXT = Feature("text", "the exact text", _from_tokens)

FEATURES: tuple[Feature, ...] = (
    ANNOTATORS, UNKNOWN, DOCUMENT_LABELS, N_ARY, RELATIONS, ON_RELATIONS, DISCONTINUITY, CUT, OVER_SENTENCES, CROSSING, STACKED,
    NESTED, ROLE_NAMES, LAYERS, ATTRIBUTES, RELATION_ATTRIBUTES, LABEL_ATTRIBUTES, LISTS, TYPES, CONFIDENCE, REMARKS, NOTES,
    DOCUMENT_NOTES, METADATA, DOCUMENT_IDS, STATE, IGNORES, IDS, TEXT,
)  # fmt: skip
"""Every feature, in the order in which they are taken out."""

EVERYTHING = frozenset(FEATURES)


def to_take_out(keeps: frozenset[Feature], limits: Sequence[Feature] = ()) -> list[Feature]:
    """The features that have to go, in order: what is not kept, then the limits, and the text last of all."""
    missing = [feature for feature in FEATURES if feature not in keeps and feature is not TEXT]
    return [*missing, *limits, *([TEXT] if TEXT not in keeps else [])]
