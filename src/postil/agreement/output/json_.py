"""Agreement as JSON."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from postil.agreement.output import Output, View
from postil.agreement.report import Report


def _lines(report: Report, _view: View) -> Iterator[str]:
    yield msgspec.json.format(msgspec.json.encode(report), indent=2).decode()


OUTPUT = Output("json", "everything, as one JSON object", _lines)
