"""What annotations say of values that nothing else tells."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import libcst as cst

from claude_lint.python.flow import END
from claude_lint.python.module import Module, parse_expression
from claude_lint.python.syntax import access_path, string_value
from claude_lint.python.values import (
    ClassValue,
    Origin,
    Symbol,
    Typed,
    Unknown,
    Value,
    options,
    union,
)

if TYPE_CHECKING:
    from claude_lint.python.evaluate import Evaluator

_WRAPPING_TYPES = frozenset(
    {"Optional", "Annotated", "Final", "ClassVar", "Union", "Awaitable", "Type", "type"}
)


def annotated(
    evaluator: Evaluator, module: Module, node: cst.BaseExpression, name: str | None
) -> Value:
    """Return what an annotation says of a value: `Typed`, or unknown."""
    for one in _annotation_types(node):
        if isinstance(one, cst.SimpleString):
            text = string_value(one)
            parsed = parse_expression(text) if isinstance(text, str) else None
            if parsed is None:
                continue
            one = parsed
            inner = next(iter(_annotation_types(one)), one)
            path = access_path(inner)
            if path is None:
                continue
            scope, _point = module.place(node)
            value = evaluator.lookup(scope, path[0], END, None, Origin(module, node))
            for attr in path[1:]:
                value = union(
                    [evaluator.attribute(o, attr, Origin(module, node)) for o in options(value)]
                )
        else:
            value = evaluator.value(module, one)
        for option in options(value):
            if isinstance(option, ClassValue) or (
                isinstance(option, Symbol) and not option.path.startswith("builtins.")
            ):
                return Typed(option, origin=Origin(module, node))
    return Unknown(
        origin=Origin(module, node), why="parameter" if name else "annotation", name=name or ""
    )


def _annotation_types(node: cst.BaseExpression) -> Iterator[cst.BaseExpression]:
    """Look through `Optional[X]`, `X | None`, `Annotated[X, …]`."""
    if isinstance(node, cst.BinaryOperation) and isinstance(node.operator, cst.BitOr):
        yield from _annotation_types(node.left)
        yield from _annotation_types(node.right)
    elif isinstance(node, cst.Subscript):
        path = access_path(node.value)
        if path and path[-1] in _WRAPPING_TYPES:
            for element in node.slice:
                if isinstance(element.slice, cst.Index):
                    yield from _annotation_types(element.slice.value)
    elif isinstance(node, (cst.Name, cst.Attribute, cst.SimpleString)) and access_path(node) != (
        "None",
    ):
        yield node
