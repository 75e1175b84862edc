"""How long an annotator waits: opening a large document, then each of a few hundred actions with its save and its findings.

python tests/benchmarks/annotate_speed.py [WORDS] [SPANS]

First the session alone, then the screens: from the start until the text is drawn, and for a key from when it comes until what it
did is done, saved, checked, laid out and every line of the window drawn anew (120 by 40, without a terminal behind it). Both are
in time of the processor, so that whatever else runs does not count.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import generate

from postil import AnnotationSet, Corpus, Header, Relation, Span
from postil.annotating import Session
from postil.errors import ActionRefused

_SEED = 7
_ACTIONS = 300


def make(root: Path, words: int, spans: int) -> None:
    """A corpus of one document with this many words, and a set with this many spans and a tenth as many relations."""
    chance = random.Random(_SEED)
    paragraphs = [" ".join(chance.choices(generate.WORDS, k=100)) + "." for _ in range(words // 100)]
    text = "\n\n".join(paragraphs) + "\n"
    (root / "corpus").mkdir(parents=True)
    (root / "annotations").mkdir()
    (root / "corpus/corpus.toml").write_text(generate.MANIFEST)
    (root / "annotations/scheme.toml").write_text(generate.SCHEME, encoding="utf-8")
    (root / "corpus/large.txt").write_text(text, encoding="utf-8")
    (root / "corpus/large.toml").write_text('title = "Large"\n')
    document = Corpus.open(root)["large"]
    header = Header("large", "me", "generated/1", document.text_sha256, "in-progress", "manual")
    made = _spans(text, spans, chance)
    relations = tuple(
        Relation(f"r{number}", "argument", "supports", {"from": one.id, "to": other.id})
        for number, (one, other) in enumerate(pairwise([one for one in made if one.layer == "claim"][: spans // 10]))
    )
    Corpus.open(root).write(AnnotationSet(header, made, relations))


def _spans(text: str, number: int, chance: random.Random) -> tuple[Span, ...]:
    starts, at = [], 0
    for word in text.split():
        at = text.index(word, at)
        starts.append((at, at + len(word.rstrip("."))))
        at += len(word)
    chosen = sorted(chance.sample([one for one in starts if one[0] < one[1]], number))
    return tuple(
        Span(f"e{index}", *chance.choice((("entity", "PERSON"), ("claim", "CLAIM"))), start, end, text[start:end])
        for index, (start, end) in enumerate(chosen)
    )


def timed(work: Callable[[], Any], clock: Callable[[], float] = time.perf_counter) -> float:
    """Milliseconds."""
    began = clock()
    work()
    return 1000 * (clock() - began)


def run(root: Path) -> None:
    """Open, act, print."""
    session = Session.open(Corpus.open(root), "large", "me", seed="bench")
    session.close()
    print(f"open             {timed(lambda: sessions.append(Session.open(Corpus.open(root), 'large', 'me'))):8.1f} ms")
    session = sessions.pop()
    print(f"first word move  {timed(lambda: session.do('next', 'word')):8.1f} ms")
    print(f"first findings   {timed(lambda: session.findings):8.1f} ms")
    chance = random.Random(_SEED)
    saves, checks, moves = [], [], []
    for _ in range(_ACTIONS):
        session.do("to", str(chance.randrange(len(session.state.text))))
        moves.append(timed(lambda: session.do("next", "unlabelled")))
        moves.append(timed(lambda: session.do("next", "span")))
        session.do("to", str(session.state.place.cursor))
        session.do("next", "word")
        action = chance.choice((("label", "PERSON"), ("delete",), ("stretch", "end"), ("undo",)))
        saves.append(timed(lambda action=action: attempt(session, *action)))
        checks.append(timed(lambda: session.findings))
    for name, values in (("move", moves), ("action and save", saves), ("findings", checks)):
        print(f"{name:<16} {statistics.median(values):8.1f} ms median {max(values):8.1f} ms at most")
    session.close()


def attempt(session: Session, *action: str) -> None:
    """Do it, if it can be done here."""
    with contextlib.suppress(ActionRefused):
        session.do(*action)


# --- the screens ---------------------------------------------------------------------------------------------------------

_KEYS = (
    ("move", ".", "right", ")", "down", "up", "}", "pagedown", "pageup", ">", "+", "-", "escape"),
    ("next name, sentence, span", "tab", "space", "]", "shift+tab", "["),
    ("label, delete, undo", ". ' enter", "delete", "ctrl+z", "ctrl+y"),
)


async def run_screens(root: Path) -> None:
    """Open, press keys, print."""
    began = time.process_time()
    from postil.tui.app import Annotator

    app = Annotator(Corpus.open(root), "me", "large", theme="dark")
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot._wait_for_screen()
        draw(app)
        print(f"screens: open    {1000 * (time.process_time() - began):8.1f} ms, with the import of Textual")
        await pilot.pause(2)  # words and names are found meanwhile
        chance = random.Random(_SEED)
        for what, *groups in _KEYS:
            times = []
            for _ in range(20):
                app.session.do("to", str(chance.randrange(len(app.session.state.text))))
                app.screen.show()
                for key in (key for group in groups for key in group.split()):
                    await pilot._wait_for_screen()
                    times += [timed(lambda key=key: (app.screen.press(key), draw(app)), time.process_time)]
            print(f"screens: {what:<26} {statistics.median(times):8.1f} ms median {max(times):8.1f} ms at most")
    app.close_session()


def draw(app: Any) -> None:
    """Draw every line of the window."""
    app.screen._compositor.render_strips()


sessions: list[Session] = []

if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as directory:
        words, spans = (int(word) for word in (*sys.argv[1:], "200000", "10000")[:2])
        make(Path(directory) / "corpus", words, spans)
        run(Path(directory) / "corpus")
        asyncio.run(run_screens(Path(directory) / "corpus"))
