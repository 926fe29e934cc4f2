"""What expressions come to that are written out: texts, displays, operators, comprehensions."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import libcst as cst

from claude_lint.python import builtin_calls, changes, filtering, growth
from claude_lint.python.module import Module
from claude_lint.python.syntax import number_value, string_value
from claude_lint.python.texts import text_of, text_parts
from claude_lint.python.values import (
    Constant,
    Entry,
    Environ,
    Frame,
    FunctionValue,
    Mapping,
    Origin,
    Sequence,
    Unknown,
    Value,
    options,
    union,
)

if TYPE_CHECKING:
    from claude_lint.python.evaluate import Evaluator

Form = Callable[["Evaluator", Module, Any, "Frame | None"], Value]

_ESCAPES = {"\n": "", "n": "\n", "r": "\r", "t": "\t"}
_ESCAPE = re.compile(r"\\([\n\\'\"nrt])")


def _string(evaluator: Evaluator, module: Module, node: cst.BaseString, _: Frame | None) -> Value:
    text, origin = string_value(node), Origin(module, node)
    return Constant(text, origin=origin) if text is not None else Unknown(origin=origin)


def _number(evaluator: Evaluator, module: Module, node: cst.BaseNumber, _: Frame | None) -> Value:
    known, origin = number_value(node), Origin(module, node)
    return Constant(known, origin=origin) if known is not None else Unknown(origin=origin)


def _negative(
    evaluator: Evaluator, module: Module, node: cst.UnaryOperation, frame: Frame | None
) -> Value:
    origin = Origin(module, node)
    if isinstance(node.operator, cst.Minus):
        operand = evaluator.value(module, node.expression, frame)
        if isinstance(operand, Constant) and isinstance(operand.value, (int, float)):
            return Constant(-operand.value, origin=origin)
    return Unknown(origin=origin, why="UnaryOperation")


def _awaited(evaluator: Evaluator, module: Module, node: cst.Await, frame: Frame | None) -> Value:
    return evaluator.value(module, node.expression, frame)


def _named(evaluator: Evaluator, module: Module, node: cst.NamedExpr, frame: Frame | None) -> Value:
    return evaluator.value(module, node.value, frame)


def _lambda(evaluator: Evaluator, module: Module, node: cst.Lambda, frame: Frame | None) -> Value:
    scope = module.scopes.get(node)
    if scope is None:  # in an annotation that is a string
        return Unknown(origin=Origin(module, node), why="Lambda")
    return FunctionValue(scope, None, frame, origin=Origin(module, node))


def _concatenated(
    evaluator: Evaluator, module: Module, node: cst.ConcatenatedString, frame: Frame | None
) -> Value:
    text = string_value(node)
    if text is not None:
        return Constant(text, origin=Origin(module, node))
    parts = [
        *text_parts(evaluator.value(module, node.left, frame)),
        *text_parts(evaluator.value(module, node.right, frame)),
    ]
    return text_of(parts, Origin(module, node))


def _formatted(
    evaluator: Evaluator, module: Module, node: cst.FormattedString, frame: Frame | None
) -> Value:
    parts: list[str | Value] = []
    for part in node.parts:
        if isinstance(part, cst.FormattedStringText):
            parts.append(_literal(part.value, "r" in node.prefix.lower()))
        elif isinstance(part, cst.FormattedStringExpression):
            value = evaluator.value(module, part.expression, frame)
            plain = part.conversion is None and not part.format_spec
            parts.extend(
                text_parts(value) if plain else [Unknown(origin=value.origin, why="format")]
            )
    return text_of(parts, Origin(module, node))


def _dict(evaluator: Evaluator, module: Module, node: cst.Dict, frame: Frame | None) -> Value:
    entries: list[Entry] = []
    rest: list[Value] = []
    if len(node.elements) > changes.MOST_ENTRIES:
        return Unknown(origin=Origin(module, node), why="budget")
    for element in node.elements:
        if isinstance(element, cst.StarredDictElement):
            changes.spread(evaluator.value(module, element.value, frame), entries, rest)
        elif isinstance(element, cst.DictElement):
            key = evaluator.value(module, element.key, frame)
            value = evaluator.later(module, element.value, frame)
            changes.put(entries, Entry(key, value, Origin(module, element)))
    return Mapping(tuple(entries), tuple(rest), origin=Origin(module, node))


def _display(
    evaluator: Evaluator, module: Module, node: cst.List | cst.Tuple | cst.Set, frame: Frame | None
) -> Value:
    parts: list[Value] = []
    items: list[Value] = []
    for element in node.elements:
        value = evaluator.value(module, element.value, frame)
        if isinstance(element, cst.StarredElement):
            parts += (Sequence(tuple(items)), value)
            items = []
        else:
            items.append(value)
    parts.append(Sequence(tuple(items)))
    return growth.joined(parts, Origin(module, node), type(node).__name__.lower())


def _binary(
    evaluator: Evaluator, module: Module, node: cst.BinaryOperation, frame: Frame | None
) -> Value:
    left, right = (
        evaluator.value(module, node.left, frame),
        evaluator.value(module, node.right, frame),
    )
    origin = Origin(module, node)
    if isinstance(node.operator, cst.Add):
        return changes.add(left, right, origin)
    if isinstance(node.operator, cst.Modulo):
        return builtin_calls.percent(left, right, origin)
    if isinstance(node.operator, cst.BitOr):
        entries: list[Entry] = []
        rest: list[Value] = []
        if any(isinstance(one, Mapping) for one in (*options(left), *options(right))):
            changes.spread(left, entries, rest)
            changes.spread(right, entries, rest)
            return Mapping(tuple(entries), tuple(rest), origin=origin)
    return builtin_calls.arithmetic(node.operator, left, right, origin)


def _boolean(
    evaluator: Evaluator, module: Module, node: cst.BooleanOperation, frame: Frame | None
) -> Value:
    left, right = (
        evaluator.value(module, node.left, frame),
        evaluator.value(module, node.right, frame),
    )
    if isinstance(node.operator, cst.And):
        return union([right, left]) if isinstance(left, Constant) and not left.value else right
    found: list[Value] = []
    for one in options(left):
        if isinstance(one, Constant):
            found.append(one if one.value else right)
            if one.value:
                continue
        elif isinstance(one, Environ) and one.default is None:
            found.append(replace(one, default=right))
        elif _is_filled(one):
            found.append(one)
        else:
            found.extend((one, right))
    return union(found)


def _is_filled(value: Value) -> bool:
    """Tell whether a dict or list certainly holds something."""
    if isinstance(value, Mapping):
        return any(not entry.under for entry in value.entries)
    return isinstance(value, Sequence) and any(not item.under for item in value.items)


def _literal(text: str, is_raw: bool) -> str:
    """Return what a literal piece of an f-string says."""
    if "\\" in text and not is_raw:
        text = _ESCAPE.sub(lambda match: _ESCAPES.get(match[1], match[1]), text)
    return text.replace("{{", "{").replace("}}", "}")


FORMS: dict[type[cst.CSTNode], Form] = {
    cst.SimpleString: _string,
    cst.ConcatenatedString: _concatenated,
    cst.FormattedString: _formatted,
    cst.Integer: _number,
    cst.Float: _number,
    cst.Imaginary: _number,
    cst.Dict: _dict,
    cst.List: _display,
    cst.Tuple: _display,
    cst.Set: _display,
    cst.DictComp: filtering.filtered,
    cst.ListComp: filtering.listed,
    cst.SetComp: filtering.listed,
    cst.GeneratorExp: filtering.listed,
    cst.BinaryOperation: _binary,
    cst.BooleanOperation: _boolean,
    cst.UnaryOperation: _negative,
    cst.Await: _awaited,
    cst.NamedExpr: _named,
    cst.Lambda: _lambda,
}
"""By kind of expression, how to work it out from the values of its parts."""
