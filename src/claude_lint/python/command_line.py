"""What a program is given on its command line: by argparse, by click, by typer.

A user may say anything, so what the code names is only some of what it can be: the default, and
the choices where there are some.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import libcst as cst

from claude_lint.python.module import Module
from claude_lint.python.scopes import Binding
from claude_lint.python.syntax import access_path, string_value
from claude_lint.python.values import (
    Arguments,
    Attribute,
    Constant,
    Entry,
    Environ,
    Item,
    Mapping,
    Origin,
    Result,
    Sequence,
    Symbol,
    Typed,
    Unknown,
    Value,
    options,
    union,
)

if TYPE_CHECKING:
    from claude_lint.python.evaluate import Evaluator

_PARSING = frozenset({"parse_args", "parse_known_args", "parse_intermixed_args"})
_STORING = frozenset({"store", "argparse.BooleanOptionalAction"})
_MOST_DECLARED = 200
_DECORATORS = frozenset({"option", "argument"})
_DEFAULTS = re.compile(r"(?:^|\.)(?:Option|Argument|Query|Body|Form|Header|Cookie|Path)$")
_LIBRARIES = frozenset({"typer", "fastapi", "cyclopts"})


# ---------------------------------------------------------------------- argparse


def argument(evaluator: Evaluator, base: Value, name: str, origin: Origin) -> Value | None:
    """Return an argument of a parsed command line, None of anything else."""
    found = [
        one
        for module in _parsed_by(base, origin)
        for call in _declared(module).get(name, ())
        if not _is_of_another(evaluator, module, call, base)
        for one in _possible(evaluator, module, call, name)
    ]
    return union([*found, Unknown(origin=origin, why="argument", name=name)]) if found else None


def arguments(evaluator: Evaluator, base: Value, origin: Origin) -> Mapping | None:
    """Return all arguments of a parsed command line, for `vars`; None of anything else."""
    names = {name: None for module in _parsed_by(base, origin) for name in _declared(module)}
    entries = [
        Entry(Constant(name, origin=origin), value, origin)
        for name in list(names)[:_MOST_DECLARED]
        if (value := argument(evaluator, base, name, origin)) is not None
    ]
    rest = (Unknown(origin=origin, why="argument"),)
    return Mapping(tuple(entries), rest, origin=origin) if entries else None


def _parsed_by(base: Value, origin: Origin) -> list[Module]:
    """Return the modules that say what arguments a value has, if it holds parsed ones."""
    if isinstance(base, Typed):
        return [origin.module] if _is_named(base.type, "Namespace") else []
    if isinstance(base, Item):  # the first of the two that `parse_known_args` gives
        base = base.base
    if not isinstance(base, Result) or not isinstance(base.callee, Attribute):
        return []
    if base.callee.name not in _PARSING:
        return []
    places = [base.origin, base.callee.base.origin, origin]
    return list({id(one.module): one.module for one in places if one is not None}.values())


def _is_of_another(evaluator: Evaluator, module: Module, call: cst.Call, base: Value) -> bool:
    """Tell whether an argument is declared for another parser than the one that parsed `base`."""
    if len(module.call_sites("ArgumentParser")) < 2 or "parents=" in module.lines:
        return False
    assert isinstance(call.func, cst.Attribute)
    asked, declared = _parser(base), _parser(evaluator.value(module, call.func.value))
    return asked is not None and declared is not None and asked is not declared


def _parser(value: Value) -> cst.CSTNode | None:
    """Return the call that made a parser, of its groups and commands as well."""
    while isinstance(value, (Attribute, Item, Result)):
        if isinstance(value, Result) and isinstance(value.callee, Symbol):
            return value.origin.node if value.origin is not None else None
        value = value.callee if isinstance(value, Result) else value.base
    return None


def _is_named(value: Value, name: str) -> bool:
    return isinstance(value, Symbol) and value.path.rpartition(".")[2] == name


def _declared(module: Module) -> dict[str, list[cst.Call]]:
    """Return the calls of a module that declare arguments or their defaults, by argument."""
    found: dict[str, list[cst.Call]] = {}
    for call in module.call_sites("add_argument"):
        name = _destination(call)
        if name is not None:
            found.setdefault(name, []).append(call)
    for call in module.call_sites("set_defaults"):
        for arg in call.args:
            if arg.keyword is not None:
                found.setdefault(arg.keyword.value, []).append(call)
    return found


def _destination(call: cst.Call) -> str | None:
    """Return the attribute that an argument is stored as."""
    for arg in call.args:
        if arg.keyword is not None and arg.keyword.value == "dest":
            said = string_value(arg.value)
            return said if isinstance(said, str) else None
    names = _names(call)
    if not names:
        return None
    long = next((one for one in names if one.startswith("--")), names[0])
    return long.lstrip("-").replace("-", "_")


def _names(call: cst.Call) -> list[str]:
    given = [string_value(arg.value) for arg in call.args if arg.keyword is None]
    return [one for one in given if isinstance(one, str)]


def _possible(evaluator: Evaluator, module: Module, call: cst.Call, name: str) -> Iterator[Value]:
    """Yield what one declaration says that an argument can be."""
    given = evaluator.arguments(module, call)
    path = access_path(call.func)
    if path is not None and path[-1] == "set_defaults":
        yield from _worth(given.get(name))
        return
    action = given.get("action")
    if action is None or any(
        isinstance(one, Constant) and one.value in _STORING for one in options(action)
    ):
        yield from _said(given)


def _said(given: Arguments) -> Iterator[Value]:
    """Yield the default of an argument, and what a user may choose."""
    yield from _worth(given.get("default"))
    yield from _listed(given.get("choices"))


def _listed(choices: Value | None) -> Iterator[Value]:
    for one in options(choices):
        if isinstance(one, Sequence):
            yield from one.items
        elif isinstance(one, Mapping):
            yield from (entry.key for entry in one.entries)


def _worth(value: Value | None) -> Iterator[Value]:
    """Yield what a default says; one that is empty only says that a user has to."""
    for one in options(value):
        if not isinstance(one, Constant) or one.value not in (None, "", Ellipsis):
            yield one


# ---------------------------------------------------------------------- click and typer


def stated_default(value: Value) -> Value:
    """Return the default of a parameter that is written as `typer.Option(…)` or `Query(…)`."""
    if not isinstance(value, Result) or not isinstance(value.callee, Symbol):
        return value
    path = value.callee.path
    if path.partition(".")[0] not in _LIBRARIES or not _DEFAULTS.search(path):
        return value
    found = [*_worth(value.arguments.get("default", 0))]
    return _or_variable(value.arguments, union(found) if found else None, value.origin)


def option(evaluator: Evaluator, binding: Binding) -> Value | None:
    """Return what `@click.option` gives a parameter, None where none does."""
    module, function = binding.scope.module, binding.scope.node
    if not isinstance(function, cst.FunctionDef):
        return None
    for one in function.decorators:
        call = one.decorator
        path = access_path(call.func) if isinstance(call, cst.Call) else None
        if not isinstance(call, cst.Call) or path is None or path[-1] not in _DECORATORS:
            continue
        if _parameter(call) != binding.name:
            continue
        given = evaluator.arguments(module, call)
        found = [*_said(given)]
        for kind in options(given.get("type")):
            if isinstance(kind, Result) and _is_named(kind.callee, "Choice"):
                found += _listed(kind.arguments.get("choices", 0))
        return _or_variable(given, union(found) if found else None, Origin(module, call))
    return None


def _parameter(call: cst.Call) -> str | None:
    """Return the parameter that click passes an option as."""
    names = _names(call)
    plain = [one for one in names if not one.startswith("-")]
    if plain:
        return plain[0].lower().replace("-", "_")
    long = next((one for one in names if one.startswith("--")), names[0] if names else None)
    return long.partition("/")[0].lstrip("-").lower().replace("-", "_") if long else None


def _or_variable(given: Arguments, default: Value | None, origin: Origin | None) -> Value:
    """Return a default that an environment variable can stand in for, where one is named."""
    for one in options(given.get("envvar")):
        if isinstance(one, Constant) and isinstance(one.value, str):
            return Environ(one.value, default, origin=origin)
    return default or Unknown(origin=origin, why="argument")
