"""Edits to one keyword argument or dict entry: rename, delete, give another value, add."""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst

from claude_lint.checks.code_edits import surround
from claude_lint.checks.repairs import replace_expression, replace_text
from claude_lint.findings import Edit, Span
from claude_lint.python.module import Module
from claude_lint.python.spans import span
from claude_lint.python.values import Entry, Origin


def rename(entry: Entry, name: str) -> tuple[Edit, ...]:
    """Give an argument or entry another name; `()` where its name is not written there."""
    written = entry.origin.node
    if isinstance(written, cst.Arg) and written.keyword is not None:
        return replace_expression(Origin(entry.origin.module, written.keyword), name)
    if isinstance(written, cst.DictElement) and isinstance(written.key, cst.SimpleString):
        return replace_text(Origin(entry.origin.module, written.key), name)
    return ()


def delete(entry: Entry) -> tuple[Edit, ...]:
    """Take an argument or entry out, with its comma; `()` where it is no part of a list."""
    module, written = entry.origin.module, entry.origin.node
    around = module.parents.get(written)
    listed: Sequence[cst.CSTNode]
    if isinstance(written, cst.Arg) and isinstance(around, cst.Call):
        listed = around.args
    elif isinstance(written, cst.DictElement) and isinstance(around, cst.Dict):
        listed = around.elements
    else:
        return ()
    at = listed.index(written)
    place = span(module, written)
    if at + 1 < len(listed):
        following = span(module, listed[at + 1])
        place = Span(place.line, place.column, following.line, following.column)
    elif at:
        before = span(module, listed[at - 1])
        place = Span(before.end_line, before.end_column, place.end_line, place.end_column)
    return (Edit(module.source.locate(place), ""),)


def give(entry: Entry, text: str) -> tuple[Edit, ...]:
    """Give an argument or entry another value; `()` where none is written there."""
    at = _written_value(entry)
    return replace_expression(at, text) if at is not None else ()


def put_in_list(entry: Entry) -> tuple[Edit, ...]:
    """Put brackets around the value of an argument or entry; `()` where none is written there."""
    at = _written_value(entry)
    return surround(at, "[", "]") if at is not None else ()


def _written_value(entry: Entry) -> Origin | None:
    written = entry.origin.node
    if isinstance(written, (cst.Arg, cst.DictElement)):
        return Origin(entry.origin.module, written.value)
    return None


def give_constant(entry: Entry, at: Origin | None, text: str) -> tuple[Edit, ...]:
    """Replace a value where it is written as itself, else where it is passed."""
    if at is not None and at.module is entry.origin.module and _is_literal(at.node):
        return replace_expression(at, text)
    return give(entry, text)


def _is_literal(node: cst.CSTNode) -> bool:
    return isinstance(node, (cst.Integer, cst.Float, cst.SimpleString, cst.Dict))


def add_after(entry: Entry, text: str) -> tuple[Edit, ...]:
    """Add an argument or entry behind another, on a line of its own where that has one."""
    module, written = entry.origin.module, entry.origin.node
    if not isinstance(written, (cst.Arg, cst.DictElement)):
        return ()
    place = span(module, written)
    end = Span(place.end_line, place.end_column, place.end_line, place.end_column)
    return (Edit(module.source.locate(end), f",{_separator(module, place)}{text}"),)


def _separator(module: Module, place: Span) -> str:
    """Return what stands before an argument: a blank, or a line break and its indentation."""
    before = module.line_range(place.line, place.line)[: place.column - 1]
    return " " if before.strip() else f"\n{before}"


def unpack(at: Origin) -> tuple[Edit, ...]:
    """Put `**` before a positional argument."""
    place = span(at.module, at.node)
    start = Span(place.line, place.column, place.line, place.column)
    return (Edit(at.module.source.locate(start), "**"),)
