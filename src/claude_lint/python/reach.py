"""Which lines a comment on a line speaks for."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from claude_lint.files.encoding import lines

_PARTS = (ast.stmt, ast.excepthandler, ast.match_case)


@dataclass(frozen=True, slots=True)
class _Unit:
    """A simple statement, or the header of a compound one, that takes more than one line."""

    first: int
    last: int
    nodes: tuple[ast.AST, ...]

    @property
    def lines(self) -> range:
        return range(self.first, self.last + 1)


class Reach:
    """The statements of a text, and how far a comment in each of them reaches.

    Where `ast` refuses the text, every line stands for itself.
    """

    def __init__(self, text: str) -> None:
        """Parse the text."""
        self._units: dict[int, list[_Unit]] = {}
        self._entries: dict[_Unit, dict[int, range]] = {}
        for unit in _units(text):
            for line in unit.lines:
                self._units.setdefault(line, []).append(unit)

    def of(self, line: int) -> Sequence[range]:
        """Return the lines that a comment on a line covers.

        They are those of the statement or header, but inside a dict or list display of several
        lines only those of the entry, unless the line is the statement's first or last.
        """
        found = []
        for unit in self._units.get(line, ()):
            if line in (unit.first, unit.last):
                found.append(unit.lines)
            else:
                if unit not in self._entries:
                    self._entries[unit] = _entries_by_line(unit)
                found.append(self._entries[unit].get(line, unit.lines))
        return found or [range(line, line + 1)]

    def statement(self, line: int) -> tuple[int, int]:
        """Return the first and last line of the statement or header that a line belongs to."""
        for unit in self._units.get(line, ()):
            return unit.first, unit.last
        return line, line


def _units(text: str) -> Iterator[_Unit]:
    tree = _parse(text)
    if tree is None:
        return
    numbered = [line.strip() for line in lines(text)]
    stack: list[ast.AST] = [tree]
    while stack:
        for node in ast.iter_child_nodes(stack.pop()):
            if isinstance(node, _PARTS):
                stack.append(node)
                unit = _unit(node, numbered)
                if unit.first < unit.last:
                    yield unit


def _parse(text: str) -> ast.Module | None:
    try:
        with warnings.catch_warnings():  # the code's own, such as invalid escapes
            warnings.simplefilter("ignore")
            return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _unit(node: Any, numbered: Sequence[str]) -> _Unit:
    header = tuple(_header(node))
    first = _first_line(node)
    body = getattr(node, "body", None) or getattr(node, "cases", None)
    if not body:
        return _Unit(first, node.end_lineno, header)
    last = max([first, *(getattr(part, "end_lineno", first) for part in header)])
    # Closing brackets and the colon have no node: the header goes on to what follows it.
    end = _first_line(body[0]) - 1
    while end > last and (not numbered[end - 1] or numbered[end - 1].startswith("#")):
        end -= 1
    return _Unit(first, max(last, end), header)


def _header(node: ast.AST) -> Iterator[ast.AST]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, _PARTS):
            continue
        if hasattr(child, "lineno"):
            yield child
        else:  # such as `arguments`, which has no place of its own
            yield from _header(child)


def _first_line(part: Any) -> int:
    if isinstance(part, ast.match_case):
        return part.pattern.lineno
    decorators = getattr(part, "decorator_list", ())
    line: int = min([part.lineno, *(decorator.lineno for decorator in decorators)])
    return line


def _entries_by_line(unit: _Unit) -> dict[int, range]:
    """Map each line inside a display of several lines to those of the innermost entry there."""
    found: dict[int, range] = {}
    stack = list(unit.nodes)
    while stack:
        node = stack.pop()
        if isinstance(node, ast.JoinedStr):
            continue  # before Python 3.12 the places of what is inside are wrong
        for entry in _entries(node):
            for line in entry:
                if line not in found or len(entry) < len(found[line]):
                    found[line] = entry
        stack.extend(ast.iter_child_nodes(node))
    return found


def _entries(node: ast.AST) -> Iterator[range]:
    places: list[tuple[int, int]]
    if isinstance(node, (ast.List, ast.Tuple, ast.Set)):
        places = [(item.lineno, item.end_lineno or item.lineno) for item in node.elts]
    elif isinstance(node, ast.Dict):
        places = [
            ((key or value).lineno, value.end_lineno or value.lineno)
            for key, value in zip(node.keys, node.values, strict=True)
        ]
    else:
        return
    end = node.end_lineno or node.lineno
    if end == node.lineno:
        return
    followers = [first for first, _ in places[1:]] + [end]
    for (first, last), follower in zip(places, followers, strict=True):
        # A closing bracket below an entry in brackets is still the entry's.
        yield range(first, max(last, follower - 1) + 1)
