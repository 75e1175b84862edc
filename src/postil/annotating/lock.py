"""A lock on a set: a file that says which process of which machine is annotating it. One that is left over is recognised."""

from __future__ import annotations

import contextlib
import os
import time
from pathlib import Path

import msgspec

from postil.errors import SetInUse
from postil.storage.holder import Holder, read_holder


class Lock:
    """The lock on one set, taken when it is made. Raises :class:`~postil.errors.SetInUse` where another has it."""

    def __init__(self, path: Path, what: str) -> None:
        self._path, self._what = path, what
        self.holder = Holder.this_process()
        path.parent.mkdir(parents=True, exist_ok=True)
        for _ in range(3):
            if self._take():
                return
            self._clear_left_over()
        raise SetInUse(f"{what} is being annotated by another session that began at this moment: try again")

    def _take(self) -> bool:
        """Make the file, whole or not at all, unless there is one."""
        draft = self._path.with_name(f"{self._path.name}.{self.holder.token}")
        draft.write_bytes(msgspec.json.encode(self.holder))
        try:
            os.link(draft, self._path)
        except FileExistsError:
            return False
        except OSError:  # a file system without links
            return self._take_without_link()
        else:
            return True
        finally:
            draft.unlink()

    def _take_without_link(self) -> bool:
        try:
            with self._path.open("xb") as file:
                file.write(msgspec.json.encode(self.holder))
        except FileExistsError:
            return False
        return True

    def _clear_left_over(self) -> None:
        """Remove the file of a process that has ended; whoever else is there keeps it."""
        there = read_holder(self._path)
        if there is not None and there.may_be_alive:
            began = time.strftime("%Y-%m-%d %H:%M", time.localtime(self._path.stat().st_mtime))
            raise SetInUse(
                f"{self._what} is being annotated since {began} by process {there.pid} on {there.host}: end that session first. "
                f"If there is none, delete {self._path}"
            )
        aside = self._path.with_name(f"{self._path.name}.{self.holder.token}.old")
        with contextlib.suppress(FileNotFoundError):
            self._path.rename(aside)
            if (moved := read_holder(aside)) != there and moved is not None:  # somebody took it in between: give it back
                with contextlib.suppress(FileExistsError):
                    os.link(aside, self._path)
            aside.unlink()

    @property
    def is_held(self) -> bool:
        """Whether the lock is still this one's."""
        there = read_holder(self._path)
        return there is not None and there.token == self.holder.token

    def release(self) -> None:
        """Give it back."""
        if self.is_held:
            self._path.unlink()
