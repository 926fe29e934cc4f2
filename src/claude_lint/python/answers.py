"""What a test answers, asked of each of the values that it can be asked of."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeGuard

import libcst as cst

from claude_lint.python.flow import Premise
from claude_lint.python.premises import Subject
from claude_lint.python.values import (
    Constant,
    Environ,
    Frame,
    Mapping,
    Origin,
    Result,
    Sequence,
    Symbol,
    Text,
    Value,
    options,
)

if TYPE_CHECKING:
    from claude_lint.python.evaluate import Evaluator
    from claude_lint.python.module import Module

_NEGATIVE = (cst.NotIn, cst.NotEqual, cst.IsNot)

Answers = list[tuple[Value, "bool | None"]]
"""Values, each with whether it passes a test, None where that is open."""


def answers(evaluator: Evaluator, premise: Premise, frame: Frame | None) -> Answers:
    """Return what a test can be asked of in a call, each with whether the premise holds of it."""
    key = (premise, id(frame), evaluator.is_searching)
    if key not in evaluator.answers:
        evaluator.answers[key] = []  # what is asked may depend on the very test
        evaluator.answers[key] = _asked(evaluator, premise, frame)
    return evaluator.answers[key]


def _asked(evaluator: Evaluator, premise: Premise, frame: Frame | None) -> Answers:
    about = premise.subject
    if not isinstance(about, Subject) or about.expression is None:
        return []
    module, node = about.expression.module, about.expression.node
    if not about.text.startswith("bool("):
        wanted = _wanted(evaluator, premise, about, frame)
        if wanted is None:
            return []
        found = _values(evaluator, about.expression, frame)
        return [(one, _agrees(_is_one_of(one, wanted), premise.holds)) for one in found]
    if isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute):
        part = _values(evaluator, Origin(module, node.args[0].value), frame) if node.args else ()
        asked = _values(evaluator, Origin(module, node.func.value), frame)
        method = node.func.attr.value
        if method in ("startswith", "endswith") and len(part) == 1:
            return [(one, _agrees(_affixed(one, method, part[0]), premise.holds)) for one in asked]
    if isinstance(node, cst.Comparison):
        return _compared(evaluator, about.expression.module, node, premise.holds, frame)
    return [
        (one, _agrees(_is_true(one), premise.holds))
        for one in _values(evaluator, about.expression, frame)
    ]


def _compared(
    evaluator: Evaluator, module: Module, test: cst.Comparison, holds: bool, frame: Frame | None
) -> Answers:
    """Ask the side of a comparison that is not known, where the other one is."""
    operator, comparator = test.comparisons[0].operator, test.comparisons[0].comparator
    is_asked_for = isinstance(operator, (cst.In, cst.Equal, cst.Is))
    if len(test.comparisons) > 1 or not (is_asked_for or isinstance(operator, _NEGATIVE)):
        return []
    relates = _contains if isinstance(operator, (cst.In, cst.NotIn)) else _equals
    left = _values(evaluator, Origin(module, test.left), frame)
    right = _values(evaluator, Origin(module, comparator), frame)
    if len(left) == 1:  # `"claude" in self.model`
        asked = [(one, relates(one, left[0])) for one in right]
    elif len(right) == 1:  # `self.provider in CLOUDS`
        asked = [(one, relates(right[0], one)) for one in left]
    else:
        return []
    return [(one, _agrees(answer, holds is is_asked_for)) for one, answer in asked]


def _values(evaluator: Evaluator, expression: Origin, frame: Frame | None) -> tuple[Value, ...]:
    scope = expression.module.place(expression.node)[0]
    is_inside = frame is not None and scope.function() is frame.scope
    return options(
        evaluator.value(expression.module, expression.node, frame if is_inside else None)
    )


def _agrees(answer: bool | None, holds: bool) -> bool | None:
    return None if answer is None else answer is holds


# ---------------------------------------------------------------------- answers


def _wanted(
    evaluator: Evaluator, premise: Premise, about: Subject, frame: Frame | None
) -> tuple[Value, ...] | None:
    """Return what a subject is compared with, None where that is not known."""
    if about.compared is None:
        return None
    found = _values(evaluator, about.compared, frame)
    listed = found[0] if len(found) == 1 else None
    if isinstance(listed, Sequence):
        return listed.items if listed.is_closed else None
    return found if len(found) == 1 else None


def _is_one_of(value: Value, wanted: tuple[Value, ...]) -> bool | None:
    answers = [_equals(value, one) for one in wanted]
    if True in answers:
        return True
    return None if None in answers else False


def _equals(one: Value, other: Value) -> bool | None:
    if isinstance(one, Constant) and isinstance(other, Constant):
        return one.value == other.value
    if _is_automatic(one) and _is_automatic(other) and one.origin and other.origin:
        return one.origin.node is other.origin.node  # members of an enumeration
    if _is_automatic(one) and isinstance(other, Constant):
        return False if other.value is None or isinstance(other.value, str) else None
    if isinstance(one, (Mapping, Sequence, Text)) and isinstance(other, Constant):
        return False if other.value is None else None
    return None


def _is_automatic(value: Value) -> bool:
    if not isinstance(value, Result) or not isinstance(value.callee, Symbol):
        return False
    return value.callee.path == "enum.auto"


def _affixed(value: Value, method: str, part: Value) -> bool | None:
    parts = part.items if isinstance(part, Sequence) and part.is_closed else (part,)
    affixes = tuple(
        one.value for one in parts if isinstance(one, Constant) and isinstance(one.value, str)
    )
    if len(affixes) < len(parts):
        return None
    if isinstance(value, Environ) and _is_address(value.default):
        value = value.default  # what else is set is an address that nobody knows
    if isinstance(value, Constant) and isinstance(value.value, str):
        test = value.value.startswith if method == "startswith" else value.value.endswith
        return test(affixes)
    return None


def _is_address(value: Value | None) -> TypeGuard[Constant]:
    return isinstance(value, Constant) and isinstance(value.value, str) and "://" in value.value


def _contains(whole: Value, part: Value) -> bool | None:
    if not isinstance(part, Constant):
        return None
    if isinstance(whole, Constant) and isinstance(whole.value, str):
        return part.value in whole.value if isinstance(part.value, str) else None
    if isinstance(whole, Sequence) and whole.is_closed:
        return _is_one_of(part, whole.items)
    if isinstance(whole, Mapping) and whole.is_closed:
        return any(entry.name == part.value for entry in whole.entries)
    return None


def _is_true(value: Value) -> bool | None:
    if isinstance(value, Constant):
        return bool(value.value)
    return bool(value.items) if isinstance(value, Sequence) and value.is_closed else None
