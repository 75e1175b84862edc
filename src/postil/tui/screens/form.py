"""The attributes of an annotation as a quick form: a digit answers, and the next question that must be answered comes up."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, ClassVar

from rich.style import Style
from rich.text import Text
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from postil.annotating import Question, focused, questions
from postil.annotating.making import described
from postil.text import printable
from postil.tui.screens.choose import Choice, ChooseScreen
from postil.tui.screens.prompt import PromptScreen
from postil.tui.widgets.clickable import KEY

if TYPE_CHECKING:
    from postil.tui.screens.annotate import AnnotateScreen

_MOST = 9  # choices with a digit
_LOW = 16  # lines of a screen
_KEYS = "1–9 choose   ↑↓ question   ←→ choice   ⏎ next, type a value   del take off   esc close"


class FormScreen(ModalScreen[None], inherit_bindings=False):
    """The questions of what is looked at. Each answer is an action of the session, saved at once.

    ``closes_itself``: as soon as everything is answered that must be.
    """

    DEFAULT_CSS: ClassVar[str] = """
    FormScreen VerticalScroll { scrollbar-size-vertical: 1; }
    FormScreen { align: center bottom; background: transparent; }
    FormScreen > VerticalScroll { width: 100%; height: auto; max-height: 60%; background: $surface; border: round $accent;
        padding: 0 1; }
    FormScreen Static { height: auto; }
    """

    def __init__(self, screen: AnnotateScreen, *, closes_itself: bool = False) -> None:
        super().__init__()
        self._screen, self._closes_itself = screen, closes_itself
        self._about = focused(screen.state)
        self._content = Static()
        self._box = VerticalScroll(self._content, can_focus=False)
        self._at = self._first_fault() if closes_itself else 0
        self._refused = ""

    def compose(self) -> ComposeResult:
        """The questions."""
        self._box.border_title = printable(described(self._about)) if self._about else ""
        self._box.border_subtitle = _KEYS
        yield self._box

    def on_mount(self) -> None:
        """Draw them."""
        self._show()

    @property
    def _questions(self) -> list[Question]:
        """What is asked; nothing where a change on the disk took out what it was asked about."""
        here = focused(self._screen.state)
        is_there = here is not None and self._about is not None and here.id == self._about.id
        return questions(self._screen.state) if is_there else []

    def _close(self) -> None:
        """Close, unless a message lies on top."""
        self._screen.view.keep_free(0)
        if self.is_current:
            self.dismiss()

    @property
    def _is_low(self) -> bool:
        """Whether there is room for one question only, its answers beside each other."""
        return self._screen.size.height < _LOW

    def _first_fault(self) -> int:
        return next((at for at, one in enumerate(self._questions) if one.fault), 0)

    # --- drawing ---------------------------------------------------------------------------------------------------------

    def _show(self) -> None:
        asked = self._questions
        self._at = min(self._at, max(len(asked) - 1, 0))
        shown = [(at, one) for at, one in enumerate(asked) if at == self._at or not self._is_low]
        lines = [line for at, one in shown for line in self._lines(one, is_here=at == self._at)]
        self._content.update(Text("\n").join(lines))
        self._box.scroll_to(y=max(self._at - 2, 0), animate=False)
        self.call_after_refresh(self._keep_in_sight)

    def _keep_in_sight(self) -> None:
        """Let the text stand above the form with what it asks about."""
        view = self._screen.view
        view.keep_free(max(view.region.bottom - self._box.region.y, 0))
        self.refresh()  # it draws the screen below too

    def _lines(self, one: Question, *, is_here: bool) -> Iterator[Text]:
        must = "*" if one.attribute.required else " "
        value = Text(_in_words(one.value, self._screen) or "–", Style(bold=one.value is not None))
        fault = Text(f"  ! {one.fault}" if one.fault else "", Style(color=self._screen.view.palette.wrong))
        yield Text.assemble(("▸ " if is_here else "  ") + must, (one.name, Style(bold=is_here)), ": ", value, fault)
        if not is_here:
            return
        if one.attribute.description and not self._is_low:
            yield Text(f"     {one.attribute.description}", Style(dim=True, italic=True))
        choices: list[Text] = []
        for number, choice in enumerate(self._window(one), 1):
            chosen = choice in _words(one.value)
            mark = "●" if chosen else "○"
            style = Style(meta={KEY: str(number)})
            said = f" {mark} {_named(choice, self._screen)}"
            choices.append(Text.assemble((f" {number} ", style + Style(reverse=True)), (said, style)))
        if self._is_low:
            yield Text("  ").join(choices)
        else:
            yield from (Text.assemble("     ", choice) for choice in choices)
        left = len(one.choices) - _MOST
        if left > 0:
            yield Text(f"      … {left:,} more: type some of it, or ←→", Style(dim=True))
        if not one.choices:
            yield Text(f"     ⏎ and type {_kind(one)}", Style(dim=True))
        if self._refused:
            yield Text(f"     ✗ {self._refused}", Style(color=self._screen.view.palette.wrong, bold=True))

    def _window(self, one: Question) -> tuple[str, ...]:
        """The choices with digits: the first, or those around what was chosen further on."""
        chosen = next((at for at, choice in enumerate(one.choices) if choice in _words(one.value)), 0)
        first = max(0, min(chosen - _MOST + 1, len(one.choices) - _MOST))
        return one.choices[first : first + _MOST]

    # --- answering -------------------------------------------------------------------------------------------------------

    def press(self, key: str) -> None:
        """A digit answers; letters begin a free value."""
        asked = self._questions
        self._refused = ""
        if key == "escape" or not asked:
            self._close()
            return
        one = asked[min(self._at, len(asked) - 1)]
        if key in ("up", "down", "tab", "shift+tab"):
            self._at = (self._at + (1 if key in ("down", "tab") else -1)) % len(asked)
            self._show()
        elif key.isascii() and key.isdigit() and 0 < int(key) <= len(self._window(one)):
            self._choose(one, self._window(one)[int(key) - 1])
        elif key in ("left", "right") and one.choices:
            self._set(one, _beside(one, 1 if key == "right" else -1))
        elif key in ("delete", "backspace"):
            self._set(one)
        elif key == "enter" and one.choices and one.attribute.type != "reference":
            self._go_on()
        elif one.choices and (key == "enter" or len(key) == 1):
            self._find(one, key if len(key) == 1 else "")
        elif key == "enter" or len(key) == 1:
            self._ask(one, key if len(key) == 1 else "")
        else:
            self._show()

    def _choose(self, one: Question, choice: str) -> None:
        if not one.attribute.multiple:
            self._set(one, choice)
            self._go_on()
            return
        before = _words(one.value)
        self._set(one, *([word for word in before if word != choice] if choice in before else [*before, choice]))

    def _find(self, one: Question, typed: str) -> None:
        """Let one of the choices be found by some of what it is called."""
        known = self._screen.state.marks.by_id
        choices = [Choice(word, about=described(known[word]) if word in known else "") for word in one.choices]

        def answered(choice: str | None) -> None:
            if choice is not None:
                self._choose(one, choice)

        self.app.push_screen(ChooseScreen(one.name, choices, typed), answered)

    def _ask(self, one: Question, typed: str) -> None:
        value = typed or " ".join(_words(one.value))

        def answered(line: str | None) -> None:
            if line is not None:
                words = line.split() if one.attribute.multiple else [line] if line else []
                if self._set(one, *words):
                    self._go_on()

        self.app.push_screen(PromptScreen(one.name, value, about=one.attribute.description), answered)

    def _set(self, one: Question, *words: str) -> bool:
        """Do it in the session; what it refuses is said here."""
        is_done = self._screen.do("set", one.name, *words)
        self._refused = "" if is_done else self._screen.refusal
        self._show()
        return is_done

    def _go_on(self) -> None:
        """To the next question that must be answered, else to the next; the form closes after the last."""
        asked = self._questions
        faults = [at for at, one in enumerate(asked) if one.fault]
        later = [at for at in faults if at > self._at]
        if not faults if self._closes_itself else self._at + 1 >= len(asked):
            self._close()
            return
        self._at = next(iter(later or faults), self._at) if self._closes_itself else self._at + 1
        self._show()


def _words(value: Any) -> list[str]:
    """A value as the words that the action takes."""
    if value is None:
        return []
    values = value if isinstance(value, list | tuple) else [value]
    return [str(one).lower() if isinstance(one, bool) else str(one) for one in values]


def _in_words(value: Any, screen: AnnotateScreen) -> str:
    return ", ".join(_named(word, screen) for word in _words(value))


def _named(word: str, screen: AnnotateScreen) -> str:
    """A choice; of an annotation what it is, beside its id."""
    record = screen.state.marks.by_id.get(word)
    return printable(f"{described(record)} ({word})" if record else word)


def _beside(one: Question, step: int) -> str:
    chosen = _words(one.value)
    at = one.choices.index(chosen[0]) + step if chosen and chosen[0] in one.choices else 0 if step > 0 else -1
    return one.choices[at % len(one.choices)]


def _kind(one: Question) -> str:
    kinds = {"integer": "a whole number", "number": "a number", "link": "a link"}
    return kinds.get(one.attribute.type, "a value")
