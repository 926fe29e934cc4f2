"""Walking LibCST trees over what has meaning: no whitespace, commas or parentheses."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator
from functools import cache

import libcst as cst

# Fields that carry layout only. Everything else is descended into.
_LAYOUT = frozenset({
    "comma", "lpar", "rpar", "lbracket", "rbracket", "lbrace", "rbrace", "semicolon", "equal",
    "colon", "dot", "header", "footer", "leading_lines", "lines_after_decorators", "indent",
    "first_colon", "second_colon", "separator", "trailing_comma", "posonly_ind",
    "trailing_whitespace", "leading_whitespace", "start", "end", "relative",
})  # fmt: skip

_MOST_DIGITS = 30


@cache
def semantic_fields(node_type: type[cst.CSTNode]) -> tuple[str, ...]:
    """Name the fields of a node class that can hold nodes with meaning."""
    return tuple(
        field.name
        for field in dataclasses.fields(node_type)
        if field.name not in _LAYOUT and "whitespace" not in field.name
    )


def children(node: cst.CSTNode) -> list[cst.CSTNode]:
    """Return the direct children that have meaning, in source order."""
    found: list[cst.CSTNode] = []
    for name in semantic_fields(type(node)):
        value = getattr(node, name)
        if isinstance(value, (tuple, list)):
            found.extend([item for item in value if _IS_NODE[type(item)]])
        elif _IS_NODE[type(value)]:
            found.append(value)
    return found


class _IsNode(dict[type, bool]):
    """Whether a class is one of nodes; `isinstance` takes long where that class is abstract."""

    def __missing__(self, kind: type) -> bool:
        self[kind] = issubclass(kind, cst.CSTNode)
        return self[kind]


_IS_NODE = _IsNode()


def walk(root: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """Yield `root` and all nodes below it, parents first, without recursion."""
    stack = [root]
    while stack:
        node = stack.pop()
        yield node
        stack.extend(reversed(children(node)))


def access_path(node: cst.CSTNode) -> tuple[str, ...] | None:
    """Return `("self", "session")` for `self.session`, None for what is no chain of names."""
    names: list[str] = []
    while isinstance(node, cst.Attribute):
        names.append(node.attr.value)
        node = node.value
    if not isinstance(node, cst.Name):
        return None
    names.append(node.value)
    return tuple(reversed(names))


def assigned_name(node: cst.Assign | cst.AnnAssign) -> str:
    """Return the last name of what an assignment sets first, `""` where that has none."""
    target = node.target if isinstance(node, cst.AnnAssign) else node.targets[0].target
    path = access_path(target)
    return path[-1] if path else ""


def place_path(node: cst.CSTNode) -> tuple[str, ...] | None:
    """Return the path of a name, attribute or item: `("d", "[key]", "append")`, `("l", "[-1]")`.

    An item that is not named by a literal is `"[]"`. None for anything else.
    """
    names: list[str] = []
    while isinstance(node, (cst.Attribute, cst.Subscript)):
        names.append(node.attr.value if isinstance(node, cst.Attribute) else f"[{_key(node)}]")
        node = node.value
    if not isinstance(node, cst.Name):
        return None
    names.append(node.value)
    return tuple(reversed(names))


def _key(node: cst.Subscript) -> str:
    index = node.slice[0].slice if len(node.slice) == 1 else None
    key = index.value if isinstance(index, cst.Index) else None
    if isinstance(key, cst.SimpleString):
        return str(string_value(key) or "")
    sign = ""
    if isinstance(key, cst.UnaryOperation) and isinstance(key.operator, cst.Minus):
        sign, key = "-", key.expression
    return sign + key.value if isinstance(key, cst.Integer) else ""


def string_value(node: cst.CSTNode) -> str | bytes | None:
    """Return what a plain or concatenated string literal evaluates to, None for f-strings."""
    if isinstance(node, (cst.SimpleString, cst.ConcatenatedString)):
        try:
            return node.evaluated_value
        except (ValueError, SyntaxError):  # a bad escape that only newer Pythons refuse
            return None
    return None


def number_value(node: cst.CSTNode) -> int | float | None:
    """Return the number a literal is; None for any that is none to reckon with.

    An integer of thousands of digits takes Python time with the square of them, or is refused.
    """
    if isinstance(node, cst.Integer):
        return node.evaluated_value if len(node.value) <= _MOST_DIGITS else None
    if isinstance(node, cst.Float):
        return node.evaluated_value if math.isfinite(node.evaluated_value) else None
    return None


def assigned_names(target: cst.BaseExpression) -> Iterator[tuple[cst.Name, tuple[int, ...]]]:
    """Yield each name a target binds and its place in nested tuples (`-1` behind a star)."""
    stack: list[tuple[cst.BaseExpression, tuple[int, ...]]] = [(target, ())]
    while stack:
        node, path = stack.pop()
        if isinstance(node, cst.Name):
            yield node, path
        elif isinstance(node, (cst.Tuple, cst.List)):
            starred = False
            for number, element in enumerate(node.elements):
                if isinstance(element, cst.StarredElement):
                    starred = True
                stack.append((element.value, (*path, -1 if starred else number)))
