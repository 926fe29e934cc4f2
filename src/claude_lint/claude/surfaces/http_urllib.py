"""urllib: `urlopen(Request(url, data, headers))`, headers added to the request, openers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import libcst as cst

from claude_lint.claude.calls import Call
from claude_lint.claude.facts import Request
from claude_lint.claude.reading import Reading
from claude_lint.claude.surfaces import http
from claude_lint.claude.surfaces.http import RawCall, argument
from claude_lint.claude.surfaces.http_bodies import as_mapping
from claude_lint.python.values import (
    Arguments,
    Attribute,
    Change,
    Constant,
    Entry,
    Mapping,
    Origin,
    Result,
    Symbol,
    Unknown,
    Value,
    conditioned,
    options,
    union,
)

LIBRARY = "urllib"
NAMES = frozenset({"urlopen", "open"})
_URLOPEN = frozenset({"urllib.request.urlopen", "six.moves.urllib.request.urlopen"})
_REQUESTS = frozenset({"urllib.request.Request", "six.moves.urllib.request.Request"})
_OPENERS = frozenset({"urllib.request.build_opener", "urllib.request.OpenerDirector"})
_ADDING = frozenset({"add_header", "add_unredirected_header"})


def requests(call: Call, reading: Reading) -> Iterator[Request]:
    """Yield what a call of urllib sends to Claude or may send there."""
    if not _is_sending(call.callee):
        return
    given = call.arguments
    sent = first if (first := argument(given, "url", 0)) is not None else given.get("fullurl")
    for one in options(sent):
        yield from http.requests(call, _raw_call(call, one, given), reading)


def _is_sending(callee: Value) -> bool:
    if isinstance(callee, Symbol):
        return callee.path in _URLOPEN
    return (
        isinstance(callee, Attribute)
        and callee.name == "open"
        and http.is_made_by(callee.base, _OPENERS)
    )


def _raw_call(call: Call, sent: Value, given: Arguments) -> RawCall:
    data = argument(given, "data", 1)
    timeout = argument(given, "timeout", 2)
    if not (
        isinstance(sent, Result)
        and isinstance(sent.callee, Symbol)
        and sent.callee.path in _REQUESTS
    ):
        verb = "POST" if data is not None else "GET"
        return RawCall(LIBRARY, verb, sent, Mapping(), data, timeout=timeout)
    made = sent.arguments
    body = http.first_of(http.attribute_set(call, sent, "data"), argument(made, "data", 1), data)
    verb = http.method_named("", made, 5)
    headers = as_mapping(argument(made, "headers", 2))
    return RawCall(
        library=LIBRARY,
        method=verb or ("POST" if body is not None else "GET"),
        url=conditioned(argument(made, "url", 0) or Unknown(why="url"), sent.under),
        headers=_with_changes(call, headers, sent),
        body=body,
        timeout=timeout,
    )


def _with_changes(call: Call, headers: Value | None, sent: Result) -> Value:
    """Add what `add_header` puts on a request."""
    found: list[Value] = []
    added = [entry for change in sent.changes for entry in _added(call, change)]
    for one in options(headers) or (Mapping(origin=sent.origin),):
        if isinstance(one, Mapping) and added:
            names = {http.name_of(entry) for entry in added if not entry.under}
            kept = tuple(entry for entry in one.entries if http.name_of(entry) not in names)
            one = replace(one, entries=(*kept, *added))
        found.append(one)
    return union(found)


def _added(call: Call, change: Change) -> Iterator[Entry]:
    event = change.event
    module = event.scope.module
    if len(change.path) == 1 and change.path[0] in _ADDING and isinstance(event.node, cst.Call):
        given = call.evaluator.arguments(module, event.node, change.frame)
        key, value = given.get("key", 0), given.get("val", 1)
        if key is not None and value is not None:
            yield Entry(key, value, Origin(module, event.node), change.under)
    elif change.path == ("headers",) and event.kind == "setitem" and event.key and event.value:
        key = call.evaluator.value(module, event.key, change.frame)
        value = call.evaluator.value(module, event.value, change.frame)
        if isinstance(key, Constant):
            yield Entry(key, value, Origin(module, event.node), change.under)
