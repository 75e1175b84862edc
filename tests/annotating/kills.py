"""Ends sessions by force at random moments, and looks at what is left."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from pathlib import Path

from postil import Corpus
from postil.annotating import Session
from postil.annotating.journal import Journal
from postil.storage.set_file import encode_set, parse_set

_CHILD = Path(__file__).with_name("kill_child.py")
_LONGEST = 0.3  # seconds that a session acts at most


def kill_once(corpus: Corpus, document: str, seed: int) -> int:
    """Run a session, kill it, and assert that nothing is lost; returns how many actions it had done."""
    root = corpus.directory.root
    command = [sys.executable, str(_CHILD), str(root), document, "me", str(seed)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout
        begun = child.stdout.readline()
        assert begun.startswith("begun")
        time.sleep(random.Random(seed).uniform(0, _LONGEST))
        child.kill()
        acknowledged = child.stdout.read().split("\n")[:-1]
    actions = len(acknowledged)
    set_path = root / corpus.directory.set_path("me", document)
    told = Journal(root, "me", document).read()
    if set_path.exists():
        file = parse_set("", "me", set_path.read_bytes())
        assert not file.faults
        annotations = file.annotation_set()
        assert annotations
        assert encode_set(annotations) == file.data
    else:
        assert actions == 0
    with Session.open(Corpus.open(root), document, "me") as session:
        depth = len(session.history.done)
        assert abs(depth - int(acknowledged[-1] if acknowledged else begun.split()[1])) <= 1
        assert told is None or depth <= len(told.entries)
        if set_path.exists():
            assert encode_set(session.state.marks.annotations) == set_path.read_bytes()
    return actions
