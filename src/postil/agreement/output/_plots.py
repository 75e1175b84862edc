"""Values as pictures in SVG: a value with its interval as a bar, and the values of documents along a line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from statistics import median

from postil.agreement.output._markup import said
from postil.agreement.output._words import number
from postil.agreement.report import DocumentValue, Estimate, Measured
from postil.text import counted

MOST_DOTS = 100
"""Documents: of more, a plot counts how many have about the same value."""

_BAR, _BAR_HEIGHT = 180, 16  # of a bar
_PLOT, _EDGE, _RADIUS = 480, 12, 3.5  # of a plot, with room for what is at its ends
_LOW, _HIGH = 44, 96  # a plot's room above its line, for few documents or for many
_BINS = 64


class Scale:
    """Where values lie from left to right: from 0, or the least where that is less, to 1."""

    def __init__(self, values: Sequence[float], width: float, edge: float) -> None:
        self.least = min(0.0, *(int(value * 5 - 1) / 5 for value in values if value < 0)) if min(values, default=0) < 0 else 0.0
        self.most = max(1.0, *values) if values else 1.0
        self._start, self._room = edge, width - 2 * edge

    def share(self, value: float) -> float:
        """How far a value is from the least to the most."""
        return (value - self.least) / (self.most - self.least)

    def at(self, value: float) -> str:
        """Its distance from the left."""
        return f"{self._start + self._room * self.share(value):.1f}"

    def ticks(self) -> Iterator[float]:
        """Round values: about five."""
        step = 0.2 if self.least == 0 else 0.5
        first = round(self.least / step + 0.499)
        yield from (at * step for at in range(first, int(self.most / step + 1e-9) + 1))


def bar_scale(estimates: Sequence[Estimate]) -> Scale:
    """One scale for bars that stand below each other."""
    return Scale([end for one in estimates for end in (one.value, one.low) if end is not None], _BAR, 6)


def bar(estimate: Estimate, scale: Scale) -> str:
    """A value and its interval. What it says is in the cells beside it, so nothing reads it aloud."""
    if estimate.value is None:
        return ""
    middle = _BAR_HEIGHT / 2
    band = ""
    if estimate.low is not None and estimate.high is not None:
        width = float(scale.at(estimate.high)) - float(scale.at(estimate.low))
        band = f'<rect class="band" x="{scale.at(estimate.low)}" y="3" width="{width:.1f}" height="10"/>'
    ticks = "".join(_upright("axis", scale.at(end), 5, 11) for end in sorted({scale.least, 0.0, scale.most}))
    drawn = f"{_level(scale, middle)}{ticks}{band}{_upright('whole', scale.at(estimate.value), 1, 15)}"
    return f'<svg width="{_BAR}" height="{_BAR_HEIGHT}" aria-hidden="true">{drawn}</svg>'


def by_document(measured: Measured) -> str:
    """The values of documents as dots, or, of many, as columns; with the value of all of them and its interval."""
    values = [found.value for found in measured.documents if found.value is not None]
    whole = measured.whole
    known = [end for end in (whole.value, whole.low, whole.high) if end is not None] if whole else []
    scale = Scale([*values, *known], _PLOT, _EDGE)
    summary = _summary(measured, values, scale)
    caption = f"<figcaption><b>{said(measured.title)}</b>: {said(summary)}</figcaption>"
    if not values:
        return f"<figure>{caption}</figure>"
    high = _LOW if max(_bins(values, scale).values()) * 2 * _RADIUS < _LOW else _HIGH
    drawn = [*_band(whole, scale, high), *_axis(scale, high), *_marks(measured.documents, scale, high)]
    svg = f'<svg viewBox="0 0 {_PLOT} {high + 22}" role="img" aria-label="{said(measured.title)}: {said(summary)}">'
    return f"<figure>{svg}{''.join(drawn)}</svg>{caption}</figure>"


def _summary(measured: Measured, values: Sequence[float], scale: Scale) -> str:
    lacking = len(measured.documents) - len(values)
    parts = []
    if len(values) == 1:
        parts.append(f"one document, {number(values[0])}")
    elif values:
        spread = f"from {number(min(values))} to {number(max(values))}, half of them {number(median(values))} or more"
        parts.append(f"{counted(len(values), 'document')} {spread}")
    if lacking:
        parts.append(f"{counted(lacking, 'document')} where it is undefined")
    if len(values) > MOST_DOTS:
        parts.append(f"binned, the highest column is {counted(max(_bins(values, scale).values()), 'document')}")
    return "; ".join(parts) + "."


def _band(whole: Estimate | None, scale: Scale, high: int) -> Iterator[str]:
    if whole and whole.low is not None and whole.high is not None:
        width = float(scale.at(whole.high)) - float(scale.at(whole.low))
        yield f'<rect class="band" x="{scale.at(whole.low)}" y="0" width="{width:.1f}" height="{high}"/>'
    if whole and whole.value is not None:
        yield _upright("whole", scale.at(whole.value), 0, high)


def _axis(scale: Scale, high: int) -> Iterator[str]:
    yield _level(scale, high)
    for tick in scale.ticks():
        yield _upright("axis", scale.at(tick), high, high + 5)
        yield f'<text x="{scale.at(tick)}" y="{high + 17}" text-anchor="middle">{tick:.1f}</text>'


def _level(scale: Scale, y: float) -> str:
    return f'<line class="axis" x1="{scale.at(scale.least)}" x2="{scale.at(scale.most)}" y1="{y}" y2="{y}"/>'


def _upright(kind: str, x: str, top: float, bottom: float) -> str:
    return f'<line class="{kind}" x1="{x}" x2="{x}" y1="{top}" y2="{bottom}"/>'


def _bins(values: Sequence[float], scale: Scale) -> Counter[int]:
    return Counter(min(int(scale.share(value) * _BINS), _BINS - 1) for value in values)


def _marks(documents: Sequence[DocumentValue], scale: Scale, high: int) -> Iterator[str]:
    found = [(one.document, one.value) for one in documents if one.value is not None]
    bins = _bins([value for _, value in found], scale)
    tallest = max(bins.values(), default=1)
    if len(found) > MOST_DOTS:
        yield from (_column(place, count / tallest, scale, high) for place, count in sorted(bins.items()))
        return
    step = min(2 * _RADIUS, (high - 2 * _RADIUS) / max(tallest - 1, 1))
    stacked: Counter[int] = Counter()
    for name, value in found:
        place = next(iter(_bins([value], scale)))
        y = high - _RADIUS - step * stacked[place]
        stacked[place] += 1
        tip = f"<title>{said(name)}: {number(value)}</title>"
        yield f'<circle class="dot" cx="{scale.at(value)}" cy="{y:.1f}" r="{_RADIUS}">{tip}</circle>'


def _column(place: int, share: float, scale: Scale, high: int) -> str:
    left, right = (float(scale.at(scale.least + (scale.most - scale.least) * at / _BINS)) for at in (place, place + 1))
    height = max(share * (high - 4), 1)  # one document among many can still be seen
    width = right - left - 0.5
    return f'<rect class="dot" x="{left:.1f}" y="{high - height:.1f}" width="{width:.1f}" height="{height:.1f}"/>'
