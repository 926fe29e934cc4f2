"""An open document as the linter reads it, and its places as the editor counts them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from lsprotocol import types
from pygls.workspace import PositionCodec

from claude_lint.files.changes import position_in
from claude_lint.files.encoding import decode, decode_utf8
from claude_lint.files.notebook_json import NotebookJson
from claude_lint.files.source import SourceFile, Unreadable, decode_source, is_notebook
from claude_lint.findings import Location


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file, or all cells of a notebook; `data` is what saving it would write, more or less.

    `cells` gives the URIs of a notebook's cells by their 1-based number. A notebook that is open
    as the text which it is on the disk has `raw` instead.
    """

    uri: str
    version: int | None
    data: bytes
    source: SourceFile
    cells: Mapping[int, str]
    raw: NotebookJson | None = None

    @property
    def path(self) -> Path:
        """The absolute path of the file."""
        return self.source.path

    def uri_of(self, cell: int | None) -> str:
        """Return the URI that a place is known by."""
        return self.uri if cell is None else self.cells.get(cell, self.uri)

    @property
    def texts(self) -> dict[str, str]:
        """What the editor shows, by URI: the file, or each cell."""
        if self.cells:
            cells = json.loads(self.data)["cells"]
            return {self.uri_of(number): cell["source"] for number, cell in enumerate(cells, 1)}
        return {self.uri: self.source.text if self.raw is None else self.raw.text}

    def holding(self, data: bytes) -> Sheet:
        """Return the sheet with other content."""
        source = decode_source(self.path, self.source.display, data)
        raw = None if self.raw is None else NotebookJson(decode_utf8(data)[0])
        return replace(self, data=data, source=source, raw=raw)

    def range_of(self, location: Location, codec: PositionCodec) -> types.Range:
        """Count the place of a finding as the editor does."""
        span, cell = location.span, location.cell
        return types.Range(
            self._position(span.line, span.column, cell, codec),
            self._position(span.end_line, span.end_column, cell, codec),
        )

    def _position(
        self, line: int, column: int, cell: int | None, codec: PositionCodec
    ) -> types.Position:
        if self.raw is not None and cell is not None:
            return position_at(self.raw.text, self.raw.offset(cell, line, column), codec)
        text = self.source.line_text(self.source.text_line(line, cell))
        return types.Position(line - 1, codec.client_num_units(text[: column - 1]))


def position_at(text: str, offset: int, codec: PositionCodec) -> types.Position:
    """Count the place of an offset in a text as the editor does."""
    line, column = position_in(text, offset)
    return types.Position(line, codec.client_num_units(text[offset - column : offset]))


def file_sheet(uri: str, version: int | None, path: Path, display: str, text: str) -> Sheet:
    """Make a sheet of a text that is Python, or a notebook's JSON."""
    data = text.encode("utf-8", "surrogatepass") if is_notebook(path) else _encoded(text)
    try:
        return sheet_of(uri, version, path, display, data)
    except Unreadable:
        return Sheet(uri, version, data, SourceFile(path, display, text, "utf-8", b""), {})


def sheet_of(uri: str, version: int | None, path: Path, display: str, data: bytes) -> Sheet:
    """Make a sheet of what a file holds; raise `Unreadable` if that is no source."""
    source = decode_source(path, display, data)
    raw = NotebookJson(decode_utf8(data)[0]) if source.is_notebook else None
    return Sheet(uri, version, data, source, {}, raw)


def notebook_sheet(
    notebook: types.NotebookDocument, path: Path, display: str, texts: Mapping[str, str]
) -> Sheet:
    """Make a sheet of a notebook from the texts of its cells, by URI."""
    cells: list[dict[str, object]] = [
        {
            "cell_type": "code" if cell.kind is types.NotebookCellKind.Code else "markdown",
            "metadata": {},
            "source": texts.get(cell.document, ""),
        }
        for cell in notebook.cells
    ]
    data = json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells}).encode()
    uris = {number: cell.document for number, cell in enumerate(notebook.cells, 1)}
    return Sheet(notebook.uri, notebook.version, data, decode_source(path, display, data), uris)


def _encoded(text: str) -> bytes:
    """Encode a text so that reading it as Python gives it back, whatever encoding it declares."""
    data = text.encode("utf-8", "surrogatepass")
    try:
        read, encoding, _ = decode(data)
        return data if read == text else text.encode(encoding)
    except (Unreadable, UnicodeEncodeError):
        return data
