"""What a program uses for a key when the environment has none."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import libcst as cst

from claude_lint.claude.credentials.key_names import is_name_tested, is_tested, names_key
from claude_lint.claude.credentials.literals import keys_in
from claude_lint.claude.view import View
from claude_lint.python.classes import ancestry, is_of_settings
from claude_lint.python.module import Module
from claude_lint.python.scopes import Scope
from claude_lint.python.syntax import assigned_name, string_value, walk
from claude_lint.python.values import (
    ClassValue,
    Environ,
    Origin,
    options,
    strings,
)

_ENVIRONMENT = frozenset({"environ", "getenv"})
_MENTIONS = re.compile(r"(?:anthropic|claude)\w{0,60}key", re.IGNORECASE)


@dataclass(frozen=True, slots=True, eq=False)
class KeyDefault:
    """A text that is no key and is used as one when the environment has none.

    `at` is the text as written. `lookup` is the expression that reads the variable, None for the
    field of a settings class, which is read by its name.
    """

    at: Origin
    variable: str
    text: str
    lookup: Origin | None = None


def key_defaults(view: View) -> Iterator[KeyDefault]:
    """Yield the defaults of a file; not those that the code tests for before it goes on."""
    module = view.module
    if not _MENTIONS.search(module.lines):
        return
    module.load_matching(re.compile(r"environ|getenv|BaseSettings"))
    module.load_matching(_MENTIONS)
    told: set[cst.CSTNode] = set()
    for found in (*_of_lookups(view), *_of_settings(view)):
        if found.at.node not in told:
            told.add(found.at.node)
            yield found


# ---------------------------------------------------------------------- os.getenv


def _of_lookups(view: View) -> Iterator[KeyDefault]:
    module = view.module
    for node in _lookups(module):
        view.evaluator.reset()
        for one in options(view.evaluator.value(module, node)):
            if not isinstance(one, Environ) or not names_key(one.name) or one.origin is None:
                continue
            if one.origin.node not in set(walk(node)):
                continue  # read elsewhere
            for default in strings(one.default):
                at = default.origin
                if at is None or at.module is not module or any(keys_in(str(default.value))):
                    continue
                if isinstance(node, cst.BooleanOperation) and at.node in set(walk(node.left)):
                    continue  # `or` goes on to what stands on its right
                if is_tested(module, node) or _is_looked_after(view, node):
                    continue
                yield KeyDefault(at, one.name, str(default.value), Origin(module, node))


def _lookups(module: Module) -> Iterator[cst.CSTNode]:
    """Yield what may be a read of the environment with a default, outermost first."""
    for unit in module.all_units():
        for node in walk(unit.root) if unit.root is not None else ():
            is_or = isinstance(node, cst.BooleanOperation) and isinstance(node.operator, cst.Or)
            if is_or or (isinstance(node, cst.Call) and len(node.args) == 2):
                if _may_read_key(node):
                    yield node


def _may_read_key(node: cst.CSTNode) -> bool:
    """Tell whether an expression reads the environment or names a key, by what is written alone."""
    for part in walk(node):
        if isinstance(part, cst.Name) and part.value in _ENVIRONMENT:
            return True
        text = string_value(part) if isinstance(part, cst.SimpleString) else None
        if isinstance(text, str) and names_key(text):
            return True
    return False


def _is_looked_after(view: View, node: cst.CSTNode) -> bool:
    """Tell whether what holds the value is tested somewhere, so that nothing fails late."""
    name = _holder(view.module, node)
    return bool(name) and is_name_tested(view, name)


def _holder(module: Module, node: cst.CSTNode) -> str:
    """Return the name that a value is given, that of the function where it is returned."""
    for parent in module.ancestors(node):
        if isinstance(parent, (cst.Assign, cst.AnnAssign)):
            return assigned_name(parent)
        if isinstance(parent, cst.Param):
            return parent.name.value
        if isinstance(parent, cst.Arg) and parent.keyword is not None:
            if parent.keyword.value not in ("default", "default_factory"):
                return parent.keyword.value
        elif isinstance(parent, cst.DictElement):
            return ""
        elif isinstance(parent, cst.FunctionDef):
            return parent.name.value
    return ""


# ---------------------------------------------------------------------- settings classes


def _of_settings(view: View) -> Iterator[KeyDefault]:
    """Yield the defaults of pydantic settings, whose fields are variables of the environment."""
    for scope in _classes(view.module.scope):
        cls = ClassValue(scope)
        if not is_of_settings(ancestry(view.evaluator, cls)[1]):
            continue
        for name in list(scope.bound):
            if not names_key(name) or is_name_tested(view, name):
                continue
            for binding in scope.bindings(name):
                default = _written_default(binding.node)
                text = string_value(default) if default is not None else None
                if isinstance(text, str) and default is not None and not any(keys_in(text)):
                    yield KeyDefault(Origin(view.module, default), name.upper(), text)


def _classes(scope: Scope) -> Iterator[Scope]:
    for inner in scope.inner:
        if inner.kind == "class":
            for unit in inner.units:
                unit.load()
            yield inner


def _written_default(node: cst.CSTNode) -> cst.BaseExpression | None:
    """Look through `Field("…")` and `SecretStr("…")` to the text."""
    while isinstance(node, cst.Call) and node.args:
        named = [arg for arg in node.args if arg.keyword and arg.keyword.value == "default"]
        first = named[0] if named else node.args[0]
        if first.keyword is not None and not named:
            return None
        node = first.value
    return node if isinstance(node, (cst.SimpleString, cst.ConcatenatedString)) else None
