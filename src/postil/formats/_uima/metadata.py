"""What a CAS knows of its document, and the other way round.

DKPro's ``DocumentMetaData`` has title and language; everything else goes into its ``MetaDataStringField``, a key and a value
each: also what is said of the set (``set.status``). A value that is no string is JSON, and its key ends in ``:json``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from postil.exchange.incoming import Incoming
from postil.formats._uima import names
from postil.formats._uima.cas import DOCUMENT, FS, Cas
from postil.manifest import Metadata
from postil.model import METHODS, STATUSES, Header

_JSON = ":json"
_NO_LANGUAGE = "x-unspecified"
_OWN = frozenset(("sofa", "begin", "end", "documentId", "documentTitle", "language"))
_DEFAULTS = {"isLastSegment": (False, "false")}
_TABLES = ("rights", "extra", "set")


def metadata_of(cas: Cas, members: Iterable[FS], incoming: Incoming, file: str) -> dict[str, Any]:
    """The metadata that is in these structures."""
    found: dict[str, Any] = {}
    for fs in members:
        if fs.type == names.METADATA_FIELD:
            _read_field(found, fs, incoming, file)
        elif fs.type == names.DOCUMENT_METADATA or cas.types.is_a(fs.type, DOCUMENT):
            _read_document(found, fs)
    return found


def _read_document(found: dict[str, Any], fs: FS) -> None:
    title, language = fs.values.get("documentTitle"), fs.values.get("language")
    if title and title != fs.values.get("documentId"):
        found.setdefault("title", title)
    if language and language != _NO_LANGUAGE:
        found["language"] = language
    for name, value in fs.values.items():
        if name not in _OWN and isinstance(value, str | int | float) and value not in _DEFAULTS.get(name, ()):
            found.setdefault("extra", {})[name] = value


def _read_field(found: dict[str, Any], fs: FS, incoming: Incoming, file: str) -> None:
    key, value = str(fs.values.get("key") or ""), fs.values.get("value")
    if key.endswith(_JSON):
        try:
            value = msgspec.json.decode(str(value))
        except (msgspec.DecodeError, RecursionError):
            incoming.losses.add("metadata that is no JSON", f"{file}: {fs.id}", key)
            return
        key = key.removesuffix(_JSON)
    outer, _, inner = key.partition(".")
    if outer in _TABLES and inner:
        found.setdefault(outer, {})[inner] = value
    elif key in _TABLES:
        found.setdefault("extra", {})[key] = value
    elif key:
        found[key] = value


def state_of(metadata: dict[str, Any]) -> dict[str, Any]:
    """What metadata say of the set that they came with: taken out of them, as fields of a set."""
    said = metadata.pop("set", {})
    state = {name: said[name] for name, known in (("status", STATUSES), ("method", METHODS)) if said.get(name) in known}
    sources = said.get("sources")
    if isinstance(sources, list):
        state["sources"] = tuple(source for source in sources if isinstance(source, str))
    return state


def state_fields(header: Header) -> Iterator[tuple[str, str]]:
    """The keys and values of what there is to say of a set."""
    if header.status != "complete":
        yield "set.status", header.status
    if header.method != "imported":
        yield "set.method", header.method
    if header.sources:
        yield _field("set.sources", list(header.sources))


def fields_of(metadata: Metadata) -> Iterator[tuple[str, str]]:
    """The keys and values of everything but title and language."""
    blank = msgspec.to_builtins(Metadata())
    for name, value in msgspec.to_builtins(metadata).items():
        if name in ("title", "language") or value == blank[name]:
            continue
        if name in ("rights", "extra"):
            for inner, one in value.items():
                if name == "extra" or one != blank["rights"][inner]:
                    yield _field(f"{name}.{inner}", one)
        else:
            yield _field(name, value)


def _field(key: str, value: Any) -> tuple[str, str]:
    if isinstance(value, str) and not key.endswith(_JSON):
        return key, value
    return f"{key}{_JSON}", msgspec.json.encode(value).decode()
