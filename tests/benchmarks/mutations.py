"""A mutation test of ``postil check``: one fault in a clean corpus, and the check must say that and nothing else.

    python tests/benchmarks/mutations.py [FAULTS] [SEED]

The corpus is generated, made richer in memory and clean. Each mutator below plants one kind of fault in a random place of a
random document and says what is to be found. Prints, for each rule, how many faults were planted, found and missed, and how many
findings were false; exits with 1 unless all are found and none is false.
"""

from __future__ import annotations

import hashlib
import json
import random
import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from itertools import count, pairwise
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from generate import generate

from postil.checking import Checker
from postil.checking.baseline import Baseline
from postil.checking.checker import Result
from postil.checking.run import Run
from postil.checking.selection import Selection
from postil.findings import Finding
from postil.manifest import Splits
from postil.model import AnnotationSet, Header, Label, Note, Relation, Span
from postil.rules import all_rules
from postil.rules.corpus_view import CorpusView
from postil.rules.views import ProjectView
from postil.storage.bundle import Project
from postil.storage.directory import MANIFEST, SCHEME, CorpusDirectory, Stray, StructType, _toml_file
from postil.storage.faults import Fault
from postil.storage.set_file import encode_set
from postil.storage.splits_file import SPLITS, Placement, SplitsFile, encode_splits, parse_splits
from postil.storage.toml_file import TomlFile

NOT_PLANTED = {"DOC009": "a link that leads out is a thing of the file system: tests/test_hostile.py makes one"}

DOCUMENTS = 26
ANNOTATORS = ("a1", "a2", "gold")
BASELINE = "postil-baseline.jsonl"

Record = dict[str, Any]
Key = tuple[str, str, str | int]
"""A finding: its code, its path, and the id of its annotation or, where it is about none, its line."""
Expected = set[Key]
Files = dict[str, bytes]


# --- the clean corpus --------------------------------------------------------------------------------------------------------

RICH_MANIFEST = """\
format = 1
name = "mutated"
languages = ["en"]
licence = "CC0-1.0"

[splits]
salt = "SALT"
shares = { train = 0.5, test = 0.5 }

[check]
max-file-size = 60000
annotators-per-document = 2
coverage = { gold = 1.0, a1 = 0.5 }
agreement = { "name.f1" = 0.5 }

[defaults]
language = "en"

[defaults.rights]
licence = "CC0-1.0"
redistribute = true
"""

RICH_SCHEME = """\
name = "generated"
version = 1

[layers.entity]
kind = "span"
overlap = "nested"
unit = "word"
within = "paragraph"
labels.PERSON = { description = "somebody", key = "p" }
labels.ORG = { description = "a body", key = "o" }
labels.GPE = { description = "a place", key = "g" }

[layers.entity.attributes]
sure = { type = "boolean" }
born = { type = "integer", minimum = 1, maximum = 2000, only_on = ["PERSON"] }
weight = { type = "number", minimum = 0, maximum = 1 }
code = { type = "string", pattern = "[A-Z][0-9]+" }
page = { type = "link" }
senses = { type = "enum", values = ["one", "two", "three"], multiple = true }
spare = { type = "enum", values = ["yes", "no"], default = "yes" }
spare_number = { type = "integer", minimum = 1, maximum = 9, default = 3 }
spare_list = { type = "enum", values = ["left", "right"], multiple = true, default = ["left"] }

[layers.claim]
kind = "span"
overlap = "free"
unit = "word"
within = "paragraph"
labels.FACT = {}
labels.CLAIM = {}
labels.RUMOUR = {}

[layers.claim.attributes]
polarity = { type = "enum", values = ["positive", "negative"], required = true, only_on = ["CLAIM"] }
holder = { type = "reference", values = ["AUTHOR"], layers = ["entity"], labels = ["PERSON"] }
beside = { type = "reference", multiple = true }

[layers.name]
kind = "span"
overlap = "none"
unit = "word"
within = "sentence"
labels.TOWN = {}
labels.RIVER = {}
labels.LEADER = {}

[layers.quote]
kind = "span"
overlap = "none"
unit = "grapheme"
within = "sentence"
labels.SAID = {}
labels.WRITTEN = {}

[layers.part]
kind = "span"
unit = "grapheme"
labels.SPLIT = {}
labels.SIGN = {}

[layers.spare]
kind = "span"
labels.UNUSED = {}

[layers.argument]
kind = "relation"
roles.from = { layers = ["claim"] }
roles.to = { layers = ["claim"] }
labels.supports = { acyclic = true }
labels.restates = { symmetric = true }
labels.rebuts = { roles.to = { layers = ["claim"], labels = ["CLAIM"] } }

[layers.event]
kind = "relation"
roles.agent = { layers = ["name"] }
roles.theme = {}
roles.with = { layers = ["name"], required = false, multiple = true }
labels.speaks = {}
labels.meets = {}
attributes.loud = { type = "boolean" }

[layers.genre]
kind = "label"
labels.report = {}
labels.op-ed = {}

[layers.topic]
kind = "label"
multiple = true
labels.trade = {}
labels.war = {}
labels.law = {}

[[constraints]]
kind = "no-crossing"
layers = ["name", "quote"]
"""

NAMES = (
    ("governor", "Port Quillon", "harbour", "TOWN"),
    ("river", "Old Marn", "valley", "RIVER"),
    ("mayor", "Ivo Tresk", "spoke", "LEADER"),
    ("town", "Łysa Góra", "market", "TOWN"),
    ("minister", "Ana São", "came", "LEADER"),
    ("below", "Grüne Aach", "mills", "RIVER"),
)
"""What stands before a name, the name, what stands after it, and its label."""

SIGNS = ("🇯🇵", "👩‍🔬", "👍🏽")  # each is one character to a reader, and several code points


@cache
def clean_corpus(seed: int = 7) -> Files:
    """The files of the clean corpus."""
    with tempfile.TemporaryDirectory() as directory:
        root = Path(directory)
        generate(root, DOCUMENTS, seed)
        files = {path.relative_to(root).as_posix(): path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()}
    documents = [path[7:-4] for path in files if path.startswith("corpus/") and path.endswith(".txt")]
    groups = {document: f"pair{number // 2}" if number < 6 else "" for number, document in enumerate(documents)}
    shares = {"train": 0.5, "test": 0.5}
    for salt in map(str, count()):  # the first with enough groups on both sides
        parts = Counter(Splits(salt, shares).split_of(group) for group in {groups[one] or one for one in documents})
        if min(parts["train"], parts["test"]) >= 10:
            break
    files[MANIFEST] = RICH_MANIFEST.replace("SALT", salt).encode()
    files[SCHEME] = RICH_SCHEME.encode()
    for document in documents:
        _enrich(files, document, groups[document], random.Random(f"{seed} {document}"))
    return files


def _enrich(files: Files, document: str, group: str, chance: random.Random) -> None:
    """Add to a generated document what it lacks."""
    metadata = [f'title = "About {document}"', 'published = "2022-09~"', 'url = "https://example.org/a"']
    metadata += [f'group = "{group}"'] * bool(group)
    files[f"corpus/{document}.toml"] = "\n".join([*metadata, "", "[rights]", 'holder = "nobody"', ""]).encode()
    draft = Draft(files, chance, document, "gold")
    _attributes(draft, chance)
    text = files[draft.text_path].decode() + "\n"
    for number, (before, name, after, label) in enumerate(chance.sample(NAMES, 4)):
        signs = chance.sample(SIGNS, 2)
        sentence = f"Yesterday the {before} {name} {after} {signs[0]} agreed क्षमा {signs[1]} talks."
        start = len(text)
        text += f"{sentence} "

        def span(layer: str, label: str, *words: str, start: int = start, sentence: str = sentence) -> Record:
            extents = [(start + sentence.index(word), start + sentence.index(word) + len(word)) for word in words]
            more = {"fragments": [list(extent) for extent in extents]} if len(extents) > 1 else {}
            covered = {"start": extents[0][0], "end": extents[-1][1], "text": " ".join(words), **more}
            return draft.add({"type": "span", "id": draft.new_id(layer[0]), "layer": layer, "label": label, **covered})

        span("name", label, name)
        span("part", "SPLIT", "agreed", "talks")
        span("part", "SIGN", signs[0])
        if number % 2 == 0:
            span("quote", chance.choice(("SAID", "WRITTEN")), chance.choice((sentence, sentence[:-1])))
    draft.write_text((text.rstrip() + "\n").encode())
    _relations(draft, chance)
    labels = [("genre", chance.choice(("report", "op-ed")))]
    labels += [("topic", topic) for topic in chance.sample(("trade", "war", "law"), 2)]
    for layer, label in labels:
        draft.add({"type": "label", "id": draft.new_id("l"), "layer": layer, "label": label})
    draft.add({"type": "note", "id": draft.new_id("m"), "text": "About the whole."})
    draft.add({"type": "note", "id": draft.new_id("m"), "about": draft.pick("span")["id"], "text": "Is it?"})
    if chance.random() < 0.4:  # an ignore that is needed
        cut = draft.pick("span", "claim", lambda one: one["text"][-3:].isascii() and one["text"][-3:].isalpha())
        draft.move(cut, cut["start"], cut["end"] - 1)
        cut["ignore"] = {"SPN005": "half of the word is meant"}
    draft.header |= {"method": "adjudicated", "sources": ["a1", "a2"]}
    draft.save()
    for annotator in ("a1", "a2"):
        named = draft.named()
        kept = [
            record
            for record in draft.records
            if record.get("layer") not in ("entity", "claim") or record["id"] in named or chance.random() < 0.3
        ]
        header = {key: value for key, value in draft.header.items() if key != "sources"}
        files[draft.set_path(annotator)] = encode([{**header, "annotator": annotator, "method": "manual"}, *kept])


def _attributes(draft: Draft, chance: random.Random) -> None:
    people = [record["id"] for record in draft.records if record.get("label") == "PERSON"]
    for record in draft.records:
        if record["type"] != "span":
            continue
        attributes = record.setdefault("attributes", {})
        if record["layer"] == "claim":
            attributes.clear()
            attributes |= {"polarity": chance.choice(("positive", "negative"))} if record["label"] == "CLAIM" else {}
            attributes |= {"holder": chance.choice(["AUTHOR", *people])} if chance.random() < 0.3 else {}
            attributes |= {"beside": chance.sample(people, 2)} if chance.random() < 0.1 else {}
        else:
            likely = {"weight": 0.5, "code": "Q12", "page": "https://example.org/q", "senses": ["one", "three"], "born": 1950}
            names = [name for name in likely if chance.random() < 0.3 and (name != "born" or record["label"] == "PERSON")]
            attributes |= {name: likely[name] for name in names}
        if chance.random() < 0.2:
            record["confidence"] = chance.choice((0.0, 0.25, 1.0))


def _relations(draft: Draft, chance: random.Random) -> None:
    claims = draft.all("span", "claim")
    names = draft.all("span", "name")
    (one, other), first = chance.sample(claims, 2), chance.choice(claims)
    target = chance.choice([claim for claim in claims if claim["label"] == "CLAIM" and claim is not first])
    chain = sorted(chance.sample(range(len(claims)), 3))
    pairs = {(relation["args"]["from"], relation["args"]["to"]) for relation in draft.all("relation", "argument")}
    draft.relate("argument", "restates", {"from": one["id"], "to": other["id"]})
    draft.relate("argument", "rebuts", {"from": first["id"], "to": target["id"]})
    for left, right in pairwise(chain):
        pair = (claims[left]["id"], claims[right]["id"])
        if pair not in pairs:
            draft.relate("argument", "supports", dict(zip(("from", "to"), pair, strict=True)))
    speaks = draft.relate("event", "speaks", {"agent": names[0]["id"], "theme": one["id"]})
    draft.relate("event", "meets", {"agent": names[1]["id"], "theme": speaks["id"], "with": [names[2]["id"], names[0]["id"]]})


# --- a corpus that is being changed ------------------------------------------------------------------------------------------


class NoPlaceError(Exception):
    """This document has no place for the fault."""


_TYPES: dict[str, type[msgspec.Struct]] = {"set": Header, "span": Span, "relation": Relation, "label": Label, "note": Note}


def encode(records: Sequence[Record]) -> bytes:
    """The canonical bytes of a set, of its header and its records."""
    header, *others = map(_model, records)
    groups = ([one for one in others if type(one) is kind] for kind in (Span, Relation, Label, Note))
    return encode_set(AnnotationSet(header, *map(tuple, groups)))


def _model(record: Record) -> Any:
    kind = _TYPES[record["type"]]
    fields = {"type", *kind.__struct_fields__}
    unknown = {key: value for key, value in record.items() if key not in fields}
    known = msgspec.convert({key: value for key, value in record.items() if key in fields}, kind)
    return msgspec.structs.replace(known, unknown=unknown) if unknown else known


class Draft:
    """The files of a corpus, and one document and one set of it that a mutator changes."""

    def __init__(self, files: Files, chance: random.Random, document: str, annotator: str) -> None:
        self.files = files
        self.chance = chance
        self.document = document
        self.annotator = annotator
        self._sets: dict[str, list[Record]] = {}

    # paths

    @property
    def text_path(self) -> str:
        return f"corpus/{self.document}.txt"

    @property
    def metadata_path(self) -> str:
        return f"corpus/{self.document}.toml"

    def set_path(self, annotator: str = "") -> str:
        return f"annotations/{annotator or self.annotator}/{self.document}.jsonl"

    def documents(self) -> list[str]:
        return [path[7:-4] for path in self.files if path.startswith("corpus/") and path.endswith(".txt")]

    def split(self, group: str = "") -> str:
        """The split of the document, or of a group."""
        return Memory(self.files).project.manifest.splits.split_of(group or self.group or self.document)

    @property
    def group(self) -> str:
        """The group that the document states."""
        said = re.search(r'group = "(\w+)"', self.files.get(self.metadata_path, b"").decode())
        return said.group(1) if said else ""

    def at(self, document: str, annotator: str = "gold") -> Draft:
        """The same corpus, at another document."""
        return Draft(self.files, self.chance, document, annotator)

    # records

    def set(self, annotator: str) -> list[Record]:
        """The header and the records of a set; what is done to them is written by :meth:`save`."""
        if annotator not in self._sets:
            self._sets[annotator] = [json.loads(line) for line in self.files[self.set_path(annotator)].splitlines()]
        return self._sets[annotator]

    @property
    def header(self) -> Record:
        return self.set(self.annotator)[0]

    @header.setter
    def header(self, values: Record) -> None:
        self.set(self.annotator)[0] = values

    @property
    def records(self) -> list[Record]:
        return self.set(self.annotator)[1:]

    def save(self) -> None:
        """Write the sets in canonical form."""
        for annotator, records in self._sets.items():
            self.files[self.set_path(annotator)] = encode(records)
        self._sets.clear()

    def all(self, kind: str, layers: str = "") -> list[Record]:
        return [one for one in self.records if one["type"] == kind and (not layers or one["layer"] in layers.split())]

    def pick(
        self, kind: str, layers: str = "", fits: Callable[[Record], Any] = lambda _record: True, *, unnamed: bool = False
    ) -> Record:
        """A record of a kind, in one of some layers; ``unnamed``: that no other record names. None that has an ignore."""
        named = self.named() if unnamed else ()
        found = [one for one in self.all(kind, layers) if "ignore" not in one and one["id"] not in named and fits(one)]
        if not found:
            raise NoPlaceError
        return self.chance.choice(found)

    def some(self, fits: Callable[[Record], Any] = lambda _record: True, *, unnamed: bool = True) -> Record:
        """A record of any kind."""
        return self.pick(self.chance.choice(("span", "span", "relation", "label", "note")), "", fits, unnamed=unnamed)

    def named(self) -> set[str]:
        """The ids that other records name."""
        return {id for record in self.records for id in _names(record)}

    def new_id(self, initial: str) -> str:
        """An id that is free in every set of the document, of a random place in the order of ids."""
        return f"{initial}{self.chance.randrange(10**8)}y"

    def add(self, record: Record) -> Record:
        self.set(self.annotator).append(record)
        return record

    def relate(self, layer: str, label: str, args: dict[str, Any], id: str = "") -> Record:
        id = id or self.new_id("r")
        return self.add({"type": "relation", "id": id, "layer": layer, "label": label, "args": args})

    def key(self, code: str, record: Record) -> Key:
        """A finding about a record."""
        return (code, self.set_path(), record["id"])

    def lines(self) -> list[bytes]:
        """The lines of the set as it will be written."""
        self.save()
        return self.files[self.set_path()].split(b"\n")

    def line_of(self, record: Record) -> int:
        """The number of a record's line."""
        found = [number for number, line in enumerate(self.lines(), 1) if f'"id":"{record["id"]}"'.encode() in line]
        return found[0]

    # text

    @property
    def text(self) -> str:
        return self.files[self.text_path].decode()

    def write_text(self, data: bytes) -> None:
        """Write the text; the sets are about it."""
        self.files[self.text_path] = data
        for annotator in ANNOTATORS:
            if self.set_path(annotator) in self.files:
                self.set(annotator)[0]["text_sha256"] = hashlib.sha256(data).hexdigest()

    def edit(self, start: int, end: int, new: str) -> int:
        """Put ``new`` in the place of part of the text, and carry all spans along. Returns the line where it stands."""
        text = self.text
        changed = text[:start] + new + text[end:]

        def carried(offset: int, is_start: bool) -> int:
            if offset < start or (offset == start and not (is_start and start == end)):
                return offset
            if offset < end:
                raise NoPlaceError
            return offset + len(new) - (end - start)

        for annotator in ANNOTATORS:
            for record in self.set(annotator)[1:]:
                if record["type"] == "span":
                    extents = [(carried(first, True), carried(last, False)) for first, last in _extents(record)]
                    moved: Record = {"start": extents[0][0], "end": extents[-1][1]}
                    moved |= {"fragments": [list(extent) for extent in extents]} if "fragments" in record else {}
                    record.update(moved)
                    record["text"] = " ".join(changed[first:last] for first, last in extents)
        self.write_text(changed.encode())
        return changed.count("\n", 0, start) + 1

    def find(self, pattern: str) -> re.Match[str]:
        """A random place of the text that matches."""
        found = list(re.finditer(pattern, self.text))
        if not found:
            raise NoPlaceError
        return self.chance.choice(found)

    def move(self, record: Record, start: int, end: int) -> Record:
        """Let a span cover another passage."""
        record.pop("fragments", None)
        record |= {"start": start, "end": end, "text": self.text[start:end]}
        return record

    def is_free(self, record: Record) -> bool:
        """Whether the span lies to all others as the scheme wants it; by definition, not by the checker's geometry."""
        strict = {"entity": "entity", "name": "name quote", "quote": "quote name"}.get(record["layer"], "")
        for other in self.all("span", strict) if strict else ():
            if other["id"] == record["id"] or other["end"] <= record["start"] or record["end"] <= other["start"]:
                continue
            edges, others = (record["start"], record["end"]), (other["start"], other["end"])
            is_in = edges[0] >= others[0] and edges[1] <= others[1]
            is_around = edges[0] <= others[0] and edges[1] >= others[1]
            is_flat = record["layer"] == other["layer"] != "entity"
            if is_flat or edges == others or not (is_in or is_around):
                return False
        return True

    # TOML

    def change(self, path: str, old: str, new: str, shown: str = "") -> int:
        """Put ``new`` in the place of ``old`` in a file. Returns the line where ``shown``, else ``new``, begins."""
        source = self.files[path].decode()
        if source.count(old) != 1:
            raise NoPlaceError(old)
        at = source.index(old)
        self.files[path] = (source[:at] + new + source[at + len(old) :]).encode()
        return source.count("\n", 0, at) + 1 + new.count("\n", 0, new.index(shown) if shown else 0)


def _names(record: Record) -> Iterator[str]:
    """The ids that a record names."""
    if record["type"] == "note":
        yield record.get("about", "")
    for value in (*record.get("args", {}).values(), *(record.get("attributes", {}).get(key, ()) for key in ("holder", "beside"))):
        yield from [value] if isinstance(value, str) else value


def _extents(record: Record) -> list[tuple[int, int]]:
    return [(first, last) for first, last in record.get("fragments") or [(record["start"], record["end"])]]


# --- the check ---------------------------------------------------------------------------------------------------------------


class Memory(CorpusDirectory):
    """A corpus in memory. Everything is read as from a disk, but for the reading itself."""

    def __init__(self, files: Mapping[str, bytes], project: Project | None = None) -> None:
        super().__init__(Path("/nowhere"))
        self.files = files
        if project:
            vars(self)["project"] = project

    def _walk(self, directory: str, strays: list[Stray]) -> Iterator[str]:
        yield from (path for path in self.files if path.startswith(f"{directory}/"))

    def _read(self, path: str) -> tuple[bytes, int]:
        data = self.files[path]
        limit = len(data) if path.endswith(".toml") else self.project.manifest.check.max_file_size
        return (data if len(data) <= limit else b""), len(data)

    def _read_toml(self, kind: type[StructType], path: str) -> TomlFile[StructType]:
        if path not in self.files:
            return TomlFile(path, "", None, (Fault("syntax", "the file is missing", 0, 0),))
        return _toml_file(kind, path, self.files[path], len(self.files[path]))

    def _read_splits(self) -> SplitsFile:
        return parse_splits(self.files[SPLITS]) if SPLITS in self.files else SplitsFile()


class Clean:
    """The clean corpus, and what is known of each of its documents: only what a fault touches is looked at again."""

    def __init__(self, seed: int = 7) -> None:
        self.files = clean_corpus(seed)
        self.directory = Memory(self.files)
        self.checker = Checker(self.directory.project.manifest.check)
        inventory = self.directory.inventory.documents
        self.bundles = {document: self.directory.bundle(document) for document in inventory}
        self.results = {document: self.checker.check_bundle(bundle) for document, bundle in self.bundles.items()}

    def is_as_it_was(self, path: str, files: Mapping[str, bytes]) -> bool:
        return files.get(path) is self.files.get(path)

    def check(self, files: Mapping[str, bytes]) -> list[Finding]:
        """What ``postil check`` finds in the files."""
        is_same_project = self.is_as_it_was(MANIFEST, files) and self.is_as_it_was(SCHEME, files)
        if not is_same_project or BASELINE in files or SPLITS in files:
            return self._check_all(Memory(files), files)
        directory = Memory(files, self.directory.project)
        findings = self.checker.check_project(ProjectView(directory.project, directory.inventory.strays), set())
        parts: dict[str, list[Any]] = {rule.code: [] for rule in self.checker.corpus_rules}
        bundles = {}
        for document, its_files in directory.inventory.documents.items():
            is_same = its_files == self.directory.inventory.documents.get(document)
            is_same = is_same and all(self.is_as_it_was(path, files) for path in its_files.paths())
            bundles[document] = self.bundles[document] if is_same else directory.bundle(document)
            result: Result = self.results[document] if is_same else self.checker.check_bundle(bundles[document])
            findings += result.findings
            for code, part in result.parts.items():
                parts[code].append(part)
        return findings + self.checker.finish(parts, CorpusView(directory.project, bundles.__getitem__), set())

    @staticmethod
    def _check_all(directory: Memory, files: Mapping[str, bytes]) -> list[Finding]:
        baseline = Baseline.read(BASELINE, files[BASELINE]) if BASELINE in files else None
        run = Run(directory, Checker(directory.project.manifest.check), jobs=1, baseline=baseline)
        return run.check(Selection.everything(directory)).findings


def key_of(finding: Finding) -> Key:
    return (finding.code, finding.place.path, finding.subject or finding.place.line)


Mutator = Callable[[Draft], Expected]


class Kind(NamedTuple):
    """A kind of fault: the rule that must find it, and what plants it."""

    code: str
    plant: Mutator

    @property
    def name(self) -> str:
        return f"{self.code} {self.plant.__name__}"


KINDS: list[Kind] = []


def fault(code: str) -> Callable[[Mutator], Mutator]:
    """Register a mutator. It changes a draft and says what is to be found."""

    def register(plant: Mutator) -> Mutator:
        KINDS.append(Kind(code, plant))
        return plant

    return register


# --- TXT: the text ---------------------------------------------------------------------------------------------------------


def _in_text(draft: Draft, code: str, start: int, end: int, new: str) -> Expected:
    return {(code, draft.text_path, draft.edit(start, end, new))}


@fault("TXT001")
def a_byte_of_another_encoding(draft: Draft) -> Expected:
    data = draft.text.encode()
    at = draft.chance.choice([found.start() for found in re.finditer(rb" ", data)])
    draft.write_text(data[:at] + draft.chance.choice((b"\xe9", b"\xff", b"\x80")) + data[at:])
    return {("TXT001", draft.text_path, data.count(b"\n", 0, at) + 1)}


@fault("TXT002")
def a_byte_order_mark(draft: Draft) -> Expected:
    return _in_text(draft, "TXT002", 0, 0, "\ufeff")


@fault("TXT003")
def a_carriage_return(draft: Draft) -> Expected:
    at = draft.find(r"\n").start()
    return _in_text(draft, "TXT003", at, at, "\r")


@fault("TXT003")
def all_lines_end_in_cr_lf(draft: Draft) -> Expected:
    first = draft.text.index("\n")
    for found in reversed(list(re.finditer("\n", draft.text))):
        draft.edit(found.start(), found.start(), "\r")
    return {("TXT003", draft.text_path, draft.text.count("\n", 0, first) + 1)}


@fault("TXT004")
def a_letter_in_two_code_points(draft: Draft) -> Expected:
    at = draft.find("[üïãźé]").start()
    return _in_text(
        draft,
        "TXT004",
        at,
        at + 1,
        {"ü": "u\u0308", "ï": "i\u0308", "ã": "a\u0303", "ź": "z\u0301", "é": "e\u0301"}[draft.text[at]],
    )


@fault("TXT005")
def a_control_character(draft: Draft) -> Expected:
    at = draft.chance.randrange(len(draft.text))
    return _in_text(draft, "TXT005", at, at, draft.chance.choice("\x00\x07\x0b\x0c\x1b\x7f\x85\x9f\ufffd\ufffe"))


@fault("TXT006")
def an_invisible_character(draft: Draft) -> Expected:
    at = draft.find("(?<=[a-z])(?=[a-z])").start()
    return _in_text(draft, "TXT006", at, at, draft.chance.choice("\u00ad\u200b\u200c\u200d\u200e\u202e\u2060\u2066\ufeff"))


@fault("TXT007")
def no_newline_at_the_end(draft: Draft) -> Expected:
    end = len(draft.text)
    return _in_text(draft, "TXT007", end - 1, end, "")


@fault("TXT008")
def nothing_in_the_text(draft: Draft) -> Expected:
    for annotator in ANNOTATORS:
        records = draft.set(annotator)
        records[:] = [one for one in records if one["type"] in ("set", "label")]
    draft.write_text(draft.chance.choice((b"", b"\n", b" \n\n")))
    return {("TXT008", draft.text_path, 0)}


@fault("TXT009")
def a_text_that_is_too_large(draft: Draft) -> Expected:
    draft.write_text(draft.text.encode() + b"\n" + b"x " * 50_000 + b"\n")
    return {("TXT009", draft.text_path, 0)}


@fault("TXT010")
def a_merge_that_was_not_finished(draft: Draft) -> Expected:
    at = draft.find(r"(?<=\n\n)").start()
    draft.edit(at, at, "=======\nagreed\n>>>>>>> theirs\n\n")
    return _in_text(draft, "TXT010", at, at, "<<<<<<< ours\n\n")


@fault("TXT011")
def a_word_that_was_decoded_wrongly(draft: Draft) -> Expected:
    word = draft.find(r"(?<=\s)(Zürich|São|naïve|café|😀|Кириллица)(?=[\s.])")
    return _in_text(draft, "TXT011", *word.span(), word.group().encode().decode("cp1252"))


@fault("TXT012")
def a_letter_that_only_looks_right(draft: Draft) -> Expected:
    alike = {"a": "а", "c": "с", "e": "е", "o": "о", "p": "р", "а": "a"}
    at = draft.find(r"(?<=[a-zA-Z])[aceop](?=[a-z]*[^aceop\s.]\b)(?=[a-z]{3})|а(?=\s)").start()
    return _in_text(draft, "TXT012", at, at + 1, alike[draft.text[at]])


@fault("TXT013")
def a_private_use_character(draft: Draft) -> Expected:
    at = draft.find(" ").start()
    return _in_text(draft, "TXT013", at, at, draft.chance.choice(("\ue000", " \uf0b7", "\U000f0001", "\ufdd0", "\U0010ffff")))


@fault("TXT014")
def a_character_reference(draft: Draft) -> Expected:
    at = draft.find(" ").start()
    return _in_text(
        draft, "TXT014", at, at, draft.chance.choice((" &amp;", "&nbsp;", "&#8217;s", "&eacute;", " &#x2013;", "&lt;"))
    )


# --- DOC: documents and their files ----------------------------------------------------------------------------------------


def _rename(draft: Draft, new: str) -> None:
    """Give the document another id: its files, and what its sets say of it."""
    old = draft.document
    for annotator in ANNOTATORS:
        draft.set(annotator)[0]["document"] = new
    draft.save()
    for path in [path for path in draft.files if path.rpartition(".")[0].endswith(f"/{old}")]:
        draft.files[path.replace(f"/{old}.", f"/{new}.")] = draft.files.pop(path)
    draft.document = new


@fault("DOC001")
def no_metadata(draft: Draft) -> Expected:
    del draft.files[draft.metadata_path]
    return {("DOC001", draft.text_path, 0)}


@fault("DOC002")
def no_text(draft: Draft) -> Expected:
    del draft.files[draft.text_path]
    if draft.chance.random() < 0.5:
        for annotator in ANNOTATORS:
            del draft.files[draft.set_path(annotator)]
    return {("DOC002", draft.metadata_path, 0)}


@fault("DOC003")
def a_set_without_document(draft: Draft) -> Expected:
    data = draft.files[draft.set_path()].replace(draft.document.encode(), b"gone", 1)
    path = f"annotations/{draft.annotator}/gone.jsonl"
    draft.files[path] = data
    return {("DOC003", path, 0)}


@fault("DOC003")
def sets_that_lost_their_document(draft: Draft) -> Expected:
    del draft.files[draft.text_path], draft.files[draft.metadata_path]
    return {("DOC003", draft.set_path(annotator), 0) for annotator in ANNOTATORS}


@fault("DOC004")
def metadata_that_is_no_toml(draft: Draft) -> Expected:
    old, new = draft.chance.choice((('~"', "~"), ("title =", "title"), ('"nobody"', "nobody"), ("[rights]", "[rights")))
    return {("DOC004", draft.metadata_path, draft.change(draft.metadata_path, old, new))}


@fault("DOC005")
def metadata_that_means_nothing(draft: Draft) -> Expected:
    old, new = draft.chance.choice(
        (
            ("title =", "titel ="),
            ('"2022-09~"', '"September 2022"'),
            ('"2022-09~"', '"2022-02-31"'),
            ("https://", "htp:/"),
            ("url =", 'language = "English"\nurl ='),
            ("url =", 'authors = "A. Nobody"\nurl ='),
            ("url =", "genre = 3\nurl ="),
            ("holder =", 'redistribute = "no"\nholder ='),
            ("holder =", 'licence = "all rights reserved!"\nholder ='),
        )
    )
    return {("DOC005", draft.metadata_path, draft.change(draft.metadata_path, old, new))}


@fault("DOC006")
def an_id_that_not_every_system_can_have(draft: Draft) -> Expected:
    _rename(draft, draft.chance.choice(("a b", "aux", "Zürich", "d.", "a:b", "x./e", "com1.x", "d" * 121)))
    return {("DOC006", draft.text_path, 0)}


@fault("DOC006")
def an_annotator_that_not_every_system_can_have(draft: Draft) -> Expected:
    name = draft.chance.choice(("a 1", "nul", "Zoë", "a?"))
    draft.annotator = draft.chance.choice(("a1", "a2"))
    draft.header["annotator"] = name
    draft.save()
    draft.files[draft.set_path(name)] = draft.files.pop(draft.set_path())
    return {("DOC006", draft.set_path(name), 0)}


@fault("DOC007")
def two_ids_that_differ_in_case(draft: Draft) -> Expected:
    other = draft.chance.choice([one for one in draft.documents() if one != draft.document])
    _rename(draft, other.upper())
    return {("DOC007", f"corpus/{other}.txt", 0)}


@fault("DOC007")
def two_annotators_that_differ_in_case(draft: Draft) -> Expected:
    draft.annotator = draft.chance.choice(("a1", "a2"))
    draft.header["annotator"] = draft.annotator.upper()
    draft.save()
    draft.files[draft.set_path(draft.annotator.upper())] = draft.files.pop(draft.set_path())
    first = min(path for path in draft.files if path.startswith(f"annotations/{draft.annotator}/"))
    return {("DOC007", first, 0)}


@fault("DOC008")
def rights_that_are_not_stated(draft: Draft) -> Expected:
    path = draft.metadata_path
    if draft.chance.random() < 0.5:
        return {("DOC008", path, draft.change(path, '[rights]\nholder = "nobody"\n', "[rights]\n"))}
    draft.change(path, '\n[rights]\nholder = "nobody"\n', "")
    return {("DOC008", path, 1)}


@fault("DOC010")
def a_file_that_is_none_of_the_corpus(draft: Draft) -> Expected:
    names = (
        "corpus/notes.docx",
        f"corpus/{draft.document}.txt.bak",
        "annotations/gold/x.json",
        "annotations/x.jsonl",
        "corpus/README",
    )
    path = draft.chance.choice(names)
    draft.files[path] = b"x"
    return {("DOC010", path, 0)}


# --- ANN: the set's file ---------------------------------------------------------------------------------------------------


def _in_line(draft: Draft, code: str, record: Record, change: Callable[[bytes], bytes]) -> Expected:
    """A fault of form in a record's line."""
    number = draft.line_of(record)
    lines = draft.lines()
    lines[number - 1] = change(lines[number - 1])
    draft.files[draft.set_path()] = b"\n".join(lines)
    return {(code, draft.set_path(), number)}


def _without_header(draft: Draft) -> Expected:
    """What follows where a set does not say that it is complete."""
    if draft.annotator != "gold":
        return {("COR005", draft.text_path, 0)}
    line = draft.files[MANIFEST].decode().split("coverage")[0].count("\n") + 1
    return {("COR006", MANIFEST, line)}


@fault("ANN001")
def a_line_that_is_cut_off(draft: Draft) -> Expected:
    record = draft.some(unnamed=False)
    share = draft.chance.random()
    after_id = len(f'{{"type":"{record["type"]}","id":"{record["id"]}"')
    return _in_line(draft, "ANN001", record, lambda line: line[: after_id + int(share * (len(line) - after_id))])


@fault("ANN001")
def a_line_that_is_no_json(draft: Draft) -> Expected:
    wrong = draft.chance.choice((b'"confidence":NaN}', b"]", b'"a":01}', b'"x":"\\ud800"}', b'"x":"\xff"}', b'"x":1e999}', b"}}"))
    return _in_line(draft, "ANN001", draft.some(unnamed=False), lambda line: line[:-1] + b"," * (wrong[:1] == b'"') + wrong)


@fault("ANN001")
def a_marker_of_a_merge(draft: Draft) -> Expected:
    lines = draft.lines()
    at = draft.chance.randrange(1, len(lines))
    lines.insert(at, draft.chance.choice((b"<<<<<<< HEAD", b"=======", b">>>>>>> theirs")))
    draft.files[draft.set_path()] = b"\n".join(lines)
    return {("ANN001", draft.set_path(), at + 1)}


@fault("ANN002")
def a_record_of_no_known_type(draft: Draft) -> Expected:
    record = draft.some(unnamed=False)
    new = draft.chance.choice((b'"type":"entity"', b'"type":3', b'"kind":"span"'))
    return _in_line(draft, "ANN002", record, lambda line: re.sub(rb'"type":"[a-z]+"', new, line, count=1))


@fault("ANN003")
def a_key_that_nobody_knows(draft: Draft) -> Expected:
    record = draft.some(unnamed=False) if draft.chance.random() < 0.9 else draft.header
    record[draft.chance.choice(("colour", "confidense", "labels", "x", "Übung"))] = draft.chance.choice(
        (1, "red", [], {"a": None})
    )
    number = 1 if record["type"] == "set" else draft.line_of(record)
    return {("ANN003", draft.set_path(), number)}


@fault("ANN004")
def a_key_that_stands_twice(draft: Draft) -> Expected:
    record = draft.some(unnamed=False)
    key = draft.chance.choice(list(record))
    pair = json.dumps({key: record[key]}, ensure_ascii=False).encode()[1:-1]
    return _in_line(draft, "ANN004", record, lambda line: line[:-1] + b"," + pair + b"}")


@fault("ANN005")
def a_record_without_a_key(draft: Draft) -> Expected:
    record = draft.pick(draft.chance.choice(("span", "relation", "label")), unnamed=draft.chance.random() < 0.5)
    key = draft.chance.choice([key for key in ("layer", "label", "start", "end", "text", "args") if key in record])
    pair = json.dumps({key: record[key]}, ensure_ascii=False, separators=(",", ":")).encode()[1:-1]
    return _in_line(draft, "ANN005", record, lambda line: line.replace(b"," + pair, b"", 1))


@fault("ANN005")
def a_key_of_the_wrong_type(draft: Draft) -> Expected:
    record = draft.pick("span")
    key, value = draft.chance.choice((("start", "3"), ("end", 2.5), ("text", None), ("label", 7), ("layer", []), ("end", True)))
    wrong = {**record, key: value}
    return _in_line(draft, "ANN005", record, lambda _line: json.dumps(wrong, ensure_ascii=False, separators=(",", ":")).encode())


@fault("ANN006")
def no_header(draft: Draft) -> Expected:
    lines = draft.lines()
    draft.files[draft.set_path()] = b"\n".join(lines[1:])
    return {("ANN006", draft.set_path(), 1), *_without_header(draft)}


@fault("ANN006")
def a_second_header(draft: Draft) -> Expected:
    lines = draft.lines()
    at = draft.chance.randrange(1, len(lines))
    lines.insert(at, lines[0])
    draft.files[draft.set_path()] = b"\n".join(lines)
    return {("ANN006", draft.set_path(), at + 1)}


@fault("ANN006")
def a_header_that_is_not_first(draft: Draft) -> Expected:
    lines = draft.lines()
    at = draft.chance.randrange(1, len(lines) - 1)
    lines.insert(at, lines.pop(0))
    draft.files[draft.set_path()] = b"\n".join(lines)
    return {("ANN006", draft.set_path(), at + 1)}


@fault("ANN007")
def a_header_of_another_file(draft: Draft) -> Expected:
    key, value = draft.chance.choice((("document", "d9"), ("annotator", "a9"), ("scheme", "generated/2")))
    draft.header[key] = value
    return {("ANN007", draft.set_path(), 1)}


@fault("ANN007")
def a_status_or_method_that_is_none(draft: Draft) -> Expected:
    key = draft.chance.choice(("status", "method"))
    draft.header[key] = "done"
    follows = _without_header(draft) if key == "status" or draft.annotator != "gold" else set()
    return {("ANN007", draft.set_path(), 1), *follows}


@fault("ANN008")
def a_set_about_another_text(draft: Draft) -> Expected:
    draft.header["text_sha256"] = hashlib.sha256(draft.document.encode()).hexdigest()
    return {("ANN008", draft.set_path(), 1)}


@fault("ANN008")
def a_text_that_was_edited(draft: Draft) -> Expected:
    draft.files[draft.text_path] += b"One more.\n"
    return {("ANN008", draft.set_path(annotator), 1) for annotator in ANNOTATORS}


@fault("ANN009")
def another_order_of_lines(draft: Draft) -> Expected:
    lines = draft.lines()
    at = draft.chance.randrange(1, len(lines) - 2)
    lines[at], lines[at + 1] = lines[at + 1], lines[at]
    draft.files[draft.set_path()] = b"\n".join(lines)
    return {("ANN009", draft.set_path(), at + 1)}


@fault("ANN009")
def another_spelling_of_a_line(draft: Draft) -> Expected:
    spellings: tuple[Callable[[bytes], bytes], ...] = (
        lambda line: line.replace(b'","', b'", "', 1),
        lambda line: json.dumps(dict(sorted(json.loads(line).items())), ensure_ascii=False, separators=(",", ":")).encode(),
        lambda line: line + b" ",
        lambda line: line + b"\r",
        lambda line: line[:-1] + b',"note":""}',
        lambda line: line.replace(b'"type"', b'"\\u0074ype"', 1),
        lambda line: b"\n" + line,
    )
    return _in_line(draft, "ANN009", draft.pick("span"), draft.chance.choice(spellings))


@fault("ANN009")
def no_newline_at_the_end_of_a_set(draft: Draft) -> Expected:
    lines = draft.lines()
    draft.files[draft.set_path()] = b"\n".join(lines[:-1])
    return {("ANN009", draft.set_path(), len(lines) - 1)}


@fault("ANN010")
def an_id_that_is_taken(draft: Draft) -> Expected:
    """By a note, or by an annotation of the same layer and label, so that what names the id still fits."""
    one = draft.some(unnamed=False)
    if draft.chance.random() < 0.5:
        draft.add({"type": "note", "id": one["id"], "text": "again"})
    else:
        kind = (one["type"], one.get("layer"), one.get("label"))
        draft.pick(one["type"], "", lambda other: other is not one and _kind(other) == kind, unnamed=True)["id"] = one["id"]
    return {draft.key("ANN010", one)}


def _kind(record: Record) -> tuple[str, Any, Any]:
    return record["type"], record.get("layer"), record.get("label")


@fault("ANN011")
def an_id_that_is_none(draft: Draft) -> Expected:
    """Everything that names the record still does."""
    record = draft.some(unnamed=False)
    old, new = record["id"], draft.chance.choice(("e 1", "é1", "x" * 65, "a/b", "a:1", "#"))
    text = json.dumps(draft.set(draft.annotator), ensure_ascii=False).replace(f'"{old}"', f'"{new}"')
    draft.set(draft.annotator)[:] = json.loads(text)
    return {("ANN011", draft.set_path(), new)}


@fault("ANN012")
def a_note_about_nothing(draft: Draft) -> Expected:
    note = draft.pick("note")
    note["about"] = draft.chance.choice(("gone", draft.document, "AUTHOR"))
    return {draft.key("ANN012", note)}


@fault("ANN013")
def a_confidence_beyond_one(draft: Draft) -> Expected:
    record = draft.pick(draft.chance.choice(("span", "relation", "label")))
    record["confidence"] = draft.chance.choice((-0.1, 1.01, 95.0))
    return {draft.key("ANN013", record)}


@fault("ANN015")
def a_matter_that_was_left_open(draft: Draft) -> Expected:
    note = draft.pick("note")
    note["decide"] = draft.chance.choice(({"what": "merge", "theirs": None}, {"what": "realign", "fate": "orphan"}, {"x": 1}))
    return {draft.key("ANN015", note)}


@fault("ANN016")
def decisions_that_were_damaged(draft: Draft) -> Expected:
    path = f"adjudication/gold/{draft.document}.jsonl"
    header = {"type": "decisions", "document": draft.document, "into": "gold", "sources": ["a1", "a2"]}
    made = [
        {"type": "decision", "kind": "missing", "versions": {"a1": record, "a2": None}, "chosen": "neither"}
        for record in draft.all("span", "name")
    ]
    lines = [json.dumps(each).encode() for each in (header, *made)]
    at = draft.chance.randrange(1, len(lines))
    damaged = (b"<<<<<<< HEAD", b"=======", lines[at][:-1], lines[at].replace(b'"chosen"', b'"Chosen"'))
    lines[at] = draft.chance.choice(damaged)
    if draft.chance.random() < 0.3:
        lines[at] = json.dumps(made[at - 1]).encode()
        lines[0] = json.dumps({**header, "document": "d9"}).encode()
        at = 0
    draft.files[path] = b"\n".join([*lines, b""])
    return {("ANN016", path, at + 1)}


@fault("ANN014")
def an_ignore_of_nothing(draft: Draft) -> Expected:
    record = draft.pick(draft.chance.choice(("span", "relation", "label")))
    record["ignore"] = draft.chance.choice(({"SPN004": "was blank once"}, {"XYZ123": "no such rule"}, {"SPN005": " "}))
    return {draft.key("ANN014", record)}


@fault("ANN014")
def an_ignore_of_what_was_mended(draft: Draft) -> Expected:
    found = [record for record in draft.records if "ignore" in record]
    if not found:
        raise NoPlaceError
    draft.move(found[0], found[0]["start"], found[0]["end"] + 1)
    return {draft.key("ANN014", found[0])}


# --- SPN: spans ------------------------------------------------------------------------------------------------------------


def _and_its_fragments(draft: Draft, code: str, record: Record) -> Expected:
    """Fragments that the span had say other edges now."""
    return {draft.key(code, record)} | ({draft.key("SPN007", record)} if "fragments" in record else set())


@fault("SPN001")
def a_span_beyond_the_text(draft: Draft) -> Expected:
    record = draft.pick("span")
    changes: tuple[Record, ...] = (
        {"end": len(draft.text) + 1},
        {"start": -1},
        {"start": 10**6, "end": 10**6 + 9},
        {"end": 10**30},
    )
    record |= draft.chance.choice(changes)
    return _and_its_fragments(draft, "SPN001", record)


@fault("SPN002")
def a_span_that_covers_nothing(draft: Draft) -> Expected:
    record = draft.pick("span")
    if draft.chance.random() < 0.5:
        record |= {"end": record["start"], "text": ""}
    else:
        record |= {"start": record["end"], "end": record["start"]}
    return _and_its_fragments(draft, "SPN002", record)


@fault("SPN003")
def a_span_that_covers_something_else(draft: Draft) -> Expected:
    record = draft.pick("span", "", lambda one: "fragments" not in one)
    change = draft.chance.choice(("text", "case", "offsets", "utf-16"))
    before = draft.text[: record["start"]]
    shift = sum(character > "\uffff" for character in before) if change == "utf-16" else 1
    if change in ("offsets", "utf-16"):
        record |= {"start": record["start"] + shift, "end": min(record["end"] + shift, len(draft.text))}
    else:
        record["text"] = "something else" if change == "text" else record["text"].swapcase()
    if draft.text[record["start"] : record["end"]] == record["text"]:
        raise NoPlaceError
    return {draft.key("SPN003", record)}


def _moved(draft: Draft, code: str, record: Record, start: int, end: int) -> Expected:
    draft.move(record, start, end)
    if not draft.is_free(record):
        raise NoPlaceError
    return {draft.key(code, record)}


@fault("SPN004")
def a_blank_at_an_edge(draft: Draft) -> Expected:
    record = draft.pick("span", "", lambda one: "fragments" not in one)
    side = draft.chance.choice((0, 1))
    start, end = record["start"] - (not side), record["end"] + side
    if (
        start < 0
        or not draft.text[start:end]
        or not (draft.text[start] + draft.text[end - 1]).strip() == draft.text[start:end].strip()[0 if side else -1]
    ):
        raise NoPlaceError
    return _moved(draft, "SPN004", record, start, end)


@fault("SPN004")
def a_fragment_with_a_blank_at_its_edge(draft: Draft) -> Expected:
    record = draft.pick("span", "part", lambda one: "fragments" in one)
    (first, last), other = record["fragments"]
    record |= {"fragments": [[first, last + 1], other], "text": f"{draft.text[first : last + 1]} {draft.text[slice(*other)]}"}
    return {draft.key("SPN004", record)}


@fault("SPN005")
def a_word_that_is_cut(draft: Draft) -> Expected:
    record = draft.pick("span", "entity claim name", lambda one: re.search(r"[A-Za-z]{3}$|^[A-Za-z]{3}", one["text"]))
    sides = [side for side, pattern in enumerate((r"^[A-Za-z]{3}", r"[A-Za-z]{3}$")) if re.search(pattern, record["text"])]
    side = draft.chance.choice(sides)
    by = draft.chance.choice((1, 2))
    return _moved(draft, "SPN005", record, record["start"] + by * (1 - side), record["end"] - by * side)


@fault("SPN006")
def half_a_character(draft: Draft) -> Expected:
    record = draft.pick("span", "part", lambda one: one["label"] == "SIGN")
    start, end = record["start"], record["end"]
    cut = draft.chance.randrange(start + 1, end)
    return _moved(draft, "SPN006", record, *draft.chance.choice(((start, cut), (cut, end))))


@fault("SPN006")
def half_a_character_at_the_end_of_words(draft: Draft) -> Expected:
    sign = draft.find("|".join(SIGNS))
    record = draft.pick("span", "quote", lambda one: one["start"] < sign.start() < one["end"])
    return _moved(draft, "SPN006", record, record["start"], draft.chance.randrange(sign.start() + 1, sign.end()))


@fault("SPN007")
def fragments_that_are_none(draft: Draft) -> Expected:
    record = draft.pick("span", "part claim", lambda one: one["end"] - one["start"] > 4)
    start, end = record["start"], record["end"]
    middle = draft.chance.randrange(start + 2, end - 1)
    record["fragments"] = draft.chance.choice(
        (
            [[start, end]],
            [[start, middle], [middle, end]],
            [[middle, end], [start, middle]],
            [[start, middle], [middle - 1, end]],
            [[start, middle - 1], [middle, end - 1]],
            [[start, middle], [end, middle + 1]],
            [[start + 1, middle], [middle + 1, end]],
        )
    )
    record["text"] = " ".join(draft.text[first:last] for first, last in record["fragments"])
    return {draft.key("SPN007", record)}


def _copy(draft: Draft, record: Record, id: str, **more: Any) -> Record:
    kept = {key: json.loads(json.dumps(value)) for key, value in record.items() if key not in ("note", "confidence")}
    return draft.add({**kept, "id": id, **more})


@fault("SPN008")
def the_same_span_twice(draft: Draft) -> Expected:
    record = draft.pick("span")
    copy = _copy(draft, record, draft.new_id("s"))
    return {draft.key("SPN008", max(record, copy, key=lambda one: str(one["id"])))}


@fault("SPN009")
def two_labels_on_one_span(draft: Draft) -> Expected:
    record = draft.pick("span", "entity name quote")
    labels = {"entity": "PERSON ORG GPE", "name": "TOWN RIVER LEADER", "quote": "SAID WRITTEN"}[record["layer"]].split()
    copy = _copy(draft, record, draft.new_id("s"), label=draft.chance.choice([one for one in labels if one != record["label"]]))
    copy.pop("attributes", None)
    return {draft.key("SPN009", max(record, copy, key=lambda one: (one["label"], one["id"])))}


@fault("SPN009")
def a_span_across_another(draft: Draft) -> Expected:
    """Of an entity of several words: one from inside it to beyond its end."""
    record = draft.pick("span", "entity", lambda one: " " in one["text"])
    start = record["start"] + record["text"].rindex(" ") + 1
    beyond = re.compile(r" [^\s.]+").match(draft.text, record["end"])
    if not beyond:
        raise NoPlaceError
    new = draft.move({"type": "span", "id": draft.new_id("s"), "layer": "entity", "label": "ORG"}, start, beyond.end())
    after = [one for one in draft.all("span", "entity") if one is not record and one["start"] < new["end"] and start < one["end"]]
    if any(
        not (start <= one["start"] and one["end"] <= new["end"] and one["end"] - one["start"] < new["end"] - start)
        for one in after
    ):
        raise NoPlaceError
    draft.add(new)
    return {draft.key("SPN009", new)}


@fault("SPN009")
def a_span_inside_another(draft: Draft) -> Expected:
    record = draft.pick("span", "name quote")
    start = record["start"] + record["text"].rindex(" ") + 1
    new = draft.move({**record, "id": draft.new_id("s")}, start, record["end"])
    draft.add(new)
    return {draft.key("SPN009", new)}


@fault("SPN010")
def a_quotation_from_the_middle_of_a_name(draft: Draft) -> Expected:
    name = draft.pick("span", "name")
    quote = draft.pick("span", "quote", lambda one: one["start"] < name["start"] < one["end"])
    middle = name["start"] + name["text"].index(" ")
    if draft.chance.random() < 0.5:
        draft.move(quote, middle + 1, quote["end"])
        return {draft.key("SPN010", quote)}
    draft.move(quote, quote["start"], middle)
    return {draft.key("SPN010", name)}


@fault("SPN011")
def a_span_over_two_paragraphs(draft: Draft) -> Expected:
    record = draft.pick("span", "claim entity")
    next_one = re.compile(r"[^\n]*\n\n(\S+)").match(draft.text, record["end"])
    if not next_one:
        raise NoPlaceError
    return _moved(draft, "SPN011", record, record["start"], next_one.end(1) - next_one.group(1).endswith("."))


@fault("SPN011")
def a_span_over_two_sentences(draft: Draft) -> Expected:
    record = draft.pick("span", "quote name")
    next_one = re.compile(r"[^\n.]*\.?\s(Yesterday)").match(draft.text, record["end"])
    if not next_one:
        raise NoPlaceError
    return _moved(draft, "SPN011", record, record["start"], next_one.end(1))


# --- LAB: layers, labels, attributes -----------------------------------------------------------------------------------------


@fault("LAB001")
def a_layer_that_is_none(draft: Draft) -> Expected:
    record = draft.pick(draft.chance.choice(("span", "relation", "label")), unnamed=True)
    record["layer"] = draft.chance.choice((record["layer"] + "s", "nothing", "", record["layer"].upper()))
    return {draft.key("LAB001", record)}


@fault("LAB002")
def an_annotation_of_the_wrong_kind(draft: Draft) -> Expected:
    """A span among labels of the document or relations, a label or relation among spans."""
    kind = draft.chance.choice(("span", "label", "relation"))
    record = draft.pick(kind, "claim topic event genre argument", unnamed=True)
    others = {"span": (("genre", "report"), ("event", "speaks")), "label": (("name", "TOWN"), ("event", "meets"))}
    layer, label = draft.chance.choice(others.get(kind, (("quote", "SAID"), ("topic", "war"))))
    record |= {"layer": layer, "label": label}
    record.pop("attributes", None)
    return {draft.key("LAB002", record)}


@fault("LAB003")
def a_label_that_is_none(draft: Draft) -> Expected:
    record = draft.pick(draft.chance.choice(("span", "relation", "label")), unnamed=True)
    label = record["label"]
    record["label"] = draft.chance.choice((label[:-1], label.swapcase(), "OTHER", "", label + " "))
    return {draft.key("LAB003", record)}


def _with(draft: Draft, code: str, layer: str, label: str, name: str, value: Any) -> Expected:
    """An attribute with a value, at an annotation of a layer with a label (or any)."""
    kind = "relation" if layer == "event" else "span"
    record = draft.pick(kind, layer, lambda one: label in ("", one["label"]))
    record["attributes"] = {**record.get("attributes", {}), name: value}
    return {draft.key(code, record)}


@fault("LAB004")
def an_attribute_that_is_none(draft: Draft) -> Expected:
    layer = draft.chance.choice(("entity", "claim", "name", "event"))
    return _with(
        draft, "LAB004", layer, "", draft.chance.choice(("shure", "loudness", "")), draft.chance.choice((True, 3, "x", []))
    )


@fault("LAB005")
def an_answer_that_is_missing(draft: Draft) -> Expected:
    record = draft.pick("span", "claim", lambda one: one["label"] == "CLAIM")
    del record["attributes"]["polarity"]
    return {draft.key("LAB005", record)}


@fault("LAB006")
def a_value_of_the_wrong_type(draft: Draft) -> Expected:
    wrong = (
        ("entity", "", "sure", "yes"),
        ("entity", "", "sure", 1),
        ("entity", "PERSON", "born", "1950"),
        ("entity", "PERSON", "born", 1950.5),
        ("entity", "PERSON", "born", True),
        ("entity", "", "weight", "0.5"),
        ("entity", "", "code", 12),
        ("entity", "", "page", None),
        ("entity", "", "senses", "one"),
        ("entity", "", "senses", ["one", 2]),
        ("entity", "", "code", ["Q1"]),
        ("claim", "CLAIM", "polarity", 1),
        ("claim", "", "holder", 7),
        ("claim", "", "holder", ["AUTHOR"]),
        ("event", "", "loud", {}),
    )
    return _with(draft, "LAB006", *draft.chance.choice(wrong))


@fault("LAB007")
def a_value_that_is_not_allowed(draft: Draft) -> Expected:
    wrong = (
        ("entity", "PERSON", "born", 0),
        ("entity", "PERSON", "born", 2001),
        ("entity", "", "weight", -0.5),
        ("entity", "", "weight", 2),
        ("entity", "", "code", "q1"),
        ("entity", "", "code", "Q12x"),
        ("entity", "", "page", "example.org"),
        ("entity", "", "senses", ["one", "four"]),
        ("claim", "CLAIM", "polarity", "postive"),
        ("entity", "", "weight", 10**17),
    )
    return _with(draft, "LAB007", *draft.chance.choice(wrong))


@fault("LAB008")
def an_attribute_of_other_labels(draft: Draft) -> Expected:
    wrong = (("entity", "ORG", "born", 1950), ("entity", "GPE", "born", 1), ("claim", "FACT", "polarity", "positive"))
    return _with(draft, "LAB008", *draft.chance.choice(wrong))


@fault("LAB009")
def a_reference_to_nothing(draft: Draft) -> Expected:
    record = draft.pick("span", "claim")
    wrong = {
        "holder": [
            "gone",
            "author",
            record["id"],
            draft.pick("note")["id"],
            draft.pick("span", "name")["id"],
            draft.pick("span", "entity", lambda one: one["label"] != "PERSON")["id"],
        ],
        "beside": [["gone"], [draft.pick("span", "name")["id"], record["id"]]],
    }
    name = draft.chance.choice(list(wrong))
    record["attributes"] = {**record.get("attributes", {}), name: draft.chance.choice(wrong[name])}
    return {draft.key("LAB009", record)}


@fault("LAB010")
def a_label_of_the_document_twice(draft: Draft) -> Expected:
    record = draft.pick("label")
    label = draft.chance.choice(("report", "op-ed")) if record["layer"] == "genre" else record["label"]
    copy = _copy(draft, record, draft.new_id("l"), label=label)
    return {draft.key("LAB010", max(record, copy, key=lambda one: str(one["id"])))}


# --- REL: relations --------------------------------------------------------------------------------------------------------


@fault("REL001")
def a_role_that_is_none(draft: Draft) -> Expected:
    relation = draft.pick("relation")
    relation["args"][draft.chance.choice(("via", "form", ""))] = draft.pick("span", "claim")["id"]
    return {draft.key("REL001", relation)}


@fault("REL002")
def a_role_that_is_not_filled(draft: Draft) -> Expected:
    relation = draft.pick("relation")
    role = draft.chance.choice([role for role in relation["args"] if role != "with"])
    if draft.chance.random() < 0.5:
        del relation["args"][role]
    else:
        relation["args"][role] = []
    return {draft.key("REL002", relation)}


@fault("REL003")
def an_argument_that_is_gone(draft: Draft) -> Expected:
    relation = draft.pick("relation")
    gone = draft.chance.choice(("gone", draft.pick("note")["id"], draft.pick("label")["id"]))
    role = draft.chance.choice(list(relation["args"]))
    relation["args"][role] = [gone] if role == "with" else gone
    return {draft.key("REL003", relation)}


@fault("REL003")
def an_annotation_that_was_removed(draft: Draft) -> Expected:
    """With it, everything that names it by an attribute or a note loses what it names."""
    relation = draft.pick("relation", "argument")
    gone = relation["args"]["from"]
    found: Expected = set()
    for record in draft.records:
        if gone in _names(record):
            code = {"relation": "REL003", "note": "ANN012"}.get(record["type"], "LAB009")
            found.add(draft.key(code, record))
    records = draft.set(draft.annotator)
    records[:] = [record for record in records if record.get("id") != gone]
    return found


@fault("REL004")
def an_argument_that_does_not_fit(draft: Draft) -> Expected:
    relation = draft.pick("relation")
    fact = draft.pick("span", "claim", lambda one: one["label"] != "CLAIM" and one["id"] not in relation["args"].values())["id"]
    if relation["label"] == "rebuts" and draft.chance.random() < 0.5:
        relation["args"]["to"] = fact
    elif relation["layer"] == "argument":
        relation["args"][draft.chance.choice(("from", "to"))] = draft.pick("span", "entity name")["id"]
    else:
        relation["args"]["agent"] = fact
    return {draft.key("REL004", relation)}


@fault("REL005")
def a_role_that_is_filled_twice(draft: Draft) -> Expected:
    """Claims later in the text, so that no circle comes of it."""
    relation = draft.pick("relation")
    role = "to" if relation["layer"] == "argument" else "theme"
    last = draft.all("span", "claim")[-1]
    label = {"rebuts": "CLAIM"}.get(relation["label"], "")
    other = draft.pick("span", "claim", lambda one: one["id"] not in relation["args"].values() and label in ("", one["label"]))
    if relation["label"] == "supports":
        other = last
    if other["id"] in relation["args"].values():
        raise NoPlaceError
    relation["args"][role] = [relation["args"][role], other["id"]]
    return {draft.key("REL005", relation)}


@fault("REL006")
def a_relation_to_itself(draft: Draft) -> Expected:
    relation = draft.pick("relation", "argument", lambda one: one["label"] != "rebuts")
    relation["args"]["to"] = relation["args"]["from"]
    return {draft.key("REL006", relation)}


@fault("REL006")
def a_relation_that_is_its_own_argument(draft: Draft) -> Expected:
    relation = draft.pick("relation", "event")
    if "with" in relation["args"] and draft.chance.random() < 0.5:
        relation["args"]["with"] = [relation["args"]["with"][0]] * 2
    else:
        relation["args"]["theme"] = relation["id"]
    return {draft.key("REL006", relation)}


@fault("REL007")
def the_same_relation_twice(draft: Draft) -> Expected:
    relation = draft.pick("relation")
    args = dict(reversed(relation["args"].items()))
    if relation["label"] == "restates" and draft.chance.random() < 0.7:
        args = {"from": args["to"], "to": args["from"]}
    copy = draft.relate(relation["layer"], relation["label"], args)
    return {draft.key("REL007", max(relation, copy, key=lambda one: str(one["id"])))}


@fault("REL008")
def a_circle(draft: Draft) -> Expected:
    """Back along one relation or, where there is one, along two. The last by its id closes it."""
    relations = draft.all("relation", "argument")
    onward = [one["args"] for one in relations if one["label"] == "supports"]
    paths = [(one["from"], one["to"]) for one in onward]
    paths += [(one["from"], other["to"]) for one in onward for other in onward if one["to"] == other["from"]]
    first, last = draft.chance.choice(paths)
    return {draft.key("REL008", draft.relate("argument", "supports", {"from": last, "to": first}, "zz"))}


# --- SCH: scheme and manifest ----------------------------------------------------------------------------------------------

Change = tuple[str, str, str]
"""What stands in the file, what is put there, and what of that the finding is at (nothing: its beginning)."""


def _in_toml(draft: Draft, code: str, path: str, changes: Sequence[Change]) -> Expected:
    return {(code, path, draft.change(path, *draft.chance.choice(changes)))}


@fault("SCH001")
def a_scheme_that_is_no_toml(draft: Draft) -> Expected:
    return _in_toml(
        draft,
        "SCH001",
        SCHEME,
        (
            ("version = 1\n", "version =\n", ""),
            ('name = "generated"', "name = generated", ""),
            ("[layers.spare]", "[layers.spare", ""),
            ("labels.RIVER = {}", "labels.RIVER = {", ""),
            ("[layers.quote]", "[layers.name]", ""),
        ),
    )


@fault("SCH001")
def no_scheme(draft: Draft) -> Expected:
    del draft.files[SCHEME]
    return {("SCH001", SCHEME, 0)}


@fault("SCH001")
def a_manifest_that_is_no_toml(draft: Draft) -> Expected:
    return _in_toml(draft, "SCH001", MANIFEST, (("[check]", "[check", ""), ('"CC0-1.0"\n\n[splits]', "CC0-1.0\n\n[splits]", "")))


@fault("SCH002")
def a_word_of_the_scheme_that_is_none(draft: Draft) -> Expected:
    return _in_toml(
        draft,
        "SCH002",
        SCHEME,
        (
            ('overlap = "nested"', 'overlap = "nesting"', ""),
            ('overlap = "free"', 'overlaps = "free"', ""),
            ('within = "sentence"\nlabels.TOWN', 'within = "line"\nlabels.TOWN', ""),
            ('unit = "grapheme"\nwithin', 'unit = "graphem"\nwithin', ""),
            ('{ type = "boolean" }\nborn', '{ type = "bool" }\nborn', ""),
            ('[layers.part]\nkind = "span"', '[layers.part]\nkind = "spans"', "kind"),
            ("acyclic = true", "acylic = true", ""),
            ("labels.ORG = {", "labels.ORG = 3 #", ""),
            ("required = true", 'required = "yes"', ""),
            ("version = 1\n", 'version = "1"\n', ""),
            ("roles.theme = {}", "roles.theme = []", ""),
            ('kind = "no-crossing"', 'kind = "no-touching"', ""),
            ('layers = ["name", "quote"]', 'layers = ["name"]', ""),
            ("minimum = 0, ", 'minimum = "0", ', ""),
            ("multiple = true\nlabels.trade", "multiple = 1\nlabels.trade", ""),
            ('overlap = "free"\nunit = "word"', 'overlap = "free"\nunit = "words"', "unit"),
        ),
    )


@fault("SCH002")
def a_word_of_the_manifest_that_is_none(draft: Draft) -> Expected:
    return _in_toml(
        draft,
        "SCH002",
        MANIFEST,
        (
            ('language = "en"', 'language = "English"', ""),
            ("redistribute = true", 'redistribute = "yes"', ""),
            ("coverage = { gold = 1.0,", "coverage = { gold = 1.5,", ""),
            ("coverage =", "coverages =", ""),
            ("annotators-per-document = 2", "annotators-per-document = -2", ""),
            ("[check]\n", '[check]\nselect = "SPN"\n', "select"),
            ("shares = {", "share = {", ""),
            ('languages = ["en"]', 'languages = "en"', ""),
            ("max-file-size = 60000", 'max-file-size = "60 kB"', ""),
        ),
    )


@fault("SCH003")
def a_name_that_the_scheme_does_not_define(draft: Draft) -> Expected:
    return _in_toml(
        draft,
        "SCH003",
        SCHEME,
        (
            ('layers = ["name", "quote"]', 'layers = ["name", "quotes"]', ""),
            ('only_on = ["PERSON"]', 'only_on = ["PERSON", "PERSONS"]', ""),
            ('roles.from = { layers = ["claim"] }', 'roles.from = { layers = ["claim", "clam"] }', ""),
            ('layers = ["claim"], labels = ["CLAIM"]', 'layers = ["claim"], labels = ["CLAIM", "PERSON"]', ""),
            ('layers = ["entity"], labels = ["PERSON"]', 'layers = ["entity"], labels = ["PERSON", "FACT"]', ""),
            ("roles.theme = {}", 'roles.theme = { labels = ["CLAIM", "FACT", "RUMOUR", "speaks", "NONE"] }', ""),
        ),
    )


@fault("SCH004")
def a_pattern_that_cannot_be_used(draft: Draft) -> Expected:
    pattern = draft.chance.choice(("[A-Z", "(?=x)y", "(a)\\\\1", "*", "a{2000}"))
    return _in_toml(draft, "SCH004", SCHEME, (("[A-Z][0-9]+", pattern, ""),))


@fault("SCH005")
def a_default_that_is_not_allowed(draft: Draft) -> Expected:
    return _in_toml(
        draft,
        "SCH005",
        SCHEME,
        (
            ('default = "yes"', 'default = "maybe"', ""),
            ('default = "yes"', 'default = ["yes"]', ""),
            ("default = 3", "default = 10", ""),
            ("default = 3", 'default = "3"', ""),
            ('default = ["left"]', 'default = "left"', ""),
            ('default = ["left"]', 'default = ["up"]', ""),
            ("minimum = 1, maximum = 9, default = 3", "minimum = 9, maximum = 1", ""),
            ('values = ["yes", "no"], default = "yes"', "values = []", ""),
        ),
    )


@fault("SCH006")
def a_key_that_two_labels_have(draft: Draft) -> Expected:
    return _in_toml(
        draft,
        "SCH006",
        SCHEME,
        (('key = "g"', 'key = "p"', ""), ('key = "g"', 'key = "o"', ""), ('key = "o"', 'key = "org"', "")),
    )


@fault("SCH007")
def a_rule_that_there_is_not(draft: Draft) -> Expected:
    return _in_toml(
        draft,
        "SCH007",
        MANIFEST,
        (
            ("[check]\n", '[check]\nignore = ["LAP001"]\n', "ignore"),
            ("[check]\n", '[check]\nignore = [""]\n', "ignore"),
            ("[check]\n", '[check]\nselect = ["ALL", "SPX"]\n', "select"),
            ("[check]\n", '[check]\nper-path-ignores."x/*" = ["X"]\n', "per-path"),
        ),
    )


@fault("SCH008")
def splits_that_divide_nothing(draft: Draft) -> Expected:
    return _in_toml(
        draft,
        "SCH008",
        MANIFEST,
        (
            ("test = 0.5", "test = 0", ""),
            ("test = 0.5", "test = -1", ""),
            ("test = 0.5", '"dev-test" = 0.5', ""),
            ("test = 0.5", "test = inf", ""),
        ),
    )


@fault("SCH009")
def a_label_that_cannot_be_used(draft: Draft) -> Expected:
    return _in_toml(
        draft,
        "SCH009",
        SCHEME,
        (
            ('[layers.spare]\nkind = "span"\nlabels.UNUSED = {}', '[layers.spare]\nkind = "span"', ""),
            (
                "labels.meets = {}",
                'labels.meets = {}\nlabels.reports = { roles.theme = { layers = ["genre", "topic"] } }',
                "labels.reports",
            ),
            (
                "labels.meets = {}",
                'labels.meets = {}\nlabels.reports = { roles.agent = { labels = ["report"] } }',
                "labels.reports",
            ),
        ),
    )


@fault("SCH010")
def a_key_that_does_nothing(draft: Draft) -> Expected:
    return _in_toml(
        draft,
        "SCH010",
        SCHEME,
        (
            ("labels.report = {}", 'unit = "word"\nlabels.report = {}', ""),
            ("labels.UNUSED = {}", "multiple = true\nlabels.UNUSED = {}", ""),
            ("labels.UNUSED = {}", "labels.UNUSED = { acyclic = true }", ""),
            ("symmetric = true", "symmetric = true, acyclic = true", ""),
            ('sure = { type = "boolean"', 'sure = { type = "boolean", pattern = "x"', ""),
            ('code = { type = "string"', 'code = { type = "string", minimum = 1', ""),
            ("labels.speaks = {}", 'within = "paragraph"\nlabels.speaks = {}', ""),
            ('page = { type = "link"', 'page = { type = "link", layers = ["name"]', ""),
            ("labels.report = {}", 'from = "spans"\nlabels.report = {}', ""),
            ("labels.RIVER = {}", 'group = "x"\nlabels.RIVER = {}', ""),
        ),
    )


@fault("SCH011")
def an_entry_that_is_repeated(draft: Draft) -> Expected:
    again = '\n[[constraints]]\nkind = "no-crossing"\nlayers = ["quote", "name"]'
    return _in_toml(
        draft,
        "SCH011",
        SCHEME,
        (
            ('["one", "two", "three"]', '["one", "two", "three", "one"]', ""),
            ('only_on = ["PERSON"]', 'only_on = ["PERSON", "PERSON"]', ""),
            ("labels.RIVER = {}", 'labels.RIVER = { from = ["FLUSS", "FLUSS"] }', ""),
            ('roles.from = { layers = ["claim"] }', 'roles.from = { layers = ["claim", "claim"] }', ""),
            ('layers = ["name", "quote"]', 'layers = ["name", "name"]', ""),
            ('layers = ["name", "quote"]', f'layers = ["name", "quote"]\n{again}', "[[constraints]]"),
        ),
    )


@fault("SCH014")
def a_name_that_pipelines_have_for_two_labels(draft: Draft) -> Expected:
    return _in_toml(
        draft,
        "SCH014",
        SCHEME,
        (
            ("labels.RIVER = {}", 'labels.RIVER = { from = ["TOWN"] }', ""),
            ('key = "g"', 'key = "g", from = ["PLACE", "PERSON"]', ""),
        ),
    )


@fault("SCH012")
def an_ignore_of_a_path_that_is_not_needed(draft: Draft) -> Expected:
    glob, code = (
        draft.chance.choice(("corpus/*", f"*{draft.document}*", "nothing/*")),
        draft.chance.choice(("TXT", "SPN005", "COR003", "ALL")),
    )
    if code == "SPN005":
        glob = "corpus/*"
    if code == "ALL":  # of the manifest too, it would silence the finding about itself
        glob = "nothing/*"
    return _in_toml(draft, "SCH012", MANIFEST, (("[check]\n", f'[check]\nper-path-ignores."{glob}" = ["{code}"]\n', "per-path"),))


@fault("SCH013")
def a_baseline_of_what_is_gone(draft: Draft) -> Expected:
    entry = {
        "path": draft.text_path,
        "code": draft.chance.choice(("TXT007", "OLD001")),
        "fingerprint": "0" * 32,
        "message": "was there",
    }
    draft.files[BASELINE] = json.dumps(entry).encode() + b"\n"
    return {("SCH013", BASELINE, 1)}


def _frozen(draft: Draft) -> list[Placement]:
    """A line for each document, as they are divided."""
    found = []
    for document in sorted(draft.documents()):
        one = draft.at(document)
        found.append(Placement(document, one.split(), one.group))
    return found


def _line_of(placements: Sequence[Placement], document: str) -> int:
    return sorted(placed.document for placed in placements).index(document) + 1


@fault("SCH015")
def a_line_of_the_splits_that_is_damaged(draft: Draft) -> Expected:
    lines = encode_splits(_frozen(draft)).splitlines(keepends=True)
    line = draft.chance.randrange(len(lines))
    damages: tuple[Callable[[bytes], bytes], ...] = (
        lambda data: data[: len(data) // 2] + b"\n",
        lambda data: data.replace(b'"split"', b'"spilt"'),
        lambda data: data.replace(b'"split"', b'"split":"test","split"'),
        lambda data: re.sub(rb'"split":"\w+"', b'"split":1', data),
        lambda data: re.sub(rb'"split":"\w+"', b'"split":"a-b"', data),
        lambda _: b"<<<<<<< ours\n",
        lambda _: b"\n",
        lambda data: b"\xff" + data,
        lambda _: b"[" * 100_000 + b"\n",
    )
    lines[line] = draft.chance.choice(damages)(lines[line])
    draft.files[SPLITS] = b"".join(lines)
    return {("SCH015", SPLITS, line + 1)}


# --- COR: documents and annotators together ----------------------------------------------------------------------------------


@fault("COR001")
def a_name_with_another_label(draft: Draft) -> Expected:
    record = draft.pick("span", "name")
    record["label"] = draft.chance.choice([label for label in ("TOWN", "RIVER", "LEADER") if label != record["label"]])
    return {draft.key("COR001", record)}


@fault("COR002")
def a_name_that_was_overlooked(draft: Draft) -> Expected:
    record = draft.pick("span", "name", unnamed=True)
    draft.set(draft.annotator).remove(record)
    number = draft.text.count(record["text"], 0, record["end"])
    return {("COR002", draft.set_path(), f"{record['text']}:{number}")}


def _add_copy(draft: Draft, name: str) -> Draft:
    """A copy of the document, with its metadata and sets, under another id."""
    copy = draft.at(name)
    for suffix in ("txt", "toml"):
        draft.files[f"corpus/{name}.{suffix}"] = draft.files[f"corpus/{draft.document}.{suffix}"]
    for annotator in ANNOTATORS:
        draft.files[copy.set_path(annotator)] = draft.files[draft.set_path(annotator)].replace(
            draft.document.encode(), name.encode(), 1
        )
    return copy


@fault("COR003")
def a_document_twice(draft: Draft) -> Expected:
    copy = _add_copy(draft, "zz")
    if draft.chance.random() < 0.5:
        copy.edit(len(copy.text) - 2, len(copy.text), "!!\n")
        copy.save()
    return {("COR003", copy.text_path, 0)}


@fault("COR004")
def a_near_copy_in_another_split(draft: Draft) -> Expected:
    name = next(name for name in map("z{}".format, count()) if draft.split(name) != draft.split())
    copy = _add_copy(draft, name)
    copy.files[copy.metadata_path] = re.sub(rb"group = .*\n", b"", copy.files[copy.metadata_path])
    copy.write_text(copy.text.encode() + f"\n{' '.join(draft.chance.choices(draft.text.split(), k=30))}\n".encode())
    copy.save()
    return {("COR004", copy.text_path, 0)}


@fault("COR005")
def a_document_that_one_annotated(draft: Draft) -> Expected:
    draft.annotator = draft.chance.choice(("a1", "a2"))
    change = draft.chance.choice(("status", "method", "none"))
    if change == "none":
        del draft.files[draft.set_path()]
    else:
        draft.header[change] = {"status": "in-progress", "method": "model"}[change]
    return {("COR005", draft.text_path, 0)}


@fault("COR006")
def a_document_that_is_not_finished(draft: Draft) -> Expected:
    draft.annotator = "gold"
    found = _without_header(draft)
    if draft.chance.random() < 0.5:
        draft.header["status"] = "in-progress"
    else:
        del draft.files[draft.set_path()]
    return found


@fault("COR007")
def labels_that_drift(draft: Draft) -> Expected:
    """In one split an annotator calls every claim a fact, but for one that is rebutted."""
    split = draft.chance.choice(("train", "test"))
    for document in draft.documents():
        one = draft.at(document, draft.annotator)
        if one.split() == split:
            rebutted = {relation["args"]["to"] for relation in one.all("relation") if relation["label"] == "rebuts"}
            for record in one.all("span", "claim"):
                if record["id"] not in rebutted:
                    record["label"] = "FACT"
                    record.get("attributes", {}).pop("polarity", None)
            one.save()
    return {("COR007", MANIFEST, RICH_MANIFEST.partition("[splits]")[0].count("\n") + 1)}


@fault("COR008")
def a_label_that_cannot_be_learnt(draft: Draft) -> Expected:
    """A label that nobody uses yet, ten times in one document of the test split."""
    if draft.split() != "test":
        raise NoPlaceError
    facts = [record for record in draft.all("span", "claim") if record["label"] == "FACT"]
    if len(facts) < 10:
        raise NoPlaceError
    for record in draft.chance.sample(facts, 10):
        record["label"] = "RUMOUR"
    line = RICH_SCHEME.split("labels.RUMOUR", maxsplit=1)[0].count("\n") + 1
    return {("COR008", SCHEME, line)}


@fault("COR009")
def an_annotator_who_understood_the_labels_otherwise(draft: Draft) -> Expected:
    """Everywhere, one of the two who are compared has the names' labels the wrong way round."""
    other = {"TOWN": "RIVER", "RIVER": "LEADER", "LEADER": "TOWN"}
    annotator = draft.chance.choice(("a1", "a2"))
    for document in draft.documents():
        one = draft.at(document, annotator)
        for record in one.all("span", "name"):
            record["label"] = other[record["label"]]
        one.save()
    return {("COR009", MANIFEST, RICH_MANIFEST.partition("agreement")[0].count("\n") + 1)}


@fault("COR010")
def a_line_of_the_splits_for_no_document(draft: Draft) -> Expected:
    placements = _frozen(draft)
    renamed = draft.chance.randrange(len(placements))
    name = draft.chance.choice(("no/such", "../x", placements[renamed].document.upper(), ""))
    placements[renamed] = Placement(name, placements[renamed].split, placements[renamed].group or placements[renamed].document)
    draft.files[SPLITS] = encode_splits(placements)
    return {("COR010", SPLITS, _line_of(placements, name))}


@fault("COR011")
def a_group_in_two_splits(draft: Draft) -> Expected:
    placements = {placed.document: placed for placed in _frozen(draft)}
    if not draft.group:
        raise NoPlaceError
    other = {"train": "test", "test": "train"}[placements[draft.document].split]
    placements[draft.document] = Placement(draft.document, other, draft.chance.choice(("", draft.group)))
    draft.files[SPLITS] = encode_splits(placements.values())
    members = [document for document in placements if draft.at(document).group == draft.group]
    return {("COR011", SPLITS, _line_of(list(placements.values()), max(members)))}


# --- the run ---------------------------------------------------------------------------------------------------------------


class Outcome(NamedTuple):
    """A fault that was planted, where, what of it was missed, and what was found besides."""

    kind: Kind
    place: str
    missed: list[Key]
    false: list[str]


def plant(clean: Clean, kind: Kind, chance: random.Random) -> tuple[Draft, Expected]:
    """A clean corpus with one fault of this kind."""
    for _ in range(1000):
        document = chance.choice(list(clean.bundles))
        draft = Draft(dict(clean.files), chance, document, chance.choice(ANNOTATORS))
        try:
            expected = kind.plant(draft)
        except NoPlaceError:
            continue
        draft.save()
        return draft, expected
    raise AssertionError(f"no document has a place for {kind.name}")


def mutate(faults: int, seed: int) -> Iterator[Outcome]:
    """Plant faults, every kind in its turn, each in the clean corpus."""
    clean = Clean()
    assert not clean.check(dict(clean.files)), "the clean corpus is not clean"
    order = KINDS.copy()
    for number in range(faults):
        if number % len(KINDS) == 0:
            random.Random(f"{seed} {number}").shuffle(order)
        kind = order[number % len(KINDS)]
        draft, expected = plant(clean, kind, random.Random(f"{seed} {number} {kind.name}"))
        found = clean.check(draft.files)
        counts = Counter(map(key_of, found))
        false = [
            f"{one.code} {one.place}: {one.message}" for one in found if key_of(one) not in expected or counts[key_of(one)] > 1
        ]
        place = f"{draft.document} by {draft.annotator}"
        yield Outcome(kind, place, sorted(expected - counts.keys(), key=str), false)


def main(faults: int = 1000, seed: int = 1) -> int:
    """Plant, check, and print a table by rule; returns 1 unless all is found and nothing is false."""
    start = time.perf_counter()
    outcomes = list(mutate(faults, seed))
    rows: dict[str, Counter[str]] = {}
    for outcome in outcomes:
        for code in (outcome.kind.code, outcome.kind.code[:3]):
            what = {"planted": 1, "found": not outcome.missed, "missed": bool(outcome.missed), "false": len(outcome.false)}
            rows.setdefault(code, Counter()).update(what)
        if outcome.missed or outcome.false:
            print(f"{outcome.kind.name}, in {outcome.place}:")
            print(
                *(f"  missed {' '.join(map(str, key))}" for key in outcome.missed),
                *(f"  false {one}" for one in outcome.false),
                sep="\n",
            )
    columns = ("planted", "found", "missed", "false")
    print(f"{'':8}", *(f"{name:>8}" for name in columns))
    for code in sorted(rows, key=lambda code: (len(code), code)):
        print(f"{code:8}", *(f"{rows[code][name]:8}" for name in columns))
    for code, reason in NOT_PLANTED.items():
        print(f"{code} is not planted: {reason}")
    wrong = sum(bool(outcome.missed or outcome.false) for outcome in outcomes)
    print(f"{len(outcomes)} faults of {len(KINDS)} kinds in {time.perf_counter() - start:.1f} s, {wrong} not as they should be")
    return 1 if wrong else 0


if __name__ == "__main__":
    unplanted = {rule.code for rule in all_rules()} - {kind.code for kind in KINDS}
    assert unplanted == set(NOT_PLANTED), unplanted
    sys.exit(main(*map(int, sys.argv[1:])))
