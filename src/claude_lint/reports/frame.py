"""Source lines as a person sees them: numbered, underlined, cut to the width, secrets masked."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from claude_lint import masking
from claude_lint.findings import Span
from claude_lint.reports.visible import visible_character

Paint = Callable[[str, str], str]
"""Colours a text: `paint(style, text)`."""

TAB = 4
REACH = 1000  # characters on either side of what is shown; no terminal is wider
CONTEXT = 2  # lines shown before and after a span
LONG = 6  # lines; of a longer span only the beginning and the last line are shown
BEGINNING = 4


@dataclass(frozen=True, slots=True)
class Glyph:
    """What stands on the screen for one character of the source, and the cells it takes."""

    text: str
    cells: int


@dataclass(frozen=True, slots=True)
class Window:
    """The part of all lines of a frame that fits: `width` cells from the 0-based `left` on."""

    left: int
    width: int


def glyphs(line: str, near: int = 1) -> list[Glyph]:
    """Give one glyph per character, so that columns keep their meaning whatever is shown.

    What is farther than `REACH` from the column `near` becomes one `…`: a line may be a megabyte.
    """
    from rich.cells import cell_len

    first, last = max(near - REACH, 0), near + REACH
    shown: dict[int, str] = {}
    for start, end in masking.secrets(line):
        shown.update(dict.fromkeys(range(start, end), ""))
        shown[start] = "…"

    drawn = [Glyph("", 0)] * (first - 1) + [Glyph("…", 1)] * bool(first)
    position = 0
    for offset, character in enumerate(line[first:last], first):
        if offset in shown:
            text = shown[offset]
        elif character == "\t":
            text = " " * (TAB - position % TAB)
        else:
            text = visible_character(character)
        drawn.append(Glyph(text, len(text) if text.isascii() else cell_len(text)))
        position += drawn[-1].cells
    return drawn + [Glyph("…", 1)] * (len(line) > last)


def cut(line: Sequence[Glyph], window: Window) -> str:
    """Show what of a line is in the window, with `…` where something was cut away."""
    edges = list(itertools.accumulate((glyph.cells for glyph in line), initial=0))
    left, right = window.left, window.left + window.width
    is_cut_right = edges[-1] > right
    if left >= edges[-1]:
        return "…" if left and line else ""
    parts = ["…"] if left else []
    left += bool(left)
    right -= is_cut_right
    for glyph, start, end in zip(line, edges, edges[1:], strict=False):
        if left <= start and end <= right:
            parts.append(glyph.text)
        elif start < right and end > left:
            # A wide character on the edge: blanks keep what follows in its place.
            parts.append(" " * (min(end, right) - max(start, left)))
    return "".join(parts) + "…" * is_cut_right


def numbered(mark: str, *, number: int | str = "", gutter: int) -> str:
    """Write what stands before a line: its number and a mark."""
    return f"{number:>{gutter}} {mark}"


def frame(
    lines: Sequence[str],
    span: Span,
    *,
    paint: Paint,
    style: str,
    gutter: int,
    width: int,
    context: int = CONTEXT,
    underline: str = "^",
) -> list[str]:
    """Draw a span with the lines around it, underlined where it starts and where it ends.

    `gutter` is the width of the line numbers and `width` that of everything, in cells. There is
    nothing to draw where the span lies outside the lines.
    """
    if not 1 <= span.line <= len(lines):
        return []
    last = min(max(span.line, span.end_line), len(lines))
    marked = {number: _cells(lines[number - 1], number, span) for number in (span.line, last)}
    window = window_on(lines[span.line - 1], span.column, marked[span.line], room(width, gutter))
    if window.left:
        context = 0  # what shows of the neighbours would be their tails, or nothing
    shown = _shown(lines, span.line, last, context)

    bar = paint("gutter", numbered("|", gutter=gutter))
    drawing = [bar]
    for before, number in zip([shown[0] - 1, *shown], shown, strict=False):
        if number > before + 1:
            drawing.append(paint("gutter", "..."))
        label = paint("gutter", numbered("|", number=number, gutter=gutter))
        text = cut(glyphs(lines[number - 1], span.column), window)
        text = paint("code" if span.line <= number <= last else "context", text)
        drawing.append(f"{label} {text}" if text else label)
        if number in marked:
            start, end = (min(max(cell - window.left, 0), window.width) for cell in marked[number])
            if start < end:
                drawing.append(f"{bar} {' ' * start}{paint(style, underline * (end - start))}")
    return drawing if shown[-1] in marked else [*drawing, bar]


def room(width: int, gutter: int) -> int:
    """Give the cells that are left for code beside the line numbers."""
    return max(width - gutter - len(" | "), 20)


def window_on(line: str, near: int, cells: tuple[int, int], width: int) -> Window:
    """Choose what to show of lines longer than `width`, so that some cells of one are seen."""
    start, end = cells
    total = sum(glyph.cells for glyph in glyphs(line, near))
    if end < width or total <= width:
        return Window(0, width)
    # A quarter of the width before the span tells what it belongs to.
    return Window(max(min(start - width // 4, total - width), 0), width)


def _shown(lines: Sequence[str], first: int, last: int, context: int) -> list[int]:
    """Choose the numbers of the lines to show; blank ones at the edges help nobody."""
    before = list(range(max(first - context, 1), first))
    after = list(range(last + 1, min(last + context, len(lines)) + 1))
    while before and not lines[before[0] - 1].strip():
        del before[0]
    while after and not lines[after[-1] - 1].strip():
        del after[-1]
    span = list(range(first, last + 1))
    if len(span) > LONG:
        span[BEGINNING:-1] = []
    return [*before, *span, *after]


def _cells(line: str, number: int, span: Span) -> tuple[int, int]:
    """Give the cells of a span on its first or last line; of an empty span the place is shown."""
    start = span.column if number == span.line else len(line) - len(line.lstrip()) + 1
    end = span.end_column if number == span.end_line else len(line.rstrip()) + 1
    drawn = glyphs(line, span.column)
    before, until = (sum(glyph.cells for glyph in drawn[: column - 1]) for column in (start, end))
    return before, max(until, before + 1)
