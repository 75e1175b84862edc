from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from postil.cli._command import open_directory, postil_command, start_directory

if TYPE_CHECKING:
    from postil.storage.directory import CorpusDirectory

_METADATA = ("title", "publisher", "published", "language", "genre", "url", "group")


@postil_command("Make a corpus")
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option("--id", "id_", metavar="ID", help="The document's id, for one FILE; else the file's name without its suffix.")
@click.option("--into", default="", metavar="DIR", help="The directory of the new ids, such as news.")
@click.option("--encoding", metavar="NAME", help="What the files are encoded in, when it is not UTF-8.")
@click.option("--title", help="Metadata, as the options below.")
@click.option("--author", "authors", multiple=True, help="May be given several times.")
@click.option("--publisher")
@click.option("--published", metavar="DATE", help="2022-09-08, 2022-09, 2022, or 2022-09~ for about then.")
@click.option("--language", metavar="TAG", help="A language tag, such as en or zh-Hant.")
@click.option("--genre")
@click.option("--url")
@click.option("--group", help="Documents of one group always share a split.")
@click.option("--rights-holder", metavar="NAME")
@click.option("--licence", metavar="SPDX", help="An SPDX id, or LicenseRef- and a name.")
@click.option("--redistribute/--no-redistribute", default=None, help="Whether the text may be passed on.")
def command(files: tuple[str, ...], id_: str | None, into: str, encoding: str | None, **values: object) -> int:
    """Bring texts into the corpus.

    Each FILE becomes a document: decoded as UTF-8, brought to NFC with line ends of \\n and a newline at the end, and
    given a file of metadata. Whatever was changed on the way is said. A document that is there already is never
    overwritten.
    """
    from postil.errors import PostilError, UnsafePath
    from postil.storage.safe_files import document_id_fault
    from postil.storage.text_file import normalise

    if id_ is not None and len(files) > 1:
        raise click.UsageError("--id names one document: give one FILE")
    directory = open_directory()
    metadata = _metadata(values)
    documents = directory.inventory.documents
    taken = {document.casefold(): document for document, paths in documents.items() if paths.text or paths.metadata}
    plans: dict[str, str] = {}
    planned: set[str] = set()
    for file in files:
        path = start_directory() / file
        id_or_stem = "/".join(filter(None, (into.strip("/"), id_ if id_ is not None else path.stem)))
        fault = document_id_fault(id_or_stem)
        if fault:
            raise UnsafePath(f"{id_or_stem!r} cannot be a document id: {fault}. Choose one with --id")
        if id_or_stem.casefold() in planned:
            raise PostilError(f"two of the files would be document {id_or_stem}: add them one by one with --id")
        there = taken.get(id_or_stem.casefold())
        if there:
            raise PostilError(f"there is a document {there}: nothing was overwritten. Choose another id with --id")
        normalise(file, _read(path, directory), encoding)  # whatever is wrong is said before anything is written
        plans[id_or_stem] = file
        planned.add(id_or_stem.casefold())
    for document, file in plans.items():
        normalised = normalise(file, _read(start_directory() / file, directory), encoding)
        _write(directory, document, normalised.text, metadata)
        click.echo(f"added {document}: {len(normalised.text):,} characters")
        for change in normalised.changes:
            click.echo(f"  {change}")
    if not directory.project.manifest.defaults.rights.licence and not metadata.get("rights"):
        click.echo("Its rights are not stated: fill in [rights] beside the text, or once under [defaults.rights].", err=True)
    return 0


def _read(path: Path, directory: CorpusDirectory) -> bytes:
    from postil.errors import PostilError

    limit = directory.project.manifest.check.max_file_size
    if not path.is_file():
        raise PostilError(f"{path}: there is no such file")
    if path.stat().st_size > limit:
        raise PostilError(f"{path} has {path.stat().st_size:,} bytes, more than max-file-size allows ({limit:,})")
    return path.read_bytes()


def _metadata(values: dict[str, object]) -> dict[str, object]:
    metadata: dict[str, object] = {name: values[name] for name in _METADATA if values[name]}
    if values["authors"]:
        metadata["authors"] = list(values["authors"])  # type: ignore[call-overload]
    rights = {"holder": values["rights_holder"], "licence": values["licence"], "redistribute": values["redistribute"]}
    metadata["rights"] = {name: value for name, value in rights.items() if value is not None}
    _refuse_invalid(metadata)
    return metadata


def _refuse_invalid(metadata: dict[str, object]) -> None:
    from postil.errors import PostilError
    from postil.manifest import Metadata, Rights, metadata_faults

    said = {name: metadata[name] for name in ("published", "language", "url") if name in metadata}
    rights = metadata["rights"]
    assert isinstance(rights, dict)
    for path, message in metadata_faults(Metadata(**said, rights=Rights(**rights))):  # type: ignore[arg-type]
        raise PostilError(f"{'.'.join(path)}: {message}")
    for value in map(str, metadata.values()):
        if any("\ud800" <= character <= "\udfff" for character in value):
            raise PostilError(f"{value!a} holds bytes that are no UTF-8")


def _write(directory: CorpusDirectory, document: str, text: str, metadata: dict[str, object]) -> None:
    import tomlkit

    order = ("title", "authors", *_METADATA[1:], "rights")
    table = tomlkit.document()
    for name in order:
        if metadata.get(name):
            table[name] = metadata[name]
    # the text first: a text without metadata is found and finished, metadata without a text would block the next try
    directory.write(f"corpus/{document}.txt", text.encode())
    directory.write(f"corpus/{document}.toml", tomlkit.dumps(table).encode())
