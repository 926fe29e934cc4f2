"""What a class hands up to its bases: `super().method`, and what a base's `__init__` is passed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import libcst as cst

from claude_lint.python.module import Module
from claude_lint.python.scopes import Scope
from claude_lint.python.values import (
    ClassValue,
    Frame,
    FunctionValue,
    Instance,
    Origin,
    Result,
    Symbol,
    Value,
    options,
)

if TYPE_CHECKING:
    from claude_lint.python.evaluate import Evaluator


def is_super(value: Value) -> bool:
    """Tell whether a value is what `super()` gives."""
    return (
        isinstance(value, Result)
        and isinstance(value.callee, Symbol)
        and value.callee.path == "builtins.super"
    )


def inherited(
    evaluator: Evaluator, made: Result, name: str, origin: Origin, frame: Frame | None
) -> Value | None:
    """Return `super().name`, None where no base of the project has it."""
    from claude_lint.python.objects import ancestry, bound_members

    if made.origin is None:
        return None
    scope, _point = made.origin.module.place(made.origin.node)
    cls = scope.enclosing_class()
    if cls is None or cls.node is None:
        return None
    own = ClassValue(cls, origin=Origin(cls.module, cls.node))
    receiver = frame.receiver if frame is not None else None
    if not isinstance(receiver, Instance):
        receiver = Instance(own, None)
    for base in ancestry(evaluator, own)[0][1:]:
        if base.bindings(name):
            return bound_members(evaluator, receiver, base, name, origin)
    return None


def calls_of_base(
    evaluator: Evaluator, function: Scope, modules: list[Module]
) -> Iterator[tuple[Module, cst.Call]]:
    """Yield the calls `super().__init__(…)` that run a base's `__init__`."""
    for module in modules:
        for call in module.call_sites(function.name):
            if not isinstance(call.func, cst.Attribute):
                continue
            if not isinstance(call.func.value, cst.Call):
                continue
            for one in options(evaluator.value(module, call.func)):
                if isinstance(one, FunctionValue) and one.scope is function:
                    yield module, call
                    break


def initializer(evaluator: Evaluator, cls: ClassValue) -> Scope | None:
    """Return the `__init__` that making an object of a class runs."""
    from claude_lint.python.objects import ancestry

    for scope in ancestry(evaluator, cls)[0]:
        for binding in scope.bindings("__init__"):
            if binding.kind == "function":
                return scope.module.scopes[binding.node]
    return None


def base_frame(
    evaluator: Evaluator, receiver: Instance, function: Scope, derived: Frame
) -> Frame | None:
    """Return the frame of a base's `__init__` as that of the derived class calls it."""
    from claude_lint.python.objects import frame_for

    module = derived.scope.module
    for caller, call in calls_of_base(evaluator, function, [module]):
        if caller.place(call)[0].function() is derived.scope:
            return frame_for(evaluator, FunctionValue(function, receiver), caller, call, derived)
    return None
