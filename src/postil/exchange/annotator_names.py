"""What annotators of a source are called in the corpus, where a name is that of a directory."""

from __future__ import annotations

import hashlib
import re
import unicodedata

from postil.exchange.losses import Losses
from postil.storage.safe_files import portable_name_fault

_LONGEST_NAME = 100


class AnnotatorNames:
    """Gives each annotator a name of their own: theirs, if a directory can have it, else one as near to it as can be.

    Two annotators are never given the same name, and none a new one that is another's but for case. ``repaired``: where it is
    said who is called otherwise. ``originals``: how the source calls them, by the name given.
    """

    def __init__(self, unnamed: str, repaired: Losses) -> None:
        self._repaired = repaired
        self._given = {"": unnamed, unnamed: unnamed}
        self._taken = {unnamed}
        self._folded = {unnamed.casefold()}
        self.originals: dict[str, str] = {}

    def of(self, original: str, place: str) -> str:
        """The name of an annotator whom the source calls so; ``place``: where it does."""
        name = self._given.get(original)
        if name is None:
            name = self._given[original] = self._fresh(original)
            self._taken.add(name)
            self._folded.add(name.casefold())
            self.originals[name] = original
            if name != original:
                self._repaired.add("annotators whose names no set can have", f"{place}: {original} is now {name}")
        return name

    def _fresh(self, original: str) -> str:
        digest = hashlib.sha256(original.encode()).hexdigest()[:8]
        name = portable(original.replace("/", "-"))
        if portable_name_fault(name):
            return f"annotator-{digest}"
        is_taken = name in self._taken or (name != original and name.casefold() in self._folded)
        return f"{name}-{digest}" if is_taken else name


_SPELLED = str.maketrans({
    "ß": "ss", "ẞ": "SS", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D",
    "ð": "d", "Ð": "D", "þ": "th", "Þ": "TH", "ħ": "h", "Ħ": "H", "ı": "i",
})  # fmt: skip
"""Letters of the Latin script that are no other with a mark."""


def portable(name: str) -> str:
    """A name as every file system can have it: its letters without accents, what is left over as ``-``; empty for nothing."""
    parts = [re.sub(r"[^A-Za-z0-9_.-]+", "-", part).strip("-.")[:_LONGEST_NAME] for part in _spelled(name).split("/")]
    return "/".join(part for part in parts if part)


def has_lost_letters(name: str) -> bool:
    """Whether a portable name has not all letters and digits of this one, but for what marks them."""
    is_long = any(len(part) > _LONGEST_NAME for part in name.split("/"))
    return is_long or any(not one.isascii() and one.isalnum() for one in _spelled(name))


def _spelled(name: str) -> str:
    spelled = unicodedata.normalize("NFKD", name.translate(_SPELLED).replace("\\", "/"))
    return "".join(character for character in spelled if not unicodedata.combining(character))
