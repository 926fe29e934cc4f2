"""CL206, CL207, CL208: how a model may think, and whether it can be made to use a tool."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from claude_lint.checks import Problem, View, rule
from claude_lint.checks.arguments import (
    Conditional,
    give,
    give_constant,
    together,
    written_elsewhere,
)
from claude_lint.checks.repairs import repair
from claude_lint.claude.catalog import Model
from claude_lint.claude.facts import Request
from claude_lint.claude.in_force import (
    Number,
    betas,
    is_computed,
    mappings,
    named_models,
    numbers,
    sent,
)
from claude_lint.findings import Safety
from claude_lint.python.flow import NO_ARMS, Arms
from claude_lint.python.values import Entry, Mapping, Origin, options, strings

_EFFORTS_ABOVE_HIGH = frozenset({"xhigh", "max"})
_FORCING = frozenset({"any", "tool"})


@dataclass(frozen=True, slots=True)
class _Typed:
    """A dict with a `type`, as a request can send it: `entry` passes it, `kind` names the type."""

    entry: Entry
    fields: Mapping
    kind_entry: Entry
    kind: str
    at: Origin | None
    under: Arms

    def is_with(self, *others: Conditional) -> bool:
        """Tell whether it can be sent together with something else."""
        return together(self, *others)


def _typed(request: Request, name: str, given: Arms = NO_ARMS) -> Iterator[_Typed]:
    """Yield the dicts with a known `type` that a request can send under a name."""
    for entry in sent(request, name, given):
        for fields in mappings(entry.value):
            for kind_entry in fields.named("type"):
                for kind in strings(kind_entry.value):
                    if together(entry, fields, kind_entry, kind):
                        under = entry.under | fields.under | kind_entry.under | kind.under
                        yield _Typed(entry, fields, kind_entry, str(kind.value), kind.origin, under)


@rule("unsupported-thinking")
def unsupported(request: Request, view: View) -> Iterator[Problem]:
    """CL206."""
    if not _is_judged(request):
        return
    for thinking in _typed(request, "thinking"):
        kind = thinking.kind
        for named in named_models(request, view):
            accepted = named.model.thinking_accepted
            if accepted is None or not thinking.is_with(named):
                continue
            effort = _effort_against(named.model, kind, request, thinking)
            if kind in accepted and effort is None:
                continue
            with_effort = f" with effort `{effort}`" if effort else ""
            yield Problem(
                thinking.kind_entry.origin,
                f"`{named.id}` rejects thinking of type `{kind}`{with_effort}: the API answers 400",
                help=_accepted(accepted) if kind not in accepted else "Ask for effort up to `high`",
                related=written_elsewhere(thinking.kind_entry, thinking.at, "the type"),
                fix=repair(
                    view,
                    "Let the model decide how much to think",
                    Safety.UNSAFE,
                    give_constant(thinking.entry, thinking.fields.origin, '{"type": "adaptive"}'),
                )
                if kind != "adaptive" and "adaptive" in accepted
                else None,
            )


def _effort_against(model: Model, kind: str, request: Request, thinking: _Typed) -> str | None:
    """Return the effort that a type of thinking is rejected with, `None` where it is not."""
    if kind not in model.thinking_up_to_effort_high:
        return None
    for entry in sent(request, "output_config", thinking.under):
        for config in mappings(entry.value):
            for effort in strings(config.get("effort")):
                if effort.value in _EFFORTS_ABOVE_HIGH and thinking.is_with(entry, config, effort):
                    return str(effort.value)
    return None


def _accepted(kinds: tuple[str, ...]) -> str:
    """Write what to do, given the types of thinking a model accepts."""
    written = [
        '`{"type": "enabled", "budget_tokens": …}`'
        if kind == "enabled"
        else f'`{{"type": "{kind}"}}`'
        for kind in kinds
    ]
    return f"Use {' or '.join(written)}" if written else "Leave `thinking` out"


@rule("invalid-thinking-budget")
def budget(request: Request, view: View) -> Iterator[Problem]:
    """CL207."""
    if not _is_judged(request):
        return
    least = view.catalog.least_thinking_budget
    for thinking in _typed(request, "thinking"):
        if thinking.kind != "enabled" or _is_rejected(request, view, thinking):
            continue
        for entry in thinking.fields.named("budget_tokens"):
            for tokens in numbers(entry.value):
                if not thinking.is_with(entry, tokens):
                    continue
                if tokens.amount < least:
                    yield Problem(
                        entry.origin,
                        f"`budget_tokens` is {tokens.amount}, below {least}: the API answers 400",
                        help=f"Pass at least {least}, and a larger `max_tokens`",
                        related=written_elsewhere(entry, tokens.origin, "the number"),
                    )
                    continue
                for limit, most in _answers_not_above(request, view, thinking, tokens):
                    yield Problem(
                        entry.origin,
                        f"`budget_tokens` is {tokens.amount}, not below the `max_tokens` of "
                        f"{most.amount}: the API answers 400",
                        help="Pass a `max_tokens` above the budget, which counts towards it",
                        related=((limit, "`max_tokens`"),),
                    )


def _answers_not_above(
    request: Request, view: View, thinking: _Typed, tokens: Number
) -> Iterator[tuple[Entry, Number]]:
    """Yield the `max_tokens` that leave no room for an answer beside the budget."""
    stated = betas(request)
    if any(
        feature.thinking_budget and stated.may_have(feature.value)
        for feature in view.catalog.beta_features
    ):
        return
    for entry in sent(request, "max_tokens", thinking.under):
        if is_computed(entry.value):
            continue
        for most in numbers(entry.value, thinking.under):
            if tokens.amount >= most.amount and thinking.is_with(tokens, entry, most):
                yield entry, most


def _is_rejected(request: Request, view: View, thinking: _Typed) -> bool:
    """Tell whether the type itself is refused, so that its budget does not matter."""
    return any(
        named.model.thinking_accepted is not None
        and thinking.kind not in named.model.thinking_accepted
        and thinking.is_with(named)
        for named in named_models(request, view)
    )


@rule("forced-tool-choice")
def forced(request: Request, view: View) -> Iterator[Problem]:
    """CL208."""
    if not _is_judged(request):
        return
    for choice in _typed(request, "tool_choice"):
        if choice.kind not in _FORCING:
            continue
        asked = [named for named in named_models(request, view) if choice.is_with(named)]
        refusing = [named.id for named in asked if named.model.forced_tool_choice is False]
        refused = refusing[0] if refusing else None
        thinking = next(
            (
                one
                for one in _typed(request, "thinking", choice.under)
                if one.kind == "enabled" and one.is_with(choice)
            ),
            None,
        )
        if refused is None and thinking is None:
            continue
        why = f"`{refused}` rejects" if refused else "Thinking of type `enabled` rules out"
        yield Problem(
            choice.entry.origin,
            f"{why} a `tool_choice` of type `{choice.kind}`: the API answers 400",
            help='Use `{"type": "auto"}` and ask for the tool in the prompt',
            related=written_elsewhere(choice.entry, choice.at, "the type")
            if refused or thinking is None
            else ((thinking.kind_entry, "thinking"),),
            fix=repair(
                view,
                "Use `auto`",
                # Another model may well be forced, and code that chooses may rely on it.
                Safety.UNSAFE
                if len(refusing) in (0, len(asked)) and len(options(choice.entry.value)) == 1
                else Safety.DISPLAY,
                give(choice.entry, '{"type": "auto"}'),
            ),
        )


def _is_judged(request: Request) -> bool:
    """Tell whether Claude answers, by requests or what passes these fields on unchanged."""
    return request.reaches_claude and (request.is_generating or request.surface == "wrapper")
