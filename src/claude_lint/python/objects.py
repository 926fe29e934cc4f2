"""Functions, classes and their instances: parameters, calls, returns, attributes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import libcst as cst

from claude_lint.python import builtin_calls, changes
from claude_lint.python.branches import in_frame
from claude_lint.python.flow import END, START, Arms, conditions, way_past, ways
from claude_lint.python.inheritance import (
    base_frame,
    calls_of_base,
    inherited,
    initializer,
    is_super,
)
from claude_lint.python.module import Module
from claude_lint.python.scopes import Binding, Event, Scope
from claude_lint.python.syntax import access_path
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
    Item,
    Mapping,
    ModuleValue,
    Origin,
    Result,
    Sequence,
    Symbol,
    Typed,
    Unknown,
    Value,
    conditioned,
    named,
    options,
    union,
)

if TYPE_CHECKING:
    from claude_lint.python.evaluate import Evaluator

MAX_DEPTH = 6
_MOST_HANDS = 4  # callers that a value is followed back through
_MOST_CALLERS = 12
_FIELD_MAKERS = frozenset(
    {
        "dataclasses.field",
        "pydantic.Field",
        "pydantic.fields.Field",
        "attr.ib",
        "attrs.field",
        "attr.field",
    }
)
_PROPERTIES = frozenset({"property", "cached_property", "functools.cached_property"})
_WRAPPING_TYPES = frozenset(
    {"Optional", "Annotated", "Final", "ClassVar", "Union", "Awaitable", "Type", "type"}
)


# ---------------------------------------------------------------------- functions


def defined_function(evaluator: Evaluator, binding: Binding, frame: Frame | None) -> Value:
    """Return a function by its definition, what it is called for where it is a property."""
    scope = binding.scope.module.scopes[binding.node]
    return FunctionValue(scope, None, frame, origin=Origin(binding.scope.module, binding.node))


def decorator_names(node: cst.FunctionDef | cst.ClassDef) -> set[str]:
    """Return the dotted names of decorators, those called without their arguments."""
    names = set()
    for one in node.decorators:
        target = one.decorator.func if isinstance(one.decorator, cst.Call) else one.decorator
        path = access_path(target)
        if path:
            names.add(".".join(path))
    return names


def parameter_names(scope: Scope) -> list[str]:
    """Return the positional parameters of a function, in order."""
    node = scope.node
    if not isinstance(node, (cst.FunctionDef, cst.Lambda)):
        return []
    return [p.name.value for p in (*node.params.posonly_params, *node.params.params)]


def is_method(scope: Scope) -> bool:
    """Tell whether a function takes `self` or `cls`."""
    if scope.kind != "function" or scope.parent is None or scope.parent.kind != "class":
        return False
    assert isinstance(scope.node, cst.FunctionDef)
    return "staticmethod" not in decorator_names(scope.node)


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
        return _passed(evaluator, binding, param, frame.arguments, frame, names)
    if (scope, name) in evaluator._parameters or len(evaluator._parameters) >= _MOST_HANDS:
        evaluator.cut_short()
        return Unknown(why="parameter", name=name)
    evaluator._parameters.add((scope, name))
    try:
        values: list[Value] = []
        if param.default is not None:
            values.append(evaluator.value(module, param.default, None))
        known = callers(evaluator, scope)
        is_open = not 0 < len(known) < _MOST_CALLERS
        for caller_module, call in known:
            arguments = _call_arguments(evaluator, scope, caller_module, call)
            value = _passed(evaluator, binding, param, arguments, None, names)
            is_open = is_open or any(isinstance(one, Unknown) for one in options(value))
            values.append(value)
        if is_open:
            origin = Origin(module, param)
            hint = (
                annotated(evaluator, module, binding.annotation, name)
                if binding.annotation is not None
                else None
            )
            values.append(
                hint
                if isinstance(hint, Typed)
                else Unknown(origin=origin, why="parameter", name=name)
            )
    finally:
        evaluator._parameters.discard((scope, name))
    return union(values)


def _passed(
    evaluator: Evaluator,
    binding: Binding,
    param: cst.Param,
    arguments: Arguments,
    frame: Frame | None,
    names: list[str],
) -> Value:
    """Return what a call passes for a parameter."""
    name, module = binding.name, binding.scope.module
    if param.star == "**":
        taken = {*names, *_keyword_only(binding.scope)}
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
    if arguments.may_pass(name, position):
        default = (
            [evaluator.value(module, param.default, None)] if param.default is not None else []
        )
        return union([*default, Unknown(why="parameter", name=name)])
    if param.default is not None:
        return evaluator.value(module, param.default, None)
    return Unknown(origin=Origin(module, param), why="parameter", name=name)


def _keyword_only(scope: Scope) -> list[str]:
    assert isinstance(scope.node, (cst.FunctionDef, cst.Lambda))
    return [p.name.value for p in scope.node.params.kwonly_params]


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
    known = evaluator._callers.get(scope)
    if known is not None:
        return known
    evaluator._callers[scope] = ()  # a call inside its own arguments is no caller yet
    wanted = scope
    if scope.name == "__init__" and scope.parent is not None and scope.parent.kind == "class":
        wanted = scope.parent
    found: list[tuple[Module, cst.Call]] = []
    if scope.kind == "function":
        for module in evaluator.project.modules_using(wanted.module, wanted.name):
            for call in module.call_sites(wanted.name):
                if len(found) < _MOST_CALLERS and _calls(evaluator, module, call, wanted):
                    found.append((module, call))
        if wanted is not scope:
            using = evaluator.project.modules_using(wanted.module, wanted.name)
            found.extend(calls_of_base(evaluator, scope, using))
    evaluator._callers[scope] = tuple(found[:_MOST_CALLERS])
    return evaluator._callers[scope]


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
    if is_method(scope):
        # `self` is filled by the receiver; unbound calls through the class are rare enough.
        return replace(arguments, given=(Unknown(why="self"), *arguments.given))
    return arguments


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
    for expression, point in results:
        if expression is None:
            continue
        under = in_frame(evaluator, conditions(point, END), frame)
        if under is not None:
            value = evaluator.value(scope.module, expression, frame)
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


# ---------------------------------------------------------------------- annotations


def annotated(
    evaluator: Evaluator, module: Module, node: cst.BaseExpression, name: str | None
) -> Value:
    """Return what an annotation says of a value: `Typed`, or unknown."""
    for one in _annotation_types(node):
        if isinstance(one, cst.SimpleString):
            text = one.evaluated_value
            if not isinstance(text, str):
                continue
            try:
                one = cst.parse_expression(text)
            except (cst.ParserSyntaxError, RecursionError):
                continue
            inner = next(iter(_annotation_types(one)), one)
            path = access_path(inner)
            if path is None:
                continue
            scope, _point = module.place(node)
            value = evaluator.lookup(scope, path[0], END, None, Origin(module, node))
            for attr in path[1:]:
                value = union(
                    [evaluator.attribute(o, attr, Origin(module, node)) for o in options(value)]
                )
        else:
            value = evaluator.value(module, one)
        for option in options(value):
            if isinstance(option, ClassValue) or (
                isinstance(option, Symbol) and not option.path.startswith("builtins.")
            ):
                return Typed(option, origin=Origin(module, node))
    return Unknown(
        origin=Origin(module, node), why="parameter" if name else "annotation", name=name or ""
    )


def _annotation_types(node: cst.BaseExpression) -> Iterator[cst.BaseExpression]:
    """Look through `Optional[X]`, `X | None`, `Annotated[X, …]`."""
    if isinstance(node, cst.BinaryOperation) and isinstance(node.operator, cst.BitOr):
        yield from _annotation_types(node.left)
        yield from _annotation_types(node.right)
    elif isinstance(node, cst.Subscript):
        path = access_path(node.value)
        if path and path[-1] in _WRAPPING_TYPES:
            for element in node.slice:
                if isinstance(element.slice, cst.Index):
                    yield from _annotation_types(element.slice.value)
    elif isinstance(node, (cst.Name, cst.Attribute, cst.SimpleString)) and access_path(node) != (
        "None",
    ):
        yield node


# ---------------------------------------------------------------------- attributes


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
            if change.under:
                around = way_past(change.under)
                before = conditioned(value, frozenset({around})) if around else value
                value = union([before, conditioned(new, change.under)])
            else:
                value = new
        elif event.kind != "setattr" or len(change.path) > 1:
            value = changes.fold(evaluator, value, (replace(change, path=change.path[1:]),))
    return value


def _plain_attribute(
    evaluator: Evaluator, base: Value, name: str, origin: Origin, frame: Frame | None
) -> Value:
    if isinstance(base, ModuleValue):
        return _module_attribute(evaluator, base.module, name, origin)
    if isinstance(base, Symbol):
        return Symbol(f"{base.path}.{name}", origin=origin)
    if isinstance(base, Constant) and name == "value":
        return base  # of an enum, whose members stand for their values here
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
    return Attribute(base, name, origin=origin)


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
            found.append(_field_default(evaluator, one))
        return union(found)
    if any(isinstance(one, Unknown) for one in foreign):
        return Unknown(origin=origin, why="base", name=name)
    return Attribute(cls, name, origin=origin)


def _is_enum(foreign: list[Value]) -> bool:
    return any(isinstance(one, Symbol) and one.path.startswith("enum.") for one in foreign)


def _field_default(evaluator: Evaluator, value: Value) -> Value:
    """`field(default=…)`, `Field(…)`: the default is the value."""
    if not isinstance(value, Result) or not isinstance(value.callee, Symbol):
        return value
    if value.callee.path not in _FIELD_MAKERS and not value.callee.path.endswith(".Field"):
        return value
    default = value.arguments.get("default", 0 if value.callee.path.endswith("Field") else None)
    if default is not None:
        return default
    factory = value.arguments.get("default_factory")
    for one in options(factory):
        if isinstance(one, FunctionValue):
            return returned(
                evaluator,
                one,
                None,
                value.origin or Origin(one.scope.module, one.scope.node or cst.Pass()),
            )
    return Unknown(origin=value.origin, why="field")


def instance_attribute(
    evaluator: Evaluator, base: Instance, name: str, origin: Origin, frame: Frame | None
) -> Value:
    """Join what `self.name` is set to over the class and its bases."""
    scopes, foreign = ancestry(evaluator, base.cls)
    values: list[Value] = []
    for scope in scopes:
        settings: dict[Scope, list[Event]] = {}
        for event in _attribute_events(evaluator, scope, name):
            if event.kind == "setattr" and len(event.path) == 2:
                settings.setdefault(event.scope, []).insert(0, event)
        for events in settings.values():
            for event, own_under in ways(events, END):
                values.append(_set_attribute(evaluator, base, event, own_under, name, origin))
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


def _attribute_events(evaluator: Evaluator, scope: Scope, name: str) -> list[Event]:
    """Collect the events on `self.name` in the methods of one class."""
    key = (scope, name)
    known = evaluator.attribute_events.get(key)
    if known is not None:
        return known
    pattern = re.compile(rf"\.{re.escape(name)}\b")
    for unit in scope.units:
        if not unit.loaded and pattern.search(unit.text):
            unit.load()
    found: list[Event] = []
    for method in scope.inner:
        if method.kind != "function" or not is_method(method):
            continue
        receiver = next(iter(parameter_names(method)), "")
        stack = [method]
        while stack:
            inner = stack.pop()
            stack.extend(inner.inner)
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
    value = conditioned(value, under if under is not None else own_under)
    value = changes.since(evaluator, value, event.path, scope, event.point, END, frame)
    assert base.cls.scope is not None
    for holder, _ in [(s, None) for s in ancestry(evaluator, base.cls)[0]]:
        value = _changed_elsewhere(evaluator, value, holder, name, scope)
    return value


def _changed_elsewhere(
    evaluator: Evaluator, value: Value, holder: Scope, name: str, made_in: Scope
) -> Value:
    """Apply what other methods than the one that made it do to `self.name`."""
    happened: list[Change] = []
    for event in _attribute_events(evaluator, holder, name):
        if event.scope is made_in or (event.kind == "setattr" and len(event.path) == 2):
            continue
        if event.kind == "argument":
            continue
        under = conditions(event.point, END)
        happened.append(Change(event.path[2:], event, None, under, repeats=True))
    return changes.fold(evaluator, value, tuple(happened)) if happened else value


def _method_frame(evaluator: Evaluator, base: Instance, scope: Scope) -> Frame | None:
    """Return the frame of `__init__` for an instance whose arguments are known."""
    if base.arguments is None or base.call is None:
        return None
    function = scope.function()
    if function is None or function.name != "__init__":
        return None
    key = (id(base.arguments), function)
    if key not in evaluator.init_frames:
        run = initializer(evaluator, base.cls) or function
        arguments = replace(base.arguments, given=(base, *base.arguments.given))
        frame: Frame | None = Frame(run, arguments, base, base.call, None, 1)
        evaluator.init_frames[key] = None  # while the frame is worked out
        if frame is not None and run is not function:
            frame = base_frame(evaluator, base, function, frame)
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
            values = _field(evaluator, base, scope, bindings, name, origin)
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


def _field(
    evaluator: Evaluator,
    base: Instance,
    scope: Scope,
    bindings: list[Binding],
    name: str,
    origin: Origin,
) -> list[Value]:
    """A dataclass or model field: what the constructor is passed, else the default."""
    passed = _constructor_arguments(evaluator, base, scope, name)
    values: list[Value] = []
    certain = False
    for value, is_passed in passed:
        if is_passed:
            values.append(value)
        certain = certain or is_passed
    if not (base.arguments is not None and certain):
        for binding in bindings:
            if binding.kind == "annotation":
                hint = (
                    annotated(evaluator, scope.module, binding.annotation, None)
                    if binding.annotation
                    else None
                )
                if isinstance(hint, Typed):
                    values.append(hint)
                else:
                    values.append(Unknown(origin=origin, why="field", name=name))
            else:
                values.append(_field_default(evaluator, evaluator.bound(binding, None)))
        if base.arguments is None and not any(isinstance(v, Unknown) for v in values):
            values.append(Unknown(origin=origin, why="field", name=name))
    return [named(one, name) for one in values]


def _constructor_arguments(
    evaluator: Evaluator, base: Instance, scope: Scope, name: str
) -> list[tuple[Value, bool]]:
    """Return what constructor calls pass for a field, and whether they pass it."""
    if base.arguments is not None:
        value = base.arguments.get(name)
        return [(value, True)] if value is not None else []
    found: list[tuple[Value, bool]] = []
    for module, call in constructions(evaluator, scope):
        passed = evaluator.arguments(module, call).get(name)
        if passed is not None:
            found.append((passed, True))
    return found


def constructions(evaluator: Evaluator, scope: Scope) -> tuple[tuple[Module, cst.Call], ...]:
    """Return the project's calls that make an object of a class."""
    known = evaluator._callers.get(scope)
    if known is not None:
        return known
    evaluator._callers[scope] = ()
    found: list[tuple[Module, cst.Call]] = []
    for module in evaluator.project.modules_using(scope.module, scope.name):
        for call in module.call_sites(scope.name)[:_MOST_CALLERS]:
            callee = options(evaluator.value(module, call.func))
            if any(isinstance(one, ClassValue) and one.scope is scope for one in callee):
                found.append((module, call))
    evaluator._callers[scope] = tuple(found[:_MOST_CALLERS])
    return evaluator._callers[scope]


def _bound_member(evaluator: Evaluator, base: Instance, value: Value, origin: Origin) -> Value:
    if not isinstance(value, FunctionValue) or not isinstance(value.scope.node, cst.FunctionDef):
        return _field_default(evaluator, value)
    names = decorator_names(value.scope.node)
    if names & _PROPERTIES or any(name.endswith("cached_property") for name in names):
        function = replace(value, receiver=base)
        arguments = Arguments((base,), Mapping())
        frame = (
            Frame(value.scope, arguments, base, origin, value.frame, 1)
            if base.arguments is not None
            else None
        )
        if frame is not None:
            evaluator._frames.append(frame)
        return returned(evaluator, function, frame, origin)
    if "staticmethod" in names:
        return value
    return replace(value, receiver=base.cls if "classmethod" in names else base)


# ---------------------------------------------------------------------- calls


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


__all__ = [
    "START",
    "Environ",
    "Item",
    "annotated",
    "attribute",
    "call",
    "callers",
    "frame_for",
    "parameter_names",
    "returned",
]
