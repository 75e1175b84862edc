"""A seeded corpus of any size: nested and overlapping spans, attributes, relations, text that is not ASCII.

    python tests/benchmarks/generate.py DIR [DOCUMENTS]

With 10,000 documents it has a million annotations.
"""

from __future__ import annotations

import hashlib
import random
import sys
import zlib
from pathlib import Path

from postil.model import AnnotationSet, Header, Relation, Span
from postil.storage.set_file import encode_set

_WORDS = "the of state Zürich naïve São 東京 café ministers Defence 😀 agreed talks region policy Łódź growth in a Кириллица"
WORDS = _WORDS.split()
PARAGRAPHS, WORDS_EACH, ENTITIES, CLAIMS, RELATIONS = 8, 55, 58, 38, 4

MANIFEST = """format = 1
name = "generated"
licence = "CC0-1.0"
[defaults]
language = "en"
[defaults.rights]
holder = "nobody"
licence = "CC0-1.0"
redistribute = true
"""

SCHEME = """name = "generated"
version = 1
[layers.entity]
kind = "span"
overlap = "nested"
unit = "word"
within = "paragraph"
labels = { PERSON = {}, ORG = {}, GPE = {} }
attributes.sure = { type = "boolean" }
[layers.claim]
kind = "span"
overlap = "free"
unit = "word"
within = "paragraph"
labels = { FACT = {}, CLAIM = {} }
attributes.polarity = { type = "enum", values = ["positive", "negative"] }
[layers.argument]
kind = "relation"
labels = { supports = { acyclic = true } }
roles = { from = { layers = ["claim"] }, to = { layers = ["claim"] } }
"""

Word = tuple[int, int, int]
"""A paragraph, and the word's start and end."""


def generate(root: Path, documents: int, seed: int = 7, size: float = 1) -> None:
    """Write a corpus of ``documents`` documents, ``size`` times 100 annotations each, the same for the same seed."""
    chance = random.Random(seed)
    for directory in ("corpus", "annotations/gold"):
        (root / directory).mkdir(parents=True, exist_ok=True)
    (root / "corpus/corpus.toml").write_text(MANIFEST, encoding="utf-8")
    (root / "annotations/scheme.toml").write_text(SCHEME, encoding="utf-8")
    for number in range(documents):
        name = f"d{number:05}"
        text, annotations = _document(chance, name, size)
        (root / f"corpus/{name}.txt").write_bytes(text)
        (root / f"corpus/{name}.toml").write_text(f'title = "Document {number}"\n', encoding="utf-8")
        (root / f"annotations/gold/{name}.jsonl").write_bytes(encode_set(annotations))


def _document(chance: random.Random, name: str, size: float) -> tuple[bytes, AnnotationSet]:
    paragraphs, entities, claims, relations = (max(1, round(size * one)) for one in (PARAGRAPHS, ENTITIES, CLAIMS, RELATIONS))
    parts: list[str] = []
    words: list[Word] = []
    at = 0
    for paragraph in range(paragraphs):
        for _ in range(WORDS_EACH):
            word = chance.choice(WORDS)
            words.append((paragraph, at, at + len(word)))
            parts += (word, " ")
            at += len(word) + 1
        parts[-1] = ".\n\n"
        at += 2
    text = "".join(parts).rstrip() + "\n"
    extents = sorted(_extents(chance, words, entities, claims))
    spans = []
    for number, (layer, start, end) in enumerate(extents):
        is_entity = layer == "entity"
        attributes = (
            ({"sure": True} if is_entity else {"polarity": chance.choice(("positive", "negative"))})
            if chance.random() < 0.5
            else {}
        )
        label = _label(text[start:end], ("PERSON", "ORG", "GPE") if is_entity else ("FACT", "CLAIM"))
        spans.append(Span(f"{layer[0]}{number}x", layer, label, start, end, text[start:end], attributes=attributes))
    ids = [span.id for span in spans if span.layer == "claim"]
    ends = [chance.sample(range(len(ids)), 2) for _ in range(relations)]
    pairs = sorted({(min(pair), max(pair)) for pair in ends})
    relations = [
        Relation(f"r{number}", "argument", "supports", {"from": ids[one], "to": ids[other]})
        for number, (one, other) in enumerate(pairs)
    ]
    data = text.encode()
    header = Header(name, "gold", "generated/1", hashlib.sha256(data).hexdigest(), "complete", "manual")
    return data, AnnotationSet(header, tuple(spans), tuple(relations))


def _label(covered: str, labels: tuple[str, ...]) -> str:
    """The same words have the same label everywhere."""
    return labels[zlib.crc32(covered.encode()) % len(labels)]


def _extents(chance: random.Random, words: list[Word], entities: int, claims: int) -> set[tuple[str, int, int]]:
    """Entities nest (a block of four words, or one word of a block), claims overlap as they like; all stay in a paragraph."""
    found: set[tuple[str, int, int]] = set()
    while len(found) < entities:
        first = chance.randrange(len(words) - 4) // 4 * 4
        last = first + 3
        if chance.random() < 0.7:
            first = last = first + chance.randrange(3)
        if words[first][0] == words[last][0]:
            found.add(("entity", words[first][1], words[last][2]))
    while len(found) < entities + claims:
        first = chance.randrange(len(words) - 15)
        last = first + chance.randrange(3, 15)
        if words[first][0] == words[last][0]:
            found.add(("claim", words[first][1], words[last][2]))
    return found


if __name__ == "__main__":
    generate(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 10_000)
