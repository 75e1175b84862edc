"""The manifest ``corpus/corpus.toml`` and a document's metadata ``corpus/<id>.toml``, as their files say them."""

from __future__ import annotations

import datetime
import hashlib
import re
from collections.abc import Iterable, Iterator
from typing import Any, TypeVar

import msgspec

from postil.hub_card import HubCard, hub_card_faults
from postil.text import quote

FORMAT = 1
"""The version of the corpus format that this package reads and writes."""

# ISO 8601-2 (EDTF) level 1, as far as a publication date needs it: a year, month or day, certain or not.
DATE = re.compile(r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?[?~%]?")
# BCP 47: language, script, region, variants, private use. The shape, not the registry.
LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{1,8})*|x(-[A-Za-z0-9]{1,8})+")
# An SPDX expression: identifiers, LicenseRef-…, AND, OR, WITH, parentheses.
LICENCE = re.compile(r"[A-Za-z0-9.+()-]+( (AND|OR|WITH) [A-Za-z0-9.+()-]+)*")
ORCID = re.compile(r"(https://orcid\.org/)?(\d{4}-){3}\d{3}[\dX]")
URL = re.compile(r"https?://[^\s/$.?#][^\s]*")
EMAIL = re.compile(r"[^\s@<>]+@[^\s@<>]+\.[^\s@<>]{2,}")
_ARXIV = re.compile(r"(?:ar[Xx]iv:)?(\d{4}\.\d{4,5}(?:v\d+)?)")
_DOI = re.compile(r"(?:doi:)?(10\.\d{4,9}/\S+)")


class Rights(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whose the text is and what may be done with it. ``licence``: an SPDX id, or ``LicenseRef-…`` for any other terms."""

    holder: str = ""
    licence: str = ""
    redistribute: bool | None = None
    statement: str = ""


class Metadata(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is known of a document. ``group``: documents with the same one share a split. ``extra``: whatever else."""

    title: str = ""
    authors: tuple[str, ...] = ()
    publisher: str = ""
    published: str | datetime.date = ""
    language: str = ""
    genre: str = ""
    url: str = ""
    group: str = ""
    note: str = ""
    rights: Rights = Rights()
    extra: dict[str, Any] = {}

    def with_defaults(self, defaults: Metadata) -> Metadata:
        """The same, with what is not said here taken from ``defaults``."""
        rights = _filled(self.rights, defaults.rights)
        return msgspec.structs.replace(_filled(self, defaults), rights=rights, extra={**defaults.extra, **self.extra})


def metadata_faults(metadata: Metadata) -> Iterator[tuple[tuple[str, ...], str]]:
    """Each value that is not of the form it should have: the path of its key, and what is wrong."""
    published = metadata.published
    if isinstance(published, str) and published and not _is_date(published):
        yield ("published",), f"{quote(published)} is not a date like 2022-09-08, 2022-09 or 2022~"
    for path, value, pattern, form in (
        (("language",), metadata.language, LANGUAGE, "a language tag like en or zh-Hant"),
        (("url",), metadata.url, URL, "a web address"),
        (("rights", "licence"), metadata.rights.licence, LICENCE, "an SPDX licence expression"),
    ):
        if value and not pattern.fullmatch(value):
            yield path, f"{quote(value)} is not {form}"


def _is_date(said: str) -> bool:
    if not DATE.fullmatch(said):
        return False
    try:
        datetime.date.fromisoformat(f"{said.rstrip('?~%')}-01-01"[:10])
    except ValueError:
        return False
    return True


StructType = TypeVar("StructType", bound=msgspec.Struct)


def _filled(own: StructType, defaults: StructType) -> StructType:
    blank = type(own)()
    missing = [name for name in own.__struct_fields__ if getattr(own, name) == getattr(blank, name)]
    return msgspec.structs.replace(own, **{name: getattr(defaults, name) for name in missing})


class CheckSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    """What ``postil check`` looks at in this corpus.

    ``select``, ``ignore``: rule codes or their prefixes. ``per_path_ignores``: glob over paths from the root → codes.
    ``allow_characters``: control or invisible characters that this corpus means. ``max_file_size``: bytes. ``baseline``: the
    file, from the root, with the findings that were there when the corpus took postil up. ``annotators_per_document``: how many
    complete sets, each by people or imported, a document needs. ``coverage``: annotator → the share of documents that need a
    complete set of theirs. ``agreement``: what ``postil agree`` measures, as ``MEASURE`` or ``LAYER.MEASURE`` → the least that it
    may be.
    """

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    per_path_ignores: dict[str, tuple[str, ...]] = {}
    allow_characters: str = ""
    max_file_size: int = 128 * 1024 * 1024
    baseline: str = "postil-baseline.jsonl"
    annotators_per_document: int = 0
    coverage: dict[str, float] = {}
    agreement: dict[str, float] = {}


def settings_faults(settings: CheckSettings) -> Iterator[tuple[tuple[str, ...], str]]:
    """Each number that is not in its range: the path of its key, and what is wrong."""
    if settings.annotators_per_document < 0:
        yield ("annotators-per-document",), f"must be 0 or more, not {settings.annotators_per_document}"
    for annotator, share in settings.coverage.items():
        if not 0 < share <= 1:
            yield ("coverage", annotator), f"the share of {annotator} must be more than 0 and at most 1, not {share:g}"
    for name, least in settings.agreement.items():
        if not least <= 1:  # nor is nan
            yield ("agreement", name), f"the least {name} may be is 1 or less, not {least:g}"


class Author(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Somebody who made the corpus."""

    name: str
    orcid: str = ""
    affiliation: str = ""

    @property
    def orcid_url(self) -> str:
        """The address of the ORCID iD; empty where there is none."""
        return f"https://orcid.org/{self.orcid.removeprefix('https://orcid.org/')}" if self.orcid else ""


class Splits(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How documents are divided: the share of each split by name. Nothing said: one split, ``train``."""

    salt: str = ""
    shares: dict[str, float] = {}

    def split_of(self, group: str) -> str:
        """The split of a group of documents: by hash, so that adding documents moves none."""
        if not self.shares:
            return "train"
        digest = hashlib.sha256(f"{self.salt}:{group}".encode("utf-8", "surrogateescape")).digest()
        point = int.from_bytes(digest[:8], "big") / 2**64 * sum(self.shares.values())
        for name, share in self.shares.items():
            point -= share
            if point < 0:
                return name
        return name


_USUAL = ("train", "validation", "test")  # in the order in which they are used


def in_usual_order(names: Iterable[str]) -> list[str]:
    """Names of splits: ``train``, ``validation``, ``test``, then the others by name."""
    return sorted(names, key=lambda name: (_USUAL.index(name) if name in _USUAL else len(_USUAL), name))


SPLIT_NAME = re.compile(r"\w+(\.\w+)*")  # what ``datasets`` accepts


def splits_fault(shares: dict[str, float]) -> str:
    """Why these shares cannot divide documents; empty when they can."""
    for name, share in shares.items():
        if not SPLIT_NAME.fullmatch(name):
            return f"{name!r} cannot be the name of a split: letters, digits and underscores"
        if not 0 < share < float("inf"):
            return f"the share of {name} must be more than 0, not {share:g}"
    return ""


class DataStatement(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a reader must be told and no file can show, in Markdown: the schema of data statements, version 3, and its like.

    What is not said here, a dataset card says is not stated.
    """

    curation_rationale: str = ""
    sources: str = ""
    collection: str = ""
    language_varieties: str = ""
    speakers: str = ""
    annotators: str = ""
    text_characteristics: str = ""
    preprocessing: str = ""
    capture_quality: str = ""
    limitations: str = ""
    biases: str = ""
    uses: str = ""
    social_impact: str = ""
    personal_information: str = ""
    ethics: str = ""
    maintenance: str = ""


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The corpus as a whole. ``licence`` is that of the annotations; each document states its own text's.

    ``url``: where it is described. ``paper``, ``repository``: the addresses of the paper about it and of where it is kept.
    ``contact``: an address of mail or of the web. ``released``: when this version was.
    """

    format: int
    name: str
    version: str = "0"
    title: str = ""
    description: str = ""
    languages: tuple[str, ...] = ()
    authors: tuple[Author, ...] = ()
    citation: str = ""
    url: str = ""
    paper: str = ""
    repository: str = ""
    contact: str = ""
    released: str | datetime.date = ""
    licence: str = ""
    annotation_process: str = ""
    data_statement: DataStatement = DataStatement()
    huggingface: HubCard = HubCard()
    splits: Splits = Splits()
    check: CheckSettings = CheckSettings()
    defaults: Metadata = Metadata()


def manifest_faults(manifest: Manifest) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Each value of the manifest's own that is not of the form it should have: the path of its key, and what is wrong."""
    for key in ("url", "paper", "repository"):
        if (said := getattr(manifest, key)) and not URL.fullmatch(said):
            yield (key,), f"{quote(said)} is not a web address{_address_of(said)}"
    if manifest.contact and not (URL.fullmatch(manifest.contact) or EMAIL.fullmatch(manifest.contact)):
        yield ("contact",), f"{quote(manifest.contact)} is neither an address of mail nor a web address"
    if isinstance(manifest.released, str) and manifest.released and not _is_day(manifest.released):
        yield ("released",), f"{quote(manifest.released)} is not a day like 2026-11-24"
    for index, author in enumerate(manifest.authors):
        if author.orcid and not ORCID.fullmatch(author.orcid):
            yield ("authors", index, "orcid"), f"{quote(author.orcid)} is not an ORCID iD like 0000-0002-1825-0097"
    for path, message in hub_card_faults(manifest.huggingface):
        yield ("huggingface", *path), message


def _address_of(said: str) -> str:
    """The address that somebody meant who wrote the number of a paper."""
    if found := _ARXIV.fullmatch(said):
        return f": did you mean https://arxiv.org/abs/{found[1]}?"
    if found := _DOI.fullmatch(said):
        return f": did you mean https://doi.org/{found[1]}?"
    return ""


def _is_day(said: str) -> bool:
    return len(said) == len("2026-11-24") and _is_date(said)
