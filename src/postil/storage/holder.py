"""Which process of which machine holds something in a corpus, and whether it may still run."""

from __future__ import annotations

import os
import secrets
import socket
import sys
from pathlib import Path

import msgspec

_PROC = Path("/proc")


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


def _started(pid: int) -> str:
    """When a process was started, in ticks since the machine was; empty where the system does not say."""
    try:
        stat = (_PROC / str(pid) / "stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    return stat.rpartition(")")[2].split()[19]


def read_holder(path: Path) -> Holder | None:
    """Who holds what the file is about, as it says; ``None`` where there is none, or nothing that can be read."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Holder)
    except (OSError, msgspec.MsgspecError):
        return None
