"""CL219: where the SDK is told to send."""

from __future__ import annotations

import re
from collections.abc import Iterator

import libcst as cst

from claude_lint.checks import Place, Problem, Repair, View, rule
from claude_lint.checks.repairs import repair, replace_text
from claude_lint.claude.sdk_calls import SdkCall
from claude_lint.claude.surfaces.hosts import API_HOST, targets
from claude_lint.claude.surfaces.sdk import base_urls_set
from claude_lint.findings import Safety
from claude_lint.python.values import Constant, Environ, Value, options

_DOUBLED = re.compile(r"/v1(?:/.*)?$")


@rule("doubled-base-url")
def check(call: SdkCall, view: View) -> Iterator[Problem]:
    """CL219."""
    if call.client.removeprefix("Async") not in ("Anthropic", "Client"):
        return
    if call.method and call.method.rpartition(".")[2] not in ("with_options", "copy"):
        return
    for at, given in _base_urls(call, view):
        for value in options(given):
            for target in targets(value, ()):
                if target.host == API_HOST and _DOUBLED.match(target.path or ""):
                    yield _doubled(at, value, target.path or "", view)


def _base_urls(call: SdkCall, view: View) -> Iterator[tuple[Place, Value]]:
    """Yield the base URLs of a client: its argument, or else what its variable was set to."""
    keywords = call.arguments.keywords
    given = list(keywords.named("base_url"))
    yield from ((entry, entry.value) for entry in given)
    if not given and not call.method and keywords.is_closed:
        yield from ((call.call, value) for value in base_urls_set(view.evaluator, view.module))


def _doubled(given_at: Place, value: Value, path: str, view: View) -> Problem:
    if isinstance(value, Environ) and value.default is not None:
        value = next(iter(options(value.default)))
    return Problem(
        value.origin or given_at,
        f"The base URL ends in `{path}`, and the SDK adds `/v1` itself: the API answers 404",
        help=f"Use `https://{API_HOST}`",
        fix=_shortened(value, path, view),
    )


def _shortened(value: Value, path: str, view: View) -> Repair | None:
    if not isinstance(value, Constant) or value.origin is None:
        return None
    if not isinstance(value.origin.node, cst.SimpleString):
        return None
    url = str(value.value).strip().removesuffix(path)
    return repair(view, f"Replace with `{url}`", Safety.SAFE, replace_text(value.origin, url))
