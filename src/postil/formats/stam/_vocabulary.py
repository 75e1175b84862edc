"""The names of sets and keys that both directions use."""

from __future__ import annotations

OWN_SET = "postil"
"""The set of what is the corpus's own and no layer's."""

METADATA_SET = "metadata"
VALIDATION_SET = "https://w3id.org/stam/extensions/stam-textvalidation/"
LABEL_KEY = "label"
RESERVED_SETS = (OWN_SET, METADATA_SET, VALIDATION_SET)
RESERVED_KEYS = (LABEL_KEY,)
