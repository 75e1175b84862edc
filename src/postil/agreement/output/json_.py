"""Agreement as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator

import msgspec

from postil.agreement.output import Output, View, encodable
from postil.agreement.report import Report


def _lines(report: Report, _view: View) -> Iterator[str]:
    # A name that no encoding has (of a directory b"\xff") stands as JSON writes it: "\udcff".
    yield encodable(json.dumps(msgspec.to_builtins(report), indent=2, ensure_ascii=False))


OUTPUT = Output("json", "everything, as one JSON object", _lines)
