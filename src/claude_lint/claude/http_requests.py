"""The `requests` library: functions, sessions, `request("POST", …)`."""

from __future__ import annotations

from collections.abc import Iterator

from claude_lint.claude import http
from claude_lint.claude.calls import Call
from claude_lint.claude.facts import Request
from claude_lint.claude.http import RawCall
from claude_lint.claude.reading import Reading
from claude_lint.python.values import Attribute, Constant, Result, Symbol, Typed, Value

LIBRARY = "requests"
_VERBS = frozenset({"get", "post", "put", "patch", "delete", "head", "options"})
NAMES = _VERBS | {"request"}
_SESSIONS = frozenset({"requests.Session", "requests.session", "requests.sessions.Session"})


def requests(call: Call, reading: Reading) -> Iterator[Request]:
    """Yield what a call of `requests` sends to Claude or may send there."""
    raw = _raw_call(call)
    if raw is not None:
        yield from http.requests(call, raw, reading)


def _raw_call(call: Call) -> RawCall | None:
    callee = call.callee
    session: Value | None = None
    if isinstance(callee, Symbol):
        top, _, name = callee.path.rpartition(".")
        if top not in (LIBRARY, "requests.api") or name not in NAMES:
            return None
    elif isinstance(callee, Attribute) and callee.name in NAMES and is_session(callee.base):
        name, session = callee.name, callee.base
    else:
        return None
    shift = 1 if name == "request" else 0
    given = call.arguments
    verb = given.get("method", 0) if shift else Constant(name)
    method = str(verb.value) if isinstance(verb, Constant) else ""
    return RawCall(
        library=LIBRARY,
        method=method,
        url=given.get("url", shift),
        headers=given.get("headers"),
        body=given.get("json", 2 if name == "post" else None)
        or given.get("data", 1 if name in ("post", "put", "patch") else None),
        query=given.get("params", 1 if name == "get" else None),
        auth=given.get("auth"),
        timeout=given.get("timeout"),
        default_headers=http.changed_mapping(call, session, "headers", starts_empty=True)
        if session is not None
        else None,
        session=session,
    )


def is_session(value: Value) -> bool:
    """Tell whether a value is a `requests.Session`."""
    if isinstance(value, Result):
        return isinstance(value.callee, Symbol) and value.callee.path in _SESSIONS
    return (
        isinstance(value, Typed) and isinstance(value.type, Symbol) and value.type.path in _SESSIONS
    )
