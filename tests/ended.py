"""Commands that are ended at one of their steps: when they are about to change something on the disk.

python tests/ended.py SIGNAL STEP COMMAND… runs one and sends it the signal at the first step that the regular expression STEP
finds, such as ``os.rename .*/out`` (none where SIGNAL is 0).
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

_STEPS = {"os.rename", "os.link", "os.mkdir", "os.remove", "os.rmdir", "os.chmod", "open"}
_STAGING = re.compile(r"\.?postil-(?:export|push|hub)-")
_LARGEST = "LARGEST_FILE"


def run_ended(*argv: object, number: int = 0, at: str = "", **environment: object) -> tuple[int, str]:
    """Run a command and send it the signal at this step. Returns how it ended, below 0 where a signal ended it, and what it said.

    ``LARGEST_FILE``: so many bytes a file may have.
    """
    command = [sys.executable, "-B", __file__, str(int(number)), at, *map(str, argv)]
    around = {**os.environ, **{name: str(value) for name, value in environment.items()}}
    done = subprocess.run(command, capture_output=True, text=True, env=around, timeout=60, check=False)
    return done.returncode, done.stdout + done.stderr


def left_over(place: Path) -> list[str]:
    """What stagings left there."""
    return [path.name for path in place.iterdir() if _STAGING.match(path.name)]


def files_in(place: Path) -> dict[str, bytes]:
    """A file or all files of a directory; none where nothing is."""
    paths = [place] if place.is_file() else [path for path in place.rglob("*") if path.is_file()]
    return {path.relative_to(place).as_posix(): path.read_bytes() for path in paths}


def end_at(step: str, number: int) -> None:
    """Send this process the signal at the first step that the regular expression finds."""
    sought = [re.compile(step)]

    def look(event: str, arguments: tuple[object, ...]) -> None:
        if event in _STEPS and sought and sought[0].search(" ".join((event, *map(str, arguments)))):
            sought.clear()
            os.kill(os.getpid(), number)

    sys.addaudithook(look)


def _run(number: int, step: str, argv: list[str]) -> int:
    from postil.cli import main

    if largest := os.environ.get(_LARGEST):
        import resource

        resource.setrlimit(resource.RLIMIT_FSIZE, (int(largest), resource.RLIM_INFINITY))
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if number:
        end_at(step, number)
    return main(argv)


if __name__ == "__main__":
    sys.exit(_run(int(sys.argv[1]), sys.argv[2], sys.argv[3:]))
