"""Label Studio: tasks with annotations and predictions, as its JSON export has them, and its labelling configuration."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from postil.exchange.features import (
    ANNOTATORS,
    ATTRIBUTES,
    CONFIDENCE,
    CROSSING,
    CUT,
    DOCUMENT_IDS,
    DOCUMENT_LABELS,
    IDS,
    LABEL_ATTRIBUTES,
    LAYERS,
    LISTS,
    METADATA,
    NESTED,
    OVER_SENTENCES,
    RELATION_ATTRIBUTES,
    RELATIONS,
    REMARKS,
    STACKED,
    STATE,
    TEXT,
    TYPES,
    Feature,
    characters,
    without_values,
)
from postil.exchange.format import Format, Option
from postil.formats._limits import bare, one_layer
from postil.formats.label_studio._reading import read
from postil.formats.label_studio._writing import write
from postil.model import Label, Relation

_MANUAL = """\
Label Studio's JSON export. Written: a directory with tasks.json and config.xml, the labelling configuration that shows it.

[{"id":1,"data":{"text":"Anna met Ben.","document_id":"news/1"},"annotations":[{"id":1,"annotator":"gold","result":[
  {"id":"e1","from_name":"entity","to_name":"text","type":"labels","value":{"start":0,"end":4,"text":"Anna","labels":["PER"]}},
  {"type":"relation","from_id":"e1","to_id":"e2","direction":"right","labels":["met"]}]}],"predictions":[]}]

A result of the Labels tag called entity is a span of layer entity; what perRegion tags (Choices, TextArea, Number, Rating) say of
its region are attributes, meta.text is the remark, score the confidence. A region with several labels becomes a span for each. A
relation has the roles from and to, turned round where the direction is left; "bi" and no direction are kept as an attribute.
Choices about the whole document are labels of a layer that is called like the tag; a rating, number, date or text about it is a
label of that kind with the attribute value. A choice of a Taxonomy is a label that is a path ("Choice 2/Choice 2.1"); a layer
of several labels that are such paths, with those above them, is written as a Taxonomy. Annotations are sets of who completed
them, predictions sets of the model version with method model, ground truth has method adjudicated; drafts are sets in
progress. What was skipped is not read. The data beside the text are the document's metadata.

The labelling configuration is read where --config says, or beside the file (config.xml): it names the key of the text, and
becomes the scheme. Without it, --text-key names the key. HyperText is read as the text that a browser shows, Paragraphs as a line
for each turn. JSON_MIN and CSV are read too; they have no relations and no ids, and without the configuration a choice looks like
data: what differs between annotators of one task is a choice, all else is metadata, and counted. A text that is only an address
(valueType="url") is refused.

Label Studio has no discontinuous spans, no relations between relations, no roles, no attributes of relations: they are not
written. Attributes that no control can ask for (references, for one) are in the region's meta. Who made an annotation is in
"annotator", which Label Studio leaves out when it imports: it knows only the addresses of its own users."""

_NOT_IN_XML = "[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\ufffe\\uffff]"
_ANSWERS = ("textarea", "rating", "number", "datetime")


def _only_direction(record: Any) -> Any:
    """A relation without attributes but a direction of both or no ways; a document label without any but an answer's value."""
    if type(record) is Relation and record.attributes:
        direction = record.attributes.get("direction")
        return replace(record, attributes={"direction": direction} if direction in ("bi", "none") else {})
    if type(record) is Label and record.attributes:
        is_answer = record.label in _ANSWERS and record.attributes.keys() == {"value"} and _is_said(record)
        return record if is_answer else replace(record, attributes={})
    return record


def _is_said(label: Label) -> bool:
    """Whether the value is one that such an answer has."""
    value = label.attributes["value"]
    if label.label in ("rating", "number"):
        return isinstance(value, int | float) and not isinstance(value, bool)
    if label.label == "textarea" and isinstance(value, list | tuple):
        return bool(value) and all(isinstance(one, str) for one in value)
    return isinstance(value, str)


FORMAT = Format(
    "label-studio", "Label Studio", _MANUAL,
    frozenset((
        ANNOTATORS, ATTRIBUTES, CONFIDENCE, CROSSING, CUT, DOCUMENT_IDS, DOCUMENT_LABELS, IDS, LABEL_ATTRIBUTES, LAYERS, LISTS,
        METADATA, NESTED, OVER_SENTENCES, RELATIONS, RELATION_ATTRIBUTES, REMARKS, STACKED, STATE, TEXT, TYPES,
    )),
    read, write,
    read_options=(
        Option("config", "The labelling configuration, where it is not beside the file as config.xml.", "FILE"),
        Option("text-key", "The key of the data that holds the text, where no configuration says it.", "KEY"),
    ),
    limits=(
        characters(_NOT_IN_XML, "names that XML cannot have", of=("names",)),
        one_layer(Relation, "relation", "names of relation layers"),
        bare(Relation, "confidence", "confidences of relations"),
        bare(Relation, "note", "remarks in relations"),
        Feature(
            "attributes of relations and labels", "attributes of relations and of document labels",
            without_values("attributes of relations and of document labels", _only_direction),
        ),
    ),
    signs=(r'"from_name"\s*:|"completed_by"\s*:', r"\A[^\n]*\bannotation_id\b"),
)  # fmt: skip
