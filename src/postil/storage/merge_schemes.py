"""The scheme that a merge of sets goes by, when every version of it may be as unfinished as the sets are.

Git merges files in any order: the scheme in the working tree may be that of ours, without what theirs added to it, be in conflict
itself, or not be there at all.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec

from postil.errors import PostilError
from postil.scheme import Layer, Scheme
from postil.storage.directory import SCHEME
from postil.storage.git_versions import commits, file_in
from postil.storage.merge_commits import commits_being_merged
from postil.storage.toml_file import TomlFile, parse_toml


def scheme_for_merge(root: Path) -> Scheme | None:
    """The scheme of the working tree or, where that cannot be read, of ours, with what only theirs declares.

    Where neither side has one that can be read it is that of the commit that both come from; ``None`` without any.
    """
    found = [*_standing(root), *_committed(root, ["HEAD", *commits_being_merged(root)])]
    schemes = [file.value for file in sorted(found, key=lambda file: bool(file.faults)) if file.value]
    schemes = schemes or [file.value for file in _committed(root, _bases(root)) if file.value][:1]
    if not schemes:
        return None
    scheme = schemes[0]
    for other in schemes[1:]:
        scheme = _with_additions(scheme, other)
    return scheme


def _standing(root: Path) -> Iterator[TomlFile[Scheme]]:
    try:
        yield parse_toml(Scheme, SCHEME, (root / SCHEME).read_bytes())
    except OSError:
        return


def _committed(root: Path, revisions: list[str]) -> Iterator[TomlFile[Scheme]]:
    try:
        found = file_in(root, list(dict.fromkeys(revisions)), SCHEME)
    except PostilError:
        return
    yield from (parse_toml(Scheme, SCHEME, data) for data in dict.fromkeys(found))


def _bases(root: Path) -> list[str]:
    found = []
    for revision in commits_being_merged(root):
        try:
            found.append(commits(root, [f"HEAD...{revision}"])[0])
        except PostilError:
            continue
    return found


def _with_additions(scheme: Scheme, other: Scheme) -> Scheme:
    """A scheme with the layers, and the attributes of layers, that only the other one has."""
    layers = dict(scheme.layers)
    for name, layer in other.layers.items():
        there: Layer = layers.get(name, layer)
        layers[name] = msgspec.structs.replace(there, attributes={**layer.attributes, **there.attributes})
    return msgspec.structs.replace(scheme, layers=layers)
