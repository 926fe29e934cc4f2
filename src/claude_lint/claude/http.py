"""Requests built by hand: what every HTTP library's call comes down to.

A library's own module reads its calls into `RawCall`; what that means for Claude is decided here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from claude_lint.claude.calls import Call
from claude_lint.claude.catalog import Platform
from claude_lint.claude.facts import Fields, Request, fields_of, is_absent, narrowed
from claude_lint.claude.hosts import Target, targets
from claude_lint.claude.reading import Reading
from claude_lint.python.values import (
    Attribute,
    Constant,
    Mapping,
    Result,
    Symbol,
    Value,
    options,
    union,
)

_SERIALIZERS = frozenset({"json.dumps", "orjson.dumps", "ujson.dumps", "simplejson.dumps", "dumps"})
_ENDPOINTS = (
    ("/v1/messages/count_tokens", "messages.count_tokens"),
    ("/v1/messages/batches", "batches.create"),
    ("/v1/messages", "messages.create"),
    ("/v1/complete", "complete"),
    ("/v1/chat/completions", "chat.completions"),
    ("/v1/models", "models.list"),
)


@dataclass(frozen=True, slots=True, eq=False)
class RawCall:
    """What one HTTP call passes, whatever the library calls it.

    `base_url` and `default_headers` are the session's. `body` is the JSON document before it is
    serialized. `timeout` is None where none is given; `default_timeout` in seconds says what the
    library then does (None: waits for ever). `session` is the client object, for its retries.
    """

    library: str
    method: str
    url: Value | None
    headers: Value | None = None
    body: Value | None = None
    query: Value | None = None
    auth: Value | None = None
    timeout: Value | None = None
    default_timeout: float | None = None
    base_url: Value | None = None
    default_headers: Value | None = None
    session: Value | None = None


def requests(call: Call, raw: RawCall, reading: Reading) -> Iterator[Request]:
    """Yield a request for each place the call can lead to."""
    for target in targets(_full_url(raw), reading.api_hosts):
        world = target.url.under
        body = fields_of(unserialized(raw.body), world)
        platform = target.platform if target.platform is Platform.CLAUDE else Platform.GATEWAY
        if target.platform is Platform.UNKNOWN:
            platform = Platform.UNKNOWN
        yield Request(
            call=call.origin,
            scope=call.scope,
            surface="raw",
            library=raw.library,
            operation=operation_of(target, raw.method),
            platform=platform,
            body=body,
            headers=_all_headers(raw, world),
            arguments=call.arguments,
            url=target.url,
            query=fields_of(raw.query, world),
            timeout=raw.timeout,
            auth=raw.auth,
            session=raw.session,
            model=body.value("model"),
            is_awaited=call.is_awaited,
            world=world,
        )


def operation_of(target: Target, method: str) -> str:
    """Return the operation an endpoint stands for, `http` for any other path."""
    path = (target.path or "").rstrip("/")
    for ending, operation in _ENDPOINTS:
        if path.endswith(ending) or ending + "/" in path:
            if operation == "messages.create" and method.upper() not in ("POST", ""):
                return "http"
            if operation == "batches.create" and not path.endswith(ending):
                return "http"
            return operation
    return "http"


def _full_url(raw: RawCall) -> Value | None:
    if raw.base_url is None or all(is_absent(one) for one in options(raw.base_url)):
        return raw.url
    from claude_lint.python.evaluate import text_of, text_parts

    found: list[Value] = []
    for base in options(raw.base_url):
        for path in options(raw.url):
            if isinstance(path, Constant) and str(path.value).startswith(("http://", "https://")):
                found.append(path)
                continue
            origin = path.origin or base.origin
            assert origin is not None
            left, right = text_parts(base), text_parts(path)
            if left and isinstance(left[-1], str):
                left[-1] = left[-1].rstrip("/")
            if right and isinstance(right[0], str):
                right[0] = "/" + right[0].lstrip("/")
            joined = text_of([*left, *right], origin)
            found.append(replace(joined, under=base.under | path.under | joined.under))
    return union(found)


def unserialized(value: Value | None) -> Value | None:
    """Look through `json.dumps(body).encode()` to the body."""
    if value is None:
        return None
    found: list[Value] = []
    for one in options(value):
        while isinstance(one, Result):
            callee = one.callee
            if (
                isinstance(callee, Symbol)
                and callee.path in _SERIALIZERS
                and one.arguments.positional
            ):
                inner = one.arguments.positional[0]
                one = inner if len(options(inner)) == 1 else inner
                break
            if isinstance(callee, Attribute) and callee.name in ("encode", "model_dump", "dict"):
                one = callee.base
                continue
            break
        found.append(one)
    return union(found)


def _all_headers(raw: RawCall, world: frozenset) -> Fields:  # type: ignore[type-arg]
    """Merge the session's headers with the call's, every combination that can happen."""
    own = fields_of(raw.headers, world)
    if raw.default_headers is None:
        return own
    shared = fields_of(narrowed(raw.default_headers, world), world)
    merged: list[Mapping] = []
    for base in shared.options:
        for top in own.options:
            set_anew = {
                (e.name or "").lower() for e in top.entries if not e.under and e.name is not None
            }
            kept = tuple(e for e in base.entries if (e.name or "").lower() not in set_anew)
            merged.append(replace(top, entries=(*kept, *top.entries), rest=(*base.rest, *top.rest)))
    return Fields(tuple(merged), own.is_open or shared.is_open)


def changed_mapping(call: Call, owner: Value, name: str, *, starts_empty: bool) -> Value | None:
    """Return a mapping attribute of a session object, as its changes leave it.

    `starts_empty` says that the attribute is an empty mapping when the object is made.
    """
    value = call.evaluator.attribute(owner, name, call.origin, call.frame)
    found: list[Value] = []
    for one in options(value):
        if isinstance(one, Attribute):
            if starts_empty:
                found.append(Mapping(origin=one.origin, under=one.under))
            else:
                found.append(one)
        elif isinstance(one, Mapping):
            rest = tuple(r for r in one.rest if not (starts_empty and _is_plain(r, name)))
            found.append(replace(one, rest=rest))
        else:
            found.append(one)
    return union(found)


def _is_plain(value: Value, name: str) -> bool:
    return isinstance(value, Attribute) and value.name == name and isinstance(value.base, Result)
