"""An open document as the linter reads it, and its places as the editor counts them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from lsprotocol import types
from pygls.workspace import PositionCodec

from claude_lint.files.encoding import decode
from claude_lint.files.source import SourceFile, Unreadable, decode_source
from claude_lint.findings import Location, Span


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file, or all cells of a notebook; `data` is what saving it would write, more or less.

    `cells` gives the URIs of a notebook's cells by their 1-based number.
    """

    uri: str
    version: int | None
    data: bytes
    source: SourceFile
    cells: Mapping[int, str]

    @property
    def path(self) -> Path:
        """The absolute path of the file."""
        return self.source.path

    def uri_of(self, cell: int | None) -> str:
        """Return the URI that a place is known by."""
        return self.uri if cell is None else self.cells.get(cell, self.uri)

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
        text = self.source.line_text(self.source.text_line(line, cell))
        return types.Position(line - 1, codec.client_num_units(text[: column - 1]))

    def location_at(self, start: int, end: int) -> Location:
        """Return where a range of the text stands, in offsets."""
        return self.source.locate(
            Span(*self.source.position(start), *self.source.position(end)),
        )


def file_sheet(uri: str, version: int | None, path: Path, display: str, text: str) -> Sheet:
    """Make a sheet of a text that is Python."""
    data = _encoded(text)
    try:
        source = decode_source(path, display, data)
    except Unreadable:
        source = SourceFile(path, display, text, "utf-8", b"")
    return Sheet(uri, version, data, source, {})


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
