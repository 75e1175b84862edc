from __future__ import annotations

from pathlib import Path

import pytest

SAMPLES = Path(__file__).parents[3] / "shared" / "samples"


@pytest.fixture
def samples() -> Path:
    """Real files of other tools, which are not part of this repository."""
    if not SAMPLES.is_dir():
        pytest.skip("the sample files of other tools are not here")
    return SAMPLES
