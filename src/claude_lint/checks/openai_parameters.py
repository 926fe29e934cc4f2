"""CL214: parameters that OpenAI's API has and Claude's has not."""

from __future__ import annotations

from collections.abc import Iterator

from claude_lint.checks import Problem, Repair, View, rule
from claude_lint.checks.arguments import put_in_list
from claude_lint.checks.repairs import delete_entries, repair, replace_key
from claude_lint.claude.catalog import OpenAIParameter
from claude_lint.claude.facts import Request, is_handed_through
from claude_lint.findings import Safety
from claude_lint.python.flow import compatible
from claude_lint.python.values import Constant, Entry, Sequence, Value, options


@rule("openai-parameter")
def check(request: Request, view: View) -> Iterator[Problem]:
    """CL214."""
    if request.surface not in ("sdk", "raw"):
        return
    if not (request.is_generating or request.operation == "messages.count_tokens"):
        return
    for entry, is_keyword in _entries(request):
        parameter = view.catalog.openai_parameters.get(entry.name or "")
        if parameter is None or not (is_keyword or request.reaches_claude):
            continue
        if is_handed_through(entry, request):
            continue
        error = "the call raises TypeError" if is_keyword else "the API answers 400"
        yield Problem(
            entry.origin,
            f"`{parameter.name}` is a parameter of OpenAI's API, not of Claude's: {error}",
            help=_cure(parameter, request),
            fix=_repair(parameter, entry, request, view),
        )


def _entries(request: Request) -> Iterator[tuple[Entry, bool]]:
    """Yield what is sent with whether the SDK takes it as a keyword; any value counts."""
    keywords: tuple[Entry, ...] = ()
    if request.surface == "sdk" and request.operation != "batch.item" and request.arguments:
        keywords = request.arguments.keywords.entries
    for entry in keywords:
        yield entry, True
    for option in request.body.options:
        for entry in option.entries:
            if entry not in keywords and compatible(entry.under, request.world):
                yield entry, False


def _cure(parameter: OpenAIParameter, request: Request) -> str:
    if parameter.rename and not _has(request, parameter.rename):
        return f"Use `{parameter.rename}`"
    return parameter.instead or f"Leave `{parameter.name}` out"


def _has(request: Request, name: str) -> bool:
    return name in request.body.names() or request.operation == "messages.count_tokens"


def _repair(
    parameter: OpenAIParameter, entry: Entry, request: Request, view: View
) -> Repair | None:
    if not parameter.rename or _has(request, parameter.rename):
        return repair(view, f"Delete `{parameter.name}`", Safety.UNSAFE, delete_entries(entry))
    title = f"Use `{parameter.rename}`"
    renamed = replace_key(entry, parameter.rename)
    if not parameter.rename_type or _is_list(entry.value):
        return repair(view, title, Safety.SAFE, renamed)
    if _is_text(entry.value):
        return repair(view, title, Safety.UNSAFE, renamed, put_in_list(entry))
    return None


def _is_list(value: Value) -> bool:
    return all(isinstance(one, Sequence) for one in options(value))


def _is_text(value: Value) -> bool:
    return all(isinstance(one, Constant) and isinstance(one.value, str) for one in options(value))
