"""``croissant.json``: Croissant 1.1 with the vocabulary for responsible AI, so that its reference implementation reads records.

What that validates is more than what it can read: the form of Parquet must be called ``application/x-parquet``, only the first
of several references of a record set is followed, none from a list, and of lists in lists of structs only the first item is seen.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

import msgspec

from postil.formats.hf.about import GUIDELINES, About
from postil.formats.hf.card.sections import said_of_agreement
from postil.formats.hf.citation import bibtex
from postil.formats.hf.layout import ConfigFiles
from postil.formats.hf.parquet.features import ClassLabel, Column, ListOf, Record, Value
from postil.manifest import Author
from postil.text import counted

NAME = "croissant.json"
_PARQUET = "application/x-parquet"
_HUB, _REPOSITORY = "https://huggingface.co/datasets", "repo"
_TYPES = {"string": "sc:Text", "int64": "sc:Integer", "float64": "sc:Float", "bool": "sc:Boolean"}
_SPLIT = r"^(?:.*[/\\])?(\w+(?:\.\w+)*?)(?:-\d+-of-\d+\.parquet)?$"  # of a path, and of a split: readers may apply it twice
_CONFORMS = ["http://mlcommons.org/croissant/1.1", "http://mlcommons.org/croissant/RAI/1.0"]

# Of the specification of Croissant 1.1, word for word: readers compare it.
_CONTEXT: dict[str, Any] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "arrayShape": "cr:arrayShape",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "containedIn": "cr:containedIn",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "description": {"@container": "@language"},
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileProperty": "cr:fileProperty",
    "fileObject": "cr:fileObject",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isArray": "cr:isArray",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "name": {"@container": "@language"},
    "parentField": "cr:parentField",
    "path": "cr:path",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}

_STATED = {
    "dataCollection": "collection",
    "dataPreprocessingProtocol": "preprocessing",
    "annotatorDemographics": "annotators",
    "dataBiases": "biases",
    "dataUseCases": "uses",
    "dataLimitations": "limitations",
    "dataSocialImpact": "social_impact",
    "personalSensitiveInformation": "personal_information",
    "dataReleaseMaintenancePlan": "maintenance",
}


def croissant(about: About) -> bytes:
    """The bytes of the file."""
    manifest = about.manifest
    files = about.written.files
    home = about.written.repository and f"{_HUB}/{about.written.repository}"
    said = {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": _CONFORMS,
        "name": about.title,
        "description": manifest.description.strip() or about.title,
        "version": manifest.version,
        "license": f"https://spdx.org/licenses/{manifest.licence}.html" if about.has_spdx_licence else "LICENSE.md",
        "url": manifest.url or home,
        "datePublished": str(manifest.released),
        "citeAs": manifest.citation.strip() or (bibtex(about.citation_file) if about.citation_file else ""),
        "creator": [_creator(author) for author in manifest.authors],
        "inLanguage": sorted(filter(None, about.facts.languages)),
        **{f"rai:{key}": value for key, value in _responsible(about).items()},
        "distribution": [*_repository(home), *(entry for config in files for entry in _distribution(config, home))],
        "recordSet": [_splits(about), *_enumerations(about), *(_record_set(config, _enumeration_ids(about)) for config in files)],
    }
    return msgspec.json.format(msgspec.json.encode({key: value for key, value in said.items() if value})) + b"\n"


def _creator(author: Author) -> dict[str, str]:
    """A person where something is said that only people have."""
    is_person = author.orcid or author.affiliation
    return {
        "@type": "sc:Person" if is_person else "sc:Organization",
        "name": author.name,
        **({"url": author.orcid_url} if author.orcid else {}),
    }


def _responsible(about: About) -> dict[str, Any]:
    """What the vocabulary for responsible AI asks, as far as the corpus says it."""
    statement = about.manifest.data_statement
    guidelines = f"How annotators were to decide: {GUIDELINES}." if about.has_guidelines else ""
    judgements = [f"{judges} in {counted(count, 'document')}" for judges, count in sorted(about.facts.judgements.items())]
    said = {
        **{key: getattr(statement, name).strip() for key, name in _STATED.items()},
        "dataAnnotationProtocol": "\n\n".join(filter(None, (about.manifest.annotation_process.strip(), guidelines))),
        "dataAnnotationAnalysis": said_of_agreement(about),
        "annotationsPerItem": f"Annotators who judged a document: {', '.join(judgements)}.",
        "machineAnnotationTools": sorted(about.facts.models),
    }
    return {key: value for key, value in said.items() if value}


def _repository(home: str) -> Iterator[dict[str, Any]]:
    """The repository that the files are in, where that is said: readers clone it. It has no digest, which validators demand."""
    if home:
        yield {
            "@type": "cr:FileObject",
            "@id": _REPOSITORY,
            "name": _REPOSITORY,
            "description": "The git repository of the dataset.",
            "contentUrl": home,
            "encodingFormat": "git+https",
            "sha256": "https://github.com/mlcommons/croissant/issues/80",  # what the Hub says in its place
        }


def _distribution(config: ConfigFiles, home: str) -> Iterator[dict[str, Any]]:
    """Each file of a config with its hash, and the set of them that records are read from.

    Addresses are from where this file lies, or, where there is a ``home``, whole: of a file that is read from an address, no
    reader finds what lies beside it.
    """
    name = config.config.name
    for shard in config.shards:
        yield {
            "@type": "cr:FileObject",
            "@id": shard.path,
            "name": shard.path,
            "description": f"Shard of the split {shard.split} of the config {name}: {counted(shard.rows, 'row')}.",
            "contentUrl": f"{home}/resolve/main/{quote(shard.path)}" if home else shard.path,
            "contentSize": f"{shard.size} B",
            "encodingFormat": _PARQUET,
            "sha256": shard.sha256,
        }
    yield {
        "@type": "cr:FileSet",
        "@id": f"{name}-files",
        "name": f"{name}-files",
        "description": f"All shards of the config {name}.",
        **({"containedIn": {"@id": _REPOSITORY}} if home else {}),
        "encodingFormat": _PARQUET,
        "includes": f"{name}/*.parquet",
    }


def _splits(about: About) -> dict[str, Any]:
    names = dict.fromkeys(shard.split for files in about.written.files for shard in files.shards)
    return {
        "@type": "cr:RecordSet",
        "@id": "splits",
        "name": "splits",
        "description": "The splits that have rows.",
        "dataType": "cr:Split",
        "key": {"@id": "splits/name"},
        "field": [{"@type": "cr:Field", "@id": "splits/name", "name": "name", "dataType": "sc:Text"}],
        "data": [{"splits/name": name} for name in names],
    }


def class_columns(columns: Mapping[str, Column]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The columns of classes, or of lists of them, with the names of the classes in order."""
    for name, column in columns.items():
        item = column.item if isinstance(column, ListOf) else column
        if isinstance(item, ClassLabel):
            yield name, item.names


def _enumeration_ids(about: About) -> dict[tuple[str, ...], str]:
    """An id for each list of classes, from the first column that has it."""
    found: dict[tuple[str, ...], str] = {}
    for files in about.written.files:
        for column, names in class_columns(files.columns):
            if names:
                found.setdefault(names, f"classes/{files.config.name}/{quote(column, safe='')}")
    return found


def _enumerations(about: About) -> Iterator[dict[str, Any]]:
    for names, id in _enumeration_ids(about).items():
        yield {
            "@type": "cr:RecordSet",
            "@id": id,
            "name": id,
            "description": "Which number stands for which class; labels.json says what each means.",
            "dataType": "sc:Enumeration",
            "key": {"@id": f"{id}/index"},
            "field": [
                {"@type": "cr:Field", "@id": f"{id}/index", "name": "index", "dataType": "sc:Integer"},
                {"@type": "cr:Field", "@id": f"{id}/name", "name": "name", "dataType": "sc:Text"},
            ],
            "data": [{f"{id}/index": index, f"{id}/name": name} for index, name in enumerate(names)],
        }


def _record_set(files: ConfigFiles, enumerations: dict[tuple[str, ...], str]) -> dict[str, Any]:
    config = files.config
    fields = [_Field(config.name, name, enumerations).of(column) for name, column in files.columns.items()]
    source = {
        "fileSet": {"@id": f"{config.name}-files"},
        "extract": {"fileProperty": "fullpath"},
        "transform": {"regex": _SPLIT},
    }
    split = {"@type": "cr:Field", "@id": f"{config.name}/split", "name": "split", "dataType": "sc:Text", "source": source}
    return {
        "@type": "cr:RecordSet",
        "@id": config.name,
        "name": config.name,
        "description": config.summary,
        "field": [*(field for field in fields if field), {**split, "references": {"field": {"@id": "splits/name"}}}],
    }


class _Field:
    """How a column of a config is said. Ids are parts of addresses; names are as they are."""

    def __init__(self, config: str, column: str, enumerations: dict[tuple[str, ...], str]) -> None:
        self._id = f"{config}/{quote(column, safe='')}"
        self._name = column
        self._enumerations = enumerations
        self._source: dict[str, Any] = {"fileSet": {"@id": f"{config}-files"}, "extract": {"column": column}}

    def of(self, column: Column) -> dict[str, Any]:
        """The field of a column."""
        head = {"@type": "cr:Field", "@id": self._id, "name": self._name}
        item = column.item if isinstance(column, ListOf) else column
        if isinstance(item, Record):
            parts = [self._part(name, part) for name, part in item.fields.items()]
            shape = {"isArray": True, "arrayShape": "-1"} if isinstance(column, ListOf) else {}
            return {**head, **shape, "subField": [part for part in parts if part]}
        return {**head, **_typed(column), **self._references(column), "source": self._source}

    def _part(self, name: str, column: Column) -> dict[str, Any] | None:
        """A part of a struct; ``None`` for structs in it, which readers cannot follow."""
        typed = _typed(column)
        if not typed:
            return None
        source = {**self._source, "transform": {"jsonPath": name}}
        return {"@type": "cr:Field", "@id": f"{self._id}/{name}", "name": name, **typed, "source": source}

    def _references(self, column: Column) -> dict[str, Any]:
        """What the numbers of a column stand for: a reference from a list would stop every reader."""
        item = column.item if isinstance(column, ListOf) else column
        if not isinstance(item, ClassLabel) or not item.names:
            return {}
        id = self._enumerations[item.names]
        if isinstance(column, ListOf):
            return {"description": f"Each number is one of {id}."}
        return {"references": {"field": {"@id": f"{id}/index"}}}


def _typed(column: Column) -> dict[str, Any]:
    """The type and shape of scalars and lists of them; empty for anything else."""
    depth = 0
    while isinstance(column, ListOf):
        column, depth = column.item, depth + 1
    if isinstance(column, Record):
        return {}
    kind = _TYPES[column.dtype] if isinstance(column, Value) else "sc:Integer"
    return {"dataType": kind, **({"isArray": True, "arrayShape": ",".join(["-1"] * depth)} if depth else {})}
