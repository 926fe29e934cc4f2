"""`--add-ignore`: write comments that suppress what was found into the files."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from pathlib import Path

from claude_lint.files.changes import Unwritable, changes
from claude_lint.files.rewriting import replace_file, rewrite
from claude_lint.files.source import Unreadable, decode_source, read_bytes
from claude_lint.findings import Finding
from claude_lint.suppressing.suppressions import ignore_edits


def ignore_in_files(
    findings: Iterable[Finding], root_of: Callable[[Path], Path]
) -> Iterator[tuple[str, str]]:
    """Add comments for sorted findings; yield the paths that could not be written, and why.

    Paths are relative to the working directory; `root_of` gives the project's root of an absolute
    one. What cannot be suppressed in its line stays as it is.
    """
    for display, in_file in groupby(findings, key=lambda finding: finding.location.path):
        try:
            _ignore_in_file(display, list(in_file), root_of)
        except (Unwritable, Unreadable) as reason:
            yield display, str(reason)


def _ignore_in_file(display: str, findings: list[Finding], root_of: Callable[[Path], Path]) -> None:
    path = Path(display).absolute()
    data = read_bytes(path, sys.maxsize)
    source = decode_source(path, display, data)
    step = changes(source, ignore_edits(source, findings))
    if step:
        replace_file(path, rewrite(source, data, step), expected=data, root=root_of(path))
