"""What the manifest may say for the metadata of a dataset card on the Hugging Face Hub, where no file shows it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

import msgspec

from postil.hub_vocabulary import ANNOTATIONS_CREATORS, GATED_FIELDS, LANGUAGE_CREATORS, TASKS
from postil.text import nearest, quote

SOURCE_DATASET = re.compile(r"original|extended(\|[\w./-]+)?|[\w.-]+(/[\w.-]+)?")
_TASK_IDS = frozenset().union(*TASKS.values())
_FEW = 8  # words that a message lists beside the one that was meant


class HubCard(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``[huggingface]`` of the manifest, each key called as the Hub calls it.

    What is said of creators and sources, and the name, take the place of what an export finds; tasks and tags come beside that.
    ``extra_gated_fields``: what is asked of whoever wants access, by the question: the kind of the answer, or the choices.
    """

    pretty_name: str = ""
    annotations_creators: tuple[str, ...] = ()
    language_creators: tuple[str, ...] = ()
    source_datasets: tuple[str, ...] = ()
    task_categories: tuple[str, ...] = ()
    task_ids: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    extra_gated_prompt: str = ""
    extra_gated_fields: dict[str, str | tuple[str, ...]] = {}

    @property
    def is_gated(self) -> bool:
        """Whether something is asked of whoever wants access."""
        return bool(self.extra_gated_prompt.strip() or self.extra_gated_fields)


def hub_card_faults(card: HubCard) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Each word that the Hub would refuse or take for another: the path of its key, and what is wrong."""
    for key, known in (
        ("annotations_creators", ANNOTATIONS_CREATORS),
        ("language_creators", LANGUAGE_CREATORS),
        ("task_categories", TASKS),
        ("task_ids", _TASK_IDS),
    ):
        for index, word in enumerate(getattr(card, key)):
            if word not in known:
                yield (key, index), f"{quote(word)} is not one of the Hub's {key}{_meant(word, known)}"
    for index, source in enumerate(card.source_datasets):
        if not SOURCE_DATASET.fullmatch(source):
            yield (
                ("source_datasets", index),
                f"{quote(source)} is not “original”, “extended|NAME” or the name of a dataset on the Hub",
            )
    for index, tag in enumerate(card.tags):
        if not tag.strip():
            yield ("tags", index), "a tag must have something in it"
    yield from _gate_faults(card)


def _gate_faults(card: HubCard) -> Iterator[tuple[tuple[str | int, ...], str]]:
    for question, answer in card.extra_gated_fields.items():
        if isinstance(answer, tuple):
            if len(answer) < 2:
                yield ("extra_gated_fields", question), "a choice needs two answers or more"
        elif answer not in GATED_FIELDS:
            choice = ", or a list of answers to choose from"
            yield ("extra_gated_fields", question), f"{quote(answer)} is no kind of answer{_meant(answer, GATED_FIELDS)}{choice}"


def _meant(word: str, known: Collection[str]) -> str:
    """What was probably meant, and what there is: of a long list only where nothing is near."""
    near = nearest(word, known)
    there = f"there are {', '.join(sorted(known))}"
    if not near:
        return f": {there}"
    return f": did you mean {near}?" + (f" T{there[1:]}" if len(known) <= _FEW else "")
