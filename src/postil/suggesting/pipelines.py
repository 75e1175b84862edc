"""What a spaCy pipeline finds: entities, groups of spans, categories of sentences and of the document."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from postil.errors import MissingExtra, PostilError, UnreadableFile
from postil.segmentation import sentences
from postil.suggesting.drafts import Draft
from postil.suggesting.table import Table

_LEAST = 0.5  # of a category's score, to be suggested
_ANY_TEXT = "a"
_DIGITS = 4  # of a confidence: the rest differs from machine to machine


def _spacy() -> Any:
    try:
        import spacy
    except ImportError as error:
        raise MissingExtra("postil suggest", "spaCy", "spacy") from error
    return spacy


def pipeline(name: str) -> Any:
    """The pipeline of a package, or in a directory."""
    spacy = _spacy()
    try:
        return spacy.load(Path(name) if Path(name).is_dir() else name)
    except (OSError, ValueError, ImportError) as error:
        reason = str(error).partition("\n")[0]
        raise PostilError(
            f"the pipeline {name} cannot be loaded: {reason}. Install its package, or give its directory"
        ) from error


def ruler(path: str, data: bytes, language: str) -> Any:
    """A pipeline that finds entities by patterns: JSON Lines, as spaCy's entity ruler has them."""
    patterns = list(_patterns(path, data))
    spacy = _spacy()
    try:
        found = spacy.blank(language.partition("-")[0] or "xx")
    except ImportError:
        found = spacy.blank("xx")
    try:
        found.add_pipe("entity_ruler", config={"validate": True}).add_patterns(patterns)
        found(_ANY_TEXT)  # some faults are only found when a pattern is held against a word
    except (ValueError, TypeError, AttributeError, re.error) as error:
        reason = " ".join(str(error).split())
        raise UnreadableFile(path, f"spaCy does not take these patterns, of words alone: {reason}") from error
    return found


def _patterns(path: str, data: bytes) -> Iterator[dict[str, Any]]:
    for number, line in enumerate(data.split(b"\n"), 1):
        if not line.strip():
            continue
        try:
            pattern = msgspec.json.decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise UnreadableFile(path, f"not JSON: {error}", number, 1) from error
        if fault := _fault(pattern):
            raise UnreadableFile(path, fault, number, 1)
        yield pattern


def _fault(pattern: Any) -> str:
    """What is wrong with a pattern, as far as spaCy does not say it, or says it too late."""
    label, sought = (pattern.get("label"), pattern.get("pattern")) if isinstance(pattern, dict) else ("", "")
    is_sought = bool(sought.strip()) if isinstance(sought, str) else isinstance(sought, list) and bool(sought)
    if not (isinstance(label, str) and label and is_sought):
        return 'a pattern is {"label":"GPE","pattern":"Tokyo"}, or has a list of tokens as its pattern'
    if isinstance(sought, list) and all(isinstance(token, dict) and not token.keys() - {"OP"} for token in sought):
        return "this pattern says nothing of any of its tokens: it would be found everywhere"
    return "" if isinstance(pattern.get("id", ""), str) else "the id of a pattern is a text"


def found_by(nlp: Any, text: str, table: Table) -> Iterator[Draft]:
    """Everything in a text that a pipeline finds and the scheme has a label for."""
    nlp.max_length = max(nlp.max_length, len(text) + 1)
    doc = nlp(text)
    for entity in doc.ents:
        for target in table.targets("entities", entity.label_):
            yield Draft(target, (entity.start_char, entity.end_char))
    for group in {layer.group for layer in table.layers("spans").values()} & set(doc.spans):
        yield from _of_group(doc.spans[group], group, table)
    yield from _of_document(doc, table)
    if table.layers("categories"):
        yield from _of_sentences(nlp, text, table)


def _of_group(spans: Any, group: str, table: Table) -> Iterator[Draft]:
    scores = spans.attrs.get("scores")
    for number, span in enumerate(spans):
        sure = _rounded(scores[number]) if scores is not None and number < len(scores) else None
        for target in table.targets("spans", span.label_, group=group):
            yield Draft(target, (span.start_char, span.end_char), sure)


def _of_document(doc: Any, table: Table) -> Iterator[Draft]:
    """The categories that are likely, or of a layer that takes one only, the likeliest of them."""
    for name, layer in table.layers("categories", "label").items():
        likely = [(score, called) for called, score in doc.cats.items() if score >= _LEAST]
        drafts = [
            Draft(target, None, _rounded(score))
            for score, called in sorted(likely, reverse=True)
            for target in table.targets("categories", called, "label")
            if target.layer == name
        ]
        yield from drafts if layer.multiple else drafts[:1]


def _of_sentences(nlp: Any, text: str, table: Table) -> Iterator[Draft]:
    """The likeliest category of each sentence, where it is likely at all."""
    extents = sentences(text)
    for extent, doc in zip(extents, nlp.pipe(text[start:end] for start, end in extents), strict=True):
        if doc.cats:
            called, score = max(doc.cats.items(), key=lambda one: (one[1], one[0]))
            for target in table.targets("categories", called) if score >= _LEAST else ():
                yield Draft(target, extent, _rounded(score))


def _rounded(score: Any) -> float:
    return round(float(score), _DIGITS)
