"""The text of a WebAnno TSV, which its sentences have in parts."""

from __future__ import annotations

from collections.abc import Iterable

from postil.errors import UnreadableFile
from postil.formats.webanno_tsv.rows import Row, Sentence
from postil.text import Unit, Units

_LARGEST_GAP = 1 << 20
_UNITS: tuple[Unit, ...] = ("utf-16", "code point")


def rebuilt(shown: str, sentences: list[Sentence]) -> tuple[str, Unit]:
    """The text, and the unit in which the tokens are where their offsets say: UTF-16 in files of WebAnno."""
    best: tuple[int, str, Unit] | None = None
    for unit in _UNITS:
        text = _joined(shown, sentences, unit)
        wrong = _misplaced(sentences, text, unit)
        if best is None or wrong < best[0]:
            best = (wrong, text, unit)
        if not wrong:
            break
    assert best
    return best[1], best[2]


def _joined(shown: str, sentences: Iterable[Sentence], unit: Unit) -> str:
    """Each sentence at the offset of its first token: blanks fill a gap, and the end of a line goes where no room is for it."""
    parts: list[str] = []
    length = 0
    for sentence in sentences:
        begin = sentence.rows[0].begin if sentence.rows else length
        if length == begin + 1 and parts:
            parts[-1] = parts[-1][:-1]
            length -= 1
        if begin - length > _LARGEST_GAP:
            raise UnreadableFile(
                shown, f"its sentence would begin {begin - length:,} characters after the last", sentence.rows[0].line, 1
            )
        if length < begin:
            parts.append(" " * (begin - length))
            length = begin
        parts.append(sentence.text)
        length += len(sentence.text) if unit == "code point" else len(sentence.text.encode("utf-16-le", "surrogatepass")) // 2
    return "".join(parts)


def _misplaced(sentences: Iterable[Sentence], text: str, unit: Unit) -> int:
    units = Units(text, unit)
    return sum(not _is_there(row, text, units) for sentence in sentences for row in sentence.rows)


def _is_there(row: Row, text: str, units: Units) -> bool:
    try:
        found = text[units.to_code_points(row.begin) : units.to_code_points(row.end)]
    except ValueError:
        return False
    return found == row.form or found.split() == row.form.split()
