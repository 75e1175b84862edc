"""Sets that can be parsed and make no sense: no command falls over them, and `fmt` keeps every word."""

from __future__ import annotations

import hashlib
import json
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings, strategies as st

from conftest import write_example
from postil.cli import main
from postil.rules.examples import HEADER, SCHEME, Example

TEXT = "Rajnath Singh met Hamada in Tokyo. He said: 👩\u200d👩\u200d👧 yes.\n\nशब्द 東京で。 End of it.\n"
IDS = ["e1", "e2", "s1", "r1", "n1", "g1", "", "e 1", "x" * 70]
VALUES = [None, True, 0, -1, 2.5, 10**18, "", "a", "e1", "AUTHOR", [], ["a"], [None], [[1]], {}, {"a": 1}, "positive", "\x1b[1m"]
SCHEMES = [
    SCHEME,
    None,
    'name = "news"\nversion = 1\n',
    SCHEME.replace('kind = "span"', 'kind = "relation"', 1),
    SCHEME.replace('[layers.genre]\nkind = "label"', '[layers.genre]\nkind = "span"'),
    SCHEME.replace('overlap = "nested"', 'overlap = "none"'),
    SCHEME.replace('type = "boolean"', 'type = "reference"\nmultiple = true'),
    SCHEME.replace('roles.from = { layers = ["statement"] }\n', ""),
    SCHEME.replace('layers = ["entity", "statement"]', 'layers = ["entity", "entity"]'),
    SCHEME.replace('kind = "span"', 'kind = "spam"', 1),
]  # fmt: skip

ids = st.sampled_from(IDS)
names = st.sampled_from(["sure", "holder", "polarity", "strength", "source", "zz", ""])
values = st.sampled_from(VALUES)
roles = st.sampled_from(["from", "to", "via", ""])
codes = st.sampled_from(["SPN005", "LAB003", "ANN010", "XX", ""])
offsets = st.integers(-2, len(TEXT) + 3)


@st.composite
def records(draw: st.DrawFn) -> dict[str, Any]:
    kind = draw(st.sampled_from(["span", "span", "relation", "label", "note", "set", "zz"]))
    record: dict[str, Any] = {"type": kind, "id": draw(ids)}
    if kind == "set":
        return json.loads(HEADER)
    if kind == "note":
        return {**record, "about": draw(ids), "text": "t"}
    record["layer"] = draw(st.sampled_from(["entity", "statement", "argument", "genre", "nope", ""]))
    record["label"] = draw(st.sampled_from(["PERSON", "GPE", "FACT", "OPINION", "supports", "restates", "op-ed", "x", ""]))
    if kind == "span":
        start, end = draw(offsets), draw(offsets)
        record |= {"start": start, "end": end, "text": TEXT[max(start, 0) : max(end, 0)]}
        if draw(st.booleans()):
            edges = sorted(draw(st.lists(offsets, min_size=4, max_size=4)))
            record["fragments"] = [edges[:2], edges[2:]]
    if kind == "relation":
        record["args"] = draw(
            st.dictionaries(st.sampled_from(["from", "to", "via", ""]), ids | st.lists(ids, max_size=3), max_size=3)
        )
    optional = {
        "attributes": st.dictionaries(names, values, min_size=1, max_size=3),
        "confidence": st.sampled_from([0.5, 1.0, 2.0, -1.0]),
        "ignore": st.dictionaries(
            st.sampled_from(["SPN005", "LAB003", "ANN010", "XX", ""]), st.sampled_from(["", "why"]), min_size=1
        ),
        "zz": values,
    }
    return record | {key: draw(value) for key, value in optional.items() if draw(st.booleans())}


OPTIONAL = ("about", "attributes", "confidence", "fragments", "ignore")


def kept(data: bytes) -> list[str]:
    """Every record, without the optional keys that say nothing."""
    read = [json.loads(line) for line in data.splitlines()]
    said = [{key: value for key, value in record.items() if value or key not in OPTIONAL} for record in read]
    return sorted(json.dumps(record, sort_keys=True) for record in said)


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(records(), max_size=8), st.sampled_from(SCHEMES))
def test_no_command_falls_over_a_set_and_fmt_loses_nothing(found: list[dict[str, Any]], scheme: str | None) -> None:
    header = json.loads(HEADER) | {"text_sha256": hashlib.sha256(TEXT.encode()).hexdigest()}
    lines = tuple(json.dumps(record, ensure_ascii=False) for record in (header, *found))
    with tempfile.TemporaryDirectory() as directory:
        root = write_example(Path(directory), Example(text=TEXT, scheme=scheme, lines=lines))
        file = root / "annotations/gold/example.jsonl"
        before = kept(file.read_bytes())
        for command in (
            ["check"],
            ["check", "--format", "sarif"],
            ["show", "--details"],
            ["show", "--html", "-"],
            ["stats"],
            ["fmt"],
        ):
            assert main(["-C", str(root), *command]) in (0, 1, 2)
        assert kept(file.read_bytes()) == before
        once = file.read_bytes()
        assert main(["-C", str(root), "fmt"]) in (0, 1)
        assert file.read_bytes() == once
