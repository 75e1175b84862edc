"""Results of an annotation as records: those with one id are one region, what is said of no region is of the document."""

from __future__ import annotations

from typing import Any

import msgspec

from postil.exchange.drafts import DraftSet
from postil.exchange.incoming import Incoming
from postil.exchange.safe_json import converted
from postil.formats._fresh_ids import FreshIds
from postil.formats._scores import confidence_or_attribute
from postil.formats.label_studio._config import Config
from postil.formats.label_studio._texts import Shown
from postil.model import Label, Relation, Span

ANSWERS = {
    "choices": "choices", "taxonomy": "taxonomy", "textarea": "text", "rating": "rating", "number": "number",
    "datetime": "datetime",
}  # fmt: skip
"""The types of results that answer a question, and the keys that hold the answers."""

LABEL_TYPES = ("labels", "hypertextlabels", "paragraphlabels")
"""The types of results that label a region of a text."""

_REGIONS = (*LABEL_TYPES, "text", "textrange", "hypertext", "paragraphs")
_UNLABELLED = "region"
_PLACES = ("start", "end", "startOffset", "endOffset", "globalOffsets", "text", "type")
_KNOWN = ("id", "from_name", "to_name", "type", "value", "meta", "score", "from_id", "to_id", "direction", "labels")
_BOOKKEEPING = (
    "origin", "source", "readonly", "hidden", "locked", "parentID", "image_rotation", "original_width", "original_height",
    "original_length", "lead_time", "created_at", "item_index", "selected",
)  # fmt: skip
_OWN = frozenset((*_KNOWN, *_BOOKKEEPING))


class Result(msgspec.Struct):
    """One thing that was said."""

    id: str | int | None = None
    from_name: str = ""
    to_name: str = ""
    type: str = ""
    value: dict[str, Any] = {}
    meta: dict[str, Any] | None = None
    score: float | None = None
    from_id: str | int | None = None
    to_id: str | int | None = None
    direction: str | None = None
    labels: list[str] | None = None
    others: dict[str, Any] = {}

    @classmethod
    def of(cls, raw: dict[str, Any]) -> Result:
        """A result as the file has it; what only matters to the tool is left out. Raises ``msgspec.ValidationError``."""
        result = converted({name: one for name, one in raw.items() if name in _KNOWN}, cls)
        result.others = {name: one for name, one in raw.items() if name not in _OWN and one not in (None, "")}
        kept = (*_PLACES, ANSWERS.get(result.type, result.type))
        result.others |= {name: one for name, one in result.value.items() if name not in kept}
        if result.score is None and isinstance(result.others.get("confidence"), float | int):
            result.score = float(result.others.pop("confidence"))
        return result

    def answers(self) -> list[Any]:
        """What it answers; the steps of a path joined by ``/``."""
        value = self.value.get(ANSWERS[self.type])
        values = value if isinstance(value, list) else [] if value is None else [value]
        return ["/".join(map(str, one)) if isinstance(one, list) else one for one in values]


class Regions:
    """Gathers the results of one annotation."""

    def __init__(self, config: Config, incoming: Incoming, place: str, shown: Shown) -> None:
        self.config, self.incoming, self.place, self.shown = config, incoming, place, shown
        self._groups: dict[str, list[Result]] = {}
        self._relations: list[Result] = []
        self._ids = FreshIds()
        self._of_region: dict[str, str] = {}
        self._made = DraftSet()

    def add(self, result: Result) -> None:
        """Take a result in."""
        if result.type == "relation":
            self._relations.append(result)
        else:
            id = str(result.id) if result.id is not None else f"result-{len(self._groups) + 1}"
            self._groups.setdefault(id, []).append(result)

    def records(self, *, is_only: bool) -> DraftSet:
        """Spans, relations and labels of all that was taken in. ``is_only``: whether relations to other texts are faults."""
        self._made = DraftSet(spans=[], relations=[], labels=[])
        self._ids = FreshIds([*self._groups, *(str(one.id) for one in self._relations if one.id is not None)])
        for id, results in self._groups.items():
            if any("start" in result.value or result.type in _REGIONS for result in results):
                self._region(id, results)
            else:
                self._of_document(id, results)
        for result in self._relations:
            self._relation(result, is_only=is_only)
        return self._made

    def _lose(self, kind: str, id: Any, shown: str = "") -> None:
        self.incoming.losses.add(kind, f"{self.place}: {id}", shown)

    def _fresh(self, id: str) -> str:
        return self._ids.mint(f"{id}-", 2)

    def _region(self, id: str, results: list[Result]) -> None:
        """A region: a span for each of its labels, each with what else is said of it."""
        extent = next(filter(None, (self.shown.extent(result.value) for result in results)), None)
        if extent is None or not any(result.type in _REGIONS or result.type in ANSWERS for result in results):
            kinds = "/".join(sorted({result.type for result in results}))
            self._lose(f"regions that are in no text ({kinds})", id)
            return
        labels = [(one.from_name, label, one) for one in results if one.type in LABEL_TYPES for label in self._labels(one)]
        if not labels:
            self.incoming.repaired.add(f"regions without a label, labelled {_UNLABELLED!r}", f"{self.place}: {id}")
            layer = next((one.from_name for one in results if one.type in _REGIONS and one.from_name), "")
            labels = [(layer, _UNLABELLED, results[0])]
        if len(labels) > 1:
            self.incoming.repaired.add("regions with several labels, as a span for each", f"{self.place}: {id}")
        covered = next((one.value["text"] for one in results if one.type in _REGIONS and _is_text(one.value.get("text"))), "")
        attributes, remark = self._attributes(results)
        for number, (layer, label, result) in enumerate(labels):
            own = id if not number else self._fresh(id)
            self._of_region.setdefault(id, own)
            confidence, score = confidence_or_attribute(result.score)
            more: dict[str, Any] = {"attributes": attributes | score, "confidence": confidence, "note": remark}
            self._made.spans.append(Span(own, layer or self.incoming.span_layer, label, *extent, covered, **more))

    def _labels(self, result: Result) -> list[str]:
        """The labels of a region; a label's alias is what results have, so that there is nothing to translate."""
        labels = result.value.get(result.type)
        return [str(label) for label in labels if label not in (None, "")] if isinstance(labels, list) else []

    def _attributes(self, results: list[Result]) -> tuple[dict[str, Any], str]:
        """What is said of a region beside its labels, and the remark on it."""
        attributes: dict[str, Any] = {}
        remarks: list[str] = []
        for result in results:
            if result.type in ANSWERS:
                attributes[result.from_name or result.type] = self._answer(result)
            elif result.type not in _REGIONS:
                self._lose(f"results of a kind that is not known ({result.type})", result.id)
            meta = result.meta or {}
            said = meta.get("text", [])
            remarks += [str(one) for one in (said if isinstance(said, list) else [said]) if str(one) not in remarks]
            more = {name: one for name, one in meta.items() if name not in ("text", "attributes", "lead_time")}
            attributes |= result.others | more | (meta["attributes"] if isinstance(meta.get("attributes"), dict) else {})
        return attributes, "\n".join(remarks)

    def _answer(self, result: Result) -> Any:
        """The value that an answer is: a list where the question allows several, or there are."""
        answers = result.answers()
        control = self.config.controls.get(result.from_name)
        if control and control.is_truth and len(answers) == 1 and answers[0] in ("true", "false"):
            return answers[0] == "true"
        is_list = len(answers) != 1 or (control is not None and control.is_multiple)
        return answers if is_list else answers[0]

    def _of_document(self, id: str, results: list[Result]) -> None:
        """What is said of the document: a label for each choice; another answer is a label of its own kind with a value."""
        number = 0
        for result in results:
            if result.type not in ANSWERS:
                self._lose(f"results of a kind that is not known ({result.type})", id)
                continue
            _, remark = self._attributes([result])
            layer = result.from_name or self.incoming.label_layer
            chosen: list[tuple[str, dict[str, Any]]] = [
                (str(answer), {}) for answer in result.answers() if answer not in (None, "")
            ]
            if result.type not in ("choices", "taxonomy"):
                chosen = [(result.type, {**result.others, "value": self._answer(result)})]
            for label, attributes in chosen:
                own = self._fresh(id) if number else id
                number += 1
                confidence, score = confidence_or_attribute(result.score)
                self._made.labels.append(Label(own, layer, label, attributes | score, confidence, remark))

    def _relation(self, result: Result, *, is_only: bool) -> None:
        said = ["" if end is None else str(end) for end in (result.from_id, result.to_id)]
        if not is_only and not all(end in self._of_region for end in said):
            return  # it is of another text
        ends = [self._of_region.get(end, end) for end in said]
        if result.direction == "left":
            ends.reverse()
        attributes = {"direction": result.direction or "none"} if result.direction not in ("left", "right") else {}
        labels = result.labels or []
        if not labels:
            kind = f"relations without a label, labelled {self.incoming.relation_layer!r}"
            self.incoming.repaired.add(kind, f"{self.place}: {result.from_id} → {result.to_id}")
        args: dict[str, Any] = dict(zip(("from", "to"), ends, strict=True))
        first = str(result.id) if result.id is not None else self._ids.mint("r")
        confidence, score = confidence_or_attribute(result.score)
        attributes |= {**score, **result.others}
        for number, label in enumerate(labels or [self.incoming.relation_layer]):
            own = self._fresh(first) if number else first
            self._made.relations.append(Relation(own, self.incoming.relation_layer, label, args, attributes, confidence))


def _is_text(value: Any) -> bool:
    return isinstance(value, str)
