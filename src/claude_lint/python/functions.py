"""Functions of the project: what their parameters are passed, and what they return."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING

import libcst as cst

from claude_lint.python import command_line
from claude_lint.python.branches import in_frame, seen_from
from claude_lint.python.flow import END, NO_ARMS, Arm, Arms, conditions, deciding
from claude_lint.python.inheritance import calls_of_base, calls_of_overridden, hands_self
from claude_lint.python.module import Module, word
from claude_lint.python.scopes import Binding, Scope
from claude_lint.python.values import (
    Arguments,
    ClassValue,
    Constant,
    Frame,
    FunctionValue,
    Instance,
    Mapping,
    Origin,
    Result,
    Sequence,
    Symbol,
    Typed,
    Unknown,
    Value,
    conditioned,
    is_known,
    options,
    union,
)

if TYPE_CHECKING:
    from claude_lint.python.evaluate import Evaluator
from claude_lint.python.annotations import annotated
from claude_lint.python.classes import MOST_CALLERS, alternatives, bases, makers
from claude_lint.python.signatures import (
    accepts,
    decorator_names,
    is_method,
    is_registered,
    keyword_only,
    parameter_names,
)

MAX_DEPTH = 6  # calls inside calls
_INJECTING = frozenset({"fastapi.Depends", "fastapi.params.Depends"})
_SETTING = re.compile(r"[ \t]*(\w+)[ \t]*=(?!=)")
_MOST_NAMES = 4
_MOST_ASKED = 24
_MOST_MISSES = 40  # calls that only have the name; after so many it says nothing


def defined_function(evaluator: Evaluator, binding: Binding, frame: Frame | None) -> Value:
    """Return a function by its definition, what it is called for where it is a property."""
    scope = binding.scope.module.scopes[binding.node]
    return FunctionValue(scope, None, frame, origin=Origin(binding.scope.module, binding.node))


def parameter(evaluator: Evaluator, binding: Binding, frame: Frame | None) -> Value:
    """Return what a parameter can be: from the frame, or its default and the project's calls."""
    scope, name = binding.scope, binding.name
    module = scope.module
    param = binding.node
    assert isinstance(param, cst.Param)
    names = parameter_names(scope)
    if is_method(scope) and names and names[0] == name:
        return _receiver(evaluator, scope, frame)
    if frame is not None and frame.scope is scope:
        stated = partial(_default, evaluator, module, param)
        passed = _passed(binding, param, frame.arguments, names, stated)
        return _as_annotated(evaluator, binding, passed)
    if (scope, name) in evaluator._parameters or len(evaluator._parameters) >= evaluator.hands:
        evaluator.cut_short()
        return Unknown(why="parameter", name=name)
    evaluator._parameters.add((scope, name))
    try:
        values: list[Value] = []
        default = _default(evaluator, module, param)
        known = callers(evaluator, scope)
        is_open = not 0 < len(known) < MOST_CALLERS or has_other_callers(evaluator, scope)
        is_left_out = False
        for (caller_module, call), under in _apart(evaluator, scope, known):
            arguments = _call_arguments(evaluator, scope, caller_module, call)
            value = _passed(binding, param, arguments, names, lambda: default)
            is_left_out = is_left_out or value is default
            value = conditioned(_possible_at(evaluator, value, caller_module, call), under)
            is_open = is_open or any(isinstance(one, Unknown) for one in options(value))
            values.append(value)
        if default is not None and (is_open or not is_left_out):
            values.insert(0, default)
        if is_open:
            values += _from_anywhere(evaluator, binding, param)
    finally:
        evaluator._parameters.discard((scope, name))
    return union(values)


def _from_anywhere(evaluator: Evaluator, binding: Binding, param: cst.Param) -> list[Value]:
    """Return what a parameter is in calls that nobody sees."""
    module = binding.scope.module
    unknown = Unknown(origin=Origin(module, param), why="parameter", name=binding.name)
    if param.star == "**":
        return [Mapping((), (unknown,), origin=unknown.origin)]
    hint = (
        annotated(evaluator, module, binding.annotation, binding.name)
        if binding.annotation is not None
        else None
    )
    chosen = command_line.option(evaluator, binding)
    found = [chosen] if chosen is not None else []
    return [*found, hint if isinstance(hint, Typed) else unknown]


def has_other_callers(evaluator: Evaluator, scope: Scope) -> bool:
    """Tell whether a function has callers besides those that are known one by one."""
    return (
        scope in evaluator.crowded
        or is_registered(scope)
        or bool(calls_of_overridden(evaluator, scope))
    )


def _apart(
    evaluator: Evaluator, scope: Scope, known: tuple[tuple[Module, cst.Call], ...]
) -> list[tuple[tuple[Module, cst.Call], Arms]]:
    """Return calls each with what sets it apart: what two of them pass never meets.

    A function's calls of itself hand on what others passed.
    """
    apart = alternatives(evaluator, known, scope)
    return [
        (call, NO_ARMS if call[0].place(call[1])[0].function() is scope else under)
        for call, under in apart
    ]


def _possible_at(evaluator: Evaluator, value: Value, module: Module, call: cst.Call) -> Value:
    """Leave of what a call passes what can be where it stands."""
    from claude_lint.python.decisions import is_possible

    arms = deciding(module.place(call)[1])
    found = options(value)
    if not any(arm.premises for arm in arms) or not any(one.under for one in found):
        return value
    if len(found) > _MOST_ASKED:
        return value
    kept = [one for one in found if not one.under or is_possible(evaluator, one.under | arms)]
    return union(kept) if 0 < len(kept) < len(found) else value


def _as_annotated(evaluator: Evaluator, binding: Binding, passed: Value) -> Value:
    """Return what a call passes, by the annotation of the parameter where nothing else tells."""
    if binding.annotation is None or is_known(passed):
        return passed
    hint = annotated(evaluator, binding.scope.module, binding.annotation, binding.name)
    if not isinstance(hint, Typed):
        return passed
    return union(
        conditioned(hint, one.under) if isinstance(one, Unknown) else one for one in options(passed)
    )


def _default(evaluator: Evaluator, module: Module, param: cst.Param) -> Value | None:
    """Return the default of a parameter, None where it has none."""
    if param.default is None:
        return None
    value = command_line.stated_default(evaluator.value(module, param.default, None))
    made_by = value.callee if isinstance(value, Result) else None
    if isinstance(value, Result) and isinstance(made_by, Symbol) and made_by.path in _INJECTING:
        found = [
            returned(evaluator, one, None, value.origin or Origin(module, param))
            for one in options(value.arguments.get("dependency", 0))
            if isinstance(one, FunctionValue)
        ]
        return union(found) if found else value
    return value


def _passed(
    binding: Binding,
    param: cst.Param,
    arguments: Arguments,
    names: list[str],
    stated: Callable[[], Value | None],
) -> Value:
    """Return what a call passes for a parameter, its `stated` default where it passes none."""
    name, module = binding.name, binding.scope.module
    if param.star == "**":
        taken = {*names, *keyword_only(binding.scope)}
        return replace(
            arguments.keywords,
            entries=tuple(e for e in arguments.keywords.entries if e.name not in taken),
        )
    if param.star == "*":
        rest = (Unknown(why="arguments"),) if arguments.starred else ()
        return Sequence(arguments.positional[len(names) :], rest, "tuple")
    position = names.index(name) if name in names else None
    value = arguments.get(name, position)
    if value is not None:
        return value
    default = stated()
    if arguments.may_pass(name, position):
        unknown = Unknown(why="parameter", name=name)
        return unknown if default is None else union([default, unknown])
    if default is not None:
        return default
    return Unknown(origin=Origin(module, param), why="parameter", name=name)


def _receiver(evaluator: Evaluator, scope: Scope, frame: Frame | None) -> Value:
    if frame is not None and frame.scope is scope and frame.receiver is not None:
        return frame.receiver
    assert scope.parent is not None
    cls = ClassValue(
        scope.parent, origin=Origin(scope.module, scope.parent.node or scope.node or cst.Pass())
    )
    assert isinstance(scope.node, cst.FunctionDef)
    if "classmethod" in decorator_names(scope.node):
        return cls
    return Instance(cls, None)


def callers(evaluator: Evaluator, scope: Scope) -> tuple[tuple[Module, cst.Call], ...]:
    """Return the project's calls of a function, of a class for its `__init__`."""
    if not evaluator.is_searching:
        return ()
    known = evaluator._callers.get(scope)
    if known is not None:
        return known
    evaluator._callers[scope] = ()  # a call inside its own arguments is no caller yet
    wanted = scope
    if scope.name == "__init__" and scope.parent is not None and scope.parent.kind == "class":
        wanted = scope.parent
    found: list[tuple[Module, cst.Call]] = []
    if scope.kind == "function":
        with evaluator.apart():
            found.extend(islice(_calls_of(evaluator, scope, wanted), MOST_CALLERS))
            if wanted is not scope:
                using = evaluator.project.modules_using(wanted.module, wanted.name)
                found.extend(calls_of_base(evaluator, scope, using))
    evaluator._callers[scope] = tuple(found[:MOST_CALLERS])
    return evaluator._callers[scope]


def _calls_of(
    evaluator: Evaluator, scope: Scope, wanted: Scope
) -> Iterator[tuple[Module, cst.Call]]:
    misses = 0
    for module in evaluator.project.modules_using(wanted.module, wanted.name):
        if misses > _MOST_MISSES:
            evaluator.crowded.add(scope)
            return
        named = (
            makers(module, wanted)
            if wanted is not scope
            else [call for name in _names_of(module, wanted) for call in module.call_sites(name)]
        )
        for call in named:
            if accepts(scope, call) and _calls(evaluator, module, call, wanted):
                yield module, call
            else:
                misses += 1


def _names_of(module: Module, function: Scope) -> list[str]:
    """Return a function's name and those of variables that lines of a module set to it."""
    names = [function.name]
    for match in re.finditer(rf"{word(function.name)}(?![ \t]*[(=\w])", module.lines):
        start = module.lines.rfind("\n", 0, match.start()) + 1
        setting = _SETTING.match(module.lines, start, match.start())
        if setting is not None and setting[1] not in names:
            names.append(setting[1])
    return names[:_MOST_NAMES]


def _calls(evaluator: Evaluator, module: Module, call: cst.Call, wanted: Scope) -> bool:
    for one in options(evaluator.value(module, call.func)):
        if isinstance(one, FunctionValue) and one.scope is wanted:
            return True
        if isinstance(one, ClassValue) and (
            one.scope is wanted or _inherits_init(evaluator, one.scope, wanted)
        ):
            return True
    return False


def _inherits_init(evaluator: Evaluator, scope: Scope, wanted: Scope) -> bool:
    """Tell whether making a `scope` runs the `__init__` of its base `wanted`."""
    if wanted.kind != "class" or scope.bindings("__init__"):
        return False
    return any(
        isinstance(base, ClassValue) and base.scope is wanted for base in bases(evaluator, scope)
    )


def _call_arguments(
    evaluator: Evaluator, scope: Scope, module: Module, call: cst.Call
) -> Arguments:
    arguments = evaluator.arguments(module, call)
    if not is_method(scope) or _is_through_class(evaluator, scope, module, call):
        return arguments
    # `self` is filled by the receiver.
    return replace(arguments, given=(Unknown(why="self"), *arguments.given))


def _is_through_class(evaluator: Evaluator, scope: Scope, module: Module, call: cst.Call) -> bool:
    """Tell whether a method is called as `Base.method(self, …)`."""
    return hands_self(module, call) and any(
        isinstance(one, FunctionValue) and one.scope is scope and one.receiver is None
        for one in options(evaluator.value(module, call.func))
    )


def frame_for(
    evaluator: Evaluator,
    function: FunctionValue,
    module: Module,
    call: cst.Call,
    frame: Frame | None,
) -> Frame | None:
    """Return the frame of a call, None when calls are nested too deep."""
    depth = frame.depth + 1 if frame is not None else 1
    if depth > MAX_DEPTH:
        return None
    key = (
        call,
        id(frame),
        function.scope,
        id(function.receiver) if _is_made(function.receiver) else 0,
    )
    if key in evaluator.frames:
        return evaluator.frames[key]
    one = frame
    while one is not None:
        if one.scope is function.scope and one.call.node is call:
            return None
        one = one.outer
    arguments = evaluator.arguments(module, call, frame)
    if function.receiver is not None and is_method(function.scope):
        arguments = replace(arguments, given=(function.receiver, *arguments.given))
    made = Frame(
        function.scope, arguments, function.receiver, Origin(module, call), function.frame, depth
    )
    evaluator.frames[key] = made
    return made


def _is_made(receiver: Value | None) -> bool:
    """Tell whether a receiver is an object of its own, not just any `self`."""
    return isinstance(receiver, Instance) and receiver.arguments is not None


def returned(
    evaluator: Evaluator, function: FunctionValue, frame: Frame | None, origin: Origin
) -> Value:
    """Return what a call of a project function gives."""
    scope = function.scope
    node = scope.node
    if isinstance(node, cst.Lambda):
        return evaluator.value(scope.module, node.body, frame)
    assert isinstance(node, cst.FunctionDef)
    names = decorator_names(node)
    results = scope.returns
    if scope.yields:
        if not any(name.endswith(("contextmanager", "fixture")) for name in names):
            items = [
                evaluator.value(scope.module, v, frame) for v, _p in scope.yields if v is not None
            ]
            return Sequence(tuple(items), (Unknown(why="generator"),), origin=origin)
        results = scope.yields
    values: list[Value] = []
    tuples = sum(isinstance(expression, cst.Tuple) for expression, _point in results)
    for number, (expression, point) in enumerate(results):
        if expression is None:
            continue
        under = in_frame(evaluator, conditions(point, END), frame)
        if under is not None:
            value = seen_from(evaluator, evaluator.value(scope.module, expression, frame), frame)
            if tuples > 1:  # the parts of one stay together
                choice = evaluator.branch(("returned", origin.node, id(frame)), len(results))
                under |= {Arm(choice, number)}
            values.append(conditioned(value, under))
    if not values or all(isinstance(one, Unknown) for value in values for one in options(value)):
        if node.returns is not None:
            hint = annotated(evaluator, scope.module, node.returns.annotation, None)
            if isinstance(hint, Typed):
                return hint
    if not values:
        return (
            Constant(None, origin=origin)
            if not scope.yields
            else Unknown(origin=origin, why="generator")
        )
    return union(values)
