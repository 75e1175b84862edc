"""How often each label was used, as a bar chart for each layer: SVG that is the same bytes for the same numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from html import escape

from wcwidth import wcswidth, wcwidth

from postil.scheme import Layer, Scheme
from postil.text import counted, printable

_WIDTH, _NAMES, _BARS, _ROW, _TOP = 720, 230, 330, 26, 48
MOST = 50
"""The most labels of a layer that are shown with their counts."""
_COLUMNS = 30  # of a label, as wide as its place is
_COLOUR = re.compile("#[0-9a-fA-F]{6}")

# A ground of its own: a page may be dark while the system is light, and the other way round.
_STYLE = (
    ".paper{fill:#fff;stroke:#d0d7de}.ink{fill:#1f2328}.faint{fill:#59636e}.bar{fill:#4e79a7;stroke:#59636e;stroke-width:.75}"
    "text{font:13px system-ui,sans-serif}.title{font-weight:600;font-size:14px}"
    "@media (prefers-color-scheme:dark){.paper{fill:#0d1117;stroke:#3d444d}.ink{fill:#f0f6fc}.faint{fill:#9198a1}"
    ".bar{stroke:#9198a1}}"
)


def figure_paths(scheme: Scheme) -> dict[str, str]:
    """The path of the figure of each layer that has labels, by the layer's name."""
    named = [name for name, layer in scheme.layers.items() if layer.labels]
    return {name: f"figures/{number}{_plain(name)}.svg" for number, name in enumerate(named, 1)}


def _plain(name: str) -> str:
    plain = re.sub("[^A-Za-z0-9_]+", "-", name).strip("-")[:40]
    return f"-{plain}" if plain else ""


def shown(counts: Mapping[str, int]) -> dict[str, int]:
    """The counts to show: all, in their order, or where there are too many labels those of the most frequent, these first."""
    if len(counts) <= MOST:
        return dict(counts)
    return dict(sorted(counts.items(), key=lambda one: -one[1])[:MOST])


def figures(scheme: Scheme, counts: Mapping[tuple[str, str], int]) -> Iterator[tuple[str, str]]:
    """The path and the SVG of each figure."""
    for name, path in figure_paths(scheme).items():
        layer = scheme.layers[name]
        yield path, _chart(name, layer, {label: counts.get((name, label), 0) for label in layer.labels})


def _chart(name: str, layer: Layer, counts: dict[str, int]) -> str:
    total, most, those = sum(counts.values()), max(counts.values()), shown(counts)
    rest = len(counts) - len(those)
    others = [f"{rest:,} other labels {total - sum(those.values()):,}"] if rest else []
    height = _TOP + _ROW * (len(those) + len(others)) + 14
    said = "; ".join([*(f"{label} {count:,}" for label, count in those.items()), *others])
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" role="img" aria-labelledby="title desc">',
        f'<title id="title">{_said(f"Labels of the layer {name}")}</title>',
        f'<desc id="desc">{_said(f"How often each label was used, of {total:,} in all: {said}.")}</desc>',
        f"<style>{_STYLE}</style>",
        f'<rect class="paper" x=".5" y=".5" width="{_WIDTH - 1}" height="{height - 1}" rx="6"/>',
        f'<text class="ink title" x="16" y="28">{_said(_fitting(name, 60))}',
        f'<tspan class="faint" font-weight="400">· {counted(total, "annotation")}</tspan></text>',
    ]
    for number, (label, count) in enumerate(those.items()):
        share = f" ({count / total:.1%})" if total else ""
        parts += _row(number, label, count / most if most else 0, f"{count:,}{share}", layer.labels[label].colour)
    parts += [f'<text class="faint" x="{_NAMES + 10}" y="{height - 14}">{line}</text>' for line in others]
    return "\n".join([*parts, "</svg>"]) + "\n"


def _row(number: int, label: str, share: float, amount: str, colour: str) -> Iterator[str]:
    middle = _TOP + _ROW * number + 14
    length = round(_BARS * share, 1)
    fill = f' style="fill:{colour.lower()}"' if _COLOUR.fullmatch(colour) else ""
    yield f'<text class="ink" x="{_NAMES}" y="{middle + 4}" text-anchor="end">{_said(_fitting(label, _COLUMNS))}</text>'
    if length:
        yield f'<rect class="bar"{fill} x="{_NAMES + 10}" y="{middle - 8}" width="{length:g}" height="16" rx="2"/>'
    yield f'<text class="faint" x="{_NAMES + 16 + length:g}" y="{middle + 4}">{amount}</text>'


def _fitting(text: str, columns: int) -> str:
    """The text, or as much of it as has room."""
    shown = printable(text)
    if wcswidth(shown) <= columns:
        return shown
    used, kept = 1, ""
    for character in shown:
        used += max(wcwidth(character), 0)
        if used > columns:
            break
        kept += character
    return f"{kept}…"


def _said(text: str) -> str:
    return escape(printable(text))
