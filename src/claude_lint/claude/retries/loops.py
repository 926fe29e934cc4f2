"""Retries written by hand: loops around a request, and functions that call themselves again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import islice

import libcst as cst

from claude_lint.claude.retries.aftermath import Aftermath
from claude_lint.claude.retries.conditions import Answers, assigned_paths, dotted
from claude_lint.claude.retries.delays import GROWING, NO_DELAY, Delay, longest
from claude_lint.claude.retries.failures import PASSING, UNSENT, Failure
from claude_lint.claude.retries.looking import is_only_read
from claude_lint.claude.retries.policies import REPEATABLE, Policy, Sending
from claude_lint.claude.retries.sleeps import delay_of
from claude_lint.claude.retries.ways import Mark, Way, contains
from claude_lint.python.evaluate import Evaluator
from claude_lint.python.syntax import access_path, walk
from claude_lint.python.values import Constant, FunctionValue, Origin, Result, Symbol, options

Loop = cst.For | cst.While
_COUNTING = frozenset({"range", "count", "itertools.count"})
_THROUGH = frozenset({"enumerate", "reversed", "tqdm", "trange", "list", "tuple"})
_ASKING = frozenset({
    "input", "getpass", ("click", "prompt"), ("click", "confirm"), ("typer", "prompt"),
    ("typer", "confirm"), ("Prompt", "ask"), ("Confirm", "ask"),
})  # fmt: skip
_MOST_ALIKE = 3
_ENDLESS = frozenset({"itertools.count", "itertools.cycle", "itertools.repeat"})


def loop_policy(evaluator: Evaluator, loop: Loop, sending: Sending) -> Policy | None:
    """Return the retry that a loop is for what is sent inside it, None where it is none."""
    if _is_over_items(loop, sending.node) or _asks_a_person(evaluator, sending, loop):
        return None
    counters = _loop_counters(loop, sending.node)
    after = Aftermath(evaluator, sending.module, loop, sending.library, counters)
    good = _turns(after, sending, None)
    if good and all(way.repeats for way in good):
        return None  # goes round after a success as well: a loop over work, not over tries
    only_asked = {way.end for way in good if not way.repeats} == {"asked"}
    if only_asked and _asks_the_same(after, sending):
        return None
    is_endless = isinstance(loop, cst.While) or _counts_for_ever(evaluator, loop, sending)
    policy = _policy(after, sending, "loop", is_endless)
    if policy is not None and sending.is_reading and any(way.repeats for way in good):
        return replace(policy, delay=GROWING)  # it looks again at what others change, at its pace
    return policy


def recursion_policy(
    evaluator: Evaluator, function: cst.FunctionDef, sending: Sending
) -> Policy | None:
    """Return the retry that a function is which calls itself, or sends again, after a failure."""
    alike = _sent_alike(function, sending.node)
    if not alike and not _calls_itself(function, sending.node):
        return None
    counters = _recursion_counters(function, sending.node)
    after = Aftermath(evaluator, sending.module, function, sending.library, counters)
    # What is sent here may be the second try of what is sent there.
    for node in (sending.node, *alike):
        policy = _policy(after, replace(sending, node=node), "recursion", is_endless=True)
        if policy is not None:
            return policy
    return None


def escaping(evaluator: Evaluator, function: cst.FunctionDef, sending: Sending) -> Sending:
    """Return what comes out of a function, for those who call it."""
    after = Aftermath(evaluator, sending.module, function, sending.library)
    starts: dict[Failure | None, tuple[Way, ...]] = {None: (Way(),)}
    for failure in Failure:
        found: dict[object, Way] = {}
        for way in _followed(after, sending, failure):
            if way.end == "raise":
                start = Way("raise", way.error, is_supposed=way.is_supposed)
                found[id(way.error), way.is_supposed] = start
            elif way.end != "again":
                result = way.result if way.end == "return" else None
                found[result if isinstance(result, Mark) else repr(result)] = Way(result=result)
        starts[failure] = tuple(found.values())
    is_plain = sending.is_plain and is_only_read(sending.module, sending.node)
    return replace(sending, starts=starts, is_plain=is_plain)


# ---------------------------------------------------------------------- following


def _followed(after: Aftermath, sending: Sending, failure: Failure | None) -> list[Way]:
    return [
        way for start in sending.starts[failure] for way in after.ways(failure, sending.node, start)
    ]


def _turns(after: Aftermath, sending: Sending, failure: Failure | None) -> list[Way]:
    """Return how one turn of a loop ends, its condition asked once more."""
    loop = after.boundary
    found: list[Way] = []
    for way in _followed(after, sending, failure):
        if not way.repeats or way.end == "again" or not isinstance(loop, cst.While):
            found.append(way)
            continue
        truth = Answers(after, way).truth(loop.test)
        leaving = replace(way, end="break", is_counted=after.counts(loop.test))
        if truth is not None:
            found.append(way if truth else leaving)
        elif failure is None and after.names(loop.test) & {name for name, _ in way.known}:
            found.extend([way, replace(leaving, end="asked")])
        elif failure is not None:
            found.extend([way, leaving])
        else:
            found.append(way)
    return found


def _asks_the_same(after: Aftermath, sending: Sending) -> bool:
    """Tell whether a failure changes what the loop's condition asks about, as a success does."""
    assert isinstance(after.boundary, cst.While)
    asked = after.names(after.boundary.test)
    return all(
        asked & {name for name, _ in way.known}
        for failure in REPEATABLE
        for way in _followed(after, sending, failure)
        if way.repeats
    )


def _policy(after: Aftermath, sending: Sending, kind: str, is_endless: bool) -> Policy | None:
    repeated: dict[Failure, list[Way]] = {}
    certain: set[Failure] = set()
    gives_up = True
    for failure in Failure:
        if kind == "loop":
            ways = _turns(after, sending, failure)
            again = [way for way in ways if way.repeats and _is_meant(way)]
        else:
            ways = _followed(after, sending, failure)
            again = [w for w in ways if w.end == "again" and _is_meant(w) and _is_same(after, w)]
        if not again:
            continue
        repeated[failure] = again
        leaving = [way for way in ways if way not in again and not way.is_supposed]
        gives_up = gives_up and (bool(leaving) or not is_endless)
        is_real = not all(way.is_supposed for way in again)
        if is_real and all(way.is_counted and not way.is_judged for way in leaving):
            certain.add(failure)
    if not REPEATABLE & repeated.keys():
        return None
    answered = [way for failure in PASSING for way in repeated.get(failure, ())]
    is_blind = bool(answered) and all(way.is_supposed for way in answered)
    if is_blind:
        is_blind = sending.is_plain and is_only_read(sending.module, sending.node)
    at: cst.CSTNode = after.boundary
    if kind == "recursion":
        at = next(way.again for ways in repeated.values() for way in ways if way.again is not None)
        kind = "resend" if sending.node.deep_equals(at) else kind
    origin = Origin(sending.module, at)
    return Policy(
        origin,
        origin,
        kind,
        "this loop" if kind == "loop" else "this call",
        frozenset(repeated),
        frozenset(certain),
        max(_delay(repeated), _before(after, sending), key=lambda delay: delay.pace),
        is_bounded=gives_up,
        attempts=_attempts(after),
        lacks="errors" if is_blind else "",
        is_judged=all(way.is_judged for ways in repeated.values() for way in ways),
    )


def _is_same(after: Aftermath, way: Way) -> bool:
    """Tell whether a function that calls itself sends the same: no other model, no other client."""
    call = way.again
    assert call is not None
    if call.deep_equals(after.sent):
        return True
    handed = {name for arg in call.args if (name := dotted(arg.value)) is not None}
    changed = {
        target.rpartition(".")[0]
        for _value, targets in _assignments(after.boundary.body)
        for target in targets
    }
    if handed & (changed - {"", "self", "cls"}):
        return False
    return not any(
        isinstance(arg.value, (cst.SimpleString, cst.FormattedString, cst.Subscript))
        or (arg.keyword is not None and arg.keyword.value == "model" and "model" not in handed)
        for arg in call.args
    )


def _is_meant(way: Way) -> bool:
    """Tell whether the loop goes round because of the failure, not whatever the answer was."""
    return way.is_seen or way.error is not None or not isinstance(way.result, Mark)


def _delay(repeated: dict[Failure, list[Way]]) -> Delay:
    """Return how long the answers are waited for that pass by themselves, the least of them."""
    certain = [f for f, ways in repeated.items() if not all(way.is_supposed for way in ways)]
    judged = [f for f in PASSING if f in certain] or [f for f in PASSING if f in repeated]
    judged = judged or [f for f in UNSENT if f in repeated]
    waits = [
        max((longest(way.delays) for way in repeated[failure]), key=lambda delay: delay.pace)
        for failure in judged
    ]
    return min(waits, key=lambda delay: delay.pace, default=NO_DELAY)


def _before(after: Aftermath, sending: Sending) -> Delay:
    """Return how long a loop waits in each turn before it sends."""
    delays: list[Delay] = []
    child = sending.node
    for parent in sending.module.ancestors(sending.node):
        if child is after.boundary or isinstance(after.boundary, cst.FunctionDef):
            break
        body = getattr(parent, "body", None)
        if isinstance(body, Sequence) and child in body:
            for statement in body[: list(body).index(child)]:
                calls = (step for step in after.steps(statement) if isinstance(step, cst.Call))
                found = (delay_of(after, call, Way()) for call in calls)
                delays.extend(delay for delay in found if delay is not None)
        child = parent
    return longest(tuple(delays))


# ---------------------------------------------------------------------- what a loop goes over


def _is_over_items(loop: Loop, node: cst.CSTNode) -> bool:
    """Tell whether each turn of a loop sends something else: a prompt, a model, a key.

    A number that only counts the tries may be sent; one that picks an item may not.
    """
    if isinstance(loop, cst.For):
        names = set(assigned_paths(loop.target))
        depends = _picks if _counts_up(loop.iter) else _mentions
    else:  # `while queue: item = queue.pop()`
        names = {name for part in walk(loop.test) if (name := dotted(part)) is not None}
        names -= _grown(set(), loop.body, node)
        depends = _mentions
    assignments = [pair for pair in _assignments(loop.body) if not contains(pair[0], node)]
    assignments += [
        (part, [part.name.value]) for part in walk(loop.body) if isinstance(part, cst.FunctionDef)
    ]
    assignments += _item_assignments(loop.body)
    fed = {name for value, targets in assignments if depends(value, names) for name in targets}
    for _ in range(4):
        fed.update(
            name for value, targets in assignments if _mentions(value, fed) for name in targets
        )
    if isinstance(loop, cst.While):
        renewed = {name for _value, targets in assignments for name in targets}
        return _mentions(node, fed) and bool(names & (renewed | _emptied(loop.body)))
    return depends(node, names) or _mentions(node, fed)


def _emptied(body: cst.CSTNode) -> set[str]:
    """Return the names of collections that a body takes something out of."""
    return {
        path[0]
        for part in walk(body)
        if isinstance(part, cst.Call)
        and (path := access_path(part.func)) is not None
        and path[-1] in ("pop", "popleft", "get", "get_nowait")
    }


def _counts_up(node: cst.BaseExpression) -> bool:
    while isinstance(node, cst.Call):
        name = dotted(node.func) or ""
        if name in _COUNTING:
            return True
        if name.rpartition(".")[2] not in _THROUGH or not node.args:
            return False
        node = node.args[0].value
    return False


def _picks(node: cst.CSTNode, names: set[str]) -> bool:
    """Tell whether an expression holds `something[name]`."""
    return any(
        isinstance(part, cst.Subscript) and any(_mentions(index, names) for index in part.slice)
        for part in walk(node)
    )


def _mentions(node: cst.CSTNode, names: set[str]) -> bool:
    return any((dotted(part) or "") in names for part in walk(node))


def _assignments(body: cst.CSTNode) -> list[tuple[cst.CSTNode, list[str]]]:
    found: list[tuple[cst.CSTNode, list[str]]] = []
    for part in walk(body):
        if isinstance(part, cst.Assign):
            targets = [name for one in part.targets for name in assigned_paths(one.target)]
            found.append((part.value, targets))
        elif isinstance(part, (cst.AnnAssign, cst.NamedExpr)) and part.value is not None:
            found.append((part.value, list(assigned_paths(part.target))))
    return found


def _item_assignments(body: cst.CSTNode) -> list[tuple[cst.CSTNode, list[str]]]:
    """Return what is set in a dictionary or list, with the name of that."""
    return [
        (part.value, [name])
        for part in walk(body)
        if isinstance(part, cst.Assign)
        for one in part.targets
        if isinstance(one.target, cst.Subscript) and (name := dotted(one.target.value)) is not None
    ]


def _asks_a_person(evaluator: Evaluator, sending: Sending, loop: Loop) -> bool:
    """Tell whether each turn waits for somebody to type something, here or in a function called."""
    for part in walk(loop):
        if not isinstance(part, cst.Call):
            continue
        if _is_asking(part):
            return True
        if isinstance(part.func, cst.Name) and part is not sending.node:
            for one in options(evaluator.value(sending.module, part.func)):
                if isinstance(one, FunctionValue) and one.scope.node is not None:
                    inside = (n for n in walk(one.scope.node) if isinstance(n, cst.Call))
                    if any(map(_is_asking, inside)):
                        return True
    return False


def _is_asking(call: cst.Call) -> bool:
    path = access_path(call.func) or ("",)
    return path[-1] in _ASKING or path[-2:] in _ASKING


# ---------------------------------------------------------------------- counting tries


def _loop_counters(loop: Loop, node: cst.CSTNode) -> frozenset[str]:
    """Return the names that differ from one turn to the next, whatever happens."""
    targets = set(assigned_paths(loop.target)) if isinstance(loop, cst.For) else set()
    return _grown(targets, loop.body, node)


def _grown(found: set[str], body: cst.CSTNode, sent: cst.CSTNode) -> frozenset[str]:
    """Add the names that a body counts up itself, and those that follow from them."""
    for part in walk(body):
        if isinstance(part, cst.AugAssign):
            found.update(assigned_paths(part.target))
    assignments = [pair for pair in _assignments(body) if not contains(pair[0], sent)]
    for value, targets in assignments:
        found.update(name for name in targets if _mentions(value, {name}))
    for _ in range(4):
        for value, targets in assignments:
            if _mentions(value, found):
                found.update(targets)
    return frozenset(found)


def _recursion_counters(function: cst.FunctionDef, sent: cst.CSTNode) -> frozenset[str]:
    """Return the parameters that a function changes when it calls itself."""
    found: set[str] = set()
    for part in walk(function.body):
        if isinstance(part, cst.Call):
            path = access_path(part.func)
            if path is not None and path[-1] == function.name.value:
                for arg in part.args:
                    if isinstance(arg.value, cst.BinaryOperation):
                        found.update(name for n in walk(arg.value) if (name := dotted(n)))
    return _grown(found, function.body, sent)


def _calls_itself(function: cst.FunctionDef, sent: cst.CSTNode) -> bool:
    return any(
        isinstance(part, cst.Call)
        and part is not sent
        and (path := access_path(part.func)) is not None
        and path[-1] == function.name.value
        for part in walk(function.body)
    )


def _sent_alike(function: cst.FunctionDef, sent: cst.CSTNode) -> list[cst.Call]:
    """Return the calls of a function that send the same, those before it first, nearest first."""
    if not isinstance(sent, cst.Call):
        return []
    before: list[cst.Call] = []
    behind: list[cst.Call] = []
    found = before
    path = access_path(sent.func)
    for part in walk(function.body):
        if part is sent:
            found = behind
        elif isinstance(part, cst.Call) and access_path(part.func) == path:
            found.append(part)
    alike = (one for one in (*reversed(before), *behind) if one.deep_equals(sent))
    return list(islice(alike, _MOST_ALIKE))


def _counts_for_ever(evaluator: Evaluator, loop: cst.For, sending: Sending) -> bool:
    value = evaluator.value(sending.module, loop.iter)
    return any(
        isinstance(one, Result) and isinstance(one.callee, Symbol) and one.callee.path in _ENDLESS
        for one in options(value)
    )


def _attempts(after: Aftermath) -> int | None:
    """Return how many tries `for … in range(n)` allows, None where that is not known."""
    loop = after.boundary
    if not isinstance(loop, cst.For) or not isinstance(loop.iter, cst.Call):
        return None
    args = loop.iter.args
    if dotted(loop.iter.func) != "range" or not 1 <= len(args) <= 2:
        return None
    numbers: list[int] = []
    for arg in args:
        found = options(after.evaluator.value(after.module, arg.value))
        number = found[0].value if isinstance(found[0], Constant) else None
        if len(found) != 1 or not isinstance(number, int):
            return None
        numbers.append(number)
    count = numbers[-1] - (numbers[0] if len(numbers) == 2 else 0)
    return count if count > 0 else None
