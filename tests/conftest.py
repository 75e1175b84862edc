from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

from postil.rules.examples import DOCUMENT, Example

if TYPE_CHECKING:
    from standin_hub import Hub

ROOT = Path(__file__).parents[1]
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")  # what else runs on a machine fails no test

collect_ignore = [] if find_spec("textual") else ["tui"]  # the extra tui is not installed


@pytest.fixture
def repository() -> Path:
    """The repository that these tests belong to: a corpus itself."""
    return ROOT


@pytest.fixture
def samples() -> Path:
    """Real files of other tools, which are not part of this repository."""
    directory = ROOT.parent / "shared" / "samples"
    if not directory.is_dir():
        pytest.skip("the sample files of other tools are not here")
    return directory


def write_example(root: Path, example: Example) -> Path:
    """Write an example of a rule as a corpus on the disk."""
    files: dict[str, bytes | None] = {
        "corpus/corpus.toml": example.manifest.encode(),
        "annotations/scheme.toml": example.scheme.encode() if example.scheme is not None else None,
        f"corpus/{DOCUMENT}.txt": example.text_bytes() if example.text is not None else None,
        f"corpus/{DOCUMENT}.toml": example.metadata.encode() if example.metadata is not None else None,
        f"annotations/gold/{DOCUMENT}.jsonl": example.set_bytes() if example.has_set else None,
        **{path: content.encode() for path, content in example.more_files().items()},
    }
    for path, data in files.items():
        if data is not None:
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_bytes(data)
    return root


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """A stand-in for the Hub, which the client speaks with as somebody who may write to me/…"""
    constants = pytest.importorskip("huggingface_hub.constants", reason="the extra hf is not installed")
    from standin_hub import Hub

    server = Hub()
    for name, value in (("HF_HUB_DISABLE_XET", True), ("HF_HUB_OFFLINE", False), ("HF_TOKEN_PATH", str(tmp_path / "no-token"))):
        monkeypatch.setattr(constants, name, value)
    monkeypatch.setenv("HF_ENDPOINT", server.endpoint)
    monkeypatch.setenv("HF_TOKEN", "hf_writer")
    yield server
    server.close()


@pytest.fixture
def small_corpus(tmp_path: Path) -> Path:
    """A clean corpus of one document."""
    from postil.rules.examples import span

    return write_example(tmp_path / "corpus", Example(records=(span("e1", "PERSON", 0, 13), span("e2", "GPE", 28, 33))))
