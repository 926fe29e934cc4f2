"""httpx and httpx2: functions, clients with a base URL and headers of their own, built requests."""

from __future__ import annotations

from collections.abc import Iterator

from claude_lint.claude.calls import Call
from claude_lint.claude.facts import Request
from claude_lint.claude.reading import Reading
from claude_lint.claude.surfaces import http
from claude_lint.claude.surfaces.http import VERBS, RawCall, argument
from claude_lint.python.values import Arguments, Attribute, Result, Symbol, Typed, Value, options

LIBRARIES = ("httpx", "httpx2")
NAMES = VERBS | {"request", "stream", "send"}
_CLIENTS = frozenset(f"{top}.{name}" for top in LIBRARIES for name in ("Client", "AsyncClient"))
_REQUESTS = frozenset(f"{top}.Request" for top in LIBRARIES)


def requests(call: Call, reading: Reading) -> Iterator[Request]:
    """Yield what a call of httpx sends to Claude or may send there."""
    for raw in _raw_calls(call):
        yield from http.requests(call, raw, reading)


def _raw_calls(call: Call) -> Iterator[RawCall]:
    callee = call.callee
    if isinstance(callee, Symbol):
        top, _, name = callee.path.rpartition(".")
        if top in LIBRARIES and name in NAMES - {"send"}:
            yield _sent(top, name, call.arguments)
    elif isinstance(callee, Attribute) and http.is_made_by(callee.base, _CLIENTS):
        if callee.name == "send":
            for one in options(call.arguments.get("request", 0)):
                yield from _built(call, one, callee.base)
        elif callee.name in NAMES:
            raw = _sent(_library(callee.base), callee.name, call.arguments)
            yield http.through(call, callee.base, raw)


def _built(call: Call, value: Value, client: Value) -> Iterator[RawCall]:
    """Read what `client.send` is given: `client.build_request(…)` or `httpx.Request(…)`."""
    if not isinstance(value, Result):
        return
    callee = value.callee
    raw = _sent(_library(client), "request", value.arguments)
    if isinstance(callee, Symbol) and callee.path in _REQUESTS:
        yield raw  # goes as it is, without anything of the client's but its timeout
    elif isinstance(callee, Attribute) and callee.name == "build_request":
        for builder in options(callee.base):
            if http.is_made_by(builder, _CLIENTS):
                yield http.through(call, builder, raw)


def _library(client: Value) -> str:
    symbol = client.callee if isinstance(client, Result) else client
    symbol = symbol.type if isinstance(symbol, Typed) else symbol
    return symbol.path.partition(".")[0] if isinstance(symbol, Symbol) else LIBRARIES[0]


def _sent(library: str, name: str, given: Arguments) -> RawCall:
    shift = 1 if name in ("request", "stream") else 0
    return RawCall(
        library=library,
        method=http.method_named(name, given),
        timeout=argument(given, "timeout"),
        url=argument(given, "url", shift),
        headers=argument(given, "headers"),
        body=http.first_of(
            argument(given, "json"), argument(given, "content"), argument(given, "data")
        ),
        query=argument(given, "params"),
        auth=argument(given, "auth"),
    )
