"""The metadata of the card."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from postil.formats.hf.about import About
from postil.formats.hf.layout import ConfigFiles
from postil.hub_vocabulary import LANGUAGES, TASKS, licence_id, size_category

_CREATORS = {"model": "machine-generated", "imported": "found"}

# What a layer is about, where its name says so as people name such layers.
_TASKS = {
    "entity": "named-entity-recognition",
    "pos": "part-of-speech",
    "coreference": "coreference-resolution",
    "topic": "topic-classification",
    "sentiment": "sentiment-classification",
}


def front_matter(about: About) -> dict[str, Any]:
    """Every key that applies, in the order of the Hub's own example; what the corpus does not say is left out."""
    written, stated, facts = about.written, about.manifest.huggingface, about.facts
    creators = sorted({_CREATORS.get(method, "other") for method in facts.methods})
    front = {
        **_languages(about),
        **_licence(about),
        "pretty_name": " ".join(stated.pretty_name.split()) or about.title,
        "annotations_creators": [*stated.annotations_creators] or creators,
        "language_creators": [*stated.language_creators] or (["found"] if facts.found == about.documents else []),
        "size_categories": [size_category(sum(written.files[0].rows.values()))],
        "source_datasets": [*stated.source_datasets] or ([] if "imported" in facts.methods else ["original"]),
        "task_categories": list(dict.fromkeys(_task_categories(about))),
        "task_ids": list(dict.fromkeys(_task_ids(about))),
        "tags": list(dict.fromkeys(_tags(about))),
        "extra_gated_prompt": stated.extra_gated_prompt.strip(),
        "extra_gated_fields": {question: _answer(kind) for question, kind in stated.extra_gated_fields.items()},
        "configs": [_config(files, is_default=index == 0) for index, files in enumerate(written.files)],
        "dataset_info": [_info(files) for files in written.files],
    }
    return {key: value for key, value in front.items() if value}


def _languages(about: About) -> dict[str, Any]:
    tags = sorted({*filter(None, about.facts.languages)} or {*about.manifest.languages})
    codes = list(dict.fromkeys(tag.partition("-")[0] for tag in tags))
    known = [code for code in codes if code in LANGUAGES or len(code) == 3]
    return {
        "language": known,
        "language_details": [tag for tag in tags if tag not in known],
        "multilinguality": [("monolingual" if len(codes) == 1 else "multilingual")] if codes else [],
    }


def _licence(about: About) -> dict[str, Any]:
    own = about.manifest.licence
    if not about.has_one_licence:
        return {"license": "other", "license_name": "see-rights", "license_link": "LICENSE.md"}
    if known := licence_id(own):
        return {"license": known}
    name = "".join(character if character.isalnum() or character in ".-" else "-" for character in own.lower())
    return {"license": "other", "license_name": name, "license_link": "LICENSE.md"}


def _task_categories(about: About) -> Iterator[str]:
    if about.scheme.layers_of_kind("span"):
        yield "token-classification"
    if about.scheme.layers_of_kind("label") or about.written.context.main_layer:
        yield "text-classification"
    yield from about.manifest.huggingface.task_categories
    for name in about.manifest.huggingface.task_ids:
        yield from [category for category, ids in TASKS.items() if name in ids][:1]


def _task_ids(about: About) -> Iterator[str]:
    for name, layer in about.scheme.layers.items():
        if name in _TASKS and layer.labels:
            yield _TASKS[name]
        if layer.kind == "label":
            yield "multi-label-classification" if layer.multiple else "multi-class-classification"
    yield from about.manifest.huggingface.task_ids


def _tags(about: About) -> Iterator[str]:
    yield "postil"
    if about.detached:
        yield "detached"
    if about.scheme.layers_of_kind("span"):
        yield "span-classification"
    if about.facts.counts["relations"]:
        yield "relation-extraction"
    if "argument" in about.scheme.layers_of_kind("relation"):
        yield "argument-mining"
    yield from about.manifest.huggingface.tags


def _answer(kind: str | tuple[str, ...]) -> str | dict[str, Any]:
    return kind if isinstance(kind, str) else {"type": "select", "options": [*kind]}


def _config(files: ConfigFiles, *, is_default: bool) -> dict[str, Any]:
    """Where a config's files are.

    Its description has their digest: ``datasets`` takes an export for the one that it loaded from the same place before, and
    shows the rows of that, unless something in the card differs; counts and sizes may be the same.
    """
    by_split: dict[str, list[str]] = {}
    for shard in files.shards:
        by_split.setdefault(shard.split, []).append(shard.path)
    data_files = [{"split": split, "path": paths[0] if len(paths) == 1 else paths} for split, paths in by_split.items()]
    description = f"{files.config.summary} (files {files.sha256[:16]})"
    default = {"default": True} if is_default else {}
    return {"config_name": files.config.name, "description": description, "data_files": data_files, **default}


def _info(files: ConfigFiles) -> dict[str, Any]:
    rows, sizes = files.rows, files.sizes
    size = sum(sizes.values())
    return {
        "config_name": files.config.name,
        "features": [{"name": name, **column.yaml()} for name, column in files.columns.items()],
        "splits": [{"name": split, "num_bytes": sizes[split], "num_examples": count} for split, count in rows.items()],
        "download_size": size,
        "dataset_size": size,
    }
