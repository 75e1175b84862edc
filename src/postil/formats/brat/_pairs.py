"""The documents of a source: each a text with the files of what is said about it, and whose they are."""

from __future__ import annotations

import msgspec

from postil.errors import PostilError
from postil.exchange.incoming import Incoming
from postil.exchange.sources import File
from postil.formats.brat._configuration import ANNOTATORS_MARK

_ANNOTATION_SUFFIXES = (".ann", ".a1", ".a2", ".rel", ".co")  # all but the first: one document's, in parts


class Pair(msgspec.Struct, frozen=True):
    """A document: its text, and the files of what is said about it."""

    name: str
    text: File
    annotations: tuple[File, ...]


def by_document(pairs: list[Pair], incoming: Incoming) -> dict[str, list[tuple[str, Pair]]]:
    """The pairs of each document, each with its annotator where a directory says who that is."""
    which = incoming.options.get("annotators") or "marked"
    marked = [] if which != "marked" else _marked_directories(incoming)
    found: dict[str, list[tuple[str, Pair]]] = {}
    for pair in pairs:
        *directories, name = pair.name.split("/")
        at = {"outermost": 0, "innermost": len(directories) - 1}.get(which, -1)
        if which == "marked":
            depths = [len(one) for one in marked if directories[: len(one)] == one]
            at = max(depths, default=-1)
        annotator = directories.pop(at) if 0 <= at < len(directories) else ""
        found.setdefault("/".join([*directories, name]), []).append((annotator, pair))
    return found


def _marked_directories(incoming: Incoming) -> list[list[str]]:
    """The directories, in parts, whose annotation.conf says that those in them are annotators."""
    source = incoming.source
    files = source.all_files.items() if source.is_directory else ()
    return [
        path.split("/")[:-1]
        for path, file in files
        if path.rpartition("/")[2] == "annotation.conf" and ANNOTATORS_MARK.encode() in file.read()
    ]


def pairs_of(incoming: Incoming) -> list[Pair]:
    """The texts of a source that have annotations. What else is there is counted."""
    source = incoming.source
    if source.is_directory:
        found = dict(source.all_files)
    else:
        stem = source.path.name.removesuffix(".gz").rpartition(".")[0]
        names = [source.path.name, *(stem + suffix for suffix in (".txt", *_ANNOTATION_SUFFIXES))]
        found = {name: file for name in names if (file := source.get(name))}
    stems: dict[str, dict[str, File]] = {}
    for path, file in found.items():
        stem, dot, suffix = path.removesuffix(".gz").rpartition(".")
        if (end := dot + suffix.lower()) in (".txt", *_ANNOTATION_SUFFIXES):
            stems.setdefault(stem, {})[end] = file
            file.is_accounted_for = True  # read, or counted here
    pairs = [_pair(stem, files) for stem, files in stems.items() if ".txt" in files and len(files) > 1]
    for stem, files in stems.items():
        if ".txt" not in files:
            incoming.losses.add("annotations without a text", next(iter(files.values())).shown, stops=bool(pairs))
        elif len(files) == 1:
            incoming.losses.add("texts without annotations", f"{files['.txt'].shown}: no {stem}.ann", stops=False)
        if ".ann" in files:
            for suffix in files.keys() - {".txt", ".ann"}:
                incoming.losses.add("parts of annotations beside an .ann, which is the whole", files[suffix].shown, stops=False)
    if not pairs:
        raise PostilError(f"{source.path}: there is no .ann with a .txt of the same name beside it, which is what brat writes")
    return pairs


def _pair(stem: str, files: dict[str, File]) -> Pair:
    parts = [files[suffix] for suffix in _ANNOTATION_SUFFIXES if suffix in files]
    return Pair(stem, files[".txt"], tuple(parts[:1] if ".ann" in files else parts))
