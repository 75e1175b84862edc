"""Beside the text: what is here, all that is said of it, what check finds, and the keys of the labels."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import ClassVar

from rich.style import Style
from rich.text import Text
from textual.containers import VerticalScroll
from textual.widgets import Static

from postil.annotating.making import described
from postil.annotating.state import GHOST, State, focused, looked_at
from postil.findings import Finding, Severity
from postil.model import Annotation, Note, Record, Relation, Span
from postil.rendering.pieces import facts
from postil.text import printable, quote
from postil.tui.keys import Keys, context, shown_key
from postil.tui.label_keys import label_keys, layer_of_key
from postil.tui.palette import Palette
from postil.tui.widgets.clickable import FOCUS, KEY

_SIGNS = {Severity.ERROR: "!", Severity.WARNING: "!", Severity.INFO: "·"}
_OFFERED = "?"  # as on spans in the text
_HEADING = Style(bold=True, underline=True)
_QUIET = Style(dim=True)
_DEFINITION = Style(dim=True, italic=True)


class Panel(VerticalScroll, can_focus=False):
    """What a state says of the annotation that is looked at."""

    DEFAULT_CSS: ClassVar[str] = """
    Panel { width: 36; height: 1fr; padding: 0 1; border-left: solid $panel-lighten-2; scrollbar-size-vertical: 1; }
    Panel > Static { height: auto; }
    """

    def __init__(self, palette: Palette, keys: Keys) -> None:
        super().__init__()
        self.palette, self._keys = palette, keys
        self._content = Static()

    def compose(self) -> Iterator[Static]:
        """One text."""
        yield self._content

    def show(self, state: State, findings: Sequence[Finding]) -> None:
        """Show what is here in this state."""
        self._content.update(Text("\n").join(_lines(state, findings, self.palette, self._keys)))


def _lines(state: State, findings: Sequence[Finding], palette: Palette, keys: Keys) -> Iterator[Text]:
    ghost = state.ghost
    here = focused(state) or looked_at(state)
    if ghost is not None and context(state) == "ghost":
        yield Text("Suggested", _HEADING)
        yield from _annotation(ghost, state, palette)
        if isinstance(ghost, Relation):
            yield from _arguments(ghost, ghost, state)
    elif here is not None:
        yield from _record(here, state, findings, palette)
    else:
        yield Text("No annotation here", _QUIET)
    about_set = [finding for finding in findings if not finding.subject]
    if about_set:
        yield Text("")
        yield from _findings(about_set, palette)
    yield Text("")
    yield from _document(state, palette)
    yield from _label_keys(state, palette, keys)


def _record(here: Record, state: State, findings: Sequence[Finding], palette: Palette) -> Iterator[Text]:
    if isinstance(here, Note):
        yield Text(described(here))
    else:
        yield from _annotation(here, state, palette)
    yield from _relations(here, state, palette)
    notes = [note for note in state.marks.annotations.notes if note.about == here.id]
    for note in notes:
        yield Text(f"✎ {printable(note.text)} ({note.id})")
    own = [finding for finding in findings if finding.subject == here.id]
    if own:
        yield Text("")
        yield from _findings(own, palette)
    others = [span for span in state.marks.covering(state.place.cursor) if span.id != here.id]
    if others:
        yield Text("")
        yield Text("Also here", _HEADING)
        for span in others:
            yield Text.assemble(_label(span, palette, span.id), f" {quote(span.text, 40)}", (f" {printable(span.layer)}", _QUIET))


def _annotation(record: Annotation, state: State, palette: Palette) -> Iterator[Text]:
    yield Text.assemble(_label(record, palette), (f" {printable(record.layer)} ", _QUIET), (printable(record.id), _QUIET))
    if definition := state.scheme.definition(record.layer, record.label):
        yield Text(printable(definition), _DEFINITION)
    if isinstance(record, Span):
        yield Text(quote(record.text, 140))
    yield from (Text(f"  {printable(fact)}") for fact in facts(record))


def _label(record: Annotation, palette: Palette, focus: str = "") -> tuple[str, Style]:
    """Its label, with the sign of a suggestion where it is one. ``focus``: what a click on it goes to."""
    sign = _OFFERED if focus.startswith(GHOST) else ""
    style = Style(color=palette.colour(record.layer, record.label), bold=True, meta={FOCUS: focus})
    return f"{sign}{printable(record.label)}", style


def _relations(here: Record, state: State, palette: Palette) -> Iterator[Text]:
    if isinstance(here, Relation):
        yield from _arguments(here, here, state)
    for whose, relations in (("", state.marks.annotations.relations), (GHOST, state.offered_relations)):
        for relation in relations:
            if here.id in {id for _, id in relation.arguments()}:
                yield Text("")
                yield Text.assemble(_label(relation, palette, f"{whose}{relation.id}"), (f" {printable(relation.id)}", _QUIET))
                yield from _arguments(relation, here, state)


def _arguments(relation: Relation, here: Record, state: State) -> Iterator[Text]:
    for role, id in relation.arguments():
        other = state.marks.by_id.get(id)
        said = "this" if id == here.id else described(other) if other else f"{printable(id)}, which is not there"
        yield Text(f"  {printable(role)}: {said}")


def _findings(findings: Iterable[Finding], palette: Palette) -> Iterator[Text]:
    yield Text("What check says", _HEADING)
    for finding in findings:
        style = Style(color=palette.wrong) if finding.severity is Severity.ERROR else Style()
        yield Text.assemble((f"{_SIGNS[finding.severity]} {finding.code} ", style), printable(finding.message))


def _document(state: State, palette: Palette) -> Iterator[Text]:
    labels = [*(("", label) for label in state.marks.annotations.labels), *((GHOST, label) for label in state.offered_labels)]
    if labels:
        yield Text("The document", _HEADING)
        for whose, label in labels:
            yield Text.assemble(_label(label, palette, f"{whose}{label.id}"), (f" {printable(label.layer)}", _QUIET))
        yield Text("")


def _label_keys(state: State, palette: Palette, keys: Keys) -> Iterator[Text]:
    pressed = label_keys(state, keys)
    action = next(iter(pressed.values()), ("label",))[0]
    said = {"label": f"{state.place.layer}: label", "relate": "The tail of a relation", "accept": "Accept as"}
    yield Text(said[action], _HEADING)
    if state.head and (head := state.marks.by_id.get(state.head)):
        yield Text(f"◆ {described(head, state.marks.by_id)}")
    for key, (does, label) in pressed.items():
        layer = layer_of_key(state, does, label)
        style = Style(meta={KEY: key})
        yield Text.assemble(
            (f" {key} ", style + Style(reverse=True)), (f" {label}", style + Style(color=palette.colour(layer, label)))
        )
    lists = keys.named("label").keys
    if lists:
        left = len(state.layer.labels) - sum(label in state.layer.labels for _, label in pressed.values())
        more = f", with {left:,} more" if left > 0 else ""
        yield Text(f" {shown_key(lists[0])}  a list{more}", Style(dim=True, meta={KEY: lists[0]}))
