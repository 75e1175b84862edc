"""What layers and attributes are called, in a corpus and in the XML."""

from __future__ import annotations

EDU, ADU, ARGUMENT, TOPIC, STANCE = "edu", "adu", "argument", "topic", "stance"

GRAPH_ATTRIBUTES = {TOPIC: "topic_id", STANCE: "stance"}
"""The attribute of the root that holds the label of a layer."""

SEGMENTATION = "seg"
"""The type of an edge that leads from a text to what it is the text of."""

OWN_ATTRIBUTES = ("id", "type", "src", "trg")
"""What elements say with an attribute, so that no annotation's attribute is called so."""

SPACE = "{http://www.w3.org/XML/1998/namespace}space"

BLANKS = " \t\n\r"
"""What XML takes for white space."""
