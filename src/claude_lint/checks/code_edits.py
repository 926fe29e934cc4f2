"""What a repair has to know of the code it changes: its text, and the quotes it may use."""

from __future__ import annotations

import libcst as cst

from claude_lint.findings import Edit, Span
from claude_lint.python.spans import span
from claude_lint.python.values import Origin


def code_of(at: Origin) -> str:
    """Return the source text of an expression, without parentheses around it."""
    place = span(at.module, at.node)
    lines = at.module.line_range(place.line, place.end_line).splitlines(keepends=True)
    lines[-1] = lines[-1][: place.end_column - 1]
    lines[0] = lines[0][place.column - 1 :]
    return "".join(lines)


def surround(at: Origin, before: str, after: str) -> tuple[Edit, ...]:
    """Put text before and after an expression."""
    place = span(at.module, at.node)
    start = Span(place.line, place.column, place.line, place.column)
    end = Span(place.end_line, place.end_column, place.end_line, place.end_column)
    locate = at.module.source.locate
    return tuple(
        Edit(locate(where), text) for where, text in ((start, before), (end, after)) if text
    )


def free_quote(at: Origin) -> str | None:
    """Return a quote that a string written here may have, None inside f-strings of both kinds.

    Before Python 3.12 an f-string's own quote must not stand in its braces.
    """
    around = [
        parent.end[0]
        for parent in at.module.ancestors(at.node)
        if isinstance(parent, cst.FormattedString)
    ]
    return next((quote for quote in ('"', "'") if quote not in around), None)
