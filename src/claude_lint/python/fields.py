"""Fields that classes declare: of dataclasses, of models, of settings."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from claude_lint.python.annotations import annotated
from claude_lint.python.classes import alternatives, ancestry, constructions, is_of_settings
from claude_lint.python.functions import returned
from claude_lint.python.scopes import Binding, Scope
from claude_lint.python.signatures import decorator_names
from claude_lint.python.values import (
    Arguments,
    ClassValue,
    Environ,
    FunctionValue,
    Instance,
    Mapping,
    Origin,
    Result,
    Symbol,
    Typed,
    Unknown,
    Value,
    conditioned,
    named,
    options,
)

if TYPE_CHECKING:
    from claude_lint.python.evaluate import Evaluator

_MAKERS = frozenset({
    "dataclasses.field", "pydantic.Field", "pydantic.fields.Field", "attr.ib", "attrs.field",
    "attr.field",
})  # fmt: skip
_DATACLASSES = frozenset({"dataclass", "dataclasses.dataclass", "define", "attrs.define"})


def field_default(evaluator: Evaluator, value: Value) -> Value:
    """Return the default that `field(default=…)` or `Field(…)` says; all else is one itself."""
    if not isinstance(value, Result) or not isinstance(value.callee, Symbol):
        return value
    if value.callee.path not in _MAKERS and not value.callee.path.endswith(".Field"):
        return value
    default = value.arguments.get("default", 0 if value.callee.path.endswith("Field") else None)
    if default is not None:
        return default
    for one in options(value.arguments.get("default_factory")):
        if isinstance(one, ClassValue):
            return Instance(one, Arguments((), Mapping()), value.origin, origin=value.origin)
        if isinstance(one, FunctionValue):
            at = value.origin or Origin(one.scope.module, one.scope.node or cst.Pass())
            return returned(evaluator, one, None, at)
    return Unknown(origin=value.origin, why="field")


def field_values(
    evaluator: Evaluator,
    base: Instance,
    scope: Scope,
    bindings: list[Binding],
    name: str,
    origin: Origin,
) -> list[Value]:
    """Return what a field can be: what the constructor is passed, else its default."""
    values = _passed(evaluator, base, scope, name)
    if base.arguments is None or not values:
        values += [_declared(evaluator, base, one, name, origin) for one in bindings]
        is_open = base.arguments is None or base.arguments.may_pass(name)
        if is_open and not any(isinstance(one, (Unknown, Typed)) for one in values):
            values.append(_of_any(evaluator, bindings, name, origin))
    return [named(one, name) for one in values]


def _declared(
    evaluator: Evaluator, base: Instance, binding: Binding, name: str, origin: Origin
) -> Value:
    if binding.kind != "annotation":
        default = field_default(evaluator, evaluator.bound(binding, None))
        if is_of_settings(ancestry(evaluator, base.cls)[1]):
            return Environ(name.upper(), default, origin=default.origin)
        return default
    return _of_any(evaluator, [binding], name, origin)


def _of_any(evaluator: Evaluator, bindings: list[Binding], name: str, origin: Origin) -> Value:
    """Return what a field is of an object that nobody sees made: what its annotation says."""
    for binding in bindings:
        if binding.annotation is not None:
            hint = annotated(evaluator, binding.scope.module, binding.annotation, None)
            if isinstance(hint, Typed):
                return hint
    return Unknown(origin=origin, why="field", name=name)


def _passed(evaluator: Evaluator, base: Instance, scope: Scope, name: str) -> list[Value]:
    """Return what constructor calls pass for a field."""
    position = _position(evaluator, base.cls, name)
    if base.arguments is not None:
        value = base.arguments.get(name, position)
        return [value] if value is not None else []
    found: list[Value] = []
    for (module, call), under in alternatives(evaluator, constructions(evaluator, scope), scope):
        value = evaluator.arguments(module, call).get(name, position)
        if value is not None:
            found.append(conditioned(value, under))
    return found


def _position(evaluator: Evaluator, cls: ClassValue, name: str) -> int | None:
    """Return the place of a field among the arguments of a dataclass, None of other classes."""
    names: list[str] = []
    for scope in reversed(ancestry(evaluator, cls)[0]):
        if not isinstance(scope.node, cst.ClassDef):
            continue
        if not decorator_names(scope.node) & _DATACLASSES:
            continue
        for one in scope.fields():
            if one not in names and any(found.annotation for found in scope.bindings(one)):
                names.append(one)
    return names.index(name) if name in names else None
