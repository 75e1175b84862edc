"""What did not come through: how much of which kind, with examples."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

import msgspec

from postil.text import quote

_EXAMPLES = 3


class Loss(msgspec.Struct):
    """Things of one kind that were lost. ``stops``: an export asks before it loses such a thing.

    ``causes``: what nobody has agreed to go without, and these things went with it.
    """

    kind: str
    stops: bool
    count: int = 0
    examples: list[str] = msgspec.field(default_factory=list)
    causes: list[str] = msgspec.field(default_factory=list)


class Losses:
    """A count of losses by kind, in the order in which the kinds came up.

    ``cause``: what everything that is added now is lost for; ``agreed``: the causes that somebody agreed to, for which nothing
    stops, whatever went.
    """

    def __init__(self, agreed: Collection[str] = ()) -> None:
        self.by_kind: dict[str, Loss] = {}
        self.agreed = agreed
        self.cause = ""

    def add(self, kind: str, where: str, shown: str = "", *, stops: bool = True, count: int = 1) -> None:
        """Count one thing, or as many as ``count`` in one place.

        ``where``: the document, or file and line, and the id that it has there; ``shown``: its text.
        """
        loss = self.by_kind.get(kind)
        if loss is None:
            loss = self.by_kind[kind] = Loss(kind, stops=False)
        if stops and self.cause not in self.agreed:
            loss.stops = True
            if self.cause and self.cause not in loss.causes:
                loss.causes.append(self.cause)
        loss.count += count
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
        yield from self._table(self)

    def lines_to_agree(self) -> Iterator[str]:
        """The same of what somebody has to agree to, each kind with the options that do, and then of the rest."""
        yield from self._table(self.stopping, with_causes=True)
        others = [loss for loss in self if not loss.stops]
        if others:
            yield "Besides, which stops no export:"
            yield from self._table(others)

    def _table(self, losses: Iterable[Loss], *, with_causes: bool = False) -> Iterator[str]:
        width = max((len(f"{loss.count:,}") for loss in self), default=0)
        for loss in losses:
            causes = " ".join(f"--without {cause}" for cause in loss.causes)
            yield f"{loss.count:>{width},} × {loss.kind}{f': {causes}' if with_causes and causes else ''}"
            yield from (f"{' ' * width}   {example}" for example in loss.examples)
            if loss.count > len(loss.examples):
                yield f"{' ' * width}   and {loss.count - len(loss.examples):,} more"
