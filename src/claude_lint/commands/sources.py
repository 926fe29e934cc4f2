"""What stands in the files with findings, for the reports that show it."""

from __future__ import annotations

import functools
import sys
from collections.abc import Sequence
from pathlib import Path

from claude_lint.engine import Options
from claude_lint.files import notebook
from claude_lint.files.source import SourceFile, Unreadable, decode_source, lines, read_bytes


class Sources:
    """The texts of files with findings, read again only for those that are shown."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._source = functools.cache(self._read)
        self.lines = functools.cache(self._lines)

    def _lines(self, display: str, cell: int | None) -> Sequence[str]:
        """Give the lines of a file, or of a notebook's cell; none where there is no text."""
        source = self._source(display)
        if source is None:
            return ()
        shown = [line.rstrip("\r\n") for line in lines(source.text)]
        for place in source.cells:
            if place.number == cell:
                return shown[place.first_line - 1 : place.first_line - 1 + place.line_count]
        return shown if cell is None and not source.cells else ()

    def json_line(self, display: str, cell: int, line: int) -> int:
        """Give the line of a notebook's file that holds a line of a cell."""
        return notebook.json_line(Path(display), cell, line)

    def _read(self, display: str) -> SourceFile | None:
        path = Path(display).absolute()
        try:
            data = self._options.stdin
            if data is None or display != (self._options.stdin_filename or "-"):
                data = read_bytes(path, sys.maxsize)
            return decode_source(path, display, data)
        except Unreadable:
            return None
