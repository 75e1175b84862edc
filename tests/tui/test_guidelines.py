"""The written guidelines: which section speaks of a label, and the screen that shows it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from rich.color import ColorSystem
from textual.pilot import Pilot

from annotating.corpora import ARTICLE, copy_of_our_corpus
from postil.annotating.guidelines import GUIDELINES, about, guidelines, sections
from postil.tui.app import Annotator
from postil.tui.screens.annotate import AnnotateScreen
from tui.driving import least_contrasts, press, pressed, screen_of, shown, until

SOURCE = f"""\
# How to annotate

Names are GPE or PERSON. {"Read it all. " * 200}

```
# GPE in a listing is no heading
```

## Entity

A name.

### Places

A place with a government → GPE. Not GPE-like things.

### `PERSON`

A human being, `named` **so**.\x1b[31m [link](file:///etc/passwd) <script>alert(1)</script>

## Statement

{"What is said. " * 200}
"""


def _titles(layer: str, label: str) -> list[str]:
    return [one.title for one in about(SOURCE, layer, label)]


def test_the_section_about_a_label() -> None:
    assert [one.title for one in sections(SOURCE)] == ["How to annotate", "Entity", "Places", "`PERSON`", "Statement"]
    assert _titles("entity", "GPE") == ["Places", "How to annotate"]  # its layer's first
    assert _titles("entity", "PERSON") == ["`PERSON`", "How to annotate"]
    assert _titles("entity", "like") == ["Entity"]  # a part of a word is no label: where its layer is
    assert _titles("statements", "FACT") == []
    assert _titles("statement", "FACT") == ["Statement"]
    assert _titles("entity", "") == ["Entity"]
    assert about("", "entity", "GPE") == []
    assert [one.line for one in about("GPE\n\n# GPE", "entity", "GPE")] == [2, 0]


def _corpus(path: Path, source: str | None) -> Any:
    corpus = copy_of_our_corpus(path)
    if source is None:
        (path / GUIDELINES).unlink()
    else:
        (path / GUIDELINES).write_bytes(source.encode())
    return corpus


def test_what_a_terminal_would_obey_is_shown(tmp_path: Path) -> None:
    assert "\x1b" not in guidelines(_corpus(tmp_path, SOURCE))


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_they_open_at_the_label_that_is_here(theme: str, tmp_path: Path) -> None:
    async def seen(app: Annotator, pilot: Pilot[Any], said: str) -> bool:
        """Whether it comes to stand at the top."""
        return await until(pilot, lambda: any(said in line for line in shown(app)[:6]))

    async def look(app: Annotator, pilot: Pilot[Any]) -> None:
        assert await seen(app, pilot, "Places")
        assert any("Guidelines · GPE (1 of 2)" in line for line in shown(app))
        for system in (ColorSystem.TRUECOLOR, ColorSystem.EIGHT_BIT):
            assert min(least_contrasts(app, system).values()) >= 4.5
        await press(app, pilot, ["tab"])
        assert await seen(app, pilot, "How to annotate")
        await press(app, pilot, ["pagedown"])
        await press(app, pilot, ["end"])
        assert await seen(app, pilot, "What is said.")
        await press(app, pilot, ["up", "pageup", "q", "escape"])
        assert isinstance(app.screen, AnnotateScreen)

    pressed(_corpus(tmp_path, SOURCE), "2 } ] I", ARTICLE, "gold", size=(80, 24), theme=theme, then=look)


def test_a_corpus_without_any_says_so(tmp_path: Path) -> None:
    def look(app: Annotator) -> None:
        assert any("the corpus has no annotations/GUIDELINES.md" in line for line in shown(app))
        assert app.screen is screen_of(app)

    pressed(_corpus(tmp_path, None), "I", ARTICLE, then=look)
