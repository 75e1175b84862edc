"""Tasks of Label Studio as documents."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any

import msgspec
from msgspec.structs import replace

from postil.errors import UnreadableFile
from postil.exchange.drafts import Draft, DraftSet
from postil.exchange.incoming import Incoming
from postil.exchange.joined import joined
from postil.exchange.safe_json import converted, numbered, read_json_records
from postil.exchange.sources import File
from postil.formats._flat import DOCUMENT_ID, is_name
from postil.formats.label_studio._config import Config, TextTag, parse_config
from postil.formats.label_studio._regions import LABEL_TYPES, Regions, Result
from postil.formats.label_studio._smaller import answers_in, is_small, rows_of_table, task_of_rows
from postil.formats.label_studio._texts import Shown, is_address, is_dialogue, shown_text
from postil.model import METHODS, STATUSES

CONFIG_NAMES = ("config.xml", "label_config.xml", "labeling_config.xml", "labelling_config.xml")

_BOOKKEEPING = frozenset((
    "inner_id", "project", "created_at", "updated_at", "updated_by", "file_upload", "total_annotations", "total_predictions",
    "cancelled_annotations", "comment_count", "unresolved_comment_count", "last_comment_updated_at", "comment_authors",
    "comment_authors_count", "annotators", "annotators_count", "reviewers", "agreement", "is_labeled", "overlap", "task_path",
    "draft_exists", "avg_lead_time", "completed_at", "allow_skip", "storage_filename", "precomputed_agreement", "state",
    "annotations_results", "annotations_ids", "predictions_results", "predictions_score", "predictions_model_versions",
    "ground_truth", "reviews_rejected", "reviewed", "locked_by", "import_job_id", "source_filename", "unlabeled", "review",
))  # fmt: skip


class _Annotation(msgspec.Struct):
    """What one person, or a model, says of a task."""

    result: list[dict[str, Any]] | None = None
    annotator: str | None = None
    completed_by: int | str | dict[str, Any] | None = None
    created_username: str | None = None
    model_version: str | int | None = None
    user: int | str | dict[str, Any] | None = None
    annotation: Any = None
    was_cancelled: bool | None = False
    skipped: bool | None = False
    ground_truth: bool | None = False
    honeypot: bool | None = False
    status: str | None = None
    method: str | None = None
    sources: tuple[str, ...] = ()


class _Task(msgspec.Struct):
    """A task: what is to be annotated, and what was said of it."""

    data: dict[str, Any]
    id: int | str | None = None
    annotations: list[_Annotation] | None = None
    completions: list[_Annotation] | None = None
    predictions: list[_Annotation] | None = None
    drafts: list[_Annotation] | None = None
    meta: Any = None
    is_of_rows: bool = False


def read(incoming: Incoming) -> Iterator[Draft]:
    """A draft for each text of each task."""
    configs: dict[str, Config] = {}
    files = incoming.source.files(".json", ".jsonl", ".ndjson", ".csv")
    for file in [one for one in files if not _is_table(one)] or files:  # a CSV beside JSON says less of the same
        config = _config(incoming, file, configs)
        with incoming.noting_unreadable():
            for number, line, value in numbered(_tasks(file, config, incoming.source.encoding)):
                yield from _Reading(incoming, config, file, line, number).drafts(value)


def _tasks(file: File, config: Config, encoding: str) -> Iterator[tuple[int, Any]]:
    """The tasks of a file; in JSON_MIN and CSV, those that its rows were made of."""
    records = partial(rows_of_table, file, encoding) if _is_table(file) else partial(read_json_records, file)
    _, first = next(records(), (1, None))
    if not is_small(first):
        yield from records()
        return
    answers = frozenset() if config.controls else answers_in(_small_rows(records))
    for _, (rows,) in joined([partial(_small_rows, records)]):
        yield rows[0][0], task_of_rows([row for _, row in rows], config, answers)


def _is_table(file: File) -> bool:
    return file.path.lower().removesuffix(".gz").endswith(".csv")


def _small_rows(records: Callable[[], Iterator[tuple[int, Any]]]) -> Iterator[tuple[str, tuple[int, Any]]]:
    """Rows of JSON_MIN by the task that they are of."""
    for number, line, value in numbered(records()):
        id = value.get("id") if isinstance(value, dict) else None
        yield f"task {id}" if is_name(id) else f"record {number}", (line, value)


def _config(incoming: Incoming, file: File, known: dict[str, Config]) -> Config:
    """The labelling configuration that the user names, or the nearest above a file."""
    if said := incoming.options["config"]:
        if said not in known:
            try:
                known[said] = parse_config(said, Path(said).read_bytes())
            except OSError as error:
                raise UnreadableFile(said, error.strerror or str(error)) from error
            incoming.declared.update(known[said].layers(incoming.relation_layer))
        return known[said]
    for directory in PurePosixPath(file.path).parents:
        for name in CONFIG_NAMES:
            found = incoming.source.get((directory / name).as_posix())
            if found:
                if found.path not in known:
                    known[found.path] = parse_config(found.shown, found.read())
                    incoming.declared.update(known[found.path].layers(incoming.relation_layer))
                return known[found.path]
    return Config()


class _Reading:
    """Reads one task. ``number``: what it can be called by where it has no id."""

    def __init__(self, incoming: Incoming, config: Config, file: File, line: int, number: int) -> None:
        self.incoming, self.config, self.file, self.line, self.number = incoming, config, file, line, number
        self.place = f"{file.shown}:{line}"

    def drafts(self, value: Any) -> Iterator[Draft]:
        """A draft for each text that the task shows."""
        value = _with_its_task(value)
        try:
            task = converted(value, _Task)
        except msgspec.ValidationError as error:
            raise UnreadableFile(self.file.shown, f"not a task of Label Studio: {error}", self.line, 1) from error
        said = [(name, one, self._results(one)) for name, one in self._said(task)]
        texts = list(self._texts(task, [result for _, _, results in said for result in results]))
        if not texts:
            self.incoming.losses.add("tasks without a text", self.place)
        if len(texts) > 1:
            self._count_elsewhere([result for _, _, results in said for result in results], {shown.name for shown in texts})
        keys = {shown.key for shown in texts}
        metadata = {name: one for name, one in task.data.items() if name not in keys and name != DOCUMENT_ID}
        metadata |= self._beside(value, task)
        if not self.config.controls and task.is_of_rows:
            self._count_perhaps_answers(metadata)
        for shown in texts:
            name = self._name(task) + (f"/{shown.name}" if len(texts) > 1 else "")
            sets = [self._set(who, one, results, shown, is_only=len(texts) == 1) for who, one, results in said]
            yield Draft(name, shown.text, sets, metadata | shown.metadata, "code point", self.place)

    def _count_perhaps_answers(self, metadata: dict[str, Any]) -> None:
        """Count what may be answers or data, which JSON_MIN writes alike: without a configuration nobody can tell."""
        for name, one in metadata.items():
            if isinstance(one, str | int | float | list):
                kind = "values kept as metadata that may be answers: --config CONFIG.xml, of the project, tells them apart"
                self.incoming.repaired.add(kind, f"{self.place}: {name}", str(one))

    def _results(self, annotation: _Annotation) -> list[Result]:
        try:
            return [Result.of(raw) for raw in annotation.result or ()]
        except msgspec.ValidationError as error:
            raise UnreadableFile(self.file.shown, f"not a result of Label Studio: {error}", self.line, 1) from error

    def _count_elsewhere(self, results: list[Result], names: set[str]) -> None:
        """Count what is about none of several texts, or ties one to another."""
        about = {str(result.id): result.to_name for result in results if result.type != "relation"}
        for result in results:
            if result.type == "relation":
                if about.get(str(result.from_id)) != about.get(str(result.to_id)):
                    self.incoming.losses.add("relations between two texts", f"{self.place}: {result.from_id} → {result.to_id}")
            elif result.to_name not in names:
                self._count_other(result)

    def _count_other(self, result: Result) -> None:
        self.incoming.losses.add(f"results about other things than the text ({result.type})", f"{self.place}: {result.id}")

    def _name(self, task: _Task) -> str:
        said = task.data.get(DOCUMENT_ID)
        if is_name(said):
            return str(said)
        return f"task-{task.id}" if is_name(task.id) else f"{self.file.name}-{self.number}"

    def _beside(self, value: dict[str, Any], task: _Task) -> dict[str, Any]:
        """What stands beside the data of a task."""
        others = {name: one for name, one in value.items() if name not in _Task.__struct_fields__}
        said = [one for name in ("annotations", "completions", "predictions") for one in value.get(name) or ()]
        if any(name not in (*_Annotation.__struct_fields__, "id") for one in said for name in one):
            self.incoming.losses.add("annotations' own bookkeeping (numbers, dates, …)", self.place, stops=False)
        if not others.keys().isdisjoint(_BOOKKEEPING):
            self.incoming.losses.add("tasks' own bookkeeping (dates, counts, …)", self.place, stops=False)
        metadata = {name: one for name, one in others.items() if name not in _BOOKKEEPING}
        return metadata | ({"meta": task.meta} if task.meta else {})

    def _said(self, task: _Task) -> Iterator[tuple[str, _Annotation]]:
        """Each annotation, prediction and draft of a task that says something, by whom."""
        given: set[str] = set()
        for one in task.annotations or task.completions or ():
            if one.was_cancelled or one.skipped:
                self.incoming.losses.add("annotations that were skipped", self.place, _who(one.completed_by))
                continue
            if (one.ground_truth or one.honeypot) and one.method is None:
                one.method = "adjudicated"
            yield self._unique(one.annotator or _who(one.completed_by) or one.created_username or "", given), one
        for one in task.predictions or ():
            one.method = "model"
            yield self._unique(one.annotator or str(one.model_version or "model"), given), one
        for one in task.drafts or ():
            if one.annotation is not None:
                self.incoming.losses.add("drafts of annotations that were submitted", self.place, stops=False)
            elif one.result:
                one.status = "in-progress"
                yield self._unique(one.annotator or _who(one.user), given), one

    def _unique(self, name: str, given: set[str]) -> str:
        """A name that no other set of the task has."""
        fresh, number = name, 2
        while fresh.casefold() in given:
            fresh, number = f"{name or 'annotator'}-{number}", number + 1
        if fresh != name:
            kind = "further annotations of a task by the same annotator, each as a set of its own"
            self.incoming.repaired.add(kind, f"{self.place}: {fresh}")
        given.add(fresh.casefold())
        return fresh

    def _texts(self, task: _Task, results: list[Result]) -> Iterator[Shown]:
        """The texts that a task shows: those that the configuration names, else the one that there is."""
        tags = self.config.texts_of(task.data) if self.config.texts else filter(None, [self._only_text(task, results)])
        for tag in tags:
            if shown := shown_text(tag, task.data, self.place, self.incoming):
                yield shown

    def _only_text(self, task: _Task, results: list[Result]) -> TextTag | None:
        """Where nothing names the key of the text: the one that the user says, ``text``, or the only one that it can be."""
        said = self.incoming.options["text-key"]
        possible = [
            name for name, one in task.data.items() if one and (isinstance(one, str) or is_dialogue(one)) and name != DOCUMENT_ID
        ]
        texts = [name for name in possible if not is_address(task.data[name])]
        if possible and not texts and not said and any(result.type in LABEL_TYPES for result in results):
            names = ", ".join(possible)
            raise UnreadableFile(self.file.shown, f"the text is not in the file: only addresses are ({names})", self.line, 1)
        possible = texts
        if not said and "text" in possible:
            said = "text"
        if not said and len(possible) > 1:
            covered = [one.value["text"] for one in results if "start" in one.value and isinstance(one.value.get("text"), str)]
            fitting = [name for name in possible if isinstance(task.data[name], str) and _has_all(task.data[name], covered)]
            possible = fitting if covered and fitting else possible
        if not said and len(possible) > 1:
            message = (
                f"which of {', '.join(possible)} is the text? Say --text-key KEY, or name the labelling configuration (--config)"
            )
            raise UnreadableFile(self.file.shown, message, self.line, 1)
        key = said or next(iter(possible), "")
        if key not in task.data:
            return None
        to_name = next((one.to_name for one in results if one.to_name), "text")
        if isinstance(task.data[key], list):
            return TextTag(to_name, "Paragraphs", f"${key}")
        is_html = any(one.type.startswith("hypertext") or _is_path(one.value.get("start")) for one in results)
        return TextTag(to_name, "HyperText" if is_html else "Text", f"${key}")

    def _set(self, annotator: str, one: _Annotation, results: list[Result], shown: Shown, *, is_only: bool) -> DraftSet:
        regions = Regions(self.config, self.incoming, self.place, shown)
        for result in results:
            if result.type == "relation" or result.to_name == shown.name or (is_only and not self._is_other(result.to_name)):
                regions.add(result)
            elif is_only:
                self._count_other(result)
        made = regions.records(is_only=is_only)
        status = one.status if one.status in STATUSES else "complete"
        method = one.method if one.method in METHODS else "imported"
        return replace(made, annotator=annotator, status=status, method=method, sources=one.sources, file=self.place)

    def _is_other(self, name: str) -> bool:
        return name in self.config.others


def _with_its_task(value: Any) -> Any:
    """An annotation that holds its task, as Label Studio writes them to a storage, as the task that holds it."""
    if isinstance(value, dict) and "data" not in value and isinstance(value.get("task"), dict) and "result" in value:
        return {**value["task"], "annotations": [{name: one for name, one in value.items() if name != "task"}]}
    return value


def _who(person: int | str | dict[str, Any] | None) -> str:
    """What a person is called: by name, address or number."""
    if isinstance(person, dict):
        names = [person.get("email"), person.get("username"), person.get("id")]
        person = next((name for name in names if isinstance(name, str | int) and name), None)
    if isinstance(person, int):
        return f"user-{person}"
    return person or ""


def _is_path(place: Any) -> bool:
    return isinstance(place, str) and place.startswith("/")


def _has_all(text: str, covered: list[str]) -> bool:
    return all(one in text or one.replace("\\n", "\n") in text for one in covered)
