"""What was found in a document, made a set: ids that stay the same from run to run, and no span that cannot be one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import msgspec

from postil.annotating.choosing import defaults
from postil.annotating.minting import fresh_id
from postil.checking.checker import Checker
from postil.model import AnnotationSet, Header, Label, Span
from postil.rules.set_view import SetView
from postil.rules.views import DocumentView
from postil.scheme import Scheme
from postil.segmentation import trim
from postil.storage.bundle import Bundle
from postil.storage.set_file import encode_set, parse_set
from postil.suggesting.table import Target


class Draft(msgspec.Struct, frozen=True):
    """A label for a stretch of text, or (``None``) for the document, and how sure its maker is, if it says so."""

    target: Target
    extent: tuple[int, int] | None
    confidence: float | None = None


class Drafted(msgspec.Struct, frozen=True):
    """A set of suggestions, and how many were left out because of which rule."""

    annotations: AnnotationSet
    left_out: Counter[str]


def drafted(bundle: Bundle, scheme: Scheme, annotator: str, drafts: Iterable[Draft], checker: Checker) -> Drafted:
    """Make a set of drafts. The same twice is one; one that would break a rule about spans is left out."""
    text = bundle.text or ""
    spans: dict[tuple[Target, tuple[int, int]], Span] = {}
    labels: dict[Target, Label] = {}
    taken: set[str] = set()
    for draft in drafts:
        layer, label = draft.target
        extent = draft.extent and trim(text, *draft.extent)
        if extent is None and draft.target not in labels:
            id = fresh_id(annotator, layer, label, taken)
            labels[draft.target] = Label(id, layer, label, defaults(scheme.layers[layer], label), draft.confidence)
        elif extent is not None and extent[0] < extent[1] and (draft.target, extent) not in spans:
            id = fresh_id(annotator, layer, f"{label}\0{extent}", taken)
            known = defaults(scheme.layers[layer], label)
            spans[draft.target, extent] = Span(
                id, layer, label, *extent, text[slice(*extent)], attributes=known, confidence=draft.confidence
            )
        else:
            continue
        taken.add(id)
    header = Header(bundle.document, annotator, scheme.id, bundle.text_sha256, "complete", "model")
    return _sound(AnnotationSet(header, tuple(spans.values()), labels=tuple(labels.values())), bundle, checker)


def _sound(annotations: AnnotationSet, bundle: Bundle, checker: Checker) -> Drafted:
    """The set without spans that a rule about spans finds wrong: cut words, overlaps that the layer has not."""
    view = DocumentView(bundle)
    left_out: Counter[str] = Counter()
    while True:
        file = parse_set("", annotations.annotator, encode_set(annotations))
        wrong = {one.subject: one for one in checker.check_set(SetView(view, file)) if one.code.startswith("SPN")}
        if not wrong:
            return Drafted(annotations.canonical(), left_out)
        left_out.update(f"{finding.code} {finding.name}" for finding in wrong.values())
        annotations = msgspec.structs.replace(
            annotations, spans=tuple(span for span in annotations.spans if span.id not in wrong)
        )
