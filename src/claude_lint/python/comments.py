"""Comments, found without parsing, so that text no parser accepts has them too."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from claude_lint.files.encoding import line_starts

# An f-string is read like any other, although its quotes may nest since Python 3.12: quotes come
# in pairs, so that reading is out of step for the rest of a line at most.
_TOKEN = re.compile(
    r"(?P<comment>\#[^\r\n]*)"
    r'|"""(?:[^"\\]|\\.|"(?!""))*(?:""")?'
    r"|'''(?:[^'\\]|\\.|'(?!''))*(?:''')?"
    r'|"(?:[^"\\\r\n]|\\(?:\r\n|.))*"?'
    r"|'(?:[^'\\\r\n]|\\(?:\r\n|.))*'?"
    r"|(?P<continuation>\\(?=\r|\n))",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment from its `#` on, the offset it starts at, and its 1-based line.

    `is_alone` says that nothing else is on the line.
    """

    text: str
    start: int
    line: int
    is_alone: bool


def comments(text: str) -> Iterator[Comment]:
    """Find all comments in Python text; a `#` in a string begins none."""
    starts = line_starts(text)
    for token in _TOKEN.finditer(text):
        if token["comment"]:
            line = bisect_right(starts, token.start())
            before = text[starts[line - 1] : token.start()]
            yield Comment(token[0].rstrip(), token.start(), line, not before.strip())


def unfinished_lines(text: str) -> frozenset[int]:
    """Find the lines that no comment can be put after: a string or a backslash runs on."""
    starts = line_starts(text)
    found: set[int] = set()
    for token in _TOKEN.finditer(text):
        if not token["comment"]:
            first = bisect_right(starts, token.start())
            last = first + 1 if token["continuation"] else bisect_right(starts, token.end() - 1)
            found.update(range(first, last))
    return frozenset(found)
