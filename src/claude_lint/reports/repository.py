"""Places as code hosts know them: a path from the repository's root, and lines of that file."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from pathlib import PurePath

from claude_lint.findings import Location
from claude_lint.reports import Run


@dataclass(frozen=True, slots=True)
class Place:
    """A range of a file. In a notebook only its lines are known: columns mean nothing in JSON."""

    path: str
    line: int
    end_line: int
    column: int | None = None
    end_column: int | None = None


def place(run: Run, location: Location) -> Place:
    """Turn a location, perhaps in a cell of a notebook, into a place in the file itself."""
    path = path_of(run, location.path)
    span = location.span
    if location.cell is None:
        return Place(path, span.line, span.end_line, span.column, span.end_column)
    first, last = (
        run.json_line(location.path, location.cell, line) for line in (span.line, span.end_line)
    )
    return Place(path, first, max(first, last))


def path_of(run: Run, path: str) -> str:
    """Give a path as seen from the repository's root; absolute ones stay what they are."""
    return path if PurePath(path).is_absolute() else posixpath.normpath(run.prefix + path)
