"""Rows of a question about a text, with the answers that stand in it, as SQuAD has them: rows of one text are one document."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import groupby
from typing import Any

from postil.errors import UnreadableFile
from postil.exchange.drafts import Draft, DraftSet
from postil.formats._flat import is_name
from postil.formats.hf.reading.rows import Row
from postil.formats.hf.reading.tables import NamedTable
from postil.model import Span

LAYER = "answer"

Answer = tuple[int, str]
"""Where an answer begins in the text, and the answer."""


def is_qa(values: dict[str, Any]) -> bool:
    """Whether a row is a question about a text."""
    are_texts = all(isinstance(values.get(name), str) for name in ("context", "question"))
    return are_texts and _answers(values.get("answers")) is not None


def read_qa(table: NamedTable) -> Iterator[Draft]:
    """A draft for each text: a span for each answer, which has the question among its attributes."""
    counts: Counter[str] = Counter()
    for (title, context), several in groupby(table.rows(), lambda row: (row.values.get("title"), row.values.get("context"))):
        rows = list(several)
        if not isinstance(context, str):
            raise UnreadableFile(rows[0].place, "a question without its context")
        called = str(title) if is_name(title) else table.file.name
        counts[called] += 1
        made = DraftSet(spans=[], file=rows[0].place)
        unanswered = [row.values["question"] for row in rows if not _add_answers(row, made.spans)]
        metadata = {"split": table.split, "title": title or "", **({"unanswered": unanswered} if unanswered else {})}
        name = f"{called}-{counts[called]}"
        yield Draft(name, context, [made], metadata, None, rows[0].place, split=table.published_split)


def _add_answers(row: Row, spans: list[Span]) -> int:
    """Add a span for each answer of a row, which several people may have given alike; says how many."""
    answers = _answers(row.values.get("answers"))
    if answers is None:
        raise UnreadableFile(row.place, "answers are no list of text and answer_start")
    about = {"question": row.values.get("question"), "question_id": row.values.get("id")}
    known = {name: value for name, value in about.items() if value is not None}
    different = dict.fromkeys(answers)
    for start, text in different:
        spans.append(Span(f"a{len(spans) + 1}", LAYER, LAYER, start, start + len(text), text, attributes=known))
    return len(different)


def _answers(said: Any) -> list[Answer] | None:
    """The answers, in either way that there is to write them; ``None`` where these are none."""
    if isinstance(said, dict) and all(isinstance(one, list) for one in said.values()):
        found = list(zip(said.get("answer_start", [None]), said.get("text", []), strict=False))
        is_whole = {"answer_start", "text"} <= said.keys() and len(found) == len(said["text"]) == len(said["answer_start"])
    elif isinstance(said, list):
        found = [(one.get("answer_start"), one.get("text")) for one in said if isinstance(one, dict)]
        is_whole = len(found) == len(said)
    else:
        return None
    return found if is_whole and all(isinstance(at, int) and isinstance(text, str) for at, text in found) else None
