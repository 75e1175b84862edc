"""What a check foresees of sets that are about an older text."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from msgspec.structs import replace

from postil import AnnotationSet
from postil.checking.foresight import would_realign
from postil.cli import main
from strategies import annotation_sets, texts


def test_a_check_says_how_many_would_realign(repository: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("corpus", "annotations"):
        shutil.copytree(repository / name, tmp_path / name)
    text = tmp_path / "corpus/news/india-japan-2-plus-2.txt"
    text.write_text(text.read_text(encoding="utf-8").replace("min read", "minutes to read"), encoding="utf-8", newline="")

    assert main(["-C", str(tmp_path), "realign", "--dry-run", "--format", "json"]) == 1
    written = {report["path"]: report["written"] for report in json.loads(capsys.readouterr().out)["sets"]}
    assert main(["-C", str(tmp_path), "check", "--select", "ANN008", "--format", "json"]) == 1
    found = json.loads(capsys.readouterr().out)["findings"]

    assert min(written.values()) > 100
    assert {one["place"]["path"] for one in found} == written.keys()
    for one in found:
        foreseen = (
            f"postil realign carries them to where their words stand now: {written[one['place']['path']]} by their words alone, "
        )
        assert foreseen in one["help"]


def test_a_clean_check_knows_nothing_of_editing(small_corpus: Path) -> None:
    program = f"import sys; from postil.cli import main; main(['-C', {str(small_corpus)!r}, 'check']); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert "postil.checking.foresight" in done.stdout
    assert "postil.editing" not in done.stdout


@given(annotation_sets(), texts)
@settings(max_examples=60)
def test_whatever_a_set_holds_is_foreseen(pair: tuple[str, AnnotationSet], text: str) -> None:
    _, annotations = pair
    broken = (replace(one, start=-one.end, text="") for one in annotations.spans)

    assert 0 <= would_realign(annotations, text) <= len(annotations.spans)
    assert 0 <= would_realign(replace(annotations, spans=(*annotations.spans, *broken)), text) <= 2 * len(annotations.spans)
