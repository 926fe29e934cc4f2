"""Bytes of a file, and the text a Python reader sees in them."""

from __future__ import annotations

import codecs
import os
import re
import stat
import warnings
from pathlib import Path

from claude_lint.findings import Span

_WIDE_BOMS = (
    (codecs.BOM_UTF32_LE, "UTF-32"),  # before UTF-16, whose mark is the beginning of this one
    (codecs.BOM_UTF32_BE, "UTF-32"),
    (codecs.BOM_UTF16_LE, "UTF-16"),
    (codecs.BOM_UTF16_BE, "UTF-16"),
)
_MOST_BESIDE = 64_000_000
_START = Span(1, 1, 1, 1)
_LINE_ENDS = re.compile(r"\r\n|\r|\n")
_LINES = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
_FIRST_LINES = re.compile(rb"([^\r\n]*)(?:\r\n|\r|\n)?([^\r\n]*)")
_COOKIE = re.compile(rb"[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")
_WITHOUT_CODE = re.compile(rb"[ \t\f]*(?:#|$)")
# Emacs adds the kind of line end to the names of encodings; Python's tokenizer knows these.
_WITH_LINE_ENDS = re.compile(r"(utf-8|latin-1|iso-8859-1|iso-latin-1)(?:-|$)")
# Host names, not programs, are written in these; their decoders are quadratic.
_HOST_NAME_CODECS = ("idna", "punycode")


class Unreadable(Exception):
    """A file that has no text to judge: why, and where if there is a place."""

    def __init__(self, message: str, span: Span | None = None) -> None:
        """Keep both as arguments, so that it can come from another process."""
        super().__init__(message, span)
        self.message = message
        self.span = span

    def __str__(self) -> str:
        """Return the message without the place."""
        return self.message


class Inaccessible(Unreadable):
    """A file whose bytes the system does not hand out."""


class TooLarge(Unreadable):
    """A file over the size limit."""


def read_bytes(path: Path, max_size: int) -> bytes:
    """Read a regular file of at most `max_size` bytes.

    Raise `Inaccessible` for what is no regular file or cannot be read, `TooLarge` over the limit.
    """
    # Without O_NONBLOCK, opening a FIFO that nobody writes to would wait for ever.
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    try:
        descriptor = os.open(path, flags)
        try:
            return _read(descriptor, max_size)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise Inaccessible(f"Cannot be read: {error.strerror}") from None
    except ValueError:
        raise Inaccessible("Cannot be read: its name holds a NUL") from None


def bytes_beside(path: Path) -> bytes:
    """Return what a file beside the judged ones holds, nothing where it cannot be read."""
    try:
        return read_bytes(path, _MOST_BESIDE)
    except Unreadable:
        return b""


def _read(descriptor: int, max_size: int) -> bytes:
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode):
        raise Inaccessible("Cannot be read: not a regular file")
    data = b""
    # The size is no promise: a file may grow, and those in /proc say 0.
    wanted = min(status.st_size, max_size) + 1
    while chunk := os.read(descriptor, wanted):
        data += chunk
        if len(data) > max_size:
            raise TooLarge(f"Larger than `max-file-size`, {max_size:,} bytes")
        wanted = 1 << 16
    return data


def decode(data: bytes) -> tuple[str, str, bytes]:
    """Return text, encoding and BOM of Python source, decoded as the interpreter would.

    Line ends are kept, the BOM is not part of the text. Raise `Unreadable` for anything the
    interpreter refuses, with the place of the byte it stumbles over.
    """
    body, bom = _without_bom(data)
    declared = _declaration(body)
    encoding = _codec(declared) if declared else "utf-8"
    if declared is None or encoding == "utf-8":
        text = _decoded(body, "utf-8")
    elif bom:
        name, place = declared
        raise Unreadable(f"Begins with a UTF-8 BOM, but declares the encoding `{name}`", place)
    else:
        text = _decoded_as_declared(body, encoding, declared)
    if (nul := text.find("\0")) >= 0:
        raise Unreadable("Holds a NUL byte, which Python does not allow in source", _at(text, nul))
    return text, encoding, bom


def decode_utf8(data: bytes) -> tuple[str, bytes]:
    """Return text and BOM of a file that is UTF-8 by definition, such as JSON."""
    body, bom = _without_bom(data)
    return _decoded(body, "utf-8"), bom


def lines(text: str) -> list[str]:
    r"""Split text into lines with their ends: at `\n`, `\r\n` and `\r` only, as Python does."""
    return _LINES.findall(text)


def line_starts(text: str) -> tuple[int, ...]:
    """Return the offset at which each line starts; a last line end starts an empty line."""
    return (0, *(match.end() for match in _LINE_ENDS.finditer(text)))


def _without_bom(data: bytes) -> tuple[bytes, bytes]:
    for mark, name in _WIDE_BOMS:
        if data.startswith(mark):
            raise Unreadable(f"Encoded in {name}, which Python does not read as source", _START)
    if data.startswith(codecs.BOM_UTF8):
        return data[len(codecs.BOM_UTF8) :], codecs.BOM_UTF8
    return data, b""


def _declaration(body: bytes) -> tuple[str, Span] | None:
    """Return the encoding that a comment in the first two lines declares (PEP 263), and where."""
    first_lines = _FIRST_LINES.match(body)
    for number, line in enumerate(first_lines.groups() if first_lines else (), 1):
        if cookie := _COOKIE.match(line):
            column = len(line[: cookie.start(1)].decode("utf-8", "replace")) + 1
            name = cookie[1].decode("ascii")
            return name, Span(number, column, number, column + len(name))
        if not _WITHOUT_CODE.match(line):
            return None
    return None


def _codec(declared: tuple[str, Span]) -> str:
    """Return the codec of a declared encoding; raise `Unreadable` if there is none."""
    name, place = declared
    spelling = _WITH_LINE_ENDS.match(name.lower().replace("_", "-"))
    try:
        codec = codecs.lookup(spelling[1] if spelling else name).name
    except (LookupError, ImportError, OSError, ValueError):
        codec = ""
    if not codec or codec in _HOST_NAME_CODECS:
        raise Unreadable(f"Declares the unknown encoding `{name}`", place)
    return codec


def _decoded_as_declared(body: bytes, encoding: str, declared: tuple[str, Span]) -> str:
    name, place = declared
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # unicode_escape warns of escapes it does not know
            text = _decoded(body, encoding)
    except LookupError:  # a codec that does not make text, such as hex
        raise Unreadable(f"Declares the unknown encoding `{name}`", place) from None
    try:
        text.encode()
    except UnicodeEncodeError as error:  # unicode_escape can make lone surrogates
        raise Unreadable(f"Not valid {encoding}", _at(text, error.start)) from None
    if name not in text:
        # Decoded as UTF-16 or EBCDIC, what was read as a declaration is none any more.
        raise Unreadable(f"Not in the encoding `{name}` that it declares", place)
    return text


def _decoded(body: bytes, encoding: str) -> str:
    try:
        return body.decode(encoding)
    except UnicodeDecodeError as error:
        before = body[: error.start].decode(encoding, "replace")
        byte = body[error.start : error.start + 1].hex()
        message = f"Not valid {encoding}: byte 0x{byte}"
        raise Unreadable(message, _at(before, len(before))) from None
    except UnicodeError:  # the codec `undefined`, which refuses everything
        raise Unreadable(f"Not valid {encoding}", _START) from None


def _at(text: str, offset: int) -> Span:
    """Return the span of the character at an offset."""
    starts = line_starts(text[:offset])
    column = offset - starts[-1] + 1
    return Span(len(starts), column, len(starts), column + 1)
