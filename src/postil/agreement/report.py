"""What is said of agreement: plain data, in the order in which it is shown."""

from __future__ import annotations

from typing import Literal

import msgspec

DisagreementKind = Literal["label", "boundary", "missing"]


class Estimate(msgspec.Struct, frozen=True):
    """A value with its interval, or the ``reason`` why there is none; ``no_interval``: why there is no interval.

    ``error``: the standard error that drawing samples leaves in the value, where a measure draws some.
    """

    value: float | None
    reason: str = ""
    low: float | None = None
    high: float | None = None
    no_interval: str = ""
    error: float | None = None


class Pair(msgspec.Struct, frozen=True):
    """Two annotators by themselves, in ``documents`` documents."""

    one: str
    other: str
    documents: int
    estimate: Estimate


class DocumentValue(msgspec.Struct, frozen=True):
    """The value of one document, and how many annotations were compared in it."""

    document: str
    annotations: int
    value: float | None


class Measured(msgspec.Struct, frozen=True):
    """One measure of one layer. ``parts``: by label, or by attribute. ``documents``: every one, the worst first."""

    name: str
    title: str
    reading: str
    published: str
    grows_with_empty_text: bool
    whole: Estimate | None
    part_kind: str
    parts: dict[str, Estimate]
    pairs: list[Pair]
    documents: list[DocumentValue]


class Cell(msgspec.Struct, frozen=True):
    """How often one annotator's label met another's. Empty labels: the other annotator's span is alone.

    ``same_extent``: how many of them were of exactly the same extent.
    """

    one: str
    other: str
    count: int
    same_extent: int


class Side(msgspec.Struct, frozen=True):
    """One annotator's span in a disagreement; its ``text`` may be shortened."""

    annotator: str
    id: str
    label: str
    start: int
    end: int
    text: str


class Disagreement(msgspec.Struct, frozen=True):
    """Two aligned spans that differ, or a span of ``one`` that ``missing`` has no counterpart of.

    ``weight``: how bad, compared with others of its kind: the nearer two spans with different labels, the farther two with one
    label. ``line``: of the text.
    """

    kind: DisagreementKind
    document: str
    line: int
    one: Side
    other: Side | None
    missing: str
    weight: float


class LayerReport(msgspec.Struct, frozen=True):
    """One layer. ``annotations``: how many each annotator has in the documents that were compared."""

    name: str
    kind: str
    description: str
    documents: int
    annotations: dict[str, int]
    measures: list[Measured]
    confusion: list[Cell]
    disagreements: list[Disagreement]


class Parameters(msgspec.Struct, frozen=True):
    """What the numbers depend on: ``alpha`` and ``beta`` weigh place and label in gamma, ``replicates`` are of the intervals."""

    seed: int
    alpha: float
    beta: float
    precision: float
    replicates: int
    level: float


class Report(msgspec.Struct, frozen=True):
    """All that is said of a corpus, which ``corpus`` names.

    ``documents``: how many were compared, of ``of_documents``. ``characters``: of their texts. ``repeated``: annotations that
    repeat another in place and label, and were counted once. ``left_out``: documents that were not compared, by reason.
    ``unfinished``: of each annotator, how many sets were not compared, since they are not complete. ``methods``: how each
    annotator's sets were made. ``derived``: annotators whose sets were made from those of others here, wholly or by taking
    their suggestions. ``sources``: whose annotations each annotator's sets say that they have, compared here or not.
    """

    corpus: str
    annotators: list[str]
    reference: str
    documents: int
    of_documents: int
    groups: int
    characters: int
    repeated: int
    left_out: dict[str, list[str]]
    adjudicated: list[str]
    layers: list[LayerReport]
    parameters: Parameters
    unfinished: dict[str, int] = {}
    methods: dict[str, list[str]] = {}
    derived: list[str] = []
    sources: dict[str, list[str]] = {}
