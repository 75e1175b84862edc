"""Text files: what ``postil add`` does to a text before it is a document, and what may be wrong with one that is."""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Sequence

import msgspec

from postil.errors import UnreadableFile
from postil.storage.carrying import Carried, composing, removing

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


class TextFile(msgspec.Struct, frozen=True):
    """A document's text as its file holds it. ``text`` is ``None`` where the bytes are not UTF-8 or are too many."""

    path: str
    data: bytes
    text: str | None
    size: int


class Normalised(msgspec.Struct, frozen=True):
    """A text in the corpus's form, and in words everything that was changed to get there.

    ``carried``: where an offset of the decoded text is in it.
    """

    text: str
    changes: tuple[str, ...]
    carried: Carried = lambda offset: offset


def normalise(path: str, data: bytes, encoding: str | None = None) -> Normalised:
    """Decode ``data`` and bring it to the corpus's form: no BOM, ``\\n`` line ends, NFC, a newline at the end.

    Without ``encoding`` it must be UTF-8, or say by a byte-order mark what it is: nothing is guessed.
    """
    changes = []
    mark = next(((bom, name) for bom, name in _BOMS if data.startswith(bom)), None)
    if encoding is None and mark:
        encoding = mark[1]
        changes.append(f"removed the byte-order mark ({encoding.removesuffix('-sig').upper()})")
    text = _decode(path, data, encoding or "utf-8")
    if encoding and not encoding.lower().startswith("utf-8"):
        changes.append(f"decoded from {encoding}")
    normalised = normalise_text(path, text)
    return msgspec.structs.replace(normalised, changes=(*changes, *normalised.changes))


def normalise_text(path: str, text: str) -> Normalised:
    """Bring a text to the corpus's form, as :func:`normalise` does with bytes. ``path`` is what messages call it."""
    if not text.isascii() and any("\ud800" <= character <= "\udfff" for character in set(text)):
        raise UnreadableFile(path, "it holds halves of surrogate pairs, which are no characters")
    if not text.strip():
        raise UnreadableFile(path, "there is no text in it")
    changes: list[str] = []
    steps: list[Carried] = []
    if text.startswith("\ufeff"):
        text = text[1:]
        changes.append("removed the byte-order mark")
        steps.append(removing([0]))
    if "\r" in text:
        returns = [found.start() for found in re.finditer("\r\n", text)]
        changes.append(f"changed line ends to \\n ({len(returns)} CR LF, {text.count(chr(13)) - len(returns)} CR)")
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        steps.append(removing(returns))
    if not unicodedata.is_normalized("NFC", text):
        composed, carried = composing(text) or (unicodedata.normalize("NFC", text), _nowhere)
        changes.append(f"composed characters (NFC): {len(text)} code points became {len(composed)}")
        text = composed
        steps.append(carried)
    if not text.endswith("\n"):
        text += "\n"
        changes.append("added a newline at the end")
    return Normalised(text, tuple(changes), _through(steps))


def _nowhere(_offset: int) -> int | None:
    return None


def _through(steps: Sequence[Carried]) -> Carried:
    def carried(offset: int) -> int | None:
        place: int | None = offset
        for step in steps:
            place = None if place is None else step(place)
        return place

    return carried


def _decode(path: str, data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        column = error.start - (data.rfind(b"\n", 0, error.start) + 1) + 1
        raise UnreadableFile(
            path,
            f"not {encoding.upper().removesuffix('-SIG')}: byte 0x{data[error.start]:02x}. If you know what it is, say so "
            f"with --encoding",
            line,
            column,
        ) from error
    except LookupError as error:
        raise UnreadableFile(path, f"unknown encoding {encoding}") from error
    except UnicodeError as error:
        raise UnreadableFile(path, f"not {encoding}: {error}") from error
