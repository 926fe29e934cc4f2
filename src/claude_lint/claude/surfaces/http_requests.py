"""The `requests` library: functions, sessions, `request("POST", …)`, prepared requests."""

from __future__ import annotations

from collections.abc import Iterator

from claude_lint.claude.calls import Call
from claude_lint.claude.facts import Request
from claude_lint.claude.reading import Reading
from claude_lint.claude.surfaces import http
from claude_lint.claude.surfaces.http import VERBS, RawCall, argument
from claude_lint.python.values import Arguments, Attribute, Result, Symbol, Value, options

LIBRARY = "requests"
NAMES = VERBS | {"request", "send"}
_MODULES = frozenset({"requests", "requests.api"})
_SESSIONS = frozenset({"requests.Session", "requests.session", "requests.sessions.Session"})
_REQUESTS = frozenset({"requests.Request", "requests.models.Request"})


def requests(call: Call, reading: Reading) -> Iterator[Request]:
    """Yield what a call of `requests` sends to Claude or may send there."""
    for raw in _raw_calls(call):
        yield from http.requests(call, raw, reading)


def _raw_calls(call: Call) -> Iterator[RawCall]:
    callee = call.callee
    if isinstance(callee, Symbol):
        top, _, name = callee.path.rpartition(".")
        if top in _MODULES and name in NAMES:
            yield _sent(call, name, call.arguments, None)
    elif isinstance(callee, Attribute) and http.is_made_by(callee.base, _SESSIONS):
        if callee.name == "send":
            for one in options(call.arguments.get("request", 0)):
                yield from _prepared(call, one, callee.base)
        elif callee.name in NAMES:
            yield _sent(call, callee.name, call.arguments, callee.base)


def _prepared(call: Call, value: Value, session: Value) -> Iterator[RawCall]:
    """Read `Request(…)`, as it is or prepared."""
    if not isinstance(value, Result):
        return
    callee = value.callee
    if isinstance(callee, Symbol) and callee.path in _REQUESTS:
        given = value.arguments
        yield RawCall(
            library=LIBRARY,
            method=http.method_named("", given),
            url=argument(given, "url", 1),
            headers=argument(given, "headers", 2),
            body=argument(given, "json") or argument(given, "data", 4),
            query=argument(given, "params", 5),
            auth=argument(given, "auth", 6),
            timeout=call.arguments.get("timeout"),
            default_headers=http.session_headers(call, session),
            session=session,
        )
    elif isinstance(callee, Attribute) and callee.name == "prepare":
        yield from _prepared(call, callee.base, session)
    elif isinstance(callee, Attribute) and callee.name == "prepare_request":
        for one in options(value.arguments.get("request", 0)):
            yield from _prepared(call, one, session)


def _sent(call: Call, name: str, given: Arguments, session: Value | None) -> RawCall:
    shift = 1 if name == "request" else 0
    takes_data = name in ("post", "put", "patch")
    return RawCall(
        library=LIBRARY,
        method=http.method_named(name, given),
        timeout=argument(given, "timeout"),
        url=argument(given, "url", shift),
        headers=argument(given, "headers"),
        body=http.first_of(
            argument(given, "json", 2 if name == "post" else None),
            argument(given, "data", 1 if takes_data else None),
        ),
        query=argument(given, "params", 1 if name == "get" else None),
        auth=http.first_of(
            argument(given, "auth"), http.attribute_set(call, session, "auth") if session else None
        ),
        default_headers=http.session_headers(call, session) if session is not None else None,
        session=session,
    )
