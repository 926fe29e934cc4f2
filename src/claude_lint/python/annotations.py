"""What annotations say of values that nothing else tells."""

from __future__ import annotations

import functools
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

_NO_TYPES = frozenset({"typing.Any", "typing_extensions.Any"})


def annotated(
    evaluator: Evaluator, module: Module, node: cst.BaseExpression, name: str | None
) -> Value:
    """Return what an annotation says of a value: `Typed`, or unknown."""
    unknown = Unknown(
        origin=Origin(module, node), why="parameter" if name else "annotation", name=name or ""
    )
    for one in _annotation_types(node):
        if isinstance(one, cst.SimpleString):
            quoted = functools.partial(_quoted, evaluator, module, node, one)
            value = evaluator.once((one, 0, True), quoted, unknown)
        else:
            value = evaluator.value(module, one)
        for option in options(value):
            if isinstance(option, ClassValue) or (
                isinstance(option, Symbol)
                and not option.path.startswith("builtins.")
                and option.path not in _NO_TYPES
            ):
                return Typed(option, origin=Origin(module, node))
    return unknown


def _quoted(
    evaluator: Evaluator, module: Module, node: cst.BaseExpression, text: cst.SimpleString
) -> Value:
    """Return what is named by a string in an annotation; that may be what is annotated."""
    origin = Origin(module, node)
    code = string_value(text)
    parsed = parse_expression(code) if isinstance(code, str) else None
    path = access_path(next(iter(_annotation_types(parsed)), parsed)) if parsed else None
    if path is None:
        return Unknown(origin=origin, why="annotation")
    scope, _point = module.place(node)
    value = evaluator.lookup(scope, path[0], END, None, origin)
    for attr in path[1:]:
        value = union([evaluator.attribute(one, attr, origin) for one in options(value)])
    return value


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
