from __future__ import annotations

import gzip
import io
import tarfile
import tracemalloc
import zipfile
from pathlib import Path

import pytest

from postil.errors import PostilError, UnreadableFile
from postil.exchange.safe_json import parse_json, read_json_lines, read_json_records
from postil.exchange.safe_xml import iterate_xml, line_of, parse_xml
from postil.exchange.sources import Source


def _zip(path: Path, members: dict[str, bytes], compression: int = zipfile.ZIP_STORED) -> Path:
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return path


def test_a_directory_a_zip_and_a_file_are_read_alike(tmp_path: Path) -> None:
    directory = tmp_path / "d"
    (directory / "sub").mkdir(parents=True)
    members = {"b.ann": b"two", "a.ann": b"one", "sub/c.ann": b"three", "notes.md": b"no"}
    for name, data in members.items():
        (directory / name).write_bytes(data)
    archive = _zip(tmp_path / "z.zip", members)

    for path in (directory, archive):
        files = Source(path).files(".ann")
        assert [(file.path, file.name, file.read()) for file in files] == [
            ("a.ann", "a", b"one"), ("b.ann", "b", b"two"), ("sub/c.ann", "sub/c", b"three"),
        ]  # fmt: skip
    assert [file.read() for file in Source(directory / "notes.md").files(".ann")] == [b"no"]


def test_what_macos_puts_into_a_zip_is_no_file(tmp_path: Path) -> None:
    path = _zip(tmp_path / "z.zip", {"a.ann": b"", "__MACOSX/._a.ann": b"", "._b.ann": b"", ".DS_Store": b""})

    assert list(Source(path).all_files) == ["a.ann"]


@pytest.mark.parametrize("name", ["../x.ann", "/etc/x.ann", "a/../../x.ann", "C:\\x.ann", "..\\x.ann"])
def test_a_zip_that_leads_out_is_refused(tmp_path: Path, name: str) -> None:
    path = tmp_path / "z.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(zipfile.ZipInfo(name.replace("\\", "/")), b"x")

    with pytest.raises(UnreadableFile, match="leads out of the archive"):
        Source(path).files(".ann")


def _tar(path: Path, mode: str, *members: tuple[tarfile.TarInfo, bytes]) -> Path:
    with tarfile.open(path, mode) as archive:  # type: ignore[call-overload]
        for info, data in members:
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return path


@pytest.mark.parametrize(("name", "mode"), [("a.tar", "w"), ("a.tar.gz", "w:gz"), ("a.TGZ", "w:gz")])
def test_a_tar_is_read_as_a_directory_without_its_links(tmp_path: Path, name: str, mode: str) -> None:
    link = tarfile.TarInfo("c/b.txt")
    link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
    hidden = tarfile.TarInfo("c/._a.txt")
    path = _tar(tmp_path / name, mode, (tarfile.TarInfo("./c/a.txt"), b"one"), (link, b""), (hidden, b"x"))

    source = Source(path)

    assert source.is_directory
    assert {path: file.read() for path, file in source.all_files.items()} == {"c/a.txt": b"one"}


@pytest.mark.parametrize("name", ["../a.txt", "/a.txt", "c:/a.txt"])
def test_a_tar_that_leads_out_is_refused(tmp_path: Path, name: str) -> None:
    path = _tar(tmp_path / "a.tar", "w", (tarfile.TarInfo(name), b"one"))
    with pytest.raises(UnreadableFile, match="leads out of the archive"):
        _ = Source(path).all_files


@pytest.mark.parametrize(("name", "data"), [("a.tar", b"no tar at all"), ("a.tgz", b"no gzip at all")])
def test_a_broken_tar_says_so(tmp_path: Path, name: str, data: bytes) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(UnreadableFile, match="cannot be unpacked"):
        _ = Source(tmp_path / name).all_files


def test_a_zip_that_would_grow_without_end_is_refused(tmp_path: Path) -> None:
    path = _zip(tmp_path / "bomb.zip", {"a.ann": b"\0" * 20_000_000}, zipfile.ZIP_DEFLATED)
    data = bytearray(path.read_bytes())
    central = data.rindex(b"PK\x01\x02")
    data[central + 24 : central + 28] = (4_000_000_000).to_bytes(4, "little")  # the size that it claims
    path.write_bytes(bytes(data))

    with pytest.raises(UnreadableFile, match="would unpack to"):
        Source(path).files(".ann")


def test_a_broken_zip_member_and_a_broken_gzip_say_which_file(tmp_path: Path) -> None:
    path = _zip(tmp_path / "z.zip", {"a.ann": b"hello hello hello"})
    path.write_bytes(path.read_bytes().replace(b"hello hello", b"HELLO hello", 1))
    with pytest.raises(UnreadableFile, match=r"z\.zip/a\.ann: cannot be unpacked"):
        Source(path).files(".ann")[0].read()

    packed = tmp_path / "a.ann.gz"
    packed.write_bytes(gzip.compress(b"x" * 1000)[:-6])
    with pytest.raises(UnreadableFile, match=r"a\.ann\.gz: cannot be unpacked"):
        Source(packed).files(".ann")[0].read()


def test_a_member_that_cannot_be_opened_is_said(tmp_path: Path) -> None:
    data = _zip(tmp_path / "z.zip", {"a.ann": b"hello"}).read_bytes()
    at, central = data.index(b"PK\x03\x04"), data.index(b"PK\x01\x02")
    changes = {
        "is encrypted": {at + 6: 1, central + 8: 1},
        "method is not supported": {central + 10: 99},
        "Bad magic number for file header": {at: 0},
        "a broken zip": {central: 0},
    }
    for message, bytes_ in changes.items():
        changed = bytearray(data)
        for place, byte in bytes_.items():
            changed[place] = byte
        path = tmp_path / "broken.zip"
        path.write_bytes(changed)
        with pytest.raises(UnreadableFile, match=message):
            Source(path).files(".ann")[0].read()


def test_what_is_no_zip_and_other_archives_are_refused_as_such(tmp_path: Path) -> None:
    data = _zip(tmp_path / "z.zip", {"a.ann": b"hello"}).read_bytes()
    for name, message in (("cut.zip", "the end of it is missing"), ("a.tar.xz", "unpack it first"), ("a.7z", "unpack it first")):
        (tmp_path / name).write_bytes(data[:-10])
        with pytest.raises(UnreadableFile, match=message):
            Source(tmp_path / name)


@pytest.mark.parametrize("data", [b"[1]", gzip.compress(b"[1, 2, 3]" * 100, mtime=0)[:-20]])
def test_a_broken_gzip_is_said_by_those_that_read_pieces(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "a.json.gz"
    path.write_bytes(data)
    (file,) = Source(path).files()

    for read in (lambda: list(iterate_xml(file, "a")), lambda: list(read_json_records(file)), lambda: list(file.chunks(4))):
        with pytest.raises(UnreadableFile, match=r"a\.json\.gz: cannot be unpacked"):
            read()


def test_gzip_is_unpacked_and_does_not_belong_to_the_name(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl.gz").write_bytes(gzip.compress(b"{}\n"))

    (file,) = Source(tmp_path).files(".jsonl")
    assert (file.name, file.read()) == ("a", b"{}\n")


def test_a_line_ends_at_a_newline_only(tmp_path: Path) -> None:
    path = tmp_path / "x.txt"
    path.write_bytes("\ufeffone\u2028still one\x85\x0c\r\ntwo\r\n\nlast".encode())

    (file,) = Source(path).files()
    assert list(file.lines()) == [(1, "one\u2028still one\x85\x0c"), (2, "two"), (3, ""), (4, "last")]
    assert file.text() == "one\u2028still one\x85\x0c\r\ntwo\r\n\nlast"


@pytest.mark.parametrize("data", [b"\xef\xbb\xbfone\rtwo\r\rlast\r", b"one\r\r\ntwo\r\n\nlast\n"])
def test_line_ends_of_old_macs_and_doubled_ones(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "x.txt"
    path.write_bytes(data)

    assert list(Source(path).files()[0].lines()) == [(1, "one"), (2, "two"), (3, ""), (4, "last")]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-32", "cp1252"])
def test_lines_of_encodings_with_several_bytes_for_the_end_of_a_line(encoding: str, tmp_path: Path) -> None:
    path = tmp_path / "x.txt"
    path.write_bytes("onë\r\n\ntwo\n".encode(encoding))

    assert list(Source(path).files()[0].lines(encoding)) == [(1, "onë"), (2, ""), (3, "two")]


def test_wrong_bytes_are_named_with_their_place(tmp_path: Path) -> None:
    path = tmp_path / "x.txt"
    path.write_bytes(b"one\ntw\xe9\n")
    (file,) = Source(path).files()

    with pytest.raises(UnreadableFile, match=r"x\.txt:2:3: not UTF-8: byte 0xe9.*--encoding"):
        file.text("utf-8")
    with pytest.raises(UnreadableFile, match=r"x\.txt:2:3"):
        list(file.lines("utf-8"))
    assert file.text("latin-1") == "one\ntwé\n"
    with pytest.raises(UnreadableFile, match="unknown encoding"):
        file.text("utf-9")


def test_a_neighbour_is_found_and_no_other_file(tmp_path: Path) -> None:
    for name in ("a.json", "config.xml"):
        (tmp_path / name).write_bytes(b"x")
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "b.json").write_bytes(b"x")
    source = Source(tmp_path / "sub" / "b.json")

    assert Source(tmp_path / "a.json").get("config.xml") is not None
    assert source.get("config.xml") is None
    assert source.get("../config.xml") is None
    assert Source(tmp_path).get("sub/b.json") is not None


def test_links_that_lead_out_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret.ann").write_bytes(b"x")
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "in.ann").write_bytes(b"x")
    (tmp_path / "d" / "out.ann").symlink_to(tmp_path / "secret.ann")

    assert list(Source(tmp_path / "d").all_files) == ["in.ann"]


def test_nothing_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(PostilError, match="there is no such file or directory"):
        Source(tmp_path / "x")
    with pytest.raises(PostilError, match=r"there is no file ending in \.ann"):
        Source(tmp_path).files(".ann")


# --- XML -----------------------------------------------------------------------------------------------------------------------


def test_elements_have_names_texts_and_lines() -> None:
    root = parse_xml("x", b'<?xml version="1.0"?>\n<a xmlns:p="urn:p" x="1" p:y="2">one<b/>two\n<p:c>\n</p:c></a>')

    assert (root.tag, dict(root.attrib), root.text) == ("a", {"x": "1", "{urn:p}y": "2"}, "one")
    assert [(child.tag, child.tail, line_of(child)) for child in root] == [("b", "two\n", 2), ("{urn:p}c", None, 3)]


_BOMB = b'<!DOCTYPE a [<!ENTITY x "ha"><!ENTITY y "&x;&x;&x;">]><a>&y;</a>'
_FETCH = b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (_BOMB, "declares an entity"),
        (_FETCH, "declares an entity"),
        (b'<!DOCTYPE a [<!ENTITY % p SYSTEM "x.dtd">%p;]><a/>', "declares an entity"),
        (b"<a>" * 501 + b"</a>" * 501, "more than 500 deep"),
        (b"<a><b></a>", "not well-formed XML: mismatched tag"),
        (b"<a>", "not well-formed XML"),
        (b"", "not well-formed XML"),
        (b"<a>\xff</a>", "not well-formed XML"),
        (b'<?xml version="1.0" encoding="x-none"?><a/>', "not"),
        (b'<!DOCTYPE a SYSTEM "x.dtd"><a>one&nbsp;two</a>', "only another file declares"),
        (b"<a>&undeclared;</a>", "not well-formed XML: undefined entity"),
    ],
)
def test_xml_that_is_broken_or_dangerous_is_refused(data: bytes, message: str) -> None:
    with pytest.raises(UnreadableFile, match=message) as error:
        parse_xml("x.xml", data)
    assert str(error.value).startswith("x.xml")


def test_a_document_type_elsewhere_is_not_fetched() -> None:
    assert parse_xml("x", b'<!DOCTYPE collection SYSTEM "BioC.dtd"><collection/>').tag == "collection"


def test_elements_one_at_a_time_need_no_memory(tmp_path: Path) -> None:
    path = tmp_path / "x.xml"
    path.write_bytes(b"<c><h>head</h>" + b"<d><e>text</e></d>" * 200_000 + b"</c>")
    (file,) = Source(path).files()
    tracemalloc.start()
    try:
        texts = {element.findtext("e") for element in iterate_xml(file, "d")}
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert texts == {"text"}
    assert peak < 20_000_000


# --- JSON ----------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b'{"a": 1,\n "b": }', r"x\.json:2:\d+: not JSON"),
        (b'"\\ud83d"', "half of a surrogate pair"),
        (b"[" * 100_000 + b"]" * 100_000, "nested deeper"),
        (b'{"a": "\xff"}', "not UTF-8"),
        (b"", "not JSON"),
        (b"[1, 2", "not JSON"),
    ],
)
def test_json_that_is_broken_is_refused_with_its_place(data: bytes, message: str) -> None:
    with pytest.raises(UnreadableFile, match=message):
        parse_json("x.json", data)


def _lines(tmp_path: Path, text: str) -> list[tuple[int, object]]:
    (tmp_path / "x.jsonl").write_text(text, encoding="utf-8", newline="")
    return list(read_json_lines(Source(tmp_path / "x.jsonl").files()[0]))


def test_json_lines_have_numbers_and_may_be_spread_over_several(tmp_path: Path) -> None:
    assert _lines(tmp_path, '\ufeff{"a":1}\r\n\n{"a":2}') == [(1, {"a": 1}), (3, {"a": 2})]
    assert _lines(tmp_path, '{"a":1}\n{\n  "a": 2\n}\n{"a":\n3}\n') == [(1, {"a": 1}), (2, {"a": 2}), (5, {"a": 3})]
    assert _lines(tmp_path, "") == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"a":1}\n{"a":}\n{"a":3}\n', r"x\.jsonl:2:6: not JSON"),
        ('{"a":1}\n{"a": 2\n', r"x\.jsonl:\d+:\d+: not JSON"),
        ('{"a":1}\n{"a":"\\ud800"}\n', r"x\.jsonl:2:7: it holds half"),
    ],
)
def test_a_bad_line_is_named(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(UnreadableFile, match=message):
        _lines(tmp_path, text)


def test_many_values_over_several_lines_know_their_lines(tmp_path: Path) -> None:
    found = _lines(tmp_path, '{\n"a":\n1\n}\n' * 40_000)
    assert (len(found), found[-1]) == (40_000, (159_997, {"a": 1}))


def test_a_long_text_in_xml_is_put_together_once() -> None:
    root = parse_xml("x", b"<a>" + b"word\n" * 4_000_000 + b"<b/>tail &amp; more</a>")
    assert (len(root.text or ""), root[0].tail) == (20_000_000, "tail & more")


def test_a_huge_line_is_read_once(tmp_path: Path) -> None:
    text = '{"a":"' + "x" * 5_000_000 + '"}\n'
    assert len(_lines(tmp_path, text)[0][1]["a"]) == 5_000_000  # type: ignore[index]


def test_an_io_error_is_a_message(tmp_path: Path) -> None:
    path = tmp_path / "x.txt"
    path.write_bytes(b"x")
    (file,) = Source(path).files()
    path.unlink()

    with pytest.raises(UnreadableFile, match="No such file"):
        file.read()


def test_what_is_packed_far_too_well_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    bomb = b"a" * (17 << 20)
    with zipfile.ZipFile(tmp_path / "b.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("b.txt", bomb)
    (tmp_path / "b.txt.gz").write_bytes(gzip.compress(bomb))

    with pytest.raises(UnreadableFile, match="would unpack to"):
        Source(tmp_path / "b.zip").files(".txt")
    with pytest.raises(UnreadableFile, match="more than 16,777,216 bytes"):
        Source(tmp_path / "b.txt.gz").files(".txt")[0].read()
