"""Small windows, long names, many labels and layers, documents of nothing and of one line without end: every key does no harm."""

from __future__ import annotations

from pathlib import Path

import pytest

from conftest import write_example
from postil import Corpus
from postil.rules.examples import SCHEME, Example, span
from postil.tui.app import Annotator
from tui.driving import pressed, screen_of, shown

LONG = "-".join(["LONG"] * 12)
LABELS = 'name = "n"\nversion = 1\n[layers.entity]\nkind = "span"\n' + "".join(
    f"labels.KIND-{number:03}-{LONG} = {{}}\n" for number in range(500)
)
LAYERS = 'name = "n"\nversion = 1\n' + "".join(
    f'[layers.layer-{number:02}]\nkind = "span"\nlabels.L{number} = {{}}\n' for number in range(30)
)
KEYS = (
    "? pagedown escape . + p ' escape ] / escape f2 pagedown end H H R escape I escape L ctrl+t down shift+down M escape ctrl+z"
)
NAME = "Rajnath Singh met Hamada.\n"
DOCUMENTS = {
    "nothing": Example(text=""),
    "a line feed": Example(text="\n"),
    "one character": Example(text="x"),
    "one wide character": Example(text="日\n"),
    "blanks": Example(text="  \n\n  \n"),
    "500 labels": Example(text=NAME, scheme=LABELS, records=(span("e1", f"KIND-003-{LONG}", 0, 13, layer="entity"),)),
    "30 layers": Example(
        text=NAME, scheme=LAYERS, records=tuple(span(f"e{at}", f"L{at}", 0, 13, layer=f"layer-{at:02}") for at in range(30))
    ),
}


_CASES = [*((name, (40, 10)) for name in DOCUMENTS), ("30 layers", (80, 24)), ("nothing", (20, 6))]


@pytest.mark.parametrize(("name", "size"), _CASES)
def test_every_key_does_no_harm(name: str, size: tuple[int, int], tmp_path: Path) -> None:
    corpus = Corpus.open(write_example(tmp_path, DOCUMENTS[name]))
    before = [*corpus["example"].sets["gold"].spans]

    def look(app: Annotator) -> None:
        lines = shown(app)
        assert len(lines) == size[1]
        if size < (40, 10):
            assert "Postil needs 40" in " ".join(lines)
        else:
            assert "set gold" in lines[-2] or "layer" in lines[-2]

    pressed(corpus, KEYS, annotator="gold", size=size, then=look)
    assert [*Corpus.open(tmp_path)["example"].sets["gold"].spans] == before


@pytest.mark.parametrize("sign", ["日", "\u0301"])
def test_a_paragraph_without_end(sign: str, tmp_path: Path) -> None:
    corpus = Corpus.open(write_example(tmp_path, Example(text=sign * (50_000) + "\n", scheme=SCHEME)))

    def look(app: Annotator) -> None:
        assert screen_of(app).state.place.cursor > 0
        assert len(shown(app)) == 24

    pressed(corpus, "right down pagedown ctrl+end left", annotator="gold", size=(80, 24), then=look)
