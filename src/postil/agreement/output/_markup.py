"""HTML of text that is not to be trusted: every word of a corpus is escaped, and keeps its direction to itself."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from html import escape

from postil.text import printable

STYLE = """
:root { color-scheme: light dark; --paper: #fff; --ink: #1a1a1a; --faint: #666; --line: #ddd; --soft: #f4f5f7;
  --alike: 0 114 178; --unlike: 213 94 0; }
@media (prefers-color-scheme: dark) { :root { --paper: #16181d; --ink: #e6e6e6; --faint: #a3a3a3; --line: #3a3d45;
  --soft: #1f2229; --alike: 86 180 233; --unlike: 230 130 50; } }
* { box-sizing: border-box; }
body { background: var(--paper); color: var(--ink); font: 15px/1.55 system-ui, sans-serif; max-width: 64rem; margin: 2rem auto;
  padding: 0 1rem; }
h1 { font-size: 1.6rem; line-height: 1.3; margin: 0 0 .6rem; }
h2 { font-size: 1.25rem; margin: 0; overflow-wrap: anywhere; }
h3 { font-size: 1rem; margin: 2rem 0 .4rem; }
caption h3 { color: var(--ink); margin: 1.4rem 0 0; }
h4 { font-size: .9rem; margin: 1.2rem 0 .4rem; }
p { margin: .3rem 0; max-width: 46rem; overflow-wrap: anywhere; }
section { margin-top: 3rem; border-top: 2px solid var(--ink); padding-top: .8rem; }
.faint, figcaption, caption { color: var(--faint); }
.scroll { overflow-x: auto; margin: .6rem 0; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
caption { text-align: left; font-size: .85rem; padding-bottom: .4rem; }
th, td { border-top: 1px solid var(--line); padding: .35rem 1.1rem .35rem 0; text-align: left; vertical-align: top; }
thead th { border-top: 0; border-bottom: 1px solid var(--faint); font-size: .85rem; vertical-align: bottom; }
tbody th code { white-space: nowrap; }
td svg { margin-top: .25rem; }
tbody th { font-weight: 600; overflow-wrap: break-word; max-width: 22rem; }
tbody th:first-child { position: sticky; left: 0; background: var(--paper); }
th.number, td.number { text-align: right; white-space: nowrap; }
td small { display: block; color: var(--faint); font-size: .8rem; }
td.undefined, .none { font-style: italic; color: var(--faint); }
code { font: .9em ui-monospace, monospace; }
svg { display: block; }
svg text { fill: var(--faint); font: 11px system-ui, sans-serif; }
svg .axis { stroke: var(--faint); stroke-width: .6; }
svg .dot { fill: rgb(var(--alike)); stroke: var(--paper); stroke-width: .5; }
svg .band { fill: rgb(var(--alike) / .35); }
svg .whole { stroke: var(--ink); stroke-width: 2; }
.plots { display: grid; grid-template-columns: repeat(auto-fit, minmax(18rem, 1fr)); gap: 1rem 2rem; }
figure { margin: 0; max-width: 34rem; break-inside: avoid; }
figure svg { width: 100%; height: auto; }
figcaption { font-size: .85rem; }
figcaption b { color: var(--ink); }
.heat th, .heat td { padding: .3rem .45rem; border: 1px solid var(--line); }
.heat td { text-align: right; min-width: 2.4rem; }
.heat thead th { vertical-align: bottom; text-align: center; }
.heat thead .whose { text-align: left; }
.heat thead .label { writing-mode: vertical-rl; transform: rotate(180deg); text-align: left; white-space: nowrap;
  max-height: 14rem; overflow: hidden; text-overflow: ellipsis; }
.heat tbody th { white-space: nowrap; max-width: 16rem; overflow: hidden; text-overflow: ellipsis; }
.heat td.alike { background: rgb(var(--alike) / calc(.06 + var(--s) * .055)); font-weight: 700; outline: 1px solid var(--faint);
  outline-offset: -1px; }
.heat td.unlike { background: rgb(var(--unlike) / calc(.06 + var(--s) * .055)); }
.scroll.many { font-size: .72rem; width: calc(100vw - 3rem); margin-left: calc(50% - 50vw + 1.5rem); }
.many .heat th, .many .heat td { padding: .1rem .2rem; min-width: 1.3rem; }
ul.talk { list-style: none; padding: 0; margin: .4rem 0; }
ul.talk > li { border-left: 3px solid var(--line); padding: .1rem 0 .1rem .9rem; margin: .9rem 0; break-inside: avoid; }
ul.talk blockquote { margin: .1rem 0 .5rem; font: 1rem/1.5 Georgia, serif; max-width: 46rem; overflow-wrap: anywhere; }
.chip { border: 1px solid var(--faint); border-radius: .25rem; padding: 0 .35rem; font-size: .8rem; font-weight: 600; }
dt { font-weight: 600; margin-top: .7rem; }
dd { margin: .1rem 0 0 1.2rem; max-width: 46rem; }
a { color: inherit; }
@media print { body { max-width: none; margin: 0; font-size: 10pt; } tr { break-inside: avoid; }
  tbody th:first-child { position: static; } .heat { break-inside: avoid; }
  .scroll, .scroll.many { overflow: visible; width: auto; margin-left: 0; }
  h3, h4 { break-after: avoid; } * { print-color-adjust: exact; } }
"""

# What a page must not hold, and what would turn the text around it too. Marks of direction that stay by themselves may be there.
_REFUSED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")


def said(text: str) -> str:
    """Text, or the value of an attribute in double quotes."""
    return escape(_REFUSED.sub(lambda match: printable(match[0]), text), quote=True)


def name(text: str) -> str:
    """A name in the midst of other words, which keeps its own direction."""
    return f"<bdi>{said(text)}</bdi>"


def paragraph(text: str, kind: str = "") -> str:
    """A paragraph of words."""
    return f'<p class="{kind}">{said(text)}</p>' if kind else f"<p>{said(text)}</p>"


def table(caption: str, headings: Sequence[str], rows: Iterable[Sequence[str]], names: int = 1) -> Iterator[str]:
    """A table of contents that are marked up already, the first ``names`` of each row its headings.

    The other cells hold numbers, and are on the right; a cell that is a whole element is as it says.
    """
    yield f'<div class="scroll" tabindex="0"><table><caption>{caption}</caption><thead><tr>'
    yield "".join(
        heading if heading.startswith("<th") else f'<th scope="col"{_right(at >= names)}>{heading}</th>'
        for at, heading in enumerate(headings)
    )
    yield "</tr></thead><tbody>"
    for row in rows:
        first = "".join(f'<th scope="row">{cell}</th>' for cell in row[:names])
        rest = "".join(cell if cell.startswith("<td") else f"<td{_right(True)}>{cell}</td>" for cell in row[names:])
        yield f"<tr>{first}{rest}</tr>"
    yield "</tbody></table></div>"


def words(text: str, tag: str = "td") -> str:
    """A cell of words, on the left."""
    return f'<th scope="col">{said(text)}</th>' if tag == "th" else f"<td>{said(text)}</td>"


def _right(is_number: bool) -> str:
    return ' class="number"' if is_number else ""
