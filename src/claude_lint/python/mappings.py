"""Whether an expression is a mapping by what is written where its names are bound.

Nothing is evaluated: `found.get(key)` is met a hundred times for each `session.get(url)`, and
working out what a parameter can be may mean to read half a project.
"""

from __future__ import annotations

import re

import libcst as cst

from claude_lint.python.module import Module
from claude_lint.python.scopes import Binding, Scope
from claude_lint.python.syntax import access_path, string_value

_TYPES = frozenset({
    "dict", "Dict", "Mapping", "MutableMapping", "DefaultDict", "defaultdict", "OrderedDict",
    "Counter", "TypedDict", "ChainMap",
})  # fmt: skip
_MAKERS = _TYPES | {"loads", "vars", "globals", "locals", "model_dump", "to_dict", "asdict"}
_WRAPPERS = frozenset({"Optional", "Union", "Annotated", "Final", "ClassVar"})
_QUOTED = re.compile(r"\s*(?:Optional\[\s*)?(?:\w+\.)*(\w+)\b")
_DISPLAYS = (cst.Dict, cst.DictComp)


def is_mapping(module: Module, node: cst.CSTNode) -> bool:
    """Tell whether an expression can only be a mapping, or nothing at all."""
    if isinstance(node, _DISPLAYS):
        return True
    if isinstance(node, cst.BooleanOperation):
        return is_mapping(module, node.right)
    if isinstance(node, cst.Call):
        path = access_path(node.func)
        return path is not None and path[-1] in _MAKERS
    if isinstance(node, cst.Name):
        scope = module.place(node)[0].owner(node.value)
        return scope is not None and _binds_mappings(scope, node.value)
    if isinstance(node, cst.Attribute):
        return _is_mapping_attribute(module, node)
    return False


def _binds_mappings(scope: Scope, name: str) -> bool:
    bindings = [one for one in scope.bindings(name) if one.kind != "augmented"]
    return bool(bindings) and all(map(_binds_mapping, bindings))


def _binds_mapping(binding: Binding) -> bool:
    if binding.annotation is not None:
        return _names_mapping(binding.annotation)
    if binding.kind == "parameter" and isinstance(binding.node, cst.Param):
        return binding.node.star == "**"
    if binding.kind != "assign" or binding.path:
        return False
    # A name that is bound to another is not followed: one step tells most of what can be told.
    return isinstance(binding.node, (cst.Dict, cst.DictComp, cst.Call)) and is_mapping(
        binding.scope.module, binding.node
    )


def _is_mapping_attribute(module: Module, node: cst.Attribute) -> bool:
    """Tell of `self.name` by what the class and its methods give it."""
    scope = module.place(node)[0]
    path = access_path(node)
    cls = scope.enclosing_class()
    if path is None or len(path) != 2 or cls is None or path[0] != scope.receiver():
        return False
    name = path[1]
    if cls.bindings(name):
        return _binds_mappings(cls, name)
    for unit in cls.units:
        if "__init__" in unit.names:
            unit.load()
    given = [
        event
        for method in cls.inner
        for event in method.events.get(path[0], ())
        if event.kind == "setattr" and event.path[1:] == (name,)
    ]
    if not given:
        return False
    return all(
        _names_mapping(event.key)
        if event.key is not None
        else isinstance(event.value, (*_DISPLAYS, cst.Call)) and is_mapping(module, event.value)
        for event in given
    )


def _names_mapping(annotation: cst.BaseExpression) -> bool:
    if isinstance(annotation, cst.BinaryOperation):  # `dict[str, str] | None`
        sides = (annotation.left, annotation.right)
        named = [one for one in sides if not _is_none(one)]
        return bool(named) and all(map(_names_mapping, named))
    if isinstance(annotation, cst.SimpleString):
        text = string_value(annotation)
        match = _QUOTED.match(text) if isinstance(text, str) else None
        return match is not None and match[1] in _TYPES
    if isinstance(annotation, cst.Subscript):
        path = access_path(annotation.value)
        if path is None:
            return False
        if path[-1] in _WRAPPERS:
            parts = [
                one.slice.value for one in annotation.slice if isinstance(one.slice, cst.Index)
            ]
            if path[-1] == "Annotated":
                parts = parts[:1]
            named = [one for one in parts if not _is_none(one)]
            return bool(named) and all(map(_names_mapping, named))
        return path[-1] in _TYPES
    path = access_path(annotation)
    return path is not None and path[-1] in _TYPES


def _is_none(node: cst.CSTNode) -> bool:
    return isinstance(node, cst.Name) and node.value == "None"
