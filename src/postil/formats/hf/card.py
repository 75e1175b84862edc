"""The dataset card: YAML that the Hub and ``datasets`` read, and what a researcher asks first.

Every number and statement comes from the corpus: its manifest, its metadata, the headers of its sets.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import yaml

from postil.formats.hf.layout import ConfigFiles, Written
from postil.manifest import Metadata
from postil.scheme import Attribute, Layer

_SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"), (10_000_000, "1M<n<10M"))
_CREATORS = {"model": "machine-generated", "imported": "found"}


def card(written: Written) -> str:
    """The text of ``README.md``."""
    facts = _Facts(written)
    front = yaml.safe_dump(_front_matter(written, facts), sort_keys=False, allow_unicode=True, width=120)
    return f"---\n{front}---\n\n{_body(written, facts)}"


class _Facts:
    """What must be looked up in every document: rights, languages, who made the sets and how."""

    def __init__(self, written: Written) -> None:
        self.rights: Counter[tuple[str, str, bool | None]] = Counter()
        self.languages: Counter[str] = Counter()
        self.methods: Counter[tuple[str, str, str]] = Counter()
        self.creators: set[str] = set()
        self.documents = self.characters = 0
        directory = written.corpus.directory
        for name in directory.inventory.documents:
            bundle = directory.bundle(name)
            metadata: Metadata = bundle.metadata
            headers = [file.header for file in bundle.set_files if file.header and file.annotator in written.annotators]
            if not headers:
                continue
            self.documents += 1
            self.characters += len(bundle.text or "")
            self.rights[metadata.rights.holder, metadata.rights.licence, metadata.rights.redistribute] += 1
            self.languages[metadata.language] += 1
            made_by = {file.annotator: file.header.method for file in bundle.set_files if file.header}
            for header in headers:
                self.methods[header.annotator, header.method, header.status] += 1
                # an adjudicated set came about as the sets did that it was adjudicated from
                methods = [made_by.get(source, "") for source in header.sources] or [header.method]
                self.creators.update(_CREATORS.get(method, "other") for method in methods)

    @property
    def is_redistributable(self) -> bool:
        """Whether every text may be passed on."""
        return all(redistribute for _, _, redistribute in self.rights)


def _front_matter(written: Written, facts: _Facts) -> dict[str, Any]:
    manifest = written.corpus.manifest
    licences = {licence for _, licence, _ in facts.rights}
    front: dict[str, Any] = {"pretty_name": manifest.title or manifest.name}
    if languages := [language for language in facts.languages if language]:
        front["language"] = sorted(languages)
    is_one = manifest.licence and " " not in manifest.licence and not manifest.licence.startswith("LicenseRef")
    if is_one and licences == {manifest.licence} and facts.is_redistributable:
        front["license"] = manifest.licence.lower()
    else:
        front |= {"license": "other", "license_name": "see-rights", "license_link": "README.md"}
    front["annotations_creators"] = sorted(facts.creators)
    front["size_categories"] = [next((name for limit, name in _SIZES if facts.documents < limit), "n>10M")]
    front["source_datasets"] = ["original"]
    front["task_categories"] = ["token-classification", "text-classification"]
    front["tags"] = ["postil", "span-classification", *(["relation-extraction"] if written.counts["relations"] else [])]
    front["configs"] = [_config(files, is_default=index == 0) for index, files in enumerate(written.files)]
    front["dataset_info"] = [_info(files) for files in written.files]
    return front


def _config(files: ConfigFiles, *, is_default: bool) -> dict[str, Any]:
    by_split: dict[str, list[str]] = {}
    for shard in files.shards:
        by_split.setdefault(shard.split, []).append(shard.path)
    data_files = [{"split": split, "path": paths[0] if len(paths) == 1 else paths} for split, paths in by_split.items()]
    return {"config_name": files.config.name, "data_files": data_files, **({"default": True} if is_default else {})}


def _info(files: ConfigFiles) -> dict[str, Any]:
    size = sum(shard.size for shard in files.shards)
    return {
        "config_name": files.config.name,
        "features": [{"name": name, **column.yaml()} for name, column in files.columns.items()],
        "splits": [{"name": shard.split, "num_bytes": shard.size, "num_examples": shard.rows} for shard in files.shards],
        "download_size": size,
        "dataset_size": size,
    }


def _body(written: Written, facts: _Facts) -> str:
    manifest, scheme = written.corpus.manifest, written.corpus.scheme
    counts = written.counts
    parts = [
        f"# {manifest.title or manifest.name}",
        manifest.description.strip(),
        (
            f"Version {manifest.version}. {facts.documents:,} document{'s' * (facts.documents != 1)}, "
            f"{facts.characters:,} characters; "
            f"{counts['spans']:,} spans, {counts['relations']:,} relations, {counts['labels']:,} document labels, "
            f"{counts['notes']:,} notes. Offsets are Unicode code points, zero-based and half-open: `text[start:end]` in Python."
        ),
        "## Configs",
        _table(("config", "rows", "what"), [_config_row(files) for files in written.files]),
        f'```python\nfrom datasets import load_dataset\n\nload_dataset("path/to/this", "{written.files[-1].config.name}")\n```',
        _reading(written),
        "## Splits",
        _splits(written),
        "## What a config does not hold",
        "\n".join(f"* {line}" for line in written.not_held()) or "Every config holds everything that belongs in it.",
        f"## Annotation scheme: {scheme.id}",
        scheme.title,
        *(_layer(name, layer) for name, layer in scheme.layers.items()),
        "`scheme.toml` and, where there are any, `GUIDELINES.md` lie beside this card.",
        "## How the annotations were made",
        manifest.annotation_process.strip() or "The manifest does not say.",
        _table(("set", "method", "status", "documents"), [(*key, f"{count:,}") for key, count in facts.methods.items()]),
        "## Rights",
        f"Annotations: {manifest.licence or 'not stated'}. Texts:",
        _table(
            ("holder", "licence", "may be redistributed", "documents"),
            [_right(*key, count) for key, count in facts.rights.items()],
        ),
        *(
            ["**Not every text here may be redistributed: do not publish this export as it is.**"]
            * (not facts.is_redistributable)
        ),
        *(["## Citation", manifest.citation] if manifest.citation else []),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _reading(written: Written) -> str:
    """What the columns do not say of themselves."""
    main = written.context.main_layer
    lines = [
        "An attribute that was not answered is null: the scheme's default is not filled in.",
        "`attributes`, `ignore`, `unknown` and `metadata` in `documents` are JSON text.",
        "The text of a discontinuous span is its fragments, joined by one space.",
        "`head` and `tail` in `relations` are the arguments, in the scheme's order, of a relation that has two in two roles.",
    ]
    if main:
        lines.append(f"`label` in `sentences` is that of the {main} which covers most of the sentence.")
    return "\n".join(f"* {line}" for line in lines)


def _config_row(files: ConfigFiles) -> tuple[str, str, str]:
    rows = ", ".join(f"{shard.split} {shard.rows:,}" for shard in files.shards)
    return f"`{files.config.name}`", rows, files.config.summary


def _splits(written: Written) -> str:
    return " ".join(f"{line[0].upper()}{line[1:]}." for line in written.about_splits())


def _layer(name: str, layer: Layer) -> str:
    lines = [f"**{name}** ({layer.kind}). {layer.description}"]
    lines += [f"* `{label}`: {definition.description}" for label, definition in layer.labels.items()]
    lines += [_attribute(name, attribute) for name, attribute in layer.attributes.items()]
    lines += [f"* role `{name}`: {role.description}" for name, role in layer.roles.items()]
    return "\n\n".join((lines[0], "\n".join(lines[1:]))) if len(lines) > 1 else lines[0]


def _attribute(name: str, attribute: Attribute) -> str:
    facts = [attribute.type, *([f"of {', '.join(attribute.values)}"] if attribute.values else [])]
    facts += [f"on {', '.join(attribute.only_on)}"] if attribute.only_on else []
    facts += ["required"] if attribute.required else []
    facts += [f"default {attribute.default}"] if attribute.default is not None else []
    return f"* attribute `{name}` ({'; '.join(facts)}): {attribute.description}"


def _right(holder: str, licence: str, redistribute: bool | None, count: int) -> tuple[str, str, str, str]:
    said = {True: "yes", False: "no", None: "not stated"}[redistribute]
    return holder or "not stated", licence or "not stated", said, f"{count:,}"


def _table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', '&#124;') for cell in line)} |" for line in lines)
