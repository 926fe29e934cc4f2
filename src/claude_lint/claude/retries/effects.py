"""What evaluating an expression does to a way: it raises, waits, starts over, or leaves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import libcst as cst

from claude_lint.claude.retries.conditions import Answers
from claude_lint.claude.retries.failures import UNREADABLE
from claude_lint.claude.retries.sleeps import delay_of
from claude_lint.claude.retries.ways import Way, contains, each
from claude_lint.python.syntax import access_path, string_value, walk
from claude_lint.python.values import FunctionValue, Unknown, options

if TYPE_CHECKING:
    from claude_lint.claude.retries.aftermath import Aftermath

_EXITS = frozenset({("sys", "exit"), ("exit",), ("quit",), ("os", "_exit")})
_ANSWER_KEYS = frozenset({"content", "completion", "choices"})


def effects(after: Aftermath, node: cst.CSTNode, way: Way) -> list[Way]:
    """Follow the calls in a statement or expression, the request itself left out."""
    ways = [way]
    for step in after.steps(node):
        if step in after.before:
            continue
        if isinstance(step, cst.Call):
            ways = each(ways, partial(_called, after, step))
        else:
            ways = each(ways, partial(_subscripted, after, step))
    return ways


def _called(after: Aftermath, call: cst.Call, way: Way) -> list[Way]:
    name = call.func.attr.value if isinstance(call.func, cst.Attribute) else ""
    if name == "raise_for_status":
        if after.failure is not None and _has_bad_answer(after, way):
            return [replace(way, end="raise", error=after.library.error(after.failure))]
        return [way]
    if access_path(call.func) in _EXITS:
        return [replace(way, end="return")]
    if _starts_over(after, call, way):
        return [replace(way, end="again", again=call)]
    delay = delay_of(after, call, way)
    if delay is not None:
        way = replace(way, delays=(*way.delays, delay))
    if after.failure is not None and (
        Answers(after, way).mentions_outcome(call) or _is_handed_answer(after, call)
    ):
        return _judged_by_function(after, call, way)
    return [way]


def _is_handed_answer(after: Aftermath, call: cst.Call) -> bool:
    """Tell whether a call stands around the request: `checked(requests.post(…))`."""
    return any(
        contains(arg, after.sent) and not any(isinstance(part, cst.Lambda) for part in walk(arg))
        for arg in call.args
    )


def _has_bad_answer(after: Aftermath, way: Way) -> bool:
    return after.failure is not None and after.failure.status is not None and way.error is None


def _starts_over(after: Aftermath, call: cst.Call, way: Way) -> bool:
    """Tell whether a call is the function itself, or the same request once more."""
    if isinstance(after.boundary, cst.FunctionDef):
        path = access_path(call.func)
        if path is not None and path[-1] == after.boundary.name.value:
            return len(path) == 1 or path[0] in ("self", "cls")
    knows_of_failure = after.failure is not None and (way.error is not None or way.is_seen)
    return knows_of_failure and after.sent.deep_equals(call)


def _judged_by_function(after: Aftermath, call: cst.Call, way: Way) -> list[Way]:
    """A function of the project that is handed the outcome may raise for it."""
    for one in options(after.evaluator.value(after.module, call.func)):
        if isinstance(one, FunctionValue) and isinstance(one.scope.node, cst.FunctionDef):
            raised = replace(way, end="raise", error=Unknown(why="raise"))
            if _has_bad_answer(after, way) and _refuses(one.scope.node.body.body):
                return [raised]
            if any(isinstance(part, cst.Raise) for part in walk(one.scope.node.body)):
                return [replace(way, is_judged=True), replace(raised, is_judged=True)]
    return [way]


def _refuses(body: Sequence[cst.CSTNode]) -> bool:
    """Tell whether statements raise for every bad answer, whatever else is the case."""
    for statement in body:
        if isinstance(statement, cst.SimpleStatementLine):
            if any(map(_asks_for_status, statement.body)):
                return True
        elif isinstance(statement, cst.Try) and _refuses(statement.body.body):
            return all(_ends_in_raise(handler.body) for handler in statement.handlers)
    return False


def _asks_for_status(statement: cst.CSTNode) -> bool:
    return (
        isinstance(statement, cst.Expr)
        and isinstance(statement.value, cst.Call)
        and isinstance(statement.value.func, cst.Attribute)
        and statement.value.func.attr.value == "raise_for_status"
    )


def _ends_in_raise(block: cst.BaseSuite) -> bool:
    last = block.body[-1] if block.body else None
    if isinstance(last, cst.SimpleStatementLine):
        last = last.body[-1]
    return isinstance(last, cst.Raise)


def _subscripted(after: Aftermath, node: cst.Subscript, way: Way) -> list[Way]:
    """`answer.json()["content"]` of an error raises KeyError."""
    if not _has_bad_answer(after, way) or len(node.slice) != 1:
        return [way]
    index = node.slice[0].slice
    key = string_value(index.value) if isinstance(index, cst.Index) else None
    if key in _ANSWER_KEYS and (
        contains(node.value, after.sent) or Answers(after, way).mentions_outcome(node.value)
    ):
        return [replace(way, end="raise", error=UNREADABLE)]
    return [way]
