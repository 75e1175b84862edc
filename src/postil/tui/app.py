"""The application: the list of documents or one document on the screen, and the session behind it."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from typing import ClassVar, cast

import click
from textual import events
from textual.app import App
from textual.filter import LineFilter, Monochrome, NoColor
from textual.theme import Theme

from postil.annotating import Session
from postil.corpus import Corpus
from postil.errors import PostilError
from postil.text import printable
from postil.tui.keys import Keys, Pressable, key_name
from postil.tui.keys_file import keys_path, read_keys
from postil.tui.palette import Palette
from postil.tui.screens.annotate import AnnotateScreen
from postil.tui.screens.documents import DocumentsScreen
from postil.tui.screens.message import MessageScreen
from postil.tui.widgets.clickable import key_clicked
from postil.tui.widgets.line import Line

_DARK = Theme(
    "postil-dark", primary="#56b4e9", accent="#e69f00", foreground="#e6e6e6", background="#121418", surface="#1b1f26",
    panel="#232833", dark=True,
)  # fmt: skip
_LIGHT = Theme(
    "postil-light", primary="#0072b2", accent="#9a4c00", foreground="#1a1a1a", background="#fafaf7", surface="#f0f0ea",
    panel="#e4e4dc", dark=False,
)  # fmt: skip
# ECMA-48's BDSM: a terminal that reorders right-to-left text by itself would tear it from the signs below it.
_ORDER_AS_IT_IS, _ORDER_BY_DIRECTION = "\x1b[8l", "\x1b[8h"

_NO_COLOURS = NoColor()
_ENDING = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))

THEMES = {"dark": "postil-dark", "light": "postil-light", "ansi-dark": "ansi-dark", "ansi-light": "ansi-light"}
"""The themes by the names that users have for them: in all colours, and in the terminal's own."""


def default_theme(environment: Mapping[str, str], *, has_few_colours: bool) -> str:
    """The name of the theme for a terminal: light where it says that its background is."""
    is_light = environment.get("COLORFGBG", "").rpartition(";")[2] in ("7", "15")
    return own_colours("light" if is_light else "dark") if has_few_colours else "light" if is_light else "dark"


def own_colours(theme: str) -> str:
    """The theme in the terminal's own colours, for the same background."""
    return theme if theme.startswith("ansi-") else f"ansi-{theme}"


class Annotator(App[int], inherit_bindings=False):
    """One annotator at the documents of a corpus, one after the other."""

    ENABLE_COMMAND_PALETTE = False
    TITLE = "Postil"
    BINDINGS: ClassVar = []

    def __init__(
        self,
        corpus: Corpus,
        annotator: str,
        document: str = "",
        *,
        suggestions: str = "",
        keys: Keys | None = None,
        theme: str = "",
        seed: str = "",
    ) -> None:
        """``seed``: what ids are drawn from; random unless given."""
        super().__init__()
        self.no_color = bool(os.environ.get("NO_COLOR"))
        self.corpus, self.annotator = corpus, annotator
        self.session: Session | None = None
        self.left_unsaved = ""
        self._document, self._suggestions, self._seed = document, suggestions, seed
        self._keys = keys or Keys()
        self.register_theme(_DARK)
        self.register_theme(_LIGHT)
        has_few_colours = self.console.color_system in ("standard", None)
        name = theme or default_theme(os.environ, has_few_colours=has_few_colours)
        self.theme = THEMES[own_colours(name) if self.no_color else name]

    @property
    def palette(self) -> Palette:
        """The colours of labels in the present theme."""
        theme = self.current_theme
        return Palette(self.corpus.scheme, is_dark=theme.dark, has_few_colours=theme.ansi)

    def get_line_filters(self) -> Sequence[LineFilter]:
        """What lines go through on their way to the terminal. Without colours they keep its own, on its own background.

        Textual would send greys, and would take an empty ``NO_COLOR`` for a wish.
        """
        filters = [one for one in super().get_line_filters() if not isinstance(one, Monochrome | NoColor)]
        return [*filters, _NO_COLOURS] if self.no_color else filters

    async def on_event(self, event: events.Event) -> None:
        """Keys go to the screen on top, in order."""
        if isinstance(event, events.Key) and isinstance(self.screen, Pressable):
            self.screen.press(key_name(event.key, event.character))
        elif isinstance(event, events.Paste) and isinstance(self.screen, Pressable):
            self._paste(event.text)
        else:
            await super().on_event(event)

    def on_click(self, event: events.Click) -> None:
        """A click on what is drawn of a key is that key."""
        key = key_clicked(event)
        if key and isinstance(self.screen, Pressable):
            self.screen.press(key)

    def _paste(self, text: str) -> None:
        """What is pasted is typed where there is a line to type into, as one line. Anywhere else it would be taken for keys."""
        for sign in " ".join(text.split()) if self.screen.query(Line) else ():
            cast("Pressable", self.screen).press(key_name("space" if sign == " " else sign, sign))

    def on_mount(self) -> None:
        """Open the document that was asked for, else the list."""
        self._end_when_told_to()
        self._write(_ORDER_AS_IT_IS)
        if self._document:
            self.open_document(self._document)
        else:
            self.show_documents()

    def _end_when_told_to(self) -> None:
        """Let the signals that end a program end it as its key does: the terminal is left as it was, the lock given back."""
        for told in _ENDING:
            with contextlib.suppress(NotImplementedError, RuntimeError):  # not on every system, nor in every thread
                asyncio.get_running_loop().add_signal_handler(told, self._end, 128 + told)

    def _end(self, status: int) -> None:
        """End with this exit status; where the terminal is gone, at once: it will never take what is still to be written."""
        if self._driver is None or self._driver.is_headless or sys.__stderr__ is None or sys.__stderr__.isatty():
            self.exit(None, status)
        else:
            self.close_session()
            os._exit(status)

    def on_unmount(self) -> None:
        """Leave the terminal as it was."""
        self._write(_ORDER_BY_DIRECTION)

    def _write(self, sequence: str) -> None:
        if self._driver is not None:
            self._driver.write(sequence)

    def next_theme(self) -> None:
        """Take the next theme."""
        names = list(THEMES.values())
        self.theme = names[(names.index(self.theme) + 1) % len(names)]
        for screen in self.screen_stack:
            if isinstance(screen, AnnotateScreen):
                screen.use_palette(self.palette)

    # --- documents -------------------------------------------------------------------------------------------------------

    def open_document(self, document: str) -> None:
        """End the session that there is, and begin one with this document."""
        self.close_session()
        try:
            self.corpus = Corpus.open(self.corpus.directory.root)  # the scheme may be another one by now
            self.session = Session.open(self.corpus, document, self.annotator, suggestions=self._suggestions, seed=self._seed)
        except (PostilError, OSError) as error:
            self.show_documents(document)
            self.push_screen(MessageScreen("Not opened", str(error)))
            return
        title = self.corpus.read(document, [self.annotator]).metadata.title or document
        self._put(AnnotateScreen(self.session, printable(title), self._keys, self.palette))

    def show_documents(self, after: str = "") -> None:
        """End the session that there is, and show the list."""
        back = self.session.state.marks.header.document if self.session is not None else ""
        self.close_session()
        with contextlib.suppress(PostilError, OSError):  # what cannot be read is said when a document is opened
            self.corpus = Corpus.open(self.corpus.directory.root)
        self._put(DocumentsScreen(self.corpus, self.annotator, self.open_document, after or back, back))

    def _put(self, screen: AnnotateScreen | DocumentsScreen) -> None:
        """Show this screen instead of whatever is there."""
        while len(self.screen_stack) > 1 and not isinstance(self.screen, AnnotateScreen | DocumentsScreen):
            self.pop_screen()
        if len(self.screen_stack) > 1:
            self.switch_screen(screen)
        else:
            self.push_screen(screen)

    def close_session(self) -> None:
        """End the session: all is saved, or ``left_unsaved`` names the file that lacks the last steps."""
        if self.session is not None:
            self.session.close()
            self.left_unsaved = "" if self.session.is_saved else self.session.path
            self.session = None


def annotate(corpus: Corpus, annotator: str, document: str = "", *, suggestions: str = "") -> int:
    """Annotate on the terminal until the user quits. Whatever happens to the screens, the session is ended."""
    keys, theme = read_keys(keys_path())
    app = Annotator(corpus, annotator, document, suggestions=suggestions, keys=keys, theme=theme)
    try:
        app.run()
    finally:
        app.close_session()
        if app.left_unsaved:
            click.echo(f"{app.left_unsaved} could not be saved: its last steps are taken up when it is annotated again", err=True)
    return app.return_code or 0
