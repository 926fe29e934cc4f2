"""CL218: beta features that need no header any more."""

from __future__ import annotations

from collections.abc import Iterator

from claude_lint.checks import Problem, View, rule
from claude_lint.claude.catalog import BetaHeader, Platform
from claude_lint.claude.facts import Request
from claude_lint.claude.in_force import betas, mappings, named_models, sent, split_betas
from claude_lint.python.values import strings

# The clouds decide for themselves when a feature needs no header.
_ANTHROPICS_OWN = frozenset({Platform.CLAUDE, Platform.AWS, Platform.GOOGLE})


@rule("stale-beta-header")
def check(request: Request, view: View) -> Iterator[Problem]:
    """CL218."""
    if request.platform not in _ANTHROPICS_OWN:
        return
    for text in betas(request).values:
        for value in split_betas(text):
            header = view.catalog.beta_headers.get(value)
            since = header.since or header.checked_on if header else None
            if header is None or (since and view.as_of < since):
                continue
            if _does_something(header, request, view):
                continue
            yield Problem(
                text,
                f"The beta `{value}` changes nothing any more: {header.reason}",
                help="Leave it out",
            )


def _does_something(header: BetaHeader, request: Request, view: View) -> bool:
    """Tell whether a feature still matters for what the request names."""
    if any(
        {named.model.id, named.model.alias_of} & set(header.needed_by)
        for named in named_models(request, view)
    ):
        return True
    if any(any(mappings(entry.value)) for entry in sent(request, header.needed_for)):
        return True
    if not header.with_thinking:
        return False
    kinds = {
        kind.value
        for entry in sent(request, "thinking")
        for thinking in mappings(entry.value)
        for kind in strings(thinking.get("type"))
    }
    return kinds != {header.with_thinking}
