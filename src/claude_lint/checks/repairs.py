"""Edits that mend: new text for literals, arguments and entries, in the file's own style."""

from __future__ import annotations

import libcst as cst

from claude_lint.findings import Edit
from claude_lint.python.spans import span
from claude_lint.python.values import Origin


def replace_expression(at: Origin, text: str) -> tuple[Edit, ...]:
    """Replace an expression by other source text."""
    return (Edit(at.module.source.locate(span(at.module, at.node)), text),)


def replace_text(at: Origin, text: str) -> tuple[Edit, ...]:
    """Replace what a string literal says, keeping its quotes and prefix where it has one pair."""
    quote = '"'
    if isinstance(at.node, cst.SimpleString):
        quote = at.node.quote
    return replace_expression(at, f"{quote}{text}{quote}")
