"""What a comprehension takes over of a list, or of a mapping: `{k: v for … if v is not None}`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import libcst as cst

from claude_lint.python import growth
from claude_lint.python.decisions import passed
from claude_lint.python.flow import Arm
from claude_lint.python.module import Module
from claude_lint.python.premises import in_order, outcome
from claude_lint.python.values import (
    Constant,
    Entry,
    Frame,
    Mapping,
    Origin,
    Sequence,
    Unknown,
    Value,
    options,
    union,
)

if TYPE_CHECKING:
    from claude_lint.python.evaluate import Evaluator

Test = Callable[[Entry], "bool | None"]


def filtered(
    evaluator: Evaluator, module: Module, node: cst.DictComp, frame: Frame | None
) -> Value:
    """Return what a dict comprehension leaves of the entries of another mapping.

    Each entry that a test may drop stands under a branch of its own. Whatever does more than pick
    entries is unknown.
    """
    origin = Origin(module, node)
    unknown = Unknown(origin=origin, why="DictComp")
    source = _copied(node)
    if source is None:
        return unknown
    tests = list(_tests(evaluator, module, node, frame))
    made = [
        _left(evaluator, one, tests, origin) if isinstance(one, Mapping) else unknown
        for one in options(evaluator.value(module, source, frame))
    ]
    return union(made)


def listed(
    evaluator: Evaluator,
    module: Module,
    node: cst.ListComp | cst.SetComp | cst.GeneratorExp,
    frame: Frame | None,
) -> Value:
    """Return what a comprehension makes of the items that its tests let through.

    Where nothing is open it is known how many these are.
    """
    origin = Origin(module, node)
    scope = module.scopes.get(node)
    if scope is None:  # in an annotation that is a string
        return Unknown(origin=origin, why="comprehension")
    item = evaluator.value(module, node.elt, frame)
    tests = [outcome(test, scope, 0) for test in _asked(node.for_in)]
    premises = in_order(premise for test in tests for premise in test.success)
    answers = {
        one: {passed(evaluator, premise, one.under, frame) for premise in premises}
        for one in options(item)
    }
    kept = [one for one, passes in answers.items() if False not in passes]
    is_known = all(None not in passes for passes in answers.values()) and all(
        len(test.success) == len(test.failure) == 1 for test in tests
    )
    if is_known and _is_all_known(evaluator, module, node.for_in, item, frame):
        return Sequence(tuple(kept), origin=origin)
    left = union(kept) if kept else Unknown(origin=origin, why="comprehension")
    return growth.repeated(left, "comprehension", origin)


def _asked(loop: cst.CompFor) -> Iterator[cst.BaseExpression]:
    """Yield the tests of a comprehension that all must succeed."""
    inner: cst.CompFor | None = loop
    while inner is not None:
        tests = [one.test for one in inner.ifs]
        while tests:
            test = tests.pop()
            if isinstance(test, cst.BooleanOperation) and isinstance(test.operator, cst.And):
                tests += (test.left, test.right)
            else:
                yield test
        inner = inner.inner_for_in


def _is_all_known(
    evaluator: Evaluator, module: Module, loop: cst.CompFor, item: Value, frame: Frame | None
) -> bool:
    """Tell whether a comprehension goes through a known list, each item giving one value."""
    over = evaluator.value(module, loop.iter, frame)
    if loop.inner_for_in is not None:
        return False
    if not isinstance(over, Sequence) or not over.is_closed:
        return False
    branch = evaluator.branch((loop.iter, over.origin.node if over.origin else None))
    rounds = [arm.number for one in options(item) for arm in one.under if arm.branch is branch]
    return sorted(rounds) == list(range(len(over.items)))


def _copied(node: cst.DictComp) -> cst.BaseExpression | None:
    """Return the mapping of which a comprehension takes keys and values as they are."""
    loop = node.for_in
    names = _names(loop.target)
    if loop.inner_for_in is not None or names is None:
        return None
    if not (_is_name(node.key, names[0]) and _is_name(node.value, names[1])):
        return None
    call = loop.iter
    if not isinstance(call, cst.Call) or call.args or not isinstance(call.func, cst.Attribute):
        return None
    return call.func.value if call.func.attr.value == "items" else None


def _names(target: cst.BaseAssignTargetExpression) -> tuple[str, str] | None:
    if not isinstance(target, cst.Tuple) or len(target.elements) != 2:
        return None
    key, value = (element.value for element in target.elements)
    if isinstance(key, cst.Name) and isinstance(value, cst.Name):
        return key.value, value.value
    return None


def _is_name(node: cst.BaseExpression, name: str) -> bool:
    return isinstance(node, cst.Name) and node.value == name


def _left(evaluator: Evaluator, source: Mapping, tests: list[Test], origin: Origin) -> Mapping:
    entries: list[Entry] = []
    for number, entry in enumerate(source.entries):
        answers = [test(entry) for test in tests]
        if False in answers:
            continue
        if None in answers:
            choice = evaluator.branch(("filtered", origin.node, number), 2)
            entry = replace(entry, under=entry.under | {Arm(choice, 0)})
        entries.append(entry)
    return Mapping(tuple(entries), source.rest, origin=origin, under=source.under)


def _tests(
    evaluator: Evaluator, module: Module, node: cst.DictComp, frame: Frame | None
) -> Iterator[Test]:
    names = _names(node.for_in.target)
    assert names is not None
    for one in node.for_in.ifs:
        test = one.test
        if _is_name(test, names[1]):
            yield lambda entry: _answer(entry.value, lambda value: bool(value))
        elif isinstance(test, cst.Comparison) and len(test.comparisons) == 1:
            about = next((n for n in (0, 1) if _is_name(test.left, names[n])), None)
            compared = evaluator.value(module, test.comparisons[0].comparator, frame)
            yield _comparison(about, test.comparisons[0].operator, compared)
        else:
            yield lambda _entry: None


def _comparison(about: int | None, operator: cst.BaseCompOp, compared: Value) -> Test:
    """Return the test of an entry's key (0) or value (1) against something."""
    if isinstance(operator, (cst.In, cst.NotIn)):
        listed = compared.items if isinstance(compared, Sequence) and compared.is_closed else ()
    else:
        listed = (compared,)
    known = [one.value for one in listed if isinstance(one, Constant)]
    wanted = isinstance(operator, (cst.Equal, cst.Is, cst.In))
    negated = isinstance(operator, (cst.NotEqual, cst.IsNot, cst.NotIn))
    if about is None or not known or len(known) < len(listed) or not (wanted or negated):
        return lambda _entry: None

    def test(entry: Entry) -> bool | None:
        value = entry.value if about else entry.key
        return _answer(value, lambda one: (one in known) is wanted)

    return test


def _answer(value: Value, asked: Callable[[object], bool]) -> bool | None:
    """Tell what a test says of a value, None where that is open."""
    answers = {asked(one.value) if isinstance(one, Constant) else None for one in options(value)}
    return answers.pop() if len(answers) == 1 else None
