"""Patterns of a scheme, matched in linear time by RE2."""

from __future__ import annotations

from functools import cache
from typing import Any


@cache
def _compiled(pattern: str) -> Any:
    import re2

    options = re2.Options()
    options.log_errors = False
    return re2.compile(pattern, options)


@cache
def pattern_fault(pattern: str) -> str:
    """Why a pattern cannot be used; empty when it can."""
    if not pattern:
        return ""
    import re2

    try:
        _compiled(pattern)
    except re2.error as error:
        reason = error.args[0]
        return reason.decode("utf-8", "replace") if isinstance(reason, bytes) else str(reason)
    return ""


def matches(pattern: str, value: str) -> bool:
    """Whether the whole value matches. A pattern that cannot be used matches everything: SCH004 has said so."""
    return bool(pattern_fault(pattern)) or _compiled(pattern).fullmatch(value) is not None
