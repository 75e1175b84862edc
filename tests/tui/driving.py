"""Driving the screens by keys."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path
from typing import Any

from rich.color import ColorSystem
from rich.segment import Segment
from textual import events
from textual.pilot import Pilot
from textual.screen import ModalScreen

from postil import Corpus
from postil.tui.app import Annotator
from postil.tui.keys_file import read_keys
from postil.tui.palette import _contrast
from postil.tui.screens.annotate import AnnotateScreen

Steps = Callable[[Annotator, Pilot[Any]], Awaitable[None]]

_DRAWN = "─│╭╮╰╯━┃┆╌▁▂▃▄▅▆▇█▏▔▎▍"  # lines and bars: no text
_CHARACTERS = {"space": " ", "enter": "\r", "tab": "\t"}


def drive(app: Annotator, steps: Steps, size: tuple[int, int] = (110, 34)) -> Annotator:
    """Run an application without a terminal, and do the steps with it."""

    async def run() -> None:
        async with app.run_test(size=size) as pilot:
            await settle(pilot)
            await steps(app, pilot)

    try:
        asyncio.run(run())
    finally:
        app.close_session()
    return app


async def press(app: Annotator, pilot: Pilot[Any], keys: Iterable[str]) -> None:
    """Press keys, one after the other, as fast as can be."""
    for key in keys:
        character = key if len(key) == 1 else _CHARACTERS.get(key)
        app.post_message(events.Key(key, character))
    done = asyncio.Event()
    app.call_later(done.set)
    await done.wait()
    await settle(pilot)


async def click(app: Annotator, pilot: Pilot[Any], said: str) -> None:
    """Click on what has this written on it."""
    lines = shown(app)
    y = next(at for at, line in enumerate(lines) if said in line)
    await pilot.click(offset=(lines[y].index(said) + 2, y))
    await settle(pilot)


async def settle(pilot: Pilot[Any]) -> None:
    """Wait until everything that was posted is done."""
    for _ in range(2):
        await pilot._wait_for_screen()


async def until(pilot: Pilot[Any], holds: Callable[[], bool]) -> bool:
    """Wait until it holds, as long as a busy machine may need: what is long is laid out in steps. Returns whether it does."""
    for _ in range(200):
        if holds():
            return True
        await pilot.pause(0.05)
    return False


def pressed(
    corpus: Corpus, sequence: str | Iterable[str], document: str = "example", annotator: str = "me", **more: Any
) -> Annotator:
    """An application after these keys; in a string they are separated by blanks."""
    then, size = more.pop("then", None), more.pop("size", (110, 34))

    async def steps(app: Annotator, pilot: Pilot[Any]) -> None:
        await press(app, pilot, sequence.split() if isinstance(sequence, str) else sequence)
        if then is not None:
            await then(app, pilot) if asyncio.iscoroutinefunction(then) else then(app)

    return drive(Annotator(corpus, annotator, document, **more), steps, size)


def in_turn(
    corpus: Corpus, sequences: Iterable[str | list[str]], look: Callable[[Annotator], Any], document: str = "example", **more: Any
) -> list[Any]:
    """What a look finds after each of these sequences of keys, in one application: before each all is undone, and as at first."""
    found: list[Any] = []
    size, annotator = more.pop("size", (110, 34)), more.pop("annotator", "me")

    async def steps(app: Annotator, pilot: Pilot[Any]) -> None:
        first = screen_of(app).state.place.layer
        for sequence in sequences:
            while app.screen is not screen_of(app):
                await press(app, pilot, ["escape"])
            session = screen_of(app).session
            while session.history.done:
                session.do("undo")
            session.do("to", "0")
            session.do("layer", first)
            screen_of(app).show()
            await press(app, pilot, sequence.split() if isinstance(sequence, str) else sequence)
            found.append(look(app))

    drive(Annotator(corpus, annotator, document, **more), steps, size)
    return found


def screen_of(app: Annotator) -> AnnotateScreen:
    """The annotating screen, whatever dialog is over it."""
    return next(screen for screen in app.screen_stack if isinstance(screen, AnnotateScreen))


def shown(app: Annotator) -> list[str]:
    """The lines on the screen, as text."""
    app.screen._refresh_layout()
    width, height = app.size
    lines = app.screen._compositor.render_strips()
    assert len(lines) == height
    return ["".join(segment.text for segment in strip)[:width].rstrip() for strip in lines]


def segments(app: Annotator) -> list[Segment]:
    """What is sent to the terminal for the screen, or of a dialog for what is not behind it: as a terminal would draw it."""
    app.screen._refresh_layout()
    box = app.screen.children[0].region if isinstance(app.screen, ModalScreen) else app.screen.region
    lines = app.screen._compositor.render_strips()[box.y : box.bottom]
    return [segment for line in lines for segment in line.crop(box.x, box.right)]


def least_contrasts(app: Annotator, system: ColorSystem) -> dict[str, float]:
    """Each text on the screen, or in the dialog, with the contrast that it has in a terminal of so many colours."""
    found = {}
    for segment in segments(app):
        style, text = segment.style, segment.text.strip(f" {_DRAWN}")
        if text and style and style.color and style.bgcolor:
            pair = (style.color, style.bgcolor)
            colours = [tuple(one.downgrade(system).get_truecolor()) for one in pair]
            found[f"{text} {pair}"] = _contrast(*colours)
    assert found
    return found


def keys_from(path: Path, source: str) -> Any:
    """The keys of a file with this source."""
    file = path / "keys.toml"
    file.write_text(source, encoding="utf-8")
    return read_keys(file)
