"""What may become of an object that is handed to a call."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

import libcst as cst

from claude_lint.python.signatures import parameter_names
from claude_lint.python.syntax import place_path
from claude_lint.python.values import ClassValue, FunctionValue, Symbol, Value

if TYPE_CHECKING:
    from claude_lint.python.evaluate import Evaluator

_READING_METHODS = frozenset({
    "debug", "info", "warning", "error", "exception", "critical", "log", "dumps", "dump", "write",
    "format", "print", "append", "extend", "insert", "update", "items", "get", "put", "copy",
    "put_nowait", "publish", "emit", "to_thread", "run_in_executor", "gather", "submit",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Readers:
    """What the domain knows to read what it is handed, and to change nothing of it.

    `modules` are top-level packages, `methods` the names of methods of objects nobody knows.
    """

    modules: frozenset[str] = frozenset()
    methods: frozenset[str] = frozenset()


NO_READERS = Readers()


def parameter_for(function: FunctionValue, call: cst.Call, path: tuple[str, ...]) -> str | None:
    """Return the parameter that receives the object at `path` in a call."""
    names = parameter_names(function.scope)
    if function.receiver is not None:
        names = names[1:]
    for number, arg in enumerate(call.args):
        if place_path(arg.value) == path:
            if arg.keyword is not None:
                return arg.keyword.value
            return names[number] if number < len(names) else None
    return None


def may_change(evaluator: Evaluator, callee: Value, call: cst.Call) -> bool:
    """Tell whether a function that is not the project's may change what it is handed."""
    if isinstance(callee, Symbol):
        top = callee.path.split(".")[0]
        if top == "builtins":
            return "." in callee.path.removeprefix("builtins.") or callee.path == "builtins.setattr"
        return top not in evaluator.readers.modules and top not in sys.stdlib_module_names
    name = call.func.attr.value if isinstance(call.func, cst.Attribute) else ""
    if name in _READING_METHODS or name in evaluator.readers.methods:
        return False
    return not isinstance(callee, ClassValue)
