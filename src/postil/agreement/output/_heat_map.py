"""The confusion of a layer as a table with shaded cells."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from postil.agreement.output._differences import Matrix, matrix, sides
from postil.agreement.output._markup import name, paragraph, said
from postil.agreement.output._words import nothing
from postil.agreement.report import LayerReport
from postil.text import counted

MOST_LABELS = 80
_MANY = 16  # labels, which need smaller cells


def heat_map(layer: LayerReport, annotators: Sequence[str]) -> Iterator[str]:
    """Rows are one annotator's labels, columns the other's; the last of each are spans that the other has alone."""
    found = matrix(layer.confusion, MOST_LABELS)
    one, other = sides(annotators)
    many = " many" if len(found.labels) > _MANY else ""
    yield paragraph(_explanation(found, one, other), "faint")
    caption = f"<caption>{name(one)} against {name(other)}</caption>"
    yield f'<div class="scroll{many}" tabindex="0"><table class="heat">{caption}<thead>'
    is_alone = any("" in cell and count for cell, count in found.counts.items())
    labels = [*found.labels, *([""] if layer.kind == "span" or is_alone else [])]
    yield f'<tr><td></td><th scope="colgroup" class="whose" colspan="{len(labels)}">{name(other)}</th></tr>'
    yield f'<tr><th scope="col">{name(one)}</th>'
    kind = layer.kind
    heads = (
        f'<th scope="col" title="{_plain(each, kind)}"><div class="label">{_label(each, kind)}</div></th>' for each in labels
    )
    yield "".join(heads)
    yield "</tr></thead><tbody>"
    for label in labels:
        cells = "".join(_cell(found, label, met) for met in labels)
        yield f'<tr><th scope="row" title="{_plain(label, kind)}">{_label(label, kind)}</th>{cells}</tr>'
    yield "</tbody></table></div>"


def _explanation(found: Matrix, one: str, other: str) -> str:
    left_out = f" {counted(found.left_out, 'label')} that are seldom confused or missed are not shown." if found.left_out else ""
    return (
        f"How often each label of {one} (rows) met each of {other} (columns). Bold cells with a border are the same label. "
        f"The deeper a shade, the larger the share of its row; in the last row, of its column.{left_out}"
    )


def _plain(label: str, kind: str) -> str:
    return said(label or nothing(kind))


def _label(label: str, kind: str) -> str:
    return name(label) if label else f'<span class="none">{nothing(kind)}</span>'


def _cell(found: Matrix, one: str, other: str) -> str:
    count = found.counts[one, other]
    if not count:
        return "<td></td>"
    of = found.rows[one] if one else found.columns[other]
    shade = max(round(10 * math.sqrt(count / of)), 1)  # so that what is rare can be seen at all
    return f'<td class="{"alike" if one == other else "unlike"}" style="--s:{shade}">{count:,}</td>'
