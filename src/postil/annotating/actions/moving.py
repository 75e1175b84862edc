"""Going through the text, and selecting."""

from __future__ import annotations

from msgspec.structs import replace

from postil.annotating.action import action
from postil.annotating.choosing import layer_named, offset_in, one_of
from postil.annotating.reading import UNITS
from postil.annotating.state import GHOST, State, selected
from postil.annotating.stops import STOPS, stop_after, stop_before
from postil.errors import ActionRefused
from postil.model import Note, Span
from postil.text import quote

_WHERE = (*UNITS, *STOPS)


@action("UNIT")
def next_(state: State, unit: str) -> State:
    """Go to the next character, word, sentence, paragraph, span, unlabelled, name, hit or ghost.

    span: the next one of the current layer, which is selected; in a layer of relations the next relation, whose head is selected;
    in one of document labels the next label. unlabelled: the next sentence without a span of the current layer.
    name: the next words with capitals that no span of the current layer covers. hit: the next place of what was searched for.
    ghost: the next suggestion in a layer that is shown, which becomes the current one.
    """
    if one_of(unit, _WHERE, "unit") in STOPS:
        return stop_after(state, unit)
    offset = state.reading.next_start(unit, state.place.cursor)
    return state.at(offset, offset)


@action("UNIT")
def previous(state: State, unit: str) -> State:
    """Go back to the one before, as next goes on."""
    if one_of(unit, _WHERE, "unit") in STOPS:
        return stop_before(state, unit)
    offset = state.reading.previous_start(unit, min(state.place.anchor, state.place.cursor))
    return state.at(offset, offset)


@action("UNIT")
def extend(state: State, unit: str) -> State:
    """Move the end of the selection that is at the cursor forward, by a character, word, sentence or paragraph."""
    place, reading = state.place, state.reading
    unit = one_of(unit, UNITS, "unit")
    step = reading.next_end if place.cursor >= place.anchor else reading.next_start
    return state.selecting(place.anchor, step(unit, place.cursor))


@action("UNIT")
def extend_back(state: State, unit: str) -> State:
    """Move the end of the selection that is at the cursor backward, by a character, word, sentence or paragraph."""
    place, reading = state.place, state.reading
    unit = one_of(unit, UNITS, "unit")
    step = reading.previous_end if place.cursor > place.anchor else reading.previous_start
    return state.selecting(place.anchor, step(unit, place.cursor))


@action("OFFSET")
def to(state: State, offset: str) -> State:
    """Go to an offset, in code points from 0."""
    here = offset_in(state, offset)
    return state.at(here, here)


@action("OFFSET")
def extend_to(state: State, offset: str) -> State:
    """Select from where the selection began to an offset."""
    return state.selecting(state.place.anchor, offset_in(state, offset))


@action("OFFSET")
def drag_to(state: State, offset: str) -> State:
    """Select from where the selection began to an offset; whole words, where the spans of the layer are of words."""
    anchor, cursor = state.place.anchor, state.reading.clamp(offset_in(state, offset))
    if state.layer.unit != "word" or anchor == cursor:
        return state.at(anchor, cursor)
    at = state.reading.word_at
    around = [word for word in (at(anchor), at(cursor)) if word]
    first, last = min((anchor, cursor, *(word[0] for word in around))), max((anchor, cursor, *(word[1] for word in around)))
    return state.at(*((first, last) if anchor < cursor else (last, first)))


@action("START END")
def select(state: State, start: str, end: str) -> State:
    """Select from one offset to another, in code points from 0, the end not included."""
    first, last = offset_in(state, start), offset_in(state, end)
    if last < first:
        raise ActionRefused(f"{end} lies before {start}: select takes the start first, then the end")
    return state.at(first, last)


@action()
def collapse(state: State) -> State:
    """Select nothing; where nothing is selected, forget the head of a relation."""
    place = state.place
    if state.head and place.anchor == place.cursor:
        return state.with_(head="", said="no head is marked")
    return state.at(place.cursor, place.cursor)


@action()
def swap(state: State) -> State:
    """Go to the other end of the selection."""
    return state.at(state.place.cursor, state.place.anchor, state.place.focus)


@action()
def grow(state: State) -> State:
    """Select more: the word, then the phrase, the clause, the sentence, the paragraph."""
    place = state.place
    if place.anchor == place.cursor and (word := state.reading.at("word", place.cursor)):
        larger, before = word, (place.cursor, place.cursor)
    else:
        before = selected(state)
        larger = state.reading.grown(*before) or before
    if larger == before:
        raise ActionRefused("there is nothing larger to select")
    return state.selecting(*larger, grown=(*state.grown, before))


@action()
def shrink(state: State) -> State:
    """Select less: what the selection grew from, else its beginning: without the full stop, the first clause, phrase, word."""
    if state.grown:
        return state.selecting(*state.grown[-1], grown=state.grown[:-1])
    smaller = state.reading.shrunk(*selected(state))
    if smaller is None:
        raise ActionRefused("there is nothing smaller to select")
    return state.selecting(*smaller)


@action("TEXT")
def find(state: State, *text: str) -> State:
    """Search for a text and go to the next place where it stands, after the end of the text from its beginning again.

    Capitals count only where the text has some; any blank stands for any blanks.
    """
    sought = " ".join(text)
    if not sought.strip():
        raise ActionRefused("there is nothing to search for")
    return stop_after(state.with_(sought=sought), "hit")


@action("ID")
def go(state: State, id: str) -> State:
    """Go to a record by its id, or to a suggestion by ghost: and its id."""
    ghost = next((one for _, one in state.offered if f"{GHOST}{one.id}" == id), None)
    if ghost:
        return state.at_ghost(ghost)
    record = state.marks.by_id.get(id)
    if record is None:
        raise ActionRefused(f"there is no record {quote(id)}")
    about = state.marks.by_id.get(record.about) if isinstance(record, Note) else record
    place = (about.start, about.end) if isinstance(about, Span) else (state.place.anchor, state.place.cursor)
    return state.at(*place, focus=id)


@action("LAYER")
def layer(state: State, name: str) -> State:
    """Take a layer for the current one. A suggestion of another that is looked at is left: keys mean what this layer has."""
    place = replace(state.place, layer=layer_named(state.scheme, name))
    is_left = state.ghost is not None and state.ghost.layer != name and place.focus.startswith(GHOST)
    return state.with_(place=replace(place, focus="") if is_left else place)


@action()
def narrow(state: State) -> State:
    """Show the current layer only, or all layers again."""
    said = "all layers are shown" if state.is_narrow else "only the current layer is shown"
    return state.with_(is_narrow=not state.is_narrow, said=said)
