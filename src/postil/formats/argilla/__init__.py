"""Argilla: a dataset on a disk, with the responses of each user, suggestions, and the settings that show them."""

from __future__ import annotations

from postil.exchange.features import (
    ANNOTATORS,
    CONFIDENCE,
    CROSSING,
    CUT,
    DOCUMENT_IDS,
    DOCUMENT_LABELS,
    LAYERS,
    METADATA,
    NESTED,
    OVER_SENTENCES,
    STACKED,
    STATE,
    TEXT,
    Feature,
    in_each_set,
)
from postil.exchange.format import Format, Option
from postil.formats.argilla._holding import held_confidences, held_state
from postil.formats.argilla._reading import read
from postil.formats.argilla._writing import write

_MANUAL = """\
Argilla 2, as Dataset.to_disk writes it and Dataset.from_disk reads it: records.json, with .argilla/settings.json.

[{"id":"news/1","fields":{"text":"Anna met Ben."},"metadata":{"title":"…"},"responses":{
  "entity":[{"value":[{"label":"PER","start":0,"end":4}],"user_id":"…","status":"submitted"}]},
  "suggestions":{"entity":{"value":[…],"score":[0.9],"agent":"model-1"}}}]

A span question is a layer of spans, a label or multi-label question a layer of document labels; a rating, ranking or text is a
document label of that kind with the attribute value. Responses are sets of their users, drafts are in progress, discarded ones
are counted; suggestions are sets of their agent with method model. Read too: flattened records (entity.responses, …), the lists
of version 1, its records with one annotation and one prediction, records.to_json alone. Which question is what, and which field
has the text, is in the settings; without them a short line is a label, and --text-key names the field.

Written: users as UUIDs made of their names, with users.json to tell who is who; --user NAME=UUID takes those of a server, which
accepts responses of its own users only. The first set of a model becomes the suggestions. Argilla has no relations, attributes,
remarks or discontinuous spans, and confidences only of whole suggestions."""

FORMAT = Format(
    "argilla", "Argilla", _MANUAL,
    frozenset((
        ANNOTATORS, CONFIDENCE, CROSSING, CUT, DOCUMENT_IDS, DOCUMENT_LABELS, LAYERS, METADATA, NESTED, OVER_SENTENCES, STACKED,
        STATE, TEXT,
    )),
    read, write,
    read_options=(Option("text-key", "The field that holds the text, where there are several and no settings.", "FIELD"),),
    write_options=(Option("user", "The id that a server has for an annotator.", "NAME=UUID", multiple=True),),
    limits=(
        Feature("methods", "methods and sources of sets", held_state, stops=False),
        Feature("confidences of single annotations", "confidences of single annotations", in_each_set(held_confidences)),
    ),
    signs=(r'"(?:responses|suggestions)"\s*:|\.(?:responses|suggestion)"\s*:',),
)  # fmt: skip
