"""The places that a Python traceback names, in any of the forms that it is printed in."""

from __future__ import annotations

import re
from dataclasses import dataclass

# `File "app.py", line 3, in ask` as Python prints it; `app.py:3` as pytest, rich and IPython do.
_FRAME = re.compile(
    r"""(?: \bFile\ "(?P<quoted>[^"\n]+)",\ line\ (?P<line>\d+)
          | (?<![^\s"'`:()│|]) (?P<bare>(?:[A-Za-z]:)?[^\s"'`:()│|]+\.py[wi]?):(?P<number>\d+)\b )
        (?: :?,?\ in\ (?P<name>[\w.<>]+) )?""",
    re.VERBOSE,
)
# The line of code below a frame, and the marks below that: what it says, nobody has raised.
_SOURCE = re.compile(
    r'^(?=.*\bFile "[^"\n]+", line \d)(?P<frame>.*)(?:\n[ \t|]{4,}\S.*)+', re.MULTILINE
)
_LIBRARY = re.compile(
    r"(?:^|/)(?:site-packages|dist-packages|lib/python\d[\d.]*|Python\d+/Lib)/|^<", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Frame:
    """A place in a traceback: the path as printed, with `/`, the line, and the function's name."""

    path: str
    line: int
    name: str = ""

    @property
    def is_library(self) -> bool:
        """Whether the path is one that packages and Python itself are installed in."""
        return _LIBRARY.search(self.path) is not None


def frames(text: str) -> tuple[Frame, ...]:
    """Return the frames in a text, in its order; a text without a traceback has none."""
    return tuple(
        Frame(
            (match["quoted"] or match["bare"]).replace("\\", "/"),
            int(match["line"] or match["number"]),
            match["name"] or "",
        )
        for match in _FRAME.finditer(text)
    )


def without_source(text: str) -> str:
    """Take the lines of code out of the tracebacks in a text."""
    return _SOURCE.sub(r"\g<frame>", text)
