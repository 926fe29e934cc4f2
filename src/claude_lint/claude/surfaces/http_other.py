"""Requests by what nobody here knows: the URL alone tells that Claude is meant.

A session that came in as a parameter, or another library made like the known ones. It may add
headers and retries of its own, so only what the call itself passes is certain.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from claude_lint.claude.calls import Call
from claude_lint.claude.facts import Request
from claude_lint.claude.reading import Reading
from claude_lint.claude.surfaces import http
from claude_lint.claude.surfaces.hosts import targets
from claude_lint.claude.surfaces.http import VERBS, RawCall, argument
from claude_lint.python.values import (
    Attribute,
    Instance,
    Item,
    Result,
    Symbol,
    Typed,
    Unknown,
    Value,
)

NAMES = VERBS | {"request", "stream"}
_KNOWN = frozenset(
    {
        "requests",
        "httpx",
        "httpx2",
        "aiohttp",
        "aiohttp_retry",
        "urllib",
        "urllib3",
        "http",
        "curl_cffi",
    }
)
# What plays the server, or holds answers by their URL.
_NO_SENDERS = re.compile(
    r"mock|respx|responses|requests_mock|aioresponses|httpretty|pook|vcr|cache|router|app$", re.I
)


def may_send(call: Call) -> bool:
    """Tell whether a call looks like an HTTP library's, whatever its URL turns out to be."""
    sender, _name = _sender(call.callee)
    if sender is None or _NO_SENDERS.search(_named(sender)):
        return False
    return any(call.arguments.get(name) is not None for name in ("headers", "json", "data"))


def requests(call: Call, reading: Reading) -> Iterator[Request]:
    """Yield what a call that looks like an HTTP library's sends to Claude."""
    sender, name = _sender(call.callee)
    if sender is None or _NO_SENDERS.search(_named(sender)):
        return
    given = call.arguments
    url = argument(given, "url", 0 if name in VERBS else 1)
    # Whatever has a `get` comes by here: nothing else is looked at where no host is named.
    if not any(target.host for target in targets(url, reading.api_hosts)):
        return
    raw = RawCall(
        library="",
        method=http.method_named(name, given),
        url=url,
        headers=argument(given, "headers"),
        body=http.first_of(
            argument(given, "json"), argument(given, "data"), argument(given, "content")
        ),
        query=argument(given, "params"),
        auth=Unknown(why="session"),
        timeout=argument(given, "timeout") or Unknown(why="session"),
        default_headers=Unknown(why="session"),
        session=sender,
    )
    for request in http.requests(call, raw, reading):
        if request.is_first_party:
            yield request


def _sender(callee: Value) -> tuple[Value | None, str]:
    """Return what a call is a method of, and the method's name."""
    if isinstance(callee, Symbol):
        top, _, name = callee.path.rpartition(".")
        known = not top or top.partition(".")[0] in _KNOWN or top.startswith("builtins")
        return (None if known or name not in NAMES else Symbol(top)), name
    if isinstance(callee, Attribute) and callee.name in NAMES and _is_foreign(callee.base):
        return callee.base, callee.name
    return None, ""


def _is_foreign(value: Value) -> bool:
    """Tell whether a value is an object of a library that is not read elsewhere, or not known."""
    if isinstance(value, (Unknown, Item)):
        return True
    if isinstance(value, Attribute):
        return _is_foreign(value.base)
    if isinstance(value, Typed):
        return not isinstance(value.type, Symbol) or _is_foreign_path(value.type.path)
    if isinstance(value, Result):
        return _is_foreign(value.callee)
    if isinstance(value, Symbol):
        return _is_foreign_path(value.path)
    return isinstance(value, Instance)


def _is_foreign_path(path: str) -> bool:
    return path.partition(".")[0] not in _KNOWN


def _named(sender: Value) -> str:
    """Return the names a sender goes by."""
    names = list(sender.via)
    inner: Value | None = sender
    while inner is not None:
        if isinstance(inner, (Unknown, Attribute)):
            names.append(inner.name)
        if isinstance(inner, Symbol):
            names.append(inner.path)
        inner = (
            inner.base
            if isinstance(inner, (Attribute, Item))
            else inner.callee
            if isinstance(inner, Result)
            else inner.type
            if isinstance(inner, Typed)
            else None
        )
    return " ".join(names)
