"""Whether the Hub and ``datasets`` would take the metadata of a card, and as what its author meant.

Nothing here is about Postil: any card may be given.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from typing import Any

import yaml

from postil import hub_vocabulary as vocabulary
from postil.hub_card import SOURCE_DATASET
from postil.manifest import LANGUAGE, SPLIT_NAME, URL

_FRONT = re.compile(r"\A---[ \t]*\r?\n(.*?)^---[ \t]*\r?$", re.DOTALL | re.MULTILINE)
_LICENCE_NAME = re.compile(r"[a-z0-9.-]+")
_LICENCE_FILES = ("LICENSE", "LICENSE.md")
_LOADER: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the same in C, where that was built


def front_matter(card: str) -> str:
    """The YAML of a card; empty where it has none."""
    found = _FRONT.match(card)
    return found[1] if found else ""


def metadata_of(front: str) -> Any:
    """What the YAML of a card says."""
    return yaml.load(front, _LOADER)  # noqa: S506 - a safe one


def faults(card: str) -> Iterator[str]:
    """Each thing in a card's metadata that would be refused, dropped or taken for something else."""
    if card.startswith("\ufeff"):
        yield "a byte order mark stands before ---, which hides the metadata"
        card = card[1:]
    front = front_matter(card)
    if not front:
        yield "there is no YAML between two lines of --- at the start"
        return
    try:
        yield from _repeated_keys(yaml.compose(front, _LOADER))
        metadata = metadata_of(front)
    except yaml.YAMLError as error:
        yield f"the YAML cannot be read: {' '.join(str(error).split())}"
        return
    if not isinstance(metadata, dict):
        yield "the YAML is not a mapping of keys to values"
        return
    for key, check in _CHECKS.items():
        if key in metadata:
            yield from (f"{key}: {fault}" for fault in check(metadata[key]))
    yield from _licence_faults(metadata)
    yield from _task_faults(metadata)
    yield from _agreement_faults(metadata)


def _repeated_keys(node: yaml.Node | None) -> Iterator[str]:
    """YAML keeps the last of two equal keys and says nothing."""
    if isinstance(node, yaml.MappingNode):
        counts = Counter(key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode))
        for key, count in counts.items():
            if count > 1:
                yield f"{key} stands {count} times in one mapping: only the last would count (line {node.start_mark.line + 2})"
        for _, value in node.value:
            yield from _repeated_keys(value)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _repeated_keys(item)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _one_of(known: Collection[str]) -> Callable[[Any], Iterator[str]]:
    def check(value: Any) -> Iterator[str]:
        for word in _listed(value):
            if not isinstance(word, str) or word not in known:
                yield f"{word!r} is not one of {', '.join(sorted(known))}"

    return check


def _languages(value: Any) -> Iterator[str]:
    for code in _listed(value):
        if isinstance(code, bool):
            yield f"{code} was read in place of a code: no and others must be in quotes"
        elif not isinstance(code, str) or not (re.fullmatch(r"[a-z]{3}", code) or code in vocabulary.LANGUAGES):
            yield f"{code!r} is not a code of ISO 639: a tag with a region or script belongs in language_details"


def _language_tags(value: Any) -> Iterator[str]:
    for tag in _listed(value):
        if not isinstance(tag, str) or not LANGUAGE.fullmatch(tag):
            yield f"{tag!r} is not a language tag (BCP 47)"


def _text(value: Any) -> Iterator[str]:
    if not isinstance(value, str) or not value.strip():
        yield f"{value!r} is not text: what reads like a number, a date or yes must be in quotes"


def _texts(value: Any) -> Iterator[str]:
    for word in _listed(value):
        yield from _text(word)


def _sources(value: Any) -> Iterator[str]:
    for source in _listed(value):
        if not isinstance(source, str) or not SOURCE_DATASET.fullmatch(source):
            yield f"{source!r} is not original, extended|NAME or the name of a dataset"


def _gated_fields(value: Any) -> Iterator[str]:
    if not isinstance(value, dict):
        yield "is not a mapping of questions to kinds of answers"
        return
    for question, answer in value.items():
        kind, options = (answer.get("type"), answer.get("options")) if isinstance(answer, dict) else (answer, None)
        if not isinstance(question, str):
            yield f"{question!r} is not text: what reads like a number, a date or yes must be in quotes"
        if kind not in (*vocabulary.GATED_FIELDS, "select"):
            yield f"{question}: {kind!r} is not one of {', '.join(sorted((*vocabulary.GATED_FIELDS, 'select')))}"
        elif kind == "select" and not (isinstance(options, list) and options):
            yield f"{question}: a select has no options"


def _configs(value: Any) -> Iterator[str]:
    if not isinstance(value, list) or not all(isinstance(config, dict) for config in value):
        yield "is not a list of mappings"
        return
    names = [config.get("config_name") for config in value]
    yield from _names("config_name", names)
    defaults = [config for config in value if config.get("default") is True or config.get("config_name") == "default"]
    if len(value) > 1 and len(defaults) != 1:
        yield f"{len(defaults)} of {len(value)} are the default, where one must be"
    for config in value:
        if "data_files" not in config and "data_dir" not in config:
            yield f"{config.get('config_name')} has neither data_files nor data_dir"
        files = config.get("data_files")
        splits = [one.get("split") for one in files if isinstance(one, dict)] if isinstance(files, list) else []
        yield from (f"{config.get('config_name')}: {fault}" for fault in _split_names(splits))


def _names(what: str, names: list[Any]) -> Iterator[str]:
    for name, count in Counter(map(str, names)).items():
        if count > 1:
            yield f"{what} {name} stands {count} times"
    yield from (f"{what} {name!r} is not text" for name in names if not isinstance(name, str))


def _split_names(names: list[Any]) -> Iterator[str]:
    yield from _names("split", names)
    for name in names:
        if isinstance(name, str) and not SPLIT_NAME.fullmatch(name):
            yield f"{name!r} cannot be the name of a split: letters, digits and underscores"


def _dataset_info(value: Any) -> Iterator[str]:
    infos = _listed(value)
    if not all(isinstance(info, dict) for info in infos):
        yield "is not a mapping, or a list of them"
        return
    yield from _names("config_name", [info.get("config_name", "default") for info in infos])
    for info in infos:
        where = info.get("config_name", "default")
        splits = [split for split in info.get("splits") or [] if isinstance(split, dict)]
        yield from (f"{where}: {fault}" for fault in _split_names([split.get("name") for split in splits]))
        for split in splits:
            if not split.get("num_examples"):
                yield f"{where}: split {split.get('name')} has no rows, which makes the whole config fail to load"
        for feature in info.get("features") or []:
            yield from (f"{where}: {fault}" for fault in _feature_faults(feature))


def _feature_faults(feature: Any) -> Iterator[str]:
    """Spellings that some version of ``datasets`` reads as another type."""
    if not isinstance(feature, dict):
        return
    name = feature.get("name", "an item")
    if isinstance(feature.get("sequence"), list):
        yield f"{name} is a sequence of structs, which is read as a struct of lists: write list"
    inner = feature.get("list")
    if isinstance(inner, (str, dict)):
        yield f"{name} is a list of scalars, which datasets before 4.0 does not know: write sequence"
    kind = feature.get("dtype")
    if isinstance(kind, dict) and isinstance(kind.get("class_label"), dict):
        yield from (f"{name}: {fault}" for fault in _class_faults(kind["class_label"].get("names")))
    for key in ("list", "struct", "sequence"):
        for item in _listed(feature.get(key)):
            yield from (f"{name}: {fault}" for fault in _feature_faults(item))


def _class_faults(names: Any) -> Iterator[str]:
    if not isinstance(names, dict) or not names:
        yield "class_label has no names"
        return
    if list(names) != [str(index) for index in range(len(names))]:
        yield "the keys of names are not '0', '1', … in order, in quotes"
    yield from _names("class", list(names.values()))


def _licence_faults(metadata: dict[Any, Any]) -> Iterator[str]:
    if "other" not in _listed(metadata.get("license")):
        return
    name, link = metadata.get("license_name"), metadata.get("license_link")
    if not isinstance(name, str) or not _LICENCE_NAME.fullmatch(name):
        yield f"license_name: {name!r} is not a name in lower-case letters, digits, full stops and hyphens"
    if not isinstance(link, str) or (link not in _LICENCE_FILES and not URL.fullmatch(link)):
        yield f"license_link: {link!r} is neither {' nor '.join(_LICENCE_FILES)} nor a web address"


def _task_faults(metadata: dict[Any, Any]) -> Iterator[str]:
    chosen = [word for word in _listed(metadata.get("task_categories") or []) if isinstance(word, str)]
    for name in map(str, _listed(metadata.get("task_ids") or [])):
        homes = [category for category, ids in vocabulary.TASKS.items() if name in ids]
        if homes and not set(homes) & set(chosen):
            yield f"task_ids: {name} belongs to {' or '.join(homes)}, which task_categories does not name"


def _agreement_faults(metadata: dict[Any, Any]) -> Iterator[str]:
    """What ``configs`` and ``dataset_info`` say of each other."""
    configs, infos = metadata.get("configs"), _listed(metadata.get("dataset_info") or [])
    if not isinstance(configs, list) or not infos:
        return
    named = {config.get("config_name") for config in configs if isinstance(config, dict)}
    for info in infos:
        if isinstance(info, dict) and info.get("config_name", "default") not in named:
            yield f"dataset_info: there is no config {info.get('config_name', 'default')} in configs"


_CHECKS: dict[str, Callable[[Any], Iterator[str]]] = {
    "pretty_name": _text,
    "language": _languages,
    "language_details": _language_tags,
    "license": _one_of(vocabulary.LICENCES),
    "annotations_creators": _one_of(vocabulary.ANNOTATIONS_CREATORS),
    "language_creators": _one_of(vocabulary.LANGUAGE_CREATORS),
    "multilinguality": _one_of(vocabulary.MULTILINGUALITY),
    "size_categories": _one_of(vocabulary.SIZES),
    "source_datasets": _sources,
    "task_categories": _one_of(vocabulary.TASKS),
    "task_ids": _one_of({name for ids in vocabulary.TASKS.values() for name in ids}),
    "tags": _texts,
    "extra_gated_prompt": _text,
    "extra_gated_fields": _gated_fields,
    "configs": _configs,
    "dataset_info": _dataset_info,
}
