"""What happens to a list: items added to it, in loops and by functions that it is handed to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

import libcst as cst

from claude_lint.python.flow import END, NO_ARMS, Point, compatible, way_past
from claude_lint.python.handing import may_change, parameter_for
from claude_lint.python.values import (
    Attribute,
    Change,
    Constant,
    FunctionValue,
    Item,
    Origin,
    Sequence,
    Unknown,
    Value,
    conditioned,
    options,
    union,
)

if TYPE_CHECKING:
    from claude_lint.python.evaluate import Evaluator

METHODS = frozenset(
    {"append", "extend", "insert", "pop", "remove", "clear", "add", "reverse", "sort"}
)

_MOST_ITEMS = 5_000

_ADDING = frozenset({"append", "extend", "insert"})


def joined(parts: Iterable[Value], origin: Origin, kind: str = "list") -> Sequence:
    """Return one list of several; a part that is none stands where it is not known what."""
    items: list[Value] = []
    rest: list[Value] = []
    gaps: frozenset[int] | None = frozenset()
    for part in parts:
        one = part if isinstance(part, Sequence) else unknown_list(part)
        own = one.known_gaps()
        if gaps is None or own is None:
            gaps = None
        else:
            gaps |= {len(items) + place for place in own}
        items.extend(one.items)
        rest.extend(one.rest)
        if len(items) + len(rest) > _MOST_ITEMS:
            items, rest, gaps = items[:_MOST_ITEMS], [Unknown(why="budget")], None
            break
    return Sequence(tuple(items), tuple(rest), kind, gaps, origin=origin)


def unknown_list(value: Value) -> Sequence:
    """Return a list of which nothing is known but the value it is."""
    return Sequence(
        (), (value,), gaps=frozenset({0}), origin=value.origin, under=value.under, via=value.via
    )


def is_grown(value: Value, method: str) -> bool:
    """Tell whether a method shows something not known to be a list, and adds to it."""
    return method in _ADDING and isinstance(value, (Unknown, Item, Attribute))


def repeated(item: Value, why: str, origin: Origin) -> Sequence:
    """Return a list that holds an item any number of times, each time perhaps another one."""
    return Sequence((item,), (Unknown(why=why),), gaps=frozenset({0, 1}), origin=origin)


def changed_list(evaluator: Evaluator, value: Sequence, change: Change) -> Value:
    """Return a list as a change leaves it; under a branch, as it was as well."""
    after = _after(evaluator, value, change)
    if after is value or not change.under:
        return after
    if change.repeats and isinstance(after, Sequence):
        # Any number of times is never as well: what is added depends on the branch, not the list.
        count = len(value.items)
        added = (conditioned(item, change.under) for item in after.items[count:])
        return replace(after, items=(*after.items[:count], *added))
    past = way_past(change.under)
    around = frozenset({past}) if past is not None else NO_ARMS
    taken = conditioned(after, change.under)
    return union([conditioned(value, around), taken]) if compatible(value.under, around) else taken


def _after(evaluator: Evaluator, value: Sequence, change: Change) -> Value:
    event, module = change.event, change.event.scope.module
    if event.kind == "augmented" and event.value is not None:
        added = evaluator.value(module, event.value, change.frame)
        return _loosened(value, _extended(value, added, Origin(module, event.node)), change)
    if event.kind == "call" and change.path and change.path[-1] in METHODS:
        assert isinstance(event.node, cst.Call)
        given = evaluator.arguments(module, event.node, change.frame).positional
        return _after_method(value, change, given, Origin(module, event.node))
    if event.kind == "argument":
        return _handed_over(evaluator, value, change)
    return _unsettled(value, event.kind) if event.kind in ("setitem", "delitem") else value


def _after_method(
    value: Sequence, change: Change, given: tuple[Value, ...], origin: Origin
) -> Sequence:
    method = change.path[-1]
    if method in ("append", "add") and given:
        grown = replace(value, items=(*value.items, given[0]), gaps=value.known_gaps())
        return _loosened(value, grown, change)
    if method == "extend" and given:
        return _loosened(value, _extended(value, given[0], origin), change)
    if method == "insert" and len(given) == 2 and not change.repeats:
        at = given[0].value if isinstance(given[0], Constant) else None
        return _inserted(value, at, given[1])
    if method == "clear" and not change.repeats:
        return replace(value, items=(), rest=())
    if method == "insert" and len(given) == 2:
        value = replace(value, items=(*value.items, given[1]))
    return _unsettled(value, method)


def _extended(value: Sequence, added: Value, origin: Origin) -> Sequence:
    whole = joined((value, added), origin)
    return replace(value, items=whole.items, rest=whole.rest, gaps=whole.gaps)


def _inserted(value: Sequence, at: object, item: Value) -> Sequence:
    """Insert an item where what stands before that place is known, else anywhere."""
    gaps = value.known_gaps()
    if isinstance(at, int) and 0 <= at <= len(value.items) and gaps is not None:
        if at == 0 or not any(place <= at for place in gaps):
            items = (*value.items[:at], item, *value.items[at:])
            return replace(value, items=items, gaps=frozenset(place + 1 for place in gaps))
    return _unsettled(replace(value, items=(*value.items, item)), "insert")


def _unsettled(value: Sequence, why: str) -> Sequence:
    """Say that items may have come, gone or moved."""
    return replace(value, rest=(*value.rest, Unknown(why=why)), gaps=None)


def _loosened(before: Sequence, after: Sequence, change: Change) -> Sequence:
    """Open the list around what was added where that may happen again, or late."""
    if not (change.repeats or change.follows_rounds):
        return after
    gaps = after.known_gaps()
    if gaps is not None:
        gaps |= {len(before.items)} | ({len(after.items)} if change.repeats else set())
    return replace(after, rest=(*after.rest, Unknown(why="loop")), gaps=gaps)


# ---------------------------------------------------------------------- handed to a call


def _handed_over(evaluator: Evaluator, value: Sequence, change: Change) -> Value:
    """The list was an argument: find what the function called does to it."""
    call = change.event.node
    assert isinstance(call, cst.Call)
    after: Value = value
    for one in options(evaluator.value(change.event.scope.module, call.func, change.frame)):
        if isinstance(one, FunctionValue):
            name = parameter_for(one, call, change.event.path)
            if name is not None:
                left = [_left_by(evaluator, one, name, each, change) for each in options(after)]
                after = union(left)
                continue
        if may_change(evaluator, one, call):
            return _unsettled(value, "call")
    return after


def _left_by(
    evaluator: Evaluator, function: FunctionValue, name: str, value: Value, change: Change
) -> Value:
    """Return a list as a function of the project leaves it."""
    from claude_lint.python.changes import since
    from claude_lint.python.functions import frame_for

    scope, call = function.scope, change.event.node
    assert isinstance(call, cst.Call)
    if not isinstance(value, Sequence) or not scope.events.get(name):
        return value
    frame = frame_for(evaluator, function, change.event.scope.module, call, change.frame)
    if frame is None:
        return _unsettled(value, "depth")
    found = options(since(evaluator, value, (name,), scope, Point(-1), END, frame))
    grown = [
        _loosened(value, one, change) if isinstance(one, Sequence) and not _is_as_it_was(value, one)
        else one
        for one in found
    ]  # fmt: skip
    if change.repeats or change.follows_rounds:
        # What adds something in one round or another leaves no list certain to be as it was.
        changed = [one for one in grown if not _is_as_it_was(value, one)]
        return union(changed or grown)
    return union(grown)


def _is_as_it_was(before: Sequence, after: Value) -> bool:
    return isinstance(after, Sequence) and (after.items, after.rest) == (before.items, before.rest)
