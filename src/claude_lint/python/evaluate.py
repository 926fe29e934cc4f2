"""Working out what an expression can be, on demand, across functions and modules.

All bounded: a budget of steps for each question the domain asks, a depth of calls, and a mark on
what is being worked out, so that cycles end as `Unknown`.
"""

from __future__ import annotations

import builtins
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager

import libcst as cst

from claude_lint.python import builtin_calls, changes, functions, objects
from claude_lint.python.annotations import annotated
from claude_lint.python.answers import Answers
from claude_lint.python.branches import beside, in_frame, let_through, passing, tests_of
from claude_lint.python.builtin_functions import iterated
from claude_lint.python.dumping import DUMPING_METHODS, dumped_by_method
from claude_lint.python.expressions import FORMS
from claude_lint.python.flow import (
    END,
    Arm,
    Arms,
    Branch,
    Point,
    Premise,
    reaching,
    ways,
)
from claude_lint.python.handing import NO_READERS, Readers
from claude_lint.python.module import Module
from claude_lint.python.premises import Outcome, Subject, outcome, subject
from claude_lint.python.project import Project
from claude_lint.python.scopes import Binding, Event, Scope
from claude_lint.python.syntax import access_path
from claude_lint.python.values import (
    Arguments,
    ClassValue,
    Constant,
    Entry,
    Frame,
    Held,
    Instance,
    Mapping,
    ModuleValue,
    Origin,
    Sequence,
    Symbol,
    Union,
    Unknown,
    Value,
    conditioned,
    named,
    options,
    possible,
    union,
)

_Key = tuple[cst.CSTNode, int, bool]
_STEPS = 2_500
_HANDS = 4
_MOST_NESTED = 120
_UNCUT = 1 << 30
_MOST_TEXTS = 16


class Evaluator:
    """Answers what expressions can be. One lives as long as the check of one file."""

    def __init__(self, project: Project, readers: Readers = NO_READERS) -> None:
        self.project, self.readers = project, readers
        self.steps, self.hands = 0, _HANDS
        self.is_searching = True
        self._known: dict[_Key, Value] = {}
        self._passing: dict[_Key, Value] = {}
        self._working: dict[_Key | tuple[Module, str], int] = {}
        self._cut = _UNCUT  # how far out a cycle reaches that cut something short
        self._callers: dict[Scope, tuple[tuple[Module, cst.Call], ...]] = {}
        self.crowded: set[Scope] = set()  # functions of whose callers only some are known
        self.overridden: dict[Scope, tuple[tuple[Module, cst.Call], ...]] = {}
        self.heirs: dict[Scope, tuple[Scope, ...]] = {}
        self.open_frames: dict[tuple[Scope, Scope], Frame] = {}
        self.deciding: set[tuple[object, int]] = set()
        self.answers: dict[tuple[Premise, int, bool], Answers] = {}
        self.possible: dict[tuple[Arms, int, bool], bool] = {}
        self.arms: dict[tuple[Arm, int, bool], Arm | None] = {}
        self._branches: dict[Hashable, Branch] = {}
        self._subjects: dict[cst.CSTNode, Subject | None] = {}
        self._outcomes: dict[cst.CSTNode, Outcome] = {}
        self._tests: dict[cst.CSTNode, list[tuple[str, Premise]]] = {}
        self._parameters: set[tuple[Scope, str]] = set()
        self.made: dict[Scope, tuple[tuple[Instance, Arms], ...]] = {}
        self.init_frames: dict[tuple[int, Scope], Frame | None] = {}
        self.frames: dict[tuple[cst.Call, int, Scope, int], Frame] = {}
        self.attribute_events: dict[tuple[Scope, str], list[Event]] = {}
        self._frames: list[Frame] = []  # keeps frames alive, since values are kept by their id

    def reset(self, budget: int = _STEPS, hands: int = _HANDS) -> None:
        """Give the next question a budget of its own.

        `hands` is how many callers a value is followed back through.
        """
        self.steps = _STEPS - budget
        self.hands = hands
        self._passing.clear()
        self.answers.clear()
        self.possible.clear()

    def spend(self, steps: int) -> bool:
        """Take steps from the budget of the question; tell whether it had that many."""
        self.steps += steps
        if self.steps > _STEPS:
            self.cut_short()
        return self.steps <= _STEPS

    @contextmanager
    def apart(self) -> Iterator[None]:
        """Work out on a budget of its own what is remembered for all questions."""
        steps, self.steps = self.steps, 0
        try:
            yield
        finally:
            self.steps = steps

    @contextmanager
    def without_callers(self) -> Iterator[None]:
        """Work out what is known without a look at who calls, and at what makes objects."""
        self.is_searching = False
        try:
            yield
        finally:
            self.is_searching = True

    def cut_short(self) -> None:
        """Note that what is being worked out depends on how it was come to."""
        self._cut = -1

    # ------------------------------------------------------------------ entry points

    def value(self, module: Module, node: cst.CSTNode, frame: Frame | None = None) -> Value:
        """Return what an expression of a module can be."""
        key = (node, id(frame) if frame is not None else 0, self.is_searching)
        known = self._known.get(key) or self._passing.get(key)
        if known is not None:
            return known
        self.steps += 1
        depth = self._working.get(key)
        if depth is not None or self.steps > _STEPS or len(self._working) > _MOST_NESTED:
            self._cut = min(self._cut, depth if depth is not None else -1)
            return Unknown(origin=Origin(module, node), why="budget")
        at = len(self._working)
        self._working[key] = at
        try:
            found = self._evaluate(module, node, frame)
            if node in self._tests:
                found = let_through(found, self._tests[node])
        finally:
            del self._working[key]
        if frame is not None:
            self._frames.append(frame)
        # What was cut short inside a cycle, or by the budget, holds for this question only:
        # what is remembered must not depend on what was asked first.
        if self._cut < at:
            self._passing[key] = found
        else:
            self._known[key] = found
            self._cut = _UNCUT
        if not self._working:
            self._cut = _UNCUT
        return found

    def later(self, module: Module, node: cst.CSTNode, frame: Frame | None) -> Held:
        """Return what an expression can be, to be worked out when it is asked for."""
        return lambda: self.value(module, node, frame)

    def arguments(self, module: Module, call: cst.Call, frame: Frame | None = None) -> Arguments:
        """Return what a call passes, with resolved `*` and `**`."""
        given: list[Held] = []
        entries: list[Entry] = []
        rest: list[Value] = []
        starred = False
        if len(call.args) > changes.MOST_ENTRIES:
            open_to_all = Mapping((), (Unknown(why="budget"),), origin=Origin(module, call))
            return Arguments((), open_to_all, starred=True)
        for arg in call.args:
            origin = Origin(module, arg)
            if arg.star == "**":
                changes.spread(self.value(module, arg.value, frame), entries, rest)
            elif arg.star == "*":
                value = self.value(module, arg.value, frame)
                if isinstance(value, Sequence) and value.is_closed and not starred:
                    given.extend(value.items)
                else:
                    starred = True
            elif arg.keyword is not None:
                key = Constant(arg.keyword.value, origin=Origin(module, arg.keyword))
                changes.put(entries, Entry(key, self.later(module, arg.value, frame), origin))
            elif not starred:
                given.append(self.later(module, arg.value, frame))
        keywords = Mapping(tuple(entries), tuple(rest), origin=Origin(module, call))
        return Arguments(tuple(given), keywords, starred)

    # ------------------------------------------------------------------ expressions

    def _evaluate(self, module: Module, node: cst.CSTNode, frame: Frame | None) -> Value:
        form = FORMS.get(type(node))
        if form is not None:
            return form(self, module, node, frame)
        if isinstance(node, cst.Name):
            return self._name(module, node, frame)
        if isinstance(node, cst.Attribute):
            return self._attribute(module, node, frame)
        if isinstance(node, cst.Call):
            return self._call(module, node, frame)
        if isinstance(node, cst.Subscript):
            return self._subscript(module, node, frame)
        if isinstance(node, cst.IfExp):
            return self._conditional(module, node, frame)
        return Unknown(origin=Origin(module, node), why=type(node).__name__)

    def _conditional(self, module: Module, node: cst.IfExp, frame: Frame | None) -> Value:
        if node not in self._outcomes:
            scope, point = module.place(node)
            test = self._outcomes[node] = outcome(node.test, scope, point.order)
            self._tests.update(tests_of(node.body, test.success))
            self._tests.update(tests_of(node.orelse, test.failure))
        test = self._outcomes[node]
        found: list[Value] = []
        first = Arm(self.branch(node, 2), 0, test.success, test.failure)
        second = Arm(first.branch, 1, test.failure, test.success)
        for part, arm in ((node.body, first), (node.orelse, second)):
            under = in_frame(self, [arm], frame)
            if under is not None:
                found.append(conditioned(self.value(module, part, frame), under))
        return union(found)

    def subject(self, module: Module, node: cst.CSTNode) -> Subject | None:
        """Return what names an expression of a module, None for what has no name."""
        if node not in self._subjects:
            scope, point = module.place(node)
            self._subjects[node] = subject(node, scope, point.order)
        return self._subjects[node]

    def branch(self, key: Hashable, arms: int = 0, kind: str = "if") -> Branch:
        """Return the branch that an expression or a choice stands for, always the same one."""
        if key not in self._branches:
            self._branches[key] = Branch(cst.Pass(), kind, arms)
        return self._branches[key]

    def _subscript(self, module: Module, node: cst.Subscript, frame: Frame | None) -> Value:
        base = self.value(module, node.value, frame)
        origin = Origin(module, node)
        if len(node.slice) != 1 or not isinstance(index := node.slice[0].slice, cst.Index):
            return Unknown(origin=origin, why="slice")
        key = self.value(module, index.value, frame)
        about = self.subject(module, index.value)
        return union([
            builtin_calls.item(self, one, key, origin, about, frame) for one in options(base)
        ])  # fmt: skip

    # ------------------------------------------------------------------ names

    def _name(self, module: Module, node: cst.Name, frame: Frame | None) -> Value:
        scope, point = module.place(node)
        attribute = ""
        around = module.parents.get(node)
        if isinstance(around, cst.Attribute) and scope.receiver() == node.value:
            above = module.parents.get(around)
            if not isinstance(above, cst.Call) or above.func is not around:
                attribute = around.attr.value
        return self.lookup(scope, node.value, point, frame, Origin(module, node), attribute)

    def lookup(
        self,
        scope: Scope,
        name: str,
        point: Point,
        frame: Frame | None,
        origin: Origin,
        attribute: str = "",
    ) -> Value:
        """Return what a name read at a point of a scope can be.

        Where an `attribute` of it is all that is read, what changes others is left out.
        """
        owner = scope.owner(name)
        if owner is None:
            return self._outside(scope.module, name, origin)
        if owner is not scope:
            frame = outer_frame(frame, owner)
            # The use is in an inner scope: of a comprehension or lambda at its own place,
            # of a function whenever it is called.
            inner = scope
            while inner.parent is not None and inner.parent is not owner:
                inner = inner.parent
            point = inner.point if inner.kind in ("comprehension", "lambda") else END
        bindings = owner.bindings(name)
        own = [binding for binding in bindings if binding.scope is owner]
        found, _is_certain = reaching(own, point, owner.exits)
        if not found and point is not END:
            found = own
        values: list[Value] = []
        for binding, own_under in ways(found, point if owner is scope else END):
            under = in_frame(self, own_under, frame)
            if under is None:
                continue
            value = self.bound(binding, frame)
            if binding.path and isinstance(value, Union):
                value = beside(self, value, binding, point.arms, frame)
            version = sum(one.point.order <= binding.point.order for one in own)
            value = passing(value, name, owner, version, own_under)
            value = changes.since(
                self, value, (name,), owner, binding.point, point, frame, attribute
            )
            values.append(named(conditioned(value, under), name))
        for late in bindings:  # a `global` in some function may bind at any time
            if late.scope is not owner:
                values.append(named(self.bound(late, None), name))
        if not values:
            values.append(Unknown(origin=origin, why="unbound", name=name))
        version = sum(one.point.order < point.order for one in own)
        value = union(values)
        if isinstance(value, Union) and not any(arm.branch.kind == "loop" for arm in point.arms):
            value = possible(value, [arm for arm in point.arms if arm.premises])
        return passing(value, name, owner, version, point.arms)

    def _outside(self, module: Module, name: str, origin: Origin) -> Value:
        module.load_star_imports()
        foreign: list[Value] = []
        for base in module.star_imports:
            found = self.imported(
                module, f"{base}.{name}" if not base.endswith(".") else base + name, origin
            )
            if isinstance(found, Symbol):
                foreign.append(found)
            elif not isinstance(found, Unknown):
                return found
        if name in ("True", "False", "None"):
            return Constant({"True": True, "False": False, "None": None}[name], origin=origin)
        if foreign and not hasattr(builtins, name):
            return union(foreign)  # `from library import *` may bring it, and nothing else does
        return Symbol(f"builtins.{name}", origin=origin, via=(name,))

    def bound(self, binding: Binding, frame: Frame | None) -> Value:
        """Return what a binding gives its name."""
        module = binding.scope.module
        origin = Origin(module, binding.node)
        kind = binding.kind
        if kind == "assign":
            value = self.value(module, binding.node, frame)
            return builtin_calls.unpack(self, value, binding.path, origin)
        if kind in ("import", "from"):
            return self.imported(module, binding.target, origin)
        if kind == "function":
            return functions.defined_function(self, binding, frame)
        if kind == "class":
            scope = module.scopes[binding.node]
            return ClassValue(scope, frame, origin=origin)
        if kind == "parameter":
            return functions.parameter(self, binding, frame)
        if kind == "for":
            value = self.value(module, binding.node, frame)
            return builtin_calls.unpack(self, iterated(self, value, origin), binding.path, origin)
        if kind == "with":
            return self.value(module, binding.node, frame)
        if kind == "annotation" and binding.annotation is not None:
            return annotated(self, module, binding.annotation, None)
        return Unknown(origin=origin, why=kind, name=binding.name)

    def imported(self, module: Module, dotted: str, origin: Origin) -> Value:
        """Return a module or name by the dotted path of its import; leading dots are relative."""
        unknown = Unknown(origin=origin, why="budget", name=dotted)
        # Modules may import a name from each other.
        return self.once((module, dotted), lambda: self._imported(module, dotted, origin), unknown)

    def once(
        self,
        key: _Key | tuple[Module, str],
        work: Callable[[], Value],
        unknown: Value,
    ) -> Value:
        """Work out what code can make depend on itself; return `unknown` where it does."""
        depth = self._working.get(key)
        if depth is not None or len(self._working) > _MOST_NESTED:
            self._cut = min(self._cut, depth if depth is not None else -1)
            return unknown
        self._working[key] = len(self._working)
        try:
            return work()
        finally:
            del self._working[key]

    def _imported(self, module: Module, dotted: str, origin: Origin) -> Value:
        found = self.project.find(module, dotted)
        if found is None:
            return (
                Symbol(dotted.lstrip("."), origin=origin)
                if not dotted.startswith(".")
                else Unknown(origin=origin, why="import", name=dotted)
            )
        target, names = found
        value: Value = ModuleValue(target, origin=origin)
        for name in names:
            value = self.attribute(value, name, origin)
        return value

    # ------------------------------------------------------------------ attributes and calls

    def _attribute(self, module: Module, node: cst.Attribute, frame: Frame | None) -> Value:
        base = self.value(module, node.value, frame)
        origin = Origin(module, node)
        value = union(
            [self.attribute(one, node.attr.value, origin, frame) for one in options(base)]
        )
        path = access_path(node)
        return named(value, ".".join(path[-2:])) if path else value

    def attribute(
        self, base: Value, name: str, origin: Origin, frame: Frame | None = None
    ) -> Value:
        """Return an attribute of one value."""
        return objects.attribute(self, base, name, origin, frame)

    def _call(self, module: Module, node: cst.Call, frame: Frame | None) -> Value:
        origin = Origin(module, node)
        if isinstance(node.func, cst.Attribute) and node.func.attr.value in DUMPING_METHODS:
            given = self.value(module, node.func.value, frame)
            arguments = self.arguments(module, node, frame)
            made = dumped_by_method(self, given, node.func.attr.value, arguments, origin)
            if made is not None:
                return made
        callee = self.value(module, node.func, frame)
        return union(
            [objects.call(self, one, module, node, frame, origin) for one in options(callee)]
        )


def outer_frame(frame: Frame | None, owner: Scope) -> Frame | None:
    """Return the frame of the function `owner` that encloses the running one."""
    while frame is not None and frame.scope is not owner:
        frame = frame.outer
    return frame
