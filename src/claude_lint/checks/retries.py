"""CL4: what happens to a request that fails, and how long it may take."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import libcst as cst

from claude_lint.checks import Problem, Repair, View, rule
from claude_lint.checks.repairs import (
    delete_entries,
    insert_argument,
    repair,
    replace_expression,
)
from claude_lint.claude.facts import CallSite, Request
from claude_lint.claude.retries.delays import Pace
from claude_lint.claude.retries.disabled import DisabledRetry
from claude_lint.claude.retries.failures import CLIENT_ERRORS, PASSING
from claude_lint.claude.retries.policies import REPEATABLE, Policy
from claude_lint.claude.retries.reach import Attempt, Retry, attempt
from claude_lint.claude.retries.timeouts import Untimed
from claude_lint.findings import Safety, Severity
from claude_lint.python.syntax import access_path
from claude_lint.python.values import Constant, Origin, options

_OWN = frozenset({"loop", "iterator", "decorator", "call", "recursion"})
"""Retries whose waiting and giving up stand in the code."""


def _is_raw(site: CallSite) -> bool:
    """Tell whether a call certainly sends a Claude request by hand."""
    return (
        site.first.surface == "raw"
        and site.only_first_party
        and all(request.operation != "complete" for request in site.requests)
    )


def _is_judged(request: Request) -> bool:
    """Tell whether the retries of a request are the API's affair: the SDK's, or a raw one."""
    if request.operation == "complete":
        return False
    return request.surface == "sdk" or (request.surface == "raw" and request.is_first_party)


def _judged(retry: Retry) -> list[Request]:
    return [request for request in retry.site.requests if _is_judged(request)]


@rule("missing-retry")
def missing_retry(attempt: Attempt, view: View) -> Iterator[Problem]:
    """CL401."""
    if _is_raw(attempt.site) and not attempt.policies:
        yield Problem(
            attempt.call,
            "This request is sent once: a 429, a 529 or a lost connection ends it",
            help="Retry 429, 5xx and lost connections, waiting as `retry-after` says, else longer"
            " each time with some randomness; the SDK does so by itself",
        )


@rule("disabled-retry")
def disabled_retry(disabled: DisabledRetry, view: View) -> Iterator[Problem]:
    """CL402."""
    unretried = [
        one for one in disabled.attempts if not any(not policy.lacks for policy in one.policies)
    ]
    if not unretried and not disabled.is_alone:
        return
    related = [(one.call, "sent once") for one in unretried[:3]]
    if disabled.zero.origin is not None and not disabled.is_literal:
        related.append((disabled.zero.origin, "the 0 comes from here"))
    yield Problem(
        disabled.entry,
        "`max_retries=0` turns off the SDK's retries, and nothing else repeats the request",
        help="Leave `max_retries` out, or retry 429, 5xx and connection errors around the call",
        related=tuple(related),
        fix=_without_setting(disabled, view),
    )


def _without_setting(disabled: DisabledRetry, view: View) -> Repair | None:
    if not disabled.is_literal:
        return None
    title, module = "Remove `max_retries=0`", disabled.entry.origin.module
    call = module.parents.get(disabled.entry.origin.node)
    if isinstance(call, cst.Call) and len(call.args) == 1:
        path = access_path(call.func) or ()
        if path[1:] and path[-1] == "with_options":  # with no options it is the client itself
            client = replace_expression(Origin(module, call), ".".join(path[:-1]))
            return repair(view, title, Safety.UNSAFE, client)
    return repair(view, title, Safety.UNSAFE, delete_entries(disabled.entry))


@rule("retry-without-backoff")
def without_backoff(retry: Retry, view: View) -> Iterator[Problem]:
    """CL403."""
    policy = retry.policy
    if policy.kind not in _OWN or not _judged(retry):
        return
    endless = policy.is_bounded is False
    if policy.delay.pace is Pace.NONE and policy.is_judged:
        return
    if policy.delay.pace is Pace.NONE:
        fact = "repeats a failed request at once" + (", without end" if endless else "")
    elif policy.delay.pace is Pace.CONSTANT:
        seconds = policy.delay.seconds
        wait = f"the same {seconds:g} s" if seconds is not None else "the same time"
        fact = f"waits {wait} before each new try" + (", without end" if endless else "")
    elif endless:
        fact = "never gives up"
    else:
        return
    yield Problem(
        retry.at,
        f"{_named(policy)} {fact}",
        help="Wait as `retry-after` says, else longer each time with some randomness, and give up"
        " after a few tries",
    )


@rule("retried-client-error")
def retried_client_error(retry: Retry, view: View) -> Iterator[Problem]:
    """CL404."""
    policy = retry.policy
    repeated = [str(failure.value) for failure in CLIENT_ERRORS if failure in policy.certain]
    requests = _judged(retry)
    if not repeated or not requests:
        return
    fail = "fails" if len(repeated) == 1 else "fail"
    patient = policy.is_bounded is not False and policy.delay.pace is Pace.GROWING
    yield Problem(
        retry.at,
        f"{_named(policy)} also repeats {_listed(repeated)}, which {fail} the same way each time",
        help=_NARROWER[requests[0].surface],
        severity=Severity.INFO if patient else Severity.WARNING,
    )


_NARROWER = {
    "sdk": "Repeat only `RateLimitError`, `InternalServerError` and `APIConnectionError`",
    "raw": "Repeat only 429, 5xx and connection errors, and let other errors through",
}


@rule("stacked-retry")
def stacked_retry(retry: Retry, view: View) -> Iterator[Problem]:
    """CL405."""
    policy = retry.policy
    if policy.kind not in _OWN or not policy.repeats & REPEATABLE:
        return
    for request in _judged(retry):
        again = _sdk_retries(request)
        if again:
            most = f": up to {policy.attempts * (again + 1)} requests" if policy.attempts else ""
            yield Problem(
                retry.at,
                f"{_named(policy)} repeats what the SDK has already retried {_times(again)}{most}",
                help="Leave retrying to the SDK, with a larger `max_retries`, or set"
                " `max_retries=0` on the client",
                related=((request.call, "the SDK retries here"),),
            )
            return


def _sdk_retries(request: Request) -> int:
    """Return how often the SDK itself retries a request, 0 where it may not."""
    client = request.client
    if request.surface != "sdk" or client is None or client.arguments is None:
        return 0
    if not client.arguments.may_pass("max_retries"):
        return _SDK_DEFAULT
    numbers = [o.value for o in options(client.argument("max_retries")) if isinstance(o, Constant)]
    if len(numbers) == 1 and isinstance(numbers[0], int):
        return numbers[0]
    return 0


_SDK_DEFAULT = 2


@rule("missing-timeout")
def missing_timeout(untimed: Untimed, view: View) -> Iterator[Problem]:
    """CL406."""
    if not _is_raw(untimed.site):
        return
    library, seconds = untimed.site.first.library, untimed.seconds
    then = f"gives up after {seconds} s" if seconds is not None else "waits without end"
    yield Problem(
        untimed.call,
        f"No `timeout` is given, and {library} {then}",
        help="Pass a `timeout` longer than the longest answer may take, or stream the answer",
    )


@rule("ineffective-retry")
def ineffective_retry(retry: Retry, view: View) -> Iterator[Problem]:
    """CL407."""
    policy = retry.policy
    if not policy.lacks or not _is_raw(retry.site):
        return
    if any(_repeats_answers(one) for one in attempt(view, retry.site).policies):
        return
    if policy.lacks == "errors":
        fact = "repeats only what raises, and an answer of 429 or 5xx raises nothing here"
        cure = "Call `raise_for_status()` on the answer, or decide by its status"
    elif policy.lacks == "answers":
        fact = "repeats connecting only: a 429 or 5xx still ends the request"
        cure = "Retry around the call, or use a transport that repeats answers"
    else:
        fact = "leaves out POST: a 429 or 5xx still ends this request"
        cure = (
            "Add POST to `allowed_methods`, and name 429, 500, 502, 503, 504 and 529 in"
            " `status_forcelist`"
        )
    yield Problem(
        retry.at,
        f"{_named(policy)} {fact}",
        help=cure,
        fix=_with_post(policy, view),
    )


def _repeats_answers(policy: Policy) -> bool:
    return not policy.lacks and bool(policy.repeats & {*PASSING})


def _with_post(policy: Policy, view: View) -> Repair | None:
    if policy.methods is not None and policy.methods.origin is not None:
        names = [str(item.value) for item in policy.methods.items if isinstance(item, Constant)]
        listed = ", ".join(f'"{name}"' for name in (*names, "POST"))
        display = {"set": f"{{{listed}}}", "tuple": f"({listed})"}.get(
            policy.methods.kind, f"[{listed}]"
        )
        edits = replace_expression(policy.methods.origin, display)
    elif policy.default_methods:
        methods = f'{{*{policy.default_methods}, "POST"}}'
        edits = insert_argument(policy.at, f"allowed_methods={methods}")
    else:
        return None
    return repair(view, "Add POST to the methods that are repeated", Safety.UNSAFE, edits)


def _named(policy: Policy) -> str:
    return policy.name[:1].upper() + policy.name[1:]


def _times(count: int) -> str:
    return "once" if count == 1 else "twice" if count == 2 else f"{count} times"


def _listed(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
