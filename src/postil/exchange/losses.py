"""What did not come through: how much of which kind, with examples."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from postil.text import counted, quote

_EXAMPLES = 3


class Loss(msgspec.Struct):
    """Things of one kind that were lost. ``stops``: an export asks before it loses such a thing."""

    kind: str
    stops: bool
    count: int = 0
    examples: list[str] = msgspec.field(default_factory=list)


class Losses:
    """A count of losses by kind, in the order in which the kinds came up."""

    def __init__(self) -> None:
        self.by_kind: dict[str, Loss] = {}

    def add(self, kind: str, where: str, shown: str = "", *, stops: bool = True, count: int = 1) -> None:
        """Count one thing, or as many as ``count`` in one place.

        ``where``: the document, or file and line, and the id that it has there; ``shown``: its text.
        """
        loss = self.by_kind.get(kind)
        if loss is None:
            loss = self.by_kind[kind] = Loss(kind, stops)
        loss.count += count
        loss.stops = loss.stops or stops
        if len(loss.examples) < _EXAMPLES:
            loss.examples.append(f"{where} {quote(shown, 40)}" if shown else where)

    def __bool__(self) -> bool:
        return bool(self.by_kind)

    def __iter__(self) -> Iterator[Loss]:
        return iter(self.by_kind.values())

    @property
    def stopping(self) -> list[Loss]:
        """Those that somebody has to agree to."""
        return [loss for loss in self if loss.stops]

    def lines(self) -> Iterator[str]:
        """A table for people: how many, of what, and examples."""
        width = max((len(f"{loss.count:,}") for loss in self), default=0)
        for loss in self:
            yield f"{loss.count:>{width},} {loss.kind}"
            yield from (f"{' ' * width}   {example}" for example in loss.examples)
            if loss.count > len(loss.examples):
                yield f"{' ' * width}   and {counted(loss.count - len(loss.examples), 'more')}".removesuffix("s")
