"""Scopes of parsed code: what is bound, changed, returned and called, and where."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import libcst as cst

from claude_lint.python.flow import FIRST, Arm, Point

if TYPE_CHECKING:
    from claude_lint.python.module import Module, Unit


@dataclass(frozen=True, slots=True, eq=False)
class Binding:
    """One way a name gets its value.

    `kind`: assign, annotation (no value), augmented, import, from, function, class, parameter,
    for, with, except, delete, match, global. `node` is the value's expression or the defining
    node; `path` the place in an unpacked tuple; `target` an import's dotted name.
    """

    name: str
    kind: str
    node: cst.CSTNode
    scope: Scope
    point: Point
    path: tuple[int, ...] = ()
    target: str = ""
    annotation: cst.BaseExpression | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Event:
    """A change to the object found at a path such as `self.session.headers` or `d.[key]`.

    `kind`: setitem (`key`, `value`), delitem (`key`), setattr (the path's last name, `value`),
    call (`node` is the method call; the path ends with the method), augmented (`value`, and
    `operator`), argument (`node` is a call that was handed the object). `is_repeated` in a
    comprehension, whose changes are those of the scope around it.
    """

    kind: str
    path: tuple[str, ...]
    scope: Scope
    point: Point
    node: cst.CSTNode
    key: cst.BaseExpression | None = None
    value: cst.BaseExpression | None = None
    is_repeated: bool = False


@dataclass(eq=False, repr=False)
class Scope:
    """A module, class, function, lambda or comprehension, as one walk found it.

    `events` are kept by the first name of their path.
    """

    kind: str
    name: str
    parent: Scope | None
    module: Module
    node: cst.CSTNode | None = None
    point: Point = FIRST
    bound: dict[str, list[Binding]] = field(default_factory=lambda: defaultdict(list))
    events: dict[str, list[Event]] = field(default_factory=lambda: defaultdict(list))
    returns: list[tuple[cst.BaseExpression | None, Point]] = field(default_factory=list)
    yields: list[tuple[cst.BaseExpression | None, Point]] = field(default_factory=list)
    exits: dict[Arm, str] = field(default_factory=dict)  # return | raise | break | continue
    outer_names: dict[str, str] = field(default_factory=dict)  # name → global | nonlocal
    inner: list[Scope] = field(default_factory=list)
    units: tuple[Unit, ...] = ()
    _binding: tuple[tuple[Unit, ...], dict[str, list[Unit]]] | None = None  # by name

    @property
    def qualified_name(self) -> str:
        """The dotted path of functions and classes from the module, `""` for the module."""
        names = []
        scope: Scope | None = self
        while scope is not None:
            if scope.kind in ("function", "class"):
                names.append(scope.name)
            scope = scope.parent
        return ".".join(reversed(names))

    def bindings(self, name: str) -> list[Binding]:
        """Return the bindings of a name in this very scope, loading the statements that bind it."""
        if self.units:
            if self._binding is None or self._binding[0] is not self.units:
                units: dict[str, list[Unit]] = {}
                for unit in self.units:
                    for one in unit.names:
                        units.setdefault(one, []).append(unit)
                self._binding = (self.units, units)
            for unit in self._binding[1].get(name, ()):
                unit.load()
        return self.bound.get(name, [])

    def fields(self) -> list[str]:
        """Return the names that are bound here by other statements than definitions, in order."""
        if not self.units:
            return list(self.bound)
        return [one for unit in self.units if not unit.is_definition for one in sorted(unit.names)]

    def owner(self, name: str) -> Scope | None:
        """Find the scope a name read here belongs to, None when nothing binds it."""
        scope: Scope | None = self
        if name in self.outer_names and self.outer_names[name] == "global":
            return self.module.scope
        while scope is not None:
            if (scope is self or scope.kind != "class") and scope.bindings(name):
                return scope
            scope = scope.parent
        return None

    def below(self) -> Iterator[Scope]:
        """Yield the scope and every loaded one inside it."""
        stack = [self]
        while stack:
            scope = stack.pop()
            yield scope
            stack.extend(scope.inner)

    def function(self) -> Scope | None:
        """Return the nearest enclosing function, this scope included."""
        scope: Scope | None = self
        while scope is not None and scope.kind != "function":
            scope = scope.parent
        return scope

    def enclosing_class(self) -> Scope | None:
        """Return the class this scope is a method of, at any depth of nested functions."""
        scope: Scope | None = self
        while scope is not None:
            if scope.kind == "class":
                return scope
            scope = scope.parent
        return None

    def receiver(self) -> str | None:
        """Return what the method this scope is, or is in, calls its object; None elsewhere."""
        scope: Scope | None = self
        while scope is not None and scope.parent is not None:
            if scope.parent.kind == "class" and isinstance(scope.node, cst.FunctionDef):
                first = next(iter(scope.node.params.params), None)
                name = first.name.value if first is not None else ""
                return name if name in ("self", "cls") else None
            scope = scope.parent
        return None
