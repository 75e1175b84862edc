"""Labelling what is selected, once or again."""

from __future__ import annotations

from postil.annotating.action import action
from postil.annotating.choosing import label_named, layer_named
from postil.annotating.making import described, put_record, put_span, relabelled, span_over
from postil.annotating.minting import fresh_id
from postil.annotating.relating import relation_between
from postil.annotating.state import Once, State, focused_annotation, focused_span, selected
from postil.annotating.taking import as_changed, taken_one
from postil.errors import ActionRefused
from postil.model import Label
from postil.text import listing, quote


@action("LABEL")
def label(state: State, word: str) -> State:
    """Label the selection in the current layer: by the label's key or its name.

    Where a layer may not have two spans in one place, the one that is just there gets this label instead, as by relabel.
    In a layer of document labels it labels the document, and takes the label off where the document has it. In a layer of
    relations it ties the span marked as head to this one, as relate does. A suggestion that was gone to is taken with this label.
    """
    name, layer = state.place.layer, state.layer
    chosen = label_named(name, layer, word)
    if state.chosen_ghost and state.chosen_ghost.layer == name:
        return taken_one(state, as_changed(state, state.chosen_ghost, chosen))
    if layer.kind == "relation":
        return relation_between(state, name, chosen)
    if layer.kind == "label":
        return _label_document(state, name, chosen)
    extent = selected(state)
    there = [one for one in state.marks.in_layer(name) if one.extents == (extent,)]
    if there and layer.overlap != "free" and there[0].label != chosen:
        return relabel(state.looking_at(there[0]), chosen)
    span = span_over(state, name, chosen, [extent])
    return put_span(state, span, described(span))


def _label_document(state: State, name: str, chosen: str) -> State:
    there = [one for one in state.marks.annotations.labels if one.layer == name]
    same = [one.id for one in there if one.label == chosen]
    if same:
        said = f"{chosen} taken off the document"
        return state.with_(marks=state.marks.with_records(out=same), last=Once(said), said=said)
    replaced = [] if state.scheme.layers[name].multiple else there
    record = Label(fresh_id(state.seed, name, chosen, state.marks.by_id), name, chosen)
    lost = f" instead of {listing((one.label for one in replaced), 'and')}" if replaced else ""
    left = state.with_(marks=state.marks.with_records(out=[one.id for one in replaced]))
    said = f"the document is {chosen}{lost}"
    return put_record(left, record, said).with_(last=Once(said))


@action("LABEL", repeats=True)
def relabel(state: State, word: str) -> State:
    """Give the annotation here another label. Attributes that the new label cannot have are taken off, and named."""
    record = focused_annotation(state)
    layer = state.scheme.layers.get(record.layer)
    if layer is None:
        raise ActionRefused(f"the scheme has no layer {quote(record.layer)}")
    chosen = label_named(record.layer, layer, word)
    if chosen == record.label:
        raise ActionRefused(f"it is {chosen} already")
    changed, lost = relabelled(state, record, chosen)
    without = f"; without {listing(lost, 'and')}" if lost else ""
    return put_record(state, changed, f"{described(record, state.marks.by_id)} is {chosen}{without}")


@action("LAYER LABEL", repeats=True)
def duplicate(state: State, name: str, word: str) -> State:
    """Label the span here in another layer too."""
    span = focused_span(state)
    name = layer_named(state.scheme, name, "span")
    copy = span_over(state, name, label_named(name, state.scheme.layers[name], word), span.extents)
    return put_span(state, copy, f"{described(copy)} in {name}")
