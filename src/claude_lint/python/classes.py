"""Classes of the project: their bases, and where objects of them are made."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import libcst as cst

from claude_lint.python.flow import NO_ARMS, Arm, Arms
from claude_lint.python.module import Module
from claude_lint.python.scopes import Scope
from claude_lint.python.values import (
    ClassValue,
    Symbol,
    Value,
    options,
)

if TYPE_CHECKING:
    from claude_lint.python.evaluate import Evaluator

MOST_CALLERS = 12


def alternatives(
    evaluator: Evaluator, calls: Sequence[tuple[Module, cst.Call]], scope: Scope
) -> list[tuple[tuple[Module, cst.Call], Arms]]:
    """Return calls that make an object, or run a function, each with what sets it apart.

    What two of them pass is never found in one object.
    """
    if len(calls) < 2:
        return [(call, NO_ARMS) for call in calls]
    choice = evaluator.branch(("called by", scope), len(calls))
    return [(call, frozenset({Arm(choice, number)})) for number, call in enumerate(calls)]


def bases(evaluator: Evaluator, scope: Scope) -> list[Value]:
    """Return the values of a class's bases."""
    if not isinstance(scope.node, cst.ClassDef):
        return []
    return [
        one for arg in scope.node.bases for one in options(evaluator.value(scope.module, arg.value))
    ]


def ancestry(evaluator: Evaluator, cls: ClassValue) -> tuple[list[Scope], list[Value]]:
    """Return a class's own and inherited project classes, nearest first, and its foreign bases."""
    seen: list[Scope] = []
    foreign: list[Value] = []
    queue = [cls.scope]
    while queue and len(seen) < 20:
        scope = queue.pop(0)
        if scope in seen:
            continue
        seen.append(scope)
        for base in bases(evaluator, scope):
            if isinstance(base, ClassValue):
                queue.append(base.scope)
            elif not (
                isinstance(base, Symbol)
                and base.path in ("builtins.object", "abc.ABC", "typing.Generic")
            ):
                foreign.append(base)
    return seen, foreign


def is_of_settings(foreign: Sequence[Value]) -> bool:
    """Tell whether a class with these foreign bases fills its fields from the environment."""
    return any(isinstance(one, Symbol) and one.path.endswith("BaseSettings") for one in foreign)


def constructions(evaluator: Evaluator, scope: Scope) -> tuple[tuple[Module, cst.Call], ...]:
    """Return the project's calls that make an object of a class."""
    if not evaluator.is_searching:
        return ()
    known = evaluator._callers.get(scope)
    if known is not None:
        return known
    evaluator._callers[scope] = ()
    found: list[tuple[Module, cst.Call]] = []
    for module in evaluator.project.modules_using(scope.module, scope.name):
        for call in makers(module, scope)[:MOST_CALLERS]:
            callee = options(evaluator.value(module, call.func))
            if any(isinstance(one, ClassValue) and one.scope is scope for one in callee):
                found.append((module, call))
    evaluator._callers[scope] = tuple(found[:MOST_CALLERS])
    return evaluator._callers[scope]


def makers(module: Module, scope: Scope) -> list[cst.Call]:
    """Return the calls that may make an object of a class; its own methods may call it `cls`."""
    found = module.call_sites(scope.name)
    return [*found, *module.call_sites("cls")] if module is scope.module else found
