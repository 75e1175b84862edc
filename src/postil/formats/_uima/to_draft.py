"""From a CAS to what it says of its texts.

An annotation is a span; one with a governor and a dependent is a relation; one with slots is a span, and a relation between it
and what fills them; a chain is a relation of its members. What is indexed and has no place in the text is a document label.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import msgspec
from msgspec.structs import replace

from postil.exchange.drafts import DraftSet
from postil.exchange.incoming import Incoming
from postil.formats._uima import declaring, names
from postil.formats._uima.cas import ANNOTATION, DOCUMENT, FS, INITIAL_VIEW, SOFA, STRING, Cas, View
from postil.formats._uima.metadata import metadata_of, state_of
from postil.model import Label, Note, Relation, Span
from postil.text import counted

HOST = "host"
"""The role of an annotation with slots in the relation to what fills them."""

_STRUCTURAL = frozenset(("sofa", "begin", "end", names.GOVERNOR, names.DEPENDENT, names.FIRST, names.NEXT, names.FRAGMENTS))
_DESCRIPTIONS = frozenset((names.TAG_SET, names.TAG))
_ROWS = frozenset((names.TOKEN, names.SENTENCE))
_UNUSED_OF_TOKENS = frozenset(("order",))


class Said(msgspec.Struct):
    """What a CAS says of one text. ``view``: which of its views that is; empty for the initial one."""

    view: str
    text: str
    annotations: DraftSet
    metadata: dict[str, Any]


def said(cas: Cas, incoming: Incoming, file: str) -> Iterator[Said]:
    """What a CAS says of each of its texts."""
    for view in cas.views.values():
        text = _text(view)
        if text is None:
            where = f"{file}: {view.name} with {counted(len(view.members), 'annotation')}"
            incoming.losses.add("views without a text", where, str(view.sofa.values.get("sofaURI") or ""))
            continue
        reading = _View(cas, view, incoming, file)
        metadata = metadata_of(cas, reading.members, incoming, file)
        annotations = replace(reading.annotations(), **state_of(metadata))
        yield Said("" if view.name == INITIAL_VIEW else view.name, text, annotations, metadata)


def _text(view: View) -> str | None:
    text = view.sofa.values.get("sofaString")
    if isinstance(text, str):
        return text
    data = view.sofa.values.get("sofaArray")
    is_text = str(view.sofa.values.get("mimeType") or "").startswith("text")
    if is_text and isinstance(data, list) and all(type(byte) is int for byte in data):
        return bytes(byte & 0xFF for byte in data).decode("utf-8", "replace")
    return None


class _View:
    """Reads one view of a CAS."""

    def __init__(self, cas: Cas, view: View, incoming: Incoming, file: str) -> None:
        self.cas, self.incoming, self.file = cas, incoming, file
        self.said = DraftSet(file=file)
        indexed = {id(fs) for fs in view.members}
        parts = {id(part) for fs in cas.structures for part in _list(fs.values.get(names.FRAGMENTS)) if id(part) not in indexed}
        self.members = [
            fs for fs in cas.structures
            if id(fs) in indexed or (cas.is_annotation(fs) and fs.values.get("sofa") is view.sofa and id(fs) not in parts)
        ]  # fmt: skip
        self.kept: dict[int, str] = {}  # the id of the record that each structure becomes
        self.usual_labels: dict[str, str] = {}
        chosen = [one.rpartition(".") for one in incoming.options.get("label-feature", ())]
        self.chosen_labels = {layer: feature for layer, _, feature in chosen}
        self.folded: dict[int, FS] = {}  # the token that says what each of these structures says
        if incoming.with_tokens:
            tokens = [fs for fs in self.members if fs.type == names.TOKEN]
            self.folded = {
                id(value): fs for fs in tokens for name in names.OF_TOKENS if isinstance(value := fs.values.get(name), FS)
            }

    def annotations(self) -> DraftSet:
        """The records of the view."""
        readers = [(fs, reader) for fs in self.members if (reader := self._reader(fs))]
        for fs, _ in readers:
            self.kept[id(fs)] = str(fs.id)
        self.kept |= {part: self.kept[id(token)] for part, token in self.folded.items() if id(token) in self.kept}
        for fs, reader in readers:
            if fs.line:
                self.said.lines[str(fs.id)] = fs.line
            reader(fs)
        return self.said

    def _reader(self, fs: FS) -> Any:
        """The method that makes a record of a structure; ``None`` where none does."""
        is_document = self.cas.types.is_a(fs.type, DOCUMENT) or fs.type == names.DOCUMENT_METADATA
        if not fs.is_placed and not is_document and (fs.type in _ROWS or self.cas.types.is_a(fs.type, ANNOTATION)):
            self.incoming.losses.add("annotations without a place", f"{self.file}: {fs.id}", names.short_name(fs.type))
            return None
        if fs.type in _ROWS:
            return self._token_reader(fs)
        if id(fs) in self.folded:
            return None
        if fs.type in _DESCRIPTIONS:
            if not declaring.tag_set(fs, self.incoming):
                self.incoming.losses.add("descriptions of tags that no layer has", f"{self.file}: {fs.id}", stops=False)
            return None
        if is_document or fs.type in (names.METADATA_FIELD, SOFA):
            return None
        return self._annotation_reader(fs) if self.cas.is_annotation(fs) else self._other_reader(fs)

    def _token_reader(self, fs: FS) -> Any:
        if self.incoming.with_tokens:
            return self._token
        kind = "tokens" if fs.type == names.TOKEN else "sentences"
        self.incoming.losses.add(f"{kind}, which --tokens keeps", f"{self.file}: {fs.id}", stops=False)
        return None

    def _annotation_reader(self, fs: FS) -> Any:
        if names.GOVERNOR in fs.values or names.DEPENDENT in fs.values:
            return self._relation if self._are_ends_kept(fs) else None
        return self._ends if _is_relation_of_ends(fs) else self._span

    def _other_reader(self, fs: FS) -> Any:
        if fs.type == names.NOTE:
            return self._note
        if isinstance(fs.values.get(names.FIRST), FS):
            return self._chain
        if names.TARGET in fs.values or names.ROLE in fs.values or fs.type.startswith("uima."):
            return None  # a link that is indexed for its own sake, or the data of a feature
        return self._label

    # --- records ---------------------------------------------------------------------------------------------------------------

    def _span(self, fs: FS) -> None:
        fragments = tuple((part.begin, part.end) for part in _list(fs.values.get(names.FRAGMENTS)) if part.is_placed)
        common = self._common(fs, "span")
        self.said.spans.append(Span(start=fs.begin, end=fs.end, text=fs.text, fragments=fragments, **common))

    def _token(self, fs: FS) -> None:
        layer = names.layer_of(fs.type)
        attributes: dict[str, Any] = {}
        for name, value in fs.values.items():
            if name not in _STRUCTURAL and name not in _UNUSED_OF_TOKENS:
                attributes |= self._of_token(name, value)
        label = str(attributes.pop("value", layer))
        self.said.spans.append(Span(str(fs.id), layer, label, fs.begin, fs.end, fs.text, attributes=attributes))
        declaring.attributes(self.incoming, layer, "span", attributes)

    def _of_token(self, name: str, value: Any) -> dict[str, Any]:
        if isinstance(value, str | int | float):
            return {name: value}
        if id(value) not in self.folded:
            return {}
        label = self._label_feature(value)
        said = {sub: one for sub, one in value.values.items() if sub not in _STRUCTURAL and isinstance(one, str | int | float)}
        return {name if sub == label else f"{name}.{sub}": one for sub, one in said.items()}

    def _relation(self, fs: FS) -> None:
        ends = (self._end(fs.values[names.GOVERNOR]), self._end(fs.values[names.DEPENDENT]))
        found = [end for end in ends if end]
        if len(found) < 2:
            self.incoming.losses.add("relations without both ends", f"{self.file}: {fs.id}", names.short_name(fs.type))
            return
        self.said.relations.append(Relation(args=dict(zip(("from", "to"), found, strict=True)), **self._common(fs, "relation")))

    def _are_ends_kept(self, fs: FS) -> bool:
        ends = [self._stand_in(fs.values.get(name)) for name in (names.GOVERNOR, names.DEPENDENT)]
        if not all(isinstance(end, FS) for end in ends):
            self.incoming.losses.add("relations without both ends", f"{self.file}: {fs.id}", names.short_name(fs.type))
            return False
        if not self.incoming.with_tokens and any(end.type in (names.TOKEN, names.SENTENCE) for end in ends):
            self.incoming.losses.add("relations between tokens, which --tokens keeps", f"{self.file}: {fs.id}", stops=False)
            return False
        return True

    def _stand_in(self, fs: Any) -> Any:
        """A token's part of speech for the token, where tokens are not kept: the layer that INCEpTION shows the relation on."""
        if isinstance(fs, FS) and fs.type == names.TOKEN and not self.incoming.with_tokens:
            return fs.values.get("pos") or fs
        return fs

    def _end(self, fs: Any) -> str:
        """The id of the record at the end of a relation; empty where it is none."""
        return self.kept.get(id(self._stand_in(fs)), "")

    def _ends(self, fs: FS) -> None:
        """A relation of any number of ends, as this package writes it."""
        args = self._arguments(fs, _list(fs.values[names.ENDS]))
        if not args:
            self.incoming.losses.add("relations without ends", f"{self.file}: {fs.id}", names.short_name(fs.type))
            return
        self.said.relations.append(Relation(args=args, **self._common(fs, "relation", without=names.ENDS)))
        declaring.roles(self.incoming, names.layer_of(fs.type), args)

    def _arguments(self, fs: FS, links: list[FS]) -> dict[str, Any]:
        by_role: dict[str, list[str]] = {}
        for link in links:
            id_ = self._end(link.values.get(names.TARGET))
            if id_:
                role = link.values.get(names.ROLE)
                by_role.setdefault(role if isinstance(role, str) and role else names.TARGET, []).append(id_)
            else:
                self.incoming.losses.add("slots filled by what is not kept", f"{self.file}: {fs.id}")
            if link.values.keys() - {names.ROLE, names.TARGET, "sofa"}:
                more = ", ".join(link.values.keys() - {names.ROLE, names.TARGET, "sofa"})
                self.incoming.losses.add("features of links", f"{self.file}: {link.id}", more)
        return {role: ids[0] if len(ids) == 1 else tuple(ids) for role, ids in by_role.items()}

    def _slot(self, fs: FS, feature: str, links: list[FS]) -> None:
        """The relation between an annotation and what fills a slot of it."""
        args = self._arguments(fs, links)
        if args:
            layer = f"{names.layer_of(fs.type)}.{feature}"
            filled = {HOST: str(fs.id), **{f"{role}_" if role == HOST else role: ids for role, ids in args.items()}}
            self.said.relations.append(Relation(f"{fs.id}-{feature}", layer, feature, filled))
            declaring.roles(self.incoming, layer, filled)

    def _chain(self, fs: FS) -> None:
        members: list[str] = []
        link, seen = fs.values[names.FIRST], set()
        while isinstance(link, FS) and id(link) not in seen:
            seen.add(id(link))
            members.append(self.kept.get(id(link), ""))
            link = link.values.get(names.NEXT)
        self.said.relations.append(Relation(args={"member": tuple(filter(None, members))}, **self._common(fs, "relation")))
        declaring.roles(self.incoming, names.layer_of(fs.type), {"member": ()})

    def _label(self, fs: FS) -> None:
        self.said.labels.append(Label(**self._common(fs, "label")))

    def _note(self, fs: FS) -> None:
        about = self.kept.get(id(fs.values.get("about")), "")
        self.said.notes.append(Note(str(fs.id), about, str(fs.values.get("text") or "")))

    # --- what records share ----------------------------------------------------------------------------------------------------

    def _common(self, fs: FS, kind: Any, without: str = "") -> dict[str, Any]:
        """Id, layer, label, attributes, confidence and remark."""
        label = self._label_feature(fs)
        skipped = _STRUCTURAL | {label, without}
        values = {name: value for name, value in fs.values.items() if name not in skipped and value is not None}
        confidence = _number(values.get(names.CONFIDENCE))
        if confidence is not None:
            del values[names.CONFIDENCE]
        note = values.pop(names.REMARK) if isinstance(values.get(names.REMARK), str) else ""
        layer = names.layer_of(fs.type)
        attributes: dict[str, Any] = {}
        for name, value in values.items():
            attributes.update(self._attribute(fs, layer, name, value))
        declaring.attributes(self.incoming, layer, kind, attributes)
        return {
            "id": str(fs.id), "layer": layer, "label": self._label_of(fs), "attributes": attributes,
            "confidence": confidence, "note": note,
        }  # fmt: skip

    def _label_feature(self, fs: FS) -> str:
        """The feature that says the label: what the user says, one that is called like it, or else the only string there is."""
        if fs.type not in self.usual_labels:
            self.usual_labels[fs.type] = self.chosen_labels.get(names.layer_of(fs.type)) or self._usual_label(fs.type)
        present = [name for name, value in fs.values.items() if value is not None]
        usual = self.usual_labels[fs.type] or names.label_feature_among(present)
        if usual in names.WRITTEN_LABELS:
            usual = next((name for name in names.WRITTEN_LABELS if name in present), usual)
        return usual if isinstance(fs.values.get(usual, ""), str) else ""

    def _usual_label(self, type_: str) -> str:
        """The same for a type as it is described; empty where that does not say."""
        described = self.cas.types.features(type_)
        strings = [name for name, one in described.items() if name != names.REMARK and self.cas.types.is_a(one.range, STRING)]
        return names.label_feature_among(described) or (strings[0] if len(strings) == 1 else "")

    def _label_of(self, fs: FS) -> str:
        return fs.values.get(self._label_feature(fs)) or names.short_name(fs.type)

    def _attribute(self, fs: FS, layer: str, name: str, value: Any) -> dict[str, Any]:
        """The attributes that the value of a feature becomes."""
        if isinstance(value, FS):
            return self._referring(fs, layer, name, value)
        if isinstance(value, list) and any(isinstance(one, FS) for one in value):
            return self._listed(fs, layer, name, [one for one in value if isinstance(one, FS)])
        if isinstance(value, list):
            known = [one for one in value if one is not None]
            return {name: known} if known else {}
        return {name: value}

    def _referring(self, fs: FS, layer: str, name: str, value: FS) -> dict[str, Any]:
        if id(value) in self.kept:
            declaring.reference(self.incoming, layer, name)
            return {name: self.kept[id(value)]}
        if self.cas.is_annotation(value):
            self.incoming.losses.add("references to what is not kept", f"{self.file}: {fs.id}", name, stops=False)
            return {}
        flat = {f"{name}.{sub}": one for sub, one in value.values.items() if isinstance(one, str | int | float)}
        if len(flat) < len([one for one in value.values.values() if one is not None]):
            self.incoming.losses.add("structures inside features", f"{self.file}: {fs.id}", name)
        return flat

    def _listed(self, fs: FS, layer: str, name: str, values: list[FS]) -> dict[str, Any]:
        if any(self.cas.is_annotation(value) for value in values):
            ids = [self.kept[id(value)] for value in values if id(value) in self.kept]
            if len(ids) < len(values):
                self.incoming.losses.add("references to what is not kept", f"{self.file}: {fs.id}", name, stops=False)
            if ids:
                declaring.reference(self.incoming, layer, name, multiple=True)
            return {name: ids} if ids else {}
        if any(isinstance(value.values.get(names.TARGET), FS) or names.ROLE in value.values for value in values):
            return self._linked(fs, layer, name, values)
        return self._flattened(fs, name, [{sub: one for sub, one in value.values.items() if one is not None} for value in values])

    def _flattened(self, fs: FS, name: str, structures: list[dict[str, Any]]) -> dict[str, Any]:
        """A list for each feature of structures that are no annotations, in their order."""
        plain = [{sub: one for sub, one in each.items() if isinstance(one, str | int | float)} for each in structures]
        if plain != structures:
            self.incoming.losses.add("structures inside features", f"{self.file}: {fs.id}", name)
        subs = list(dict.fromkeys(sub for each in plain for sub in each))
        return {name if len(subs) == 1 else f"{name}.{sub}": _column(plain, sub) for sub in subs}

    def _linked(self, fs: FS, layer: str, name: str, links: list[FS]) -> dict[str, Any]:
        """Links with a role and a target are a relation; those with only one of them are an attribute that refers."""
        full = [link for link in links if link.values.get(names.TARGET) and link.values.get(names.ROLE) not in (None, "", name)]
        if full:
            for link in links:
                if link not in full:
                    self.incoming.losses.add("slots without a role or a filler", f"{self.file}: {fs.id}", name)
            self._slot(fs, name, full)
            return {}
        is_list = len(links) > 1 or any(link.values.get(names.ROLE) == name for link in links)
        targets = [link.values[names.TARGET] for link in links if isinstance(link.values.get(names.TARGET), FS)]
        found = [self._end(target) for target in targets]
        if not all(found):
            self.incoming.losses.add("slots filled by what is not kept", f"{self.file}: {fs.id}", name)
        words = [link.values[names.ROLE] for link in links if link.values.get(names.ROLE) not in (None, "", name)]
        values = [*filter(None, found), *words]
        if values:
            declaring.reference(self.incoming, layer, name, words, multiple=is_list)
        return {name: values if is_list else values[0]} if values else {}


def _is_relation_of_ends(fs: FS) -> bool:
    """Whether an annotation is a relation that this package wrote: it lies where one of its ends is."""
    links = _list(fs.values.get(names.ENDS))
    targets = [link.values.get(names.TARGET) for link in links]
    return (
        bool(links)
        and all(link.values.get(names.ROLE) for link in links)
        and any(isinstance(one, FS) and one.is_placed and (one.begin, one.end) == (fs.begin, fs.end) for one in targets)
    )


def _column(rows: list[dict[str, Any]], name: str) -> list[Any]:
    """A value for each row; words where one has none, which is an empty one."""
    values = [row.get(name, "") for row in rows]
    return values if all(name in row for row in rows) else [str(value) for value in values]


def _list(value: Any) -> list[FS]:
    return [one for one in value if isinstance(one, FS)] if isinstance(value, list) else []


def _number(value: Any) -> float | None:
    """A confidence, as a number or as one in words."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except ValueError:
        return None
    return number if math.isfinite(number) else None
