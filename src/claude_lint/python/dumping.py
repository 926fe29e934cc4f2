"""Objects as dicts of their fields: `asdict`, `model_dump` and their like."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

import libcst as cst

from claude_lint.python.classes import ancestry
from claude_lint.python.flow import NO_ARMS, Arm, Arms
from claude_lint.python.scopes import Binding
from claude_lint.python.values import (
    Arguments,
    ClassValue,
    Constant,
    Entry,
    Held,
    Instance,
    Mapping,
    Origin,
    Result,
    Sequence,
    Symbol,
    Typed,
    Unknown,
    Value,
    held_value,
    options,
    union,
)

if TYPE_CHECKING:
    from claude_lint.python.evaluate import Evaluator

DUMPING_METHODS = frozenset({"model_dump", "model_dump_json", "dict", "json"})
"""What the methods of models are called that give their fields."""

_MODEL_BASES = ("pydantic.BaseModel", "pydantic.main.BaseModel", "sqlmodel.SQLModel")
_LEAVING_OUT = ("exclude_unset", "exclude_defaults")
_OTHER_NAMES = ("include", "by_alias")


def dumped_by_method(
    evaluator: Evaluator, given: Value, method: str, arguments: Arguments, origin: Origin
) -> Value | None:
    """Return what a dumping method gives, None where it is not that of a model."""
    models = [_as_instance(one) for one in options(given)]
    if not all(one is not None and _inherits(evaluator, one, method) for one in models):
        return None
    made = dumped(evaluator, given, arguments, origin)
    if not method.endswith("json"):
        return made
    return Result(Symbol("json.dumps"), Arguments((made,), Mapping()), origin=origin)


def dumped(evaluator: Evaluator, given: Value, arguments: Arguments, origin: Origin) -> Value:
    """Return the dict of an object's fields, as far as the project says what they are."""
    return union(_dumped(evaluator, one, arguments, origin) for one in options(given))


def _as_instance(value: Value) -> Instance | None:
    if isinstance(value, Typed) and isinstance(value.type, ClassValue):
        return Instance(value.type, origin=value.origin, under=value.under)
    return value if isinstance(value, Instance) else None


def _inherits(evaluator: Evaluator, given: Instance, method: str) -> bool:
    """Tell whether an object has a method from its library's base class alone."""
    scopes, foreign = ancestry(evaluator, given.cls)
    return not any(scope.bindings(method) for scope in scopes) and any(
        isinstance(one, Symbol) and one.path in _MODEL_BASES for one in foreign
    )


def _dumped(evaluator: Evaluator, given: Value, arguments: Arguments, origin: Origin) -> Value:
    instance = _as_instance(given)
    if instance is None:
        return Unknown(origin=origin, why="fields")
    unseen = Unknown(origin=origin, why="fields")
    left_out = _names(arguments.get("exclude"))
    is_open = left_out is None or not arguments.keywords.is_closed
    is_open = is_open or any(map(arguments.may_pass, _OTHER_NAMES))
    passed = instance.arguments
    rest = (unseen,) if is_open else ()
    unnamed = passed.keywords.rest if passed is not None else ()
    entries: list[Entry] = []
    for name, bindings in _fields(evaluator, instance.cls).items():
        if name in (left_out or ()):
            continue
        held: Held = partial(_field, evaluator, instance, bindings, name, origin)
        may_lack = any(map(arguments.may_pass, _LEAVING_OUT)) and not (
            passed is not None and passed.get(name) is not None
        )
        if arguments.may_pass("exclude_none"):
            found = options(held_value(held))
            set_to = [one for one in found if not _is_none(one)]
            if not set_to:
                continue
            may_lack = may_lack or len(set_to) < len(found)
            held = union(set_to)
        under = _may_be_left_out(evaluator, origin, name) if may_lack else NO_ARMS
        entries.append(Entry(Constant(name, origin=origin), held, origin, under))
    return Mapping(tuple(entries), (*rest, *unnamed), origin=origin, under=given.under)


def _names(value: Value | None) -> frozenset[object] | None:
    """Return the names that a set, list or dict of them holds, None where it holds others too."""
    if value is None or _is_none(value):
        return frozenset()
    if isinstance(value, Mapping):
        held = [entry.key for entry in value.entries]
    else:
        held = list(value.items) if isinstance(value, Sequence) else []
    is_whole = isinstance(value, (Mapping, Sequence)) and not value.rest
    if not is_whole or not all(isinstance(one, Constant) for one in held):
        return None
    return frozenset(one.value for one in held if isinstance(one, Constant))


def _is_none(value: Value) -> bool:
    return isinstance(value, Constant) and value.value is None


def _may_be_left_out(evaluator: Evaluator, origin: Origin, name: str) -> Arms:
    return frozenset({Arm(evaluator.branch(("left out", origin.node, name), 2), 0)})


def _fields(evaluator: Evaluator, cls: ClassValue) -> dict[str, list[Binding]]:
    """Return the fields of a class and its bases, in order, with what declares them."""
    found: dict[str, list[Binding]] = {}
    for scope in reversed(ancestry(evaluator, cls)[0]):
        for name in scope.fields():
            bindings = scope.bindings(name)
            if any(map(_declares_field, bindings)) and not name.startswith(("_", "model_config")):
                found[name] = bindings
    return found


def _declares_field(binding: Binding) -> bool:
    note = binding.annotation
    return note is not None and "ClassVar" not in cst.Module([]).code_for_node(note)


def _field(
    evaluator: Evaluator, given: Instance, bindings: list[Binding], name: str, origin: Origin
) -> Value:
    from claude_lint.python.fields import field_values

    def work() -> Value:
        return union(field_values(evaluator, given, bindings[0].scope, bindings, name, origin))

    # A model may be made from what another one, or it itself, is dumped to.
    made = -1 - (id(given.arguments) if given.arguments is not None else 0)
    key = (bindings[0].node, made, evaluator.is_searching)
    return evaluator.once(key, work, Unknown(origin=origin, why="fields", name=name))


def as_dict(evaluator: Evaluator, arguments: Arguments, origin: Origin) -> Value | None:
    """Return what `asdict(object)` gives."""
    if not arguments.given:
        return None
    given = held_value(arguments.given[0])
    if not all(isinstance(one, (Instance, Typed)) for one in options(given)):
        return None
    return dumped(evaluator, given, Arguments((), Mapping()), origin)


DUMPING_FUNCTIONS: dict[str, Callable[[Evaluator, Arguments, Origin], Value | None]] = (
    dict.fromkeys(("dataclasses.asdict", "attrs.asdict", "attr.asdict"), as_dict)
)
"""By their paths, the functions that give an object's fields."""
