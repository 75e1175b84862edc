"""Saying more about an annotation: attributes, notes; and that a document is done."""

from __future__ import annotations

import msgspec

from postil.annotating.action import action
from postil.annotating.choosing import attribute_named, in_order, value_of
from postil.annotating.making import described, put_record
from postil.annotating.minting import fresh_id
from postil.annotating.state import State, focused, focused_annotation
from postil.errors import ActionRefused
from postil.model import Note
from postil.text import counted, printable, quote


@action("ATTRIBUTE [VALUE…]", repeats=True)
def set_(state: State, name: str, *values: str) -> State:
    """Set an attribute of the annotation here, or take it off where no value is given.

    An attribute that may have several values takes several words. HEAD stands for the id of the head, for a reference.
    """
    record = focused_annotation(state)
    layer = state.scheme.layers.get(record.layer)
    if layer is None:
        raise ActionRefused(f"the scheme has no layer {quote(record.layer)}")
    attributes = dict(record.attributes)
    if not values and name in attributes:
        del attributes[name]
        said = f"{described(record, state.marks.by_id)}: without {name}"
    else:
        attribute = attribute_named(record.layer, layer, record.label, name)
        if not values:
            raise ActionRefused(f"it has no {name}")
        attributes[name] = value_of(name, attribute, [state.head if word == "HEAD" and state.head else word for word in values])
        said = f"{described(record, state.marks.by_id)}: {name} {printable(msgspec.json.encode(attributes[name]).decode())}"
    changed = msgspec.structs.replace(record, attributes=in_order(layer, attributes))
    return put_record(state, changed, said)


@action("[TEXT]", repeats=True)
def note(state: State, *text: str) -> State:
    """Write a note on the annotation here into its record; without a text, take it off."""
    record = focused_annotation(state)
    written = " ".join(text)
    if written == record.note:
        raise ActionRefused("that is its note already" if written else "it has no note")
    changed = msgspec.structs.replace(record, note=written)
    said = f"note {quote(written, 40)}" if written else "without its note"
    return put_record(state, changed, f"{described(record, state.marks.by_id)}: {said}")


@action("TEXT")
def remark(state: State, *text: str) -> State:
    """Write a remark, a record of its own, on the annotation here; where none is, on the document."""
    written = " ".join(text)
    if not written:
        raise ActionRefused("there is nothing to write")
    about = focused(state)
    id = "" if about is None or isinstance(about, Note) else about.id
    record = Note(fresh_id(state.seed, "note", f"{id}\0{written}", state.marks.by_id), id, written)
    return state.with_(marks=state.marks.with_records([record]), said=f"{described(record)} on {id or 'the document'}")


@action()
def complete(state: State) -> State:
    """Say that the document is done. It is said too how many errors it has, and how many suggestions nobody looked at."""
    done = _with_status(state, "complete")
    errors, left = len(done.errors), done.suggestions_left
    with_errors = f", with {counted(errors, 'error')}" if errors else ""
    not_looked_at = f"; {counted(left, 'suggestion')} not looked at" if left else ""
    return done.with_(said=f"{done.said}{with_errors}{not_looked_at}")


@action()
def in_progress(state: State) -> State:
    """Say that the document is not done yet."""
    return _with_status(state, "in-progress")


def _with_status(state: State, status: str) -> State:
    header = state.marks.header
    if header.status == status:
        raise ActionRefused(f"the document is {status} already")
    marks = state.marks.with_header(msgspec.structs.replace(header, status=status))
    return state.with_(marks=marks, said=f"the document is {status}")
