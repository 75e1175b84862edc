"""Reading brat's standoff: a document of each text, with what the lines beside it say and the configuration declares."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from itertools import islice
from typing import Any

from postil.errors import UnreadableFile
from postil.exchange.drafts import Draft, DraftSet
from postil.exchange.incoming import Incoming
from postil.exchange.sources import decode
from postil.formats.brat._configuration import EVENT_LAYER, MEMBER, TRIGGER, TRIGGER_LAYER, Configuration, Configurations, role_of
from postil.formats.brat._lines import REMARK, Lines, Tie
from postil.formats.brat._pairs import Pair, by_document, pairs_of
from postil.model import Note, Relation, Span
from postil.scheme import LabelDefinition, Layer


def read(incoming: Incoming) -> Iterator[Draft]:
    """A draft for each text with annotations beside it."""
    configurations = Configurations(incoming)
    joins_lines = not incoming.options.get("keep-line-fragments")
    for name, pairs in by_document(pairs_of(incoming), incoming).items():
        text: str | None = None
        sets = []
        for annotator, pair in pairs:
            configuration = configurations.of(pair.text.path)
            with incoming.noting_unreadable():
                document = _Document(pair, incoming, configuration)
                made = document.read()
                made.annotator = annotator or configuration.annotator
                own = document.text()
                if text is not None and text != own:
                    message = f"not the text of {pairs[0][1].text.shown}, so that no set fits both"
                    raise UnreadableFile(pair.text.shown, message)
                text = own
                sets.append(made)
        if text is not None:
            yield Draft(name, text, sets, file=sets[0].file, joins_lines=joins_lines)


class _Document:
    """Reads one document."""

    def __init__(self, pair: Pair, incoming: Incoming, configuration: Configuration) -> None:
        self.pair, self.incoming, self.known = pair, incoming, configuration
        self.file = ", ".join(file.shown for file in pair.annotations)
        self.said = Lines(incoming)

    def read(self) -> DraftSet:
        """What is said about the text."""
        files: dict[str, str] = {}
        for file in self.pair.annotations:
            before = len(self.said.numbers)
            self.said.read(file)
            if len(self.pair.annotations) > 1:
                files |= dict.fromkeys(islice(self.said.numbers, before, None), file.shown)
        self.said.sort_out_copies()
        made = DraftSet(file=self.file, lines=self.said.numbers, files=files)
        types = {bound.id: bound.type for bound in self.said.bounds}
        triggers = {tie.trigger for tie in self.said.ties if tie.trigger and types.get(tie.trigger) == tie.type}
        ids = types.keys() | {tie.id for tie in self.said.ties}
        notes = self._said_about(ids, {**types, **{tie.id: tie.type for tie in self.said.ties}}, made)
        made.spans = self._spans(triggers, notes)
        made.relations = [self._relation(tie, notes) for tie in self.said.ties]
        return made

    def text(self) -> str:
        """The text. brat counts a byte-order mark, others do not: what spans say that they cover decides."""
        data = self.pair.text.read(self.incoming.largest_text)
        text = decode(self.pair.text.shown, data, self.incoming.source.encoding)
        if data.startswith(codecs.BOM_UTF8):
            marked = f"\ufeff{text}"
            if self._fitting(marked) > self._fitting(text):
                return marked
            self.incoming.say_mark_removed(self.pair.text)
        return text

    def _fitting(self, text: str) -> int:
        """How many spans cover what they say, in code points or in UTF-16, whichever are more."""
        data = text.encode("utf-16-le")
        return max(
            sum(bound.surface == text[bound.start : bound.end] for bound in self.said.bounds),
            sum(bound.surface.encode("utf-16-le") == data[2 * bound.start : 2 * bound.end] for bound in self.said.bounds),
        )

    def _spans(self, triggers: set[str], notes: dict[str, str]) -> list[Span]:
        names: dict[str, tuple[str, str]] = {}
        spans = []
        for bound in self.said.bounds:
            type_ = bound.type
            if type_ not in names:
                names[type_] = self._span_name(type_)
            layer, label = names[type_]
            if not layer:
                layer = TRIGGER_LAYER if bound.id in triggers else self.incoming.span_layer
            id = bound.id
            said = self._attributes(id, type_) if id in self.said.values else {}
            note = notes.get(id, "") if notes else ""
            spans.append(Span(id, layer, label, bound.start, bound.end, bound.surface, bound.fragments, said, None, note))
        return spans

    def _span_name(self, type_: str) -> tuple[str, str]:
        """The layer and the label of a type; no layer where its use decides: as a trigger or not."""
        if name := self.known.spans.get(type_):
            return name.layer, name.label
        if name := self.known.events.get(type_):
            layer = self.incoming.declared.setdefault(TRIGGER_LAYER, Layer("span"))
            layer.labels.setdefault(name.label, LabelDefinition())
            return TRIGGER_LAYER, name.label
        return "", type_

    def _relation(self, tie: Tie, notes: dict[str, str]) -> Relation:
        known = self.known.events if tie.kind == "event" else self.known.relations
        name = known.get(tie.type)
        layer = name.layer if name else EVENT_LAYER if tie.kind == "event" else self.incoming.relation_layer
        args: dict[str, str | tuple[str, ...]]
        if tie.kind == "equivalence":
            args = {MEMBER: tuple(id for _, id in tie.arguments)}
        elif tie.kind == "event":
            args = {TRIGGER: tie.trigger} if tie.trigger else {}
            args |= self._event_arguments(tie)
        else:
            args = _grouped(tie.arguments, {})
            if set(args) == {"Arg1", "Arg2"}:
                args = {"from": args["Arg1"], "to": args["Arg2"]}
        attributes = self._attributes(tie.id, tie.type) if tie.id in self.said.values else {}
        return Relation(tie.id, layer, name.label if name else tie.type, args, attributes, None, notes.get(tie.id, ""))

    def _event_arguments(self, tie: Tie) -> dict[str, str | tuple[str, ...]]:
        """What fills each role. brat writes a role that several fill with a number after the first: Theme, Theme2."""
        declared = self.known.roles.get(tie.type, {})
        used = {role for role, _ in tie.arguments}
        known = declared or {role for role in used if not role[-1:].isdigit()}
        named = []
        for role, id in tie.arguments:
            plain = role_of(role, known)
            named.append((plain, id))
            if plain not in used:
                place = f"{self.file}:{self.said.numbers[tie.id]}: {tie.id}"
                self.incoming.repaired.add("numbers of roles that may pair them (Site2 with Theme2)", place, role)
        return _grouped(named, declared)

    def _attributes(self, id: str, type_: str) -> dict[str, Any]:
        attributes: dict[str, Any] = {}
        for name, values in self.said.values.pop(id).items():
            if len(values) > 1:
                attributes[name] = ["true" if value is True else value for value in values]
            elif values[0] in ("true", "false") and type_ in self.known.flags.get(name, ()):
                attributes[name] = values[0] == "true"
            else:
                attributes[name] = values[0]
        return attributes

    def _said_about(self, ids: set[str], types: dict[str, str], made: DraftSet) -> dict[str, str]:
        """The remark on each annotation; what else is said about one becomes an attribute or a note, and never nothing."""
        remarks: dict[str, str] = {}
        for id, type_, target, text in self.said.remarks:
            about = self.said.about.get(target, target)
            place = f"{self.file}: {id.replace('n', '#', 1)} on {target}"
            if about != target:
                self.incoming.repaired.add("notes on attributes, now on what has the attribute", place, text)
            if about not in ids:
                if about:
                    self.incoming.repaired.add("notes on what is not there, now on the document", place, text)
                made.notes.append(Note(self.said.take(id, place, 0), "", text))
            elif type_ == REMARK and about == target and about not in remarks and text:
                remarks[about] = text
            elif type_ in (REMARK, "Note"):
                made.notes.append(Note(self.said.take(id, place, 0), about, text))
            else:
                self.said.say(about, type_, text.strip() or True, place)
        for target in self.said.values.keys() - ids:
            for name, values in self.said.values[target].items():
                self.incoming.losses.add("attributes of what is not there", f"{self.file}: {name} of {target}", str(values[0]))
        return remarks


def _grouped(named: list[tuple[str, str]], several: dict[str, bool]) -> dict[str, str | tuple[str, ...]]:
    """Ids by role: several where there are, or where the role may have several."""
    found: dict[str, list[str]] = {}
    for role, id in named:
        found.setdefault(role, []).append(id)
    return {role: tuple(ids) if len(ids) > 1 or several.get(role) else ids[0] for role, ids in found.items()}
