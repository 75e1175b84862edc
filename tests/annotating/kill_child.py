"""A session that says after each action that it is done, until somebody ends it.

python tests/annotating/kill_child.py ROOT DOCUMENT ANNOTATOR SEED
"""

from __future__ import annotations

import random
import sys
from pathlib import Path

from postil import Corpus
from postil.annotating import Session
from postil.errors import ActionRefused


def say(what: str) -> None:
    sys.stdout.write(f"{what}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    root, document, annotator, seed = sys.argv[1:]
    chance = random.Random(int(seed))
    with Session.open(Corpus.open(Path(root)), document, annotator) as session:
        session.do("layer", "entity")
        say(f"begun {len(session.history.done)}")
        while True:
            session.do("to", str(chance.randrange(len(session.state.text))))
            session.do("next", "word")
            try:
                session.do(*chance.choice((("label", "PERSON"), ("label", "GPE"), ("delete",), ("undo",), ("redo",))))
            except ActionRefused:
                continue
            say(str(len(session.history.done)))
