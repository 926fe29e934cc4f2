"""A call as the domain sees it: `partial`, `to_thread` and their like looked through."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial

import libcst as cst

from claude_lint.python import changes
from claude_lint.python.branches import in_frame
from claude_lint.python.decisions import at_making, is_possible, undecided
from claude_lint.python.evaluate import Evaluator
from claude_lint.python.flow import NO_ARMS, Arms, deciding
from claude_lint.python.functions import callers, frame_for, has_other_callers
from claude_lint.python.inheritance import frames_of_heirs
from claude_lint.python.module import Module
from claude_lint.python.scopes import Scope
from claude_lint.python.signatures import parameter_names
from claude_lint.python.values import (
    Arguments,
    Attribute,
    Entry,
    Frame,
    FunctionValue,
    Mapping,
    Origin,
    Result,
    Sequence,
    Symbol,
    Unknown,
    Value,
    held_value,
    options,
    union,
)

_MOST_FRAMES = 8
_MOST_STEPS = 4  # from a call to what calls the function around it, and on
_PARTIAL = frozenset({"functools.partial", "partial"})
# The position of the function among the arguments.
_FORWARDERS = {
    "asyncio.to_thread": 0,
    "anyio.to_thread.run_sync": 0,
    "asgiref.sync.sync_to_async": 0,
    "starlette.concurrency.run_in_threadpool": 0,
    "fastapi.concurrency.run_in_threadpool": 0,
}
_FORWARDING_METHODS = {"run_in_executor": 1, "submit": 0}
# The same of objects that call what they are handed until it goes well.
_RETRYING = {
    "tenacity.Retrying": 0,
    "tenacity.AsyncRetrying": 0,
    "stamina.RetryingCaller": 1,
    "stamina.AsyncRetryingCaller": 1,
}
_RETRY_CALLS = frozenset({"retry.retry_call", "retry.api.retry_call"})

FORWARDERS = frozenset(
    path.rpartition(".")[2] for path in (*_PARTIAL, *_FORWARDERS, *_RETRY_CALLS)
) | frozenset(_FORWARDING_METHODS)
"""The last names of what calls, or has called, a function that it is handed."""


@dataclass(frozen=True, slots=True, eq=False)
class Call:
    """One callee and one set of arguments that a call expression can have.

    `disguise` names what forwards the call: `partial`, `to_thread`, …; empty for a plain call.
    `under` are the branches the call stands in, those of its function's caller among them.
    """

    evaluator: Evaluator
    module: Module
    node: cst.Call
    scope: Scope
    callee: Value
    arguments: Arguments
    frame: Frame | None
    disguise: str = ""
    under: Arms = NO_ARMS

    @property
    def origin(self) -> Origin:
        """The call expression."""
        return Origin(self.module, self.node)

    @property
    def is_awaited(self) -> bool:
        """Whether the call stands directly behind `await`."""
        return isinstance(self.module.parents.get(self.node), cst.Await)

    def value(self, node: cst.CSTNode) -> Value:
        """Return what an expression near the call can be."""
        return self.evaluator.value(self.module, node, self.frame)

    def settled(self, value: Value | None, world: Arms) -> Value | None:
        """Leave of a value, and of the entries in it, what the tests of all branches let be."""
        if value is None:
            return None
        found = [
            self._settled(one, world) for one in options(value) if self._can_be(one.under, world)
        ]
        return union(found) if found else value

    def _settled(self, value: Value, world: Arms) -> Value:
        if not isinstance(value, Mapping):
            return value
        entries = [one for one in value.entries if self._can_be(one.under, world)]
        return replace(
            value,
            entries=tuple(self._settled_entry(one, world) for one in entries),
            rest=tuple(one for one in value.rest if self._can_be(one.under, world)),
        )

    def _settled_entry(self, entry: Entry, world: Arms) -> Entry:
        if not entry.under and not world:
            return entry
        under = undecided(self.evaluator, entry.under, world, self.frame)
        held = partial(self._settled_held, entry, world)
        return Entry(entry.key, held, entry.origin, under)

    def _settled_held(self, entry: Entry, world: Arms) -> Value:
        return self.settled(entry.value, world) or entry.value

    def _can_be(self, under: Arms, world: Arms) -> bool:
        return not under or is_possible(self.evaluator, under | world, self.frame)


def calls(evaluator: Evaluator, module: Module, node: cst.Call) -> Iterator[Call]:
    """Yield every way a call expression can go: per caller of its function, per callee."""
    scope, point = module.place(node)
    is_reached = False
    for frame in frames(evaluator, module, scope):
        under = in_frame(evaluator, deciding(point), frame)
        if under is None:
            continue
        under |= _around(evaluator, scope.function(), frame)
        under |= at_making(evaluator, under)
        if not is_possible(evaluator, under, frame):
            continue
        is_reached = True
        with evaluator.apart():
            yield from _ways(evaluator, module, node, scope, frame, under)
    if not is_reached:  # no call of the project's gets here, but others may
        yield from calls_from_anywhere(evaluator, module, node)


def _around(evaluator: Evaluator, function: Scope | None, frame: Frame | None) -> Arms:
    """Return the branches in which a function is called, where one place alone calls it.

    So with the function around that place, and on.
    """
    found = NO_ARMS
    for _step in range(_MOST_STEPS):
        if frame is not None and isinstance(frame.call.node, cst.Call):
            module, call = frame.call.module, frame.call.node
        else:
            known = callers(evaluator, function) if function is not None else ()
            if len(known) != 1:
                break
            module, call = known[0]
        frame = None
        caller, point = module.place(call)
        found |= deciding(point)
        function = caller.function()
    return found


def calls_from_anywhere(evaluator: Evaluator, module: Module, node: cst.Call) -> Iterator[Call]:
    """Yield the ways of a call with all callers of its function taken as one."""
    yield from _ways(evaluator, module, node, module.place(node)[0], None, NO_ARMS)


def _ways(
    evaluator: Evaluator,
    module: Module,
    node: cst.Call,
    scope: Scope,
    frame: Frame | None,
    under: Arms,
) -> Iterator[Call]:
    for one in options(evaluator.value(module, node.func, frame)):
        if not isinstance(one, FunctionValue):
            arguments = evaluator.arguments(module, node, frame)
            call = Call(evaluator, module, node, scope, one, arguments, frame, under=under)
            yield from unwrapped(call)


def frames(evaluator: Evaluator, module: Module, scope: Scope) -> list[Frame | None]:
    """Return a frame for each project call of the function around, `[None]` where there is none."""
    function = scope.function()
    if function is None or not isinstance(function.node, cst.FunctionDef):
        return [None]
    params = function.node.params
    names = parameter_names(function)
    has_own = len(names) > 1 or params.kwonly_params or isinstance(params.star_kwarg, cst.Param)
    if not has_own and not names:
        return [None]
    found: list[Frame | None] = []
    known = callers(evaluator, function)
    if len(known) > _MOST_FRAMES or has_other_callers(evaluator, function):
        found.append(None)  # stands for those that are not looked at one by one
    for caller_module, call in known[:_MOST_FRAMES]:
        for one in options(evaluator.value(caller_module, call.func)):
            if isinstance(one, FunctionValue) and one.scope is function:
                made = frame_for(evaluator, one, caller_module, call, None)
                if made is not None:
                    found.append(made)
                break
    heirs = list(frames_of_heirs(evaluator, function, known))
    return [*(found or [None]), *heirs]


def unwrapped(call: Call) -> Iterator[Call]:
    """Look through what only hands a call on."""
    callee = call.callee
    if isinstance(callee, Symbol):
        if callee.path in _PARTIAL:
            yield from _forwarded(call, 0, "partial")
            return
        if callee.path in _FORWARDERS:
            yield from _forwarded(call, _FORWARDERS[callee.path], callee.path.rpartition(".")[2])
            return
        if callee.path in _RETRY_CALLS:
            yield from _retry_called(call)
            return
    elif isinstance(callee, Attribute) and callee.name in _FORWARDING_METHODS:
        yield from _forwarded(call, _FORWARDING_METHODS[callee.name], callee.name)
        return
    elif isinstance(callee, Result) and (position := _retried(callee)) is not None:
        yield from _forwarded(call, position, "retry")
        return
    elif (
        isinstance(callee, Result)
        and isinstance(callee.callee, Symbol)
        and callee.callee.path in _PARTIAL
    ):
        # The second half of `partial(f, …)(…)`.
        first = callee.arguments
        if first.given:
            merged = _merged(replace(first, given=first.given[1:]), call.arguments)
            for one in options(held_value(first.given[0])):
                yield replace(call, callee=one, arguments=merged)
        return
    yield call


def _retried(caller: Result) -> int | None:
    """Return which argument of a call of this object is the function that is called."""
    made = caller.callee
    if isinstance(made, Symbol):
        return _RETRYING.get(made.path)
    if isinstance(made, Attribute) and made.name == "on" and isinstance(made.base, Result):
        return 0 if _retried(made.base) is not None else None
    return None


def _retry_called(call: Call) -> Iterator[Call]:
    """Look through `retry_call(function, [argument], {"name": argument}, tries=3)`."""
    given = call.arguments
    function = given.get("f", 0)
    for one in options(function) if function is not None else ():
        places, names = given.get("fargs", 1), given.get("fkwargs", 2)
        listed = isinstance(places, Sequence) and places.is_closed
        held = tuple(places.items) if isinstance(places, Sequence) and listed else ()
        keywords = names if isinstance(names, Mapping) else Mapping()
        if names is not None and not isinstance(names, Mapping):
            keywords = Mapping(rest=(names,))
        inner = Arguments(held, keywords, starred=places is not None and not listed)
        yield replace(call, callee=one, arguments=inner, disguise="retry_call")


def _forwarded(call: Call, position: int, disguise: str) -> Iterator[Call]:
    given = call.arguments.given
    if len(given) <= position:
        return
    rest = replace(call.arguments, given=given[position + 1 :])
    for one in options(held_value(given[position])):
        inner = rest
        target = one
        if (
            isinstance(one, Result)
            and isinstance(one.callee, Symbol)
            and one.callee.path in _PARTIAL
        ):
            continue  # reported at the partial, which is complete there
        if disguise == "partial" and not _is_final(call):
            keywords = replace(inner.keywords, rest=(*inner.keywords.rest, Unknown(why="partial")))
            inner = replace(inner, keywords=keywords, starred=True)
        yield replace(call, callee=target, arguments=inner, disguise=disguise)


def _is_final(call: Call) -> bool:
    """Tell whether a `partial` gets no further arguments: it is handed on where it is made."""
    parent = call.module.parents.get(call.node)
    if not isinstance(parent, cst.Arg):
        return False
    around = call.module.parents.get(parent)
    if not isinstance(around, cst.Call) or around is call.node:
        return False
    name = around.func.attr.value if isinstance(around.func, cst.Attribute) else ""
    return name in {"run_in_executor", "to_thread", "submit", "run_sync"} and len(
        [a for a in around.args if a.keyword is None]
    ) <= (2 if name == "run_in_executor" else 1)


def _merged(first: Arguments, second: Arguments) -> Arguments:
    entries: list[Entry] = []
    rest: list[Value] = []
    changes.spread(first.keywords, entries, rest)
    changes.spread(second.keywords, entries, rest)
    keywords = Mapping(tuple(entries), tuple(rest), origin=second.keywords.origin)
    return Arguments((*first.given, *second.given), keywords, first.starred or second.starred)
