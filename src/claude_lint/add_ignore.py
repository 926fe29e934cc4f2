"""`--add-ignore`: write comments that suppress what was found into the files."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterable
from itertools import groupby
from pathlib import Path

from claude_lint.files.source import Unreadable, read_source
from claude_lint.findings import Finding
from claude_lint.suppressions import add_ignores


def ignore_in_files(findings: Iterable[Finding]) -> None:
    """Add comments for sorted findings; what cannot be suppressed in its line stays as it is.

    Paths are relative to the working directory. Notebooks are left alone.
    """
    for display, in_file in groupby(findings, key=lambda finding: finding.location.path):
        path = Path(display).absolute()
        try:
            source = read_source(path, display, sys.maxsize)
        except Unreadable:
            continue
        text = add_ignores(source, list(in_file))
        if text != source.text and not source.is_notebook:
            _replace(path.resolve(), source.bom + text.encode(source.encoding))


def _replace(path: Path, data: bytes) -> None:
    """Put new content in the place of a file in one step, keeping its mode."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(data)
        shutil.copymode(path, name)
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise
