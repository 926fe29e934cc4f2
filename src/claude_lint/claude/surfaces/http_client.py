"""http.client: `HTTPSConnection(host).request("POST", path, body, headers)`."""

from __future__ import annotations

from collections.abc import Iterator

from claude_lint.claude.calls import Call
from claude_lint.claude.facts import Request
from claude_lint.claude.reading import Reading
from claude_lint.claude.surfaces import http
from claude_lint.claude.surfaces.http import RawCall, argument
from claude_lint.claude.surfaces.http_urllib3 import as_url
from claude_lint.python.values import Attribute

LIBRARY = "http.client"
NAMES = frozenset({"request"})
_CONNECTIONS = frozenset(
    {"http.client.HTTPSConnection", "http.client.HTTPConnection", "httplib.HTTPSConnection"}
)


def requests(call: Call, reading: Reading) -> Iterator[Request]:
    """Yield what a call of http.client sends to Claude or may send there."""
    callee = call.callee
    if not (
        isinstance(callee, Attribute)
        and callee.name in NAMES
        and http.is_made_by(callee.base, _CONNECTIONS)
    ):
        return
    given = call.arguments
    host = http.session_argument(callee.base, "host", 0)
    raw = RawCall(
        library=LIBRARY,
        method=http.method_named("", given),
        url=argument(given, "url", 1),
        headers=argument(given, "headers", 3),
        body=argument(given, "body", 2),
        timeout=http.session_argument(callee.base, "timeout", 2),
        base_url=as_url(host) if host is not None else None,
        session=callee.base,
    )
    yield from http.requests(call, raw, reading)
