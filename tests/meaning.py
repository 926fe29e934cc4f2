"""What changes to a module do to its syntax tree, besides to the nodes that they edit."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from claude_lint.files.changes import Step, spliced
from claude_lint.files.encoding import line_starts, lines

Range = tuple[int, int]


def altered_besides(text: str, step: Step) -> str | None:
    """Return what a step of changes alters besides the nodes that it edits, None if nothing.

    A node is edited where its own text changes, which that of nodes within it is not. All others
    must say the same of the same text, in the same order.
    """
    after_text = spliced(text, step)
    before = _left_alone(text, [(change.start, change.end) for change in step])
    after = _left_alone(after_text, list(_new_ranges(step)))
    while before or after:
        if before and after and _is_same(before[-1], after[-1], step):
            before.pop()
            after.pop()
        elif before and before[-1].is_edited:
            before.pop()
        elif after and after[-1].is_edited:
            after.pop()
        else:
            was, now = (one[-1] if one else None for one in (before, after))
            return f"{was}\nis now\n{now}\nin\n{after_text}"
    return None


@dataclass
class _Node:
    """A node; what has no place of its own, as operators have not, is part of it."""

    start: int
    end: int
    is_statement: bool
    own: list[str] = field(default_factory=list)
    children: list[_Node] = field(default_factory=list)
    is_edited: bool = False


def _is_same(before: _Node, after: _Node, step: Step) -> bool:
    if before.own != after.own or after.start not in _moved(step, before.start):
        return False
    # Where a block ends changes with its last statement.
    return before.is_statement or after.end in _moved(step, before.end)


def _left_alone(text: str, ranges: Sequence[Range]) -> list[_Node]:
    """Return the nodes that do not lie in a range, last first; mark those that one edits."""
    nodes = []
    for node in _all_nodes(_Reader(text).read()):
        if any(start <= node.start and node.end <= end for start, end in ranges if start < end):
            continue
        node.is_edited = any(
            _meets(node, edited) and not any(_holds(child, edited) for child in node.children)
            for edited in ranges
        )
        nodes.append(node)
    return nodes[::-1]


def _meets(node: _Node, edited: Range) -> bool:
    start, end = edited
    return node.start < end and start < node.end


def _holds(node: _Node, edited: Range) -> bool:
    start, end = edited
    return node.start <= start and end <= node.end and _meets(node, edited)


def _all_nodes(nodes: Sequence[_Node]) -> Iterator[_Node]:
    for node in nodes:
        yield node
        yield from _all_nodes(node.children)


def _new_ranges(step: Step) -> Iterator[Range]:
    grown = 0
    for change in step:
        start = change.start + grown
        yield start, start + len(change.text)
        grown += len(change.text) - (change.end - change.start)


def _moved(step: Step, place: int) -> set[int]:
    """Return where a place may be after changes: at either side of what is put in there."""
    grown = 0
    for change in step:
        if place < change.start:
            break
        new_end = change.start + grown + len(change.text)
        if place == change.start == change.end:
            return {change.start + grown, new_end}
        if place == change.start:
            return {change.start + grown}
        if place < change.end:
            return {change.start + grown, new_end}
        grown += len(change.text) - (change.end - change.start)
    return {place + grown}


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.lines, self.starts = lines(text), line_starts(text)

    def read(self) -> list[_Node]:
        """Parse the text; return the statements of the module."""
        module = _Node(0, len(self.text), is_statement=True)
        self._describe(ast.parse(self.text), module)
        return module.children

    def _describe(self, tree: ast.AST, node: _Node) -> None:
        node.own.append(type(tree).__name__)
        if isinstance(tree, ast.JoinedStr) and sys.version_info < (3, 12):
            # Before 3.12 what is in an f-string has no true places.
            node.own.append(ast.dump(tree))
            return
        for _, value in ast.iter_fields(tree):
            for part in value if isinstance(value, list) else [value]:
                if not isinstance(part, ast.AST):
                    node.own.append(repr(part))
                elif hasattr(part, "end_lineno"):
                    child = _Node(*self._range(part), isinstance(part, ast.stmt))
                    self._describe(part, child)
                    node.children.append(child)
                else:
                    self._describe(part, node)

    def _range(self, tree: ast.AST) -> Range:
        return (
            self._offset(tree.lineno, tree.col_offset),  # type: ignore[attr-defined]
            self._offset(tree.end_lineno, tree.end_col_offset),  # type: ignore[attr-defined]
        )

    def _offset(self, line: int, column: int) -> int:
        """Turn a line and a column in bytes of UTF-8 into an offset."""
        return self.starts[line - 1] + len(self.lines[line - 1].encode()[:column].decode())
