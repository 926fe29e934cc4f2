"""The `anthropic` package: its clients, and the requests they send."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import libcst as cst

from claude_lint.claude.calls import Call
from claude_lint.claude.catalog import Platform
from claude_lint.claude.facts import Client, Fields, Request, fields_of, is_absent
from claude_lint.claude.reading import Reading
from claude_lint.claude.surfaces.hosts import Target, targets
from claude_lint.python import changes
from claude_lint.python.classes import ancestry
from claude_lint.python.evaluate import Evaluator
from claude_lint.python.flow import NO_ARMS, Arms
from claude_lint.python.module import Module
from claude_lint.python.scopes import Event
from claude_lint.python.values import (
    Arguments,
    Attribute,
    Entry,
    Environ,
    Instance,
    Mapping,
    Origin,
    Result,
    Sequence,
    Symbol,
    Typed,
    Unknown,
    Value,
    conditioned,
    is_constant,
    options,
    strings,
)

LIBRARY = "anthropic"
_BASE_URL = "ANTHROPIC_BASE_URL"
PLATFORMS = {
    "Anthropic": Platform.CLAUDE,
    "Client": Platform.CLAUDE,
    "AnthropicAWS": Platform.AWS,
    "AnthropicBedrock": Platform.BEDROCK,
    "AnthropicBedrockMantle": Platform.MANTLE,
    "AnthropicFoundry": Platform.FOUNDRY,
    "AnthropicGoogleCloud": Platform.GOOGLE,
    "AnthropicVertex": Platform.VERTEX,
}
"""The sync clients; each has an `Async` twin."""

METHODS = frozenset(
    {"create", "stream", "parse", "count_tokens", "tool_runner", "retrieve", "list", "batch_create"}
)
NAMES = METHODS | {"partial", "to_thread", "run_in_executor", "submit", "run_sync"}
_VIEWS = frozenset({"with_raw_response", "with_streaming_response"})
_OPERATIONS = {
    ("messages", "create"): "messages.create",
    ("messages", "stream"): "messages.stream",
    ("messages", "parse"): "messages.parse",
    ("messages", "tool_runner"): "messages.tool_runner",
    ("messages", "count_tokens"): "messages.count_tokens",
    ("messages", "batches", "create"): "batches.create",
    ("completions", "create"): "completions.create",
    ("models", "retrieve"): "models.retrieve",
    ("models", "list"): "models.list",
}
# Functions of other libraries that hand back the client they are given, watched.
_WATCHERS = frozenset(
    {"wrap_anthropic", "wrap_client", "track_anthropic", "observe", "patch_anthropic"}
)
_NOT_BODY = frozenset(
    {"extra_headers", "extra_query", "extra_body", "timeout", "betas", "request_options"}
)


def client_class(value: Value) -> str | None:
    """Return the client class that a symbol of the package names, such as `AsyncAnthropic`."""
    if not isinstance(value, Symbol) or value.path.partition(".")[0] != LIBRARY:
        return None
    name = value.path.rpartition(".")[2]
    return name if name.removeprefix("Async") in PLATFORMS else None


def clients(evaluator: Evaluator, value: Value, reading: Reading) -> Iterator[Client]:
    """Yield the clients a value can be."""
    for one in options(value):
        if isinstance(one, Result):
            yield from _made(evaluator, one, reading)
        elif isinstance(one, Typed):
            kind = client_class(one.type)
            if kind is not None:
                yield _client(kind, None, None, one)
        elif isinstance(one, Instance):
            for base in ancestry(evaluator, one.cls)[1]:
                kind = client_class(base)
                if kind is not None:
                    # What a subclass passes on is its own affair.
                    arguments = replace(one.arguments, starred=True) if one.arguments else None
                    yield _client(kind, arguments, one.origin, one)


def _made(evaluator: Evaluator, made: Result, reading: Reading) -> Iterator[Client]:
    callee = made.callee
    kind = client_class(callee)
    if kind is not None:
        yield _client(kind, made.arguments, made.origin, made)
    elif isinstance(callee, Attribute) and callee.name in ("with_options", "copy"):
        for client in clients(evaluator, callee.base, reading):
            steps = (*client.steps, made.origin) if made.origin is not None else client.steps
            merged = _overridden(client.arguments, made.arguments)
            yield replace(client, arguments=merged, steps=steps, under=client.under | made.under)
    elif isinstance(callee, Symbol):
        name = callee.path.rpartition(".")[2]
        if callee.path in reading.client_factories or name in reading.client_factories:
            yield _client("Anthropic", None, made.origin, made)
        elif name in _WATCHERS and made.arguments.positional:
            yield from clients(evaluator, made.arguments.positional[0], reading)


def _client(kind: str, arguments: Arguments | None, origin: Origin | None, value: Value) -> Client:
    plain = kind.removeprefix("Async")
    return Client(kind, PLATFORMS[plain], plain != kind, arguments, origin, (), value.under)


def _overridden(first: Arguments | None, later: Arguments) -> Arguments:
    if first is None:
        return later
    entries: list[Entry] = []
    rest: list[Value] = []
    changes.spread(first.keywords, entries, rest)
    changes.spread(later.keywords, entries, rest)
    keywords = Mapping(tuple(entries), tuple(rest), origin=later.keywords.origin)
    return Arguments(first.positional, keywords, first.starred or later.starred)


# ---------------------------------------------------------------------- requests


def method_path(value: Value) -> tuple[Value, tuple[str, ...]]:
    """Split `client.beta.messages.create` into the client and the names after it."""
    names: list[str] = []
    while isinstance(value, Attribute):
        names.append(value.name)
        value = value.base
    return value, tuple(reversed(names))


def requests(call: Call, reading: Reading) -> Iterator[Request]:
    """Yield what a call of a client's method sends, one request for each host it can reach."""
    root, path = method_path(call.callee)
    operation = _OPERATIONS.get(tuple(n for n in path if n not in _VIEWS and n != "beta"))
    if operation is None:
        return
    found = list(clients(call.evaluator, root, reading))
    if not found and isinstance(root, Unknown) and len(path) > 1 and _names_claude(call.arguments):
        found = [Client("Anthropic", Platform.CLAUDE, call.is_awaited, None, None)]
    for client in found:
        for platform, under in _platforms(client, call, reading):
            request = _request(call, client, operation, platform)
            method = ".".join(name for name in path if name not in _VIEWS)
            request = replace(request, world=client.under | under, method=method)
            yield request
            if operation == "batches.create":
                yield from _batch_items(request)


def _names_claude(arguments: Arguments) -> bool:
    """Tell whether the arguments name a Claude model or are Claude's own alone.

    That is all the evidence that an unknown receiver has.
    """
    return arguments.keywords.get("max_tokens_to_sample") is not None or any(
        str(one.value).strip().lower().startswith("claude-")
        for one in strings(arguments.keywords.get("model"))
    )


def _platforms(client: Client, call: Call, reading: Reading) -> Iterator[tuple[Platform, Arms]]:
    """Yield whose servers a client can reach."""
    base_url = client.argument("base_url")
    if (
        client.arguments is not None
        and base_url is None
        and not client.arguments.keywords.is_closed
    ):
        if client.arguments.keywords.rest:
            # `Anthropic(**options)` of unknown content may well hold a base URL.
            yield Platform.UNKNOWN, NO_ARMS
            return
    if base_url is None:
        if client.platform is Platform.CLAUDE and _is_led_elsewhere(call, reading):
            yield Platform.GATEWAY, NO_ARMS
        else:
            yield client.platform, NO_ARMS
        return
    for one in options(base_url):
        if is_absent(one):
            yield client.platform, one.under
        elif isinstance(one, Environ) and one.default is None:
            # `os.getenv("ANTHROPIC_BASE_URL")` without the variable is the client's default.
            if "ANTHROPIC" in one.name.upper():
                yield client.platform, one.under
            yield Platform.GATEWAY, one.under
        else:
            for target in targets(one, reading.api_hosts):
                yield _platform_at(client, target), target.url.under


def _platform_at(client: Client, target: Target) -> Platform:
    if target.platform is Platform.CLAUDE or target.platform is client.platform:
        return client.platform
    return Platform.GATEWAY


def _is_led_elsewhere(call: Call, reading: Reading) -> bool:
    """Tell whether the module sets ANTHROPIC_BASE_URL for its own process to another host."""
    return any(
        place.platform is not Platform.CLAUDE
        for url in base_urls_set(call.evaluator, call.module)
        for place in targets(url, reading.api_hosts)
    )


def base_urls_set(evaluator: Evaluator, module: Module) -> Iterator[Value]:
    """Yield what a module sets ANTHROPIC_BASE_URL to for its own process."""
    if _BASE_URL not in module.lines:
        return
    module.load_matching(re.compile(_BASE_URL))
    for scope in module.scope.below():
        for event in (*scope.events.get("os", ()), *scope.events.get("environ", ())):
            yield from _set_in_environment(evaluator, module, event)


def _set_in_environment(evaluator: Evaluator, module: Module, event: Event) -> Iterator[Value]:
    """Yield what an event gives ANTHROPIC_BASE_URL."""
    if event.kind == "setitem" and event.path[-1] == "environ" and event.key and event.value:
        key, value = evaluator.value(module, event.key), evaluator.value(module, event.value)
    elif event.kind == "call" and event.path[-1] in ("setdefault", "putenv"):
        assert isinstance(event.node, cst.Call)
        given = evaluator.arguments(module, event.node)
        key, value = given.get("key", 0) or Unknown(), given.get("value", 1) or Unknown()
    else:
        return
    if is_constant(key, _BASE_URL):
        yield value


def _request(call: Call, client: Client, operation: str, platform: Platform) -> Request:
    keywords = call.arguments.keywords
    extra_body = keywords.get("extra_body")
    entries = [e for e in keywords.entries if e.name not in _NOT_BODY]
    rest = list(keywords.rest)
    if extra_body is not None and not is_absent(extra_body):
        changes.spread(extra_body, entries, rest)
    if call.arguments.starred or call.arguments.positional:
        # `create({…})` lacks nothing: it is wrong as it stands, and told as that.
        rest.append(Unknown(why="arguments"))
    body = Mapping(tuple(entries), tuple(rest), origin=keywords.origin)
    fields = Fields((body,))
    return Request(
        call=call.origin,
        scope=call.scope,
        surface="sdk",
        library=LIBRARY,
        operation=operation,
        platform=platform,
        body=fields,
        headers=_headers(client, call.arguments),
        arguments=call.arguments,
        client=client,
        timeout=call.arguments.get("timeout") or client.argument("timeout"),
        model=_model(call, fields, operation),
        is_awaited=call.is_awaited,
    )


def _model(call: Call, fields: Fields, operation: str) -> Value | None:
    if operation == "models.retrieve":
        return call.arguments.get("model_id", 0)
    return fields.value("model")


def _headers(client: Client, arguments: Arguments) -> Fields:
    entries: list[Entry] = []
    rest: list[Value] = []
    for value in (client.argument("default_headers"), arguments.get("extra_headers")):
        for one in options(value):
            if isinstance(one, Mapping):
                entries.extend(one.entries)
                rest.extend(one.rest)
            elif not is_absent(one):
                rest.append(one)
    return Fields((Mapping(tuple(entries), tuple(rest)),))


def _batch_items(batch: Request) -> Iterator[Request]:
    """Yield the requests of a batch: `{"custom_id": …, "params": {…}}`."""
    for listed in options(batch.body.value("requests")):
        if not isinstance(listed, Sequence):
            continue
        for item in listed.items:
            for params in _params_of(item):
                fields = fields_of(params, params.under)
                yield replace(
                    batch, operation="batch.item", body=fields, model=fields.value("model")
                )


def _params_of(item: Value) -> Iterator[Value]:
    for one in options(item):
        if isinstance(one, Mapping):
            yield from options(one.get("params"))
        elif isinstance(one, Result):  # `Request(custom_id=…, params=…)` of the package
            for params in options(one.arguments.get("params")):
                if isinstance(params, Result):
                    yield conditioned(params.arguments.keywords, params.under)
                else:
                    yield params
