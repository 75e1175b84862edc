"""Which process of which machine holds something in a corpus, and whether it may still run."""

from __future__ import annotations

import os
import re
import secrets
import socket
import sys
from pathlib import Path
from urllib.parse import quote, unquote

import msgspec

_PROC = Path("/proc")
_NAME = re.compile(r"(\d+)-(\d*)-([0-9a-f]{16})-(.+)")


class Holder(msgspec.Struct, frozen=True):
    """Who holds something. ``started`` tells a process from a later one with the same number, where the system says it."""

    pid: int
    host: str
    started: str
    token: str

    @classmethod
    def this_process(cls) -> Holder:
        """What is known of the process that asks."""
        return cls(os.getpid(), socket.gethostname(), _started(os.getpid()), secrets.token_hex(8))

    @classmethod
    def named(cls, name: str) -> Holder | None:
        """The one that a file name is of; ``None`` where it is of none."""
        found = _NAME.fullmatch(name)
        return cls(int(found[1]), unquote(found[4]), found[2], found[3]) if found else None

    @property
    def name(self) -> str:
        """As a file name, so that what is called so says whose it is from the moment that it is there."""
        return f"{self.pid}-{self.started}-{self.token}-{quote(self.host, safe='')}"

    @property
    def may_be_alive(self) -> bool:
        """Whether the process may still run. Of another machine nobody can tell."""
        if self.host != socket.gethostname() or sys.platform == "win32":  # there, looking for a process may end it
            return True
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return False
        except PermissionError:
            pass
        return self.started == _started(self.pid)


_ENDED = ("Z", "X", "x")  # by proc(5): there is but an entry in a table, until whoever started it has asked how it ended


def _started(pid: int) -> str:
    """When a process was started, in ticks since the machine was; empty where the system does not say, or it has ended."""
    try:
        stat = (_PROC / str(pid) / "stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    state, *numbers = stat.rpartition(")")[2].split()
    return "" if state in _ENDED else numbers[18]


def read_holder(path: Path) -> Holder | None:
    """Who holds what the file is about, as it says; ``None`` where there is none, or nothing that can be read."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Holder)
    except (OSError, msgspec.MsgspecError):
        return None
