"""The JSON of a notebook as a text of its own, and where in it stands what is in the cells."""

from __future__ import annotations

import json
import re
from bisect import bisect_left
from collections.abc import Sequence
from itertools import accumulate

from claude_lint.files.encoding import line_starts
from claude_lint.files.notebook import source_strings

# What stands for one character of a string in JSON.
CHARACTER = re.compile(
    r"\\u[dD][89abAB][\da-fA-F]{2}\\u[dD][c-fC-F][\da-fA-F]{2}|\\u[\da-fA-F]{4}|\\.|[^\\]",
    re.DOTALL,
)

# The JSON strings of a cell's source: one, or one for each line.
Strings = Sequence[re.Match[str]]


class NotebookJson:
    """The text of an `.ipynb` file."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._strings = source_strings(text)

    def offset(self, cell: int, line: int, column: int) -> int:
        """Return where in the JSON a place in a cell's source stands, line and column 1-based.

        What is past the end of the source is at that end, what is in no cell at the start.
        """
        strings = self._strings.get(cell)
        if strings is None:
            return 0
        texts = [own_text(one) for one in strings]
        source = "".join(texts)
        starts = (*line_starts(source), len(source))
        place = min(starts[min(line, len(starts)) - 1] + column - 1, len(source))
        ends = list(accumulate(map(len, texts)))
        # Between two strings, a place is in the later one but at the end of a line.
        number = bisect_left(ends, place + (column == 1 and place < len(source)))
        characters = CHARACTER.findall(strings[number][0][1:-1])
        before = characters[: place - ends[number] + len(texts[number])]
        return strings[number].start() + 1 + sum(map(len, before))


def own_text(string: re.Match[str]) -> str:
    """Return the text that a JSON string stands for."""
    return str(json.loads(string[0], strict=False))
