"""Writing documents in a format and reading them again, and whether what comes back is what the format declares to keep."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from postil.corpus import Document
from postil.exchange.export import Choices, Described, write_documents
from postil.exchange.features import ANNOTATORS, DOCUMENT_IDS, IDS, METADATA, STATE, Reducing, reduced, to_take_out
from postil.exchange.format import Format
from postil.exchange.incoming import Incoming
from postil.exchange.intake import Intake, Rules
from postil.exchange.losses import Losses
from postil.exchange.sources import Source
from postil.exchange.target import target_at
from postil.exchange.tokens import Tokens
from postil.manifest import Manifest
from postil.model import AnnotationSet, Label, Note, Relation, Span
from postil.scheme import Scheme


def options_of(format_: Format, *, reading: bool, **said: Any) -> dict[str, Any]:
    """The options of a format as the command line gives them when only these are said."""
    options = format_.read_options if reading else format_.write_options
    blank = {option.name: () if option.multiple else False if option.is_flag else option.default for option in options}
    return {**blank, **{name: value for name, value in said.items() if name in blank}}


def written(
    format_: Format, documents: Iterable[Document], scheme: Scheme, destination: Path, /, **options: Any
) -> tuple[Path, Losses]:
    """Write documents; returns where, and what was lost on the way."""
    documents = list(documents)
    losses = Losses()
    annotators = tuple(dict.fromkeys(name for document in documents for name in document.sets))
    choices = Choices(options_of(format_, reading=False, **options), is_lossy=True)
    with target_at(destination, format_.writes) as target:
        write_documents(format_, documents, Described(scheme, Manifest(1, "c"), annotators), target, choices, losses)
        target.finish(replace=True)
    return destination, losses


def read(format_: Format, path: Path, *, rules: Rules | None = None, **options: Any) -> tuple[list[Document], Intake, Incoming]:
    """Read documents. Errors are in the intake's ``errors``: tests look at them."""
    reader = format_.read
    assert reader
    incoming = Incoming(Source(path), options_of(format_, reading=True, **options))
    drafts = reader(incoming)
    intake = Intake(rules or Rules(), "s/1", incoming.declared)
    documents = [document for draft in drafts if (document := intake.admit(draft))]
    documents += [document for _, document in intake.settled(lambda: reader(incoming.again()))]
    intake.errors += incoming.broken_lines.messages()
    return documents, intake, incoming


def expected(format_: Format, documents: Iterable[Document], scheme: Scheme, /, **options: Any) -> list[Document]:
    """What a format declares to keep of documents."""
    given = options_of(format_, reading=False, **options)
    reducing = Reducing(scheme, Losses(), Tokens(), format_.lane_for(given), options=given)
    return [reduced(document, to_take_out(format_.keeps, format_.limits), reducing) for document in documents]


def assert_round_trip(format_: Format, documents: Sequence[Document], scheme: Scheme, /, **options: Any) -> None:
    """``read(write(documents))`` is what the format declares to keep of them: nothing less, and nothing else."""
    with tempfile.TemporaryDirectory() as directory:
        name = f"x{'.file' if format_.writes == 'file' else ''}"
        path, _ = written(format_, documents, scheme, Path(directory) / name, **options)
        back, intake, _ = read(format_, path, **options)
        assert intake.errors == []
        assert_same(format_, back, expected(format_, documents, scheme, **options), scheme)


def assert_same(format_: Format, found: Sequence[Document], wanted: Sequence[Document], scheme: Scheme) -> None:
    """Whether documents are the same, but for what the format does not keep (ids, names)."""
    if DOCUMENT_IDS in format_.keeps:
        assert {document.id for document in found} == {document.id for document in wanted}
        found = sorted(found, key=lambda document: document.id)
        wanted = sorted(wanted, key=lambda document: document.id)
    assert [document.text for document in found] == [document.text for document in wanted]
    for one, other in zip(found, wanted, strict=True):
        if METADATA in format_.keeps:
            assert one.metadata == other.metadata
        mine, theirs = one.sets, other.sets
        if ANNOTATORS not in format_.keeps:
            mine, theirs = ({"": next(iter(sets.values()))} if sets else {} for sets in (mine, theirs))
        # a format without a place for an empty set may leave it out
        assert {name for name in mine if mine[name].records} == {name for name in theirs if theirs[name].records}
        for name in mine.keys() & theirs.keys():
            if STATE in format_.keeps:
                header, wanted_header = mine[name].header, theirs[name].header
                assert (header.status, header.method, header.sources) == (
                    wanted_header.status, wanted_header.method, wanted_header.sources,
                )  # fmt: skip
            assert contents(mine[name], scheme, IDS in format_.keeps) == contents(theirs[name], scheme, IDS in format_.keeps)


def contents(annotations: AnnotationSet, scheme: Scheme, with_ids: bool) -> list[str]:
    """Every record of a set in a form that can be compared: without ids, whatever names another holds what that says."""
    records: dict[str, Any] = {record.id: record for record in annotations.records}

    def said(id: str, depth: int = 0) -> Any:
        if with_ids or id not in records or depth > 4:
            return id if with_ids or id not in records else "…"
        return content(records[id], depth + 1)

    def refer(value: Any, depth: int) -> Any:
        return said(value, depth) if isinstance(value, str) else [said(one, depth) for one in value]

    def content(record: Any, depth: int = 0) -> Any:
        own = record.id if with_ids else ""
        if isinstance(record, Note):
            return ("note", own, said(record.about, depth) if record.about else "", record.text, record.decide, record.unknown)
        layer = scheme.layers.get(record.layer)
        references = layer.references if layer else []
        if layer is None:  # renamed, and what refers to which record is not to be seen in the scheme any more
            unseen = {name for one in scheme.layers.values() for name in one.references}
            record = replace(record, attributes={n: "…" if n in unseen else v for n, v in record.attributes.items()})
        attributes = sorted(
            (name, refer(value, depth) if name in references and isinstance(value, str | list | tuple) else value)
            for name, value in record.attributes.items()
        )
        common = (own, record.layer, record.label, [(n, _plain(v)) for n, v in attributes], record.confidence, record.note)
        if isinstance(record, Span):
            return ("span", record.extents, record.text, *common, record.ignore, record.unknown)
        if isinstance(record, Relation):
            args = sorted((role, sorted(map(repr, refer(value, depth))) if isinstance(value, tuple) else refer(value, depth))
                          for role, value in record.args.items())  # fmt: skip
            return ("relation", args, *common, record.ignore, record.unknown)
        assert isinstance(record, Label)
        return ("label", *common, record.ignore, record.unknown)

    return sorted(repr(content(record)) for record in annotations.records)


def _plain(value: Any) -> Any:
    return [_plain(one) for one in value] if isinstance(value, list | tuple) else value
