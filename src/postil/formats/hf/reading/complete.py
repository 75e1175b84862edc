"""Whether an export of a corpus is still whole: nothing that an import reads of it is missing, changed, or put beside it."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath
from typing import Any

from postil.errors import PostilError
from postil.exchange.sources import File, Source
from postil.formats.hf.checksums import NAME as SUMS, parsed as parsed_sums
from postil.formats.hf.configs.documents import CONFIG
from postil.formats.hf.layout import CORPUS_FILES
from postil.formats.hf.reading.names import front_matter
from postil.formats.hf.reading.rows import Table
from postil.formats.hf.reading.tables import CARD
from postil.formats.hf.receipt import NAME as RECEIPT, parsed as parsed_receipt
from postil.text import counted, few, listing

LISTS = {RECEIPT: parsed_receipt, SUMS: parsed_sums}
"""The files of an export that list all others with their hashes, and how they are read."""

_NUMBERED = re.compile(r"(.+)-(\d{5})-of-(\d{5})")
_CHUNK = 1 << 20
_NAMED = 5  # missing files that are named


def is_shard(path: str) -> bool:
    """Whether a file is one of those that the corpus is read from."""
    return path.startswith(f"{CONFIG.name}/") and path.endswith(".parquet")


def lists(source: Source) -> dict[str, dict[str, str]]:
    """What each list of the export says that an import needs: files with their hashes."""
    found = {name: parse(file.read()) for name, parse in LISTS.items() if (file := source.get(name))}
    return {
        name: {path: value for path, value in listed.items() if is_shard(path) or path in CORPUS_FILES}
        for name, listed in found.items()
    }


def account_for_own(source: Source) -> None:
    """Note of every file that the export itself made, by its lists, that there is nothing in it to bring along."""
    for name, parse in LISTS.items():
        if (file := source.get(name)) is not None:
            for path in (name, *parse(file.read())):
                if path in source.all_files:
                    source.all_files[path].is_accounted_for = True


def refuse_incomplete(source: Source, tables: list[Table]) -> None:
    """Raise :class:`~postil.errors.PostilError`, naming every file, where the export is not as it was made."""
    wrong = list(dict.fromkeys(_against_lists(source))) or [*_against_numbers(tables), *_against_card(source, tables)]
    if wrong:
        listed = "\n".join(f"  {line}" for line in wrong)
        raise PostilError(
            f"{source.path} is not the whole export that was made:\n{listed}\nFetch it again; nothing was written. Whoever "
            f"changed it on purpose takes {RECEIPT} and {SUMS} away, and mends the card"
        )


def refuse_gaps(source: Source, tables: Iterable[Table]) -> None:
    """Raise :class:`~postil.errors.PostilError` where a table is missing among those that are numbered."""
    if source.is_directory and (missing := list(_against_numbers(tables))):
        raise PostilError(f"{source.path} is not the whole dataset: {listing(few(missing, _NAMED), 'and')}")


def _against_lists(source: Source) -> Iterator[str]:
    there = {path: file for path, file in source.all_files.items() if is_shard(path) or path in CORPUS_FILES}
    digests = {path: _digest(file) for path, file in there.items()}
    for name, listed in lists(source).items():
        if not any(map(is_shard, listed)):
            continue  # no list of an export with these files
        for path in sorted(listed.keys() - digests.keys()):
            yield f"{path} is missing"
        for path in sorted(listed.keys() & digests.keys()):
            if listed[path] != digests[path]:
                yield f"{path} was changed: its SHA-256 is not the one in {name}"
        for path in sorted(digests.keys() - listed.keys()):
            yield f"{path} is not of this export: {name} does not name it"


def _digest(file: File) -> str:
    digest = hashlib.sha256()
    for chunk in file.chunks(_CHUNK):
        digest.update(chunk)
    return digest.hexdigest()


def _against_numbers(tables: Iterable[Table]) -> Iterator[str]:
    """What the names of the files say: ``train-00000-of-00004``."""
    numbers: dict[tuple[str, str, str], set[int]] = {}
    for table in tables:
        if found := _NUMBERED.fullmatch(table.file.name):
            suffix = table.file.path.removeprefix(table.file.name)
            numbers.setdefault((found[1], found[3], suffix), set()).add(int(found[2]))
    for (start, last, suffix), there in sorted(numbers.items()):
        for number in sorted(set(range(int(last))) - there):
            yield f"{start}-{number:05}-of-{last}{suffix} is missing"


def _against_card(source: Source, tables: Iterable[Table]) -> Iterator[str]:
    """What the card says: how many rows each split has."""
    card = source.get(CARD)
    said = _rows_said(front_matter(card)) if card else {}
    there: Counter[str] = Counter()
    for table in tables:
        name = PurePosixPath(table.file.name).name
        found = _NUMBERED.fullmatch(name)
        there[found[1] if found else name] += table.count
    for split in said.keys() | there.keys() if said else ():
        if said.get(split, 0) != there[split]:
            yield (
                f"{CONFIG.name}: the card says that {split} has {counted(said.get(split, 0), 'row')}, "
                f"and there are {there[split]:,}"
            )


def _rows_said(front: dict[str, Any]) -> dict[str, int]:
    infos = front.get("dataset_info")
    for info in infos if isinstance(infos, list) else []:
        if isinstance(info, dict) and info.get("config_name") == CONFIG.name and isinstance(info.get("splits"), list):
            splits = [one for one in info["splits"] if isinstance(one, dict)]
            return {str(one.get("name")): one["num_examples"] for one in splits if isinstance(one.get("num_examples"), int)}
    return {}
