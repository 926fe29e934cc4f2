"""Globs as settings state them: relative to a folder, and matching what lies inside a match."""

from __future__ import annotations

import functools
import os
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

_PIECE = re.compile(r"(?:\*\*/)+|/\*\*$|\*+|\?|\[!?\]?[^\]]*\]|.", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Glob:
    """A glob and the absolute folder it is relative to.

    Without a slash it matches a name at any depth below the folder, with one a path from there.
    """

    text: str
    base: Path

    def __str__(self) -> str:
        return self.text


def matcher(globs: Iterable[Glob]) -> Callable[[Path], bool]:
    """Return a test of absolute paths: does a glob match the path or a folder it lies in?

    Nothing above a glob's own folder ever counts, so a project below a folder called `build`
    is not shut out by `build`.
    """
    by_base: dict[str, list[str]] = {}
    for glob in globs:
        by_base.setdefault(_folder(glob.base), []).append(_expression(glob.text, glob.base))
    tests = [(base, _compile("|".join(parts))) for base, parts in by_base.items()]

    def matches(path: Path) -> bool:
        text = path.as_posix()
        return any(
            text.startswith(base) and expression.match(text, len(base)) is not None
            for base, expression in tests
        )

    return matches


def check(text: str, base: Path) -> Glob:
    """Read a glob, or raise ValueError if it cannot match anything."""
    try:
        _compile(_expression(text, base))
    except re.error as error:
        raise ValueError(f"`{text}` is no glob: {error}") from None
    if not text.strip("./"):
        raise ValueError(f"`{text}` is no glob")
    return Glob(text, base)


def _folder(path: Path) -> str:
    return path.as_posix().rstrip("/") + "/"


@functools.cache
def _compile(expression: str) -> re.Pattern[str]:
    return re.compile(f"(?:{expression})(?:/|$)", re.DOTALL)


def _expression(glob: str, base: Path) -> str:
    if os.path.isabs(glob) and glob.startswith(_folder(base)):
        glob = glob[len(_folder(base)) - 1 :]
    glob = glob.removeprefix("./").rstrip("/")
    anchored = "/" in glob
    return ("" if anchored else "(?:.*/)?") + "".join(
        _translate(piece) for piece in _PIECE.findall(glob.lstrip("/"))
    )


def _translate(piece: str) -> str:
    if piece.endswith("**/"):
        return "(?:.*/)?"
    if piece == "/**":
        return "/.+"
    if piece.startswith("*"):
        return "[^/]*"
    if piece == "?":
        return "[^/]"
    if len(piece) > 1:
        negated = piece[1] == "!"
        members = re.sub(r"[\\\[\]^&~|]", r"\\\g<0>", piece[2:-1] if negated else piece[1:-1])
        return f"[^/{members}]" if negated else f"[{members}]"
    return re.escape(piece)
