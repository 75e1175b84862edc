"""Text in XML that is written piece by piece."""

from __future__ import annotations

from postil.exchange.features import characters

_ESCAPES = str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\r": "&#xd;", "\t": "&#9;", "\x85": "&#x85;", "\u2028": "&#x2028;"}
)

XML_CHARACTERS = characters(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "characters that XML cannot have")
"""A limit: no character that XML 1.0 cannot hold in any way."""


def escaped_xml(text: str) -> str:
    """Text for an element or an attribute, from which every parser gets just the same characters."""
    return text.translate(_ESCAPES)


def escaped_attribute(text: str) -> str:
    """Text for an attribute, with line ends, which parsers make blanks of there."""
    return escaped_xml(text).replace("\n", "&#10;")
