"""Records of Argilla as documents."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from postil.errors import UnreadableFile
from postil.exchange.drafts import Draft, DraftSet
from postil.exchange.incoming import Incoming
from postil.exchange.safe_json import converted, numbered, parse_json, read_json_records
from postil.exchange.sources import File
from postil.formats._flat import is_name
from postil.formats._json_values import list_or_empty, table_or_empty
from postil.formats._scores import confidence_or_attribute
from postil.formats.argilla._settings import SETTINGS, USERS
from postil.formats.argilla._version_1 import as_version_2, is_version_1
from postil.model import Label, Span
from postil.scheme import LabelDefinition, Layer

_KEYS = ("id", "external_id", "fields", "metadata", "responses", "suggestions", "vectors", "status", "_server_id", "score")
_CHOICES = ("label_selection", "multi_label_selection")


class _Extent(msgspec.Struct):
    label: str
    start: int
    end: int
    text: str = ""


class _Answer(msgspec.Struct):
    """What a user, or a model, says to a question."""

    question: str
    value: Any
    who: str = ""
    status: str | None = None
    scores: list[float | None] = []
    is_suggestion: bool = False


class _Question(msgspec.Struct):
    """A question of the settings."""

    name: str
    settings: dict[str, Any] = {}

    @property
    def type(self) -> str:
        """What kind of question it is."""
        return str(self.settings.get("type", ""))


def read(incoming: Incoming) -> Iterator[Draft]:
    questions = _settings(incoming)
    users = _users(incoming)
    for file in incoming.source.files(".json", ".jsonl", ".ndjson"):
        with incoming.noting_unreadable():
            if file.path.rpartition("/")[2] == USERS:
                continue
            for number, line, value in numbered(read_json_records(file)):
                if not isinstance(value, dict):
                    raise UnreadableFile(file.shown, "not a record of Argilla: an object is wanted", line, 1)
                yield from _Reading(incoming, questions, users, file, (line, number)).drafts(value)


def read_record(incoming: Incoming, file: File, number: int, value: dict[str, Any]) -> Iterator[Draft]:
    """The drafts of a record that stands in another kind of file, without settings."""
    return _Reading(incoming, {}, {}, file, (number, number)).drafts(value)


def _settings(incoming: Incoming) -> dict[str, _Question]:
    """The questions, as the settings beside the records say; they become the scheme."""
    path = incoming.source.path / SETTINGS
    if not path.is_file() or path.is_symlink():
        return {}
    said = parse_json(str(path), path.read_bytes())
    try:
        questions = msgspec.convert(said, dict[str, Any]).get("questions", [])
        found = {one.name: one for one in msgspec.convert(questions, list[_Question])}
    except msgspec.ValidationError as error:
        raise UnreadableFile(str(path), f"not the settings of an Argilla dataset: {error}") from error
    for name, question in found.items():
        options = question.settings.get("options") or []
        labels = {
            one["value"]: LabelDefinition() for one in options if isinstance(one, dict) and isinstance(one.get("value"), str)
        }
        if question.type == "span":
            incoming.declared[name] = Layer("span", labels=labels)
        elif question.type in _CHOICES:
            incoming.declared[name] = Layer("label", labels=labels, multiple=question.type == "multi_label_selection")
    return found


def _users(incoming: Incoming) -> dict[str, str]:
    file = incoming.source.get(USERS)
    said = parse_json(file.shown, file.read()) if file else {}
    if file and not (isinstance(said, dict) and all(isinstance(name, str) for name in said.values())):
        raise UnreadableFile(file.shown, "not a table of users: an object with a name for each id is wanted", 1, 1)
    return said


class _Reading:
    """Reads one record. ``at``: its line, and a number that it can be called by where it has no id."""

    def __init__(
        self, incoming: Incoming, questions: dict[str, _Question], users: dict[str, str], file: File, at: tuple[int, int]
    ) -> None:
        self.incoming, self.questions, self.users, self.file = incoming, questions, users, file
        self.line, self.number = at
        self.place = f"{file.shown}:{self.line}"

    def drafts(self, value: dict[str, Any]) -> Iterator[Draft]:
        """A draft for each field that has spans, or for the only one."""
        if is_version_1(value):
            agent = value.get("annotation_agent")
            self.users = {**self.users, str(agent): str(agent)} if agent else self.users
            value = as_version_2(value, self.incoming, self.place)
        record = value if isinstance(value.get("fields"), dict) else _unflattened(value)
        fields = {name: text for name, text in record["fields"].items() if isinstance(text, str) and text}
        meant = self._fields(fields)
        if not meant:
            self.incoming.losses.add("records without a text", self.place)
        answers = [answer for answer in self._answers(record) if answer.value is not None]
        id = next(
            (str(value[key]) for key in ("id", "external_id") if is_name(value.get(key))), f"{self.file.name}-{self.number}"
        )
        metadata = {
            **table_or_empty(record.get("metadata")),
            **{name: one for name, one in record["fields"].items() if name not in meant},
        }
        metadata |= {key: one for key, one in record.items() if key not in _KEYS}
        if record.get("vectors"):
            self.incoming.losses.add("vectors", self.place, stops=False)
        for number, name in enumerate(meant):
            own = [one for one in answers if self._field(one, meant) == name or (number == 0 and self._field(one, meant) == "")]
            full = id if len(meant) == 1 else f"{id}/{name}"
            yield Draft(full, fields[name], list(self._sets(own)), metadata, "code point", self.place)

    def _fields(self, fields: dict[str, str]) -> list[str]:
        """The fields that are texts to annotate."""
        if said := self.incoming.options["text-key"]:
            return [said] if said in fields else []
        named = [str(one.settings.get("field")) for one in self.questions.values() if one.type == "span"]
        if meant := [name for name in dict.fromkeys(named) if name in fields]:
            return meant
        if len(fields) > 1 and "text" not in fields:
            message = f"which field is the text: {', '.join(fields)}? Say --text-key FIELD"
            raise UnreadableFile(self.file.shown, message, self.line, 1)
        return ["text"] if "text" in fields else list(fields)

    def _field(self, answer: _Answer, meant: list[str]) -> str:
        """The field that an answer is about; empty for the record as a whole."""
        question = self.questions.get(answer.question)
        return str(question.settings.get("field")) if question and question.type == "span" and len(meant) > 1 else ""

    def _answers(self, record: dict[str, Any]) -> Iterator[_Answer]:
        """Everything that is said, from either version's form of it."""
        responses, suggestions = record.get("responses") or {}, record.get("suggestions") or {}
        if isinstance(responses, list):
            for one in map(table_or_empty, responses):
                for name, value in table_or_empty(one.get("values")).items():
                    yield _Answer(
                        name, table_or_empty(value).get("value"), self._user(one.get("user_id")), _word(one.get("status"))
                    )
        for name, several in table_or_empty(responses).items():
            for one in map(table_or_empty, several if isinstance(several, list) else []):
                yield _Answer(name, one.get("value"), self._user(one.get("user_id")), _word(one.get("status")))
        listed = suggestions if isinstance(suggestions, list) else []
        named = [(_word(one.get("question_name")) or "", one) for one in map(table_or_empty, listed)]
        for name, one in [*named, *((name, table_or_empty(one)) for name, one in table_or_empty(suggestions).items())]:
            score = one.get("score")
            values = one.get("value")
            count = len(values) if isinstance(values, list) else 1
            scores = score if isinstance(score, list) else [score] * count if isinstance(score, float | int) else []
            yield _Answer(name, values, _word(one.get("agent")) or "suggestions", None, scores, is_suggestion=True)

    def _user(self, id: Any) -> str:
        return self.users.get(str(id), f"user-{id}" if id else "")

    def _sets(self, answers: list[_Answer]) -> Iterator[DraftSet]:
        """A set for each user, and for each model."""
        by_whom: dict[tuple[str, bool], list[_Answer]] = {}
        for answer in answers:
            if answer.status == "discarded":
                self.incoming.losses.add("responses that were discarded", f"{self.place}: {answer.question}", answer.who)
            else:
                by_whom.setdefault((answer.who, answer.is_suggestion), []).append(answer)
        names = {name for name, is_suggestion in by_whom if not is_suggestion}
        for (who, is_suggestion), several in by_whom.items():
            name = f"{who}-suggested" if is_suggestion and who in names else who
            made = DraftSet(name, spans=[], labels=[], file=self.place)
            made.method = "model" if is_suggestion else "imported"
            made.status = "in-progress" if any(one.status == "draft" for one in several) else "complete"
            for answer in several:
                self._add(made, answer)
            yield made

    def _add(self, made: DraftSet, answer: _Answer) -> None:
        """Add what is answered to one question."""
        question, value = self.questions.get(answer.question), answer.value
        kind = question.type if question else _guessed_kind(value)
        values = value if isinstance(value, list) else [value]
        scores: list[Any] = [*answer.scores, *[None] * len(values)]
        for one, score in zip(values, scores, strict=False):
            confidence, attributes = confidence_or_attribute(float(score) if isinstance(score, float | int) else None)
            if kind == "span":
                extent = self._extent(one)
                id, place = f"e{len(made.spans) + 1}", (extent.start, extent.end, extent.text)
                made.spans.append(Span(id, answer.question, extent.label, *place, attributes=attributes, confidence=confidence))
            elif kind in _CHOICES:
                made.labels.append(Label(f"d{len(made.labels) + 1}", answer.question, str(one), attributes, confidence))
        if kind != "span" and kind not in _CHOICES:
            made.labels.append(Label(f"d{len(made.labels) + 1}", answer.question, kind, {"value": value}))

    def _extent(self, value: Any) -> _Extent:
        try:
            return converted(value, _Extent)
        except msgspec.ValidationError as error:
            raise UnreadableFile(self.file.shown, f"not a span of Argilla: {error}", self.line, 1) from error


def _guessed_kind(value: Any) -> str:
    """What kind of question an answer is to, where no settings say it: short lines are labels."""
    values = value if isinstance(value, list) else [value]
    if isinstance(value, list) and all(isinstance(one, dict) and "start" in one for one in values):
        return "span"
    if all(isinstance(one, str) and len(one) <= 100 and "\n" not in one for one in values):
        return "label_selection"
    return "rating" if isinstance(value, int | float) else "text" if isinstance(value, str) else "ranking"


def _unflattened(value: dict[str, Any]) -> dict[str, Any]:
    """A flattened record as a nested one. Whatever is not of a question is a field, if it is a text."""
    responses: dict[str, Any] = {}
    suggestions: dict[str, Any] = {}
    fields: dict[str, Any] = {}
    others: dict[str, Any] = {}
    for key, one in value.items():
        question, dot, part = key.rpartition(".responses") if ".responses" in key else key.rpartition(".suggestion")
        if not dot:
            (fields if isinstance(one, str) and key not in _KEYS else others)[key] = one
        elif ".responses" in key and not part:
            users, statuses = list_or_empty(value.get(f"{key}.users")), list_or_empty(value.get(f"{key}.status"))
            answers = list_or_empty(one)
            rows = zip(answers, [*users, *[None] * len(answers)], [*statuses, *[None] * len(answers)], strict=False)
            responses[question] = [{"value": said, "user_id": user, "status": status} for said, user, status in rows]
        elif not part:
            suggestions[question] = {
                "value": one, "agent": value.get(f"{key}.agent"), "score": value.get(f"{key}.score"),
            }  # fmt: skip
    return {**others, "fields": fields, "responses": responses, "suggestions": suggestions}


def _word(value: Any) -> str | None:
    return value if isinstance(value, str) else None
