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
    ended, alive = _ended(), Holder.this_process()
    elsewhere = msgspec.structs.replace(ended, host="a/b-c d")
    of_another_purpose = f"exports-{ended.name}"
    kept = {f"imports-{alive.name}", f"imports-{elsewhere.name}", of_another_purpose, "imports-1", "imports-mine"}
    for name in (*kept, f"imports-{ended.name}"):
        (place / name).mkdir(parents=True)
        (place / name / "x").write_text("x")
    file, link = (f"imports-{_ended().name}" for _ in range(2))
    (place / file).write_text("x")
    (place / link).symlink_to(tmp_path)

    with work_directory(tmp_path, "imports") as work:
        assert list(work.iterdir()) == []
    assert {path.name for path in place.iterdir()} == kept | {file, link}


def test_a_holder_is_read_from_its_name() -> None:
    for holder in (Holder.this_process(), Holder(7, "a/b-c d%_", "", "0" * 16)):
        assert Holder.named(holder.name) == holder
        assert Path(holder.name).name == holder.name
    for name in ("", "1-2", f"x-1-{'0' * 16}-host", f"1-1-{'g' * 16}-host", f"1-1-{'0' * 16}-"):
        assert Holder.named(name) is None


def test_a_link_that_leads_out_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    root = tmp_path / "corpus"
    root.mkdir()
    (root / ".postil").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(UnsafePath, match="leads out of"), work_directory(root, "imports"):
        pass
    assert list((tmp_path / "elsewhere").iterdir()) == []
