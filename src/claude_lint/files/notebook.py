"""Jupyter notebooks: the Python in their code cells, and where it stands in the JSON."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from pathlib import Path
from typing import Any

from claude_lint.files.encoding import Unreadable, decode_utf8, line_starts, lines, read_bytes
from claude_lint.files.magics import commented, without_magics, written_file
from claude_lint.findings import Span

_JSON_TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[{}\[\]:]', re.DOTALL)
# Neither can stand in Python source; `"\ud83d"` and `"\u0000"` are valid JSON.
_NO_SOURCE_CHARACTER = re.compile("[\0\ud800-\udfff]")
_BINARY_OUTPUT = re.compile(r"(?:audio|font|image|video)/|application/(?:octet-stream|pdf)")


@dataclass(frozen=True, slots=True)
class Cell:
    """A code cell: its raw 1-based index in the notebook, and its place in the joined text.

    `written_to` is the path of the module that `%%writefile` makes of it.
    """

    number: int
    first_line: int
    line_count: int
    written_to: str | None = None


def code_of(data: bytes) -> tuple[str, tuple[Cell, ...], bytes]:
    """Return the code cells of a notebook as one text, their places in it, and the BOM.

    What is not Python, be it a line or a cell, is turned into comments. Raise `Unreadable` if the
    bytes are no notebook of format 4.
    """
    notebook, bom = _load(data)
    is_python = _kernel_language(notebook) in ("python", "ipython")
    texts, cells, line = [], [], 1
    for number, cell in _code_cells(notebook):
        text = _NO_SOURCE_CHARACTER.sub("\ufffd", _source(number, cell))
        if not text:
            continue
        if not text.endswith("\n"):
            text += "\n"
        written_to = None
        if is_python and _cell_language(cell) == "python":
            written_to = written_file(text)
            text = without_magics(text)
        else:
            text = "".join(map(commented, lines(text)))
        texts.append(text)
        cells.append(Cell(number, line, len(line_starts(text)) - 1, written_to))
        line += cells[-1].line_count
    return "".join(texts), tuple(cells), bom


@dataclass(frozen=True, slots=True)
class Aside:
    """A text in a notebook that is no code: the number of its cell, if it has one, and the text.

    `kind` is output, prose (the source of a cell that is no code) or metadata.
    """

    cell: int | None
    kind: str
    text: str


def asides(path: Path, max_size: int) -> Iterator[Aside]:
    """Yield every text in a notebook but its code. Raise `Unreadable` as reading it does.

    Images and the like are left out.
    """
    notebook, _ = _load(read_bytes(path, max_size))
    for number, cell in enumerate(notebook["cells"], 1):
        if not isinstance(cell, dict):
            continue
        if cell.get("cell_type") != "code":
            yield from (Aside(number, "prose", text) for text in _texts(cell.get("source")))
        yield from (Aside(number, "output", text) for text in _texts(cell.get("outputs")))
        more = {key: value for key, value in cell.items() if key not in ("source", "outputs")}
        yield from (Aside(number, "metadata", text) for text in _texts(more))
    more = {key: value for key, value in notebook.items() if key != "cells"}
    yield from (Aside(None, "metadata", text) for text in _texts(more))


def json_line(path: Path, cell: int, line: int) -> int:
    """Return the 1-based line of the `.ipynb` file on which a line of a cell's source stands.

    Where the cell's source is one string, that is the string's line. 1 if there is no such cell, or
    the file can no longer be read.
    """
    try:
        status = path.stat()
        by_cell = _json_lines(path, status.st_mtime_ns, status.st_size)
    except (OSError, Unreadable, LookupError, ValueError):
        return 1  # gone, or written anew and no notebook any more
    found = by_cell.get(cell, (1,))
    return found[min(max(line, 1), len(found)) - 1]


@lru_cache(maxsize=8)
def _json_lines(path: Path, mtime_ns: int, size: int) -> dict[int, tuple[int, ...]]:
    raw, _ = decode_utf8(read_bytes(path, size))
    starts = line_starts(raw)
    by_cell = {}
    for number, strings in source_strings(raw).items():
        texts = [json.loads(match.group(), strict=False) for match in strings]
        ends = list(accumulate(map(len, texts)))
        by_cell[number] = tuple(
            bisect_right(starts, strings[min(bisect_right(ends, offset), len(ends) - 1)].start())
            for offset in line_starts("".join(texts))
        )
    return by_cell


def source_strings(raw: str) -> dict[int, list[re.Match[str]]]:
    """Return the JSON strings that make up each cell's source, by the cell's number."""
    found: dict[int, list[re.Match[str]]] = {}
    keys = [""] * 5  # the last key seen at each depth: `{"cells": [{"source": ["…"]}]}`
    depth = number = 0
    previous = ""
    for match in _JSON_TOKEN.finditer(raw):
        token = match.group()
        if token in "{[":
            depth += 1
            number += depth == 3 and keys[1] == "cells"
        elif token in "}]":
            depth -= 1
        elif token == ":":
            if depth < len(keys):
                keys[depth] = json.loads(previous, strict=False)
            if depth == 1:
                number = 0
            elif depth == 3 and keys[1] == "cells" and keys[3] == "source":
                found[number] = []
        elif depth == 4 or (depth == 3 and previous == ":"):
            if keys[1] == "cells" and keys[3] == "source":
                found[number].append(match)
        previous = token
    return {number: strings for number, strings in found.items() if strings}


def _load(data: bytes) -> tuple[dict[str, Any], bytes]:
    text, bom = decode_utf8(data)
    try:
        notebook = json.loads(text, parse_int=_bounded_int)
    except json.JSONDecodeError as error:
        place = Span(error.lineno, error.colno, error.lineno, error.colno + 1)
        raise Unreadable(f"Not a notebook: invalid JSON ({error.msg})", place) from None
    except RecursionError:
        raise Unreadable("Not a notebook: JSON nested too deeply") from None
    if not isinstance(notebook, dict):
        raise Unreadable("Not a notebook: the JSON is no object")
    version = notebook.get("nbformat")
    if not isinstance(version, int):
        raise Unreadable("Not a notebook: there is no `nbformat`")
    if version != 4:
        raise Unreadable(f"Notebook of format {version}; only format 4 can be read")
    if not isinstance(notebook.get("cells"), list):
        raise Unreadable("Not a notebook: there are no `cells`")
    return notebook, bom


def _bounded_int(digits: str) -> int:
    # Python takes time with the square of the length, or refuses.
    return int(digits) if len(digits) < 20 else 0


def _kernel_language(notebook: dict[str, Any]) -> str:
    metadata = _table(notebook, "metadata")
    language = _table(metadata, "kernelspec").get("language")
    if language is None:
        language = _table(metadata, "language_info").get("name")
    return str(language).lower() if language else "python"


def _cell_language(cell: dict[str, Any]) -> str:
    """Return the language VS Code shows the cell in."""
    return str(_table(_table(cell, "metadata"), "vscode").get("languageId", "python"))


def _table(parent: dict[str, Any], key: str) -> dict[str, Any]:
    child = parent.get(key)
    return child if isinstance(child, dict) else {}


def _code_cells(notebook: dict[str, Any]) -> Iterator[tuple[int, dict[str, Any]]]:
    for number, cell in enumerate(notebook["cells"], 1):
        if not isinstance(cell, dict):
            raise Unreadable(f"Not a notebook: cell {number} is no object")
        if cell.get("cell_type") == "code":
            yield number, cell


def _source(number: int, cell: dict[str, Any]) -> str:
    source = cell.get("source")
    if isinstance(source, str):
        return source
    if isinstance(source, list) and all(isinstance(item, str) for item in source):
        return "".join(source)
    raise Unreadable(f"Not a notebook: cell {number} has no `source`")


def _texts(value: object) -> Iterator[str]:
    """Yield the strings in a JSON value; a list of strings is one text."""
    pending = [value]
    while pending:
        value = pending.pop()
        if isinstance(value, str):
            yield value
        elif isinstance(value, list):
            if value and all(isinstance(item, str) for item in value):
                yield "".join(value)
            else:
                pending.extend(reversed(value))
        elif isinstance(value, dict):
            readable = [(key, v) for key, v in value.items() if not _BINARY_OUTPUT.match(key)]
            yield from (key for key, _ in readable)
            pending.extend(reversed([v for _, v in readable]))
