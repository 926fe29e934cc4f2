"""What code does once a request has failed: the ways from there to the end of a loop or function.

A small interpreter for one failure at a time. It decides the conditions that look at the failure
(`e.status_code == 429`, `isinstance(e, RateLimitError)`), and goes both ways at all others.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial

import libcst as cst

from claude_lint.claude.retries.conditions import Answers, assigned_paths, constant_of, dotted
from claude_lint.claude.retries.effects import effects
from claude_lint.claude.retries.failures import UNREADABLE, Failure, Library, catches, error_class
from claude_lint.claude.retries.ways import Boundary, Mark, Way, contains, distinct, each
from claude_lint.python.evaluate import Evaluator
from claude_lint.python.module import Module
from claude_lint.python.syntax import access_path, children, number_value, walk
from claude_lint.python.values import Result, Symbol, Unknown, options

_MOST_STATEMENTS = 800  # followed for one outcome
_CLOCKS = frozenset({"time", "monotonic", "perf_counter", "now"})


class Aftermath:
    """Follows the outcomes of a request within `boundary`, a loop or function around it.

    `counters` are the names that tell one try from another. `failure` is the outcome that is
    followed at the time, None for success, and `sent` the expression that had it.
    """

    def __init__(
        self,
        evaluator: Evaluator,
        module: Module,
        boundary: Boundary,
        library: Library,
        counters: frozenset[str] = frozenset(),
    ) -> None:
        self.evaluator, self.module, self.boundary = evaluator, module, boundary
        self.library, self.counters = library, counters
        self.failure: Failure | None = None
        self.sent: cst.CSTNode = boundary
        self.before: frozenset[cst.CSTNode] = frozenset()  # evaluated before it is sent
        self.asked = _names_asked(boundary)
        self.answer_names: frozenset[str] = frozenset()
        self._left_over = _MOST_STATEMENTS
        self._names: dict[cst.CSTNode, frozenset[str]] = {}
        self._steps: dict[cst.CSTNode, tuple[cst.Call | cst.Subscript, ...]] = {}

    def ways(self, failure: Failure | None, node: cst.CSTNode, start: Way) -> list[Way]:
        """Follow what happens after the expression `node` up to the end of the boundary."""
        self.failure, self.sent = failure, node
        self._left_over = _MOST_STATEMENTS
        self.before = frozenset(self.steps(node))
        self.answer_names = _names_given(self.module, node)
        found = [start]
        child = node
        is_entered = False
        for parent in self.module.ancestors(node):
            if not is_entered and isinstance(child, cst.BaseSmallStatement):
                found = each(found, partial(self._small, child))
                is_entered = True
            elif not is_entered and isinstance(child, cst.BaseCompoundStatement):
                found = each(found, partial(self._statement, child))
                is_entered = True
                if child is self.boundary:
                    return found
            if parent is self.boundary and is_entered:
                return found
            if is_entered:
                found = self._left(parent, child, found)
            child = parent
        return found

    def _left(self, parent: cst.CSTNode, child: cst.CSTNode, ways: list[Way]) -> list[Way]:
        """Leave `child`, a part of `parent`."""
        body = getattr(parent, "body", None)
        if isinstance(body, Sequence) and child in body:
            return self._run(body[list(body).index(child) + 1 :], ways)
        if isinstance(parent, (cst.Try, cst.TryStar)):
            if child is parent.body:
                return self._handled(parent, ways)
            return ways if child is parent.finalbody else self._finally(parent, ways)
        if isinstance(parent, cst.With) and child is parent.body:
            return [self._suppressed(parent, way) for way in ways]
        if isinstance(parent, (cst.For, cst.While)) and child is parent.body:
            return self._after_inner_loop(parent, ways)
        return ways

    # ------------------------------------------------------------------ statements

    def _run(self, statements: Iterable[cst.CSTNode], ways: list[Way]) -> list[Way]:
        for statement in statements:
            if self._left_over <= 0:
                break
            self._left_over -= len(ways)
            ways = each(ways, partial(self._statement, statement))
        return ways

    def _block(self, block: cst.CSTNode, way: Way) -> list[Way]:
        return self._run(block.body, [way])  # type: ignore[attr-defined]

    def _statement(self, node: cst.CSTNode, way: Way) -> list[Way]:
        if isinstance(node, cst.SimpleStatementLine):
            return self._run(node.body, [way])
        if isinstance(node, cst.BaseSmallStatement):
            return self._small(node, way)
        if isinstance(node, cst.If):
            return self._if(node, way)
        if isinstance(node, (cst.Try, cst.TryStar)):
            return self._handled(node, self._block(node.body, way))
        if isinstance(node, cst.With):
            for item in node.items:
                if item.asname is not None and contains(item.item, self.sent):
                    for name in assigned_paths(item.asname.name):
                        way = way.knowing(name, Mark.ANSWER)
            return [self._suppressed(node, one) for one in self._block(node.body, way)]
        if isinstance(node, (cst.For, cst.While)):
            return self._loop(node, way)
        if isinstance(node, cst.Match):
            return self._match(node, way)
        return [way]

    def _small(self, node: cst.CSTNode, way: Way) -> list[Way]:
        if self._reads_nothing(node, way):
            return [replace(way, end="raise", error=UNREADABLE)]
        if isinstance(node, cst.Continue):
            return [replace(way, end="continue")]
        if isinstance(node, cst.Break):
            return [replace(way, end="break")]
        found = effects(self, node, way)
        if isinstance(node, cst.Return):
            return each(found, partial(self._returned, node))
        if isinstance(node, cst.Raise):
            return each(found, partial(self._raised, node))
        if isinstance(node, cst.Assert):
            return each(found, partial(self._asserted, node))
        if isinstance(node, (cst.Assign, cst.AnnAssign, cst.AugAssign)):
            return [self._assigned(node, one) for one in found]
        return found

    def _reads_nothing(self, node: cst.CSTNode, way: Way) -> bool:
        """Tell whether a statement looks into an answer that never came, or into None."""
        if self.failure is None:
            return False
        known = dict(way.known)
        nothing = {name for name, what in known.items() if what is None}
        if way.error is not None:
            nothing |= self.answer_names - known.keys()
        return any(name.partition(".")[0] in nothing for name in self.names(node) if "." in name)

    def _returned(self, node: cst.Return, way: Way) -> list[Way]:
        result: object = None
        if node.value is not None:
            result = self._mark(node.value, way)
        return [replace(way, end="return", result=result)]

    def _raised(self, node: cst.Raise, way: Way) -> list[Way]:
        error = way.error
        if node.exc is not None:
            known = dict(way.known).get(dotted(node.exc) or "")
            if known is not Mark.ERROR:
                value = self.evaluator.value(self.module, node.exc)
                classes = [error_class(one) for one in options(value)]
                error = classes[0] if len(classes) == 1 else Unknown(why="raise")
        return [replace(way, end="raise", error=error or Unknown(why="raise"))]

    def _asserted(self, node: cst.Assert, way: Way) -> list[Way]:
        return [
            one if holds else replace(one, end="raise", error=one.error or UNREADABLE)
            for holds, one in self._decided(node.test, way)
        ]

    def _assigned(self, node: cst.Assign | cst.AnnAssign | cst.AugAssign, way: Way) -> Way:
        if way.end != "falls" or node.value is None:
            return way
        targets = [one.target for one in node.targets] if isinstance(node, cst.Assign) else []
        for target in targets or [node.target]:  # type: ignore[union-attr]
            for name in assigned_paths(target):
                what = (
                    Mark.CHANGED if isinstance(node, cst.AugAssign) else self._mark(node.value, way)
                )
                if name in self.asked or what is not Mark.CHANGED:
                    way = way.knowing(name, what)
        return way

    def _mark(self, value: cst.BaseExpression, way: Way) -> object:
        """Return what is known of the value of an expression."""
        bare = value.expression if isinstance(value, cst.Await) else value
        if bare is self.sent:
            return way.result
        if contains(value, self.sent):
            return Mark.DERIVED
        known = dict(way.known).get(dotted(value) or "")
        if known is not None:
            return known
        found, is_constant = constant_of(value)
        if is_constant:
            return found
        return Mark.DERIVED if Answers(self, way).mentions_outcome(value) else Mark.CHANGED

    def _if(self, node: cst.If, way: Way) -> list[Way]:
        found: list[Way] = []
        for holds, one in self._decided(node.test, way):
            if holds:
                found.extend(self._block(node.body, one))
            elif isinstance(node.orelse, cst.If):
                found.extend(self._if(node.orelse, one))
            elif node.orelse is not None:
                found.extend(self._block(node.orelse.body, one))
            else:
                found.append(one)
        return distinct(found)

    def _decided(self, test: cst.BaseExpression, way: Way) -> Iterator[tuple[bool, Way]]:
        """Yield what a condition can be, and the way it is then."""
        answers = Answers(self, way)
        truth = answers.truth(test)
        for one in effects(self, test, way):
            if answers.saw_outcome:
                one = replace(one, is_seen=True)
            if truth is None:
                judged = any(answers.mentions_outcome(part) for part in answers.undecided)
                counted = not judged and any(self.counts(part) for part in answers.undecided)
                one = replace(
                    one,
                    is_judged=one.is_judged or judged,
                    is_counted=one.is_counted or counted,
                )
            for holds in (True, False):
                if truth in (None, holds):
                    yield holds, one

    def names(self, node: cst.CSTNode) -> frozenset[str]:
        """Return the dotted names in an expression."""
        if node not in self._names:
            found = (dotted(part) for part in walk(node))
            self._names[node] = frozenset(name for name in found if name is not None)
        return self._names[node]

    def steps(self, node: cst.CSTNode) -> tuple[cst.Call | cst.Subscript, ...]:
        """Return the calls and subscripts that evaluating a statement runs into."""
        if node not in self._steps:
            found: list[cst.Call | cst.Subscript] = []
            stack = [node]
            while stack:
                part = stack.pop()
                if isinstance(part, (cst.Call, cst.Subscript)):
                    found.append(part)
                if not isinstance(part, cst.Lambda):
                    stack.extend(reversed(children(part)))
            self._steps[node] = tuple(found)
        return self._steps[node]

    def counts(self, node: cst.CSTNode) -> bool:
        """Tell whether an expression looks at how often or how long something was tried."""
        if self.names(node) & self.counters:
            return True
        paths = (access_path(step.func) for step in self.steps(node) if isinstance(step, cst.Call))
        return any(path is not None and path[-1] in _CLOCKS for path in paths)

    def _match(self, node: cst.Match, way: Way) -> list[Way]:
        found: list[Way] = []
        answers = Answers(self, way)
        subject = answers.number(node.subject)
        way = replace(way, is_seen=way.is_seen or answers.saw_outcome)
        for case in node.cases:
            fits = _fits(case.pattern, subject) if case.guard is None else None
            if fits is False:
                continue
            found.extend(self._block(case.body, way))
            if fits is True:
                return distinct(found)
        return distinct([*found, way])

    # ------------------------------------------------------------------ loops, handlers

    def _loop(self, node: cst.For | cst.While, way: Way) -> list[Way]:
        if node is self.boundary and isinstance(node, cst.While):  # the request is in its test
            return [
                one
                for holds, other in self._decided(node.test, way)
                for one in (self._block(node.body, other) if holds else [replace(way, end="break")])
            ]
        if isinstance(node, cst.While) and Answers(self, way).truth(node.test) is False:
            return [way]
        ways = self._after_inner_loop(node, self._block(node.body, way))
        return distinct([*ways, *([way] if isinstance(node, cst.For) else [])])

    def _after_inner_loop(self, node: cst.For | cst.While, ways: list[Way]) -> list[Way]:
        """Leave a loop inside the boundary: it ends, sooner or later, unless its test holds on."""
        found: list[Way] = []
        for way in ways:
            if way.end == "break":
                found.append(replace(way, end="falls"))
            elif way.end in ("falls", "continue"):
                if isinstance(node, cst.While) and Answers(self, way).truth(node.test):
                    continue
                ended = replace(way, end="falls")
                found.extend(self._block(node.orelse.body, ended) if node.orelse else [ended])
            else:
                found.append(way)
        return distinct(found)

    def _handled(self, node: cst.Try | cst.TryStar, ways: list[Way]) -> list[Way]:
        """Leave the body of a `try`."""
        found: list[Way] = []
        for way in ways:
            if way.end == "raise":
                found.extend(self._caught(node, way))
            elif way.end == "falls" and node.orelse is not None:
                found.extend(self._block(node.orelse.body, way))
            else:
                found.append(way)
        return self._finally(node, distinct(found))

    def _caught(self, node: cst.Try | cst.TryStar, way: Way) -> Iterator[Way]:
        assert way.error is not None
        for handler in node.handlers:
            caught = (
                self.evaluator.value(self.module, handler.type)
                if handler.type is not None
                else None
            )
            takes = catches(self.evaluator, caught, way.error)
            if takes is False:
                continue
            entered = replace(way, end="falls")
            if handler.name is not None:
                for name in assigned_paths(handler.name.name):
                    entered = entered.knowing(name, Mark.ERROR)
            yield from self._block(handler.body, entered)
            if takes:
                return
        yield way

    def _finally(self, node: cst.Try | cst.TryStar, ways: list[Way]) -> list[Way]:
        if node.finalbody is None:
            return ways
        found: list[Way] = []
        for way in ways:
            for one in self._block(node.finalbody.body, replace(way, end="falls")):
                found.append(replace(one, end=way.end) if one.end == "falls" else one)
        return found

    def _suppressed(self, node: cst.With, way: Way) -> Way:
        """`with contextlib.suppress(…):` swallows what its body raises."""
        if way.end != "raise" or way.error is None:
            return way
        for item in node.items:
            value = self.evaluator.value(self.module, item.item)
            if isinstance(value, Result) and isinstance(value.callee, Symbol):
                if value.callee.path == "contextlib.suppress" and any(
                    catches(self.evaluator, one, way.error) for one in value.arguments.positional
                ):
                    return replace(way, end="falls")
        return way


def _fits(pattern: cst.MatchPattern, number: int | None) -> bool | None:
    if isinstance(pattern, cst.MatchAs) and pattern.pattern is None:
        return True
    if number is None:
        return None
    if isinstance(pattern, cst.MatchValue) and isinstance(pattern.value, cst.Integer):
        return number_value(pattern.value) == number
    if isinstance(pattern, cst.MatchOr):
        answers = [_fits(one.pattern, number) for one in pattern.patterns]
        return True if True in answers else None if None in answers else False
    return None


def _names_asked(boundary: Boundary) -> frozenset[str]:
    """Return the names that conditions ask about, and those that are raised."""
    found: set[str] = set()
    for part in walk(boundary):
        asked: cst.CSTNode | None = None
        if isinstance(part, (cst.If, cst.While, cst.Assert)):
            asked = part.test
        elif isinstance(part, cst.Raise):
            asked = part.exc
        if asked is not None:
            found.update(name for one in walk(asked) if (name := dotted(one)) is not None)
    return frozenset(found)


def _names_given(module: Module, node: cst.CSTNode) -> frozenset[str]:
    """Return the names that get the value of an expression."""
    for parent in module.ancestors(node):
        if isinstance(parent, cst.Assign):
            return frozenset(n for one in parent.targets for n in assigned_paths(one.target))
        if isinstance(parent, cst.AnnAssign):
            return frozenset(assigned_paths(parent.target))
        if isinstance(parent, cst.BaseSmallStatement):
            break
    return frozenset()
