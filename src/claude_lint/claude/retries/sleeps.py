"""Calls that wait: `time.sleep`, and functions of the project that call it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import libcst as cst

from claude_lint.claude.retries.conditions import Answers
from claude_lint.claude.retries.delays import GROWING, NO_DELAY, Delay, Pace, constant
from claude_lint.python.scopes import Scope
from claude_lint.python.syntax import access_path, walk
from claude_lint.python.values import Constant, FunctionValue, Symbol, Value, options

if TYPE_CHECKING:
    from claude_lint.claude.retries.aftermath import Aftermath
    from claude_lint.claude.retries.ways import Way

_SLEEPERS = frozenset(
    f"{module}.sleep"
    for module in ("time", "asyncio", "anyio", "trio", "gevent", "eventlet", "curio")
)
_WAITING_NAME = re.compile(
    r"sleep|back_?off|(?:^|_)(?:wait|pause)$|wait_(?:before|between|and)", re.IGNORECASE
)
# Calls that only convert: the number they are given is the delay.
_CONVERTERS = frozenset({"int", "float", "min", "max", "round", "abs", "timedelta", "str"})

_SLEEPING: WeakKeyDictionary[Scope, bool] = WeakKeyDictionary()


def delay_of(after: Aftermath, call: cst.Call, way: Way) -> Delay | None:
    """Return how long a call waits, None where it does not."""
    found = options(after.evaluator.value(after.module, call.func))
    if any(_is_sleeper(one) for one in found):
        return _amount(after, call.args[0].value, way) if call.args else NO_DELAY
    is_own = any(isinstance(one, FunctionValue) for one in found)
    if is_own and not any(_sleeps(one) for one in found):
        return None
    if not is_own and not _WAITING_NAME.search(_last_name(call)):
        return None
    amounts = [_amount(after, arg.value, way) for arg in call.args]
    return max(amounts, key=lambda delay: delay.pace, default=GROWING)


def _last_name(call: cst.Call) -> str:
    path = access_path(call.func)
    if path is not None:
        return path[-1]
    return call.func.attr.value if isinstance(call.func, cst.Attribute) else ""


def _sleeps(value: Value) -> bool:
    """Tell whether a function of the project waits, by the names of what it calls."""
    if not isinstance(value, FunctionValue):
        return False
    scope = value.scope
    if scope not in _SLEEPING:
        calls = [part for part in walk(scope.node or cst.Pass()) if isinstance(part, cst.Call)]
        _SLEEPING[scope] = any(_WAITING_NAME.search(_last_name(call)) for call in calls)
    return _SLEEPING[scope]


def _is_sleeper(value: Value) -> bool:
    return any(isinstance(one, Symbol) and one.path in _SLEEPERS for one in options(value))


def _amount(after: Aftermath, node: cst.BaseExpression, way: Way) -> Delay:
    if after.counts(node) or Answers(after, way).mentions_outcome(node):
        return GROWING
    value = after.evaluator.value(after.module, node)
    numbers = [one for one in options(value) if isinstance(one, Constant)]
    if len(numbers) == 1 == len(options(value)):
        return constant(value)
    for part in walk(node):
        if isinstance(part, cst.Call):
            path = access_path(part.func)
            if path is None or path[-1] not in _CONVERTERS:
                return GROWING
    return Delay(Pace.CONSTANT)
