"""http.client: `HTTPSConnection(host).request("POST", path, body, headers)`, or step by step."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from claude_lint.claude.calls import Call
from claude_lint.claude.facts import Request
from claude_lint.claude.reading import Reading
from claude_lint.claude.surfaces import http
from claude_lint.claude.surfaces.http import RawCall, argument
from claude_lint.claude.surfaces.http_urllib3 import as_url
from claude_lint.python.values import (
    Attribute,
    Constant,
    Entry,
    Mapping,
    Origin,
    Unknown,
    Value,
)

LIBRARY = "http.client"
NAMES = frozenset({"request", "endheaders"})
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
    if callee.name == "endheaders":
        yield from http.requests(call, _put_together(call, callee.base), reading)
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


def _put_together(call: Call, connection: Value) -> RawCall:
    """Read `putrequest` and `putheader` before `endheaders` sends them."""
    url: Value | None = None
    method = ""
    headers: list[Entry] = []
    unread: list[Value] = []
    for change in connection.changes:
        node = change.event.node
        if not isinstance(node, cst.Call) or change.path not in (("putrequest",), ("putheader",)):
            continue
        module = change.event.scope.module
        given = call.evaluator.arguments(module, node, change.frame)
        if change.path == ("putrequest",):
            method, url = http.method_named("", given), argument(given, "url", 1)
            headers, unread = [], []
            continue
        name, value = given.get("header", 0), given.get("", 1)
        if isinstance(name, Constant) and value is not None:
            headers.append(Entry(name, value, Origin(module, node), change.under))
        else:
            unread.append(Unknown(why="putheader"))
    host = http.session_argument(connection, "host", 0)
    return RawCall(
        library=LIBRARY,
        method=method,
        url=url,
        headers=Mapping(tuple(headers), tuple(unread), origin=call.origin),
        body=argument(call.arguments, "message_body", 0) or Unknown(why="send"),
        timeout=http.session_argument(connection, "timeout", 2),
        base_url=as_url(host) if host is not None else None,
        session=connection,
    )
