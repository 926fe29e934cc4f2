"""Conditions under a known failure: `e.status_code in (429, 529)`, `isinstance(e, Timeout)`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import libcst as cst

from claude_lint.claude.retries.failures import Failure, catches
from claude_lint.claude.retries.ways import Mark, Way
from claude_lint.python.syntax import access_path, number_value, string_value
from claude_lint.python.values import Attribute, Constant, Result, Sequence, Symbol, options

if TYPE_CHECKING:
    from claude_lint.claude.retries.aftermath import Aftermath

_STATUSES = frozenset({"status_code", "status", "code", "http_status", "returncode"})
_LOOPS = (cst.For, cst.While)
_GOOD = frozenset({"ok", "is_success"})
_WORDS = (
    (re.compile(r"rate|too.?many|429"), Failure.RATE_LIMIT),
    (re.compile(r"overload|529"), Failure.OVERLOADED),
    (re.compile(r"internal|500"), Failure.SERVER),
    (re.compile(r"time.?d?.?out"), Failure.TIMEOUT),
    (re.compile(r"connection"), Failure.CONNECTION),
    (re.compile(r"invalid_request|400"), Failure.BAD_REQUEST),
    (re.compile(r"authentication|unauthorized|401"), Failure.UNAUTHORIZED),
    (re.compile(r"permission|forbidden|403"), Failure.FORBIDDEN),
    (re.compile(r"not.?found|404"), Failure.NOT_FOUND),
)


class Answers:
    """Decides conditions on one way.

    `undecided` collects the parts that could not be, and `saw_outcome` says that a part that
    could looked at how the request ended.
    """

    def __init__(self, after: Aftermath, way: Way) -> None:
        self.after, self.way = after, way
        self.known = dict(way.known)
        self.undecided: list[cst.CSTNode] = []
        self.saw_outcome = False

    def truth(self, node: cst.BaseExpression) -> bool | None:
        """Return whether a condition holds, None where nobody can tell."""
        if isinstance(node, cst.UnaryOperation) and isinstance(node.operator, cst.Not):
            inner = self.truth(node.expression)
            return None if inner is None else not inner
        if isinstance(node, cst.BooleanOperation):
            return self._joined(node)
        found = self._leaf(node)
        if found is None:
            self.undecided.append(node)
        return found

    def _joined(self, node: cst.BooleanOperation) -> bool | None:
        before = len(self.undecided)
        sides = (self.truth(node.left), self.truth(node.right))
        decisive = isinstance(node.operator, cst.Or)
        if decisive in sides:
            del self.undecided[before:]
            return decisive
        return None if None in sides else not decisive

    def _leaf(self, node: cst.BaseExpression) -> bool | None:
        if isinstance(node, cst.NamedExpr):
            return self._leaf(node.value)
        if node is self.after.sent or (
            isinstance(node, cst.Await) and node.expression is self.after.sent
        ):
            return self._is_true(self.way.result)
        if isinstance(node, cst.Comparison):
            return self._comparison(node)
        if isinstance(node, cst.Call):
            return self._call(node)
        if isinstance(node, cst.Attribute) and node.attr.value in _GOOD:
            return self._is_good()
        if isinstance(node, cst.Integer):
            return number_value(node) != 0
        if isinstance(node, (cst.Name, cst.Attribute)):
            return self._name(node)
        return None

    def _is_good(self) -> bool | None:
        self.saw_outcome = True
        if self.after.failure is None:
            return True
        return None if self.after.failure.status is None else False

    def _name(self, node: cst.BaseExpression) -> bool | None:
        name = dotted(node)
        if name in ("True", "False", "None"):
            return name == "True"
        return self._is_true(self._what(name or ""))

    def _is_true(self, what: object) -> bool | None:
        if what is Mark.ANSWER and self.after.library.name == "requests":
            return self._is_good()  # `if response:` asks for its status
        if what in (Mark.ANSWER, Mark.ERROR):
            return True
        if isinstance(what, Mark):
            return None
        return bool(what)

    def _what(self, name: str) -> object:
        """Return what a name is known to be: on this way, or since before the loop."""
        if name in self.known:
            return self.known[name]
        if name in self.after.counters:
            return Mark.CHANGED
        module = self.after.module
        scope, point = module.place(self.after.sent)
        loops = {one for one in module.ancestors(self.after.sent) if isinstance(one, _LOOPS)}
        before = [
            binding
            for binding in scope.bound.get(name, ())
            if binding.point.order < point.order
            and loops.isdisjoint(module.ancestors(binding.node))
        ]
        if before and before[-1].kind == "assign":
            found, is_constant = constant_of(before[-1].node)
            if is_constant and not before[-1].path:
                return found
        return Mark.CHANGED

    # ------------------------------------------------------------------ calls, comparisons

    def _call(self, node: cst.Call) -> bool | None:
        path = access_path(node.func)
        if path == ("isinstance",) and len(node.args) == 2 and self.way.error is not None:
            if self._what(dotted(node.args[0].value) or "") is Mark.ERROR:
                module = self.after.module
                classes = self.after.evaluator.value(module, node.args[1].value)
                return catches(self.after.evaluator, classes, self.way.error)
        return None

    def _comparison(self, node: cst.Comparison) -> bool | None:
        answers: list[bool | None] = []
        left = node.left
        for part in node.comparisons:
            answers.append(self._compared(left, part.operator, part.comparator))
            left = part.comparator
        if False in answers:
            return False
        return None if None in answers else True

    def _compared(
        self, left: cst.BaseExpression, operator: cst.BaseCompOp, right: cst.BaseExpression
    ) -> bool | None:
        if isinstance(operator, (cst.In, cst.NotIn)):
            found = self._contained(left, right)
            return found if found is None or isinstance(operator, cst.In) else not found
        if isinstance(operator, (cst.Is, cst.IsNot)) or dotted(right) in ("None", "True", "False"):
            same = self._is_same(left, dotted(right))
            if same is None:
                return None
            return same == isinstance(operator, (cst.Is, cst.Equal))
        first, second = self.number(left), self.number(right)
        if first is None or second is None:
            return None
        return _ordered(operator, first, second)

    def _is_same(self, left: cst.BaseExpression, right: str | None) -> bool | None:
        what = self._what(dotted(left) or "")
        if right not in ("None", "True", "False") or what in (Mark.DERIVED, Mark.CHANGED):
            return None
        if isinstance(what, Mark):
            return False
        return what is {"None": None, "True": True, "False": False}[right]

    def _contained(self, left: cst.BaseExpression, right: cst.BaseExpression) -> bool | None:
        text = string_value(left)
        if isinstance(text, str) and self.mentions_outcome(right):
            return self._says(text)
        number = self.number(left)
        if number is None:
            return None
        if isinstance(right, cst.Call) and access_path(right.func) == ("range",):
            bounds = [self.number(arg.value) for arg in right.args]
            if len(bounds) == 2 and None not in bounds:
                return bounds[0] <= number < bounds[1]  # type: ignore[operator]
            return None
        numbers: set[object] = set()
        for one in options(self.after.evaluator.value(self.after.module, right)):
            if isinstance(one, Result) and isinstance(one.callee, Symbol):
                one = next(iter(one.arguments.positional), one)  # `frozenset({429, 529})`
            if not isinstance(one, Sequence) or not one.is_closed:
                return None
            numbers.update(i.value if isinstance(i, Constant) else None for i in one.items)
        return None if None in numbers else number in numbers

    def _says(self, text: str) -> bool | None:
        """Tell whether the outcome holds a text: the word for a failure, the key of an answer."""
        if text in ("error", "content"):
            if self.way.error is not None:
                return None
            self.saw_outcome = True
            return (text == "error") == (self.after.failure is not None)
        for pattern, failure in _WORDS:
            if pattern.search(text.lower()):
                return failure is self.after.failure
        return None

    def number(self, node: cst.BaseExpression) -> int | None:
        """Return a number, the status of the outcome where it stands for that."""
        if self.after.names(node) & self.after.counters:
            return None
        if isinstance(node, cst.Integer):
            whole = number_value(node)
            return whole if isinstance(whole, int) else None
        if isinstance(node, cst.BinaryOperation) and isinstance(node.operator, cst.FloorDivide):
            left, right = self.number(node.left), self.number(node.right)
            return left // right if left is not None and right else None
        if isinstance(node, cst.Call) and access_path(node.func) == ("int",) and node.args:
            return self.number(node.args[0].value)
        found = options(self.after.evaluator.value(self.after.module, node))
        if any(isinstance(one, Attribute) and one.name in _STATUSES for one in found):
            return self._status()
        if len(found) == 1 and isinstance(found[0], Constant) and isinstance(found[0].value, int):
            return None if isinstance(found[0].value, bool) else found[0].value
        name = access_path(node)
        if name is not None and len(name) > 1 and name[-1] in _STATUSES:
            return self._status()
        return None

    def _status(self) -> int | None:
        self.saw_outcome = True
        return 200 if self.after.failure is None else self.after.failure.status

    def mentions_outcome(self, node: cst.CSTNode) -> bool:
        """Tell whether an expression looks at the answer or at what was raised."""
        marks = (Mark.ANSWER, Mark.ERROR, Mark.DERIVED)
        return any(self.known.get(name) in marks for name in self.after.names(node))


def dotted(node: cst.CSTNode) -> str | None:
    """Return the text of a dotted name."""
    path = access_path(node)
    return ".".join(path) if path is not None else None


def assigned_paths(target: cst.BaseExpression) -> Iterator[str]:
    """Yield the dotted names a target sets."""
    if isinstance(target, (cst.Tuple, cst.List)):
        for element in target.elements:
            yield from assigned_paths(element.value)
    else:
        name = dotted(target)
        if name is not None:
            yield name


def constant_of(node: cst.CSTNode) -> tuple[object, bool]:
    """Return what a literal is, and whether it is one."""
    if isinstance(node, cst.Name) and node.value in ("True", "False", "None"):
        return {"True": True, "False": False, "None": None}[node.value], True
    if isinstance(node, (cst.Integer, cst.Float)):
        known = number_value(node)
        return known, known is not None
    text = string_value(node)
    return text, text is not None


def _ordered(operator: cst.BaseCompOp, left: int, right: int) -> bool | None:
    if isinstance(operator, cst.Equal):
        return left == right
    if isinstance(operator, cst.NotEqual):
        return left != right
    if isinstance(operator, cst.LessThan):
        return left < right
    if isinstance(operator, cst.LessThanEqual):
        return left <= right
    if isinstance(operator, cst.GreaterThan):
        return left > right
    if isinstance(operator, cst.GreaterThanEqual):
        return left >= right
    return None
