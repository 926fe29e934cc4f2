"""CL2: what a request must carry."""

from __future__ import annotations

from collections.abc import Iterator

from claude_lint.checks import Problem, View, rule
from claude_lint.claude.facts import CallSite

_NEEDING_FIELDS = frozenset(
    {
        "messages.create",
        "messages.stream",
        "messages.parse",
        "messages.tool_runner",
        "messages.count_tokens",
        "batch.item",
    }
)
_OWN_SURFACES = frozenset({"sdk", "raw"})


def _is_judged(site: CallSite) -> bool:
    """Tell whether what is missing from a site is certainly missing from a Claude request."""
    surface = site.first.surface
    if surface == "sdk":
        return True  # the SDK itself insists, whoever answers
    return surface in ("raw", "bedrock") and site.only_claude


@rule("missing-max-tokens")
def missing_max_tokens(site: CallSite, view: View) -> Iterator[Problem]:
    """CL201."""
    if not (site.is_generating and _is_judged(site) and site.lacks("max_tokens")):
        return
    if site.lacks("messages") and site.lacks("model") and site.first.surface == "sdk":
        return  # `create()` on something unfinished: missing-request-field says it all
    if any(
        name in request.body.names()
        for request in site.requests
        for name in ("max_completion_tokens", "max_tokens_to_sample")
    ):
        return  # that is the wrong name, and openai-parameter's or removed-api's to tell
    sender = "the SDK raises TypeError" if site.first.surface == "sdk" else "the API answers 400"
    yield Problem(
        site.call,
        f"This request sends no `max_tokens`: {sender}",
        help="Pass `max_tokens`, the most tokens the answer may have",
    )


@rule("missing-request-field")
def missing_field(site: CallSite, view: View) -> Iterator[Problem]:
    """CL220."""
    if (
        site.first.surface not in _OWN_SURFACES
        or site.first.operation not in _NEEDING_FIELDS
        or not _is_judged(site)
    ):
        return
    missing = [name for name in ("model", "messages") if site.lacks(name)]
    if not missing:
        return
    names = " and no ".join(f"`{name}`" for name in missing)
    sender = "the SDK raises TypeError" if site.first.surface == "sdk" else "the API answers 400"
    yield Problem(
        site.call,
        f"This request sends no {names}: {sender}",
        help=f"Pass {' and '.join(f'`{name}`' for name in missing)}",
    )
