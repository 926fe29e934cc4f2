"""Where a function of the project is called, or handed to another."""

from __future__ import annotations

import re
from collections.abc import Iterator

import libcst as cst

from claude_lint.python.classes import ancestry
from claude_lint.python.evaluate import Evaluator
from claude_lint.python.functions import callers
from claude_lint.python.inheritance import calls_of_overridden
from claude_lint.python.module import Module, word
from claude_lint.python.scopes import Scope
from claude_lint.python.signatures import parameter_names
from claude_lint.python.syntax import access_path, walk
from claude_lint.python.values import ClassValue, FunctionValue, Value, options

_MOST_USES = 16


def uses(evaluator: Evaluator, scope: Scope, name: str) -> list[tuple[Module, cst.CSTNode]]:
    """Return the calls of a function or lambda, and the places that pass it on, as expressions."""
    if not name:
        return []
    found: list[tuple[Module, cst.CSTNode]] = [
        *callers(evaluator, scope),
        *calls_of_overridden(evaluator, scope),
    ]
    for module in evaluator.project.modules_using(scope.module, name):
        for node in _references(module, name):
            if len(found) < _MOST_USES and _is(evaluator.value(module, node), scope):
                found.append((module, node))
    found.extend(_template_calls(evaluator, scope, name))
    return found[:_MOST_USES]


def _is(value: Value, scope: Scope) -> bool:
    return any(isinstance(one, FunctionValue) and one.scope is scope for one in options(value))


def _references(module: Module, name: str) -> Iterator[cst.CSTNode]:
    """Yield the arguments that are just the name, or an attribute of that name."""
    for unit in module.units_matching(re.compile(rf"{word(name)}(?<=[(,=\s.]{name})\s*[,)]")):
        unit.load()
        for part in walk(unit.root) if unit.root is not None else ():
            if isinstance(part, cst.Arg):
                path = access_path(part.value)
                if path is not None and path[-1] == name:
                    yield part.value


def _template_calls(
    evaluator: Evaluator, scope: Scope, name: str
) -> Iterator[tuple[Module, cst.CSTNode]]:
    """Yield the calls `self.name(…)` in the classes that a method's own class derives from."""
    if scope.parent is None or scope.parent.kind != "class":
        return
    for base in ancestry(evaluator, ClassValue(scope.parent))[0][1:]:
        for call in base.module.call_sites(name):
            around, _point = base.module.place(call)
            if around.enclosing_class() is base and isinstance(call.func, cst.Attribute):
                yield base.module, call


def receiving_parameter(callee: Value, call: cst.Call, arg: cst.Arg) -> str | None:
    """Return the parameter of a project function that an argument of a call goes to."""
    if not isinstance(callee, FunctionValue):
        return None
    if arg.keyword is not None:
        return arg.keyword.value
    names = parameter_names(callee.scope)
    if callee.receiver is not None:
        names = names[1:]
    position = [one for one in call.args if one.keyword is None].index(arg)
    return names[position] if position < len(names) else None


def parameter_uses(scope: Scope, name: str) -> Iterator[cst.CSTNode]:
    """Yield the expressions in a function that call a parameter, or hand it on."""
    if scope.node is None or not name:
        return
    for part in walk(scope.node):
        if isinstance(part, cst.Call):
            if isinstance(part.func, cst.Name) and part.func.value == name:
                yield part
            for arg in part.args:
                if isinstance(arg.value, cst.Name) and arg.value.value == name:
                    yield arg.value
