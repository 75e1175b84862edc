from __future__ import annotations

from collections.abc import Iterator, Sequence
from hashlib import blake2b

import msgspec

from postil.findings import Place, Related
from postil.near_copies import folded
from postil.rules import Example, Problem, Severity, corpus_rule
from postil.rules.corpus._documents import split_of
from postil.rules.corpus_view import CorpusView
from postil.rules.examples import TWO_SPLITS
from postil.rules.set_view import BundleView

_TEXT = "Rajnath Singh met Hamada in Tokyo.\n"


_OTHERS = bytes(byte for byte in range(256) if not (chr(byte).isascii() and chr(byte).isalnum()))


class _Text(msgspec.Struct, frozen=True):
    """A document, and names for its text: as it is, and of what every text that is the same but for slight things has too."""

    document: str
    path: str
    split: str
    exact: bytes
    rough: bytes


def _map(view: BundleView) -> _Text | None:
    bundle = view.document.bundle
    if not bundle.text_file or not bundle.text or not bundle.text.strip():
        return None
    letters = bundle.text_file.data.lower().translate(None, _OTHERS)
    if 2 * len(letters) < bundle.text_file.size:  # not a text in Latin letters
        letters = folded(bundle.text).encode()
    name = blake2b(letters, digest_size=16).digest()
    return _Text(bundle.document, bundle.text_file.path, split_of(bundle), bytes.fromhex(bundle.text_sha256), name)


@corpus_rule(
    "COR003",
    Example(others=("Hamada met Rajnath Singh in Tokyo.\n",)),
    Example(text="\n", others=("\n",), note="empty texts are TXT008's"),
    Example(others=(_TEXT,), finds=("0:0",)),
    Example(others=("RAJNATH SINGH met\nHamada in Tokyo!\n", _TEXT), finds=("0:0", "0:0")),
    Example(manifest=TWO_SPLITS, others=(_TEXT,), finds=("0:0",), note="and in another split: a leak"),
    map=_map,
    part=_Text,
    severity=Severity.WARNING,
)
def check(parts: Sequence[_Text], corpus: CorpusView) -> Iterator[Problem]:
    """No two documents should have the same text, be it with other case, blanks or punctuation.

    The text is annotated twice and counts twice in every figure. Where the two are in different splits, a model is tested on what
    it was trained on.

    Remove one of the two. If both must stay, give them the same ``group`` in their metadata, so that they share a split.
    """
    alike: dict[bytes, _Text] = {}
    for part in sorted(parts, key=lambda part: part.document):
        same = alike.setdefault(part.exact, part)
        similar = alike.setdefault(part.rough, part)
        first = same if same is not part else similar
        if first is not part and (same is not part or _folded(corpus, first) == _folded(corpus, part)):
            less = "" if first.exact == part.exact else " but for case, blanks and punctuation"
            leak = f"; it is in {part.split} and that one in {first.split}: a leak" if first.split != part.split else ""
            related = (Related("the other one", Place(first.path)),)
            yield Problem(f"the same text as {first.document}{less}{leak}", Place(part.path), related=related, key=first.document)


def _folded(corpus: CorpusView, part: _Text) -> str:
    return folded(corpus.bundle(part.document).document.text or "")
