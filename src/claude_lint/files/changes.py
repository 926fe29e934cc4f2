"""Edits as changes of a source file's text, and where places move when changes are made."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from claude_lint.files.encoding import line_starts, lines
from claude_lint.files.source import SourceFile
from claude_lint.findings import Edit

_NEWLINE = re.compile(r"\r\n|\r|\n")
_NEWLINES = ("\n", "\r")


class Unwritable(Exception):
    """A change that cannot be made; the text says why."""


@dataclass(frozen=True, slots=True, order=True)
class Change:
    """New text for what stands from one offset in a text to before another."""

    start: int
    end: int
    text: str

    def meets(self, other: Change) -> bool:
        """Tell whether it matters which of two changes is made first."""
        is_apart = self.end <= other.start or other.end <= self.start
        return self.start == other.start or not is_apart


# Changes that are made together, in the order in which they stand, none meeting another.
Step = tuple[Change, ...]


def changes(source: SourceFile, edits: Iterable[Edit]) -> list[Change]:
    """Turn edits of a file into changes of its text, in its own newlines.

    A place behind the last line is the end of the text. Where the text ends without a newline, it
    does so afterwards.
    """
    return [_change(source, edit) for edit in edits]


def _change(source: SourceFile, edit: Edit) -> Change:
    span, cell = edit.location.span, edit.location.cell
    start = offset(source, span.line, span.column, cell)
    end = offset(source, span.end_line, span.end_column, cell)
    newline = _newline_near(source.text, start)
    text = _NEWLINE.sub(lambda _: newline, edit.text)
    if end < len(source.text) or source.text.endswith(_NEWLINES) or not source.text:
        return Change(start, end, text)
    if source.text_line(span.line, cell) > _last_line(source):
        return Change(start, end, newline + text.removesuffix(newline))
    if not text and source.text[:start].endswith(newline):
        start -= len(newline)  # a last line that goes takes the newline before it along
    return Change(start, end, text.removesuffix(newline))


def offset(source: SourceFile, line: int, column: int, cell: int | None) -> int:
    """Return the offset in the text of a place in a file or cell, at most the text's length."""
    line = source.text_line(line, cell)
    if line > _last_line(source):
        return len(source.text)
    return min(source.offset(line, column), len(source.text))


def position_in(text: str, offset: int) -> tuple[int, int]:
    """Return the 0-based line and column of an offset in a text."""
    starts = line_starts(text[:offset])
    return len(starts) - 1, offset - starts[-1]


def _last_line(source: SourceFile) -> int:
    return source.position(len(source.text))[0]


def _newline_near(text: str, start: int) -> str:
    """Return the newline that ends the line of an offset, or else the text's first."""
    match = _NEWLINE.search(text, start) or _NEWLINE.search(text)
    return match[0] if match else "\n"


def spliced(text: str, step: Iterable[Change]) -> str:
    """Return a text with changes made to it."""
    parts: list[str] = []
    done = 0
    for change in sorted(step):
        parts += (text[done : change.start], change.text)
        done = change.end
    return "".join(parts) + text[done:]


def differences(text: str, then: str) -> Iterator[Change]:
    """Yield the changes that turn a text into another: in lines that differ, what differs."""
    old, new = lines(text), lines(then)
    starts = (*line_starts(text), len(text))
    head, tail = common_ends(old, new)
    middle = old[head : len(old) - tail], new[head : len(new) - tail]
    matcher = difflib.SequenceMatcher(None, *middle, autojunk=False)
    for tag, first, last, new_first, new_last in matcher.get_opcodes():
        if tag != "equal":
            cut = "".join(middle[0][first:last])
            added = "".join(middle[1][new_first:new_last])
            before, behind = common_ends(cut, added)
            yield Change(
                starts[head + first] + before,
                starts[head + last] - behind,
                added[before : len(added) - behind],
            )


def common_ends(one: Sequence[object], other: Sequence[object]) -> tuple[int, int]:
    """Return how much two sequences have in common at the start, and of the rest at the end."""
    most = min(len(one), len(other))
    start = next((i for i in range(most) if one[i] != other[i]), most)
    end = next((i for i in range(most - start) if one[-1 - i] != other[-1 - i]), most - start)
    return start, end


def moved(steps: Iterable[Step], start: int, end: int) -> tuple[int, int]:
    """Return the range in which what stood between two offsets, both included, is afterwards.

    What is put in before or behind a place may count as part of it, so the range is the widest.
    """
    for step in steps:
        start, end = _moved(step, start, is_end=False), _moved(step, end, is_end=True)
    return start, end


def _moved(step: Step, place: int, *, is_end: bool) -> int:
    grown = 0
    for change in step:
        if change.start > place:
            break
        if place < change.end or place == change.start:
            return change.start + grown + (len(change.text) if is_end else 0)
        grown += len(change.text) - (change.end - change.start)
    return place + grown


def replaced(steps: Sequence[Step]) -> Iterator[tuple[int, int]]:
    """Yield the ranges of the text that stands afterwards in the place of other text."""
    for index, step in enumerate(steps):
        grown = 0
        for change in step:
            start = change.start + grown
            grown += len(change.text) - (change.end - change.start)
            if change.start < change.end and change.text:
                yield moved(steps[index + 1 :], start, start + len(change.text))
