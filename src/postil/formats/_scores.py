"""Scores of tools: a confidence where they can be one."""

from __future__ import annotations

import math
from typing import Any


def confidence_or_attribute(score: float | None) -> tuple[float | None, dict[str, Any]]:
    """A score as a confidence, or (where it is no share of one) as the attribute ``score``."""
    if score is None or math.isnan(score):
        return None, {}
    if 0 <= score <= 1:
        return score, {}
    return None, {"score": score}
