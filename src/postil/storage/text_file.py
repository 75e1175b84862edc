"""Text files: what ``postil add`` does to a text before it is a document, and what may be wrong with one that is."""

from __future__ import annotations

import codecs
import unicodedata

import msgspec

from postil.errors import UnreadableFile

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
    """A text in the corpus's form, and in words everything that was changed to get there."""

    text: str
    changes: tuple[str, ...]


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
    if any("\ud800" <= character <= "\udfff" for character in set(text)):
        raise UnreadableFile(path, f"{encoding} gives halves of surrogate pairs, which are no characters")
    if not text.strip():
        raise UnreadableFile(path, "there is no text in it")
    if encoding and not encoding.lower().startswith("utf-8"):
        changes.append(f"decoded from {encoding}")
    if text.startswith("\ufeff"):
        text = text[1:]
        changes.append("removed the byte-order mark")
    if "\r" in text:
        crlf = text.count("\r\n")
        changes.append(f"changed line ends to \\n ({crlf} CR LF, {text.count(chr(13)) - crlf} CR)")
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    composed = unicodedata.normalize("NFC", text)
    if composed != text:
        changes.append(f"composed characters (NFC): {len(text)} code points became {len(composed)}")
        text = composed
    if not text.endswith("\n"):
        text += "\n"
        changes.append("added a newline at the end")
    return Normalised(text, tuple(changes))


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
