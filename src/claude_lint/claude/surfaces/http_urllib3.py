"""urllib3: pool managers, connection pools of one host, `urllib3.request`."""

from __future__ import annotations

from collections.abc import Iterator

from claude_lint.claude.calls import Call
from claude_lint.claude.facts import Request
from claude_lint.claude.reading import Reading
from claude_lint.claude.surfaces import http
from claude_lint.claude.surfaces.http import RawCall, argument
from claude_lint.python.texts import text_of, text_parts
from claude_lint.python.values import Attribute, Symbol, Value, options, union

LIBRARY = "urllib3"
NAMES = frozenset({"request", "urlopen", "request_encode_body", "request_encode_url"})
_MANAGERS = frozenset({
    "urllib3.PoolManager", "urllib3.ProxyManager", "urllib3.poolmanager.PoolManager",
    "urllib3.poolmanager.ProxyManager", "urllib3.proxy_from_url",
})  # fmt: skip
_POOLS = frozenset({
    "urllib3.HTTPSConnectionPool", "urllib3.HTTPConnectionPool", "urllib3.connection_from_url",
    "urllib3.connectionpool.HTTPSConnectionPool", "urllib3.connectionpool.HTTPConnectionPool",
    "urllib3.connectionpool.connection_from_url",
})  # fmt: skip


def requests(call: Call, reading: Reading) -> Iterator[Request]:
    """Yield what a call of urllib3 sends to Claude or may send there."""
    raw = _raw_call(call)
    if raw is not None:
        yield from http.requests(call, raw, reading)


def _raw_call(call: Call) -> RawCall | None:
    callee, pool = call.callee, None
    if isinstance(callee, Attribute) and callee.name in NAMES:
        pool = callee.base
        if not http.is_made_by(pool, _MANAGERS | _POOLS):
            return None
    elif not (isinstance(callee, Symbol) and callee.path == "urllib3.request"):
        return None
    given = call.arguments
    headers = argument(given, "headers", 3)
    defaults = http.session_headers(call, pool) if pool is not None and headers is None else None
    return RawCall(
        library=LIBRARY,
        method=http.method_named("", given),
        url=argument(given, "url", 1),
        # What a call passes replaces what the pool was given.
        headers=headers if headers is not None else defaults,
        body=http.first_of(
            argument(given, "json"),
            argument(given, "body", 2 if isinstance(callee, Symbol) else None),
            argument(given, "fields"),
        ),
        timeout=http.first_of(
            argument(given, "timeout"),
            http.session_argument(pool, "timeout") if pool is not None else None,
        ),
        base_url=_host(pool) if pool is not None and http.is_made_by(pool, _POOLS) else None,
        session=pool,
    )


def _host(pool: Value) -> Value | None:
    """Return where a connection pool leads, as a URL."""
    host = http.session_argument(pool, "host", 0)
    return as_url(host) if host is not None else None


def as_url(host: Value) -> Value:
    """Return a host as a URL; what is a URL already stays one."""
    found: list[Value] = []
    for one in options(host):
        parts = text_parts(one)
        known = parts[0] if parts and isinstance(parts[0], str) else ""
        if known.startswith(("http://", "https://")) or one.origin is None:
            found.append(one)
        else:
            found.append(text_of(["https://", *parts], one.origin))
    return union(found)
