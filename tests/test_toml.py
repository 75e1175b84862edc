from __future__ import annotations

from typing import Any

import pytest

import postil.storage.toml_file
from postil.manifest import Manifest, Metadata
from postil.scheme import Scheme
from postil.storage.toml_file import parse_toml
from postil.storage.toml_positions import key_positions
from postil.text import LineIndex

SOURCE = '''\
# [not.a.table]
title = "a = b # c" # comment
"quoted key" = 1
nested.dotted . key = [
  1, # one, with ] and "
  [2, 3],
  { a = "}", b = """
[x]
y = 1
""" },
]

[table."odd ] name".inner]
when = 1979-05-27T07:32:00Z
text = \'\'\'
[[array]]
\'\'\'

[[array]]
n = 1
[[array]]
n = 2
sub.x = true
[array.deeper]
z = 3
'''


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("title",), 2),
        (("quoted key",), 3),
        (("nested", "dotted", "key"), 4),
        (("nested", "dotted", "key", 1, 1), 6),
        (("nested", "dotted", "key", 2, "b"), 7),
        (("table", "odd ] name", "inner"), 13),
        (("table", "odd ] name", "inner", "text"), 15),
        (("array", 0, "n"), 20),
        (("array", 1, "n"), 22),
        (("array", 1, "sub", "x"), 23),
        (("array", 1, "deeper", "z"), 25),
    ],
)
def test_every_key_has_its_line(path: tuple[str | int, ...], line: int) -> None:
    assert LineIndex(SOURCE).place(key_positions(SOURCE)[path])[0] == line


def test_every_fault_of_a_file_is_reported_and_the_rest_is_read() -> None:
    file = parse_toml(Manifest, "m", b'format = 1\nname = "x"\nverson = "1"\nlanguages = "en"\n[check]\nselect = [1, "SPN"]\n')

    assert [(fault.line, fault.kind) for fault in file.faults] == [(3, "unknown key"), (4, "value"), (6, "value")]
    assert "did you mean version?" in file.faults[0].message
    assert file.value is not None
    assert file.value.check.select == ("SPN",)


@pytest.mark.parametrize(
    ("data", "line"),
    [
        (b"a = \n", 1),
        (b"a = 1\nb = ]\n", 2),
        (b'a = "\xff"\n', 1),
        (b"a = " + b"[" * 5000 + b"]" * 5000, 1),
        (b"a = 1\na = 2\n", 2),
    ],
)
def test_what_is_no_toml_is_said_where(data: bytes, line: int) -> None:
    (fault,) = parse_toml(Metadata, "m", data).faults

    assert fault.kind == "syntax"
    assert fault.line == line


def test_a_scheme_says_what_it_says(repository: object) -> None:
    file = parse_toml(Scheme, "s", (repository / "annotations/scheme.toml").read_bytes())  # type: ignore[operator]

    assert file.faults == ()
    assert file.value is not None
    assert file.value.id == "opinion-journalism/1"
    assert file.value.layers["argument"].roles_of("supports")["to"].labels == ("CLAIM", "OPINION")
    assert file.value.layers["argument"].roles_of("attacks")["to"].labels == ()


@pytest.mark.parametrize(
    "source",
    [
        "",
        'title = "A day in Tokyo: 東京 # [x]"\n',
        'title = "x"\nlanguage = "en"\npublished = "2022-09"\n',
        'title = "x"\ntitle = "y"\n',
        'title = "x"\ntitel = "y"\n',
        'authors = "x"\n',
        'rights = "x"\n',
        'extra = "x"\n',
        'title = "a\\n"\n',
        'title = "a\\"\n',
        'title = "a"b"\n',
        'title = "\t"\n',
        'title = "\x00"\n',
        'title = "\x85\u2028"\n',
        'title = "x"',
        'title = "x"\r\n',
        'title = "x" # y\n',
        'title="x"\n',
        '"title" = "x"\n',
        'a.b = "x"\n',
        'format = "1"\nname = "x"\n',
    ],
)
@pytest.mark.parametrize("kind", [Metadata, Manifest, Scheme])
def test_a_file_of_plain_strings_is_read_as_any_other(source: str, kind: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    file = parse_toml(kind, "m", source.encode())
    monkeypatch.setattr(postil.storage.toml_file, "_strings", lambda _source: {})

    assert file == parse_toml(kind, "m", source.encode())
