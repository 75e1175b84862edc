"""Reading brat's standoff: pairs of a text and its annotations, line by line, forgiving what real files have."""

from __future__ import annotations

import codecs
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from itertools import islice, pairwise
from typing import Any, ClassVar

import msgspec

from postil.errors import PostilError, UnreadableFile
from postil.exchange.drafts import Draft, DraftSet
from postil.exchange.incoming import Incoming
from postil.exchange.offsets import apart
from postil.exchange.sources import File, decode
from postil.formats.brat._configuration import (
    ANNOTATORS_MARK,
    EVENT_LAYER,
    MEMBER,
    TRIGGER,
    TRIGGER_LAYER,
    Configuration,
    Configurations,
    role_of,
)
from postil.model import Note, Relation, Span
from postil.scheme import LabelDefinition, Layer
from postil.text import quote

ANNOTATION_SUFFIXES = (".ann", ".a1", ".a2", ".rel", ".co")  # all but the first: one document's, in parts
REMARK = "AnnotatorNotes"

_NOTED = re.compile(r"([A-Za-z]+[0-9]\S*)\t(.*)", re.DOTALL)  # T1, and the text of the note
_WANTED = {
    "T": "a span, like T1 Person 0 5 Maria",
    "E": "an event, like E1 Move:T2 Who:T1",
    "R": "a relation, like R1 Family Arg1:T1 Arg2:T5",
    "*": "an equivalence, like * Equiv T1 T5",
    "A": "an attribute, like A1 Negation E1",
    "M": "an attribute, like M1 Negation E1",
    "N": "a reference, like N1 Reference T1 Wikidata:Q1 Maria",
    "#": "a note on one annotation, like #1 AnnotatorNotes T1 not sure",
}
_LINE = re.compile(r"(?:[A-Za-z]+[0-9]\S*|#[A-Za-z]*[0-9]\S*|\*\S*)\t")


class Pair(msgspec.Struct, frozen=True):
    """A document: its text, and the files of what is said about it."""

    name: str
    text: File
    annotations: tuple[File, ...]


def read(incoming: Incoming) -> Iterator[Draft]:
    """A draft for each text with annotations beside it."""
    configurations = Configurations(incoming)
    joins_lines = not incoming.options.get("keep-line-fragments")
    for name, pairs in _by_document(_pairs(incoming), incoming).items():
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


def _by_document(pairs: list[Pair], incoming: Incoming) -> dict[str, list[tuple[str, Pair]]]:
    """The pairs of each document, each with its annotator where a directory says who that is."""
    which = incoming.options.get("annotators") or "marked"
    marked = [] if which != "marked" else _marked_directories(incoming)
    found: dict[str, list[tuple[str, Pair]]] = {}
    for pair in pairs:
        *directories, name = pair.name.split("/")
        at = {"outermost": 0, "innermost": len(directories) - 1}.get(which, -1)
        if which == "marked":
            depths = [len(one) for one in marked if directories[: len(one)] == one]
            at = max(depths, default=-1)
        annotator = directories.pop(at) if 0 <= at < len(directories) else ""
        found.setdefault("/".join([*directories, name]), []).append((annotator, pair))
    return found


def _marked_directories(incoming: Incoming) -> list[list[str]]:
    """The directories, in parts, whose annotation.conf says that those in them are annotators."""
    source = incoming.source
    files = source.all_files.items() if source.is_directory else ()
    return [
        path.split("/")[:-1]
        for path, file in files
        if path.rpartition("/")[2] == "annotation.conf" and ANNOTATORS_MARK.encode() in file.read()
    ]


def _pairs(incoming: Incoming) -> list[Pair]:
    source = incoming.source
    if source.is_directory:
        found = dict(source.all_files)
    else:
        stem = source.path.name.removesuffix(".gz").rpartition(".")[0]
        names = [source.path.name, *(stem + suffix for suffix in (".txt", *ANNOTATION_SUFFIXES))]
        found = {name: file for name in names if (file := source.get(name))}
    stems: dict[str, dict[str, File]] = {}
    for path, file in found.items():
        stem, dot, suffix = path.removesuffix(".gz").rpartition(".")
        if (end := dot + suffix.lower()) in (".txt", *ANNOTATION_SUFFIXES):
            stems.setdefault(stem, {})[end] = file
            file.is_accounted_for = True  # read, or counted here
    pairs = [_pair(stem, files) for stem, files in stems.items() if ".txt" in files and len(files) > 1]
    for stem, files in stems.items():
        if ".txt" not in files:
            incoming.losses.add("annotations without a text", next(iter(files.values())).shown, stops=bool(pairs))
        elif len(files) == 1:
            incoming.losses.add("texts without annotations", f"{files['.txt'].shown}: no {stem}.ann", stops=False)
        if ".ann" in files:
            for suffix in files.keys() - {".txt", ".ann"}:
                incoming.losses.add("parts of annotations beside an .ann, which is the whole", files[suffix].shown, stops=False)
    if not pairs:
        raise PostilError(f"{source.path}: there is no .ann with a .txt of the same name beside it, which is what brat writes")
    return pairs


def _pair(stem: str, files: dict[str, File]) -> Pair:
    parts = [files[suffix] for suffix in ANNOTATION_SUFFIXES if suffix in files]
    return Pair(stem, files[".txt"], tuple(parts[:1] if ".ann" in files else parts))


class _Bound(msgspec.Struct):
    """A text-bound annotation, as its line says."""

    id: str
    type: str
    start: int
    end: int
    fragments: tuple[tuple[int, int], ...]
    surface: str


class _Tie(msgspec.Struct):
    """A relation, an event or an equivalence, as its line says. ``trigger``: of an event that has one."""

    id: str
    kind: str
    type: str
    arguments: list[tuple[str, str]]
    trigger: str = ""


class _Document:
    """Reads one document."""

    def __init__(self, pair: Pair, incoming: Incoming, configuration: Configuration) -> None:
        self.pair, self.incoming, self.known = pair, incoming, configuration
        self.file = ", ".join(file.shown for file in pair.annotations)
        self.lines: dict[str, int] = {}
        self.bounds: list[_Bound] = []
        self.ties: list[_Tie] = []
        self.values: defaultdict[str, dict[str, list[Any]]] = defaultdict(dict)
        self.about: dict[str, str] = {}  # what attributes and normalisations describe
        self.remarks: list[tuple[str, str, str, str]] = []  # id, type, what about, text
        self.equivalences = 0
        self.copies: Counter[str] = Counter()  # of each id that is there more than once
        self.again: list[tuple[_Bound, str, int]] = []  # spans whose id another has already
        self.last: _Bound | list[tuple[str, str, str, str]] | None = None  # what the next line may go on with
        self.rest: list[str] = []  # the lines that go on with it
        self.rest_length = 0

    def read(self) -> DraftSet:
        """What is said about the text."""
        files: dict[str, str] = {}
        for file in self.pair.annotations:
            before = len(self.lines)
            self._read(file)
            if len(self.pair.annotations) > 1:
                files |= dict.fromkeys(islice(self.lines, before, None), file.shown)
        self._sort_out_copies()
        made = DraftSet(file=self.file, lines=self.lines, files=files)
        types = {bound.id: bound.type for bound in self.bounds}
        triggers = {tie.trigger for tie in self.ties if tie.trigger and types.get(tie.trigger) == tie.type}
        ids = types.keys() | {tie.id for tie in self.ties}
        notes = self._said_about(ids, {**types, **{tie.id: tie.type for tie in self.ties}}, made)
        made.spans = self._spans(triggers, notes)
        made.relations = [self._relation(tie, notes) for tie in self.ties]
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
            sum(bound.surface == text[bound.start : bound.end] for bound in self.bounds),
            sum(bound.surface.encode("utf-16-le") == data[2 * bound.start : 2 * bound.end] for bound in self.bounds),
        )

    # --- lines ---------------------------------------------------------------------------------------------------------------

    def _read(self, file: File) -> None:
        content = file.text(self.incoming.source.encoding)
        if "\r" in content:
            content = content.replace("\r\n", "\n")
        bounds, lines = self.bounds, self.lines
        self.last = None
        for number, line in enumerate(content.split("\n"), 1):
            if line[:1] == "T":
                try:
                    id, data, surface = line.split("\t", 2)
                    type_, start, end = data.split(" ")
                    bound = _Bound(id, type_, int(start), int(end), (), surface)
                except ValueError:
                    self._odd_line(file, number, line)
                else:
                    if self.rest:
                        self._end_last()
                    if id in lines:
                        self.again.append((bound, file.shown, number))
                    else:
                        lines[id] = number
                        bounds.append(bound)
                    self.last = bound
            elif line.strip():
                self._odd_line(file, number, line)
        self._end_last()

    def _odd_line(self, file: File, number: int, line: str) -> None:
        """Any line but that of a span without gaps."""
        place = f"{file.shown}:{number}"
        if not _LINE.match(line):
            self._continued(line, place)
            return
        self._end_last()
        id, _, data = line.partition("\t")
        read_line = self._readers.get(id[0])
        if read_line is None:
            self.incoming.broken_lines.add(place, f"brat has no line that begins with {quote(id[0])}", line)
            return
        try:
            read_line(self, id, data, place, number)
        except ValueError:
            self.incoming.broken_lines.add(place, f"not {_WANTED[id[0]]}", line)

    def _continued(self, line: str, place: str) -> None:
        """A line without an id: the rest of what the line before it says, where that wants a rest."""
        is_whole = isinstance(self.last, _Bound) and len(self.last.surface) + self.rest_length >= _length(self.last)
        if self.last is None or is_whole:
            self.incoming.broken_lines.add(place, "no annotation: an id and a tab are wanted first", line)
            return
        self.rest.append(line)
        self.rest_length += 1 + len(line)
        self.incoming.repaired.add("lines that go on with the text of the line before", place, line)

    def _end_last(self) -> None:
        """Give the line before what the lines after it went on with."""
        rest = "".join(f"\n{line}" for line in self.rest)
        if isinstance(self.last, _Bound):
            self.last.surface += rest
        elif self.last:
            *others, text = self.last[-1]
            self.last[-1] = (*others, f"{text}{rest}")  # type: ignore[assignment]
        self.last, self.rest, self.rest_length = None, [], 0

    def _take(self, id: str, place: str, number: int) -> str:
        """An id that nothing else has."""
        fresh = id
        while fresh in self.lines:
            self.copies[id] += 1
            fresh = f"{id}-{self.copies[id] + 1}"
        if fresh != id:
            self.incoming.repaired.add("ids that were there twice", f"{place}: {id} is now {fresh}")
        self.lines[fresh] = number
        return fresh

    def _sort_out_copies(self) -> None:
        """Spans whose id another has already: the same line again, or another span."""
        firsts = {bound.id: bound for bound in self.bounds} if self.again else {}
        for bound, shown, number in self.again:
            if bound == firsts.get(bound.id):
                self.incoming.repaired.add("lines that are there twice", f"{shown}:{number}: {bound.id}")
            else:
                bound.id = self._take(bound.id, f"{shown}:{number}", number)
                self.bounds.append(bound)

    def _bound(self, id: str, data: str, place: str, number: int) -> None:
        where, _, surface = data.partition("\t")
        first, *others = where.split(";")
        type_, start, end = first.rstrip().rsplit(None, 2)
        pieces = [(int(start), int(end)), *((int(one), int(other)) for one, other in (piece.split() for piece in others))]
        if " " in (type_ := type_.rstrip()):
            self.incoming.repaired.add("types with a blank in them", f"{place}: {id}", type_)
        if any(one > other for one, other in pairwise(pieces)):
            surface = _in_order(pieces, surface)
            pieces.sort()
            self.incoming.repaired.add("fragments out of order", f"{place}: {id}")
        fragments = apart(pieces)
        if len(fragments) < len(pieces):
            self.incoming.repaired.add("fragments that touch, put together", f"{place}: {id}")
        bound = _Bound(id, type_, pieces[0][0], fragments[-1][1], tuple(fragments) if len(fragments) > 1 else (), surface)
        if id in self.lines:
            self.again.append((bound, place.rpartition(":")[0], number))
        else:
            self.lines[id] = number
            self.bounds.append(bound)
        self.last = bound

    def _event(self, id: str, data: str, place: str, number: int) -> None:
        head, *said = data.partition("\t")[0].split()
        type_, colon, trigger = head.partition(":")
        arguments = [_argument(one) for one in said]
        if not colon and not arguments:
            raise ValueError(data)
        self.ties.append(_Tie(self._take(id, place, number), "event", type_, arguments, trigger))

    def _binary(self, id: str, data: str, place: str, number: int) -> None:
        type_, *said = data.partition("\t")[0].split()
        if len(said) == 2 and not any(":" in one for one in said):
            said = [f"Arg{at}:{one}" for at, one in enumerate(said, 1)]
        if len(said) < 2:
            raise ValueError(data)
        self.ties.append(_Tie(self._take(id, place, number), "relation", type_, [_argument(one) for one in said]))

    def _equivalence(self, _id: str, data: str, place: str, number: int) -> None:
        type_, *members = data.partition("\t")[0].split()
        self.equivalences += 1
        id = self._take(f"equiv{self.equivalences}", place, number)
        self.ties.append(_Tie(id, "equivalence", type_, [(MEMBER, member) for member in members]))

    def _attribute(self, id: str, data: str, place: str, number: int) -> None:
        name, _, rest = data.partition("\t")[0].lstrip().partition(" ")
        target, _, value = rest.lstrip().partition(" ")
        if not target:
            raise ValueError(data)
        self._value(target, name, value.strip() or True, place)
        self.about.setdefault(id, target)

    def _normalisation(self, id: str, data: str, place: str, number: int) -> None:
        said, _, text = data.partition("\t")
        type_, target, reference = said.split(None, 2)
        target, reference = target.removeprefix("Annotation:"), reference.strip().removeprefix("Referent:")
        self._value(target, type_, reference, place)
        if text.strip():
            self._value(target, f"{type_}_text", text.strip(), place)
        self.about.setdefault(id, target)

    def _value(self, target: str, name: str, value: Any, place: str) -> None:
        values = self.values[target].setdefault(name, [])
        if any(value is other or (value == other and type(value) is type(other)) for other in values):
            self.incoming.repaired.add("attributes that are there twice", f"{place}: {name} of {target}")
        else:
            values.append(value)

    def _note(self, id: str, data: str, place: str, number: int) -> None:
        said, _, text = data.partition("\t")
        type_, *about = said.split()
        if len(about) > 1:
            raise ValueError(data)
        if not about and (found := _NOTED.fullmatch(text)):
            about, text = [found[1]], found[2]
            self.incoming.repaired.add("notes whose annotation has a column of its own", f"{place}: {id}", about[0])
        self.remarks.append((f"n{id.lstrip('#')}", type_, about[0] if about else "", text))
        self.last = self.remarks

    _readers: ClassVar[dict[str, Callable[..., None]]] = {
        "T": _bound, "E": _event, "R": _binary, "*": _equivalence, "A": _attribute, "M": _attribute, "N": _normalisation,
        "#": _note,
    }  # fmt: skip

    # --- records -------------------------------------------------------------------------------------------------------------

    def _spans(self, triggers: set[str], notes: dict[str, str]) -> list[Span]:
        names: dict[str, tuple[str, str]] = {}
        spans = []
        for bound in self.bounds:
            type_ = bound.type
            if type_ not in names:
                names[type_] = self._span_name(type_)
            layer, label = names[type_]
            if not layer:
                layer = TRIGGER_LAYER if bound.id in triggers else self.incoming.span_layer
            id = bound.id
            said = self._attributes(id, type_) if id in self.values else {}
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

    def _relation(self, tie: _Tie, notes: dict[str, str]) -> Relation:
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
        attributes = self._attributes(tie.id, tie.type) if tie.id in self.values else {}
        return Relation(tie.id, layer, name.label if name else tie.type, args, attributes, None, notes.get(tie.id, ""))

    def _event_arguments(self, tie: _Tie) -> dict[str, str | tuple[str, ...]]:
        """What fills each role. brat writes a role that several fill with a number after the first: Theme, Theme2."""
        declared = self.known.roles.get(tie.type, {})
        used = {role for role, _ in tie.arguments}
        known = declared or {role for role in used if not role[-1:].isdigit()}
        named = []
        for role, id in tie.arguments:
            plain = role_of(role, known)
            named.append((plain, id))
            if plain not in used:
                place = f"{self.file}:{self.lines[tie.id]}: {tie.id}"
                self.incoming.repaired.add("numbers of roles that may pair them (Site2 with Theme2)", place, role)
        return _grouped(named, declared)

    def _attributes(self, id: str, type_: str) -> dict[str, Any]:
        attributes: dict[str, Any] = {}
        for name, values in self.values.pop(id).items():
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
        for id, type_, target, text in self.remarks:
            about = self.about.get(target, target)
            place = f"{self.file}: {id.replace('n', '#', 1)} on {target}"
            if about != target:
                self.incoming.repaired.add("notes on attributes, now on what has the attribute", place, text)
            if about not in ids:
                if about:
                    self.incoming.repaired.add("notes on what is not there, now on the document", place, text)
                made.notes.append(Note(self._take(id, place, 0), "", text))
            elif type_ == REMARK and about == target and about not in remarks and text:
                remarks[about] = text
            elif type_ in (REMARK, "Note"):
                made.notes.append(Note(self._take(id, place, 0), about, text))
            else:
                self._value(about, type_, text.strip() or True, place)
        for target in self.values.keys() - ids:
            for name, values in self.values[target].items():
                self.incoming.losses.add("attributes of what is not there", f"{self.file}: {name} of {target}", str(values[0]))
        return remarks


def _length(bound: _Bound) -> int:
    """How long the text is that a span is said to cover."""
    extents = bound.fragments or ((bound.start, bound.end),)
    return sum(end - start for start, end in extents) + len(extents) - 1


def _in_order(pieces: list[tuple[int, int]], surface: str) -> str:
    """The texts of fragments in the order of the text; as they are where they have other lengths than their fragments."""
    texts = []
    at = 0
    for start, end in pieces:
        texts.append((start, end, surface[at : at + end - start]))
        at += end - start + 1
    if at - 1 != len(surface):
        return surface
    return " ".join(text for _, _, text in sorted(texts))


def _argument(said: str) -> tuple[str, str]:
    role, colon, id = said.rpartition(":")
    if not colon or not role or not id:
        raise ValueError(said)
    return role, id


def _grouped(named: list[tuple[str, str]], several: dict[str, bool]) -> dict[str, str | tuple[str, ...]]:
    """Ids by role: several where there are, or where the role may have several."""
    found: dict[str, list[str]] = {}
    for role, id in named:
        found.setdefault(role, []).append(id)
    return {role: tuple(ids) if len(ids) > 1 or several.get(role) else ids[0] for role, ids in found.items()}
