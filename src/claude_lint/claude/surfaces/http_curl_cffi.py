"""curl_cffi: the functions and sessions of requests, plain and async, with browsers' handshakes."""

from __future__ import annotations

from collections.abc import Iterator

from claude_lint.claude.calls import Call
from claude_lint.claude.facts import Request
from claude_lint.claude.reading import Reading
from claude_lint.claude.surfaces import http
from claude_lint.claude.surfaces.http import VERBS, RawCall, argument
from claude_lint.python.values import Arguments, Attribute, Symbol

LIBRARY = "curl_cffi"
NAMES = VERBS | {"request", "stream"}
_MODULES = frozenset({"curl_cffi", "curl_cffi.requests"})
_SESSIONS = frozenset(
    f"{module}.{name}"
    for module in (*_MODULES, "curl_cffi.requests.session")
    for name in ("Session", "AsyncSession")
)


def requests(call: Call, reading: Reading) -> Iterator[Request]:
    """Yield what a call of curl_cffi sends to Claude or may send there."""
    raw = _raw_call(call)
    if raw is not None:
        yield from http.requests(call, raw, reading)


def _raw_call(call: Call) -> RawCall | None:
    callee = call.callee
    if isinstance(callee, Symbol):
        top, _, name = callee.path.rpartition(".")
        if top in _MODULES and name in NAMES - {"stream"}:
            return _sent(name, call.arguments)
    elif isinstance(callee, Attribute) and http.is_made_by(callee.base, _SESSIONS):
        if callee.name in NAMES:
            return http.through(call, callee.base, _sent(callee.name, call.arguments))
    return None


def _sent(name: str, given: Arguments) -> RawCall:
    return RawCall(
        library=LIBRARY,
        method=http.method_named(name, given),
        timeout=argument(given, "timeout"),
        url=argument(given, "url", 0 if name in VERBS else 1),
        headers=argument(given, "headers"),
        body=http.first_of(
            argument(given, "json"), argument(given, "content"), argument(given, "data")
        ),
        query=argument(given, "params"),
        auth=argument(given, "auth"),
    )
