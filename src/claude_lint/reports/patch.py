"""Changed files as a patch that `git apply` and `patch -p1` take, from where the run was made."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator

from claude_lint.masking import mask

# Git splits at these only, so that the `\r` of a line end is part of its line.
_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_NO_NEWLINE = "\n\\ No newline at end of file\n"


def patch(files: Iterable[tuple[str, bytes, bytes]]) -> tuple[bytes, bool]:
    """Write a patch for files, given by path, old and new content.

    Also tell whether a key is masked in it: a patch that says something else than the file does
    not apply.
    """
    lines = [line for path, old, new in files for line in _of_file(path, old, new)]
    masked = [line[0] + mask(line[1:]) for line in lines]
    return "".join(masked).encode("utf-8", "surrogateescape"), masked != lines


def _of_file(path: str, old: bytes, new: bytes) -> Iterator[str]:
    # After a name with a blank a tab says where it ends.
    end = "\t" if " " in path else ""
    for line in difflib.unified_diff(
        _lines(old), _lines(new), f"a/{path}{end}", f"b/{path}{end}", n=3
    ):
        yield line if line.endswith("\n") else line + _NO_NEWLINE


def _lines(data: bytes) -> list[str]:
    # Whatever the encoding, a patch holds the bytes of the file.
    return _LINE.findall(data.decode("utf-8", "surrogateescape"))
