from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from postil.errors import UnsafePath
from postil.storage.holder import Holder
from postil.storage.private import work_directory


def _ended() -> Holder:
    """A process that has ended."""
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    return msgspec.structs.replace(Holder.this_process(), pid=process.pid)


def test_a_work_directory_is_gone_afterwards_and_so_is_what_was_made_for_it(tmp_path: Path) -> None:
    with work_directory(tmp_path, "imports") as work:
        (work / "x").write_text("x")
        assert (tmp_path / ".postil/.gitignore").read_text() == "*\n"
    assert list(tmp_path.iterdir()) == []

    (tmp_path / ".postil").mkdir()
    with work_directory(tmp_path, "imports"):
        pass
    assert [path.name for path in (tmp_path / ".postil").iterdir()] == [".gitignore"]


@pytest.mark.skipif(sys.platform == "win32", reason="nobody can tell there whether a process has ended")
def test_what_a_process_that_ended_left_is_taken_away_and_what_another_holds_is_not(tmp_path: Path) -> None:
    place = tmp_path / ".postil/imports"
    ended, alive, unsaid = _ended(), Holder.this_process(), "0" * 16
    for holder in (ended, alive):
        (place / holder.token).mkdir(parents=True)
        (place / f"{holder.token}.json").write_bytes(msgspec.json.encode(holder))
    (place / unsaid).mkdir()
    (place / "mine.txt").write_text("x")

    with work_directory(tmp_path, "imports") as work:
        assert list(work.iterdir()) == []
    assert {path.name for path in place.iterdir()} == {alive.token, f"{alive.token}.json", "mine.txt"}


def test_a_link_that_leads_out_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    root = tmp_path / "corpus"
    root.mkdir()
    (root / ".postil").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(UnsafePath, match="leads out of"), work_directory(root, "imports"):
        pass
    assert list((tmp_path / "elsewhere").iterdir()) == []
