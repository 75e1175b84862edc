"""The pictures of the README: python tests/tui/screenshots.py [DIRECTORY]

They show this repository's corpus, and are the same whenever they are made by the same version of Textual.
"""

from __future__ import annotations

import re
import sys
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

sys.path.insert(0, str(Path(__file__).parents[1]))

from textual.pilot import Pilot

from annotating.corpora import ARTICLE, copy_of_our_corpus
from conftest import ROOT
from postil.tui.app import Annotator
from tui.driving import pressed

IMAGES = ROOT / ".github/images"
_SIZE = (112, 33)
_FONTS = re.compile(r"\s*@font-face \{.*?\}", re.DOTALL)  # fetched from elsewhere: any monospaced font does


class Scene(NamedTuple):
    """A picture: whose set, which theme, which keys."""

    name: str
    annotator: str
    theme: str
    keys: str
    suggestions: str = ""


_READING = "2 } } } } } ] [ [ [ [ [ [ ["
_FORM = "3 } } } space - o"
SCENES = (
    Scene("annotate-dark", "gold", "dark", _READING),
    Scene("annotate-light", "gold", "light", _READING),
    Scene("annotate-form", "me", "dark", _FORM),
    Scene("annotate-suggestions", "me", "light", "2 G enter enter enter", "a1"),
)


def take(scene: Scene, directory: Path) -> Path:
    """Write the picture of a scene."""
    found: list[str] = []

    async def picture(app: Annotator, pilot: Pilot[Any]) -> None:
        await pilot.pause()
        found.append(app.export_screenshot(title="postil annotate", simplify=True))

    with tempfile.TemporaryDirectory() as corpus:
        more = {"theme": scene.theme, "suggestions": scene.suggestions, "seed": "picture", "size": _SIZE}
        there = copy_of_our_corpus(Path(corpus))
        pressed(there, scene.keys, ARTICLE, scene.annotator, then=picture, **more)
    path = directory / f"{scene.name}.svg"
    path.write_text(_FONTS.sub("", found[0]), encoding="utf-8")
    return path


if __name__ == "__main__":
    directory = Path(sys.argv[1]) if len(sys.argv) > 1 else IMAGES
    directory.mkdir(parents=True, exist_ok=True)
    for scene in SCENES:
        print(take(scene, directory))
