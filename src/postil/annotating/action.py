"""What an action is: a pure function from a state, and words, to a state, with its name, its words and its manual page."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from functools import cache

import msgspec

from postil.annotating.state import Again, Once, State, focused
from postil.errors import ActionRefused
from postil.model import Span
from postil.registry import parts
from postil.text import counted, nearest, quote

Does = Callable[..., State]

Word = str | int | float
"""A word of an action, as a script has it, or as the number or the truth value that it is (``bool`` is an ``int``)."""


class Action(msgspec.Struct, frozen=True):
    """One action. ``takes`` are its words as help shows them; ``least`` and ``most`` how many there may be (-1: any number).

    ``repeats``: whether it does something to the span here that can be done again to others like it.

    A screen gives it a key, a script its name.
    """

    name: str
    takes: str
    manual: str
    does: Does
    least: int
    most: int
    repeats: bool = False

    @property
    def summary(self) -> str:
        """The first line of its manual page."""
        return self.manual.partition("\n")[0]

    @property
    def usage(self) -> str:
        """Its name and its words."""
        return f"{self.name} {self.takes}".strip()

    def refuse_words(self, words: Sequence[str]) -> None:
        """Raise :class:`~postil.errors.ActionRefused` where it does not take this many words."""
        if len(words) < self.least or (0 <= self.most < len(words)):
            raise ActionRefused(f"{counted(len(words), 'word')} after {self.name}: it is {self.usage}")

    def __call__(self, state: State, *words: Word) -> State:
        """Do it: what ``state`` becomes, and says. Raises :class:`~postil.errors.ActionRefused` where it cannot be done."""
        written = tuple(map(_written, words))
        self.refuse_words(written)
        made = self.does(state.with_(said=""), *written)
        if not self.repeats or made.marks is state.marks:
            return made
        record = focused(state)
        if not isinstance(record, Span):
            return made.with_(last=Once(made.said))
        return made.with_(last=Again(self.name, written, record.layer, record.label, record.text))


def _written(word: Word) -> str:
    """A word as a script would have it. One of another type than :data:`Word` is refused."""
    match word:
        case str():
            return word
        case bool():
            return "true" if word else "false"
        case int() | float():
            return str(word)
    raise ActionRefused(f"{quote(repr(word))} is neither a text nor a number nor true or false: an action takes only these")


def action(takes: str = "", *, repeats: bool = False) -> Callable[[Does], Action]:
    """Make a function the action with its name. ``takes``: its words for help; ``[WORD]`` may be left out."""

    def make(function: Does) -> Action:
        parameters = list(inspect.signature(function).parameters.values())[1:]
        is_open = any(one.kind is one.VAR_POSITIONAL for one in parameters)
        least = sum(one.default is one.empty and one.kind is not one.VAR_POSITIONAL for one in parameters)
        name = function.__name__.strip("_").replace("_", "-")
        most = -1 if is_open else len(parameters)
        return Action(name, takes, inspect.cleandoc(function.__doc__ or ""), function, least, most, repeats)

    return make


@cache
def all_actions() -> dict[str, Action]:
    """Every action by its name."""
    found = parts("postil.annotating.actions", Action)
    return {one.name: one for one in sorted(found, key=lambda one: one.name)}


def action_named(name: str) -> Action:
    """The action with this name. Raises :class:`~postil.errors.ActionRefused` where there is none."""
    known = all_actions()
    if name in known:
        return known[name]
    near = nearest(name, known)
    raise ActionRefused(f"there is no action {quote(name)}{f': did you mean {near}?' if near else ''}")
