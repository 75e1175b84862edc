"""The pictures of the README."""

from __future__ import annotations

import re
from pathlib import Path

from tui.screenshots import IMAGES, SCENES, take


def test_every_picture_of_the_readme_is_there_and_made_by_the_command(repository: Path) -> None:
    named = set(re.findall(r"\.github/images/([\w-]+)\.svg", (repository / "README.md").read_text(encoding="utf-8")))

    assert named == {scene.name for scene in SCENES} == {path.stem for path in IMAGES.iterdir()}


def test_a_picture_is_the_same_when_it_is_made_again(tmp_path: Path) -> None:
    scene = next(scene for scene in SCENES if scene.suggestions)
    (tmp_path / "again").mkdir()

    first = take(scene, tmp_path).read_text(encoding="utf-8")
    assert first == take(scene, tmp_path / "again").read_text(encoding="utf-8")
    assert "Suggested" in first
    assert "http" not in first.replace("http://www.w3.org", "").replace("https://www.textualize.io", "")
