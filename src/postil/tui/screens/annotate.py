"""The screen on which a document is annotated: it draws a session, and turns keys and clicks into its actions."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar, cast

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.screen import ModalScreen, Screen
from textual.widgets import Static

from postil.annotating import Session, State
from postil.annotating.reconciling import ON_DISK
from postil.annotating.steps import undone
from postil.editing.diff import diff
from postil.errors import ActionRefused, PostilError, TextEdited
from postil.findings import Finding, Severity
from postil.rendering.differences import Sides, lines
from postil.text import few
from postil.tui import asks
from postil.tui.keys import Command, Keys, context
from postil.tui.keys_file import overridden
from postil.tui.label_keys import label_keys
from postil.tui.palette import Palette
from postil.tui.screens.message import MessageScreen
from postil.tui.widgets.clickable import focus_clicked
from postil.tui.widgets.key_bar import KeyBar
from postil.tui.widgets.panel import Panel
from postil.tui.widgets.status import Said, Status
from postil.tui.widgets.text_view import TextView

if TYPE_CHECKING:
    from postil.tui.app import Annotator

_NOT_DONE = "Nothing was changed: do it again when that is put right."
_NOT_SAVED = "What you did is in the journal, so it is not lost. It is saved by itself as soon as the file can be written."
_STAYING = ("escape", "stay: look, and change nothing")
_OPENING = ("enter", "open the document again, as it is on the disk now")
_CLOSING = ("enter", "close the document, and show the list")
_LOOKS_AT_DISK = 2.0  # seconds between looks whether somebody else changed the file
_LEAST = (40, 10)
_TOLD = 20  # lines of what changed on the disk
_WIDE_ENOUGH_FOR_PANEL = 80


class AnnotateScreen(Screen[None], inherit_bindings=False):
    """One session on the screen. Whatever is done is saved by the session before it is drawn."""

    DEFAULT_CSS: ClassVar[str] = """
    AnnotateScreen { layout: vertical; }
    AnnotateScreen #title { height: 1; padding: 0 1; text-style: bold; background: $panel;
        text-wrap: nowrap; text-overflow: ellipsis; }
    AnnotateScreen #title:ansi { text-style: bold reverse; }
    AnnotateScreen #too-small { display: none; width: 100%; height: 100%; content-align: center middle; }
    AnnotateScreen.small > * { display: none; }
    AnnotateScreen.small > #too-small { display: block; }
    AnnotateScreen.narrow Panel, AnnotateScreen.without-panel Panel { display: none; }
    """

    def __init__(self, session: Session, title: str, keys: Keys, palette: Palette) -> None:
        super().__init__()
        self.session, self.keys = session, keys
        self._title = title
        self.view: TextView = TextView(session.state, palette)
        self.panel: Panel = Panel(palette, keys)
        self._said, self._status, self._bar = Said(), Status(), KeyBar()
        self._has_failed = False
        self._findings: dict[Finding, None] = {}
        self.refusal = ""
        """Why the last action was refused."""
        self.column: int | None = None
        """The cell that going up and down keeps to."""

    def compose(self) -> ComposeResult:
        """Title, text and panel, what was said, status, keys."""
        yield Static(self._title, id="title", markup=False)
        with Horizontal():
            yield self.view
            yield self.panel
        yield self._said
        yield self._status
        yield self._bar
        yield Static(f"Postil needs {_LEAST[0]} columns and {_LEAST[1]} lines. All is saved.", id="too-small")

    def on_mount(self) -> None:
        """Draw the state that there is, and say how it came about."""
        said = self.state.said
        self.say("; ".join((*self.keys.losses, *overridden(self.keys, self.state.scheme))))
        self.show()
        self.run_worker(self._prepare, thread=True)
        self.set_interval(_LOOKS_AT_DISK, self._look_at_disk)
        if said or self.session.conflicts:
            self._say_at_length("Taken up again", said)

    def _prepare(self) -> None:
        """Find words and names before they are first asked for: in a long text that takes a moment."""
        _ = self.state.reading.words, self.state.reading.names

    def on_resize(self, event: events.Resize) -> None:
        """Leave out what there is no room for."""
        self.set_class(event.size.width < _LEAST[0] or event.size.height < _LEAST[1], "small")
        self.set_class(event.size.width < _WIDE_ENOUGH_FOR_PANEL, "narrow")

    def on_screen_suspend(self) -> None:
        """Something else is shown: what is dragged there is not dragged here."""
        self.view.stop_dragging()

    @property
    def application(self) -> Annotator:
        """The application, which opens documents."""
        return cast("Annotator", self.app)

    @property
    def state(self) -> State:
        """The session's present state."""
        return self.session.state

    # --- drawing ---------------------------------------------------------------------------------------------------------

    def show(self) -> None:
        """Draw the present state."""
        state, findings = self.state, self.session.findings
        self._findings = dict.fromkeys(findings)
        faulty = frozenset(finding.subject for finding in findings if finding.severity is not Severity.INFO)
        self.view.show(state, faulty)
        self.panel.show(state, findings)
        self._status.show(state, findings, is_saved=self.session.is_saved)
        self._bar.show(self.keys, context(state))

    def say(self, said: str, *, is_refused: bool = False) -> None:
        """Say something in the line under the text."""
        self._said.say(said, is_refused=is_refused)

    def use_palette(self, palette: Palette) -> None:
        """Draw in other colours from now on."""
        self.view.palette = self.panel.palette = palette
        self.show()

    # --- doing -----------------------------------------------------------------------------------------------------------

    def do(self, *words: str) -> bool:
        """Do an action of the session, and draw what became of it; returns whether it was not refused."""
        before, conflicts = self.state, self.session.conflicts
        try:
            state = self.session.do(*words)
        except ActionRefused as error:
            self.refusal = str(error)
            self.say(self.refusal, is_refused=True)
            return False
        except (PostilError, OSError) as error:
            self.refusal = str(error)
            self._fail(error)
            return False
        self._has_failed = self._has_failed and state.marks is before.marks  # a move saves nothing
        known = self._findings
        self.show()
        new = [one for one in self._findings if one not in known] if state.marks is not before.marks else []
        self.say("; ".join([state.said, *few([f"{one.code} {one.message}" for one in new], 2)]))
        asks.after(self, before, words[0])
        if self.session.conflicts is not conflicts and self.session.conflicts:
            self._say_at_length("Changed by somebody else too", state.said)
        return True

    def ask(self, screen: ModalScreen[Any], then: Callable[[Any], object]) -> None:
        """Show a dialog, and go on with what it gives back, unless it was left."""

        def answered(answer: Any) -> None:
            if answer is not None:
                then(answer)

        self.app.push_screen(screen, answered)

    def press(self, key: str) -> None:
        """A label's key labels; any other is looked up in the table."""
        labelling = label_keys(self.state, self.keys).get(key)
        command = self.keys.find(key, context(self.state))
        if labelling is not None:
            self.do(*labelling)
        elif command is not None:
            self.run(command)
        else:
            self.say(f"{key} is no key here: ? shows all keys", is_refused=True)

    def run(self, command: Command) -> None:
        """Do what a command says."""
        if command.asks not in asks.ALONG_ROWS:
            self.column = None
        if command.asks:
            asks.ASKS[command.asks](self)
        else:
            self.do(*command.does)

    # --- the mouse -------------------------------------------------------------------------------------------------------

    @on(TextView.Pointed)
    def _pointed(self, event: TextView.Pointed) -> None:
        if self.app.screen is self:  # a dialog is about what was selected when it was opened
            self.column = None
            self.do("drag-to" if event.extends else "to", str(event.offset))

    @on(TextView.SpanPointed)
    def _span_pointed(self, event: TextView.SpanPointed) -> None:
        self.do("go", event.focus)

    def on_click(self, event: events.Click) -> None:
        """A click on what is named beside the text goes there."""
        if focus := focus_clicked(event):
            self.do("go", focus)

    @on(TextView.Pressed)
    def _pressed_twice(self) -> None:
        self.do("grow")

    # --- others ----------------------------------------------------------------------------------------------------------

    def _look_at_disk(self) -> None:
        """Take in what somebody else changed, and save what could not be saved; not under a dialog: it is about what is here."""
        if self.app.screen is not self:
            return
        try:
            is_changed = self.session.refresh()
        except (PostilError, OSError) as error:
            if not self._has_failed:
                self._fail(error)
            return
        if self._has_failed:
            self._has_failed = False
            self.show()
        if is_changed:
            self.show()
            self._say_at_length("Changed by somebody else", self.state.said)

    def _say_at_length(self, title: str, said: str) -> None:
        conflicts = [f"• {one.id or 'the set'}: {', '.join(one.contested)}" for one in self.session.conflicts]
        decide = ["", "Both versions are kept, in notes; postil resolve lists them:", *conflicts] if conflicts else []
        self.app.push_screen(MessageScreen(title, "\n".join([said, *self._changes_on_disk(), *decide])))

    def _changes_on_disk(self) -> list[str]:
        """What the last step took in from the disk, as ``diff`` tells it."""
        done = self.session.history.done
        if not done or not done[-1].said.startswith(ON_DISK):
            return []
        before, after = undone(self.state, done[-1]).marks.annotations, self.state.marks.annotations
        found = [line for _, line in lines(Sides("", before, after, diff(before, after), self.state.text, self.state.text))]
        return ["", *few(found[1:], _TOLD), ""]

    def _fail(self, error: Exception) -> None:
        """Say why the set could not be written, what becomes of what was done, and what can be done now."""
        self._has_failed = True
        title, kept = ("Not done", _NOT_DONE) if self.session.is_saved else ("Not saved", _NOT_SAVED)
        why = f"{error.filename or self.session.path}: {error.strerror}" if isinstance(error, OSError) else str(error)
        self.say(why, is_refused=True)
        self.show()
        document, application = self.state.marks.header.document, self.application
        if isinstance(error, OSError):
            self.app.push_screen(MessageScreen(title, f"{why}\n\n{kept}"))
            return
        leaves = isinstance(error, TextEdited)
        self.ask(
            MessageScreen(title, why, (_CLOSING if leaves else _OPENING, _STAYING)),
            lambda key: (
                None if key == "escape" else application.show_documents() if leaves else application.open_document(document)
            ),
        )
