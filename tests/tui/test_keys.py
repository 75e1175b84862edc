"""The table of keys, and the user's own."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from annotating.corpora import ARTICLE, copy_of_our_corpus
from postil import Corpus
from postil.annotating import Session, all_actions
from postil.cli import main
from postil.errors import UnreadableFile
from postil.tui.app import annotate, default_theme
from postil.tui.asks import ASKS
from postil.tui.keys import COMMANDS, Keys, as_markdown, context, key_name, shown_key
from postil.tui.keys_file import key_fault, keys_path, overridden, read_keys
from postil.tui.label_keys import label_keys
from tui.driving import keys_from, pressed, shown


def test_every_command_does_something_that_there_is() -> None:
    for command in COMMANDS:
        if command.asks:
            assert command.asks in ASKS
            assert not command.does
        else:
            name, *words = command.does
            if name not in ("undo", "redo"):
                all_actions()[name].refuse_words(words)


def test_every_action_has_a_command_or_a_label_key() -> None:
    """Or a mouse, or a list, that dispatches to it."""
    by_table = {command.does[0] for command in COMMANDS if command.does}
    by_asking = {
        "find", "go", "to", "extend-to", "drag-to", "label", "relabel", "duplicate", "argument", "accept-label", "set",
            "mentions", "take",
        "leave", "note", "remark", "layer", "relate",
    }  # fmt: skip
    assert {*all_actions()} - by_table - by_asking == {"select"}  # from one offset to another: of scripts only


def test_no_key_has_two_meanings_and_small_letters_are_left_to_labels() -> None:
    uses = Counter((key, command.when) for command in COMMANDS for key in command.keys)
    assert max(uses.values()) == 1
    assert len({command.name for command in COMMANDS}) == len(COMMANDS)
    assert not any(len(key) == 1 and key.islower() for command in COMMANDS for key in command.keys)
    assert not any(key_fault(key) for command in COMMANDS for key in command.keys)


def test_the_keys_of_our_scheme_are_no_commands(tmp_path: Path) -> None:
    assert overridden(Keys(), copy_of_our_corpus(tmp_path).scheme) == []


@pytest.mark.parametrize(
    ("key", "character", "name"),
    [
        ("question_mark", "?", "?"),
        ("S", "S", "S"),
        ("space", " ", "space"),
        ("enter", "\r", "enter"),
        ("ctrl+z", "\x1a", "ctrl+z"),
        ("alt+f", "f", "alt+f"),
        ("shift+left", None, "shift+left"),
        ("é", "é", "é"),
    ],
)
def test_the_name_of_a_key(key: str, character: str | None, name: str) -> None:
    assert key_name(key, character) == name


def test_how_keys_are_written() -> None:
    assert [shown_key(key) for key in ("ctrl+z", "shift+tab", "right", "?", "space")] == ["^z", "⇧tab", "→", "?", "space"]


def test_label_keys_are_those_of_what_is_being_done(tmp_path: Path) -> None:
    with Session.open(copy_of_our_corpus(tmp_path), ARTICLE, "a1", suggestions="gold") as session:
        session.do("layer", "entity")
        assert label_keys(session.state, Keys())["p"] == ("label", "PERSON")
        session.do("layer", "statement")
        session.do("next", "span")
        session.do("head")
        keys = label_keys(session.state, Keys())
        assert keys["s"] == ("relate", "supports")
        assert keys["f"] == ("label", "FACT")
        session.do("head")
        session.do("delete")
        session.do("next", "ghost")
        assert context(session.state) == "ghost"
        assert {action for action, _ in label_keys(session.state, Keys()).values()} == {"accept"}


def test_the_table_in_the_readme(repository: Path) -> None:
    assert as_markdown() in (repository / "README.md").read_text(encoding="utf-8")


# --- the user's file -----------------------------------------------------------------------------------------------------


def test_without_a_file_the_keys_are_ours(tmp_path: Path) -> None:
    keys, theme = read_keys(tmp_path / "keys.toml")
    assert (keys.commands, theme) == (COMMANDS, "")


def test_a_key_that_is_given_away_is_no_longer_where_it_was(tmp_path: Path) -> None:
    keys, theme = keys_from(tmp_path, 'theme = "light"\n[keys]\nundo = ["z", "ctrl+y"]\nswap = []\ncomplete = "f12"\n')

    assert theme == "light"
    assert keys.named("undo").keys == ("z", "ctrl+y")
    assert keys.named("redo").keys == ()
    assert keys.named("swap").keys == ()
    assert keys.find("f12", "").name == "complete"
    assert keys.find("ctrl+z", "") is None
    assert keys.find("tab", "").name == "next-name"


def test_what_lost_a_key_is_said_with_the_keys_that_it_has_left(tmp_path: Path) -> None:
    keys, _ = keys_from(tmp_path, '[keys]\nundo = ["z", "ctrl+y"]\nswap = "."\ngrow = "%"\n')
    assert keys.losses == (". is swap now: next-word is ^→", "^y is undo now: redo has no key")  # but for what was given others

    said: list[str] = []
    pressed(copy_of_our_corpus(tmp_path / "corpus"), [], ARTICLE, keys=keys, then=lambda app: said.append(shown(app)[-3]))
    assert ". is swap now: next-word is ^→; ^y is undo now: redo has no key" in said[0]


def test_modifiers_may_be_written_in_any_order(tmp_path: Path) -> None:
    keys, _ = keys_from(tmp_path, '[keys]\nundo = ["shift+ctrl+f5", "ctrl+alt+z"]\n')
    assert keys.named("undo").keys == ("ctrl+shift+f5", "alt+ctrl+z")  # as Textual names them


def test_a_file_can_be_printed_to_begin_with(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)  # no corpus is there, and nobody is named
    assert main(["annotate", "--keys"]) == 0
    printed = capsys.readouterr().out

    assert read_keys(tmp_path / "nothing.toml")[0].commands == keys_from(tmp_path, printed)[0].commands
    for command in COMMANDS:
        assert any(line.startswith(f"{command.name} = [") and command.summary in line for line in printed.splitlines())
    assert str(tmp_path / "postil/keys.toml") in printed

    (tmp_path / "postil").mkdir()
    (tmp_path / "postil/keys.toml").write_text('[keys]\nundo = "z"\n', encoding="utf-8")
    assert main(["annotate", "--keys"]) == 0
    assert 'undo = ["z"]' in capsys.readouterr().out


def test_what_is_only_for_suggestions_may_share_a_key(tmp_path: Path) -> None:
    keys, _ = keys_from(tmp_path, '[keys]\naccept = "tab"\n')
    assert keys.find("tab", "ghost").name == "accept"
    assert keys.find("tab", "").name == "next-name"


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("[keys]\nundo = 7\n", ":2:1: undo must be a string, not a whole number"),
        ("[keys]\n\nundoo = 'z'\n", ":3:1: there is no command “undoo”: did you mean undo?"),
        ("[keys]\nundo = 'crtl+z'\n", ":2:1: “crtl+z” is no key"),
        ("[keys]\nundo = 'shift+z'\n", ":2:1: “shift+z” is no key: write “Z”"),
        ("[keys]\nundo = 'crtl+z'\n", ":2:1: “crtl+z” is no key: did you mean ctrl+z?"),
        ("[keys]\nundo = 'shfit+entr'\n", ":2:1: “shfit+entr” is no key: did you mean shift+enter?"),
        ("[keys]\nundo = 'ctrl+Z'\n", ":2:1: “ctrl+Z” is no key: a terminal does not tell it from “ctrl+z”: write that"),
        ("[keys]\nundo = 'ctrl+i'\n", ":2:1: “ctrl+i” is no key: a terminal sends tab for it: write that"),
        ("[keys]\nundo = 'entr'\n", ":2:1: “entr” is no key: did you mean enter?"),
        ("[keys]\nfrobnicate = 'z'\n", ":2:1: there is no command “frobnicate”: postil annotate --keys lists all"),
        ("[keys]\nquit = []\n", ":2:1: quit needs a key: there is no other way out"),
        ("[keys]\n\nundo = 'ctrl+q'\n", ":3:1: quit needs a key: there is no other way out"),
        ("[keys]\nhelp = []\n", ":2:1: help needs a key: the list of keys is what"),
        ("[keys]\nundo = 'z'\nredo = 'z'\n", ":3:1: the key z is that of undo and of redo"),
        ("theme = 'pink'\n", ":1:1: theme must be dark, light, ansi-dark or ansi-light, not “pink”"),
        ("[key]\n", ":1:1: unknown key “key”; did you mean keys?"),
        ("[keys]\nundo = \n", ":2:8: not TOML"),
    ],
)
def test_a_fault_has_its_file_and_line(source: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile) as caught:
        keys_from(tmp_path, source)
    assert str(caught.value).startswith(f"{tmp_path / 'keys.toml'}{message}")


def test_where_the_file_is(tmp_path: Path) -> None:
    assert keys_path({"XDG_CONFIG_HOME": str(tmp_path)}) == tmp_path / "postil/keys.toml"
    assert keys_path({"XDG_CONFIG_HOME": "relative"}) == Path("~/.config/postil/keys.toml").expanduser()


def test_a_label_comes_before_a_command_and_it_is_said(tmp_path: Path) -> None:
    copy_of_our_corpus(tmp_path)
    scheme = tmp_path / "annotations/scheme.toml"
    scheme.write_text(scheme.read_text(encoding="utf-8").replace('key = "h"', 'key = "S"', 1), encoding="utf-8")

    assert overridden(Keys(), Corpus.open(tmp_path).scheme) == ["in structure S is HEADLINE, not extend-sentence"]


def test_a_fault_in_the_file_stops_before_the_screens(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "postil").mkdir()
    (tmp_path / "postil/keys.toml").write_text("[keys]\nundo = ''\n", encoding="utf-8")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))

    with pytest.raises(UnreadableFile, match=r"keys\.toml:2:1: “” is no key"):
        annotate(copy_of_our_corpus(tmp_path / "corpus"), "me")


@pytest.mark.parametrize(
    ("colours", "has_few", "theme"),
    [
        ("", False, "dark"),
        ("15;0", False, "dark"),
        ("0;15", False, "light"),
        ("0;default;7", True, "ansi-light"),
        ("", True, "ansi-dark"),
    ],
)
def test_the_theme_is_that_of_the_terminal(colours: str, has_few: bool, theme: str) -> None:
    assert default_theme({"COLORFGBG": colours}, has_few_colours=has_few) == theme
