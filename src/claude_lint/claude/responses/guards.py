"""What code makes sure of before it uses an object: its type, its attributes, errors caught."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

import libcst as cst

from claude_lint.python.module import Module, attribute_name
from claude_lint.python.premises import Subject
from claude_lint.python.syntax import string_value, walk
from claude_lint.python.values import Value

_TYPE_TESTS = frozenset({"isinstance", "type", "callable", "isawaitable", "iscoroutine"})
_ATTRIBUTE_TESTS = frozenset({"hasattr", "getattr"})
_WRITER = cst.Module([])


@dataclass(frozen=True, slots=True)
class _Tests:
    """Which expressions a function tests, by their code without white space."""

    typed: frozenset[str] = frozenset()
    attributes: frozenset[tuple[str, str]] = frozenset()
    kinds: frozenset[str] = frozenset()
    """Those whose `type` attribute or key is looked at."""


class Guards:
    """Answers for a module whether a function tests what it uses, anywhere in its body."""

    def __init__(self, module: Module) -> None:
        self._module = module
        self._tests: dict[cst.CSTNode, _Tests] = {}

    def tests_type(self, node: cst.CSTNode) -> bool:
        """Tell whether the function around tests the type of what an expression holds."""
        return written(node) in self._tests_around(node).typed

    def tests_attribute(self, node: cst.CSTNode, name: str) -> bool:
        """Tell whether the function around asks if the object has the attribute."""
        return (written(node), name) in self._tests_around(node).attributes

    def tests_kind(self, node: cst.CSTNode) -> bool:
        """Tell whether the function around looks at the object's own `type`."""
        return written(node) in self._tests_around(node).kinds

    def catches(self, node: cst.CSTNode, error: str) -> bool:
        """Tell whether an error raised here is caught by name."""
        child = node
        for parent in self._module.ancestors(node):
            if isinstance(parent, (cst.FunctionDef, cst.Lambda)):
                return False
            if isinstance(parent, (cst.Try, cst.TryStar)) and child is parent.body:
                if any(_catches(handler, error) for handler in parent.handlers):
                    return True
            if isinstance(parent, cst.With) and child is parent.body:
                items = [written(item.item) for item in parent.items]
                if any("suppress(" in item and error in item for item in items):
                    return True
            child = parent
        return False

    def falls_back(self, node: cst.CSTNode, calls: Collection[cst.CSTNode]) -> bool:
        """Tell whether a `try` of this one statement has something else for whatever fails.

        One that makes the calls as well is about their errors.
        """
        for parent in self._module.ancestors(node):
            if isinstance(parent, (cst.Try, cst.TryStar)):
                return (
                    len(parent.body.body) == 1
                    and any(_catches_all(handler) for handler in parent.handlers)
                    and not any(parent in self._module.ancestors(call) for call in calls)
                )
            if isinstance(parent, (cst.FunctionDef, cst.If, cst.For, cst.While, cst.With)):
                return False
        return False

    def _tests_around(self, node: cst.CSTNode) -> _Tests:
        around = function_around(self._module, node)
        known = self._tests.get(around)
        if known is None:
            known = self._tests[around] = _tests(around)
        return known


def _catches(handler: cst.ExceptHandler | cst.ExceptStarHandler, error: str) -> bool:
    return handler.type is not None and error in written(handler.type)


def _catches_all(handler: cst.ExceptHandler | cst.ExceptStarHandler) -> bool:
    return handler.type is None or written(handler.type) in ("Exception", "BaseException")


def is_told_apart(value: Value) -> bool:
    """Tell whether a value came through a branch that tests the type of the name it then had."""
    if not value.under or not value.via:
        return False
    names = {re.escape(name.rpartition(".")[2]) for name in value.via}
    test = re.compile(rf"\bisinstance\((?:\w+\.)*(?:{'|'.join(names)}),")
    subjects = [premise.subject for arm in value.under for premise in arm.premises]
    return any(isinstance(one, Subject) and test.search(one.text) for one in subjects)


def function_around(module: Module, node: cst.CSTNode) -> cst.CSTNode:
    """Return the outermost function a node stands in, at module level its whole statement."""
    around = node
    outermost: cst.CSTNode | None = None
    for around in module.ancestors(node):
        if isinstance(around, cst.FunctionDef):
            outermost = around
    return outermost or around


def written(node: cst.CSTNode) -> str:
    """Return an expression's code without white space."""
    return re.sub(r"\s+", "", _WRITER.code_for_node(node))


def _tests(around: cst.CSTNode) -> _Tests:
    typed: set[str] = set()
    attributes: set[tuple[str, str]] = set()
    kinds: set[str] = set()
    for node in walk(around):
        if isinstance(node, cst.Call) and node.args:
            name = attribute_name(node.func)
            if name in _TYPE_TESTS:
                typed.add(written(node.args[0].value))
            elif name in _ATTRIBUTE_TESTS and len(node.args) > 1:
                asked = string_value(node.args[1].value)
                attributes.add((written(node.args[0].value), str(asked)))
                if asked == "type":
                    kinds.add(written(node.args[0].value))
        elif isinstance(node, cst.Match):
            typed.update(_subjects(node))
        elif isinstance(node, cst.Attribute) and node.attr.value == "type":
            kinds.add(written(node.value))
    return _Tests(frozenset(typed), frozenset(attributes), frozenset(kinds))


def _subjects(node: cst.Match) -> Iterator[str]:
    subject = node.subject
    if isinstance(subject, cst.Tuple):
        yield from (written(element.value) for element in subject.elements)
    else:
        yield written(subject)
