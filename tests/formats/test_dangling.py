"""The same is done about a relation to what is not there, whatever format it stands in."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from round_trip import read

from postil.exchange.dangling import without_dangling
from postil.exchange.drafts import DraftSet
from postil.exchange.losses import Losses
from postil.formats import format_named
from postil.model import Note, Relation, Span

TEXT = "Anna met Ben."
_LABEL_STUDIO = {
    "data": {"text": TEXT},
    "annotations": [{"result": [
        {"id": "T1", "from_name": "x", "to_name": "text", "type": "labels", "value": {"start": 0, "end": 4, "labels": ["PER"]}},
        {"type": "relation", "from_id": "T1", "to_id": "T9", "direction": "right", "labels": ["met"]},
    ]}],
}  # fmt: skip
_SPAN = {"id": "T1", "layer": "entity", "label": "PER", "start": 0, "end": 4, "text": "Anna"}
_TIE = {"id": "R1", "layer": "relation", "label": "met", "args": {"from": "T1", "to": "T9"}}
_BIOC = {"documents": [{"id": "1", "passages": [{
    "offset": 0, "text": TEXT,
    "annotations": [{"id": "T1", "infons": {"type": "PER"}, "text": "Anna", "locations": [{"offset": 0, "length": 4}]}],
    "relations": [{"id": "R1", "infons": {"type": "met"}, "nodes": [{"refid": "T1", "role": "a"}, {"refid": "T9", "role": "b"}]}],
}]}]}  # fmt: skip
_GRAPH = """<arggraph id="x"><edu id="e1">Anna met Ben.</edu><adu id="a1" type="pro"/>
<edge id="c1" src="e1" trg="a1" type="seg"/><edge id="R1" src="a1" trg="T9" type="sup"/></arggraph>"""
_PUBANNOTATION = {
    "text": TEXT, "denotations": [{"id": "T1", "span": {"begin": 0, "end": 4}, "obj": "PER"}],
    "relations": [{"id": "R1", "subj": "T1", "obj": "T9", "pred": "met"}],
}  # fmt: skip
FILES: dict[str, dict[str, Any]] = {
    "brat": {"x.txt": TEXT, "x.ann": "T1\tPER 0 4\tAnna\nR1\tmet Arg1:T1 Arg2:T9\n"},
    "jsonl": {"x.jsonl": {"id": "x", "text": TEXT, "sets": [{"annotator": "a1", "spans": [_SPAN], "relations": [_TIE]}]}},
    "doccano": {"x.jsonl": {
        "text": TEXT, "entities": [{"id": 1, "label": "PER", "start_offset": 0, "end_offset": 4}],
        "relations": [{"id": 1, "from_id": 1, "to_id": 9, "type": "met"}],
    }},
    "label-studio": {"x.json": [_LABEL_STUDIO]},
    "pubannotation": {"x.json": _PUBANNOTATION},
    "bioc-json": {"x.json": _BIOC},
    "gliner": {"x.jsonl": {"tokenized_text": TEXT.split(), "ner": [[0, 0, "PER"]], "relations": [[0, 8, "met"]]}},
    "arg-microtexts": {"x.xml": _GRAPH},
}  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_a_relation_to_nothing_is_left_out_and_counted_with_its_place(name: str, tmp_path: Path) -> None:
    for file, content in FILES[name].items():
        (tmp_path / file).write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    format_ = format_named(name)
    assert format_

    (document,), intake, incoming = read(format_, tmp_path)

    (made,) = document.sets.values()
    assert (intake.errors, made.spans != (), made.relations) == ([], True, ())
    assert not [loss for loss in incoming.losses if loss.stops]
    (loss,) = intake.left_out
    assert (loss.kind, loss.count) == ("relations one of whose ends is not there", 1)
    assert str(tmp_path) in loss.examples[0]


def _tie(id: str, **args: Any) -> Relation:
    return Relation(id, "argument", "supports", args)


def test_what_ties_a_relation_that_goes_goes_too_and_members_that_are_not_there() -> None:
    spans = [Span("s1", "x", "X", 0, 1, "a"), Span("s2", "x", "X", 1, 2, "b")]
    chain = [_tie(f"r{n}", to=f"r{n + 1}") for n in range(50)]
    relations = [*chain, _tie("r50", to="gone"), _tie("e", member=("s1", "gone", "s2")), _tie("f", member=("gone", "r3"))]
    notes = [Note("n1", "r7", "why?"), Note("n2", "s1", "yes"), Note("n3", "", "all"), Note("n4", "gone", "lost?")]
    left_out, repaired = Losses(), Losses()

    found = without_dangling(
        DraftSet("a1", spans, relations, notes=notes, file="x.ann", lines={"r50": 51, "e": 52}), left_out, repaired
    )

    assert found.relations == [_tie("e", member=("s1", "s2"))]
    assert found.notes == [Note("n1", "", "why?"), Note("n2", "s1", "yes"), Note("n3", "", "all"), Note("n4", "", "lost?")]
    assert {loss.kind: loss.count for loss in left_out} == {
        "relations one of whose ends is not there": 52, "members of relations that are not there": 1,
    }  # fmt: skip
    assert left_out.by_kind["relations one of whose ends is not there"].examples[0] == "x.ann:51: r50: to is gone “supports”"
    assert left_out.by_kind["members of relations that are not there"].examples == ["x.ann:52: e: member is gone “supports”"]
    assert [(loss.kind, loss.count) for loss in repaired] == [("notes on what is not there, now on the document", 2)]


def test_a_set_in_which_everything_is_there_stays_as_it_is() -> None:
    spans = [Span("s1", "x", "X", 0, 1, "a")]
    found = DraftSet("a1", spans, [_tie("r1", to="s1"), _tie("r2", to="r1")], notes=[Note("n1", "r1", "x")])
    left_out, repaired = Losses(), Losses()

    assert without_dangling(found, left_out, repaired) == found
    assert not left_out
    assert not repaired


def test_an_event_keeps_the_arguments_that_are_there_and_what_is_said_of_one_that_goes_is_counted() -> None:
    spans = [Span("s1", "x", "X", 0, 1, "a"), Span("s2", "x", "X", 1, 2, "b")]
    relations = [
        _tie("e1", trigger="s1", who="gone", place="s2"), _tie("e2", trigger="s1", who="gone"),
        Relation("e3", "event", "Move", {"trigger": "gone", "who": "s1"}, {"negated": True, "tense": "past"}, None, "odd"),
        _tie("e4", giver="s1", taker="s2", gift="gone"),
    ]  # fmt: skip
    left_out = Losses()

    found = without_dangling(DraftSet("a1", spans, relations, file="x.ann"), left_out, Losses())

    assert found.relations == [
        _tie("e1", trigger="s1", place="s2"), _tie("e2", trigger="s1"), _tie("e4", giver="s1", taker="s2"),
    ]  # fmt: skip
    assert {loss.kind: loss.count for loss in left_out} == {
        "relations one of whose ends is not there": 1, "members of relations that are not there": 3,
        "attributes and remarks of relations that are not brought along": 3,
    }  # fmt: skip
