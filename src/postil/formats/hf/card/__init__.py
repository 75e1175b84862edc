"""The dataset card: YAML that the Hub and ``datasets`` read, and what a researcher asks first."""

from __future__ import annotations

import yaml

from postil.formats.hf.about import About
from postil.formats.hf.card.front_matter import front_matter
from postil.formats.hf.card.sections import sections


def card(about: About) -> str:
    """The text of ``README.md``."""
    front = yaml.safe_dump(front_matter(about), sort_keys=False, allow_unicode=True, width=120)
    body = "\n\n".join(part for part in sections(about) if part)
    return f"---\n{front}---\n\n{body}\n"
