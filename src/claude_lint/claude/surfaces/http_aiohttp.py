"""aiohttp: sessions with defaults, `async with session.post(…)`, `aiohttp.request`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from claude_lint.claude.calls import Call
from claude_lint.claude.facts import Request
from claude_lint.claude.reading import Reading
from claude_lint.claude.surfaces import http
from claude_lint.claude.surfaces.http import VERBS, RawCall, argument
from claude_lint.python.values import Attribute, Result, Symbol, Value

LIBRARY = "aiohttp"
NAMES = VERBS | {"request", "_request"}
_WRAPPER = "aiohttp_retry.RetryClient"
_SESSIONS = frozenset({
    "aiohttp.ClientSession", "aiohttp.client.ClientSession", _WRAPPER,
    "aiohttp_client_cache.CachedSession",
})  # fmt: skip


def requests(call: Call, reading: Reading) -> Iterator[Request]:
    """Yield what a call of aiohttp sends to Claude or may send there."""
    raw = _raw_call(call)
    if raw is not None:
        yield from http.requests(call, raw, reading)


def _raw_call(call: Call) -> RawCall | None:
    callee = call.callee
    session: Value | None = None
    if isinstance(callee, Symbol) and callee.path == "aiohttp.request":
        name = "request"
    elif (
        isinstance(callee, Attribute)
        and callee.name in NAMES
        and http.is_made_by(callee.base, _SESSIONS)
    ):
        name, session = callee.name, callee.base
    else:
        return None
    given = call.arguments
    shift = 1 if name in ("request", "_request") else 0
    raw = RawCall(
        library=LIBRARY,
        method=http.method_named(name, given),
        timeout=argument(given, "timeout"),
        url=http.first_of(argument(given, "url", shift), argument(given, "str_or_url")),
        headers=argument(given, "headers"),
        body=http.first_of(argument(given, "json"), argument(given, "data")),
        query=argument(given, "params"),
        auth=argument(given, "auth"),
    )
    if session is None:
        return raw
    return replace(http.through(call, _inner(session), raw), session=session)


def _inner(session: Value) -> Value:
    """Return the session that sends what a `RetryClient` is asked to send."""
    if not isinstance(session, Result):
        return session
    is_wrapper = isinstance(session.callee, Symbol) and session.callee.path == _WRAPPER
    return (session.arguments.get("client_session", 0) if is_wrapper else None) or session
