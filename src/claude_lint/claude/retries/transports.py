"""Retries below a request: mounted adapters, transports, `urllib3.Retry`, `curl --retry`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import libcst as cst

from claude_lint.claude.facts import GENERATING, Request
from claude_lint.claude.retries.conditions import dotted
from claude_lint.claude.retries.delays import GROWING, NO_DELAY
from claude_lint.claude.retries.failures import CLIENT_ERRORS, Failure
from claude_lint.claude.retries.policies import Policy
from claude_lint.claude.surfaces.hosts import known_start
from claude_lint.python.evaluate import Evaluator
from claude_lint.python.values import (
    Arguments,
    Constant,
    Instance,
    Mapping,
    Result,
    Sequence,
    Symbol,
    Unknown,
    Value,
    is_constant,
    options,
)

_POSTS = GENERATING | {"batches.create", "messages.count_tokens"}
_DEFAULT_METHODS = {"urllib3": "DEFAULT_ALLOWED_METHODS", "httpx_retries": "RETRYABLE_METHODS"}
_CONNECTION_ONLY = frozenset({"HTTPTransport", "AsyncHTTPTransport"})


def transport_policies(evaluator: Evaluator, request: Request) -> Iterator[Policy]:
    """Yield the retries of the session or client that sends a request, and of the call itself."""
    reader = _Reader(evaluator, request)
    if request.library == "curl":
        yield from reader.curl()
        return
    if request.arguments is not None:
        yield from reader.retries(request.arguments.get("retries"))
    for session in options(request.session):
        yield from reader.mounted(session)
        if isinstance(session, Result):
            given = session.arguments
            yield from reader.retries(given.get("retries"))
            yield from reader.transports(given.get("transport"))
            if _path(session).startswith("curl_cffi."):
                yield from reader.session_retry(given.get("retry"))
            for mounts in options(given.get("mounts")):
                if isinstance(mounts, Mapping):
                    for entry in mounts.entries:
                        yield from reader.transports(entry.value)
            if _path(session).startswith("aiohttp_retry."):
                yield from reader.aiohttp(session)


class _Reader:
    def __init__(self, evaluator: Evaluator, request: Request) -> None:
        self.evaluator, self.request = evaluator, request

    def policy(self, value: Value, name: str) -> Policy:
        """Return the policy that a value makes."""
        at = value.origin or self.request.call
        return Policy(at, self.request.call, "transport", name, is_bounded=True)

    # ------------------------------------------------------------------ requests, urllib3

    def mounted(self, session: Value) -> Iterator[Policy]:
        """Read `session.mount("https://", HTTPAdapter(max_retries=…))`."""
        for change in session.changes:
            node = change.event.node
            if change.path != ("mount",) or not isinstance(node, cst.Call):
                continue
            arguments = self.evaluator.arguments(change.event.scope.module, node, change.frame)
            prefix, adapter = arguments.get("prefix", 0), arguments.get("adapter", 1)
            if any(_serves(one, self.request.url) for one in options(prefix)):
                for one in options(adapter):
                    yield from self.adapter(one)

    def adapter(self, adapter: Value) -> Iterator[Policy]:
        """Read what is mounted."""
        if isinstance(adapter, Result) and _path(adapter).endswith(".HTTPAdapter"):
            yield from self.retries(adapter.arguments.get("max_retries", 2), adapter)
        elif isinstance(adapter, Instance) and adapter.arguments is not None:
            yield from self.retries(adapter.arguments.get("max_retries"), adapter)
            yield self.policy(adapter, "this adapter")
        else:
            yield self.policy(adapter, "this adapter")

    def retries(self, value: Value | None, holder: Value | None = None) -> Iterator[Policy]:
        """Read a number or a `Retry`; a number never repeats an answer."""
        for one in options(value):
            if isinstance(one, Constant):
                if isinstance(one.value, int) and one.value > 0:
                    at = holder if holder is not None else one
                    name = "max_retries" if holder is not None else "retries"
                    policy = self.policy(at, f"`{name}={one.value}`")
                    yield replace(policy, lacks=self._posts())
            elif isinstance(one, Result) and _path(one).rpartition(".")[2] in ("Retry", "from_int"):
                yield from self.retry(one)
            else:
                yield self.policy(one, "these retries")

    def retry(self, made: Result) -> Iterator[Policy]:
        """Read `Retry(…)` of urllib3, or of httpx-retries, which is made like it."""
        given = made.arguments
        if is_constant(given.get("total", 0), 0, False):
            return
        policy = self.policy(made, "`Retry`")
        methods = given.get("allowed_methods") or given.get("method_whitelist")
        if methods is None:
            if given.keywords.is_closed:
                policy = replace(policy, lacks=self._posts(), default_methods=_default(made))
        elif (lacking := _without_post(methods)) is not None:
            policy = replace(policy, lacks=self._posts(), methods=lacking)
        repeats = _repeated(given)
        backing_off = given.may_pass("backoff_factor") and not is_constant(
            given.get("backoff_factor"), 0
        )
        yield replace(
            policy,
            repeats=policy.repeats | repeats,
            certain=repeats,
            delay=GROWING if backing_off else NO_DELAY,
        )

    def _posts(self) -> str:
        return "posts" if self.request.operation in _POSTS else ""

    # ------------------------------------------------------------------ httpx, aiohttp, curl

    def transports(self, value: Value | None) -> Iterator[Policy]:
        """Read the transport of an httpx client."""
        for one in options(value):
            name = _path(one).rpartition(".")[2]
            if name in _CONNECTION_ONLY and isinstance(one, Result):
                if not is_constant(one.arguments.get("retries") or Constant(0), 0):
                    policy = self.policy(one, f"`{name}`")
                    yield replace(policy, lacks="answers")
            elif name == "RetryTransport" and isinstance(one, Result):
                retry = one.arguments.get("retry")
                if retry is None and one.arguments.keywords.is_closed:
                    yield replace(self.policy(one, "`RetryTransport`"), lacks=self._posts())
                else:
                    yield from self.retries(retry)
            elif isinstance(one, (Instance, Unknown)) or "retry" in name.lower():
                yield self.policy(one, "this transport")

    def session_retry(self, value: Value | None) -> Iterator[Policy]:
        """Read the `retry` of a session of curl_cffi, a number or a `RetryStrategy`."""
        for one in options(value):
            if not is_constant(one, 0, None):
                yield self.policy(one, "`retry`")

    def aiohttp(self, session: Result) -> Iterator[Policy]:
        """Read the options of aiohttp-retry's client, or of the request where it has its own."""
        own = self.request.arguments.get("retry_options") if self.request.arguments else None
        given = own or session.arguments.get("retry_options", 2)
        if given is None:
            yield self.policy(session, "`RetryClient`")
        for chosen in options(given) if given is not None else ():
            policy = self.policy(session, "`RetryClient`")
            if not isinstance(chosen, Result):
                yield policy
                continue
            arguments = chosen.arguments
            if is_constant(arguments.get("attempts", 0) or Constant(3), 1):
                continue
            methods = arguments.get("methods")
            lacking = _without_post(methods) if methods is not None else None
            if lacking is not None:
                policy = self.policy(chosen, "`retry_options`")
                policy = replace(policy, lacks=self._posts(), methods=lacking)
            elif _repeats_no_status(arguments):
                policy = replace(self.policy(chosen, "`retry_options`"), lacks="answers")
            yield policy

    def curl(self) -> Iterator[Policy]:
        """Look for `--retry` among the words of a command."""
        arguments = self.request.arguments
        for command in options(arguments.get("args", 0) if arguments is not None else None):
            words = command.items if isinstance(command, Sequence) else (command,)
            for word in words:
                if isinstance(word, Constant) and "--retry" in str(word.value):
                    yield self.policy(word, "`curl --retry`")


def _path(value: Value) -> str:
    if isinstance(value, Result) and isinstance(value.callee, Symbol):
        return value.callee.path
    return ""


def _serves(prefix: Value, url: Value | None) -> bool:
    """Tell whether an adapter mounted at a prefix gets what is sent to a URL."""
    start = known_start(url)[0] if url is not None else None
    if not isinstance(prefix, Constant) or start is None:
        return True
    text = str(prefix.value).lower()
    return start.lower().startswith(text) or text.startswith(start.lower())


def _without_post(methods: Value) -> Sequence | None:
    """Return the collection of methods where it is known and has no POST."""
    found = options(methods)
    one = found[0]
    if isinstance(one, Result) and one.arguments.positional:  # `frozenset(["GET"])`
        one = one.arguments.positional[0]
    if len(found) > 1 or not isinstance(one, Sequence) or not one.is_closed:
        return None
    names = [item.value for item in one.items if isinstance(item, Constant)]
    return one if len(names) == len(one.items) and "POST" not in names else None


def _repeats_no_status(options_made: Arguments) -> bool:
    """Tell whether options of aiohttp-retry name no status and leave out those of 5xx."""
    given = options_made.get("retry_all_server_errors")
    others = ("statuses", "exceptions", "evaluate_response_callback")
    return (
        given is not None
        and is_constant(given, False)
        and not any(options_made.may_pass(name) for name in others)
    )


def _default(made: Result) -> str:
    """Return the expression for the methods that a `Retry` repeats when it is told nothing."""
    attribute = _DEFAULT_METHODS.get(_path(made).partition(".")[0])
    node = made.origin.node if made.origin is not None else None
    name = dotted(node.func) if isinstance(node, cst.Call) else None
    return f"{name}.{attribute}" if attribute is not None and name is not None else ""


def _repeated(arguments: Arguments) -> frozenset[Failure]:
    """Return the client errors that a list of statuses names."""
    found: set[Failure] = set()
    for one in options(arguments.get("status_forcelist")):
        if isinstance(one, Result) and one.arguments.positional:
            one = one.arguments.positional[0]
        if isinstance(one, Sequence):
            numbers = {item.value for item in one.items if isinstance(item, Constant)}
            found.update(failure for failure in CLIENT_ERRORS if failure.value in numbers)
    return frozenset(found)
