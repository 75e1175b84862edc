"""Annotations as drafts, one for each text that they are about."""

from __future__ import annotations

import posixpath
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from postil.exchange.drafts import Draft, DraftSet
from postil.exchange.features import ROLES
from postil.exchange.incoming import Incoming
from postil.exchange.sources import File
from postil.formats.w3c._bodies import Said, said
from postil.formats.w3c._parsing import Parsed, annotations_of, as_list, has_remote_pages
from postil.formats.w3c._segments import Segment, Segments
from postil.formats.w3c._texts import Texts
from postil.formats.w3c._vocabulary import COMMENT_PURPOSES, MEMBER
from postil.model import RECORD_ID, Label, Note, Relation, Span, fragments_of


def read(incoming: Incoming) -> Iterator[Draft]:
    """A draft for each text. Files that are about the same text, or about each other's annotations, are read together."""
    files = incoming.source.files(".jsonld", ".json", ".jsonl", ".ndjson")
    texts = Texts(incoming)
    for group in _groups(files, texts, incoming):
        with incoming.noting_unreadable():
            yield from _Group(group, texts, incoming).drafts()


def _groups(files: list[File], texts: Texts, incoming: Incoming) -> list[list[File]]:
    """The files that belong together, of those that can be read."""
    if len(files) == 1:
        return [files]
    leader = list(range(len(files)))

    def lead(number: int) -> int:
        while leader[number] != number:
            leader[number] = leader[leader[number]]
            number = leader[number]
        return number

    first: dict[str, int] = {}
    wanted: list[tuple[int, str]] = []
    readable: list[File] = []
    for file in files:
        with incoming.noting_unreadable():
            number, own = len(readable), set()
            named: set[str] = set()
            for parsed in annotations_of(file):
                own.add(parsed.iri)
                named.update(target.source for target in parsed.targets)
            first.update((iri, number) for iri in own if iri and not iri.startswith("#"))
            for iri in named - own:
                text = texts.find(iri, file)
                wanted.append((number, f"\0{text.shown}" if text else iri))
            readable.append(file)
    for number, name in wanted:
        leader[lead(number)] = lead(first.setdefault(name, number))
    groups: dict[int, list[File]] = {}
    for number, file in enumerate(readable):
        groups.setdefault(lead(number), []).append(file)
    return list(groups.values())


class _Ends(msgspec.Struct):
    """What an annotation turned out to be about: ``annotations`` as (IRI, role, group), or segments of ``text``, or all of it."""

    text: str = ""
    annotations: list[tuple[str, str, int]] = []
    selections: list[list[Any]] = []


class _Group:
    """Files that are read together."""

    def __init__(self, files: list[File], texts: Texts, incoming: Incoming) -> None:
        self.texts, self.incoming = texts, incoming
        self.found: dict[str, File] = {}
        self.annotations: list[Parsed] = []
        self._file_of: dict[str, File] = {}
        for file in files:
            there = list(annotations_of(file))
            if not there and has_remote_pages(file):
                incoming.losses.add("pages at other addresses, which were not fetched", file.shown)
            if (not there or _are_about_nothing_else(there)) and (text := texts.find("", file)):
                self.found[text.shown] = text
            self.annotations += there
            self._file_of[file.shown] = file
        self._name_the_nameless()
        self._by_iri = {parsed.iri: parsed for parsed in self.annotations}

    def _name_the_nameless(self) -> None:
        taken = {parsed.iri for parsed in self.annotations}
        number = 0
        for parsed in self.annotations:
            while not parsed.iri:
                number += 1
                if f"a{number}" not in taken:
                    parsed.iri = f"a{number}"

    def drafts(self) -> Iterator[Draft]:
        """A draft for each text, in the order in which they come up."""
        by_text: dict[str, list[tuple[Parsed, _Ends]]] = {shown: [] for shown in self.found}
        for parsed in self.annotations:
            ends = self._ends(parsed)
            if ends.text:
                by_text.setdefault(ends.text, []).append((parsed, ends))
            else:
                self.incoming.losses.add(
                    "annotations whose text is not here: put it beside the file, or say --text", f"{parsed.file}: {parsed.iri}",
                    parsed.targets[0].source,
                )  # fmt: skip
        for shown, about in by_text.items():
            yield _Document(self.found[shown], about, self.incoming).draft()

    def _ends(self, parsed: Parsed) -> _Ends:
        """What it is about, and in which text that is."""
        annotations = [(one.source, one.role, one.group) for one in parsed.targets if self._is_annotation(one.source)]
        if annotations:
            if len(annotations) < len(parsed.targets):
                self.incoming.losses.add("targets of annotations on annotations that are none", f"{parsed.file}: {parsed.iri}")
            return _Ends(self._home(parsed), annotations)
        texts = [self._text(one.source, parsed) for one in parsed.targets]
        home = next((text for text in texts if text), "")
        selections = [one.selectors for one, text in zip(parsed.targets, texts, strict=True) if text == home]
        if len(selections) < len(parsed.targets):
            self.incoming.losses.add("further targets in another text", f"{parsed.file}: {parsed.iri}")
        return _Ends(home, [], [selectors for selectors in selections if selectors])

    def _is_annotation(self, iri: str) -> bool:
        return bool(iri) and iri in self._by_iri

    def _home(self, parsed: Parsed) -> str:
        """The text of the first annotation that one is about, at whatever remove."""
        seen = set()
        while parsed.iri not in seen and self._is_annotation(parsed.targets[0].source):
            seen.add(parsed.iri)
            parsed = self._by_iri[parsed.targets[0].source]
        return self._text(parsed.targets[0].source, parsed)

    def _text(self, iri: str, parsed: Parsed) -> str:
        text = self.texts.find(iri, self._file_of[parsed.file])
        if text is None:
            return ""
        if not iri:
            self.incoming.repaired.add("targets without a source, taken for the text beside the file", parsed.file)
        self.found[text.shown] = text
        return text.shown


def _are_about_nothing_else(annotations: Iterable[Parsed]) -> bool:
    return all(not target.source for parsed in annotations for target in parsed.targets)


class _Document:
    """A text and what annotations say about it."""

    def __init__(self, file: File, about: list[tuple[Parsed, _Ends]], incoming: Incoming) -> None:
        self.file, self.about, self.incoming = file, about, incoming
        self.text = incoming.text_of(file)
        selections = [selectors for _, ends in about for selectors in ends.selections]
        self.segments = Segments(self.text, selections, incoming.repaired)
        self.metadata: dict[str, Any] = {}
        self.sets: dict[str, DraftSet] = {}
        self.ids = self._ids()
        self._creator_of = {parsed.iri: parsed.creator for parsed, _ in about}

    def _ids(self) -> dict[str, str]:
        """The id of each annotation by its IRI: what stands last in it, where no other of the set has the same."""
        tails = Counter((parsed.creator, _tail(parsed.iri)) for parsed, _ in self.about)
        return {
            parsed.iri: tail
            if tails[parsed.creator, tail := _tail(parsed.iri)] == 1 and RECORD_ID.fullmatch(tail)
            else parsed.iri
            for parsed, _ in self.about
        }

    def draft(self) -> Draft:
        """The draft."""
        creators = _names({parsed.creator for parsed, _ in self.about})
        for parsed, ends in self.about:
            record = self._record(parsed, ends, said(parsed, self.incoming.losses))
            if record is not None:
                if parsed.creator not in self.sets:
                    self.sets[parsed.creator] = DraftSet(
                        creators[parsed.creator], spans=[], relations=[], labels=[], notes=[], file=parsed.file
                    )
                self._keep(record, self.sets[parsed.creator])
        return Draft(self.file.name, self.text, list(self.sets.values()), self.metadata, "code point", self.file.shown)

    def _keep(self, record: Span | Relation | Label | Note, draft_set: DraftSet) -> None:
        if isinstance(record, Span):
            draft_set.spans.append(record)
        elif isinstance(record, Relation):
            draft_set.relations.append(record)
        elif isinstance(record, Label):
            draft_set.labels.append(record)
        else:
            draft_set.notes.append(record)

    def _record(self, parsed: Parsed, ends: _Ends, what: Said) -> Span | Relation | Label | Note | None:
        if ends.annotations:
            return self._about_annotations(parsed, ends, what)
        if ends.selections:
            return self._span(parsed, ends, what)
        if what.is_description and parsed.motivations == ("describing",):
            self.metadata |= what.attributes
            return None
        if what.is_comment:
            return self._note(parsed, "", what)
        return Label(
            self.ids[parsed.iri], what.layer or self.incoming.label_layer, what.label, what.all_attributes, what.confidence,
            what.comment,
        )  # fmt: skip

    def _note(self, parsed: Parsed, about: str, what: Said) -> Note:
        if what.rest:
            self.incoming.losses.add(
                "properties of notes: who and when", f"{parsed.file}: {parsed.iri}", ", ".join(what.rest), stops=False
            )
        return Note(self.ids[parsed.iri], about, what.comment)

    def _span(self, parsed: Parsed, ends: _Ends, what: Said) -> Span | None:
        where = f"{parsed.file}: {parsed.iri}"
        found = [self.segments.find(selectors, where) for selectors in ends.selections]
        if reason := next((one.why_not for one in found if one.why_not), ""):
            self.incoming.losses.add(reason, where, what.label)
            return None
        found.sort(key=lambda one: (one.start, one.end))
        joined = _joined(found)
        if len(joined) < len(found):
            self.incoming.repaired.add("segments of one annotation that touch, joined", where)
        fragments = tuple((one.start, one.end) for one in joined)
        return Span(
            self.ids[parsed.iri], what.layer or self.incoming.span_layer, what.label, joined[0].start, joined[-1].end,
            " ".join(one.exact for one in joined) if all(one.exact for one in joined) else "",
            fragments_of(fragments), what.all_attributes, what.confidence, what.comment,
        )  # fmt: skip

    def _about_annotations(self, parsed: Parsed, ends: _Ends, what: Said) -> Relation | Note | None:
        here = [(self.ids[iri], role, group) for iri, role, group in ends.annotations if self._is_of(iri, parsed)]
        if len(here) < len(ends.annotations):
            self.incoming.losses.add(
                "annotations on those of somebody else, or of another text", f"{parsed.file}: {parsed.iri}", what.label
            )
            return None
        if what.is_comment and len(here) == 1 and (parsed.motivations or ("",))[0] in COMMENT_PURPOSES:
            return self._note(parsed, here[0][0], what)
        return Relation(
            self.ids[parsed.iri], what.layer or self.incoming.relation_layer, what.label,
            self._arguments(here, what), what.all_attributes, what.confidence, what.comment,
        )  # fmt: skip

    def _is_of(self, iri: str, parsed: Parsed) -> bool:
        return self._creator_of.get(iri) == parsed.creator

    def _arguments(self, ends: list[tuple[str, str, int]], what: Said) -> dict[str, str | tuple[str, ...]]:
        linked = [self.ids[iri] for iri in as_list(what.attributes.get("linking")) if iri in self.ids]
        if len(ends) == 1 and len(linked) == 1 and not ends[0][1]:
            del what.attributes["linking"]
            return {ROLES[0]: ends[0][0], ROLES[1]: linked[0]}
        if not any(role for _, role, _ in ends):
            if len(ends) == 2:
                return dict(zip(ROLES, (id for id, _, _ in ends), strict=True))
            return {MEMBER: tuple(id for id, _, _ in ends)} if len(ends) > 1 else {ROLES[1]: ends[0][0]}
        args: dict[str, str | tuple[str, ...]] = {}
        for id, role, group in ends:
            there = args.get(role or MEMBER)
            before = () if there is None else (there,) if isinstance(there, str) else there
            args[role or MEMBER] = (*before, id) if before or group else id
        return args


def _joined(segments: list[Segment]) -> list[Segment]:
    """Segments in order, those that touch as one."""
    found: list[Segment] = []
    for one in segments:
        if found and one.start <= found[-1].end:
            found[-1] = Segment(found[-1].start, max(found[-1].end, one.end))
        else:
            found.append(one)
    return found


def _tail(iri: str) -> str:
    return posixpath.basename(iri.rstrip("/")).rpartition("#")[2]


def _names(creators: set[str]) -> dict[str, str]:
    """Names of creators: what stands last in an IRI, where that tells them apart."""
    tails = Counter(map(_tail, creators))
    return {creator: _tail(creator) if "/" in creator and tails[_tail(creator)] == 1 else creator for creator in creators}
