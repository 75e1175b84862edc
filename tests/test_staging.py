"""What is put in place, and what is there when that is ended at any step."""

from __future__ import annotations

import errno
import os
import shutil
import signal
import sys
import threading
import warnings
from collections.abc import Callable
from pathlib import Path

import pytest

from ended import files_in, left_over
from postil.errors import ExportRefused, PostilError
from postil.signals import end_in_order
from postil.storage.staging import staging

if not hasattr(os, "fork"):
    pytest.skip("ends copies of this very process", allow_module_level=True)

OLD = {"a": b"old", "sub/b": b"old b", "mine": b"of the user"}
NEW = {"a": b"new", "sub/b": b"new b", "deep/er/c": b"new c"}
KINDS = {"file": ({".": b"old"}, {".": b"new"}), "directory": (OLD, NEW), "parts": (OLD, OLD | NEW)}


def write(place: Path, files: dict[str, bytes]) -> None:
    for name, data in files.items():
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_bytes(data)


def put(destination: Path, kind: str, check: Callable[[], None] = lambda: None) -> list[str]:
    with staging(destination, is_in_parts=kind == "parts") as stage:
        write(stage.new, {".": b"new"} if kind == "file" else NEW)
        stage.put_in_place(check, tuple(NEW) if kind == "parts" else ("",))
        return list(stage.restored)


def ended(destination: Path, kind: str, number: int, step: int) -> int:
    """Put in place in a copy of this process, which is sent a signal at this step; returns how that ended."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # threads of others do not matter to what is done here
        child = os.fork()
    if not child:
        steps = 0

        def count(event: str, _: object) -> None:
            nonlocal steps
            steps += event in ("open", "os.rename", "os.link", "os.mkdir", "os.remove", "os.rmdir")
            if steps == step:
                steps += 1
                os.kill(os.getpid(), number)

        try:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            end_in_order()
            sys.addaudithook(count)
            put(destination, kind)
        except KeyboardInterrupt:
            os._exit(130)
        finally:
            os._exit(0 if steps < step else 1)
    return os.waitpid(child, 0)[1]


@pytest.mark.parametrize("kind", KINDS)
def test_whoever_is_killed_at_any_step_leaves_what_the_next_makes_whole(kind: str, tmp_path: Path) -> None:
    destination, (old, new) = tmp_path / "x/out", KINDS[kind]
    found, step, status = set(), 0, 1
    while status:
        step += 1
        shutil.rmtree(tmp_path / "x", ignore_errors=True)
        write(destination, old)
        status = ended(destination, kind, signal.SIGKILL, step)
        half = files_in(destination)
        if kind == "file":
            assert half in (old, new)
        with staging(destination) as stage:
            assert len(stage.restored) == (half not in (old, new)) or half == new
        found.add(str(files_in(destination)))
        assert files_in(destination) in (old, new)
        assert left_over(tmp_path / "x") == []
        assert {path.parent for path in destination.rglob("*") if path.is_file()} >= {
            path for path in destination.rglob("*") if path.is_dir() and path.name != "deep"
        }
        put(destination, kind)
        assert files_in(destination) == new
    assert len(found) == 2
    assert step > 8


@pytest.mark.parametrize(
    ("number", "kind"),
    [*((signal.SIGTERM, kind) for kind in KINDS), (signal.SIGHUP, "directory"), (signal.SIGINT, "directory")],
)
def test_whoever_is_asked_to_end_at_any_step_leaves_the_old_or_the_new_and_nothing_else(
    number: int, kind: str, tmp_path: Path
) -> None:
    destination, (old, new) = tmp_path / "x/out", KINDS[kind]
    found, step, status = set(), 0, 1
    while status:
        step += 1
        shutil.rmtree(tmp_path / "x", ignore_errors=True)
        write(destination, old)
        status = ended(destination, kind, number, step)
        assert status in (0, 130 << 8)
        assert files_in(destination) in (old, new)
        assert [path.name for path in (tmp_path / "x").iterdir()] == ["out"]
        found.add(str(files_in(destination)))
    assert len(found) == 2
    assert step > 8


def test_what_somebody_changed_in_what_was_put_half_in_place_is_not_put_back(tmp_path: Path) -> None:
    destination, step = tmp_path / "out", 0
    while True:
        step += 1
        shutil.rmtree(destination, ignore_errors=True)
        write(destination, OLD)
        assert ended(destination, "parts", signal.SIGKILL, step)
        if (destination / "deep/er/c").exists() or (destination / "a").read_bytes() == b"new":
            break
    (destination / "a").write_bytes(b"mine since")
    with staging(destination):
        assert files_in(destination) == OLD | {"a": b"mine since"}


def test_what_is_changed_at_the_very_moment_is_left(tmp_path: Path) -> None:
    destination = tmp_path / "out"
    for kind in ("directory", "parts"):
        shutil.rmtree(destination, ignore_errors=True)
        write(destination, OLD)

        def meanwhile() -> None:
            (destination / "sub/b").write_bytes(b"of the user since")

        with pytest.raises(ExportRefused, match="was changed at this very moment: nothing was written"):
            put(destination, kind, meanwhile)
        assert files_in(destination) == OLD | {"sub/b": b"of the user since"}
        assert not (destination / "deep").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_one_waits_until_another_has_put_its_own_in_place(tmp_path: Path) -> None:
    destination, seen = tmp_path / "out", []
    write(destination, OLD)
    other = threading.Thread(target=put, args=(destination, "parts", lambda: seen.append(files_in(destination))))

    def meanwhile() -> None:
        other.start()
        seen.append(files_in(destination))

    put(destination, "directory", meanwhile)
    other.join(30)
    assert seen == [OLD, NEW]
    assert files_in(destination) == NEW
    assert left_over(tmp_path) == []


def test_without_links_files_are_moved_aside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_link(*_: object, **__: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", no_link)
    destination = tmp_path / "out"
    write(destination, OLD)
    put(destination, "parts")
    assert files_in(destination) == OLD | NEW


def test_what_cannot_be_made_beside_is_said_with_the_destination(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(PostilError, match=r"file/out: Not a directory: nothing was put in place"):
        put(tmp_path / "file/out", "file")


def test_where_nothing_can_be_moved_in_from_beside_parts_are_made_in_the_destination(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    destination, step, status, halves = tmp_path / "x/out", 0, 1, set()
    monkeypatch.setattr(Path, "is_mount", lambda path: path == destination)
    while status:
        step += 4
        shutil.rmtree(tmp_path / "x", ignore_errors=True)
        write(destination, OLD)
        status = ended(destination, "parts", signal.SIGKILL, step)
        assert [path.name for path in (tmp_path / "x").iterdir()] == ["out"]
        halves.add(str(files_in(destination)))
        put(destination, "parts")
        assert files_in(destination) == OLD | NEW
        assert left_over(destination) == []
    assert len(halves) > 2


def test_what_is_mounted_is_not_replaced_as_a_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    destination, replace = tmp_path / "out", Path.replace
    write(destination, OLD)

    def busy(path: Path, to: Path) -> Path:
        if path == destination:
            raise OSError(errno.EBUSY, "Device or resource busy")
        return replace(path, to)

    monkeypatch.setattr(Path, "replace", busy)
    with pytest.raises(ExportRefused, match=r"out cannot be put in place \(.*\): is it mounted, or in use\? Nothing was written"):
        put(destination, "directory")
    assert files_in(destination) == OLD


@pytest.mark.parametrize("name", ["out", "sub/out", "./out/", "sub/../out", "../x/out"])
def test_a_destination_may_be_named_in_any_way(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for directory in ("x", "x/sub"):
        (tmp_path / directory).mkdir()
    monkeypatch.chdir(tmp_path / "x")
    put(Path(name), "directory")
    put(Path(name), "parts")
    assert files_in(Path(name)) == NEW
    assert left_over(tmp_path) == []


def test_two_destinations_beside_each_other_at_once(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    thread = threading.Thread(target=put, args=(other, "directory"))
    put(one, "directory", thread.start)
    thread.join(30)
    assert files_in(one) == files_in(other) == NEW
    assert left_over(tmp_path) == []


def test_what_goes_wrong_in_a_staging_inside_another_is_said_with_the_destination_of_the_outer_one(tmp_path: Path) -> None:
    with (
        pytest.raises(PostilError, match=rf"^{tmp_path}/out: No space left on device: nothing was put in place$"),
        staging(tmp_path / "out") as outer,
        staging(outer.new / "conll/work") as inner,
    ):
        raise OSError(errno.ENOSPC, "No space left on device", str(inner.new))
    assert list(tmp_path.iterdir()) == []
