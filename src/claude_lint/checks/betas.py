"""CL218: beta features that need no header any more."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from claude_lint.checks import Problem, Repair, View, rule
from claude_lint.checks.repairs import delete_entries, delete_item, repair, replace_text
from claude_lint.claude.catalog import BetaHeader, Platform
from claude_lint.claude.facts import Request
from claude_lint.claude.in_force import (
    BETA_HEADER,
    betas,
    mappings,
    named_models,
    sent,
    split_betas,
)
from claude_lint.findings import Safety
from claude_lint.python.values import Constant, Entry, strings

# The clouds decide for themselves when a feature needs no header.
_ANTHROPICS_OWN = frozenset({Platform.CLAUDE, Platform.AWS, Platform.GOOGLE})


@rule("stale-beta-header")
def check(request: Request, view: View) -> Iterator[Problem]:
    """CL218."""
    if request.platform not in _ANTHROPICS_OWN:
        return
    for text in betas(request).values:
        stale = list(_stale(text, request, view))
        if not stale:
            continue
        names = " and ".join(f"`{value}`" for value, _reason in stale)
        reasons = "; ".join(dict.fromkeys(reason for _value, reason in stale))
        fact = (
            f"The beta {names} changes nothing any more"
            if len(stale) == 1
            else f"The betas {names} change nothing any more"
        )
        yield Problem(
            text,
            f"{fact}: {reasons}",
            help="Leave it out" if len(stale) == 1 else "Leave them out",
            fix=_without(text, {value for value, _reason in stale}, request, view),
        )


def _stale(text: Constant, request: Request, view: View) -> Iterator[tuple[str, str]]:
    """Yield the betas of a text that do nothing, each with the reason."""
    for value in split_betas(text):
        header = view.catalog.beta_headers.get(value)
        since = header.since or header.checked_on if header else None
        if header is None or (since and view.as_of < since):
            continue
        if not _does_something(header, request, view):
            yield value, header.reason


def _without(text: Constant, stale: set[str], request: Request, view: View) -> Repair | None:
    """Take betas out of their text, its list, or the header or argument that holds no other."""
    origin = text.origin
    if origin is None or not isinstance(origin.node, cst.SimpleString):
        return None
    title = f"Leave {', '.join(f'`{value}`' for value in sorted(stale))} out"
    rest = [one for one in split_betas(text) if one not in stale]
    if rest:
        return repair(view, title, Safety.UNSAFE, replace_text(origin, ",".join(rest)))
    around = origin.module.parents.get(origin.node)
    if isinstance(around, cst.Element):
        listed = origin.module.parents.get(around)
        if isinstance(listed, cst.List) and len(listed.elements) > 1:
            return repair(view, title, Safety.UNSAFE, delete_item(origin))
        around = origin.module.parents.get(listed) if listed is not None else None
    for entry in _holders(request):
        if entry.origin.node is around:
            return repair(view, title, Safety.UNSAFE, delete_entries(entry))
    return None


def _holders(request: Request) -> Iterator[Entry]:
    yield from request.headers.headers(BETA_HEADER)
    if request.arguments is not None:
        yield from request.arguments.keywords.named("betas")


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
