"""Attributes of modules, classes and instances, and what calling a value gives."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import libcst as cst

from claude_lint.python import builtin_calls, changes, command_line
from claude_lint.python.branches import in_frame
from claude_lint.python.flow import END, NO_ARMS, Arm, Arms, conditions, way_past, ways
from claude_lint.python.inheritance import (
    base_frame,
    inherited,
    initializer,
    is_after_base,
    is_overridden,
    is_super,
    open_frame,
)
from claude_lint.python.module import Module
from claude_lint.python.scopes import Event, Scope
from claude_lint.python.values import (
    Arguments,
    Attribute,
    Change,
    ClassValue,
    Constant,
    Environ,
    Frame,
    FunctionValue,
    Instance,
    Mapping,
    ModuleValue,
    Origin,
    Result,
    Symbol,
    Typed,
    Unknown,
    Value,
    conditioned,
    named,
    options,
    possible,
    union,
)

if TYPE_CHECKING:
    from claude_lint.python.evaluate import Evaluator
from claude_lint.python.annotations import annotated
from claude_lint.python.classes import alternatives, ancestry, constructions
from claude_lint.python.fields import field_default, field_values
from claude_lint.python.functions import frame_for, returned
from claude_lint.python.signatures import decorator_names, is_method, parameter_names

_PROPERTIES = frozenset({"property", "cached_property", "functools.cached_property"})


def attribute(
    evaluator: Evaluator, base: Value, name: str, origin: Origin, frame: Frame | None
) -> Value:
    """Return an attribute of one value, with what was set on it since the object was made."""
    own = [
        one
        for one in base.changes
        if (one.path and one.path[0] == name and one.event.kind != "call")
        or (len(one.path) > 1 and one.path[0] == name)
    ]
    value = _plain_attribute(evaluator, base, name, origin, frame)
    if own:
        value = _replayed(evaluator, value, own)
    return conditioned(value, base.under)


def _replayed(evaluator: Evaluator, value: Value, own: list[Change]) -> Value:
    for change in own:
        event = change.event
        if event.kind == "setattr" and len(change.path) == 1 and event.value is not None:
            new = evaluator.value(event.scope.module, event.value, change.frame)
            if isinstance(value, Attribute) and _hands_on(new):
                continue  # a library's method that is watched still does what it did
            if change.under:
                around = way_past(change.under)
                before = conditioned(value, frozenset({around})) if around else value
                value = union([before, conditioned(new, change.under)])
            else:
                value = new
        elif event.kind != "setattr" or len(change.path) > 1:
            value = changes.fold(evaluator, value, (replace(change, path=change.path[1:]),))
    return value


def _hands_on(value: Value) -> bool:
    """Tell whether a value is a function that takes whatever another one does."""
    node = value.scope.node if isinstance(value, FunctionValue) else None
    return isinstance(node, cst.FunctionDef) and isinstance(node.params.star_kwarg, cst.Param)


def _plain_attribute(
    evaluator: Evaluator, base: Value, name: str, origin: Origin, frame: Frame | None
) -> Value:
    if isinstance(base, ModuleValue):
        return _module_attribute(evaluator, base.module, name, origin)
    if isinstance(base, Symbol):
        return Symbol(f"{base.path}.{name}", origin=origin)
    if isinstance(base, Constant) and name == "value":
        return base  # of an enum, whose members stand for their values here
    if isinstance(base, Environ) and isinstance(base.default, Instance):
        return _of_settings(evaluator, base, base.default, name, origin, frame)
    if isinstance(base, ClassValue):
        return _class_attribute(evaluator, base, name, origin)
    if isinstance(base, Instance):
        return instance_attribute(evaluator, base, name, origin, frame)
    if isinstance(base, Typed) and isinstance(base.type, ClassValue):
        return instance_attribute(evaluator, Instance(base.type, None), name, origin, frame)
    if isinstance(base, Result) and is_super(base):
        found = inherited(evaluator, base, name, origin, frame)
        if found is not None:
            return found
    return command_line.argument(evaluator, base, name, origin) or Attribute(
        base, name, origin=origin
    )


def _of_settings(
    evaluator: Evaluator,
    base: Environ,
    default: Instance,
    name: str,
    origin: Origin,
    frame: Frame | None,
) -> Value:
    """Return a field of settings inside others, which the environment fills as well."""
    return union(
        Environ(f"{base.name}_{name.upper()}", one, origin=one.origin, under=one.under)
        if isinstance(one, Constant)
        else one
        for one in options(instance_attribute(evaluator, default, name, origin, frame))
    )


def _module_attribute(evaluator: Evaluator, module: Module, name: str, origin: Origin) -> Value:
    if module.scope.bindings(name):
        return evaluator.lookup(module.scope, name, END, None, origin)
    found = evaluator.project.submodule(module, name)
    if found is not None:
        return ModuleValue(found, origin=origin)
    module.load_star_imports()
    if module.star_imports:
        return evaluator._outside(module, name, origin)
    return Unknown(origin=origin, why="attribute", name=name)


def _class_attribute(evaluator: Evaluator, cls: ClassValue, name: str, origin: Origin) -> Value:
    scopes, foreign = ancestry(evaluator, cls)
    for scope in scopes:
        if not scope.bindings(name):
            continue
        value = evaluator.lookup(scope, name, END, None, origin)
        if _is_enum(foreign):
            return union(
                [
                    Attribute(one, name, origin=origin) if isinstance(one, FunctionValue) else one
                    for one in options(value)
                ]
            )
        found = []
        for one in options(value):
            if isinstance(one, FunctionValue) and isinstance(one.scope.node, cst.FunctionDef):
                if "classmethod" in decorator_names(one.scope.node):
                    one = replace(one, receiver=cls)
            found.append(field_default(evaluator, one))
        return union(found)
    if any(isinstance(one, Unknown) for one in foreign):
        return Unknown(origin=origin, why="base", name=name)
    return Attribute(cls, name, origin=origin)


def _is_enum(foreign: list[Value]) -> bool:
    return any(isinstance(one, Symbol) and one.path.startswith("enum.") for one in foreign)


def instance_attribute(
    evaluator: Evaluator, base: Instance, name: str, origin: Origin, frame: Frame | None
) -> Value:
    """Join what `self.name` is set to over the class and its bases."""
    scopes, foreign = ancestry(evaluator, base.cls)
    values: list[Value] = []
    places: list[tuple[Scope, tuple[Arm, ...]]] = []
    for scope in scopes:
        settings: dict[Scope, list[Event]] = {}
        for event in _attribute_events(evaluator, scope, name):
            if event.kind == "setattr" and len(event.path) == 2:
                if not is_overridden(scopes, scope, event.scope) and not _is_set_again(
                    evaluator, scopes, scope, event
                ):
                    settings.setdefault(event.scope, []).insert(0, event)
        for events in settings.values():
            for event, own_under in ways(events, END):
                found = [
                    conditioned(
                        _set_attribute(evaluator, one, event, own_under, name, origin), under
                    )
                    for one, under in _as_made(evaluator, base, event.scope)
                ]
                places.append((event.scope, event.point.arms))
                values.append(union(found))
    values = _set_together(evaluator, base, values, places)
    if not values or any(
        isinstance(one, Constant) and one.value is None for v in values for one in options(v)
    ):
        values.extend(_declared_attribute(evaluator, base, scopes, name, origin))
    if not values:
        if foreign:
            sender = foreign[0]
            made = (
                Result(sender, base.arguments, origin=base.origin)
                if base.arguments is not None
                else Typed(sender)
            )
            return Attribute(made, name, origin=origin)
        return Unknown(origin=origin, why="attribute", name=name)
    return named(union(values), f"self.{name}")


def _is_set_again(evaluator: Evaluator, scopes: list[Scope], base: Scope, event: Event) -> bool:
    """Tell whether what a base's `__init__` sets is set anew by that of a derived class.

    `scopes` are a class and its bases, nearest first.
    """
    if event.scope.name != "__init__" or event.scope.parent is not base:
        return False
    for heir in scopes[: scopes.index(base)]:
        for other in _attribute_events(evaluator, heir, event.path[1]):
            if other.kind == "setattr" and len(other.path) == 2 and not other.point.arms:
                if other.scope.parent is heir and is_after_base(other.scope, other.point):
                    return True
    return False


def _set_together(
    evaluator: Evaluator,
    base: Instance,
    values: list[Value],
    places: list[tuple[Scope, tuple[Arm, ...]]],
) -> list[Value]:
    """Note where each value was set: attributes that the same places set change together."""
    numbers = {place: number for number, place in enumerate(dict.fromkeys(places))}
    if len(numbers) < 2:
        return values
    made_by = base.call.node if base.call is not None else None
    choice = evaluator.branch(("set together", base.cls.scope, made_by, *numbers), len(numbers))
    return [
        conditioned(value, frozenset({Arm(choice, numbers[place])}))
        for value, place in zip(values, places, strict=True)
    ]


def _attribute_events(evaluator: Evaluator, scope: Scope, name: str) -> list[Event]:
    """Collect the events on `self.name` in the methods of one class."""
    key = (scope, name)
    known = evaluator.attribute_events.get(key)
    if known is not None:
        return known
    # Set, unpacked into or changed; most methods only read it.
    pattern = re.compile(
        rf"\.{name}\b\s*(?:[:,\[]|=(?!=)|[-+|*/&^%@]+=|\.\s*\w+\s*[\[(=.:])"
        rf"|\b(?:for|as|del)\b.*\.{name}\b"
    )
    for unit in scope.units:
        if not unit.loaded and pattern.search(unit.text):
            unit.load()
    found: list[Event] = []
    for method in scope.inner:
        if method.kind != "function" or not is_method(method):
            continue
        receivers = dict.fromkeys((next(iter(parameter_names(method)), ""), scope.name))
        stack = [method]
        while stack:
            inner = stack.pop()
            stack.extend(inner.inner)
            for receiver in receivers:
                events = inner.events.get(receiver, ())
                found.extend(e for e in events if len(e.path) > 1 and e.path[1] == name)
    evaluator.attribute_events[key] = found
    return found


def _set_attribute(
    evaluator: Evaluator, base: Instance, event: Event, own_under: Arms, name: str, origin: Origin
) -> Value:
    """Return what one `self.name = …` sets, with the changes made to it later."""
    scope = event.scope
    frame = _method_frame(evaluator, base, scope)
    if event.value is None:
        if event.key is not None:
            return annotated(evaluator, scope.module, event.key, None)
        return Unknown(origin=origin, why="attribute", name=name)
    value = evaluator.value(scope.module, event.value, frame)
    if all(isinstance(one, Unknown) for one in options(value)) and event.key is not None:
        hint = annotated(evaluator, scope.module, event.key, None)
        if isinstance(hint, Typed):
            value = hint
    under = in_frame(evaluator, own_under, frame)
    value = possible(value, event.point.arms)
    value = conditioned(value, under if under is not None else own_under)
    value = changes.since(evaluator, value, event.path, scope, event.point, END, frame)
    assert base.cls.scope is not None
    scopes = ancestry(evaluator, base.cls)[0]
    for holder in scopes:
        value = _changed_elsewhere(evaluator, value, holder, name, scope, scopes)
    return value


def _changed_elsewhere(
    evaluator: Evaluator,
    value: Value,
    holder: Scope,
    name: str,
    made_in: Scope,
    scopes: list[Scope],
) -> Value:
    """Apply what other methods than the one that made it do to `self.name`."""
    happened: list[Change] = []
    for event in _attribute_events(evaluator, holder, name):
        if event.scope is made_in or (event.kind == "setattr" and len(event.path) == 2):
            continue
        if event.kind == "argument" or changes.only_reads(evaluator, event):
            continue
        if is_overridden(scopes, holder, event.scope):
            continue
        under = conditions(event.point, END)
        happened.append(Change(event.path[2:], event, None, under, repeats=True))
    return changes.fold(evaluator, value, tuple(happened)) if happened else value


def _as_made(
    evaluator: Evaluator, base: Instance, scope: Scope
) -> tuple[tuple[Instance, Arms], ...]:
    """Return the objects that any object of a class may be, where a base's `__init__` makes them.

    What is passed to that is seen where objects of the class itself are made.
    """
    function, cls = scope.function(), base.cls
    if base.arguments is not None or function is None or function.name != "__init__":
        return ((base, NO_ARMS),)
    if not evaluator.is_searching:
        return ((base, NO_ARMS),)
    if function.parent is cls.scope or initializer(evaluator, cls) is not function:
        return ((base, NO_ARMS),)
    if cls.scope not in evaluator.made:
        evaluator.made[cls.scope] = ((base, NO_ARMS),)  # while that is worked out
        evaluator.made[cls.scope] = tuple(
            (Instance(cls, evaluator.arguments(module, call), Origin(module, call)), under)
            for (module, call), under in alternatives(
                evaluator, constructions(evaluator, cls.scope), cls.scope
            )
        ) or ((base, NO_ARMS),)
    return evaluator.made[cls.scope]


def _method_frame(evaluator: Evaluator, base: Instance, scope: Scope) -> Frame | None:
    """Return the frame of the method that sets an attribute, as far as the object tells it.

    Of `__init__` that is what making the object runs; of a base's method on an object of a derived
    class, whose attributes and methods it uses, what tells of the object alone.
    """
    function = scope.function()
    if function is None or function.name != "__init__":
        if function is None or function.parent is base.cls.scope:
            return None
        takes_more = len(parameter_names(function)) != 1
        return None if takes_more else open_frame(evaluator, function, Instance(base.cls))
    key = (id(base.arguments) if base.arguments is not None else id(base.cls.scope), function)
    if key not in evaluator.init_frames:
        evaluator.init_frames[key] = None  # while the frame is worked out
        run = initializer(evaluator, base.cls) or function
        frame: Frame | None = None
        if base.arguments is not None and base.call is not None:
            arguments = replace(base.arguments, given=(base, *base.arguments.given))
            frame = Frame(run, arguments, base, base.call, None, 1)
        if run is not function:
            # What other classes hand up says nothing of an object of this one.
            frame = base_frame(evaluator, base, function, run, frame) or open_frame(
                evaluator, function, base
            )
        evaluator.init_frames[key] = frame
    return evaluator.init_frames[key]


def _declared_attribute(
    evaluator: Evaluator, base: Instance, scopes: list[Scope], name: str, origin: Origin
) -> list[Value]:
    """Return class-level values, dataclass and model fields, properties and methods."""
    for scope in scopes:
        bindings = scope.bindings(name)
        if not bindings:
            continue
        is_field = any(binding.annotation is not None for binding in bindings)
        if is_field:
            values = field_values(evaluator, base, scope, bindings, name, origin)
            if values:
                return values
        return list(options(bound_members(evaluator, base, scope, name, origin)))
    return []


def bound_members(
    evaluator: Evaluator, base: Instance, scope: Scope, name: str, origin: Origin
) -> Value:
    """Return what a class's member is on an object: methods bound, properties read."""
    value = evaluator.lookup(scope, name, END, None, origin)
    return union(_bound_member(evaluator, base, one, origin) for one in options(value))


def _bound_member(evaluator: Evaluator, base: Instance, value: Value, origin: Origin) -> Value:
    if not isinstance(value, FunctionValue) or not isinstance(value.scope.node, cst.FunctionDef):
        return field_default(evaluator, value)
    names = decorator_names(value.scope.node)
    if names & _PROPERTIES or any(name.endswith("cached_property") for name in names):
        function = replace(value, receiver=base)
        arguments = Arguments((base,), Mapping())
        frame: Frame | None = None
        if base.arguments is not None:
            frame = Frame(value.scope, arguments, base, origin, value.frame, 1)
            evaluator._frames.append(frame)
        elif value.scope.parent is not base.cls.scope:
            frame = open_frame(evaluator, value.scope, base)
        return returned(evaluator, function, frame, origin)
    if "staticmethod" in names:
        return value
    return replace(value, receiver=base.cls if "classmethod" in names else base)


def call(
    evaluator: Evaluator,
    callee: Value,
    module: Module,
    node: cst.Call,
    frame: Frame | None,
    origin: Origin,
) -> Value:
    """Return what calling one value gives."""
    if isinstance(callee, FunctionValue):
        return conditioned(
            _call_function(evaluator, callee, module, node, frame, origin), callee.under
        )
    if isinstance(callee, ClassValue):
        arguments = evaluator.arguments(module, node, frame)
        if _is_dict(evaluator, callee):
            made = builtin_calls.call(evaluator, Symbol("builtins.dict"), arguments, origin)
            return conditioned(made or Unknown(origin=origin), callee.under)
        return Instance(callee, arguments, origin, origin=origin, under=callee.under)
    if isinstance(callee, Instance):
        method = instance_attribute(evaluator, callee, "__call__", origin, frame)
        if isinstance(method, FunctionValue):
            return call(evaluator, method, module, node, frame, origin)
    if isinstance(callee, Unknown):
        return Unknown(origin=origin, why="call", name=callee.name)
    arguments = evaluator.arguments(module, node, frame)
    known = builtin_calls.call(evaluator, callee, arguments, origin, frame)
    if known is not None:
        return known
    return Result(callee, arguments, origin=origin, under=callee.under)


def _is_dict(evaluator: Evaluator, cls: ClassValue) -> bool:
    """Tell whether what a class makes is a plain dict with a type."""
    return any(
        isinstance(base, Symbol) and base.path.endswith(".TypedDict")
        for base in ancestry(evaluator, cls)[1]
    )


def _call_function(
    evaluator: Evaluator,
    callee: FunctionValue,
    module: Module,
    node: cst.Call,
    frame: Frame | None,
    origin: Origin,
) -> Value:
    made = frame_for(evaluator, callee, module, node, frame)
    if made is None:
        return Unknown(origin=origin, why="depth")
    return returned(evaluator, callee, made, origin)
