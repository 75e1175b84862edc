"""Several documents at once, as proofs look at them.

A proof says of all documents of a batch together that a rule finds nothing in any, with built-ins that go through whole columns.
It may fail where there is nothing to find; it must never hold where there is something. What several proofs need is worked out
once, here.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from itertools import accumulate, chain, compress, count, islice
from operator import ge

from postil.lazy import lazy
from postil.manifest import CheckSettings, Metadata
from postil.model import Label, Record, Relation, Span
from postil.rules.attribute_uses import AttributeFault, Attributes, Use, judged, use_of, uses_of
from postil.rules.ties import Ties
from postil.rules.views import unusual_in
from postil.scheme import LayerKind, Scheme
from postil.storage.bundle import Bundle


def is_whole(bundle: Bundle) -> bool:
    """Whether a text, metadata and every line of every set are there and were read without a fault, and there is a scheme.

    Only such documents come in a batch.
    """
    text, metadata = bundle.text_file, bundle.metadata_file
    if text is None or text.text is None or metadata is None or metadata.value is None or metadata.faults:
        return False
    return bundle.project.scheme is not None and all(file.header and not file.faults for file in bundle.set_files)


def batch_of(bundles: Iterable[Bundle]) -> Batch | None:
    """The whole ones of these documents; ``None`` where none is."""
    whole = list(filter(is_whole, bundles))
    return Batch(whole) if whole else None


def is_implied(_batch: Batch) -> bool:
    """The proof of a rule about what is missing or cannot be read: no such document comes in a batch."""
    return True


class Batch:
    """Whole documents of one corpus, with their sets put together, span after span.

    ``text`` is that of each set's document, one after the other, a line feed around each; ``starts`` and ``ends`` count in it.
    """

    def __init__(self, bundles: Sequence[Bundle]) -> None:
        self.bundles = bundles
        self.project = bundles[0].project
        self.scheme = self.project.scheme or Scheme("", 0)  # a whole document has one
        self.settings: CheckSettings = self.project.manifest.check
        self.files = [file for bundle in bundles for file in bundle.set_files]
        by_type = [file.by_type for file in self.files]
        self.spans: list[Span] = list(chain.from_iterable(spans for spans, _, _, _ in by_type))
        self.relations: list[Relation] = list(chain.from_iterable(relations for _, relations, _, _ in by_type))
        self.labels: list[Label] = list(chain.from_iterable(labels for _, _, labels, _ in by_type))
        self._spans_of_sets = [spans for spans, _, _, _ in by_type]

    @lazy
    def special(self) -> list[Span | Relation | Label]:
        """The annotations that are in pieces, have a confidence, or silence a rule."""
        found: list[Span | Relation | Label]
        found = [one for one in self.spans if one.fragments or one.ignore or one.confidence is not None]
        found += [one for one in self.relations if one.ignore or one.confidence is not None]
        found += [one for one in self.labels if one.ignore or one.confidence is not None]
        return found

    @property
    def has_ignores(self) -> bool:
        """Whether any annotation silences a rule."""
        return any(one.ignore for one in self.special)

    # --- texts and metadata ------------------------------------------------------------------------------------------

    @lazy
    def texts(self) -> list[str]:
        """The text of each document."""
        return [bundle.text or "" for bundle in self.bundles]

    @lazy
    def data(self) -> bytes:
        """The bytes of all texts, with a line feed between them."""
        return b"\n".join([bundle.text_file.data for bundle in self.bundles if bundle.text_file])

    @lazy
    def unusual(self) -> str:
        """As :attr:`postil.rules.views.DocumentView.unusual`, of all texts."""
        return unusual_in(self.data)

    @lazy
    def metadata(self) -> list[Metadata]:
        """What the metadata of each document says itself."""
        files = (bundle.metadata_file for bundle in self.bundles)
        return [file.value for file in files if file and file.value]

    # --- columns of the spans ----------------------------------------------------------------------------------------

    @lazy
    def _texts_of_sets(self) -> list[str]:
        return [text for bundle, text in zip(self.bundles, self.texts, strict=True) for _ in bundle.set_files]

    @lazy
    def _bases(self) -> list[int]:
        """Where in ``text`` that of each set begins."""
        return list(accumulate([len(text) + 1 for text in self._texts_of_sets], initial=1))[:-1]

    @lazy
    def text(self) -> str:
        """The texts of all sets."""
        return "\n".join(["", *self._texts_of_sets, ""])

    @lazy
    def starts(self) -> list[int]:
        """Where each span starts."""
        return [base + span.start for base, spans in zip(self._bases, self._spans_of_sets, strict=True) for span in spans]

    @lazy
    def ends(self) -> list[int]:
        """Where each span ends."""
        return [base + span.end for base, spans in zip(self._bases, self._spans_of_sets, strict=True) for span in spans]

    @lazy
    def covered(self) -> list[str]:
        """What each span says it covers."""
        return [span.text for span in self.spans]

    @lazy
    def covered_together(self) -> str:
        """What all spans say they cover, one after the other."""
        return "".join(self.covered)

    @lazy
    def layers(self) -> list[str]:
        """The layer of each span."""
        return [span.layer for span in self.spans]

    def edges(self, layers: Collection[str]) -> tuple[Sequence[int], Sequence[int]]:
        """The starts and the ends of the spans in these layers."""
        if self.layers_of("span").issubset(layers):
            return self.starts, self.ends
        are_in = [layer in layers for layer in self.layers]
        return list(compress(self.starts, are_in)), list(compress(self.ends, are_in))

    def extents(self, layers: Collection[str]) -> Iterator[tuple[int, int]]:
        """Start and end of each span in one of these layers."""
        return zip(*self.edges(layers), strict=True)

    # --- proofs about spans ------------------------------------------------------------------------------------------

    @lazy
    def has_fragments(self) -> bool:
        """Whether any span says that it is discontinuous."""
        return any(isinstance(one, Span) and one.fragments for one in self.special)

    @lazy
    def are_sound(self) -> bool:
        """Proof that every span is of one piece, in bounds, and covers the text that it says."""
        if self.has_fragments or not self._are_in_bounds or not all(self.covered):
            return False
        # What each says stands at its start and is no longer than it; all of it is as long as they all: then so is each.
        are_there = all(map(self.text.startswith, self.covered, self.starts, self.ends))
        return are_there and sum(self.ends) - sum(self.starts) == len(self.covered_together)

    @lazy
    def _are_in_bounds(self) -> bool:
        """Proof that every start and end is in the text of its set."""
        first = 0
        for base, text, spans in zip(self._bases, self._texts_of_sets, self._spans_of_sets, strict=True):
            last = first + len(spans)
            if spans and (min(self.starts[first:last]) < base or max(self.ends[first:last]) > base + len(text)):
                return False
            first = last
        return True

    @lazy
    def _not_before_next(self) -> list[int]:
        """The index of each span that its edges do not put before the next: by an earlier start, or the same and a later end."""
        starts, ends = self.starts, self.ends
        later = compress(count(), map(ge, starts, islice(starts, 1, None)))
        return [index for index in later if starts[index] > starts[index + 1] or ends[index] <= ends[index + 1]]

    @lazy
    def are_in_order(self) -> bool:
        """Proof that spans in bounds stand in canonical order."""
        if not self._are_in_bounds:
            return False
        keys = ((self._key(index), self._key(index + 1)) for index in self._not_before_next)
        return all(one < other for one, other in keys)

    def _key(self, index: int) -> tuple[int, int, str, str, str]:
        span = self.spans[index]
        return self.starts[index], -self.ends[index], span.layer, span.label, span.id

    @lazy
    def layers_with_same_edges(self) -> set[str]:
        """The layers in which two spans have the same edges, where spans stand in order."""
        layers = self.layers
        return {layers[index] for index in self._not_before_next if layers[index] == layers[index + 1]}

    @lazy
    def are_distinct(self) -> bool:
        """Proof that no two spans of a set have the same edges, layer and label."""
        pairs = ((self.spans[index], self.spans[index + 1]) for index in self._not_before_next)
        return self.are_in_order and all((one.layer, one.label) != (other.layer, other.label) for one, other in pairs)

    @lazy
    def are_sorted(self) -> bool:
        """Proof that the records of every set stand in canonical order."""
        others = (records for file in self.files for records in file.by_type[1:])
        ids = ([record.id for record in records] for records in others if records)
        return self.are_in_order and all(file.is_grouped for file in self.files) and all(each == sorted(each) for each in ids)

    @property
    def proven(self) -> dict[str, bool]:
        """What holds of each set, by the names that the proofs of a :class:`~postil.rules.set_view.SetView` have."""
        proofs = {"are_sound": self.are_sound, "is_sorted": self.are_sorted, "has_fragments": False}
        return proofs if self.are_sound and self.are_sorted else {}

    # --- layers, labels, attributes ----------------------------------------------------------------------------------

    @lazy
    def uses(self) -> dict[LayerKind, set[Use]]:
        """Every different layer, label and attributes that an annotation of each kind has."""
        return {"span": uses_of(self.spans), "relation": uses_of(self.relations), "label": uses_of(self.labels)}

    @lazy
    def all_uses(self) -> set[Use]:
        """The uses of every kind."""
        return set().union(*self.uses.values())

    def layers_of(self, kind: LayerKind) -> set[str]:
        """The layers that annotations of a kind are in."""
        return {layer for layer, _, _ in self.uses[kind]}

    @lazy
    def layers_and_labels(self) -> set[tuple[str, str]]:
        """Each ``(layer, label)`` that an annotation has."""
        return {(layer, label) for layer, label, _ in self.all_uses}

    @lazy
    def attributes(self) -> Mapping[Use, Attributes]:
        """The attributes of every use."""
        every: Iterable[Span | Relation | Label] = chain(self.spans, self.relations, self.labels)
        return {use_of(record): record.attributes for record in every}

    def are_attributes_sound(self, fault: AttributeFault) -> bool:
        """Proof that ``fault`` finds nothing wrong with any attribute."""
        found = judged(self.project, fault, self.all_uses, lambda: self.attributes)
        return not any([found[use] for use in self.all_uses])

    # --- records by id -----------------------------------------------------------------------------------------------

    @lazy
    def by_id(self) -> list[dict[str, Record]]:
        """The records of each set by their ids."""
        return [{record.id: record for record in file.records} for file in self.files]

    @lazy
    def have_own_ids(self) -> bool:
        """Proof that no two records of a set have the same id."""
        return all(len(known) == len(file.records) for known, file in zip(self.by_id, self.files, strict=True))

    @lazy
    def ties(self) -> Ties:
        """The relations, and what they tie."""
        return Ties(self.scheme, [file.by_type[1] for file in self.files], self.by_id)


Proof = Callable[[Batch], bool]
