"""``CITATION.cff``: made of the manifest, and held against the rules of the Citation File Format 1.2.0.

The rules are those of its schema for what stands at the top of a file and for authors and contacts; what a file refers to
(``references``, ``preferred-citation``) is looked at no further.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterator
from typing import Any

import yaml

from postil.manifest import Manifest

NAME = "CITATION.cff"

_URL = re.compile(r"(https?|s?ftp)://.+")
_DATE = re.compile(r"\d{4}-(0[1-9]|1[012])-(0[1-9]|[12]\d|3[01])")
_ORCID = re.compile(r"https://orcid\.org/\d{4}-\d{4}-\d{4}-\d{3}[\dX]")
_DOI = re.compile(r"10\.\d{4,9}(\.\d+)?/[A-Za-z0-9:/_;\-.()\[\]\\]+")
_EMAIL = re.compile(r"\S+@\S+\.\S{2,}")
_NEEDED = ("cff-version", "message", "title", "authors")
_PLACE = frozenset({"address", "alias", "city", "country", "email", "fax", "orcid", "post-code", "region", "tel", "website"})
_OF_PERSON = _PLACE | {"affiliation", "family-names", "given-names", "name-particle", "name-suffix"}
_OF_ENTITY = _PLACE | {"name", "date-start", "date-end", "location"}


def citation(manifest: Manifest, title: str) -> bytes:
    """The file that the manifest makes; empty where it names no authors, whom the format demands."""
    if not manifest.authors:
        return b""
    said: dict[str, Any] = {
        "cff-version": "1.2.0",
        "message": "If you use this dataset, please cite it.",
        "type": "dataset",
        "title": title,
        "version": manifest.version,
        "authors": [
            {"name": author.name, **({"orcid": author.orcid_url} if author.orcid else {})} for author in manifest.authors
        ],
        "url": manifest.url,
        "repository-code": manifest.repository,
        "date-released": str(manifest.released),
        "abstract": " ".join(manifest.description.split()),
        "license": manifest.licence if " " not in manifest.licence and not manifest.licence.startswith("LicenseRef") else "",
    }
    kept = {key: value for key, value in said.items() if value}
    text: str = yaml.safe_dump(kept, sort_keys=False, allow_unicode=True, width=120)
    return text.encode()


def is_of_software(data: bytes) -> bool:
    """Whether a file says that it is about a program, such as one whose repository the corpus lies in."""
    return bool(re.search(rb"(?m)^type:[ \t]*[\"']?software[\"']?[ \t]*(#.*)?\r?$", data))


def bibtex(data: bytes) -> str:
    """What a sound file says, as BibTeX has it."""
    said = yaml.safe_load(data.decode())
    fields = {
        "title": f"{{{_plain(said['title'])}}}",
        "author": " and ".join(map(_bibtex_name, said["authors"])),
        "year": str(said.get("date-released", ""))[:4],
        "version": _plain(said.get("version", "")),
        "doi": said.get("doi", ""),
        "url": said.get("url", ""),
    }
    key = re.sub(r"[^a-z0-9]+", "-", str(said["title"]).lower()).strip("-") or "dataset"
    return "\n".join([f"@misc{{{key},", *(f"  {name} = {{{value}}}," for name, value in fields.items() if value), "}"])


def _bibtex_name(someone: dict[str, Any]) -> str:
    if "name" in someone:
        return f"{{{_plain(someone['name'])}}}"  # in braces, as what has one name is not taken apart
    names = (someone.get("family-names", ""), someone.get("given-names", ""))
    return ", ".join(_plain(name) for name in names if name)


def _plain(value: Any) -> str:
    """Words in one line, in which nothing is a command of TeX."""
    return re.sub(r"([&%$#_])", r"\\\1", " ".join(re.sub(r"[\\{}`<>]", "", str(value)).split()))


def faults(data: bytes) -> Iterator[str]:
    """What a file says that the format does not allow."""
    try:
        said = yaml.safe_load(data.decode())
    except (yaml.YAMLError, UnicodeDecodeError, ValueError) as error:
        yield f"it is not YAML: {' '.join(str(error).split())}"
        return
    if not isinstance(said, dict):
        yield "it is not a mapping of keys to values"
        return
    yield from (f"{key} is missing" for key in _NEEDED if key not in said)
    for key, value in said.items():
        check = _CHECKS.get(key)
        if check is None:
            yield f"there is no key {key}"
        else:
            yield from (f"{key}: {fault}" for fault in check(value))


def _text(value: Any) -> Iterator[str]:
    if not isinstance(value, str) or not value:
        yield f"{value!r} is not text"


def _version(value: Any) -> Iterator[str]:
    if isinstance(value, bool) or not isinstance(value, str | int | float) or value == "":
        yield f"{value!r} is neither text nor a number"


def _like(pattern: re.Pattern[str], what: str) -> Callable[[Any], Iterator[str]]:
    def check(value: Any) -> Iterator[str]:
        # YAML reads an unquoted day as one
        text = value.isoformat() if isinstance(value, datetime.date) and not isinstance(value, datetime.datetime) else value
        if not isinstance(text, str) or not pattern.fullmatch(text):
            yield f"{value!r} is not {what}"

    return check


def _list_of(check: Callable[[Any], Iterator[str]]) -> Callable[[Any], Iterator[str]]:
    def check_all(value: Any) -> Iterator[str]:
        if not isinstance(value, list) or not value:
            yield "it is not a list with something in it"
            return
        if any(one == other for at, one in enumerate(value) for other in value[:at]):
            yield "something stands in it twice"
        for item in value:
            yield from check(item)

    return check_all


def _someone(value: Any) -> Iterator[str]:
    """A person, or an entity, which has a ``name``."""
    if not isinstance(value, dict):
        yield f"{value!r} is not a mapping: a person has given-names and family-names, anything else a name"
        return
    known = _OF_ENTITY if "name" in value else _OF_PERSON
    for key, said in value.items():
        if key not in known:
            yield f"{'who has a name' if 'name' in value else 'a person'} has no {key}"
        else:
            yield from (f"{key}: {fault}" for fault in _OF_SOMEONE.get(key, _text)(said))


def _licence(value: Any) -> Iterator[str]:
    for one in value if isinstance(value, list) and value else [value]:
        if not isinstance(one, str) or not re.fullmatch(r"[A-Za-z0-9.+-]+", one):
            yield f"{one!r} is not one id of SPDX: several are a list, any other licence is license-url"


def _anything(_: Any) -> Iterator[str]:
    return iter(())


_url, _date = _like(_URL, "a web address"), _like(_DATE, "a day like 2026-11-24")
_OF_SOMEONE: dict[str, Callable[[Any], Iterator[str]]] = {
    "orcid": _like(_ORCID, "an address like https://orcid.org/0000-0001-2345-6789"),
    "email": _like(_EMAIL, "an address of mail"),
    "website": _url,
    "country": _like(re.compile("[A-Z]{2}"), "a code of two letters (ISO 3166-1)"),
    "post-code": _version,
    "date-start": _date,
    "date-end": _date,
}
_CHECKS: dict[str, Callable[[Any], Iterator[str]]] = {
    "abstract": _text,
    "authors": _list_of(_someone),
    "cff-version": _like(re.compile(r"1\.2\.0"), "1.2.0"),
    "commit": _text,
    "contact": _list_of(_someone),
    "date-released": _date,
    "doi": _like(_DOI, "a DOI like 10.5281/zenodo.1003150"),
    "identifiers": _list_of(_anything),
    "keywords": _list_of(_text),
    "license": _licence,
    "license-url": _url,
    "message": _text,
    "preferred-citation": _anything,
    "references": _list_of(_anything),
    "repository": _url,
    "repository-artifact": _url,
    "repository-code": _url,
    "title": _text,
    "type": _like(re.compile("software|dataset"), "software or dataset"),
    "url": _url,
    "version": _version,
}
