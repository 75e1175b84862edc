"""The files of an export of doccano: which of them have records, and the records, whatever they are written in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from pathlib import PurePosixPath
from typing import Any

from postil.errors import UnreadableFile
from postil.exchange.incoming import Incoming
from postil.exchange.safe_json import read_json_records, whole
from postil.exchange.sources import File
from postil.formats._tables import Table

_LOOKED_AT = 100  # lines of a text that may be fastText's
_FAST_TEXT = re.compile(r"__label__(\S+) ?")
Records = Iterator[tuple[int, dict[str, Any]]]


def has_records(file: File, incoming: Incoming) -> bool:
    """Whether a file has records that can be read. One that is not of doccano is an error only where it is the only one."""
    if file.path.endswith("_config.json"):
        return False
    with incoming.noting_unreadable():
        return _is_of_doccano(file, incoming)
    return False


def _is_of_doccano(file: File, incoming: Incoming) -> bool:
    """Whether a file is not of another kind."""
    why_not = _why_not(file, incoming)
    if why_not and not incoming.source.is_directory:
        raise UnreadableFile(file.shown, f"not of doccano: {why_not}", 1, 1)
    if why_not:
        incoming.losses.add("files that are not of doccano", f"{file.shown}: {why_not}", stops=False)
    return not why_not


def _why_not(file: File, incoming: Incoming) -> str:
    """Why a table, or a text, has no records: any file could be taken for one."""
    suffix, text_key = _suffix(file), incoming.options["text-key"]
    if suffix == ".csv":
        columns = Table(file, incoming.source.encoding).columns
        is_there = text_key in columns or (text_key == "text" and "data" in columns)
        return "" if is_there else f"there is no column {text_key} (--text-key names another)"
    if suffix == ".txt":
        lines = islice(file.lines(incoming.source.encoding), _LOOKED_AT)
        return "" if any(line.startswith("__label__") for _, line in lines) else "no line begins with __label__, as fastText's do"
    return ""


def _suffix(file: File) -> str:
    return PurePosixPath(file.path.removesuffix(".gz")).suffix.lower()


def records_of(file: File, incoming: Incoming) -> Records:
    """The records of a file, each with its line."""
    suffix = _suffix(file)
    if suffix == ".csv":
        for line, row in _of_table(Table(file, incoming.source.encoding), incoming.options["label-key"] or "label"):
            yield line, _with_text(row, incoming.options["text-key"])
    elif suffix == ".txt":
        yield from _of_fast_text(file, incoming)
    else:
        for line, record in read_json_records(file):
            if not isinstance(record, dict):
                raise UnreadableFile(file.shown, "not a record of doccano: an object is wanted", line, 1)
            yield line, _with_text({**record, "id": whole(record.get("id"))}, incoming.options["text-key"])


def _with_text(record: dict[str, Any], text_key: str) -> dict[str, Any]:
    """The record with its text where it is wanted: some versions of doccano call it data."""
    if text_key == "text" and "text" not in record and isinstance(record.get("data"), str):
        return {text_key: record["data"], **{key: value for key, value in record.items() if key != "data"}}
    return record


def _of_table(table: Table, label_key: str) -> Records:
    for line, row in table.rows():
        if row.get(label_key, "").startswith(("[{", "{")):
            raise UnreadableFile(
                table.file.shown, f"the {label_key} is JSON, as in the CSV of Label Studio, not of doccano", line, 1
            )
        labels = [one for one in row.get(label_key, "").split("#") if one]
        yield line, {**row, label_key: labels}


def _of_fast_text(file: File, incoming: Incoming) -> Records:
    for line, text in file.lines(incoming.source.encoding):
        labels, at = [], 0
        while found := _FAST_TEXT.match(text, at):
            labels.append(found[1])
            at = found.end()
        if text.strip():
            yield line, {incoming.options["text-key"]: text[at:], incoming.options["label-key"] or "label": labels}
