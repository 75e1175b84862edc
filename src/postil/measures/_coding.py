"""Codings of items: rows of values, and how often which values occur together.

*Rows* hold for each annotator one value for each item, ``None`` where there is none. In quantities a value stands as JSON, so
that ``1``, ``"1"`` and ``true`` stay three values, while ``1`` and ``1.0`` are one; a set stands as the sorted list of what is in
it.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from itertools import chain, permutations
from typing import Any, TypeVar

Row = Sequence[Any]
Rows = Sequence[Row]
Value = TypeVar("Value", bound=Hashable)

UNPAIRED = "no item has values of two annotators"
SAME_VALUE = "everybody always used the same value, so nothing can be expected by chance"

# Equal values of these types are the same value, but for True == 1.
_PLAIN = frozenset((type(None), str, int, float, bool, frozenset))


def patterns(rows: Rows) -> dict[tuple[str | None, ...], int]:
    """Each combination of values that the annotators gave to an item, rendered, and to how many items.

    Raises :class:`ValueError` where the rows are not of one length, or a value is no JSON value.
    """
    if len({len(row) for row in rows}) > 1:
        raise ValueError("every annotator needs one value (or None) for each item")
    kinds = set(map(type, chain.from_iterable(rows)))
    if kinds <= _PLAIN and not (bool in kinds and kinds & {int, float}):
        rendered: dict[Any, str | None] = {None: None}
        # Counting comes first: millions of items have few combinations of values.
        return {
            tuple(rendered[value] if value in rendered else rendered.setdefault(value, render(value)) for value in values): times
            for values, times in Counter(zip(*rows, strict=True)).items()
        }
    return Counter(zip(*([None if value is None else render(value) for value in row] for row in rows), strict=True))


def render(value: Any) -> str:
    """A value as it stands in quantities."""
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, (set, frozenset)):
        return f"[{', '.join(sorted(map(render, value)))}]"
    if isinstance(value, float):
        if not math.isfinite(value):
            raise ValueError(f"{value} is no value: None stands for one that is missing")
        if value.is_integer():
            return str(int(value))
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def number(rendered: str) -> float:
    """A rendered number. Raises :class:`ValueError` for any other value."""
    value = json.loads(rendered)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise ValueError(f"{rendered} is no number: only the nominal metric is for names")  # noqa: TRY004
    return float(value)


def ordered_pairs(values: Iterable[Value | None]) -> Counter[tuple[Value, Value]]:
    """How many ordered pairs of different annotators gave these two values to one item. ``None`` is no value."""
    return Counter(permutations([value for value in values if value is not None], 2))


def rows_of(table: Sequence[Sequence[int]], values: Sequence[Any] | None = None) -> list[list[Any]]:
    """The two rows behind a contingency table. Its values are 0, 1, 2 … unless named.

    Row ``c`` and column ``k`` of the table say how many items the first annotator called ``c`` and the second ``k``.
    """
    names = range(len(table)) if values is None else values
    cells = [(c, k, times) for c, counts in zip(names, table, strict=True) for k, times in zip(names, counts, strict=True)]
    return [[c for c, _, times in cells for _ in range(times)], [k for _, k, times in cells for _ in range(times)]]
