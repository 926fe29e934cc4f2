"""Filling scopes from the statements of one unit, in one walk."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import libcst as cst

from claude_lint.python.flow import Arm, Branch, Point, Premise
from claude_lint.python.premises import (
    NO_PREMISES,
    Outcome,
    Premises,
    case_values,
    outcome,
    subject,
)
from claude_lint.python.scopes import Binding, Event, Scope
from claude_lint.python.syntax import (
    access_path,
    assigned_names,
    children,
    place_path,
    walk,
)

if TYPE_CHECKING:
    from claude_lint.python.module import Module

Comprehension = cst.ListComp | cst.SetComp | cst.GeneratorExp | cst.DictComp


_LEAVING = ("continue", "break", "return", "raise")


class Binder:
    """Fills scopes from the statements of one unit, in one walk."""

    def __init__(self, module: Module, order: int) -> None:
        self.module = module
        self.order = order

    def build(self, statements: Iterator[cst.CSTNode] | list[cst.CSTNode], scope: Scope) -> None:
        """Walk statements that stand directly in `scope`."""
        for statement in statements:
            self._statement(statement, scope, ())

    # ------------------------------------------------------------------ statements

    def _point(self, arms: tuple[Arm, ...]) -> Point:
        self.order += 1
        return Point(self.order, arms)

    def _block(self, body: cst.CSTNode, scope: Scope, arms: tuple[Arm, ...]) -> None:
        for statement in body.body:  # type: ignore[attr-defined]
            arms = (*arms, *self._statement(statement, scope, arms))

    def _statement(self, node: cst.CSTNode, scope: Scope, arms: tuple[Arm, ...]) -> tuple[Arm, ...]:
        """Walk a statement; return the arms that whatever follows it in its block stands in."""
        if isinstance(node, cst.SimpleStatementLine):
            self._block(node, scope, arms)
        elif isinstance(node, cst.BaseSmallStatement):
            self._small(node, scope, arms)
        elif isinstance(node, cst.FunctionDef):
            self._function(node, scope, arms)
        elif isinstance(node, cst.ClassDef):
            self._class(node, scope, arms)
        elif isinstance(node, cst.If):
            return self._if(node, scope, arms)
        elif isinstance(node, (cst.For, cst.While)):
            self._loop(node, scope, arms)
        elif isinstance(node, (cst.Try, cst.TryStar)):
            self._try(node, scope, arms)
        elif isinstance(node, cst.With):
            point = self._point(arms)
            for item in node.items:
                self._expression(item.item, scope, point)
                if item.asname is not None:
                    self._bind(item.asname.name, "with", item.item, scope, point)
            branch = Branch(node, "with", 1)
            self._block(node.body, scope, (*arms, Arm(branch, 0)))
        elif isinstance(node, cst.Match):
            self._match(node, scope, arms)
        return ()

    def _if(self, node: cst.If, scope: Scope, arms: tuple[Arm, ...]) -> tuple[Arm, ...]:
        chain: list[cst.If | cst.Else] = [node]
        while isinstance(last := chain[-1], cst.If) and last.orelse is not None:
            chain.append(last.orelse)
        branch = Branch(node, "if", len(chain) if isinstance(chain[-1], cst.Else) else 0)
        failed: Premises = NO_PREMISES
        ways: list[Arm] = []
        passed: list[Arm] = []
        for number, part in enumerate(chain):
            found = Outcome()
            if isinstance(part, cst.If):
                self._expression(part.test, scope, self._point(arms))
                found = outcome(part.test, scope, self.order)
            otherwise = found.failure if number == 0 else NO_PREMISES
            if number == 1 and isinstance(part, cst.Else):
                otherwise = ways[0].premises
            arm = Arm(branch, number, failed | found.success, otherwise)
            ways.append(arm)
            self._block(part.body, scope, (*arms, arm))
            failed |= found.failure
            how = scope.exits.get(arm)
            if found.failure and how is not None and len(passed) == number:
                # What has raised has no sequel to tell apart: there is one way past it.
                around = branch if how != "raise" else Branch(part, "guard", 0)
                passed.append(Arm(around, number, found.failure, arm.premises, taken=False))
        if branch.arms:
            self._leave_by_all(scope, ways, arms)
        return tuple(passed)

    def _loop(self, node: cst.For | cst.While, scope: Scope, arms: tuple[Arm, ...]) -> None:
        point = self._point(arms)
        arm = Arm(Branch(node, "loop", 0), 0)
        if isinstance(node, cst.For):
            self._expression(node.iter, scope, point)
            self._bind(node.target, "for", node.iter, scope, self._point((*arms, arm)))
        else:
            self._expression(node.test, scope, Point(point.order, (*arms, arm)))
        self._block(node.body, scope, (*arms, arm))
        if node.orelse is not None:
            self._block(node.orelse.body, scope, arms)

    def _try(self, node: cst.Try | cst.TryStar, scope: Scope, arms: tuple[Arm, ...]) -> None:
        branch = Branch(node, "try", 1 + len(node.handlers))
        ways = [Arm(branch, number) for number in range(branch.arms)]
        self._block(node.body, scope, (*arms, Arm(branch, 0)))
        if node.orelse is not None:
            self._block(node.orelse.body, scope, (*arms, Arm(branch, 0)))
        handlers: Sequence[cst.ExceptHandler | cst.ExceptStarHandler] = node.handlers
        for number, handler in enumerate(handlers, 1):
            inside = (*arms, Arm(branch, number))
            point = self._point(inside)
            if handler.type is not None:
                self._expression(handler.type, scope, point)
            if handler.name is not None:
                self._bind(handler.name.name, "except", handler, scope, point)
            self._block(handler.body, scope, inside)
        self._leave_by_all(scope, ways, arms)
        if node.finalbody is not None:
            self._block(node.finalbody.body, scope, arms)

    def _match(self, node: cst.Match, scope: Scope, arms: tuple[Arm, ...]) -> None:
        point = self._point(arms)
        self._expression(node.subject, scope, point)
        last = node.cases[-1] if node.cases else None
        catch_all = (
            last is not None
            and last.guard is None
            and isinstance(last.pattern, cst.MatchAs)
            and last.pattern.pattern is None
        )
        branch = Branch(node, "match", len(node.cases) if catch_all else 0)
        about = subject(node.subject, scope, point.order)
        failed: Premises = NO_PREMISES
        for number, case in enumerate(node.cases):
            premises = failed
            values = case_values(case.pattern) if about is not None else None
            if values is not None:
                premises = failed | {Premise(about, values)}
                if case.guard is None:
                    failed = failed | {Premise(about, values, holds=False)}
            inside = (*arms, Arm(branch, number, premises))
            here = self._point(inside)
            for part in walk(case.pattern):
                if isinstance(part, (cst.MatchAs, cst.MatchStar)) and part.name is not None:
                    self._bind(part.name, "match", node.subject, scope, here)
            if case.guard is not None:
                self._expression(case.guard, scope, here)
            self._block(case.body, scope, inside)

    def _small(self, node: cst.BaseSmallStatement, scope: Scope, arms: tuple[Arm, ...]) -> None:
        point = self._point(arms)
        self.module.places[node] = (scope, point)
        if isinstance(node, cst.Assign):
            self._expression(node.value, scope, point)
            for target in node.targets:
                self._assign(target.target, node.value, node, scope, point)
        elif isinstance(node, cst.AnnAssign):
            if node.value is not None:
                self._expression(node.value, scope, point)
            self._assign(node.target, node.value, node, scope, point, node.annotation.annotation)
        elif isinstance(node, cst.AugAssign):
            self._expression(node.value, scope, point)
            path = place_path(node.target)
            if path is not None:
                self._event(Event("augmented", path, scope, point, node, value=node.value))
            self._expression(node.target, scope, point)
        elif isinstance(node, (cst.Import, cst.ImportFrom)):
            self._import(node, scope, point)
        elif isinstance(node, cst.Return):
            if node.value is not None:
                self._expression(node.value, scope, point)
            scope.returns.append((node.value, point))
            self._leave(scope, arms, "return")
        elif isinstance(node, cst.Raise):
            for child in children(node):
                self._expression(child, scope, point)
            self._leave(scope, arms, "raise")
        elif isinstance(node, (cst.Continue, cst.Break)):
            self._leave(scope, arms, "break" if isinstance(node, cst.Break) else "continue")
        elif isinstance(node, (cst.Global, cst.Nonlocal)):
            kind = "global" if isinstance(node, cst.Global) else "nonlocal"
            for item in node.names:
                scope.outer_names[item.name.value] = kind
        elif isinstance(node, cst.Del):
            targets = node.target.elements if isinstance(node.target, cst.Tuple) else (node,)
            for one in targets:
                deleted = one.target if isinstance(one, cst.Del) else one.value
                self._expression(deleted, scope, point)
                if isinstance(deleted, cst.Subscript):
                    self._subscript_event("delitem", deleted, None, node, scope, point)
        else:
            for child in children(node):
                self._expression(child, scope, point)
            if isinstance(node, cst.Expr) and _exits_process(node.value):
                self._leave(scope, arms, "raise")

    def _leave(self, scope: Scope, arms: tuple[Arm, ...], how: str) -> None:
        for arm in reversed(arms):
            if arm.taken:
                scope.exits[arm] = how
                if arm.branch.kind != "with":  # leaving its block leaves what is around it too
                    break

    def _leave_by_all(self, scope: Scope, ways: list[Arm], arms: tuple[Arm, ...]) -> None:
        """Leave the block around a branch whose every way leaves."""
        how = {scope.exits.get(arm) for arm in ways}
        if None not in how:
            self._leave(scope, arms, next(one for one in _LEAVING if one in how))

    def _assign(
        self,
        target: cst.BaseExpression,
        value: cst.BaseExpression | None,
        node: cst.CSTNode,
        scope: Scope,
        point: Point,
        annotation: cst.BaseExpression | None = None,
    ) -> None:
        if isinstance(target, cst.Subscript):
            self._expression(target, scope, point)
            self._subscript_event("setitem", target, value, node, scope, point)
        elif isinstance(target, cst.Attribute):
            path = access_path(target)
            if path is not None:
                self._event(Event("setattr", path, scope, point, node, value=value, key=annotation))
            self._expression(target.value, scope, point)
        else:
            kind = "assign" if value is not None else "annotation"
            self._bind(target, kind, value if value is not None else node, scope, point, annotation)
            if isinstance(target, (cst.Tuple, cst.List)):
                self._unpacked_attributes(target, value, node, scope, point)

    def _unpacked_attributes(
        self,
        target: cst.Tuple | cst.List,
        value: cst.BaseExpression | None,
        node: cst.CSTNode,
        scope: Scope,
        point: Point,
    ) -> None:
        """`self.a, self.b = x, y`: an event each where the right side is a display too."""
        values = value.elements if isinstance(value, (cst.Tuple, cst.List)) else ()
        for number, element in enumerate(target.elements):
            path = access_path(element.value)
            if path is not None and len(path) > 1:
                one = values[number].value if number < len(values) else None
                self._event(Event("setattr", path, scope, point, node, value=one))

    def _subscript_event(
        self,
        kind: str,
        target: cst.Subscript,
        value: cst.BaseExpression | None,
        node: cst.CSTNode,
        scope: Scope,
        point: Point,
    ) -> None:
        path = place_path(target.value)
        if path is None or len(target.slice) != 1:
            return
        index = target.slice[0].slice
        key = index.value if isinstance(index, cst.Index) else None
        self._event(Event(kind, path, scope, point, node, key=key, value=value))

    def _event(self, event: Event) -> None:
        name, scope, point = event.path[0], event.scope, event.point
        while (
            scope.kind == "comprehension" and scope.parent is not None and name not in scope.bound
        ):
            scope, point = scope.parent, scope.point
        if scope is not event.scope:
            event = replace(event, scope=scope, point=point, is_repeated=True)
        scope.events[name].append(event)

    def _bind(
        self,
        target: cst.BaseExpression,
        kind: str,
        node: cst.CSTNode,
        scope: Scope,
        point: Point,
        annotation: cst.BaseExpression | None = None,
    ) -> None:
        if not isinstance(target, cst.Name):
            self._expression(target, scope, point)  # `d[key], self.items[:n] = pair`
        for name, path in assigned_names(target):
            self._add(Binding(name.value, kind, node, scope, point, path, "", annotation))

    def _add(self, binding: Binding) -> None:
        scope = binding.scope
        outer = scope.outer_names.get(binding.name)
        if outer == "global":
            self.module.scope.bound[binding.name].append(binding)
        elif outer == "nonlocal" and scope.parent is not None:
            owner = scope.parent.owner(binding.name) or scope.parent
            owner.bound[binding.name].append(binding)
        else:
            scope.bound[binding.name].append(binding)

    def _import(self, node: cst.Import | cst.ImportFrom, scope: Scope, point: Point) -> None:
        if isinstance(node, cst.Import):
            for alias in node.names:
                dotted = ".".join(access_path(alias.name) or ())
                name, target = dotted.split(".")[0], dotted.split(".")[0]
                if alias.asname is not None and isinstance(alias.asname.name, cst.Name):
                    name, target = alias.asname.name.value, dotted
                self._add(Binding(name, "import", alias, scope, point, (), target))
            return
        base = "." * len(node.relative) + ".".join(
            access_path(node.module) or () if node.module else ()
        )
        if isinstance(node.names, cst.ImportStar):
            self.module.star_imports.append(base)
            return
        for alias in node.names:
            original = alias.name.value if isinstance(alias.name, cst.Name) else ""
            name = original
            if alias.asname is not None and isinstance(alias.asname.name, cst.Name):
                name = alias.asname.name.value
            target = f"{base}{original}" if base.endswith(".") else f"{base}.{original}"
            self._add(Binding(name, "from", alias, scope, point, (), target))

    # ------------------------------------------------------------------ functions, classes

    def _function(self, node: cst.FunctionDef, scope: Scope, arms: tuple[Arm, ...]) -> None:
        point = self._point(arms)
        self.module.places[node] = (scope, point)
        for decorator in node.decorators:
            self._expression(decorator.decorator, scope, point)
        inner = Scope("function", node.name.value, scope, self.module, node, point)
        scope.inner.append(inner)
        self.module.scopes[node] = inner
        self._parameters(node.params, scope, point, inner)
        if node.returns is not None:
            self._expression(node.returns.annotation, scope, point)
        self._block(node.body, inner, ())
        self._add(Binding(node.name.value, "function", node, scope, point))

    def _parameters(self, params: cst.Parameters, scope: Scope, point: Point, inner: Scope) -> None:
        everything = [*params.posonly_params, *params.params, *params.kwonly_params]
        for extra in (params.star_arg, params.star_kwarg):
            if isinstance(extra, cst.Param):
                everything.append(extra)
        for param in everything:
            if param.default is not None:
                self.module.places[param] = (scope, point)
                self._expression(param.default, scope, point)
            annotation = param.annotation.annotation if param.annotation is not None else None
            start = Point(-1)
            inner.bound[param.name.value].append(
                Binding(param.name.value, "parameter", param, inner, start, (), "", annotation)
            )

    def _class(self, node: cst.ClassDef, scope: Scope, arms: tuple[Arm, ...]) -> Scope:
        point = self._point(arms)
        self.module.places[node] = (scope, point)
        for part in (*node.decorators, *node.bases, *node.keywords):
            self._expression(part, scope, point)
        inner = Scope("class", node.name.value, scope, self.module, node, point)
        scope.inner.append(inner)
        self.module.scopes[node] = inner
        self._block(node.body, inner, ())
        self._add(Binding(node.name.value, "class", node, scope, point))
        return inner

    # ------------------------------------------------------------------ expressions

    def _expression(self, node: cst.CSTNode, scope: Scope, point: Point) -> None:
        """Note calls, lambdas, comprehensions and walruses below an expression."""
        self.module.places.setdefault(node, (scope, point))
        stack = [node]
        while stack:
            one = stack.pop()
            if isinstance(one, cst.Lambda):
                inner = Scope("lambda", "<lambda>", scope, self.module, one, point)
                scope.inner.append(inner)
                self.module.scopes[one] = inner
                self._parameters(one.params, scope, point, inner)
                self._expression(one.body, inner, Point(0))
                continue
            if isinstance(one, Comprehension):
                self._comprehension(one, scope, point)
                continue
            if isinstance(one, cst.NamedExpr):
                self._bind(one.target, "assign", one.value, scope, point)
            elif isinstance(one, cst.Yield):
                value = one.value if isinstance(one.value, cst.BaseExpression) else None
                (scope.function() or scope).yields.append((value, point))
            elif isinstance(one, cst.Call):
                self._call(one, scope, point)
            stack.extend(children(one))

    def _comprehension(self, node: Comprehension, scope: Scope, point: Point) -> None:
        inner = Scope("comprehension", "<comprehension>", scope, self.module, node, point)
        scope.inner.append(inner)
        self.module.scopes[node] = inner
        part: cst.CompFor | None = node.for_in
        self._expression(node.for_in.iter, scope, point)
        first = True
        while part is not None:
            if not first:
                self._expression(part.iter, inner, Point(0))
            first = False
            self._bind(part.target, "for", part.iter, inner, Point(-1))
            for condition in part.ifs:
                self._expression(condition.test, inner, Point(0))
            part = part.inner_for_in
        if isinstance(node, cst.DictComp):
            self._expression(node.key, inner, Point(0))
            self._expression(node.value, inner, Point(0))
        elif not isinstance(node, cst.DictComp):
            self._expression(node.elt, inner, Point(0))

    def _call(self, node: cst.Call, scope: Scope, point: Point) -> None:
        self.module.note_call(node, scope, point)
        if isinstance(node.func, cst.Attribute):
            path = place_path(node.func)
            if path is not None:
                self._event(Event("call", path, scope, point, node))
        for argument in node.args:
            if argument.star != "":
                continue
            path = place_path(argument.value)
            if path is not None:
                self._event(Event("argument", path, scope, point, node))


def _exits_process(node: cst.BaseExpression) -> bool:
    if not isinstance(node, cst.Call):
        return False
    return access_path(node.func) in {("sys", "exit"), ("exit",), ("quit",), ("os", "_exit")}
