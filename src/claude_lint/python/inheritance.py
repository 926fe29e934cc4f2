"""What a class hands up to its bases: `super().method`, and what a base's `__init__` is passed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING

import libcst as cst

from claude_lint.python.flow import Point
from claude_lint.python.module import Module
from claude_lint.python.scopes import Scope
from claude_lint.python.syntax import walk
from claude_lint.python.values import (
    Arguments,
    ClassValue,
    Frame,
    FunctionValue,
    Instance,
    Mapping,
    Origin,
    Result,
    Symbol,
    Unknown,
    Value,
    options,
)

if TYPE_CHECKING:
    from claude_lint.python.evaluate import Evaluator


_MOST_HEIRS = 8
_MOST_CALLS = 12


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
    from claude_lint.python.classes import ancestry
    from claude_lint.python.objects import bound_members

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


def calls_of_overridden(
    evaluator: Evaluator, function: Scope
) -> tuple[tuple[Module, cst.Call], ...]:
    """Return the calls that may run a method on an object that is known by a base class.

    `provider.chat(…)` runs that of whatever class derives from the one that is named.
    """
    if not evaluator.is_searching:
        return ()
    known = evaluator.overridden.get(function)
    if known is not None:
        return known
    evaluator.overridden[function] = ()
    if function.parent is not None and function.parent.kind == "class":
        if not function.name.startswith("__"):
            with evaluator.apart():
                found = islice(_calls_of_overridden(evaluator, function), _MOST_CALLS)
                evaluator.overridden[function] = tuple(found)
    return evaluator.overridden[function]


def _calls_of_overridden(
    evaluator: Evaluator, function: Scope
) -> Iterator[tuple[Module, cst.Call]]:
    from claude_lint.python.classes import ancestry
    from claude_lint.python.functions import callers

    assert function.parent is not None
    own = {call for _module, call in callers(evaluator, function)}
    for base in ancestry(evaluator, ClassValue(function.parent))[0][1:]:
        if not any(one.kind == "function" for one in base.bindings(function.name)):
            continue
        for module in evaluator.project.modules_using(base.module, function.name):
            for call in module.call_sites(function.name):
                if call not in own and _may_run(evaluator, module, call, function, base):
                    yield module, call


def _may_run(
    evaluator: Evaluator, module: Module, call: cst.Call, function: Scope, base: Scope
) -> bool:
    """Tell whether a call may run a method on an object of a class below its base."""
    from claude_lint.python.classes import ancestry

    found = options(evaluator.value(module, call.func))
    methods = [one.scope for one in found if isinstance(one, FunctionValue)]
    if any(one is function or one.parent is base for one in methods):
        return True
    return len(methods) < len(found) and any(
        one.parent is not None and base in ancestry(evaluator, ClassValue(one.parent))[0]
        for one in methods
    )


def calls_of_base(
    evaluator: Evaluator, function: Scope, modules: Iterable[Module]
) -> Iterator[tuple[Module, cst.Call]]:
    """Yield the calls `super().__init__(…)` and `Base.__init__(self, …)` that run a base's."""
    for module in modules:
        for call in module.call_sites(function.name):
            if not _is_of_base(module, call):
                continue
            for one in options(evaluator.value(module, call.func)):
                if isinstance(one, FunctionValue) and one.scope is function:
                    yield module, call
                    break


def initializer(evaluator: Evaluator, cls: ClassValue) -> Scope | None:
    """Return the `__init__` that making an object of a class runs."""
    from claude_lint.python.classes import ancestry

    for scope in ancestry(evaluator, cls)[0]:
        for binding in scope.bindings("__init__"):
            if binding.kind == "function":
                return scope.module.scopes[binding.node]
    return None


def base_frame(
    evaluator: Evaluator, receiver: Instance, function: Scope, run: Scope, frame: Frame | None
) -> Frame | None:
    """Return the frame of a base's `__init__` as the one that is run calls it, in its own frame."""
    from claude_lint.python.functions import frame_for

    module = run.module
    for call in module.call_sites(run.name):
        if module.place(call)[0].function() is not run or not _is_of_base(module, call):
            continue
        for one in options(evaluator.value(module, call.func)):
            if not isinstance(one, FunctionValue) or one.scope is run:
                continue
            if one.receiver is not None:
                one = replace(one, receiver=receiver)
            up = frame_for(evaluator, one, module, call, frame)
            if up is not None and one.receiver is None:  # called through the class, with `self`
                up = replace(up, receiver=receiver)
            if one.scope is not function:
                up = base_frame(evaluator, receiver, function, one.scope, up)
            if up is not None:
                return up
    return None


def is_overridden(scopes: Sequence[Scope], base: Scope, inner: Scope) -> bool:
    """Tell whether a method of a base never runs on an object of the first of `scopes`.

    `scopes` are a class and its bases, nearest first; `inner` is the method or stands in it.
    """
    method = inner
    while method.parent is not base:
        if method.parent is None:
            return False
        method = method.parent
    for heir in scopes[: scopes.index(base)]:
        for binding in heir.bindings(method.name):
            if binding.kind == "function" and not _hands_up(binding.node, method.name):
                return True
    return False


def is_after_base(scope: Scope, point: Point) -> bool:
    """Tell whether a point of an `__init__` comes after the bases' are called, if they are."""
    module = scope.module
    calls = [call for call in module.call_sites("__init__") if _is_of_base(module, call)]
    places = [module.place(call) for call in calls]
    return scope.name == "__init__" and all(
        called.order < point.order for around, called in places if around is scope
    )


def _hands_up(function: cst.CSTNode, name: str) -> bool:
    """Tell whether a method calls `super()`, or the method of that name of some class."""
    return any(
        isinstance(part, cst.Call)
        and (
            (isinstance(part.func, cst.Name) and part.func.value == "super")
            or (isinstance(part.func, cst.Attribute) and part.func.attr.value == name)
        )
        for part in walk(function)
    )


def _is_of_base(module: Module, call: cst.Call) -> bool:
    """Tell whether a call is `super().method(…)` or `Base.method(self, …)` by its looks."""
    return isinstance(call.func, cst.Attribute) and (
        isinstance(call.func.value, cst.Call) or hands_self(module, call)
    )


def hands_self(module: Module, call: cst.Call) -> bool:
    """Tell whether the first argument of a call is the `self` of the method it stands in."""
    if not call.args or call.args[0].star or call.args[0].keyword is not None:
        return False
    first = call.args[0].value
    return isinstance(first, cst.Name) and module.place(call)[0].receiver() == first.value


# ---------------------------------------------------------------------- heirs


def heirs(evaluator: Evaluator, cls: Scope) -> tuple[Scope, ...]:
    """Return the project's classes that inherit from a class, directly or through another."""
    known = evaluator.heirs.get(cls)
    if known is not None:
        return known
    evaluator.heirs[cls] = ()
    found: list[Scope] = []
    naming = re.compile(rf"class\s+\w+\s*\([^)]{{0,500}}\b{cls.name}\b")
    for module in evaluator.project.modules_using(cls.module, cls.name):
        if not naming.search(module.lines):
            continue
        module.load_matching(naming)
        for scope in module.scope.inner:
            if scope.kind == "class" and scope is not cls and _inherits(evaluator, scope, cls):
                found.extend((scope, *heirs(evaluator, scope)))
    evaluator.heirs[cls] = tuple(dict.fromkeys(found))[:_MOST_HEIRS]
    return evaluator.heirs[cls]


def _inherits(evaluator: Evaluator, scope: Scope, cls: Scope) -> bool:
    from claude_lint.python.classes import bases

    return any(isinstance(b, ClassValue) and b.scope is cls for b in bases(evaluator, scope))


def frames_of_heirs(
    evaluator: Evaluator, function: Scope, known: Sequence[tuple[Module, cst.Call]]
) -> Iterator[Frame]:
    """Yield the frames in which objects of derived classes run a method of their base.

    `known` are the calls of the method; those from methods of the same class run on the same
    object, the others say themselves on which.
    """
    from claude_lint.python.functions import frame_for
    from claude_lint.python.signatures import is_method

    cls = function.parent
    if cls is None or not is_method(function):
        return
    for heir in heirs(evaluator, cls):
        if heir.node is None or heir.bindings(function.name):
            continue
        receiver = Instance(ClassValue(heir, origin=Origin(heir.module, heir.node)), None)
        own = [(m, call) for m, call in known if m.place(call)[0].enclosing_class() is cls]
        for module, call in own:
            outer = module.place(call)[0].function()
            if outer is None or outer is function:
                continue
            around = open_frame(evaluator, outer, receiver)
            made = frame_for(evaluator, FunctionValue(function, receiver), module, call, around)
            if made is not None:
                yield made
        if not known:
            yield open_frame(evaluator, function, receiver)


def open_frame(evaluator: Evaluator, function: Scope, receiver: Instance) -> Frame:
    """Return a frame that knows nothing but the object a method runs on."""
    assert function.node is not None
    arguments = Arguments((receiver,), Mapping(rest=(Unknown(why="parameter"),)), starred=True)
    key = (function, receiver.cls.scope)
    if key not in evaluator.open_frames:  # values are kept by the frame they were worked out in
        made = Frame(function, arguments, receiver, Origin(function.module, function.node))
        evaluator.open_frames[key] = made
    return evaluator.open_frames[key]
