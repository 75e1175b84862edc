"""A copy of our own corpus with a fault of every kind that a corpus can have at once: each is found, and nothing else."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from conftest import ROOT
from test_rules import findings_of

DOC = "news/india-japan-2-plus-2"
Record = dict[str, Any]


class Copy:
    """A copy of the corpus, and the faults planted in it as ``(code, path, line)``."""

    def __init__(self, root: Path) -> None:
        for name in ("corpus", "annotations"):
            shutil.copytree(ROOT / name, root / name)
        self.root = root
        self.text = (root / f"corpus/{DOC}.txt").read_text(encoding="utf-8")
        self.expected: list[tuple[str, str, str | int]] = []  # the line as a number, or as the id that is on it
        self.sets = {name: self._load(name) for name in ("a1", "a2", "gold")}

    def _path(self, annotator: str) -> str:
        return f"annotations/{annotator}/{DOC}.jsonl"

    def _load(self, annotator: str) -> list[Record]:
        return [json.loads(line) for line in (self.root / self._path(annotator)).read_text(encoding="utf-8").splitlines()]

    def find(self, annotator: str, layer: str, label: str, number: int = 0, **values: Any) -> Record:
        found = [
            record
            for record in self.sets[annotator]
            if record.get("layer") == layer and record["label"] == label and all(record.get(k) == v for k, v in values.items())
        ]
        return found[number]

    def span(self, annotator: str, id: str, layer: str, label: str, start: int, end: int, **more: Any) -> Record:
        record = {
            "type": "span",
            "id": id,
            "layer": layer,
            "label": label,
            "start": start,
            "end": end,
            "text": self.text[start:end],
            **more,
        }
        self.sets[annotator].append(record)
        return record

    def expect(self, code: str, annotator: str, record: Record | str) -> None:
        self.expected.append((code, self._path(annotator), record if isinstance(record, str) else record["id"]))

    def document(
        self, name: str, text: bytes | None, metadata: str | None = "", *, code: str = "", line: int = 0, where: str = "txt"
    ) -> None:
        if text is not None:
            self._file(f"corpus/{name}.txt", text)
        if metadata is not None:
            rights = '[rights]\nholder = "x"\nlicence = "CC0-1.0"\nredistribute = true\n'
            self._file(f"corpus/{name}.toml", (metadata + rights * ("rights" not in metadata)).encode())
        if code:
            self.expected.append((code, f"corpus/{name}.{where}", line))

    def _file(self, path: str, data: bytes) -> None:
        (self.root / path).parent.mkdir(parents=True, exist_ok=True)
        (self.root / path).write_bytes(data)

    def save(self) -> None:
        kinds = ("set", "span", "relation", "label", "note")
        for annotator, records in self.sets.items():
            records.sort(
                key=lambda r: (
                    (
                        kinds.index(r["type"]),
                        r.get("start", 0),
                        -r.get("end", 0),
                        r.get("layer", ""),
                        r.get("label", ""),
                        r.get("id", ""),
                    )
                    if r["type"] == "span"
                    else (kinds.index(r["type"]), 0, 0, "", "", r.get("id", ""))
                )
            )
            lines = [json.dumps(record, ensure_ascii=False, separators=(",", ":")) for record in records]
            self._file(self._path(annotator), ("\n".join(lines) + "\n").encode())

    def lines(self) -> list[tuple[str, str, int]]:
        """The faults with their lines as numbers: of records, that of the last line with the id."""
        resolved = []
        for code, path, line in self.expected:
            if isinstance(line, str):
                content = (self.root / path).read_text(encoding="utf-8").split("\n")
                line = max(number for number, text in enumerate(content, 1) if f'"id":"{line}"' in text)  # noqa: PLW2901
            resolved.append((code, path, line))
        return sorted(resolved)


Plant = Callable[[Copy], None]


def texts(copy: Copy) -> None:
    copy.document("t1", "Düsseldorf\n".encode("latin-1"), code="TXT001", line=1)
    copy.document("t2", b"\xef\xbb\xbfText.\n", code="TXT002", line=1)
    copy.document("t3", b"One.\nTwo.\r\nThree.\r\n", code="TXT003", line=2)
    copy.document("t4", "One.\nZoe\u0308\n".encode(), code="TXT004", line=2)
    copy.document("t5", b"One.\nTwo.\nBell\x07.\n", code="TXT005", line=3)
    copy.document("t6", "One.\n\nzero\u200bwidth\n".encode(), code="TXT006", line=3)
    copy.document("t7", b"One.\nTwo.", code="TXT007", line=2)
    copy.document("t8", b"\n", code="TXT008", line=0)
    copy.document("t9", b"x" * 300_000 + b"\n", code="TXT009", line=0)
    copy.document("t10", b"One.\n<<<<<<< a\nTwo.\n=======\nThree.\n>>>>>>> b\n", code="TXT010", line=2)
    manifest = (copy.root / "corpus/corpus.toml").read_bytes()
    copy._file("corpus/corpus.toml", manifest + b"\n[check]\nmax-file-size = 200000\n")


def documents(copy: Copy) -> None:
    copy.document("d1", b"Text.\n", None, code="DOC001")
    copy.document("d2", None, code="DOC002", where="toml")
    copy._file("annotations/gold/d3.jsonl", (copy.root / f"annotations/gold/{DOC}.jsonl").read_bytes().split(b"\n")[0] + b"\n")
    head = json.loads((copy.root / "annotations/gold/d3.jsonl").read_text())
    copy._file("annotations/gold/d3.jsonl", (json.dumps({**head, "document": "d3"}, separators=(",", ":")) + "\n").encode())
    copy.expected.append(("DOC003", "annotations/gold/d3.jsonl", 0))
    copy.document("d4", b"Text.\n", 'title = "a"\nlanguage = en\n', code="DOC004", line=2, where="toml")
    copy.document("d5", b"Text.\n", 'title = "a"\nauthor = "b"\n', code="DOC005", line=2, where="toml")
    copy.document("d 6", b"Text.\n", code="DOC006")
    copy.document("case", b"Text.\n")
    copy.document("Case", b"Text.\n")
    copy.expected.append(("DOC007", "corpus/case.txt", 0))
    copy.document("d8", b"Text.\n", '[rights]\nholder = "x"\n', code="DOC008", line=1, where="toml")
    copy._file("corpus/notes.docx", b"x")
    copy.expected.append(("DOC010", "corpus/notes.docx", 0))


def spans(copy: Copy) -> None:
    record = copy.find("a1", "structure", "BOILERPLATE", 4)
    record["end"] += 5000
    copy.expect("SPN001", "a1", record)
    record = copy.find("a1", "structure", "BOILERPLATE", 3)
    record["end"] = record["start"] - 1
    copy.expect("SPN002", "a1", record)
    record = copy.find("a1", "entity", "PRODUCT", 0)
    record["text"] = "Murasame class"
    copy.expect("SPN003", "a1", record)
    record = copy.find("a1", "entity", "LAW", 0)
    record |= {"end": record["end"] + 1, "text": record["text"] + " "}
    copy.expect("SPN004", "a1", record)
    record = copy.find("a1", "entity", "PERSON", 0)
    record |= {"end": record["end"] - 1, "text": record["text"][:-1]}
    copy.expect("SPN005", "a1", record)
    record = copy.find("a1", "entity", "PERSON", 1)
    record["fragments"] = [[record["start"], record["start"] + 3], [record["start"] + 3, record["end"]]]
    copy.expect("SPN007", "a1", record)
    record = copy.find("a1", "entity", "DATE", 0)
    copy.expect("SPN008", "a1", copy.span("a1", "zdup", "entity", "DATE", record["start"], record["end"]))
    record = copy.find("a1", "entity", "DATE", 1)
    copy.expect("SPN009", "a1", copy.span("a1", "zover", "entity", "ORG", record["start"], record["end"]))
    start, end = copy.text.index("Both countries are, thus"), copy.text.index(".\n\nEngagements")
    copy.expect("SPN011", "a1", copy.span("a1", "zlong", "statement", "CLAIM", start, end, **CLAIM))


CLAIM = {"attributes": {"holder": "AUTHOR", "certainty": "certain", "claim_type": "other"}}


def crossing(copy: Copy) -> None:
    start = copy.text.index("However, the 2+2 talks")
    copy.span("a2", "zcross", "entity", "PROGRAMME", start, start + len("However, the"))
    (statement,) = (record for record in copy.sets["a2"] if record.get("start") == start + len("However, "))
    copy.expect("SPN010", "a2", statement)


def labels(copy: Copy) -> None:
    record = copy.find("a2", "entity", "GPE", 0)
    record["layer"] = "entities"
    copy.expect("LAB001", "a2", record)
    record = copy.find("a2", "entity", "GPE", 1)
    copy.expect("LAB002", "a2", copy.span("a2", "zkind", "genre", "op-ed", record["start"], record["end"]))
    record = copy.find("a2", "entity", "PERSON", 2)
    record["label"] = "PRESON"
    copy.expect("LAB003", "a2", record)
    record = copy.find("a2", "entity", "PERSON", 2)
    record["attributes"] = {"born": 1951}
    copy.expect("LAB004", "a2", record)
    record = copy.find("a2", "statement", "OPINION", 1)
    del record["attributes"]["polarity"]
    copy.expect("LAB005", "a2", record)
    record = copy.find("a2", "statement", "OPINION", 2)
    record["attributes"]["doubtful"] = "yes"
    copy.expect("LAB006", "a2", record)
    record = copy.find("a2", "statement", "OPINION", 3)
    record["attributes"]["polarity"] = "postive"
    copy.expect("LAB007", "a2", record)
    record = copy.find("a2", "statement", "FACT", 0)
    record["attributes"]["polarity"] = "positive"
    copy.expect("LAB008", "a2", record)
    record = copy.find("a2", "statement", "FACT", 1)
    record["attributes"]["holder"] = "nobody"
    copy.expect("LAB009", "a2", record)
    copy.sets["a2"].append({"type": "label", "id": "zgenre", "layer": "genre", "label": "report"})
    copy.expect("LAB010", "a2", "zgenre")


def relations(copy: Copy) -> None:
    made = [record for record in copy.sets["gold"] if record["type"] == "relation" and record["label"] == "supports"]

    def relate(id: str, label: str, **args: Any) -> None:
        copy.sets["gold"].append({"type": "relation", "id": id, "layer": "argument", "label": label, "args": args})

    one, two, three, four, five = (record["args"] for record in made[:5])
    made[5]["args"]["via"] = made[0]["args"]["from"]
    copy.expect("REL001", "gold", made[5])
    relate("zrel2", "attacks", **{"from": one["from"]})
    copy.expect("REL002", "gold", "zrel2")
    relate("zrel3", "attacks", **{"from": one["from"], "to": "gone"})
    copy.expect("REL003", "gold", "zrel3")
    relate("zrel4", "attacks", **{"from": two["from"], "to": copy.find("gold", "entity", "PERSON", 0)["id"]})
    copy.expect("REL004", "gold", "zrel4")
    relate("zrel5", "attacks", **{"from": [three["from"], two["from"]], "to": three["to"]})
    copy.expect("REL005", "gold", "zrel5")
    relate("zrel6", "restates", **{"from": four["from"], "to": four["from"]})
    copy.expect("REL006", "gold", "zrel6")
    relate("zrel7", "supports", **{"from": five["from"], "to": five["to"]})
    copy.expect("REL007", "gold", "zrel7")
    opinions = [record["id"] for record in copy.sets["gold"] if record.get("label") == "OPINION"]
    free = [id for id in opinions if not any(id in record["args"].values() for record in made)][:2]
    relate("zrel8", "supports", **{"from": free[0], "to": free[1]})
    relate("zrel9", "supports", **{"from": free[1], "to": free[0]})
    copy.expect("REL008", "gold", "zrel9")


def records(copy: Copy) -> None:
    record = copy.find("gold", "entity", "DATE", 0)
    record["colour"] = "red"
    copy.expect("ANN003", "gold", record)
    twice = copy.find("gold", "entity", "DATE", 1)["id"]
    copy.sets["gold"].append({"type": "note", "id": twice, "text": "a second record with this id"})
    copy.expect("ANN010", "gold", twice)
    record = copy.find("gold", "entity", "DATE", 2)
    record["id"] = "an id"
    copy.expect("ANN011", "gold", record)
    copy.sets["gold"].append({"type": "note", "id": "znote", "about": "gone", "text": "what was this?"})
    copy.expect("ANN012", "gold", "znote")
    record = copy.find("gold", "entity", "DATE", 3)
    record["confidence"] = 95.0
    copy.expect("ANN013", "gold", record)
    left = {"what": "merge", "ours": None}
    copy.sets["gold"].append({"type": "note", "id": "zopen", "text": "merge: who is right?", "decide": left})
    copy.expect("ANN015", "gold", "zopen")
    record = copy.find("gold", "entity", "DATE", 4)
    record["ignore"] = {"SPN004": "was blank once"}
    copy.expect("ANN014", "gold", record)


def headers(copy: Copy) -> None:
    copy.sets["a1"][0]["status"] = "done"
    copy.expected.append(("ANN007", copy._path("a1"), 1))
    copy.sets["a2"][0]["text_sha256"] = hashlib.sha256(b"another text").hexdigest()
    copy.expected.append(("ANN008", copy._path("a2"), 1))


def broken_files(copy: Copy) -> None:
    """Faults that keep a file from being canonical or complete, each in a set of its own about the article."""
    for code, line, content in (
        ("ANN001", 2, '{"type":"note","id":"n1",'),
        ("ANN002", 2, '{"type":"entity","id":"n1"}'),
        ("ANN004", 2, '{"type":"note","id":"n1","id":"n2","text":"x"}'),
        ("ANN005", 2, '{"type":"note","text":"x"}'),
        ("ANN009", 2, '{"type":"note", "id":"n1","text":"x"}'),
    ):
        name = f"x{code[-1]}"
        head = {**copy.sets["gold"][0], "annotator": name}
        head["text_sha256"] = hashlib.sha256(copy.text.encode()).hexdigest()
        copy._file(copy._path(name), f"{json.dumps(head, separators=(',', ':'))}\n{content}\n".encode())
        copy.expected.append((code, copy._path(name), line))
    copy._file(copy._path("x6"), b'{"type":"note","id":"n1","text":"x"}\n')
    copy.expected.append(("ANN006", copy._path("x6"), 1))


def scheme(copy: Copy) -> None:
    file = copy.root / "annotations/scheme.toml"
    lines = file.read_text(encoding="utf-8").split("\n")

    def change(code: str, old: str, new: str) -> None:
        number = next(number for number, line in enumerate(lines) if line.startswith(old))
        lines[number] = new
        copy.expected.append((code, "annotations/scheme.toml", number + 1))

    number = lines.index("[layers.argument]")
    lines[number:number] = [
        "[layers.entity.attributes.link]", 'type = "string"', 'pattern = "(?=x)"', "",
        "[layers.entity.attributes.rank]", 'type = "integer"', "maximum = 3", "default = 4", "",
    ]  # fmt: skip
    copy.expected += [("SCH004", "annotations/scheme.toml", number + 3), ("SCH005", "annotations/scheme.toml", number + 8)]
    change("SCH003", 'layers = ["entity", "statement"]', 'layers = ["entity", "statment"]')
    number = next(number for number, line in enumerate(lines) if line == "[layers.topic.labels.economy]")
    lines[number + 2] = 'key = "d"'
    copy.expected.append(("SCH006", "annotations/scheme.toml", number + 1))
    lines += ["[[constraints]]", 'kind = "no-touching"', 'layers = ["entity", "statement"]', ""]
    copy.expected.append(("SCH002", "annotations/scheme.toml", len(lines) - 2))
    file.write_text("\n".join(lines), encoding="utf-8")
    manifest = copy.root / "corpus/corpus.toml"
    text = manifest.read_text(encoding="utf-8")
    block = 'ignore = ["SPX"]\n'
    text = text.replace("[check]\n", f"[check]\n{block}") if "[check]" in text else f"{text}\n[check]\n{block}"
    manifest.write_text(text, encoding="utf-8")
    copy.expected.append(("SCH007", "corpus/corpus.toml", text[: text.index(block)].count("\n") + 1))


EVERYTHING: tuple[Plant, ...] = (texts, documents, spans, crossing, labels, relations, records, headers, broken_files)


def check(copy: Copy) -> None:
    copy.save()
    from postil.storage.directory import CorpusDirectory

    strays = tuple((stray.path, stray.reason) for stray in CorpusDirectory(copy.root).inventory.strays)
    found = findings_of(copy.root, strays)

    single = [finding for finding in found if not finding.code.startswith("COR")]  # what is planted here repeats itself
    assert sorted((finding.code, finding.place.path, finding.place.line) for finding in single) == copy.lines()


@pytest.mark.parametrize("plant", [*EVERYTHING, scheme], ids=lambda plant: plant.__name__)
def test_each_group_of_faults_is_found_and_nothing_else(plant: Plant, tmp_path: Path) -> None:
    copy = Copy(tmp_path)
    plant(copy)
    check(copy)


def test_more_than_forty_faults_at_once_are_found_and_nothing_else(tmp_path: Path) -> None:
    copy = Copy(tmp_path)
    for plant in EVERYTHING:
        plant(copy)
    check(copy)
    assert len({code for code, _, _ in copy.expected}) > 40
