"""CL3: the model a request names."""

from __future__ import annotations

from collections.abc import Iterator

from claude_lint.checks import Problem, View, rule
from claude_lint.checks.model_edits import is_typed_in, replacement, would_double
from claude_lint.claude.catalog import Model, Platform, State
from claude_lint.claude.catalog.model_ids import Judgement, Verdict, judge
from claude_lint.claude.facts import Request
from claude_lint.claude.model_roles import says_model
from claude_lint.claude.models import ModelUse, may_go_elsewhere, uses_the_claude_api
from claude_lint.findings import Safety, Severity
from claude_lint.python.values import options

# Of an alias that is not there yet, or no longer for long, it does not matter that it moves.
_SAID_OTHERWISE = frozenset({State.UNRELEASED, State.RETIRED, State.DEPRECATED})
_ROLES_THAT_NAME_A_MODEL = frozenset(
    {"argument", "default", "constant", "attribute", "entry", "returned"}
)


def judged(use: ModelUse, view: View) -> Judgement:
    """Judge a model where it goes; without a request only by its spelling."""
    native = any(
        request.surface in ("sdk", "raw") and request.reaches_claude and _is_only_model(request)
        for request in use.requests
    )
    return judge(view.catalog, use.text, use.platform, view.as_of, on_claude_client=native)


def _is_only_model(request: Request) -> bool:
    """Tell whether a request can name one model only.

    Where it is one of several providers', `gpt-…` is what another branch sends.
    """
    return len(options(request.model)) == 1


def _is_trusted(use: ModelUse, view: View) -> bool:
    """Tell whether a text nobody is seen to send is still one that the Claude API will get."""
    if use.is_sent:
        return use.platform is not Platform.UNKNOWN
    if use.role not in _ROLES_THAT_NAME_A_MODEL or not says_model(use.name):
        return False
    if may_go_elsewhere(view.module):
        return False
    return uses_the_claude_api(view.module)


@rule("unknown-model")
def unknown(use: ModelUse, view: View) -> Iterator[Problem]:
    """CL301."""
    found = judged(use, view)
    if not use.is_sent and found.verdict is not Verdict.UNKNOWN and _is_trusted(use, view):
        found = judge(view.catalog, use.text, Platform.CLAUDE, view.as_of)
    if found.verdict is not Verdict.UNKNOWN or not _is_trusted(use, view):
        return
    nearest = found.suggestion
    yield Problem(
        use.origin,
        f"Model `{use.text}` does not exist: the API answers 404",
        help=f"Use `{nearest}`" if nearest else "Use an ID from `claude-lint models`",
        fix=replacement(use, nearest, Safety.UNSAFE, view),
    )


@rule("miscased-model")
def miscased(use: ModelUse, view: View) -> Iterator[Problem]:
    """CL302."""
    found = judged(use, view)
    if found.verdict is Verdict.MISCASED and (use.is_sent or _is_trusted(use, view)):
        yield Problem(
            use.origin,
            f"Model `{use.text}` is not spelled as documented: IDs are lower-case, no blanks",
            help=f"Use `{found.suggestion}`",
            fix=replacement(use, found.suggestion, Safety.SAFE, view),
        )


@rule("retired-model")
def retired(use: ModelUse, view: View) -> Iterator[Problem]:
    """CL303."""
    found = judged(use, view)
    if (
        found.state is not State.RETIRED
        or found.model is None
        or found.verdict not in (Verdict.KNOWN, Verdict.MOVING)
    ):
        return
    _deprecated, retires = view.catalog.dates(found.model, found.platform)
    when = f" on {retires}" if retires else ""
    yield Problem(
        use.origin,
        f"{_subject(use)} was retired{_on(found.platform)}{when}: requests that name it fail",
        help=_use(use, found.suggestion, view),
        severity=Severity.ERROR if use.is_sent else Severity.WARNING,
        fix=replacement(use, found.suggestion, Safety.UNSAFE, view),
    )


@rule("deprecated-model")
def deprecated(use: ModelUse, view: View) -> Iterator[Problem]:
    """CL304."""
    found = judged(use, view)
    if (
        found.state is not State.DEPRECATED
        or found.model is None
        or found.verdict not in (Verdict.KNOWN, Verdict.MOVING)
    ):
        return
    _deprecated, retires = view.catalog.dates(found.model, found.platform)
    limit = view.settings.retirement_warning_days
    left = (retires - view.as_of).days if retires is not None else None
    if limit is not None and left is not None and left > limit:
        return
    yield Problem(
        use.origin,
        f"{_subject(use)} is deprecated{_on(found.platform)}{_until(found.model, retires, left)}",
        help=_use(use, found.suggestion, view),
        fix=replacement(use, found.suggestion, Safety.UNSAFE, view),
    )


def _until(model: Model, retires: object, left: int | None) -> str:
    if retires is None or left is None:
        return f" and past its end of life, {model.end_of_life}" if model.end_of_life else ""
    days = "day" if left == 1 else "days"
    return f" and retires on {retires}, in {left} {days}"


def _subject(use: ModelUse) -> str:
    return f"{'The default model' if use.is_librarys else 'Model'} `{use.text}`"


def _use(use: ModelUse, suggestion: str | None, view: View) -> str:
    if not suggestion:
        return ""
    if use.is_librarys:
        return f"Pass `{suggestion}` as the model"
    if would_double(use, suggestion, view):
        return f"Delete it: `{suggestion}` is listed for it"
    return f"Use `{suggestion}`"


@rule("unpinned-model")
def unpinned(use: ModelUse, view: View) -> Iterator[Problem]:
    """CL305."""
    found = judged(use, view)
    if found.verdict is not Verdict.MOVING or found.state in _SAID_OTHERWISE:
        return
    if not use.is_sent and may_go_elsewhere(view.module):
        return
    safety = Safety.DISPLAY if is_typed_in(use) else Safety.SAFE
    yield Problem(
        use.origin,
        f"Model `{use.text}` is an alias that moves to newer snapshots without notice",
        help=f"Pin the snapshot it stands for: `{found.suggestion}`",
        fix=replacement(use, found.suggestion, safety, view),
    )


@rule("wrong-platform-model")
def wrong_platform(use: ModelUse, view: View) -> Iterator[Problem]:
    """CL306."""
    found = judged(use, view)
    if not use.is_sent or found.verdict is not Verdict.WRONG_PLATFORM:
        return
    safety = Safety.SAFE if found.same_model else Safety.UNSAFE
    platform = _NAMES.get(use.platform, "this platform")
    yield Problem(
        use.origin,
        f"`{use.text}` is not how {platform} spells a model: the request fails with 404",
        help=f"Use `{found.suggestion}`" if found.suggestion else "",
        fix=replacement(use, found.suggestion, safety, view),
    )


_NAMES = {
    Platform.CLAUDE: "the Claude API",
    Platform.AWS: "Claude Platform on AWS",
    Platform.BEDROCK: "Amazon Bedrock",
    Platform.MANTLE: "Bedrock's Messages endpoint",
    Platform.VERTEX: "Google Cloud Vertex AI",
    Platform.GOOGLE: "Claude on Google Cloud",
    Platform.FOUNDRY: "Microsoft Foundry",
}


def _on(platform: Platform) -> str:
    return (
        ""
        if platform in (Platform.CLAUDE, Platform.UNKNOWN)
        else f" on {_NAMES.get(platform, platform.value)}"
    )


@rule("inline-model")
def inline(use: ModelUse, view: View) -> Iterator[Problem]:
    """CL307."""
    if use.is_librarys:
        return
    around = set(view.module.ancestors(use.origin.node))
    if any(request.call.node in around and request.reaches_claude for request in use.requests):
        yield Problem(
            use.origin,
            f"Model `{use.text}` is written into the call: changing it means finding every call",
            help="Read the model from a setting, and pin its version there",
        )
