"""A dataset of the Hub as a directory here: its card and its tables, and of an export of a corpus that corpus's own files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Any

from postil.exchange.sources import Source
from postil.formats.hf.configs.documents import CONFIG as DOCUMENTS
from postil.formats.hf.hub.client import HubRefused, client, plain_errors, refuse_outside
from postil.formats.hf.layout import CORPUS_FILES
from postil.formats.hf.reading.complete import LISTS, is_shard
from postil.formats.hf.reading.places import SAVED, tables_among
from postil.formats.hf.reading.tables import CARD, INFOS
from postil.formats.hf.receipt import NAME as RECEIPT
from postil.storage.held_directory import held_directory, temporary


@contextmanager
def downloaded(repository: str, options: dict[str, Any]) -> Iterator[Path]:
    """A temporary directory with what an import reads of a dataset, in one version of it."""
    with held_directory(temporary(), "postil-hub") as there:
        target = there.joinpath(*repository.split("/"))
        target.mkdir(parents=True)
        try:
            with plain_errors(repository):
                _fill(target, repository, options)
        except HubRefused as error:
            raise HubRefused(f"there is no {repository} here, and {error}") from error
        yield target


def _fill(target: Path, repository: str, options: dict[str, Any]) -> None:
    """Download into ``target``, the card first, which says what else is needed."""
    api = client()
    where: dict[str, Any] = {"repo_id": repository, "repo_type": "dataset"}
    head = api.repo_info(**where, revision=options.get("revision") or None).sha
    paths = api.list_repo_files(**where, revision=head)
    refuse_outside(paths)

    def get(wanted: Iterable[str]) -> None:
        if patterns := [_literal(path) for path in wanted]:
            api.snapshot_download(**where, revision=head, local_dir=str(target), allow_patterns=patterns)

    get({CARD} & set(paths))
    get(_wanted(target, paths, str(options.get("config") or "")))


def _wanted(target: Path, paths: list[str], config: str) -> list[str]:
    """The files that are needed beside the card."""
    exported = [path for path in paths if is_shard(path)]
    if exported and RECEIPT in paths and config in ("", DOCUMENTS.name):
        return [*exported, *((CORPUS_FILES.keys() | LISTS.keys()) & set(paths))]
    tables = tables_among(paths, Source(target).get(CARD), config)
    beside = [path for path in paths if PurePosixPath(path).name in (*SAVED, INFOS)]
    return [*tables, *beside] if tables else [path for path in paths if path.endswith(".py")]


def _literal(path: str) -> str:
    """A pattern that only this path matches."""
    return "".join(f"[{character}]" if character in "*?[" else character for character in path)
