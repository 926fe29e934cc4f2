"""CL202, CL203: how many tokens an answer may have."""

from __future__ import annotations

from collections.abc import Iterator

from claude_lint.checks import Problem, View, rule
from claude_lint.checks.arguments import give_constant, together, written_elsewhere
from claude_lint.checks.repairs import insert_argument, repair
from claude_lint.claude.catalog import Model, releases, sdk_history, sdk_surface
from claude_lint.claude.facts import Client, Request, is_absent
from claude_lint.claude.in_force import Number, betas, named_models, numbers, sent
from claude_lint.findings import Safety
from claude_lint.python.values import Constant, Entry, Result, Symbol, Value, options

_WAITING = frozenset({"messages.create", "messages.parse", "messages.tool_runner"})


@rule("excessive-max-tokens")
def excessive(request: Request, view: View) -> Iterator[Problem]:
    """CL202."""
    if not (request.is_generating and request.reaches_claude):
        return
    for entry in sent(request, "max_tokens"):
        for tokens in numbers(entry.value):
            for named in named_models(request, view):
                cap = _cap(named.model, request, view)
                if cap is None or tokens.amount <= cap:
                    continue
                if not together(entry, tokens, named):
                    continue
                yield Problem(
                    entry.origin,
                    f"`max_tokens` is {tokens.amount}, above the {cap} of `{named.id}`: "
                    "the API answers 400",
                    help=f"Pass at most {cap}",
                    related=written_elsewhere(entry, tokens.origin, "the number"),
                    fix=repair(
                        view,
                        f"Pass {cap}",
                        Safety.UNSAFE,
                        give_constant(entry, tokens.origin, str(cap)),
                    ),
                )


def _cap(model: Model, request: Request, view: View) -> int | None:
    """Return the most tokens a model answers with, given the beta features of the request."""
    caps = [model.max_output_tokens]
    stated = betas(request)
    for feature in view.catalog.beta_features:
        applies = (
            feature.max_output_tokens is not None
            and stated.may_have(feature.value)
            and (not feature.operations or request.operation in feature.operations)
            and (not feature.models or {model.id, model.alias_of} & set(feature.models))
        )
        if applies:
            caps.append(feature.max_output_tokens)
    return None if caps[0] is None else max(cap for cap in caps if cap is not None)


@rule("unstreamed-max-tokens")
def unstreamed(request: Request, view: View) -> Iterator[Problem]:
    """CL203."""
    if request.surface != "sdk" or request.operation not in _WAITING or not _waits(request):
        return
    history = sdk_history.load()
    extent = releases.from_release(view.target, view.catalog, history.nonstreaming_since)
    if extent is None or request.client is None or not _has_default_timeout(request.client):
        return
    for entry in sent(request, "max_tokens"):
        for tokens in numbers(entry.value):
            limit = _most_at_once(request, tokens, entry)
            if tokens.amount <= limit:
                continue
            seconds = round(3600 * tokens.amount / history.tokens_per_hour)
            yield Problem(
                entry.origin,
                extent.qualify(
                    f"`max_tokens` is {tokens.amount} without streaming: "
                    f"above {limit} the call raises ValueError"
                ),
                help="Stream the answer, or set a `timeout` on the client or the call",
                severity=extent.severity,
                related=written_elsewhere(entry, tokens.origin, "the number"),
                fix=repair(
                    view,
                    f"Wait {seconds} seconds for the answer",
                    Safety.UNSAFE,
                    insert_argument(request.call, f"timeout={seconds}", entry),
                )
                if entry in (request.arguments.keywords.entries if request.arguments else ())
                else None,
            )


def _waits(request: Request) -> bool:
    """Tell whether a call certainly asks for the whole answer at once, with no time-out."""
    given = request.arguments
    if given is None or not given.keywords.is_closed or given.starred:
        return False
    streams = options(given.get("stream"))
    if not all(is_absent(one) or (isinstance(one, Constant) and not one.value) for one in streams):
        return False
    return _is_not_given(given.get("timeout"))


def _has_default_timeout(client: Client) -> bool:
    """Tell whether a client's time-out is certainly the SDK's own."""
    given = client.arguments
    if given is None or not given.keywords.is_closed or given.starred:
        return False
    return _is_not_given(given.get("timeout")) and all(
        is_absent(one) or _is_plain_http_client(one) for one in options(given.get("http_client"))
    )


def _is_not_given(timeout: Value | None) -> bool:
    """Tell whether a time-out is left to the client; `None` is one: to wait for ever."""
    return all(isinstance(one, Symbol) and is_absent(one) for one in options(timeout))


def _is_plain_http_client(value: Value) -> bool:
    return (
        isinstance(value, Result)
        and isinstance(value.callee, Symbol)
        and value.callee.path.endswith("Client")
        and not value.arguments.may_pass("timeout")
    )


def _most_at_once(request: Request, tokens: Number, entry: Entry) -> int:
    surface = sdk_surface.load()
    own = [
        limit
        for model in request.models()
        if together(model, tokens, entry)
        and (limit := surface.nonstreaming_tokens(str(model.value))) is not None
    ]
    return min([*own, sdk_history.load().nonstreaming_tokens])
