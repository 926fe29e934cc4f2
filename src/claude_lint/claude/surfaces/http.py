"""Requests built by hand: what every HTTP library's call comes down to.

A library's own module reads its calls into `RawCall`; what that means for Claude is decided here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import libcst as cst

from claude_lint.claude.calls import Call
from claude_lint.claude.catalog import Platform
from claude_lint.claude.facts import Fields, Request, fields_of, is_absent, within
from claude_lint.claude.reading import Reading
from claude_lint.claude.surfaces.hosts import Target, known_start, targets
from claude_lint.claude.surfaces.http_bodies import as_mapping, unserialized
from claude_lint.python import changes
from claude_lint.python.decisions import is_possible
from claude_lint.python.flow import Arms, compatible
from claude_lint.python.mappings import is_mapping
from claude_lint.python.module import Module
from claude_lint.python.syntax import string_value
from claude_lint.python.texts import text_of, text_parts
from claude_lint.python.values import (
    Arguments,
    Attribute,
    Constant,
    Entry,
    Environ,
    Mapping,
    Result,
    Sequence,
    Symbol,
    Typed,
    Unknown,
    Value,
    conditioned,
    options,
    union,
)

VERBS = frozenset({"get", "post", "put", "patch", "delete", "head", "options"})
"""What HTTP methods are called where they are functions."""

_ENDPOINTS = (
    ("/v1/messages/count_tokens", "messages.count_tokens"),
    ("/v1/messages/batches", "batches.create"),
    ("/v1/messages", "messages.create"),
    ("/v1/complete", "complete"),
    ("/v1/chat/completions", "chat.completions"),
    ("/v1/models", "models.list"),
)
_LAST_WORDS = frozenset(path.rpartition("/")[2] for path, _operation in _ENDPOINTS)
_DEFAULTS = (cst.Integer, cst.Float, cst.List, cst.Tuple, cst.SimpleString)
_SENDING = frozenset({"POST", ""})
_MOST_HEADERS = 64
# Objects that hold time-outs, with what their first parameter is called.
_TIMEOUTS = {
    "aiohttp.ClientTimeout": "total",
    "aiohttp.client.ClientTimeout": "total",
    "httpx.Timeout": "timeout",
    "httpx2.Timeout": "timeout",
    "urllib3.Timeout": "total",
    "urllib3.util.Timeout": "total",
    "urllib3.util.timeout.Timeout": "total",
}
_AUTHORIZATIONS = ("BasicAuth", "DigestAuth", "ProxyAuth", "NetRCAuth")


@dataclass(frozen=True, slots=True, eq=False)
class RawCall:
    """What one HTTP call passes, whatever the library calls it.

    `method` is upper-case, empty where it is not known. `base_url` and `default_headers` are the
    session's, `timeout` the call's own or else the session's. `body` may still be serialized.
    `session` is the client object, for its retries. `arguments` replace the call's own where
    those are a command line.
    """

    library: str
    method: str
    url: Value | None
    headers: Value | None = None
    body: Value | None = None
    query: Value | None = None
    auth: Value | None = None
    timeout: Value | None = None
    base_url: Value | None = None
    default_headers: Value | None = None
    session: Value | None = None
    arguments: Arguments | None = None


def is_lookup(module: Module, node: cst.Call) -> bool:
    """Tell `mapping.get("key")` from `session.get("/v1/models")`, by what is written alone."""
    func = node.func
    if not isinstance(func, cst.Attribute) or func.attr.value not in VERBS:
        return False
    if not node.args:
        return True
    first, *others = node.args
    if first.star or first.keyword is not None:
        return False
    has_default = others and others[0].keyword is None and isinstance(others[0].value, _DEFAULTS)
    if has_default and func.attr.value == "get":
        return True  # `session.post(url, "{…}")` passes a body there
    if isinstance(first.value, (cst.Integer, cst.Float, cst.Tuple)):
        return True
    text = string_value(first.value)
    if isinstance(text, str):
        return "/" not in text and text not in _LAST_WORDS
    return is_mapping(module, func.value)


def requests(call: Call, raw: RawCall, reading: Reading) -> Iterator[Request]:
    """Yield a request for each place the call can lead to."""
    for target in targets(_full_url(raw), reading.api_hosts):
        world = target.url.under | call.under
        if not compatible(target.url.under, call.under):
            continue
        if not is_possible(call.evaluator, world, call.frame):
            continue
        body = fields_of(call.settled(unserialized(raw.body), world), world)
        yield Request(
            call=call.origin,
            scope=call.scope,
            surface="raw",
            library=raw.library,
            operation=operation_of(target, raw.method),
            method=raw.method,
            platform=_platform(target),
            body=body,
            headers=_all_headers(call, raw, world),
            arguments=raw.arguments or call.arguments,
            url=target.url,
            query=fields_of(as_mapping(raw.query), world),
            timeout=within(_in_all(raw.timeout), world) if raw.timeout is not None else None,
            auth=raw.auth,
            session=raw.session,
            model=body.value("model"),
            is_awaited=call.is_awaited,
            world=world,
        )


def _in_all(timeout: Value) -> Value:
    """Look into an object of time-outs for the one of the whole request, where it has one."""
    return union(map(_seconds, options(timeout)))


def _seconds(timeout: Value) -> Value:
    if not isinstance(timeout, Result) or not isinstance(timeout.callee, Symbol):
        return timeout
    name = _TIMEOUTS.get(timeout.callee.path)
    given = timeout.arguments.get(name, 0) if name is not None else None
    if given is None or all(map(is_absent, options(given))):
        return timeout
    return conditioned(given, timeout.under)


def _platform(target: Target) -> Platform:
    # Over plain HTTP the clouds' own endpoints are somebody else's servers.
    if target.platform in (Platform.CLAUDE, Platform.UNKNOWN):
        return target.platform
    return Platform.GATEWAY


def operation_of(target: Target, method: str) -> str:
    """Return the operation an endpoint stands for, `http` for any other path."""
    path = (target.path or "").rstrip("/")
    if path.startswith("/\0/"):  # f"https://api.anthropic.com/{VERSION}/messages"
        path = "/v1" + path[2:]
    for ending, operation in _ENDPOINTS:
        if path.endswith(ending) or ending + "/" in path:
            if operation == "messages.create" and method not in _SENDING:
                return "http"
            if operation == "batches.create" and not (path.endswith(ending) and method in _SENDING):
                return "http"
            return operation
    return "http"


# ---------------------------------------------------------------------- arguments


def argument(given: Arguments, name: str, position: int | None = None) -> Value | None:
    """Return an argument, None where it is not passed; what may be passed unseen is unknown."""
    value = given.get(name, position)
    if value is None and given.may_pass(name, position):
        return Unknown(why="arguments", name=name)
    return value


def first_of(*values: Value | None) -> Value | None:
    """Return the first argument that is passed, one that only may be passed where there is none."""
    passed = [one for one in values if one is not None and not _is_left_out(one)]
    certain = [one for one in passed if not _is_uncertain(one)]
    return next(iter(certain or passed), None)


def _is_left_out(value: Value) -> bool:
    return all(is_absent(one) for one in options(value))


def _is_uncertain(value: Value) -> bool:
    return isinstance(value, Unknown) and value.why in ("arguments", "session")


def method_named(name: str, given: Arguments, position: int = 0) -> str:
    """Return the HTTP method of `session.post(…)` or of `session.request("POST", …)`."""
    if name in VERBS:
        return name.upper()
    verb = given.get("method", position)
    return verb.value.upper() if isinstance(verb, Constant) and isinstance(verb.value, str) else ""


def _full_url(raw: RawCall) -> Value | None:
    """Join the session's base URL and the call's, which may be whole by itself."""
    if raw.base_url is None or all(is_absent(one) for one in options(raw.base_url)):
        return raw.url
    found: list[Value] = []
    for base in options(raw.base_url):
        for path in options(raw.url):
            if not compatible(base.under, path.under):
                continue
            if (known_start(path)[0] or "").startswith(("http://", "https://")):
                found.append(path)
            else:
                found.append(conditioned(_joined(base, path), base.under | path.under))
    return union(found)


def _joined(base: Value, path: Value) -> Value:
    origin = path.origin or base.origin
    if origin is None:
        return Unknown(why="url")
    if isinstance(base, Environ) and base.default is not None:
        base = base.default
    left, right = text_parts(base), text_parts(path)
    if left and isinstance(left[-1], str):
        left[-1] = left[-1].rstrip("/")
    if right and isinstance(right[0], str):
        right[0] = "/" + right[0].lstrip("/")
    return text_of([*left, *right], origin)


# ---------------------------------------------------------------------- headers


def _all_headers(call: Call, raw: RawCall, world: Arms) -> Fields:
    """Merge the session's headers with the call's, every combination that can happen."""
    own = fields_of(call.settled(as_mapping(raw.headers), world), world)
    if raw.auth is not None and not all(map(_adds_one_header, options(raw.auth))):
        # An object that authenticates may set any header.
        unseen = Unknown(why="auth")
        with_unseen = (replace(one, rest=(*one.rest, unseen)) for one in own.options)
        own = Fields(tuple(with_unseen), own.is_open)
    if raw.default_headers is None:
        return own
    shared = fields_of(call.settled(as_mapping(raw.default_headers), world), world)
    is_open = own.is_open or shared.is_open
    if len(own.options) * len(shared.options) > _MOST_HEADERS:
        return Fields(own.options, is_open=True)
    tops = own.options or (Mapping(),)
    bases = shared.options or (Mapping(),)
    merged = [
        _over(top, base) for base in bases for top in tops if compatible(base.under, top.under)
    ]
    return Fields(tuple(merged), is_open)


def _adds_one_header(auth: Value) -> bool:
    """Tell whether what authenticates a request sets `Authorization` and nothing else."""
    if isinstance(auth, (Constant, Sequence)) or _is_uncertain(auth):
        return True
    made_by = auth.callee if isinstance(auth, Result) else None
    return isinstance(made_by, Symbol) and made_by.path.endswith(_AUTHORIZATIONS)


def _over(top: Mapping, base: Mapping) -> Mapping:
    """Lay headers over others; a name set for certain replaces the same in any case."""
    set_anew = {name_of(entry) for entry in top.entries if not entry.under}
    kept = tuple(entry for entry in base.entries if name_of(entry) not in set_anew - {""})
    return replace(
        top,
        entries=(*kept, *top.entries),
        rest=(*base.rest, *top.rest),
        under=top.under | base.under,
        origin=top.origin if top.entries or base.origin is None else base.origin,
    )


def name_of(entry: Entry) -> str:
    """Return a header's name in lower case, empty where it is not known."""
    return (entry.name or "").strip().lower()


# ---------------------------------------------------------------------- sessions


def through(call: Call, session: Value, raw: RawCall) -> RawCall:
    """Add what a session of httpx or aiohttp gives to each of its requests."""
    own, shared = raw.timeout, session_argument(session, "timeout")
    return replace(
        raw,
        query=first_of(raw.query, session_argument(session, "params")),
        auth=first_of(raw.auth, session_argument(session, "auth")),
        # `None` is no default here: it waits for ever.
        timeout=first_of(own, shared) or (shared if own is None else own),
        base_url=session_argument(session, "base_url"),
        default_headers=session_headers(call, session),
        session=session,
    )


def is_made_by(value: Value, makers: frozenset[str]) -> bool:
    """Tell whether a value is an object that one of these constructors makes."""
    if isinstance(value, Result):
        return isinstance(value.callee, Symbol) and value.callee.path in makers
    if isinstance(value, Typed):
        return isinstance(value.type, Symbol) and value.type.path in makers
    return False


def session_argument(session: Value, name: str, position: int | None = None) -> Value | None:
    """Return what a session was made with; None where it certainly was not given it."""
    if not isinstance(session, Result):
        return Unknown(why="session", name=name)
    return argument(session.arguments, name, position)


def attribute_set(call: Call, session: Value, name: str) -> Value | None:
    """Return what an attribute of a session was set to, None where it was left alone."""
    value = call.evaluator.attribute(session, name, call.origin, call.frame)
    found = [one for one in options(value) if not isinstance(one, Attribute)]
    return union(found) if found else None


def session_headers(call: Call, session: Value) -> Value:
    """Return the headers that a session adds to every request of its own."""
    if not isinstance(session, Result) or not _is_own(call, session):
        return Unknown(why="session", name="headers")
    given = as_mapping(argument(session.arguments, "headers"))
    found: list[Value] = []
    for one in options(call.evaluator.attribute(session, "headers", call.origin, call.frame)):
        if isinstance(one, Attribute):  # never touched since the session was made
            found.append(given if given is not None else Mapping(under=one.under))
        elif isinstance(one, Mapping) and any(_is_untouched(rest) for rest in one.rest):
            added = replace(one, rest=tuple(r for r in one.rest if not _is_untouched(r)))
            for first in options(given) or (Mapping(),):
                entries: list[Entry] = []
                rest: list[Value] = []
                if not is_absent(first):
                    changes.spread(first, entries, rest)
                base = Mapping(tuple(entries), tuple(rest), origin=first.origin, under=first.under)
                found.append(_over(added, base))
        else:
            found.append(one)
    return union(found)


def _is_untouched(value: Value) -> bool:
    return isinstance(value, Attribute) and value.name == "headers"


def _is_own(call: Call, session: Result) -> bool:
    """Tell whether a session is what it seems, not a subclass's that may set headers itself."""
    import libcst as cst

    origin = session.origin
    if origin is None or not isinstance(origin.node, cst.Call):
        return False
    makers = options(call.evaluator.value(origin.module, origin.node.func))
    return any(isinstance(one, Symbol) for one in makers)
