"""What a fix would change, as the few lines around each edit."""

from __future__ import annotations

import difflib
import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Literal

from claude_lint.findings import Edit

SourceLines = Callable[[str, int | None], Sequence[str]]


@dataclass(frozen=True, slots=True)
class ChangedLine:
    """A line that goes (`-`), comes (`+`) or stays; `number` is its number after the fix."""

    sign: Literal["-", "+", " "]
    number: int
    text: str


@dataclass(frozen=True, slots=True)
class Hunk:
    """Neighbouring changes in one file or notebook cell; `column` is the first that changes."""

    path: str
    cell: int | None
    column: int
    lines: tuple[ChangedLine, ...]


def changes(edits: Sequence[Edit], source_lines: SourceLines) -> Iterator[Hunk]:
    """Work out what edits do to the source, with a line of context on either side."""
    in_order = sorted(edits, key=lambda edit: (*_place(edit), edit.location.span))
    for (path, cell), group in itertools.groupby(in_order, key=_place):
        lines = list(source_lines(path, cell or None))
        grown = 0
        for first, last, near in _neighbours(list(group), len(lines)):
            old = lines[first - 1 : last]
            new = _spliced(old, first, near)
            if compared := _compared(old, new, first + grown):
                column = min(edit.location.span.column for edit in near)
                yield Hunk(path, cell or None, column, tuple(compared))
            grown += len(new) - len(old)


def _place(edit: Edit) -> tuple[str, int]:
    return edit.location.path, edit.location.cell or 0


def _neighbours(edits: Sequence[Edit], count: int) -> Iterator[tuple[int, int, list[Edit]]]:
    """Group edits whose lines of context touch; give the first and last line of each group."""
    group: list[Edit] = []
    for edit in edits:
        if group and edit.location.span.line > group[-1].location.span.end_line + 2:
            yield _reach(group, count)
            group = []
        group.append(edit)
    if group:
        yield _reach(group, count)


def _reach(group: list[Edit], count: int) -> tuple[int, int, list[Edit]]:
    spans = [edit.location.span for edit in group]
    first = max(spans[0].line - 1, 1)
    last = min(max(map(attrgetter("end_line"), spans)) + 1, count)
    return first, last, group


def _spliced(old: Sequence[str], first: int, edits: Sequence[Edit]) -> list[str]:
    starts = list(itertools.accumulate((len(line) + 1 for line in old), initial=0))
    text = "\n".join(old)

    def offset(line: int, column: int) -> int:
        return min(starts[min(line - first, len(old))] + column - 1, len(text))

    parts: list[str] = []
    done = 0
    for edit in edits:
        span = edit.location.span
        parts += (text[done : offset(span.line, span.column)], edit.text.replace("\r\n", "\n"))
        done = offset(span.end_line, span.end_column)
    return ("".join(parts) + text[done:]).split("\n")


def _compared(old: Sequence[str], new: Sequence[str], first: int) -> list[ChangedLine]:
    if not any(old):
        old = ()  # that an empty line goes is nothing to tell
    lines: list[ChangedLine] = []
    for kind, i1, i2, j1, j2 in difflib.SequenceMatcher(None, old, new, False).get_opcodes():
        if kind == "equal":
            lines += (ChangedLine(" ", first + j, new[j]) for j in range(j1, j2))
        else:
            lines += (ChangedLine("-", first + j1, line) for line in old[i1:i2])
            lines += (ChangedLine("+", first + j, new[j]) for j in range(j1, j2))
    changed = [index for index, line in enumerate(lines) if line.sign != " "]
    if not changed:
        return []
    # Of what stays, one line before and one after are kept, unless they are blank.
    start, end = max(changed[0] - 1, 0), changed[-1] + 1
    start += not lines[start].text.strip() and lines[start].sign == " "
    end += end < len(lines) and bool(lines[end].text.strip())
    return lines[start:end]
