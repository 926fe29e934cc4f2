"""Retries of libraries: tenacity, backoff, stamina, retrying, retry and their like."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from claude_lint.claude.retries.delays import GROWING, NO_DELAY, Delay, constant
from claude_lint.claude.retries.failures import PASSING, UNREADABLE, Failure, catches
from claude_lint.claude.retries.policies import REPEATABLE, Policy, Sending
from claude_lint.python.evaluate import Evaluator
from claude_lint.python.values import (
    Arguments,
    Attribute,
    Constant,
    FunctionValue,
    Origin,
    Result,
    Symbol,
    Value,
    options,
)

Takes = Callable[[Value], "bool | None"]
"""Whether a policy repeats after an error; None where a function of the project decides."""

_NO_ARGUMENTS = Result().arguments


@dataclass(frozen=True, slots=True)
class Terms:
    """What a library's call says of its retry. `takes_results` looks at answers as well."""

    takes: Takes
    delay: Delay
    is_bounded: bool | None
    attempts: int | None = None
    takes_results: bool = False


def library_policy(
    evaluator: Evaluator, value: Value, used: Origin, sending: Sending, kind: str
) -> Policy | None:
    """Return the retry of a library that a value is, None where it is none.

    `value` decorates what is sent, is called with it, or is iterated around it; `used` is the
    expression that does so, for policies that are written without a call.
    """
    found = _named(value)
    if found is None:
        return None
    path, arguments, at = found
    read = _LIBRARIES.get(_key(path))
    if read is None:
        return None
    terms = read(_Reading(evaluator, arguments))
    may, must = _repeated(terms, sending)
    if not may & REPEATABLE:
        return None
    is_blind = bool(may & {*PASSING}) and not _sees_answers(terms, sending)
    return Policy(
        at or used,
        used,
        kind,
        f"`{path.rpartition('.')[2]}` of {path.partition('.')[0]}",
        may,
        must,
        terms.delay,
        terms.is_bounded,
        terms.attempts,
        "errors" if is_blind else "",
    )


def task_policy(
    evaluator: Evaluator, caught: Value | None, at: Origin, sending: Sending, name: str
) -> Policy | None:
    """Return the retry of a task queue, which repeats what raises one of the classes `caught`."""
    terms = Terms(_Reading(evaluator, _NO_ARGUMENTS).catching(caught), GROWING, True)
    may, must = _repeated(terms, sending)
    if not may & REPEATABLE:
        return None
    is_blind = bool(may & {*PASSING}) and not _sees_answers(terms, sending)
    lacks = "errors" if is_blind else ""
    return Policy(at, at, "task", name, may, must, GROWING, True, lacks=lacks)


def _named(value: Value) -> tuple[str, Arguments, Origin | None] | None:
    """Split a value into the function it comes from, what that was given, and where."""
    while True:
        if isinstance(value, Symbol):
            return value.path, _NO_ARGUMENTS, None
        if isinstance(value, Attribute):  # `Retrying(…).wraps`, `caller.call`
            value = value.base
        elif isinstance(value, Result):
            if isinstance(value.callee, Symbol):
                return value.callee.path, value.arguments, value.origin
            if isinstance(value.callee, Attribute) and value.callee.name == "on":
                inner = _named(value.callee.base)
                if inner is None:
                    return None
                merged = Arguments(value.arguments.positional, inner[1].keywords)
                return inner[0], merged, inner[2]
            value = value.callee  # `retry(…)(ask)`
        else:
            return None


def _key(path: str) -> str:
    return f"{path.partition('.')[0]}.{path.rpartition('.')[2]}"


def _repeated(terms: Terms, sending: Sending) -> tuple[frozenset[Failure], frozenset[Failure]]:
    """Return the failures that are repeated, and those that are for certain."""
    may: set[Failure] = set()
    must: set[Failure] = set()
    for failure in Failure:
        answers = [
            terms.takes(way.error) if way.end == "raise" and way.error is not None
            else None if terms.takes_results else False
            for way in sending.starts[failure]
        ]  # fmt: skip
        if any(answer is not False for answer in answers):
            may.add(failure)
        if answers and all(answers):
            must.add(failure)
    return frozenset(may), frozenset(must)


def _sees_answers(terms: Terms, sending: Sending) -> bool:
    """Tell whether an answer that may pass can come to something that is repeated.

    Not where its error would be repeated, but nothing raises it.
    """
    if terms.takes_results or not sending.is_plain:
        return True
    return any(
        way.end == "raise"
        and way.error is not None
        and not way.is_supposed
        and terms.takes(way.error) is not False
        for failure in PASSING
        for way in sending.starts[failure]
    )


class _Reading:
    """Reads the arguments of a library's call."""

    def __init__(self, evaluator: Evaluator, arguments: Arguments) -> None:
        self.evaluator, self.arguments = evaluator, arguments

    def get(self, name: str, position: int | None = None) -> Value | None:
        """Return an argument, None where it is not given or None."""
        value = self.arguments.get(name, position)
        if isinstance(value, Constant) and value.value is None:
            return None
        return value

    def may(self, *names: str) -> bool:
        """Tell whether one of the arguments is given, or might be."""
        if not self.arguments.keywords.is_closed:
            return True
        return any(self.get(name) is not None for name in names)

    def number(self, name: str) -> int | None:
        """Return an argument that is a whole number."""
        return _whole(self.get(name))

    def catching(self, caught: Value | None) -> Takes:
        """Return what takes the errors of given classes; of None, all."""

        def takes(error: Value) -> bool | None:
            if error is UNREADABLE:
                return caught is None or catches(self.evaluator, caught, error)
            return catches(self.evaluator, caught, error)

        return takes


def _undecided(error: Value) -> bool | None:
    return None


def _whole(value: Value | None) -> int | None:
    found = options(value)
    if len(found) == 1 and isinstance(found[0], Constant) and isinstance(found[0].value, int):
        return found[0].value
    return None


def _callee(value: Value | None) -> tuple[str, Arguments]:
    """Return the last name of what makes a value, and its arguments."""
    found = _named(value) if value is not None else None
    return (found[0].rpartition(".")[2], found[1]) if found else ("", _NO_ARGUMENTS)


# ---------------------------------------------------------------------- tenacity


def _tenacity(read: _Reading) -> Terms:
    takes, takes_results = _tenacity_condition(read)
    stop, arguments = _callee(read.get("stop"))
    attempts = _whole(arguments.get("max_attempt_number", 0))
    return Terms(
        takes,
        _tenacity_wait(read),
        read.may("stop") and stop != "stop_never",
        attempts if stop == "stop_after_attempt" else None,
        takes_results,
    )


def _tenacity_condition(read: _Reading) -> tuple[Takes, bool]:
    given = read.get("retry")
    if given is None:
        return (_undecided if read.may("retry") else read.catching(None)), False
    name, arguments = _callee(given)
    classes = arguments.get("exception_types", 0)
    if name == "retry_if_exception_type":
        return read.catching(classes), False
    if name in ("retry_if_not_exception_type", "retry_unless_exception_type"):
        caught = read.catching(classes)

        def others(error: Value) -> bool | None:
            taken = caught(error)
            return None if taken is None else not taken

        return others, False
    if name in ("retry_if_result", "retry_if_not_result"):
        return (lambda error: False), True
    return _undecided, name in ("", "retry_any", "retry_all")


def _tenacity_wait(read: _Reading) -> Delay:
    if read.get("wait") is None:
        return GROWING if read.may("wait") else NO_DELAY
    name, arguments = _callee(read.get("wait"))
    if name == "wait_none":
        return NO_DELAY
    return constant(arguments.get("wait", 0)) if name == "wait_fixed" else GROWING


# ---------------------------------------------------------------------- backoff, stamina


def _backoff(read: _Reading) -> Terms:
    generator = read.get("wait_gen", 0)
    name = _callee(generator)[0]
    delay = constant(read.get("interval") or Constant(1)) if name == "constant" else GROWING
    takes = read.catching(read.get("exception", 1))
    if read.may("giveup"):
        takes = _undecided
    return Terms(takes, delay, read.may("max_tries", "max_time"), read.number("max_tries"))


def _backoff_predicate(read: _Reading) -> Terms:
    terms = _backoff(read)
    return Terms(lambda error: False, terms.delay, terms.is_bounded, terms.attempts, True)


def _stamina(read: _Reading) -> Terms:
    on = read.get("on", 0)
    is_hook = any(isinstance(one, FunctionValue) for one in options(on))
    takes = _undecided if on is None or is_hook else read.catching(on)
    unlimited = all(
        isinstance(value := read.arguments.get(name), Constant) and value.value is None
        for name in ("attempts", "timeout")
    )
    return Terms(takes, GROWING, not unlimited, read.number("attempts") or 10)


# ---------------------------------------------------------------------- retrying, retry


def _retrying(read: _Reading) -> Terms:
    takes = _undecided if read.may("retry_on_exception") else read.catching(None)
    bounded = read.may("stop_max_attempt_number", "stop_max_delay", "stop", "stop_func")
    return Terms(
        takes,
        _retrying_wait(read),
        bounded,
        read.number("stop_max_attempt_number"),
        read.may("retry_on_result"),
    )


def _retrying_wait(read: _Reading) -> Delay:
    growing = (
        "wait_exponential_multiplier", "wait_exponential_max", "wait_random_min",
        "wait_random_max", "wait_incrementing_start", "wait_incrementing_increment",
        "wait_func", "wait", "wait_jitter_max",
    )  # fmt: skip
    if read.may(*growing):
        return GROWING
    milliseconds = constant(read.get("wait_fixed")) if read.get("wait_fixed") else NO_DELAY
    seconds = milliseconds.seconds / 1000 if milliseconds.seconds is not None else None
    return Delay(milliseconds.pace, seconds)


def _retry(read: _Reading) -> Terms:
    tries = read.get("tries", 1)
    number = _whole(tries)
    bounded = number != -1 if tries is not None else not read.arguments.keywords.is_closed
    if read.may("jitter") or _grows(read.get("backoff", 4)):
        delay = GROWING
    else:
        given = read.get("delay", 2)
        delay = constant(given) if given is not None else NO_DELAY
    takes = read.catching(read.get("exceptions", 0))
    return Terms(takes, delay, bounded, number if number != -1 else None)


def _grows(value: Value | None) -> bool:
    return value is not None and _whole(value) != 1


def _retry_call(read: _Reading) -> Terms:
    moved = Arguments(read.arguments.positional[3:], read.arguments.keywords)
    return _retry(_Reading(read.evaluator, moved))


def _opnieuw(read: _Reading) -> Terms:
    takes = read.catching(read.get("retry_on_exceptions", 0))
    return Terms(takes, GROWING, True, read.number("max_calls_total"))


_LIBRARIES: dict[str, Callable[[_Reading], Terms]] = {
    "tenacity.retry": _tenacity,
    "tenacity.Retrying": _tenacity,
    "tenacity.AsyncRetrying": _tenacity,
    "backoff.on_exception": _backoff,
    "backoff.on_predicate": _backoff_predicate,
    "stamina.retry": _stamina,
    "stamina.retry_context": _stamina,
    "stamina.RetryingCaller": _stamina,
    "stamina.AsyncRetryingCaller": _stamina,
    "retrying.retry": _retrying,
    "retrying.Retrying": _retrying,
    "retry.retry": _retry,
    "retry.retry_call": _retry_call,
    "retry_async.retry": _retry,
    "opnieuw.retry": _opnieuw,
    "opnieuw.retry_async": _opnieuw,
}

_ITERATED = frozenset({"tenacity.Retrying", "tenacity.AsyncRetrying", "stamina.retry_context"})


def is_known(value: Value) -> bool:
    """Tell whether a value is a retry of a library, whatever it repeats."""
    found = _named(value)
    return found is not None and _key(found[0]) in _LIBRARIES


def is_iterated(value: Value) -> bool:
    """Tell whether iterating a value gives the attempts of a retry."""
    found = _named(value)
    return found is not None and _key(found[0]) in _ITERATED
