"""A call as the domain sees it: `partial`, `to_thread` and their like looked through."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import libcst as cst

from claude_lint.python import changes
from claude_lint.python.branches import in_frame
from claude_lint.python.evaluate import Evaluator
from claude_lint.python.flow import NO_ARMS, Arms, deciding
from claude_lint.python.functions import callers, frame_for
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
)

_MOST_FRAMES = 8
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


def calls(evaluator: Evaluator, module: Module, node: cst.Call) -> Iterator[Call]:
    """Yield every way a call expression can go: per caller of its function, per callee."""
    scope, point = module.place(node)
    is_reached = False
    for frame in frames(evaluator, module, scope):
        under = in_frame(evaluator, deciding(point), frame)
        if under is None:
            continue
        is_reached = True
        if frame is not None:
            under |= deciding(frame.call.module.place(frame.call.node)[1])
        with evaluator.apart():
            yield from _ways(evaluator, module, node, scope, frame, under)
    if not is_reached:  # no call of the project's gets here, but others may
        yield from calls_from_anywhere(evaluator, module, node)


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
    if len(known) > _MOST_FRAMES or function in evaluator.crowded:
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
