"""What happens to an object after it is made: items set, lists grown, attributes replaced."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations
from typing import TYPE_CHECKING

import libcst as cst

from claude_lint.python import growth, nesting
from claude_lint.python.branches import in_frame, may_pass
from claude_lint.python.flow import (
    END,
    Arm,
    Arms,
    Branch,
    Point,
    compatible,
    conditions,
    exclusive,
    reaches,
    way_past,
)
from claude_lint.python.handing import may_change, parameter_for
from claude_lint.python.scopes import Event, Scope
from claude_lint.python.syntax import string_value
from claude_lint.python.texts import text_of, text_parts
from claude_lint.python.values import (
    Change,
    ClassValue,
    Constant,
    Entry,
    Frame,
    FunctionValue,
    Instance,
    Mapping,
    ModuleValue,
    Origin,
    Result,
    Sequence,
    Symbol,
    Text,
    Typed,
    Unknown,
    Value,
    changed,
    conditioned,
    options,
    reckoned,
    union,
)

if TYPE_CHECKING:
    from claude_lint.python.evaluate import Evaluator

_MOST_HISTORIES = 12
_NAMESPACES = (ClassValue, FunctionValue, ModuleValue, Symbol)
_TAKING_OUT = frozenset({"pop", "popitem", "clear"})
_MAPPING_METHODS = _TAKING_OUT | {"update", "setdefault"}


# Of a dict and of the keywords of a call; to look for a key takes time with their number.
MOST_ENTRIES = 2_000


def put(entries: list[Entry], entry: Entry) -> None:
    """Set a key: an entry replaces what stood under the key, in the branches it is set in."""
    for one in _of_each_key(entry):
        if one.name is not None:
            _replace(entries, one.name, one.under)
        entries.append(one)


def _of_each_key(entry: Entry) -> list[Entry]:
    """Split an entry whose key can be one of several: where it is one, the others are not set."""
    keys = {
        (type(one.value), one.value) if isinstance(one, Constant) else one: one
        for one in options(entry.key)
    }
    if len(keys) == 1:
        return [replace(entry, key=one) for one in keys.values()]
    if all(exclusive(a.under, b.under) for a, b in combinations(keys.values(), 2)):
        return [replace(entry, key=one, under=entry.under | one.under) for one in keys.values()]
    choice = Branch(entry.origin.node, "if", len(keys))
    return [
        replace(entry, key=one, under=entry.under | one.under | {Arm(choice, number)})
        for number, one in enumerate(keys.values())
    ]


def _replace(entries: list[Entry], name: str, under: Arms) -> None:
    """Take a key out, in some branches only where there are such."""
    if not under:
        entries[:] = [one for one in entries if one.name != name]
        return
    around = way_past(under)
    if around is not None:
        entries[:] = [
            replace(one, under=one.under | {around}) if one.name == name else one
            for one in entries
            if one.name != name or not one.under >= under
        ]


def spread(value: Value, entries: list[Entry], rest: list[Value]) -> None:
    """Merge `**value` into entries; what is not resolved goes to `rest`."""
    found = options(value)
    choice = Branch(cst.Pass(), "if", len(found))
    for number, one in enumerate(found):
        if isinstance(one, Mapping):
            if len(entries) + len(one.entries) + len(rest) + len(one.rest) > MOST_ENTRIES:
                rest.append(Unknown(why="budget"))
                continue
            for entry in one.entries:
                certain = len(found) == 1 and not one.under
                if certain:
                    put(entries, entry)
                else:
                    apart = one.under or frozenset({Arm(choice, number)})
                    entries.append(replace(entry, under=entry.under | apart))
            rest.extend(one.rest)
        elif not (isinstance(one, Constant) and one.value is None):
            rest.append(one)


def add(left: Value, right: Value, origin: Origin) -> Value:
    """Return `left + right` for texts and lists."""
    found: list[Value] = []
    for one in options(left):
        for other in options(right):
            if not compatible(one.under, other.under):
                continue
            under = one.under | other.under
            if isinstance(one, Sequence) or isinstance(other, Sequence):
                found.append(conditioned(growth.joined((one, other), origin), under))
            elif _is_text(one) or _is_text(other):
                found.append(
                    conditioned(text_of([*text_parts(one), *text_parts(other)], origin), under)
                )
            elif isinstance(one, Constant) and isinstance(other, Constant):
                if isinstance(one.value, (int, float)) and isinstance(other.value, (int, float)):
                    found.append(reckoned(one.value + other.value, origin))
            else:
                found.append(Unknown(origin=origin, why="operator"))
    return union(found)


def _is_text(value: Value) -> bool:
    return isinstance(value, Text) or (isinstance(value, Constant) and isinstance(value.value, str))


# ---------------------------------------------------------------------- events


def since(
    evaluator: Evaluator,
    value: Value,
    path: tuple[str, ...],
    scope: Scope,
    made: Point,
    use: Point,
    frame: Frame | None,
    attribute: str = "",
) -> Value:
    """Apply to a value the events on its access path between two points of a scope.

    Used at the end of the scope (from an inner function), every event counts. Where an `attribute`
    is named, those on that alone are asked for.
    """
    # First, since it loads the statements of the module that change the object.
    events = _foreign(scope, path, value) if scope.kind == "module" else []
    events.extend(
        (event, event.path[len(path) :])
        for event in scope.events.get(path[0], ())
        if event.path[: len(path)] == path
    )
    if attribute:
        events = [(event, below) for event, below in events if below[:1] == (attribute,)]
    if not events:
        return value
    happened: list[tuple[_Phase, int, Change]] = []
    for event, below in events:
        if (event.kind == "setattr" and not below) or only_reads(evaluator, event):
            continue
        if event.scope is not scope:
            change = Change(below, event, frame, repeats=True)
            happened.append((_Phase.BEFORE, event.point.order, change))
            continue
        if event.point.order <= made.order:
            continue
        if _deletes_unknown(event, below):
            # Wherever in the function that is: code that asks elsewhere what an object may hold
            # knows it on its other ways, too.
            happened.append((_Phase.BEFORE, event.point.order, Change(below, event, frame)))
            continue
        if not reaches(event.point, use, scope.exits) or exclusive(event.point.arms, made.arms):
            continue
        own = conditions(event.point, use) - frozenset(made.arms)
        if (under := in_frame(evaluator, own, frame)) is None:
            continue
        phase, repeats = _when(event.point, made, use)
        change = Change(below, event, frame, under, repeats)
        happened.append((phase, event.point.order, change))
    return fold(evaluator, value, tuple(_in_order(happened)))


def _deletes_unknown(event: Event, below: tuple[str, ...]) -> bool:
    """Tell whether an event takes out what is named in a comprehension over something else."""
    if event.kind != "call" or below != ("pop",) or not isinstance(event.node, cst.Call):
        return False
    first = event.node.args[0].value if event.node.args else None
    return isinstance(first, cst.Name) and event.is_repeated


def only_reads(evaluator: Evaluator, event: Event) -> bool:
    """Tell whether an event is the call of a method that leaves its object as it is."""
    return event.kind == "call" and event.path[-1] in evaluator.readers.methods


class _Phase(enum.IntEnum):
    """When something happens, seen from a use in a loop."""

    BEFORE = 0  # the loop
    LATER = 1  # in the loop, behind the use: in an earlier round
    ROUND = 2  # in the round of the use


def _when(point: Point, made: Point, use: Point) -> tuple[_Phase, bool]:
    """Tell in which phase a change happens, and whether any number of times."""
    loops = _loops(point) - _loops(made)
    shared = loops & _loops(use)
    if point.order >= use.order:
        return _Phase.LATER, bool(loops)
    return (_Phase.ROUND, loops != shared) if shared else (_Phase.BEFORE, bool(loops))


def _loops(point: Point) -> frozenset[Arm]:
    return frozenset(arm for arm in point.arms if arm.branch.kind == "loop")


def _in_order(happened: list[tuple[_Phase, int, Change]]) -> Iterator[Change]:
    """Yield changes as they happen; those of a round come after what earlier rounds did."""
    previous = _Phase.BEFORE
    for phase, _order, change in sorted(happened, key=lambda one: one[:2]):
        if phase is _Phase.ROUND and previous is not phase:
            change = replace(change, follows_rounds=True)
        previous = phase
        yield change


def _foreign(
    scope: Scope, path: tuple[str, ...], value: Value
) -> list[tuple[Event, tuple[str, ...]]]:
    """Collect the events that functions of a module have on one of its names."""
    is_namespace = len(path) == 1 and all(isinstance(one, _NAMESPACES) for one in options(value))
    return [
        (event, event.path[len(path) :])
        for event in scope.module.events_from_functions(path[0], is_namespace=is_namespace)
        if event.path[: len(path)] == path
    ]


def fold(evaluator: Evaluator, value: Value, happened: tuple[Change, ...]) -> Value:
    """Apply changes to a value: into it where it is a collection, else kept with it."""
    for number, change in enumerate(happened):
        found = options(value)
        changing = [one for one in found if _is_changed(one, change)]
        if not changing:
            continue
        folded = sum(map(_is_folded, changing))
        if folded > _MOST_HISTORIES or not evaluator.spend(len(changing)):
            return union(_left_open(evaluator, one, happened[number:]) for one in found)
        value = union([_apply(evaluator, one, change) for one in found])
    return value


def _is_changed(value: Value, change: Change) -> bool:
    """Tell whether a change can be one of a value: what is only handed on is a text as before."""
    return not isinstance(value, Constant) or change.event.kind == "augmented"


def _is_folded(value: Value) -> bool:
    """Tell whether changes are worked into a value; other objects only keep them."""
    return not isinstance(value, (Instance, Result, Typed))


def _left_open(evaluator: Evaluator, value: Value, happened: tuple[Change, ...]) -> Value:
    """Return what is certain of a value whose changes are not worked out: the keys of a dict."""
    unknown = Unknown(origin=value.origin, why="budget")
    if not isinstance(value, Mapping) or any(map(_may_take_out, happened)):
        return unknown
    entries = [_open_entry(one, unknown) for one in value.entries]
    for change in happened:
        event = change.event
        key = string_value(event.key) if isinstance(event.key, cst.SimpleString) else None
        if event.kind == "setitem" and event.value is not None and isinstance(key, str):
            module = event.scope.module
            set_to = evaluator.later(module, event.value, change.frame)
            origin = Origin(module, event.node)
            put(entries, Entry(Constant(key, origin=origin), set_to, origin, change.under))
    return replace(value, entries=tuple(entries), rest=(*value.rest, unknown))


def _open_entry(entry: Entry, unknown: Unknown) -> Entry:
    return replace(entry, held=lambda: union([entry.value, unknown]))


def _may_take_out(change: Change) -> bool:
    """Tell whether a change may leave a dict with fewer keys, or something that is no dict."""
    kind = change.event.kind
    return kind not in ("setitem", "call") or bool(change.path and change.path[-1] in _TAKING_OUT)


def _apply(evaluator: Evaluator, value: Value, change: Change) -> Value:
    event, path = change.event, change.path
    if not compatible(value.under, change.under) or not _is_changed(value, change):
        return value
    if path and path[0].startswith("["):
        return nesting.changed_inside(evaluator, value, change)
    if path and not (event.kind == "call" and len(path) == 1):
        return changed(value, (change,))
    if isinstance(value, Mapping):
        return _change_mapping(evaluator, value, change)
    if isinstance(value, Sequence):
        return growth.changed_list(evaluator, value, change)
    if event.kind == "augmented":
        return _augmented(evaluator, value, change)
    if event.kind == "call" and path and growth.is_grown(value, path[-1]):
        return growth.changed_list(evaluator, growth.unknown_list(value), change)
    if event.kind == "setitem" and event.key is None and not path:  # `history[:] = history[-9:]`
        return growth.changed_list(evaluator, growth.unknown_list(value), change)
    if (event.kind == "setitem" or path == ("update",)) and not isinstance(value, Constant):
        return _change_mapping(evaluator, _unknown_mapping(value), change)
    return changed(value, (change,))


def _unknown_mapping(value: Value) -> Mapping:
    """Return what something is that is changed as only a mapping is: with items nobody knows."""
    return Mapping((), (value,), origin=value.origin, under=value.under, via=value.via)


def _augmented(evaluator: Evaluator, value: Value, change: Change) -> Value:
    event = change.event
    assert isinstance(event.node, cst.AugAssign)
    assert event.value is not None
    module = event.scope.module
    if isinstance(event.node.operator, cst.AddAssign):
        added = evaluator.value(module, event.value, change.frame)
        grown = add(value, added, Origin(module, event.node))
        return _either(value, grown, change) if change.under else grown
    if isinstance(event.node.operator, cst.BitOrAssign):
        added = evaluator.value(module, event.value, change.frame)
        if any(isinstance(one, Mapping) for one in options(added)):
            return _change_mapping(evaluator, _unknown_mapping(value), change)
    return Unknown(origin=Origin(module, event.node), why="operator")


def _either(before: Value, after: Value, change: Change) -> Value:
    """Return what a name holds that was set anew in a branch only: what its test asks decides."""
    event = change.event
    found: list[Value] = []
    around = way_past(change.under)
    version = 0
    if len(event.path) == 1:
        bindings = event.scope.bound.get(event.path[0], ())
        version = sum(one.point.order < event.point.order for one in bindings)
    for value, tests in ((before, (around,) if around else ()), (after, event.point.arms)):
        if may_pass(before, event.path[0], event.scope, version, tests):
            found.append(conditioned(value, frozenset(tests) if value is before else change.under))
    return union(found or [before, after])


def _change_mapping(evaluator: Evaluator, value: Mapping, change: Change) -> Mapping:
    event, frame = change.event, change.frame
    module = event.scope.module
    entries, rest = list(value.entries), list(value.rest)
    origin = Origin(module, event.node)
    if event.kind == "setitem" and event.key is not None and event.value is not None:
        key = evaluator.value(module, event.key, frame)
        set_to = evaluator.later(module, event.value, frame)
        for one in options(key):
            put(entries, Entry(one, set_to, origin, change.under | one.under))
    elif event.kind == "delitem" and event.key is not None:
        _delete(entries, rest, evaluator.value(module, event.key, frame), change.under)
    elif event.kind == "augmented" and event.value is not None:
        _merge(evaluator.value(module, event.value, frame), entries, rest, change.under)
    elif event.kind == "call" and change.path and change.path[-1] in _MAPPING_METHODS:
        assert isinstance(event.node, cst.Call)
        _mapping_method(evaluator, change, event.node, entries, rest)
    elif event.kind == "argument":
        _handed_over(evaluator, change, entries, rest)
    return replace(value, entries=tuple(entries), rest=tuple(rest))


def _delete(entries: list[Entry], rest: list[Value], key: Value, under: Arms) -> None:
    if isinstance(key, Constant):
        if isinstance(key.value, str):
            _replace(entries, key.value, under)
    elif all(isinstance(one, Constant) for one in options(key)):
        for one in options(key):
            _delete(entries, rest, one, under)
        rest.append(Unknown(why="delete"))
    else:  # nobody knows what is left
        entries.clear()
        rest.append(Unknown(why="delete"))


def _merge(value: Value, entries: list[Entry], rest: list[Value], under: Arms) -> None:
    added: list[Entry] = []
    unresolved: list[Value] = []
    spread(value, added, unresolved)
    rest.extend(conditioned(one, under) for one in unresolved)
    for entry in added:
        put(entries, replace(entry, under=entry.under | under))


def _mapping_method(
    evaluator: Evaluator, change: Change, call: cst.Call, entries: list[Entry], rest: list[Value]
) -> None:
    module = change.event.scope.module
    arguments = evaluator.arguments(module, call, change.frame)
    method = change.path[-1]
    if method == "update":
        for one in arguments.positional:
            _merge(one, entries, rest, change.under)
        _merge(arguments.keywords, entries, rest, change.under)
    elif method == "setdefault" and arguments.positional:
        key = arguments.positional[0]
        if isinstance(key, Constant) and not any(
            one.name == key.value and not one.under for one in entries
        ):
            set_to = arguments.positional[1] if len(arguments.positional) > 1 else Constant(None)
            entries.append(Entry(key, set_to, Origin(module, call), change.under))
        elif not isinstance(key, Constant):
            rest.append(key)
    elif method == "pop" and arguments.positional:
        _delete(entries, rest, arguments.positional[0], change.under)
    elif method == "clear" and not change.under:
        entries.clear()
        rest.clear()


# ---------------------------------------------------------------------- handed to a call


def _handed_over(
    evaluator: Evaluator, change: Change, entries: list[Entry], rest: list[Value]
) -> None:
    """The mapping was an argument: find what the function called does to it."""
    call = change.event.node
    assert isinstance(call, cst.Call)
    module = change.event.scope.module
    callee = evaluator.value(module, call.func, change.frame)
    for one in options(callee):
        if isinstance(one, FunctionValue):
            name = parameter_for(one, call, change.event.path)
            if name is not None:
                _changes_in(evaluator, one, name, module, call, change, entries, rest)
                continue
        if may_change(evaluator, one, call):
            rest.append(Unknown(origin=Origin(module, call), why="call"))


def _changes_in(
    evaluator: Evaluator,
    function: FunctionValue,
    name: str,
    module: object,
    call: cst.Call,
    change: Change,
    entries: list[Entry],
    rest: list[Value],
) -> None:
    from claude_lint.python.functions import frame_for

    scope = function.scope
    frame = frame_for(evaluator, function, change.event.scope.module, call, change.frame)
    if frame is None:
        if scope.events.get(name):
            rest.append(Unknown(why="depth"))
        return
    folded = since(
        evaluator, Mapping(tuple(entries), tuple(rest)), (name,), scope, Point(-1), END, frame
    )
    if isinstance(folded, Mapping):
        entries[:] = [
            replace(one, under=one.under | change.under) if one not in entries else one
            for one in folded.entries
        ]
        rest[:] = folded.rest
