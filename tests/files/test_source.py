"""Reading a file: encodings, limits, and the places of lines."""

from __future__ import annotations

import ast
import os
import pickle
import socket
from pathlib import Path

import pytest

from claude_lint.files.source import (
    Cell,
    Inaccessible,
    SourceFile,
    TooLarge,
    Unreadable,
    decode_source,
    lines,
    read_source,
)
from claude_lint.findings import Location, Span

LIMIT = 1_000_000


def source(data: bytes, display: str = "a.py") -> SourceFile:
    return decode_source(Path("/project") / display, display, data)


def refusal(data: bytes) -> tuple[str, Span | None]:
    with pytest.raises(Unreadable) as caught:
        source(data)
    return str(caught.value), caught.value.span


def test_text_is_utf8_and_keeps_its_line_ends() -> None:
    found = source("x = 'ü'\r\ny\rz\n".encode())
    assert (found.text, found.encoding, found.bom) == ("x = 'ü'\r\ny\rz\n", "utf-8", b"")


def test_a_byte_order_mark_is_kept_apart_from_the_text() -> None:
    found = source(b"\xef\xbb\xbfx = 1\n")
    assert (found.text, found.bom) == ("x = 1\n", b"\xef\xbb\xbf")


@pytest.mark.parametrize(
    ("cookie", "codec", "byte"),
    [
        (b"# -*- coding: latin-1 -*-\n", "iso8859-1", b"\xe9"),
        (b"#!/usr/bin/python\n# vim: set fileencoding=cp1252 :\n", "cp1252", b"\xe9"),
        (b"# coding: Latin_1-dos\r\n", "iso8859-1", b"\xe9"),
        (b"\r# coding: koi8-r\r", "koi8-r", b"\xc9"),
        (b"# coding: utf8\n", "utf-8", b"\xc3\xa9"),
        (b"# coding: UTF-8-Unix\n", "utf-8", b"\xc3\xa9"),
    ],
)
def test_a_declared_encoding_is_used(cookie: bytes, codec: str, byte: bytes) -> None:
    found = source(cookie + b"x = '" + byte + b"'\n")
    assert found.encoding == codec
    assert found.text == (cookie + b"x = '" + byte + b"'\n").decode(codec)


def test_a_declaration_after_code_or_in_the_third_line_is_none() -> None:
    assert source(b"x = 1\n# coding: no-such\n").encoding == "utf-8"
    assert source(b"\n\n# coding: no-such\n").encoding == "utf-8"
    assert source(b"x = 1  # coding: no-such\n").encoding == "utf-8"


@pytest.mark.parametrize("name", ["no-such", "hex", "rot13", "punycode", "idna", "a" * 5000])
def test_an_encoding_that_makes_no_source_is_refused_where_it_is_declared(name: str) -> None:
    message, span = refusal(f"#!python\n# é coding: {name}\n".encode())
    assert message == f"Declares the unknown encoding `{name}`"
    assert span == Span(2, 13, 2, 13 + len(name))


@pytest.mark.parametrize("name", ["utf-16-le", "cp037", "undefined"])
def test_a_lying_declaration_is_refused(name: str) -> None:
    message, span = refusal(f"# coding: {name} \n".encode())
    assert message.startswith(("Not in the encoding", "Not valid", "Holds a NUL"))
    assert span is not None
    assert span.line == 1


def test_a_byte_order_mark_contradicts_another_encoding() -> None:
    message, span = refusal(b"\xef\xbb\xbf# coding: latin-1\n")
    assert message == "Begins with a UTF-8 BOM, but declares the encoding `latin-1`"
    assert span == Span(1, 11, 1, 18)


def test_a_byte_that_is_no_utf8_is_named_with_its_place() -> None:
    message, span = refusal("x = 1\r\ny = 'ü".encode() + b"\xe9'\n")
    assert message == "Not valid utf-8: byte 0xe9"
    assert span == Span(2, 7, 2, 8)


def test_a_nul_byte_is_named_with_its_place() -> None:
    message, span = refusal(b"x = 1\ny = \0\n")
    assert message == "Holds a NUL byte, which Python does not allow in source"
    assert span == Span(2, 5, 2, 6)


@pytest.mark.parametrize(
    ("encoding", "name"), [("utf-16", "UTF-16"), ("utf-32", "UTF-32"), ("utf-16-be", "UTF-16")]
)
def test_wide_encodings_are_refused_by_name(encoding: str, name: str) -> None:
    message, span = refusal("\ufeffx = 1\n".encode(encoding))
    assert message == f"Encoded in {name}, which Python does not read as source"
    assert span == Span(1, 1, 1, 1)


def test_a_codec_that_makes_lone_surrogates_is_refused() -> None:
    message, span = refusal(b"# coding: unicode_escape\nx = '\\ud800'\n")
    assert message == "Not valid unicode-escape"
    assert span == Span(2, 6, 2, 7)


def test_a_file_over_the_limit_is_refused_with_the_limit(tmp_path: Path) -> None:
    path = tmp_path / "big.py"
    path.write_bytes(b"#" * 1001)
    with pytest.raises(TooLarge) as caught:
        read_source(path, "big.py", 1000)
    assert str(caught.value) == "Larger than `max-file-size`, 1,000 bytes"
    assert len(read_source(path, "big.py", 1001).text) == 1001


def test_an_empty_file_is_empty_text(tmp_path: Path) -> None:
    (tmp_path / "__init__.py").touch()
    assert read_source(tmp_path / "__init__.py", "__init__.py", LIMIT).text == ""


def test_a_missing_file_is_inaccessible(tmp_path: Path) -> None:
    with pytest.raises(Inaccessible, match=r"^Cannot be read: No such file or directory$"):
        read_source(tmp_path / "no.py", "no.py", LIMIT)


def test_a_name_with_a_nul_is_inaccessible() -> None:
    with pytest.raises(Inaccessible, match=r"^Cannot be read: its name holds a NUL$"):
        read_source(Path("a\0b.py"), "a.py", LIMIT)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs FIFOs")
def test_what_is_no_regular_file_is_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.mkfifo(tmp_path / "fifo.py")
    for path in (tmp_path / "fifo.py", tmp_path, Path("/dev/zero")):
        with pytest.raises(Inaccessible, match=r"^Cannot be read: not a regular file$"):
            read_source(path, "x.py", LIMIT)
    monkeypatch.chdir(tmp_path)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("s.py")
        with pytest.raises(Inaccessible, match=r"^Cannot be read: "):
            read_source(tmp_path / "s.py", "s.py", LIMIT)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs /proc")
def test_a_file_that_gives_no_size_is_read_to_its_end() -> None:
    assert "VmPeak" in read_source(Path("/proc/self/status"), "status", LIMIT).text
    with pytest.raises(TooLarge):
        read_source(Path("/proc/self/status"), "status", 100)


def test_an_unreadable_crosses_processes() -> None:
    error = pickle.loads(pickle.dumps(TooLarge("Larger", Span(1, 2, 3, 4))))
    assert (type(error), str(error), error.span) == (TooLarge, "Larger", Span(1, 2, 3, 4))


def test_only_what_ends_a_line_for_python_ends_a_line() -> None:
    text = "a\fb\x1cc\u2028d\x85e\nf\r\ng\rh\r"
    assert lines(text) == ["a\fb\x1cc\u2028d\x85e\n", "f\r\n", "g\r", "h\r"]
    assert "".join(lines(text)) == text
    assert lines("") == []
    assert ast.parse("'\f\x1c\u2028\x85'\nf\r\ng\rh\r").body[-1].lineno == 4


def test_a_line_is_shown_without_its_end() -> None:
    found = source(b"one\r\ntwo\n\nfour")
    assert [found.line_text(n) for n in range(7)] == ["", "one", "two", "", "four", "", ""]


def test_offsets_and_positions_are_inverse() -> None:
    found = source("ü = 1\r\nab\n".encode())
    assert [found.offset(*found.position(n)) for n in range(len(found.text))] == list(range(10))
    assert found.offset(2, 2) == 8
    assert found.position(8) == (2, 2)


def test_a_span_of_a_module_stands_where_it_is() -> None:
    assert source(b"x\n").locate(Span(1, 1, 1, 2)) == Location("a.py", Span(1, 1, 1, 2))


def test_a_span_of_a_notebook_is_relative_to_its_cell() -> None:
    cells = (Cell(2, 1, 3), Cell(5, 4, 1), Cell(6, 5, 2))
    found = SourceFile(Path("/p/n.ipynb"), "n.ipynb", "a\nb\nc\nd\ne\nf\n", "utf-8", b"", cells)
    assert found.locate(Span(3, 1, 3, 2)) == Location("n.ipynb", Span(3, 1, 3, 2), 2)
    assert found.locate(Span(4, 1, 5, 1)) == Location("n.ipynb", Span(1, 1, 2, 1), 5)
    assert found.locate(Span(6, 1, 6, 2)) == Location("n.ipynb", Span(2, 1, 2, 2), 6)
    assert found.line_text(found.text_line(2, cell=6)) == "f"


@pytest.mark.parametrize(
    ("display", "expected"),
    [
        ("tests/app.py", True),
        ("src/tests/unit/app.py", True),
        ("test_app.py", True),
        ("src/app_test.py", True),
        ("conftest.py", True),
        ("src/app.py", False),
        ("tests.py", False),
        ("test/app.py", False),
        ("contest.py", False),
        ("src/test_data.txt", False),
    ],
)
def test_a_test_file_is_known_by_its_name(display: str, expected: bool) -> None:
    assert source(b"", display).is_test is expected


def test_a_source_file_is_sent_without_what_can_be_worked_out_again() -> None:
    found = source(b"x = 1\n" * 1000)
    size = len(pickle.dumps(found))
    found.line_text(3)
    assert len(pickle.dumps(found)) == size < 6500
    assert pickle.loads(pickle.dumps(found)) == found
