"""Making a corpus: its manifest, scheme and guidelines, and what git, pre-commit and a forge need."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

from postil.storage.safe_files import write_atomically

SCHEME = "annotations/scheme.toml"

_FILES = {
    "corpus/corpus.toml": "corpus/corpus.toml",
    SCHEME: SCHEME,
    "annotations/GUIDELINES.md": "annotations/GUIDELINES.md",
    ".gitattributes": "gitattributes",
    ".pre-commit-config.yaml": "pre-commit-config.yaml",
}
CI_FILES = {
    "github": {".github/workflows/postil.yml": "github/postil.yml"},
    "gitlab": {".gitlab-ci.yml": "gitlab-ci.yml"},
    "none": {},
}


def plain_name(name: str) -> str:
    """A name as the manifest and the scheme have it: lower-case letters without accents, digits and hyphens."""
    spelled = unicodedata.normalize("NFKD", name.casefold())
    letters = "".join(character for character in spelled if not unicodedata.combining(character))
    return re.sub(r"[^a-z0-9-]+", "-", letters.lower()).strip("-") or "corpus"


def new_manifest(name: str) -> bytes:
    """The manifest that a new corpus of this name begins with."""
    return _filled(_FILES["corpus/corpus.toml"], name)


def make_corpus(root: Path, name: str, ci: str, *, without: tuple[str, ...] = ()) -> Iterator[tuple[str, bool]]:
    """Write the files of a new corpus; gives each path, and whether it was written: a file that is there already is kept.

    ``without``: how the paths of those begin that it gets from elsewhere.
    """
    for path, template in (_FILES | CI_FILES[ci]).items():
        if path.startswith(without):
            continue
        if (root / path).exists() or (root / path).is_symlink():
            yield path, False
            continue
        write_atomically(root, root / path, _filled(template, name))
        yield path, True


def _filled(template: str, name: str) -> bytes:
    """A template with the corpus's name in it."""
    text = (files("postil") / "templates" / template).read_text(encoding="utf-8")
    if not template.endswith((".yml", ".yaml")):
        text = text.replace("{name}", plain_name(name)).replace("{title}", json.dumps(name, ensure_ascii=False))
    return text.encode()
