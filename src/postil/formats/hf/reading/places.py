"""Which files of a dataset are tables, and of which config and split: by its card, by how it was saved, by their names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath
from typing import Any

import msgspec

from postil.errors import PostilError, UnreadableFile
from postil.exchange.safe_json import read_json
from postil.exchange.sources import File, Source
from postil.formats.hf.reading.names import front_matter
from postil.formats.hf.reading.rows import SUFFIXES

SAVED = ("dataset_dict.json", "dataset_info.json", "state.json")
"""What lies beside the tables of a dataset that ``save_to_disk`` wrote."""

_BESIDE = re.compile(r"(.*/)?((dataset_infos?|dataset_dict|state|croissant|config|label.*|postil-export)\.json|splits\.jsonl)")
_NUMBERED = re.compile(r"(\w+?)-\d+-of-\d+(-\w+)?")
_CACHED = re.compile(r".+-(\w+?)(-\d+-of-\d+)?")  # squad-train.arrow
_MADE = re.compile(r"(.*/)?cache-[0-9a-f]+(_\d+_of_\d+)?\.arrow")  # what map and filter leave in a cache
_SPLITS = frozenset({"train", "training", "validation", "valid", "val", "dev", "test", "testing", "eval", "evaluation"})
_STEM = re.compile(r"(\w+?)(-\d+-of-\d+(-\w+)?)?")
_GLOB = re.compile(r"\*\*/|\*\*|\*|\?|\[[^\]]+\]|[^*?\[]+|\[")


class Place(msgspec.Struct, frozen=True):
    """Where a table belongs. ``config``: empty for the only one. ``split``: empty where the file is not called as one."""

    config: str = ""
    split: str = ""


def stem_of(path: str) -> str:
    """What a file of a split would be called after: ``part1`` of ``data/part1-00000-of-00002.parquet``."""
    found = _STEM.fullmatch(PurePosixPath(_without_suffix(path)).name)
    return found[1] if found else ""


def is_table(path: str) -> bool:
    """Whether a file may be a table of data."""
    return path.lower().removesuffix(".gz").endswith(SUFFIXES) and not _BESIDE.fullmatch(path)


def tables_among(paths: Iterable[str], card: File | None, wanted: str, source: Source | None = None) -> dict[str, Place]:
    """The tables of the config that is ``wanted``, else of the default one.

    ``source``: where files are that say what was saved where. Raises :class:`~postil.errors.PostilError` where there is no such
    config, or it cannot be told which of several is meant.
    """
    paths = list(paths)
    if configs := _configs_of(card):
        return _as_said(configs, [path for path in paths if is_table(path)], wanted)
    saved = _saved(source) if source else {}
    apart = {f"{PurePosixPath(path).parent.as_posix()}/" for path in saved}
    others = [path for path in paths if is_table(path) and not path.startswith(tuple(apart)) and "./" not in apart]
    made = [path for path in others if _MADE.fullmatch(path)]
    found = {**saved, **{path: _as_called(path) for path in others if path not in made or len(made) == len(others)}}
    return _of_one(found, wanted)


def config_of(card: File | None, wanted: str) -> str:
    """The name of the config that is wanted, else of the default one, by the card; empty where this says nothing."""
    configs = _configs_of(card)
    return _chosen(configs, wanted) if configs else wanted


def _configs_of(card: File | None) -> dict[str, dict[str, Any]]:
    said = front_matter(card).get("configs") if card else None
    listed = [one for one in said if isinstance(one, dict)] if isinstance(said, list) else []
    return {str(one.get("config_name", "default")): one for one in listed}


def _chosen(configs: dict[str, dict[str, Any]], wanted: str) -> str:
    default = next((name for name, one in configs.items() if one.get("default")), "default")
    name = wanted or (default if default in configs else next(iter(configs)) if len(configs) == 1 else "")
    if not name:
        raise _which(configs)
    if name not in configs:
        raise PostilError(f"there is no config {name}: there are {', '.join(configs)}")
    return name


def _which(configs: Iterable[str]) -> PostilError:
    return PostilError(f"there are several configs, and none is the default: --config says which: {', '.join(sorted(configs))}")


def _as_said(configs: dict[str, dict[str, Any]], paths: list[str], wanted: str) -> dict[str, Place]:
    """The files of a config of the card."""
    name = _chosen(configs, wanted)
    config = configs[name]
    root = str(config.get("data_dir") or "").strip("./")
    patterns = list(_patterns(config.get("data_files"))) or [("", "**")]
    if elsewhere := next((pattern for _, pattern in patterns if "://" in pattern), ""):
        raise PostilError(f"the files of the config {name} are elsewhere ({elsewhere}): download them, and import those")
    found: dict[str, Place] = {}
    for split, pattern in patterns:
        matches = _matcher(f"{root}/{pattern}" if root else pattern)
        found.update({path: Place(name, split or _as_called(path).split) for path in paths if matches.fullmatch(path)} | found)
    return found


def _patterns(data_files: Any, split: str = "") -> Iterator[tuple[str, str]]:
    """Patterns of files, each with its split."""
    if isinstance(data_files, str):
        yield split, data_files.removeprefix("./")
    elif isinstance(data_files, list):
        for one in data_files:
            yield from _patterns(one, split)
    elif isinstance(data_files, dict) and "path" in data_files:
        yield from _patterns(data_files["path"], str(data_files.get("split") or split))
    elif isinstance(data_files, dict):
        for name, one in data_files.items():
            yield from _patterns(one, str(name))


def _matcher(pattern: str) -> re.Pattern[str]:
    """A glob in which ``*`` stays within a directory, as an expression."""
    known = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}

    def piece(found: re.Match[str]) -> str:
        text = found[0]
        if text.startswith("[") and len(text) > 1:
            return text.replace("\\", "\\\\").replace("[!", "[^")
        return known.get(text) or re.escape(text)

    return re.compile(_GLOB.sub(piece, pattern), re.DOTALL)


def _as_called(path: str) -> Place:
    """The config and split of a file by its name, or by that of its directory."""
    *directories, name = PurePosixPath(_without_suffix(path)).parts
    if path.lower().endswith(".arrow") and (cached := _CACHED.fullmatch(name)) and cached[1] in _SPLITS:
        return Place("/".join(directories), cached[1])
    numbered = _NUMBERED.fullmatch(name)
    split = numbered[1] if numbered and not path.lower().endswith(".arrow") else name if name in _SPLITS else ""
    if not split and directories and directories[-1] in _SPLITS:
        split = directories.pop()
    return Place("/".join(directories), split)


def _without_suffix(path: str) -> str:
    return PurePosixPath(path.removesuffix(".gz")).with_suffix("").as_posix()


def _saved(source: Source) -> dict[str, Place]:
    """The files that ``save_to_disk`` wrote, by what it says of them. Raises where one is missing."""
    found = {}
    dicts = {PurePosixPath(path).parent for path in source.all_files if PurePosixPath(path).name == "dataset_dict.json"}
    for path, file in source.all_files.items():
        place = PurePosixPath(path).parent
        file.is_accounted_for |= PurePosixPath(path).name in SAVED
        if PurePosixPath(path).name != "state.json":
            continue
        is_split = place.parent in dicts and place != place.parent
        state = read_json(file)
        listed = state.get("_data_files") if isinstance(state, dict) else None
        for name in _names(listed, file):
            data = (place / name).as_posix()
            if data not in source.all_files:
                raise UnreadableFile(file.shown, f"names {name}, which is missing: the dataset was not saved whole")
            split = place.name if is_split else str(state.get("_split") or "")
            found[data] = Place((place.parent if is_split else place).as_posix().removeprefix("."), split)
    for root in dicts:
        file = source.all_files[(root / "dataset_dict.json").as_posix()]
        said = read_json(file)
        for split in said.get("splits") or () if isinstance(said, dict) else ():
            if (root / str(split) / "state.json").as_posix() not in source.all_files:
                raise UnreadableFile(file.shown, f"names the split {split}, which is missing: the dataset was not saved whole")
    return found


def _names(listed: Any, file: File) -> list[str]:
    names = [one.get("filename") for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
    if not all(isinstance(name, str) for name in names):
        raise UnreadableFile(file.shown, "not as datasets writes it: _data_files has no names")
    return [str(name) for name in names]


def _of_one(found: dict[str, Place], wanted: str) -> dict[str, Place]:
    """The files of one config, where none is said: the whole, unless a split is there in several directories."""
    if wanted:
        inside = {path: place for path, place in found.items() if f"{place.config}/".startswith(f"{wanted}/")}
        if not inside and found:
            known = sorted({place.config for place in found.values()} - {""})
            raise PostilError(f"there is no config {wanted}" + (f": there are {', '.join(known)}" if known else ""))
        return inside
    homes: dict[str, set[str]] = {}
    for place in found.values():
        homes.setdefault(place.split, set()).add(place.config)
    if several := next((there for split, there in homes.items() if split and len(there) > 1), set()):
        raise _which({place.config for place in found.values()} if "" not in several else several)
    return found
