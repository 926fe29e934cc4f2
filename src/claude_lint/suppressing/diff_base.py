"""`--diff-base`: only the findings that a change brought."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from claude_lint.files import notebook
from claude_lint.files.git import changed_lines
from claude_lint.findings import Finding, Location

_UNPARSABLE = "CL901"


def touched(revision: str, files: Mapping[str, Path]) -> Callable[[Finding], bool]:
    """Compare files, by how they are displayed, with a commit; return what judges a finding.

    It tells whether anything has changed where the finding stands, or what explains it. Raise
    `GitError` where that cannot be told.
    """
    changed = changed_lines(revision, Path.cwd(), files.values())

    def is_touched(finding: Finding) -> bool:
        if finding.code == _UNPARSABLE:
            # What keeps a file from being parsed may stand far from where the parser gives up.
            return changed.are_in(_path(finding.location, files))
        places = (finding.location, *(related.location for related in finding.related))
        return any(changed.touch(_path(place, files), *_lines(place, files)) for place in places)

    return is_touched


def _path(place: Location, files: Mapping[str, Path]) -> Path:
    return files.get(place.path) or Path(place.path).absolute()


def _lines(place: Location, files: Mapping[str, Path]) -> tuple[int, int]:
    """Return the first and the last line of a place, in a notebook those of the JSON."""
    span = place.span
    ends_before = span.end_column == 1 and span.end_line > span.line
    first, last = span.line, span.end_line - ends_before
    if place.cell is None:
        return first, last
    path = _path(place, files)
    return notebook.json_line(path, place.cell, first), notebook.json_line(path, place.cell, last)
