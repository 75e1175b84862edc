"""The program in a real terminal: tmux."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest
from rich.cells import cell_len

from annotating.corpora import copy_of_our_corpus
from conftest import write_example
from postil import Corpus
from postil.annotating import Session
from postil.rules.examples import Example, span
from postil.storage.holder import read_holder
from tui.task import BY_HAND, DOCUMENT, by_hand, with_ids_of_gold

pytestmark = pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed")

_NAMES = {"enter": "Enter", "space": "Space", "tab": "Tab", "escape": "Escape", "ctrl+q": "C-q", "ctrl+z": "C-z", ";": r"\;"}
_PATIENCE = 20.0


class Terminal:
    """A tmux server of its own, with one window."""

    def __init__(self, directory: Path) -> None:
        self._socket = str(directory / "tmux.socket")

    def __call__(self, *words: str) -> str:
        done = subprocess.run(["tmux", "-S", self._socket, *words], capture_output=True, text=True, check=True, timeout=30)
        return done.stdout

    def start(self, *command: str, **environment: str) -> None:
        settings = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES", "TMUX")}
        settings |= {"TERM": "tmux-256color", "XDG_CONFIG_HOME": str(Path(self._socket).parent)} | environment
        words = [word for name, value in settings.items() for word in ("-e", f"{name}={value}")]
        self("-f", os.devnull, "new-session", "-d", "-x", "110", "-y", "34", *words, *command)

    def press(self, *keys: str) -> None:
        self("send-keys", *(_NAMES.get(key, key) for key in keys))

    @property
    def lines(self) -> list[str]:
        return self("capture-pane", "-p").splitlines()

    def wait_for(self, is_so: Callable[[], bool]) -> None:
        if not self.wait_for_end(is_so):
            pytest.fail("\n".join(self.lines))

    def wait_for_end(self, is_so: Callable[[], bool]) -> bool:
        """Wait until it is so, whether there is a terminal or not; returns whether it is."""
        end = time.monotonic() + _PATIENCE
        while not is_so() and time.monotonic() < end:
            time.sleep(0.05)
        return is_so()

    def wait_for_text(self, text: str) -> None:
        self.wait_for(lambda: any(text in line for line in self.lines))


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    found = Terminal(tmp_path)
    yield found
    subprocess.run(["tmux", "-S", str(tmp_path / "tmux.socket"), "kill-server"], capture_output=True, check=False)


def test_the_task_in_a_terminal(tmp_path: Path, terminal: Terminal) -> None:
    copy_of_our_corpus(tmp_path / "corpus")
    postil = (sys.executable, "-m", "postil", "-C", str(tmp_path / "corpus"))
    terminal.start(*postil, "annotate", DOCUMENT, "--as", "me")
    terminal.wait_for_text("set me")
    assert any("India-Japan 2+2 Meet: Security" in line for line in terminal.lines)
    terminal.press(*BY_HAND)
    terminal.wait_for_text("supports CLAIM")
    terminal.wait_for_text("FACT────")
    terminal.press("ctrl+q")
    terminal.wait_for(lambda: not (tmp_path / "corpus/.postil/sessions/me" / f"{DOCUMENT}.lock").exists())

    corpus = Corpus.open(tmp_path / "corpus")
    made = corpus[DOCUMENT].sets["me"]
    assert with_ids_of_gold(corpus, made) == by_hand(corpus, made.header)


def test_a_session_that_is_killed_is_taken_up_again(tmp_path: Path, terminal: Terminal) -> None:
    copy_of_our_corpus(tmp_path / "corpus")
    postil = (sys.executable, "-m", "postil", "-C", str(tmp_path / "corpus"))
    terminal.start(*postil, "annotate", DOCUMENT, "--as", "me", NO_COLOR="1")
    terminal.wait_for_text("set me")
    terminal.press("2", "g")
    terminal.wait_for_text("GPE “India”")
    process = int(terminal("display-message", "-p", "#{pane_pid}"))
    os.kill(process, signal.SIGKILL)
    terminal.wait_for(lambda: not Path(f"/proc/{process}").exists())
    with Session.open(Corpus.open(tmp_path / "corpus"), DOCUMENT, "me") as session:
        assert [span.text for span in session.state.marks.spans] == ["India"]
        assert len(session.history.done) == 1


@pytest.mark.parametrize("told", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_session_that_is_told_to_end_leaves_the_terminal_as_it_was(
    told: signal.Signals, tmp_path: Path, terminal: Terminal
) -> None:
    copy_of_our_corpus(tmp_path / "corpus")
    command = f"{sys.executable} -m postil -C {tmp_path / 'corpus'} annotate {DOCUMENT} --as me; echo ended $?; stty -a; sleep 20"
    terminal.start("sh", "-c", command)
    terminal.wait_for_text("set me")
    terminal.press("2", "g")
    terminal.wait_for_text("GPE “India”")
    lock = tmp_path / "corpus/.postil/sessions/me" / f"{DOCUMENT}.lock"
    os.kill(int(msgspec.json.decode(lock.read_bytes())["pid"]), told)
    terminal.wait_for_text(f"ended {128 + told}")
    terminal.wait_for(lambda: any(" icanon" in line for line in terminal.lines))
    assert not any("set me" in line for line in terminal.lines)  # it has the screen back that it had before
    assert not lock.exists()
    assert [span.text for span in Corpus.open(tmp_path / "corpus")[DOCUMENT].sets["me"].spans] == ["India"]


def test_a_session_whose_terminal_is_gone_ends(tmp_path: Path, terminal: Terminal) -> None:
    copy_of_our_corpus(tmp_path / "corpus")
    terminal.start(sys.executable, "-m", "postil", "-C", str(tmp_path / "corpus"), "annotate", DOCUMENT, "--as", "me")
    terminal.wait_for_text("set me")
    lock = tmp_path / "corpus/.postil/sessions/me" / f"{DOCUMENT}.lock"
    holder = read_holder(lock)
    assert holder is not None
    terminal("kill-server")
    assert terminal.wait_for_end(lambda: not holder.may_be_alive)
    assert not lock.exists()


def test_wide_characters_and_marks_are_where_the_terminal_has_them(tmp_path: Path, terminal: Terminal) -> None:
    """Whatever stands in a line, the panel beside it begins in the same cell: the terminal and the layout count alike."""
    text = "日本 and e\u0301te\u0301 in Tokyo\n\n한국어 中文 ｆｕｌｌ שלום नमस्ते\n\na\tb “c” …\n"
    write_example(
        tmp_path / "corpus", Example(text=text, records=(span("e1", "GPE", text.index("Tokyo"), text.index("Tokyo") + 5),))
    )
    terminal.start(sys.executable, "-m", "postil", "-C", str(tmp_path / "corpus"), "annotate", "example", "--as", "gold")
    terminal.wait_for_text("set gold")
    terminal.wait_for_text("नमस्ते")
    beside = [line.rpartition("│")[0] for line in terminal.lines if "│" in line]
    assert len({cell_len(line) for line in beside}) == 1
    (above, below) = next((line, terminal.lines[at + 1]) for at, line in enumerate(terminal.lines) if "日本" in line)
    assert cell_len(above[: above.index("Tokyo")]) == cell_len(below[: below.index("╰GPE╯")])
