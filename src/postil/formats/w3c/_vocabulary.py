"""The words of the model that both directions use."""

from __future__ import annotations

CONTEXT = "http://www.w3.org/ns/anno.jsonld"
JSON = "application/json"
LABEL_PURPOSES = ("tagging", "classifying")
COMMENT_PURPOSES = ("commenting", "replying", "questioning", "")
MEMBER = "member"
"""The role of the ends of a relation that has more than two and says nothing of what they are."""

CONFIDENCE = "confidence"
DATES = ("created", "modified", "generated")
"""Attributes that are properties of an annotation itself."""
